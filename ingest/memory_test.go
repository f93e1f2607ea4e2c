package ingest_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/inboxtest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	inboxtest.Run(t, func(t *testing.T) inboxtest.Harness {
		var ahead atomic.Int64
		inbox := ingest.NewMemory(ingest.WithClock(func() time.Time {
			return time.Now().Add(time.Duration(ahead.Load()))
		}))
		return inboxtest.Harness{
			Inbox:   inbox,
			Reopen:  func(*testing.T) ingest.Inbox { return inbox },
			Advance: func(d time.Duration) { ahead.Add(int64(d)) },
		}
	})
}

// TestMemoryForgets: an id that was done long ago takes no memory any more, and is that
// of a new delivery.
func TestMemoryForgets(t *testing.T) {
	t.Parallel()
	now := time.Now()
	inbox := ingest.NewMemory(ingest.WithClock(func() time.Time { return now }))
	d := ingest.Delivery{ID: "a"}
	for range 2 {
		if duplicate, err := inbox.Put(t.Context(), d); err != nil || duplicate {
			t.Fatalf("duplicate: %t, error %v", duplicate, err)
		}
		items, err := inbox.Lease(t.Context(), 1, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := inbox.Ack(t.Context(), items...); err != nil {
			t.Fatal(err)
		}
		now = now.Add(48 * time.Hour)
		if duplicate, err := inbox.Put(t.Context(), d); err != nil || !duplicate {
			t.Errorf("after two days, duplicate: %t, error %v", duplicate, err)
		}
		now = now.Add(time.Minute)
	}
}
