package terra_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
)

// What each call looks like on the wire.
func TestRequests(t *testing.T) {
	t.Parallel()
	const data = "start_date=2026-03-02&end_date=2026-03-09&user_id=u1&"
	for name, want := range map[string]struct {
		method, path, query, body string
		keyless                   bool
	}{
		"Sleep.Fetch":     {"GET", "/sleep", data + "to_webhook=false&with_samples=false", "", false},
		"Sleep.List":      {"GET", "/sleep", data + "to_webhook=false&with_samples=false", "", false},
		"Sleep.All":       {"GET", "/sleep", data + "to_webhook=false&with_samples=false", "", false},
		"Sleep.Request":   {"GET", "/sleep", data + "to_webhook=true&with_samples=false", "", false},
		"Athlete.Fetch":   {"GET", "/athlete", "user_id=u1&to_webhook=false", "", false},
		"Athlete.Get":     {"GET", "/athlete", "user_id=u1&to_webhook=false", "", false},
		"Athlete.Request": {"GET", "/athlete", "user_id=u1&to_webhook=true", "", false},

		"Auth.GenerateAuthURL":       {"POST", "/auth/authenticateUser", "resource=OURA", `{"reference_id":"u1"}`, false},
		"Auth.GenerateWidgetSession": {"POST", "/auth/generateWidgetSession", "", `{"reference_id":"u1"}`, false},
		"Auth.GenerateToken":         {"POST", "/auth/generateAuthToken", "", "", false},
		"Auth.Deauthenticate":        {"DELETE", "/auth/deauthenticateUser", "user_id=u1", "", false},

		"Users.Get":         {"GET", "/userInfo", "user_id=u1", "", false},
		"Users.ByReference": {"GET", "/userInfo", "reference_id=u1", "", false},
		"Users.List":        {"GET", "/subscriptions", "", "", false},
		"Users.All":         {"GET", "/subscriptions", "page=0&per_page=500", "", false},
		"Users.Bulk":        {"POST", "/bulkUserInfo", "", `["u1"]`, false},
		"Users.Modify":      {"PATCH", "/users/u1", "", `{"active":true}`, false},

		"Providers.List":     {"GET", "/integrations", "", "", false},
		"Providers.Detailed": {"GET", "/integrations/detailed", "sdk=true", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := false
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != want.method || r.URL.Path != "/api/v2"+want.path {
					return // another call of everyCall
				}
				wantQuery, err := http.NewRequest("GET", "/?"+want.query, nil)
				if err != nil {
					t.Error(err)
					return
				}
				body, _ := io.ReadAll(r.Body)
				if r.URL.Query().Encode() != wantQuery.URL.Query().Encode() || string(body) != want.body {
					return
				}
				seen = true
				key := "key"
				if want.keyless {
					key = ""
				}
				if r.Header.Get("dev-id") != "dev" || r.Header.Get("x-api-key") != key {
					t.Error("wrong credentials")
				}
				if (r.Header.Get("Content-Type") == "application/json") != (want.body != "") {
					t.Error("wrong content type")
				}
				if r.Header.Get("Accept") != "application/json" || r.Header.Get("User-Agent") != "terra-go" {
					t.Error("wrong headers")
				}
			})
			if _, ok := everyCall(t.Context(), client, "u1")[name]; !ok {
				t.Fatal("no such call")
			}
			if !seen {
				t.Errorf("no %s %s as expected", want.method, want.path)
			}
		})
	}
}

func TestUserIDsArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"23dc2540-7139-44c6-8158-f81196e2cf2e",
		"a b", "a/b", "a?b=c&user_id=d", "a#b", "50%", "%41", "ü", "日本", "..a", "a..b", "...", "a+b", "/", "//", "~:;=@!$'()*,[]",
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			arrived := map[string]string{}
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				got := r.URL.Query().Get("user_id")
				path := r.URL.EscapedPath()
				if r.Method == http.MethodPatch {
					path, got, _ = cut(path, "/users/", r.URL.Path)
				}
				arrived[path] = got
			})
			_, _ = client.Sleep.Fetch(t.Context(), id, week)
			_, _ = client.Users.Get(t.Context(), id)
			_ = client.Auth.Deauthenticate(t.Context(), id)
			_, _ = client.Users.Modify(t.Context(), id, terra.UserUpdate{Active: yes})
			for _, path := range []string{"/sleep", "/userInfo", "/auth/deauthenticateUser", "/users/"} {
				if got := arrived["/api/v2"+path]; got != id {
					t.Errorf("%s got %q, want %q", path, got, id)
				}
			}
		})
	}
}

// cut splits an escaped path after prefix, refusing a rest of several segments,
// and returns the rest as decoded.
func cut(escaped, prefix, decoded string) (before, after string, ok bool) {
	_, rest, ok := strings.Cut(escaped, prefix)
	if !ok || strings.Contains(rest, "/") {
		return escaped, "", false
	}
	_, after, ok = strings.Cut(decoded, prefix)
	return strings.TrimSuffix(escaped, rest), after, ok
}

func TestUserIDsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"", ".", "..", "../", "./a", "../../auth/generateAuthToken", "a/../b", "a/..", `..\a`, `a\..\b`,
		"%2e%2e/", "%2E%2e%2Fa", "..%2f", "a%2f..%2fb", "%252e%252e/", "%2e", "%%32e%%32e/",
		"a\nb", "a\x00", "\xff", "\u0085",
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			server := &script{handlers: []http.HandlerFunc{answer(404, `{}`)}}
			client := inProcess(t, server.ServeHTTP)
			errs := everyCall(t.Context(), client, id)
			for _, name := range []string{
				"Sleep.Fetch", "Sleep.List", "Sleep.All", "Sleep.Request", "Athlete.Fetch", "Athlete.Get", "Athlete.Request",
				"Auth.Deauthenticate", "Users.Get", "Users.Modify",
			} {
				wantArgument(t, errs[name], "user id")
			}
			wantArgument(t, errs["Users.Bulk"], "user ids")
		})
	}
}

// A response that cannot be used is a typed error, whichever call it is for.
func TestBadResponses(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	// gzipped sends the first cut bytes of n compressed zeros.
	gzipped := func(n, cut int64) http.HandlerFunc {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.CopyN(z, zeros{}, n)
		_ = z.Close()
		return withHeader(answer(200, b.String()[:min(cut, int64(b.Len()))]), "Content-Encoding", "gzip")
	}
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		is      error
		text    string
	}{
		"never-ending": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat(" ", 32<<10)); err != nil {
					return
				}
			}
		}, terra.ErrResponseTooLarge, "200 OK: response too large"},
		"10 GB": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10000000000")
			_, _ = io.WriteString(w, `{"data":[`)
		}, terra.ErrResponseTooLarge, "200 OK: response too large"},
		"gzip that unpacks to too much": {gzipped(1<<24, 1<<24), terra.ErrResponseTooLarge, "200 OK: response too large"},
		"cut short": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"data":[`)
		}, terra.ErrTruncated, "200 OK: response cut short"},
		"cut short in chunks": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"data":[`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, terra.ErrTruncated, "200 OK: response cut short"},
		"cut short, gzip": {gzipped(1000, 20), terra.ErrTruncated, "200 OK: response cut short"},
		"no gzip at all":  {withHeader(answer(200, `{}`), "Content-Encoding", "gzip"), terra.ErrTruncated, "200 OK: response cut short"},
		"connection dropped": {func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}, terra.ErrConnection, "connection failed: closed by the server"},
		"not HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "plantedmarker\r\n\r\n")
				_ = conn.Close()
			}
		}, terra.ErrConnection, "connection failed"},
		"half of a JSON": {answer(200, `{"data":[`), terra.ErrMalformed, "200 OK: response not understood: invalid JSON at byte 9"},
		"invalid JSON":   {answer(200, `{"data":[plantedmarker]}`), terra.ErrMalformed, "200 OK: response not understood: invalid JSON at byte 9"},
		"two JSON":       {answer(200, `{} {}`), terra.ErrMalformed, "200 OK: response not understood: invalid JSON at byte 3"},
		"HTML":           {answer(200, "\n<!doctype html><title>plantedmarker</title>"), terra.ErrMalformed, "200 OK: response not understood: HTML instead of JSON"},
		"no content":     {answer(204, ``), terra.ErrMalformed, "204 No Content: response not understood: empty"},
		"empty":          {answer(200, ``), terra.ErrMalformed, "200 OK: response not understood: empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, tc.handler, terra.WithMaxResponseBytes(limit), once)
			for call, err := range everyCall(t.Context(), client, "u1") {
				if call == "Auth.Deauthenticate" && name == "no content" {
					continue // says all there is to say
				}
				e := failure(t, err)
				if !errors.Is(err, tc.is) {
					t.Errorf("%s: %v is not %v", call, err, tc.is)
				}
				if want := fmt.Sprintf("terra: %s %s: %s", e.Method, e.Endpoint, tc.text); err.Error() != want {
					t.Errorf("%s: text %q, want %q", call, err, want)
				}
				if len(e.Raw) > 64<<10 {
					t.Errorf("%s: the error holds on to %d bytes", call, len(e.Raw))
				}
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// JSON that is fine and not what the call is about is an error as well, except
// for data, where it is an unknown result.
func TestUnexpectedJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `null`, `[1]`, `"success"`, `{"status":"error","message":"plantedmarker"}`, `{"data":[{"metadata":7}],"users":7,"user":7,"providers":7,"token":7,"url":7,"auth_url":7}`} {
		client := inProcess(t, answer(200, body))
		for call, err := range everyCall(t.Context(), client, "u1") {
			if service, _, _ := strings.Cut(call, "."); service == "Sleep" || service == "Athlete" {
				continue
			}
			if (call == "Users.Bulk" || call == "Users.ByReference") && body == `[1]` {
				continue // decoding of users is not the client's
			}
			if !errors.Is(err, terra.ErrMalformed) {
				t.Errorf("%s of %s: %v", call, body, err)
			}
		}
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	body := sleepBody(week.Start)
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("the client does not ask for gzip")
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, body)
		_ = z.Close()
	})
	result, err := client.Sleep.Fetch(t.Context(), "u1", week)
	if err != nil {
		t.Fatal(err)
	}
	if describe(result) != "data 1" || string(result.Raw()) != body {
		t.Error("the body did not arrive as it was before compression")
	}
}

