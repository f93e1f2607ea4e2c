package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

const (
	busyTimeout = "10000" // milliseconds for which SQLite waits for the lock of another process
	maxAttempts = 8       // at a transaction that PostgreSQL refuses for the sake of others
	maxStmts    = 256     // prepared on the writing connection
)

// DB writes to a database in transactions.
//
// SQLite has one writer at a time. All writing goes through one connection that DB
// takes out of the pool and sets up itself, so that how durable a commit is does
// not depend on how the pool was opened: journal in WAL mode, flushed at every
// commit. PostgreSQL uses the pool as it is.
type DB struct {
	Dialect Dialect
	// Pool is for reading. On SQLite a reader sees what was committed before it
	// began, and never waits for the writer.
	Pool *sql.DB

	turn  chan struct{} // holds one token; whoever has it may use conn, stmts and closed
	conn  *sql.Conn     // SQLite's writer; nil until needed and after a failure
	loose bool          // conn is set to commit without a flush
	stmts map[string]*sql.Stmt

	closed  bool
	rebound sync.Map // query -> query with PostgreSQL's placeholders
}

// Open checks that what pool commits is on stable storage by then, and fails if it
// is not: an SQLite database has to be in a file, PostgreSQL must not have been told
// to answer before it has flushed. The pool stays the caller's; on SQLite it has to
// allow for a second connection.
func Open(ctx context.Context, pool *sql.DB, d Dialect) (*DB, error) {
	db := &DB{Dialect: d, Pool: pool, turn: make(chan struct{}, 1)}
	var err error
	switch d {
	case SQLite:
		if pool.Stats().MaxOpenConnections == 1 {
			return nil, ErrOneConnection
		}
		_, err = db.writer(ctx)
	case Postgres:
		var fsync, commit string
		err = pool.QueryRowContext(ctx, "SELECT current_setting('fsync'), current_setting('synchronous_commit')").Scan(&fsync, &commit)
		if err == nil && (fsync == "off" || commit == "off") {
			err = ErrNotDurable
		}
	default:
		err = errors.New("database: no such dialect")
	}
	if err != nil {
		db.discard()
		return nil, wrapOwn("open", err)
	}
	db.turn <- struct{}{}
	return db, nil
}

// Close waits for the transaction at work and gives the writing connection back.
// The pool stays open.
func (db *DB) Close() error {
	<-db.turn
	defer func() { db.turn <- struct{}{} }()
	db.closed = true
	if db.conn == nil {
		return nil
	}
	conn := db.conn
	db.forget()
	return Wrap("close", conn.Close())
}

// Tx runs fn in a transaction and commits it when fn returns nil; the data is then
// on stable storage. On SQLite fn has the database's write lock from the beginning.
// On PostgreSQL a transaction that failed in favour of another is run again, so fn
// must start from nothing each time. fn must close what rows it opens. It may hand
// out the database's errors as they are: those of its statements, and of rows that it
// reads, come out as [Wrap] has them.
//
// When a failed commit leaves open whether it took effect, that is an error.
func (db *DB) Tx(ctx context.Context, fn func(*Tx) error) error { return db.tx(ctx, false, fn) }

// LooseTx is Tx for what may be lost by the death of the machine, though by nothing
// less: it is not flushed before the next Tx is.
func (db *DB) LooseTx(ctx context.Context, fn func(*Tx) error) error { return db.tx(ctx, true, fn) }

func (db *DB) tx(ctx context.Context, loose bool, fn func(*Tx) error) error {
	run := db.txPostgres
	if db.Dialect == SQLite {
		run = db.txSQLite
	}
	for attempt := 1; ; attempt++ {
		err := run(ctx, loose, fn)
		if err == nil || attempt == maxAttempts || db.Dialect == SQLite || KindOf(err) != Conflict {
			return wrapOwn("transaction", err)
		}
		select {
		case <-ctx.Done():
			return wrapOwn("transaction", err)
		case <-time.After(rand.N(time.Duration(attempt) * 5 * time.Millisecond)):
		}
	}
}

