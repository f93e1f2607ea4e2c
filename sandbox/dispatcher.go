package sandbox

import (
	"container/heap"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	deliveryTimeout = 8 * time.Second
	maxConcurrent   = 32       // attempts at a time
	keepFinished    = 1000     // deliveries that Deliveries still lists
	keepBytes       = 64 << 20 // of their bodies
	maxQueuedBytes  = 1 << 30  // of bodies still to be delivered
)

// dispatcher owns every delivery. One goroutine starts the attempts as they fall
// due and waits on one timer; an attempt is a goroutine, of which there are never
// more than maxConcurrent. Attempts at one destination about one user follow each
// other, so that what nobody refuses arrives in order.
type dispatcher struct {
	now       func() time.Time
	log       *slog.Logger
	devID     string
	client    *http.Client
	delivered func(userID string, at time.Time) // told of data that arrived
	kept      func()                            // told of every change
	strike    func(eventType, userID string) attemptFault

	ctx   context.Context // ends with the server
	end   context.CancelFunc
	wake  chan struct{} // something may be due earlier than the loop thinks
	tasks sync.WaitGroup

	mu           sync.Mutex
	retries      retryProfile
	targets      []*target // by place
	removed      int       // destinations so far
	jobs         []*job    // in order of creation
	yielding     []*job    // for another to pass, or once were
	queue        jobQueue
	lanes        map[lane][]*job // busy ones, and who waits in them
	queuedBytes  int
	finished     int // of jobs
	finishedSize int // bytes of their bodies
	seq          int
	running      int
	holds        int           // requests about to add deliveries
	changed      chan struct{} // closed and replaced when the state may interest Flush
	epoch        context.Context
	endEpoch     context.CancelFunc // abandons the attempts under way, at a reset
}

// lane is what has one attempt at a time.
type lane struct {
	place  int
	userID string
}

// job is a Delivery and what its receiver does not see. The dispatcher's mutex
// guards all but the identity and the body.
type job struct {
	Delivery
	place    int    // of its destination
	data     bool   // carries records, or a link to them
	event    string // what it is about, where EventType may be that of a link, or a rule's
	tries    int    // since it was created or resent
	resent   bool   // and not attempted since
	due      time.Time
	seq      int  // order among jobs due at one time
	index    int  // in the queue, -1 when not there
	waiting  bool // in its lane, not in the queue
	admitted bool // its lane is kept for it
	yields   bool // to the next in its lane
	finished bool
}

func (j *job) lane() lane { return lane{j.place, j.UserID} }

func startDispatcher(s *Server) *dispatcher {
	transport := s.transport
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = maxConcurrent
		transport = t
	}
	d := &dispatcher{
		now:   s.now,
		log:   s.log,
		devID: s.creds.DevID,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		retries:   s.retries,
		delivered: s.touch,
		kept:      s.keeper.changed,
		strike:    s.strikeAttempt,
		lanes:     map[lane][]*job{},
		wake:      make(chan struct{}, 1),
		changed:   make(chan struct{}),
	}
	if d.retries.name == "" {
		d.retries = retryProfiles[0]
	}
	d.ctx, d.end = context.WithCancel(context.Background())
	d.epoch, d.endEpoch = context.WithCancel(d.ctx)
	d.tasks.Go(d.loop)
	return d
}

// close ends the loop and every attempt, and waits for them.
func (d *dispatcher) close() {
	d.mu.Lock()
	d.end() // under the mutex, so that background starts nothing from here on
	d.mu.Unlock()
	d.tasks.Wait()
	d.client.CloseIdleConnections()
	d.mu.Lock()
	d.announce()
	d.mu.Unlock()
}

func (d *dispatcher) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.endEpoch()
	d.epoch, d.endEpoch = context.WithCancel(d.ctx)
	d.targets, d.jobs, d.queue, d.yielding = nil, nil, nil, nil
	d.queuedBytes, d.finished, d.finishedSize = 0, 0, 0
	d.lanes = map[lane][]*job{}
	d.announce()
}

func (d *dispatcher) setRetries(p retryProfile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.retries = p
	d.announce()
}

func (d *dispatcher) currentRetries() retryProfile {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.retries
}

// modes tells whether there is a destination that is pushed to, and one that is
// pinged.
func (d *dispatcher) modes() (push, ping bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, dest := range d.targets {
		push = push || dest.Mode == ModePush
		ping = ping || dest.Mode == ModePing
	}
	return push, ping
}

