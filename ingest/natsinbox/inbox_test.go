package natsinbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

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
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	items, err := in.Lease(ctx, limit, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// awaitStats gives the server the moment by which its counts may lag.
func awaitStats(t *testing.T, in *natsinbox.Inbox, so func(ingest.Stats) bool) {
	t.Helper()
	var s ingest.Stats
	known := eventually(func() bool {
		var err error
		s, err = in.Stats(t.Context())
		return err == nil && so(s)
	})
	if !known {
		t.Errorf("the statistics stay at %+v", s)
	}
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
		awaitStats(t, in, func(s ingest.Stats) bool { return s.Pending == 0 && s.Dead == 1 })
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
		awaitStats(t, in, func(s ingest.Stats) bool { return s == ingest.Stats{} })
	}
}

// TestRestart shuts the server down in good order and starts it again.
func TestRestart(t *testing.T) {
	t.Parallel()
	n := single(t)
	s := n.start(t)
	in := open(t, connect(t, n))
	ctx := t.Context()

	large := delivery("large", 3<<20)
	for _, d := range []ingest.Delivery{large, delivery("done", 10), delivery("dead", 10), delivery("later", 10), delivery("leased", 10)} {
		put(t, in, d)
		if d.ID == large.ID {
			continue
		}
		for _, it := range lease(t, in, 10, time.Minute) {
			var err error
			switch it.ID {
			case "large":
				err = in.Retry(ctx, it, 0, "again")
			case "done":
				err = in.Ack(ctx, it)
			case "dead":
				err = in.Bury(ctx, it, "hopeless")
			case "later":
				err = in.Retry(ctx, it, 2*time.Second, "not now")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	s.Shutdown()
	s.WaitForShutdown()
	n.start(t)

	in = open(t, connect(t, n))
	for _, id := range []string{"large", "done", "dead", "later", "leased"} {
		if !put(t, in, delivery(id, 10)) {
			t.Errorf("%s is forgotten", id)
		}
	}
	got := map[string]ingest.Item{}
	for len(got) < 2 {
		for _, it := range lease(t, in, 10, time.Minute) {
			got[it.ID] = it
		}
	}
	if it := got["large"]; !bytes.Equal(it.Body, large.Body) || it.Reason != "again" {
		t.Error("the large one is not what it was")
	}
	if it := got["later"]; it.Attempt != 2 || it.Reason != "not now" {
		t.Error("the one to be retried is not what it was")
	}
	awaitStats(t, in, func(s ingest.Stats) bool { return s.Pending == 3 && s.Leased == 3 && s.Dead == 1 })
}

// TestHalfwayEnds has the process die between the two steps of ending a lease: the
// state is told, the message of the lease is still there.
func TestHalfwayEnds(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	js := connect(t, n)
	in := open(t, js)
	stream, err := js.Stream(t.Context(), "terra-inbox")
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"done", "dead", "later"} {
		put(t, in, delivery(state, 2<<20))
		lease(t, in, 1, 100*time.Millisecond)
		m, err := stream.GetLastMsgForSubject(t.Context(), "terra-inbox.normal.*")
		if err != nil {
			t.Fatal(err)
		}
		subject := strings.Replace(m.Subject, "normal", state, 1)
		if _, err := js.Publish(t.Context(), subject, m.Data); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var waiting sync.WaitGroup
	waiting.Go(func() { // is woken up by what the steps have left, and finds it not to be there
		if _, err := in.Lease(ctx, 1, time.Minute); err == nil {
			t.Error("something ended was leased")
		}
	})
	for {
		s, err := in.Stats(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if s.Pending == 1 && s.Leased == 0 && s.Dead == 1 { // the one pending is to be retried later
			break
		}
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter("terra-inbox.part.*.*"))
	if err != nil {
		t.Fatal(err)
	}
	if parts := len(info.State.Subjects); parts != 2*3 {
		t.Errorf("%d parts are left, want those of the two that are not done", parts)
	}
	cancel()
	waiting.Wait()
}

// TestLarge stores the largest body there may be, on its second attempt.
func TestLarge(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes and large bodies take their time; run it without -short")
	}
	n := single(t)
	n.start(t)
	js := connect(t, n)
	in := open(t, js)
	d := ingest.Delivery{ID: "large", ReceivedAt: time.Now(), Body: bytes.Repeat([]byte("0123456789abcde\n"), 60<<20/16)}

	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := in.Put(&endsAfter{Context: ctx, calls: 200, end: cancel}, d)
		failed <- err
	}()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Fatalf("Put that was cancelled: %v", err)
	}
	stream, err := js.Stream(t.Context(), "terra-inbox")
	if err != nil {
		t.Fatal(err)
	}
	if state := stream.CachedInfo().State; state.Msgs != 0 {
		t.Errorf("%d messages are left of a Put that was broken off", state.Msgs)
	}
	if put(t, in, d) {
		t.Error("a Put that was broken off has stored it")
	}
	items := lease(t, in, 1, time.Minute)
	if !bytes.Equal(items[0].Body, d.Body) {
		t.Fatal("the body is another")
	}
	if err := in.Ack(t.Context(), items...); err != nil {
		t.Fatal(err)
	}
	info, err := stream.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.State.Msgs != 1 {
		t.Errorf("%d messages are left of one that is done, want that which remembers its ID", info.State.Msgs)
	}
}

// endsAfter is a context that ends when it has been looked at so many times.
type endsAfter struct {
	context.Context
	calls int64
	end   func()
}

func (c *endsAfter) Done() <-chan struct{} {
	if atomic.AddInt64(&c.calls, -1) == 0 {
		c.end()
	}
	return c.Context.Done()
}

// TestFull fills the server's storage.
func TestFull(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.Store = 8 << 20
	n.start(t)
	js := connect(t, n)
	in := open(t, js)
	put(t, in, delivery("first", 2<<20))
	stored := 1
	for i := 0; ; i++ {
		_, err := in.Put(t.Context(), delivery(fmt.Sprint(i), 300<<10))
		if errors.Is(err, ingest.ErrFull) {
			break
		}
		if err != nil || i > 100 {
			t.Fatalf("%d deliveries, then %v, want ErrFull", i, err)
		}
		stored++
	}
	if _, err := in.Put(t.Context(), delivery("large", 3<<20)); !errors.Is(err, ingest.ErrFull) {
		t.Errorf("Put of several messages: %v, want ErrFull", err)
	}
	for stored > 0 {
		items := lease(t, in, 10, time.Minute)
		if err := in.Ack(t.Context(), items...); err != nil {
			t.Fatal(err)
		}
		stored -= len(items)
	}
	if put(t, in, delivery("after", 300<<10)) {
		t.Error("what does not fit is taken for known")
	}
	if parts := messages(t, js, "part.*.*"); parts != 0 {
		t.Errorf("%d parts are left of one that is done", parts)
	}
}

// TestForget waits until an ID is no longer remembered.
func TestForget(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	js := connect(t, n)
	for id, in := range map[string]*natsinbox.Inbox{
		"kept":      open(t, js),
		"forgotten": open(t, js, natsinbox.WithRemember(time.Second)),
	} {
		put(t, in, delivery(id, 10))
		if err := in.Ack(t.Context(), lease(t, in, 1, time.Minute)...); err != nil {
			t.Fatal(err)
		}
	}
	in := open(t, js)
	if !eventually(func() bool { return !put(t, in, delivery("forgotten", 10)) }) {
		t.Fatal("it is remembered for ever")
	}
	if !put(t, in, delivery("kept", 10)) {
		t.Error("it is forgotten too early")
	}
}

func TestBadCalls(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	js := connect(t, n)
	ctx := t.Context()
	for name, opt := range map[string]natsinbox.Option{
		"name with a dot": natsinbox.WithName("a.b"),
		"no name":         natsinbox.WithName(""),
		"replicas":        natsinbox.WithReplicas(-1),
		"remember":        natsinbox.WithRemember(time.Millisecond),
	} {
		if _, err := natsinbox.Open(ctx, js, opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := natsinbox.Open(ctx, nil); err == nil {
		t.Error("without JetStream: no error")
	}
	for _, c := range []jetstream.StreamConfig{
		{Name: "foreign", Subjects: []string{"foreign.>"}},
		{
			Name: "bounded", Subjects: []string{"bounded.>"}, Retention: jetstream.WorkQueuePolicy, MaxMsgsPerSubject: 1,
			AllowRollup: true, AllowMsgTTL: true, AllowAtomicPublish: true, AllowMsgSchedules: true, MaxMsgs: 10,
		},
	} {
		if _, err := js.CreateStream(ctx, c); err != nil {
			t.Fatal(err)
		}
		if _, err := natsinbox.Open(ctx, js, natsinbox.WithName(c.Name)); err == nil {
			t.Errorf("stream %s: no error", c.Name)
		}
	}

	in := open(t, js)
	for name, d := range map[string]ingest.Delivery{
		"no ID":        {Body: []byte("x")},
		"long ID":      {ID: strings.Repeat("x", 1<<20)},
		"long headers": {ID: "x", Header: http.Header{"X-Terra-Trace-Id": {strings.Repeat("x", 1<<20)}}},
	} {
		if _, err := in.Put(ctx, d); err == nil || len(err.Error()) > 500 {
			t.Errorf("%s: no error, or a long one", name)
		}
	}
	if _, err := in.Lease(ctx, 0, time.Minute); err == nil {
		t.Error("Lease of none: no error")
	}
	if _, err := in.Lease(ctx, 1, 0); err == nil {
		t.Error("Lease for no time: no error")
	}
	if err := in.Extend(ctx, 0); err == nil {
		t.Error("Extend for no time: no error")
	}
	for _, mark := range []string{"", "x", "dead/x", "dead/7", "1/2/3/4", "1/2/3/9999999999999/nowhere", "pending/1"} {
		it := ingest.Item{Delivery: ingest.Delivery{ID: "x"}, Lease: mark}
		if err := in.Retry(ctx, it, 0, ""); !errors.Is(err, ingest.ErrLeaseLost) {
			t.Errorf("Retry with the mark %q: %v", mark, err)
		}
	}
	for _, err := range in.Scan(ctx, "done") {
		if err == nil {
			t.Error("Scan of the done: no error")
		}
	}
}

// TestStranger puts a message into the stream that is no delivery.
func TestStranger(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	js := connect(t, n)
	in := open(t, js)
	if _, err := js.Publish(t.Context(), "terra-inbox.normal.x", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	put(t, in, delivery("id", 10))
	if items := lease(t, in, 10, time.Minute); len(items) != 1 || items[0].ID != "id" {
		t.Error("a stranger is in the way")
	}
	for _, err := range in.Scan(t.Context(), ingest.Pending) {
		if err == nil {
			t.Error("Scan says nothing of it")
		}
	}
}
