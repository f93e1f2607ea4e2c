package healthdb

import (
	"cmp"
	"container/heap"
	"context"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/webhook"
)

// backfill is one that is under way.
//
// A lane is one type of one connection. There is a queue of those that have days to
// be asked for, the ones with the newest days first. Whoever is free takes a window of
// days from the first lane and puts it back. A lane whose connection has to wait is
// parked there until it may go on.
type backfill struct {
	db     *DB
	client *terra.Client
	req    BackfillRequest
	window int // days in a request

	mu       sync.Mutex // of what follows, and of calls of Progress and Failed
	lanes    laneQueue
	alarms   alarmQueue
	until    time.Time     // when the service may be asked again at all
	flying   int           // windows and lanes that somebody works on
	wake     chan struct{} // closed, and replaced, when those who wait should look again
	answers  int           // that were not failures of the service
	trouble  int           // failures of the service since the last answer
	progress BackfillProgress
	failure  error // the first that concerns some days only
}

// person is a connection that is asked about.
type person struct {
	id     int64
	userID string
	until  time.Time // when it may be asked about again
	budget budget
	parked []*lane
	gone   error // why nothing more can be asked about it
}

// budget is what is known of a connection's limit. Nothing is before the first answer
// and after a wait, and then only one request is made.
type budget struct {
	known    bool
	limited  bool
	left     int       // days that may still be asked for, requests under way taken off
	full     time.Time // when all of them are there again
	reserved int       // days of the requests under way
	flying   int       // requests under way
	heard    int       // answers that have told what is left
	refusals int       // in a row
}

// lane is a type of a connection.
type lane struct {
	person  *person
	typ     webhook.EventType
	number  int
	newest  int // day of which there is something to ask, when it was queued
	width   int // days in a request; 0 is as many as in others
	planned bool
	missing dayset   // that are to be asked for, once it is planned
	again   []window // that are to be asked for once more, or in smaller parts
	queued  bool     // in the queue of lanes, or parked
	misses  int      // windows given up in a row
}

// window is some days of a lane, from first up to but not including end, as days of
// the backfill's range.
type window struct {
	first, end int
	tries      int
}

func (w window) days() int { return w.end - w.first }

// plan makes the lanes. What their days are is found out when it is their turn.
func (b *backfill) plan() {
	persons := make([]person, len(b.req.Connections))
	lanes := make([]lane, len(persons)*len(b.req.Types))
	b.lanes = make(laneQueue, len(lanes)) // in order as they are
	for i, id := range b.req.Connections {
		persons[i].id = id
		for j, t := range b.req.Types {
			n := i*len(b.req.Types) + j
			lanes[n] = lane{person: &persons[i], typ: t, number: n, newest: b.req.Range.Days(), queued: true}
			b.lanes[n] = &lanes[n]
		}
	}
	b.progress.Total = len(lanes) * b.req.Range.Days()
}

// task is a window of a lane to be asked for, or the lane itself to be planned when
// the window is empty.
type task struct {
	lane *lane
	window
	heard int // by the person's budget, when it was sent
}

// next is something to do. It waits until there is something, and is false when
// everything is done or ctx has ended.
func (b *backfill) next(ctx context.Context) (task, bool) {
	for ctx.Err() == nil {
		b.mu.Lock()
		t, ok := b.take(time.Now())
		if !ok && b.finished() {
			b.rouse()
			b.mu.Unlock()
			return task{}, false
		}
		wake := b.wake
		var alarm <-chan time.Time
		var timer *time.Timer
		if !ok && len(b.alarms) > 0 {
			wait := time.Until(b.alarms[0].at)
			timer = time.NewTimer(wait)
			alarm = timer.C
			if b.flying == 0 {
				b.waiting(wait, b.alarms[0].why)
			}
		}
		b.mu.Unlock()
		if ok {
			return t, true
		}
		select {
		case <-wake:
		case <-alarm:
		case <-ctx.Done():
		}
		if timer != nil {
			timer.Stop()
		}
	}
	return task{}, false
}

// finished is whether nothing is left to do, now or later.
func (b *backfill) finished() bool {
	return b.flying == 0 && len(b.lanes) == 0 && !slices.ContainsFunc(b.alarms, func(a alarm) bool {
		return a.lane != nil || a.person != nil && len(a.person.parked) > 0
	})
}

// take is false when there is nothing to do yet.
func (b *backfill) take(now time.Time) (task, bool) {
	for len(b.alarms) > 0 && !b.alarms[0].at.After(now) {
		a := heap.Pop(&b.alarms).(alarm)
		if a.lane != nil {
			b.put(a.lane, a.window)
		}
		if a.person != nil {
			b.unpark(a.person)
		}
	}
	if b.until.After(now) {
		return task{}, false
	}
	for len(b.lanes) > 0 {
		l := heap.Pop(&b.lanes).(*lane)
		l.queued = false
		p := l.person
		switch {
		case !l.planned:
			b.flying++
			return task{lane: l}, true
		case p.gone != nil:
			b.abandon(l, p.gone)
			continue
		case l.missing.newest() < 0 && len(l.again) == 0:
			continue // there was something when it was queued
		case !b.may(p, now):
			l.queued = true
			p.parked = append(p.parked, l)
			continue
		}
		w := l.take(b.window)
		if left := p.budget.left; p.budget.limited && w.days() > left {
			l.again = append(l.again, window{w.first, w.end - left, w.tries})
			w.first = w.end - left
		}
		b.enqueue(l)
		b.flying++
		p.budget.reserve(w.days())
		return task{l, w, p.budget.heard}, true
	}
	return task{}, false
}

