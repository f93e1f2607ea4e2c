package synth_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

// TestNightsHaveTheShapeOfNights averages many: the shares of the stages, deep
// sleep early, REM late, cycles of an hour and a half.
func TestNightsHaveTheShapeOfNights(t *testing.T) {
	t.Parallel()
	var deep, rem, light, awake, deepEarly, remEarly, cycles, hours float64
	for i := range 40 {
		p := person(t, 6, name(i), "GARMIN", synth.WithPersona(synth.Ordinary))
		for d := range days(date(2026, 2, 2), 10) {
			night := p.Sleep(d, true)[0]
			s := night.SleepDurationsData
			deep += s.Asleep.DurationDeepSleepStateSeconds.Or(0)
			rem += s.Asleep.DurationREMSleepStateSeconds.Or(0)
			light += s.Asleep.DurationLightSleepStateSeconds.Or(0)
			awake += s.Awake.DurationAwakeStateSeconds.Or(0)
			cycles += float64(s.Asleep.NumREMEvents.Or(0))
			hours += s.Other.DurationInBedSeconds.Or(0) / 3600
			start, end := instant(t, "start", night.Metadata.StartTime), instant(t, "end", night.Metadata.EndTime)
			middle := start.Add(end.Sub(start) / 2)
			for i, h := range s.HypnogramSamples {
				from, to := instant(t, "stage", h.Timestamp), end
				if i+1 < len(s.HypnogramSamples) {
					to = instant(t, "stage", s.HypnogramSamples[i+1].Timestamp)
				}
				if to.After(middle) {
					to = middle
				}
				if early := max(to.Sub(from).Seconds(), 0); h.Level.Or(0) == health.SleepLevelDeepSleep {
					deepEarly += early
				} else if h.Level.Or(0) == health.SleepLevelREMSleep {
					remEarly += early
				}
			}
		}
	}
	asleep := deep + rem + light
	for _, tt := range []struct {
		what     string
		got      float64
		low, top float64
	}{
		{"share of deep sleep", deep / asleep, 0.13, 0.24},
		{"share of REM sleep", rem / asleep, 0.18, 0.28},
		{"share of light sleep", light / asleep, 0.5, 0.66},
		{"share of being awake", awake / (asleep + awake), 0.04, 0.14},
		{"deep sleep in the first half", deepEarly / deep, 0.65, 0.95},
		{"REM sleep in the first half", remEarly / rem, 0.1, 0.4},
		{"minutes in a cycle", hours * 60 / cycles, 80, 115},
		{"hours in bed", hours / 400, 7, 9},
	} {
		if tt.got < tt.low || tt.got > tt.top {
			t.Errorf("%s is out of its range", tt.what)
		}
	}
}

// averages of a stretch of days.
type averages struct {
	asleep, efficiency, resting, rmssd, steps, trained, weekend, weekday float64
}

func average(t *testing.T, p *synth.Person, first health.Date, n int) averages {
	t.Helper()
	var a averages
	var nights, ends, weeks float64
	for d := range days(first, n) {
		day, _ := p.Daily(d, false)
		a.resting += get(t, "resting", day.HeartRateData.Summary.RestingHRBPM) / float64(n)
		a.steps += float64(get(t, "steps", day.DistanceData.Steps)) / float64(n)
		for _, w := range p.Activities(d, false) {
			a.trained += instant(t, "end", w.Metadata.EndTime).Sub(instant(t, "start", w.Metadata.StartTime)).Minutes() / float64(n)
		}
		for _, s := range p.Sleep(d, false) {
			if s.Metadata.IsNap.Or(false) {
				continue
			}
			nights++
			a.asleep += s.SleepDurationsData.Asleep.DurationAsleepStateSeconds.Or(0) / 3600
			a.efficiency += s.SleepDurationsData.SleepEfficiency.Or(0)
			a.rmssd += s.HeartRateData.Summary.AvgHRVRMSSD.Or(0)
			up := instant(t, "end", s.Metadata.EndTime)
			clock := float64(up.Hour()) + float64(up.Minute())/60
			if day := d.In(time.UTC).Weekday(); day == time.Saturday || day == time.Sunday {
				a.weekend, ends = a.weekend+clock, ends+1
			} else {
				a.weekday, weeks = a.weekday+clock, weeks+1
			}
		}
	}
	a.asleep, a.efficiency, a.rmssd = a.asleep/nights, a.efficiency/nights, a.rmssd/nights
	a.weekend, a.weekday = a.weekend/ends, a.weekday/weeks
	return a
}

