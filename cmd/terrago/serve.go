package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/cmd/terrago/internal/ops"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

const (
	serveAddr      = "127.0.0.1:8080"
	workAddr       = "127.0.0.1:8081" // so that one process of each kind fits on a machine
	consoleAddr    = "127.0.0.1:8082"
	webhookPath    = "/webhooks/terra"
	maxServeHeader = 32 << 10         // bytes of the headers of a request
	answerTimeout  = 15 * time.Second // to store a delivery and answer it, once it has arrived
	pruneInterval  = time.Hour
)

type serveCommand struct {
	storeFlags
	connection

	Addr    string `placeholder:"HOST:PORT" help:"Where to listen; port 0 is any free one. Default: ${serve_addr}, or with --work alone ${work_addr}."`
	Path    string `default:"${webhook_path}" help:"Where Terra delivers to. Default: ${default}."`
	OpsAddr string `name:"ops-addr" placeholder:"HOST:PORT" help:"Where /healthz, /readyz and /metrics are, and not beside the webhook."`

	Receive bool `help:"Only receive: deliveries wait in the inbox for another process that works."`
	Work    bool `help:"Only work: apply what another process has received."`

	SecretFiles   []string      `name:"signing-secret-file" sep:"none" placeholder:"FILE" help:"Read signing secrets from a file, one on each line, instead of TERRA_SIGNING_SECRET, where commas separate them. May be repeated."`
	MaxBody       size          `name:"max-body" default:"64MiB" help:"Refuse larger bodies. Default: ${default}."`
	MaxConcurrent int           `name:"max-concurrent" default:"64" help:"Deliveries received at once; those past it are answered 503 and come again. Memory is bounded by this many bodies and half as many again. Default: ${default}."`
	ReadTimeout   time.Duration `name:"read-timeout" default:"30s" help:"For a request to arrive in full. Default: ${default}."`
	IdleTimeout   time.Duration `name:"idle-timeout" default:"2m" help:"For a connection without a request. Default: ${default}."`

	Workers      int           `default:"4" help:"Deliveries applied at once. Default: ${default}."`
	Lease        time.Duration `default:"1m" help:"What a worker that died had begun waits this long for another. Default: ${default}."`
	PayloadHosts []string      `name:"payload-host" placeholder:"HOST" help:"Another host that the payloads of pings may be fetched from. May be repeated."`
	NoSamples    bool          `name:"no-samples" help:"Keep no time series, only what sums them up."`
	Retention    time.Duration `placeholder:"DURATION" help:"Keep the bodies of deliveries this long, such as 2160h. For ever, if left out."`
	Reconcile    time.Duration `placeholder:"INTERVAL" help:"Compare the connections with Terra's at the start and then this often. Needs API credentials."`
	Replicas     int           `name:"inbox-replicas" placeholder:"N" help:"Servers of a NATS cluster that keep a new inbox." group:"Store"`

	Console          bool     `help:"Show people and what was delivered in the browser, to whoever has the token in TERRAGO_CONSOLE_TOKEN."`
	ConsoleAddr      string   `name:"console-addr" default:"${console_addr}" placeholder:"HOST:PORT" help:"Where the console listens, apart from the webhook. Default: ${default}."`
	ConsoleTokenFile string   `name:"console-token-file" placeholder:"FILE" help:"Read the console's token from a file instead."`
	ConsoleHosts     []string `name:"console-host" placeholder:"NAME" help:"A name under which a proxy in front of the console is reached, such as health.example.com. May be repeated."`

	Grace     time.Duration `default:"20s" help:"For what is under way to finish after Ctrl-C or SIGTERM. Default: ${default}."`
	LogFormat string        `name:"log-format" enum:"text,json" default:"text" help:"Of the standard error: text or json. Default: ${default}."`
}

// Help is the long form.
func (serveCommand) Help() string {
	return `A delivery is verified, stored in the inbox, and only then acknowledged. Workers take it from there into the ` +
		`database, and try again until it is applied or found to be beyond help, when it waits among the dead letters: ` +
		`see terrago events. Put a proxy that speaks TLS in front.

On one machine:

  TERRA_SIGNING_SECRET=… terrago serve --db sqlite:health.db

On several, over one NATS cluster and one PostgreSQL:

  terrago serve --receive --inbox nats://n1,nats://n2,nats://n3 --inbox-replicas 3
  terrago serve --work --inbox nats://n1,nats://n2,nats://n3 --inbox-replicas 3 --db-file /run/secrets/db`
}

