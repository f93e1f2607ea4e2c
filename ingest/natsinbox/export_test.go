package natsinbox

import "time"

// WithAckWait shortens how long a delivery stays hidden that the server handed out
// before it, or the one who asked, was killed.
func WithAckWait(d time.Duration) Option { return func(c *config) { c.ackWait = d } }

// WithSweepEvery shortens the time between two sweeps on one connection.
func WithSweepEvery(d time.Duration) Option { return func(c *config) { c.sweepEvery = d } }
