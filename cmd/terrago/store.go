package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/terra-go/terra/cmd/terrago/internal/filelock"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
)

// Names within the directory that dev keeps.
const (
	devDir   = "terra-dev"
	devState = "sandbox.json"
	devDB    = "health.db"
)

// dbFlags say where the records are.
type dbFlags struct {
	DB     string `name:"db" placeholder:"WHERE" help:"The database: sqlite:FILE, or postgres://USER@HOST/DATABASE. TERRAGO_DB, if left out." group:"Store"`
	DBFile string `name:"db-file" placeholder:"FILE" help:"Read that from a file, as it may hold a password." group:"Store"`
}

// storeFlags say where deliveries wait and where they end up.
type storeFlags struct {
	dbFlags
	Inbox     string `placeholder:"WHERE" help:"The inbox: sqlite:FILE, postgres://…, nats://HOST:PORT, or embedded, which is a NATS server inside the process. TERRAGO_INBOX, if left out; else the one beside the database." group:"Store"`
	InboxFile string `name:"inbox-file" placeholder:"FILE" help:"Read that from a file, as it may hold a password." group:"Store"`
	InboxDir  string `name:"inbox-dir" placeholder:"DIR" help:"Where an embedded inbox keeps its files. Beside an SQLite database, if left out." group:"Store"`
}

// dbLocation is where the database is; ok is false when nobody says so.
func (f dbFlags) dbLocation() (l store.Location, ok bool, err error) {
	text, from, err := locationText("--db", f.DB, f.DBFile, "TERRAGO_DB")
	if err != nil || text == "" {
		return l, false, err
	}
	if l, err = store.ParseDB(text); err != nil {
		return l, false, usagef("%s is %s", from, err)
	}
	return l, true, refuseSecret("--db", from, l, "TERRAGO_DB")
}

// inboxLocation is where the inbox is. Without a word about it, that is where one
// has been before beside the database, or else where one belongs by default; named
// is false then.
func (f storeFlags) inboxLocation(db *store.Location) (l store.Location, named bool, err error) {
	text, from, err := locationText("--inbox", f.Inbox, f.InboxFile, "TERRAGO_INBOX")
	switch {
	case err != nil:
		return l, false, err
	case text == "" && f.InboxDir != "":
		text, from = string(store.Embedded), "--inbox-dir"
	case text == "" && db == nil:
		return l, false, usagef("which inbox? Say --inbox, or --db for the one beside a database")
	case text == "":
		l, err = besideDB(*db)
		return l, false, err
	}
	if l, err = store.ParseInbox(text); err != nil {
		return l, false, usagef("%s is %s", from, err)
	}
	if l.Kind == store.Embedded {
		l.Target = f.InboxDir
		if l.Target == "" && db != nil {
			l.Target = db.EmbeddedDir()
		}
		if l.Target == "" {
			return l, false, usagef("an embedded inbox needs a place for its files: say --inbox-dir DIR")
		}
	} else if f.InboxDir != "" {
		return l, false, usagef("--inbox-dir goes with --inbox embedded")
	}
	return l, true, refuseSecret("--inbox", from, l, "TERRAGO_INBOX")
}

// besideDB is the inbox of a database for which none is named.
func besideDB(db store.Location) (store.Location, error) {
	file, embedded := db.Inbox(), store.Location{Kind: store.Embedded, Target: db.EmbeddedDir()}
	if db.Kind != store.SQLite || !exists(embedded.Target) {
		return file, nil
	}
	if exists(file.Target) {
		return file, usagef("there are two inboxes beside %s; say --inbox %s or --inbox embedded", db.Target, file)
	}
	return embedded, nil
}

// locationText is the text of a location and what to call it in a complaint.
func locationText(flag, value, file, variable string) (text, from string, err error) {
	switch {
	case value != "" && file != "":
		return "", "", usagef("give either %s or %s-file", flag, flag)
	case value != "":
		return value, flag, nil
	}
	text, err = secret(variable, file)
	return text, cmp.Or(file, variable), err
}

// refuseSecret keeps passwords off the command line, which everybody on the machine
// can read.
func refuseSecret(flag, from string, l store.Location, variable string) error {
	if from == flag && l.HasSecret() {
		return usagef("%s holds a password, which everybody on this machine can see there; put it into %s or into a file for %s-file", flag, variable, flag)
	}
	return nil
}

// readFlags are the storeFlags of a command that works on what another has stored.
type readFlags struct {
	storeFlags
	dirFlags
}

// dirFlags say where terrago dev keeps a store.
type dirFlags struct {
	Dir string `default:"${dev_dir}" placeholder:"DIR" help:"What terrago dev keeps, or in terrago events terrago listen; used when no --db is given. Default: ./${default}." group:"Store"`
}

