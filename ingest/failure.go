package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/terra-go/terra/internal/failure"
	"github.com/terra-go/terra/webhook"
)

// maxReason is how much of an error's text is kept, in bytes.
const maxReason = 500

// Permanent marks err as one that no repetition can cure, so that a [Worker] buries
// the delivery at once. What err says is kept as the reason and logged: it must
// quote nothing of a record. A nil err stays nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type permanentError struct{ err error }

func (e *permanentError) Error() string   { return e.err.Error() }
func (e *permanentError) Unwrap() error   { return e.err }
func (e *permanentError) Permanent() bool { return true }

// described is an error that is made for workers: it knows whether it is permanent,
// and its text is fit to be seen.
type described interface {
	error
	Permanent() bool
}

// panicError is a panic in a function that applies deliveries.
type panicError struct {
	value string   // its type
	stack []string // where it happened
}

func (e *panicError) Error() string { return "panic of type " + e.value }

// payloadSuffix is what the id of a ping gets for the delivery of what it pointed to.
// No trace id ends so, as it is not ASCII.
const payloadSuffix = "·payload"

// unappliedError is the failure to apply what a ping points to, which may be gone by
// the next attempt.
type unappliedError struct {
	err  error
	body []byte
}

func (e *unappliedError) Error() string { return e.err.Error() }
func (e *unappliedError) Unwrap() error { return e.err }

// recovered turns a panic into an error. It is called by the deferred function
// itself.
func recovered(p any) error {
	return &panicError{value: fmt.Sprintf("%T", p), stack: failure.Stack()}
}

func isPermanent(err error) bool {
	if _, ok := errors.AsType[*webhook.ParseError](err); ok {
		return true
	}
	own, ok := errors.AsType[described](err)
	return ok && own.Permanent()
}

// reasonOf says why an attempt failed. The text of an error that was not made for
// it may quote a record, so that there are only the names of its types.
func reasonOf(err error) string {
	var reason string
	if own, ok := errors.AsType[described](err); ok {
		reason = own.Error()
	} else if unparsable, ok := errors.AsType[*webhook.ParseError](err); ok {
		reason = unparsable.Error()
	} else if panicked, ok := errors.AsType[*panicError](err); ok {
		reason = panicked.Error()
	} else if errors.Is(err, context.DeadlineExceeded) {
		reason = "it took too long: " + failure.Types(err)
	} else {
		reason = "error of type " + failure.Types(err)
	}
	return reason[:min(len(reason), maxReason)]
}
