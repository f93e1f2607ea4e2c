package sqldb

import (
	"context"
	"database/sql"
)

// Tx is a transaction at work. Queries have question marks for placeholders, and
// there should be few different ones, as each with arguments is prepared once and
// kept. One without arguments is run as it is and may hold several statements.
type Tx struct {
	ctx context.Context
	db  *DB
	run interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
}

// Exec runs a statement and counts the rows it has changed.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if stmt, e := tx.stmt(query, args); e != nil {
		return 0, e
	} else if stmt != nil {
		res, err = stmt.ExecContext(tx.ctx, args...)
	} else {
		res, err = tx.run.ExecContext(tx.ctx, tx.db.rebind(query), args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs a statement that returns rows. They are to be closed before the next
// statement.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	if stmt, err := tx.stmt(query, args); err != nil {
		return nil, err
	} else if stmt != nil {
		return stmt.QueryContext(tx.ctx, args...)
	}
	return tx.run.QueryContext(tx.ctx, tx.db.rebind(query), args...)
}

// QueryRow scans the one row of a statement into dest. Without a row the error is
// [sql.ErrNoRows].
func (tx *Tx) QueryRow(query string, args []any, dest ...any) error {
	if stmt, err := tx.stmt(query, args); err != nil {
		return err
	} else if stmt != nil {
		return stmt.QueryRowContext(tx.ctx, args...).Scan(dest...)
	}
	return tx.run.QueryRowContext(tx.ctx, tx.db.rebind(query), args...).Scan(dest...)
}

// stmt is nil for what is not to be prepared here: PostgreSQL's driver does so on
// its own, and with one round trip less.
func (tx *Tx) stmt(query string, args []any) (*sql.Stmt, error) {
	if tx.db.Dialect != SQLite || len(args) == 0 {
		return nil, nil
	}
	return tx.db.prepared(tx.ctx, query)
}
