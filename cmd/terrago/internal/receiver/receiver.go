// Package receiver takes webhooks the way any program would that must not lose one:
// what is verified goes into an inbox before it is acknowledged. It remembers what
// came in, for people to look at.
package receiver

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/answer"
	"github.com/terra-go/terra/cmd/terrago/internal/summary"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

// Receipt is one attempt at a delivery, as the receiving end saw it.
type Receipt struct {
	At       time.Time
	TraceID  string
	Event    webhook.EventType // empty when refused, as an unverified body is not read, and when it is no event
	UserID   string            // empty when the event is about nobody in particular
	About    string            // what the event says, in a few words
	Verified bool
	Status   int // the answer's, when refused
}

// Receiver is an [http.Handler] for a webhook destination.
type Receiver struct {
	handler http.Handler

	mu       sync.Mutex
	receipts []Receipt     // oldest first
	total    int           // with those forgotten
	changed  chan struct{} // closed by the next receipt
}

// kept is how many receipts are remembered.
const kept = 500

// New returns a Receiver that puts deliveries signed with secret into inbox. With a
// nil inbox they go nowhere.
func New(secret string, inbox ingest.Inbox, log *slog.Logger) (*Receiver, error) {
	verifier, err := webhook.NewVerifier([]string{secret})
	if err != nil {
		return nil, err
	}
	r := &Receiver{changed: make(chan struct{})}
	r.handler = ingest.NewReceiver(verifier, watched{inbox, r}, ingest.WithLogger(log))
	return r, nil
}

// ServeHTTP answers a delivery.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	status := answer.Status(r.handler, w, req)
	if status >= 400 {
		trace := req.Header.Get(webhook.HeaderTraceID)
		r.add(Receipt{TraceID: trace[:min(len(trace), 200)], Status: status})
	}
}

// Latest is the last receipt with the trace id.
func (r *Receiver) Latest(traceID string) (Receipt, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, receipt := range slices.Backward(r.receipts) {
		if receipt.TraceID == traceID {
			return receipt, true
		}
	}
	return Receipt{}, false
}

// From yields the receipts from number n on, the first of all being 0, each as it
// comes, until ctx ends. Those forgotten by then are left out.
func (r *Receiver) From(ctx context.Context, n int) iter.Seq[Receipt] {
	return func(yield func(Receipt) bool) {
		for {
			r.mu.Lock()
			forgotten := r.total - len(r.receipts)
			fresh := slices.Clone(r.receipts[min(max(n-forgotten, 0), len(r.receipts)):])
			n = max(n, r.total)
			changed := r.changed
			r.mu.Unlock()
			for _, receipt := range fresh {
				if !yield(receipt) {
					return
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Total counts the receipts so far, forgotten ones included.
func (r *Receiver) Total() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}

// watched has the receiver hear of what is put into an inbox.
type watched struct {
	ingest.Inbox
	r *Receiver
}

// Put implements [ingest.Inbox].
func (w watched) Put(ctx context.Context, d ingest.Delivery) (duplicate bool, err error) {
	if w.Inbox != nil {
		if duplicate, err = w.Inbox.Put(ctx, d); err != nil {
			return false, err // which the answer's status tells
		}
	}
	receipt := Receipt{TraceID: d.Header.Get(webhook.HeaderTraceID), Verified: true}
	if e, err := webhook.Parse(d.Header, d.Body); err == nil {
		receipt.Event = e.Type()
		receipt.UserID, receipt.About = describe(e)
	} else {
		receipt.About = "no event"
	}
	w.r.add(receipt)
	return duplicate, nil
}

func (r *Receiver) add(receipt Receipt) {
	receipt.At = time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.receipts) == kept {
		r.receipts = slices.Delete(r.receipts, 0, 1)
	}
	r.receipts = append(r.receipts, receipt)
	r.total++
	close(r.changed)
	r.changed = make(chan struct{})
}

// describe says whom e is about, and what it says.
func describe(e webhook.Event) (userID, about string) {
	switch e := e.(type) {
	case *webhook.Auth:
		return e.User.UserID, "connected " + e.User.Provider
	case *webhook.UserReauth:
		return e.NewUser.UserID, "connected " + e.NewUser.Provider + " again"
	case *webhook.Deauth:
		return e.User.UserID, "disconnected " + e.User.Provider
	case *webhook.AuthFailed:
		return "", "did not connect"
	case *webhook.Activity:
		return e.User.UserID, records(e.Data)
	case *webhook.Body:
		return e.User.UserID, records(e.Data)
	case *webhook.Daily:
		return e.User.UserID, records(e.Data)
	case *webhook.Menstruation:
		return e.User.UserID, records(e.Data)
	case *webhook.Nutrition:
		return e.User.UserID, records(e.Data)
	case *webhook.Sleep:
		return e.User.UserID, records(e.Data)
	case *webhook.Athlete:
		return e.User.UserID, summary.Of(e.Athlete).String()
	case *webhook.LargeRequestProcessing:
		return e.User.UserID, "large request accepted"
	case *webhook.LargeRequestSending:
		return e.User.UserID, "large request on its way"
	}
	return "", ""
}

// records says how many there are and what the last one holds.
func records[T summary.Record](data []T) string {
	switch len(data) {
	case 0:
		return "no records"
	case 1:
		return headline(summary.Of(data[0]))
	}
	return fmt.Sprintf("%d records, the last: %s", len(data), headline(summary.Of(data[len(data)-1])))
}

func headline(s summary.Summary) string {
	s.Facts = s.Facts[:min(len(s.Facts), 3)]
	return s.String()
}
