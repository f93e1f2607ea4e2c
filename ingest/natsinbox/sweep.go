package natsinbox

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// again is how long after a sweep that failed the next one starts, on the same
// connection.
const again = time.Minute

// sweeps is what is known of the sweeps of an inbox.
type sweeps struct {
	mu          sync.Mutex
	connections uint64 // of this client, up to now
	last        uint64 // message in the stream when it had connected
	next        time.Time
	running     bool
}

func (in *Inbox) connections() uint64 { return 1 + in.nc.Stats().Reconnects }

// sweepFirst sweeps before the inbox is used.
func (in *Inbox) sweepFirst(ctx context.Context) error {
	s := &in.sweeps
	s.connections = in.connections()
	var err error
	if s.last, err = in.lastSequence(ctx); err != nil {
		return err
	}
	s.next = time.Now().Add(in.sweepEvery)
	return in.sweep(ctx)
}

// sweepIfDue has the inbox swept when the connection is a new one, as a crash of the
// server ends connections, and now and then: a server whose disk was full for a while
// does not. It does not wait for that, which takes its time where much is leased. It
// returns the number of a message such that what was in the stream at a crash is not
// younger.
func (in *Inbox) sweepIfDue(ctx context.Context) (last uint64, err error) {
	s, connections := &in.sweeps, in.connections()
	s.mu.Lock()
	last, known := s.last, s.connections == connections
	s.mu.Unlock()
	if !known {
		if last, err = in.lastSequence(ctx); err != nil {
			return 0, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connections < connections {
		s.connections, s.last, s.next = connections, last, time.Time{}
	}
	if !s.running && !time.Now().Before(s.next) {
		s.running = true
		s.next = time.Now().Add(in.sweepEvery)
		go in.sweepAside(s.connections)
	}
	return last, nil
}

// sweepAside ends with the connection.
func (in *Inbox) sweepAside(connections uint64) {
	ctx, stop := in.whileConnected(context.Background())
	defer stop()
	err := in.sweep(ctx)
	s := &in.sweeps
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = false
	if err != nil && s.connections == connections {
		s.next = time.Now().Add(min(again, in.sweepEvery))
	}
}

// sweep removes messages that were acknowledged and are still there. A server that
// is killed after it has noted an acknowledgement and before it has removed the
// message hands it out no more, and keeps it for ever. While another message tells
// the state of the delivery that does no harm; but an ID that is done is forgotten
// after a while, and then it would look like a delivery that waits.
//
// It reads what was handed out before, which is what is leased and what it is after,
// and nothing of what waits behind that.
func (in *Inbox) sweep(ctx context.Context) error {
	for _, kind := range []string{urgent, normal} {
		info, err := in.consumer(ctx, kind)
		if err != nil {
			return err
		}
		for seq := uint64(1); ; seq++ {
			m, err := in.from(ctx, kind, seq)
			if err != nil {
				return err
			}
			if m == nil || m.Sequence > info.Delivered.Stream {
				break
			}
			seq = m.Sequence
			if err := in.sweepMessage(ctx, m, m.Sequence <= info.AckFloor.Stream); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepMessage removes a message if it no longer tells the state of its delivery.
// Of an acknowledged one that is the newest, the delivery was done so long ago that
// this is forgotten. Where it cannot have been forgotten yet, it is left alone: it
// is not known why the server took it for acknowledged.
func (in *Inbox) sweepMessage(ctx context.Context, m *jetstream.RawStreamMsg, acknowledged bool) error {
	k := m.Subject[strings.LastIndexByte(m.Subject, '.')+1:]
	last, err := in.newest(ctx, k)
	if err != nil {
		return absent(err)
	}
	if last.Sequence < m.Sequence { // it has gone meanwhile
		return nil
	}
	forgotten := last.Sequence == m.Sequence && acknowledged && in.forgotten(m.Time)
	if last.Sequence == m.Sequence && !forgotten {
		return nil
	}
	if e, _, err := openEnvelope(m.Data); err == nil && (forgotten || kindOf(last.Subject) == done) {
		if err := in.purgeParts(ctx, lease{seq: m.Sequence, parts: e.Parts, key: k}); err != nil {
			return err
		}
	}
	return absent(in.stream.DeleteMsg(ctx, m.Sequence))
}

// forgotten reports whether a delivery may have been done and forgotten since the time
// of its message.
func (in *Inbox) forgotten(at time.Time) bool { return time.Since(at) > in.remember }

// absent is err unless it says that somebody else has removed the message.
func absent(err error) error {
	if errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) {
		return nil
	}
	return err
}
