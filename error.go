package terra

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What an [Error] means, for errors.Is. Where the caller's context ended the call,
// that is context.Canceled or context.DeadlineExceeded instead, or as well.
var (
	ErrBadRequest   = errors.New("bad request")  // 400
	ErrUnauthorized = errors.New("unauthorized") // 401 and 403
	ErrNotFound     = errors.New("not found")    // 404
	ErrRateLimited  = errors.New("rate limited") // 429, or the provider's limit reported with a 200

	ErrConnection       = errors.New("connection failed")
	ErrTimeout          = errors.New("attempt timed out") // [RetryPolicy.Timeout]; never the caller's deadline
	ErrTruncated        = errors.New("response cut short")
	ErrResponseTooLarge = errors.New("response too large") // [WithMaxResponseBytes]
	ErrMalformed        = errors.New("response not understood")

	ErrNoData     = errors.New("no data")                                    // [NoData] where a record was needed
	ErrQueued     = errors.New("queued for the webhook instead of answered") // [Queued] where data was needed
	ErrNotQueued  = errors.New("answered instead of queued for the webhook") // [Data] where a delivery was needed
	ErrProcessing = errors.New("provider still processing")                  // [Processing], for longer than it is worth waiting
)

// Error is why a request failed: Terra refused it, or there was no answer that
// could be used.
//
// Its text holds the method, the endpoint without ids or query, the status, and
// at most one of Terra's fixed sentences. Everything else a response says may be
// about a person, and is in the fields only.
type Error struct {
	Method   string
	Endpoint string // as documented, "/users/{user_id}": never with an id
	Attempts int

	StatusCode int // 0 without a response; 200 when that was not the trouble

	Title    string // current API: the status in words
	Detail   string // current API: what was wrong with this request
	Instance string // current API: path and query of the request
	Message  string // legacy API

	RetryAfter time.Duration // 0 when the response does not say
	RateLimit  RateLimit
	Reference  string // ties the request to its webhook deliveries
	TraceID    string // names this response to Terra's support

	// Raw is the first 64 KiB of the body as received; it need not be JSON.
	Raw []byte

	err error
}

// ArgumentError is a value refused before anything was sent. Its text does not
// repeat the value.
type ArgumentError struct {
	Argument string // which one: "range", "user id"
	Problem  string
}

// Error names the argument and the problem.
func (e *ArgumentError) Error() string { return "terra: " + e.Argument + ": " + e.Problem }

// Error says which request failed and how: "terra: GET /sleep: 404 Not Found: user
// not found".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("terra")
	if e.Endpoint != "" {
		b.WriteString(": " + e.Method + " " + e.Endpoint)
	}
	if e.StatusCode != 0 {
		b.WriteString(": " + strings.TrimSpace(strconv.Itoa(e.StatusCode)+" "+http.StatusText(e.StatusCode)))
	}
	if s := e.sentence(); s != "" {
		b.WriteString(": " + s)
	}
	if e.err != nil {
		b.WriteString(": " + e.err.Error())
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	return b.String()
}

// GoString is the text of Error, so that %#v shows no more than %v.
func (e *Error) GoString() string { return e.Error() }

// Is matches the sentinels that stand for a status.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrBadRequest:
		return e.StatusCode == http.StatusBadRequest
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	}
	return false
}

// Unwrap is the sentinel or context error behind the failure; nil when the status
// says it all.
func (e *Error) Unwrap() error { return e.err }

// sentences are those that Terra documents, none of which depends on a request.
var sentences = map[string]bool{
	"Invalid dev-id was provided":                   true,
	"dev-id or x-api-key headers are missing":       true,
	"invalid end_date":                              true,
	"invalid start_date":                            true,
	"no destinations available for this connection": true,
	"rate limit exceeded":                           true,
	"unauthorized":                                  true,
	"user not found":                                true,
}

func (e *Error) sentence() string {
	for _, s := range [...]string{e.Detail, e.Message} {
		if sentences[s] {
			return s
		}
	}
	return ""
}

// readBody fills in what either shape of error body says. A body of another
// shape, HTML for one, says nothing.
func (e *Error) readBody() {
	var body struct {
		Title     text `json:"title"`
		Detail    text `json:"detail"`
		Instance  text `json:"instance"`
		Message   text `json:"message"`
		Reference text `json:"reference"`
		TraceID   text `json:"trace_id"`
	}
	if json.Unmarshal(e.Raw, &body) != nil {
		return
	}
	e.Title, e.Detail, e.Instance, e.Message = string(body.Title), string(body.Detail), string(body.Instance), string(body.Message)
	if e.Reference == "" {
		e.Reference = string(body.Reference)
	}
	if e.TraceID == "" {
		e.TraceID = string(body.TraceID)
	}
}

// because adds a cause, or a further one.
func (e *Error) because(cause error) *Error {
	if e.err != nil {
		cause = fmt.Errorf("%w: %w", e.err, cause)
	}
	e.err = cause
	return e
}

// isTransient is true when the same request may fare better.
func (e *Error) isTransient() bool {
	switch e.StatusCode {
	case http.StatusRequestTimeout:
		return true
	case http.StatusTooManyRequests:
		return e.RateLimit.Rule != RuleWindow
	}
	return e.StatusCode >= 500 ||
		errors.Is(e.err, ErrConnection) || errors.Is(e.err, ErrTimeout) || errors.Is(e.err, ErrTruncated)
}
