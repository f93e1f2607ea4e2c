package synth_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/sandbox/synth"
)

// person fails the test when there is none.
func person(t testing.TB, seed uint64, name, provider string, opts ...synth.Option) *synth.Person {
	t.Helper()
	p, ok := synth.Lookup(provider)
	if !ok {
		t.Fatalf("no provider %s", provider)
	}
	who, err := synth.New(seed, name, p, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

func name(i int) string { return "person-" + strconv.Itoa(i) }

func date(y int, m time.Month, d int) health.Date { return health.NewDate(y, m, d) }

// days yields n of them from the first on.
func days(first health.Date, n int) func(yield func(health.Date) bool) {
	return func(yield func(health.Date) bool) {
		for i := range n {
			if !yield(first.AddDays(i)) {
				return
			}
		}
	}
}

// instant fails the test when t is not one.
func instant(t testing.TB, what string, ts health.Timestamp) time.Time {
	t.Helper()
	v, ok := ts.Time()
	if !ok {
		t.Fatalf("%s is no instant", what)
	}
	return v
}

// get fails the test when v is absent or null.
func get[T any](t testing.TB, what string, v opt.Value[T]) T {
	t.Helper()
	got, ok := v.Get()
	if !ok {
		t.Fatalf("%s has no value", what)
	}
	return got
}

// near compares to a tolerance; a failure names the field and tells no value.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s disagrees with what it sums up", what)
	}
}

// day is all that a person's provider recorded of one date.
type day struct {
	Daily        *health.Daily              `json:"daily,omitempty"`
	Sleep        []health.Sleep             `json:"sleep,omitempty"`
	Activities   []health.Activity          `json:"activities,omitempty"`
	Body         *health.Body               `json:"body,omitempty"`
	Nutrition    *health.Nutrition          `json:"nutrition,omitempty"`
	Menstruation *health.Menstruation       `json:"menstruation,omitempty"`
	Athlete      *health.Athlete            `json:"athlete,omitempty"`
	Hormones     []health.HormoneSample     `json:"hormones,omitempty"`
	Observations []health.HealthObservation `json:"observations,omitempty"`
}

func record(p *synth.Person, d health.Date, samples bool) day {
	r := day{
		Sleep: p.Sleep(d, samples), Activities: p.Activities(d, samples),
		Hormones: p.Hormones(d), Observations: p.Observations(d),
	}
	if v, ok := p.Daily(d, samples); ok {
		r.Daily = &v
	}
	if v, ok := p.Body(d, samples); ok {
		r.Body = &v
	}
	if v, ok := p.Nutrition(d, samples); ok {
		r.Nutrition = &v
	}
	if v, ok := p.Menstruation(d); ok {
		r.Menstruation = &v
	}
	if v, ok := p.Athlete(d); ok {
		r.Athlete = &v
	}
	return r
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal("a record does not marshal")
	}
	return b
}

// leaves visits every optional value and timestamp below v with its path. A
// position that is absent as a whole has none.
func leaves(v reflect.Value, path string, visit func(path string, leaf any)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			leaves(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), path+"[]", visit)
		}
	case reflect.Struct:
		if _, ok := v.Interface().(interface{ IsNull() bool }); ok {
			visit(path, v.Interface())
			return
		}
		if p, ok := v.Interface().(health.LatLng); ok && p.IsZero() {
			return
		}
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	}
}

func tree(t testing.TB, v any) any {
	t.Helper()
	var a any
	if err := json.Unmarshal(marshal(t, v), &a); err != nil {
		t.Fatal("a record does not unmarshal")
	}
	return a
}
