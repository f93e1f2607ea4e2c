// Package healthdb turns deliveries into rows: a table for each type of record, with
// a typed column for each of its values, in SQLite or PostgreSQL.
package healthdb
