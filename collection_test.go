package terra_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
)

const (
	processing = `{"type":"processing","retry_after_seconds":60}`
	queued     = `{"type":"sleep","status":"success","message":"on its way","reference":"ref"}`
)

// nights answers with one night for each day of the range asked for, and notes
// the ranges.
type nights struct {
	mu     sync.Mutex
	ranges []string
}

func (n *nights) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	start, err1 := health.ParseDate(q.Get("start_date"))
	end, err2 := health.ParseDate(q.Get("end_date"))
	if err1 != nil || err2 != nil {
		answer(400, `{}`)(w, r)
		return
	}
	n.mu.Lock()
	n.ranges = append(n.ranges, fmt.Sprintf("%s/%s", start, end))
	n.mu.Unlock()
	var days []health.Date
	for d := start; d.Before(end); d = d.AddDays(1) {
		days = append(days, d)
	}
	answer(200, sleepBody(days...))(w, r)
}

func TestList(t *testing.T) {
	t.Parallel()
	client := serve(t, new(nights).ServeHTTP)
	got, err := client.Sleep.List(t.Context(), "u1", week)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 7 {
		t.Fatalf("%d nights", len(got))
	}
	for i, night := range got {
		if night.Metadata.StartTime.Date() != week.Start.AddDays(i) {
			t.Errorf("night %d is of another day", i)
		}
	}
}

