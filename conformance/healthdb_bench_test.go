package conformance

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

// eachDatabaseB runs a benchmark on an empty database of either kind.
func eachDatabaseB(b *testing.B, bench func(b *testing.B, d database)) {
	b.Run("SQLite", func(b *testing.B) { bench(b, newSQLite(b)) })
	b.Run("PostgreSQL", func(b *testing.B) { bench(b, newPostgres(b)) })
}

func openStoreB(b *testing.B, d database, opts ...healthdb.Option) *healthdb.DB {
	b.Helper()
	open := healthdb.OpenSQLite
	if d.Dialect == sqldb.Postgres {
		open = healthdb.OpenPostgres
	}
	pool := d.open(b)
	pool.SetMaxIdleConns(8)
	db, err := open(b.Context(), pool, opts...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// summaryDay is a day of a person without samples, some 2 KB.
func summaryDay(b *testing.B, user, day, id int) webhook.Event {
	start := time.Date(2020, 1, 1+day, 0, 0, 0, 0, time.FixedZone("", 3600))
	const layout = "2006-01-02T15:04:05.000000-07:00"
	body := fmt.Sprintf(`{"type":"daily","version":"2022-03-16","user":{"user_id":"bench-%d","provider":"GARMIN","reference_id":"person-%d","active":true,"scopes":"ACTIVITY_EXPORT,HEALTH_EXPORT","created_at":"2020-01-01T00:00:00.000000+00:00"},"data":[{
		"metadata":{"start_time":%q,"end_time":%q,"upload_type":1,"timestamp_localization":1},
		"device_data":{"name":"Forerunner 265","manufacturer":"GARMIN","data_provided":[],"other_devices":[]},
		"active_durations_data":{"activity_seconds":5340,"rest_seconds":28000,"inactivity_seconds":52000,"low_intensity_seconds":3000,"moderate_intensity_seconds":1800,"vigorous_intensity_seconds":540,"activity_levels_samples":[]},
		"calories_data":{"total_burned_calories":2450.8,"BMR_calories":1700.5,"net_activity_calories":750.3,"calorie_samples":[]},
		"distance_data":{"distance_meters":9412.7,"steps":%d,"floors_climbed":12,"detailed":{"step_samples":[],"distance_samples":[]}},
		"heart_rate_data":{"summary":{"avg_hr_bpm":71.2,"max_hr_bpm":164,"min_hr_bpm":47,"resting_hr_bpm":51,"avg_hrv_rmssd":48.1},"detailed":{"hr_samples":[]}},
		"stress_data":{"avg_stress_level":31,"max_stress_level":88,"stress_duration_seconds":21000,"rest_stress_duration_seconds":30000,"low_stress_duration_seconds":9000},
		"oxygen_data":{"avg_saturation_percentage":96.4},"MET_data":{"avg_level":1.6},
		"scores":{"recovery":71,"activity":80,"sleep":77}}]}`,
		user, user, start.Format(layout), start.AddDate(0, 0, 1).Format(layout), 5000+id)
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, fmt.Sprintf("00000000-0000-4000-8000-%012d", id))
	h.Set(webhook.HeaderOrderingTime, strconv.FormatInt(receipt.UnixMilli()+int64(id), 10))
	e, err := webhook.Parse(h, []byte(body))
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// BenchmarkApplySummaries has four workers apply deliveries of a day without samples
// each: one in four is about a day that is there already. The parsing is not counted.
func BenchmarkApplySummaries(b *testing.B) {
	const workers, users = 4, 50
	eachDatabaseB(b, func(b *testing.B, d database) {
		db := openStoreB(b, d)
		events := make([]webhook.Event, b.N+users)
		for i := range events {
			events[i] = summaryDay(b, i%users, i*3/4/users, i)
		}
		for _, e := range events[:users] { // everybody is known
			if err := db.Apply(b.Context(), e, time.Now()); err != nil {
				b.Fatal(err)
			}
		}
		events = events[users:]
		var next atomic.Int64
		var wg sync.WaitGroup
		b.ReportAllocs()
		b.ResetTimer()
		for range workers {
			wg.Go(func() {
				for i := next.Add(1) - 1; i < int64(len(events)); i = next.Add(1) - 1 {
					if err := db.Apply(b.Context(), events[i], time.Now()); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	})
}

// sampleDay is a day with a heart rate every ten seconds.
func sampleDay(b *testing.B, id int) webhook.Event {
	start := time.Date(2020, 1, 1+id, 0, 0, 0, 0, time.UTC)
	var samples strings.Builder
	for i := range samplesPerDay {
		if i > 0 {
			samples.WriteByte(',')
		}
		fmt.Fprintf(&samples, `{"timestamp":%q,"bpm":%d.5}`, start.Add(time.Duration(i)*10*time.Second).Format("2006-01-02T15:04:05.000000-07:00"), 50+i%90)
	}
	body := fmt.Sprintf(`{"type":"daily","user":{"user_id":"bench","provider":"GARMIN"},"data":[{"metadata":{"start_time":%q},"heart_rate_data":{"detailed":{"hr_samples":[%s]}}}]}`,
		start.Format(time.RFC3339), &samples)
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, fmt.Sprintf("day-%d", id))
	h.Set(webhook.HeaderOrderingTime, strconv.FormatInt(start.UnixMilli(), 10))
	e, err := webhook.Parse(h, []byte(body))
	if err != nil {
		b.Fatal(err)
	}
	return e
}

const samplesPerDay = 8640

// BenchmarkSamples lands days of samples, and beside it the same rows in a bare loop
// of the same driver, in batches and transactions of the same size.
func BenchmarkSamples(b *testing.B) {
	b.Run("Apply", func(b *testing.B) {
		eachDatabaseB(b, func(b *testing.B, d database) {
			db := openStoreB(b, d)
			events := make([]webhook.Event, b.N)
			for i := range events {
				events[i] = sampleDay(b, i)
			}
			b.ResetTimer()
			for _, e := range events {
				if err := db.Apply(b.Context(), e, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*samplesPerDay/b.Elapsed().Seconds(), "rows/s")
		})
	})
	b.Run("Bare", func(b *testing.B) {
		b.Run("SQLite", func(b *testing.B) { bareSQLite(b, newSQLite(b)) })
		b.Run("PostgreSQL", func(b *testing.B) { barePostgres(b, newPostgres(b)) })
	})
}

func bareSQLite(b *testing.B, d database) {
	const rows = 128
	openStoreB(b, d).Close() // makes the tables
	ctx := context.Background()
	conn, err := d.open(b).Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	must := func(query string) {
		if _, err := conn.ExecContext(ctx, query); err != nil {
			b.Fatal(err)
		}
	}
	must("PRAGMA journal_mode=WAL")
	must("PRAGMA synchronous=FULL")
	prepare := func(n int) *sql.Stmt {
		s, err := conn.PrepareContext(ctx, "INSERT INTO samples (record_id, series, n, at, value) VALUES "+sqldb.Values(n, 5))
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	stmt, rest := prepare(rows), prepare(samplesPerDay%rows)
	args := make([]any, 0, rows*5)
	for day := 0; b.Loop(); day++ {
		must("BEGIN IMMEDIATE")
		for i := range samplesPerDay {
			args = append(args, int64(day), int64(1), int64(i), int64(1577836800000000+i*10000000), 50.5+float64(i%90))
			s := stmt
			if i == samplesPerDay-1 {
				s = rest
			} else if len(args) < rows*5 {
				continue
			}
			if _, err := s.ExecContext(ctx, args...); err != nil {
				b.Fatal(err)
			}
			args = args[:0]
		}
		must("COMMIT")
	}
	b.ReportMetric(float64(b.N)*samplesPerDay/b.Elapsed().Seconds(), "rows/s")
}

func barePostgres(b *testing.B, d database) {
	const rows = 8192
	openStoreB(b, d).Close()
	pool := d.open(b)
	for day := 0; b.Loop(); day++ {
		tx, err := pool.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		var records, ats []int64
		var series, ns []int32
		var values []float64
		for i := range samplesPerDay {
			records, series, ns = append(records, int64(day)), append(series, 1), append(ns, int32(i))
			ats, values = append(ats, int64(1577836800000000+i*10000000)), append(values, 50.5+float64(i%90))
			if len(ns) < rows && i < samplesPerDay-1 {
				continue
			}
			_, err := tx.ExecContext(b.Context(), `INSERT INTO samples (record_id, series, n, at, value)
				SELECT r, s, n, TIMESTAMPTZ 'epoch' + m * INTERVAL '1 microsecond', v
				FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[], $5::double precision[]) AS x (r, s, n, m, v)`,
				records, series, ns, ats, values)
			if err != nil {
				b.Fatal(err)
			}
			records, series, ns, ats, values = records[:0], series[:0], ns[:0], ats[:0], values[:0]
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*samplesPerDay/b.Elapsed().Seconds(), "rows/s")
}
