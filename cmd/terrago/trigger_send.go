package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/relay"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// sender makes one event happen.
type sender interface {
	// send returns what became of each delivery of it. An error is about what comes
	// before the receiver, and ends a series.
	send(ctx context.Context) ([]sentEvent, error)
}

// sentEvent is the outcome of the first attempt at a delivery.
type sentEvent struct {
	At        time.Time     `json:"at"`
	Event     string        `json:"event"`
	URL       string        `json:"url"`
	TraceID   string        `json:"trace_id"`
	Fault     string        `json:"fault,omitempty"`
	Status    int           `json:"status"` // 0 when nobody answered
	Error     string        `json:"error,omitempty"`
	Delivered bool          `json:"delivered"` // the receiver has accepted it
	Took      time.Duration `json:"duration_ns"`
}

// straightSender sends from this process.
type straightSender struct {
	client *http.Client
	to     string
	secret string
	fault  sandbox.FaultKind
	draft  sandbox.Delivery
}

func newStraightSender(to, secret string, fault sandbox.FaultKind, draft sandbox.Delivery, timeout time.Duration, concurrency int) *straightSender {
	return &straightSender{
		client: relay.NewClient(timeout, concurrency),
		to:     to, secret: secret, fault: fault, draft: draft,
	}
}

// send sends the same body under a trace id, a reference and a time of its own.
func (s *straightSender) send(ctx context.Context) ([]sentEvent, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.to, bytes.NewReader(s.draft.Body))
	if err != nil {
		return nil, usagef("--to is not a URL to send to")
	}
	now := time.Now()
	req.Header = s.draft.Header.Clone()
	trace := uuid.NewString()
	req.Header.Set(webhook.HeaderTraceID, trace)
	req.Header.Set(webhook.HeaderReference, uuid.NewString())
	req.Header.Set(webhook.HeaderOrderingTime, strconv.FormatInt(now.UnixMilli(), 10))
	s.sign(req.Header, now)
	e := sentEvent{At: now.UTC(), Event: s.draft.EventType, URL: s.to, TraceID: trace}
	e.Status, e.Error = relay.Post(s.client, req)
	e.Took = time.Since(now)
	e.Delivered = accepted(e.Status)
	return []sentEvent{e}, nil
}

// sign puts on the signature that the fault asks for.
func (s *straightSender) sign(h http.Header, now time.Time) {
	const far = time.Hour
	switch s.fault {
	case sandbox.FaultFutureSignature:
		now = now.Add(far)
	case sandbox.FaultOldSignature:
		now = now.Add(-far)
	case sandbox.FaultNoSignature:
		h.Del(webhook.HeaderSignature)
		h.Del(webhook.HeaderSignatureLegacy)
		return
	}
	signature := webhook.Sign(s.secret, now, s.draft.Body)
	if s.fault == sandbox.FaultCorruptSignature {
		last := len(signature) - 1
		signature = signature[:last] + map[bool]string{true: "1", false: "0"}[signature[last] == '0']
	}
	h.Set(webhook.HeaderSignature, signature)
	h.Set(webhook.HeaderSignatureLegacy, signature)
}

// accepted reports whether a receiver has taken a delivery.
func accepted(status int) bool { return status >= 200 && status <= 299 }

// draft is the delivery as a sandbox made for it would send it.
func (c triggerCommand) draft(ctx context.Context, req sandbox.EventRequest, credentials terra.Credentials, log *slog.Logger) (sandbox.Delivery, error) {
	var d sandbox.Delivery
	s, err := sandbox.New(sandbox.WithCredentials(credentials), sandbox.WithLogger(log), sandbox.WithTransport(yes{}))
	if err != nil {
		return d, err
	}
	defer s.Close()
	user, err := s.Connect(cmp.Or(c.Provider, "GARMIN"), cmp.Or(c.ReferenceID, "person-1")) // before there is a destination that would hear of it
	if err != nil {
		return d, usagef("--provider, --reference-id: %s", withoutPackage(err))
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: "http://receiver.invalid"}}); err != nil {
		return d, err
	}
	own := req.Body
	if req.UserID = user.UserID; own != nil {
		req.UserID = ""
		if !json.Valid(own) {
			req.Body = json.RawMessage("{}") // for the headers
		}
	}
	if c.User != "" {
		who := "user"
		if c.Event == "user_reauth" {
			who = "old_user"
		}
		req.Set[who+".user_id"] = c.User
	}
	req.Fault = "" // which is for the sender to commit
	d, err = s.Trigger(req)
	if err != nil {
		return d, errors.New(hint(withoutPackage(err)))
	}
	if err := s.Flush(ctx); err != nil {
		return d, err
	}
	for _, sent := range s.Deliveries() {
		if sent.ID == d.ID {
			d = sent // with its header
		}
	}
	if own != nil {
		d.Body = own
	}
	d.EventType = cmp.Or(d.EventType, "body")
	return d, nil
}

// yes answers everything with 200.
type yes struct{}

// RoundTrip implements [http.RoundTripper].
func (yes) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
}

// sandboxSender has a running sandbox send, and waits for the answers.
type sandboxSender struct {
	control control
	req     sandbox.EventRequest
	timeout time.Duration
}

func (s *sandboxSender) send(ctx context.Context) ([]sentEvent, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	first, err := s.control.trigger(ctx, s.req)
	if err != nil {
		return nil, err
	}
	list, err := s.control.outcome(ctx, first.TraceID, nil)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		list = []sandbox.Delivery{first}
	}
	var events []sentEvent
	for _, d := range list {
		events = append(events, attempted(d))
	}
	return events, nil
}

// attempted is the latest attempt at d.
func attempted(d sandbox.Delivery) sentEvent {
	e := sentEvent{At: d.CreatedAt.UTC(), Event: d.EventType, URL: d.URL, TraceID: d.TraceID, Delivered: d.State == sandbox.StateDelivered}
	n := len(d.Attempts)
	switch {
	case n > 0:
		a := d.Attempts[n-1]
		e.At, e.Status, e.Error, e.Took = a.At.UTC(), a.Status, a.Error, a.Duration
		if e.Error != "" {
			e.Status = 0 // which the sandbox has noted in the place of an answer
		}
	case d.State == sandbox.StateDisabled:
		e.Error = "the destination is disabled; a resend after it is set anew"
	case d.State == sandbox.StateFailed:
		e.Error = "the destination is gone"
	default:
		e.Error = "the sandbox has taken it and not sent it yet; see its console"
	}
	return e
}
