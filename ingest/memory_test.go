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
