package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/internal/oracle"
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
