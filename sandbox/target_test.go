package sandbox_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

func advance(t *testing.T, s *sandbox.Server, d time.Duration) {
	t.Helper()
	if err := s.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// hang answers as a receiver that never does.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestRetryProfiles: when each profile tries again.
func TestRetryProfiles(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"current": "30s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h4m0s 2h8m0s 4h16m0s",
		"faq":     "5m0s 30m0s 1h0m0s 2h0m0s 4h0m0s 5h0m0s 6h0m0s 6h0m0s",
		"day":     "1m30s 3m0s 6m0s 12m0s 24m0s 48m0s 1h36m0s 3h12m0s 6h24m0s 12h48m0s",
	}
	if len(tests) != len(sandbox.RetryProfiles()) {
		t.Errorf("profiles: %v", sandbox.RetryProfiles())
	}
	for name, want := range tests {
		for _, code := range []int{302, 404, 500} {
			synctest.Test(t, func(t *testing.T) {
				s, err := sandbox.New(sandbox.WithRetryProfile(name), sandbox.WithTransport(
					transport(func(r *http.Request) (*http.Response, error) {
						if r.URL.Host == "two.example" {
							return status(200)
						}
						return status(code)
					})))
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}})
				s.Connect("GARMIN", "anna")
				// A day of failure disables a destination, and the longest profiles
				// outlast that; so it makes a new start halfway.
				advance(t, s, 14*time.Hour)
				s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}})
				advance(t, s, 14*time.Hour)
				d := s.Deliveries()[0]
				var got []string
				for i, a := range d.Attempts[1:] {
					got = append(got, a.At.Sub(d.Attempts[i].At).String())
				}
				if strings.Join(got, " ") != want || d.State != sandbox.StateFailed {
					t.Errorf("%s, status %d: %s after waits of %v", name, code, d.State, got)
				}
			})
		}
	}
}

func TestSetRetryProfile(t *testing.T) {
	t.Parallel()
	if _, err := sandbox.New(sandbox.WithRetryProfile("never")); err != sandbox.ErrUnknownRetryProfile {
		t.Errorf("an unknown profile: %v", err)
	}
	s := sandboxtest.New(t)
	for body, want := range map[string]int{``: 400, `{}`: 400, `{"profile":"never"}`: 400, `{"profiles":"day"}`: 400, `{"profile":"faq"}`: 200} {
		if a := call(t, s, "PUT", "/_sandbox/retries", body); a.StatusCode != want {
			t.Errorf("%s: status %d, want %d", body, a.StatusCode, want)
		}
	}
	if v := call(t, s, "GET", "/_sandbox/retries", "").object(t); at(v, "profile") != "faq" || at(v, "waits.0") != "5m0s" || at(v, "profiles.0") != "current" {
		t.Error("the profile that was set is not told")
	}
	if a := call(t, s, "POST", "/_sandbox/retries", ""); a.StatusCode != 405 {
		t.Errorf("POST: status %d, want 405", a.StatusCode)
	}
}

// TestDisabling: warnings after 8 and 16 hours of failure, the end after 24; what is
// then sent is not attempted, until the destinations are set anew.
func TestDisabling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			requests.Add(1)
			if r.URL.Host == "two.example" {
				return status(200)
			}
			return status(500)
		})
		defer s.Close()
		both := []sandbox.Destination{{URL: "http://one.example/hook"}, {URL: "http://two.example/hook"}}
		s.SetDestinations(both)
		begun := s.Now()
		trigger(t, s, "auth", user)
		for _, step := range []struct {
			by       time.Duration
			warnings int
			disabled bool
		}{
			{8*time.Hour - 1, 0, false},
			{1, 1, false},
			{8 * time.Hour, 2, false},
			{8*time.Hour - 1, 2, false},
			{1, 2, true},
			{24 * time.Hour, 2, true},
		} {
			advance(t, s, step.by)
			one := s.Destinations()[0]
			if len(one.Warnings) != step.warnings || one.DisabledAt.IsZero() == step.disabled || !one.FailingSince.Equal(begun) {
				t.Errorf("after %v: %d warnings, disabled %t", s.Now().Sub(begun), len(one.Warnings), !one.DisabledAt.IsZero())
			}
		}
		if one := s.Destinations()[0]; !one.DisabledAt.Equal(begun.Add(24*time.Hour)) || one.Secret != "" {
			t.Error("not disabled a day after the first failure, or the secret is told")
		}
		if two := s.Destinations()[1]; !two.FailingSince.IsZero() {
			t.Error("one destination's failures are another's")
		}

		before := requests.Load()
		d := trigger(t, s, "auth", user)
		s.Resend(d.ID)
		s.Flush(t.Context())
		list := s.Deliveries()
		if d := list[len(list)-2]; d.State != sandbox.StateDisabled || len(d.Attempts) != 0 || requests.Load() != before+1 {
			t.Errorf("to a disabled destination: %s after %d attempts", d.State, len(d.Attempts))
		}
		if last := list[len(list)-1]; last.State != sandbox.StateDelivered {
			t.Errorf("to the other: %s", last.State)
		}

		both[0].URL = "http://two.example/hook"
		s.SetDestinations(both)
		s.Resend(d.ID)
		s.Flush(t.Context())
		if list := s.Deliveries(); list[len(list)-2].State != sandbox.StateDelivered || !s.Destinations()[0].DisabledAt.IsZero() {
			t.Error("not enabled again by setting the destinations")
		}
	})
}

