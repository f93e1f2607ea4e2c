package conformance

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/labstack/echo/v5"
	echomiddleware "github.com/labstack/echo/v5/middleware"

	"github.com/terra-go/terra/webhook"
)

const (
	hookPath = "/hooks/terra"
	secret   = "router-test-secret"
	maxBody  = 4 << 10
)

// routers mount a handler at hookPath the way their own documentation does it,
// with the middleware that most of their users have.
var routers = []struct {
	name  string
	mount func(http.Handler) http.Handler
}{
	{"ServeMux", func(h http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle(hookPath, h)
		return mux
	}},
	{"chi", func(h http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(chimiddleware.RequestID, chimiddleware.Recoverer, chimiddleware.Compress(5))
		r.Handle(hookPath, h)
		return r
	}},
	{"gin", func(h http.Handler) http.Handler {
		gin.SetMode(gin.ReleaseMode)
		r := gin.New()
		r.Use(gin.Recovery())
		r.Any(hookPath, gin.WrapH(h))
		return r
	}},
	{"echo", func(h http.Handler) http.Handler {
		e := echo.New()
		e.Use(echomiddleware.Recover(), echomiddleware.Gzip())
		e.Any(hookPath, echo.WrapHandler(h))
		return e
	}},
}

const (
	sleepBody   = `{"type":"sleep","user":{"user_id":"u1","provider":"OURA"},"data":[{"metadata":{"start_time":"2026-03-03T23:12:00.000000+01:00"}}]}`
	deauthBody  = `{"type":"deauth","status":"success","user":{"user_id":"u1","provider":"OURA"}}`
	bodyBody    = `{"type":"body","user":{"user_id":"u1","provider":"OURA"},"data":[]}`
	unknownBody = `{"type":"telepathy","user":{"user_id":"u1","provider":"OURA"}}`
)

func TestRouters(t *testing.T) {
	now := time.Now()
	signed := func(header, secret string, at time.Time) func(http.Header, []byte) {
		return func(h http.Header, body []byte) { h.Set(header, webhook.Sign(secret, at, body)) }
	}
	genuine := signed(webhook.HeaderSignature, secret, now)

	tests := []struct {
		name    string
		method  string // POST unless set
		body    string
		chunked bool
		sign    func(http.Header, []byte)
		status  int
		handled webhook.EventType // "" for none
	}{
		{name: "signed", body: sleepBody, sign: genuine, status: 200, handled: webhook.TypeSleep},
		{name: "signed under the older header", body: sleepBody, sign: signed(webhook.HeaderSignatureLegacy, secret, now), status: 200, handled: webhook.TypeSleep},
		{name: "signed, without a length", body: sleepBody, chunked: true, sign: genuine, status: 200, handled: webhook.TypeSleep},
		{name: "unknown type", body: unknownBody, sign: genuine, status: 200, handled: "telepathy"},
		{name: "no signature", body: sleepBody, sign: func(http.Header, []byte) {}, status: 401},
		{name: "malformed signature", body: sleepBody, sign: func(h http.Header, _ []byte) { h.Set(webhook.HeaderSignature, "t=,v1") }, status: 401},
		{name: "another's secret", body: sleepBody, sign: signed(webhook.HeaderSignature, "other", now), status: 401},
		{name: "signed an hour ago", body: sleepBody, sign: signed(webhook.HeaderSignature, secret, now.Add(-time.Hour)), status: 401},
		{name: "signed in an hour", body: sleepBody, sign: signed(webhook.HeaderSignature, secret, now.Add(time.Hour)), status: 401},
		{name: "changed on the way", body: sleepBody, sign: func(h http.Header, body []byte) { genuine(h, append(body, ' ')) }, status: 401},
		{name: "signed, but not JSON", body: `{"type":`, sign: genuine, status: 400},
		{name: "over the cap", body: sleepBody + strings.Repeat(" ", maxBody), sign: genuine, status: 413},
		{name: "over the cap, without a length", body: sleepBody + strings.Repeat(" ", maxBody), chunked: true, sign: genuine, status: 413},
		{name: "GET", method: http.MethodGet, sign: genuine, status: 405},
		{name: "handler fails", body: bodyBody, sign: genuine, status: 500, handled: webhook.TypeBody},
		{name: "handler panics", body: deauthBody, sign: genuine, status: 500, handled: webhook.TypeDeauth},
		{name: "signed, after a panic", body: sleepBody, sign: genuine, status: 200, handled: webhook.TypeSleep},
	}
	for _, router := range routers {
		t.Run(router.name, func(t *testing.T) {
			t.Parallel()
			var got recorder
			server := httptest.NewServer(router.mount(newHandler(t, &got)))
			t.Cleanup(server.Close)
			for _, tt := range tests { // in order, over one connection where the answer allows it
				t.Run(tt.name, func(t *testing.T) {
					got.reset()
					req, err := http.NewRequestWithContext(t.Context(), cmp.Or(tt.method, http.MethodPost), server.URL+hookPath, requestBody(tt.body, tt.chunked))
					if err != nil {
						t.Fatal(err)
					}
					tt.sign(req.Header, []byte(tt.body))
					resp, err := server.Client().Do(req)
					if err != nil {
						t.Fatal(err)
					}
					defer resp.Body.Close()
					if _, err := io.Copy(io.Discard, resp.Body); err != nil {
						t.Fatal(err)
					}
					if resp.StatusCode != tt.status {
						t.Errorf("answered %d, want %d", resp.StatusCode, tt.status)
					}
					if tt.status == 405 && resp.Header.Get("Allow") != "POST" {
						t.Errorf("Allow is %q, want POST", resp.Header.Get("Allow"))
					}
					if handled := got.only(t); handled != tt.handled {
						t.Errorf("handled %q, want %q", handled, tt.handled)
					}
				})
			}
		})
	}
}

// newHandler tells got about every event, and then fails on body and panics on
// deauth.
func newHandler(t *testing.T, got *recorder) http.Handler {
	t.Helper()
	v, err := webhook.NewVerifier([]string{secret})
	if err != nil {
		t.Fatal(err)
	}
	m := webhook.NewMux()
	m.OnAny(got.handle)
	webhook.On(m, func(context.Context, *webhook.Body) error { return errors.New("no room to store it") })
	webhook.On(m, func(context.Context, *webhook.Deauth) error { panic("a bug in the handler") })
	return webhook.NewHandler(v, m, webhook.WithMaxBytes(maxBody), webhook.WithLogger(slog.New(slog.DiscardHandler)))
}

// recorder remembers the types of the events it was handed.
type recorder struct {
	mu    sync.Mutex
	types []webhook.EventType
}

func (r *recorder) handle(_ context.Context, ev webhook.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.types = append(r.types, ev.Type())
	return nil
}

func (r *recorder) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.types = nil
}

// only is the one event there was, or "" for none; more fail the test.
func (r *recorder) only(t *testing.T) webhook.EventType {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch len(r.types) {
	case 0:
		return ""
	case 1:
		return r.types[0]
	}
	t.Errorf("handled %d events for one request", len(r.types))
	return r.types[0]
}

// requestBody hides its length when chunked is set.
func requestBody(s string, chunked bool) io.Reader {
	if chunked {
		return struct{ io.Reader }{strings.NewReader(s)}
	}
	return strings.NewReader(s)
}
