package sqlinbox

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/internal/sqldb"
)

// postgresWriters fill transactions at the same time: while one is being flushed the
// other is filled.
const postgresWriters = 2

// Every statement is a transaction by itself and one round trip. $1 is the time, or
// null for the server's own, which is the same for everyone.
var (
	pgPut = pgQuery(`
		WITH given AS (
			SELECT * FROM unnest($2::text[], $3::boolean[], $4::bigint[], $5::text[], $6::bytea[]) AS g (id, urgent, received_at, header, body)
		)
		INSERT INTO inbox_deliveries (id, urgent, stored_at, received_at, due, size, header, body)
		SELECT id, urgent, {now}, received_at, {now}, octet_length(body), header, body FROM given
		ON CONFLICT (id) DO NOTHING RETURNING id`)

	pgLease = pgQuery(`
		WITH pings AS (
			SELECT seq, size, urgent, due FROM inbox_deliveries WHERE state = 'pending' AND urgent AND due <= {now}
			ORDER BY due, seq LIMIT $2 FOR UPDATE SKIP LOCKED
		), others AS (
			SELECT seq, size, urgent, due FROM inbox_deliveries WHERE state = 'pending' AND NOT urgent AND due <= {now}
			ORDER BY due, seq LIMIT $2 - (SELECT COUNT(*) FROM pings) FOR UPDATE SKIP LOCKED
		), ready AS (
			SELECT seq, row_number() OVER turn AS place, SUM(size) OVER turn - size AS before
			FROM (SELECT * FROM pings UNION ALL SELECT * FROM others) AS u
			WINDOW turn AS (ORDER BY urgent DESC, due, seq)
		), taken AS (
			UPDATE inbox_deliveries AS d SET lease = $3, due = {now} + $4, attempts = attempts + 1
			FROM ready, {loose} WHERE d.seq = ready.seq AND ready.before < $5
			RETURNING ready.place, d.seq, d.id, d.received_at, d.urgent, d.attempts, d.reason, d.failed_at, d.header, d.body
		)
		SELECT seq, id, received_at, urgent, attempts, reason, failed_at, header, body FROM taken ORDER BY place`)

	pgExtend = pgQuery(`UPDATE inbox_deliveries AS d SET due = {now} + $4 FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)
	pgAck = pgQuery(`UPDATE inbox_deliveries AS d SET state = 'done', due = {now}, lease = NULL, reason = '', header = NULL, body = NULL FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)
	pgRetry = pgQuery(`UPDATE inbox_deliveries AS d SET lease = NULL, due = {now} + $4, reason = $5, failed_at = {now} FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)
	pgRevive = pgQuery(`UPDATE inbox_deliveries AS d SET state = 'pending', lease = NULL, due = {now} + $4, reason = $5, failed_at = {now}, attempts = 0 FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'dead'`)
	pgBury = pgQuery(`UPDATE inbox_deliveries AS d SET state = 'dead', lease = $4, reason = $5, failed_at = {now} FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)

	pgStats = pgQuery(`SELECT COUNT(*), COUNT(*) FILTER (WHERE lease IS NOT NULL AND due > {now}), MIN(received_at), {now},
		(SELECT COUNT(*) FROM inbox_deliveries WHERE state = 'dead') FROM inbox_deliveries WHERE state = 'pending'`)
	pgPurge = pgQuery(`DELETE FROM inbox_deliveries WHERE stored_at < {now} - $2::bigint AND seq IN (
		SELECT seq FROM inbox_deliveries WHERE state = 'done' ORDER BY seq LIMIT $3 FOR UPDATE SKIP LOCKED)`)
)

const pgRead = `SELECT COALESCE(lease, 0), seq, id, received_at, urgent, attempts, reason, failed_at, header, body
	FROM inbox_deliveries WHERE seq = ANY($1::bigint[]) AND state = $2 ORDER BY received_at, seq`

// pgQuery fills in what the statements have in common.
func pgQuery(query string) string {
	return strings.NewReplacer(
		"{now}", "COALESCE($1::bigint, (extract(epoch FROM statement_timestamp()) * 1000)::bigint)",
		"{marks}", "unnest($2::bigint[], $3::bigint[]) AS m (seq, lease)",
		// Evaluated within the transaction, it has its end go without a flush.
		"{loose}", "(SELECT set_config('synchronous_commit', 'off', true)) AS loose",
	).Replace(query)
}

type postgres struct {
	db  *sqldb.DB
	now func() time.Time // nil for the server's clock
}

