// Package pgtest runs throw-away PostgreSQL servers for tests, from the binaries
// that the machine has installed.
//
//	func TestSomething(t *testing.T) {
//		db, err := sql.Open("pgx", pgtest.New(t).Database(t))
//		...
//	}
//
// A server listens on the loopback interface only, keeps its files in a directory
// of its own below [os.TempDir], and flushes to disk as a real one does, so that
// tests may kill it. Both server and directory are gone when the process that
// started it has ended, in whatever way that happened. PostgreSQL refuses to run as
// root; started by root, it runs as the user postgres, or else nobody.
package pgtest
