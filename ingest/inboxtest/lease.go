package inboxtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/terra-go/terra/ingest"
)

var leaseTests = []test{
	{"Lease/takes the urgent first, then the oldest", func(r *run) {
		r.put(delivery(0), delivery(1), delivery(2, urgent), delivery(3), delivery(4, urgent))
		var got []string
		for range 5 {
			got = append(got, r.take(1, long)[0].ID)
		}
		if want := []string{delivery(2).ID, delivery(4).ID, delivery(0).ID, delivery(1).ID, delivery(3).ID}; !slices.Equal(got, want) {
			r.Errorf("leased in the order %s, want %s", got, want)
		}
	}},

	{"Lease/takes no more than asked for", func(r *run) {
		for n := range 5 {
			r.put(delivery(n))
		}
		items, err := r.Inbox.Lease(r.context(), 3, long)
		r.must("Lease", err)
		if len(items) == 0 || len(items) > 3 {
			r.Errorf("leased %d items, want up to 3", len(items))
		}
		r.stats(5, len(items), 0)
	}},

	{"Lease/hides until it runs out", func(r *run) {
		r.put(delivery(0))
		first := r.take(1, r.brief())[0]
		r.takeNone()
		r.wait(r.brief() + r.brief()/4)
		second := r.take(1, long)[0]
		r.same(second, delivery(0))
		if first.Attempt != 1 || second.Attempt != 2 {
			r.Errorf("attempts %d and %d, want 1 and 2", first.Attempt, second.Attempt)
		}
		r.lost("Extend of a lease that ran out", r.Inbox.Extend(r.context(), long, first))
		r.lost("Retry of a lease that ran out", r.Inbox.Retry(r.context(), first, 0, "late"))
		r.lost("Bury of a lease that ran out", r.Inbox.Bury(r.context(), first, "late"))
		r.lost("Ack of a lease that ran out", r.Inbox.Ack(r.context(), first))
		r.takeNone()
		r.stats(1, 1, 0)
		r.must("Ack", r.Inbox.Ack(r.context(), second))
		r.stats(0, 0, 0)
	}},

	{"Lease/ends with its context", func(r *run) {
		ctx, cancel := context.WithCancel(r.context())
		done := make(chan error, 1)
		go func() {
			_, err := r.Inbox.Lease(ctx, 1, long)
			done <- err
		}()
		select {
		case err := <-done:
			r.Fatalf("Lease of an empty inbox returned, error %v", err)
		case <-time.After(silence):
		}
		cancel()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				r.Errorf("error %v, want that of the context", err)
			}
		case <-time.After(patience):
			r.Fatal("Lease goes on waiting")
		}
		r.put(delivery(0))
		if items, err := r.Inbox.Lease(ctx, 1, long); err == nil {
			r.Errorf("with a context that has ended: %d items and no error", len(items))
		}
	}},

	{"Lease/wakes up", func(r *run) {
		wakes := func(what string, do func()) ingest.Item {
			r.Helper()
			leased := make(chan []ingest.Item, 1)
			go func() {
				items, err := r.Inbox.Lease(r.context(), 1, long)
				if err != nil {
					r.Errorf("Lease: %v", err)
				}
				leased <- items
			}()
			time.Sleep(silence / 5) // until it waits
			do()
			items := <-leased
			if len(items) != 1 {
				r.Fatalf("did not notice %s", what)
			}
			return items[0]
		}
		item := wakes("a Put", func() { r.put(delivery(0)) })
		wakes("a Retry", func() { r.must("Retry", r.Inbox.Retry(r.context(), item, 0, "again")) })
		r.put(delivery(1))
		item = r.take(1, short)[0]
		item = wakes("the end of a lease", func() { r.wait(short + short/4) })
		r.must("Retry", r.Inbox.Retry(r.context(), item, short/2, "again"))
		item = wakes("the end of a delay", func() { r.wait(short) })
		r.must("Bury", r.Inbox.Bury(r.context(), item, "no use"))
		wakes("a replay", func() {
			for _, dead := range r.scan(r.Inbox, ingest.Dead) {
				r.must("Retry of a dead one", r.Inbox.Retry(r.context(), dead, 0, "again"))
			}
		})
	}},

	{"Lease/lets nothing starve", func(r *run) {
		const others = 20
		r.put(delivery(0))
		for n := range others {
			r.put(delivery(n + 1))
		}
		done := 0
		for range 10 * others {
			item := r.take(1, long)[0]
			if item.ID == delivery(0).ID {
				r.must("Retry", r.Inbox.Retry(r.context(), item, 0, "fails every time"))
				continue
			}
			r.must("Ack", r.Inbox.Ack(r.context(), item))
			if done++; done == others {
				return
			}
		}
		r.Errorf("only %d of %d were leased beside one that fails every time", done, others)
	}},

	{"Lease/gives each to one of many", func(r *run) {
		const total, workers = 200, 8
		for n := range total {
			r.put(delivery(n))
		}
		r.eachOnce(total, func(int) ingest.Inbox { return r.Inbox }, workers)
	}},

	{"Extend/hides for longer", func(r *run) {
		r.put(delivery(0), delivery(1))
		items := r.take(2, r.brief())
		r.wait(r.brief() * 3 / 5)
		for i := range items {
			items[i] = mark(items[i])
		}
		r.must("Extend", r.Inbox.Extend(r.context(), r.brief()*3/2, items...))
		r.wait(r.brief() * 3 / 5) // past the first lease
		r.takeNone()
		r.must("Ack of an extended lease", r.Inbox.Ack(r.context(), items[0]))
		r.wait(r.brief() * 5 / 4)
		again := r.take(1, long)[0]
		if again.ID != items[1].ID || again.Attempt != 2 {
			r.Errorf("leased %s, attempt %d, want the one whose extended lease ran out, attempt 2", again.ID, again.Attempt)
		}
	}},

	{"Extend/extends what it can", func(r *run) {
		r.put(delivery(0), delivery(1))
		items := r.take(2, r.brief())
		r.must("Ack", r.Inbox.Ack(r.context(), items[0]))
		r.lost("Extend of two, one of them done", r.Inbox.Extend(r.context(), long, items...))
		r.wait(r.brief() + r.brief()/4)
		r.takeNone()
		r.must("Extend of none", r.Inbox.Extend(r.context(), long))
	}},
}

