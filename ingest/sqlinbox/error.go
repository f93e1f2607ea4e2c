package sqlinbox

import "github.com/terra-go/terra/internal/sqldb"

var (
	// ErrNotDurable says that the database is set up, or kept in memory, such that what
	// it reports as stored may still be lost.
	ErrNotDurable = sqldb.ErrNotDurable

	// ErrOneConnection says that a pool is limited to one connection. SQLite needs one
	// for writing and another for reading.
	ErrOneConnection = sqldb.ErrOneConnection
)

// NewerError says that an inbox was last opened by a newer program, with tables that
// this one does not know.
type NewerError = sqldb.NewerError
