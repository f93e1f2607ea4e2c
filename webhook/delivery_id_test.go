package webhook_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terra-go/terra/webhook"
)

func TestDeliveryID(t *testing.T) {
	t.Parallel()
	const sum = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // of {}
	long := strings.Repeat("x", 200)
	tests := []struct {
		name, header, value, want string
	}{
		{"a trace id", webhook.HeaderTraceID, "4c1f6a52:chunk:3", "4c1f6a52:chunk:3"},
		{"in another spelling", "x-terra-trace-id", " 4c1f6a52 ", "4c1f6a52"},
		{"the longest", webhook.HeaderTraceID, long, long},
		{"none", "X-Other", "4c1f6a52", sum},
		{"an empty one", webhook.HeaderTraceID, " ", sum},
		{"too long a one", webhook.HeaderTraceID, long + "x", sum},
		{"one that cannot be printed", webhook.HeaderTraceID, "4c1f\x006a52", sum},
		{"one that is not ASCII", webhook.HeaderTraceID, "caf\xe9", sum},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := webhook.DeliveryID(http.Header{tt.header: {tt.value}}, []byte("{}")); got != tt.want {
				t.Errorf("%.80q, want %.80q", got, tt.want)
			}
		})
	}
	if webhook.DeliveryID(nil, []byte("{}")) == webhook.DeliveryID(nil, []byte("[]")) {
		t.Error("the same for two bodies")
	}
}

func ExampleDeliveryID() {
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, "4c1f6a52:chunk:3")
	fmt.Println(webhook.DeliveryID(h, nil))
	fmt.Println(webhook.DeliveryID(nil, []byte(`{"type":"sleep"}`)))
	// Output:
	// 4c1f6a52:chunk:3
	// sha256:4c8133a9e7c2753e5c3bd577202c84aa5eab2eca795cad7f9f895b46511fa3c6
}
