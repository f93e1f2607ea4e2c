package ingest

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"
)

// Delivery is one webhook as it arrived, verified and not yet looked into.
type Delivery struct {
	// ID is the same on every attempt at the delivery: see [NewDelivery].
	ID string
	// ReceivedAt is when the receiver had read it, UTC, to the millisecond.
	ReceivedAt time.Time
	// Urgent marks a delivery that names a place to fetch its data from, as the
	// address expires within minutes.
	Urgent bool
	// Header holds what of the request's headers tells something about the delivery:
	// trace id, reference and ordering timestamp. It is never nil in what an inbox
	// returns.
	Header http.Header
	// Body is the request's body, byte for byte. That of an [Item] must not be
	// changed.
	Body []byte
}

// Inbox keeps deliveries from their receipt until they are dealt with. It is the
// one place where a delivery must not get lost, so the contract is strict; package
// inboxtest holds implementations to it.
//
// A delivery is in one of three states. It is pending until it is acked or buried;
// a lease only hides it for a while. It is dead once buried, and pending again
// after Retry. It is done once acked: its body is forgotten, its ID is remembered
// for as long as the sender may repeat it, at least 48 hours where the
// implementation does not say otherwise.
//
// Of an item that is acted upon only ID and Lease matter.
//
// All methods are safe for concurrent use, by any number of processes where the
// implementation is shared between processes. They return when ctx ends, and then
// nothing is known about whether the call took effect. Errors say nothing of a
// delivery but its ID.
type Inbox interface {
	// Put stores d and returns once it is on stable storage: neither the death of
	// the process nor of the machine undoes it (an inbox that cannot promise so says
	// so). A d whose ID is already known, in whatever state, is not stored again
	// and reported as a duplicate, which is no error. When Put fails, the sender
	// has to be told to deliver again. Once Put has returned, failed or not, it keeps
	// nothing of d's Header and Body, which the caller may reuse; where they are on
	// their way when ctx ends, it waits a little for that to end.
	Put(ctx context.Context, d Delivery) (duplicate bool, err error)

	// Lease takes up to limit pending deliveries that are due, those marked urgent
	// first and then the longest waiting, and hides them from other calls for ttl.
	// It waits until there is at least one, or ctx ends, and may take fewer than
	// limit so that their bodies are not too much at once. Waiting counts from when
	// a delivery last became due, so that one that is retried over and over holds
	// up no other. limit and ttl are positive.
	//
	// A lease that is neither ended by Ack, Retry or Bury nor extended in time runs
	// out, and the delivery is leased again, its Attempt one higher. No two valid
	// leases are for the same delivery. Whether a lease that has run out can still
	// be acted on until the delivery is leased again is left open.
	Lease(ctx context.Context, limit int, ttl time.Duration) ([]Item, error)

	// Extend hides leased items for another ttl from now on. When it fails with
	// [ErrLeaseLost] those of items that were still leased are extended.
	Extend(ctx context.Context, ttl time.Duration, items ...Item) error

	// Ack ends leases: the deliveries are done. When it fails with [ErrLeaseLost]
	// those of items that were still leased are done.
	Ack(ctx context.Context, items ...Item) error

	// Retry makes an item pending again and due after delay: one that is leased,
	// with reason the cause of the failure, or a dead one out of Scan, whose
	// attempts then count from 0 again.
	Retry(ctx context.Context, item Item, delay time.Duration, reason string) error

	// Bury makes a leased item dead: out of the way, kept whole, to be looked at
	// with Scan. reason is for people and holds nothing of the body.
	Bury(ctx context.Context, item Item, reason string) error

	// Scan yields the pending or the dead deliveries, oldest first, with their
	// bodies and without leasing any. Of those that change meanwhile it may yield
	// either state or nothing. An error is the last pair.
	Scan(ctx context.Context, state State) iter.Seq2[Item, error]

	// Stats counts what is there. It may lag behind for a moment.
	Stats(ctx context.Context) (Stats, error)
}

// Item is a delivery in an inbox.
type Item struct {
	Delivery
	// Attempt counts the leases so far, the present one included.
	Attempt int
	// Reason is why it last failed, empty before it has.
	Reason string
	// FailedAt is when that was.
	FailedAt time.Time
	// Lease is the inbox's own mark of the state in which it handed out the item.
	// Acting on an item that has changed since fails with [ErrLeaseLost].
	Lease string
}

// State is where in its life a delivery is.
type State string

// The states that can be scanned.
const (
	Pending State = "pending" // waiting, leased, or to be tried again
	Dead    State = "dead"    // buried
)

// Stats describes an inbox at one moment.
type Stats struct {
	Pending int           `json:"pending"` // waiting, leased, or to be tried again
	Leased  int           `json:"leased"`  // of Pending, those being worked on; a lease that ran out may count until the next
	Dead    int           `json:"dead"`
	Oldest  time.Duration `json:"oldest"` // age of the longest pending delivery since its receipt, 0 without any
}

// ErrLeaseLost says that an item is not in the state in which it was handed out:
// its lease ran out, or somebody else has dealt with it.
var ErrLeaseLost = errors.New("ingest: the lease is lost")

// ErrFull is the error of an inbox that has no room, be it on disk or by a limit.
// The sender is to try later.
var ErrFull = errors.New("ingest: the inbox is full")
