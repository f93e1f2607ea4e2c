package conformance

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

// TestSchemaAtOnce opens one empty database by several processes at the same time, as
// far as the database can tell.
func TestSchemaAtOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		open := healthdb.OpenSQLite
		if d.Dialect == sqldb.Postgres {
			open = healthdb.OpenPostgres
		}
		var wg sync.WaitGroup
		for range 4 {
			pool := d.open(t)
			wg.Go(func() {
				db, err := open(t.Context(), pool)
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// TestSchemaForPeople asks in SQL what a person would ask.
func TestSchemaForPeople(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "1", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 8000, heartRates(60, 61)))))
		pool := d.open(t)
		ask := func(query, want string) {
			t.Helper()
			var got string
			if err := pool.QueryRowContext(t.Context(), query).Scan(&got); err != nil || got != want {
				t.Errorf("%s: not what it should be: %v", query, err)
			}
		}
		ask("SELECT d.distance_steps FROM dailies d JOIN connections c ON c.id = d.connection_id WHERE c.reference_id = 'person-1' AND d.day = '2026-07-01'", "8000")
		ask("SELECT COUNT(*) FROM named_samples WHERE record = 'dailies' AND path = 'heart_rate_data.detailed.hr_samples.bpm'", "2")
		ask("SELECT COUNT(*) FROM deliveries WHERE body IS NOT NULL", "1")
		if d.Dialect == sqldb.SQLite {
			ask("SELECT typeof(distance_steps) || ' ' || start_time FROM dailies", "integer 2026-07-01T00:00:00.000000+01:00")
			ask("SELECT MIN(at) FROM named_samples", "2026-07-01T09:00:00.000Z")
		} else {
			ask("SELECT to_char(start_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' ' || start_time_offset FROM dailies", "2026-06-30 23:00 60")
			ask("SELECT to_char(MIN(at) AT TIME ZONE 'UTC', 'HH24:MI:SS') FROM named_samples", "09:00:00")
		}
	})
}

func TestSchemaNeedsTwoConnections(t *testing.T) {
	t.Parallel()
	pool := newSQLite(t).open(t)
	pool.SetMaxOpenConns(1)
	if _, err := healthdb.OpenSQLite(t.Context(), pool); err != healthdb.ErrOneConnection {
		t.Errorf("opened, or failed otherwise: %v", err)
	}
}

// TestSchemaErrorsQuoteNothing has the database refuse a value, and be gone.
func TestSchemaErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	const secret = "SECRET"
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		pool := d.open(t)
		body := dataBody(webhook.TypeActivity, `{"metadata":{"summary_id":"`+secret+`","name":"`+secret+`","start_time":"2026-07-01T00:00:00+01:00"}}`)
		body = strings.Replace(body, "user-1", "user-"+secret, 1)
		for _, statement := range []string{"CREATE UNIQUE INDEX odd ON activities (name)", "DROP TABLE samples", "DROP TABLE activities"} {
			mustExec(t, pool, statement)
			err := db.Apply(t.Context(), event(t, statement, 0, strings.Replace(body, `"summary_id":"`, `"summary_id":"`+statement, 1)), receipt)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("after %s the error quotes the delivery", statement)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Apply(ctx, event(t, "late", 0, body), receipt); !errors.Is(err, context.Canceled) {
			t.Errorf("after the end of the context: %v", err)
		}
	})
}

// TestSchemaDamageIsNotQuoted has text where there should be a number, which SQLite
// takes from whoever writes it there.
func TestSchemaDamageIsNotQuoted(t *testing.T) {
	t.Parallel()
	const secret = "SECRET"
	d := newSQLite(t)
	db := openStore(t, d)
	mustApply(t, db, event(t, "daily", 0, dataBody(webhook.TypeDaily, `{"metadata":{"start_time":"2026-07-01T00:00:00+01:00"}}`)))
	mustExec(t, d.open(t), "UPDATE dailies SET distance_steps = '"+secret+"'")
	for _, err := range db.Daily(t.Context(), connectionOf(t, db), health.Date{}, health.Date{}) {
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Error("it is quoted, or taken for a number")
		}
	}
}

func mustExec(tb testing.TB, pool *sql.DB, statement string) {
	tb.Helper()
	// A table that another is made of goes with it.
	statement = strings.Replace(statement, "DROP TABLE samples", "DROP VIEW named_samples; DROP TABLE samples", 1)
	if _, err := pool.ExecContext(tb.Context(), statement); err != nil {
		tb.Fatal(err)
	}
}