// serveReport is what serve says once it is up.
type serveReport struct {
	Webhook string `json:"webhook,omitempty"` // where deliveries go
	Console string `json:"console,omitempty"`
	Ops     string `json:"ops"` // the URL in front of /healthz, /readyz and /metrics
	Store   string `json:"store,omitempty"`
	Inbox   string `json:"inbox"`
}

func (r serveReport) text(w io.Writer) {
	for _, line := range []struct{ name, value string }{
		{"webhook", r.Webhook},
		{"console", r.Console},
		{"store", r.Store},
		{"inbox", r.Inbox},
		{"health", r.Ops + "/healthz"},
		{"ready", r.Ops + "/readyz"},
		{"metrics", r.Ops + "/metrics"},
	} {
		if line.value != "" {
			fmt.Fprintf(w, "%s\t%s\n", line.name, line.value)
		}
	}
}

func (c serveCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if c.Receive == c.Work { // neither or both: all of it
		c.Receive, c.Work = true, true
	}
	log = c.logger(ctx, out, log)
	s := &service{serveCommand: c, log: log}
	if err := s.configure(); err != nil {
		return err
	}
	if err := s.open(ctx); err != nil {
		s.close()
		if ctx.Err() != nil {
			return nil // stopped before it had begun
		}
		return err
	}
	defer s.close()
	if err := s.start(ctx); err != nil {
		return err
	}
	defer s.drain()
	if err := out.result(s.report, s.report.text); err != nil {
		return err
	}
	log.InfoContext(ctx, "serving", "webhook", s.report.Webhook, "ops", s.report.Ops, "store", s.report.Store, "inbox", s.report.Inbox)
	return s.wait(ctx)
}

// logger tells more than other commands do: nobody is watching this one.
func (c serveCommand) logger(ctx context.Context, out *output, log *slog.Logger) *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelInfo}
	if log.Enabled(ctx, slog.LevelDebug) {
		opts.Level = slog.LevelDebug
	}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out.err, opts))
	}
	return slog.New(slog.NewTextHandler(out.err, opts))
}

// check finds what is wrong with the flags by themselves.
func (c serveCommand) check() error {
	switch {
	case !isPath(c.Path):
		return usagef("--path is a path such as %s", webhookPath)
	case c.OpsAddr == "" && slices.Contains(ops.Paths(), c.Path):
		return usagef("--path %s is taken; choose another, or say --ops-addr", c.Path)
	case c.MaxConcurrent < 1:
		return usagef("--max-concurrent must be 1 or more")
	case c.Workers < 1:
		return usagef("--workers must be 1 or more")
	case c.Lease < time.Second:
		return usagef("--lease must be 1s or more")
	case c.ReadTimeout <= 0 || c.IdleTimeout <= 0:
		return usagef("--read-timeout and --idle-timeout must be longer than 0")
	case c.Grace <= 0 || c.Retention < 0:
		return usagef("--grace must be longer than 0, and --retention not negative")
	case c.Reconcile != 0 && c.Reconcile < time.Minute:
		return usagef("--reconcile must be 1m or more")
	case c.Reconcile != 0 && !c.Work:
		return usagef("--reconcile is for the process that works; leave --receive out")
	case c.Console && !c.Work:
		return usagef("--console shows what is in the database; leave --receive out")
	case !c.Console && (c.ConsoleTokenFile != "" || len(c.ConsoleHosts) > 0):
		return usagef("--console-token-file and --console-host go with --console")
	case c.Replicas < 0:
		return usagef("--inbox-replicas must be 1 or more")
	}
	for _, host := range c.PayloadHosts {
		if u, err := url.Parse("https://" + host); err != nil || host == "" || u.Host != host {
			return usagef("--payload-host is a name such as files.example.com, or *.example.com for all that end so")
		}
	}
	return nil
}

// isPath reports whether requests for s can be told from others.
func isPath(s string) bool {
	u, err := url.ParseRequestURI(s)
	clean := path.Clean(s)
	return err == nil && u.Path == s && !strings.ContainsAny(s, "{} ") &&
		strings.HasPrefix(s, "/") && (s == clean || s == clean+"/")
}

