package healthdb_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/webhook"
)

// Once a day is often enough, as webhooks tell the same sooner.
func ExampleDB_Reconcile() {
	daily := func(ctx context.Context, db *healthdb.DB, client *terra.Client) error {
		for {
			found, err := db.Reconcile(ctx, client)
			if err != nil {
				return err
			}
			fmt.Println(found.Added, "added,", found.Gone, "gone")
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(24 * time.Hour):
			}
		}
	}
	_ = daily
}

// The last three months of everybody's nights and days, as far as they are missing.
func ExampleDB_Backfill() {
	catchUp := func(ctx context.Context, db *healthdb.DB, client *terra.Client) error {
		_, err := db.Backfill(ctx, client, healthdb.BackfillRequest{
			Range:    terra.Last(92),
			Types:    []webhook.EventType{webhook.TypeDaily, webhook.TypeSleep},
			Samples:  true,
			Progress: func(p healthdb.BackfillProgress) { fmt.Printf("%d of %d days\n", p.Done, p.Total) },
		})
		var some *healthdb.BackfillError
		if errors.As(err, &some) {
			return nil // the others are complete, and these are tried again the next time
		}
		return err
	}
	_ = catchUp
}

// The days of a month for which no summary has come.
func ExampleDB_Gaps() {
	missing := func(ctx context.Context, db *healthdb.DB, userID string) error {
		connection, err := db.ConnectionOf(ctx, userID)
		if err != nil {
			return err
		}
		gaps, err := db.Gaps(ctx, connection.ID, webhook.TypeDaily, terra.Last(30))
		for _, gap := range gaps {
			fmt.Println(gap.Start, "for", gap.Days(), "days")
		}
		return err
	}
	_ = missing
}

// Everybody who has to connect again.
func ExampleDB_Connections() {
	ended := func(ctx context.Context, db *healthdb.DB) error {
		filter := healthdb.ConnectionFilter{Statuses: []healthdb.Status{healthdb.StatusDegraded, healthdb.StatusRevoked}}
		for connection, err := range db.Connections(ctx, filter) {
			if err != nil {
				return err
			}
			fmt.Println(connection.ReferenceID, connection.Provider)
		}
		return nil
	}
	_ = ended
}
