package healthdb

import (
	"context"
	"time"

	"github.com/terra-go/terra/webhook"
)

// Apply stores what a delivery says, in one transaction: its records as rows, what it
// says of connections, and the delivery itself. It is idempotent, and the order in
// which deliveries are applied makes no difference to what the tables hold in the
// end. receivedAt stands in for the time at which the delivery was produced when it
// does not say.
//
// An error with a method Permanent that is true, such as a [*RejectedError], is one
// that applying the delivery again cannot cure. Nothing of the delivery is stored
// then.
func (db *DB) Apply(ctx context.Context, e webhook.Event, receivedAt time.Time) error {
	panic("not yet")
}
