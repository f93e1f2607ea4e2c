package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/internal/oracle"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/webhook"
)

// receipt is when the deliveries of these tests are received.
var receipt = time.Date(2026, 7, 2, 8, 0, 0, 0, time.UTC)

const storageUser = `{"user_id":"user-1","provider":"GARMIN","reference_id":"person-1"}`

// event is the delivery with a trace id, produced ms milliseconds after receipt.
func event(tb testing.TB, id string, ms int64, body string) webhook.Event {
	tb.Helper()
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, id)
	h.Set(webhook.HeaderOrderingTime, strconv.FormatInt(receipt.UnixMilli()+ms, 10))
	e, err := webhook.Parse(h, []byte(body))
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// dataBody is a delivery of records of a type.
func dataBody(typ webhook.EventType, records ...string) string {
	return fmt.Sprintf(`{"type":%q,"user":%s,"data":[%s]}`, typ, storageUser, strings.Join(records, ","))
}

func mustApply(tb testing.TB, db *healthdb.DB, e webhook.Event) {
	tb.Helper()
	if err := db.Apply(tb.Context(), e, receipt); err != nil {
		tb.Fatalf("%s: %v", e, err)
	}
}

// connectionOf is the connection of the user of these tests.
func connectionOf(tb testing.TB, db *healthdb.DB) int64 {
	tb.Helper()
	c, err := db.ConnectionOf(tb.Context(), "user-1")
	if err != nil {
		tb.Fatal(err)
	}
	return c.ID
}

// all is all records of a type.
func all[T health.Record](tb testing.TB, db *healthdb.DB, opts ...healthdb.QueryOption) []T {
	tb.Helper()
	var list []T
	for r, err := range healthdb.Records[T](tb.Context(), db, connectionOf(tb, db), health.Date{}, health.Date{}, opts...) {
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// TestStoreFullRecords applies a record with everything set, of each type, and reads
// the same from the tables.
func TestStoreFullRecords(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		fullRecord[health.Activity](t, db, webhook.TypeActivity)
		fullRecord[health.Athlete](t, db, webhook.TypeAthlete)
		fullRecord[health.Body](t, db, webhook.TypeBody)
		fullRecord[health.Daily](t, db, webhook.TypeDaily)
		fullRecord[health.HealthObservation](t, db, webhook.TypeHealthObservation)
		fullRecord[health.HormoneSample](t, db, webhook.TypeHormone)
		fullRecord[health.Menstruation](t, db, webhook.TypeMenstruation)
		fullRecord[health.Nutrition](t, db, webhook.TypeNutrition)
		fullRecord[health.PlannedWorkout](t, db, webhook.TypePlannedWorkout)
		fullRecord[health.Sleep](t, db, webhook.TypeSleep)
	})
}

func fullRecord[T health.Record](t *testing.T, db *healthdb.DB, typ webhook.EventType) {
	t.Helper()
	var record T
	new(oracle.Filler).Fill(t, reflect.ValueOf(&record).Elem(), reflect.TypeFor[T]().Name())
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	body := dataBody(typ, string(text))
	if typ == webhook.TypeAthlete {
		body = fmt.Sprintf(`{"type":"athlete","user":%s,"athlete":%s}`, storageUser, text)
	}
	mustApply(t, db, event(t, "full-"+string(typ), 0, body))
	got := all[T](t, db, healthdb.WithSamples())
	if len(got) != 1 {
		t.Fatalf("%s: %d records", typ, len(got))
	}
	for _, path := range oracle.Differences(reflect.ValueOf(record), reflect.ValueOf(got[0]), string(typ)) {
		t.Errorf("%s is not what was stored", path)
	}
}

// day is a daily record with steps and whatever else.
func day(date string, steps int, more string) string {
	return fmt.Sprintf(`{"metadata":{"start_time":"%sT00:00:00.000000+01:00"},"distance_data":{"steps":%d}%s}`, date, steps, more)
}

// heartRates is the member of a day with the samples.
func heartRates(bpm ...int) string {
	var samples []string
	for i, v := range bpm {
		samples = append(samples, fmt.Sprintf(`{"timestamp":"2026-07-01T10:00:%02d.000000+01:00","bpm":%d}`, i, v))
	}
	return `,"heart_rate_data":{"detailed":{"hr_samples":[` + strings.Join(samples, ",") + `]}}`
}

func rates(d health.Daily) (bpm []float64) {
	for _, s := range d.HeartRateData.Detailed.HRSamples {
		bpm = append(bpm, s.BPM.Or(-1))
	}
	return bpm
}

