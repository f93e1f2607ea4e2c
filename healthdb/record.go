package healthdb

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"github.com/terra-go/terra/internal/sqldb"
)

// statements are what is done with the records of one table.
type statements struct {
	upsert string // returns the record's id and whether it may have had samples; no row if the stored one stays
	quick  string // PostgreSQL's for a whole delivery, see [DB.quick]
	find   string // a record's id
}

func (t *table) statements(d sqldb.Dialect) statements {
	s := statements{find: "SELECT id FROM " + t.name + " WHERE record_key = ?"}
	if t.connected {
		s.find = "SELECT id FROM " + t.name + " WHERE connection_id = ? AND record_key = ?"
	}
	columns := t.allColumns(d)[1:] // but the id
	names := make([]string, len(columns))
	params := make([]string, len(columns)) // PostgreSQL's
	typed := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
		params[i] = "$" + strconv.Itoa(i+1)
		typed[i] = params[i] + "::" + c.typ
	}
	into := "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ") "
	if d == sqldb.SQLite {
		into = "INSERT INTO " + t.name + " (id, " + strings.Join(names, ", ") + ") "
		s.upsert = fmt.Sprintf("%s VALUES ((SELECT COALESCE(MAX(id), %d) + %d FROM %s), %s) %s RETURNING id, TRUE",
			into, t.number, idStep, t.name, strings.Trim(sqldb.Values(1, len(names)), "()"), t.onConflict(names))
		return s
	}
	n := len(names)
	scored := ""
	if t.scored() {
		n++
		scored = fmt.Sprintf(`, scored AS (INSERT INTO scores (record_id, field, version_ms, version_key)
			SELECT id, field, version_ms, version_key FROM stored, unnest($%d::text[]) field
			ON CONFLICT (record_id, field) DO UPDATE SET version_ms = excluded.version_ms, version_key = excluded.version_key)`, n)
	}
	with, had := "WITH ", "FALSE"
	if len(t.lists) > 0 {
		with += "old AS (SELECT sample_lists FROM " + t.name + " WHERE connection_id = $1 AND record_key = $2), "
		had = "COALESCE((SELECT sample_lists IS NOT NULL FROM old), FALSE)"
	}
	s.upsert = fmt.Sprintf("%sstored AS (%s VALUES (%s) %s RETURNING id, version_ms, version_key)%s SELECT id, %s FROM stored",
		with, into, strings.Join(params, ", "), t.onConflict(names), scored, had)
	if !t.connected {
		return s
	}
	unsampled := ""
	if len(t.lists) > 0 {
		unsampled = " AND " + t.name + ".sample_lists IS NULL"
	}
	s.quick = fmt.Sprintf(`WITH stored AS (%[2]s SELECT %[3]s FROM connection_users WHERE user_id = $%[1]d AND connection_id = $1
			%[4]s%[5]s RETURNING id, version_ms, version_key)%[6]s,
		noted AS (INSERT INTO deliveries (%[7]s)
			SELECT $%[8]d::text, $%[9]d::text, $%[1]d::text, $%[10]d::text, $%[11]d::bigint, $%[12]d::timestamptz, $%[13]d::timestamptz, $%[14]d::bigint, $%[15]d::bytea
			FROM stored ON CONFLICT (id) DO NOTHING)
		SELECT COUNT(*) FROM stored`,
		n+1, into, strings.Join(typed, ", "), t.onConflict(names), unsampled, scored, deliveryColumns+", body",
		n+2, n+3, n+4, n+5, n+6, n+7, n+8, n+9)
	return s
}

// onConflict is what becomes of a record that is there already: it is overwritten by
// one of at least its rank, except for the scores that this one does not have. Those
// that are there are of a lower rank than a record which wins.
func (t *table) onConflict(names []string) string {
	score := map[string]bool{}
	for _, c := range t.columns {
		score[c.name] = c.score
	}
	var sets []string
	for _, name := range names {
		switch {
		case name == "connection_id" || name == "record_key":
		case score[name]:
			sets = append(sets, fmt.Sprintf("%[1]s = COALESCE(excluded.%[1]s, %[2]s.%[1]s)", name, t.name))
		default:
			sets = append(sets, fmt.Sprintf("%[1]s = excluded.%[1]s", name))
		}
	}
	return fmt.Sprintf(`ON CONFLICT (%[1]s) DO UPDATE SET %[2]s
		WHERE (excluded.version_ms, excluded.version_key, excluded.delivery_id) >= (%[3]s.version_ms, %[3]s.version_key, %[3]s.delivery_id)`,
		t.identity(), strings.Join(sets, ", "), t.name)
}

// record is a record on its way into its table.
type record struct {
	table *table
	p     unsafe.Pointer
	rank  rank
	args  []any    // of the upsert
	score []string // the columns of the scores that it has
}

// own is how many of the arguments come before those of the record's own columns.
func (t *table) own() int { return len(t.ownColumns(sqldb.SQLite)) - 1 }

var argLists = sync.Pool{New: func() any { return new([]any) }}

// prepareAll makes rows of records, to be given back with releaseAll even if there is
// an error.
func (db *DB) prepareAll(t *table, pointers []unsafe.Pointer, ms int64, deliveryID string) ([]*record, error) {
	records := make([]*record, 0, len(pointers))
	for _, p := range pointers {
		r, err := db.prepare(t, p, ms, deliveryID)
		if err != nil {
			return records, err
		}
		records = append(records, r)
	}
	return records, nil
}

