package sqldb

import (
	"context"
	"database/sql"
)

// Tx is a transaction at work. Queries have question marks for placeholders, and
// there should be few different ones, as each with arguments is prepared once and
// kept. One without arguments is run as it is and may hold several statements.
type Tx struct {
	ctx context.Context // of the whole transaction
	db  *DB
	run interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
}

// Exec runs a statement and counts the rows it has changed.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	ctx, stmt, err := tx.prepare(query, args)
	if err != nil {
		return 0, err
	}
	var res sql.Result
	if stmt != nil {
		res, err = stmt.ExecContext(ctx, args...)
	} else {
		res, err = tx.run.ExecContext(ctx, tx.db.rebind(query), args...)
	}
	if err != nil {
		return 0, Wrap("statement", err)
	}
	n, err := res.RowsAffected()
	return n, Wrap("statement", err)
}

// Query runs a statement that returns rows. They are to be closed before the next
// statement.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	ctx, stmt, err := tx.prepare(query, args)
	if err != nil {
		return nil, err
	}
	var rows *sql.Rows
	if stmt != nil {
		rows, err = stmt.QueryContext(ctx, args...)
	} else {
		rows, err = tx.run.QueryContext(ctx, tx.db.rebind(query), args...)
	}
	return rows, Wrap("statement", err)
}

// QueryRow scans the one row of a statement into dest. Without a row the error is
// [sql.ErrNoRows].
func (tx *Tx) QueryRow(query string, args []any, dest ...any) error {
	ctx, stmt, err := tx.prepare(query, args)
	if err != nil {
		return err
	}
	if stmt != nil {
		return Wrap("statement", stmt.QueryRowContext(ctx, args...).Scan(dest...))
	}
	return Wrap("statement", tx.run.QueryRowContext(ctx, tx.db.rebind(query), args...).Scan(dest...))
}

// prepare gives a query the context to run with, and its statement: nil for what is
// not to be prepared here, as PostgreSQL's driver does so on its own and with one
// round trip less.
func (tx *Tx) prepare(query string, args []any) (context.Context, *sql.Stmt, error) {
	if tx.db.Dialect != SQLite {
		return tx.ctx, nil, nil
	}
	if err := tx.ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx := context.WithoutCancel(tx.ctx)
	if len(args) == 0 {
		return ctx, nil, nil
	}
	stmt, err := tx.db.prepared(ctx, query)
	return ctx, stmt, Wrap("statement", err)
}
