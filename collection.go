package terra

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	maxWindow          = 1825 // days that Terra accepts in one request
	defaultWindow      = 28   // days; longer requests are "large" and only go to the webhook
	defaultWindowDense = 7    // days; with samples, more does not reliably fit in one answer

	processingTries   = 10               // requests while the provider keeps processing
	processingWait    = 30 * time.Second // when the response does not say
	maxProcessingWait = 10 * time.Minute // more in one go is left to the caller

	maxLimitWaits = 5             // waits for one window's turn
	maxLimitWait  = 2 * time.Hour // the limit's own period is one hour
)

// Collection reads one type of data of one person at a time.
//
// User ids are those of [User.UserID], which Terra treats as arbitrary strings.
type Collection[T any] struct {
	t        *transport
	endpoint string
}

// CallOption changes a single request for data.
type CallOption func(*callOptions)

type callOptions struct {
	samples            bool
	window             int
	retryIfRateLimited bool
}

// WithSamples asks for every measurement, such as a heart rate each second,
// beside the summaries. Off unless set, and always sent: Terra's two addresses
// differ in what they do without it.
func WithSamples(on bool) CallOption { return func(o *callOptions) { o.samples = on } }

// WithWindow makes [Collection.All] ask for the given days at a time, 1 to 1825.
// Unset, or 0, it is 28, or 7 with samples. Terra may answer more than about a
// month with [ErrQueued].
func WithWindow(days int) CallOption { return func(o *callOptions) { o.window = days } }

// WithRetryIfRateLimited asks Terra to try again by itself when the provider
// limits it.
func WithRetryIfRateLimited(on bool) CallOption {
	return func(o *callOptions) { o.retryIfRateLimited = on }
}

// Fetch sends exactly one request, never repeated, for data in the response, and
// tells exactly what came back. The error is for requests that had no [Result].
func (c *Collection[T]) Fetch(ctx context.Context, userID string, r Range, opts ...CallOption) (Result[T], error) {
	q, err := rangeCall(c.endpoint, userID, r, false, opts)
	if err != nil {
		return nil, err
	}
	q.once = true
	return fetch[T](ctx, c.t, q)
}

// List returns the records of the days in r, oldest first. While the provider is
// still processing it waits and asks again, as long as ctx and ten requests
// allow. Data that is not in the response is an error: [ErrRateLimited],
// [ErrQueued], [ErrProcessing], [ErrMalformed]; so is an error reported with a 200
// that is not known to mean that there is none, as [ErrNoData].
func (c *Collection[T]) List(ctx context.Context, userID string, r Range, opts ...CallOption) ([]T, error) {
	q, err := rangeCall(c.endpoint, userID, r, false, opts)
	if err != nil {
		return nil, err
	}
	data, err := records[T](ctx, c.t, q)
	if err != nil {
		return nil, err
	}
	return data.Items, nil
}

// All yields the records of a range of any length, oldest first, asking for a
// window of days at a time as the loop gets there; see [WithWindow]. Should Terra
// return a record with two windows, it is yielded twice. When Terra's limit on
// history is reached All waits for its turn, about an hour at most and five times
// in a row. The first error is the last thing it yields.
func (c *Collection[T]) All(ctx context.Context, userID string, r Range, opts ...CallOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { c.each(ctx, userID, r, opts, yield) }
}