// where is the database named, or else the one dev keeps here.
func (f readFlags) where() (store.Location, error) { return f.dirFlags.where(f.dbFlags) }

func (f dirFlags) where(db dbFlags) (store.Location, error) {
	l, ok, err := db.dbLocation()
	if err != nil {
		return l, err
	}
	if !ok {
		l = store.Location{Kind: store.SQLite, Target: filepath.Join(f.Dir, devDB)}
		if !exists(l.Target) {
			return l, usagef("which store? Say --db sqlite:FILE or --db postgres://USER@HOST/DATABASE, or start terrago dev here, which keeps one in %s", f.Dir)
		}
	}
	return l, nil
}

// stores are an open database and the inbox in front of it.
type stores struct {
	db    *store.DB // nil for what terrago listen keeps
	inbox *store.Inbox
}

// open opens a store that is there already. An inbox that nobody has named and that
// is not there is an empty one.
func (f readFlags) open(ctx context.Context, log *slog.Logger) (*stores, error) {
	s := new(stores)
	at, ok, err := f.listened()
	if ok {
		s.inbox, err = openInbox(ctx, at, log)
	}
	if ok || err != nil {
		return s, err
	}
	if s.db, err = f.openDB(ctx, log); err != nil {
		return nil, err
	}
	if s.inbox, err = f.openInbox(ctx, s.db.Location, log); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// listened is the inbox of terrago listen, if that is what is kept in the directory.
func (f readFlags) listened() (l store.Location, ok bool, err error) {
	_, named, err := f.dbLocation()
	l = store.Location{Kind: store.SQLite, Target: filepath.Join(f.Dir, listenInbox)}
	return l, err == nil && !named && !exists(filepath.Join(f.Dir, devDB)) && exists(l.Target), err
}

// openDB opens a database that is there already.
func (f readFlags) openDB(ctx context.Context, log *slog.Logger) (*store.DB, error) {
	at, err := f.where()
	if err != nil {
		return nil, err
	}
	return openDB(ctx, at, log)
}

// takeDir makes a directory, if need be, for one process of a command at a time, which
// ends with the lock.
func takeDir(dir, command string) (lock io.Closer, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, usagef("--dir: %s", err)
	}
	lock, err = filelock.Acquire(filepath.Join(dir, "lock"))
	switch {
	case errors.Is(err, filelock.ErrHeld):
		return nil, usagef("another terrago %s keeps its data in %s; give this one a --dir of its own", command, dir)
	case err != nil:
		return nil, usagef("--dir: %s", err)
	}
	// Whoever starts it in a repository does not want to commit people's days, nor to
	// lose a file of their own.
	ignore, err := os.OpenFile(filepath.Join(dir, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = ignore.WriteString("*\n")
		err = errors.Join(err, ignore.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, errors.Join(usagef("--dir: %s", err), lock.Close())
	}
	return lock, nil
}

func openDB(ctx context.Context, at store.Location, log *slog.Logger) (*store.DB, error) {
	if at.OnDisk() && !exists(at.Target) {
		return nil, usagef("there is no database at %s; terrago serve and terrago reconcile make one", at)
	}
	db, err := store.OpenDB(ctx, at, healthdb.WithLogger(log))
	return db, explainStore(err, at)
}

// makeDB opens the database, and makes it if need be.
func (f readFlags) makeDB(ctx context.Context, log *slog.Logger) (*store.DB, error) {
	at, err := f.where()
	if err != nil {
		return nil, err
	}
	db, err := store.OpenDB(ctx, at, healthdb.WithLogger(log))
	return db, explainStore(err, at)
}

func (f readFlags) openInbox(ctx context.Context, db store.Location, log *slog.Logger) (*store.Inbox, error) {
	at, named, err := f.inboxLocation(&db)
	if err != nil {
		return nil, err
	}
	if at.OnDisk() && !exists(at.Target) {
		if named {
			return nil, usagef("there is no inbox at %s", at)
		}
		return &store.Inbox{Inbox: ingest.NewMemory(), Location: at}, nil
	}
	return openInbox(ctx, at, log)
}

func openInbox(ctx context.Context, at store.Location, log *slog.Logger) (*store.Inbox, error) {
	inbox, err := store.OpenInbox(ctx, at, store.InboxOptions{Share: true, Logger: log})
	return inbox, explainStore(err, at)
}

func (s *stores) close() {
	if s.inbox != nil {
		s.inbox.Close()
	}
	if s.db != nil {
		s.db.Close()
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// explainStore adds to an error of the store at l what can be done about it.
func explainStore(err error, l store.Location) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // the path is the location's
	}
	if hint := l.Hint(err); hint != "" {
		return fmt.Errorf("%s: %s (%w)", l, hint, err)
	}
	return fmt.Errorf("%s: %w", l, err)
}
