package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
)

// ErrClosed is the error of a [DB] after its Close.
var ErrClosed = errors.New("database: the store is closed")

// ErrNotDurable says that the database would report a commit that can still be lost.
var ErrNotDurable = errors.New("database: commits are not on stable storage: SQLite needs a file in WAL mode, PostgreSQL fsync and synchronous_commit")

// ErrOneConnection says that an SQLite pool has no connection left to read with.
var ErrOneConnection = errors.New("database: the pool is limited to one connection, of which one is kept for writing: SetMaxOpenConns takes 2 or more, or 0 for any number")

// What an [Error] of the kinds [Unavailable] and [Full] is to errors.Is, for those who
// cannot name its type.
var (
	ErrUnavailable = errors.New("database: it cannot be reached")
	ErrFull        = errors.New("database: there is no room")
)

// Error is a failure of a database. Its text has the database's code and never the
// database's own words, as these may quote values; the cause is there for errors.As.
type Error struct {
	Op   string // what was being done, such as "open" or "transaction"
	Code string // SQLite's extended result code or PostgreSQL's SQLSTATE, empty for anything else
	Kind Kind

	cause error
}

func (e *Error) Error() string {
	s := "database: " + e.Op + ": " + e.Kind.String()
	if e.Code != "" {
		s += " (code " + e.Code + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// Is implements the interface of [errors.Is].
func (e *Error) Is(target error) bool {
	return target == ErrUnavailable && e.Kind == Unavailable || target == ErrFull && e.Kind == Full
}

// Kind is what the failure of a database means to the caller.
type Kind int

// The kinds of failure.
const (
	Other       Kind = iota // a mistake in the program, a damaged file, a missing permission
	Full                    // no room on disk or by a limit
	Conflict                // another transaction was in the way
	Unavailable             // no connection, or the server is going down or coming up
	Data                    // a value that the database cannot take
)

func (k Kind) String() string {
	switch k {
	case Full:
		return "no room"
	case Conflict:
		return "another transaction is in the way"
	case Unavailable:
		return "the database cannot be reached"
	case Data:
		return "a value was refused"
	}
	return "failed"
}

// Wrap is the way out for an error of a driver or of [database/sql], both of which
// may quote values: it becomes an [Error], except for nil, the end of a context and
// [sql.ErrNoRows].
func Wrap(op string, err error) error {
	return wrap(op, err, func(err error) error { return &Error{Op: op, cause: err} })
}

// wrapOwn is [Wrap] for an error that may be of the store's own making: what has
// nothing to do with a database stays what it is.
func wrapOwn(op string, err error) error {
	return wrap(op, err, func(err error) error { return err })
}

func wrap(op string, err error, unknown func(error) error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	// Drivers decorate the end of a context in words of their own.
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return end
		}
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	kind, code, ok := classify(err)
	if !ok {
		return unknown(err)
	}
	return &Error{Op: op, Code: code, Kind: kind, cause: err}
}

// KindOf tells what kind of failure err is; [Other] for anything but a database's.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	kind, _, _ := classify(err)
	return kind
}

// classify knows drivers by the methods of their errors alone. ok is false for an
// error that is not a database's.
func classify(err error) (kind Kind, code string, ok bool) {
	if e, is := errors.AsType[interface {
		error
		SQLState() string
	}](err); is {
		return kindOfState(e.SQLState()), e.SQLState(), true
	}
	if e, is := errors.AsType[interface {
		error
		Code() int
	}](err); is {
		return kindOfResult(e.Code()), strconv.Itoa(e.Code()), true
	}
	if errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return Unavailable, "", true
	}
	if _, is := errors.AsType[net.Error](err); is {
		return Unavailable, "", true
	}
	return Other, "", false
}

// kindOfState goes by PostgreSQL's classes of SQLSTATE.
func kindOfState(state string) Kind {
	switch {
	case state == "53100", state == "53400":
		return Full
	case strings.HasPrefix(state, "08"), strings.HasPrefix(state, "57P"), strings.HasPrefix(state, "53"), state == "25006":
		return Unavailable // 53: too many connections or no memory; 25006: the server has become a standby
	case state == "40001", state == "40P01", state == "55P03":
		return Conflict
	case strings.HasPrefix(state, "22"), strings.HasPrefix(state, "23"), strings.HasPrefix(state, "54"):
		return Data
	}
	return Other
}

// kindOfResult goes by SQLite's primary result codes, the low byte of the extended.
func kindOfResult(code int) Kind {
	switch code & 0xff {
	case 13: // SQLITE_FULL
		return Full
	case 5, 6: // SQLITE_BUSY, SQLITE_LOCKED
		return Conflict
	case 10, 14: // SQLITE_IOERR, SQLITE_CANTOPEN
		return Unavailable
	case 18, 19, 20: // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH
		return Data
	}
	return Other
}
