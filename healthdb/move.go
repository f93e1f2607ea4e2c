package healthdb

import "github.com/terra-go/terra/internal/sqldb"

// moveRecords gives all that the connection from has to the connection into. Of two
// records with the same key the one of higher rank stays, and of the scores of the
// two each one of higher rank.
func (db *DB) moveRecords(tx *sqldb.Tx, into, from int64) error { panic("not yet") }
