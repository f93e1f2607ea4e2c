package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/terra-go/terra/internal/jsonscan"
)

// DefaultMaxBytes is the largest body a handler reads, unless [WithMaxBytes] says
// otherwise: 64 MiB. Events that are not split into chunks can run to tens of
// megabytes.
const DefaultMaxBytes = 64 << 20

// bodyTimeout ends bodies that do not arrive, on servers without a ReadTimeout.
// Terra gives up on a delivery well before.
const bodyTimeout = time.Minute

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
			h.logger.ErrorContext(ctx, "webhook: panic", "event", ev, "panic_type", fmt.Sprintf("%T", p), "stack", stack())
			answer(w, http.StatusInternalServerError)
		}
	}()
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(w, http.StatusMethodNotAllowed)
		return
	}
	body, err := h.read(w, r)
	if err == nil {
		ev, err = parse(r.Header, body)
	}
	if err != nil {
		status, reason := refusal(err)
		h.logger.WarnContext(ctx, "webhook: delivery refused", "status", status, "reason", reason)
		answer(w, status)
		return
	}
	if err := h.mux.Dispatch(ctx, ev); err != nil {
		h.logger.ErrorContext(ctx, "webhook: event not handled", "event", ev, "error_type", errorTypes(err))
		answer(w, http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// read returns the body once it is whole and verified.
func (h *handler) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	release := limitRead(r.Context(), w)
	defer release()
	check, err := h.verifier.Begin(r.Header)
	if err != nil {
		return nil, err
	}
	if r.ContentLength > h.maxBytes {
		return nil, &http.MaxBytesError{Limit: h.maxBytes}
	}
	body, err := readAll(http.MaxBytesReader(w, r.Body, h.maxBytes), r.ContentLength, check)
	if err != nil {
		return nil, err
	}
	return body, check.Finish()
}

// limitRead has reads of the request's body fail when they take too long
// altogether, and, until release is called, when ctx ends. The time limit stays on
// a body that was not read to its end, because the server goes on to skip some of
// the rest; at the end of a body the server itself lifts it.
func limitRead(ctx context.Context, w http.ResponseWriter) (release func()) {
	control := http.NewResponseController(w) // a w without deadlines is left without
	server, _ := ctx.Value(http.ServerContextKey).(*http.Server)
	if server == nil || server.ReadTimeout <= 0 {
		control.SetReadDeadline(time.Now().Add(bodyTimeout))
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		control.SetReadDeadline(time.Unix(1, 0))
	})
	return func() {
		if !stop() {
			<-interrupted // or it could hit the connection's next request
		}
	}
}

// readAll reads r to its end, passing on to check what it reads. length is how
// many bytes to expect, or negative. No more than trusted bytes are set aside on
// the sender's word alone.
func readAll(r io.Reader, length int64, check io.Writer) ([]byte, error) {
	const trusted, unknown = 1 << 20, 4 << 10
	size := int64(unknown)
	if length >= 0 {
		size = min(length, trusted) + 1 // one to spare, to meet the end without growing
	}
	const padding = jsonscan.Padding // zeros that parse needs
	buf := make([]byte, 0, size+padding)
	for {
		n, err := r.Read(buf[len(buf) : cap(buf)-padding])
		check.Write(buf[len(buf) : len(buf)+n])
		buf = buf[:len(buf)+n]
		switch {
		case err == io.EOF:
			clear(buf[len(buf) : len(buf)+padding])
			return buf, nil
		case err != nil:
			return nil, err
		case len(buf) == cap(buf)-padding:
			buf = append(make([]byte, 0, max(length+1, int64(2*len(buf)))+padding), buf...)
		}
	}
}

// refusal is the answer to a delivery that is not taken, and why, in words that
// have nothing of the request in them.
func refusal(err error) (status int, reason string) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, "body too large"
	}
	if unparsable, ok := errors.AsType[*ParseError](err); ok {
		return http.StatusBadRequest, unparsable.Error()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return http.StatusRequestTimeout, "body did not arrive in time"
	}
	for _, refused := range []error{ErrNoSignature, ErrMalformedSignature, ErrMismatch, ErrTooOld, ErrTooNew} {
		if errors.Is(err, refused) {
			return http.StatusUnauthorized, err.Error()
		}
	}
	return http.StatusBadRequest, "body broke off"
}

// answer tells a refused sender nothing but the status.
func answer(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// errorTypes names the types that err is made of.
func errorTypes(err error) string {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var names []string
		for _, err := range e.Unwrap() {
			names = append(names, errorTypes(err))
		}
		return strings.Join(names, ", ")
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return fmt.Sprintf("%T(%s)", err, errorTypes(inner))
		}
	}
	return fmt.Sprintf("%T", err)
}

// stack is where a panic came from: functions and lines, without the arguments
// that a stack trace of the runtime shows.
func stack() []string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var lines []string
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			lines = nil // what came before is the recovery
		case frame.Function != "":
			lines = append(lines, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		}
		if !more {
			return lines
		}
	}
}
