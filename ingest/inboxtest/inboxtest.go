// Package inboxtest holds implementations of [ingest.Inbox] to its contract.
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
	// another process would have it. It is nil where there is no such thing.
	Reopen func(t *testing.T) ingest.Inbox

	// Advance has d pass for the inbox, by every handle's clock. Nil waits.
	Advance func(d time.Duration)
}

// Run tests the inboxes that open returns, a new and empty one for each subtest.
// open registers with t.Cleanup what there is to close. Subtests run in parallel.
func Run(t *testing.T, open func(t *testing.T) Harness) {}