// hold makes Flush wait until release is called.
func (d *dispatcher) hold() (release func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.holds++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.holds--
		d.announce()
	}
}

// background runs f beside the deliveries. Flush waits for it; its context ends
// with a reset, or with the server.
func (d *dispatcher) background(f func(context.Context)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		return
	}
	ctx := d.epoch
	d.holds++
	d.tasks.Go(func() {
		f(ctx)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.holds--
		d.announce()
	})
}

// add queues one delivery for each destination. Those that are pinged get ping for
// a body, unless it is nil.
func (d *dispatcher) add(proto Delivery, ping []byte, data bool, c course) (Delivery, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.ctx.Err() != nil:
		return Delivery{}, http.ErrServerClosed
	case len(d.targets) == 0:
		return Delivery{}, ErrNoDestination
	case d.queuedBytes > maxQueuedBytes:
		return Delivery{}, errQueueFull
	}
	var first Delivery
	for place, dest := range d.targets {
		for n := range 1 + c.copies {
			j := &job{Delivery: proto, place: place, data: data, event: c.event, tries: len(proto.Attempts), index: -1}
			j.ID = newUUID()
			j.URL = dest.URL
			if ping != nil && dest.Mode == ModePing {
				j.EventType, j.Body, j.part = "s3_payload", ping, nil
			}
			d.jobs = append(d.jobs, j)
			d.launch(j, c)
			if place == 0 && n == 0 {
				first = j.snapshot()
			}
		}
	}
	d.evict()
	d.announce()
	return first, nil
}

var errQueueFull = errors.New("sandbox: too much is waiting to be delivered")

// enqueue makes j due at the given time. The mutex is held.
func (d *dispatcher) enqueue(j *job, due time.Time) {
	if j.finished {
		j.finished = false
		d.finished--
		d.finishedSize -= len(j.Body)
	}
	j.due = due
	switch {
	case j.waiting:
	case j.index >= 0:
		heap.Fix(&d.queue, j.index)
	default:
		d.seq++
		j.seq = d.seq
		d.queuedBytes += len(j.Body)
		heap.Push(&d.queue, j)
	}
	d.look()
}

// look makes the loop look at the queue again.
func (d *dispatcher) look() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *dispatcher) listDestinations() []DestinationStatus {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]DestinationStatus, len(d.targets))
	for i, t := range d.targets {
		list[i] = t.status()
	}
	return list
}

func (d *dispatcher) list() []Delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]Delivery, len(d.jobs))
	for i, j := range d.jobs {
		list[i] = j.snapshot()
	}
	return list
}

// find returns a delivery with its body.
func (d *dispatcher) find(id string) (Delivery, error) {
	d.mu.Lock()
	j := d.job(id)
	if j == nil {
		d.mu.Unlock()
		return Delivery{}, ErrUnknownDelivery
	}
	v := j.snapshot()
	d.mu.Unlock()
	var err error
	v.Body, err = v.content()
	return v, err
}

func (d *dispatcher) resend(id string) (Delivery, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j := d.job(id)
	if j == nil {
		return Delivery{}, ErrUnknownDelivery
	}
	j.tries, j.resent = 0, true
	j.State, j.NextRetry = StatePending, time.Time{}
	if t := d.target(j.place); t != nil {
		if i := slices.Index(t.held, j); i >= 0 {
			t.held = slices.Delete(t.held, i, i+1)
			d.queuedBytes -= len(j.Body) // which enqueue counts again
		}
	}
	d.enqueue(j, d.now())
	d.announce()
	return j.snapshot(), nil
}