// verifier knows all signing secrets.
func (c serveCommand) newVerifier() (*webhook.Verifier, error) {
	secrets, err := signingSecrets(c.SecretFiles...)
	if err != nil {
		return nil, err
	}
	if c.Sandbox {
		secrets = append(secrets, sandbox.DefaultSigningSecret)
	}
	if len(secrets) == 0 {
		return nil, usagef("no signing secret: set TERRA_SIGNING_SECRET, name a --signing-secret-file, " +
			"or add --sandbox to take what a sandbox on this machine signs")
	}
	v, err := webhook.NewVerifier(secrets)
	if err != nil {
		return nil, usagef("%s", err)
	}
	return v, nil
}

// service is serve at work.
type service struct {
	serveCommand
	log *slog.Logger

	dbAt, inboxAt store.Location
	verifier      *webhook.Verifier
	client        *terra.Client // nil without a schedule to reconcile on
	token         console.Token // that opens the console

	db      *store.DB // nil when only receiving
	inbox   *store.Inbox
	ready   *ops.Readiness
	metrics *ops.Metrics

	front, back *server       // back, where the operators look, may be nil or the only one
	console     consoleServer // without a server, unless asked for
	landing     *landing
	chores      sync.WaitGroup
	endChores   context.CancelFunc
	report      serveReport
}

// configure does what needs neither network nor disk, but for the files of secrets.
func (s *service) configure() (err error) {
	if err := s.check(); err != nil {
		return err
	}
	if s.Receive {
		if s.verifier, err = s.newVerifier(); err != nil {
			return err
		}
	}
	if s.Reconcile != 0 {
		if s.client, err = s.connection.client(s.log); err != nil {
			return err
		}
	}
	if s.Console {
		if s.token, err = s.consoleToken(); err != nil {
			return err
		}
	}
	at, ok, err := s.dbLocation()
	if err != nil {
		return err
	}
	if !ok && s.Work {
		return usagef("which database? Say --db sqlite:FILE or --db postgres://USER@HOST/DATABASE, or set TERRAGO_DB")
	}
	var beside *store.Location
	if ok {
		s.dbAt, beside = at, &at
	}
	if s.inboxAt, _, err = s.inboxLocation(beside); err != nil {
		return err
	}
	switch {
	case s.inboxAt.Kind == store.Embedded && !(s.Receive && s.Work):
		return usagef("no other process reaches an embedded inbox; receive and work in one, or share an inbox in nats:// or postgres://")
	case s.inboxAt.Kind != store.NATS && s.Replicas > 0:
		return usagef("--inbox-replicas goes with --inbox nats://…")
	}
	return nil
}

// open opens the inbox and the database.
func (s *service) open(ctx context.Context) (err error) {
	s.inbox, err = store.OpenInbox(ctx, s.inboxAt, store.InboxOptions{Replicas: s.Replicas, Logger: s.log})
	if err != nil {
		return explainStore(err, s.inboxAt)
	}
	s.report.Inbox = s.inboxAt.String()
	s.ready = &ops.Readiness{Checks: []ops.Check{{Name: "the inbox", Run: s.inbox.Ping}}}
	s.metrics = ops.NewMetrics(s.inbox, s.log)
	if !s.Work {
		return nil
	}
	opts := []healthdb.Option{healthdb.WithLogger(s.log), healthdb.WithRawRetention(s.Retention)}
	if s.NoSamples {
		opts = append(opts, healthdb.WithoutSamples())
	}
	if s.db, err = store.OpenDB(ctx, s.dbAt, opts...); err != nil {
		return explainStore(err, s.dbAt)
	}
	s.report.Store = s.dbAt.String()
	s.ready.Checks = append(s.ready.Checks, ops.Check{Name: "the database", Run: s.db.Ping})
	return nil
}

// start listens, and works.
func (s *service) start(ctx context.Context) error {
	addr := cmp.Or(s.Addr, serveAddr)
	if !s.Receive {
		addr = cmp.Or(s.OpsAddr, s.Addr, workAddr)
	}
	l, err := bind(ctx, addr)
	if err != nil {
		return err
	}
	var opsListener net.Listener
	if s.OpsAddr != "" && s.Receive {
		if opsListener, err = bind(ctx, s.OpsAddr); err != nil {
			l.Close()
			return err
		}
	}
	if s.Console {
		if s.console, err = s.startConsole(ctx); err != nil {
			l.Close()
			if opsListener != nil {
				opsListener.Close()
			}
			return err
		}
		s.report.Console = s.console.url + "/"
	}
	if s.Work {
		s.work(ctx)
	}
	s.listen(l, opsListener)
	return nil
}

