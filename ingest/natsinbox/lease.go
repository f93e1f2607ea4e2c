package natsinbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
)

// What a consumer understands about a message that it has handed out.
const (
	ackDone  = "+ACK"
	ackRetry = "-NAK" // redeliver it at once, or after a delay that follows
)

const (
	// maxLease bounds how many deliveries one call leases.
	maxLease = 256

	// strange is how long a message that is no delivery is left alone.
	strange = time.Hour
)

// lease is what Item.Lease says of a delivery that was handed out.
type lease struct {
	seq     uint64 // of its message, which is the newest about the delivery
	attempt int
	parts   int
	until   time.Time
	reply   string // where the server takes acknowledgements
	key     string // of the delivery; not part of the mark
}

func (l lease) mark() string {
	return fmt.Sprintf("%d/%d/%d/%d/%s", l.seq, l.attempt, l.parts, l.until.UnixMilli(), l.reply)
}

// parseLease reads the mark of an item that was leased.
func parseLease(it ingest.Item) (l lease, ok bool) {
	f := strings.SplitN(it.Lease, "/", 5)
	if len(f) != 5 {
		return lease{}, false
	}
	var n [4]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(f[i], 10, 64); err != nil {
			return lease{}, false
		}
	}
	return lease{
		seq: uint64(n[0]), attempt: int(n[1]), parts: int(n[2]), until: time.UnixMilli(n[3]),
		reply: f[4], key: key(it.ID),
	}, true
}

// extensions are leases whose end is not the one in their mark, by their reply.
type extensions struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// valid tells whether a lease has not run out.
func (x *extensions) valid(l lease) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if until, ok := x.until[l.reply]; ok {
		l.until = until
	}
	return time.Now().Before(l.until)
}

// set remembers the end of a lease, and forgets those that have ended.
func (x *extensions) set(reply string, until time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.until == nil {
		x.until = map[string]time.Time{}
	}
	now := time.Now()
	for reply, until := range x.until {
		// An end that came early, when an extension may or may not have taken effect,
		// is still needed: the mark tells a later one.
		if now.After(until.Add(time.Hour)) {
			delete(x.until, reply)
		}
	}
	x.until[reply] = until
}

// Lease implements [ingest.Inbox]. It leases no more than 256 deliveries at once,
// and fails while JetStream does not answer.
func (in *Inbox) Lease(ctx context.Context, limit int, ttl time.Duration) ([]ingest.Item, error) {
	if limit < 1 || ttl <= 0 {
		return nil, errors.New("natsinbox: lease: limit and ttl have to be positive")
	}
	for {
		items, err := in.leaseOnce(ctx, min(limit, maxLease), ttl)
		if len(items) > 0 || err != nil {
			return items, err
		}
	}
}

// leaseOnce waits a while for messages and returns those that turn out to be deliveries
// to work on.
func (in *Inbox) leaseOnce(ctx context.Context, limit int, ttl time.Duration) ([]ingest.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := in.newPuller(limit)
	connected, stop := in.whileConnected(ctx)
	old, err := in.sweepIfDue(connected)
	var msgs []*nats.Msg
	if err == nil {
		msgs, err = p.take(connected)
	}
	if err != nil && context.Cause(connected) == errDisconnected {
		err = errDisconnected
	}
	stop()
	p.close()
	switch {
	case ctx.Err() != nil:
		p.giveBack(msgs)
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("natsinbox: lease: %w", err)
	}
	found, errs := make([]*ingest.Item, len(msgs)), make([]error, len(msgs))
	each(len(msgs), func(i int) {
		if found[i], errs[i] = in.begin(ctx, msgs[i], ttl, old); errs[i] != nil {
			p.giveBack(msgs[i : i+1]) // or it would be hidden, and nobody at work on it
		}
	})
	var items []ingest.Item
	for _, it := range found {
		if it != nil {
			items = append(items, *it)
		}
	}
	if len(items) > 0 {
		return items, nil // what failed comes again
	}
	return nil, errors.Join(errs...)
}

