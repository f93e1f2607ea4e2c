package ingest

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/terra-go/terra/webhook"
)

// What a worker does unless options say otherwise.
const (
	// DefaultConcurrency is how many deliveries a worker applies at once.
	DefaultConcurrency = 4

	// DefaultApplyTimeout is how long an attempt at a delivery may take.
	DefaultApplyTimeout = 2 * time.Minute

	// DefaultLease is how long deliveries that a dead worker had taken wait for another.
	DefaultLease = time.Minute

	// DefaultGrace is how long attempts may go on after a worker was told to stop.
	DefaultGrace = 10 * time.Second

	// DefaultMaxAttempts is how many times a delivery is tried while others succeed:
	// for a day.
	DefaultMaxAttempts = 300
)

// Received is a delivery on its way to be applied.
type Received struct {
	ID         string    // the same whenever the delivery is handed out
	ReceivedAt time.Time // by the receiver, UTC, to the millisecond
	Attempt    int       // from 1 on

	// Event is what the delivery says. In the place of an [*webhook.S3Payload] it is
	// the event that was fetched, with the Meta of the ping.
	Event webhook.Event
}

// Worker takes deliveries out of an [Inbox] and has them applied. Make one with
// [NewWorker].
type Worker struct {
	inbox        Inbox
	apply        func(context.Context, Received) error
	fetcher      *Fetcher
	concurrency  int
	applyTimeout time.Duration
	leaseTTL     time.Duration
	grace        time.Duration
	maxAttempts  int
	logger       *slog.Logger
	observer     Observer
}

// NewWorker returns a worker that hands each delivery of inbox to apply until apply
// has returned nil for it. apply is called by several goroutines at once, may be
// called again for a delivery that it has applied, and has to return when its
// context ends.
//
// A delivery is buried, with a reason and to be replayed, when it is no event, when
// what its ping points to cannot be had any longer, when the error of apply has a
// method Permanent() bool that returns true (see [Permanent]), or after
// [WithMaxAttempts] attempts. After any other error, and after a panic, it is tried again
// in 1 second, then 2, 4 and so on up to 5 minutes, a quarter more or less.
//
// When attempts fail one after the other and none succeeds, it is not the
// deliveries that are at fault but what they are applied to. Then the worker takes one
// at a time with up to 15 seconds in between, and buries none for its number
// of attempts: an outage costs no delivery, however long it lasts.
//
// What a ping points to is there for minutes only. If it was fetched and could not be
// applied, it takes the place of the ping in inbox, as far as inbox can store it.
//
// An error with a method Permanent, whatever it returns, has its text kept as the
// reason and logged, so it must quote nothing of a record. Of others there are only
// the types. A nil inbox or apply panics.
func NewWorker(inbox Inbox, apply func(context.Context, Received) error, opts ...WorkerOption) *Worker {
	if inbox == nil || apply == nil {
		panic("ingest: NewWorker needs an Inbox and a function")
	}
	w := &Worker{
		inbox:        inbox,
		apply:        apply,
		concurrency:  DefaultConcurrency,
		applyTimeout: DefaultApplyTimeout,
		leaseTTL:     DefaultLease,
		grace:        DefaultGrace,
		maxAttempts:  DefaultMaxAttempts,
		logger:       slog.Default(),
	}
	for _, opt := range opts {
		opt.configureWorker(w)
	}
	if w.fetcher == nil {
		w.fetcher = NewFetcher()
	}
	return w
}

// WithConcurrency applies n deliveries at once instead of [DefaultConcurrency]. Up to
// five times as many are leased in advance and in memory with their bodies. A value
// that is not positive panics.
func WithConcurrency(n int) WorkerOption {
	mustBePositive("WithConcurrency", n)
	return workerOption(func(w *Worker) { w.concurrency = n })
}

// WithApplyTimeout ends the context of an attempt after d instead of
// [DefaultApplyTimeout], what a ping points to being fetched in the same time. A value that
// is not positive panics.
func WithApplyTimeout(d time.Duration) WorkerOption {
	mustBePositive("WithApplyTimeout", d)
	return workerOption(func(w *Worker) { w.applyTimeout = d })
}

// WithLease leases deliveries for d at a time instead of [DefaultLease], which is how
// long those of a worker that died wait for another. As long as the worker lives and
// reaches the inbox it renews its leases, three times as often. A value that is not
// positive panics.
func WithLease(d time.Duration) WorkerOption {
	mustBePositive("WithLease", d)
	return workerOption(func(w *Worker) { w.leaseTTL = d })
}

// WithGrace lets attempts that are under way when [Worker.Run] is told to stop go
// on for d instead of [DefaultGrace]. A value that is not positive panics.
func WithGrace(d time.Duration) WorkerOption {
	mustBePositive("WithGrace", d)
	return workerOption(func(w *Worker) { w.grace = d })
}

// WithMaxAttempts buries a delivery when its attempt number n has failed, instead of
// [DefaultMaxAttempts]. Attempts that ended with the process count too. A value that is
// not positive panics.
func WithMaxAttempts(n int) WorkerOption {
	mustBePositive("WithMaxAttempts", n)
	return workerOption(func(w *Worker) { w.maxAttempts = n })
}

// WithFetcher fetches what pings point to with f instead of what [NewFetcher]
// returns. A nil f panics.
func WithFetcher(f *Fetcher) WorkerOption {
	if f == nil {
		panic("ingest: WithFetcher needs a fetcher")
	}
	return workerOption(func(w *Worker) { w.fetcher = f })
}

// Run works until ctx ends. Attempts that are then under way go on for the grace
// period, after which their context ends; deliveries that were not finished are due
// again at once. When the inbox fails, Run tries it again, for ever. It returns an
// error only when a call of apply ignored the end of its context, and leaves it
// behind. A Worker can run more than once, also at the same time.
func (w *Worker) Run(ctx context.Context) error { return newShift(w, ctx).run(ctx) }

// process is one attempt at a delivery.
func (w *Worker) process(ctx context.Context, item Item) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = recovered(p)
		}
	}()
	event, err := webhook.Parse(item.Header, item.Body)
	if err != nil {
		return err
	}
	ping, pinged := event.(*webhook.S3Payload)
	if pinged {
		if event, err = w.follow(ctx, item, ping); err != nil {
			return err
		}
	}
	id, _ := strings.CutSuffix(item.ID, payloadSuffix)
	err = w.apply(ctx, Received{ID: id, ReceivedAt: item.ReceivedAt, Attempt: item.Attempt, Event: event})
	if err != nil && pinged && !isPermanent(err) {
		return &unappliedError{err, event.Raw()}
	}
	return err
}

// follow fetches the event that a ping stands in for.
func (w *Worker) follow(ctx context.Context, item Item, ping *webhook.S3Payload) (webhook.Event, error) {
	body, err := w.fetcher.Fetch(ctx, ping.URL)
	if err != nil {
		return nil, err
	}
	event, err := webhook.Parse(item.Header, body)
	if err != nil {
		return nil, err
	}
	if _, again := event.(*webhook.S3Payload); again {
		return nil, &FetchError{Reason: "it points to another address", Final: true}
	}
	return event, nil
}
