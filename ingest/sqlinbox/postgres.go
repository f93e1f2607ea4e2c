package sqlinbox

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/internal/sqldb"
)

const (
	// postgresWriters have a transaction each at the same time: while one is being
	// flushed the others are filled. With more of them fewer share a transaction, which
	// costs both sides more.
	postgresWriters = 3
	// postgresBytes go into one transaction. On their way to the server they are in memory
	// three times over, for each writer.
	postgresBytes = 1 << 20
	// maxAttempts at a change that PostgreSQL refuses for the sake of another.
	maxAttempts = 4
)

// Every statement is a transaction by itself and one round trip. The time, $1 unless
// said otherwise, is null for the server's own, which is the same for everyone.
var (
	// Bodies come in one piece: an array of them would be copied a few times more, by the
	// driver as well as by the server.
	pgPut = pgQuery(`
		WITH given AS (
			SELECT * FROM unnest($2::text[], $3::boolean[], $4::bigint[], $5::text[], $6::integer[], $7::integer[])
			AS g (id, urgent, received_at, header, start, size)
		), added AS (
			INSERT INTO inbox_ids (id, stored_at) SELECT id, {now 1} FROM given ON CONFLICT (id) DO NOTHING RETURNING id, seq
		), stored AS (
			INSERT INTO inbox_deliveries (seq, id, urgent, received_at, due, size, header, body)
			SELECT seq, id, urgent, received_at, {now 1}, size, header, substring($8::bytea FROM start FOR size) FROM added JOIN given USING (id)
		)
		SELECT id FROM added`)

	pgLease = pgQuery(`
		WITH pings AS (
			SELECT seq, size, urgent, due FROM inbox_deliveries WHERE state = 'pending' AND urgent AND due <= {now 1}
			ORDER BY due, seq LIMIT $2 FOR UPDATE SKIP LOCKED
		), others AS (
			SELECT seq, size, urgent, due FROM inbox_deliveries WHERE state = 'pending' AND NOT urgent AND due <= {now 1}
			ORDER BY due, seq LIMIT $2 - (SELECT COUNT(*) FROM pings) FOR UPDATE SKIP LOCKED
		), ready AS (
			SELECT seq, row_number() OVER turn AS place, SUM(size) OVER turn - size AS before
			FROM (SELECT * FROM pings UNION ALL SELECT * FROM others) AS u
			WINDOW turn AS (ORDER BY urgent DESC, due, seq)
		), taken AS (
			UPDATE inbox_deliveries AS d SET lease = $3, due = {now 1} + $4, attempts = attempts + 1
			FROM ready, {loose} WHERE d.seq = ready.seq AND ready.before < $5
			RETURNING ready.place, d.seq, d.id, d.received_at, d.urgent, d.attempts, d.reason, d.failed_at, d.header, d.body
		)
		SELECT seq, id, received_at, urgent, attempts, reason, failed_at, header, body FROM taken ORDER BY place`)

	pgStats = pgQuery(`SELECT COUNT(*), COUNT(*) FILTER (WHERE lease IS NOT NULL AND due > {now 1}), MIN(received_at), {now 1},
		(SELECT COUNT(*) FROM inbox_deliveries WHERE state = 'dead') FROM inbox_deliveries WHERE state = 'pending'`)
	pgPurge = pgQuery(`DELETE FROM inbox_ids WHERE ctid = ANY (ARRAY(
		SELECT i.ctid FROM inbox_ids AS i WHERE i.stored_at < {now 1} - $2::bigint
		AND NOT EXISTS (SELECT FROM inbox_deliveries AS d WHERE d.seq = i.seq) LIMIT $3 FOR UPDATE SKIP LOCKED))`)

	// What follows is about rows that are as their marks say: $1 and $2 are these, $3
	// is the time.
	pgExtend = pgQuery(`UPDATE inbox_deliveries AS d SET due = {now 3} + $4 FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)
	pgAck = pgQuery(`DELETE FROM inbox_deliveries AS d USING {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)
	pgRetry = pgQuery(`UPDATE inbox_deliveries AS d SET lease = NULL, due = {now 3} + $4, reason = $5, failed_at = {now 3} FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)
	pgRevive = pgQuery(`UPDATE inbox_deliveries AS d SET state = 'pending', lease = NULL, due = {now 3} + $4, reason = $5, failed_at = {now 3}, attempts = 0
		FROM {marks}, {loose} WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'dead'`)
	pgBury = pgQuery(`UPDATE inbox_deliveries AS d SET state = 'dead', lease = $4, reason = $5, failed_at = {now 3} FROM {marks}, {loose}
		WHERE d.seq = m.seq AND d.lease = m.lease AND d.state = 'pending'`)
)

const pgRead = `SELECT COALESCE(lease, 0), seq, id, received_at, urgent, attempts, reason, failed_at, header, body
	FROM inbox_deliveries WHERE seq = ANY($1::bigint[]) AND state = $2 ORDER BY received_at, seq`

// pgQuery fills in what the statements have in common.
func pgQuery(query string) string {
	const now = "COALESCE($%s::bigint, (extract(epoch FROM statement_timestamp()) * 1000)::bigint)"
	return strings.NewReplacer(
		"{now 1}", strings.Replace(now, "%s", "1", 1),
		"{now 3}", strings.Replace(now, "%s", "3", 1),
		"{marks}", "unnest($1::bigint[], $2::bigint[]) AS m (seq, lease)",
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
	ids, urgent, receivedAt, headers := make([]string, n), make([]bool, n), make([]int64, n), make([]string, n)
	starts, sizes, bodies := make([]int32, n), make([]int32, n), make([][]byte, n)
	start := int32(1)
	for i, r := range rows {
		ids[i], urgent[i], receivedAt[i], headers[i] = r.id, r.urgent, r.receivedAt, r.header
		starts[i], sizes[i], bodies[i] = start, int32(len(r.body)), r.body
		start += sizes[i]
		r.known = true
	}
	whole := bodies[0]
	if n > 1 {
		whole = bytes.Join(bodies, nil)
	}
	stored, err := p.db.Pool.QueryContext(ctx, pgPut, p.time(), ids, urgent, receivedAt, headers, starts, sizes, whole)
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
	return p.change(ctx, pgExtend, marks, p.time(), milliseconds(ttl))
}

func (p *postgres) ack(ctx context.Context, marks []mark) (int, error) {
	return p.change(ctx, pgAck, marks)
}

func (p *postgres) retry(ctx context.Context, m mark, delay time.Duration, reason string) (int, error) {
	query := pgRetry
	if m.of == buried {
		query = pgRevive
	}
	return p.change(ctx, query, []mark{m}, p.time(), milliseconds(delay), text(reason))
}

func (p *postgres) bury(ctx context.Context, m mark, reason string) (int, error) {
	return p.change(ctx, pgBury, []mark{m}, p.time(), newLease(), text(reason))
}

// change runs a statement on the rows of marks and counts those it has changed. An
// Extend may come at the same time as the Ack of what it extends: they take the rows in
// one order, and again should the database have found another.
func (p *postgres) change(ctx context.Context, query string, marks []mark, args ...any) (int, error) {
	slices.SortFunc(marks, func(a, b mark) int { return cmp.Compare(a.seq, b.seq) })
	seqs, leases := make([]int64, len(marks)), make([]int64, len(marks))
	for i, m := range marks {
		seqs[i], leases[i] = m.seq, m.lease
	}
	args = append([]any{seqs, leases}, args...)
	for attempt := 1; ; attempt++ {
		res, err := p.db.Pool.ExecContext(ctx, query, args...)
		if err == nil {
			n, err := res.RowsAffected()
			return int(n), err
		}
		if err = sqldb.Wrap("change", err); attempt == maxAttempts || sqldb.KindOf(err) != sqldb.Conflict {
			return 0, err
		}
	}
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