func TestListOfNothing(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"type":"sleep","data":[]}`, `{"type":"no_data"}`} {
		got, err := inProcess(t, answer(200, body)).Sleep.List(t.Context(), "u1", week)
		if err != nil || len(got) != 0 {
			t.Errorf("%s: %d nights, error %v", body, len(got), err)
		}
	}
}

func TestListWaitsForProcessing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body string
		want time.Duration
	}{
		"as told":                 {processing, time.Minute},
		"when not told how long":  {`{"type":"processing"}`, 30 * time.Second},
		"ten minutes and no more": {`{"type":"processing","retry_after_seconds":600}`, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{handlers: []http.HandlerFunc{answer(200, tc.body), answer(200, sleepBody(week.Start))}}
				got, err := inProcess(t, server.ServeHTTP).Sleep.List(t.Context(), "u1", week)
				if err != nil || len(got) != 1 {
					t.Fatalf("%d nights, error %v", len(got), err)
				}
				if gap := server.gap(1); gap != tc.want {
					t.Errorf("waited %v, want %v", gap, tc.want)
				}
			})
		})
	}
}

func TestListGivesUpOnProcessing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body     string
		timeout  time.Duration
		requests int
		took     time.Duration
		is       error
	}{
		"after ten requests":        {processing, time.Hour, 10, 9 * time.Minute, terra.ErrProcessing},
		"when the wait is too long": {`{"type":"processing","retry_after_seconds":601}`, time.Hour, 1, 0, terra.ErrProcessing},
		"for the deadline":          {processing, 90 * time.Second, 2, time.Minute, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tc.timeout)
				defer cancel()
				server := &script{handlers: []http.HandlerFunc{answer(200, tc.body)}}
				start := time.Now()
				_, err := inProcess(t, server.ServeHTTP).Sleep.List(ctx, "u1", week)
				if e := failure(t, err); !errors.Is(err, terra.ErrProcessing) || !errors.Is(err, tc.is) || e.RetryAfter < time.Minute {
					t.Errorf("got %v", err)
				}
				if n, took := server.requests(), time.Since(start); n != tc.requests || took != tc.took {
					t.Errorf("%d requests in %v, want %d in %v", n, took, tc.requests, tc.took)
				}
			})
		})
	}
}

func TestListRefusesOtherOutcomes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{"status":"error","message":"out of order"}`: terra.ErrNoData,
		queued: terra.ErrQueued,
		`{"type":"rate_limit","message":"Rate limit exceeded"}`: terra.ErrRateLimited,
		`{"status":"success"}`: terra.ErrMalformed,
	} {
		_, err := inProcess(t, answer(200, body)).Sleep.List(t.Context(), "u1", week)
		e := failure(t, err)
		if !errors.Is(err, want) || e.StatusCode != 200 || string(e.Raw) != body {
			t.Errorf("%s: %v", body, err)
		}
		if want == terra.ErrQueued && e.Reference != "ref" {
			t.Error("the reference is lost")
		}
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	got, err := serve(t, answer(200, queued)).Sleep.Request(t.Context(), "u1", week)
	if err != nil || got.Reference != "ref" || got.Large || got.Status != "success" || got.Message != "on its way" {
		t.Fatalf("reference, size and status are not those of the body, error %v", err)
	}
	for body, want := range map[string]error{
		sleepBody():               terra.ErrNotQueued,
		`{"type":"no_data"}`:      terra.ErrNoData,
		processing:                terra.ErrProcessing,
		`{"type":"rate_limit"}`:   terra.ErrRateLimited,
		`{"status":"success"}`:    terra.ErrMalformed,
		`{"athlete":{"age":"7"}}`: terra.ErrMalformed,
	} {
		server := &script{handlers: []http.HandlerFunc{answer(200, body)}}
		_, err := inProcess(t, server.ServeHTTP).Sleep.Request(t.Context(), "u1", week)
		if !errors.Is(err, want) || server.requests() != 1 {
			t.Errorf("%s: %v after %d requests", body, err, server.requests())
		}
	}
	client := inProcess(t, answer(200, `{"type":"about:blank","title":"ok","instance":"/sleep","detail":"no destinations available for this connection"}`))
	_, err = client.Sleep.Request(t.Context(), "u1", week)
	if want := "terra: GET /sleep: 200 OK: no destinations available for this connection: response not understood"; err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestCallOptions(t *testing.T) {
	t.Parallel()
	var query string
	client := inProcess(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Query().Encode()
		answer(200, sleepBody())(w, r)
	})
	for name, tc := range map[string]struct {
		opts []terra.CallOption
		want string
	}{
		"none":            {nil, "end_date=2026-03-09&start_date=2026-03-02&to_webhook=false&user_id=u1&with_samples=false"},
		"samples":         {[]terra.CallOption{terra.WithSamples(true)}, "end_date=2026-03-09&start_date=2026-03-02&to_webhook=false&user_id=u1&with_samples=true"},
		"the last counts": {[]terra.CallOption{terra.WithSamples(true), terra.WithSamples(false)}, "end_date=2026-03-09&start_date=2026-03-02&to_webhook=false&user_id=u1&with_samples=false"},
		"provider's limit": {
			[]terra.CallOption{terra.WithRetryIfRateLimited(true)},
			"end_date=2026-03-09&retry_if_rate_limited=true&start_date=2026-03-02&to_webhook=false&user_id=u1&with_samples=false",
		},
	} {
		if _, err := client.Sleep.List(t.Context(), "u1", week, tc.opts...); err != nil {
			t.Fatal(err)
		}
		if query != tc.want {
			t.Errorf("%s: query %s, want %s", name, query, tc.want)
		}
	}
	for _, days := range []int{-1, 1826} {
		_, err := client.Sleep.List(t.Context(), "u1", week, terra.WithWindow(days))
		wantArgument(t, err, "window")
	}
}

func TestAll(t *testing.T) {
	t.Parallel()
	start := date(2026, time.January, 1)
	for name, tc := range map[string]struct {
		r    terra.Range
		opts []terra.CallOption
		want []string
	}{
		"one window":      {terra.Days(start, 28), nil, []string{"2026-01-01/2026-01-29"}},
		"one and a day":   {terra.Days(start, 29), nil, []string{"2026-01-01/2026-01-29", "2026-01-29/2026-01-30"}},
		"with samples":    {terra.Days(start, 15), []terra.CallOption{terra.WithSamples(true)}, []string{"2026-01-01/2026-01-08", "2026-01-08/2026-01-15", "2026-01-15/2026-01-16"}},
		"a window of 1":   {terra.Days(start, 2), []terra.CallOption{terra.WithWindow(1)}, []string{"2026-01-01/2026-01-02", "2026-01-02/2026-01-03"}},
		"the largest":     {terra.Days(start, 1825), []terra.CallOption{terra.WithWindow(1825)}, []string{"2026-01-01/2030-12-31"}},
		"a window of all": {terra.Days(start, 3), []terra.CallOption{terra.WithWindow(1825), terra.WithSamples(true)}, []string{"2026-01-01/2026-01-04"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := new(nights)
			client := inProcess(t, server.ServeHTTP)
			day := tc.r.Start
			for night, err := range client.Sleep.All(t.Context(), "u1", tc.r, tc.opts...) {
				if err != nil {
					t.Fatal(err)
				}
				if night.Metadata.StartTime.Date() != day {
					t.Fatalf("out of order at %s", day)
				}
				day = day.AddDays(1)
			}
			if day != tc.r.End {
				t.Errorf("ended with %s, want %s", day, tc.r.End)
			}
			if !slices.Equal(server.ranges, tc.want) {
				t.Errorf("asked for %v, want %v", server.ranges, tc.want)
			}
		})
	}
}

