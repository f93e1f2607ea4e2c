package terra

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/jsonscan"
	"github.com/terra-go/terra/opt"
)

// Result is what Terra made of a request for data. It is one of *[Data],
// *[NoData], *[Queued], *[Processing], *[RateLimited] and *[UnknownResult], to be
// told apart by a type switch.
type Result[T any] interface {
	// User is the connection asked about, as far as the response describes it.
	User() User

	// Raw is the response as received. It is shared, not copied: do not modify it.
	Raw() json.RawMessage

	// RateLimit is the state of Terra's limit after this request.
	RateLimit() RateLimit

	// Records is the data, none when there are none, or why it is not here: an
	// [*Error] that is one of those that [Collection.List] may return.
	Records() ([]T, error)

	// failure is why the result will not do for a caller who needed another.
	failure() *Error
}

// Data is the records asked for, oldest first; none when there are none.
type Data[T any] struct {
	outcome
	Items []T
}

// NoData is the legacy API's way to say that the range holds nothing, or that the
// provider does not offer this type of data.
type NoData[T any] struct {
	outcome
	Status  string
	Message string

	documented bool // a form known to mean this, not just any error reported with a 200
}

// Queued is Terra's promise to send the data to the webhook. The first delivery
// may arrive before the promise does.
type Queued[T any] struct {
	outcome

	// Reference is the same on every delivery that follows, in its terra-reference
	// header.
	Reference string

	// Large is set when the data will come in several deliveries, announced by
	// events of their own.
	Large bool

	Status  string
	Message string // the current API has none, unless the request is large
}

// Processing means that the provider is still collecting the data; the same
// request will work later.
type Processing[T any] struct {
	outcome

	// RetryAfter is 0 when the response does not say.
	RetryAfter time.Duration
}

// RateLimited means that the provider, not Terra, refused Terra for now.
type RateLimited[T any] struct {
	outcome
	Message string
}

// UnknownResult is a response in none of the forms known when this was written.
// Its Raw says more.
type UnknownResult[T any] struct {
	outcome
}

// answer is embedded in everything that a response turns into.
type answer struct {
	response *response
}

// Raw is the response as received. It is shared, not copied: do not modify it.
func (a *answer) Raw() json.RawMessage {
	if a.response == nil {
		return nil
	}
	return a.response.body
}

// outcome is what all results have in common.
type outcome struct {
	answer
	user User
	_    [0]func() // not to be compared, which would take code for every result of every type
}

// User is the connection asked about, as far as the response describes it.
func (o *outcome) User() User { return o.user }

// RateLimit is the state of Terra's limit after this request.
func (o *outcome) RateLimit() RateLimit {
	if o.response == nil {
		return RateLimit{}
	}
	return parseRateLimit(o.response.header)
}

// Records returns Items.
func (d *Data[T]) Records() ([]T, error) { return d.Items, nil }

// Records are none, if this is one of the forms known to say so: an error reported
// with a 200 may mean anything, and is [ErrNoData].
func (n *NoData[T]) Records() ([]T, error) {
	if n.documented {
		return nil, nil
	}
	return nil, n.failure()
}

// Records is [ErrQueued].
func (q *Queued[T]) Records() ([]T, error) { return nil, q.failure() }

// Records is [ErrProcessing], with RetryAfter.
func (p *Processing[T]) Records() ([]T, error) { return nil, p.failure() }

// Records is [ErrRateLimited].
func (l *RateLimited[T]) Records() ([]T, error) { return nil, l.failure() }

// Records is [ErrMalformed].
func (u *UnknownResult[T]) Records() ([]T, error) { return nil, u.failure() }

func (d *Data[T]) failure() *Error          { return d.response.fail(ErrNotQueued) }
func (n *NoData[T]) failure() *Error        { return n.response.fail(ErrNoData) }
func (q *Queued[T]) failure() *Error        { return q.response.fail(ErrQueued) }
func (l *RateLimited[T]) failure() *Error   { return l.response.fail(ErrRateLimited) }
func (u *UnknownResult[T]) failure() *Error { return u.response.fail(ErrMalformed) }

func (p *Processing[T]) failure() *Error {
	e := p.response.fail(ErrProcessing)
	e.RetryAfter = p.RetryAfter
	return e
}

