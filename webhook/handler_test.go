package webhook_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/webhook"
)

// sleepBody is a small genuine delivery.
const sleepBody = `{"type":"sleep","user":` + userJSON + `,"data":[{"metadata":{"is_nap":true}}]}`

// delivery is a request with a good signature of the moment.
func delivery(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/terra", strings.NewReader(body))
	r.Header.Set(webhook.HeaderSignature, webhook.Sign(vectorSecret, time.Now(), []byte(body)))
	r.Header.Set(webhook.HeaderTraceID, "trace-1")
	return r
}

func newHandler(t testing.TB, m *webhook.Mux, opts ...webhook.HandlerOption) http.Handler {
	t.Helper()
	opts = append([]webhook.HandlerOption{webhook.WithLogger(slog.New(slog.DiscardHandler))}, opts...)
	return webhook.NewHandler(newVerifier(t), m, opts...)
}

func TestHandlerAnswers(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context, *webhook.Sleep) error { return errors.New("store is down") }
	burst := func(context.Context, *webhook.Sleep) error { panic("burst") }
	signed := func(header string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(webhook.HeaderSignature, header) }
	}
	tests := []struct {
		name   string
		body   string
		on     func(context.Context, *webhook.Sleep) error
		change func(*http.Request)
		want   int
	}{
		{"genuine", sleepBody, nil, nil, 200},
		{"nobody listens", `{"type":"daily"}`, nil, nil, 200},
		{"unknown type", `{"type":"something_new"}`, nil, nil, 200},
		{"legacy header", sleepBody, nil, func(r *http.Request) {
			r.Header[webhook.HeaderSignatureLegacy] = r.Header[webhook.HeaderSignature]
			r.Header.Del(webhook.HeaderSignature)
		}, 200},
		{"length not told", sleepBody, nil, func(r *http.Request) { r.ContentLength = -1 }, 200},
		{"at the cap", sleepBody + strings.Repeat(" ", 1024-len(sleepBody)), nil, nil, 200},

		{"GET", "", nil, func(r *http.Request) { r.Method = http.MethodGet }, 405},
		{"HEAD", "", nil, func(r *http.Request) { r.Method = http.MethodHead }, 405},
		{"PUT", sleepBody, nil, func(r *http.Request) { r.Method = http.MethodPut }, 405},

		{"no signature", sleepBody, nil, func(r *http.Request) { r.Header.Del(webhook.HeaderSignature) }, 401},
		{"malformed signature", sleepBody, nil, signed("nonsense"), 401},
		{"signature of another body", sleepBody, nil, signed(webhook.Sign(vectorSecret, time.Now(), nil)), 401},
		{"signature of another secret", sleepBody, nil, signed(webhook.Sign("x", time.Now(), []byte(sleepBody))), 401},
		{"old", sleepBody, nil, signed(webhook.Sign(vectorSecret, time.Now().Add(-time.Hour), []byte(sleepBody))), 401},
		{"future", sleepBody, nil, signed(webhook.Sign(vectorSecret, time.Now().Add(time.Hour), []byte(sleepBody))), 401},
		{"unsigned and unparsable", "{", nil, func(r *http.Request) { r.Header.Del(webhook.HeaderSignature) }, 401},

		{"genuine but empty", "", nil, nil, 400},
		{"genuine but no JSON", "<html>", nil, nil, 400},
		{"genuine but no object", "[]", nil, nil, 400},
		{"genuine but cut off", `{"type":"sleep"`, nil, nil, 400},
		{"body breaks off", sleepBody, nil, func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		}, 400},

		{"over the cap", strings.Repeat(" ", 1025), nil, nil, 413},
		{"over the cap, length not told", strings.Repeat(" ", 1025), nil, func(r *http.Request) { r.ContentLength = -1 }, 413},
		{"over the cap, length understated", strings.Repeat(" ", 1025), nil, func(r *http.Request) { r.ContentLength = 1 }, 413},
		{"length past all memory", sleepBody, nil, func(r *http.Request) { r.ContentLength = 1<<63 - 1 }, 413},

		{"function fails", sleepBody, refuse, nil, 500},
		{"function panics", sleepBody, burst, nil, 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := webhook.NewMux()
			ran := false
			m.OnAny(func(context.Context, webhook.Event) error { ran = true; return nil })
			if tt.on != nil {
				webhook.On(m, tt.on)
			}
			r := delivery(tt.body)
			if tt.change != nil {
				tt.change(r)
			}
			w := httptest.NewRecorder()
			newHandler(t, m, webhook.WithMaxBytes(1024)).ServeHTTP(w, r)

			if w.Code != tt.want {
				t.Errorf("answered %d, want %d", w.Code, tt.want)
			}
			if wantRun := tt.want == 200 || tt.want == 500; ran != wantRun {
				t.Errorf("functions ran: %t, want %t", ran, wantRun)
			}
			wantText := ""
			if tt.want != 200 {
				wantText = http.StatusText(tt.want) + "\n"
			}
			if w.Body.String() != wantText {
				t.Error("the answer says more than its status")
			}
			if allow := w.Header().Get("Allow"); (tt.want == 405) != (allow == "POST") {
				t.Errorf("Allow is %q", allow)
			}
		})
	}
}

