package healthdb

import (
	"errors"
	"strconv"

	"github.com/terra-go/terra/internal/sqldb"
)

// ErrDamaged says that the store holds what no version of this package puts there.
var ErrDamaged = errors.New("healthdb: a stored row cannot be read")

// What errors.Is finds in errors of a [DB] that are about the database rather than
// about what was asked of it. These texts, and those around them, have codes of the
// database in them and none of its messages, which may quote values.
var (
	// ErrUnavailable says that there is no connection to the database, or that it is
	// just being stopped or started. It is worth trying again.
	ErrUnavailable = sqldb.ErrUnavailable

	// ErrFull says that the database has no room left.
	ErrFull = sqldb.ErrFull

	// ErrNotDurable says that the database is set up, or kept in memory, such that what
	// it reports as stored may still be lost.
	ErrNotDurable = sqldb.ErrNotDurable

	// ErrOneConnection says that a pool is limited to one connection. SQLite needs one
	// for writing and another for reading.
	ErrOneConnection = sqldb.ErrOneConnection

	// ErrClosed is the error of what writes after [DB.Close].
	ErrClosed = sqldb.ErrClosed
)

// NewerError says that a store was last opened by a newer program, with tables that
// this one does not know.
type NewerError = sqldb.NewerError

// ErrNoSeries says that no record of a type has a series of a name.
var ErrNoSeries = errors.New("healthdb: no such series")

// RejectedError says that a delivery cannot be applied, now or later, and why. It
// quotes nothing of the delivery.
type RejectedError struct {
	Reason string
	Err    error // the database's, if it was the database that refused; its text quotes nothing either
}

func (e *RejectedError) Error() string {
	if e.Err != nil {
		return "healthdb: " + e.Reason + ": " + e.Err.Error()
	}
	return "healthdb: " + e.Reason
}

func (e *RejectedError) Unwrap() error { return e.Err }

// Permanent is true: trying again does not help.
func (e *RejectedError) Permanent() bool { return true }

func reject(reason string) error { return &RejectedError{Reason: reason} }

// maxKey is the longest text by which something is known, in bytes. Real ones have
// some dozens; the index of a database takes no more than some thousands.
const maxKey = 512

var maxKeyText = strconv.Itoa(maxKey) + " bytes"
