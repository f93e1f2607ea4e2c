package ingest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

const secret = "signing-secret"

// secretValue stands for a person's data in bodies, errors and panics. It must turn
// up nowhere else.
const secretValue = "4711-secret-value"

func newVerifier(tb testing.TB) *webhook.Verifier {
	tb.Helper()
	v, err := webhook.NewVerifier([]string{secret})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// newRequest is a delivery as Terra makes it.
func newRequest(id string, body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/webhook", bytes.NewReader(body))
	r.Header = newHeader(id, body)
	return r
}

func newHeader(id string, body []byte) http.Header {
	h := http.Header{}
	h.Set(webhook.HeaderSignature, webhook.Sign(secret, time.Now(), body))
	h.Set(webhook.HeaderTraceID, id)
	return h
}

// send has rc answer a request.
func send(rc http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	rc.ServeHTTP(w, r)
	return w
}

// journal collects what is logged.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// quiet is a logger for tests that do not look at the log.
func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// fill puts n deliveries of distinct ids into an inbox.
func fill(tb testing.TB, inbox ingest.Inbox, n int) {
	tb.Helper()
	for i := range n {
		body := fmt.Appendf(nil, `{"type":"healthcheck","sent_webhooks_last_hour":%d,"status":"%s"}`, i, secretValue)
		put(tb, inbox, fmt.Sprintf("trace-%d", i), body)
	}
}

func put(tb testing.TB, inbox ingest.Inbox, id string, body []byte) {
	tb.Helper()
	h := http.Header{webhook.HeaderTraceID: {id}}
	if _, err := inbox.Put(context.Background(), ingest.NewDelivery(h, body, time.Now())); err != nil {
		tb.Fatal(err)
	}
}

func stats(tb testing.TB, inbox ingest.Inbox) ingest.Stats {
	tb.Helper()
	s, err := inbox.Stats(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func scan(tb testing.TB, inbox ingest.Inbox, state ingest.State) []ingest.Item {
	tb.Helper()
	var items []ingest.Item
	for item, err := range inbox.Scan(context.Background(), state) {
		if err != nil {
			tb.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}
