package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/internal/pgtest"
)

func open(t *testing.T, text string) (store.Location, error) {
	t.Helper()
	l, err := store.ParseDB(text)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.OpenDB(t.Context(), l)
	if err == nil {
		t.Cleanup(func() { db.Close() })
	}
	return l, err
}

func TestHints(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for where, want := range map[string]string{
		"sqlite:" + text: "no SQLite database",
		"sqlite:" + dir:  "",
		"sqlite:" + filepath.Join(dir, "x", "t.db"): "directory does not exist",
		"postgres://me@127.0.0.1:1/d":               "is the server running",
		"postgres://me@nowhere.invalid/d":           "is the server running",
	} {
		l, err := open(t, where)
		if err == nil {
			t.Errorf("%s is opened", l)
		} else if hint := l.Hint(err); !strings.Contains(hint, want) {
			t.Errorf("%s: the hint is %q, want %q; %v", l, hint, want, err)
		}
	}
}

func TestPostgresHints(t *testing.T) {
	t.Parallel()
	postgres := pgtest.New(t)
	l, err := open(t, postgres.DSN("nothing_of_the_kind"))
	if err == nil || !strings.Contains(l.Hint(err), "createdb") {
		t.Errorf("a database that is not there: %v", err)
	}
}

// TestPrivateFiles: nobody else can read a store.
func TestPrivateFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := open(t, "sqlite:"+filepath.Join(dir, "a b%.db")); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is for others to read: %v", f.Name(), err)
		}
	}
}

// TestNewerStore: tables of a version yet to come are left alone.
func TestNewerStore(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "t.db")
	if _, err := open(t, "sqlite:"+file); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("INSERT INTO healthdb_migrations (version, applied_at) VALUES (1000, '')"); err != nil {
		t.Fatal(err)
	}
	if l, err := open(t, "sqlite:"+file); err == nil || !strings.Contains(l.Hint(err), "newer") {
		t.Errorf("it is opened, or the hint is %q", l.Hint(err))
	}
}