// inBothOrders applies two deliveries to two users of one store, in either order, and
// tests what there is.
func inBothOrders(t *testing.T, one, other webhook.Event, test func(t *testing.T, db *healthdb.DB)) {
	t.Helper()
	eachDatabase(t, func(t *testing.T, d database) {
		for name, events := range map[string][]webhook.Event{"in order": {one, other}, "late": {other, one}} {
			t.Run(name, func(t *testing.T) {
				db := openStore(t, d.another(t))
				for _, e := range slices.Concat(events, events) {
					mustApply(t, db, e)
				}
				test(t, db)
			})
		}
	})
}

// another is an empty database of the same kind.
func (d database) another(tb testing.TB) database {
	if d.Dialect == sqldb.Postgres {
		return newPostgres(tb)
	}
	return newSQLite(tb)
}

func TestStoreNewestWins(t *testing.T) {
	t.Parallel()
	inBothOrders(t,
		event(t, "old", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 100, heartRates(60, 61, 62)))),
		event(t, "new", 1, dataBody(webhook.TypeDaily, day("2026-07-01", 90, heartRates(70, 71)))),
		func(t *testing.T, db *healthdb.DB) {
			days := all[health.Daily](t, db, healthdb.WithSamples())
			if len(days) != 1 || days[0].DistanceData.Steps.Or(0) != 90 || !slices.Equal(rates(days[0]), []float64{70, 71}) {
				t.Errorf("%d days, not the newest one alone", len(days))
			}
		})
}

// TestStoreBareDayOverSamples has a day without samples follow one that has some.
func TestStoreBareDayOverSamples(t *testing.T) {
	t.Parallel()
	inBothOrders(t,
		event(t, "with", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 100, heartRates(60, 61, 62)))),
		event(t, "without", 1, dataBody(webhook.TypeDaily, day("2026-07-01", 90, ""))),
		func(t *testing.T, db *healthdb.DB) {
			days := all[health.Daily](t, db, healthdb.WithSamples())
			if len(days) != 1 || days[0].DistanceData.Steps.Or(0) != 90 || rates(days[0]) != nil {
				t.Errorf("%d days, not the newest one alone", len(days))
			}
		})
}

func TestStoreFullerWinsInTheSameMillisecond(t *testing.T) {
	t.Parallel()
	inBothOrders(t,
		event(t, "short", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 100, ""))),
		event(t, "long", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 90, heartRates(70)))),
		func(t *testing.T, db *healthdb.DB) {
			days := all[health.Daily](t, db)
			if len(days) != 1 || days[0].DistanceData.Steps.Or(0) != 90 {
				t.Errorf("%d days, not the fuller one alone", len(days))
			}
		})
}

// TestStoreOneDeliveryTwiceTheDay has both records of a day in one delivery.
func TestStoreOneDeliveryTwiceTheDay(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "twice", 0, dataBody(webhook.TypeDaily,
			day("2026-07-01", 9, heartRates(70)), day("2026-07-01", 10, heartRates(71, 72)), day("2026-07-01", 1, ""))))
		days := all[health.Daily](t, db, healthdb.WithSamples())
		if len(days) != 1 || days[0].DistanceData.Steps.Or(0) != 10 || len(rates(days[0])) != 2 {
			t.Errorf("%d days, not the fullest one alone", len(days))
		}
	})
}

func TestStoreScoresAreNotTakenBack(t *testing.T) {
	t.Parallel()
	inBothOrders(t,
		event(t, "scored", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 100,
			`,"data_enrichment":{"total_stress_score":41,"stress_contributors":{"hrv":0.5},"immune_index":7}`))),
		event(t, "unscored", 1, dataBody(webhook.TypeDaily, day("2026-07-01", 200,
			`,"data_enrichment":{"total_stress_score":null,"immune_index":8}`))),
		func(t *testing.T, db *healthdb.DB) {
			days := all[health.Daily](t, db)
			if len(days) != 1 {
				t.Fatalf("%d days", len(days))
			}
			scores := days[0].DataEnrichment
			switch {
			case days[0].DistanceData.Steps.Or(0) != 200:
				t.Error("the day is not the newest")
			case scores.TotalStressScore.Or(0) != 41 || scores.StressContributors["hrv"] != 0.5:
				t.Error("a null took a score back")
			case scores.ImmuneIndex.Or(0) != 8:
				t.Error("a score is not the newest")
			}
		})
}

func TestStoreScoresRankOneByOne(t *testing.T) {
	t.Parallel()
	scored := func(id string, ms int64, scores string) webhook.Event {
		return event(t, id, ms, dataBody(webhook.TypeDaily, day("2026-07-01", int(ms), `,"data_enrichment":`+scores)))
	}
	events := []webhook.Event{
		scored("1", 1, `{"total_stress_score":1,"immune_index":1}`),
		scored("2", 2, `{"total_stress_score":2}`),
		scored("3", 3, `{"immune_index":3,"stress_contributors":{}}`),
		scored("4", 4, `{}`),
	}
	eachDatabase(t, func(t *testing.T, d database) {
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {3, 0, 2, 1}, {1, 3, 0, 2}} {
			db := openStore(t, d.another(t))
			for _, i := range order {
				mustApply(t, db, events[i])
			}
			got := all[health.Daily](t, db)[0]
			scores := got.DataEnrichment
			if got.DistanceData.Steps.Or(0) != 4 || scores.TotalStressScore.Or(0) != 2 || scores.ImmuneIndex.Or(0) != 3 || scores.StressContributors == nil {
				t.Errorf("in the order %v the scores are others", order)
			}
		}
	})
}

