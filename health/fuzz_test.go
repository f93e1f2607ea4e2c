package health_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/jsonscan"
	"github.com/terra-go/terra/internal/oracle"
)

func FuzzActivity(f *testing.F)           { fuzzLikeOracle[health.Activity](f) }
func FuzzAthlete(f *testing.F)            { fuzzLikeOracle[health.Athlete](f) }
func FuzzBody(f *testing.F)               { fuzzLikeOracle[health.Body](f) }
func FuzzConnection(f *testing.F)         { fuzzLikeOracle[health.Connection](f) }
func FuzzDaily(f *testing.F)              { fuzzLikeOracle[health.Daily](f) }
func FuzzHealthObservation(f *testing.F)  { fuzzLikeOracle[health.HealthObservation](f) }
func FuzzHormoneSample(f *testing.F)      { fuzzLikeOracle[health.HormoneSample](f) }
func FuzzLabReportEventData(f *testing.F) { fuzzLikeOracle[health.LabReportEventData](f) }
func FuzzLabReportSession(f *testing.F)   { fuzzLikeOracle[health.LabReportSession](f) }
func FuzzMenstruation(f *testing.F)       { fuzzLikeOracle[health.Menstruation](f) }
func FuzzNutrition(f *testing.F)          { fuzzLikeOracle[health.Nutrition](f) }
func FuzzPlannedWorkout(f *testing.F)     { fuzzLikeOracle[health.PlannedWorkout](f) }
func FuzzSleep(f *testing.F)              { fuzzLikeOracle[health.Sleep](f) }
func FuzzUser(f *testing.F)               { fuzzLikeOracle[health.User](f) }
func FuzzWorkoutTemplate(f *testing.F)    { fuzzLikeOracle[health.WorkoutTemplate](f) }

// fuzzLikeOracle starts from records with one member filled, what providers send,
// oddities of JSON, and the corpus in testdata.
func fuzzLikeOracle[T any](f *testing.F) {
	typ := reflect.TypeFor[T]()
	for i := range typ.NumField() {
		for _, null := range []bool{false, true} {
			record := reflect.New(typ)
			fill := oracle.Filler{Null: null, Few: true}
			fill.Fill(f, record.Elem().Field(i), "$")
			text, err := json.Marshal(record.Interface())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for _, text := range oracle.Oddities {
		f.Add([]byte(text))
	}
	for _, d := range documents {
		if _, ok := d.want.(*T); ok {
			f.Add([]byte(d.text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { oracle.Test(t, typ, data) })
}

// A writer that has seen no timestamp remembers none, not even one of the zero day.
func TestFirstTimestamp(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1970-01-01T00:00:05", "1970-01-01T00:00:05Z", "2026-07-01T07:04:11.000000+01:00"} {
		ts := timestamp(text)
		if got := string(ts.AppendJSON(new(jsonscan.Writer), nil)); got != `"`+text+`",` {
			t.Errorf("%s is written as %q", text, got)
		}
	}
}

// A scanner that has seen no timestamp takes no zeros for the last one's day and zone.
func TestZerosAreNoTimestamp(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("\x00", 12)
	for _, text := range []string{zeros + "07:04:11" + zeros + "\x00\x00", zeros + "07:04:11\x00\x01\x02\x03\x04\x05\x06" + zeros[:7], zeros + "07:04:11"} {
		var s jsonscan.Scanner
		s.Reset(jsonscan.Pad([]byte(text)), false)
		var ts health.Timestamp
		if p := ts.ScanJSON(&s, 0); s.End(p) == nil || ts != (health.Timestamp{}) {
			t.Errorf("zeros and a clock, %d bytes of them, are read", len(text))
		}
	}
}

// FuzzTimestamps reads and writes timestamps one after the other, the first of which
// the codec remembers to be quick about the others.
func FuzzTimestamps(f *testing.F) {
	const usual = "2026-07-01T07:04:11.000000+01:00"
	for _, text := range []string{
		usual, "2026-07-01T23:59:59.999999+01:00", "2026-07-01T24:00:00.000000+01:00", "2026-07-01T07:60:11.000000+01:00", "2026-07-01T07:04:60.000000+01:00",
		"2026-07-01T07:04:11.00000:+01:00", "2026-07-01T07/04:11.000000+01:00", "2026-07-01T0\x80:04:11.000000+01:00", "2026-07-01T07:04:11.000000+01:0",
		"2026-07-01T07:04:11.000000+01:000", "2026-07-01 07:04:11.000000+01:00", "2026-07-01T07:04:11.000000-01:00", "2026-07-01T07:04:11.000000+00:00",
		"2026-07-01T07:04:11.000000-00:00", "2026-07-02T07:04:11.000000+01:00", "2026-07-01T07:04:11+01:00", "2026-07-01T07:04:11.00000+01:000",
		"0000-01-01T00:00:00.000000+01:00", "9999-12-31T23:59:59.000000+01:00", "1969-12-31T23:59:59.000000+01:00", "2026-07-01", "null", "",
		"1970-01-01T00:00:05", "2026-07-01T00:00:00.000000+01:00", "2026-07-01T19:09:59.000000+01:00",
	} {
		f.Add(usual, text)
		f.Add(text, usual)
	}
	f.Add("2026-07-01T07:04:11.0000005+0100", "2026-07-01T07:04:12.0000005+0100") // as long as the usual form, but not it
	for i := range len(usual) - 1 {
		for _, b := range []string{"/", ":", ";", "9", "-", "."} {
			f.Add(usual, usual[:i]+b+usual[i+1:])
		}
		f.Add(usual, usual[:i]+"é"+usual[i+2:])
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		var sent, want, got health.HeartRateDataDetailed
		var texts []string
		for _, text := range []string{first, second, first, second} {
			quoted, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, `{"timestamp":`+string(quoted)+`}`)
			ts, _ := health.ParseTimestamp(strings.ToValidUTF8(text, "\ufffd"))
			want.HRSamples = append(want.HRSamples, health.HeartRateDataSample{Timestamp: ts})
		}
		if err := json.Unmarshal([]byte(`{"hr_samples":[`+strings.Join(texts, ",")+`]}`), &sent); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(sent, want) {
			t.Error("not what ParseTimestamp reads")
		}
		text, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("changed by a round trip: %v", err)
		}
	})
}