// All asks for a window when the loop gets there, and for no more after a break.
func TestAllIsLazy(t *testing.T) {
	t.Parallel()
	server := new(nights)
	all := inProcess(t, server.ServeHTTP).Sleep.All(t.Context(), "u1", terra.Days(week.Start, 100), terra.WithWindow(10))
	if len(server.ranges) != 0 {
		t.Error("a request before the loop")
	}
	n := 0
	for range all {
		if n++; n == 10 {
			break
		}
	}
	if len(server.ranges) != 1 {
		t.Errorf("%d requests for the first ten nights", len(server.ranges))
	}
	for range all {
		break
	}
	if !slices.Equal(server.ranges, []string{"2026-03-02/2026-03-12", "2026-03-02/2026-03-12"}) {
		t.Error("a second loop does not begin anew")
	}
}

func TestAllEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		second http.HandlerFunc
		is     error
	}{
		"not found":                    {answer(404, `{}`), terra.ErrNotFound},
		"queued":                       {answer(200, queued), terra.ErrQueued},
		"window too large":             {withHeader(answer(429, `{}`), "X-Terra-RateLimit-Rule", "r1", "Retry-After", "5"), terra.ErrRateLimited},
		"limited, not told for long":   {withHeader(answer(429, `{}`), "X-Terra-RateLimit-Rule", "r2"), terra.ErrRateLimited},
		"limited for longer than ever": {withHeader(answer(429, `{}`), "Retry-After", "7201"), terra.ErrRateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := &script{handlers: []http.HandlerFunc{answer(200, sleepBody(week.Start)), tc.second}}
				var nights, errs int
				for _, err := range inProcess(t, server.ServeHTTP).Sleep.All(t.Context(), "u1", terra.Days(week.Start, 365)) {
					switch {
					case errors.Is(err, tc.is):
						errs++
					case err != nil:
						t.Errorf("got %v", err)
					default:
						nights++
					}
				}
				if nights != 1 || errs != 1 {
					t.Errorf("%d nights and %d errors", nights, errs)
				}
			})
		})
	}
}

func TestAllWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		headers []string
		want    time.Duration
	}{
		"Retry-After": {[]string{"X-Terra-RateLimit-Rule", "r2", "Retry-After", "1800"}, 30 * time.Minute},
		"Reset-After": {[]string{"X-Terra-RateLimit-Rule", "r2", "X-Terra-RateLimit-Reset-After", "3600"}, time.Hour},
		"both":        {[]string{"X-Terra-RateLimit-Rule", "r2", "Retry-After", "1800", "X-Terra-RateLimit-Reset-After", "3600"}, 30 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limited := withHeader(answer(429, `{"detail":"rate limit exceeded"}`), tc.headers...)
				server := &script{handlers: []http.HandlerFunc{
					answer(200, sleepBody(week.Start)), limited, limited, limited, answer(200, sleepBody(week.Start.AddDays(28))),
				}}
				client := inProcess(t, server.ServeHTTP, once)
				start := time.Now()
				n := 0
				for _, err := range client.Sleep.All(t.Context(), "u1", terra.Days(week.Start, 30)) {
					if err != nil {
						t.Fatal(err)
					}
					n++
				}
				if took := time.Since(start); n != 2 || took != 3*tc.want {
					t.Errorf("%d nights in %v, want 2 in %v", n, took, 3*tc.want)
				}
			})
		})
	}
}

