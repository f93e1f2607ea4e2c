package relay

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/terra-go/terra/cmd/terrago/internal/answer"
	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

// Arrival is a request that has come in.
type Arrival struct {
	At       time.Time
	TraceID  string
	Event    webhook.EventType // empty when refused, and when it is no event
	UserID   string
	Size     int
	Repeated bool // with an id that has been there before
	LeftOut  bool // by the filter: acknowledged, and not stored
	Status   int  // the answer's
}

// Intake is an [http.Handler] that stores deliveries before it answers, with all that
// a receiver behind it needs to verify them itself. Repetitions are stored too, as it
// is for that receiver to recognize them.
type Intake struct {
	inbox   ingest.Inbox
	types   []webhook.EventType
	report  func(Arrival)
	handler http.Handler
}

// NewIntake stores in inbox what v takes for genuine, of these types only unless
// there are none. report is called before each answer, by many goroutines at once.
func NewIntake(v *webhook.Verifier, inbox ingest.Inbox, types []webhook.EventType, report func(Arrival), log *slog.Logger) *Intake {
	in := &Intake{inbox: inbox, types: types, report: report}
	in.handler = ingest.NewReceiver(v, entry{inbox, in}, ingest.WithLogger(log))
	return in
}

// ServeHTTP implements [http.Handler].
func (in *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := answer.Status(in.handler, w, r.WithContext(context.WithValue(r.Context(), headerKey{}, r.Header)))
	if status >= 400 {
		trace := r.Header.Get(webhook.HeaderTraceID)
		in.report(Arrival{At: time.Now(), TraceID: trace[:min(len(trace), 200)], Status: status})
	}
}

// headerKey finds the request's header in the context of a Put, which gets to see no
// more of it than means something by itself.
type headerKey struct{}

// entry is where the receiver puts deliveries.
type entry struct {
	ingest.Inbox
	in *Intake
}

// Put implements [ingest.Inbox].
func (e entry) Put(ctx context.Context, d ingest.Delivery) (duplicate bool, err error) {
	about := events.Waiting(ingest.Item{Delivery: d}, ingest.Pending)
	a := Arrival{
		At: d.ReceivedAt, TraceID: d.Header.Get(webhook.HeaderTraceID),
		Event: about.Type, UserID: about.UserID, Size: len(d.Body), Status: http.StatusOK,
	}
	if a.LeftOut = len(e.in.types) > 0 && !slices.Contains(e.in.types, about.Type); a.LeftOut {
		e.in.report(a)
		return false, nil
	}
	if header, ok := ctx.Value(headerKey{}).(http.Header); ok {
		d.Header = passedOn(header)
	}
	d.Urgent = false // for which no other has to step back
	a.Repeated, err = e.Inbox.Put(ctx, d)
	if err == nil && a.Repeated {
		d.ID += " " + uuid.NewString()
		_, err = e.Inbox.Put(ctx, d)
	}
	if err == nil {
		e.in.report(a)
	}
	return a.Repeated, err
}

// passedOn is what the sender says of a delivery, without what tunnels and proxies
// add and what belongs to the connection.
func passedOn(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		lower := strings.ToLower(name)
		switch {
		case strings.HasPrefix(lower, "x-terra-"), strings.HasPrefix(lower, "terra-"),
			lower == "dev-id", lower == "hook-type", lower == "content-type", lower == "user-agent":
			kept[http.CanonicalHeaderKey(name)] = slices.Clone(values)
		}
	}
	return kept
}
