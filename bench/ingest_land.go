package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/webhook"
)

// land has workers apply deliveries to one database: days without samples, and days
// with all of them, beside bare inserts of as many rows.
func land(ctx context.Context, r *report, s databaseStore) error {
	plain, err := newDays(summaryDocument)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%s, days without samples, %d workers", s.name, landers)
	results, err := takeTurns(ctx, []load{
		{name: "deliveries applied", senders: landers, send: func(ctx context.Context) error { return plain.apply(ctx, s) }},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(r.w, title)
	fmt.Fprintf(r.w, "  parsed and applied: %s deliveries/s%s\n\n", significant(results[0].rate), r.least(title+", deliveries/s", results[0].rate, s.applies))

	sampled, err := newDays(dayDocument)
	if err != nil {
		return err
	}
	if err := sampled.apply(ctx, s); err != nil {
		return err
	}
	var rows int
	if err := s.pool.QueryRowContext(ctx, "SELECT count(*) FROM samples").Scan(&rows); err != nil {
		return err
	}
	batch := bareRows(rows)
	title = fmt.Sprintf("%s, days with %d samples, %d workers", s.name, rows, landers)
	results, err = takeTurns(ctx, []load{
		{name: "the same inserts alone", senders: landers, units: float64(rows), send: func(ctx context.Context) error { return s.bareInsert(ctx, batch()) }},
		{name: "deliveries applied", senders: landers, units: float64(rows), send: func(ctx context.Context) error { return sampled.apply(ctx, s) }},
	})
	if err != nil {
		return err
	}
	ratio := results[1].rate / results[0].rate
	fmt.Fprintln(r.w, title)
	t := newTable(r.w, "sample rows/s\t× alone\ttarget")
	fmt.Fprintf(t, "  the same inserts alone\t%s\t1.00\n", significant(results[0].rate))
	fmt.Fprintf(t, "  parsed and applied\t%s\t%.2f\t%s\n", significant(results[1].rate), ratio, r.least(title+", × the inserts alone", ratio, 0.7))
	t.Flush()
	fmt.Fprintln(r.w)
	return nil
}

// days makes deliveries of one day each, of a hundred people whose days follow on
// each other.
type days struct {
	body []byte
	next atomic.Int64
}

const people = 100

func newDays(of func() (document, error)) (*days, error) {
	d, err := of()
	if err != nil {
		return nil, err
	}
	event, err := eventOf(d)
	return &days{body: event}, err
}

func eventOf(d document) ([]byte, error) {
	record, err := health.Decode[health.Daily](d.text)
	if err != nil {
		return nil, err
	}
	owner := user
	owner.CreatedAt = health.TimestampOfDate(firstDay.AddDays(-100)) // and not moved on with the record
	e, err := eventDocument[struct{}, struct{}]("", 1, event{Type: "daily", Version: payloadVersion, User: owner, Data: []health.Daily{record}})
	return e.text, err
}

// apply does what a worker does with one delivery.
func (d *days) apply(ctx context.Context, s databaseStore) error {
	n := int(d.next.Add(1))
	id := fmt.Sprintf("%08d", n%people) + userID[8:]
	body := bytes.ReplaceAll(d.body, []byte(userID), []byte(id))
	body = bytes.ReplaceAll(body, []byte(firstDay.String()), []byte(firstDay.AddDays(n/people).String()))
	header := http.Header{}
	header.Set(webhook.HeaderTraceID, newTraceID())
	header.Set(webhook.HeaderOrderingTime, strconv.FormatInt(time.Now().UnixMilli(), 10))
	e, err := webhook.Parse(header, body)
	if err != nil {
		return err
	}
	return s.db.Apply(ctx, e, time.Now())
}

// sampleRow is a row of the table of samples.
type sampleRow struct {
	record, series, n, at int64
	value                 float64
}

// bareRows makes batches of n rows as a day has them, each of a record of its own.
func bareRows(n int) func() []sampleRow {
	var record atomic.Int64
	return func() []sampleRow {
		rows := make([]sampleRow, n)
		id := record.Add(1)
		for i := range rows {
			rows[i] = sampleRow{record: id, series: int64(i / 1440), n: int64(i % 1440), at: 1_790_000_000_000_000 + int64(i)*60e6, value: 60 + float64(i%37)}
		}
		return rows
	}
}

const bareBatch = 128 // rows in a statement on SQLite

func bareSQLite(ctx context.Context, pool *sql.DB) (func(context.Context, []sampleRow) error, error) {
	if _, err := pool.ExecContext(ctx, `CREATE TABLE samples (record_id INTEGER NOT NULL, series INTEGER NOT NULL, n INTEGER NOT NULL,
		at INTEGER, value REAL, PRIMARY KEY (record_id, series, n)) WITHOUT ROWID`); err != nil {
		return nil, err
	}
	statement := func(rows int) (*sql.Stmt, error) {
		return pool.PrepareContext(ctx, "INSERT INTO samples (record_id, series, n, at, value) VALUES "+
			strings.TrimSuffix(strings.Repeat("(?,?,?,?,?),", rows), ","))
	}
	many, err := statement(bareBatch)
	if err != nil {
		return nil, err
	}
	one, err := statement(1)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, rows []sampleRow) error {
		return inTransaction(ctx, pool, func(tx *sql.Tx) error {
			args := make([]any, 0, 5*bareBatch)
			for len(rows) > 0 {
				n, insert := bareBatch, many
				if len(rows) < n {
					n, insert = 1, one
				}
				args = args[:0]
				for _, row := range rows[:n] {
					args = append(args, row.record, row.series, row.n, row.at, row.value)
				}
				if _, err := tx.StmtContext(ctx, insert).ExecContext(ctx, args...); err != nil {
					return err
				}
				rows = rows[n:]
			}
			return nil
		})
	}, nil
}

func barePostgres(ctx context.Context, pool *sql.DB) (func(context.Context, []sampleRow) error, error) {
	if _, err := pool.ExecContext(ctx, `CREATE TABLE samples (record_id BIGINT NOT NULL, at TIMESTAMPTZ, value DOUBLE PRECISION,
		series INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (record_id, series, n))`); err != nil {
		return nil, err
	}
	const insert = `INSERT INTO samples (record_id, series, n, at, value)
		SELECT r, s, n, TIMESTAMPTZ 'epoch' + m * INTERVAL '1 microsecond', v
		FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[], $5::double precision[]) AS x (r, s, n, m, v)`
	return func(ctx context.Context, rows []sampleRow) error {
		var record, series, n, at []int64
		var value []float64
		for _, row := range rows {
			record, series, n = append(record, row.record), append(series, row.series), append(n, row.n)
			at, value = append(at, row.at), append(value, row.value)
		}
		return inTransaction(ctx, pool, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, insert, record, series, n, at, value)
			return err
		})
	}, nil
}

func inTransaction(ctx context.Context, pool *sql.DB, do func(*sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}
