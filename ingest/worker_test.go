package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

// start runs a worker until stop is called, which returns what Run returned.
func start(t *testing.T, w *ingest.Worker) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	return func() error {
		cancel()
		return <-done
	}
}

// tally counts what workers report.
type tally struct {
	mu      sync.Mutex
	results map[ingest.Result]int
	broken  int
}

func (c *tally) observer() ingest.Observer {
	c.results = make(map[ingest.Result]int)
	return ingest.Observer{
		Worked: func(r ingest.Result, _, _ time.Duration) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.results[r]++
		},
		InboxFailed: func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.broken++
		},
	}
}

func (c *tally) of(r ingest.Result) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.results[r]
}

func TestWorkerApplies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		h := http.Header{}
		h.Set(webhook.HeaderTraceID, "trace-1")
		h.Set(webhook.HeaderOrderingTime, "1772000000123")
		received := time.Now()
		if _, err := inbox.Put(t.Context(), ingest.NewDelivery(h, []byte(`{"type":"sleep","data":[]}`), received)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		var got []ingest.Received
		var count tally
		stop := start(t, ingest.NewWorker(inbox, func(_ context.Context, r ingest.Received) error {
			got = append(got, r)
			return nil
		}, ingest.WithLogger(quiet()), ingest.WithObserver(count.observer())))
		synctest.Wait()
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if len(got) != 1 {
			t.Fatalf("applied %d times, want once", len(got))
		}
		r := got[0]
		if _, ok := r.Event.(*webhook.Sleep); !ok || r.ID != "trace-1" || r.Attempt != 1 || !r.ReceivedAt.Equal(received.Truncate(time.Millisecond)) {
			t.Errorf("applied %v, attempt %d", r.Event, r.Attempt)
		}
		if m := r.Event.Meta(); m.TraceID != "trace-1" || m.OrderingTime.UnixMilli() != 1772000000123 {
			t.Error("the headers are lost")
		}
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left in the inbox: %+v", s)
		}
		if count.of(ingest.Applied) != 1 {
			t.Errorf("observed %v", count.results)
		}
	})
}

func TestWorkerBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 1)
		var at []time.Time
		stop := start(t, ingest.NewWorker(inbox, func(_ context.Context, r ingest.Received) error {
			at = append(at, time.Now())
			if r.Attempt != len(at) {
				t.Errorf("attempt %d, want %d", r.Attempt, len(at))
			}
			return errors.New(secretValue)
		}, ingest.WithLogger(quiet())))
		time.Sleep(24 * time.Hour)
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		want := time.Second
		for i := 1; i < len(at); i++ {
			// When all attempts fail, a pause of the worker's own comes on top.
			if d := at[i].Sub(at[i-1]); d < want*3/4 || d > want*5/4+20*time.Second {
				t.Errorf("attempt %d came %v after the one before, want about %v", i+1, d, want)
			}
			want = min(2*want, 5*time.Minute)
		}
		if n := len(at); n < 230 || n > 330 {
			t.Errorf("%d attempts in a day", n)
		}
	})
}

func TestWorkerBuries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		body   string
		err    error
		reason string
	}{
		{"what is no JSON", "{" + secretValue, nil, "webhook: invalid JSON at byte 1"},
		{"what is no event", "[1]", nil, "webhook: JSON, but not an object"},
		{"what is no list of records", `{"type":"sleep","data":{"a":"` + secretValue + `"}}`, nil, "webhook: data that is not a list of records"},
		{"what is empty", "", nil, "webhook: empty body"},
		{"what is refused for good", `{"type":"sleep","data":[]}`, fmt.Errorf("%s: %w", secretValue, ingest.Permanent(errors.New("no start time"))), "no start time"},
		{"a ping to an address that is not allowed", `{"type":"s3_payload","url":"https://` + secretValue + `.example.com/"}`, nil, "ingest: fetching the payload: the address is of a host that is not allowed"},
		{"a ping without an address", `{"type":"s3_payload"}`, nil, "ingest: fetching the payload: the address is not https"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				inbox := ingest.NewMemory()
				put(t, inbox, "trace-1", []byte(tt.body))
				fill(t, inbox, 0)
				var log journal
				stop := start(t, ingest.NewWorker(inbox, func(context.Context, ingest.Received) error { return tt.err }, ingest.WithLogger(log.logger())))
				synctest.Wait()
				stop()
				dead := scan(t, inbox, ingest.Dead)
				if len(dead) != 1 {
					t.Fatalf("%d dead, want 1", len(dead))
				}
				if dead[0].Reason != tt.reason || string(dead[0].Body) != tt.body {
					t.Errorf("reason %q, want %q", dead[0].Reason, tt.reason)
				}
				if s := log.String(); strings.Contains(s, secretValue) || !strings.Contains(s, "id=trace-1") {
					t.Error("the log quotes the delivery, or does not name it")
				}
			})
		})
	}
}

func TestWorkerSurvivesPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 3)
		var log journal
		stop := start(t, ingest.NewWorker(inbox, explode, ingest.WithLogger(log.logger())))
		synctest.Wait()
		stop()
		for _, item := range scan(t, inbox, ingest.Pending) {
			if item.Reason != "panic of type string" {
				t.Errorf("reason %q", item.Reason)
			}
		}
		if s := log.String(); strings.Contains(s, secretValue) || !strings.Contains(s, "ingest_test.explode:") {
			t.Error("the log has the panic's value, or does not say where it was")
		}
	})
}

func explode(context.Context, ingest.Received) error { panic(secretValue) }

func TestWorkerGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 1)
		var count tally
		stop := start(t, ingest.NewWorker(inbox, func(_ context.Context, r ingest.Received) error {
			if r.ID == "trace-0" {
				return errors.New(secretValue)
			}
			return nil
		}, ingest.WithLogger(quiet()), ingest.WithMaxAttempts(20), ingest.WithObserver(count.observer())))
		for i := range 300 { // others come by and succeed
			put(t, inbox, fmt.Sprintf("other-%d", i), []byte(`{"type":"sleep","data":[]}`))
			time.Sleep(time.Minute)
		}
		stop()
		dead := scan(t, inbox, ingest.Dead)
		if len(dead) != 1 || dead[0].Attempt != 20 || dead[0].Reason != "error of type *errors.errorString" {
			t.Errorf("%d dead, %v", len(dead), count.results)
		}
		if count.of(ingest.Retried) != 19 || count.of(ingest.Buried) != 1 || count.of(ingest.Applied) != 300 {
			t.Errorf("observed %v", count.results)
		}
	})
}

// TestWorkerSitsOutAnOutage has everything fail for a week.
func TestWorkerSitsOutAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const waiting = 50
		inbox := ingest.NewMemory()
		fill(t, inbox, waiting)
		var down atomic.Bool
		down.Store(true)
		var attempts, worst atomic.Int64
		w := ingest.NewWorker(inbox, func(_ context.Context, r ingest.Received) error {
			if !down.Load() {
				return nil
			}
			attempts.Add(1)
			worst.Store(max(worst.Load(), int64(r.Attempt)))
			return errors.New("no database")
		}, ingest.WithLogger(quiet()), ingest.WithMaxAttempts(10))
		stop := start(t, w)
		time.Sleep(7 * 24 * time.Hour)
		if s := stats(t, inbox); s.Pending != waiting || s.Dead != 0 {
			t.Errorf("%d pending, %d dead after a week, want %d and none", s.Pending, s.Dead, waiting)
		}
		if most := int64(7 * 24 * 60 * 60 / 10); attempts.Load() > most || worst.Load() <= 10 {
			t.Errorf("%d attempts, up to %d at one delivery; want up to %d and more than 10", attempts.Load(), worst.Load(), most)
		}
		down.Store(false)
		time.Sleep(7 * time.Minute)
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left 7 minutes after: %+v", s)
		}
		stop()
	})
}

func TestWorkerKeepsLongLeases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 5)
		var applied atomic.Int32
		apply := func(context.Context, ingest.Received) error {
			applied.Add(1)
			time.Sleep(10 * time.Minute)
			return nil
		}
		opts := []ingest.WorkerOption{ingest.WithApplyTimeout(time.Hour), ingest.WithConcurrency(2), ingest.WithLogger(quiet())}
		stop := start(t, ingest.NewWorker(inbox, apply, opts...))
		synctest.Wait()
		stopOther := start(t, ingest.NewWorker(inbox, apply, opts...)) // finds nothing to do
		time.Sleep(time.Hour)
		if n := applied.Load(); n != 5 {
			t.Errorf("applied %d times, want 5", n)
		}
		stop()
		stopOther()
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left: %+v", s)
		}
	})
}

func TestWorkerEndsLongAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 1)
		stop := start(t, ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
			if r.Attempt == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}, ingest.WithApplyTimeout(time.Minute), ingest.WithLogger(quiet())))
		time.Sleep(time.Minute)
		synctest.Wait()
		items := scan(t, inbox, ingest.Pending)
		if len(items) != 1 || !strings.HasPrefix(items[0].Reason, "it took too long") {
			t.Errorf("%d pending", len(items))
		}
		time.Sleep(2 * time.Second)
		stop()
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left: %+v", s)
		}
	})
}

func TestWorkerStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 30)
		var count tally
		stop := start(t, ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
			if r.ID == "trace-0" { // does not make it
				<-ctx.Done()
				return ctx.Err()
			}
			select {
			case <-time.After(5 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, ingest.WithConcurrency(3), ingest.WithGrace(20*time.Second), ingest.WithLogger(quiet()), ingest.WithObserver(count.observer())))
		synctest.Wait()
		began := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("stopped after %v, want 20s", took)
		}
		if s := stats(t, inbox); s.Pending != 28 || s.Leased != 0 || s.Dead != 0 {
			t.Errorf("left %+v, want 28 pending, none leased", s)
		}
		if count.of(ingest.Applied) != 2 || count.of(ingest.Returned) != 1 {
			t.Errorf("observed %v", count.results)
		}
		// All of it is due at once.
		stop = start(t, ingest.NewWorker(inbox, func(context.Context, ingest.Received) error { return nil }, ingest.WithLogger(quiet())))
		synctest.Wait()
		stop()
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left: %+v", s)
		}
	})
}

func TestWorkerLeavesBehindWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 1)
		release := make(chan struct{})
		stop := start(t, ingest.NewWorker(inbox, func(context.Context, ingest.Received) error { <-release; return nil }, ingest.WithLogger(quiet())))
		synctest.Wait()
		if err := stop(); err == nil {
			t.Error("Run: no error")
		}
		close(release)
		time.Sleep(2 * time.Minute)
		if items := scan(t, inbox, ingest.Pending); len(items) != 1 {
			t.Errorf("%d pending, want the one whose lease ran out", len(items))
		}
	})
}

// TestWorkerHandsOnWhatDoesNotEnd: an attempt that ignores the end of its context keeps
// the delivery from others no longer than it may take, and its own end does not touch
// the lease of the attempt that followed.
func TestWorkerHandsOnWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 1)
		var attempts atomic.Int32
		ended := make(chan time.Duration, 2)
		began := time.Now()
		stop := start(t, ingest.NewWorker(inbox, func(context.Context, ingest.Received) error {
			if attempts.Add(1) == 1 {
				time.Sleep(85 * time.Second)
			} else {
				time.Sleep(50 * time.Second)
			}
			ended <- time.Since(began)
			return nil
		}, ingest.WithApplyTimeout(time.Minute), ingest.WithLease(20*time.Second), ingest.WithLogger(quiet())))
		time.Sleep(time.Hour)
		stop()
		if n := attempts.Load(); n != 2 {
			t.Fatalf("%d attempts, want 2", n)
		}
		if first, second := <-ended, <-ended; first != 85*time.Second || second-50*time.Second > first {
			t.Errorf("the attempts ended after %v and %v, want the second to have begun within the first", first, second)
		}
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left: %+v", s)
		}
	})
}

// slow is an inbox that takes its time for an Ack.
type slow struct{ ingest.Inbox }

func (s slow) Ack(ctx context.Context, items ...ingest.Item) error {
	time.Sleep(time.Second)
	return s.Inbox.Ack(ctx, items...)
}

// TestWorkerAcksBeforeItStops: what was applied is not handed out again because the
// worker was stopped before it was acked.
func TestWorkerAcksBeforeItStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := slow{ingest.NewMemory()}
		fill(t, inbox, 5)
		stop := start(t, ingest.NewWorker(inbox, func(context.Context, ingest.Received) error {
			time.Sleep(time.Millisecond)
			return nil
		}, ingest.WithConcurrency(1), ingest.WithLogger(quiet())))
		time.Sleep(time.Second / 2) // all are applied, and the first of them is being acked
		stop()
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left: %+v", s)
		}
	})
}

// mute is an inbox that stops to answer.
type mute struct {
	ingest.Inbox
	silent atomic.Bool
}

func (m *mute) Retry(ctx context.Context, item ingest.Item, delay time.Duration, reason string) error {
	if m.silent.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return m.Inbox.Retry(ctx, item, delay, reason)
}

func TestWorkerStopsWithoutTheInbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := &mute{Inbox: ingest.NewMemory()}
		fill(t, inbox, 100)
		stop := start(t, ingest.NewWorker(inbox, func(ctx context.Context, _ ingest.Received) error { <-ctx.Done(); return ctx.Err() },
			ingest.WithLogger(quiet()), ingest.WithConcurrency(8), ingest.WithGrace(time.Second)))
		synctest.Wait()
		inbox.silent.Store(true)
		began := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("stopped after %v", took)
		}
	})
}

// flaky is an inbox that fails while it is down.
type flaky struct {
	ingest.Inbox
	down atomic.Bool
}

