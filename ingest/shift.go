package ingest

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	// callTimeout ends calls of the inbox that are not made to wait.
	callTimeout = 10 * time.Second

	// ahead is how many deliveries are leased in one go, for each that is applied at
	// once. More saves calls of the inbox, fewer leave more to other workers.
	ahead = 4

	// maxAcks is how many deliveries are acknowledged in one go.
	maxAcks = 256

	firstDelay, lastDelay = time.Second, 5 * time.Minute  // of a delivery that failed
	firstPause, lastPause = time.Second, 15 * time.Second // when nothing works

	// lastWord is how long an attempt may take to notice that its context has ended.
	lastWord = 2 * time.Second
)

// shift is one run of a worker.
type shift struct {
	*Worker
	calls   context.Context // for calls of the inbox; outlasts the run's own
	attempt context.Context // ends with the grace period
	abort   context.CancelFunc

	work  chan Item     // from the lease on
	acks  chan Item     // applied
	over  chan struct{} // closed when nothing more comes
	works chan struct{} // has one when an attempt succeeds after many that failed

	mu      sync.Mutex
	held    map[string]holding // leases, by id of delivery
	failing map[string]bool    // calls of the inbox that failed last time
	streak  int                // attempts that failed since one succeeded
}

// unheardOf reports that an item may have ended the process, or was only leased beside
// one that did. Such items are taken in any order, so that none is always behind the culprit.
func unheardOf(item Item) bool { return item.Attempt > 3 && item.FailedAt.IsZero() }

// errKiller is the failure of a delivery that may have ended the process again and
// again: it was leased many times, and nothing was heard of it.
var errKiller = Permanent(errors.New("its attempts never came to an end"))

// holding is a lease to be extended.
type holding struct {
	item  Item
	until time.Time // zero before the attempt begins
}

func newShift(w *Worker, ctx context.Context) *shift {
	s := &shift{
		Worker:  w,
		calls:   context.WithoutCancel(ctx),
		work:    make(chan Item, w.concurrency), // for the time of a Lease
		acks:    make(chan Item, maxAcks),
		over:    make(chan struct{}),
		works:   make(chan struct{}, 1),
		held:    make(map[string]holding),
		failing: make(map[string]bool),
	}
	s.attempt, s.abort = context.WithCancel(s.calls)
	return s
}

func (s *shift) run(ctx context.Context) error {
	defer s.abort()
	var attempts, helpers sync.WaitGroup
	for range s.concurrency {
		attempts.Go(func() {
			var left []Item
			for item := range s.work {
				if ctx.Err() != nil {
					left = append(left, item)
				} else {
					s.try(item)
				}
			}
			s.giveBack(left)
		})
	}
	helpers.Go(s.acknowledge)
	helpers.Go(s.extend)
	s.lease(ctx)
	close(s.work)
	err := s.finish(&attempts)
	close(s.over)
	helpers.Wait()
	return err
}

// finish waits for the attempts under way.
func (s *shift) finish(attempts *sync.WaitGroup) error {
	finished := make(chan struct{})
	go func() {
		attempts.Wait()
		close(finished)
	}()
	grace := time.AfterFunc(s.grace, s.abort)
	defer grace.Stop()
	timeout := time.NewTimer(s.grace + lastWord + 2*callTimeout) // to end an attempt, and to give back the rest
	defer timeout.Stop()
	select {
	case <-finished:
		return nil
	case <-timeout.C:
		return errors.New("ingest: deliveries are still being applied after the end of their context")
	}
}

// lease hands out work until ctx ends.
func (s *shift) lease(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		limit := s.concurrency * ahead
		if pause := s.pause(); pause > 0 {
			limit = 1
			s.sleep(ctx, pause)
		}
		items, err := s.inbox.Lease(ctx, limit, s.leaseTTL)
		if err != nil {
			if ctx.Err() == nil {
				s.called("Lease", err)
				s.sleep(ctx, backoff(failures, firstPause, lastPause))
				failures++
			}
			continue
		}
		s.called("Lease", nil)
		failures = 0
		s.hold(items)
		if slices.ContainsFunc(items, unheardOf) {
			rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		}
		for i, item := range items {
			select {
			case s.work <- item:
				continue
			case <-ctx.Done():
				s.giveBack(items[i:])
			}
			break
		}
	}
}