// begin starts the lease of a message that the server has handed out. It returns
// nil if there is nothing to work on. Messages up to number old may have been in the
// stream when the server crashed.
func (in *Inbox) begin(ctx context.Context, m *nats.Msg, ttl time.Duration, old uint64) (*ingest.Item, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, fmt.Errorf("natsinbox: lease: %w", err)
	}
	e, body, err := openEnvelope(m.Data)
	if err != nil {
		return nil, failed("lease", "?", in.hide(ctx, m.Reply, strange))
	}
	id := string(e.ID)
	l := lease{
		seq: meta.Sequence.Stream, attempt: e.Attempt + int(meta.NumDelivered), parts: e.Parts,
		until: time.Now().Add(ttl), reply: m.Reply, key: key(id),
	}
	if err := in.hide(ctx, m.Reply, ttl); err != nil {
		return nil, failed("lease", id, err)
	}
	// A crash may have come between the two steps of ending a lease. One of the server
	// may also have undone that it remembers the lease.
	wasLater := m.Header.Get(jetstream.SchedulerHeader) != ""
	if meta.NumDelivered > 1 || l.seq <= old || wasLater {
		switch kind, err := in.overtaken(ctx, l, wasLater); {
		case errors.Is(err, jetstream.ErrMsgNotFound): // it went while it was on its way
			return nil, nil
		case err != nil:
			return nil, failed("lease", id, err)
		case kind != "":
			return nil, failed("lease", id, in.finish(ctx, l, kind == done))
		}
	}
	if e.Parts > 0 {
		body, err = in.body(ctx, l.key, e.Parts)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound) && in.forgotten(meta.Timestamp):
			// Parts go when a delivery is done, and before its message.
			return nil, failed("lease", id, in.finish(ctx, l, true))
		case errors.Is(err, jetstream.ErrMsgNotFound): // another message says or will say that it is done
			return nil, nil
		case err != nil:
			return nil, failed("lease", id, err)
		}
	}
	it := e.item(body)
	it.Attempt, it.Lease = l.attempt, l.mark()
	return &it, nil
}

// overtaken is what another message than that of the lease says the delivery is,
// empty if there is none.
func (in *Inbox) overtaken(ctx context.Context, l lease, wasLater bool) (kind string, err error) {
	last, err := in.newest(ctx, l.key)
	switch {
	case err != nil:
		return "", err
	case last.Sequence > l.seq:
		return kindOf(last.Subject), nil
	case last.Sequence < l.seq:
		return "", jetstream.ErrMsgNotFound // it has gone, with what stands in its place
	case !wasLater:
		return "", nil
	}
	// The server stores a delivery that has become due and then removes it from those
	// that will. Killed in between, it stores it once more after it was dealt with.
	for _, kind := range []string{done, dead} {
		m, err := in.last(ctx, in.subject(kind, l.key))
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
		case err != nil:
			return "", err
		case kind == done || len(m.Data) > 0: // an empty one was revived
			return kind, nil
		}
	}
	return "", nil
}

// Extend implements [ingest.Inbox]. Only the handle that has extended a lease
// knows of it.
func (in *Inbox) Extend(ctx context.Context, ttl time.Duration, items ...ingest.Item) error {
	if ttl <= 0 {
		return errors.New("natsinbox: extend: ttl has to be positive")
	}
	return in.leased(ctx, "extend", items, func(l lease) error {
		last, err := in.newest(ctx, l.key)
		if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && last.Sequence != l.seq {
			return ingest.ErrLeaseLost
		} else if err != nil {
			return err
		}
		until := time.Now().Add(ttl)
		if err := in.hide(ctx, l.reply, ttl); err != nil {
			if until.Before(l.until) { // it may have taken effect
				in.extensions.set(l.reply, until)
			}
			return err
		}
		in.extensions.set(l.reply, until)
		return nil
	})
}

// Ack implements [ingest.Inbox].
func (in *Inbox) Ack(ctx context.Context, items ...ingest.Item) error {
	return in.leased(ctx, "ack", items, func(l lease) error {
		m := in.message(done, l.key, nil)
		expire(m, in.remember)
		err := in.replace(ctx, l, m)
		switch {
		case err == nil:
			return in.finish(ctx, l, true)
		case full(err): // it has to get empty, be it without remembering
			return in.finish(ctx, l, true)
		}
		return err
	})
}

// Retry implements [ingest.Inbox]. A delivery that is retried queues up behind
// the others. A delay ends up to a second late.
func (in *Inbox) Retry(ctx context.Context, item ingest.Item, delay time.Duration, reason string) error {
	if seq, ok := strings.CutPrefix(item.Lease, dead+"/"); ok {
		return in.revive(ctx, item.ID, seq, delay)
	}
	return in.leased(ctx, "retry", []ingest.Item{item}, func(l lease) error {
		e, body, err := in.stored(ctx, l)
		if err != nil {
			return err
		}
		e.fail(l.attempt, reason)
		err = in.replace(ctx, l, in.due(l.key, e, body, delay))
		if err == nil && delay > 0 {
			return in.finish(ctx, l, false)
		}
		return err // without delay the message that was leased has been replaced
	})
}