func (f *flaky) err() error {
	if f.down.Load() {
		return errors.New("no connection")
	}
	return nil
}

func (f *flaky) Lease(ctx context.Context, limit int, ttl time.Duration) ([]ingest.Item, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	items, err := f.Inbox.Lease(ctx, limit, ttl)
	if errors.Is(err, context.DeadlineExceeded) {
		err = f.err()
	}
	return items, err
}

func (f *flaky) Ack(ctx context.Context, items ...ingest.Item) error {
	if err := f.err(); err != nil {
		return err
	}
	return f.Inbox.Ack(ctx, items...)
}

func TestWorkerOutlivesTheInbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := &flaky{Inbox: ingest.NewMemory()}
		fill(t, inbox, 3)
		var log journal
		var count tally
		var applied atomic.Int32
		stop := start(t, ingest.NewWorker(inbox, func(context.Context, ingest.Received) error {
			if applied.Add(1) <= 3 {
				inbox.down.Store(true) // before it is acked
			}
			return nil
		}, ingest.WithLogger(log.logger()), ingest.WithObserver(count.observer())))
		time.Sleep(time.Hour)
		inbox.down.Store(false)
		time.Sleep(2 * time.Minute)
		stop()
		if s := stats(t, inbox); s != (ingest.Stats{}) {
			t.Errorf("left: %+v", s)
		}
		if n := applied.Load(); n < 4 || n > 6 {
			t.Errorf("applied %d times, want those not acked once more", n)
		}
		if n := strings.Count(log.String(), "the inbox fails"); n != 2 { // Ack and Lease
			t.Errorf("logged %d times that the inbox fails, want once for each kind of call", n)
		}
		if n := strings.Count(log.String(), "works again"); n != 2 {
			t.Errorf("logged %d times that it works again", n)
		}
		if count.broken < 100 {
			t.Errorf("observed %d failures in an hour", count.broken)
		}
	})
}

// TestWorkerBuriesKillers has a delivery end the process every time.
func TestWorkerBuriesKillers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := ingest.NewMemory()
		fill(t, inbox, 1)
		for range 300 { // processes
			if _, err := inbox.Lease(t.Context(), 1, time.Second); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
		}
		stop := start(t, ingest.NewWorker(inbox, func(context.Context, ingest.Received) error {
			t.Error("tried again")
			return nil
		}, ingest.WithLogger(quiet())))
		synctest.Wait()
		stop()
		if dead := scan(t, inbox, ingest.Dead); len(dead) != 1 || dead[0].Reason != "its attempts never came to an end" {
			t.Errorf("%d dead", len(dead))
		}
	})
}

// TestManyWorkers has three receivers and two workers share an inbox.
func TestManyWorkers(t *testing.T) {
	t.Parallel()
	const total = 600
	inbox := ingest.NewMemory()
	var mu sync.Mutex
	applied := make(map[string]int)
	all := make(chan struct{})
	apply := func(_ context.Context, r ingest.Received) error {
		mu.Lock()
		defer mu.Unlock()
		applied[r.ID]++
		if len(applied) == total {
			close(all)
		}
		return nil
	}
	var stops []func() error
	for range 2 {
		stops = append(stops, start(t, ingest.NewWorker(inbox, apply, ingest.WithLogger(quiet()))))
	}
	var senders sync.WaitGroup
	for s := range 3 {
		rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithLogger(quiet()))
		senders.Go(func() {
			for i := s; i < total; i += 3 {
				for _, to := range slices.Repeat([]http.Handler{rc}, 1+i%2) { // some twice
					if w := send(to, newRequest(fmt.Sprint(i), []byte(`{"type":"sleep","data":[]}`))); w.Code != http.StatusOK {
						t.Errorf("status %d", w.Code)
					}
				}
			}
		})
	}
	senders.Wait()
	select {
	case <-all:
	case <-time.After(30 * time.Second):
		t.Error("not all were applied")
	}
	for _, stop := range stops {
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	for id, n := range applied {
		if n != 1 {
			t.Errorf("%s was applied %d times", id, n)
		}
	}
	if s := stats(t, inbox); s != (ingest.Stats{}) {
		t.Errorf("left: %+v", s)
	}
}

func BenchmarkWorker(b *testing.B) {
	inbox := ingest.NewMemory()
	ctx, cancel := context.WithCancel(b.Context())
	var left atomic.Int64
	w := ingest.NewWorker(inbox, func(context.Context, ingest.Received) error {
		if left.Add(-1) == 0 {
			cancel()
		}
		return nil
	}, ingest.WithLogger(quiet()))
	left.Store(int64(b.N))
	fill(b, inbox, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	if err := w.Run(ctx); err != nil {
		b.Error(err)
	}
}
