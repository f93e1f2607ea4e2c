package natsinbox

import (
	"context"
	"encoding/json"
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
	ackDone     = "+ACK"
	ackProgress = "+WPI" // hide it for ackWait from now on
	ackRetry    = "-NAK" // redeliver it at once, or after a delay that follows
)

const (
	// maxLease bounds how many deliveries one call leases.
	maxLease = 1000

	// strange is how long a message that is no delivery is left alone.
	strange = time.Hour
)

// lease is a delivery that this handle may act on.
type lease struct {
	reply     string // where the server takes acknowledgements
	kind, key string
	seq       uint64
	parts     int
	attempt   int
	uncounted int
	until     time.Time
}

// leases are those of one handle, by Item.Lease.
type leases struct {
	mu      sync.Mutex
	byReply map[string]lease
}

// start remembers l and forgets what has run out.
func (s *leases) start(l lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for reply, old := range s.byReply {
		if now.After(old.until) {
			delete(s.byReply, reply)
		}
	}
	s.byReply[l.reply] = l
}

// take takes a valid lease out, so that nobody else ends it.
func (s *leases) take(reply string) (lease, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.byReply[reply]
	delete(s.byReply, reply)
	return l, ok && time.Now().Before(l.until)
}

// give puts a lease back that could not be ended.
func (s *leases) give(l lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byReply[l.reply] = l
}

// Lease implements [ingest.Inbox]. It leases no more than a thousand deliveries at
// once, and fails while JetStream does not answer.
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

// leaseOnce waits for messages and returns those that turn out to be deliveries to
// work on.
func (in *Inbox) leaseOnce(ctx context.Context, limit int, ttl time.Duration) ([]ingest.Item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := in.newPuller(limit)
	msgs, err := p.take(ctx)
	p.close()
	if err != nil {
		return nil, err
	}
	found, errs := make([]*ingest.Item, len(msgs)), make([]error, len(msgs))
	each(len(msgs), func(i int) { found[i], errs[i] = in.begin(ctx, msgs[i], ttl) })
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
// nil if there is nothing to work on.
func (in *Inbox) begin(ctx context.Context, m *nats.Msg, ttl time.Duration) (*ingest.Item, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, fmt.Errorf("natsinbox: lease: %w", err)
	}
	e, body, err := openEnvelope(m.Data)
	if err != nil {
		return nil, failed("lease", "?", in.hide(ctx, m.Reply, strange))
	}
	id := string(e.ID)
	kind, k := in.kind(m.Subject)
	l := lease{reply: m.Reply, kind: kind, key: k, seq: meta.Sequence.Stream, parts: e.Parts, until: time.Now().Add(ttl)}
	if err := in.hide(ctx, m.Reply, ttl); err != nil {
		return nil, failed("lease", id, err)
	}

	f := failure{}
	if meta.NumDelivered > 1 {
		// A crash may have come between one step of an Ack or a Bury and the next.
		last, err := in.newest(ctx, k)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			return nil, nil
		case err != nil:
			return nil, failed("lease", id, err)
		}
		switch kind, _ := in.kind(last.Subject); kind {
		case done, dead:
			return nil, failed("lease", id, in.finish(ctx, l, kind == done))
		case note:
			if err := json.Unmarshal(last.Data, &f); err != nil {
				return nil, failed("lease", id, errNotADelivery)
			}
		}
	}
	l.attempt, l.uncounted = int(meta.NumDelivered)-f.Uncounted, f.Uncounted
	if wait := time.Until(time.UnixMilli(e.Due)); e.Due != 0 && wait > 0 {
		err := in.writeNote(ctx, k, failure{Uncounted: int(meta.NumDelivered)}, wait)
		if err == nil || full(err) {
			err = in.hide(ctx, m.Reply, wait)
		}
		return nil, failed("lease", id, err)
	}
	if e.Parts > 0 {
		if body, err = in.body(ctx, k, e.Parts); err != nil {
			return nil, failed("lease", id, err)
		}
	}
	in.leases.start(l)
	it := e.item(body, f)
	it.Attempt, it.Lease = l.attempt, l.reply
	return &it, nil
}

// Extend implements [ingest.Inbox].
func (in *Inbox) Extend(ctx context.Context, ttl time.Duration, items ...ingest.Item) error {
	if ttl <= 0 {
		return errors.New("natsinbox: extend: ttl has to be positive")
	}
	return in.end(ctx, "extend", items, func(l lease) error {
		until := time.Now().Add(ttl)
		if err := in.hide(ctx, l.reply, ttl); err != nil {
			if until.Before(l.until) { // it may have taken effect
				l.until = until
			}
			in.leases.give(l)
			return err
		}
		l.until = until
		in.leases.give(l)
		return nil
	})
}

// Ack implements [ingest.Inbox].
func (in *Inbox) Ack(ctx context.Context, items ...ingest.Item) error {
	return in.end(ctx, "ack", items, func(l lease) error {
		_, err := in.js.PublishMsg(ctx, &nats.Msg{Subject: in.subject(done, l.key)}, jetstream.WithMsgTTL(in.remember))
		switch {
		case err == nil:
			err = in.finish(ctx, l, true)
		case full(err): // it has to get empty, be it without remembering
			if err = in.finish(ctx, l, false); err == nil {
				err = in.purgeParts(ctx, l)
			}
		}
		if err != nil {
			in.leases.give(l)
		}
		return err
	})
}

