package conformance

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/terra-go/terra/internal/pgtest"
	"github.com/terra-go/terra/internal/sqldb"
)

// patience is how long anything may take that is bound to happen, on a machine with
// much else to do. It is met only when a test fails.
const patience = 5 * time.Minute

// database is an empty database for one test.
type database struct {
	sqldb.Dialect
	driver, dsn string
}

// open opens the database anew, as another process would.
func (d database) open(tb testing.TB) *sql.DB {
	tb.Helper()
	db, err := sql.Open(d.driver, d.dsn)
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxIdleConns(16) // to connect anew costs more than most of what is done here
	tb.Cleanup(func() { db.Close() })
	return db
}

func newSQLite(tb testing.TB) database {
	tb.Helper()
	return database{sqldb.SQLite, "sqlite", filepath.Join(tb.TempDir(), "test.db")}
}

func newPostgres(tb testing.TB) database {
	tb.Helper()
	return database{sqldb.Postgres, "pgx", pgtest.New(tb).Database(tb)}
}

// kinds create an empty database each.
var kinds = map[string]func(testing.TB) database{"SQLite": newSQLite, "PostgreSQL": newPostgres}

// eachKind runs a test for either kind of database.
func eachKind(t *testing.T, test func(t *testing.T, create func(testing.TB) database)) {
	t.Helper()
	for name, create := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, create)
		})
	}
}

// eachDatabase runs a test on an empty database of either kind.
func eachDatabase(t *testing.T, test func(t *testing.T, d database)) {
	t.Helper()
	eachKind(t, func(t *testing.T, create func(testing.TB) database) { test(t, create(t)) })
}

// selfTest is the command that runs one test of this program in a process of its
// own, with additions to the environment.
func selfTest(t *testing.T, pattern string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run="+pattern)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}