func TestAllGivesUpItsTurn(t *testing.T) {
	t.Parallel()
	limited := withHeader(answer(429, `{}`), "X-Terra-RateLimit-Rule", "r2", "Retry-After", "3600")
	for name, tc := range map[string]struct {
		timeout, took time.Duration
		requests      int
		is            error
	}{
		"after five waits":         {24 * time.Hour, 5 * time.Hour, 6, terra.ErrRateLimited},
		"for the deadline":         {150 * time.Minute, 2 * time.Hour, 3, context.DeadlineExceeded},
		"before the first of them": {time.Minute, 0, 1, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tc.timeout)
				defer cancel()
				server := &script{handlers: []http.HandlerFunc{limited}}
				start := time.Now()
				for _, err := range inProcess(t, server.ServeHTTP).Sleep.All(ctx, "u1", week) {
					if !errors.Is(err, terra.ErrRateLimited) || !errors.Is(err, tc.is) {
						t.Errorf("got %v", err)
					}
				}
				if n, took := server.requests(), time.Since(start); n != tc.requests || took != tc.took {
					t.Errorf("%d requests in %v, want %d in %v", n, took, tc.requests, tc.took)
				}
			})
		})
	}
}

func TestAthlete(t *testing.T) {
	t.Parallel()
	client := serve(t, answer(200, `{"type":"athlete","athlete":{"first_name":"A"}}`))
	got, err := client.Athlete.Get(t.Context(), "u1")
	if err != nil || got.FirstName.Or("") != "A" {
		t.Errorf("another athlete, error %v", err)
	}
	for body, want := range map[string]error{
		`{"type":"no_data"}`:           terra.ErrNoData,
		`{"type":"athlete","data":[]}`: terra.ErrNoData,
		queued:                         terra.ErrQueued,
		`{"type":"athlete"}`:           terra.ErrMalformed,
		`{"athlete":"seven"}`:          terra.ErrMalformed,
	} {
		if _, err := inProcess(t, answer(200, body)).Athlete.Get(t.Context(), "u1"); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
	}
	promised, err := inProcess(t, answer(200, queued)).Athlete.Request(t.Context(), "u1")
	if err != nil || promised.Reference != "ref" {
		t.Errorf("another reference, error %v", err)
	}
}

func TestAllSevenTypes(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v2/athlete" {
			answer(200, `{"athlete":{}}`)(w, r)
			return
		}
		answer(200, fmt.Sprintf(`{"type":%q,"data":[{},{}]}`, r.URL.Path[len("/api/v2/"):]))(w, r)
	})
	count := func(n int, err error) int {
		if err != nil {
			t.Error(err)
		}
		return n
	}
	for name, got := range map[string]int{
		"activity":     count(length(client.Activity.List(t.Context(), "u1", week))),
		"body":         count(length(client.Body.List(t.Context(), "u1", week))),
		"daily":        count(length(client.Daily.List(t.Context(), "u1", week))),
		"sleep":        count(length(client.Sleep.List(t.Context(), "u1", week))),
		"nutrition":    count(length(client.Nutrition.List(t.Context(), "u1", week))),
		"menstruation": count(length(client.Menstruation.List(t.Context(), "u1", week))),
	} {
		if got != 2 {
			t.Errorf("%s: %d records", name, got)
		}
	}
	if _, err := client.Athlete.Get(t.Context(), "u1"); err != nil {
		t.Error(err)
	}
}

func length[T any](items []T, err error) (int, error) { return len(items), err }

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	client := serve(t, new(nights).ServeHTTP)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			user := fmt.Sprint("u", i)
			if got, err := client.Sleep.List(t.Context(), user, week); err != nil || len(got) != 7 {
				t.Errorf("%d nights, error %v", len(got), err)
			}
			n := 0
			for _, err := range client.Sleep.All(t.Context(), user, week, terra.WithWindow(2)) {
				if err != nil {
					t.Error(err)
				}
				n++
			}
			if n != 7 {
				t.Errorf("%d nights", n)
			}
		})
	}
	wg.Wait()
}
