package healthdb

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"github.com/terra-go/terra/webhook"
)

// Delivery is a delivery that was applied.
type Delivery struct {
	ID           string            `json:"id"` // see [webhook.DeliveryID]
	Type         webhook.EventType `json:"type"`
	UserID       string            `json:"user_id,omitzero"`
	Reference    string            `json:"reference,omitzero"`
	OrderingTime time.Time         `json:"ordering_time,omitzero"` // zero if the delivery did not say
	ReceivedAt   time.Time         `json:"received_at"`
	AppliedAt    time.Time         `json:"applied_at"` // by then or, if replayed since, last
	Size         int64             `json:"size"`       // of the body, bytes

	// Body is what was delivered, byte for byte. It is only there in what
	// [DB.Delivery] returns, and only while it is kept.
	Body json.RawMessage `json:"body,omitzero"`
}

// DeliveryFilter picks deliveries. Empty members pick all.
type DeliveryFilter struct {
	Types     []webhook.EventType
	UserID    string
	Reference string
	From, To  time.Time // when they were received; To is not part of it
	Newest    bool      // newest first, instead of oldest first
}

// ErrNoDelivery says that no delivery of an id was applied.
var ErrNoDelivery = errors.New("healthdb: no such delivery")

// ErrNoBody says that a delivery's body is no longer kept.
var ErrNoBody = errors.New("healthdb: the delivery's body is no longer kept")

// Deliveries yields deliveries in the order of their receipt, without bodies. An
// error is the last pair.
func (db *DB) Deliveries(ctx context.Context, f DeliveryFilter) iter.Seq2[Delivery, error] {
	panic("not yet")
}

// Delivery returns one delivery with its body, or [ErrNoDelivery].
func (db *DB) Delivery(ctx context.Context, id string) (Delivery, error) { panic("not yet") }

// Replay applies a delivery's body again, as though it had just arrived for the first
// time. It fills what a newer program finds in it and changes nothing otherwise. The
// error may be [ErrNoDelivery] or [ErrNoBody].
func (db *DB) Replay(ctx context.Context, id string) error { panic("not yet") }

// Prune drops what [WithRawRetention] no longer keeps and counts the bodies dropped.
func (db *DB) Prune(ctx context.Context) (int64, error) { panic("not yet") }
