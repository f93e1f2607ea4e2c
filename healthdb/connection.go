package healthdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terra-go/terra/internal/sqldb"
)

// Status is how a connection fares.
type Status string

// The statuses.
const (
	StatusActive          Status = "active"
	StatusDegraded        Status = "degraded"        // the provider turned Terra away; the person may have to connect again
	StatusRevoked         Status = "revoked"         // the person withdrew access at the provider, or it was switched off
	StatusDeauthenticated Status = "deauthenticated" // disconnected through the API or the dashboard
	StatusGone            Status = "gone"            // the service no longer knows it, as [DB.Reconcile] found, and never said why
)

// Connection is one account of a person with a provider. It lasts: a person who
// connects the same account anew gets another user id, and the connection, its ID
// and its records stay.
type Connection struct {
	ID     int64  `json:"id"`
	UserID string `json:"user_id"` // the current one; see [DB.UserIDs] for all

	Provider    string    `json:"provider"`              // in capitals, such as GARMIN; empty if never told
	ReferenceID string    `json:"reference_id,omitzero"` // your own id of the person
	Scopes      *string   `json:"scopes"`                // as the provider names them, separated by commas; nil if never told
	Status      Status    `json:"status"`
	CreatedAt   time.Time `json:"created_at,omitzero"` // when the person first connected, UTC; zero if never told
}

// ErrNoConnection says that nothing is known of a user id or a connection.
var ErrNoConnection = errors.New("healthdb: no such connection")

// ConnectionFilter picks connections. Empty members pick all.
type ConnectionFilter struct {
	ReferenceID string
	Provider    string
	Statuses    []Status

	ReferencePrefix string // what the reference id begins with
	After           int64  // only those with a greater ID
	Limit           int    // how many to yield at most; 0 is all of them
}

const (
	connectionColumns = "user_id, provider, reference_id, scopes, status, created_at"
	connectionPage    = 500
)

// Connections yields connections in the order of their IDs. It reads ahead some at a
// time and holds nothing of the database meanwhile. An error is the last pair.
func (db *DB) Connections(ctx context.Context, f ConnectionFilter) iter.Seq2[Connection, error] {
	var where []string
	var args []any
	if f.ReferenceID != "" {
		where, args = append(where, "reference_id = ?"), append(args, clean(f.ReferenceID))
	}
	if f.Provider != "" {
		where, args = append(where, "provider = ?"), append(args, clean(f.Provider))
	}
	if n := len(f.Statuses); n > 0 {
		where = append(where, "status IN "+sqldb.Values(1, n))
		for _, s := range f.Statuses {
			args = append(args, string(s))
		}
	}
	if f.ReferencePrefix != "" {
		prefix := clean(f.ReferencePrefix)
		where, args = append(where, "reference_id >= ? AND reference_id < ?"), append(args, prefix, prefix+"\U0010FFFF")
	}
	query := "SELECT id, " + connectionColumns + " FROM connections WHERE " + strings.Join(append(where, "id > ?"), " AND ") + " ORDER BY id LIMIT "
	return func(yield func(Connection, error) bool) {
		left := f.Limit
		for last := f.After; ; {
			size := connectionPage
			if f.Limit > 0 {
				size = min(size, left)
			}
			page, err := db.connections(ctx, query+strconv.Itoa(size), append(slices.Clip(args), last)...)
			if !yieldAll(page, err, yield) || len(page) < size {
				return
			}
			if left -= len(page); left == 0 {
				return // with no limit it is below 0
			}
			last = page[len(page)-1].ID
		}
	}
}

// CountConnections counts the connections of each status; one that none has is absent.
func (db *DB) CountConnections(ctx context.Context) (map[Status]int, error) {
	rows, err := db.query(ctx, "SELECT status, COUNT(*) FROM connections GROUP BY status")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[Status]int{}
	for rows.Next() {
		var status Status
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return nil, sqldb.Wrap("count connections", err)
		}
		counts[status] = n
	}
	return counts, sqldb.Wrap("count connections", rows.Err())
}

// Providers are those of all connections, in the order of their names.
func (db *DB) Providers(ctx context.Context) ([]string, error) {
	return readAll[string](ctx, db, "SELECT DISTINCT provider FROM connections WHERE provider IS NOT NULL ORDER BY provider", nil,
		func(provider *string) []any { return []any{provider} })
}

