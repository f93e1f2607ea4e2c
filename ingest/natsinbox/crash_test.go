package natsinbox_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/natsinbox"
)

// load puts deliveries into an inbox and works on them, from several goroutines
// each and over connections of their own, for as long as it runs.
type load struct {
	t       *testing.T
	open    func() *natsinbox.Inbox
	inboxes []*natsinbox.Inbox
	stop    context.CancelFunc
	senders sync.WaitGroup
	workers sync.WaitGroup

	mu       sync.Mutex
	accepted map[string]bool // those for which Put has returned
	applied  map[string]int  // how often each was leased
	moved    chan struct{}   // closed at the next change of the above
	failures atomic.Int64
}

// startLoad has senders put deliveries, the same again where that failed, and
// workers take them. Some are as large as makes them several messages.
func startLoad(t *testing.T, senders, workers int, opts []natsinbox.Option, nodes ...node) *load {
	t.Helper()
	l := &load{t: t, accepted: map[string]bool{}, applied: map[string]int{}, moved: make(chan struct{})}
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	t.Cleanup(func() {
		stop()
		l.senders.Wait()
		l.workers.Wait()
	})
	opts = append(opts, natsinbox.WithAckWait(3*time.Second))
	l.open = func() *natsinbox.Inbox { return open(t, connect(t, nodes...), opts...) }
	for range 2 { // connections
		l.inboxes = append(l.inboxes, l.open())
	}
	large := delivery("large", 1<<20).Body
	small := delivery("small", 2<<10).Body
	for i := range senders {
		in := l.inboxes[i%len(l.inboxes)]
		l.senders.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				d := ingest.Delivery{ID: fmt.Sprint(i, "-", n), ReceivedAt: time.Now(), Urgent: n%10 == 0, Body: small}
				if n%100 == 50 {
					d.Body = large
				}
				for ctx.Err() == nil {
					attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
					_, err := in.Put(attempt, d)
					cancel()
					if err == nil {
						l.note(func() { l.accepted[d.ID] = true })
						break
					}
					l.failures.Add(1)
				}
			}
		})
	}
	for i := range workers {
		in := l.inboxes[i%len(l.inboxes)]
		l.workers.Go(func() { l.work(ctx, in) })
	}
	return l
}

func (l *load) work(ctx context.Context, in *natsinbox.Inbox) {
	for ctx.Err() == nil {
		attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
		items, err := in.Lease(attempt, 20, 3*time.Second)
		cancel()
		if err != nil {
			continue
		}
		for _, it := range items {
			if len(it.Body) != 2<<10 && len(it.Body) != 1<<20 {
				l.t.Errorf("%s has another body", it.ID)
			}
			l.note(func() { l.applied[it.ID]++ })
		}
		attempt, cancel = context.WithTimeout(ctx, 2*time.Second)
		in.Ack(attempt, items...) // what it does not do is leased again
		cancel()
	}
}

func (l *load) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.moved)
	l.moved = make(chan struct{})
}

// await waits until done says so of the numbers of deliveries accepted and applied.
func (l *load) await(what string, done func(accepted, applied int) bool) {
	l.t.Helper()
	deadline := time.After(3 * time.Minute)
	for {
		l.mu.Lock()
		ok, moved := done(len(l.accepted), len(l.applied)), l.moved
		l.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-moved:
		case <-deadline:
			l.t.Fatalf("%s: it does not come to that", what)
		}
	}
}

// more waits until n more deliveries were accepted.
func (l *load) more(n int) {
	l.t.Helper()
	l.mu.Lock()
	goal := len(l.accepted) + n
	l.mu.Unlock()
	l.await("more deliveries are accepted", func(accepted, _ int) bool { return accepted >= goal })
}

