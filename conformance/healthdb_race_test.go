package conformance

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/webhook"
)

// TestRaceOfMergeAndOverwrite has a record overwritten, without a lock on its
// connection, just while that connection becomes one with another, which has a
// record of the same day.
func TestRaceOfMergeAndOverwrite(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d := newPostgres(t)
	db, pool := openStore(t, d), d.open(t)
	body := func(user string, steps int) string {
		return fmt.Sprintf(`{"type":"daily","user":{"user_id":%q,"provider":"GARMIN"},"data":[%s]}`, user, day("2026-07-01", steps, ""))
	}
	mustApply(t, db, event(t, "old", 1, body("user-0", 1)))
	mustApply(t, db, event(t, "new", 2, body("user-1", 2)))

	overwrite, err := pool.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer overwrite.Rollback()
	if _, err := overwrite.ExecContext(ctx, "UPDATE dailies SET distance_steps = 3, version_ms = version_ms + 1000 WHERE distance_steps = 1"); err != nil {
		t.Fatal(err)
	}
	joined := make(chan error, 1)
	go func() {
		joined <- db.Apply(ctx, event(t, "reauth", 3, `{"type":"user_reauth",
			"old_user":{"user_id":"user-0","provider":"GARMIN"},"new_user":{"user_id":"user-1","provider":"GARMIN"}}`), receipt)
	}()
	for waiting := 0; waiting == 0; time.Sleep(time.Millisecond) {
		const query = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
		if err := pool.QueryRowContext(ctx, query).Scan(&waiting); err != nil {
			t.Fatalf("it is not seen to wait: %v", err)
		}
		select {
		case err := <-joined:
			t.Fatalf("joined without waiting: %v", err)
		default:
		}
	}
	if err := overwrite.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-joined; err != nil {
		t.Fatal(err)
	}
	if days := all[health.Daily](t, db); len(days) != 1 || days[0].DistanceData.Steps.Or(0) != 3 {
		t.Errorf("%d days, or not the newest", len(days))
	}
}

// TestRaceOfReadAndOverwrite reads a day with its samples while it is overwritten by
// one with more or fewer of them.
func TestRaceOfReadAndOverwrite(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		versions := [][]int{{60}, {70, 71, 72, 73, 74, 75}}
		write := func(n int) error {
			e := event(t, fmt.Sprintf("day-%d", n), int64(n), dataBody(webhook.TypeDaily, day("2026-07-01", n, heartRates(versions[n%2]...))))
			return db.Apply(t.Context(), e, receipt)
		}
		if err := write(0); err != nil {
			t.Fatal(err)
		}
		written := make(chan error, 1)
		go func() {
			for n := range 200 {
				if err := write(n + 1); err != nil {
					written <- err
					return
				}
			}
			written <- nil
		}()
		for {
			for _, day := range all[health.Daily](t, db, healthdb.WithSamples()) {
				want := versions[day.DistanceData.Steps.Or(0)%2]
				if !slices.EqualFunc(rates(day), want, func(got float64, want int) bool { return got == float64(want) }) {
					t.Fatal("the samples are of another version than their record")
				}
			}
			select {
			case err := <-written:
				if err != nil {
					t.Fatal(err)
				}
				return
			default:
			}
		}
	})
}
