package main

import (
	"flag"
	"math/rand/v2"
	"os/exec"
	"slices"
	"testing"
	"time"
)

var crashKills = flag.Int("crash.kills", 25, "how many times TestKilled kills each process")

// TestKilled kills serve under load, at random moments and many times in a row, also
// while it starts. Then every delivery that was acknowledged is in the tables exactly
// once.
func TestKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes take their time; run it without -short")
	}
	onEveryStore(t, func(t *testing.T, db string, args []string) {
		serving := append(args, "--lease", "3s")
		load := startLoad(t, 8)
		for i := range *crashKills {
			if i%5 == 4 {
				killStarting(t, serving)
				continue
			}
			s := startServed(t, serving...)
			load.direct(s.Webhook)
			load.await(t, rand.N(80))
			<-time.After(rand.N(10 * time.Millisecond)) // at whatever it is
			s.kill(t)
			load.direct()
		}
		s := startServed(t, serving...)
		load.direct(s.Webhook)
		n := load.stop(t)
		s.settled(t, 0)
		s.stop(t)
		want := eventCounts{Applied: n}
		if slices.Contains(args, "embedded") {
			// Seldom, a NATS server that was killed lists one or two as pending that it has
			// nothing to hand out for. They are in the tables, as all are; it is told here.
			_, got := listEvents(t, args...)
			want.Pending = got.Pending
			t.Logf("%d are listed as pending", got.Pending)
		}
		awaitCounts(t, want, args...)
		checkLanded(t, db, n)
		t.Logf("killed %d times", *crashKills)
	})
}

// killStarting kills serve before it may be up.
func killStarting(t *testing.T, args []string) {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), "terrago", serveArgs(args)...)}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	<-time.After(rand.N(500 * time.Millisecond))
	p.Process.Kill()
	p.Wait()
}