// may is whether a person may be asked about now. If not, there is an alarm, or a
// request under way the answer to which will tell.
func (b *backfill) may(p *person, now time.Time) bool {
	switch {
	case p.until.After(now):
		return false
	case !p.budget.known:
		return p.budget.flying == 0
	case !p.budget.limited || p.budget.left > 0:
		return true
	case p.budget.flying == 0:
		b.hold(p, p.budget.full, WaitLimit)
	}
	return false
}

// hold has a person wait, and find out anew then what is left.
func (b *backfill) hold(p *person, until time.Time, why BackfillWait) {
	p.until = until
	p.budget.known, p.budget.limited = false, false
	heap.Push(&b.alarms, alarm{at: until, why: why, person: p})
}

// pause has everything wait.
func (b *backfill) pause(until time.Time) {
	if until.After(b.until) {
		b.until = until
		heap.Push(&b.alarms, alarm{at: until, why: WaitService})
	}
}

// later has a lane ask for a window once more.
func (b *backfill) later(l *lane, w window, at time.Time, why BackfillWait) {
	heap.Push(&b.alarms, alarm{at: at, why: why, lane: l, window: w})
}

// put gives a window back to its lane.
func (b *backfill) put(l *lane, w window) {
	l.again = append(l.again, w)
	b.enqueue(l)
}

// enqueue queues a lane that has something left.
func (b *backfill) enqueue(l *lane) {
	if l.queued {
		return
	}
	l.newest = l.missing.newest()
	for _, w := range l.again {
		l.newest = max(l.newest, w.end-1)
	}
	if l.newest >= 0 {
		l.queued = true
		heap.Push(&b.lanes, l)
	}
}

// unpark puts the lanes that wait for a person back.
func (b *backfill) unpark(p *person) {
	for _, l := range p.parked {
		heap.Push(&b.lanes, l)
	}
	p.parked = p.parked[:0]
}

// rouse has those who wait for something to do look again.
func (b *backfill) rouse() {
	close(b.wake)
	b.wake = make(chan struct{})
}

// take is the newest window of a lane, which is not empty.
func (l *lane) take(width int) window {
	if n := len(l.again); n > 0 {
		w := l.again[n-1]
		l.again = l.again[:n-1]
		return w
	}
	if l.width > 0 {
		width = l.width
	}
	last := l.missing.newest()
	first := last
	for first > 0 && last-first+1 < width && l.missing.has(first-1) {
		first--
	}
	l.missing.clear(first, last+1)
	return window{first: first, end: last + 1}
}

// reserve takes off what a request is going to cost.
func (g *budget) reserve(days int) {
	g.flying++
	g.reserved += days
	g.left -= days
}

// release takes in how a request for so many days has left the limit. What is not
// known then is whether the others under way are counted in it, so they are taken
// off once more; nor, if others were heard since it was sent, whether they count it,
// so the least of it holds.
func (g *budget) release(t task, l terra.RateLimit, now time.Time) {
	g.flying--
	g.reserved -= t.days()
	if l.Limit == 0 && g.known && g.limited {
		return // an answer that does not tell changes nothing
	}
	left := l.Remaining - g.reserved
	if g.known && g.limited && t.heard != g.heard {
		left = min(left, g.left)
	}
	g.heard++
	g.known, g.limited, g.left = true, l.Limit > 0, left
	g.full = now.Add(cmp.Or(l.ResetAfter, limitWait))
}

// days makes the range of a window.
func (b *backfill) days(w window) terra.Range {
	return terra.Between(b.req.Range.Start.AddDays(w.first), b.req.Range.Start.AddDays(w.end))
}

// dayset is a set of days of a range, a bit for each.
type dayset []uint64

func newDayset(n int) dayset { return make(dayset, (n+63)/64) }

func (s dayset) has(day int) bool { return s[day/64]>>(day%64)&1 != 0 }

func (s dayset) add(first, end int) {
	for day := first; day < end; day++ {
		s[day/64] |= 1 << (day % 64)
	}
}

func (s dayset) clear(first, end int) {
	for day := first; day < end; day++ {
		s[day/64] &^= 1 << (day % 64)
	}
}

// newest is -1 for an empty set.
func (s dayset) newest() int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != 0 {
			return i*64 + bits.Len64(s[i]) - 1
		}
	}
	return -1
}

func (s dayset) len() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// join adds the days between any two that one window can hold: to ask for more days
// costs less than to ask more often.
func (s dayset) join(window int) {
	for last := s.newest(); last >= 0; {
		first, next := last, -1
		for day := last - 1; day >= 0; day-- {
			if !s.has(day) {
				continue
			}
			if last-day >= window {
				next = day
				break
			}
			first = day
		}
		s.add(first, last)
		last = next
	}
}

// laneQueue has the lanes with the newest days first.
type laneQueue []*lane

func (q laneQueue) Len() int      { return len(q) }
func (q laneQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q laneQueue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[j].newest, q[i].newest), cmp.Compare(q[i].number, q[j].number)) < 0
}
func (q *laneQueue) Push(l any) { *q = append(*q, l.(*lane)) }
func (q *laneQueue) Pop() any {
	old := *q
	l := old[len(old)-1]
	*q = old[:len(old)-1]
	return l
}

// alarm is when somebody may go on: a lane with a window, a person with all lanes, or
// everything.
type alarm struct {
	at     time.Time
	why    BackfillWait
	person *person
	lane   *lane
	window window
}

type alarmQueue []alarm

func (q alarmQueue) Len() int           { return len(q) }
func (q alarmQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q alarmQueue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q *alarmQueue) Push(a any)        { *q = append(*q, a.(alarm)) }
func (q *alarmQueue) Pop() any {
	old := *q
	a := old[len(old)-1]
	*q = old[:len(old)-1]
	return a
}
