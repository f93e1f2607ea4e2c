package natsinbox_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/natsinbox"
)

// ends are the ways in which a lease ends with a second message about a delivery,
// and what the delivery is by it.
var ends = []struct {
	kind  string
	stats ingest.Stats
}{
	{"done", ingest.Stats{}},
	{"dead", ingest.Stats{Dead: 1}},
	{"later", ingest.Stats{Pending: 1}},
}

// TestKilledBeforeRemoval: the server has noted an acknowledgement, and is killed
// before it has removed the message, which no consumer hands out again.
func TestKilledBeforeRemoval(t *testing.T) {
	t.Parallel()
	for _, end := range ends {
		t.Run(end.kind, func(t *testing.T) {
			t.Parallel()
			n := single(t)
			s := n.start(t)
			js := connect(t, n)
			in := open(t, js)
			d := delivery("id", 2<<20)
			put(t, in, d)
			item := lease(t, in, 1, time.Minute)[0]
			endByHand(t, js, end.kind, time.Hour)
			n.restore(t, s, func() { acknowledge(t, js, item) }, keepMessages)

			in = open(t, connect(t, n))
			check(t, in, d, end.stats)
			if left := messages(t, js, "normal.*"); left != 0 {
				t.Errorf("%d messages are left that nobody is handed", left)
			}
			want := 3 // of 2 MB
			if end.kind == "done" {
				want = 0
			}
			if parts := messages(t, js, "part.*.*"); parts != want {
				t.Errorf("%d parts of the body are left, want %d", parts, want)
			}
		})
	}
}

// TestKilledBeforeRemovalForgotten is the same of one that is done, found when its
// ID is no longer remembered.
func TestKilledBeforeRemovalForgotten(t *testing.T) {
	t.Parallel()
	n := single(t)
	s := n.start(t)
	js := connect(t, n)
	in := open(t, js)
	d := delivery("id", 2<<20)
	put(t, in, d)
	item := lease(t, in, 1, time.Minute)[0]
	endByHand(t, js, "done", time.Second)
	n.restore(t, s, func() { acknowledge(t, js, item) }, keepMessages)
	if !eventually(func() bool { return messages(t, js, "done.*") == 0 }) {
		t.Fatal("it is remembered for ever")
	}

	// Where IDs are remembered for longer than the message is old, it cannot have been
	// forgotten that it is done. So perhaps it is not, and is not lost.
	in = open(t, js, natsinbox.WithRemember(time.Hour))
	if got := scan(t, in, ingest.Pending); len(got) != 1 || !bytes.Equal(got[0].Body, d.Body) {
		t.Errorf("%d are listed, want the one of which nothing says that it is done", len(got))
	}
	in = open(t, js, natsinbox.WithRemember(time.Second))
	if got := scan(t, in, ingest.Pending); len(got) != 0 {
		t.Errorf("%d are listed that are done", len(got))
	}
	if left := messages(t, js, ">"); left != 0 {
		t.Errorf("%d messages are left", left)
	}
	if put(t, in, d) {
		t.Error("it is still taken for known")
	}
	check(t, in, d, ingest.Stats{Pending: 1})
}

// TestKilledBeforeRemovalConnected has a worker that stays find what the crash has
// left.
func TestKilledBeforeRemovalConnected(t *testing.T) {
	t.Parallel()
	n := single(t)
	s := n.start(t)
	js := connect(t, n)
	in := open(t, js)
	put(t, in, delivery("id", 10))
	item := lease(t, in, 1, time.Minute)[0]
	endByHand(t, js, "done", time.Hour)
	n.restore(t, s, func() { acknowledge(t, js, item) }, keepMessages)
	if left := messages(t, js, "normal.*"); left != 1 {
		t.Fatalf("%d messages are left before, want 1", left)
	}
	check(t, in, delivery("id", 10), ingest.Stats{})
	leaseNone(t, in, func() bool { return messages(t, js, "normal.*") == 0 })
}

