package natsinbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/inboxtest"
	"github.com/terra-go/terra/ingest/natsinbox"
)

// TestConformance runs the suite of all inboxes, each subtest with a stream of its
// own on one server.
func TestConformance(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	var streams atomic.Int64
	inboxtest.Run(t, func(t *testing.T) inboxtest.Harness {
		if strings.HasSuffix(t.Name(), "/counts_what_is_leased_only_while_it_is") {
			t.Skip("to the server a lease that has run out is one until the delivery is handed out again")
		}
		name := fmt.Sprintf("inbox-%d", streams.Add(1))
		return inboxtest.Harness{
			Inbox:  open(t, connect(t, n), natsinbox.WithName(name)),
			Reopen: func(t *testing.T) ingest.Inbox { return open(t, connect(t, n), natsinbox.WithName(name)) },
		}
	})
}

func delivery(id string, size int) ingest.Delivery {
	r := rand.New(rand.NewPCG(1, uint64(len(id))))
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(r.Uint32())
	}
	return ingest.Delivery{
		ID: id, ReceivedAt: time.Now().UTC().Truncate(time.Millisecond),
		Header: http.Header{"X-Terra-Trace-Id": {id}, "Terra-Reference": {"a\xff b"}}, Body: body,
	}
}

func put(t *testing.T, in ingest.Inbox, d ingest.Delivery) (duplicate bool) {
	t.Helper()
	duplicate, err := in.Put(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return duplicate
}

func lease(t *testing.T, in ingest.Inbox, limit int, ttl time.Duration) []ingest.Item {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	items, err := in.Lease(ctx, limit, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestLifeOfADelivery(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	in := open(t, connect(t, n))
	ctx := t.Context()

	for _, size := range []int{0, 2 << 10, 700 << 10, 5 << 20} {
		d := delivery(fmt.Sprintf("id %d", size), size)
		if put(t, in, d) || !put(t, in, d) {
			t.Fatalf("%d: duplicates are not told", size)
		}
		items := lease(t, in, 10, time.Minute)
		if len(items) != 1 || items[0].ID != d.ID || items[0].Attempt != 1 || !bytes.Equal(items[0].Body, d.Body) ||
			!items[0].ReceivedAt.Equal(d.ReceivedAt) || items[0].Header.Get("Terra-Reference") != "a\xff b" {
			t.Fatalf("%d: the delivery leased is not the one put", size)
		}
		if err := in.Retry(ctx, items[0], 20*time.Millisecond, "no luck"); err != nil {
			t.Fatal(err)
		}
		if err := in.Ack(ctx, items[0]); !errors.Is(err, ingest.ErrLeaseLost) {
			t.Errorf("%d: ack after retry: %v", size, err)
		}
		items = lease(t, in, 10, time.Minute)
		if len(items) != 1 || items[0].Attempt != 2 || items[0].Reason != "no luck" || items[0].FailedAt.IsZero() {
			t.Fatalf("%d: the second lease does not tell about the first", size)
		}
		if err := in.Bury(ctx, items[0], "hopeless"); err != nil {
			t.Fatal(err)
		}
		if s, err := in.Stats(ctx); err != nil || s.Pending != 0 || s.Dead != 1 {
			t.Errorf("%d: stats after bury: %+v, %v", size, s, err)
		}
		if !put(t, in, d) {
			t.Errorf("%d: a dead delivery is not a duplicate", size)
		}
		var buried []ingest.Item
		for it, err := range in.Scan(ctx, ingest.Dead) {
			if err != nil {
				t.Fatal(err)
			}
			buried = append(buried, it)
		}
		if len(buried) != 1 || buried[0].Reason != "hopeless" || buried[0].Attempt != 2 || !bytes.Equal(buried[0].Body, d.Body) {
			t.Fatalf("%d: the dead are not kept whole", size)
		}
		if err := in.Retry(ctx, buried[0], 30*time.Millisecond, ""); err != nil {
			t.Fatal(err)
		}
		if err := in.Retry(ctx, buried[0], 0, ""); !errors.Is(err, ingest.ErrLeaseLost) {
			t.Errorf("%d: second retry of the dead: %v", size, err)
		}
		items = lease(t, in, 10, time.Minute)
		if len(items) != 1 || items[0].Attempt != 1 || !bytes.Equal(items[0].Body, d.Body) {
			t.Fatalf("%d: a revived delivery does not start anew", size)
		}
		if err := in.Ack(ctx, items[0]); err != nil {
			t.Fatal(err)
		}
		if !put(t, in, d) {
			t.Errorf("%d: a done delivery is not a duplicate", size)
		}
		if s, err := in.Stats(ctx); err != nil || s != (ingest.Stats{}) {
			t.Errorf("%d: stats in the end: %+v, %v", size, s, err)
		}
	}
}
