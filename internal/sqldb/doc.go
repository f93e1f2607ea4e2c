// Package sqldb is what the stores that live in SQLite and in PostgreSQL have in
// common: one way to write in transactions, one spelling of placeholders, numbered
// migrations, and errors that say what kind of failure it was and nothing of the
// data. It knows databases by their dialect alone; drivers come with the
// [database/sql.DB] of the user.
package sqldb
