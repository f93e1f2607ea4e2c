package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terra-go/terra/sandbox"
)

// TestSlowSandbox: what is taken and not delivered in time is said to be so, also when
// the sandbox does not even answer any more whether it is.
func TestSlowSandbox(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args    []string
		answers int32 // to questions about the delivery
	}{
		"trigger":              {[]string{"trigger", "auth", "--user", "u", "--json"}, 1},
		"trigger, no answer":   {[]string{"trigger", "auth", "--user", "u", "--json"}, 0},
		"resend":               {[]string{"events", "resend", "d", "--format", "ndjson"}, 2},
		"resend, no answer":    {[]string{"events", "resend", "d", "--format", "ndjson"}, 1},
		"resend, nothing said": {[]string{"events", "resend", "t", "--format", "ndjson"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			d := sandbox.Delivery{ID: "d", TraceID: "t", EventType: "auth", State: sandbox.StatePending}
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					json.NewEncoder(w).Encode(d)
					return
				}
				if asked.Add(1) > tc.answers {
					cancel()
					<-r.Context().Done()
					return
				}
				json.NewEncoder(w).Encode([]sandbox.Delivery{d})
			}))
			defer server.Close()
			var out, log bytes.Buffer
			status := run(ctx, append(tc.args, "--base-url", server.URL+"/api/v2"), stdio{strings.NewReader(""), &out, &log})
			var e sentEvent
			if err := json.Unmarshal(out.Bytes(), &e); err != nil {
				t.Fatalf("status %d, %v\n%s", status, err, &log)
			}
			if status != exitFailed || e.TraceID != "t" || e.Delivered || !strings.Contains(e.Error, "not sent it yet") {
				t.Errorf("status %d, another delivery, delivered: %t, or with another reason", status, e.Delivered)
			}
		})
	}
}
