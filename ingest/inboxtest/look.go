package inboxtest

import (
	"context"
	"slices"
	"time"

	"github.com/terra-go/terra/ingest"
)

var lookTests = []test{
	{"Scan/finds all that is pending", func(r *run) {
		const total = 12
		for n := range total {
			r.put(delivery(n))
		}
		items := r.take(3, long)
		r.must("Retry", r.Inbox.Retry(r.context(), items[1], time.Hour, "later"))
		found := r.scan(r.Inbox, ingest.Pending)
		if len(found) != total {
			r.Fatalf("found %s, want %d", ids(found), total)
		}
		for n, item := range found {
			r.same(item, delivery(n))
		}
		if len(r.scan(r.Inbox, ingest.Dead)) != 0 {
			r.Error("found dead ones")
		}
		r.stats(total, 2, 0)
		if rest := r.take(total-3, long); rest[0].Attempt != 1 {
			r.Error("a scan counts as an attempt")
		}
	}},

	{"Scan/finds the dead, oldest first", func(r *run) {
		for n := range 6 {
			r.put(delivery(n))
		}
		items := r.take(6, long)
		slices.Reverse(items)
		for _, item := range items[:4] {
			r.must("Bury", r.Inbox.Bury(r.context(), item, "no use"))
		}
		found := r.scan(r.Inbox, ingest.Dead)
		if want := []string{delivery(2).ID, delivery(3).ID, delivery(4).ID, delivery(5).ID}; !slices.Equal(ids(found), want) {
			r.Errorf("found %s, want %s", ids(found), want)
		}
	}},

	{"Scan/can be left, and changed meanwhile", func(r *run) {
		for n := range 5 {
			r.put(delivery(n))
		}
		for range r.Inbox.Scan(r.context(), ingest.Pending) {
			break
		}
		for _, item := range r.take(5, long) {
			r.must("Bury", r.Inbox.Bury(r.context(), item, "no use"))
		}
		replayed := 0
		for item, err := range r.Inbox.Scan(r.context(), ingest.Dead) {
			r.must("Scan", err)
			r.must("Retry", r.Inbox.Retry(r.context(), item, 0, "replayed"))
			replayed++
		}
		if replayed != 5 {
			r.Errorf("replayed %d, want 5", replayed)
		}
		r.stats(5, 0, 0)
	}},

	{"Scan/ends with its context", func(r *run) {
		r.put(delivery(0), delivery(1))
		ctx, cancel := context.WithCancel(r.context())
		cancel()
		var last error
		for _, err := range r.Inbox.Scan(ctx, ingest.Pending) {
			last = err
		}
		if last == nil {
			r.Error("no error at its end")
		}
	}},

	{"Stats/follows a delivery through its life", func(r *run) {
		if s := r.stats(0, 0, 0); s.Oldest != 0 {
			r.Errorf("the oldest of none is %v old", s.Oldest)
		}
		old := delivery(0)
		old.ReceivedAt = time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
		r.put(old, delivery(1))
		oldest := func(least, most time.Duration) {
			r.Helper()
			if s, err := r.Inbox.Stats(r.context()); err != nil || s.Oldest < least || s.Oldest > most {
				r.Errorf("the oldest is %v old, error %v, want %v to %v", s.Oldest, err, least, most)
			}
		}
		r.stats(2, 0, 0)
		oldest(59*time.Minute, 62*time.Minute)
		items := r.take(2, long)
		if items[0].ID != old.ID {
			slices.Reverse(items)
		}
		r.stats(2, 2, 0)
		r.must("Retry", r.Inbox.Retry(r.context(), items[1], 0, "again"))
		r.stats(2, 1, 0)
		r.must("Ack", r.Inbox.Ack(r.context(), items[0]))
		r.stats(1, 0, 0)
		oldest(0, 10*time.Minute)
		r.must("Bury", r.Inbox.Bury(r.context(), r.take(1, long)[0], "no use"))
		if s := r.stats(0, 0, 1); s.Oldest != 0 {
			r.Errorf("the oldest of none is %v old", s.Oldest)
		}
	}},

	{"Stats/returns when its context has ended", func(r *run) {
		r.put(delivery(0))
		item := r.take(1, long)[0]
		ctx, cancel := context.WithCancel(r.context())
		cancel()
		done := make(chan struct{})
		go func() { // whatever they say about it
			defer close(done)
			r.Inbox.Stats(ctx)
			r.Inbox.Extend(ctx, long, item)
			r.Inbox.Retry(ctx, item, 0, "again")
			r.Inbox.Bury(ctx, item, "no use")
			r.Inbox.Ack(ctx, item)
		}()
		select {
		case <-done:
		case <-time.After(patience):
			r.Error("calls go on")
		}
	}},
}
