package natsinbox

import (
	"bytes"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
)

func FuzzOpenEnvelope(f *testing.F) {
	e := newEnvelope(ingest.Delivery{ID: "id", ReceivedAt: time.UnixMilli(1), Urgent: true, Header: http.Header{"A": {"b", "\xff"}}})
	e.fail(3, "reason")
	f.Add(e.message([]byte("body")))
	f.Add([]byte{0, 0, 0, 2, '{', '}'})
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, body, err := openEnvelope(data)
		if err != nil {
			return
		}
		again, body2, err := openEnvelope(e.message(body))
		if err != nil || !bytes.Equal(body, body2) || !reflect.DeepEqual(e.item(nil), again.item(nil)) {
			t.Error("what was read is not written the same")
		}
	})
}