func newPostgres(db *sqldb.DB, now func() time.Time) *postgres { return &postgres{db, now} }

func (p *postgres) put(ctx context.Context, rows []*row) error {
	// In one order for all, lest two transactions wait for each other's row.
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(a.id, b.id) })
	n := len(rows)
	ids, urgent, receivedAt := make([]string, n), make([]bool, n), make([]int64, n)
	headers, bodies := make([]string, n), make([][]byte, n)
	for i, r := range rows {
		ids[i], urgent[i], receivedAt[i], headers[i], bodies[i] = r.id, r.urgent, r.receivedAt, r.header, r.body
		r.known = true
	}
	stored, err := p.db.Pool.QueryContext(ctx, pgPut, p.time(), ids, urgent, receivedAt, headers, bodies)
	if err != nil {
		return sqldb.Wrap("put", err)
	}
	defer stored.Close()
	for stored.Next() {
		var id string
		if err := stored.Scan(&id); err != nil {
			return sqldb.Wrap("put", err)
		}
		if i, ok := slices.BinarySearchFunc(rows, id, func(r *row, id string) int { return cmp.Compare(r.id, id) }); ok {
			rows[i].known = false
		}
	}
	return sqldb.Wrap("put", stored.Err())
}

func (p *postgres) lease(ctx context.Context, limit int, ttl time.Duration) (items []ingest.Item, err error) {
	lease := newLease()
	rows, err := p.db.Pool.QueryContext(ctx, pgLease, p.time(), limit, lease, milliseconds(ttl), int64(leaseBytes))
	if err != nil {
		return nil, sqldb.Wrap("lease", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c columns
		if err := rows.Scan(c.dest()...); err != nil {
			return nil, sqldb.Wrap("lease", err)
		}
		item, err := c.item(leased, lease)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, sqldb.Wrap("lease", rows.Err())
}

func (p *postgres) extend(ctx context.Context, marks []mark, ttl time.Duration) (int, error) {
	return p.change(ctx, pgExtend, marks, milliseconds(ttl))
}

func (p *postgres) ack(ctx context.Context, marks []mark) (int, error) {
	return p.change(ctx, pgAck, marks)
}

func (p *postgres) retry(ctx context.Context, m mark, delay time.Duration, reason string) (int, error) {
	query := pgRetry
	if m.of == buried {
		query = pgRevive
	}
	return p.change(ctx, query, []mark{m}, milliseconds(delay), text(reason))
}

func (p *postgres) bury(ctx context.Context, m mark, reason string) (int, error) {
	return p.change(ctx, pgBury, []mark{m}, newLease(), text(reason))
}

// change runs a statement on the rows of marks and counts those it has changed.
func (p *postgres) change(ctx context.Context, query string, marks []mark, args ...any) (int, error) {
	seqs, leases := make([]int64, len(marks)), make([]int64, len(marks))
	for i, m := range marks {
		seqs[i], leases[i] = m.seq, m.lease
	}
	res, err := p.db.Pool.ExecContext(ctx, query, append([]any{p.time(), seqs, leases}, args...)...)
	if err != nil {
		return 0, sqldb.Wrap("change", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func (p *postgres) list(ctx context.Context, state ingest.State) ([]entry, error) {
	rows, err := p.db.Pool.QueryContext(ctx, `SELECT seq, size FROM inbox_deliveries WHERE state = '`+string(state)+`' ORDER BY received_at, seq`)
	if err != nil {
		return nil, sqldb.Wrap("list", err)
	}
	return entries(nil, rows)
}

func (p *postgres) read(ctx context.Context, state ingest.State, found []entry) ([]ingest.Item, error) {
	seqs := make([]int64, len(found))
	for i, e := range found {
		seqs[i] = e.seq
	}
	rows, err := p.db.Pool.QueryContext(ctx, pgRead, seqs, string(state))
	if err != nil {
		return nil, sqldb.Wrap("read", err)
	}
	return scanned(state, rows)
}

func (p *postgres) stats(ctx context.Context) (ingest.Stats, error) {
	return statistics(p.db.Pool.QueryRowContext(ctx, pgStats, p.time()))
}

func (p *postgres) purge(ctx context.Context, age time.Duration, limit int) (int, error) {
	res, err := p.db.Pool.ExecContext(ctx, pgPurge, p.time(), milliseconds(age), limit)
	if err != nil {
		return 0, sqldb.Wrap("purge", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func (p *postgres) time() sql.NullInt64 {
	if p.now == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: p.now().UnixMilli(), Valid: true}
}

// text is s without what PostgreSQL does not take in a text.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
