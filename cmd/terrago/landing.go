package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/ingest"
)

// landing takes deliveries out of an inbox and into the database, until stopped.
type landing struct {
	stop context.CancelFunc
	done chan struct{} // closed once nothing is being applied any more
	err  error         // why it ended; to be read after done
}

// land starts it. It goes on when ctx has ended, so that its owner says in which
// order things stop.
func land(ctx context.Context, db *store.DB, inbox ingest.Inbox, opts ...ingest.WorkerOption) *landing {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &landing{stop: stop, done: make(chan struct{})}
	worker := ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
		return db.Apply(ctx, r.Event, r.ReceivedAt)
	}, opts...)
	go func() {
		defer close(l.done)
		l.err = worker.Run(ctx)
	}()
	return l
}

// stopped is closed once it has ended. Where nothing lands that is never.
func (l *landing) stopped() <-chan struct{} {
	if l == nil {
		return nil
	}
	return l.done
}

// close waits until what is being applied is done or given back.
func (l *landing) close() {
	l.stop()
	<-l.done
}

// every calls do at once and then every interval, until ctx ends.
func every(ctx context.Context, interval time.Duration, do func(context.Context)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		do(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// prune drops the bodies that are no longer kept.
func prune(ctx context.Context, db *store.DB, log *slog.Logger) {
	n, err := db.Prune(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		log.ErrorContext(ctx, "old deliveries not pruned", "error", err)
	case n > 0:
		log.InfoContext(ctx, "old deliveries pruned", "bodies", n)
	}
}
