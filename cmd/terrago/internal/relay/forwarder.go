package relay

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

const (
	batch      = 32               // deliveries leased at a time
	lease      = time.Minute      // for which nobody else may have them
	firstPause = time.Second / 2  // after a failure; each further one is twice as long
	longPause  = 15 * time.Second // at most
	grace      = 2 * time.Second  // for what is under way in the end
	maxAnswer  = 64 << 10         // of an answer is read

	// freshness is how old a signature may be to be passed on. Receivers take five
	// minutes at most, and it still has to get there.
	freshness = webhook.DefaultTolerance - time.Minute
)

// Outcome is what became of an attempt to pass a delivery on.
type Outcome struct {
	At      time.Time
	TraceID string
	Event   webhook.EventType
	UserID  string
	Attempt int // at it, by this forwarder
	Status  int // of the answer, 0 without one
	Problem string
	Signed  bool // anew
	Took    time.Duration
	Pause   time.Duration // until the next attempt; 0 when there is none
	Aside   bool          // it was set aside, as this was the last attempt
}

// Answer is the status, or why there is none.
func (o Outcome) Answer() string { return cmp.Or(o.Problem, fmt.Sprint(o.Status)) }

// Passed reports whether the target has taken it.
func (o Outcome) Passed() bool { return o.Status >= 200 && o.Status <= 299 }

// Why there is no answer.
const (
	noConnection = "no connection"
	noAnswer     = "no answer in time"
	badAnswer    = "no usable answer"
	cutOff       = "cut off"
)

// reached reports whether the target has had to do with it. If it was away, or the
// forwarder has ended, that says nothing about the delivery.
func (o Outcome) reached() bool {
	return o.Status != 0 || o.Problem == noAnswer || o.Problem == badAnswer
}

// ErrRefused ends a [Forwarder] that is not to try again.
var ErrRefused = errors.New("a delivery could not be passed on")

// Forwarder passes on what is in an inbox, one after the other in the order of
// arrival: as long as one is neither taken nor set aside, all behind it wait. The inbox
// has to keep that order, see [sqlinbox.WithOrder].
//
// A delivery keeps its body and what its sender says of it, its signature among it.
// One whose signature has become too old, because the target was away, is signed
// anew, as its sender does when it tries again.
type Forwarder struct {
	Inbox   ingest.Inbox
	Client  *http.Client // which follows no redirects, and gives up in time
	URL     string
	Secrets []string      // of the sender, one or more; the first signs anew
	Always  bool          // not only what is too old
	Once    bool          // the first failure is the end: ErrRefused
	Most    int           // attempts that reach the target, after which one is buried; 0 is any number
	Report  func(Outcome) // of each attempt, one at a time
}

// Run goes on until ctx ends, and then returns nil; what is under way may end first.
// What is not passed on stays in the inbox.
func (f *Forwarder) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		items, err := f.Inbox.Lease(ctx, batch, lease)
		if err != nil {
			if !wait(ctx, firstPause) {
				break
			}
			continue
		}
		for len(items) > 0 {
			err := f.pass(ctx, items)
			if errors.Is(err, ingest.ErrLeaseLost) {
				break
			}
			if err != nil || ctx.Err() != nil {
				f.putBack(ctx, items)
				return err
			}
			items = items[1:]
		}
	}
	return nil
}

// pass has the target take the first of items, all of which stay leased meanwhile.
// When ctx ends it returns nil, and the first item need not have been passed on.
func (f *Forwarder) pass(ctx context.Context, items []ingest.Item) error {
	pause, reached := firstPause, 0
	for attempt := 1; ; attempt++ {
		if err := f.Inbox.Extend(ctx, lease, items...); err != nil {
			if errors.Is(err, ingest.ErrLeaseLost) {
				return err
			}
			if !wait(ctx, firstPause) {
				return nil
			}
			continue
		}
		o := f.attempt(ctx, items[0])
		o.Attempt = attempt
		if o.Passed() {
			f.Report(o)
			return settle(ctx, func(ctx context.Context) error { return f.Inbox.Ack(ctx, items[0]) })
		}
		if o.reached() {
			reached++
		}
		if o.Aside = f.Most > 0 && reached == f.Most; o.Aside {
			f.Report(o)
			reason := fmt.Sprintf("not taken at attempt %d: %s", attempt, o.Answer())
			return settle(ctx, func(ctx context.Context) error { return f.Inbox.Bury(ctx, items[0], reason) })
		}
		if f.Once {
			f.Report(o)
			return ErrRefused
		}
		o.Pause = pause
		f.Report(o)
		if !wait(ctx, pause) {
			return nil
		}
		pause = min(2*pause, longPause)
	}
}

// settle has the inbox be done with an item, however long it fails.
func settle(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := lasting(ctx)
	defer cancel()
	for {
		err := do(ctx)
		if err == nil || errors.Is(err, ingest.ErrLeaseLost) || !wait(ctx, firstPause) {
			return err
		}
	}
}

// putBack ends the leases, so that the next forwarder need not wait for that.
func (f *Forwarder) putBack(ctx context.Context, items []ingest.Item) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for _, item := range items {
		f.Inbox.Retry(ctx, item, 0, "") // at worst the lease runs out
	}
}

// attempt makes one request.
func (f *Forwarder) attempt(ctx context.Context, item ingest.Item) Outcome {
	ctx, cancel := lasting(ctx)
	defer cancel()
	about := events.Waiting(item, ingest.Pending)
	o := Outcome{At: time.Now(), TraceID: item.Header.Get(webhook.HeaderTraceID), Event: about.Type, UserID: about.UserID}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.URL, bytes.NewReader(item.Body))
	if err != nil {
		o.Problem = "its address cannot be used"
		return o
	}
	req.Header = item.Header.Clone()
	o.Signed = f.sign(req.Header, item.Body)
	o.Status, o.Problem = Post(f.Client, req)
	o.Took = time.Since(o.At)
	return o
}

// sign signs anew what a receiver would no longer take.
func (f *Forwarder) sign(h http.Header, body []byte) bool {
	if !f.Always {
		v, err := webhook.NewVerifier(f.Secrets, webhook.WithTolerance(freshness))
		if err == nil && v.Verify(h, body) == nil {
			return false
		}
	}
	signature := webhook.Sign(f.Secrets[0], time.Now(), body)
	h.Set(webhook.HeaderSignature, signature)
	h.Set(webhook.HeaderSignatureLegacy, signature)
	return true
}

// Post sends a request and returns the status of the answer, or why there is none, in
// words that hold nothing of the URL.
func Post(client *http.Client, req *http.Request) (status int, problem string) {
	resp, err := client.Do(req)
	if err == nil {
		defer resp.Body.Close()
		if _, err = io.CopyN(io.Discard, resp.Body, maxAnswer); err == nil || err == io.EOF {
			return resp.StatusCode, ""
		}
	}
	var network net.Error
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return 0, cutOff
	case errors.As(err, &network) && network.Timeout():
		return 0, noAnswer
	case isOp && op.Op == "dial":
		return 0, noConnection
	}
	return 0, badAnswer
}

// NewClient returns a client for [Post] that keeps so many connections.
func NewClient(timeout time.Duration, connections int) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = connections
	return &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// lasting goes on for a moment after ctx has ended.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return last, func() { stop(); cancel() }
}

// wait reports false when ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
