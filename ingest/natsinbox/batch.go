package natsinbox

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// The headers of the server's protocol for messages that are stored all or none.
const (
	headerBatchID       = "Nats-Batch-Id"
	headerBatchSequence = "Nats-Batch-Sequence"
	headerBatchCommit   = "Nats-Batch-Commit"
)

// batch publishes messages that are stored all or none. One that is not committed
// is forgotten by the server ten seconds after its last message.
type batch struct {
	in *Inbox
	id string
	n  int
}

func (in *Inbox) newBatch() *batch { return &batch{in: in, id: nuid.Next()} }

// add hands m to the server, which keeps it aside.
func (b *batch) add(ctx context.Context, m *nats.Msg) error {
	_, err := b.send(ctx, m, false)
	return err
}

// addBlindly leaves it to commit to tell what went wrong.
func (b *batch) addBlindly(m *nats.Msg) error {
	b.mark(m)
	return b.in.nc.PublishMsg(m)
}

// commit adds m as the last of the messages, stores them, and returns its number.
func (b *batch) commit(ctx context.Context, m *nats.Msg) (seq uint64, err error) {
	return b.send(ctx, m, true)
}

func (b *batch) send(ctx context.Context, m *nats.Msg, last bool) (seq uint64, err error) {
	b.mark(m)
	if last {
		m.Header.Set(headerBatchCommit, "1")
	}
	answer, err := b.in.request(ctx, m)
	if err != nil || len(answer.Data) == 0 && !last {
		return 0, err
	}
	var ack struct {
		Stream string              `json:"stream"`
		Seq    uint64              `json:"seq"`
		Error  *jetstream.APIError `json:"error"`
	}
	switch {
	case json.Unmarshal(answer.Data, &ack) != nil:
		return 0, errors.New("the server's answer is not understood")
	case ack.Error != nil:
		return 0, ack.Error
	case !last || ack.Stream == "":
		return 0, errors.New("the server does not know batches")
	}
	return ack.Seq, nil
}

// mark makes m the next message of the batch.
func (b *batch) mark(m *nats.Msg) {
	b.n++
	m.Header.Set(headerBatchID, b.id)
	m.Header.Set(headerBatchSequence, strconv.Itoa(b.n))
}

// request sends m and waits for the answer, not for ever.
func (in *Inbox) request(ctx context.Context, m *nats.Msg) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return in.nc.RequestMsgWithContext(ctx, m)
}

// errDisconnected ends what waits for answers that cannot come any more.
var errDisconnected = errors.New("the connection to NATS was lost")

// whileConnected returns a context that ends with ctx or with the connection. The
// cause is then [errDisconnected].
func (in *Inbox) whileConnected(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	lost := in.nc.StatusChanged(nats.RECONNECTING, nats.DISCONNECTED, nats.CLOSED)
	go func() {
		if _, open := <-lost; open {
			cancel(errDisconnected)
		}
	}()
	return ctx, func() {
		in.nc.RemoveStatusListener(lost)
		cancel(context.Canceled)
	}
}

// expect has m stored only if the last message of the subjects is number seq.
func expect(m *nats.Msg, seq uint64, subjects string) {
	m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(seq, 10))
	m.Header.Set(jetstream.ExpectedLastSubjSeqSubjHeader, subjects)
}

// expire has m deleted when it is ttl old, in whole seconds.
func expire(m *nats.Msg, ttl time.Duration) {
	m.Header.Set(jetstream.MsgTTLHeader, ttl.Truncate(time.Second).String())
}