func (db *DB) txPostgres(ctx context.Context, loose bool, fn func(*Tx) error) error {
	tx, err := db.Pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	if loose {
		if _, err := tx.ExecContext(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
			return err
		}
	}
	if err := fn(&Tx{ctx: ctx, db: db, run: tx}); err != nil {
		return err
	}
	return tx.Commit()
}

func (db *DB) txSQLite(ctx context.Context, loose bool, fn func(*Tx) error) (err error) {
	select {
	case <-db.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { db.turn <- struct{}{} }()
	conn, err := db.writer(ctx)
	if err != nil {
		return err
	}
	// Between statements the end of ctx is seen early enough. Within one, watching it
	// would cost more than most of them take.
	whole := context.WithoutCancel(ctx)
	if err := db.loosen(whole, loose); err != nil {
		db.discard()
		return err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		db.discard()
		return err
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		// Some failures have ended the transaction already. Nobody can tell from
		// here, so a connection that cannot roll back is not used again.
		if _, failed := conn.ExecContext(whole, "ROLLBACK"); failed != nil {
			db.discard()
		}
	}()
	if err := fn(&Tx{ctx: ctx, db: db, run: conn}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := conn.ExecContext(whole, "COMMIT"); err != nil {
		return err
	}
	committed = true
	return nil
}

// writer is SQLite's writing connection, ready for use. Only who has the turn may
// ask for it.
func (db *DB) writer(ctx context.Context) (*sql.Conn, error) {
	if db.closed {
		return nil, ErrClosed
	}
	if db.conn != nil {
		return db.conn, nil
	}
	conn, err := db.Pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	db.conn, db.stmts = conn, make(map[string]*sql.Stmt)
	if err := db.setUp(ctx); err != nil {
		db.discard()
		return nil, err
	}
	return conn, nil
}

func (db *DB) setUp(ctx context.Context) error {
	// The timeout first: the others may have to wait for another process.
	if _, err := db.conn.ExecContext(ctx, "PRAGMA busy_timeout="+busyTimeout); err != nil {
		return err
	}
	var mode string
	if err := db.conn.QueryRowContext(ctx, "PRAGMA journal_mode=WAL").Scan(&mode); err != nil {
		return err
	}
	if !strings.EqualFold(mode, "wal") {
		return ErrNotDurable
	}
	// fullfsync has macOS flush the disk's own cache too; elsewhere it changes nothing.
	for _, pragma := range []string{"PRAGMA synchronous=FULL", "PRAGMA fullfsync=ON", "PRAGMA foreign_keys=ON"} {
		if _, err := db.conn.ExecContext(ctx, pragma); err != nil {
			return err
		}
	}
	return nil
}

// loosen sets whether commits go without a flush. In WAL mode that is safe: what is
// lost is the end of the history, and a flush covers everything before it.
func (db *DB) loosen(ctx context.Context, loose bool) error {
	if loose == db.loose {
		return nil
	}
	pragma := "PRAGMA synchronous=FULL"
	if loose {
		pragma = "PRAGMA synchronous=NORMAL"
	}
	_, err := db.conn.ExecContext(ctx, pragma)
	db.loose = loose
	return err
}

// discard closes the writing connection for good instead of giving it back.
func (db *DB) discard() {
	if db.conn == nil {
		return
	}
	conn := db.conn
	db.forget()
	// The error is the one returned by the function: the way to make the pool drop it.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

func (db *DB) forget() {
	for _, s := range db.stmts {
		_ = s.Close()
	}
	db.conn, db.loose, db.stmts = nil, false, nil
}

// prepared is the statement of a query on SQLite's writing connection.
func (db *DB) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := db.stmts[query]; s != nil {
		return s, nil
	}
	s, err := db.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(db.stmts) >= maxStmts {
		for q, old := range db.stmts {
			_ = old.Close()
			delete(db.stmts, q)
		}
	}
	db.stmts[query] = s
	return s, nil
}

// rebind is [Dialect.Rebind], done once for each query.
func (db *DB) rebind(query string) string {
	if db.Dialect != Postgres {
		return query
	}
	if q, ok := db.rebound.Load(query); ok {
		return q.(string)
	}
	q := db.Dialect.Rebind(query)
	db.rebound.Store(query, q)
	return q
}