// prepare makes a row of the record at p.
func (db *DB) prepare(t *table, p unsafe.Pointer, ms int64, deliveryID string) (*record, error) {
	key, start := t.place(p)
	switch {
	case key == "":
		return nil, reject("a record of " + t.name + " lacks what tells it from others")
	case len(key) > maxKey:
		return nil, reject("a record of " + t.name + " has a key longer than " + maxKeyText)
	}
	content, err := t.marshal(p)
	if err != nil {
		return nil, errUnwritable
	}
	r := &record{table: t, p: p, rank: rank{ms: ms, key: keyOf(content)}}
	d := db.sql.Dialect
	args := slices.Grow((*argLists.Get().(*[]any))[:0], t.own()+2*len(t.columns)+1)
	if t.connected {
		args = append(args, nil) // known later
	}
	args = append(args, clean(key), dayOf(start, d), r.rank.ms, r.rank.key, deliveryID)
	if len(t.lists) > 0 {
		args = append(args, db.layout(t, p))
	}
	for i := range t.columns {
		c, n := &t.columns[i], len(args)
		if args, err = c.appendTo(args, p, d); err != nil {
			return nil, err
		}
		if c.score && args[n] != nil {
			r.score = append(r.score, c.name)
		}
	}
	r.args = args
	return r, nil
}

// releaseAll gives back the memory of records.
func releaseAll(records []*record) {
	for _, r := range records {
		clear(r.args)
		argLists.Put(&r.args)
	}
}

// putAll stores records of a connection.
func (db *DB) putAll(tx *sqldb.Tx, records []*record, connection int64, samples *batch) error {
	for _, r := range records {
		if err := db.put(tx, r, connection, samples); err != nil {
			return err
		}
	}
	return samples.flush(tx)
}

// put stores a record if it is of the highest rank for its key, and of a lower one
// the scores that are.
func (db *DB) put(tx *sqldb.Tx, r *record, connection int64, samples *batch) error {
	t := r.table
	s := &db.statements[t.number]
	args := r.args
	if t.connected {
		args[0] = connection
	}
	if db.sql.Dialect == sqldb.Postgres && t.scored() {
		args = append(args, r.score)
	}
	var id int64
	var had bool
	switch err := tx.QueryRow(s.upsert, args, &id, &had); {
	case errors.Is(err, sql.ErrNoRows):
		if len(r.score) == 0 {
			return nil
		}
		return db.putScores(tx, r)
	case err != nil:
		return err
	}
	if db.sql.Dialect == sqldb.SQLite && len(r.score) > 0 {
		if err := db.markScores(tx, id, r.score, r.rank); err != nil {
			return err
		}
	}
	if len(t.lists) == 0 {
		return nil
	}
	if had {
		if err := samples.settle(tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM samples WHERE record_id = ?", id); err != nil {
			return err
		}
	}
	if !db.samples {
		return nil
	}
	return samples.add(tx, t, id, r.p)
}

func (t *table) scored() bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.score })
}

// markScores notes where a record's scores are from.
func (db *DB) markScores(tx *sqldb.Tx, id int64, fields []string, at rank) error {
	args := make([]any, 0, 4*len(fields))
	for _, field := range fields {
		args = append(args, id, field, at.ms, at.key)
	}
	_, err := tx.Exec("INSERT INTO scores (record_id, field, version_ms, version_key) VALUES "+sqldb.Values(len(fields), 4)+
		" ON CONFLICT (record_id, field) DO UPDATE SET version_ms = excluded.version_ms, version_key = excluded.version_key", args...)
	return err
}

// putScores takes over the scores of a record that came too late for the rest of it,
// as far as nothing of a higher rank has had them.
func (db *DB) putScores(tx *sqldb.Tx, r *record) error {
	t := r.table
	identity := r.args[:1]
	if t.connected {
		identity = r.args[:2]
	}
	var id int64
	if err := tx.QueryRow(db.statements[t.number].find, identity, &id); err != nil {
		return err
	}
	ranks, err := scoreRanks(tx, id)
	if err != nil {
		return err
	}
	var fields []string
	i := t.own()
	for _, c := range t.columns {
		if value := r.args[i]; c.score && value != nil {
			if known, ok := ranks[c.name]; !ok || known.compare(r.rank) < 0 {
				fields = append(fields, c.name)
				if _, err := tx.Exec("UPDATE "+t.name+" SET "+c.name+" = ? WHERE id = ?", value, id); err != nil {
					return err
				}
			}
		}
		i += len(c.names(db.sql.Dialect))
	}
	if len(fields) == 0 {
		return nil
	}
	return db.markScores(tx, id, fields, r.rank)
}

// scoreRanks are the ranks of a record's scores, by column.
func scoreRanks(tx *sqldb.Tx, id int64) (map[string]rank, error) {
	rows, err := tx.Query("SELECT field, version_ms, version_key FROM scores WHERE record_id = ?", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ranks := map[string]rank{}
	for rows.Next() {
		var field string
		var r rank
		if err := rows.Scan(&field, &r.ms, &r.key); err != nil {
			return nil, err
		}
		ranks[field] = r
	}
	return ranks, rows.Err()
}
