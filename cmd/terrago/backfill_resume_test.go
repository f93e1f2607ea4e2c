package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
)

// historian is a sandbox that takes note of what it is asked for and what it answers.
type historian struct {
	*sandbox.Server

	mu       sync.Mutex
	requests int
	windows  map[string]int             // how often each was asked for
	records  map[string]map[string]bool // keys of the records answered, by type
	alarm    int                        // the request that rings
	ring     func()
}

func (h *historian) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	typ := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	if r.URL.Query().Get("start_date") == "" {
		h.Server.ServeHTTP(w, r)
		return
	}
	h.mu.Lock()
	h.requests++
	h.windows[typ+r.URL.RawQuery]++
	if h.ring != nil && h.requests == h.alarm {
		h.ring()
	}
	h.mu.Unlock()
	r.Header.Del("Accept-Encoding")
	answer := httptest.NewRecorder()
	h.Server.ServeHTTP(answer, r)
	var body struct {
		Data []struct {
			Metadata struct {
				Summary string `json:"summary_id"`
				Start   string `json:"start_time"`
			}
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != http.StatusOK {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	h.mu.Lock()
	for _, d := range body.Data {
		key := d.Metadata.Summary
		if typ != "activity" && typ != "sleep" {
			key = d.Metadata.Start[:len("2006-01-02")]
		}
		h.records[typ][r.URL.Query().Get("user_id")+" "+key] = true
	}
	h.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Write(answer.Body.Bytes())
}

// TestBackfillKilled fetches five years of everything for several people and is ended
// on the way, once by an interrupt and once without a warning. The same command goes
// on each time. Then every day is there once, and next to nothing was asked for twice.
func TestBackfillKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes and five years take their time; run it without -short")
	}
	// An hour's limit is for another test, on another clock.
	s, err := sandbox.New(sandbox.WithRateLimits(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	h := &historian{Server: s, windows: map[string]int{}, records: map[string]map[string]bool{}}
	for _, typ := range healthdb.DailyTypes() {
		h.records[string(typ)] = map[string]bool{}
	}
	for reference, provider := range map[string]string{"ada": "GARMIN", "ben": "OURA", "cleo": "WITHINGS"} {
		if _, err := s.Connect(provider, reference); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "t.db")
	to := []string{"--sandbox", "--base-url", server.URL + "/api/v2", "--db", "sqlite:" + file, "--json"}
	if status, _, log := terrago(t, append([]string{"reconcile"}, to...)...); status != exitDone {
		t.Fatalf("status %d\n%s", status, log)
	}

	const concurrency = 8
	backfill := func(after int, signal os.Signal) (v backfilled, err error) {
		t.Helper()
		var out, log bytes.Buffer
		cmd := exec.CommandContext(t.Context(), "terrago", append([]string{"backfill", "--days", "1825", "--all-users"}, to...)...)
		cmd.Stdout, cmd.Stderr = &out, &log
		h.mu.Lock()
		h.alarm, h.ring = h.requests+after, nil
		if signal != nil {
			h.ring = func() { cmd.Process.Signal(signal) }
		}
		err = cmd.Start()
		h.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		err = cmd.Wait()
		if log.Len() > 0 {
			t.Errorf("it says something on the standard error:\n%s", &log)
		}
		if signal == os.Kill {
			return v, err
		}
		var result struct {
			Backfill backfilled `json:"backfill"`
		}
		if jsonErr := json.Unmarshal(out.Bytes(), &result); jsonErr != nil {
			t.Fatalf("its output is not one JSON value: %v", jsonErr)
		}
		return result.Backfill, err
	}

	first, err := backfill(150, os.Interrupt)
	if err == nil || first.Error != "interrupted" || first.Finished || first.Done == 0 || first.Done >= first.Total/2 {
		t.Errorf("interrupted: %+v, %v", first, err)
	}
	if _, err := backfill(150, os.Kill); err == nil {
		t.Error("it was not killed")
	}
	last, err := backfill(0, nil)
	if err != nil || !last.Finished || last.Done != last.Total || last.Known <= first.Done {
		t.Errorf("in the end: %+v, %v", last, err)
	}

	server.Close() // which waits for answers that nobody is there for any more
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for typ, table := range map[string]string{"activity": "activities", "body": "bodies", "daily": "dailies", "menstruation": "menstruations", "nutrition": "nutritions", "sleep": "sleeps"} {
		var rows, keys, lanes int
		if err := db.QueryRow("SELECT COUNT(*), COUNT(DISTINCT connection_id || ' ' || record_key) FROM "+table).Scan(&rows, &keys); err != nil {
			t.Fatal(err)
		}
		if want := len(h.records[typ]); rows != want || keys != want {
			t.Errorf("%s: %d rows with %d keys, want the %d records that were answered", typ, rows, keys, want)
		}
		// One row says that all days of somebody were asked for, without a hole.
		if err := db.QueryRow("SELECT COUNT(*) FROM backfills WHERE type = ? AND julianday(end_day) - julianday(first_day) >= 1823", typ).Scan(&lanes); err != nil || lanes != 3 {
			t.Errorf("%s: all days were asked for of %d people, want 3; %v", typ, lanes, err)
		}
	}
	var days int
	if err := db.QueryRow("SELECT MIN(n) FROM (SELECT COUNT(DISTINCT day) AS n FROM dailies GROUP BY connection_id)").Scan(&days); err != nil || days < 1825*9/10 {
		t.Errorf("somebody has %d days: %v", days, err)
	}
	// What was under way or waiting to be stored when it was killed, what an interrupt
	// cut off, and the window of today, which is not over.
	if twice, most := h.requests-len(h.windows), 3*concurrency+concurrency+2*3*6; twice > most {
		t.Errorf("%d of %d requests were for what had been asked for, at most %d may be", twice, h.requests, most)
	}
}