func TestStoreWithoutSamples(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		with := openStore(t, d)
		mustApply(t, with, event(t, "1", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 1, heartRates(60, 61)), day("2026-07-02", 1, heartRates(60)))))
		without := openStore(t, d, healthdb.WithoutSamples())
		mustApply(t, without, event(t, "2", 1, dataBody(webhook.TypeDaily, day("2026-07-01", 2, heartRates(70, 71)))))
		days := all[health.Daily](t, without, healthdb.WithSamples())
		if len(days) != 2 || days[0].DistanceData.Steps.Or(0) != 2 {
			t.Fatalf("%d days, or the first is not the newest", len(days))
		}
		if days[0].HeartRateData.Detailed.HRSamples != nil {
			t.Error("the day has samples of an older delivery")
		}
		if len(rates(days[1])) != 1 {
			t.Error("a day that was not delivered again lost its samples")
		}
	})
}

// TestStoreOddSamples reads back lists of samples that are not all alike.
func TestStoreOddSamples(t *testing.T) {
	t.Parallel()
	const record = `{"metadata":{"start_time":"2026-10-25T00:00:00.000000+02:00"},
		"heart_rate_data":{"detailed":{"hr_samples":[
			{"timestamp":"2026-10-25T02:59:00.000000+02:00","bpm":50,"context":1},
			{"timestamp":"2026-10-25T02:00:00.000000+01:00","timer_duration_seconds":1.5},
			{"timestamp":"2026-10-25T02:01:00.000000+01:00"},
			{"bpm":51},
			{},
			{"timestamp":"2026-10-25T02:02:00.000000","bpm":52},
			{"timestamp":"2026-10-25T02:03:00.000000+05:45","bpm":53},
			{}],
			"hrv_samples_sdnn":[{}]}},
		"stress_data":{"samples":[{"timestamp":"2026-10-25T02:59:00.123456+02:00","level":-1}]}}`
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "odd", 0, dataBody(webhook.TypeDaily, record)))
		var want health.Daily
		if err := json.Unmarshal([]byte(record), &want); err != nil {
			t.Fatal(err)
		}
		got := all[health.Daily](t, db, healthdb.WithSamples())[0]
		for _, path := range oracle.Differences(reflect.ValueOf(want), reflect.ValueOf(got), "daily") {
			t.Errorf("%s is not what was stored", path)
		}
		if bare := all[health.Daily](t, db)[0]; bare.HeartRateData.Detailed.HRSamples != nil {
			t.Error("there are samples though nobody asked for them")
		}
		var values []float64
		for s, err := range db.Samples(t.Context(), connectionOf(t, db), webhook.TypeDaily, "heart_rate_data.detailed.hr_samples.bpm", health.Date{}, health.Date{}) {
			if err != nil {
				t.Fatal(err)
			}
			if len(values) == 0 && !s.At.Equal(time.Date(2026, 10, 25, 0, 59, 0, 0, time.UTC)) {
				t.Error("the first sample has another moment")
			}
			values = append(values, s.Value)
		}
		if !slices.Equal(values, []float64{50, 51, 52, 53}) {
			t.Errorf("a series of %d values, not the four", len(values))
		}
		for _, err := range db.Samples(t.Context(), 1, webhook.TypeDaily, "no.such.series", health.Date{}, health.Date{}) {
			if err != healthdb.ErrNoSeries {
				t.Errorf("an unknown series: %v", err)
			}
		}
	})
}