func (db *DB) connections(ctx context.Context, query string, args ...any) ([]Connection, error) {
	rows, err := db.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []Connection
	for rows.Next() {
		c, err := scanConnection(rows)
		if err != nil {
			return nil, err
		}
		page = append(page, c)
	}
	return page, sqldb.Wrap("read connections", rows.Err())
}

// ConnectionOf is the connection that a user id belongs to, be it the current id or
// a former one. The error is [ErrNoConnection] when there is none.
func (db *DB) ConnectionOf(ctx context.Context, userID string) (Connection, error) {
	return db.connection(ctx, "id = (SELECT connection_id FROM connection_users WHERE user_id = ?)", clean(userID))
}

// Connection is the one of an ID. The error is [ErrNoConnection] when there is none:
// two that turn out to be the same account go on under the smaller ID.
func (db *DB) Connection(ctx context.Context, id int64) (Connection, error) {
	return db.connection(ctx, "id = ?", id)
}

// UserIDs are all ids that a connection has had, in no particular order.
func (db *DB) UserIDs(ctx context.Context, connection int64) ([]string, error) {
	rows, err := db.query(ctx, "SELECT user_id FROM connection_users WHERE connection_id = ?", connection)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var userID string
		if err := rows.Scan(&userID); err != nil {
			return nil, sqldb.Wrap("read connections", err)
		}
		list = append(list, userID)
	}
	return list, sqldb.Wrap("read connections", rows.Err())
}

func (db *DB) connection(ctx context.Context, where string, arg any) (Connection, error) {
	rows, err := db.query(ctx, "SELECT id, "+connectionColumns+" FROM connections WHERE "+where, arg)
	if err != nil {
		return Connection{}, err
	}
	defer rows.Close()
	if !rows.Next() {
		return Connection{}, cmp.Or(sqldb.Wrap("read connections", rows.Err()), ErrNoConnection)
	}
	return scanConnection(rows)
}

// current is the connection of a user id as a transaction sees it.
func (db *DB) current(tx *sqldb.Tx, userID string) (c Connection, known bool, err error) {
	rows, err := tx.Query("SELECT id, "+connectionColumns+" FROM connections WHERE id = (SELECT connection_id FROM connection_users WHERE user_id = ?)", clean(userID))
	if err != nil {
		return c, false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return c, false, rows.Err()
	}
	c, err = scanConnection(rows)
	return c, true, err
}

func (c Connection) equal(d Connection) bool {
	scopes := (c.Scopes == nil) == (d.Scopes == nil) && (c.Scopes == nil || *c.Scopes == *d.Scopes)
	created := c.CreatedAt.Equal(d.CreatedAt)
	c.Scopes, d.Scopes, c.CreatedAt, d.CreatedAt = nil, nil, time.Time{}, time.Time{}
	return scopes && created && c == d
}

func scanConnection(rows *sql.Rows) (Connection, error) {
	var c Connection
	var provider, reference, scopes sql.NullString
	var status string
	var created any
	if err := rows.Scan(&c.ID, &c.UserID, &provider, &reference, &scopes, &status, &created); err != nil {
		return c, sqldb.Wrap("read connections", err)
	}
	c.Provider, c.ReferenceID, c.Status = provider.String, reference.String, Status(status)
	if scopes.Valid {
		c.Scopes = &scopes.String
	}
	switch t := created.(type) {
	case time.Time:
		c.CreatedAt = t.UTC()
	case string:
		at, err := time.Parse(time.RFC3339Nano, t)
		if err != nil {
			return c, ErrDamaged
		}
		c.CreatedAt = at
	}
	return c, nil
}

// values are those of connectionColumns.
func (db *DB) values(c Connection) []any {
	row := []any{c.UserID, nil, nil, nil, string(c.Status), nil}
	if c.Provider != "" {
		row[1] = c.Provider
	}
	if c.ReferenceID != "" {
		row[2] = c.ReferenceID
	}
	if c.Scopes != nil {
		row[3] = *c.Scopes
	}
	if !c.CreatedAt.IsZero() {
		at := c.CreatedAt.Truncate(time.Microsecond) // which is what PostgreSQL keeps
		row[5] = at
		if db.sql.Dialect == sqldb.SQLite {
			row[5] = at.Format(time.RFC3339Nano)
		}
	}
	return row
}