//go:generate go run ./internal/codecgen envelope

// envelope is the union of every form of response.
type envelope struct {
	Type              string                    `json:"type"`
	Status            string                    `json:"status"`
	Message           string                    `json:"message"`
	Reference         string                    `json:"reference"`
	User              owner                     `json:"user"`
	Data              items                     `json:"data"`
	Athlete           opt.Value[health.Athlete] `json:"athlete"`
	RetryAfterSeconds seconds                   `json:"retry_after_seconds"`
	RetryAfter        seconds                   `json:"retry_after"`
}

// parseResult tells the forms apart by what they contain. The type member cannot:
// data and the promise to send data carry the same one.
//
// It leaves to others what does not depend on T, since it is compiled for each.
func parseResult[T any](r *response) (Result[T], error) {
	data := new(Data[T])
	e := envelope{Data: items{&data.Items}}
	if err := scan(r.body, &e); err != nil {
		if errors.Is(err, jsonscan.ErrNotObject) {
			return &UnknownResult[T]{outcome{answer: answer{r}}}, nil
		}
		return nil, r.fail(err)
	}
	o := outcome{answer: answer{r}, user: User(e.User)}
	if athlete, has := e.Athlete.Get(); has {
		one, fits := any([]health.Athlete{athlete}).([]T)
		if !fits {
			return &UnknownResult[T]{o}, nil
		}
		data.Items = one
	}
	if data.Items != nil {
		data.outcome = o
		return data, nil
	}
	switch form := e.form(); form {
	case processing:
		return &Processing[T]{o, e.retryAfter(r)}, nil
	case queued, queuedLarge:
		return &Queued[T]{o, e.Reference, form == queuedLarge, e.Status, e.Message}, nil
	case rateLimited:
		return &RateLimited[T]{o, e.Message}, nil
	case noData, failed:
		return &NoData[T]{o, e.Status, cmp.Or(e.Message, e.noDataSentence()), form == noData}, nil
	}
	return &UnknownResult[T]{o}, nil
}

// form is that of a response without data.
type form int

const (
	unknown form = iota
	processing
	queued
	queuedLarge
	rateLimited
	noData
	failed // an error reported with a 200
)

func (e *envelope) form() form {
	switch {
	case e.RetryAfterSeconds.present || e.RetryAfter.present || e.Type == "processing":
		return processing
	case e.Type == "large_request_processing",
		e.Reference != "" && strings.HasPrefix(e.Message, "Large request"):
		return queuedLarge
	case e.Reference != "":
		return queued
	case e.Type == "rate_limit":
		return rateLimited
	case e.Type == "no_data" || e.Status == "not_available" || isNoDataSentence(e.Status) || isNoDataSentence(e.Message):
		return noData
	case e.Status == "error":
		return failed
	}
	return unknown
}

// retryAfter is the longer of two waits in the body, else that of the header.
func (e *envelope) retryAfter(r *response) time.Duration {
	if wait := max(e.RetryAfterSeconds.d, e.RetryAfter.d); wait != 0 {
		return wait
	}
	return parseRetryAfter(r.header, time.Now())
}

// noDataSentence is what some responses have for a status, and not for a message.
func (e *envelope) noDataSentence() string {
	if isNoDataSentence(e.Status) {
		return e.Status
	}
	return ""
}

func isNoDataSentence(s string) bool {
	return s == "Data type requested not available from provider" ||
		s == "No data available for specified time range"
}

// items is where the records of a response go: a pointer to a slice.
type items struct{ dst any }

// ScanJSON is for generated code.
func (i items) ScanJSON(s *jsonscan.Scanner, p int) int { return s.List(p, i.dst) }

// owner is the user of a response: an object, in old responses an array of one,
// and never a reason to lose the data beside it.
type owner User

// ScanJSON is for generated code.
func (o *owner) ScanJSON(s *jsonscan.Scanner, p int) int {
	if s.ByteAt(p) != '[' {
		return (*User)(o).ScanJSON(s, p)
	}
	var users []User
	p = s.Records(p, &users, (*User).ScanJSON)
	if len(users) > 0 {
		*o = owner(users[0])
	}
	return p
}
