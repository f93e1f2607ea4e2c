package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	shared    = sync.OnceValues(func() (*Instance, error) { return startWithin() })
	databases atomic.Int64
)

// New is the server that all tests of the process share, started by the first of
// them. It is not to be stopped: a test that does so starts its own with [NewOwn].
// Where PostgreSQL is not installed the test is skipped, or fails if the
// environment has CI set, since there it is meant to run.
func New(tb testing.TB) *Instance {
	tb.Helper()
	i, err := shared()
	check(tb, err)
	return i
}

// NewOwn is a server for one test, which may stop, kill and start it, and which
// closes it in the end.
func NewOwn(tb testing.TB) *Instance {
	tb.Helper()
	i, err := startWithin()
	check(tb, err)
	tb.Cleanup(func() {
		if err := i.Close(); err != nil {
			tb.Error(err)
		}
	})
	return i
}

// Database makes an empty database for one test and returns its address as a URL.
func (i *Instance) Database(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), databases.Add(1))
	if err := i.CreateDatabase(tb.Context(), name); err != nil {
		tb.Fatal(err)
	}
	return i.DSN(name)
}

func startWithin() (*Instance, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	return Start(ctx, "")
}

func check(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case err == nil:
	case err == ErrNotInstalled && os.Getenv("CI") == "":
		tb.Skip("SKIPPED, a part of the program stays untested: " + err.Error())
	default:
		tb.Fatal(err)
	}
}
