package ingest_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/ingest"
)

// A thousand refusals in a second do not fill the disk with log lines, and none of
// them goes uncounted.
func TestReceiverLogsNoFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		receiver := ingest.NewReceiver(newVerifier(t), ingest.NewMemory(), ingest.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		forge := func() {
			r := newRequest("t-1", []byte("{}"))
			r.Header.Set("Terra-Signature", "t=1,v1=00")
			r.Header.Set("X-Terra-Signature", "t=1,v1=00")
			if status := send(receiver, r).Code; status != http.StatusUnauthorized {
				t.Fatalf("answered %d", status)
			}
		}
		for range 1000 {
			forge()
		}
		if n := strings.Count(log.String(), "\n"); n != 10 {
			t.Errorf("%d lines for a thousand refusals in no time, want 10", n)
		}
		time.Sleep(time.Second)
		log.Reset()
		forge()
		if !strings.Contains(log.String(), "not_logged=990") {
			t.Errorf("the next line does not say that 990 were left out: %s", &log)
		}
	})
}
