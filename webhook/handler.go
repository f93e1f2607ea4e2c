package webhook

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/terra-go/terra/internal/failure"
)

// DefaultMaxBytes is the largest body a handler reads, unless [WithMaxBytes] says
// otherwise: 64 MiB. Events that are not split into chunks can run to tens of
// megabytes.
const DefaultMaxBytes = 64 << 20

// HandlerOption changes a default of [NewHandler].
type HandlerOption func(*handler)

type handler struct {
	verifier *Verifier
	mux      *Mux
	maxBytes int64
	logger   *slog.Logger
}

// NewHandler returns a handler for the address that Terra delivers to. It
// verifies each request, parses it and has m dispatch it, and answers
//
//   - 200 when all functions returned nil, or there were none for the event
//   - 401 when the signature was refused, for whatever reason
//   - 400 when a genuine body is no event, or the body broke off
//   - 405 for methods other than POST
//   - 408 when the body did not arrive in time
//   - 413 when the body is larger than allowed
//   - 500 when a function returned an error or panicked
//
// Terra delivers again after any answer that is not 2xx, for hours and with
// growing pauses. That is what a 500 is for; after a 400 it leaves time to deploy
// a receiver that can read the event, instead of losing it.
//
// The functions run before the answer, which is expected within a few seconds;
// their context ends when the sender hangs up. A body is hashed while it is read
// and then belongs to the event, so that it is held once; only one of undeclared
// length is copied while it grows. On a server without ReadTimeout a body has one
// minute to arrive.
//
// Refusals and failures are logged. Of the event the log has the type and the trace
// id. Of a function's error or panic, whose text may quote a record, it has the
// type and, for a panic, where it happened: a function that wants more in the log
// writes it there itself. [http.ErrAbortHandler] is passed on. A nil v or m panics.
func NewHandler(v *Verifier, m *Mux, opts ...HandlerOption) http.Handler {
	if v == nil || m == nil {
		panic("webhook: NewHandler needs a Verifier and a Mux")
	}
	h := &handler{verifier: v, mux: m, maxBytes: DefaultMaxBytes, logger: slog.Default()}
	for _, opt := range opts {
		opt(h)
	}
	return h
}

// WithMaxBytes refuses bodies of more than n bytes. A value that is not positive
// panics.
func WithMaxBytes(n int64) HandlerOption {
	if n <= 0 {
		panic("webhook: WithMaxBytes needs a positive number")
	}
	return func(h *handler) { h.maxBytes = n }
}

// WithLogger logs to l instead of [slog.Default]. A nil l panics.
func WithLogger(l *slog.Logger) HandlerOption {
	if l == nil {
		panic("webhook: WithLogger needs a logger")
	}
	return func(h *handler) { h.logger = l }
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	var ev Event
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			h.logger.ErrorContext(ctx, "webhook: panic", "event", ev, "panic_type", fmt.Sprintf("%T", p), "stack", failure.Stack())
			answer(w, http.StatusInternalServerError)
		}
	}()
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(w, http.StatusMethodNotAllowed)
		return
	}
	body, err := h.verifier.ReadRequest(w, r, h.maxBytes, nil)
	if err == nil {
		ev, err = parse(r.Header, body)
	}
	if err != nil {
		status, reason := Refusal(err)
		h.logger.WarnContext(ctx, "webhook: delivery refused", "status", status, "reason", reason)
		answer(w, status)
		return
	}
	if err := h.mux.Dispatch(ctx, ev); err != nil {
		h.logger.ErrorContext(ctx, "webhook: event not handled", "event", ev, "error_type", failure.Types(err))
		answer(w, http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// answer tells a refused sender nothing but the status.
func answer(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }
