package terra_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

var credentials = terra.Credentials{DevID: "dev", APIKey: "key", SigningSecret: "secret"}

// once turns retries off.
var once = terra.WithRetry(terra.RetryPolicy{Attempts: 1})

// week is a range for tests that do not care which.
var week = terra.Days(health.NewDate(2026, time.March, 2), 7)

var yes = opt.Some(true)

// serve starts h on loopback and returns a client of it.
func serve(tb testing.TB, h http.HandlerFunc, opts ...terra.Option) *terra.Client {
	tb.Helper()
	server := newServer(h)
	tb.Cleanup(server.Close)
	return newClient(tb, append([]terra.Option{terra.WithBaseURL(server.URL + "/api/v2")}, opts...)...)
}

// inProcess returns a client of h without a network between them, as
// testing/synctest needs it.
func inProcess(tb testing.TB, h http.HandlerFunc, opts ...terra.Option) *terra.Client {
	tb.Helper()
	return newClient(tb, append([]terra.Option{terra.WithHTTPClient(&http.Client{Transport: handlerTransport(h)})}, opts...)...)
}

// newServer is silent about the connections that handlers break.
func newServer(h http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	return server
}

func newClient(tb testing.TB, opts ...terra.Option) *terra.Client {
	tb.Helper()
	client, err := terra.New(credentials, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// handlerTransport answers requests with a handler. A handler that panics with
// http.ErrAbortHandler breaks the connection.
type handlerTransport http.HandlerFunc

func (h handlerTransport) RoundTrip(req *http.Request) (res *http.Response, err error) {
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			res, err = nil, io.ErrUnexpectedEOF
		} else if v != nil {
			panic(v)
		}
	}()
	w := httptest.NewRecorder()
	served := req.Clone(req.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	h(w, served)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// answer is a handler that always says the same.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// script answers each request with the next of its handlers, and the last one
// from then on. It notes when requests came.
type script struct {
	handlers []http.HandlerFunc

	mu    sync.Mutex
	times []time.Time
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	next := s.handlers[min(len(s.times), len(s.handlers)-1)]
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	next(w, r)
}

func (s *script) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times)
}

// gap is the time between the request numbered i, from 0, and the one before.
func (s *script) gap(i int) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times[i].Sub(s.times[i-1])
}

// withHeader adds headers, given as name and value in turn, to what h answers.
func withHeader(h http.HandlerFunc, namesAndValues ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(namesAndValues); i += 2 {
			w.Header().Set(namesAndValues[i], namesAndValues[i+1])
		}
		h(w, r)
	}
}

// hang answers nothing until the client has gone, which a server only notices
// once it has read the request.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// sleepBody is a response with a night for each of the days.
func sleepBody(days ...health.Date) string {
	var b strings.Builder
	b.WriteString(`{"type":"sleep","user":{"user_id":"u1","provider":"OURA"},"data":[`)
	for i, d := range days {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"metadata":{"summary_id":%q,"start_time":"%[1]sT23:00:00.000000+01:00","end_time":"%sT07:00:00.000000+01:00"}}`, d, d.AddDays(1))
	}
	b.WriteString("]}")
	return b.String()
}

// failure is the *terra.Error in err.
func failure(tb testing.TB, err error) *terra.Error {
	tb.Helper()
	e, ok := errors.AsType[*terra.Error](err)
	if !ok {
		tb.Fatalf("got %v (%T), want a *terra.Error", err, err)
	}
	return e
}

// wantArgument checks that err refuses the named argument.
func wantArgument(tb testing.TB, err error, argument string) {
	tb.Helper()
	e, ok := errors.AsType[*terra.ArgumentError](err)
	if !ok {
		tb.Fatalf("got %v (%T), want a *terra.ArgumentError", err, err)
	}
	if e.Argument != argument {
		tb.Errorf("refused %q, want %q", e.Argument, argument)
	}
}

// everyCall makes one request through each method that makes one, the end of the
// connection last, and returns the errors by method.
func everyCall(ctx context.Context, c *terra.Client, id string) map[string]error {
	errs := map[string]error{}
	note := func(name string, err error) { errs[name] = err }
	_, err := c.Sleep.Fetch(ctx, id, week)
	note("Sleep.Fetch", err)
	_, err = c.Sleep.List(ctx, id, week)
	note("Sleep.List", err)
	for _, err = range c.Sleep.All(ctx, id, week) {
		note("Sleep.All", err)
	}
	_, err = c.Sleep.Request(ctx, id, week)
	note("Sleep.Request", err)
	_, err = c.Athlete.Fetch(ctx, id)
	note("Athlete.Fetch", err)
	_, err = c.Athlete.Get(ctx, id)
	note("Athlete.Get", err)
	_, err = c.Athlete.Request(ctx, id)
	note("Athlete.Request", err)
	_, err = c.Auth.GenerateAuthURL(ctx, terra.AuthRequest{Provider: "OURA", ReferenceID: id})
	note("Auth.GenerateAuthURL", err)
	_, err = c.Auth.GenerateWidgetSession(ctx, terra.WidgetRequest{ReferenceID: id})
	note("Auth.GenerateWidgetSession", err)
	_, err = c.Auth.GenerateToken(ctx)
	note("Auth.GenerateToken", err)
	_, err = c.Users.Get(ctx, id)
	note("Users.Get", err)
	_, err = c.Users.ByReference(ctx, id)
	note("Users.ByReference", err)
	_, err = c.Users.List(ctx, terra.ListUsersOptions{})
	note("Users.List", err)
	for _, err = range c.Users.All(ctx) {
		note("Users.All", err)
	}
	_, err = c.Users.Bulk(ctx, []string{id})
	note("Users.Bulk", err)
	_, err = c.Users.Modify(ctx, id, terra.UserUpdate{Active: yes})
	note("Users.Modify", err)
	_, err = c.Providers.List(ctx)
	note("Providers.List", err)
	_, err = c.Providers.Detailed(ctx)
	note("Providers.Detailed", err)
	note("Auth.Deauthenticate", c.Auth.Deauthenticate(ctx, id))
	return errs
}
