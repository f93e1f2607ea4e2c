package main

import (
	"sync"
	"time"
)

// evenClock goes on evenly when the machine's clock is set back, so that nothing
// becomes due later by that. It follows one that is ahead, be it set so or after the
// machine was asleep, which the even count of time leaves out: other processes go by the
// machine's clock.
type evenClock struct {
	mu   sync.Mutex
	told time.Time
	seen time.Time // the machine's clock then
}

func (c *evenClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var passed time.Duration
	if !c.seen.IsZero() {
		passed = now.Sub(c.seen) // counted evenly
	}
	c.seen = now
	return c.tell(now.Round(0), passed)
}

// tell is the time when the machine's clock shows wall and so much has passed since it
// was told last.
func (c *evenClock) tell(wall time.Time, passed time.Duration) time.Time {
	if c.told = c.told.Add(passed); c.told.Before(wall) {
		c.told = wall
	}
	return c.told
}
