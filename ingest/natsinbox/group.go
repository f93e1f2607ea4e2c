package natsinbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What one batch of a group holds at most.
const (
	groupMessages = 128
	groupBytes    = 4 << 20
)

// group has small messages of concurrent calls stored together, so that they share
// the server's flush to disk, or its round through the cluster.
type group struct {
	mu      sync.Mutex
	waiting []*grouped
	running bool
}

// grouped is a message that a call waits for.
type grouped struct {
	key    string // of the delivery
	msg    *nats.Msg
	stored chan error // has room for the outcome
}

// publish returns when a message about the delivery with key k is stored.
func (in *Inbox) publish(ctx context.Context, k string, m *nats.Msg) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g := &grouped{key: k, msg: m, stored: make(chan error, 1)}
	in.group.mu.Lock()
	in.group.waiting = append(in.group.waiting, g)
	running := in.group.running
	in.group.running = true
	in.group.mu.Unlock()
	if !running {
		go in.storeGroups()
	}
	select {
	case err := <-g.stored:
		return err
	case <-ctx.Done():
		if in.group.withdraw(g) {
			return ctx.Err()
		}
		return <-g.stored // it is being stored, which does not take long
	}
}

// withdraw reports false of a message that does not wait any longer.
func (g *group) withdraw(m *grouped) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, m)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// storeGroups stores what waits, until nothing does.
func (in *Inbox) storeGroups() {
	for {
		some := in.group.next()
		if len(some) == 0 {
			return
		}
		in.storeGroup(some)
	}
}

// next takes what goes into one batch. There the server would not see that two
// messages contradict each other, so only one is of the same delivery.
func (g *group) next() []*grouped {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, size, keys := 0, 0, map[string]bool{}
	for n < min(len(g.waiting), groupMessages) && size < groupBytes && !keys[g.waiting[n].key] {
		keys[g.waiting[n].key] = true
		size += len(g.waiting[n].msg.Data)
		n++
	}
	some := slices.Clone(g.waiting[:n])
	if g.waiting = g.waiting[n:]; n == 0 {
		g.running, g.waiting = false, nil
	}
	return some
}

// storeGroup stores messages in one batch, or each alone if they are refused
// together: one of them has a conflict.
func (in *Inbox) storeGroup(some []*grouped) {
	ctx, stop := in.whileConnected(context.Background())
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if len(some) > 1 {
		err := in.storeBatch(ctx, some)
		var api *jetstream.APIError
		if !errors.As(err, &api) {
			if err != nil && context.Cause(ctx) == errDisconnected {
				err = errDisconnected
			}
			for _, g := range some {
				g.stored <- err
			}
			return
		}
	}
	each(len(some), func(i int) {
		for _, name := range []string{headerBatchID, headerBatchSequence, headerBatchCommit} {
			some[i].msg.Header.Del(name)
		}
		_, err := in.js.PublishMsg(ctx, some[i].msg)
		some[i].stored <- err
	})
}

func (in *Inbox) storeBatch(ctx context.Context, some []*grouped) error {
	for {
		b, last := in.newBatch(), len(some)-1
		for _, g := range some[:last] {
			if err := b.addBlindly(g.msg); err != nil {
				return err
			}
		}
		_, err := b.commit(ctx, some[last].msg)
		if !errors.Is(err, nats.ErrNoResponders) { // there is no leader at the moment
			return err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}
