package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	_ "modernc.org/sqlite" // the driver called sqlite

	"github.com/terra-go/terra/cmd/terrago/internal/broker"
	"github.com/terra-go/terra/cmd/terrago/internal/filelock"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/natsinbox"
	"github.com/terra-go/terra/ingest/sqlinbox"
)

const (
	connections = 16               // to PostgreSQL, for each of database and inbox
	idleTime    = 5 * time.Minute  // after which a connection to PostgreSQL is closed
	dialTimeout = 10 * time.Second // for PostgreSQL and NATS
)

// DB is an open database.
type DB struct {
	*healthdb.DB
	Pool     *sql.DB
	Location Location
}

// OpenDB opens the database at l, and makes it if need be.
func OpenDB(ctx context.Context, l Location, opts ...healthdb.Option) (*DB, error) {
	pool, err := l.pool()
	if err != nil {
		return nil, err
	}
	open := healthdb.OpenSQLite
	if l.Kind == Postgres {
		open = healthdb.OpenPostgres
	}
	db, err := open(ctx, pool, opts...)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &DB{db, pool, l}, nil
}

// Ping finds out whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.Pool.PingContext(ctx) }

// Close waits for what is being applied.
func (db *DB) Close() error { return errors.Join(db.DB.Close(), db.Pool.Close()) }

// Inbox is an open inbox.
type Inbox struct {
	ingest.Inbox
	Location Location
	ping     func(context.Context) error // nil where counting costs no more
	closers  []func() error              // in the order in which they are called
}

// InboxOptions change how an inbox is opened.
type InboxOptions struct {
	// Share has an embedded inbox that another process runs be used through that
	// process. Otherwise it fails with [filelock.ErrHeld].
	Share bool
	// Replicas is how many servers of a NATS cluster keep a new inbox; 0 is one.
	Replicas int
	// SQL is for an inbox in SQLite or PostgreSQL.
	SQL []sqlinbox.Option
	// Logger is told what an embedded server has to say.
	Logger *slog.Logger
}

// OpenInbox opens the inbox at l, and makes it if need be.
func OpenInbox(ctx context.Context, l Location, o InboxOptions) (*Inbox, error) {
	i := &Inbox{Location: l}
	var err error
	switch l.Kind {
	case SQLite, Postgres:
		err = i.openSQL(ctx, o.SQL)
	case NATS:
		err = i.openNATS(ctx, func() (*nats.Conn, error) { return dial(ctx, l.Target) }, natsinbox.WithReplicas(o.Replicas))
	case Embedded:
		err = i.openEmbedded(ctx, o)
	default:
		err = ErrInboxLocation
	}
	if err != nil {
		i.Close()
		return nil, err
	}
	return i, nil
}

// Ping finds out whether the inbox answers.
func (i *Inbox) Ping(ctx context.Context) error {
	if i.ping != nil {
		return i.ping(ctx)
	}
	_, err := i.Stats(ctx)
	return err
}

// Close closes what was opened. Deliveries that are still leased can be leased again
// once their leases have run out.
func (i *Inbox) Close() error {
	var errs []error
	for _, closer := range i.closers {
		errs = append(errs, closer())
	}
	return errors.Join(errs...)
}

func (i *Inbox) openSQL(ctx context.Context, opts []sqlinbox.Option) error {
	pool, err := i.Location.pool()
	if err != nil {
		return err
	}
	i.closers = append(i.closers, pool.Close)
	i.ping = pool.PingContext // counting a long backlog takes longer than a probe waits
	open := sqlinbox.OpenSQLite
	if i.Location.Kind == Postgres {
		open = sqlinbox.OpenPostgres
	}
	inbox, err := open(ctx, pool, opts...)
	if err != nil {
		return err
	}
	i.Inbox = inbox
	i.closers = append([]func() error{inbox.Close}, i.closers...)
	return nil
}

func (i *Inbox) openEmbedded(ctx context.Context, o InboxOptions) error {
	server, err := broker.Start(i.Location.Target, o.Logger)
	if errors.Is(err, filelock.ErrHeld) && o.Share {
		return i.openNATS(ctx, func() (*nats.Conn, error) { return broker.Dial(ctx, i.Location.Target) })
	}
	if err != nil {
		return err
	}
	i.closers = append(i.closers, func() error { server.Close(); return nil })
	return i.openNATS(ctx, server.Connect)
}

func (i *Inbox) openNATS(ctx context.Context, connect func() (*nats.Conn, error), opts ...natsinbox.Option) error {
	conn, err := connect()
	if err != nil {
		return err
	}
	i.closers = append([]func() error{func() error { conn.Close(); return nil }}, i.closers...)
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	inbox, err := natsinbox.Open(ctx, js, opts...)
	if err != nil {
		return err
	}
	i.Inbox = inbox
	return nil
}

// UnreachableError says that no server answers at a location.
type UnreachableError struct{ At Location }

func (e *UnreachableError) Error() string { return "nothing answers at " + e.At.String() }

func dial(ctx context.Context, target string) (*nats.Conn, error) {
	conn, err := nats.Connect(target, nats.Name("terrago"), nats.Timeout(dialTimeout), nats.MaxReconnects(-1))
	if err != nil {
		return nil, errors.Join(ctx.Err(), &UnreachableError{Location{NATS, target}})
	}
	return conn, nil
}

// pool is a pool of connections to the database at l, of which none is made yet.
func (l Location) pool() (*sql.DB, error) {
	if l.Kind == SQLite {
		if err := l.create(); err != nil {
			return nil, err
		}
		dsn, err := l.dsn()
		if err != nil {
			return nil, err
		}
		return sql.Open("sqlite", dsn)
	}
	config, err := pgx.ParseConfig(l.Target)
	if err != nil {
		return nil, ErrLocation // the cause quotes parts of it
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = dialTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "terrago"
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(idleTime)
	return pool, nil
}

// create makes the file, if there is none, so that nobody else can read it. What
// SQLite puts beside it has the same permissions.
func (l Location) create() error {
	f, err := os.OpenFile(l.Target, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn is the file as the driver wants it, whatever characters its name has.
func (l Location) dsn() (string, error) {
	path, err := filepath.Abs(l.Target)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/…
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=busy_timeout(10000)"}).String(), nil
}