// TestKilledBeforeNote: a server that is killed has not noted yet that it handed a
// message out, whose lease was ended by then. It hands it out as if for the first
// time.
func TestKilledBeforeNote(t *testing.T) {
	t.Parallel()
	for _, end := range ends {
		t.Run(end.kind, func(t *testing.T) {
			t.Parallel()
			n := single(t)
			s := n.start(t)
			js := connect(t, n)
			in := open(t, js)
			d := delivery("id", 2<<20)
			put(t, in, d)
			n.restore(t, s, func() {
				lease(t, open(t, connect(t, n)), 1, time.Minute)
				endByHand(t, js, end.kind, time.Hour)
			}, keepConsumers)

			in = open(t, connect(t, n))
			if got := scan(t, in, ingest.Pending); len(got) != end.stats.Pending {
				t.Errorf("%d are listed as pending, want %d", len(got), end.stats.Pending)
			}
			leaseNone(t, in, func() bool { return messages(t, js, "normal.*") == 0 })
			check(t, in, d, end.stats)
		})
	}
}

// TestKilledBeforeDue: a server that is killed when a delivery has become due, and is
// stored as such, stores it again afterwards.
func TestKilledBeforeDue(t *testing.T) {
	t.Parallel()
	for _, end := range ends[:2] {
		t.Run(end.kind, func(t *testing.T) {
			t.Parallel()
			n := single(t)
			n.start(t)
			js := connect(t, n)
			in := open(t, js)
			d := delivery("id", 2<<20)
			put(t, in, d)
			if err := in.Retry(t.Context(), lease(t, in, 1, time.Minute)[0], time.Millisecond, "again"); err != nil {
				t.Fatal(err)
			}
			item := lease(t, in, 1, time.Minute)[0]
			due := newest(t, js, "normal.*")
			var err error
			if end.kind == "done" {
				err = in.Ack(t.Context(), item)
			} else {
				err = in.Bury(t.Context(), item, "hopeless")
			}
			if err != nil {
				t.Fatal(err)
			}
			due.Header.Set(jetstream.ScheduleHeader, "@at "+time.Now().UTC().Format(time.RFC3339Nano))
			due.Header.Set(jetstream.ScheduleTargetHeader, due.Subject)
			due.Header.Del(jetstream.SchedulerHeader)
			due.Header.Del(jetstream.ScheduleNextHeader)
			publish(t, js, strings.Replace(due.Subject, "normal", "later", 1), due.Header, due.Data)

			if !eventually(func() bool { return messages(t, js, "normal.*") > 0 }) {
				t.Fatal("it is not stored again")
			}
			if got := scan(t, in, ingest.Pending); len(got) != 0 {
				t.Errorf("%d are listed as pending that are %s", len(got), end.kind)
			}
			leaseNone(t, in, func() bool { return messages(t, js, "later.*")+messages(t, js, "normal.*") == 0 })
			check(t, in, d, end.stats)
		})
	}
}

// TestKilledWorker: a worker is killed when it has said what a delivery is. The next
// one that starts need not wait for the end of the lease.
func TestKilledWorker(t *testing.T) {
	t.Parallel()
	for _, end := range ends {
		t.Run(end.kind, func(t *testing.T) {
			t.Parallel()
			n := single(t)
			n.start(t)
			js := connect(t, n)
			in := open(t, js)
			d := delivery("id", 2<<20)
			put(t, in, d)
			lease(t, in, 1, time.Hour)
			endByHand(t, js, end.kind, time.Hour)
			if got := scan(t, in, ingest.Pending); len(got) != end.stats.Pending {
				t.Errorf("%d are listed as pending, want %d", len(got), end.stats.Pending)
			}
			check(t, open(t, js), d, end.stats)
			if left := messages(t, js, "normal.*"); left != 0 {
				t.Errorf("%d messages are left of a lease that has ended", left)
			}
		})
	}
}

// TestSweepNowAndThen has a worker that stays connected find what another has left.
func TestSweepNowAndThen(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	js := connect(t, n)
	in := open(t, js, natsinbox.WithSweepEvery(time.Nanosecond))
	put(t, in, delivery("id", 10))
	lease(t, in, 1, time.Hour)
	endByHand(t, js, "done", time.Hour)
	leaseNone(t, in, func() bool { return messages(t, js, "normal.*") == 0 })
	check(t, in, delivery("id", 10), ingest.Stats{})
}