// TestSuccessStartsAnew: one success, and a day of failure begins again.
func TestSuccessStartsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		code := 500
		s, user := start(t, func(*http.Request) (*http.Response, error) { return status(code) })
		defer s.Close()
		d := trigger(t, s, "auth", user)
		advance(t, s, 23*time.Hour)
		code = 200
		s.Resend(d.ID)
		advance(t, s, time.Hour)
		if one := s.Destinations()[0]; len(one.Warnings) != 0 || !one.FailingSince.IsZero() || !one.DisabledAt.IsZero() {
			t.Error("still failing after a success")
		}
		code = 500
		trigger(t, s, "auth", user)
		advance(t, s, 23*time.Hour)
		if one := s.Destinations()[0]; len(one.Warnings) != 2 || !one.DisabledAt.IsZero() {
			t.Error("the day of failure did not begin again")
		}
	})
}

// TestDisabledWhileAnswering: a success that comes too late does not enable.
func TestDisabledWhileAnswering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := false
		s, user := start(t, func(*http.Request) (*http.Response, error) {
			if slow {
				time.Sleep(5 * time.Second)
				return status(200)
			}
			return status(500)
		})
		defer s.Close()
		trigger(t, s, "auth", user)
		advance(t, s, 24*time.Hour-time.Second)
		slow = true
		d := trigger(t, s, "auth", user)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		list := s.Deliveries()
		if got := list[len(list)-1]; got.ID != d.ID || got.State != sandbox.StateDelivered || s.Destinations()[0].DisabledAt.IsZero() {
			t.Errorf("%s, disabled at %v", got.State, s.Destinations()[0].DisabledAt)
		}
	})
}

// TestThrottling: after three timeouts in a row only events about who is connected
// go out, and one attempt in ten minutes; a success lets everything go.
func TestThrottling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := transport(hang)
		var arrived []string
		var requests atomic.Int32
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			requests.Add(1)
			resp, err := answer(r)
			if err == nil {
				arrived = append(arrived, r.Header.Get("Terra-Reference"))
			}
			return resp, err
		})
		defer s.Close()
		for range 3 {
			if s.Destinations()[0].Throttled {
				t.Error("throttled too early")
			}
			trigger(t, s, "auth", user)
			s.Flush(t.Context())
		}
		if one := s.Destinations()[0]; !one.Throttled {
			t.Fatal("not throttled after three timeouts")
		}
		var held []string
		for range 5 {
			held = append(held, trigger(t, s, "connection_error", user).Reference)
		}
		before := requests.Load()
		if err := s.Flush(t.Context()); err != nil || requests.Load() != before {
			t.Error("attempted although throttled")
		}
		d := s.Deliveries()[3]
		if d.State != sandbox.StatePending || len(d.Attempts) != 0 {
			t.Errorf("held back: %s after %d attempts", d.State, len(d.Attempts))
		}
		s.Resend(d.ID)
		s.Flush(t.Context())
		if d := s.Deliveries()[3]; len(d.Attempts) != 1 {
			t.Errorf("resent while throttled: %d attempts, want 1", len(d.Attempts))
		}

		answer = func(*http.Request) (*http.Response, error) { return status(500) }
		trigger(t, s, "user_reauth", user)
		before = requests.Load()
		s.Flush(t.Context())
		if requests.Load() != before+1 || !s.Destinations()[0].Throttled {
			t.Error("an event about who is connected was held back, or its failure taken for a success")
		}

		// One attempt in the next ten minutes; then a success, after which the rest.
		answer = func(*http.Request) (*http.Response, error) { return status(200) }
		advance(t, s, 10*time.Minute)
		if s.Destinations()[0].Throttled {
			t.Error("throttled after a success")
		}
		for _, reference := range held {
			if n := slices.Index(arrived, reference); n < 0 {
				t.Error("something held back has not arrived")
			}
		}
		order := slices.DeleteFunc(slices.Clone(arrived), func(r string) bool { return !slices.Contains(held[1:], r) })
		if !slices.Equal(order, held[1:]) {
			t.Error("what was held back arrived out of order")
		}
	})
}

