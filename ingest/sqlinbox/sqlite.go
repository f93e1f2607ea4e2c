package sqlinbox

import (
	"context"
	"slices"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/internal/sqldb"
)

// sqliteBytes go into one transaction: flushes are dear, and readers do not mind.
const sqliteBytes = 4 << 20

// sqlite goes by the clock of the process: all that share the file are on one
// machine.
type sqlite struct {
	db      *sqldb.DB
	now     func() time.Time
	ordered bool // see WithOrder
}

func newSQLite(db *sqldb.DB, now func() time.Time, ordered bool) *sqlite {
	if now == nil {
		now = time.Now
	}
	return &sqlite{db, now, ordered}
}

func (s *sqlite) put(ctx context.Context, rows []*row) error {
	now := s.now().UnixMilli()
	return s.db.Tx(ctx, func(tx *sqldb.Tx) error {
		for _, r := range rows {
			n, err := tx.Exec(`INSERT INTO inbox_deliveries (id, urgent, stored_at, received_at, due, size) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
				r.id, r.urgent, now, r.receivedAt, now, len(r.body))
			if err != nil {
				return err
			}
			if r.known = n == 0; r.known {
				continue
			}
			if _, err := tx.Exec(`INSERT INTO inbox_bodies (seq, header, body) VALUES (last_insert_rowid(), ?, ?)`, r.header, r.body); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *sqlite) lease(ctx context.Context, limit int, ttl time.Duration) (items []ingest.Item, err error) {
	now, lease := s.now().UnixMilli(), newLease()
	err = s.db.LooseTx(ctx, func(tx *sqldb.Tx) error {
		due, err := s.due(tx, now, limit)
		if err != nil {
			return err
		}
		items = make([]ingest.Item, 0, len(due))
		bytes := 0
		for _, e := range due {
			if bytes >= leaseBytes {
				break
			}
			bytes += e.size
			if _, err := tx.Exec(`UPDATE inbox_deliveries SET lease = ?, due = ?, attempts = attempts + 1 WHERE seq = ?`, lease, now+milliseconds(ttl), e.seq); err != nil {
				return err
			}
			var c columns
			if err := tx.QueryRow(`SELECT seq, id, received_at, urgent, attempts, reason, failed_at, header, body
				FROM inbox_deliveries JOIN inbox_bodies USING (seq) WHERE seq = ?`, []any{e.seq}, c.dest()...); err != nil {
				return err
			}
			item, err := c.item(leased, lease)
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		return nil
	})
	return items, err
}

// due finds what can be leased: the urgent first, then the longest due.
func (s *sqlite) due(tx *sqldb.Tx, now int64, limit int) (due []entry, err error) {
	if s.ordered {
		return s.head(tx, now, limit)
	}
	for _, urgent := range []bool{true, false} {
		rows, err := tx.Query(`SELECT seq, size FROM inbox_deliveries WHERE state = 'pending' AND urgent = ? AND due <= ? ORDER BY due, seq LIMIT ?`,
			urgent, now, limit-len(due))
		if err != nil {
			return nil, err
		}
		if due, err = entries(due, rows); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// head finds the first of all that are pending, up to one that is not due.
func (s *sqlite) head(tx *sqldb.Tx, now int64, limit int) (due []entry, err error) {
	// Sorted by +seq, SQLite goes by the index of those pending, however many are done.
	rows, err := tx.Query(`SELECT seq, CASE WHEN due <= ? THEN size ELSE -1 END FROM inbox_deliveries WHERE state = 'pending' ORDER BY +seq LIMIT ?`, now, limit)
	if err != nil {
		return nil, err
	}
	if due, err = entries(nil, rows); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(due, func(e entry) bool { return e.size < 0 }); i >= 0 {
		due = due[:i]
	}
	return due, nil
}

func (s *sqlite) extend(ctx context.Context, marks []mark, ttl time.Duration) (int, error) {
	return s.each(ctx, marks, func(tx *sqldb.Tx, m mark, now int64) (int64, error) {
		return tx.Exec(`UPDATE inbox_deliveries SET due = ? WHERE seq = ? AND lease = ? AND state = 'pending'`, now+milliseconds(ttl), m.seq, m.lease)
	})
}

func (s *sqlite) ack(ctx context.Context, marks []mark) (int, error) {
	return s.each(ctx, marks, func(tx *sqldb.Tx, m mark, _ int64) (int64, error) {
		n, err := tx.Exec(`UPDATE inbox_deliveries SET state = 'done', lease = NULL, reason = '' WHERE seq = ? AND lease = ? AND state = 'pending'`, m.seq, m.lease)
		if err != nil || n == 0 {
			return 0, err
		}
		_, err = tx.Exec(`DELETE FROM inbox_bodies WHERE seq = ?`, m.seq)
		return n, err
	})
}

func (s *sqlite) retry(ctx context.Context, m mark, delay time.Duration, reason string) (int, error) {
	return s.each(ctx, []mark{m}, func(tx *sqldb.Tx, m mark, now int64) (int64, error) {
		if m.of == buried {
			return tx.Exec(`UPDATE inbox_deliveries SET state = 'pending', lease = NULL, due = ?, reason = ?, failed_at = ?, attempts = 0 WHERE seq = ? AND lease = ? AND state = 'dead'`,
				now+milliseconds(delay), reason, now, m.seq, m.lease)
		}
		return tx.Exec(`UPDATE inbox_deliveries SET lease = NULL, due = ?, reason = ?, failed_at = ? WHERE seq = ? AND lease = ? AND state = 'pending'`,
			now+milliseconds(delay), reason, now, m.seq, m.lease)
	})
}

func (s *sqlite) bury(ctx context.Context, m mark, reason string) (int, error) {
	return s.each(ctx, []mark{m}, func(tx *sqldb.Tx, m mark, now int64) (int64, error) {
		return tx.Exec(`UPDATE inbox_deliveries SET state = 'dead', lease = ?, reason = ?, failed_at = ? WHERE seq = ? AND lease = ? AND state = 'pending'`,
			newLease(), reason, now, m.seq, m.lease)
	})
}

// each applies change to every mark and adds up the rows.
func (s *sqlite) each(ctx context.Context, marks []mark, change func(tx *sqldb.Tx, m mark, now int64) (int64, error)) (changed int, err error) {
	err = s.db.LooseTx(ctx, func(tx *sqldb.Tx) error {
		now := s.now().UnixMilli()
		for _, m := range marks {
			n, err := change(tx, m, now)
			if err != nil {
				return err
			}
			changed += int(n)
		}
		return nil
	})
	return changed, err
}

func (s *sqlite) list(ctx context.Context, state ingest.State) ([]entry, error) {
	rows, err := s.db.Pool.QueryContext(ctx, `SELECT seq, size FROM inbox_deliveries WHERE state = '`+string(state)+`' ORDER BY received_at, seq`)
	if err != nil {
		return nil, sqldb.Wrap("list", err)
	}
	return entries(nil, rows)
}

func (s *sqlite) read(ctx context.Context, state ingest.State, found []entry) ([]ingest.Item, error) {
	args := make([]any, 0, len(found)+1)
	for _, e := range found {
		args = append(args, e.seq)
	}
	rows, err := s.db.Pool.QueryContext(ctx, `SELECT COALESCE(lease, 0), seq, id, received_at, urgent, attempts, reason, failed_at, header, body
		FROM inbox_deliveries JOIN inbox_bodies USING (seq) WHERE seq IN `+sqldb.Values(1, len(found))+` AND state = ? ORDER BY received_at, seq`, append(args, string(state))...)
	if err != nil {
		return nil, sqldb.Wrap("read", err)
	}
	return scanned(state, rows)
}

func (s *sqlite) stats(ctx context.Context) (ingest.Stats, error) {
	now := s.now().UnixMilli()
	return statistics(s.db.Pool.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(CASE WHEN lease IS NOT NULL AND due > ? THEN 1 END), MIN(received_at), ?,
		(SELECT COUNT(*) FROM inbox_deliveries WHERE state = 'dead') FROM inbox_deliveries WHERE state = 'pending'`, now, now))
}

func (s *sqlite) purge(ctx context.Context, age time.Duration, limit int) (purged int, err error) {
	before := s.now().Add(-age).UnixMilli()
	err = s.db.LooseTx(ctx, func(tx *sqldb.Tx) error {
		// Rows are stored in the order of time, near enough: without looking further
		// than the oldest, this stays cheap however many there are.
		n, err := tx.Exec(`DELETE FROM inbox_deliveries WHERE stored_at < ? AND seq IN (SELECT seq FROM inbox_deliveries WHERE state = 'done' ORDER BY seq LIMIT ?)`, before, limit)
		purged = int(n)
		return err
	})
	return purged, err
}