func TestStoreDates(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "athlete", 0, `{"type":"athlete","user":`+storageUser+`,"athlete":{"date_of_birth":"1991-04-12","first_name":"A"}}`))
		athlete, ok, err := db.Athlete(t.Context(), connectionOf(t, db))
		if err != nil || !ok || !athlete.DateOfBirth.IsDateOnly() || athlete.DateOfBirth.Date() != health.NewDate(1991, 4, 12) {
			t.Errorf("the birthday is not a date, or not that: %v %v", ok, err)
		}
		// Absurd years, and the wall clock's day decides.
		mustApply(t, db, event(t, "days", 0, dataBody(webhook.TypeDaily,
			`{"metadata":{"start_time":"0000-01-01T00:00:00.000000+14:00","end_time":"9999-12-31T23:59:59.999999-14:00"}}`,
			`{"metadata":{"start_time":"2026-07-01T23:30:00.000000-10:00","end_time":"1e99"}}`,
			`{"metadata":{"start_time":"2026-07-02T00:30:00.000000+10:00","end_time":99999999999999999}}`)))
		days := all[health.Daily](t, db)
		if len(days) != 3 || days[0].Metadata.EndTime.Date() != health.NewDate(9999, 12, 31) || !days[1].Metadata.EndTime.IsZero() {
			t.Errorf("%d days, or others than those", len(days))
		}
		var dates []string
		for day, err := range db.Daily(t.Context(), connectionOf(t, db), health.NewDate(2026, 7, 1), health.NewDate(2026, 7, 2)) {
			if err != nil {
				t.Fatal(err)
			}
			dates = append(dates, day.Metadata.StartTime.Date().String())
		}
		if !slices.Equal(dates, []string{"2026-07-01"}) {
			t.Errorf("the first of July is %v", dates)
		}
	})
}

// TestStoreRefuses has deliveries that nothing can make right.
func TestStoreRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	bodies := map[string]string{
		"a day without a date":    dataBody(webhook.TypeDaily, day("2026-07-01", 1, ""), `{"metadata":{}}`),
		"a sleep without an end":  dataBody(webhook.TypeSleep, `{"metadata":{"start_time":"2026-07-01T00:00:00+01:00"}}`),
		"a long summary id":       dataBody(webhook.TypeActivity, `{"metadata":{"summary_id":"`+long+`"}}`),
		"a long user id":          `{"type":"daily","user":{"user_id":"` + long + `"},"data":[` + day("2026-07-01", 1, "") + `]}`,
		"no user":                 `{"type":"daily","data":[` + day("2026-07-01", 1, "") + `]}`,
		"a long type":             `{"type":"` + long + `"}`,
		"a payload to be fetched": `{"type":"s3_payload","url":"https://example.com/x"}`,
	}
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		for name, body := range bodies {
			err := db.Apply(t.Context(), event(t, name, 0, body), receipt)
			if p, ok := errors.AsType[interface {
				error
				Permanent() bool
			}](err); !ok || !p.Permanent() {
				t.Errorf("%s: not a permanent error: %T", name, err)
			} else if len(err.Error()) > 200 || strings.Contains(err.Error(), "xxx") {
				t.Errorf("%s: the error quotes the delivery", name)
			}
		}
		for range db.Deliveries(t.Context(), healthdb.DeliveryFilter{}) {
			t.Error("a refused delivery left something")
		}
		for range db.Connections(t.Context(), healthdb.ConnectionFilter{}) {
			t.Error("a refused delivery left a connection")
		}
	})
}

func TestStoreOddText(t *testing.T) {
	t.Parallel()
	body := dataBody(webhook.TypeActivity, `{"metadata":{"summary_id":"a\u0000b","name":"x\u0000y\\u0000 <&>","start_time":"2026-07-01T00:00:00+01:00"},
		"lap_data":{"laps":[{"stroke_type":"a\u0000b\\u0000"}]}}`)
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "nul", 0, body))
		a := all[health.Activity](t, db)[0]
		if a.Metadata.Name.Or("") != "x\ufffdy\\u0000 <&>" || a.LapData.Laps[0].StrokeType.Or("") != "a\ufffdb\\u0000" {
			t.Error("a NUL became something else than U+FFFD, or something else did")
		}
		delivery, err := db.Delivery(t.Context(), "nul")
		if err != nil || string(delivery.Body) != body {
			t.Errorf("the body is not what was delivered: %v", err)
		}
	})
}

func TestStoreHugeDelivery(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: takes some seconds; run it without -short")
	}
	t.Parallel()
	var records []string
	for i := range 365 {
		records = append(records, day(health.NewDate(2026, 1, 1+i).String(), i, `,"tag_data":{"tags":[{"notes":"`+strings.Repeat("note ", 33000)+`"}]}`))
	}
	body := dataBody(webhook.TypeDaily, records...)
	if len(body) < 60_000_000 {
		t.Fatalf("%d bytes", len(body))
	}
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "huge", 0, body))
		delivery, err := db.Delivery(t.Context(), "huge")
		if err != nil || string(delivery.Body) != body {
			t.Errorf("the body is not what was delivered: %v", err)
		}
		if n := len(all[health.Daily](t, db)); n != 365 {
			t.Errorf("%d days", n)
		}
	})
}