// mark is what matters of an item that is acted upon.
func mark(item ingest.Item) ingest.Item {
	return ingest.Item{Delivery: ingest.Delivery{ID: item.ID}, Lease: item.Lease}
}

// eachOnce has workers lease and ack what is in an inbox until total deliveries are
// done, and fails the test if any was leased twice.
func (r *run) eachOnce(total int, handle func(worker int) ingest.Inbox, workers int) {
	r.Helper()
	var mu sync.Mutex
	leased := make(map[string]int)
	ctx, cancel := context.WithCancel(r.context())
	defer cancel()
	together(workers, func(i int) {
		inbox := handle(i)
		for {
			items, err := inbox.Lease(ctx, 7, long)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				r.Errorf("Lease: %v", err)
				cancel()
				return
			}
			marks := make([]ingest.Item, len(items))
			for i, item := range items {
				marks[i] = mark(item)
			}
			if err := inbox.Ack(r.context(), marks...); err != nil {
				r.Errorf("Ack: %v", err)
			}
			mu.Lock()
			for _, item := range items {
				leased[item.ID]++
			}
			if len(leased) == total {
				cancel()
			}
			mu.Unlock()
		}
	})
	for id, n := range leased {
		if n != 1 {
			r.Errorf("%s was leased %d times", id, n)
		}
	}
	if len(leased) != total {
		r.Errorf("leased %d deliveries, want %d", len(leased), total)
	}
	r.stats(0, 0, 0)
}
