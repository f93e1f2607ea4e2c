package store

import (
	"errors"
	"io/fs"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/terra-go/terra/cmd/terrago/internal/filelock"
	"github.com/terra-go/terra/healthdb"
)

// Hint says what can be done about an error of what is at l, or nothing.
func (l Location) Hint(err error) string {
	if _, newer := errors.AsType[*healthdb.NewerError](err); newer {
		return "a newer terrago has written this store; use that one"
	}
	if _, unreachable := errors.AsType[*UnreachableError](err); unreachable {
		return "is the server running, and does it let terrago in?"
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteHint(e.Code())
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresHint(e.Code)
	}
	network, isNetwork := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, filelock.ErrHeld):
		return "one terrago at a time can run an embedded inbox; several share one in nats:// or postgres://"
	case errors.Is(err, fs.ErrNotExist) && l.OnDisk():
		return "its directory does not exist"
	case errors.Is(err, fs.ErrPermission) && l.OnDisk():
		return "it is not yours to write to"
	case l.Kind == Postgres && isNetwork && network.Timeout():
		return "the server does not answer in time"
	case l.Kind == Postgres && isNetwork:
		return "is the server running, and does it take connections?"
	}
	return ""
}

// sqliteHint goes by the primary result codes, the low byte of the extended ones.
func sqliteHint(code int) string {
	switch code & 0xff {
	case 5, 6: // SQLITE_BUSY, SQLITE_LOCKED
		return "another program has locked the file; stop that one and try again"
	case 8: // SQLITE_READONLY
		return "it is not yours to write to"
	case 10: // SQLITE_IOERR
		return "the disk fails"
	case 11: // SQLITE_CORRUPT
		return "the file is damaged"
	case 13: // SQLITE_FULL
		return "the disk is full"
	case 14: // SQLITE_CANTOPEN
		return "the file cannot be opened; is it a file, and yours to write to?"
	case 26: // SQLITE_NOTADB
		return "the file is no SQLite database"
	}
	return ""
}

// postgresHint goes by SQLSTATE.
func postgresHint(state string) string {
	switch {
	case strings.HasPrefix(state, "28"): // invalid authorization
		return "the server does not let this user in; check user and password"
	case state == "3D000": // invalid catalog name
		return "there is no such database; make it with createdb"
	case state == "42501": // insufficient privilege
		return "the user may not do that; it has to own the schema"
	case state == "53100": // disk full
		return "the server's disk is full"
	case state == "53300": // too many connections
		return "the server has no connections left"
	case strings.HasPrefix(state, "57P"): // the server is coming or going
		return "the server is starting or stopping; try again"
	}
	return ""
}
