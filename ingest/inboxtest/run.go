package inboxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

const (
	// patience is how long anything may take that is bound to happen. It is met only
	// when a test fails.
	patience = 2 * time.Minute

	// silence is how long nothing has to happen before it is taken for nothing.
	silence = 250 * time.Millisecond

	// short and long are how long leases last: one whose end is waited for, and one
	// that a test does not see the end of.
	short = 4 * time.Second
	long  = 10 * time.Minute
)

// run is one test under way.
type run struct {
	*testing.T
	Harness
}

// delivery makes one that was received n milliseconds after all others of its kind.
func delivery(n int, mods ...func(*ingest.Delivery)) ingest.Delivery {
	id := fmt.Sprintf("trace-%04d", n)
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, id)
	d := ingest.Delivery{
		ID:         id,
		ReceivedAt: began.Add(time.Duration(n) * time.Millisecond),
		Header:     h,
		Body:       fmt.Appendf(nil, `{"type":"daily","n":%d}`, n),
	}
	for _, mod := range mods {
		mod(&d)
	}
	return d
}

// began is shortly before the tests, so that inboxes on the real clock take what
// they are given for new.
var began = time.Now().Add(-time.Minute).UTC().Truncate(time.Millisecond)

func urgent(d *ingest.Delivery) { d.Urgent = true }

func body(b []byte) func(*ingest.Delivery) {
	return func(d *ingest.Delivery) { d.Body = b }
}

// context ends after patience.
func (r *run) context() context.Context {
	ctx, cancel := context.WithTimeout(r.T.Context(), patience)
	r.Cleanup(cancel)
	return ctx
}

// brief is how long a lease lasts that a test sees the end of, but not before it
// has that pass. Where it need not be waited for, a slow machine has more of it.
func (r *run) brief() time.Duration {
	if r.Advance != nil {
		return time.Minute
	}
	return short
}

// wait has d pass.
func (r *run) wait(d time.Duration) {
	if r.Advance != nil {
		r.Advance(d)
		return
	}
	time.Sleep(d)
}

// reopen returns another handle, or skips the test.
func (r *run) reopen() ingest.Inbox {
	r.Helper()
	if r.Reopen == nil {
		r.Skip("this inbox has but one handle")
	}
	return r.Reopen(r.T)
}

// put stores new deliveries one after the other.
func (r *run) put(deliveries ...ingest.Delivery) {
	r.Helper()
	for _, d := range deliveries {
		duplicate, err := r.Inbox.Put(r.context(), d)
		if err != nil || duplicate {
			r.Fatalf("Put of a new delivery of %d bytes: duplicate %t, error %v", len(d.Body), duplicate, err)
		}
	}
}

// take leases exactly n items, in as many calls as it takes.
func (r *run) take(n int, ttl time.Duration) []ingest.Item {
	r.Helper()
	return r.takeFrom(r.Inbox, n, ttl)
}

func (r *run) takeFrom(inbox ingest.Inbox, n int, ttl time.Duration) []ingest.Item {
	r.Helper()
	ctx := r.context()
	var items []ingest.Item
	for len(items) < n {
		more, err := inbox.Lease(ctx, n-len(items), ttl)
		if err != nil {
			r.Fatalf("Lease: %v, with %d of %d items", err, len(items), n)
		}
		if len(more) == 0 || len(more) > n-len(items) {
			r.Fatalf("Lease of up to %d returned %d items", n-len(items), len(more))
		}
		items = append(items, more...)
	}
	return items
}

// takeNone fails the test if there is anything to lease.
func (r *run) takeNone() {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.context(), silence)
	defer cancel()
	items, err := r.Inbox.Lease(ctx, 10, long)
	if len(items) > 0 {
		r.Fatalf("leased %s, which is not due", ids(items))
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		r.Errorf("Lease with nothing due, when its context ended: %v", err)
	}
}

// must fails the test if err is an error.
func (r *run) must(what string, err error) {
	r.Helper()
	if err != nil {
		r.Fatalf("%s: %v", what, err)
	}
}

// lost fails the test unless err says that a lease is lost.
func (r *run) lost(what string, err error) {
	r.Helper()
	if !errors.Is(err, ingest.ErrLeaseLost) {
		r.Errorf("%s: error %v, want ErrLeaseLost", what, err)
	}
}

// scan collects the items in a state.
func (r *run) scan(inbox ingest.Inbox, state ingest.State) []ingest.Item {
	r.Helper()
	var items []ingest.Item
	for item, err := range inbox.Scan(r.context(), state) {
		if err != nil {
			r.Fatalf("Scan(%s): %v", state, err)
		}
		items = append(items, item)
	}
	return items
}

// only returns the one item in a state.
func (r *run) only(state ingest.State) ingest.Item {
	r.Helper()
	items := r.scan(r.Inbox, state)
	if len(items) != 1 {
		r.Fatalf("Scan(%s) found %s, want one", state, ids(items))
	}
	return items[0]
}

// stats fails the test unless the inbox counts what is wanted. An inbox on several
// machines may need a moment.
func (r *run) stats(pending, leased, dead int) ingest.Stats {
	r.Helper()
	var s ingest.Stats
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		var err error
		s, err = r.Inbox.Stats(r.context())
		r.must("Stats", err)
		if s.Pending == pending && s.Leased == leased && s.Dead == dead {
			return s
		}
		if time.Now().After(deadline) {
			r.Fatalf("%d pending, %d leased, %d dead, want %d, %d, %d", s.Pending, s.Leased, s.Dead, pending, leased, dead)
		}
	}
}

// same fails the test unless item holds d as it was put.
func (r *run) same(item ingest.Item, d ingest.Delivery) {
	r.Helper()
	switch {
	case item.ID != d.ID:
		r.Errorf("ID of %d bytes, want the one of %d bytes that was put", len(item.ID), len(d.ID))
	case !item.ReceivedAt.Equal(d.ReceivedAt) || item.ReceivedAt.Location() != time.UTC:
		r.Errorf("ReceivedAt is %v, want %v", item.ReceivedAt, d.ReceivedAt)
	case item.Urgent != d.Urgent:
		r.Errorf("Urgent is %t, want %t", item.Urgent, d.Urgent)
	case item.Header == nil:
		r.Error("Header is nil")
	case !maps.EqualFunc(item.Header, d.Header, slices.Equal):
		r.Error("Header is not the one that was put")
	case !bytes.Equal(item.Body, d.Body):
		r.Errorf("Body of %d bytes is not the one of %d bytes that was put", len(item.Body), len(d.Body))
	}
}

// together runs do n times at once and waits.
func together(n int, do func(i int)) {
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-start
			do(i)
		})
	}
	close(start)
	group.Wait()
}

func ids(items []ingest.Item) []string {
	var ids []string
	for _, item := range items {
		ids = append(ids, item.ID)
	}
	return ids
}