// TestKilledBeforeAcknowledging: a worker is killed when it has said that a delivery
// is done and removed its parts, and nobody leases until the ID is forgotten.
func TestKilledBeforeAcknowledging(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	js := connect(t, n)
	in := open(t, js)
	put(t, in, delivery("id", 2<<20))
	lease(t, in, 1, time.Millisecond)
	stream, err := js.Stream(t.Context(), "terra-inbox")
	if err == nil {
		err = stream.Purge(t.Context(), jetstream.WithPurgeSubject("terra-inbox.part.*.*"))
	}
	if err != nil {
		t.Fatal(err)
	}
	// While IDs are remembered a message would say that it is done. As none does, it is
	// left alone.
	put(t, in, delivery("behind", 10))
	lease(t, in, 1, 2*time.Second)
	if left := messages(t, js, "normal.*"); left != 2 {
		t.Errorf("%d messages are left of two that nothing says are done", left)
	}
	if err := stream.Purge(t.Context(), jetstream.WithPurgeSubject(newest(t, js, "normal.*").Subject)); err != nil {
		t.Fatal(err)
	}
	in = open(t, js, natsinbox.WithRemember(time.Second))
	leaseNone(t, in, func() bool { return messages(t, js, "normal.*") == 0 })
	check(t, in, delivery("id", 2<<20), ingest.Stats{})
}

// TestSweepLeavesAlone opens an inbox while there is something of every kind.
func TestSweepLeavesAlone(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	js := connect(t, n)
	in := open(t, js)
	for i := range 10 {
		d := delivery(fmt.Sprint(i), 2<<10)
		d.Urgent = i%2 == 0
		put(t, in, d)
	}
	items := lease(t, in, 6, time.Minute)
	for i, do := range []func(ingest.Item) error{
		func(it ingest.Item) error { return in.Ack(t.Context(), it) },
		func(it ingest.Item) error { return in.Bury(t.Context(), it, "hopeless") },
		func(it ingest.Item) error { return in.Retry(t.Context(), it, time.Hour, "later") },
		func(it ingest.Item) error { return in.Retry(t.Context(), it, 0, "again") },
	} {
		if err := do(items[i]); err != nil {
			t.Fatal(err)
		}
	}
	before := messages(t, js, ">")
	other := open(t, connect(t, n), natsinbox.WithRemember(time.Second))
	if after := messages(t, js, ">"); after != before {
		t.Errorf("%d of %d messages are left", after, before)
	}
	awaitStats(t, other, func(s ingest.Stats) bool { return s.Pending == 8 && s.Leased == 2 && s.Dead == 1 })
	if err := in.Ack(t.Context(), items[4:]...); err != nil {
		t.Errorf("the leases are not what they were: %v", err)
	}
	if got := scan(t, in, ingest.Pending); len(got) != 6 {
		t.Errorf("%d are pending, want 6", len(got))
	}
}

// check finds in an inbox what it should hold of the one delivery d, which is known.
func check(t *testing.T, in *natsinbox.Inbox, d ingest.Delivery, want ingest.Stats) {
	t.Helper()
	awaitStats(t, in, func(s ingest.Stats) bool {
		return s.Pending == want.Pending && s.Leased == want.Leased && s.Dead == want.Dead && (s.Oldest > 0) == (want.Pending > 0)
	})
	for state, n := range map[ingest.State]int{ingest.Pending: want.Pending, ingest.Dead: want.Dead} {
		got := scan(t, in, state)
		if len(got) != n {
			t.Errorf("%d are listed as %s, want %d", len(got), state, n)
		}
		for _, it := range got {
			if it.ID != d.ID || !bytes.Equal(it.Body, d.Body) {
				t.Errorf("what is listed as %s is not what was put", state)
			}
		}
	}
}

