package inboxtest

import (
	"strings"
	"time"

	"github.com/terra-go/terra/ingest"
)

var endTests = []test{
	{"Ack/ends a delivery", func(r *run) {
		r.put(delivery(0), delivery(1))
		items := r.take(2, r.brief())
		r.must("Ack", r.Inbox.Ack(r.context(), items...))
		r.stats(0, 0, 0)
		r.lost("second Ack", r.Inbox.Ack(r.context(), items[0]))
		r.lost("Retry after Ack", r.Inbox.Retry(r.context(), items[0], 0, "late"))
		r.lost("Bury after Ack", r.Inbox.Bury(r.context(), items[0], "late"))
		r.lost("Extend after Ack", r.Inbox.Extend(r.context(), long, items[0]))
		r.wait(r.brief() + r.brief()/4)
		r.takeNone()
		if n := len(r.scan(r.Inbox, ingest.Pending)) + len(r.scan(r.Inbox, ingest.Dead)); n != 0 {
			r.Errorf("Scan finds %d of those done", n)
		}
		r.must("Ack of none", r.Inbox.Ack(r.context()))
	}},

	{"Ack/ends what it can", func(r *run) {
		r.put(delivery(0), delivery(1), delivery(2))
		items := r.take(3, r.brief())
		r.must("Bury", r.Inbox.Bury(r.context(), items[1], "no use"))
		r.lost("Ack of three, one of them dead", r.Inbox.Ack(r.context(), items...))
		r.stats(0, 0, 1)
	}},

	{"Ack/needs a lease", func(r *run) {
		r.put(delivery(0))
		item := r.only(ingest.Pending)
		r.lost("Ack", r.Inbox.Ack(r.context(), item))
		r.lost("Bury", r.Inbox.Bury(r.context(), item, "no use"))
		r.lost("Extend", r.Inbox.Extend(r.context(), long, item))
		r.lost("Retry", r.Inbox.Retry(r.context(), item, time.Hour, "later"))
		r.lost("Ack of one that was never put", r.Inbox.Ack(r.context(), ingest.Item{Delivery: delivery(1), Lease: item.Lease}))
		r.same(r.take(1, long)[0], delivery(0))
	}},

	{"Retry/makes it due at once", func(r *run) {
		r.put(delivery(0))
		first := r.take(1, long)[0]
		before := time.Now()
		r.must("Retry", r.Inbox.Retry(r.context(), first, 0, "the database is away"))
		r.lost("Ack after Retry", r.Inbox.Ack(r.context(), first))
		second := r.take(1, long)[0]
		r.same(second, delivery(0))
		r.failed(second, "the database is away", before)
		if second.Attempt != 2 {
			r.Errorf("attempt %d, want 2", second.Attempt)
		}
		r.must("Retry", r.Inbox.Retry(r.context(), mark(second), 0, "still away"))
		third := r.take(1, long)[0]
		r.failed(third, "still away", before)
		if third.Attempt != 3 {
			r.Errorf("attempt %d, want 3", third.Attempt)
		}
	}},

	{"Retry/makes it due later", func(r *run) {
		r.put(delivery(0))
		r.must("Retry", r.Inbox.Retry(r.context(), r.take(1, long)[0], r.brief(), "later"))
		r.stats(1, 0, 0)
		r.takeNone()
		r.put(delivery(1))
		if item := r.take(1, long)[0]; item.ID != delivery(1).ID {
			r.Errorf("leased %s, want the one that is due", item.ID)
		}
		r.wait(r.brief() + r.brief()/4)
		r.same(r.take(1, long)[0], delivery(0))
	}},

	{"Retry/takes any reason", func(r *run) {
		for _, reason := range []string{"", "NUL \x00 and \xff", strings.Repeat("long ", 4000)} {
			before := time.Now()
			r.put(delivery(len(reason)))
			r.must("Retry", r.Inbox.Retry(r.context(), r.take(1, long)[0], 0, reason))
			item := r.take(1, long)[0]
			if item.FailedAt.IsZero() || item.FailedAt.Before(before.Add(-time.Second)) {
				r.Errorf("failed at %v, want the present", item.FailedAt)
			}
			r.must("Bury", r.Inbox.Bury(r.context(), item, reason))
		}
		r.stats(0, 0, 3)
	}},

	{"Bury/keeps it whole", func(r *run) {
		r.put(delivery(0, urgent), delivery(1))
		before := time.Now()
		item := r.take(1, r.brief())[0]
		r.must("Bury", r.Inbox.Bury(r.context(), mark(item), "no JSON"))
		r.lost("Ack after Bury", r.Inbox.Ack(r.context(), item))
		r.stats(1, 0, 1)
		r.must("Ack", r.Inbox.Ack(r.context(), r.take(1, long)[0]))
		r.wait(r.brief() + r.brief()/4)
		r.takeNone()
		dead := r.scan(r.Inbox, ingest.Dead)
		if len(dead) != 1 {
			r.Fatalf("Scan found %d dead, want 1", len(dead))
		}
		r.same(dead[0], delivery(0, urgent))
		r.failed(dead[0], "no JSON", before)
	}},

	{"Bury/can be undone", func(r *run) {
		r.put(delivery(0))
		r.must("Retry", r.Inbox.Retry(r.context(), r.take(1, long)[0], 0, "again"))
		r.must("Bury", r.Inbox.Bury(r.context(), r.take(1, long)[0], "no use"))
		dead := r.only(ingest.Dead)
		r.lost("Ack of a dead one", r.Inbox.Ack(r.context(), dead))
		r.must("Retry of a dead one", r.Inbox.Retry(r.context(), mark(dead), 0, "replayed"))
		r.lost("Retry of one that was dead", r.Inbox.Retry(r.context(), dead, 0, "replayed"))
		r.stats(1, 0, 0)
		item := r.take(1, long)[0]
		r.same(item, delivery(0))
		if item.Attempt != 1 {
			r.Errorf("attempt %d after a replay, want 1", item.Attempt)
		}
		r.must("Bury", r.Inbox.Bury(r.context(), item, "no use again"))
		r.lost("Retry with the mark of an earlier death", r.Inbox.Retry(r.context(), dead, 0, "replayed"))
		r.must("Retry after a delay", r.Inbox.Retry(r.context(), r.only(ingest.Dead), r.brief(), "replayed"))
		r.takeNone()
		r.wait(r.brief() + r.brief()/4)
		r.must("Ack", r.Inbox.Ack(r.context(), r.take(1, long)[0]))
		r.stats(0, 0, 0)
	}},
}

// failed fails the test unless item tells why and when it failed.
func (r *run) failed(item ingest.Item, reason string, before time.Time) {
	r.Helper()
	if item.Reason != reason {
		r.Errorf("reason %q, want %q", item.Reason, reason)
	}
	if item.FailedAt.Before(before.Add(-time.Second)) || item.FailedAt.After(time.Now().Add(time.Minute)) {
		r.Errorf("failed at %v, want the present", item.FailedAt)
	}
}
