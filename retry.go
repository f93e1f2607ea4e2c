package terra

import (
	"cmp"
	"context"
	"math/rand/v2"
	"time"
)

// RetryPolicy says how often and how patiently a request is repeated. Zero fields
// take the defaults.
//
// Repeated are calls that change nothing by being repeated, when the answer was
// 408, 429 or 5xx, or the connection failed, the response was cut short, or an
// attempt ran out of time. The caller's own deadline or cancellation always ends
// the call. Fetch and Request, of [Collection] and [AthleteService], and the calls of
// [AuthService] that create something are never repeated.
type RetryPolicy struct {
	// Attempts counts the first one too: 1 turns retries off. Default 3.
	Attempts int

	// Timeout bounds one attempt, from dialling to the last byte of the body.
	// Default 30 s.
	Timeout time.Duration

	// MinDelay is the wait before the second attempt; it doubles with each further
	// one, and half of every wait is random. Default 500 ms, or MaxDelay if that is
	// less.
	MinDelay time.Duration

	// MaxDelay bounds every wait. An answer whose Retry-After asks for more is not
	// retried but returned, with the time in [Error.RetryAfter]. Default 30 s.
	MaxDelay time.Duration
}

func (p RetryPolicy) validate() error {
	if p.Attempts < 0 || p.Timeout < 0 || p.MinDelay < 0 || p.MaxDelay < 0 {
		return &ArgumentError{"retry policy", "a field is negative"}
	}
	if p = p.withDefaults(); p.MinDelay > p.MaxDelay {
		return &ArgumentError{"retry policy", "MinDelay is greater than MaxDelay"}
	}
	return nil
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	p.Attempts = cmp.Or(p.Attempts, 3)
	p.Timeout = cmp.Or(p.Timeout, 30*time.Second)
	p.MaxDelay = cmp.Or(p.MaxDelay, 30*time.Second)
	p.MinDelay = cmp.Or(p.MinDelay, min(500*time.Millisecond, p.MaxDelay))
	return p
}

// delay is the wait after the given attempt, counted from 1; false when the
// server asks for more than the policy allows.
func (p RetryPolicy) delay(attempt int, retryAfter time.Duration) (time.Duration, bool) {
	if retryAfter > p.MaxDelay {
		return 0, false
	}
	d := p.MinDelay
	for range attempt - 1 {
		if d > p.MaxDelay/2 {
			d = p.MaxDelay
			break
		}
		d *= 2
	}
	d = d/2 + rand.N(d/2+1)
	// Earlier than asked is wrong, and exactly then is when everybody else comes.
	if retryAfter > 0 {
		d = retryAfter + rand.N(p.MinDelay/2+1)
	}
	return d, true
}

// pause waits for d, or returns why it did not. It does not begin a wait that
// ctx's deadline would cut short.
func pause(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
