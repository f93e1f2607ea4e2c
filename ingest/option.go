package ingest

import (
	"log/slog"
)

// ReceiverOption changes a default of [NewReceiver].
type ReceiverOption interface{ configureReceiver(*Receiver) }

// WorkerOption changes a default of [NewWorker].
type WorkerOption interface{ configureWorker(*Worker) }

// Option changes a default of [NewReceiver] or [NewWorker] alike.
type Option interface {
	ReceiverOption
	WorkerOption
}

// WithLogger logs to l instead of [slog.Default]. A nil l panics.
func WithLogger(l *slog.Logger) Option {
	if l == nil {
		panic("ingest: WithLogger needs a logger")
	}
	return option{func(r *Receiver) { r.logger = l }, func(w *Worker) { w.logger = l }}
}

// WithObserver has o told what happens.
func WithObserver(o Observer) Option {
	return option{func(r *Receiver) { r.observer = o }, func(w *Worker) { w.observer = o }}
}

type receiverOption func(*Receiver)

func (o receiverOption) configureReceiver(r *Receiver) { o(r) }

type workerOption func(*Worker)

func (o workerOption) configureWorker(w *Worker) { o(w) }

type option struct {
	receiverOption
	workerOption
}