func TestPersonasDiffer(t *testing.T) {
	t.Parallel()
	first := date(2026, 4, 6)
	mean := func(persona synth.Persona) averages {
		var sum averages
		const people = 8
		for i := range people {
			a := average(t, person(t, 7, name(i), "GARMIN", synth.WithPersona(persona), synth.WithStart(first.AddDays(-1))), first, 28)
			sum.asleep += a.asleep / people
			sum.efficiency += a.efficiency / people
			sum.resting += a.resting / people
			sum.rmssd += a.rmssd / people
			sum.trained += a.trained / people
			sum.weekend += a.weekend / people
			sum.weekday += a.weekday / people
		}
		return sum
	}
	ordinary, athlete, poor := mean(synth.Ordinary), mean(synth.Athlete), mean(synth.PoorSleeper)
	newcomer, shifts := mean(synth.Newcomer), mean(synth.ShiftWorker)
	for _, tt := range []struct {
		what string
		ok   bool
	}{
		{"an athlete's heart rests lower", athlete.resting < ordinary.resting-5},
		{"an athlete's heart rate varies more", athlete.rmssd > ordinary.rmssd+8},
		{"an athlete trains more", athlete.trained > 2*ordinary.trained},
		{"a poor sleeper sleeps less", poor.asleep < ordinary.asleep-1},
		{"a poor sleeper lies awake more", poor.efficiency < ordinary.efficiency-7},
		{"a newcomer trains less", newcomer.trained < ordinary.trained},
		{"a shift worker gets up later", shifts.weekday > ordinary.weekday+1.5},
		{"weekends are for sleeping in", ordinary.weekend > ordinary.weekday+0.6},
	} {
		if !tt.ok {
			t.Errorf("it is not so that %s", tt.what)
		}
	}
}

func TestPeopleDiffer(t *testing.T) {
	t.Parallel()
	var steps, resting, weights []float64
	zones, names := map[string]bool{}, map[string]bool{}
	women := 0
	const people = 60
	for i := range people {
		p := person(t, 10, name(i), "GARMIN", synth.WithPersona(synth.Ordinary))
		a := average(t, p, date(2026, 4, 6), 7)
		steps, resting = append(steps, a.steps), append(resting, a.resting)
		zones[p.Zone()] = true
		who, _ := p.Athlete(date(2026, 4, 6))
		names[who.FirstName.Or("")+who.LastName.Or("")] = true
		if who.Sex.Or("") == "female" {
			women++
		}
		for d := range days(date(2026, 4, 6), 20) {
			if b, ok := p.Body(d, false); ok {
				if kg, ok := b.MeasurementsData.DayAvgWeightKg.Get(); ok {
					weights = append(weights, kg)
					break
				}
			}
		}
	}
	spread := func(list []float64) float64 {
		mean, square := 0.0, 0.0
		for _, v := range list {
			mean += v / float64(len(list))
		}
		for _, v := range list {
			square += (v - mean) * (v - mean) / float64(len(list))
		}
		return math.Sqrt(square)
	}
	if spread(steps) < 1500 || spread(resting) < 4 || spread(weights) < 8 {
		t.Error("people are too much alike")
	}
	if len(zones) < 12 || len(names) < people*3/4 || women < people/3 || women > people*2/3 {
		t.Error("people come from too few places, or families")
	}
}