// TestStoreLookups finds connections and days a few at a time.
func TestStoreLookups(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		for i := range 7 {
			status := `"type":"auth","status":"success","message":"m"`
			if i == 6 {
				status = `"type":"access_revoked","status":"warning","message":"m"`
			}
			mustApply(t, db, event(t, fmt.Sprint("auth-", i), int64(i), fmt.Sprintf(
				`{%s,"user":{"user_id":"u-%d","provider":"%s","reference_id":"ref-%d"}}`, status, i, []string{"OURA", "GARMIN"}[i%2], i/3)))
		}
		find := func(f healthdb.ConnectionFilter) (ids []string) {
			for c, err := range db.Connections(t.Context(), f) {
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, c.UserID)
			}
			return ids
		}
		if got := find(healthdb.ConnectionFilter{Limit: 2}); !slices.Equal(got, []string{"u-0", "u-1"}) {
			t.Errorf("the first two are %v", got)
		}
		second, err := db.ConnectionOf(t.Context(), "u-1")
		if err != nil {
			t.Fatal(err)
		}
		if got := find(healthdb.ConnectionFilter{After: second.ID, Provider: "OURA", Limit: 2}); !slices.Equal(got, []string{"u-2", "u-4"}) {
			t.Errorf("the next two of a provider are %v", got)
		}
		if got := find(healthdb.ConnectionFilter{ReferencePrefix: "ref-1"}); !slices.Equal(got, []string{"u-3", "u-4", "u-5"}) {
			t.Errorf("those whose reference id begins so are %v", got)
		}
		counts, err := db.CountConnections(t.Context())
		if want := map[healthdb.Status]int{healthdb.StatusActive: 6, healthdb.StatusRevoked: 1}; err != nil || !maps.Equal(counts, want) {
			t.Errorf("counted %v, %v", counts, err)
		}
		if got, err := db.Providers(t.Context()); err != nil || !slices.Equal(got, []string{"GARMIN", "OURA"}) {
			t.Errorf("the providers are %v, %v", got, err)
		}

		mustApply(t, db, event(t, "daily", 10, dataBody(webhook.TypeDaily, day("2026-07-01", 1, ""), day("2026-07-04", 1, ""))))
		owner, err := db.ConnectionOf(t.Context(), "user-1")
		if err != nil {
			t.Fatal(err)
		}
		date := func(s string) (d health.Date) {
			if s != "" {
				if d, err = health.ParseDate(s); err != nil {
					t.Fatal(err)
				}
			}
			return d
		}
		const heartRate = "heart_rate_data.detailed.hr_samples.bpm"
		mustApply(t, db, event(t, "samples", 11, dataBody(webhook.TypeDaily, day("2026-07-05", 1, heartRates(60, 61)))))
		for _, tc := range []struct {
			from, to, path string
			want           bool
			err            error
		}{
			{"2026-07-01", "2026-07-06", heartRate, true, nil},
			{"2026-07-01", "2026-07-05", heartRate, false, nil},
			{"2026-07-05", "2026-07-06", "oxygen_data.saturation_samples.percentage", false, nil},
			{"2026-07-05", "2026-07-06", "no.such.series", false, healthdb.ErrNoSeries},
		} {
			if has, err := db.HasSamples(t.Context(), owner.ID, webhook.TypeDaily, date(tc.from), date(tc.to), tc.path); has != tc.want || err != tc.err {
				t.Errorf("samples of %s from %s to %s: %t, %v", tc.path, tc.from, tc.to, has, err)
			}
		}
		for path, want := range map[string]int{heartRate: 2, "no.such.series": 0} {
			known := 0
			for r, err := range db.Daily(t.Context(), owner.ID, date("2026-07-05"), date("2026-07-06"), healthdb.WithSeries(path)) {
				if err != nil {
					t.Fatal(err)
				}
				for _, sample := range r.HeartRateData.Detailed.HRSamples {
					if _, ok := sample.BPM.Get(); ok {
						known++
					}
				}
			}
			if known != want {
				t.Errorf("%d values of %s, want %d", known, path, want)
			}
		}
		for _, tc := range []struct{ day, before, after string }{
			{"2026-07-01", "", "2026-07-04"},
			{"2026-07-02", "2026-07-01", "2026-07-04"},
			{"2026-07-04", "2026-07-01", "2026-07-05"},
			{"2026-07-05", "2026-07-04", ""},
			{"", "2026-07-05", ""},
		} {
			before, after, err := db.NearestDays(t.Context(), owner.ID, date(tc.day))
			if err != nil || before != date(tc.before) || after != date(tc.after) {
				t.Errorf("around %q: %v and %v, %v", tc.day, before, after, err)
			}
		}
		if before, after, err := db.NearestDays(t.Context(), second.ID, health.Date{}); err != nil || !before.IsZero() || !after.IsZero() {
			t.Errorf("of somebody without records: %v, %v, %v", before, after, err)
		}
	})
}

