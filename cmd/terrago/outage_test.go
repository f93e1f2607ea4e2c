package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terra-go/terra/internal/pgtest"
)

// TestPostgresGone stops PostgreSQL under load, and kills it, and brings it back. It
// takes no restart of anything else, and nothing acknowledged is lost.
func TestPostgresGone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes take their time; run it without -short")
	}
	tests := map[string]struct {
		args   func(dir string) []string
		status int // of the answers meanwhile
	}{
		"inbox and database": {func(string) []string { return nil }, http.StatusServiceUnavailable},
		"database alone": {func(dir string) []string {
			return []string{"--inbox", "sqlite:" + filepath.Join(dir, "inbox.db")}
		}, http.StatusOK},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			postgres := pgtest.NewOwn(t)
			db := postgres.Database(t)
			args := append(tc.args(t.TempDir()), "--db", db)
			s := startServed(t, append(args, "--lease", "3s")...)
			load := startLoad(t, 8)
			load.direct(s.Webhook)
			for _, end := range []func() error{postgres.Stop, postgres.Kill} {
				load.await(t, 100)
				if err := end(); err != nil {
					t.Fatal(err)
				}
				load.awaitAnswers(t, 100, tc.status)
				get200(t, s.Ops+"/healthz")
				if status, text := statusOf(t, s.Ops+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, "the database") {
					t.Errorf("without a database: ready with status %d, %q", status, text)
				}
				if err := postgres.Start(); err != nil {
					t.Fatal(err)
				}
				load.await(t, 100)
				s.awaitReady(t)
			}
			n := load.stop(t)
			s.settled(t, 0)
			s.stop(t)
			awaitCounts(t, eventCounts{Applied: n}, args...)
			checkLanded(t, db, n)
		})
	}
}

// TestFleet has three processes receive and two work, with one PostgreSQL. Every
// delivery is applied by one of them, once, and none waits for long, neither in a
// crowd nor when it is alone.
func TestFleet(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes take their time; run it without -short")
	}
	db := pgtest.New(t).Database(t)
	var receivers, workers []*served
	var urls []string
	for range 3 {
		s := startServed(t, "--receive", "--inbox", db)
		receivers, urls = append(receivers, s), append(urls, s.Webhook)
	}
	for range 2 {
		workers = append(workers, startServed(t, "--work", "--db", db))
	}
	load := startLoad(t, 12)
	load.direct(urls...)
	load.await(t, 600)
	n := load.stop(t)
	workers[0].settled(t, 0)

	sum := func(all []*served, line string) (v float64) {
		for _, s := range all {
			v += s.metric(t, line)
		}
		return v
	}
	for _, tc := range []struct {
		processes []*served
		line      string
		want      int
	}{
		{receivers, `terrago_deliveries_total{answer="stored"}`, n},
		{workers, `terrago_attempts_total{result="applied"}`, n},
		{workers, `terrago_attempts_total{result="retried"}`, 0},
		{workers, `terrago_attempts_total{result="buried"}`, 0},
		{workers, `terrago_inbox_failures_total`, 0},
		{workers, `terrago_applied_age_seconds_bucket{le="15"}`, n},
	} {
		if got := sum(tc.processes, tc.line); got != float64(tc.want) {
			t.Errorf("%s is %v, want %d", tc.line, got, tc.want)
		}
	}
	for i, s := range append(receivers, workers...) {
		line := `terrago_deliveries_total{answer="stored"}`
		if i >= len(receivers) {
			line = `terrago_attempts_total{result="applied"}`
		}
		if s.metric(t, line) == 0 {
			t.Errorf("process %d has nothing to do", i+1)
		}
		s.stop(t)
	}
	checkLanded(t, db, n)
}
