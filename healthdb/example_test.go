package healthdb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/terra-go/terra"
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

// The driver is imported by the program, such as github.com/jackc/pgx/v5/stdlib for
// the name "pgx". Any number of processes may share the store.
func ExampleOpenPostgres() {
	ctx := context.Background()
	pool, err := sql.Open("pgx", "postgres://app@db.example.com/health")
	if err != nil {
		return
	}
	defer pool.Close()
	db, err := healthdb.OpenPostgres(ctx, pool)
	if errors.Is(err, healthdb.ErrUnavailable) {
		fmt.Println("the database is down")
	}
	if err != nil {
		return
	}
	defer db.Close()
}

// What was fetched over the API goes into the same tables as what was delivered.
func ExampleStore() {
	fetch := func(ctx context.Context, client *terra.Client, db *healthdb.DB, user terra.User, r terra.Range) error {
		began := time.Now()
		var nights []health.Sleep
		for night, err := range client.Sleep.All(ctx, user.UserID, r, terra.WithSamples(true)) {
			if err != nil {
				return err
			}
			nights = append(nights, night)
		}
		return healthdb.Store(ctx, db, user, nights, began)
	}
	_ = fetch
}

// Records serves the types without a method of their own, too.
func ExampleRecords() {
	upcoming := func(ctx context.Context, db *healthdb.DB, connectionID int64, today health.Date) error {
		for workout, err := range healthdb.Records[health.PlannedWorkout](ctx, db, connectionID, today, health.Date{}) {
			if err != nil {
				return err
			}
			fmt.Println(workout.PlannedDate.Date())
		}
		return nil
	}
	_ = upcoming
}

// One series, without the records it is in.
func ExampleDB_Samples() {
	highest := func(ctx context.Context, db *healthdb.DB, connectionID int64, day health.Date) (bpm float64, err error) {
		const path = "heart_rate_data.detailed.hr_samples.bpm"
		for sample, err := range db.Samples(ctx, connectionID, webhook.TypeDaily, path, day, day.AddDays(1)) {
			if err != nil {
				return 0, err
			}
			bpm = max(bpm, sample.Value)
		}
		return bpm, nil
	}
	_ = highest
}

// A newer program applies what was kept, to fill columns that it has added.
func ExampleDB_Replay() {
	replay := func(ctx context.Context, db *healthdb.DB) error {
		for d, err := range db.Deliveries(ctx, healthdb.DeliveryFilter{Types: []webhook.EventType{webhook.TypeSleep}}) {
			if err != nil {
				return err
			}
			if err := db.Replay(ctx, d.ID); err != nil && !errors.Is(err, healthdb.ErrNoBody) {
				return err
			}
		}
		return nil
	}
	_ = replay
}

// A page of the newest deliveries at a time: each begins behind the last of the one
// before, so that the thousandth page takes no longer than the first.
func ExampleDB_Deliveries() {
	page := func(ctx context.Context, db *healthdb.DB, after healthdb.DeliveryPlace) (next healthdb.DeliveryPlace, err error) {
		filter := healthdb.DeliveryFilter{Newest: true, After: after, Limit: 50}
		for d, err := range db.Deliveries(ctx, filter) {
			if err != nil {
				return next, err
			}
			fmt.Println(d.ReceivedAt.Format(time.DateTime), d.Type, d.ID)
			next = d.Place()
		}
		return next, nil
	}
	_ = page
}

// Bodies older than [healthdb.WithRawRetention] says are dropped once an hour.
func ExampleDB_Prune() {
	prune := func(ctx context.Context, db *healthdb.DB) error {
		hourly := time.NewTicker(time.Hour)
		defer hourly.Stop()
		for {
			dropped, err := db.Prune(ctx)
			if err != nil {
				return err
			}
			fmt.Println(dropped, "bodies dropped")
			select {
			case <-hourly.C:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	_ = prune
}