// Retry implements [ingest.Inbox]. How often and why is remembered for as long as
// the IDs of deliveries that are done.
func (in *Inbox) Retry(ctx context.Context, item ingest.Item, delay time.Duration, reason string) error {
	delay = max(delay, 0)
	if seq, ok := strings.CutPrefix(item.Lease, dead+"."); ok {
		return in.revive(ctx, item.ID, seq, delay)
	}
	return in.end(ctx, "retry", []ingest.Item{item}, func(l lease) error {
		f := newFailure(l.attempt, reason)
		f.Uncounted = l.uncounted
		err := in.writeNote(ctx, l.key, f, delay)
		if err == nil || full(err) {
			err = in.hide(ctx, l.reply, delay)
		}
		if err != nil {
			in.leases.give(l)
		}
		return err
	})
}

// Bury implements [ingest.Inbox].
func (in *Inbox) Bury(ctx context.Context, item ingest.Item, reason string) error {
	return in.end(ctx, "bury", []ingest.Item{item}, func(l lease) error {
		err := in.bury(ctx, l, reason)
		if err != nil && !errors.Is(err, ingest.ErrLeaseLost) {
			in.leases.give(l)
		}
		return err
	})
}

func (in *Inbox) bury(ctx context.Context, l lease, reason string) error {
	m, err := in.stream.GetMsg(ctx, l.seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return ingest.ErrLeaseLost
	} else if err != nil {
		return err
	}
	e, body, err := openEnvelope(m.Data)
	if err != nil {
		return err
	}
	e.Due, e.failure = 0, newFailure(l.attempt, reason)
	if _, err := in.js.PublishMsg(ctx, &nats.Msg{Subject: in.subject(dead, l.key), Data: e.message(body)}); err != nil {
		return err
	}
	return in.finish(ctx, l, false)
}

// revive makes a dead delivery a new pending one, in one step.
func (in *Inbox) revive(ctx context.Context, id, sequence string, delay time.Duration) error {
	seq, err := strconv.ParseUint(sequence, 10, 64)
	if err != nil {
		return ingest.ErrLeaseLost
	}
	k := key(id)
	m, err := in.newest(ctx, k)
	if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && m.Sequence != seq {
		return ingest.ErrLeaseLost
	} else if err != nil {
		return failed("retry", id, err)
	}
	e, body, err := openEnvelope(m.Data)
	if err != nil {
		return failed("retry", id, err)
	}
	e.failure = failure{}
	if delay > 0 {
		e.Due = time.Now().Add(delay).UnixMilli()
	}
	kind := normal
	if e.Urgent {
		kind = urgent
	}
	// A message goes by being replaced, as a batch can do no other.
	pending, gone := nats.NewMsg(in.subject(kind, k)), nats.NewMsg(in.subject(dead, k))
	pending.Data = e.message(body)
	expect(pending, seq, in.subject("*", k))
	gone.Header.Set(jetstream.MsgTTLHeader, "1s")
	b := in.newBatch()
	stored := uint64(0)
	if err = b.add(ctx, gone); err == nil {
		stored, err = b.commit(ctx, pending)
	}
	if conflict(err) {
		return ingest.ErrLeaseLost
	} else if err != nil {
		return failed("retry", id, err)
	}
	// gone would go by itself, but be counted until then.
	in.stream.Purge(ctx, jetstream.WithPurgeSubject(in.subject(dead, k)), jetstream.WithPurgeSequence(stored))
	return nil
}

// end calls f for the items that are leased.
func (in *Inbox) end(ctx context.Context, op string, items []ingest.Item, f func(lease) error) error {
	errs := make([]error, len(items))
	each(len(items), func(i int) {
		l, ok := in.leases.take(items[i].Lease)
		if !ok {
			errs[i] = fmt.Errorf("natsinbox: %s %q: %w", op, items[i].ID, ingest.ErrLeaseLost)
			return
		}
		errs[i] = failed(op, items[i].ID, f(l))
	})
	return errors.Join(errs...)
}

// finish takes a delivery away that is done, or dead and keeps its parts. The
// parts go first: what tells that they are missing on purpose is there already.
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
	return in.stream.Purge(ctx, jetstream.WithPurgeSubject(in.subject(part, l.key)+".*"))
}

// hide has the server redeliver a message after d, and not before.
func (in *Inbox) hide(ctx context.Context, reply string, d time.Duration) error {
	switch d {
	case 0:
		return in.acknowledge(ctx, reply, ackRetry)
	case ackWait:
		return in.acknowledge(ctx, reply, ackProgress)
	}
	return in.acknowledge(ctx, reply, fmt.Sprintf("%s {\"delay\": %d}", ackRetry, d))
}

// acknowledge returns once the server has taken note.
func (in *Inbox) acknowledge(ctx context.Context, reply, what string) error {
	_, err := in.request(ctx, &nats.Msg{Subject: reply, Data: []byte(what)})
	return err
}

// writeNote replaces what is noted about a delivery's failures.
func (in *Inbox) writeNote(ctx context.Context, k string, f failure, wait time.Duration) error {
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = in.js.PublishMsg(ctx, &nats.Msg{Subject: in.subject(note, k), Data: data},
		jetstream.WithMsgTTL((in.remember + wait).Truncate(time.Second)))
	return err
}
