package natsinbox

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// leaderless is how long a question is repeated that nobody can answer: a cluster
// that has lost a leader takes some seconds to find another.
const leaderless = 15 * time.Second

// get is message seq, or what the options make of that.
func (in *Inbox) get(ctx context.Context, seq uint64, opts ...jetstream.GetMsgOpt) (*jetstream.RawStreamMsg, error) {
	return ask(ctx, in.nc, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return in.stream.GetMsg(ctx, seq, opts...)
	})
}

// last is the last message under the subjects.
func (in *Inbox) last(ctx context.Context, subjects string) (*jetstream.RawStreamMsg, error) {
	return ask(ctx, in.nc, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return in.stream.GetLastMsgForSubject(ctx, subjects)
	})
}

// lastSequence is the number of the last message in the stream.
func (in *Inbox) lastSequence(ctx context.Context) (uint64, error) {
	info, err := ask(ctx, in.nc, func(ctx context.Context) (*jetstream.StreamInfo, error) {
		return in.stream.Info(ctx)
	})
	if err != nil {
		return 0, err
	}
	return info.State.LastSeq, nil
}

// consumer is where the consumer of kind stands.
func (in *Inbox) consumer(ctx context.Context, kind string) (*jetstream.ConsumerInfo, error) {
	return ask(ctx, in.nc, func(ctx context.Context) (*jetstream.ConsumerInfo, error) {
		c, err := in.stream.Consumer(ctx, kind)
		if err != nil {
			return nil, err
		}
		return c.CachedInfo(), nil
	})
}

// ask puts a question, again where there was no leader to answer it, or where one
// went with the question.
func ask[A any](ctx context.Context, nc *nats.Conn, question func(context.Context) (A, error)) (A, error) {
	caller := ctx
	ctx, cancel := context.WithTimeout(ctx, leaderless)
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		attempt, cancel := context.WithTimeout(ctx, patience)
		answer, err := question(attempt)
		cancel()
		switch {
		case err == nil || !nobody(err):
			return answer, err
		case nc.IsConnected() && pause(ctx, wait) == nil:
		case caller.Err() == nil && errors.Is(err, context.DeadlineExceeded):
			return answer, errNoAnswer
		default:
			return answer, err
		}
	}
}

// nobody tells whether a question has found nobody to answer it.
func nobody(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == codeUnavailable ||
		errors.Is(err, nats.ErrNoResponders) || errors.Is(err, context.DeadlineExceeded)
}
