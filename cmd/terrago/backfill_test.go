package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// TestBackfillGoesOn: interrupted, it says how far it has come; started again, it
// asks only for the rest, and every day is there once.
func TestBackfillGoesOn(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var requests atomic.Int32
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/daily") && requests.Add(1) == 2 {
			interrupt()
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	user, err := s.Connect("GARMIN", "ada")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "t.db")
	to := []string{"--sandbox", "--base-url", front.URL + "/api/v2", "--db", "sqlite:" + file, "--json"}
	if status, _, log := terrago(t, append([]string{"reconcile"}, to...)...); status != exitDone {
		t.Fatalf("status %d\n%s", status, log)
	}
	const days = 84 // three requests
	backfill := func(ctx context.Context, want int) (v backfilled) {
		t.Helper()
		var out, log bytes.Buffer
		args := append([]string{"backfill", "--user", user.UserID, "--type", "daily", "--start", "2026-01-01", "--end", "2026-03-26"}, to...)
		if status := run(ctx, args, stdio{strings.NewReader(""), &out, &log}); status != want {
			t.Fatalf("status %d, want %d\n%s", status, want, &log)
		}
		var result struct {
			Gaps     []gap      `json:"gaps"`
			Backfill backfilled `json:"backfill"`
		}
		if err := json.Unmarshal(out.Bytes(), &result); err != nil {
			t.Fatal(err)
		}
		unasked := 0
		for _, g := range result.Gaps {
			if g.Why == gapUnasked {
				unasked += g.days()
			}
		}
		if unasked != days-result.Backfill.Done {
			t.Errorf("%d days are not asked for, and %+v", unasked, result.Backfill)
		}
		return result.Backfill
	}
	first := backfill(ctx, exitFailed)
	if first.Finished || first.Error != "interrupted" || first.Done >= days || first.Done == 0 {
		t.Errorf("interrupted: %+v", first)
	}
	second := backfill(t.Context(), exitDone)
	if !second.Finished || second.Done != days || second.Requests != (days-first.Done)/28 {
		t.Errorf("started again: %+v", second)
	}
	third := backfill(t.Context(), exitDone)
	if third.Requests != 0 || third.Done != days {
		t.Errorf("with nothing left to do: %+v", third)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var rows, distinct int
	if err := db.QueryRow("SELECT COUNT(*), COUNT(DISTINCT day) FROM dailies").Scan(&rows, &distinct); err != nil || rows != distinct || rows < days*9/10 {
		t.Errorf("%d rows of %d days: %v", rows, distinct, err)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := startProgress(nil)
		defer p.stop()
		show := func(after time.Duration, b healthdb.BackfillProgress, want string) {
			t.Helper()
			time.Sleep(after)
			p.set(b)
			if got := p.line(time.Now()); got != want || len(got) > 79 {
				t.Errorf("it shows\n%q, want\n%q", got, want)
			}
		}
		if got := p.line(time.Now()); got != "" {
			t.Errorf("it shows %q before there is anything to show", got)
		}
		show(0, healthdb.BackfillProgress{Done: 1000, Known: 1000, Total: 10000}, "[#---------------] 10 % of 10000 days")
		show(10*time.Second, healthdb.BackfillProgress{Done: 5000, Known: 1000, Total: 10000, Requests: 150},
			"[########--------] 50 % of 10000 days, 400 days/s, 15.0 requests/s, 13 s left")

		// While it waits it says so, and counts down.
		waiting := healthdb.BackfillProgress{Done: 5000, Known: 1000, Total: 10000, Requests: 150, Waiting: 38 * time.Second, WaitingFor: healthdb.WaitLimit}
		show(0, waiting, "[########--------] 50 % of 10000 days, waiting 38 s for the rate limit")
		time.Sleep(30 * time.Second)
		if got, want := p.line(time.Now()), "[########--------] 50 % of 10000 days, waiting 8 s for the rate limit"; got != want {
			t.Errorf("it shows %q, want %q", got, want)
		}
		show(10*time.Second, healthdb.BackfillProgress{Done: 9000, Failed: 1000, Known: 1000, Total: 10000, Requests: 300},
			"[################] 100 % of 10000 days, 180 days/s, 6.0 requests/s")
	})
}

// TestProgressOnTerminal draws one line over and over, and leaves none behind.
func TestProgressOnTerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var terminal bytes.Buffer
		p := startProgress(&terminal)
		p.set(healthdb.BackfillProgress{Done: 1, Total: 2})
		time.Sleep(500 * time.Millisecond)
		p.stop()
		const line = "\r\x1b[K[########--------] 50 % of 2 days"
		if got := terminal.String(); got != line+line+"\r\x1b[K" {
			t.Errorf("it draws %q", got)
		}
	})
}

func TestGapCells(t *testing.T) {
	t.Parallel()
	day := health.NewDate(2026, 1, 10)
	gaps := newGaps("ada", webhook.TypeDaily,
		[]healthdb.Absence{
			{Range: terra.Days(day, 2), Asked: true}, {Range: terra.Days(day.AddDays(2), 5)}, {Range: terra.Days(day.AddDays(9), 1), Asked: true},
		},
		[]healthdb.BackfillFailure{{Range: terra.Days(day.AddDays(-9), 12), Err: errors.New("404")}, {Range: terra.Days(day.AddDays(3), 1), Err: errors.New("405")}})
	want := []string{"ada", "daily", "3", "2", "3", "2026-01-19, 2026-01-14 to 2026-01-16, 2026-01-13, and 2 more", "405"}
	if got := cellsOf(gaps); !slices.Equal(got, want) {
		t.Errorf("cells %q, want %q", got, want)
	}
}
