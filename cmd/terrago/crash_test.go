package main

import (
	"flag"
	"math/rand/v2"
	"os/exec"
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
		awaitCounts(t, eventCounts{Applied: n}, args...)
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
