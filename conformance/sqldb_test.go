package conformance

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/terra-go/terra/internal/sqldb"
)

func script(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func openDB(t *testing.T, d database) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), d.open(t), d.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		first := fstest.MapFS{"0001_a.sql": script("CREATE TABLE a (n INTEGER PRIMARY KEY); INSERT INTO a (n) VALUES (1);")}
		both := fstest.MapFS{"0001_a.sql": first["0001_a.sql"], "0002_b.sql": script("ALTER TABLE a ADD COLUMN m INTEGER; UPDATE a SET m = n + 1")}
		db := openDB(t, d)
		// Several processes at once, each with handles of its own.
		var wg sync.WaitGroup
		for range 4 {
			other := openDB(t, d)
			wg.Go(func() {
				if err := other.Migrate(t.Context(), "test", first); err != nil {
					t.Errorf("first: %v", err)
				}
			})
		}
		wg.Wait()
		for range 2 {
			if err := db.Migrate(t.Context(), "test", both); err != nil {
				t.Fatal(err)
			}
		}
		var m int
		if err := db.Pool.QueryRowContext(t.Context(), "SELECT m FROM a").Scan(&m); err != nil || m != 2 {
			t.Errorf("the second migration left %d, %v", m, err)
		}
		newer, ok := errors.AsType[*sqldb.NewerError](db.Migrate(t.Context(), "test", first))
		if !ok || newer.Version != 2 || newer.Known != 1 {
			t.Errorf("an older program got %v", newer)
		}
		broken := fstest.MapFS{"0001_a.sql": both["0001_a.sql"], "0002_b.sql": both["0002_b.sql"], "0003_c.sql": script("CREATE TABLE c (n INTEGER); SELECT secret")}
		if err := db.Migrate(t.Context(), "test", broken); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("a broken migration: %v", err)
		}
		if _, err := db.Pool.ExecContext(t.Context(), "SELECT n FROM c"); err == nil {
			t.Error("half of a migration was applied")
		}
		if err := db.Migrate(t.Context(), "test", fstest.MapFS{"0002_b.sql": script("SELECT 1")}); err == nil {
			t.Error("a gap in the numbers went unnoticed")
		}
	})
}

func TestTx(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openDB(t, d)
		if err := db.Migrate(t.Context(), "test", fstest.MapFS{"1_a.sql": script("CREATE TABLE a (n INTEGER PRIMARY KEY, s TEXT)")}); err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		insert := func(n int) error {
			return db.Tx(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec("INSERT INTO a (n, s) VALUES (?, '?')", n)
				return err
			})
		}
		if err := insert(1); err != nil {
			t.Fatal(err)
		}
		if err := insert(1); sqldb.KindOf(err) != sqldb.Data || !strings.Contains(err.Error(), "code") {
			t.Errorf("a second row of one key: %v", err)
		}
		mine := errors.New("mine")
		err := db.Tx(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec("INSERT INTO a (n) VALUES (?)", 2); err != nil {
				return err
			}
			return mine
		})
		if err != mine {
			t.Errorf("the function's error came out as %v", err)
		}
		if n := count(t, db, "a"); n != 1 {
			t.Errorf("%d rows after a rollback, want 1", n)
		}
		ended, cancel := context.WithCancel(ctx)
		err = db.Tx(ended, func(tx *sqldb.Tx) error {
			_, err := tx.Exec("INSERT INTO a (n) VALUES (?)", 3)
			cancel()
			if err == nil {
				_, err = tx.Exec("INSERT INTO a (n) VALUES (?)", 4)
			}
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a transaction of an ended context: %v", err)
		}
		if n := count(t, db, "a"); n != 1 {
			t.Errorf("%d rows after a cancelled transaction, want 1", n)
		}
		if err := insert(5); err != nil {
			t.Errorf("after a cancelled transaction: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := insert(6); d.Dialect == sqldb.SQLite && !errors.Is(err, sqldb.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// TestSQLiteSettings opens pools in the ways that would lose commits.
func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	d := newSQLite(t)
	d.dsn += "?_pragma=synchronous(off)&_pragma=journal_mode(delete)"
	db := openDB(t, d)
	err := db.Tx(t.Context(), func(tx *sqldb.Tx) error {
		var synchronous, journal string
		if err := tx.QueryRow("PRAGMA synchronous", nil, &synchronous); err != nil {
			return err
		}
		if err := tx.QueryRow("PRAGMA journal_mode", nil, &journal); err != nil {
			return err
		}
		if synchronous != "2" || journal != "wal" {
			t.Errorf("the writer runs with synchronous=%s journal_mode=%s", synchronous, journal)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	memory := database{sqldb.SQLite, "sqlite", ":memory:"}
	if _, err := sqldb.Open(t.Context(), memory.open(t), memory.Dialect); !errors.Is(err, sqldb.ErrNotDurable) {
		t.Errorf("a database in memory: %v", err)
	}
	single := d.open(t)
	single.SetMaxOpenConns(1)
	if _, err := sqldb.Open(t.Context(), single, d.Dialect); !errors.Is(err, sqldb.ErrOneConnection) {
		t.Errorf("a pool of one connection: %v", err)
	}
}

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	d := newPostgres(t)
	d.dsn += "&synchronous_commit=off"
	if _, err := sqldb.Open(t.Context(), d.open(t), d.Dialect); !errors.Is(err, sqldb.ErrNotDurable) {
		t.Errorf("commits that are not waited for: %v", err)
	}
}

// TestSQLiteWriters has two handles, as of two processes, write at the same time.
func TestSQLiteWriters(t *testing.T) {
	t.Parallel()
	d := newSQLite(t)
	one, two := openDB(t, d), openDB(t, d)
	if err := one.Migrate(t.Context(), "test", fstest.MapFS{"1_a.sql": script("CREATE TABLE a (n INTEGER)")}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, db := range []*sqldb.DB{one, two, one, two} {
		wg.Go(func() {
			for range 25 {
				err := db.Tx(t.Context(), func(tx *sqldb.Tx) error {
					_, err := tx.Exec("INSERT INTO a (n) SELECT COUNT(*) + ? FROM a", 1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, one, "(SELECT DISTINCT n FROM a) AS d"); n != 100 {
		t.Errorf("%d different rows, want 100", n)
	}
	// A writer that is waited for can be given up on.
	held, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := one.Tx(t.Context(), func(*sqldb.Tx) error {
		if err := two.Tx(held, func(*sqldb.Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for another's lock ended with %v", err)
		}
		return one.Tx(held, func(*sqldb.Tx) error { return nil })
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for one's own turn ended with %v", err)
	}
}

func count(t *testing.T, db *sqldb.DB, from string) (n int) {
	t.Helper()
	if err := db.Pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+from).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
