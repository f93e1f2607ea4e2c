package events

import (
	"context"
	"errors"
	"iter"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
)

// Replayed is what became of a delivery that was to be replayed.
type Replayed struct {
	ID      string  `json:"id"`
	Outcome Outcome `json:"outcome"`
	Error   string  `json:"error,omitempty"`
}

// Outcome is one of those below.
type Outcome string

// The outcomes.
const (
	ReplayedApplied Outcome = "applied" // to the database, once more
	ReplayedPending Outcome = "pending" // in the inbox again
	ReplayedFailed  Outcome = "failed"
)

// Replay applies a delivery again that was applied, and revives a dead one. The error
// is that of a store, which leaves nothing to try.
func (s *Stores) Replay(ctx context.Context, id string) (Replayed, error) {
	err := error(healthdb.ErrNoDelivery)
	if s.DB != nil {
		err = s.DB.Replay(ctx, id)
	}
	switch {
	case err == nil:
		return Replayed{ID: id, Outcome: ReplayedApplied}, nil
	case ctx.Err() != nil:
		return Replayed{}, ctx.Err()
	case errors.Is(err, healthdb.ErrNoBody):
		return Replayed{id, ReplayedFailed, "its body is no longer kept"}, nil
	case !errors.Is(err, healthdb.ErrNoDelivery):
		return Replayed{id, ReplayedFailed, err.Error()}, nil
	}
	item, state, err := s.findItem(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return Replayed{id, ReplayedFailed, "there is no such delivery"}, nil
	case err != nil || state == ingest.Pending:
		return Replayed{ID: id, Outcome: ReplayedPending}, err
	}
	return s.revive(ctx, item)
}

// ReplayDead revives all dead deliveries. An error is the last pair.
func (s *Stores) ReplayDead(ctx context.Context) iter.Seq2[Replayed, error] {
	return func(yield func(Replayed, error) bool) {
		for item, err := range s.Inbox.Scan(ctx, ingest.Dead) {
			if err != nil {
				yield(Replayed{}, at(s.Inbox.Location, err))
				return
			}
			if r, err := s.revive(ctx, item); !yield(r, err) {
				return
			}
		}
	}
}

// revive puts a dead delivery back among the pending.
func (s *Stores) revive(ctx context.Context, item ingest.Item) (Replayed, error) {
	err := s.Inbox.Retry(ctx, item, 0, item.Reason)
	if err != nil && !errors.Is(err, ingest.ErrLeaseLost) { // lost: somebody else has just done so
		return Replayed{}, at(s.Inbox.Location, err)
	}
	return Replayed{ID: item.ID, Outcome: ReplayedPending}, nil
}