func (d *dispatcher) job(id string) *job {
	for _, j := range d.jobs {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// nextDue is when the next thing happens by itself; false when nothing does.
func (d *dispatcher) nextDue() (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.next()
}

// next is nextDue with the mutex held.
func (d *dispatcher) next() (due time.Time, ok bool) {
	if len(d.queue) > 0 {
		due, ok = d.queue[0].due, true
	}
	for _, t := range d.targets {
		if at, any := t.due(); any && (!ok || at.Before(due)) {
			due, ok = at, true
		}
	}
	return due, ok
}

// idle reports whether nothing is under way, about to be, or due. The mutex is
// held.
func (d *dispatcher) idle() bool {
	if d.holds > 0 || d.running > 0 || len(d.lanes) > 0 {
		return false
	}
	due, ok := d.next()
	return !ok || due.After(d.now())
}

// loop starts what is due, then sleeps until something is.
func (d *dispatcher) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if wait, ok := d.start(); ok {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
		select {
		case <-d.ctx.Done():
			return
		case <-d.wake:
		case <-timer.C:
		}
	}
}

// start begins the attempts that are due and that there is room for, and tells how
// long it is until something is due again; false when only an event can change
// anything.
func (d *dispatcher) start() (wait time.Duration, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for place, t := range d.targets {
		if due, ok := t.due(); ok && !due.After(d.now()) {
			d.release(t.review(d.now(), place, d.log))
			d.announce()
		}
	}
	for len(d.queue) > 0 && d.running < maxConcurrent {
		j := d.queue[0]
		now := d.now()
		if j.due.After(now) {
			break
		}
		heap.Pop(&d.queue)
		j.yields = false
		j.State, j.NextRetry = StatePending, time.Time{}
		if waiting, busy := d.lanes[j.lane()]; busy && !j.admitted {
			j.waiting = true
			d.lanes[j.lane()] = append(waiting, j)
			continue
		}
		j.admitted = false
		switch t := d.target(j.place); {
		case t == nil:
			d.giveUp(j, StateFailed)
		case t.disabled():
			d.giveUp(j, StateDisabled)
		case t.holdsBack(j, now):
			t.held = append(t.held, j)
			d.leave(j.lane())
			d.announce()
		default:
			d.begin(j, t)
		}
	}
	if d.running == maxConcurrent {
		return 0, false
	}
	due, ok := d.next()
	return due.Sub(d.now()), ok
}

// target is the destination of that place, nil when there is none. The mutex is
// held.
func (d *dispatcher) target(place int) *target {
	if place < len(d.targets) {
		return d.targets[place]
	}
	return nil
}

// begin starts an attempt of j, in its lane. The mutex is held.
func (d *dispatcher) begin(j *job, t *target) {
	if _, busy := d.lanes[j.lane()]; !busy {
		d.lanes[j.lane()] = nil
	}
	d.queuedBytes -= len(j.Body)
	d.running++
	t.attempted(d.now())
	j.URL, j.resent = t.URL, false
	ctx := d.epoch
	d.tasks.Go(func() { d.attempt(ctx, j, t) })
}

// giveUp settles a job that is not attempted. The mutex is held.
func (d *dispatcher) giveUp(j *job, state State) {
	d.queuedBytes -= len(j.Body)
	d.finish(j, state)
	d.leave(j.lane())
	d.announce()
}

// release queues jobs that were held back, or in a lane. The mutex is held.
func (d *dispatcher) release(jobs []*job) {
	for _, j := range jobs {
		heap.Push(&d.queue, j)
	}
}

// leave lets the next job into a lane, or frees it. The mutex is held.
func (d *dispatcher) leave(l lane) {
	waiting := d.lanes[l]
	if len(waiting) == 0 {
		delete(d.lanes, l)
		return
	}
	next := waiting[0]
	d.lanes[l] = waiting[1:]
	next.waiting, next.admitted = false, true
	heap.Push(&d.queue, next)
}

// attempt makes one request and settles what follows from its outcome.
func (d *dispatcher) attempt(ctx context.Context, j *job, t *target) {
	at := d.now()
	begun := time.Now()
	header, status, reason := d.post(ctx, j, t.Destination)
	a := Attempt{At: at, Status: status, Error: reason, Duration: time.Since(begun)}
	ok := status >= 200 && status <= 299
	wrong := j.Fault != "" // and to be refused, which says nothing of the destination
	if ok && j.data {
		d.delivered(j.UserID, at)
	}
	d.log.Info("delivery attempted", "id", j.ID, "event", j.EventType, "status", status)

	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	defer d.announce()
	defer d.look()
	j.Header = header
	j.Attempts = append(slices.Clip(j.Attempts), a) // snapshots share the old ones
	j.tries++
	if ctx.Err() != nil {
		return // the server closes, or a reset has forgotten this
	}
	defer d.leave(j.lane())
	switch {
	case ok:
		d.release(t.succeeded())
	case !wrong:
		t.failed(at, d.now(), reason == reasonTimeout)
	}
	switch wait, again := d.retries.wait(j.tries); {
	case j.waiting, j.index >= 0: // resent meanwhile
	case ok:
		d.finish(j, StateDelivered)
	case wrong, !again:
		d.finish(j, StateFailed)
	default:
		j.State = StateRetrying
		j.NextRetry = at.Add(wait)
		d.enqueue(j, j.NextRetry)
	}
}

// Why an attempt failed that nobody answered, or that reached nobody.
const (
	reasonTimeout = "no answer in time"
	reasonRefused = "connection refused or reset"
)

// post sends j and returns the header it sent, the status to note, and the reason
// when that is not the receiver's.
func (d *dispatcher) post(ctx context.Context, j *job, dest Destination) (http.Header, int, string) {
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	fault := d.strike(j.event, j.UserID)
	fault.sign(Fault{Kind: j.Fault})
	r, err := j.request(dest, d.devID, time.Now().Add(fault.shift))
	if err != nil {
		return nil, http.StatusInternalServerError, "the destination's URL cannot be used"
	}
	switch {
	case fault.unsigned:
		unsign(r.Header)
	case fault.forged:
		forge(r.Header)
	}
	if fault.dropped {
		return r.Header, http.StatusServiceUnavailable, reasonRefused
	}
	resp, err := d.client.Do(r.WithContext(ctx))
	if err == nil {
		defer resp.Body.Close()
		_, err = io.CopyN(io.Discard, resp.Body, 64<<10)
		if err == nil || err == io.EOF {
			switch fault.status {
			case 0:
				return r.Header, resp.StatusCode, ""
			case http.StatusGatewayTimeout:
				return r.Header, fault.status, reasonTimeout
			}
			return r.Header, fault.status, "the receiver's answer was lost"
		}
	}
	var refused *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return r.Header, http.StatusGatewayTimeout, reasonTimeout
	case errors.Is(err, context.Canceled):
		return r.Header, http.StatusInternalServerError, "abandoned"
	case errors.As(err, &refused):
		return r.Header, http.StatusServiceUnavailable, reasonRefused
	}
	return r.Header, http.StatusInternalServerError, "no usable answer"
}

