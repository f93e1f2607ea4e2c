package store

import (
	"context"
	"slices"
)

// Deliveries is the table of deliveries that were applied.
const Deliveries = "deliveries"

// Tables are those of records, samples and connections.
func Tables() []string {
	return []string{
		"connections", "activities", "bodies", "dailies", "menstruations", "nutritions", "sleeps", "athletes",
		"planned_workouts", "hormone_samples", "health_observations", "lab_reports", "lab_report_failures", "samples",
	}
}

// Count counts the rows of [Deliveries] or one of [Tables].
func (db *DB) Count(ctx context.Context, table string) (n int, err error) {
	if table != Deliveries && !slices.Contains(Tables(), table) {
		panic("store: not one of the tables: " + table)
	}
	err = db.Pool.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n)
	return n, err
}