// TestThrottledProbe: while nothing succeeds, one attempt in ten minutes, and never
// two.
func TestThrottledProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		answer := transport(hang)
		var s *sandbox.Server
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			times = append(times, s.Now())
			return answer(r)
		})
		defer s.Close()
		for range 3 {
			trigger(t, s, "body", user)
			s.Flush(t.Context())
		}
		times = nil
		for range 20 {
			trigger(t, s, "body", user)
		}
		advance(t, s, 2*time.Hour)
		if len(times) < 10 || len(times) > 12 {
			t.Errorf("%d attempts in two hours, want about 12", len(times))
		}
		for i := 1; i < len(times); i++ {
			if gap := times[i].Sub(times[i-1]); gap < 10*time.Minute {
				t.Errorf("two attempts within %v", gap)
			}
		}
		// Disabled, it holds nothing back any more.
		advance(t, s, 23*time.Hour)
		for _, d := range s.Deliveries() {
			if d.State != sandbox.StateDisabled && d.State != sandbox.StateFailed {
				t.Errorf("%s at a disabled destination", d.State)
			}
		}
		// A 500 in between and it is no row of timeouts.
		s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}})
		n := 0
		answer = func(r *http.Request) (*http.Response, error) {
			if n++; n%3 == 0 {
				return status(500)
			}
			return hang(r)
		}
		for range 9 {
			trigger(t, s, "auth", user)
		}
		s.Flush(t.Context())
		if s.Destinations()[0].Throttled {
			t.Error("throttled although it answered in between")
		}
	})
}

// TestThrottledByRule: a rule stands in for timeouts, without the waiting.
func TestThrottledByRule(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]bool{503: false, 504: true} {
		s := sandboxtest.New(t)
		listen(t, s)
		rule := sandbox.Rule{Times: 3, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: code}}
		if _, err := s.AddRule(rule); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			connect(t, s, "GARMIN", "")
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.Destinations()[0].Throttled; got != want {
			t.Errorf("after three times %d: throttled %t, want %t", code, got, want)
		}
	}
}

// TestRemoveDestination: what is on its way to another, and what waits behind that,
// gets there, and what was meant for the one that is gone is given up.
func TestRemoveDestination(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var second atomic.Int32
		s, err := sandbox.New(sandbox.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			if r.URL.Host == "one.example" {
				return status(503)
			}
			second.Add(1)
			return status(200)
		})))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}, {URL: "http://two.example"}})
		user, err := s.Connect("GARMIN", "anna")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Trigger(sandbox.EventRequest{Type: "daily", UserID: user.UserID}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // both are at the first event
		if err := s.RemoveDestination("http://one.example"); err != nil {
			t.Fatal(err)
		}
		advance(t, s, 24*time.Hour)
		if n := second.Load(); n != 2 {
			t.Errorf("the other one got %d deliveries, want 2", n)
		}
		states := map[sandbox.State]int{}
		for _, d := range s.Deliveries() {
			states[d.State]++
		}
		if states[sandbox.StateDelivered] != 2 || states[sandbox.StateFailed] != 2 {
			t.Errorf("they end as %v, want two delivered and two given up", states)
		}
	})
}