// TestHeartFollowsTheClock finds the heart slow at night, faster by day, and
// slower to answer a workout than the workout is to begin.
func TestHeartFollowsTheClock(t *testing.T) {
	t.Parallel()
	var night, noon float64
	for i := range 20 {
		p := person(t, 12, name(i), "GARMIN", synth.WithPersona(synth.Ordinary))
		d := date(2026, 9, 9)
		r, _ := p.Daily(d, true)
		beats := r.HeartRateData.Detailed.HRSamples
		for m := range 60 {
			night += beats[3*60+m].BPM.Or(0)
			noon += beats[15*60+m].BPM.Or(0)
		}
	}
	if noon < night*1.1 {
		t.Error("the heart is not faster by day")
	}

	lagged := 0
	for i := range 60 {
		for _, a := range person(t, 12, name(i), "GARMIN").Activities(date(2026, 9, 12), true) {
			if kind := a.Metadata.Type.Or(-1); kind != health.ActivityTypeRunning && kind != health.ActivityTypeBiking {
				continue
			}
			lagged++
			bpm := func(second int) float64 { return a.HeartRateData.Detailed.HRSamples[second].BPM.Or(0) }
			if bpm(5) > bpm(60) || bpm(60) > bpm(8*60)-8 {
				t.Error("the heart is at once where the workout will bring it")
			}
		}
	}
	if lagged < 5 {
		t.Error("too few go running or riding on a Saturday")
	}
}

func TestWeightDrifts(t *testing.T) {
	t.Parallel()
	for i := range 10 {
		p := person(t, 13, name(i), "OMRON")
		var last, first float64
		at := -10
		for n := range 365 {
			b, _ := p.Body(date(2026, 1, 1).AddDays(n), false)
			kg, ok := b.MeasurementsData.DayAvgWeightKg.Get()
			if !ok {
				continue
			}
			if first == 0 {
				first = kg
			}
			if n-at == 1 && math.Abs(kg-last) > 0.025*kg {
				t.Error("a weight jumps overnight")
			}
			if math.Abs(kg-first) > 0.2*first {
				t.Error("a weight runs away within a year")
			}
			last, at = kg, n
		}
		if at < 0 {
			t.Error("somebody with a scale never stands on it")
		}
	}
}

// TestCyclesGoOn follows a cycle from day to day: it counts up, and the next begins
// where it ends.
func TestCyclesGoOn(t *testing.T) {
	t.Parallel()
	followed := 0
	for i := range 24 {
		p := person(t, 14, name(i), "CLUE")
		var last health.MenstruationData
		lengths := map[int64]bool{}
		for d := range days(date(2024, 11, 1), 400) {
			r, ok := p.Menstruation(d)
			if !ok {
				last = health.MenstruationData{}
				continue
			}
			m := r.MenstruationData
			day, length := get(t, "day_in_cycle", m.DayInCycle), get(t, "cycle_length_days", m.CycleLengthDays)
			lengths[length] = true
			if day < 1 || day > length || length < 21 || length > 36 {
				t.Fatal("a day is not in its cycle")
			}
			if got := int64(d.DaysSince(m.PeriodStartDate.Date())); got != day-1 {
				t.Error("period_start_date contradicts day_in_cycle")
			}
			before := last.DayInCycle.Or(0)
			if before != 0 && day != before+1 && (day != 1 || before != last.CycleLengthDays.Or(0)) {
				t.Errorf("the cycle breaks off on %s", d)
			}
			flows := len(m.MenstruationFlow) > 0
			if flows != (day <= m.PeriodLengthDays.Or(0)) || flows != (m.CurrentPhase.Or(0) == health.MenstruationIntervalPeriod) {
				t.Error("menstruation_flow contradicts the phase")
			}
			at := m.PeriodStartDate.Date()
			for _, in := range m.Intervals {
				if in.StartTimestamp.Date() != at {
					t.Error("intervals leave a gap")
				}
				if at = in.EndTimestamp.Date(); in.Phase == m.CurrentPhase && (d.Before(in.StartTimestamp.Date()) || !d.Before(at)) {
					t.Error("current_phase is not the interval that holds the day")
				}
			}
			if at.DaysSince(m.PeriodStartDate.Date()) != int(length) {
				t.Error("intervals do not fill the cycle")
			}
			last = m
		}
		if last.DayInCycle.Or(0) != 0 {
			followed++
			if len(lengths) < 2 {
				t.Error("all cycles are of one length")
			}
		}
	}
	if followed < 4 {
		t.Error("too few people menstruate")
	}
}