// Bury implements [ingest.Inbox].
func (in *Inbox) Bury(ctx context.Context, item ingest.Item, reason string) error {
	return in.leased(ctx, "bury", []ingest.Item{item}, func(l lease) error {
		e, body, err := in.stored(ctx, l)
		if err != nil {
			return err
		}
		e.fail(l.attempt, reason)
		if err := in.replace(ctx, l, in.message(dead, l.key, e.message(body))); err != nil {
			return err
		}
		return in.finish(ctx, l, false)
	})
}

// revive makes a dead delivery a new pending one, in one step.
func (in *Inbox) revive(ctx context.Context, id, sequence string, delay time.Duration) error {
	seq, err := strconv.ParseUint(sequence, 10, 64)
	if err != nil {
		return failed("retry", id, ingest.ErrLeaseLost)
	}
	k := key(id)
	e, body, err := in.stored(ctx, lease{seq: seq, key: k})
	if err != nil {
		return failed("retry", id, err)
	}
	e.Attempt = 0
	// A message goes by being replaced with one that expires, as a batch can do no
	// other.
	gone, again := in.message(dead, k, nil), in.due(k, e, body, delay)
	expire(gone, time.Second)
	expect(again, seq, in.subject("*", k))
	b := in.newBatch()
	if err := b.add(ctx, gone); err != nil {
		return failed("retry", id, err)
	}
	last, err := b.commit(ctx, again)
	if conflict(err) {
		return failed("retry", id, ingest.ErrLeaseLost)
	} else if err != nil {
		return failed("retry", id, err)
	}
	// Should this fail, gone is counted among the dead for a second.
	in.stream.Purge(ctx, jetstream.WithPurgeSubject(in.subject(dead, k)), jetstream.WithPurgeSequence(last))
	return nil
}

// leased calls f for the items whose leases have not run out.
func (in *Inbox) leased(ctx context.Context, op string, items []ingest.Item, f func(lease) error) error {
	errs := make([]error, len(items))
	each(len(items), func(i int) {
		err := ingest.ErrLeaseLost
		if l, ok := parseLease(items[i]); ok && in.extensions.valid(l) {
			err = f(l)
		}
		errs[i] = failed(op, items[i].ID, err)
	})
	return errors.Join(errs...)
}

// replace stores m as the newest message about a delivery unless there is a newer
// one than the lease's: then somebody else has ended the lease.
func (in *Inbox) replace(ctx context.Context, l lease, m *nats.Msg) error {
	expect(m, l.seq, in.subject("*", l.key))
	if err := in.publish(ctx, l.key, m); !conflict(err) {
		return err
	}
	return ingest.ErrLeaseLost
}

// stored reads the message of a lease again.
func (in *Inbox) stored(ctx context.Context, l lease) (envelope, []byte, error) {
	m, err := in.get(ctx, l.seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return envelope{}, nil, ingest.ErrLeaseLost
	case err != nil:
		return envelope{}, nil, err
	}
	e, body, err := openEnvelope(m.Data)
	if err == nil && key(string(e.ID)) != l.key {
		err = ingest.ErrLeaseLost
	}
	return e, body, err
}

// due is the message of a delivery that can be leased after delay.
func (in *Inbox) due(k string, e envelope, body []byte, delay time.Duration) *nats.Msg {
	data := e.message(body)
	if delay <= 0 {
		return in.message(e.kind(), k, data)
	}
	m := in.message(later, k, data)
	m.Header.Set(jetstream.ScheduleHeader, "@at "+time.Now().Add(delay).UTC().Format(time.RFC3339Nano))
	m.Header.Set(jetstream.ScheduleTargetHeader, in.subject(e.kind(), k))
	return m
}

// finish takes the message of a lease away, once another tells the delivery's
// state. The parts of one that is done go first, as nothing would tell of them
// afterwards.
func (in *Inbox) finish(ctx context.Context, l lease, isDone bool) error {
	if isDone {
		if err := in.purgeParts(ctx, l); err != nil {
			return err
		}
	}
	return in.acknowledge(ctx, l.reply, ackDone)
}

func (in *Inbox) purgeParts(ctx context.Context, l lease) error {
	if l.parts == 0 {
		return nil
	}
	// They are older than the message. Younger ones are of a delivery of the same ID,
	// put after this one was forgotten.
	return in.stream.Purge(ctx, jetstream.WithPurgeSubject(in.subject(part, l.key)+".*"), jetstream.WithPurgeSequence(l.seq))
}

// hide has the server redeliver a message after d, and not before.
func (in *Inbox) hide(ctx context.Context, reply string, d time.Duration) error {
	return in.acknowledge(ctx, reply, fmt.Sprintf("%s {\"delay\": %d}", ackRetry, d))
}

// acknowledge returns once the server has taken note.
func (in *Inbox) acknowledge(ctx context.Context, reply, what string) error {
	_, err := in.request(ctx, &nats.Msg{Subject: reply, Data: []byte(what)})
	return err
}
