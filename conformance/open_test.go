package conformance

import (
	"sync"
	"testing"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/internal/sqldb"
)

// TestStoresOpenAtOnce starts several programs on a database that is not there yet,
// as a deployment does. One of them makes the tables, and all of them get going.
func TestStoresOpenAtOnce(t *testing.T) {
	t.Parallel()
	const programs = 6
	eachDatabase(t, func(t *testing.T, d database) {
		open, openInbox := healthdb.OpenSQLite, sqlinbox.OpenSQLite
		if d.Dialect == sqldb.Postgres {
			open, openInbox = healthdb.OpenPostgres, sqlinbox.OpenPostgres
		}
		start := make(chan struct{})
		var all sync.WaitGroup
		for range programs {
			pool := d.open(t)
			all.Go(func() {
				<-start
				db, err := open(t.Context(), pool)
				if err != nil {
					t.Errorf("the store: %v", err)
					return
				}
				defer db.Close()
				inbox, err := openInbox(t.Context(), pool)
				if err != nil {
					t.Errorf("the inbox: %v", err)
					return
				}
				if err := inbox.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		all.Wait()
	})
}
