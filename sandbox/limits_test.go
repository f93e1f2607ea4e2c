package sandbox_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// hands is a clock that a test moves.
type hands struct {
	mu sync.Mutex
	at time.Time
}

func (h *hands) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hands) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// ask is for so many days of sleep of somebody who has none.
func ask(t *testing.T, s *sandboxtest.Server, base, user string, days int) answer {
	t.Helper()
	start := health.NewDate(2026, time.June, 1).AddDays(-days)
	return call(t, s, "GET", fmt.Sprintf("%s/sleep?to_webhook=false&user_id=%s&start_date=%s&end_date=2026-06-01", base, user, start), "")
}

func TestRangeLimit(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "STRAVA", "anna").UserID
	for _, base := range bases {
		if a := ask(t, s, base, user, 1825); a.StatusCode != http.StatusOK {
			t.Errorf("%s: 1825 days: status %d, want 200", base, a.StatusCode)
		}
		a := ask(t, s, base, user, 1826)
		if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("X-Terra-RateLimit-Rule") != "r1" ||
			a.Header.Get("Retry-After") != "" || a.text != `{"detail":"rate limit exceeded"}`+"\n" {
			t.Errorf("%s: 1826 days: status %d, want 429 by rule r1", base, a.StatusCode)
		}
		if a.Header.Get("X-Terra-RateLimit-Remaining") != "" {
			t.Errorf("%s: a refusal tells what remains", base)
		}
	}
	if a := ask(t, s, "/api/v2", user, 1); a.Header.Get("X-Terra-RateLimit-Remaining") != fmt.Sprint(6000-2*1825-1) {
		t.Error("refused days were counted")
	}
}

func TestHourlyLimit(t *testing.T) {
	t.Parallel()
	clock := &hands{at: noon()}
	s := sandboxtest.New(t, sandbox.WithNow(clock.now))
	anna, ben := connect(t, s, "STRAVA", "anna").UserID, connect(t, s, "STRAVA", "ben").UserID
	accepted := func(step string, a answer, remaining, reset int) {
		t.Helper()
		h := a.Header
		if a.StatusCode != 200 || h.Get("X-Terra-RateLimit-Limit") != "6000" || h.Get("X-Terra-RateLimit-Rule") != "" ||
			h.Get("X-Terra-RateLimit-Remaining") != fmt.Sprint(remaining) || h.Get("X-Terra-RateLimit-Reset-After") != fmt.Sprint(reset) {
			t.Errorf("%s: status %d, %s remaining, reset after %s; want %d and %d", step, a.StatusCode,
				h.Get("X-Terra-RateLimit-Remaining"), h.Get("X-Terra-RateLimit-Reset-After"), remaining, reset)
		}
	}
	refused := func(step string, a answer, retry int) {
		t.Helper()
		if a.StatusCode != 429 || a.Header.Get("X-Terra-RateLimit-Rule") != "r2" ||
			a.Header.Get("Retry-After") != fmt.Sprint(retry) || a.object(t)["detail"] != "rate limit exceeded" {
			t.Errorf("%s: status %d, retry after %q; want 429 by rule r2 and %d", step, a.StatusCode, a.Header.Get("Retry-After"), retry)
		}
	}
	accepted("first", ask(t, s, "/api/v2", anna, 1800), 4200, 3600)
	clock.advance(10 * time.Minute)
	accepted("other base", ask(t, s, "/v2", anna, 1800), 2400, 3600)
	clock.advance(10 * time.Minute)
	accepted("third", ask(t, s, "/api/v2", anna, 1800), 600, 3600)
	accepted("no days", ask(t, s, "/api/v2", anna, 0), 600, 3600)
	accepted("exactly what is left", ask(t, s, "/api/v2", anna, 600), 0, 3600)
	clock.advance(time.Minute + time.Millisecond)
	refused("a day too many", ask(t, s, "/api/v2", anna, 1), 39*60)
	refused("more than the first frees", ask(t, s, "/v2", anna, 1801), 49*60)
	accepted("no days when none are left", ask(t, s, "/api/v2", anna, 0), 0, 59*60)
	accepted("somebody else", ask(t, s, "/api/v2", ben, 1), 5999, 3600)
	refused("the profile costs a day", call(t, s, "GET", "/api/v2/athlete?to_webhook=false&user_id="+anna, ""), 39*60)
	clock.advance(39 * time.Minute)
	accepted("when the first is an hour old", ask(t, s, "/api/v2", anna, 1800), 0, 3600)
	clock.advance(2 * time.Hour)
	accepted("much later", ask(t, s, "/api/v2", anna, 1), 5999, 3600)
}

func TestNoRateLimits(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon), sandbox.WithRateLimits(false))
	user := connect(t, s, "STRAVA", "anna").UserID
	for range 3 {
		if a := ask(t, s, "/api/v2", user, 5000); a.StatusCode != 200 || a.Header.Get("X-Terra-RateLimit-Limit") != "" {
			t.Errorf("status %d, want 200 and no word of limits", a.StatusCode)
		}
	}
}

// TestResetForgetsSpentDays: user ids are the same in the next world.
func TestResetForgetsSpentDays(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	ask(t, s, "/api/v2", connect(t, s, "STRAVA", "anna").UserID, 1000)
	s.Reset()
	a := ask(t, s, "/api/v2", connect(t, s, "STRAVA", "anna").UserID, 1)
	if a.Header.Get("X-Terra-RateLimit-Remaining") != "5999" {
		t.Error("the days of the old world count")
	}
}