func (c *Collection[T]) each(ctx context.Context, userID string, r Range, opts []CallOption, yield func(T, error) bool) {
	var zero T
	if err := r.validate(); err != nil {
		yield(zero, err)
		return
	}
	o := optionsOf(opts)
	for window := range r.windows(o.days()) {
		items, err := c.listInTurn(ctx, userID, window, opts)
		if err != nil {
			yield(zero, err)
			return
		}
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// Request asks for the data to be sent to the webhook. It is sent once: a repeat
// could make Terra deliver everything twice.
func (c *Collection[T]) Request(ctx context.Context, userID string, r Range, opts ...CallOption) (*Queued[T], error) {
	q, err := rangeCall(c.endpoint, userID, r, true, opts)
	if err != nil {
		return nil, err
	}
	return promise[T](ctx, c.t, q)
}

// listInTurn is List that waits when Terra's limit says that waiting helps.
func (c *Collection[T]) listInTurn(ctx context.Context, userID string, r Range, opts []CallOption) ([]T, error) {
	for waits := 0; ; waits++ {
		items, err := c.List(ctx, userID, r, opts...)
		again, err := waitForTurn(ctx, err, waits)
		if !again {
			return items, err
		}
	}
}

// waitForTurn waits after a call that ended with err, if there is to be another one.
func waitForTurn(ctx context.Context, err error, waits int) (again bool, _ error) {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.StatusCode != http.StatusTooManyRequests || e.RateLimit.Rule == RuleWindow {
		return false, err
	}
	wait := cmp.Or(e.RetryAfter, e.RateLimit.ResetAfter)
	if wait == 0 || wait > maxLimitWait || waits == maxLimitWaits {
		return false, err
	}
	if err := pause(ctx, wait); err != nil {
		return false, e.because(err)
	}
	return true, nil
}

func optionsOf(opts []CallOption) callOptions {
	var o callOptions
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func (o callOptions) days() int {
	switch {
	case o.window > 0:
		return o.window
	case o.samples:
		return defaultWindowDense
	}
	return defaultWindow
}

// dataCall is what every request for data has in common. Terra's default for
// to_webhook depends on whom one asks, so it is always sent.
func dataCall(endpoint, userID string, toWebhook bool) (call, error) {
	if err := validateID("user id", userID); err != nil {
		return call{}, err
	}
	return call{
		method:   http.MethodGet,
		endpoint: endpoint,
		query:    url.Values{"user_id": {userID}, "to_webhook": {strconv.FormatBool(toWebhook)}},
	}, nil
}

// rangeCall is a request for the data of some days.
func rangeCall(endpoint, userID string, r Range, toWebhook bool, opts []CallOption) (call, error) {
	if err := r.validate(); err != nil {
		return call{}, err
	}
	o := optionsOf(opts)
	if o.window < 0 || o.window > maxWindow {
		return call{}, &ArgumentError{"window", "not 1 to 1825 days"}
	}
	q, err := dataCall(endpoint, userID, toWebhook)
	if err != nil {
		return call{}, err
	}
	q.query.Set("start_date", r.Start.String())
	q.query.Set("end_date", r.End.String())
	q.query.Set("with_samples", strconv.FormatBool(o.samples))
	if o.retryIfRateLimited {
		q.query.Set("retry_if_rate_limited", "true")
	}
	return q, nil
}

func fetch[T any](ctx context.Context, t *transport, c call) (Result[T], error) {
	r, err := t.do(ctx, c)
	if err != nil {
		return nil, err
	}
	return parseResult[T](r)
}

// records is fetch that insists on data and waits while it is being processed.
func records[T any](ctx context.Context, t *transport, c call) (*Data[T], error) {
	for try := 1; ; try++ {
		result, err := fetch[T](ctx, t, c)
		if err != nil {
			return nil, err
		}
		switch result := result.(type) {
		case *Data[T]:
			return result, nil
		case *NoData[T]:
			if _, err := result.Records(); err != nil {
				return nil, err
			}
			return &Data[T]{outcome: result.outcome}, nil
		case *Processing[T]:
			wait := cmp.Or(result.RetryAfter, processingWait)
			if wait > maxProcessingWait || try == processingTries {
				return nil, result.failure()
			}
			if err := pause(ctx, wait); err != nil {
				return nil, result.failure().because(err)
			}
		default:
			return nil, result.failure()
		}
	}
}

// promise is fetch that insists on a delivery to the webhook.
func promise[T any](ctx context.Context, t *transport, c call) (*Queued[T], error) {
	c.once = true
	result, err := fetch[T](ctx, t, c)
	if err != nil {
		return nil, err
	}
	queued, ok := result.(*Queued[T])
	if !ok {
		return nil, result.failure()
	}
	return queued, nil
}
