package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NewerError says that a store was last opened by a program that knows migrations
// which this one does not.
type NewerError struct {
	Store          string // whose tables they are
	Version, Known int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("database: the tables of %s are of version %d, this program knows no more than %d: use a newer program", e.Store, e.Version, e.Known)
}

// Migrate brings the tables of a store up to the newest version that files knows,
// in one transaction. files has the migrations at its root, numbered from 1 without
// a gap, such as 0001_deliveries.sql; once released, a file is never changed. Which
// have been applied is kept in the table store_migrations, so several stores can
// share a database. Any number of processes may do this at the same time.
func (db *DB) Migrate(ctx context.Context, store string, files fs.FS) error {
	scripts, err := scripts(files)
	if err != nil {
		return err
	}
	table := store + "_migrations"
	return db.Tx(ctx, func(tx *Tx) error {
		if db.Dialect == Postgres {
			// Two that create the same table at the same time would both fail.
			if _, err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", table); err != nil {
				return err
			}
		}
		if _, err := tx.Exec("CREATE TABLE IF NOT EXISTS " + table + " (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)"); err != nil {
			return err
		}
		var version int
		if err := tx.QueryRow("SELECT COALESCE(MAX(version), 0) FROM "+table, nil, &version); err != nil {
			return err
		}
		if version > len(scripts) {
			return &NewerError{Store: store, Version: version, Known: len(scripts)}
		}
		for i, script := range scripts[version:] {
			if _, err := tx.Exec(script); err != nil {
				return fmt.Errorf("database: migration %d of %s: %w", version+i+1, store, err)
			}
			_, err := tx.Exec("INSERT INTO "+table+" (version, applied_at) VALUES (?, ?)", version+i+1, time.Now().UTC().Format(time.RFC3339))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// scripts are the migrations in order.
func scripts(files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil, errors.New("database: there are no migrations")
	}
	list := make([]string, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("database: migration %s is not number %d", name, i+1)
		}
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list[i] = string(script)
	}
	return list, nil
}
