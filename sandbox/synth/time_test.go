package synth_test

import (
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

// everywhere finds a person at home in each of the cities.
func everywhere(t *testing.T, provider string) map[string]*synth.Person {
	t.Helper()
	people := map[string]*synth.Person{}
	for i := range 400 {
		p := person(t, 1, name(i), provider, synth.WithPersona(synth.Ordinary))
		people[p.Zone()] = p
	}
	if len(people) < 19 {
		t.Fatalf("people live in %d zones only", len(people))
	}
	return people
}

// TestDaysAreLocal holds every day of a year in every city to the time zone
// database: where it begins and ends, how long it lasts, and the offset of each
// sample.
func TestDaysAreLocal(t *testing.T) {
	t.Parallel()
	for zone, p := range everywhere(t, "FITBIT") {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			changes := 0
			for d := range days(date(2025, 7, 1), 365) {
				begins, ends := d.In(loc), d.AddDays(1).In(loc)
				length := ends.Sub(begins)
				samples := length != 24*time.Hour || d.Day == 14
				r, ok := p.Daily(d, samples)
				if !ok {
					t.Fatal("a day is missing")
				}
				if r.Metadata.StartTime != health.TimestampOf(begins) || r.Metadata.EndTime != health.TimestampOf(ends) {
					t.Errorf("%s does not last from midnight to midnight", d)
				}
				if !samples {
					continue
				}
				if length != 24*time.Hour {
					changes++
				}
				beats := r.HeartRateData.Detailed.HRSamples
				if len(beats) != int(length/time.Minute) {
					t.Fatalf("%s has not a sample for each of its minutes", d)
				}
				for i, s := range beats {
					if s.Timestamp != health.TimestampOf(begins.Add(time.Duration(i)*time.Minute)) {
						t.Fatalf("a sample of %s has not the local time", d)
					}
				}
				a := r.ActiveDurationsData
				near(t, "durations of "+d.String(), a.ActivitySeconds.Or(0)+a.InactivitySeconds.Or(0)+a.RestSeconds.Or(0), length.Seconds(), 0)
			}
			if changes != 0 && changes != 2 {
				t.Errorf("the clock changes %d times in a year", changes)
			}
		})
	}
}

// TestNightsOverClockChanges keeps a night's length when the clock is moved in the
// middle of it.
func TestNightsOverClockChanges(t *testing.T) {
	t.Parallel()
	p := everywhere(t, "FITBIT")["Europe/London"]
	for _, tt := range []struct {
		name          string
		day           health.Date
		before, after string
	}{
		{"spring", date(2026, 3, 29), "+00:00", "+01:00"},
		{"autumn", date(2026, 10, 25), "+01:00", "+00:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			night := p.Sleep(tt.day, true)[0]
			offset := func(ts health.Timestamp) string {
				s := ts.String()
				return s[len(s)-len("+00:00"):]
			}
			if offset(night.Metadata.StartTime) != tt.before || offset(night.Metadata.EndTime) != tt.after {
				t.Error("the night does not carry both offsets")
			}
			if night.Metadata.EndTime.Date() != tt.day {
				t.Error("the night does not end on its day")
			}
			checkSleep(t, night)
		})
	}
}

