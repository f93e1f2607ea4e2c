package terra

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/terra-go/terra/health"
)

const (
	// BaseURL is where a Client sends its requests unless told otherwise.
	BaseURL = "https://access.tryterra.co/api/v2"

	// LegacyBaseURL is the older address of the same API, which answers in the older
	// forms; a Client reads both.
	LegacyBaseURL = "https://api.tryterra.co/v2"
)

// DefaultMaxResponseBytes is the size at which a response is refused unless
// [WithMaxResponseBytes] sets another. A month of records with samples takes some
// tens of megabytes.
const DefaultMaxResponseBytes = 128 << 20

// Client talks to the Terra API. It is safe for concurrent use and holds no
// resources of its own beyond the [http.Client] it was given.
type Client struct {
	Activity     *Collection[health.Activity]     // completed workouts
	Body         *Collection[health.Body]         // a day's measurements of the body
	Daily        *Collection[health.Daily]        // a day's totals
	Sleep        *Collection[health.Sleep]        // sleep sessions, naps included
	Nutrition    *Collection[health.Nutrition]    // a day's meals and drinks
	Menstruation *Collection[health.Menstruation] // cycle data
	Athlete      *AthleteService                  // who the person is to the provider

	Auth      *AuthService     // connecting and disconnecting people
	Users     *UserService     // the connections there are
	Providers *ProviderService // what people can connect to
}

// Option changes how [New] sets up a Client.
type Option func(*transport) error

// New checks c and opts and does nothing else: the first request is the first
// sign of whether Terra accepts the credentials. Errors are [ArgumentError]s.
func New(c Credentials, opts ...Option) (*Client, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	t := &transport{
		credentials: func() Credentials { return c },
		base:        BaseURL,
		http:        http.Client{},
		retry:       RetryPolicy{}.withDefaults(),
		log:         slog.New(slog.DiscardHandler),
		limit:       DefaultMaxResponseBytes,
	}
	for _, opt := range opts {
		if err := opt(t); err != nil {
			return nil, err
		}
	}
	// A redirect would take the API key along to wherever it points, so it is
	// returned as the error it is.
	t.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		Activity:     &Collection[health.Activity]{t, "/activity"},
		Body:         &Collection[health.Body]{t, "/body"},
		Daily:        &Collection[health.Daily]{t, "/daily"},
		Sleep:        &Collection[health.Sleep]{t, "/sleep"},
		Nutrition:    &Collection[health.Nutrition]{t, "/nutrition"},
		Menstruation: &Collection[health.Menstruation]{t, "/menstruation"},
		Athlete:      &AthleteService{t},
		Auth:         &AuthService{t},
		Users:        &UserService{t},
		Providers:    &ProviderService{t},
	}, nil
}

// WithBaseURL sends requests elsewhere: to [LegacyBaseURL], a proxy or a sandbox.
// The URL is https, or http to a loopback host, without user, query or fragment.
func WithBaseURL(base string) Option {
	return func(t *transport) error {
		u, err := url.Parse(base)
		switch {
		case err != nil || u.Host == "":
			return &ArgumentError{"base URL", "not an absolute URL"}
		case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
			return &ArgumentError{"base URL", "user, query and fragment are not allowed"}
		case u.Scheme == "http" && !isLoopback(u.Hostname()):
			return &ArgumentError{"base URL", "http would send the API key in the clear; only loopback hosts may use it"}
		case u.Scheme != "http" && u.Scheme != "https":
			return &ArgumentError{"base URL", "the scheme is neither https nor http"}
		}
		t.base = strings.TrimRight(u.String(), "/")
		return nil
	}
}

// WithHTTPClient makes requests through a copy of c, for its transport, cookie
// jar or timeout. The copy does not follow redirects, whatever c does.
func WithHTTPClient(c *http.Client) Option {
	return func(t *transport) error {
		if c == nil {
			return &ArgumentError{"HTTP client", "nil"}
		}
		t.http = *c
		return nil
	}
}

// WithRetry replaces the default [RetryPolicy].
func WithRetry(p RetryPolicy) Option {
	return func(t *transport) error {
		if err := p.validate(); err != nil {
			return err
		}
		t.retry = p.withDefaults()
		return nil
	}
}

// WithLogger logs each attempt at debug level: method, endpoint, status (0 when
// there was no response), attempt, duration. Ids, queries, bodies and keys are
// never logged.
func WithLogger(l *slog.Logger) Option {
	return func(t *transport) error {
		if l == nil {
			return &ArgumentError{"logger", "nil"}
		}
		t.log = l
		return nil
	}
}

// WithMaxResponseBytes refuses responses of more than n bytes, counted after
// decompression, with [ErrResponseTooLarge].
func WithMaxResponseBytes(n int64) Option {
	return func(t *transport) error {
		if n < 1 {
			return &ArgumentError{"response limit", "less than one byte"}
		}
		t.limit = n
		return nil
	}
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
