package inboxtest

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

var putTests = []test{
	{"Put/keeps a delivery as it is", func(r *run) {
		full := delivery(5, urgent)
		full.Header.Set(webhook.HeaderReference, `a "reference", with signs`)
		full.Header.Set(webhook.HeaderOrderingTime, "1772000000123")
		bare := delivery(6)
		bare.Header = nil
		every := make([]byte, 256)
		for i := range every {
			every[i] = byte(i)
		}
		deliveries := []ingest.Delivery{
			delivery(0),
			delivery(1, body(nil)),
			delivery(2, body(every)),
			delivery(3, body([]byte("\x00\xff\xfe not UTF-8 \x00"))),
			delivery(4, func(d *ingest.Delivery) { d.ID = strings.Repeat(`%_'"\:.>* `, 20) }),
			full,
			bare,
		}
		r.put(deliveries...)
		for _, item := range r.take(len(deliveries), long) {
			for _, d := range deliveries {
				if d.ID == item.ID {
					r.same(item, d)
				}
			}
			if item.Attempt != 1 || item.Reason != "" || !item.FailedAt.IsZero() {
				r.Errorf("leased for the first time: attempt %d, reason of %d bytes, failed at %v", item.Attempt, len(item.Reason), item.FailedAt)
			}
		}
		r.stats(len(deliveries), len(deliveries), 0)
	}},

	{"Put/keeps large bodies", func(r *run) {
		large := make([]byte, 20<<20)
		for i := range large {
			large[i] = byte(i ^ i>>8 ^ i>>16)
		}
		deliveries := []ingest.Delivery{delivery(0, body(large)), delivery(1, body(large[:9<<20])), delivery(2)}
		r.put(deliveries...)
		for i, item := range r.take(len(deliveries), long) {
			r.same(item, deliveries[i])
			r.must("Ack", r.Inbox.Ack(r.context(), item))
		}
	}},

	{"Put/keeps nothing of the caller's", func(r *run) {
		d, want := delivery(0), delivery(0)
		r.put(d)
		clear(d.Body)
		d.Header.Set(webhook.HeaderTraceID, "another")
		r.same(r.take(1, long)[0], want)
	}},

	{"Put/knows a delivery in every state", func(r *run) {
		names := []string{"pending", "leased", "to be retried", "dead", "replayed", "done"}
		r.put(delivery(0))
		again := func(n int) {
			r.Helper()
			other := delivery(n, urgent, body([]byte("another body")), func(d *ingest.Delivery) { d.Header = http.Header{} })
			duplicate, err := r.Inbox.Put(r.context(), other)
			if err != nil || !duplicate {
				r.Errorf("Put of one that is %s: duplicate %t, error %v", names[n], duplicate, err)
			}
		}
		again(0)
		r.same(r.take(1, long)[0], delivery(0))
		for n := 1; n < len(names); n++ {
			r.put(delivery(n))
			item := r.take(1, long)[0]
			switch names[n] {
			case "to be retried":
				r.must("Retry", r.Inbox.Retry(r.context(), item, time.Hour, "try later"))
			case "dead", "replayed":
				r.must("Bury", r.Inbox.Bury(r.context(), item, "no use"))
			case "done":
				r.must("Ack", r.Inbox.Ack(r.context(), item))
			}
			if names[n] == "replayed" {
				for _, dead := range r.scan(r.Inbox, ingest.Dead) {
					if dead.ID == item.ID {
						r.must("Retry of a dead one", r.Inbox.Retry(r.context(), dead, time.Hour, "again"))
					}
				}
			}
			again(n)
			for _, state := range []ingest.State{ingest.Pending, ingest.Dead} {
				for _, found := range r.scan(r.Inbox, state) {
					if found.ID == item.ID {
						r.same(found, delivery(n))
					}
				}
			}
		}
		r.stats(4, 2, 1)
		r.takeNone()
	}},

	{"Put/stores one of many with the same ID", func(r *run) {
		const rounds, writers = 10, 16
		for n := range rounds {
			var stored atomic.Int32
			together(writers, func(int) {
				duplicate, err := r.Inbox.Put(r.context(), delivery(n))
				if err != nil {
					r.Errorf("Put: %v", err)
				} else if !duplicate {
					stored.Add(1)
				}
			})
			if stored.Load() != 1 {
				r.Errorf("%d of %d were told that theirs was the first", stored.Load(), writers)
			}
		}
		r.stats(rounds, 0, 0)
	}},

	{"Put/takes many at once", func(r *run) {
		const writers, each = 16, 25
		together(writers, func(i int) {
			for n := range each {
				d := delivery(i*each + n)
				if n == 7 {
					d.Body = bytes.Repeat([]byte("x"), 300<<10)
				}
				if duplicate, err := r.Inbox.Put(r.context(), d); err != nil || duplicate {
					r.Errorf("Put: duplicate %t, error %v", duplicate, err)
				}
			}
		})
		seen := make(map[string]bool)
		for _, item := range r.take(writers*each, long) {
			seen[item.ID] = true
		}
		if len(seen) != writers*each {
			r.Errorf("leased %d different deliveries, want %d", len(seen), writers*each)
		}
	}},

	{"Put/fails when its context has ended", func(r *run) {
		ctx, cancel := context.WithCancel(r.context())
		cancel()
		if _, err := r.Inbox.Put(ctx, delivery(0)); err == nil {
			r.Error("no error")
		}
		// Whether it was stored is open; that it can be put again is not.
		_, err := r.Inbox.Put(r.context(), delivery(0))
		r.must("Put", err)
		r.same(r.take(1, long)[0], delivery(0))
		r.takeNone()
	}},
}
