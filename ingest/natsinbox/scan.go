package natsinbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
)

// Scan implements [ingest.Inbox]. An item that is pending tells the attempts up to
// its last failure.
func (in *Inbox) Scan(ctx context.Context, state ingest.State) iter.Seq2[ingest.Item, error] {
	return func(yield func(ingest.Item, error) bool) {
		var kinds []string
		switch state {
		case ingest.Pending:
			kinds = []string{urgent, normal}
		case ingest.Dead:
			kinds = []string{dead}
		default:
			yield(ingest.Item{}, errors.New("natsinbox: scan: no such state"))
			return
		}
		heads := make([]*jetstream.RawStreamMsg, len(kinds)) // the next message of each kind
		for i, kind := range kinds {
			var err error
			if heads[i], err = in.from(ctx, kind, 1); err != nil {
				yield(ingest.Item{}, fmt.Errorf("natsinbox: scan: %w", err))
				return
			}
		}
		for {
			next := -1
			for i, m := range heads {
				if m != nil && (next < 0 || m.Sequence < heads[next].Sequence) {
					next = i
				}
			}
			if next < 0 {
				return
			}
			it, err := in.open(ctx, kinds[next], heads[next])
			if err == nil {
				if it != nil && !yield(*it, nil) {
					return
				}
				heads[next], err = in.from(ctx, kinds[next], heads[next].Sequence+1)
			}
			if err != nil {
				yield(ingest.Item{}, fmt.Errorf("natsinbox: scan: %w", err))
				return
			}
		}
	}
}

// from finds the first message of kind at or after seq, nil if there is none.
func (in *Inbox) from(ctx context.Context, kind string, seq uint64) (*jetstream.RawStreamMsg, error) {
	m, err := in.stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(in.subject(kind, "*")))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return m, err
}

// open makes an item of a message, nil if it has gone meanwhile.
func (in *Inbox) open(ctx context.Context, kind string, m *jetstream.RawStreamMsg) (*ingest.Item, error) {
	if kind == dead && len(m.Data) == 0 { // revived a moment ago
		return nil, nil
	}
	e, body, err := openEnvelope(m.Data)
	if err != nil {
		return nil, err
	}
	_, k := in.kind(m.Subject)
	if e.Parts > 0 {
		body, err = in.body(ctx, k, e.Parts)
	}
	f := e.failure
	if err == nil && kind != dead {
		f, err = in.readNote(ctx, k, m.Sequence)
	}
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	it := e.item(body, f)
	it.Lease = kind + "." + strconv.FormatUint(m.Sequence, 10)
	return &it, nil
}

// readNote is what was noted about a delivery since the message after.
func (in *Inbox) readNote(ctx context.Context, k string, after uint64) (f failure, err error) {
	m, err := in.stream.GetLastMsgForSubject(ctx, in.subject(note, k))
	if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && m.Sequence < after {
		return failure{}, nil
	} else if err != nil {
		return failure{}, err
	}
	if json.Unmarshal(m.Data, &f) != nil {
		return failure{}, errNotADelivery
	}
	return f, nil
}

// Stats implements [ingest.Inbox]. Leased includes the deliveries that wait to be
// tried again, which the server does not tell apart.
func (in *Inbox) Stats(ctx context.Context) (ingest.Stats, error) {
	var s ingest.Stats
	for _, kind := range []string{urgent, normal, dead} {
		consumer, err := in.stream.Consumer(ctx, kind)
		if err != nil {
			return ingest.Stats{}, fmt.Errorf("natsinbox: stats: %w", err)
		}
		info := consumer.CachedInfo()
		if kind == dead {
			s.Dead = int(info.NumPending)
			continue
		}
		s.Leased += info.NumAckPending
		s.Pending += info.NumAckPending + int(info.NumPending)
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
