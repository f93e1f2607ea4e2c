package ingest

import (
	"context"
	"log/slog"
	"time"

	"github.com/terra-go/terra/webhook"
)

// Received is a delivery on its way to be applied.
type Received struct {
	ID         string    // the same whenever the delivery is handed out
	ReceivedAt time.Time // by the receiver, UTC, to the millisecond
	Attempt    int       // from 1 on
	Event      webhook.Event
}

// Worker takes deliveries out of an [Inbox] and has them applied.
type Worker struct {
	inbox    Inbox
	apply    func(context.Context, Received) error
	fetcher  *Fetcher
	logger   *slog.Logger
	observer Observer
}

// NewWorker returns a worker that hands what it finds in inbox to apply.
func NewWorker(inbox Inbox, apply func(context.Context, Received) error, opts ...WorkerOption) *Worker {
	return &Worker{}
}

// WithConcurrency applies up to n deliveries at once.
func WithConcurrency(n int) WorkerOption { return workerOption(func(w *Worker) {}) }

// WithApplyTimeout ends the context of an attempt after d.
func WithApplyTimeout(d time.Duration) WorkerOption { return workerOption(func(w *Worker) {}) }

// WithGrace lets what is being applied go on for d after the worker was told to stop.
func WithGrace(d time.Duration) WorkerOption { return workerOption(func(w *Worker) {}) }

// WithMaxAttempts buries a delivery that has failed n times.
func WithMaxAttempts(n int) WorkerOption { return workerOption(func(w *Worker) {}) }

// WithFetcher fetches what pings point to with f.
func WithFetcher(f *Fetcher) WorkerOption { return workerOption(func(w *Worker) { w.fetcher = f }) }

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) error { return nil }

// Permanent marks err as one that no repetition can cure.
func Permanent(err error) error { return err }
