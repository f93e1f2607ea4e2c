package terra_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
)

func abort(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestRetries(t *testing.T) {
	t.Parallel()
	fine := answer(200, sleepBody(week.Start))
	for name, tc := range map[string]struct {
		handlers []http.HandlerFunc
		requests int
		status   int // of the error; 0 for none
	}{
		"fine":                        {[]http.HandlerFunc{fine}, 1, 0},
		"500 once":                    {[]http.HandlerFunc{answer(500, ``), fine}, 2, 0},
		"408, 503":                    {[]http.HandlerFunc{answer(408, ``), answer(503, ``), fine}, 3, 0},
		"429":                         {[]http.HandlerFunc{answer(429, `{}`), fine}, 2, 0},
		"dropped":                     {[]http.HandlerFunc{abort, abort, fine}, 3, 0},
		"503 for ever":                {[]http.HandlerFunc{answer(503, ``)}, 3, 503},
		"400":                         {[]http.HandlerFunc{answer(400, `{}`), fine}, 1, 400},
		"401":                         {[]http.HandlerFunc{answer(401, `{}`), fine}, 1, 401},
		"404":                         {[]http.HandlerFunc{answer(404, `{}`), fine}, 1, 404},
		"409":                         {[]http.HandlerFunc{answer(409, `{}`), fine}, 1, 409},
		"a redirect":                  {[]http.HandlerFunc{answer(302, ``), fine}, 1, 302},
		"invalid JSON":                {[]http.HandlerFunc{answer(200, `{`), fine}, 1, 200},
		"429 that waiting cannot end": {[]http.HandlerFunc{withHeader(answer(429, `{}`), "X-Terra-RateLimit-Rule", "r1"), fine}, 1, 429},
		"429 that asks for too much":  {[]http.HandlerFunc{withHeader(answer(429, `{}`), "Retry-After", "31"), fine}, 1, 429},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{handlers: tc.handlers}
				_, err := inProcess(t, server.ServeHTTP).Sleep.List(t.Context(), "u1", week)
				if n := server.requests(); n != tc.requests {
					t.Errorf("%d requests, want %d", n, tc.requests)
				}
				if tc.status == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				e := failure(t, err)
				if e.StatusCode != tc.status || e.Attempts != tc.requests {
					t.Errorf("status %d after %d attempts, want %d after %d", e.StatusCode, e.Attempts, tc.status, tc.requests)
				}
				if (tc.requests > 1) != strings.HasSuffix(e.Error(), "(3 attempts)") {
					t.Errorf("text %q", e)
				}
			})
		})
	}
}

// What could happen twice is sent once; what cannot is tried again.
func TestWhichCallsAreRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := inProcess(t, answer(503, ``))
		for call, err := range everyCall(t.Context(), client, "u1") {
			want := 3
			switch call {
			case "Sleep.Fetch", "Sleep.Request", "Athlete.Fetch", "Athlete.Request",
				"Auth.GenerateAuthURL", "Auth.GenerateWidgetSession", "Auth.GenerateToken":
				want = 1
			}
			if got := failure(t, err).Attempts; got != want {
				t.Errorf("%s: %d attempts, want %d", call, got, want)
			}
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &script{handlers: []http.HandlerFunc{answer(503, ``)}}
		client := inProcess(t, server.ServeHTTP, terra.WithRetry(terra.RetryPolicy{
			Attempts: 6, MinDelay: time.Second, MaxDelay: 4 * time.Second,
		}))
		_, _ = client.Sleep.List(t.Context(), "u1", week)
		for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second, 4 * time.Second} {
			if gap := server.gap(i + 1); gap < want/2 || gap > want {
				t.Errorf("wait %d took %v, want %v to %v", i+1, gap, want/2, want)
			}
		}
	})
}

func TestJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waits := map[time.Duration]bool{}
		for range 20 {
			server := &script{handlers: []http.HandlerFunc{answer(503, ``), answer(404, ``)}}
			_, _ = inProcess(t, server.ServeHTTP).Sleep.List(t.Context(), "u1", week)
			waits[server.gap(1)] = true
		}
		if len(waits) < 10 {
			t.Errorf("20 clients waited %d different times", len(waits))
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"seconds": func() string { return "20" },
		"date":    func() string { return time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{handlers: []http.HandlerFunc{
					func(w http.ResponseWriter, r *http.Request) {
						withHeader(answer(503, ``), "Retry-After", header())(w, r)
					},
					answer(200, sleepBody()),
				}}
				if _, err := inProcess(t, server.ServeHTTP).Sleep.List(t.Context(), "u1", week); err != nil {
					t.Fatal(err)
				}
				if gap := server.gap(1); gap < 20*time.Second || gap > 21*time.Second {
					t.Errorf("waited %v, want 20s", gap)
				}
			})
		})
	}
}

// A wait that would outlast the caller's deadline is not begun.
func TestRetryThatWouldBeTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := inProcess(t, withHeader(answer(503, ``), "Retry-After", "20"))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err := client.Sleep.List(ctx, "u1", week)
		if e := failure(t, err); e.StatusCode != 503 || e.RetryAfter != 20*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("took %v", took)
		}
	})
}

func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := inProcess(t, withHeader(answer(503, ``), "Retry-After", "20"))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		start := time.Now()
		_, err := client.Sleep.List(ctx, "u1", week)
		if e := failure(t, err); e.StatusCode != 503 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