// finish settles j. The mutex is held.
func (d *dispatcher) finish(j *job, state State) {
	j.State, j.NextRetry = state, time.Time{}
	if !j.finished {
		j.finished = true
		d.finished++
		d.finishedSize += len(j.Body)
	}
}

// evict forgets the oldest finished deliveries when there are more than are kept,
// a tenth of them at once. The mutex is held.
func (d *dispatcher) evict() {
	if d.finished <= keepFinished && d.finishedSize <= keepBytes {
		return
	}
	d.jobs = slices.DeleteFunc(d.jobs, func(j *job) bool {
		if !j.finished || d.finished <= keepFinished*9/10 && d.finishedSize <= keepBytes*9/10 {
			return false
		}
		d.finished--
		d.finishedSize -= len(j.Body)
		return true
	})
}

// Flush waits until every delivery that is due has been attempted; those that wait
// for a retry are not due. It is what a test calls before it looks at what
// arrived. The only errors are those of ctx, and [http.ErrServerClosed].
func (s *Server) Flush(ctx context.Context) error {
	d := s.dispatch
	for {
		d.mu.Lock()
		idle, changed := d.idle(), d.changed
		d.mu.Unlock()
		switch {
		case idle:
			return nil
		case d.ctx.Err() != nil:
			return http.ErrServerClosed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// announce lets Flush look again, and has the change kept. The mutex is held.
func (d *dispatcher) announce() {
	d.kept()
	close(d.changed)
	d.changed = make(chan struct{})
}

// snapshot is a copy that the dispatcher no longer touches.
func (j *job) snapshot() Delivery {
	v := j.Delivery
	v.Header = j.Header.Clone()
	if v.Header == nil {
		v.Header, v.Attempts = http.Header{}, []Attempt{}
	}
	return v
}

// jobQueue is a heap by due time, then by age.
type jobQueue []*job

func (q jobQueue) Len() int { return len(q) }

func (q jobQueue) Less(a, b int) bool {
	if !q[a].due.Equal(q[b].due) {
		return q[a].due.Before(q[b].due)
	}
	return q[a].seq < q[b].seq
}

func (q jobQueue) Swap(a, b int) {
	q[a], q[b] = q[b], q[a]
	q[a].index, q[b].index = a, b
}

func (q *jobQueue) Push(x any) {
	j := x.(*job)
	j.index = len(*q)
	*q = append(*q, j)
}

func (q *jobQueue) Pop() any {
	last := len(*q) - 1
	j := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	j.index = -1
	return j
}