func TestStoreDeliveries(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		now := receipt.Add(time.Hour)
		db := openStore(t, d, healthdb.WithClock(func() time.Time { return now }), healthdb.WithRawRetention(24*time.Hour))
		const n = 1100 // more than are read at a time
		for i := range n {
			body := fmt.Sprintf(`{"type":"made_up","n":%d}`, i)
			e := event(t, fmt.Sprintf("trace-%04d", i), int64(i), body)
			if err := db.Apply(t.Context(), e, receipt.Add(time.Duration(i/2)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		mustApply(t, db, event(t, "trace-0000", 0, `{"type":"another"}`)) // known, so not applied
		mustApply(t, db, event(t, "daily", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 1, ""))))
		ids := func(f healthdb.DeliveryFilter) (ids []string) {
			for d, err := range db.Deliveries(t.Context(), f) {
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, d.ID)
			}
			return ids
		}
		oldest := ids(healthdb.DeliveryFilter{Types: []webhook.EventType{"made_up", "no_such"}})
		newest := ids(healthdb.DeliveryFilter{Newest: true})
		if len(oldest) != n || !slices.IsSorted(oldest) || len(newest) != n+1 || newest[0] != "trace-1099" {
			t.Errorf("%d and %d deliveries, or not in order", len(oldest), len(newest))
		}
		if got := ids(healthdb.DeliveryFilter{From: receipt.Add(time.Second), To: receipt.Add(2 * time.Second)}); !slices.Equal(got, []string{"trace-0002", "trace-0003"}) {
			t.Errorf("%d deliveries within a second", len(got))
		}
		if got := ids(healthdb.DeliveryFilter{UserID: "user-1"}); !slices.Equal(got, []string{"daily"}) {
			t.Errorf("%d deliveries of the user", len(got))
		}
		if got := ids(healthdb.DeliveryFilter{IDs: []string{"trace-0008", "no such", "trace-0003"}, Newest: true}); !slices.Equal(got, []string{"trace-0008", "trace-0003"}) {
			t.Errorf("%d deliveries of three ids", len(got))
		}
		if got := ids(healthdb.DeliveryFilter{IDs: []string{}}); len(got) != 0 {
			t.Errorf("%d deliveries of no id", len(got))
		}
		for _, f := range []healthdb.DeliveryFilter{{}, {Newest: true}} {
			whole := ids(f)
			var paged []string
			for f.Limit = 550; ; { // more and then less than are read at a time
				page := slices.Collect(func(yield func(healthdb.Delivery) bool) {
					for d, err := range db.Deliveries(t.Context(), f) {
						if err != nil {
							t.Fatal(err)
						}
						if !yield(d) {
							return
						}
					}
				})
				if len(page) == 0 {
					break
				}
				for _, d := range page {
					paged = append(paged, d.ID)
				}
				f.After = page[len(page)-1].Place()
			}
			if !slices.Equal(paged, whole) {
				t.Errorf("%d deliveries page by page, %d at once, or in another order", len(paged), len(whole))
			}
		}
		for limit, want := range map[int]int{10: 10, 2000: n} {
			if got, err := db.CountDeliveries(t.Context(), healthdb.DeliveryFilter{Types: []webhook.EventType{"made_up"}}, limit); got != want || err != nil {
				t.Errorf("%d deliveries counted, %v; want %d", got, err, want)
			}
		}
		delivery, err := db.Delivery(t.Context(), "trace-0007")
		want := healthdb.Delivery{
			ID: "trace-0007", Type: "made_up", OrderingTime: receipt.Add(7 * time.Millisecond), ReceivedAt: receipt.Add(3 * time.Second),
			AppliedAt: now, Size: 22, Body: json.RawMessage(`{"type":"made_up","n":7}`),
		}
		want.Size = int64(len(want.Body))
		if err != nil || !reflect.DeepEqual(delivery, want) {
			t.Errorf("the delivery is another: %v", err)
		}
		if _, err := db.Delivery(t.Context(), "no such"); err != healthdb.ErrNoDelivery {
			t.Errorf("an unknown id: %v", err)
		}

		if n, err := db.Prune(t.Context()); n != 0 || err != nil {
			t.Errorf("pruned %d, %v", n, err)
		}
		now = receipt.Add(24*time.Hour + 500*time.Second)
		if got, err := db.Prune(t.Context()); got != 1001 || err != nil {
			t.Errorf("pruned %d, %v", got, err)
		}
		if d, err := db.Delivery(t.Context(), "trace-0007"); err != nil || d.Body != nil {
			t.Errorf("the body is still kept: %v", err)
		}
		if err := db.Replay(t.Context(), "trace-0007"); err != healthdb.ErrNoBody {
			t.Errorf("replay without a body: %v", err)
		}
		if d, err := db.Delivery(t.Context(), "trace-1099"); err != nil || d.Body == nil {
			t.Errorf("the body is gone too early: %v", err)
		}
		mustApply(t, db, event(t, "trace-0007", 7, `{"type":"another"}`))
		if d, err := db.Delivery(t.Context(), "trace-0007"); err != nil || d.Type != "made_up" {
			t.Errorf("what was pruned was applied again: %v", err)
		}
	})
}