func TestHandlerDelivers(t *testing.T) {
	t.Parallel()
	m := webhook.NewMux()
	var got *webhook.Sleep
	webhook.On(m, func(_ context.Context, e *webhook.Sleep) error { got = e; return nil })
	for name, h := range map[string]http.Handler{
		"plain":          newHandler(t, m),
		"under ServeMux": serveMux(newHandler(t, m)),
	} {
		got = nil
		h.ServeHTTP(httptest.NewRecorder(), delivery(sleepBody))
		if got == nil || len(got.Data) != 1 || got.User != user || string(got.Raw()) != sleepBody || got.Meta().TraceID != "trace-1" {
			t.Errorf("%s: the event is not what was delivered", name)
		}
	}
}

func serveMux(h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /terra", h)
	return mux
}

// TestHandlerBodySizes crosses the sizes at which the reader sets more memory
// aside, for bodies of told and untold length.
func TestHandlerBodySizes(t *testing.T) {
	t.Parallel()
	var size int
	m := webhook.NewMux()
	m.OnAny(func(_ context.Context, ev webhook.Event) error { size = len(ev.Raw()); return nil })
	h := newHandler(t, m)
	for _, n := range []int{len(sleepBody), 4095, 4096, 4097, 9000, 1<<20 - 1, 1 << 20, 1<<20 + 1, 1<<20 + 2, 3 << 20} {
		body := sleepBody + strings.Repeat(" ", n-len(sleepBody))
		for _, length := range []int64{int64(n), -1} {
			r := delivery(body)
			r.ContentLength = length
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 200 || size != n {
				t.Errorf("%d bytes, length %d: answered %d after %d bytes", n, length, w.Code, size)
			}
		}
	}
}

func TestHandlerPassesAbortOn(t *testing.T) {
	t.Parallel()
	m := webhook.NewMux()
	m.OnAny(func(context.Context, webhook.Event) error { panic(http.ErrAbortHandler) })
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("recovered %T", p)
		}
	}()
	newHandler(t, m).ServeHTTP(httptest.NewRecorder(), delivery(sleepBody))
}

