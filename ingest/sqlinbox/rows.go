package sqlinbox

import (
	"database/sql"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/internal/sqldb"
)

// entries appends the rows of a query for seq and size.
func entries(list []entry, rows *sql.Rows) ([]entry, error) {
	defer rows.Close()
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.seq, &e.size); err != nil {
			return nil, sqldb.Wrap("list", err)
		}
		list = append(list, e)
	}
	return list, sqldb.Wrap("list", rows.Err())
}

// scanned are the items of a query for lease and columns.
func scanned(state ingest.State, rows *sql.Rows) (items []ingest.Item, err error) {
	defer rows.Close()
	of := byte(seen)
	if state == ingest.Dead {
		of = buried
	}
	for rows.Next() {
		var c columns
		var lease int64
		if err := rows.Scan(append([]any{&lease}, c.dest()...)...); err != nil {
			return nil, sqldb.Wrap("read", err)
		}
		item, err := c.item(of, lease)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, sqldb.Wrap("read", rows.Err())
}

// statistics reads the counts of pending and leased, the earliest receipt, the time,
// and the count of the dead.
func statistics(r *sql.Row) (s ingest.Stats, err error) {
	var oldest sql.NullInt64
	var now int64
	if err := r.Scan(&s.Pending, &s.Leased, &oldest, &now, &s.Dead); err != nil {
		return s, sqldb.Wrap("stats", err)
	}
	if oldest.Valid {
		s.Oldest = max(0, time.UnixMilli(now).Sub(time.UnixMilli(oldest.Int64)))
	}
	return s, nil
}