// TestStoreGrowsAColumn opens a store in which a column is not there yet, and fills
// it from the deliveries.
func TestStoreGrowsAColumn(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "1", 0, dataBody(webhook.TypeDaily, day("2026-07-01", 7, heartRates(60)))))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		pool := d.open(t)
		for _, statement := range []string{
			"ALTER TABLE dailies DROP COLUMN distance_steps",
			"DELETE FROM samples",
			"DELETE FROM series WHERE path = 'heart_rate_data.detailed.hr_samples.bpm'",
		} {
			if _, err := pool.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		db = openStore(t, d)
		if all[health.Daily](t, db)[0].DistanceData.Steps != (opt.Value[int64]{}) {
			t.Error("the column is not empty")
		}
		if err := db.Replay(t.Context(), "1"); err != nil {
			t.Fatal(err)
		}
		got := all[health.Daily](t, db, healthdb.WithSamples())[0]
		if got.DistanceData.Steps.Or(0) != 7 || !slices.Equal(rates(got), []float64{60}) {
			t.Error("the replay has not filled the column or the series")
		}
	})
}

func TestStoreOfANewerVersion(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		openStore(t, d).Close()
		if _, err := d.open(t).ExecContext(t.Context(), "INSERT INTO healthdb_migrations (version, applied_at) VALUES (1000, '')"); err != nil {
			t.Fatal(err)
		}
		open := healthdb.OpenSQLite
		if d.Dialect == sqldb.Postgres {
			open = healthdb.OpenPostgres
		}
		db, err := open(t.Context(), d.open(t))
		if err == nil {
			db.Close()
		}
		if _, ok := errors.AsType[*healthdb.NewerError](err); !ok {
			t.Errorf("opened, or failed otherwise: %v", err)
		}
	})
}

// TestStoreFetched stores records that came over the API between two deliveries.
func TestStoreFetched(t *testing.T) {
	t.Parallel()
	user := terra.User{UserID: "user-1", Provider: "GARMIN"}
	store := func(db *healthdb.DB, ms int64, record string) error {
		var d health.Daily
		if err := json.Unmarshal([]byte(record), &d); err != nil {
			return err
		}
		return healthdb.Store(t.Context(), db, user, []health.Daily{d}, receipt.Add(time.Duration(ms)*time.Millisecond))
	}
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		mustApply(t, db, event(t, "1", 100, dataBody(webhook.TypeDaily, day("2026-07-01", 100, ""))))
		for _, step := range []struct{ ms, steps, want int64 }{{50, 50, 100}, {200, 200, 200}, {200, 200, 200}} {
			if err := store(db, step.ms, day("2026-07-01", int(step.steps), "")); err != nil {
				t.Fatal(err)
			}
			if got := all[health.Daily](t, db)[0].DistanceData.Steps.Or(0); got != step.want {
				t.Errorf("as of %d: not the newest", step.ms)
			}
		}
		mustApply(t, db, event(t, "2", 300, dataBody(webhook.TypeDaily, day("2026-07-01", 300, ""))))
		if got := all[health.Daily](t, db); len(got) != 1 || got[0].DistanceData.Steps.Or(0) != 300 {
			t.Error("a delivery of a later time does not win")
		}
		if err := healthdb.Store(t.Context(), db, user, []health.Daily{{}}, receipt); err == nil {
			t.Error("a record without a day was stored")
		}
	})
}

func TestStoreLabReports(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		db := openStore(t, d)
		for i, body := range []string{
			`{"type":"lab_report.completed","event_id":"e2","occurred_at":"2026-07-02T00:00:00Z","data":{"session_id":"s","reference_id":"p","results_count":2,"results":[{"source":{"name":"n"}},{}]}}`,
			`{"type":"lab_report.completed","event_id":"e1","occurred_at":"2026-07-01T00:00:00Z","data":{"session_id":"s","reference_id":"p","results_count":1}}`,
			`{"type":"lab_report.failed","event_id":"e3","occurred_at":"2026-07-03T00:00:00Z","data":{"session_id":"s","reference_id":"p","error":{"code":"internal","retriable":true}}}`,
			`{"type":"lab_report.completed","event_id":"e4","data":{"reference_id":"of no session"}}`,
		} {
			h := http.Header{}
			h.Set(webhook.HeaderTraceID, "lab-"+strconv.Itoa(i))
			e, err := webhook.Parse(h, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			mustApply(t, db, e)
		}
		n := 0
		for report, err := range db.LabReports(t.Context(), "p") {
			if n++; err != nil || report.EventID != "e2" || report.Report.ResultsCount.Or(0) != 2 || len(report.Report.Results) != 2 {
				t.Errorf("not the newest report: %v", err)
			}
		}
		for failure, err := range db.LabReportFailures(t.Context(), "p") {
			if n++; err != nil || failure.EventID != "e3" || !failure.Report.Error.Retriable.Or(false) {
				t.Errorf("not the failure: %v", err)
			}
		}
		if n != 2 {
			t.Errorf("%d reports and failures", n)
		}
		for report, err := range db.LabReports(t.Context(), "of no session") {
			if n++; err != nil || report.EventID != "e4" {
				t.Errorf("not the report of no session: %v", err)
			}
		}
		if n != 3 {
			t.Errorf("%d reports and failures with that of no session", n)
		}
	})
}

