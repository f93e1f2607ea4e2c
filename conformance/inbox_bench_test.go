package conformance

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/internal/sqldb"
)

// BenchmarkInboxPut has 64 senders put bodies of 2 KB and 150 KB, with transactions
// shared and with one for each, on the same tables.
func BenchmarkInboxPut(b *testing.B) {
	for name, create := range kinds {
		for _, size := range []int{2 << 10, 150 << 10} {
			b.Run(fmt.Sprintf("%s/%dKB/grouped", name, size>>10), func(b *testing.B) {
				in := openInbox(b, create(b))
				senders(b, size, func(d ingest.Delivery) error {
					_, err := in.Put(b.Context(), d)
					return err
				})
			})
			b.Run(fmt.Sprintf("%s/%dKB/single", name, size>>10), func(b *testing.B) {
				d := create(b)
				openInbox(b, d)
				senders(b, size, putSingle(b, d))
			})
		}
	}
}

// BenchmarkInboxWork takes what is there through Lease and Ack, in lots of 16, by
// four workers.
func BenchmarkInboxWork(b *testing.B) {
	for name, create := range kinds {
		b.Run(name, func(b *testing.B) {
			in := openInbox(b, create(b))
			b.StopTimer()
			senders(b, 2<<10, func(d ingest.Delivery) error {
				_, err := in.Put(b.Context(), d)
				return err
			})
			b.ResetTimer()
			b.StartTimer()
			var left atomic.Int64
			left.Store(int64(b.N))
			ctx, cancel := context.WithCancel(b.Context())
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for left.Load() > 0 {
						items, err := in.Lease(ctx, 16, time.Minute)
						if err != nil {
							return
						}
						for _, item := range items {
							if err := in.Ack(b.Context(), item); err != nil {
								b.Error(err)
							}
						}
						if left.Add(-int64(len(items))) <= 0 {
							cancel()
						}
					}
				})
			}
			wg.Wait()
			cancel()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}

func openInbox(tb testing.TB, d database, opts ...sqlinbox.Option) *sqlinbox.Inbox {
	tb.Helper()
	open := sqlinbox.OpenSQLite
	if d.Dialect == sqldb.Postgres {
		open = sqlinbox.OpenPostgres
	}
	in, err := open(tb.Context(), d.open(tb), opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := in.Close(); err != nil {
			tb.Error(err)
		}
	})
	return in
}

func senders(b *testing.B, size int, put func(ingest.Delivery) error) {
	body := make([]byte, size)
	for i := range body {
		body[i] = byte('a' + i*7%26)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 64 {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				d := ingest.Delivery{ID: deliveryID(n), ReceivedAt: time.Now(), Header: http.Header{"X-Terra-Trace-Id": {deliveryID(n)}}, Body: body}
				if err := put(d); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

// deliveryID spreads as the sender's random ones do.
func deliveryID(n int64) string { return fmt.Sprintf("%016x-%d", uint64(n)*0x9e3779b97f4a7c15, n) }

// putSingle stores each delivery in a transaction of its own, as somebody without
// group commit would.
func putSingle(b *testing.B, d database) func(ingest.Delivery) error {
	if d.Dialect == sqldb.Postgres {
		pool := d.open(b)
		pool.SetMaxOpenConns(64)
		pool.SetMaxIdleConns(64)
		return func(d ingest.Delivery) error {
			_, err := pool.ExecContext(b.Context(), `WITH added AS (
					INSERT INTO inbox_ids (id, stored_at) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING RETURNING id, seq
				) INSERT INTO inbox_deliveries (seq, id, urgent, received_at, due, size, header, body)
				SELECT seq, id, false, 0, 0, $2, '{}', $3 FROM added`, d.ID, len(d.Body), d.Body)
			return err
		}
	}
	db, err := sqldb.Open(b.Context(), d.open(b), d.Dialect)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return func(d ingest.Delivery) error {
		return db.Tx(context.WithoutCancel(b.Context()), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(`INSERT INTO inbox_deliveries (id, urgent, stored_at, received_at, due, size) VALUES (?, 0, 0, 0, 0, ?) ON CONFLICT (id) DO NOTHING`,
				d.ID, len(d.Body)); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO inbox_bodies (seq, header, body) VALUES (last_insert_rowid(), '{}', ?)`, d.Body)
			return err
		})
	}
}
