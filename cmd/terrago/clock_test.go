package main

import (
	"testing"
	"time"
)

// TestEvenClock: it is never behind the machine's clock, and never goes back with it.
func TestEvenClock(t *testing.T) {
	t.Parallel()
	c := new(evenClock)
	noon := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		wall   time.Duration // since noon
		passed time.Duration
		want   time.Duration // since noon
	}{
		{0, 0, 0},
		{time.Second, time.Second, time.Second},
		{-time.Hour, time.Second, 2 * time.Second}, // set back
		{-time.Hour + time.Minute, time.Minute, 62 * time.Second},
		{8 * time.Hour, time.Second, 8 * time.Hour},         // asleep, or set forward
		{time.Hour, time.Second, 8*time.Hour + time.Second}, // and set right
	} {
		if got := c.tell(noon.Add(step.wall), step.passed).Sub(noon); got != step.want {
			t.Errorf("step %d: %v after noon, want %v", i, got, step.want)
		}
	}
	if before := time.Now(); new(evenClock).now().Before(before.Round(0)) {
		t.Error("it does not begin with the machine's clock")
	}
}
