package conformance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/sqlinbox"
)

// TestInboxExtendWhileAcking acts on the same rows from several sides, each in an
// order of its own. None may be told that another was in the way.
func TestInboxExtendWhileAcking(t *testing.T) {
	t.Parallel()
	d := newPostgres(t)
	inbox, err := sqlinbox.OpenPostgres(t.Context(), d.open(t))
	if err != nil {
		t.Fatal(err)
	}
	defer inbox.Close()
	for round := range 2 {
		var group sync.WaitGroup
		for i := range 256 {
			group.Go(func() {
				if _, err := inbox.Put(t.Context(), ingest.Delivery{ID: fmt.Sprint(round, "-", i), Body: []byte("{}"), ReceivedAt: time.Now()}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		var items []ingest.Item
		for len(items) < 256 {
			more, err := inbox.Lease(t.Context(), 256, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, more...)
		}
		for range 4 {
			mine := slices.Clone(items)
			rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			group.Go(func() {
				for range 5 {
					if err := inbox.Extend(t.Context(), time.Minute, mine...); err != nil && !errors.Is(err, ingest.ErrLeaseLost) {
						t.Error(err)
					}
				}
			})
		}
		rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		group.Go(func() {
			if err := inbox.Ack(t.Context(), items...); err != nil {
				t.Error(err)
			}
		})
		group.Wait()
	}
}
