package sqlinbox

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/internal/sqldb"
)

const (
	maxBatch     = 256 // deliveries in one transaction
	maxIDBytes   = 1 << 10
	batchTimeout = 30 * time.Second
	// grace is how long a transaction goes on after one of those who wait for it has
	// given up. Usually it is done long before.
	grace = 2 * time.Second
)

var (
	errID      = errors.New("sqlinbox: put: an ID has 1 to 1024 bytes and no zero byte")
	errDamaged = errors.New("sqlinbox: a stored header is not JSON")
)

// ticket is a Put under way.
type ticket struct {
	row
	ctx  context.Context // of the caller
	done chan struct{}   // closed when err and known are set
	err  error
}

// Put implements [ingest.Inbox]. When ctx ends while the transaction is at work,
// Put waits for its outcome for two more seconds, as the body must not change
// before.
func (in *Inbox) Put(ctx context.Context, d ingest.Delivery) (duplicate bool, err error) {
	if err := in.ended(ctx); err != nil {
		return false, err
	}
	t, err := newTicket(ctx, d)
	if err != nil {
		return false, err
	}
	select {
	case in.puts <- t:
	case <-ctx.Done():
		return false, ctx.Err()
	case <-in.closing.Done():
		return false, ErrClosed
	}
	<-t.done
	if t.err != nil {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		return false, failed("put", t.err)
	}
	return t.known, nil
}

func newTicket(ctx context.Context, d ingest.Delivery) (*ticket, error) {
	if n := len(d.ID); n == 0 || n > maxIDBytes {
		return nil, errID
	}
	for i := range len(d.ID) {
		if d.ID[i] == 0 {
			return nil, errID
		}
	}
	header := []byte("{}")
	if len(d.Header) > 0 {
		var err error
		if header, err = json.Marshal(d.Header); err != nil {
			return nil, errDamaged
		}
	}
	body := d.Body
	if body == nil {
		body = []byte{} // not null
	}
	return &ticket{
		ctx:  ctx,
		row:  row{id: d.ID, urgent: d.Urgent, receivedAt: d.ReceivedAt.UnixMilli(), header: string(header), body: body},
		done: make(chan struct{}),
	}, nil
}

// write is the work of the goroutine that all Puts go through: it takes those that
// are waiting, stores them in one transaction, and answers them. Those that arrive
// meanwhile are the next to be taken, so the busier it is, the more share a flush.
//
// The bodies of a transaction have up to limit bytes together, or it is a single
// larger one: drivers copy them.
func (in *Inbox) write(limit int) {
	var held *ticket // taken, but too large for the transaction it came in
	var batch []*ticket
	for {
		batch = batch[:0]
		if held == nil {
			select {
			case held = <-in.puts:
			case <-in.closing.Done():
				return
			}
			// Those that the last transaction has answered are about to come again.
			runtime.Gosched()
		}
		batch, held = append(batch, held), nil
		for bytes := len(batch[0].body); held == nil && len(batch) < maxBatch; {
			t := in.waiting()
			if t == nil {
				break
			}
			if bytes += len(t.body); bytes > limit {
				held = t
			} else {
				batch = append(batch, t)
			}
		}
		in.commit(batch)
		clear(batch) // the bodies are the callers' again
	}
}

// waiting is a Put that is waiting now, or nil.
func (in *Inbox) waiting() *ticket {
	select {
	case t := <-in.puts:
		return t
	default:
		return nil
	}
}

// commit stores a batch and answers it.
func (in *Inbox) commit(batch []*ticket) {
	first := make(map[string]*ticket, len(batch)) // of those with the same ID
	rows := make([]*row, 0, len(batch))
	for _, t := range batch {
		if first[t.id] == nil {
			first[t.id] = t
			rows = append(rows, &t.row)
		}
	}
	err := in.put(batch, rows)
	alone := err != nil && len(rows) > 1 && ofOneRow(err)
	for _, t := range rows {
		f := first[t.id]
		// Who has given up since is not tried for: when the database hangs, one after the
		// other would keep it busy for long after it is well again.
		if f.err = err; alone && f.ctx.Err() == nil {
			f.err = in.put([]*ticket{f}, []*row{t})
		}
	}
	for _, t := range batch {
		if f := first[t.id]; f != t {
			t.err, t.known = f.err, true
		}
		close(t.done)
	}
	in.announce()
}

// put stores rows, for as long as those who wait for them want it.
func (in *Inbox) put(batch []*ticket, rows []*row) error {
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	for _, t := range batch {
		defer context.AfterFunc(t.ctx, func() {
			select {
			case <-time.After(grace):
				cancel()
			case <-ctx.Done():
			}
		})()
	}
	return in.store.put(ctx, rows)
}

// ofOneRow reports whether a failure may have its cause in a single row, so that the
// others can be stored without it.
func ofOneRow(err error) bool {
	kind := sqldb.KindOf(err)
	return kind == sqldb.Data || kind == sqldb.Other && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}
