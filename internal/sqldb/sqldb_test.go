package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/fstest"
)

func TestRebind(t *testing.T) {
	t.Parallel()
	tests := []struct{ query, want string }{
		{"SELECT 1", "SELECT 1"},
		{"SELECT ?, ? FROM a WHERE b = ?", "SELECT $1, $2 FROM a WHERE b = $3"},
		{"SELECT '?', 'it''s ?', \"a?\", ?", "SELECT '?', 'it''s ?', \"a?\", $1"},
		{"SELECT '?", "SELECT '?"},
	}
	for _, tt := range tests {
		if got := Postgres.Rebind(tt.query); got != tt.want {
			t.Errorf("%s becomes %s, want %s", tt.query, got, tt.want)
		}
		if got := SQLite.Rebind(tt.query); got != tt.query {
			t.Errorf("for SQLite %s becomes %s", tt.query, got)
		}
	}
	if got := Postgres.Rebind("VALUES " + Values(2, 3)); got != "VALUES ($1,$2,$3),($4,$5,$6)" {
		t.Errorf("Values(2, 3) became %s", got)
	}
}

type stateError string

func (e stateError) Error() string    { return "value 'secret' (SQLSTATE " + string(e) + ")" }
func (e stateError) SQLState() string { return string(e) }

type resultError int

func (e resultError) Error() string { return fmt.Sprintf("secret (%d)", int(e)) }
func (e resultError) Code() int     { return int(e) }

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		kind Kind
	}{
		{stateError("53100"), Full},
		{stateError("53300"), Unavailable},
		{stateError("57P01"), Unavailable},
		{stateError("08006"), Unavailable},
		{stateError("40001"), Conflict},
		{stateError("40P01"), Conflict},
		{stateError("22021"), Data},
		{stateError("23505"), Data},
		{stateError("42P01"), Other},
		{resultError(13), Full},
		{resultError(5), Conflict},
		{resultError(5 | 2<<8), Conflict},
		{resultError(10 | 3<<8), Unavailable},
		{resultError(18), Data},
		{resultError(19 | 8<<8), Data},
		{resultError(1), Other},
		{driver.ErrBadConn, Unavailable},
		{sql.ErrConnDone, Unavailable},
		{&net.OpError{Op: "secret", Err: errors.New("secret")}, Unavailable},
	}
	for _, tt := range tests {
		for _, err := range []error{tt.err, fmt.Errorf("secret: %w", tt.err)} {
			wrapped := Wrap("test", err)
			if KindOf(err) != tt.kind || KindOf(wrapped) != tt.kind {
				t.Errorf("%T is of kind %v and %v, want %v", tt.err, KindOf(err), KindOf(wrapped), tt.kind)
			}
			if strings.Contains(wrapped.Error(), "secret") {
				t.Errorf("%T is quoted", tt.err)
			}
			if !errors.Is(wrapped, tt.err) || Wrap("again", wrapped) != wrapped {
				t.Errorf("%T is not wrapped once", tt.err)
			}
		}
	}
	unknown := errors.New(`converting driver.Value type string ("secret") to a int64`)
	if got := Wrap("test", unknown); !errors.Is(got, unknown) || strings.Contains(got.Error(), "secret") || KindOf(got) != Other {
		t.Error("an unknown error is not wrapped, or quoted")
	}
	own := errors.New("own")
	if got := wrapOwn("test", own); got != own {
		t.Errorf("%v became %v", own, got)
	}
	for _, err := range []error{nil, sql.ErrNoRows, context.Canceled} {
		if got := Wrap("test", err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
	for err, sentinel := range map[error]error{stateError("57P01"): ErrUnavailable, resultError(13): ErrFull} {
		wrapped := fmt.Errorf("healthdb: %w", Wrap("test", err))
		if is := errors.Is(wrapped, sentinel); !is || errors.Is(wrapped, ErrUnavailable) == errors.Is(wrapped, ErrFull) {
			t.Errorf("%T is not %v alone", err, sentinel)
		}
	}
	if got := Wrap("test", fmt.Errorf("driver: %w", context.DeadlineExceeded)); got != context.DeadlineExceeded {
		t.Errorf("the end of a context became %v", got)
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	file := &fstest.MapFile{Data: []byte("SELECT 1")}
	list, err := scripts(fstest.MapFS{"0001_a.sql": file, "0002_b.sql": file, "readme.txt": file})
	if err != nil || len(list) != 2 {
		t.Errorf("%d scripts, %v, want 2", len(list), err)
	}
	for name, files := range map[string]fstest.MapFS{
		"none":      {},
		"a gap":     {"0001_a.sql": file, "0003_c.sql": file},
		"twice":     {"0001_a.sql": file, "0001_b.sql": file},
		"no number": {"a.sql": file},
	} {
		if _, err := scripts(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
