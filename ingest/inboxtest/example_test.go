package inboxtest_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/inboxtest"
)

// testInbox is the test of an inbox that can be told the time. In a package with an
// inbox of its own its name would begin with a capital.
func testInbox(t *testing.T) {
	inboxtest.Run(t, func(t *testing.T) inboxtest.Harness {
		var ahead atomic.Int64
		inbox := ingest.NewMemory(ingest.WithClock(func() time.Time {
			return time.Now().Add(time.Duration(ahead.Load()))
		}))
		return inboxtest.Harness{
			Inbox:   inbox,
			Advance: func(d time.Duration) { ahead.Add(int64(d)) },
		}
	})
}

func ExampleRun() {
	_ = testInbox // which go test runs
}
