package healthdb

import (
	"context"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
)

// Store stores records that were fetched over the API for user. asOf is when the
// request was begun: whatever was produced later and arrives by a webhook wins over
// them, and what was produced earlier does not. It is idempotent, as [DB.Apply] is.
func Store[T health.Record](ctx context.Context, db *DB, user terra.User, records []T, asOf time.Time) error {
	panic("not yet")
}