// TestStorePages reads more records than are read at a time, and stops within.
func TestStorePages(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		pool := d.open(t)
		pool.SetMaxOpenConns(2) // one of them writes
		open := healthdb.OpenSQLite
		if d.Dialect == sqldb.Postgres {
			open = healthdb.OpenPostgres
		}
		db, err := open(t.Context(), pool)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		var records []string
		for i := range 450 {
			records = append(records, fmt.Sprintf(`{"planned_workout_id":"%d","planned_date":"2026-07-%02d"}`, i, 1+i%30))
		}
		for i := range 50 {
			records = append(records, fmt.Sprintf(`{"planned_workout_id":"none-%d"}`, i))
		}
		mustApply(t, db, event(t, "plans", 0, dataBody(webhook.TypePlannedWorkout, records...)))
		connection := connectionOf(t, db)
		var dates []health.Date
		seen := map[string]bool{}
		for w, err := range healthdb.Records[health.PlannedWorkout](t.Context(), db, connection, health.Date{}, health.Date{}) {
			if err != nil {
				t.Fatal(err)
			}
			connectionOf(t, db) // reads in the midst of it
			seen[w.PlannedWorkoutID.Or("")] = true
			if date := w.PlannedDate.Date(); !date.IsZero() {
				dates = append(dates, date)
			}
		}
		if len(seen) != 500 || len(dates) != 450 || !slices.IsSortedFunc(dates, health.Date.Compare) {
			t.Errorf("%d records, %d of them with a date, or not in order", len(seen), len(dates))
		}
		for range healthdb.Records[health.PlannedWorkout](t.Context(), db, connection, health.Date{}, health.Date{}) {
			break
		}
		for i := range 501 {
			if err := healthdb.Store(t.Context(), db, terra.User{UserID: fmt.Sprintf("user-%d", i)}, []health.Athlete(nil), receipt); err != nil {
				t.Fatal(err)
			}
		}
		var ids []int64
		for c, err := range db.Connections(t.Context(), healthdb.ConnectionFilter{Statuses: []healthdb.Status{healthdb.StatusActive}}) {
			if err != nil {
				t.Fatal(err)
			}
			connectionOf(t, db)
			ids = append(ids, c.ID)
		}
		if len(ids) != 501 || !slices.IsSorted(ids) {
			t.Errorf("%d connections, or not in order", len(ids))
		}
	})
}

// TestStoreMerges joins two connections that both have a day.
func TestStoreMerges(t *testing.T) {
	t.Parallel()
	body := func(user string, records ...string) string {
		return fmt.Sprintf(`{"type":"daily","user":{"user_id":%q,"provider":"GARMIN"},"data":[%s]}`, user, strings.Join(records, ","))
	}
	old := event(t, "old", 1, body("user-0", day("2026-07-01", 1, heartRates(60)+`,"data_enrichment":{"total_stress_score":1,"immune_index":1}`), day("2026-06-30", 5, "")))
	renewed := event(t, "new", 2, body("user-1", day("2026-07-01", 2, heartRates(70, 71)+`,"data_enrichment":{"immune_index":2}`), day("2026-07-02", 6, "")))
	reauth := event(t, "reauth", 3, `{"type":"user_reauth","old_user":{"user_id":"user-0","provider":"GARMIN"},"new_user":{"user_id":"user-1","provider":"GARMIN"}}`)
	eachDatabase(t, func(t *testing.T, d database) {
		for _, events := range [][]webhook.Event{{old, renewed, reauth}, {renewed, reauth, old}, {reauth, old, renewed}, {renewed, old, reauth}} {
			db := openStore(t, d.another(t))
			for _, e := range events {
				mustApply(t, db, e)
			}
			days := all[health.Daily](t, db, healthdb.WithSamples())
			if len(days) != 3 {
				t.Fatalf("%d days", len(days))
			}
			joint := days[1]
			if joint.DistanceData.Steps.Or(0) != 2 || !slices.Equal(rates(joint), []float64{70, 71}) ||
				joint.DataEnrichment.TotalStressScore.Or(0) != 1 || joint.DataEnrichment.ImmuneIndex.Or(0) != 2 {
				t.Error("the joint day is not made of the newest")
			}
		}
	})
}
