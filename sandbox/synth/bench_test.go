package synth_test

import (
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

func BenchmarkNew(b *testing.B) {
	p, _ := synth.Lookup("GARMIN")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := synth.New(1, "somebody", p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkYear makes the daily records of a year.
func BenchmarkYear(b *testing.B) {
	for _, bb := range []struct {
		name    string
		samples bool
	}{{"summaries", false}, {"samples", true}} {
		b.Run(bb.name, func(b *testing.B) {
			p := person(b, 1, "somebody", "GARMIN")
			b.ReportAllocs()
			for b.Loop() {
				for d := range days(date(2026, 1, 1), 365) {
					if _, ok := p.Daily(d, bb.samples); !ok {
						b.Fatal("a day is missing")
					}
				}
			}
		})
	}
}

// BenchmarkRecords makes one record with its samples, and tells how long its JSON
// text is.
func BenchmarkRecords(b *testing.B) {
	p := person(b, 7, "patient-7", "GARMIN", synth.WithPersona(synth.Ordinary))
	run := firstRun(b, p)
	for _, bb := range []struct {
		name string
		make func() any
	}{
		{"daily", func() any { r, _ := p.Daily(run, true); return r }},
		{"sleep", func() any { return p.Sleep(run, true)[0] }},
		{"activity", func() any { return p.Activities(run, true)[0] }},
		{"body", func() any { r, _ := p.Body(run, true); return r }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			var r any
			for b.Loop() {
				r = bb.make()
			}
			b.ReportMetric(float64(len(marshal(b, r))), "JSON-bytes")
		})
	}
}

// firstRun is the first day of 2026 that begins its workouts with a run.
func firstRun(b *testing.B, p *synth.Person) health.Date {
	b.Helper()
	for d := range days(date(2026, 1, 1), 365) {
		if list := p.Activities(d, false); len(list) > 0 && list[0].Metadata.Type.Or(-1) == health.ActivityTypeRunning {
			return d
		}
	}
	b.Fatal("a runner who never runs")
	return health.Date{}
}
