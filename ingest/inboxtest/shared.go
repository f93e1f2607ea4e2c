package inboxtest

import (
	"sync/atomic"
	"time"

	"github.com/terra-go/terra/ingest"
)

var sharedTests = []test{
	{"Reopen/finds everything", func(r *run) {
		for n := range 5 {
			r.put(delivery(n))
		}
		before := time.Now()
		items := r.take(4, long)
		r.must("Ack", r.Inbox.Ack(r.context(), items[0]))
		r.must("Retry", r.Inbox.Retry(r.context(), items[1], 0, "try again"))
		r.must("Bury", r.Inbox.Bury(r.context(), items[2], "no use"))

		other := r.reopen()
		for n := range 5 {
			duplicate, err := other.Put(r.context(), delivery(n))
			if err != nil || !duplicate {
				r.Errorf("Put of one that was put before: duplicate %t, error %v", duplicate, err)
			}
		}
		if dead := r.scan(other, ingest.Dead); len(dead) != 1 {
			r.Errorf("%d dead, want 1", len(dead))
		} else {
			r.same(dead[0], delivery(2))
			r.failed(dead[0], "no use", before)
		}
		for _, item := range r.takeFrom(other, 2, long) {
			switch item.ID {
			case delivery(1).ID:
				r.same(item, delivery(1))
				r.failed(item, "try again", before)
				if item.Attempt != 2 {
					r.Errorf("attempt %d, want 2", item.Attempt)
				}
			case delivery(4).ID:
				r.same(item, delivery(4))
			default:
				r.Errorf("leased %s, which is not due", item.ID)
			}
		}
		r.must("Ack on another handle", other.Ack(r.context(), items[3]))
		r.lost("Ack of one that is done on another handle", r.Inbox.Ack(r.context(), items[3]))
		r.stats(2, 2, 1)
	}},

	{"Reopen/wakes up for another's Put", func(r *run) {
		other := r.reopen()
		leased := make(chan []ingest.Item, 1)
		go func() {
			items, err := other.Lease(r.context(), 1, long)
			if err != nil {
				r.Errorf("Lease: %v", err)
			}
			leased <- items
		}()
		time.Sleep(silence / 5) // until it waits
		r.put(delivery(0))
		if items := <-leased; len(items) != 1 {
			r.Error("did not notice")
		}
	}},

	{"Reopen/stores one of many with the same ID", func(r *run) {
		handles := []ingest.Inbox{r.Inbox, r.reopen(), r.reopen()}
		const rounds = 10
		for n := range rounds {
			var stored atomic.Int32
			together(4*len(handles), func(i int) {
				duplicate, err := handles[i%len(handles)].Put(r.context(), delivery(n))
				if err != nil {
					r.Errorf("Put: %v", err)
				} else if !duplicate {
					stored.Add(1)
				}
			})
			if stored.Load() != 1 {
				r.Errorf("%d were told that theirs was the first", stored.Load())
			}
		}
		r.stats(rounds, 0, 0)
	}},

	{"Reopen/gives each to one of many", func(r *run) {
		handles := []ingest.Inbox{r.Inbox, r.reopen(), r.reopen()}
		const total = 120
		together(len(handles), func(i int) {
			for n := range total / len(handles) {
				if _, err := handles[i].Put(r.context(), delivery(i*total+n)); err != nil {
					r.Errorf("Put: %v", err)
				}
			}
		})
		r.eachOnce(total, func(i int) ingest.Inbox { return handles[i%len(handles)] }, 2*len(handles))
	}},
}