// try is an attempt at a delivery and what follows from it.
func (s *shift) try(item Item) {
	began := time.Now()
	s.begin(item, began)
	ctx, cancel := context.WithTimeout(s.attempt, s.applyTimeout)
	defer cancel()
	err := errKiller
	if item.Attempt <= s.maxAttempts || !item.FailedAt.IsZero() {
		err = s.process(ctx, item)
	}
	result := s.conclude(item, err)
	s.observer.worked(result, time.Since(item.ReceivedAt), time.Since(began))
}

func (s *shift) conclude(item Item, err error) Result {
	permanent := isPermanent(err)
	unapplied, fetched := errors.AsType[*unappliedError](err)
	switch {
	case err == nil:
		s.succeeded()
		s.ack(item)
		return Applied
	case fetched && s.keep(item, unapplied.body):
		s.ack(item)
		if s.attempt.Err() != nil {
			return Returned
		}
		s.failed()
		s.log(item, err, Retried, reasonOf(unapplied.err), 0)
		return Retried
	case s.attempt.Err() != nil && !permanent:
		s.giveBack([]Item{item})
		return Returned
	}
	if fetched {
		err = unapplied.err
	}
	result, delay, reason := Buried, time.Duration(0), reasonOf(err)
	if !permanent {
		outage := s.failed()
		if outage || item.Attempt < s.maxAttempts {
			result, delay = Retried, backoff(item.Attempt-1, firstDelay, lastDelay)
		}
	}
	s.log(item, err, result, reason, delay)
	s.call("ending a lease", func(ctx context.Context) error {
		if result == Buried {
			return s.inbox.Bury(ctx, item, reason)
		}
		return s.inbox.Retry(ctx, item, delay, reason)
	}, item)
	return result
}

func (s *shift) log(item Item, err error, result Result, reason string, delay time.Duration) {
	attrs := []slog.Attr{
		slog.String("id", item.ID),
		slog.Int("attempt", item.Attempt),
		slog.String("reason", reason),
	}
	level := slog.LevelError
	if result == Retried {
		level = slog.LevelWarn
		attrs = append(attrs, slog.Duration("delay", delay))
	}
	if panicked, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, slog.Any("stack", panicked.stack))
	}
	s.logger.LogAttrs(s.calls, level, "ingest: delivery "+string(result), attrs...)
}

func (s *shift) ack(item Item) {
	select {
	case s.acks <- withoutBody(item):
	case <-s.over: // the run did not wait any longer
	}
}

// keep stores what a ping pointed to as a delivery of its own, and reports whether
// the ping can go.
func (s *shift) keep(ping Item, body []byte) (kept bool) {
	s.call("Put", func(ctx context.Context) error {
		_, err := s.inbox.Put(ctx, Delivery{ID: ping.ID + payloadSuffix, ReceivedAt: ping.ReceivedAt, Header: ping.Header, Body: body})
		kept = err == nil
		return err
	})
	return kept
}

// giveBack makes deliveries due again that were not finished. However many there are,
// an inbox that does not answer holds up the end of the run once.
func (s *shift) giveBack(items []Item) {
	if len(items) == 0 {
		return
	}
	s.call("ending a lease", func(ctx context.Context) error {
		var lost error
		for _, item := range items {
			switch err := s.inbox.Retry(ctx, item, 0, "the worker was stopped"); {
			case errors.Is(err, ErrLeaseLost):
				lost = err
			case err != nil:
				return err
			}
		}
		return lost
	}, items...)
}