// However large a body is, it arrives whole up to the limit and not at all beyond.
func TestResponseLimit(t *testing.T) {
	t.Parallel()
	body := `{"data":[]}` + strings.Repeat(" ", 1000)
	for _, chunked := range []bool{false, true} {
		h := func(w http.ResponseWriter, _ *http.Request) {
			if chunked {
				_ = http.NewResponseController(w).Flush()
			}
			_, _ = io.WriteString(w, body)
		}
		if _, err := serve(t, h, terra.WithMaxResponseBytes(int64(len(body)))).Sleep.Fetch(t.Context(), "u1", week); err != nil {
			t.Errorf("chunked %t: at the limit: %v", chunked, err)
		}
		_, err := serve(t, h, terra.WithMaxResponseBytes(int64(len(body)-1))).Sleep.Fetch(t.Context(), "u1", week)
		if !errors.Is(err, terra.ErrResponseTooLarge) {
			t.Errorf("chunked %t: beyond the limit: %v", chunked, err)
		}
	}
}

// A redirect is not followed: the API key would go along.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was redirected, with %d headers", r.Method, len(r.Header))
	}))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/plantedmarker", status)
		}, terra.WithHTTPClient(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}))
		for call, err := range everyCall(t.Context(), client, "u1") {
			if e := failure(t, err); e.StatusCode != status {
				t.Errorf("%s: status %d, want %d", call, e.StatusCode, status)
			}
		}
	}
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	client := newClient(t, terra.WithBaseURL("http://"+listener.Addr().String()), once)
	_, err = client.Providers.List(t.Context())
	if !errors.Is(err, terra.ErrConnection) || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
	if want := "terra: GET /integrations: connection failed: connection refused"; err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(answer(200, `{}`))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	_, err := newClient(t, terra.WithBaseURL(server.URL), once).Providers.List(t.Context())
	if want := "terra: GET /integrations: connection failed: certificate not trusted"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	_, err = newClient(t, terra.WithBaseURL(server.URL), terra.WithHTTPClient(server.Client())).Sleep.Fetch(t.Context(), "u1", week)
	if err != nil {
		t.Errorf("with the certificate trusted: %v", err)
	}
}

func TestAttemptTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &script{handlers: []http.HandlerFunc{hang}}
		client := inProcess(t, server.ServeHTTP, terra.WithRetry(terra.RetryPolicy{Attempts: 2, Timeout: 7 * time.Second}))
		start := time.Now()
		_, err := client.Sleep.List(t.Context(), "u1", week)
		if !errors.Is(err, terra.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if n, took := server.requests(), time.Since(start); n != 2 || took < 14*time.Second || took > 15*time.Second {
			t.Errorf("%d requests in %v", n, took)
		}
		if want := "terra: GET /sleep: attempt timed out (2 attempts)"; err.Error() != want {
			t.Errorf("text %q, want %q", err, want)
		}
	})
}

// A body that trickles in for ever ends with the attempt.
func TestTricklingBody(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"data":[`)
		_ = http.NewResponseController(w).Flush()
		hang(w, r)
	}, terra.WithRetry(terra.RetryPolicy{Attempts: 1, Timeout: 50 * time.Millisecond}))
	_, err := client.Sleep.Fetch(t.Context(), "u1", week)
	if !errors.Is(err, terra.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// The caller's deadline and cancellation end a call at once, and are not retried.
func TestCallersContext(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		context func(context.Context) (context.Context, context.CancelFunc)
		is      error
	}{
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 5*time.Second)
		}, context.DeadlineExceeded},
		"cancellation": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(5*time.Second, cancel)
			return ctx, cancel
		}, context.Canceled},
		"cancellation with a cause": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(5*time.Second, func() { cancel(errors.New("plantedmarker")) })
			return ctx, func() { cancel(nil) }
		}, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{handlers: []http.HandlerFunc{hang}}
				client := inProcess(t, server.ServeHTTP)
				ctx, cancel := tc.context(t.Context())
				defer cancel()
				start := time.Now()
				_, err := client.Sleep.List(ctx, "u1", week)
				if !errors.Is(err, tc.is) || errors.Is(err, terra.ErrTimeout) {
					t.Errorf("got %v", err)
				}
				if n, took := server.requests(), time.Since(start); n != 1 || took != 5*time.Second {
					t.Errorf("%d requests in %v", n, took)
				}
				if strings.Contains(err.Error(), "plantedmarker") {
					t.Error("the text repeats the cause")
				}
			})
		})
	}
}

func TestCancelledBeforeTheCall(t *testing.T) {
	t.Parallel()
	server := &script{handlers: []http.HandlerFunc{answer(200, `{}`)}}
	client := serve(t, server.ServeHTTP)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for call, err := range everyCall(ctx, client, "u1") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", call, err)
		}
	}
	if n := server.requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
}