func scan(t *testing.T, in *natsinbox.Inbox, state ingest.State) (items []ingest.Item) {
	t.Helper()
	for it, err := range in.Scan(t.Context(), state) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, it)
	}
	return items
}

// leaseNone has a call of Lease wait until so, and fails the test if it returns
// anything.
func leaseNone(t *testing.T, in *natsinbox.Inbox, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int, 1)
	go func() {
		items, _ := in.Lease(ctx, 1, time.Minute)
		for ctx.Err() == nil && len(items) == 0 { // the connection was lost
			items, _ = in.Lease(ctx, 1, time.Minute)
		}
		ended <- len(items)
	}()
	if !eventually(so) {
		t.Error("it does not come to that")
	}
	cancel()
	if n := <-ended; n != 0 {
		t.Error("something ended was leased")
	}
}

// endByHand takes the first of the steps of ending the lease of the only delivery.
func endByHand(t *testing.T, js jetstream.JetStream, kind string, remember time.Duration) {
	t.Helper()
	m := newest(t, js, "normal.*")
	h, data := nats.Header{}, m.Data
	switch kind {
	case "done":
		h.Set(jetstream.MsgTTLHeader, remember.String())
		data = nil
	case "later":
		h.Set(jetstream.ScheduleHeader, "@at "+time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano))
		h.Set(jetstream.ScheduleTargetHeader, m.Subject)
	}
	publish(t, js, strings.Replace(m.Subject, "normal", kind, 1), h, data)
}

// acknowledge takes the last of the steps.
func acknowledge(t *testing.T, js jetstream.JetStream, item ingest.Item) {
	t.Helper()
	reply := item.Lease[strings.Index(item.Lease, "$JS"):]
	if !eventually(func() bool {
		_, err := js.Conn().Request(reply, []byte("+ACK"), time.Second)
		return err == nil
	}) {
		t.Fatal("the server takes no acknowledgement")
	}
}

func publish(t *testing.T, js jetstream.JetStream, subject string, h nats.Header, data []byte) {
	t.Helper()
	if _, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: subject, Header: h, Data: data}); err != nil {
		t.Fatal(err)
	}
}

// newest is the last message under the subjects.
func newest(t *testing.T, js jetstream.JetStream, subjects string) *jetstream.RawStreamMsg {
	t.Helper()
	stream, err := js.Stream(t.Context(), "terra-inbox")
	if err != nil {
		t.Fatal(err)
	}
	m, err := stream.GetLastMsgForSubject(t.Context(), "terra-inbox."+subjects)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// messages is how many messages are in the stream under the subjects.
func messages(t *testing.T, js jetstream.JetStream, subjects string) int {
	t.Helper()
	n, err := count(t, js, subjects)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// count is messages where JetStream may be without a leader.
func count(t *testing.T, js jetstream.JetStream, subjects string) (int, error) {
	stream, err := js.Stream(t.Context(), "terra-inbox")
	if err != nil {
		return 0, err
	}
	info, err := stream.Info(t.Context(), jetstream.WithSubjectFilter("terra-inbox."+subjects))
	if err != nil {
		return 0, err
	}
	return len(info.State.Subjects), nil
}

// What restore keeps of the state before a step.
const (
	keepMessages  = "msgs"
	keepConsumers = "obs"
)

// restore does a step and starts the server as if it had been killed during it: of
// the messages and the consumers, which it writes at different times, one is as it
// was before.
func (n node) restore(t *testing.T, s *server.Server, step func(), keep string) {
	t.Helper()
	stop := func() {
		s.Shutdown()
		s.WaitForShutdown()
	}
	stop()
	files := filepath.Join(n.Dir, "jetstream", "$G", "streams", "terra-inbox", keep)
	kept := t.TempDir()
	if err := os.CopyFS(kept, os.DirFS(files)); err != nil {
		t.Fatal(err)
	}
	s = n.start(t)
	step()
	stop()
	if err := os.RemoveAll(files); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(files, os.DirFS(kept)); err != nil {
		t.Fatal(err)
	}
	n.start(t)
}
