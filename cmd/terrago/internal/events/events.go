// Package events finds deliveries wherever they are, in the database or in the inbox
// before it, and replays them.
package events

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

// Applied is the state of a delivery that has left the inbox for the database.
const Applied ingest.State = "applied"

// Stores are a database and the inbox in front of it.
type Stores struct {
	DB    *store.DB // nil where nothing is applied
	Inbox *store.Inbox
}

// Error is one of a store.
type Error struct {
	At  store.Location
	Err error
}

func (e *Error) Error() string { return e.At.String() + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func at(l store.Location, err error) error {
	if err == nil {
		return nil
	}
	return &Error{l, err}
}

// ErrNotFound says that no delivery has the id.
var ErrNotFound = errors.New("no delivery has this id")

// Event is a delivery, wherever it is.
type Event struct {
	ID           string            `json:"id"`
	State        ingest.State      `json:"state"`
	Type         webhook.EventType `json:"type"` // empty for a body that is no event
	UserID       string            `json:"user_id,omitempty"`
	Reference    string            `json:"reference,omitempty"`
	OrderingTime time.Time         `json:"ordering_time,omitzero"`
	ReceivedAt   time.Time         `json:"received_at"`
	AppliedAt    time.Time         `json:"applied_at,omitzero"`
	Attempts     int               `json:"attempts,omitempty"` // so far, unless applied
	Reason       string            `json:"reason,omitempty"`   // why it last failed
	FailedAt     time.Time         `json:"failed_at,omitzero"`
	Size         int64             `json:"size"` // of the body, bytes
}

// Whole is a delivery with all that is kept of it.
type Whole struct {
	Event
	Header map[string][]string
	Body   []byte // nil once it is no longer kept
}

// Filter picks deliveries of the inbox. Empty members pick all.
type Filter struct {
	Types  []webhook.EventType
	UserID string
	From   time.Time // when it was received, or later
}

// Picks reports whether e is one of them.
func (f Filter) Picks(e Event) bool {
	return (f.UserID == "" || e.UserID == f.UserID) &&
		(len(f.Types) == 0 || slices.Contains(f.Types, e.Type)) &&
		!e.ReceivedAt.Before(f.From)
}

// List yields deliveries of one state from the inbox, the oldest first. An error is the
// last pair.
func (s *Stores) List(ctx context.Context, state ingest.State, f Filter) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for item, err := range s.Inbox.Scan(ctx, state) {
			if err != nil {
				yield(Event{}, at(s.Inbox.Location, err))
				return
			}
			if e := Waiting(item, state); f.Picks(e) && !yield(e, nil) {
				return
			}
		}
	}
}

// Count counts what [Stores.List] yields. It looks into the deliveries only for a
// filter; the inbox's own counts may lag behind for a moment.
func (s *Stores) Count(ctx context.Context, state ingest.State, f Filter) (n int, err error) {
	if f.Types == nil && f.UserID == "" && f.From.IsZero() {
		stats, err := s.Inbox.Stats(ctx)
		if state == ingest.Dead {
			return stats.Dead, at(s.Inbox.Location, err)
		}
		return stats.Pending, at(s.Inbox.Location, err)
	}
	for _, err := range s.List(ctx, state, f) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// Applied yields deliveries from the database. An error is the last pair.
func (s *Stores) Applied(ctx context.Context, f healthdb.DeliveryFilter) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if s.DB == nil {
			return
		}
		for d, err := range s.DB.Deliveries(ctx, f) {
			if !yield(applied(d), at(s.DB.Location, err)) {
				return
			}
		}
	}
}

// Find looks for a delivery, in the database first. The error may be [ErrNotFound].
func (s *Stores) Find(ctx context.Context, id string) (Whole, error) {
	if s.DB != nil {
		d, err := s.DB.Delivery(ctx, id)
		if err == nil {
			return Whole{applied(d), headerOf(d), d.Body}, nil
		}
		if !errors.Is(err, healthdb.ErrNoDelivery) {
			return Whole{}, at(s.DB.Location, err)
		}
	}
	item, state, err := s.findItem(ctx, id)
	if err != nil {
		return Whole{}, err
	}
	return Whole{Waiting(item, state), item.Header, item.Body}, nil
}

func (s *Stores) findItem(ctx context.Context, id string) (ingest.Item, ingest.State, error) {
	for _, state := range []ingest.State{ingest.Dead, ingest.Pending} {
		for item, err := range s.Inbox.Scan(ctx, state) {
			if err != nil {
				return item, state, at(s.Inbox.Location, err)
			}
			if item.ID == id {
				return item, state, nil
			}
		}
	}
	return ingest.Item{}, "", ErrNotFound
}

func applied(d healthdb.Delivery) Event {
	return Event{
		ID: d.ID, State: Applied, Type: d.Type, UserID: d.UserID, Reference: d.Reference,
		OrderingTime: d.OrderingTime, ReceivedAt: d.ReceivedAt, AppliedAt: d.AppliedAt, Size: d.Size,
	}
}

// Waiting looks into an item of the inbox.
func Waiting(item ingest.Item, state ingest.State) Event {
	e := Event{
		ID: item.ID, State: state, ReceivedAt: item.ReceivedAt, Attempts: item.Attempt,
		Reason: item.Reason, FailedAt: item.FailedAt, Size: int64(len(item.Body)),
	}
	event, err := webhook.Parse(item.Header, item.Body)
	if err != nil {
		return e // as whatever it is, it waits or is dead for that very reason
	}
	e.Type, e.Reference, e.OrderingTime = event.Type(), event.Meta().Reference, event.Meta().OrderingTime
	var about struct {
		User struct {
			ID string `json:"user_id"`
		} `json:"user"`
		NewUser struct {
			ID string `json:"user_id"`
		} `json:"new_user"`
	}
	if json.Unmarshal(event.Raw(), &about) == nil {
		e.UserID = cmp.Or(about.User.ID, about.NewUser.ID)
	}
	return e
}

// headerOf is what a delivery's headers were, of those that are kept.
func headerOf(d healthdb.Delivery) map[string][]string {
	h := map[string][]string{}
	if !strings.HasPrefix(d.ID, "sha256:") {
		h[webhook.HeaderTraceID] = []string{d.ID}
	}
	if d.Reference != "" {
		h[webhook.HeaderReference] = []string{d.Reference}
	}
	if !d.OrderingTime.IsZero() {
		h[webhook.HeaderOrderingTime] = []string{fmt.Sprint(d.OrderingTime.UnixMilli())}
	}
	return h
}
