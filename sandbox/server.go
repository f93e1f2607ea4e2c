package sandbox

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra"
)

// What a Server without [WithCredentials] accepts and signs with, and where the
// command serves it.
const (
	DefaultAddr          = "127.0.0.1:8787"
	DefaultDevID         = "sandbox-dev"
	DefaultAPIKey        = "sandbox-key"
	DefaultSigningSecret = "sandbox-secret"
)

// Server emulates Terra. Make one with [New]; it must be closed.
type Server struct {
	seed      uint64
	creds     terra.Credentials
	log       *slog.Logger
	clock     clock
	advancing chan struct{} // holds one item while the clock is being advanced
	publicURL *url.URL      // nil: links follow the Host of each request
	root      http.Handler
	transport http.RoundTripper
	retries   retryProfile // to begin with; without a name: the one restored, or the default
	sections  []section
	keeper    keeper
	closing   sync.Once
	dispatch  *dispatcher
	rules     ruleSet
	pages     *template.Template
	endpoints map[string]endpoint
	unlimited bool
	budget    budget
	planning  chan struct{} // holds as many as may plan large requests at a time

	mu    sync.Mutex
	world world
}

// Option configures a [Server].
type Option func(*Server) error

// WithSeed chooses the population: the same seed, reference id and provider are
// the same person with the same days, in every run. The default is 1.
func WithSeed(seed uint64) Option {
	return func(s *Server) error {
		s.seed = seed
		return nil
	}
}

// WithCredentials replaces the default credentials. The signing secret is that of
// destinations which bring none of their own.
func WithCredentials(c terra.Credentials) Option {
	return func(s *Server) error {
		if c.DevID == "" || c.APIKey == "" || c.SigningSecret == "" {
			return errors.New("sandbox: credentials need a dev id, an API key and a signing secret")
		}
		s.creds = c
		return nil
	}
}

// WithLogger reports connections, deliveries and failed attempts, never bodies,
// keys or queries. The default discards.
func WithLogger(l *slog.Logger) Option {
	return func(s *Server) error {
		if l == nil {
			return errors.New("sandbox: nil logger")
		}
		s.log = l
		return nil
	}
}

// WithNow replaces [time.Now] as the base of the server's clock, which
// [Server.Advance] moves: creation times, expiry of sessions, due times of
// retries, and the moment up to which people have lived. Signatures alone bear the
// real time always, as receivers check them by theirs.
func WithNow(now func() time.Time) Option {
	return func(s *Server) error {
		if now == nil {
			return errors.New("sandbox: nil clock")
		}
		s.clock.base = now
		return nil
	}
}

// WithPublicURL fixes the scheme and host of every link the server hands out, for
// when it stands behind another name; requests to the control paths are then
// accepted under that name too. By default links repeat the Host of the request.
func WithPublicURL(raw string) Option {
	return func(s *Server) error {
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || !validHost(u.Host) ||
			u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("sandbox: the public URL must be http:// or https:// and a host, nothing more")
		}
		s.publicURL = &url.URL{Scheme: u.Scheme, Host: u.Host}
		return nil
	}
}

// WithRoot serves every path that is not the emulator's own, instead of the plain
// index page at /.
func WithRoot(h http.Handler) Option {
	return func(s *Server) error {
		if h == nil {
			return errors.New("sandbox: nil root handler")
		}
		s.root = h
		return nil
	}
}

// WithTransport carries the deliveries. With one that calls a handler directly a
// test needs no listener.
func WithTransport(rt http.RoundTripper) Option {
	return func(s *Server) error {
		if rt == nil {
			return errors.New("sandbox: nil transport")
		}
		s.transport = rt
		return nil
	}
}

// New starts an empty platform: nobody is connected and there is no destination.
// The only errors are those of options, and of the state that one of them names.
func New(opts ...Option) (*Server, error) {
	s := &Server{
		seed: 1,
		creds: terra.Credentials{
			DevID:         DefaultDevID,
			APIKey:        DefaultAPIKey,
			SigningSecret: DefaultSigningSecret,
		},
		log:       slog.New(slog.DiscardHandler),
		clock:     clock{base: time.Now},
		advancing: make(chan struct{}, 1),
		endpoints: endpoints(),
		keeper:    keeper{dirty: make(chan struct{}, 1)},
		world:     newWorld(),
		planning:  make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	s.root = http.HandlerFunc(s.serveIndex)
	var err error
	if s.pages, err = template.ParseFS(pageFiles, "pages/*.html"); err != nil {
		return nil, fmt.Errorf("sandbox: pages: %w", err)
	}
	for _, opt := range opts {
		if err := opt(s); err != nil {
			return nil, err
		}
	}
	s.rules.seed, s.rules.changed = s.seed, s.keeper.changed
	s.sections = s.stateSections()
	s.dispatch = startDispatcher(s)
	if err := s.startKeeping(); err != nil {
		s.dispatch.close()
		return nil, err
	}
	return s, nil
}

// Close ends every delivery under way, waits for it to return, and writes the state
// if there is a file for it. Requests are still answered; what they would deliver
// is not, and what they change is not kept.
func (s *Server) Close() {
	s.closing.Do(func() {
		s.dispatch.close()
		s.stopKeeping()
	})
}

// Credentials are those that requests need.
func (s *Server) Credentials() terra.Credentials { return s.creds }

// Reset forgets everybody and everything that happened: people, sessions,
// destinations, deliveries, rules. The clock goes back to where it would be had it never
// been advanced.
func (s *Server) Reset() {
	s.mu.Lock()
	s.world = newWorld()
	s.mu.Unlock()
	s.budget.reset()
	s.rules.reset()
	s.dispatch.reset()
	s.clock.setOffset(0)
	s.keeper.changed()
}

// ServeHTTP routes by the first segments of the path.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimRight(r.URL.Path, "/")
	switch {
	case under(path, "/api/v2"):
		s.serveAPI(w, r, current, strings.TrimPrefix(path, "/api/v2"))
	case under(path, "/v2"):
		s.serveAPI(w, r, legacy, strings.TrimPrefix(path, "/v2"))
	case path == "/widget/api/session":
		s.serveAPI(w, r, widget, "/auth/generateWidgetSession")
	case under(path, "/session"), under(path, "/oauth"), under(path, "/widget"):
		s.servePage(w, r, path)
	case under(path, "/payloads"):
		s.servePayload(w, r)
	case under(path, "/_sandbox"):
		s.serveControl(w, r, strings.TrimPrefix(path, "/_sandbox"))
	default:
		s.root.ServeHTTP(w, r)
	}
}

// under reports whether path is base or below it.
func under(path, base string) bool {
	rest, ok := strings.CutPrefix(path, base)
	return ok && (rest == "" || rest[0] == '/')
}
