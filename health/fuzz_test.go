package health_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/terra-go/terra/health"
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
			fill := filler{null: null, few: true}
			fill.fill(f, record.Elem().Field(i), "$")
			text, err := json.Marshal(record.Interface())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for _, text := range oddities {
		f.Add([]byte(text))
	}
	for _, d := range documents {
		if _, ok := d.want.(*T); ok {
			f.Add([]byte(d.text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { testLikeOracle(t, typ, data) })
}
