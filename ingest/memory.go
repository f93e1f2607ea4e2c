package ingest

import (
	"context"
	"iter"
	"time"
)

// Memory is an [Inbox] in the memory of the process.
type Memory struct {
	now func() time.Time
}

// MemoryOption changes a default of [NewMemory].
type MemoryOption func(*Memory)

// NewMemory returns an empty inbox.
func NewMemory(opts ...MemoryOption) *Memory { return &Memory{} }

// WithClock replaces [time.Now].
func WithClock(now func() time.Time) MemoryOption { return func(m *Memory) { m.now = now } }

// Put implements [Inbox].
func (m *Memory) Put(ctx context.Context, d Delivery) (bool, error) { return false, nil }

// Lease implements [Inbox].
func (m *Memory) Lease(ctx context.Context, limit int, ttl time.Duration) ([]Item, error) {
	return nil, nil
}

// Extend implements [Inbox].
func (m *Memory) Extend(ctx context.Context, ttl time.Duration, items ...Item) error { return nil }

// Ack implements [Inbox].
func (m *Memory) Ack(ctx context.Context, items ...Item) error { return nil }

// Retry implements [Inbox].
func (m *Memory) Retry(ctx context.Context, item Item, delay time.Duration, reason string) error {
	return nil
}

// Bury implements [Inbox].
func (m *Memory) Bury(ctx context.Context, item Item, reason string) error { return nil }

// Scan implements [Inbox].
func (m *Memory) Scan(ctx context.Context, state State) iter.Seq2[Item, error] {
	return func(func(Item, error) bool) {}
}

// Stats implements [Inbox].
func (m *Memory) Stats(ctx context.Context) (Stats, error) { return Stats{}, nil }
