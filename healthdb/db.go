package healthdb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
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

	tables        []*table // by number
	statements    []statements
	series        [][][]int32 // ids, by the number of the table, list, and leaf
	insertSamples map[int]string
	folded        folded
}

type config struct {
	samples   bool
	retention time.Duration
	now       func() time.Time
	logger    *slog.Logger
}

// Option changes how a [DB] works.
type Option func(*config)

// WithoutSamples leaves out the values of time series, which are most of the bytes: no
// rows of the table samples are written. The raw deliveries
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
// One connection of the pool is taken for writing until [DB.Close], so the pool must
// allow for two at least. The error may be [ErrOneConnection], [ErrNotDurable] or a [*NewerError].
func OpenSQLite(ctx context.Context, pool *sql.DB, opts ...Option) (*DB, error) {
	return open(ctx, pool, sqldb.SQLite, opts)
}

// OpenPostgres opens the store in the PostgreSQL database of pool, in the schema
// that comes first in its search path, and creates or extends its tables as needed.
// The error may be [ErrNotDurable] or a [*NewerError].
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
	d := &DB{sql: db, config: c, tables: newTables(), insertSamples: sqliteInserts()}
	for _, t := range d.tables {
		d.statements = append(d.statements, t.statements(dialect))
	}
	if err := d.migrate(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return d, nil
}

// Close waits for the delivery being applied, if any. The pool stays open.
func (db *DB) Close() error { return db.sql.Close() }

// migrate brings the schema up to date: the tables that are written down, then those
// that follow from the records.
func (db *DB) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations/"+db.sql.Dialect.String())
	if err != nil {
		return err
	}
	if err := db.sql.Migrate(ctx, storeName, files); err != nil {
		return err
	}
	return db.sql.Tx(ctx, func(tx *sqldb.Tx) error {
		if db.sql.Dialect == sqldb.Postgres {
			// Two processes that add the same column would both fail.
			if _, err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('healthdb schema'))"); err != nil {
				return err
			}
		}
		db.series = nil
		for _, t := range db.tables {
			if err := db.extend(tx, t); err != nil {
				return err
			}
			ids, err := seriesIDs(tx, t)
			if err != nil {
				return err
			}
			db.series = append(db.series, ids)
		}
		return nil
	})
}

// extend creates the table, or the columns that it has not got yet. Of the columns
// that it has, those that no record fills any more stay as they are.
func (db *DB) extend(tx *sqldb.Tx, t *table) error {
	have, err := columnsOf(tx, db.sql.Dialect, t.name)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		_, err := tx.Exec(t.ddl(db.sql.Dialect))
		return err
	}
	for _, c := range t.allColumns(db.sql.Dialect) {
		if have[c.name] {
			continue
		}
		if _, err := tx.Exec("ALTER TABLE " + t.name + " ADD COLUMN " + c.definition()); err != nil {
			return err
		}
		db.logger.Info("healthdb: new column", "table", t.name, "column", c.name)
	}
	return nil
}

// columnsOf is empty for a table that does not exist.
func columnsOf(tx *sqldb.Tx, d sqldb.Dialect, table string) (map[string]bool, error) {
	query := "SELECT name FROM pragma_table_info(?)"
	if d == sqldb.Postgres {
		query = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
	}
	rows, err := tx.Query(query, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		columns[name] = true
	}
	return columns, rows.Err()
}

// seriesIDs names the series of t's records, and returns their ids by list and leaf.
func seriesIDs(tx *sqldb.Tx, t *table) ([][]int32, error) {
	ids := make([][]int32, len(t.lists))
	for i, l := range t.lists {
		for _, leaf := range l.leaves {
			var id int32
			err := tx.QueryRow("SELECT id FROM series WHERE record = ? AND path = ?", []any{t.name, leaf.path}, &id)
			if errors.Is(err, sql.ErrNoRows) {
				err = tx.QueryRow("INSERT INTO series (record, path) VALUES (?, ?) RETURNING id", []any{t.name, leaf.path}, &id)
			}
			if err != nil {
				return nil, err
			}
			ids[i] = append(ids[i], id)
		}
	}
	return ids, nil
}

// reader is what can be read from: the pool or a snapshot.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// query reads outside of a transaction.
func (db *DB) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return db.queryIn(ctx, db.sql.Pool, query, args...)
}

func (db *DB) queryIn(ctx context.Context, r reader, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.QueryContext(ctx, db.sql.Dialect.Rebind(query), args...)
	return rows, sqldb.Wrap("read", err)
}

// snapshot has read see the database as it was at one moment, however many queries it
// makes.
func (db *DB) snapshot(ctx context.Context, read func(reader) error) error {
	opts := sql.TxOptions{ReadOnly: true}
	if db.sql.Dialect == sqldb.Postgres {
		opts.Isolation = sql.LevelRepeatableRead // SQLite knows no other
	}
	tx, err := db.sql.Pool.BeginTx(ctx, &opts)
	if err != nil {
		return sqldb.Wrap("read", err)
	}
	defer tx.Rollback() //nolint:errcheck // there is nothing to undo
	return read(tx)
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
