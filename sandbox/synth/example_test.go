package synth_test

import (
	"fmt"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

func ExampleNew() {
	garmin, _ := synth.Lookup("garmin")
	p, err := synth.New(7, "patient-7", garmin)
	if err != nil {
		fmt.Println(err)
		return
	}
	who, _ := p.Athlete(health.NewDate(2026, 3, 29))
	fmt.Println(who.FirstName, who.LastName, "of", who.City)
	fmt.Println("at home in", p.Zone())

	// The same human with another provider is the same body.
	oura, _ := synth.Lookup("OURA")
	q, _ := synth.New(7, "patient-7", oura)
	again, _ := q.Athlete(health.NewDate(2026, 3, 29))
	fmt.Println(who.DateOfBirth == again.DateOfBirth)
	// Output:
	// Zoe Quinn of Madrid
	// at home in Europe/Madrid
	// true
}

func ExampleNew_persona() {
	apple, _ := synth.Lookup("APPLE")
	first := health.NewDate(2026, 5, 20)
	p, err := synth.New(7, "patient-7", apple, synth.WithPersona(synth.Newcomer), synth.WithStart(first))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, before := p.Daily(first.AddDays(-1), false)
	_, after := p.Daily(first, false)
	fmt.Println(before, after)
	// Output: false true
}

func ExamplePerson_Daily() {
	p := patient("FITBIT")
	day, _ := p.Daily(health.NewDate(2026, 3, 29), true)
	beats := day.HeartRateData.Detailed.HRSamples
	fmt.Println(day.Metadata.StartTime, "to", day.Metadata.EndTime)
	fmt.Println(len(beats), "minutes of heart rate, on average", day.HeartRateData.Summary.AvgHRBPM)
	fmt.Println(day.DistanceData.Steps, "steps, stress level", day.StressData.AvgStressLevel)
	// Output:
	// 2026-03-29T00:00:00.000000+01:00 to 2026-03-30T00:00:00.000000+02:00
	// 1380 minutes of heart rate, on average 74
	// 9603 steps, stress level null
}

func ExamplePerson_Sleep() {
	p := patient("FITBIT")
	for _, s := range p.Sleep(health.NewDate(2026, 3, 29), true) {
		d := s.SleepDurationsData
		fmt.Println(s.Metadata.StartTime, "to", s.Metadata.EndTime)
		fmt.Println(len(d.HypnogramSamples), "stages,", d.SleepEfficiency, "% asleep")
	}
	// Output:
	// 2026-03-28T23:40:30.000000+01:00 to 2026-03-29T09:12:30.000000+02:00
	// 32 stages, 93.7 % asleep
}

func ExamplePerson_Activities() {
	p := patient("FITBIT")
	for n := range 7 {
		for _, a := range p.Activities(health.NewDate(2026, 3, 23+n), false) {
			fmt.Println(a.Metadata.StartTime.Date(), a.Metadata.Name, a.HeartRateData.Summary.AvgHRBPM, "bpm")
		}
	}
	// Output:
	// 2026-03-23 Afternoon Run 150.9 bpm
	// 2026-03-25 Afternoon Run 158.5 bpm
	// 2026-03-26 Evening Run 148.9 bpm
	// 2026-03-27 Evening Walk 111.1 bpm
	// 2026-03-28 Morning Walk 111.5 bpm
}

func ExamplePerson_Body() {
	p := patient("DEXCOM")
	r, _ := p.Body(health.NewDate(2026, 3, 30), true)
	fmt.Println(len(r.GlucoseData.BloodGlucoseSamples), "readings,", r.GlucoseData.TimeInRange, "% in range")
	// Output:
	// 288 readings, 86.1 % in range
}

func ExamplePerson_Nutrition() {
	p := patient("CRONOMETER")
	r, _ := p.Nutrition(health.NewDate(2026, 3, 30), true)
	for _, m := range r.Meals {
		fmt.Println(m.Name, m.Macros.Calories)
	}
	fmt.Println("altogether", r.Summary.Macros.Calories, "kcal and", r.Summary.WaterMl, "ml of water")
	// Output:
	// Shakshuka 475
	// Cheese and crackers 138.3
	// Chicken and rice bowl 827.6
	// Vegetable curry 900
	// altogether 2340.9 kcal and 1750 ml of water
}

func ExamplePerson_Menstruation() {
	p := patient("CLUE")
	for n := range 3 {
		r, ok := p.Menstruation(health.NewDate(2026, 3, 28+n))
		fmt.Println(ok, r.MenstruationData.DayInCycle, "of", r.MenstruationData.CycleLengthDays)
	}
	// Output:
	// true 18 of 29
	// true 19 of 29
	// true 20 of 29
}

func ExamplePerson_Hormones() {
	p := patient("MIRA")
	for n := range 4 {
		for _, h := range p.Hormones(health.NewDate(2026, 3, 22+n)) {
			fmt.Println(h.Timestamp.Date(), "LH", h.LHMIUPerMl)
		}
	}
	// Output:
	// 2026-03-22 LH 6.6
	// 2026-03-25 LH 49.72
}

func ExamplePerson_Observations() {
	p := patient("APPLE")
	for n := range 45 {
		for _, o := range p.Observations(health.NewDate(2026, 1, 1+n)) {
			fmt.Println(o.Metadata.StartTime.Date(), o.ObservationData.ObservationType)
		}
	}
	// Output:
	// 2026-01-10 abdominal_cramps
	// 2026-01-12 headache
	// 2026-01-26 headache
	// 2026-02-09 abdominal_cramps
	// 2026-02-10 abdominal_cramps
}

func ExampleProviders() {
	for _, p := range synth.Providers() {
		if p.Types.Sleep && !p.Has(synth.Steps) {
			fmt.Println(p.Title)
		}
	}
	// Output:
	// Eight Sleep
	// WHOOP
}

// patient is always the same woman.
func patient(provider string) *synth.Person {
	of, _ := synth.Lookup(provider)
	p, err := synth.New(7, "patient-7", of, synth.WithPersona(synth.Ordinary))
	if err != nil {
		panic(err)
	}
	return p
}