func TestHormonesPeakBeforeOvulation(t *testing.T) {
	t.Parallel()
	tests := 0
	for i := range 20 {
		p := person(t, 15, name(i), "MIRA")
		for d := range days(date(2026, 1, 1), 60) {
			m, ok := p.Menstruation(d)
			for _, h := range p.Hormones(d) {
				tests++
				if !ok {
					t.Fatal("hormones are tested without a cycle")
				}
				if h.Timestamp.Date() != d {
					t.Error("a test is of another day")
				}
				lh, pdg := get(t, "lh", h.LHMIUPerMl), get(t, "pdg", h.PdGUgPerMl)
				switch since := d.DaysSince(m.MenstruationData.OvulationDay.Date()); {
				case since == -1 && lh < 25:
					t.Error("LH does not surge before ovulation")
				case since < -5 && lh > 15, since > 4 && lh > 15:
					t.Error("LH surges away from ovulation")
				case since == 7 && pdg < 6:
					t.Error("PdG does not confirm ovulation")
				case since < -3 && pdg > 5:
					t.Error("PdG rises before ovulation")
				}
			}
		}
	}
	if tests < 100 {
		t.Error("too few hormone tests")
	}
}

func TestGlucoseFollowsMeals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider string
		every    time.Duration
	}{{"DEXCOM", 5 * time.Minute}, {"FREESTYLELIBRE", 15 * time.Minute}} {
		t.Run(tt.provider, func(t *testing.T) {
			t.Parallel()
			var rises, meals float64
			for i := range 10 {
				// The same human logs meals elsewhere.
				p, food := person(t, 16, name(i), tt.provider), person(t, 16, name(i), "CRONOMETER")
				d := date(2026, 11, 3)
				b, ok := p.Body(d, true)
				n, ok2 := food.Nutrition(d, true)
				if !ok || !ok2 {
					t.Fatal("a day is missing")
				}
				list := b.GlucoseData.BloodGlucoseSamples
				if len(list) != int(24*time.Hour/tt.every) {
					t.Fatal("the sensor misses readings")
				}
				at := func(when time.Time) float64 {
					i := int(when.Sub(instant(t, "start", b.Metadata.StartTime)) / tt.every)
					return list[min(i, len(list)-1)].BloodGlucoseMgPerDL.Or(0)
				}
				for _, m := range n.Meals {
					when := instant(t, "meal", m.Timestamp)
					if m.Macros.CarbohydratesG.Or(0) < 50 || when.Hour() >= 22 {
						continue
					}
					meals++
					if at(when.Add(50*time.Minute)) > at(when)+10 {
						rises++
					}
				}
			}
			if meals < 10 || rises < 0.85*meals {
				t.Error("glucose does not rise after meals")
			}
		})
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	first := date(2026, 5, 20)
	p := person(t, 17, "new", "APPLE", synth.WithPersona(synth.Newcomer), synth.WithStart(first))
	for d := range days(first.AddDays(-30), 30) {
		if r := record(p, d, false); r.Daily != nil || r.Body != nil || r.Nutrition != nil || r.Menstruation != nil || len(r.Sleep)+len(r.Activities)+len(r.Observations)+len(r.Hormones) > 0 {
			t.Fatalf("%s has a record before the first day", d)
		}
	}
	if r := record(p, first, false); r.Daily == nil || len(r.Sleep) > 0 && !r.Sleep[0].Metadata.IsNap.Or(false) {
		t.Error("the first day is not the day without a night")
	}
	if r := record(p, first.AddDays(1), false); r.Daily == nil || len(r.Sleep) == 0 {
		t.Error("the second day is not whole")
	}
	who, _ := p.Athlete(first)
	if who.AccountCreationDate.Date() != first {
		t.Error("the account is not as old as the records")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	p, _ := synth.Lookup("OURA")
	if _, err := synth.New(1, "x", p, synth.WithPersona("astronaut")); !errors.Is(err, synth.ErrPersona) {
		t.Error("an unknown persona is let in")
	}
	if _, err := synth.New(1, "x", p, synth.WithPersona(synth.Newcomer)); !errors.Is(err, synth.ErrNoStart) {
		t.Error("a newcomer without a first day is let in")
	}
}

func TestPersonasByChance(t *testing.T) {
	t.Parallel()
	met := map[synth.Persona]int{}
	for i := range 400 {
		met[person(t, 18, name(i), "OURA").Persona()]++
	}
	if met[synth.Newcomer] > 0 || met[synth.Ordinary] < 150 {
		t.Error("chance deals the personas wrongly")
	}
	for _, p := range []synth.Persona{synth.Athlete, synth.ShiftWorker, synth.PoorSleeper, synth.Traveller} {
		if met[p] < 8 {
			t.Errorf("chance hardly deals %q", p)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	p := person(t, 19, "x", "OURA")
	who, _ := p.Athlete(date(2026, 1, 1))
	birthday := who.DateOfBirth.Date()
	for years := int64(20); years < 60; years++ {
		at := date(birthday.Year+int(years), birthday.Month, birthday.Day)
		before, _ := p.Athlete(at.AddDays(-1))
		after, _ := p.Athlete(at)
		if before.Age.Or(0) != years-1 || after.Age.Or(0) != years {
			t.Fatal("a birthday is missed")
		}
	}
}

// TestBodyBatteryGoesOn charges by night, drains by day, and goes on where the day
// before left it.
func TestBodyBatteryGoesOn(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		p := person(t, 25, name(i), "GARMIN", synth.WithPersona(synth.Ordinary))
		last := -1.0
		for d := range days(date(2026, 4, 1), 20) {
			r, _ := p.Daily(d, true)
			night := p.Sleep(d, false)[0]
			up := instant(t, "end", night.Metadata.EndTime)
			list := r.StressData.BodyBatterySamples
			var morning float64
			for _, s := range list {
				v := s.Level.Or(-1)
				if v < 5 || v > 100 {
					t.Fatal("a body battery is over or under its range")
				}
				if instant(t, "battery", s.Timestamp).Before(up) {
					morning = v
				}
			}
			first, final := list[0].Level.Or(0), list[len(list)-1].Level.Or(0)
			if last >= 0 && math.Abs(first-last) > 4 {
				t.Errorf("a body battery jumps at the midnight before %s", d)
			}
			if morning < first || final > morning {
				t.Errorf("a body battery charges by day, or drains in the night to %s", d)
			}
			last = final
		}
	}
}

// TestDaysTellTheirNight finds the night's variability, oxygen and score in the
// day's record.
func TestDaysTellTheirNight(t *testing.T) {
	t.Parallel()
	p := person(t, 26, "x", "FITBIT")
	for d := range days(date(2026, 4, 1), 20) {
		r, _ := p.Daily(d, false)
		night := p.Sleep(d, false)[0]
		if r.HeartRateData.Summary.AvgHRVRMSSD != night.HeartRateData.Summary.AvgHRVRMSSD ||
			r.OxygenData.AvgSaturationPercentage != night.RespirationData.OxygenSaturationData.AvgSaturationPercentage ||
			r.Scores.Sleep != night.Scores.Sleep {
			t.Errorf("%s tells another night", d)
		}
	}
}
