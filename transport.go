package terra

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/terra-go/terra/internal/jsonscan"
)

// maxErrorBytes is how much of its body an Error keeps.
const maxErrorBytes = 64 << 10

// trustedLength is how much memory a Content-Length header alone may claim.
const trustedLength = 16 << 20

type transport struct {
	// credentials is a function because fmt would print a field, unexported or not.
	credentials func() Credentials
	base        string
	http        http.Client
	retry       RetryPolicy
	log         *slog.Logger
	limit       int64
}

// call is one request to the API, as often as it is sent.
type call struct {
	method   string
	endpoint string // as documented; all that errors and logs show
	path     string // escaped, with ids filled in; "" for the endpoint itself
	query    url.Values
	body     any // sent as JSON unless nil

	once    bool // repeating it could do something twice
	keyless bool // the API key stays at home
}

// response is the answer to a call, or what there is of one.
type response struct {
	call     call
	attempts int
	status   int
	header   http.Header
	body     []byte
}

// do sends c until it is answered with a 2xx, cannot be repeated, or has used up
// its attempts. Errors are *Error.
func (t *transport) do(ctx context.Context, c call) (*response, error) {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return nil, &ArgumentError{"request", "cannot be written as JSON"}
		}
	}
	for attempt := 1; ; attempt++ {
		r, failure := t.attempt(ctx, c, body, attempt)
		if failure == nil {
			return r, nil
		}
		if c.once || attempt >= t.retry.Attempts || !failure.isTransient() {
			return nil, failure
		}
		delay, ok := t.retry.delay(attempt, failure.RetryAfter)
		if !ok {
			return nil, failure
		}
		if err := pause(ctx, delay); err != nil {
			return nil, failure.because(err)
		}
	}
}

func (t *transport) attempt(ctx context.Context, c call, body []byte, attempt int) (*response, *Error) {
	start := time.Now()
	r := &response{call: c, attempts: attempt}
	attemptCtx, cancel := context.WithTimeout(ctx, t.retry.Timeout)
	defer cancel()
	err := t.exchange(attemptCtx, r, body)
	t.log.LogAttrs(ctx, slog.LevelDebug, "terra request",
		slog.String("method", c.method), slog.String("endpoint", c.endpoint),
		slog.Int("status", r.status), slog.Int("attempt", attempt), slog.Duration("duration", time.Since(start)))
	switch {
	case r.status >= 300:
		return nil, r.fail(nil)
	case err == nil:
		return r, nil
	case ctx.Err() != nil:
		return nil, r.fail(ctx.Err())
	case attemptCtx.Err() != nil:
		return nil, r.fail(ErrTimeout)
	}
	return nil, r.fail(err)
}

// exchange sends the call once and fills in r. Its errors name no URL and quote
// nothing that came over the wire.
func (t *transport) exchange(ctx context.Context, r *response, body []byte) error {
	req, err := t.request(ctx, r.call, body)
	if err != nil {
		return ErrConnection
	}
	res, err := t.http.Do(req)
	if err != nil {
		return connectionError(err)
	}
	defer res.Body.Close()
	r.status, r.header = res.StatusCode, res.Header
	if r.status >= 300 {
		r.body, _ = readBody(res, maxErrorBytes)
		return nil
	}
	if res.ContentLength > t.limit {
		return ErrResponseTooLarge
	}
	r.body, err = readBody(res, t.limit)
	return err
}

func (t *transport) request(ctx context.Context, c call, body []byte) (*http.Request, error) {
	target := t.base + c.endpoint
	if c.path != "" {
		target = t.base + c.path
	}
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	var payload io.Reader
	if body != nil {
		payload = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, target, payload)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "terra-go")
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	credentials := t.credentials()
	req.Header.Set("dev-id", credentials.DevID)
	if !c.keyless {
		req.Header.Set("x-api-key", credentials.APIKey)
	}
	return req, nil
}

// fail makes an Error of what r holds. The cause may be nil.
func (r *response) fail(cause error) *Error {
	e := &Error{
		Method:     r.call.method,
		Endpoint:   r.call.endpoint,
		Attempts:   r.attempts,
		StatusCode: r.status,
		RetryAfter: parseRetryAfter(r.header, time.Now()),
		RateLimit:  parseRateLimit(r.header),
		Reference:  r.header.Get("terra-reference"),
		TraceID:    r.header.Get("X-Terra-Trace-Id"),
		Raw:        bytes.Clone(r.body[:min(len(r.body), maxErrorBytes)]),
		err:        cause,
	}
	e.readBody()
	return e
}

// decode reads the body into v.
func (r *response) decode(v any) error {
	if err := decode(r.body, v); err != nil {
		return r.fail(err)
	}
	return nil
}

// readBody reads at most limit bytes, and has zeros follow them as jsonscan wants
// it. On ErrResponseTooLarge it returns the first limit of them.
func readBody(res *http.Response, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if n := res.ContentLength; n > 0 {
		// The extra room lets ReadFrom see the end without growing.
		b.Grow(int(min(n, limit, trustedLength)) + bytes.MinRead + jsonscan.Padding)
	}
	_, err := b.ReadFrom(io.LimitReader(res.Body, limit+1))
	n := b.Len()
	b.Write(make([]byte, jsonscan.Padding))
	switch {
	case int64(n) > limit:
		return b.Bytes()[:limit], ErrResponseTooLarge
	case err != nil:
		return b.Bytes()[:n], ErrTruncated
	}
	return b.Bytes()[:n], nil
}

// connectionError says what is safe to say of an error from net/http, which may
// quote the URL or bytes of the response.
func connectionError(err error) error {
	var errno syscall.Errno
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return ErrTimeout
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: closed by the server", ErrConnection)
	case errors.As(err, new(*net.DNSError)):
		return fmt.Errorf("%w: host not found", ErrConnection)
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Errorf("%w: certificate not trusted", ErrConnection)
	case errors.As(err, &errno):
		return fmt.Errorf("%w: %w", ErrConnection, errno)
	}
	return ErrConnection
}
