package healthdb

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"github.com/terra-go/terra/internal/sqldb"
)

//go:embed migrations
var migrations embed.FS

// storeName is what the database's table of migrations is called after.
const storeName = "healthdb"

// DB is a store of health records. It is safe for concurrent use, by any number of
// processes on PostgreSQL and by several on one machine with SQLite.
type DB struct {
	sql *sqldb.DB
	config
}

type config struct {
	samples   bool
	retention time.Duration
	now       func() time.Time
	logger    *slog.Logger
}

// Option changes how a [DB] works.
type Option func(*config)

// WithoutSamples leaves out the values of time series, which are most of the bytes:
// rows of the table samples are neither written nor replaced. The raw deliveries
// still hold them.
func WithoutSamples() Option { return func(c *config) { c.samples = false } }

// WithRawRetention has [DB.Prune] drop the bodies of deliveries that were received
// longer ago than d. 0, which is the default, keeps them for ever. What remains of a
// delivery is enough not to apply it twice.
func WithRawRetention(d time.Duration) Option { return func(c *config) { c.retention = d } }

// WithClock replaces [time.Now].
func WithClock(now func() time.Time) Option { return func(c *config) { c.now = now } }

// WithLogger tells l of changes to the schema. Nothing of a person is logged.
func WithLogger(l *slog.Logger) Option { return func(c *config) { c.logger = l } }

// OpenSQLite opens the store in the SQLite database of pool, and creates or extends
// its tables as needed. The driver is the program's choice. The database has to be a
// file; it is put into WAL mode, and what is applied is flushed before Apply returns.
// One connection of the pool is taken for writing until [DB.Close].
func OpenSQLite(ctx context.Context, pool *sql.DB, opts ...Option) (*DB, error) {
	return open(ctx, pool, sqldb.SQLite, opts)
}

// OpenPostgres opens the store in the PostgreSQL database of pool, in the schema
// that comes first in its search path, and creates or extends its tables as needed.
func OpenPostgres(ctx context.Context, pool *sql.DB, opts ...Option) (*DB, error) {
	return open(ctx, pool, sqldb.Postgres, opts)
}

func open(ctx context.Context, pool *sql.DB, dialect sqldb.Dialect, opts []Option) (*DB, error) {
	c := config{samples: true, now: time.Now, logger: slog.New(slog.DiscardHandler)}
	for _, opt := range opts {
		opt(&c)
	}
	db, err := sqldb.Open(ctx, pool, dialect)
	if err != nil {
		return nil, err
	}
	d := &DB{sql: db, config: c}
	if err := d.migrate(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return d, nil
}

// Close waits for the delivery being applied, if any. The pool stays open.
func (db *DB) Close() error { return db.sql.Close() }

func (db *DB) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations/"+db.sql.Dialect.String())
	if err != nil {
		return err
	}
	return db.sql.Migrate(ctx, storeName, files)
}

// query reads outside of a transaction.
func (db *DB) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := db.sql.Pool.QueryContext(ctx, db.sql.Dialect.Rebind(query), args...)
	return rows, sqldb.Wrap("read", err)
}

// stamp is a moment as the columns for the store's own times hold it.
func (db *DB) stamp(t time.Time) any {
	if db.sql.Dialect == sqldb.SQLite {
		return t.UTC().Format(stampLayout)
	}
	return t
}

// stampLayout has a fixed width, so that text sorts as time does.
const stampLayout = "2006-01-02T15:04:05.000Z"
