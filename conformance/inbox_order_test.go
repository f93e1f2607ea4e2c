package conformance

import (
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/sqlinbox"
)

// TestInboxOrder: nothing passes the first, be it leased, retried, returned or left
// behind by a process that died.
func TestInboxOrder(t *testing.T) {
	t.Parallel()
	d := newSQLite(t)
	var clock fakeClock
	open := func() *sqlinbox.Inbox { return openInbox(t, d, sqlinbox.WithClock(clock.Now), sqlinbox.WithOrder()) }
	in := open()
	for n := range int64(4) {
		_, err := in.Put(t.Context(), ingest.Delivery{ID: deliveryID(n), Urgent: n == 2, ReceivedAt: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
	}
	// lease wants the next to be number n, for which time may have to pass.
	lease := func(n int64, limit int, wait time.Duration) []ingest.Item {
		t.Helper()
		leased := make(chan []ingest.Item, 1)
		go func() {
			items, err := in.Lease(t.Context(), limit, time.Minute)
			if err != nil {
				t.Error(err)
			}
			leased <- items
		}()
		if wait > 0 {
			waitPending(t, in, 4-int(n))
			clock.Advance(wait)
		}
		items := <-leased
		if len(items) == 0 || items[0].ID != deliveryID(n) {
			t.Fatalf("not number %d is leased", n)
		}
		return items
	}
	first := lease(0, 1, 0)[0]
	if err := in.Retry(t.Context(), first, time.Hour, "busy"); err != nil {
		t.Fatal(err)
	}
	first = lease(0, 1, time.Hour)[0]
	if err := in.Retry(t.Context(), first, 0, ""); err != nil {
		t.Fatal(err)
	}
	first = lease(0, 1, 0)[0]
	if err := in.Ack(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	lease(1, 1, 0)
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	in = open()
	rest := lease(1, 10, time.Minute)
	if len(rest) != 3 || rest[1].ID != deliveryID(2) || rest[2].ID != deliveryID(3) {
		t.Errorf("%d leased, or not in order", len(rest))
	}
}

func TestInboxOrderIsForSQLite(t *testing.T) {
	t.Parallel()
	if _, err := sqlinbox.OpenPostgres(t.Context(), newPostgres(t).open(t), sqlinbox.WithOrder()); err == nil {
		t.Error("PostgreSQL takes the option")
	}
}
