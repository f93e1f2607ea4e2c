package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// TestAdvanceWalks: a day on the clock brings every retry of that day, each at its
// own time, and takes no longer than the requests do.
func TestAdvanceWalks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, user := start(t, func(*http.Request) (*http.Response, error) { return status(503) })
		defer s.Close()
		begun, was := time.Now(), s.Now()
		trigger(t, s, "connection_error", user)
		if err := s.Advance(t.Context(), 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("took %v of real time, want none", took)
		}
		if passed := s.Now().Sub(was); passed != 24*time.Hour {
			t.Errorf("the clock moved by %v, want 24h", passed)
		}
		d := s.Deliveries()[0]
		if d.State != sandbox.StateFailed || len(d.Attempts) != 11 {
			t.Fatalf("%s after %d attempts, want failed after 11", d.State, len(d.Attempts))
		}
		want := 30 * time.Second
		for i, a := range d.Attempts[1:] {
			if got := a.At.Sub(d.Attempts[i].At); got != want {
				t.Errorf("retry %d after %v, want %v", i+1, got, want)
			}
			want *= 2
		}
	})
}

// TestAdvanceStops: only what is due by then is attempted.
func TestAdvanceStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, user := start(t, func(*http.Request) (*http.Response, error) { return status(503) })
		defer s.Close()
		trigger(t, s, "connection_error", user)
		var attempts []int
		for _, d := range []time.Duration{0, 30*time.Second - 1, 1, time.Minute} {
			if err := s.Advance(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			attempts = append(attempts, len(s.Deliveries()[0].Attempts))
		}
		if !slices.Equal(attempts, []int{1, 1, 2, 3}) {
			t.Errorf("attempts so far: %v, want [1 1 2 3]", attempts)
		}
	})
}

func TestAdvanceEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		trigger(t, s, "auth", user)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Advance(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a context that ends: %v", err)
		}
		for _, d := range []time.Duration{-1, 101 * 365 * 24 * time.Hour} {
			if err := s.Advance(t.Context(), d); !errors.Is(err, sandbox.ErrInvalidAdvance) {
				t.Errorf("by %v: %v, want ErrInvalidAdvance", d, err)
			}
		}
		done := make(chan error, 2)
		for range cap(done) { // the second waits for the first
			go func() { done <- s.Advance(context.Background(), time.Hour) }()
		}
		synctest.Wait()
		s.Close()
		for range cap(done) {
			if err := <-done; !errors.Is(err, http.ErrServerClosed) {
				t.Errorf("on a server that closes: %v, want ErrServerClosed", err)
			}
		}
	})
}

// TestControlClock: the day of records, and the life of a session, follow the
// clock over HTTP.
func TestControlClock(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	days := func() int {
		path := "/api/v2/daily?to_webhook=false&start_date=2026-06-10&end_date=2026-07-01&user_id=" + user
		return len(at(call(t, s, "GET", path, "").object(t), "data").([]any))
	}
	before := days()
	session := call(t, s, "POST", "/api/v2/auth/generateWidgetSession", "").object(t)["session_id"].(string)
	a := call(t, s, "POST", "/_sandbox/clock", `{"advance":"48h"}`)
	if now, _ := time.Parse(time.RFC3339Nano, a.object(t)["now"].(string)); a.StatusCode != 200 || !now.Equal(noon().Add(48*time.Hour)) {
		t.Errorf("status %d, now %v", a.StatusCode, now)
	}
	if got := days(); got != before+2 {
		t.Errorf("%d days two days later, want %d", got, before+2)
	}
	if a := call(t, s, "GET", "/session/"+session, ""); a.StatusCode != http.StatusGone {
		t.Errorf("a session two days later: status %d, want 410", a.StatusCode)
	}
	if u := connect(t, s, "OURA", "ben"); health.DateOf(must(u.CreatedAt.Time())) != health.NewDate(2026, time.June, 17) {
		t.Error("a user connected now was not created now")
	}
	for body, want := range map[string]int{
		``: 400, `{}`: 400, `{"advance":"soon"}`: 400, `{"advance":"-1h"}`: 400, `{"advance":"900000h"}`: 400,
		`{"advance":8}`: 400, `{"retreat":"1h"}`: 400, `{"advance":"0s"}`: 200,
	} {
		if a := call(t, s, "POST", "/_sandbox/clock", body); a.StatusCode != want {
			t.Errorf("%s: status %d, want %d", body, a.StatusCode, want)
		}
	}
	if a := call(t, s, "PUT", "/_sandbox/clock", ""); a.StatusCode != 405 {
		t.Errorf("PUT: status %d, want 405", a.StatusCode)
	}
	call(t, s, "POST", "/_sandbox/reset", "")
	if a := call(t, s, "GET", "/_sandbox/clock", "").object(t); a["ahead"] != "0s" || !s.Now().Equal(noon()) {
		t.Error("a reset leaves the clock ahead")
	}
}

func must[T any](v T, ok bool) T {
	if !ok {
		panic("not there")
	}
	return v
}