// settle stops the load and checks that what was accepted was applied or still is
// in the inbox, and that nothing is left of what is done.
func (l *load) settle(js jetstream.JetStream) {
	t, in := l.t, l.inboxes[0]
	t.Helper()
	l.stop()
	l.senders.Wait()
	l.workers.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	seen := maps.Clone(l.applied)
	for it, err := range in.Scan(ctx, ingest.Pending) {
		if err != nil {
			t.Fatal(err)
		}
		seen[it.ID]++
	}
	lost := 0
	for id := range l.accepted {
		if seen[id] == 0 {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d accepted deliveries are lost", lost, len(l.accepted))
	}
	// All of it can be worked off.
	var failure error
	for {
		s, err := in.Stats(ctx)
		if err != nil {
			t.Fatalf("%v; the last lease: %v", err, failure)
		}
		if s.Pending == 0 {
			break
		}
		// There may be none left: what the workers were about when they were stopped
		// goes on for a moment. And a cluster may be about to change its leader.
		attempt, cancel := context.WithTimeout(ctx, time.Second)
		items, err := in.Lease(attempt, 100, 10*time.Second)
		cancel()
		if err == nil {
			err = in.Ack(ctx, items...)
		}
		failure = err
	}
	l.open()
	for _, subjects := range []string{"urgent.*", "normal.*", "later.*", "part.*.*"} {
		left, failure := 0, error(nil)
		if !eventually(func() bool { // in a cluster it goes a moment later
			left, failure = count(t, js, subjects)
			return left == 0 && failure == nil
		}) {
			t.Errorf("%d messages %s are left of what is done; the last look: %v", left, subjects, failure)
		}
	}
	repeated := 0
	for _, n := range l.applied {
		repeated += n - 1
	}
	t.Logf("%d accepted, %d refused meanwhile, %d applied before the end, %d of them again", len(l.accepted), l.failures.Load(), len(l.applied), repeated)
}

// TestKill kills the server under load, again and again.
func TestKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes and large bodies take their time; run it without -short")
	}
	kills := 10
	if *long {
		kills = 200
	}
	c := spawn(t, single(t))
	l := startLoad(t, 8, 4, nil, c.node)
	for range kills {
		l.more(100)
		c.kill()
		c.run(t)
	}
	l.more(100)
	l.settle(connect(t, c.node))
}

// TestCluster kills servers of a cluster of three under load: one that follows,
// then the one that leads.
func TestCluster(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes and large bodies take their time; run it without -short")
	}
	rounds := 1
	if *long {
		rounds = 20
	}
	nodes := cluster(t)
	children := map[string]*child{}
	for _, n := range nodes {
		children[n.Name] = spawn(t, n)
	}
	l := startLoad(t, 8, 4, []natsinbox.Option{natsinbox.WithReplicas(3)}, nodes...)
	js := connect(t, nodes...)
	for range rounds {
		for _, leads := range []bool{false, true} {
			l.more(200)
			c := member(t, js, children, leads)
			before := l.failures.Load()
			c.kill()
			l.more(200) // the other two go on
			t.Logf("killed %s (leader: %v): %d refused", c.Name, leads, l.failures.Load()-before)
			c.run(t)
			current(t, js)
		}
	}
	l.more(200)
	l.settle(js)
}

// member finds a server that leads the stream, or one that does not.
func member(t *testing.T, js jetstream.JetStream, children map[string]*child, leads bool) *child {
	t.Helper()
	var c *child
	until(t, js, func(info *jetstream.StreamInfo) bool {
		if info.Cluster == nil || info.Cluster.Leader == "" || len(info.Cluster.Replicas) == 0 {
			return false
		}
		name := info.Cluster.Leader
		if !leads {
			name = info.Cluster.Replicas[0].Name
		}
		c = children[name]
		return c != nil
	})
	return c
}

// current waits until all replicas have caught up.
func current(t *testing.T, js jetstream.JetStream) {
	t.Helper()
	until(t, js, func(info *jetstream.StreamInfo) bool {
		for _, r := range info.Cluster.Replicas {
			if r.Offline || !r.Current {
				return false
			}
		}
		return len(info.Cluster.Replicas) == 2 && info.Cluster.Leader != ""
	})
}

// until asks for the stream's state until ok says so.
func until(t *testing.T, js jetstream.JetStream, ok func(*jetstream.StreamInfo) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for {
		attempt, cancel := context.WithTimeout(ctx, time.Second)
		stream, err := js.Stream(attempt, "terra-inbox")
		cancel()
		if err == nil && ok(stream.CachedInfo()) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal("the cluster does not get into that state")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
