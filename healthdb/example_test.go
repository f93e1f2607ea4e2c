package healthdb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/webhook"
)

// The driver is imported by the program, for its side effect, such as
// modernc.org/sqlite for the name "sqlite".
func ExampleOpenSQLite() {
	ctx := context.Background()
	pool, err := sql.Open("sqlite", "health.db")
	if err != nil {
		return
	}
	defer pool.Close()
	db, err := healthdb.OpenSQLite(ctx, pool, healthdb.WithRawRetention(90*24*time.Hour))
	if err != nil {
		return
	}
	defer db.Close()
}

// What no repetition can cure is put aside, and everything else tried again.
func ExampleDB_Apply() {
	var db *healthdb.DB
	apply := func(ctx context.Context, h http.Header, body []byte) (retry bool) {
		event, err := webhook.Parse(h, body)
		if err != nil {
			return false
		}
		err = db.Apply(ctx, event, time.Now())
		var rejected *healthdb.RejectedError
		return err != nil && !errors.As(err, &rejected)
	}
	_ = apply
}

// A week of a person's days, with the heart rates of each.
func ExampleDB_Daily() {
	week := func(ctx context.Context, db *healthdb.DB, userID string, monday health.Date) error {
		connection, err := db.ConnectionOf(ctx, userID)
		if err != nil {
			return err
		}
		for day, err := range db.Daily(ctx, connection.ID, monday, monday.AddDays(7), healthdb.WithSamples()) {
			if err != nil {
				return err
			}
			fmt.Println(day.Metadata.StartTime.Date(), day.DistanceData.Steps.Or(0), len(day.HeartRateData.Detailed.HRSamples))
		}
		return nil
	}
	_ = week
}
