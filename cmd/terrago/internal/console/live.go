package console

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"sync"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
)

const (
	lookPeriod = 500 * time.Millisecond
	lookShare  = 20               // looking takes up to one part in so many of the time
	heartbeat  = 15 * time.Second // by which a client that has gone is found out
	writeLimit = 10 * time.Second // for a client to take a line; one that is slower is dropped
	maxStreams = 256
)

// glance is what is cheap to know of everything.
type glance struct {
	version string // another one when anything else would be shown
	people  map[healthdb.Status]int
	inbox   ingest.Stats
	err     error // the first of all
}

// glance costs a few look-ups in indexes, whatever there is.
func (h *Console) glance(ctx context.Context) glance {
	g := glance{people: map[healthdb.Status]int{}}
	sum := fnv.New64a()
	if p := h.Platform; p != nil {
		for _, u := range p.Sandbox.Users() {
			fmt.Fprintln(sum, u.UserID, u.Active.Or(true))
			if h.Store == nil {
				g.people[connectionOf(u).Status]++
			}
		}
		for _, d := range p.Sandbox.Deliveries() {
			fmt.Fprintln(sum, d.ID, d.State, len(d.Attempts))
		}
		for _, rule := range p.Sandbox.Rules() {
			fmt.Fprintln(sum, rule.ID(), rule.Hits())
		}
		if p.Receiver != nil {
			fmt.Fprintln(sum, p.Receiver.Total())
		}
	}
	if h.Store != nil {
		g.err = g.store(ctx, h.Store)
		for e, err := range h.Store.Applied(ctx, healthdb.DeliveryFilter{Newest: true, Limit: 1}) {
			if err == nil {
				fmt.Fprintln(sum, e.ID, e.AppliedAt)
			} else if g.err == nil {
				g.err = err
			}
		}
		fmt.Fprintln(sum, g.people, g.inbox.Pending, g.inbox.Dead, g.err != nil)
	}
	g.version = fmt.Sprintf("%x", sum.Sum64())
	return g
}

func (g *glance) store(ctx context.Context, s *events.Stores) (err error) {
	if g.inbox, err = s.Inbox.Stats(ctx); err != nil {
		return err
	}
	g.people, err = s.DB.CountConnections(ctx)
	return err
}

// live tells open pages when there is something else to show. One goroutine looks for
// all of them, and only while there are any.
type live struct {
	look func(context.Context) string
	ctx  context.Context // ends with close
	stop context.CancelFunc
	done sync.WaitGroup
	wake chan struct{} // holds a token once somebody has subscribed

	mu      sync.Mutex
	streams map[*subscription]bool
}

// subscription is one open page.
type subscription struct {
	versions chan string // holds the newest, if that has not been taken yet
	told     string
}

func startLive(look func(context.Context) string) *live {
	l := &live{look: look, wake: make(chan struct{}, 1), streams: map[*subscription]bool{}}
	l.ctx, l.stop = context.WithCancel(context.Background())
	l.done.Go(l.run)
	return l
}

func (l *live) close() {
	l.stop()
	l.done.Wait()
}

func (l *live) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-l.wake:
		case <-l.ctx.Done():
			return
		}
		if !l.watched() {
			continue // until the next one comes
		}
		began := time.Now()
		l.tell(l.look(l.ctx))
		timer.Reset(max(lookPeriod, lookShare*time.Since(began)))
	}
}

func (l *live) watched() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.streams) > 0
}

// tell hands the version to those who have not heard of it. Who has not taken the last
// one gets this one in its place.
func (l *live) tell(version string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.streams {
		if s.told == version {
			continue
		}
		s.told = version
		select {
		case <-s.versions:
		default:
		}
		s.versions <- version
	}
}

// subscribe returns nil when there are too many.
func (l *live) subscribe() *subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.streams) >= maxStreams {
		return nil
	}
	s := &subscription{versions: make(chan string, 1)}
	l.streams[s] = true
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return s
}

func (l *live) unsubscribe(s *subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.streams, s)
}

// stream sends the version of what there is to show, now and whenever it changes, as
// server-sent events.
func (h *Console) stream(w http.ResponseWriter, r *http.Request) {
	s := h.live.subscribe()
	if s == nil {
		http.Error(w, "Too many pages are open.", http.StatusServiceUnavailable)
		return
	}
	defer h.live.unsubscribe(s)
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // the server's is for requests that end
	send := func(text string) error {
		_ = control.SetWriteDeadline(time.Now().Add(writeLimit))
		if _, err := fmt.Fprint(w, text); err != nil {
			return err
		}
		return control.Flush()
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for err := send("retry: 2000\n\n"); err == nil; {
		select {
		case version := <-s.versions:
			err = send("data: " + version + "\n\n")
		case <-beat.C:
			err = send(": still here\n\n")
		case <-r.Context().Done():
			return
		case <-h.live.ctx.Done():
			return
		}
	}
}
