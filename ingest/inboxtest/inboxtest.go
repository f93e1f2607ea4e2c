// Package inboxtest holds implementations of [ingest.Inbox] to its contract. A
// package with an inbox of its own calls [Run] from a test:
//
//	func TestInbox(t *testing.T) {
//		inboxtest.Run(t, func(t *testing.T) inboxtest.Harness {
//			return inboxtest.Harness{Inbox: newInbox(t)}
//		})
//	}
package inboxtest

import (
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
)

// Harness is an inbox to be tested and what a test can do with it.
type Harness struct {
	// Inbox is empty.
	Inbox ingest.Inbox

	// Reopen returns another handle on the storage of Inbox, which stays in use, as
	// another process would have it. It is nil where there is no such thing, and
	// then what needs it is skipped.
	Reopen func(t *testing.T) ingest.Inbox

	// Advance has d pass for the inbox, on every handle. A clock that is not the real
	// one starts out at about the present. Nil stands for waiting, a few seconds in all.
	Advance func(d time.Duration)
}

// Run tests the inboxes that open returns, a new and empty one for each subtest.
// open registers with t.Cleanup what there is to close; subtests run in parallel.
// They put up to 60 MB into an inbox.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	for _, group := range [][]test{putTests, leaseTests, endTests, lookTests, sharedTests} {
		for _, test := range group {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				test.run(&run{T: t, Harness: open(t)})
			})
		}
	}
}

// test is one thing that an inbox has to do.
type test struct {
	name string
	run  func(r *run)
}
