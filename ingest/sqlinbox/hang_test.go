package sqlinbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/ingest"
)

// hanging is a database that stores one batch, refuses the next, and then does not
// answer any more.
type hanging struct {
	store
	puts int
}

func (h *hanging) put(ctx context.Context, _ []*row) error {
	switch h.puts++; h.puts {
	case 1:
		time.Sleep(time.Second) // in which others come
		return nil
	case 2:
		return errors.New("canceled by the server")
	}
	<-ctx.Done()
	return ctx.Err()
}

func (h *hanging) lease(ctx context.Context, _ int, _ time.Duration) ([]ingest.Item, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// newHanging is an inbox in front of one, with a single writer.
func newHanging(t *testing.T) *Inbox {
	in := &Inbox{store: new(hanging), poll: defaultPoll, puts: make(chan *ticket), arrived: make(chan struct{}, 1)}
	in.closing, in.stop = context.WithCancel(context.Background())
	in.working.Go(func() { in.write(sqliteBytes) })
	t.Cleanup(func() { in.stop(); in.working.Wait() })
	return in
}

// TestPutOfHang: however many wait for a database that hangs, none waits for long after
// it has given up.
func TestPutOfHang(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := newHanging(t)
		var puts sync.WaitGroup
		for i := range 64 {
			puts.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), ingest.DefaultPutTimeout)
				defer cancel()
				in.Put(ctx, ingest.Delivery{ID: fmt.Sprint(i)})
			})
		}
		began := time.Now()
		puts.Wait()
		if took, want := time.Since(began), ingest.DefaultPutTimeout+grace; took > want {
			t.Errorf("the last one has waited for %v, want %v", took, want)
		}
	})
}

// TestLeaseOfHang: a database that does not answer is an error, and not a wait for
// something to lease.
func TestLeaseOfHang(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := newHanging(t)
		began := time.Now()
		_, err := in.Lease(t.Context(), 1, time.Minute)
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > time.Minute {
			t.Errorf("error %v after %v", err, took)
		}
	})
}
