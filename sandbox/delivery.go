package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/terra-go/terra/webhook"
)

// Destination is where webhooks go.
type Destination struct {
	// URL is absolute, http or https.
	URL string `json:"url"`

	// Secret signs what goes there; the server's signing secret when empty.
	Secret string `json:"secret,omitzero"`

	// Mode is [ModePush], which is also the default, or [ModePing].
	Mode string `json:"mode,omitzero"`
}

// The modes of a [Destination].
const (
	ModePush = "push" // the data themselves
	ModePing = "ping" // a link to them, for data events
)

// State is how far a [Delivery] has come.
type State string

const (
	StatePending   State = "pending"   // due, under way, or held back because its destination is throttled
	StateRetrying  State = "retrying"  // refused at least once, and due again at NextRetry
	StateDelivered State = "delivered" // acknowledged
	StateFailed    State = "failed"    // given up
	StateDisabled  State = "disabled"  // not tried, or no more, as its destination is disabled
)

// Delivery is one event on its way to one destination.
type Delivery struct {
	ID        string    `json:"id"`
	EventType string    `json:"event_type"`
	UserID    string    `json:"user_id,omitzero"`
	URL       string    `json:"url"`
	TraceID   string    `json:"trace_id"`
	Reference string    `json:"reference"`
	CreatedAt time.Time `json:"created_at"`
	State     State     `json:"state"`

	// Fault is what [EventRequest] has wanted to be wrong with it, if anything. It is
	// attempted once.
	Fault FaultKind `json:"fault,omitzero"`

	NextRetry time.Time `json:"next_retry,omitzero"` // zero unless retrying
	Attempts  []Attempt `json:"attempts"`

	// Header is that of the latest attempt, or empty before the first.
	Header http.Header `json:"header"`

	// Body is what is or will be sent. It is shared and must not be changed. It is
	// nil where data are made anew for each attempt: in the chunks of large requests
	// and when they are longer than a megabyte.
	Body json.RawMessage `json:"body,omitzero"`

	part *part // makes the body, when that is not kept
}

// content is the body to send.
func (d *Delivery) content() ([]byte, error) {
	if d.part != nil {
		return d.part.body()
	}
	return d.Body, nil
}

// Attempt is one request to a destination.
type Attempt struct {
	At time.Time `json:"at"`

	// Status is the receiver's answer, or else what Terra notes in its place: 504
	// when it took too long, 503 when there was no connection, 500 when there was
	// no usable answer.
	Status int `json:"status"`

	// Error says why an attempt failed that has no answer of the receiver's.
	Error string `json:"error,omitzero"`

	Duration time.Duration `json:"duration_ns"`
}

// Errors of the delivery functions; [errors.Is] finds them.
var (
	ErrInvalidDestination = errors.New("sandbox: a destination needs an http or https URL without credentials, and a mode that is push or ping")
	ErrUnknownDelivery    = errors.New("sandbox: unknown delivery")
	ErrUnknownDestination = errors.New("sandbox: unknown destination")
)

// SetDestinations replaces all of them. A destination is its place in the list:
// what is still to be retried goes to whatever URL now stands in the place of the
// one it was meant for, and is given up when there is none. All destinations make
// a new start: none is throttled, disabled or failing.
func (s *Server) SetDestinations(list []Destination) error {
	list = slices.Clone(list)
	for i := range list {
		if err := s.complete(&list[i]); err != nil {
			return err
		}
	}
	s.dispatch.setDestinations(list)
	return nil
}

// KeepDestinations returns a function that makes the present destinations the only
// ones again, as [Server.SetDestinations] does, with the secrets that
// [Server.Destinations] does not tell.
func (s *Server) KeepDestinations() (restore func()) {
	list := s.dispatch.keepDestinations()
	return func() { s.dispatch.setDestinations(list) }
}

// AddDestination puts d behind the others, or in the place of the one with the same
// URL, which then makes a new start. Nothing changes for the others.
func (s *Server) AddDestination(d Destination) error {
	if err := s.complete(&d); err != nil {
		return err
	}
	s.dispatch.addDestination(d)
	return nil
}

