package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/terra-go/terra/internal/failure"
	"github.com/terra-go/terra/webhook"
)

// What a receiver does unless options say otherwise.
const (
	// DefaultLimit is how many requests a receiver works on at once.
	DefaultLimit = 64

	// DefaultPutTimeout is how long an inbox has to store a delivery. Terra waits for
	// an answer for about eight seconds.
	DefaultPutTimeout = 5 * time.Second
)

const (
	// retryAfter is what is asked of senders that are sent away, in seconds.
	retryAfter = "5"

	// skipTimeout ends the bodies of requests that are sent away unread, of which the
	// server skips some before it takes the connection's next request.
	skipTimeout = 5 * time.Second
)

// Receiver is the [http.Handler] that deliveries are sent to. Make one with
// [NewReceiver].
type Receiver struct {
	verifier   *webhook.Verifier
	inbox      Inbox
	maxBytes   int64
	limit      int
	putTimeout time.Duration
	logger     *slog.Logger
	observer   Observer

	slots  chan struct{} // one taken for each request under way
	spares spares
	floods floods
}

// NewReceiver returns a handler that verifies each request and puts it into inbox
// before it answers, and does nothing else: not even the body's form is looked at,
// since a delivery that nobody can read yet is worth keeping too. It answers
//
//   - 200 when the delivery is stored, or was before
//   - 401 when the signature was refused, for whatever reason
//   - 400 when the body broke off
//   - 405 for methods other than POST
//   - 408 when the body did not arrive in time
//   - 413 when the body is larger than allowed
//   - 503 with Retry-After when the inbox failed or did not store it in time, or,
//     before any of the body is read, when too many requests are under way
//
// Terra delivers again after any answer that is not 2xx, for hours and with
// growing pauses.
//
// Beside what the inbox takes, bodies take no more memory than the number of
// requests at once times one and a half of the largest body: the memory of large
// ones is used again, and only one of undeclared length is copied while it grows.
// On a server without ReadTimeout a body has one minute to arrive.
//
// Refusals and failures are logged with their status, reason and trace id, and
// never anything of a body; of each kind no more than ten a second, and how many
// were left out. A nil v or inbox panics.
func NewReceiver(v *webhook.Verifier, inbox Inbox, opts ...ReceiverOption) *Receiver {
	if v == nil || inbox == nil {
		panic("ingest: NewReceiver needs a Verifier and an Inbox")
	}
	rc := &Receiver{
		verifier:   v,
		inbox:      inbox,
		maxBytes:   webhook.DefaultMaxBytes,
		limit:      DefaultLimit,
		putTimeout: DefaultPutTimeout,
		logger:     slog.Default(),
	}
	for _, opt := range opts {
		opt.configureReceiver(rc)
	}
	rc.slots = make(chan struct{}, rc.limit)
	return rc
}

// WithMaxBytes refuses bodies of more than n bytes instead of
// [webhook.DefaultMaxBytes]. A value that is not positive panics.
func WithMaxBytes(n int64) ReceiverOption {
	mustBePositive("WithMaxBytes", n)
	return receiverOption(func(r *Receiver) { r.maxBytes = n })
}

// WithLimit works on n requests at once instead of [DefaultLimit] and answers 503
// to those beyond. It bounds the memory for bodies. A value that is not positive
// panics.
func WithLimit(n int) ReceiverOption {
	mustBePositive("WithLimit", n)
	return receiverOption(func(r *Receiver) { r.limit = n })
}

// WithPutTimeout gives the inbox d to store a delivery instead of
// [DefaultPutTimeout]. A value that is not positive panics.
func WithPutTimeout(d time.Duration) ReceiverOption {
	mustBePositive("WithPutTimeout", d)
	return receiverOption(func(r *Receiver) { r.putTimeout = d })
}

// ServeHTTP implements [http.Handler].
func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	v := rc.receive(w, r)
	rc.log(r, v)
	switch v.status {
	case http.StatusOK:
		w.WriteHeader(http.StatusOK)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryAfter)
		fallthrough
	default:
		http.Error(w, http.StatusText(v.status), v.status)
	}
	rc.observer.answered(v.answer, time.Since(began))
}

// verdict is what to say to a sender, and to the log.
type verdict struct {
	answer Answer
	status int
	reason string
	err    error    // the inbox's
	stack  []string // of the inbox's panic
}

func (rc *Receiver) receive(w http.ResponseWriter, r *http.Request) verdict {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		skipSoon(w)
		return verdict{answer: Refused, status: http.StatusMethodNotAllowed, reason: "method is not POST"}
	}
	select {
	case rc.slots <- struct{}{}:
		defer func() { <-rc.slots }()
	default:
		skipSoon(w)
		return verdict{answer: Overloaded, status: http.StatusServiceUnavailable, reason: "too many requests at once"}
	}
	body, err := rc.verifier.ReadRequest(w, r, rc.maxBytes, rc.spares.take(r.ContentLength))
	if err != nil {
		rc.spares.give(body)
		status, reason := webhook.Refusal(err)
		return verdict{answer: Refused, status: status, reason: reason}
	}
	defer rc.spares.give(body)
	return rc.put(r.Context(), NewDelivery(r.Header, body, time.Now()))
}

func (rc *Receiver) put(ctx context.Context, d Delivery) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			v = verdict{Unavailable, http.StatusServiceUnavailable, "the inbox panicked", fmt.Errorf("panic of type %T", p), failure.Stack()}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, rc.putTimeout)
	defer cancel()
	duplicate, err := rc.inbox.Put(ctx, d)
	switch {
	case err != nil:
		return verdict{answer: Unavailable, status: http.StatusServiceUnavailable, reason: "not stored", err: err}
	case duplicate:
		return verdict{answer: Duplicate, status: http.StatusOK}
	}
	return verdict{answer: Stored, status: http.StatusOK}
}

func (rc *Receiver) log(r *http.Request, v verdict) {
	level := slog.LevelWarn
	switch v.answer {
	case Stored, Duplicate:
		level = slog.LevelDebug
	case Unavailable:
		level = slog.LevelError
	}
	if !rc.logger.Enabled(r.Context(), level) {
		return
	}
	omitted, ok := rc.floods.pass(v.answer)
	if !ok {
		return
	}
	attrs := []slog.Attr{
		slog.String("answer", string(v.answer)),
		slog.Int("status", v.status),
		slog.String("trace_id", keptOf(r.Header).Get(webhook.HeaderTraceID)),
	}
	if v.reason != "" {
		attrs = append(attrs, slog.String("reason", v.reason))
	}
	if v.err != nil {
		attrs = append(attrs, slog.Any("error", v.err))
	}
	if v.stack != nil {
		attrs = append(attrs, slog.Any("stack", v.stack))
	}
	if omitted > 0 {
		attrs = append(attrs, slog.Int("not_logged", omitted))
	}
	rc.logger.LogAttrs(r.Context(), level, "ingest: delivery "+string(v.answer), attrs...)
}

// skipSoon keeps a sender from holding a connection with a body that nobody reads.
func skipSoon(w http.ResponseWriter) {
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(skipTimeout))
}

func mustBePositive[T int | int64 | time.Duration](option string, value T) {
	if value <= 0 {
		panic("ingest: " + option + " needs a positive value")
	}
}
