package natsinbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
)

// Scan implements [ingest.Inbox]. It reads everything twice: first to find the
// order, as what was retried or buried has moved in the stream, then to yield it.
// Attempt counts the leases up to the last failure.
func (in *Inbox) Scan(ctx context.Context, state ingest.State) iter.Seq2[ingest.Item, error] {
	return func(yield func(ingest.Item, error) bool) {
		err := in.scan(ctx, state, func(it ingest.Item) bool { return yield(it, nil) })
		if err != nil {
			yield(ingest.Item{}, fmt.Errorf("natsinbox: scan: %w", err))
		}
	}
}

func (in *Inbox) scan(ctx context.Context, state ingest.State, yield func(ingest.Item) bool) error {
	type place struct {
		at  int64
		seq uint64
	}
	var places []place
	var kinds []string
	switch state {
	case ingest.Pending:
		kinds = []string{urgent, normal, later}
	case ingest.Dead:
		kinds = []string{dead}
	default:
		return errors.New("no such state")
	}
	for _, kind := range kinds {
		for seq := uint64(1); ; {
			m, err := in.from(ctx, kind, seq)
			if err != nil {
				return err
			} else if m == nil {
				break
			}
			seq = m.Sequence + 1
			if len(m.Data) == 0 { // a dead one that was revived a moment ago
				continue
			}
			e, _, err := openEnvelope(m.Data)
			if err != nil {
				return err
			}
			places = append(places, place{e.At, m.Sequence})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq)) })
	for _, p := range places {
		it, err := in.look(ctx, p.seq, state)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound): // it has changed meanwhile
		case err != nil:
			return err
		case !yield(it):
			return nil
		}
	}
	return nil
}

// from finds the first message of kind at or after seq, nil if there is none.
func (in *Inbox) from(ctx context.Context, kind string, seq uint64) (*jetstream.RawStreamMsg, error) {
	m, err := in.get(ctx, seq, jetstream.WithGetMsgSubject(in.subject(kind, "*")))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return m, err
}

// look makes an item of message seq, whose mark is not that of a lease.
func (in *Inbox) look(ctx context.Context, seq uint64, state ingest.State) (ingest.Item, error) {
	m, err := in.get(ctx, seq)
	if err != nil {
		return ingest.Item{}, err
	}
	e, body, err := openEnvelope(m.Data)
	if err != nil {
		return ingest.Item{}, err
	}
	k := key(string(e.ID))
	// The newest message tells the state. Another may still be there, between the two
	// steps of ending a lease or after the server was killed there.
	wasLater := m.Header.Get(jetstream.SchedulerHeader) != ""
	if kind, err := in.overtaken(ctx, lease{seq: seq, key: k}, wasLater); err != nil {
		return ingest.Item{}, err
	} else if kind != "" {
		return ingest.Item{}, jetstream.ErrMsgNotFound
	}
	if e.Parts > 0 {
		body, err = in.body(ctx, k, e.Parts)
	}
	if err != nil {
		return ingest.Item{}, err
	}
	it := e.item(body)
	it.Lease = string(state) + "/" + strconv.FormatUint(seq, 10)
	return it, nil
}

// Stats implements [ingest.Inbox]. A lease that has run out counts as one until
// the delivery is leased again.
func (in *Inbox) Stats(ctx context.Context) (ingest.Stats, error) {
	var s ingest.Stats
	for _, kind := range []string{urgent, normal, later, dead} {
		info, err := in.consumer(ctx, kind)
		if err != nil {
			return ingest.Stats{}, fmt.Errorf("natsinbox: stats: %w", err)
		}
		if kind == dead {
			s.Dead = int(info.NumPending)
			continue
		}
		n := info.NumAckPending + int(info.NumPending)
		if n == 0 { // and yet the stream may hold an outdated message
			continue
		}
		s.Leased += info.NumAckPending
		s.Pending += n
		first, err := in.from(ctx, kind, 1)
		if err != nil {
			return ingest.Stats{}, fmt.Errorf("natsinbox: stats: %w", err)
		}
		if first == nil {
			continue
		}
		if e, _, err := openEnvelope(first.Data); err == nil {
			s.Oldest = max(s.Oldest, time.Since(time.UnixMilli(e.At)))
		}
	}
	return s, nil
}