// RemoveDestination takes the one with this URL out of the list. What is still to be
// delivered there is given up when it falls due; nothing changes for the others. The
// only error is [ErrUnknownDestination].
func (s *Server) RemoveDestination(url string) error {
	if !s.dispatch.removeDestination(url) {
		return ErrUnknownDestination
	}
	return nil
}

// complete fills in the defaults.
func (s *Server) complete(d *Destination) error {
	d.Mode = cmp.Or(d.Mode, ModePush)
	if !d.valid() {
		return ErrInvalidDestination
	}
	d.Secret = cmp.Or(d.Secret, s.creds.SigningSecret)
	return nil
}

func (d *Destination) valid() bool {
	u, err := url.Parse(d.URL)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		(d.Mode == ModePush || d.Mode == ModePing)
}

// Destinations are the present ones in their order, and how they fare.
func (s *Server) Destinations() []DestinationStatus { return s.dispatch.listDestinations() }

// Deliveries lists the latest thousand or so, oldest first.
func (s *Server) Deliveries() []Delivery { return s.dispatch.list() }

// Resend puts a delivery, whatever became of it, on its way again at once: same
// body and trace id, a new signature, and as many retries as a new one has.
func (s *Server) Resend(id string) (Delivery, error) { return s.dispatch.resend(id) }

// emit queues ev for every destination and returns the first of its deliveries.
// All share one trace id, as it is one event.
func (s *Server) emit(em emission, ev event) (Delivery, error) {
	push, ping := s.dispatch.modes()
	if !push && !ping {
		return Delivery{}, ErrNoDestination
	}
	em.reference = cmp.Or(em.reference, newUUID())
	p := payload{part: em.part}
	var err error
	if p.body = em.body; p.body == nil && p.part == nil {
		if p.body, err = ev.body(em.set); err != nil {
			return Delivery{}, err
		}
	}
	c := s.course(ev.Type, em.userID)
	whole := p
	if p, err = p.spoiled(c.spoils...); err != nil {
		return Delivery{}, err
	}
	proto := Delivery{
		EventType: cmp.Or(c.retype, ev.Type),
		UserID:    em.userID,
		TraceID:   cmp.Or(em.traceID, newUUID()),
		Reference: em.reference,
		CreatedAt: s.now(),
		State:     StatePending,
		Fault:     em.fault,
	}
	data := em.part != nil || ev.User != nil && (ev.Athlete != nil || ev.Data != nil)
	d, err := s.send(em, proto, p, data && ping, data, c)
	if err == nil && c.stale > 0 {
		err = s.sendEarlier(em, proto, whole, data && ping, c)
	}
	return d, err
}

// send queues a delivery of p for every destination.
func (s *Server) send(em emission, proto Delivery, p payload, linked, data bool, c course) (Delivery, error) {
	proto.Body, proto.part = p.body, p.part
	var link []byte
	if linked {
		var err error
		if link, err = s.point(em, p).body(nil); err != nil {
			return Delivery{}, err
		}
	}
	if em.commit != nil {
		em.commit()
	}
	d, err := s.dispatch.add(proto, link, data, c)
	if err != nil {
		s.log.Warn("event not delivered", "event", proto.EventType, "error", err)
	}
	return d, err
}

// request is an attempt at dest, signed as though it were signed at that time.
func (d *Delivery) request(dest Destination, devID string, signed time.Time) (*http.Request, error) {
	body, err := d.content()
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, dest.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	signature := webhook.Sign(dest.Secret, signed, body)
	h := r.Header
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "terra-sandbox")
	h.Set("dev-id", devID)
	h.Set("hook-type", "WEBHOOK")
	h.Set("terra-reference", d.Reference)
	h.Set("X-Terra-Trace-Id", d.TraceID)
	h.Set("X-Terra-Ordering-Timestamp", strconv.FormatInt(d.CreatedAt.UnixMilli(), 10))
	h.Set("X-Terra-Signature", signature)
	h.Set("Terra-Signature", signature)
	return r, nil
}