func TestNewHandlerRefusesNil(t *testing.T) {
	t.Parallel()
	v, m := newVerifier(t), webhook.NewMux()
	for name, build := range map[string]func(){
		"no verifier": func() { webhook.NewHandler(nil, m) },
		"no mux":      func() { webhook.NewHandler(v, nil) },
		"no bytes":    func() { webhook.NewHandler(v, m, webhook.WithMaxBytes(0)) },
		"no logger":   func() { webhook.NewHandler(v, m, webhook.WithLogger(nil)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			build()
		}()
	}
}

// TestNothingPrivateGetsOut plants a marker wherever a delivery or a function can
// carry text, and looks for it in the answers, the logs and the errors.
func TestNothingPrivateGetsOut(t *testing.T) {
	t.Parallel()
	const marker = "zq-planted-7f3a"
	var out bytes.Buffer // of everything
	logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	v, err := webhook.NewVerifier([]string{marker})
	if err != nil {
		t.Fatal(err)
	}
	bodies := []string{
		marker,
		`{"type":"` + marker + `"}`,
		`{"type":"sleep","` + marker + `":` + marker + `}`,
		`{"type":"sleep","user":"` + marker + `"}`,
		`{"type":"sleep","user":{"user_id":7,"` + marker + `":1}}`,
		`{"type":"sleep","data":[{"metadata":{"start_time":"` + marker + `"}}]}`,
		`{"type":"sleep","data":[{"metadata":{"is_nap":"` + marker + `"}}]}`,
		`{"type":"permission_change","scopes_added":{"` + marker + `":1}}`,
		`{"type":"activity","data":[{"data_enrichment":{"efficiency_contributors":{"` + marker + `":"` + marker + `"}}}]}`,
		`["` + marker + `"]`,
		`"` + marker + `"`,
		`{"type":"sleep","user":{"user_id":"` + marker + `"},"data":[]}`,
	}
	functions := map[string]func(context.Context, webhook.Event) error{
		"nil":   func(context.Context, webhook.Event) error { return nil },
		"error": func(context.Context, webhook.Event) error { return fmt.Errorf("store: %w", errors.New(marker)) },
		"panic": func(context.Context, webhook.Event) error { panic(marker) },
		"panic with the event": func(_ context.Context, ev webhook.Event) error {
			panic(fmt.Errorf("no place for %s", ev.Raw()))
		},
	}
	signatures := map[string]func(body string) string{
		"good":      func(body string) string { return webhook.Sign(marker, time.Now(), []byte(body)) },
		"wrong":     func(string) string { return webhook.Sign(marker, time.Now(), []byte("another")) },
		"old":       func(body string) string { return webhook.Sign(marker, time.Unix(1, 0), []byte(body)) },
		"malformed": func(string) string { return "t=" + marker + ",v1=" + marker },
		"none":      func(string) string { return "" },
	}
	answers := make(map[int]bool)
	for _, fn := range functions {
		m := webhook.NewMux()
		m.OnAny(fn)
		h := webhook.NewHandler(v, m, webhook.WithLogger(logger))
		for _, sign := range signatures {
			for _, body := range bodies {
				for _, method := range []string{http.MethodPost, http.MethodGet} {
					r := httptest.NewRequest(method, "/terra/"+marker+"?key="+marker, strings.NewReader(body))
					r.Header.Set(webhook.HeaderSignature, sign(body))
					r.Header.Set("Authorization", marker)
					w := httptest.NewRecorder()
					h.ServeHTTP(w, r)
					answers[w.Code] = true
					w.Result().Write(&out)

					fmt.Fprintln(&out, v.Verify(r.Header, []byte(body)))
					ev, err := webhook.Parse(r.Header, []byte(body))
					fmt.Fprintf(&out, "%v %+v %v\n", ev, ev, err)
				}
			}
		}
	}
	for _, status := range []int{200, 400, 401, 405, 500} {
		if !answers[status] {
			t.Errorf("no request was answered %d", status)
		}
	}
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, marker) {
			t.Error("the marker got out; the line begins with: " + strings.ReplaceAll(line[:min(40, len(line))], marker, "…"))
		}
	}
}

// TestHandlerLogs: a log line says enough to find the fault.
func TestHandlerLogs(t *testing.T) {
	t.Parallel()
	type storeError struct{ error }
	tests := []struct {
		name string
		on   func(context.Context, *webhook.Sleep) error
		want []string
	}{
		{
			"error",
			func(context.Context, *webhook.Sleep) error { return &storeError{} },
			[]string{"event.type=sleep", "event.trace_id=trace-1", "*webhook_test.storeError"},
		}, {
			"panic",
			func(context.Context, *webhook.Sleep) error { return explode(nil) },
			[]string{"event.type=sleep", "event.trace_id=trace-1", "runtime.boundsError", "webhook_test.explode:"},
		},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		m := webhook.NewMux()
		webhook.On(m, tt.on)
		h := newHandler(t, m, webhook.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
		h.ServeHTTP(httptest.NewRecorder(), delivery(sleepBody))
		for _, want := range tt.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is not in the log: %s", tt.name, want, out.String())
			}
		}
		if strings.Contains(out.String(), "webhook.stack") {
			t.Errorf("%s: the log shows how the panic was caught, not where it came from", tt.name)
		}
	}
}

//go:noinline
func explode(records []error) error { return records[len(records)] }

// TestHandlerConcurrently is for the race detector: one handler, many deliveries.
func TestHandlerConcurrently(t *testing.T) {
	t.Parallel()
	var handled atomic.Int64
	m := webhook.NewMux()
	webhook.On(m, func(_ context.Context, e *webhook.Sleep) error {
		if e.User == user && len(e.Data) == 1 {
			handled.Add(1)
		}
		return nil
	})
	server := httptest.NewServer(newHandler(t, m))
	defer server.Close()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				r := delivery(sleepBody)
				r.RequestURI, r.URL.Host, r.URL.Scheme = "", strings.TrimPrefix(server.URL, "http://"), "http"
				resp, err := server.Client().Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
	if n := handled.Load(); n != 160 {
		t.Errorf("handled %d of 160", n)
	}
}

