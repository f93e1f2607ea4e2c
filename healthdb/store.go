package healthdb

import (
	"context"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
)

// Store stores records that were fetched over the API for user. asOf is when the
// request was begun: whatever was produced later and arrives by a webhook wins over
// them, and what was produced earlier does not. It is idempotent, as [DB.Apply] is.
func Store[T health.Record](ctx context.Context, db *DB, user terra.User, records []T, asOf time.Time) error {
	typ, pointers := pointers(records)
	rows, err := db.prepareAll(db.tableOf(typ), pointers, asOf.UnixMilli(), "")
	defer releaseAll(rows)
	if err != nil {
		return err
	}
	samples := db.newBatch()
	defer samples.release()
	return permanent(db.tx(ctx, func(tx *sqldb.Tx) error {
		samples.empty()
		connection, err := db.mention(tx, user, rank{ms: asOf.UnixMilli()})
		if err != nil {
			return err
		}
		return db.putAll(tx, rows, connection, samples)
	}))
}
