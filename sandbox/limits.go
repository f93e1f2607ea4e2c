package sandbox

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// What Terra lets be asked for of one user, in days of data. A request without
// dates counts as one day. There is no word on whether the older base is limited
// as well; here it is.
const (
	maxDays       = 1825 // rule r1: in one request
	maxHourlyDays = 6000 // rule r2: within an hour
)

// WithRateLimits turns Terra's limits on requested days off, or on again: 1,825 in
// one request, and 6,000 for each user in the past hour of the server's clock.
// They are on by default.
func WithRateLimits(on bool) Option {
	return func(s *Server) error {
		s.unlimited = !on
		return nil
	}
}

// budget counts the days asked for of each user within the past hour.
type budget struct {
	mu    sync.Mutex
	spent map[string][]expense // oldest first
}

type expense struct {
	at   time.Time
	days int
}

// left is what remains of a user's days after a request, or what a request lacks.
type left struct {
	ok    bool          // it is granted
	days  int           // that remain
	reset time.Duration // until all of them are there again
	retry time.Duration // until the request would be granted
}

// spend grants days to a user, or nothing.
func (b *budget) spend(userID string, days int, now time.Time) left {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.spent[userID]
	for len(list) > 0 && now.Sub(list[0].at) >= time.Hour {
		list = list[1:]
	}
	l := left{ok: true, days: maxHourlyDays - days}
	for _, e := range list {
		l.days -= e.days
	}
	if l.days < 0 {
		lacking := -l.days
		for _, e := range list {
			l.retry = time.Hour - now.Sub(e.at)
			if lacking -= e.days; lacking <= 0 {
				break
			}
		}
		l.ok, l.days = false, l.days+days
	} else if days > 0 {
		list = append(list, expense{now, days})
	}
	if len(list) == 0 {
		delete(b.spent, userID)
		return l
	}
	if b.spent == nil {
		b.spent = map[string][]expense{}
	}
	b.spent[userID] = list
	l.reset = time.Hour - now.Sub(list[len(list)-1].at)
	return l
}

func (b *budget) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = nil
}

// grant charges a user for days of data and tells in the header where that leaves
// them. When it is false, the refusal has been written.
func (s *Server) grant(c *call, userID string, days int) bool {
	if s.unlimited {
		return true
	}
	if days > maxDays {
		c.refuseDays("r1")
		return false
	}
	l := s.budget.spend(userID, days, s.now())
	h := c.w.Header()
	if !l.ok {
		h.Set("Retry-After", seconds(l.retry))
		c.refuseDays("r2")
		return false
	}
	h.Set("X-Terra-RateLimit-Limit", strconv.Itoa(maxHourlyDays))
	h.Set("X-Terra-RateLimit-Remaining", strconv.Itoa(l.days))
	h.Set("X-Terra-RateLimit-Reset-After", seconds(l.reset))
	return true
}

// refuseDays is what Terra answers to a request that a rule forbids; the body is
// no problem document on either base.
func (c *call) refuseDays(rule string) {
	c.w.Header().Set("X-Terra-RateLimit-Rule", rule)
	writeJSON(c.w, http.StatusTooManyRequests, "application/json", struct {
		Detail string `json:"detail"`
	}{"rate limit exceeded"})
}

// seconds rounds up: who waits that long has waited long enough.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
