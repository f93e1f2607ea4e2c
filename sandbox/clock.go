package sandbox

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"
)

// ErrInvalidAdvance is returned by [Server.Advance] for a negative duration, and
// for one that would take the clock more than a century ahead.
var ErrInvalidAdvance = errors.New("sandbox: the clock moves forward only, and no more than a century in all")

const maxAhead = 100 * 365 * 24 * time.Hour

// clock tells the server's time: that of its base, and ahead of it by as much as
// it was advanced. It runs at the base's pace.
type clock struct {
	base  func() time.Time
	ahead atomic.Int64 // in nanoseconds
}

func (c *clock) now() time.Time { return c.base().Add(c.offset()) }

func (c *clock) offset() time.Duration { return time.Duration(c.ahead.Load()) }

func (c *clock) setOffset(d time.Duration) { c.ahead.Store(int64(d)) }

// reach moves the clock forward to t, unless it is there already.
func (c *clock) reach(t time.Time) {
	if missing := t.Sub(c.now()); missing > 0 {
		c.ahead.Add(int64(missing))
	}
}

// now is the server's time, by which everything happens but one: signatures bear
// the real time, since receivers hold it against their own clocks.
func (s *Server) now() time.Time { return s.clock.now() }

// Now is the time on the server's clock.
func (s *Server) Now() time.Time { return s.now() }

// Advance waits until all that is due has been attempted, as [Server.Flush] does,
// and then lets d pass on the server's clock as if it were lived through: the clock
// steps from one due time to the next, and each time waits until what is due then
// has been attempted, so that whatever follows from an attempt is due in its turn.
// A day of retries thus takes as long as its requests take. Everything else that
// waits, such as the expiry of a session or a ping's link, has come about too
// when Advance returns.
//
// It waits for deliveries under way, each for eight seconds of real time at most,
// and returns early only with the error of ctx or [http.ErrServerClosed]; the clock
// then stays where it has got to. Calls queue up behind each other.
func (s *Server) Advance(ctx context.Context, d time.Duration) error {
	if d < 0 || d > maxAhead-s.clock.offset() {
		return ErrInvalidAdvance
	}
	select {
	case s.advancing <- struct{}{}:
		defer func() { <-s.advancing }()
	case <-ctx.Done():
		return ctx.Err()
	case <-s.dispatch.ctx.Done():
		return http.ErrServerClosed
	}
	defer s.keeper.changed()
	if err := s.Flush(ctx); err != nil { // so that what is due now has failed by now, if it fails
		return err
	}
	target := s.now().Add(d)
	for {
		next, ok := s.dispatch.nextDue()
		if !ok || next.After(target) {
			break
		}
		if err := s.reach(ctx, next); err != nil {
			return err
		}
	}
	return s.reach(ctx, target)
}

// reach moves the clock to t and waits until what is due by then has been attempted.
func (s *Server) reach(ctx context.Context, t time.Time) error {
	s.clock.reach(t)
	s.dispatch.look()
	return s.Flush(ctx)
}

// clockReading is how the control paths tell the time.
type clockReading struct {
	Now   time.Time `json:"now"`
	Ahead string    `json:"ahead"` // of the clock it was started with
}

// controlClock tells the time, and advances it by the duration it is given.
func (s *Server) controlClock(w http.ResponseWriter, r *http.Request) (int, any, error) {
	if err := allow(w, r, http.MethodGet, http.MethodPost); err != nil {
		return 0, nil, err
	}
	if r.Method == http.MethodPost {
		var req struct {
			Advance string `json:"advance"`
		}
		if err := decode(w, r, &req); err != nil {
			return 0, nil, err
		}
		d, err := time.ParseDuration(req.Advance)
		if err != nil {
			return 0, nil, &controlError{http.StatusBadRequest, "advance must be a duration such as 90s, 15m or 8h"}
		}
		if err := s.Advance(r.Context(), d); err != nil {
			return 0, nil, err
		}
	}
	return http.StatusOK, clockReading{s.now().UTC(), s.clock.offset().String()}, nil
}
