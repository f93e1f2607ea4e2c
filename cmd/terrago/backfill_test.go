package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
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
	backfill := func(ctx context.Context, want int) (v backfilled) {
		t.Helper()
		var out, log bytes.Buffer
		args := append([]string{"backfill", "--user", user.UserID, "--types", "daily", "--start", "2026-01-01", "--end", "2026-03-26"}, to...)
		if status := run(ctx, args, stdio{strings.NewReader(""), &out, &log}); status != want {
			t.Fatalf("status %d, want %d\n%s", status, want, &log)
		}
		if err := json.Unmarshal(out.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	const days = 84 // three requests
	first := backfill(ctx, exitFailed)
	if first.Finished || first.Error != "interrupted" || first.Done >= days || first.Done == 0 {
		t.Errorf("interrupted: %+v", first)
	}
	second := backfill(t.Context(), exitDone)
	if !second.Finished || second.Done != days || second.Requests != 3-first.Requests {
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
	var terminal bytes.Buffer
	p := newProgress(&terminal)
	p.show(healthdb.BackfillProgress{Done: 10, Total: 100})
	p.began = time.Now().Add(-10 * time.Second)
	p.shown = time.Time{}
	p.show(healthdb.BackfillProgress{Done: 55, Total: 100, Records: 44, Requests: 3})
	p.show(healthdb.BackfillProgress{Done: 56, Total: 100, Records: 45, Requests: 4}) // too soon
	p.clear()
	const want = "\r\x1b[K 10 %  10 of 100 days, 0 records" +
		"\r\x1b[K 55 %  55 of 100 days, 44 records, 10s left" +
		"\r\x1b[K"
	if got := terminal.String(); got != want {
		t.Errorf("it shows %q, want %q", got, want)
	}
	newProgress(nil).show(healthdb.BackfillProgress{Done: 1, Total: 2}) // shows nothing, nowhere
}