func (s *service) listen(l, opsListener net.Listener) {
	routes := http.NewServeMux()
	if s.Receive {
		if s.Sandbox && !isLoopback(l.Addr().String()) {
			s.log.Warn("with --sandbox anybody who reaches this address can forge deliveries")
		}
		routes.Handle(s.Path, ingest.NewReceiver(s.verifier, s.inbox,
			ingest.WithMaxBytes(int64(s.MaxBody)), ingest.WithLimit(s.MaxConcurrent),
			ingest.WithLogger(s.log), ingest.WithObserver(s.metrics.Observer())))
		s.report.Webhook = urlOf(l) + s.Path
	}
	operators := ops.Handler(s.ready, s.metrics)
	s.report.Ops = urlOf(l)
	if opsListener != nil {
		s.report.Ops = urlOf(opsListener)
		s.back = serve(opsListener, operators, s.log)
	} else {
		for _, operated := range ops.Paths() {
			routes.Handle(operated, operators)
		}
	}
	s.front = serveWith(l, routes, s.log, func(h *http.Server) {
		h.ReadTimeout, h.IdleTimeout, h.MaxHeaderBytes = s.ReadTimeout, s.IdleTimeout, maxServeHeader
		h.WriteTimeout = s.ReadTimeout + answerTimeout
	})
}

// work applies what is in the inbox, and does what has to be done now and then.
func (s *service) work(ctx context.Context) {
	hosts := []ingest.FetcherOption{ingest.AllowHost(s.PayloadHosts...)}
	if s.Sandbox {
		hosts = append(hosts, ingest.AllowLoopback())
	}
	s.landing = land(ctx, s.db, s.inbox,
		ingest.WithConcurrency(s.Workers), ingest.WithLease(s.Lease), ingest.WithGrace(s.Grace), ingest.WithFetcher(ingest.NewFetcher(hosts...)),
		ingest.WithLogger(s.log), ingest.WithObserver(s.metrics.Observer()))
	ctx, s.endChores = context.WithCancel(ctx)
	if s.Retention > 0 {
		s.chores.Go(func() { every(ctx, pruneInterval, func(ctx context.Context) { prune(ctx, s.db, s.log) }) })
	}
	if s.Reconcile > 0 {
		s.chores.Go(func() { every(ctx, s.Reconcile, s.reconcile) })
	}
}

func (s *service) reconcile(ctx context.Context) {
	r, err := s.db.Reconcile(ctx, s.client)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.ErrorContext(ctx, "connections not reconciled", "error", withHint(err, s.connection.hint(err)))
	default:
		s.log.InfoContext(ctx, "connections reconciled", "added", r.Added, "changed", r.Changed, "gone", r.Gone, "unchanged", r.Unchanged)
	}
}

// wait returns nil when ctx ends, which is how serve is meant to end.
func (s *service) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.front.stopped():
		return fmt.Errorf("the server at %s stopped: %w", cmp.Or(s.report.Webhook, s.report.Ops), s.front.err)
	case <-s.back.stopped():
		return fmt.Errorf("the server at %s stopped: %w", s.report.Ops, s.back.err)
	case <-s.console.stopped():
		return fmt.Errorf("the server at %s stopped: %w", s.report.Console, s.console.err)
	case <-s.landing.stopped():
		return fmt.Errorf("the worker stopped: %w", s.landing.err)
	}
}

// drain has requests and deliveries finish, for as long as the grace lasts. What
// does not is not lost: it was not acknowledged to its sender, or it is still in the
// inbox.
func (s *service) drain() {
	s.log.Info("draining", "grace", s.Grace)
	s.ready.Drain()
	s.console.close()
	ctx, cancel := context.WithTimeout(context.Background(), s.Grace)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() {
		if !s.front.shutdown(ctx) {
			s.log.Warn("requests were cut off when the grace was over; their senders deliver again")
		}
	})
	if s.landing != nil {
		all.Go(s.landing.close)
	}
	all.Wait()
	s.log.Info("stopped")
}

// close undoes open and start.
func (s *service) close() {
	if s.endChores != nil {
		s.endChores()
		s.chores.Wait()
	}
	if s.landing != nil {
		s.landing.close()
	}
	if s.back != nil {
		s.back.close()
	}
	s.console.close()
	if s.db != nil {
		if err := s.db.Close(); err != nil {
			s.log.Error("database not closed", "error", err)
		}
	}
	if s.inbox != nil {
		if err := s.inbox.Close(); err != nil {
			s.log.Error("inbox not closed", "error", err)
		}
	}
}
