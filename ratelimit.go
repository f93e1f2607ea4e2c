package terra

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// RateLimit is where a connection stands with Terra's own limit on history: the
// days of data that may be asked for within an hour. The zero RateLimit means
// that Terra did not say, as for calls it does not count.
type RateLimit struct {
	// Rule is the limit a refused request ran into, "" when it was accepted:
	// [RuleWindow] or [RuleBudget].
	Rule string

	Limit      int           // days per hour
	Remaining  int           // days left of Limit
	ResetAfter time.Duration // until Remaining is Limit again
}

const (
	// RuleWindow refuses a single request for more than 1,825 days. Waiting does not
	// help.
	RuleWindow = "r1"

	// RuleBudget refuses a request when the connection's days of the past hour are
	// used up.
	RuleBudget = "r2"
)

func parseRateLimit(h http.Header) RateLimit {
	r := RateLimit{
		Rule:      h.Get("X-Terra-RateLimit-Rule"),
		Limit:     parseDays(h.Get("X-Terra-RateLimit-Limit")),
		Remaining: parseDays(h.Get("X-Terra-RateLimit-Remaining")),
	}
	r.ResetAfter, _ = parseSeconds(h.Get("X-Terra-RateLimit-Reset-After"))
	return r
}

// parseDays is 0 for what is no count of days.
func parseDays(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return max(0, n)
}

// parseRetryAfter reads both forms of the header, seconds and an HTTP date; 0 when
// it is missing, malformed or past.
func parseRetryAfter(h http.Header, now time.Time) time.Duration {
	s := h.Get("Retry-After")
	if d, ok := parseSeconds(s); ok {
		return d
	}
	t, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return max(0, t.Sub(now))
}

// parseSeconds reads a non-negative decimal number of seconds.
func parseSeconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0) {
		return 0, false
	}
	return secondsOf(f), true
}

// secondsOf is f seconds, from none to as many as a duration can hold.
func secondsOf(f float64) time.Duration {
	if f >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(max(0, f) * float64(time.Second))
}
