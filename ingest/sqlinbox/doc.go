// Package sqlinbox is an [ingest.Inbox] in a table of SQLite or PostgreSQL.
//
//	db, err := sql.Open("sqlite", "inbox.db") // modernc.org/sqlite
//	...
//	inbox, err := sqlinbox.OpenSQLite(ctx, db)
//
// The driver is the caller's choice: SQLite's errors have to tell their result code
// by a method Code() int, as modernc.org/sqlite's do; PostgreSQL's driver is
// github.com/jackc/pgx/v5/stdlib, as arrays are passed to it.
//
// A Put returns once the delivery is flushed to disk. Those that arrive at the same
// time share a transaction and its flush, which makes the inbox several times
// faster under load and costs a single Put nothing. What comes after, leases and
// their ends, is not flushed on its own: the death of the machine may undo the last
// of it, and then a delivery is handed out once more, as it may be anyway.
//
// SQLite suits one machine, with any number of processes on it, each with an inbox
// of its own on the same file. Give the inbox a file of its own too: SQLite has one
// writer at a time. On PostgreSQL any number of machines share an inbox, and it may
// live beside other tables. The tables' names begin with inbox_.
package sqlinbox
