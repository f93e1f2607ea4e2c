package ops_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/ops"
	"github.com/terra-go/terra/ingest"
)

func get(h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	well := func(context.Context) error { return nil }
	broken := func(context.Context) error { return errors.New("secret cause") }
	stuck := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, tc := range map[string]struct {
		checks []ops.Check
		drain  bool
		status int
		says   string
	}{
		"nothing to check": {nil, false, http.StatusOK, "ready"},
		"well":             {[]ops.Check{{"the inbox", well}, {"the database", well}}, false, http.StatusOK, "ready"},
		"broken":           {[]ops.Check{{"the inbox", well}, {"the database", broken}}, false, http.StatusServiceUnavailable, "the database"},
		"stuck":            {[]ops.Check{{"the inbox", stuck}, {"the database", well}}, false, http.StatusServiceUnavailable, "the inbox"},
		"draining":         {[]ops.Check{{"the inbox", well}}, true, http.StatusServiceUnavailable, "draining"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ready := &ops.Readiness{Checks: tc.checks}
				if tc.drain {
					ready.Drain()
				}
				h := ops.Handler(ready, http.NotFoundHandler())
				began := time.Now()
				status, text := get(h, "/readyz")
				if status != tc.status || !strings.Contains(text, tc.says) || strings.Contains(text, "secret") {
					t.Errorf("status %d, %q", status, text)
				}
				if time.Since(began) >= time.Second {
					t.Error("it takes longer than who asks waits")
				}
				if status, _ := get(h, "/healthz"); status != http.StatusOK {
					t.Errorf("alive: status %d", status)
				}
			})
		})
	}
}

// unwell is an inbox that does not answer.
type unwell struct{ ingest.Inbox }

func (unwell) Stats(context.Context) (ingest.Stats, error) {
	return ingest.Stats{}, errors.New("no connection")
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := ops.NewMetrics(ingest.NewMemory(), slog.New(slog.DiscardHandler))
	o := m.Observer()
	o.Answered(ingest.Stored, 3*time.Millisecond)
	o.Answered(ingest.Duplicate, time.Millisecond)
	o.Answered(ingest.Refused, time.Second)
	o.Worked(ingest.Applied, time.Minute, time.Millisecond)
	o.Worked(ingest.Retried, time.Hour, time.Millisecond)
	o.InboxFailed()
	_, text := get(m, "/metrics")
	for _, line := range []string{
		`terrago_deliveries_total{answer="stored"} 1`,
		`terrago_deliveries_total{answer="unavailable"} 0`,
		`terrago_ack_seconds_count 2`,
		`terrago_ack_seconds_bucket{le="0.001"} 1`,
		`terrago_attempts_total{result="retried"} 1`,
		`terrago_attempts_total{result="buried"} 0`,
		`terrago_applied_age_seconds_sum 60`,
		`terrago_inbox_failures_total 1`,
		`terrago_inbox_up 1`,
		`terrago_inbox_pending 0`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("there is no line %s", line)
		}
	}
}

func TestMetricsWithoutInbox(t *testing.T) {
	t.Parallel()
	status, text := get(ops.NewMetrics(unwell{}, slog.New(slog.DiscardHandler)), "/metrics")
	if status != http.StatusOK || !strings.Contains(text, "\nterrago_inbox_up 0\n") || strings.Contains(text, "\nterrago_inbox_pending") {
		t.Errorf("status %d; an inbox that does not answer is not told apart from an empty one", status)
	}
}
