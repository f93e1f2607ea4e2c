package healthdb

import (
	"strings"

	"github.com/terra-go/terra/internal/sqldb"
)

// moveRecords gives all that the connection from has to the connection into. Of two
// records with the same key the one of higher rank stays, and of each score of the
// two the one of higher rank.
func (db *DB) moveRecords(tx *sqldb.Tx, into, from int64) error {
	for _, t := range db.tables {
		if !t.connected {
			continue
		}
		if err := db.mergeRecords(tx, t, into, from); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE "+t.name+" SET connection_id = ? WHERE connection_id = ?", into, from); err != nil {
			return err
		}
	}
	return nil
}

// mergeRecords leaves one of each two records that the connections have with the same
// key, wherever it is.
func (db *DB) mergeRecords(tx *sqldb.Tx, t *table, into, from int64) error {
	query := `SELECT a.id, b.id, (a.version_ms, a.version_key, a.delivery_id) >= (b.version_ms, b.version_key, b.delivery_id)
		FROM ` + t.name + ` a JOIN ` + t.name + ` b ON a.record_key = b.record_key WHERE a.connection_id = ? AND b.connection_id = ?`
	if db.sql.Dialect == sqldb.Postgres {
		// Quick deliveries overwrite records without a lock on the connection. One that
		// made a loser the winner from here on would go with it.
		query += " FOR UPDATE"
	}
	rows, err := tx.Query(query, into, from)
	if err != nil {
		return err
	}
	defer rows.Close()
	var winners, losers []int64
	for rows.Next() {
		var winner, loser int64
		var higher bool
		if err := rows.Scan(&winner, &loser, &higher); err != nil {
			return err
		}
		if !higher {
			winner, loser = loser, winner
		}
		winners, losers = append(winners, winner), append(losers, loser)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for i := range winners {
		if err := db.mergeScores(tx, t, winners[i], losers[i]); err != nil {
			return err
		}
		for _, statement := range []string{
			"DELETE FROM samples WHERE record_id = ?",
			"DELETE FROM scores WHERE record_id = ?",
			"DELETE FROM " + t.name + " WHERE id = ?",
		} {
			if _, err := tx.Exec(statement, losers[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// mergeScores gives a record the scores of another that are of a higher rank than
// its own.
func (db *DB) mergeScores(tx *sqldb.Tx, t *table, into, from int64) error {
	if !t.scored() {
		return nil
	}
	have, err := scoreRanks(tx, into)
	if err != nil {
		return err
	}
	offered, err := scoreRanks(tx, from)
	if err != nil {
		return err
	}
	var sets []string
	var args []any
	for _, c := range t.columns {
		theirs, ok := offered[c.name]
		if ours, have := have[c.name]; !ok || have && ours.compare(theirs) >= 0 {
			continue
		}
		sets = append(sets, c.name+" = (SELECT "+c.name+" FROM "+t.name+" WHERE id = ?)")
		args = append(args, from)
		if err := db.markScores(tx, into, []string{c.name}, theirs); err != nil {
			return err
		}
	}
	if len(sets) == 0 {
		return nil
	}
	_, err = tx.Exec("UPDATE "+t.name+" SET "+strings.Join(sets, ", ")+" WHERE id = ?", append(args, into)...)
	return err
}
