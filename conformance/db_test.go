package conformance

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/terra-go/terra/ingest/pgtest"
	"github.com/terra-go/terra/internal/sqldb"
)

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

// eachDatabase runs a test on an empty database of either kind.
func eachDatabase(t *testing.T, test func(t *testing.T, d database)) {
	t.Helper()
	for name, create := range map[string]func(testing.TB) database{"SQLite": newSQLite, "PostgreSQL": newPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, create(t))
		})
	}
}