// pipeListener hands one end of a pipe to a server, so that its clock is the
// bubble's.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.conns) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// serve starts server for one connection and returns the client's end of it.
func serve(t *testing.T, server *http.Server) net.Conn {
	t.Helper()
	client, conn := net.Pipe()
	l := &pipeListener{conns: make(chan net.Conn, 1)}
	l.conns <- conn
	go server.Serve(l)
	t.Cleanup(func() {
		client.Close()
		server.Close()
	})
	return client
}

// post writes a signed request whose body lacks its last missing bytes.
func post(t *testing.T, conn net.Conn, body string, missing int) {
	t.Helper()
	_, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		webhook.HeaderSignature, webhook.Sign(vectorSecret, time.Now(), []byte(body)), len(body), body[:len(body)-missing])
	if err != nil {
		t.Error(err)
	}
}

func status(t *testing.T, conn net.Conn) int {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func TestHandlerGivesUpOnSlowBodies(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		readTimeout time.Duration
		want        time.Duration
	}{
		"by itself":               {0, time.Minute},
		"when the server says so": {5 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				conn := serve(t, &http.Server{Handler: newHandler(t, webhook.NewMux()), ReadTimeout: tt.readTimeout})
				start := time.Now()
				post(t, conn, sleepBody, 1)
				if got := status(t, conn); got != http.StatusRequestTimeout {
					t.Errorf("answered %d", got)
				}
				if waited := time.Since(start); waited != tt.want {
					t.Errorf("waited %v, want %v", waited, tt.want)
				}
			})
		})
	}
}

func TestHandlerStopsReadingWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		conn := serve(t, &http.Server{
			Handler:     newHandler(t, webhook.NewMux()),
			BaseContext: func(net.Listener) context.Context { return ctx },
		})
		post(t, conn, sleepBody, 1)
		start := time.Now()
		time.AfterFunc(time.Second, cancel)
		if got := status(t, conn); got != http.StatusRequestTimeout {
			t.Errorf("answered %d", got)
		}
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %v, want 1s", waited)
		}
	})
}

// TestHandlerLimitEndsWithTheBody: the time limit of one body falls neither on the
// functions nor on the next delivery over the same connection.
func TestHandlerLimitEndsWithTheBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := webhook.NewMux()
		m.OnAny(func(ctx context.Context, _ webhook.Event) error {
			select {
			case <-ctx.Done():
				t.Error("the context ended while the function ran")
			case <-time.After(5 * time.Minute):
			}
			return nil
		})
		conn := serve(t, &http.Server{Handler: newHandler(t, m)})
		for range 2 {
			post(t, conn, sleepBody, 0)
			if got := status(t, conn); got != http.StatusOK {
				t.Errorf("answered %d", got)
			}
			time.Sleep(10 * time.Minute)
		}
	})
}

func TestHandlerEndsWithTheSender(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := false
		m := webhook.NewMux()
		m.OnAny(func(ctx context.Context, _ webhook.Event) error {
			<-ctx.Done()
			ended = true
			return ctx.Err()
		})
		conn := serve(t, &http.Server{Handler: newHandler(t, m)})
		post(t, conn, sleepBody, 0)
		synctest.Wait()
		conn.Close()
		synctest.Wait()
		if !ended {
			t.Error("the context outlived the sender")
		}
	})
}

// TestHandlerHoldsOneCopy: what a large delivery sets aside is its body once, not
// counting what the reader may try on the sender's word.
func TestHandlerHoldsOneCopy(t *testing.T) { // not parallel: it reads the counter of all allocations
	const size = 16 << 20
	body := `{"type":"something_new"}` + strings.Repeat(" ", size-24)
	m := webhook.NewMux()
	var held int
	m.OnAny(func(_ context.Context, ev webhook.Event) error { held = cap(ev.Raw()); return nil })
	h, r := newHandler(t, m), delivery(body)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h.ServeHTTP(httptest.NewRecorder(), r)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > size+2<<20 {
		t.Errorf("allocated %d KiB for a body of %d KiB", n>>10, size>>10)
	}
	if held > size+64<<10 {
		t.Errorf("the event holds %d KiB", held>>10)
	}
}

// TestHandlerDistrustsTheLength: a sender who announces much and sends little has
// little set aside.
func TestHandlerDistrustsTheLength(t *testing.T) { // not parallel, as above
	h, r := newHandler(t, webhook.NewMux()), delivery(sleepBody)
	r.ContentLength = 60 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h.ServeHTTP(httptest.NewRecorder(), r)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 {
		t.Errorf("allocated %d KiB", n>>10)
	}
}
