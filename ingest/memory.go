package ingest

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// remembered is how long a Memory knows the IDs of deliveries that are done.
const remembered = 48 * time.Hour

// Memory is an [Inbox] in the memory of the process. It keeps every rule of the
// contract but the first: what it holds is gone when the process ends. It is for
// tests and for trying things out; to lose nothing, take an inbox on a disk.
type Memory struct {
	now func() time.Time

	mu       sync.Mutex
	known    map[string]*entry
	urgent   queue
	ordinary queue
	done     []*entry      // in the order of their acks
	waiters  int           // calls of Lease that found nothing
	changed  chan struct{} // closed when there may be something for them
	puts     int           // entries so far
}

// entry is what a Memory knows of one delivery.
type entry struct {
	delivery Delivery
	seq      int
	state    State // done when empty
	version  int   // counts changes of state: the mark that a lease is held against
	attempt  int
	reason   string
	failedAt time.Time
	leased   bool      // unless due has passed
	due      time.Time // pending: when it may be leased; done: when it was acked
	index    int       // in its queue
}

// MemoryOption changes a default of [NewMemory].
type MemoryOption func(*Memory)

// NewMemory returns an empty inbox.
func NewMemory(opts ...MemoryOption) *Memory {
	m := &Memory{now: time.Now, known: make(map[string]*entry), changed: make(chan struct{})}
	for _, opt := range opts {
		opt(m)
	}
	return m
}

// WithClock replaces [time.Now] in deciding what is due. A Lease that waits looks
// at the clock again when by its last look something should have become due. A nil
// clock panics.
func WithClock(now func() time.Time) MemoryOption {
	if now == nil {
		panic("ingest: WithClock needs a clock")
	}
	return func(m *Memory) { m.now = now }
}

// Put implements [Inbox].
func (m *Memory) Put(ctx context.Context, d Delivery) (duplicate bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	m.forget(now)
	if m.known[d.ID] != nil {
		return true, nil
	}
	d.Header, d.Body = d.Header.Clone(), slices.Clip(bytes.Clone(d.Body))
	if d.Header == nil {
		d.Header = make(http.Header)
	}
	m.puts++
	e := &entry{delivery: d, seq: m.puts, state: Pending, due: now}
	m.known[d.ID] = e
	heap.Push(m.queueOf(e), e)
	m.wake()
	return false, nil
}

// Lease implements [Inbox]. The bodies it returns are the inbox's own and must not
// be changed.
func (m *Memory) Lease(ctx context.Context, limit int, ttl time.Duration) ([]Item, error) {
	if limit <= 0 || ttl <= 0 {
		return nil, errors.New("ingest: a lease needs a positive limit and time to live")
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		items, changed, next := m.lease(limit, ttl)
		if len(items) > 0 {
			return items, nil
		}
		if err := m.await(ctx, changed, next); err != nil {
			return nil, err
		}
	}
}

// lease takes what is due. When that is nothing, it returns what to wait for: a
// channel and, unless 0, the time until something becomes due.
func (m *Memory) lease(limit int, ttl time.Duration) (items []Item, changed <-chan struct{}, next time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	for _, q := range []*queue{&m.urgent, &m.ordinary} {
		for len(*q) > 0 && len(items) < limit && !(*q)[0].due.After(now) {
			e := (*q)[0]
			e.attempt++
			e.version++
			e.leased = true
			e.due = now.Add(ttl)
			heap.Fix(q, e.index)
			items = append(items, e.item())
		}
		if len(*q) > 0 {
			if wait := (*q)[0].due.Sub(now); next == 0 || wait < next {
				next = wait
			}
		}
	}
	if len(items) == 0 {
		m.waiters++
	}
	return items, m.changed, next
}

// await is the end of a call to lease that came back with nothing.
func (m *Memory) await(ctx context.Context, changed <-chan struct{}, next time.Duration) error {
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.waiters--
	}()
	var due <-chan time.Time
	if next > 0 {
		timer := time.NewTimer(next)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-due:
	}
	return nil
}

// Extend implements [Inbox].
func (m *Memory) Extend(ctx context.Context, ttl time.Duration, items ...Item) error {
	return m.each(ctx, items, func(e *entry, now time.Time) bool {
		if e.state != Pending || !e.leased {
			return false
		}
		e.due = now.Add(ttl)
		heap.Fix(m.queueOf(e), e.index)
		return true
	})
}