// acknowledge acks what has been applied, many at a time: nobody waits for it.
func (s *shift) acknowledge() {
	for {
		var batch []Item
		select {
		case item := <-s.acks:
			batch = append(batch, item)
		case <-s.over:
		}
		for len(batch) < maxAcks {
			select {
			case item := <-s.acks:
				batch = append(batch, item)
				continue
			default:
			}
			break
		}
		if len(batch) == 0 {
			return
		}
		s.call("Ack", func(ctx context.Context) error { return s.inbox.Ack(ctx, batch...) }, batch...)
	}
}

// extend keeps what is leased from running out.
func (s *shift) extend() {
	ticker := time.NewTicker(s.leaseTTL / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-s.over:
			return
		}
		if items := s.holdings(time.Now()); len(items) > 0 {
			s.call("Extend", func(ctx context.Context) error { return s.inbox.Extend(ctx, s.leaseTTL, items...) })
		}
	}
}

// call makes a call of the inbox, after which ended are not held any longer. When it
// fails, their leases run out, and they are tried again.
func (s *shift) call(name string, do func(context.Context) error, ended ...Item) {
	ctx, cancel := context.WithTimeout(s.calls, callTimeout)
	defer cancel()
	err := do(ctx)
	s.release(ended)
	if errors.Is(err, ErrLeaseLost) {
		s.logger.DebugContext(s.calls, "ingest: lease lost", "call", name)
		err = nil
	}
	s.called(name, err)
}

// called notes how a call of the inbox ended, and logs changes.
func (s *shift) called(name string, err error) {
	if err != nil {
		s.observer.inboxFailed()
	}
	s.mu.Lock()
	changed := s.failing[name] != (err != nil)
	s.failing[name] = err != nil
	s.mu.Unlock()
	switch {
	case changed && err != nil:
		s.logger.ErrorContext(s.calls, "ingest: the inbox fails", "call", name, "error", err)
	case changed:
		s.logger.InfoContext(s.calls, "ingest: the inbox works again", "call", name)
	}
}

func (s *shift) hold(items []Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range items {
		s.held[item.ID] = holding{item: withoutBody(item)}
	}
}

// begin has an attempt's lease extended for as long as the attempt may take. One
// that ignores its context would keep the delivery from others for ever.
func (s *shift) begin(item Item, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[item.ID] = holding{item: withoutBody(item), until: now.Add(s.applyTimeout + lastWord)}
}

func (s *shift) release(items []Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range items {
		if s.held[item.ID].item.Lease == item.Lease {
			delete(s.held, item.ID)
		}
	}
}

// holdings are the leases to extend.
func (s *shift) holdings(now time.Time) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var items []Item
	for _, h := range s.held {
		if h.until.IsZero() || h.until.After(now) {
			items = append(items, h.item)
		}
	}
	return items
}

func withoutBody(item Item) Item {
	item.Body = nil
	return item
}

func (s *shift) succeeded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streak >= s.tolerated() {
		select {
		case s.works <- struct{}{}:
		default:
		}
	}
	s.streak = 0
}

// failed reports whether it looks like an outage.
func (s *shift) failed() (outage bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streak++
	return s.streak >= s.tolerated()
}

// tolerated is how many attempts may fail in a row before it looks like an outage.
func (s *shift) tolerated() int { return max(8, 2*s.concurrency) }

// pause is how long to wait before the next lease.
func (s *shift) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streak < s.tolerated() {
		return 0
	}
	return backoff(s.streak-s.tolerated(), firstPause, lastPause)
}

// sleep waits for d, or less when attempts succeed again or ctx ends.
func (s *shift) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.works:
	case <-ctx.Done():
	}
}

// backoff is first, doubled n times up to last, and a quarter more or less, so that
// what failed together does not come back together.
func backoff(n int, first, last time.Duration) time.Duration {
	d := first
	for ; n > 0 && d < last; n-- {
		d *= 2
	}
	d = min(d, last)
	return d*3/4 + rand.N(d/2)
}