// TestDaysFollowEachOther finds no minute between two days, nor one in both, even
// for who crosses time zones.
func TestDaysFollowEachOther(t *testing.T) {
	t.Parallel()
	var stretched, shrunk int
	for i := range 12 {
		p := person(t, 2, name(i), "GARMIN", synth.WithPersona(synth.Traveller))
		var end time.Time
		for d := range days(date(2026, 1, 1), 120) {
			r, _ := p.Daily(d, false)
			start := instant(t, "start_time", r.Metadata.StartTime)
			if !end.IsZero() && !start.Equal(end) {
				t.Fatalf("%s does not begin where the day before ended", d)
			}
			end = instant(t, "end_time", r.Metadata.EndTime)
			if r.Metadata.StartTime.Date() != d || r.Metadata.EndTime.Date() != d.AddDays(1) {
				t.Errorf("%s is not from one local midnight to the next", d)
			}
			if length := end.Sub(start); length > 25*time.Hour || length < 23*time.Hour {
				if length > 24*time.Hour {
					stretched++
				} else {
					shrunk++
				}
				r := record(p, d, true)
				for _, s := range r.Daily.HeartRateData.Detailed.HRSamples {
					if s.Timestamp.Date() != d {
						t.Fatalf("a sample of %s tells another date", d)
					}
				}
				if len(r.Activities) > 0 {
					t.Errorf("somebody trains in the plane on %s", d)
				}
				checkDay(t, r)
			}
			for _, s := range p.Sleep(d, false) {
				if s.Metadata.EndTime.Date() != d {
					t.Errorf("a night of %s does not end on it", d)
				}
			}
		}
	}
	if stretched == 0 || shrunk == 0 {
		t.Error("no traveller crosses time zones")
	}
}

// TestTimesAreOfTheDay keeps what happened on a day within it.
func TestTimesAreOfTheDay(t *testing.T) {
	t.Parallel()
	for i, persona := range synth.Personas() {
		p := person(t, 8, name(i), "APPLE", synth.WithPersona(persona), synth.WithStart(date(2026, 3, 1)))
		for d := range days(date(2026, 3, 22), 45) {
			r, _ := p.Daily(d, false)
			start, end := instant(t, "start", r.Metadata.StartTime), instant(t, "end", r.Metadata.EndTime)
			within := func(what string, ts health.Timestamp) {
				if at := instant(t, what, ts); at.Before(start) || !at.Before(end) || ts.Date() != d {
					t.Errorf("%s of %s, %q, is on another day", what, d, persona)
				}
			}
			var awake []time.Time
			for _, a := range p.Activities(d, false) {
				within("an activity", a.Metadata.StartTime)
				awake = append(awake, instant(t, "activity", a.Metadata.StartTime), instant(t, "activity", a.Metadata.EndTime))
			}
			if n, ok := p.Nutrition(d, true); ok {
				for _, m := range n.Meals {
					within("a meal", m.Timestamp)
					awake = append(awake, instant(t, "meal", m.Timestamp))
				}
				for _, g := range n.DrinkSamples {
					within("a drink", g.Timestamp)
				}
			}
			if b, ok := p.Body(d, true); ok {
				for _, m := range b.MeasurementsData.Measurements {
					within("a measurement", m.MeasurementTime)
				}
				for _, m := range b.BloodPressureData.BloodPressureSamples {
					within("a blood pressure", m.Timestamp)
				}
				for _, m := range b.TemperatureData.BodyTemperatureSamples {
					within("a temperature", m.Timestamp)
				}
			}
			for _, o := range p.Observations(d) {
				within("an observation", o.Metadata.StartTime)
			}
			for _, s := range p.Sleep(d, false) {
				from, to := instant(t, "sleep", s.Metadata.StartTime), instant(t, "sleep", s.Metadata.EndTime)
				for _, at := range awake {
					if at.After(from) && at.Before(to) {
						t.Errorf("on %s, %q, something happens asleep", d, persona)
					}
				}
			}
		}
	}
}

// TestFarDays asks for days long before and long after anything is known of the
// person's places.
func TestFarDays(t *testing.T) {
	t.Parallel()
	for i, d := range []health.Date{date(0, 1, 1), date(1, 2, 28), date(1582, 10, 10), date(1899, 12, 31), date(1970, 1, 1), date(2100, 3, 1), date(9998, 12, 31)} {
		p := person(t, 4, name(i), "GARMIN")
		r := record(p, d, true)
		checkDay(t, r)
		if r.Daily == nil || r.Daily.Metadata.StartTime.Date() != d {
			t.Errorf("%s has no day", d)
		}
	}
}