// Ack implements [Inbox].
func (m *Memory) Ack(ctx context.Context, items ...Item) error {
	return m.each(ctx, items, func(e *entry, now time.Time) bool {
		if e.state != Pending || !e.leased {
			return false
		}
		heap.Remove(m.queueOf(e), e.index)
		*e = entry{delivery: Delivery{ID: e.delivery.ID}, version: e.version + 1, due: now}
		m.done = append(m.done, e)
		return true
	})
}

// Retry implements [Inbox].
func (m *Memory) Retry(ctx context.Context, item Item, delay time.Duration, reason string) error {
	return m.each(ctx, []Item{item}, func(e *entry, now time.Time) bool {
		switch {
		case e.state == Pending && e.leased:
			heap.Remove(m.queueOf(e), e.index)
		case e.state == Dead:
			e.attempt = 0
		default:
			return false
		}
		e.state, e.leased, e.due = Pending, false, now.Add(delay)
		e.reason, e.failedAt = reason, now
		e.version++
		heap.Push(m.queueOf(e), e)
		m.wake()
		return true
	})
}

// Bury implements [Inbox].
func (m *Memory) Bury(ctx context.Context, item Item, reason string) error {
	return m.each(ctx, []Item{item}, func(e *entry, now time.Time) bool {
		if e.state != Pending || !e.leased {
			return false
		}
		heap.Remove(m.queueOf(e), e.index)
		e.state, e.leased = Dead, false
		e.reason, e.failedAt = reason, now
		e.version++
		return true
	})
}

// each has do change the entries of items as long as they are what they were when
// they were handed out.
func (m *Memory) each(ctx context.Context, items []Item, do func(e *entry, now time.Time) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	var err error
	for _, item := range items {
		e := m.known[item.ID]
		if e == nil || item.Lease != e.mark() || !do(e, now) {
			err = ErrLeaseLost
		}
	}
	return err
}

// Scan implements [Inbox].
func (m *Memory) Scan(ctx context.Context, state State) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for _, e := range m.in(state) {
			if err := ctx.Err(); err != nil {
				yield(Item{}, err)
				return
			}
			m.mu.Lock()
			still, item := e.state == state, e.item()
			m.mu.Unlock()
			if still && !yield(item, nil) {
				return
			}
		}
	}
}

// in returns the entries of a state in the order of their receipt.
func (m *Memory) in(state State) []*entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	var entries []*entry
	for e := range maps.Values(m.known) {
		if e.state == state && state != "" {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b *entry) int {
		return cmp.Or(a.delivery.ReceivedAt.Compare(b.delivery.ReceivedAt), cmp.Compare(a.seq, b.seq))
	})
	return entries
}

// Stats implements [Inbox].
func (m *Memory) Stats(ctx context.Context) (Stats, error) {
	if err := ctx.Err(); err != nil {
		return Stats{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	s := Stats{
		Pending: len(m.urgent) + len(m.ordinary),
		Dead:    len(m.known) - len(m.urgent) - len(m.ordinary) - len(m.done),
	}
	for _, q := range []queue{m.urgent, m.ordinary} {
		for _, e := range q {
			if e.leased && e.due.After(now) {
				s.Leased++
			}
			s.Oldest = max(s.Oldest, now.Sub(e.delivery.ReceivedAt))
		}
	}
	return s, nil
}

// forget drops the IDs that were done long ago.
func (m *Memory) forget(now time.Time) {
	n := 0
	for n < len(m.done) && now.Sub(m.done[n].due) > remembered {
		delete(m.known, m.done[n].delivery.ID)
		m.done[n] = nil
		n++
	}
	m.done = m.done[n:]
}

// wake has the calls of Lease that wait look again.
func (m *Memory) wake() {
	if m.waiters > 0 {
		close(m.changed)
		m.changed = make(chan struct{})
	}
}

func (m *Memory) queueOf(e *entry) *queue {
	if e.delivery.Urgent {
		return &m.urgent
	}
	return &m.ordinary
}

func (e *entry) item() Item {
	d := e.delivery
	d.Header = d.Header.Clone()
	return Item{Delivery: d, Attempt: e.attempt, Reason: e.reason, FailedAt: e.failedAt, Lease: e.mark()}
}

func (e *entry) mark() string { return strconv.Itoa(e.version) }

// queue is a heap of pending entries, the one due first on top.
type queue []*entry

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	return cmp.Or(q[i].due.Compare(q[j].due), cmp.Compare(q[i].seq, q[j].seq)) < 0
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	e := x.(*entry)
	e.index = len(*q)
	*q = append(*q, e)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}
