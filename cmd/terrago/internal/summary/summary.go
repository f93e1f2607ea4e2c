// Package summary says in a few words and numbers what a health record holds,
// for lists and pages that people read.
package summary

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Record is any of the record types that have a summary.
type Record interface {
	health.Activity | health.Athlete | health.Body | health.Daily | health.Menstruation | health.Nutrition | health.Sleep
}

// Summary is what a line about a record says. The first fact is the one that
// matters most; a record without any number worth showing has no facts.
type Summary struct {
	Date  string // the day, as delivered; empty for an athlete
	Time  string // from and to on the person's own clock; empty for records of whole days
	Title string // "Running", "Nap"; empty where the type says it all
	Facts []Fact
}

// Fact is a value ready to be shown, unit included.
type Fact struct{ Name, Value string }

// Of summarises r. What a provider does not report is left out.
func Of[T Record](r T) Summary {
	switch r := any(r).(type) {
	case health.Activity:
		return ofActivity(r)
	case health.Athlete:
		return ofAthlete(r)
	case health.Body:
		return ofBody(r)
	case health.Daily:
		return ofDaily(r)
	case health.Menstruation:
		return ofMenstruation(r)
	case health.Nutrition:
		return ofNutrition(r)
	case health.Sleep:
		return ofSleep(r)
	}
	return Summary{}
}

// String is the title and the facts on one line.
func (s Summary) String() string {
	parts := make([]string, 0, len(s.Facts)+1)
	if s.Title != "" {
		parts = append(parts, s.Title)
	}
	for _, f := range s.Facts {
		parts = append(parts, f.Name+" "+f.Value)
	}
	return strings.Join(parts, ", ")
}

func ofActivity(r health.Activity) Summary {
	s := Summary{Date: day(r.Metadata.StartTime), Time: span(r.Metadata.StartTime, r.Metadata.EndTime)}
	if kind, ok := r.Metadata.Type.Get(); ok {
		s.Title = capital(fmt.Sprint(kind))
	}
	s.Title = r.Metadata.Name.Or(s.Title)
	s.add("duration", between(r.Metadata.StartTime, r.Metadata.EndTime), duration)
	s.add("distance", r.DistanceData.Summary.DistanceMeters, kilometres)
	s.add("heart rate", r.HeartRateData.Summary.AvgHRBPM, unit("bpm"))
	s.add("energy", r.CaloriesData.TotalBurnedCalories, unit("kcal"))
	s.add("steps", float(r.DistanceData.Summary.Steps), count)
	s.add("climbed", r.DistanceData.Summary.Elevation.GainActualMeters, unit("m"))
	s.add("power", r.PowerData.AvgWatts, unit("W"))
	return s
}

func ofAthlete(r health.Athlete) Summary {
	s := Summary{Title: strings.TrimSpace(r.FirstName.Or("") + " " + r.LastName.Or(""))}
	s.add("age", float(r.Age), unit("years"))
	s.text("sex", cmp.Or(r.Sex.Or(""), r.Gender.Or("")))
	s.text("from", strings.Trim(r.City.Or("")+", "+r.Country.Or(""), ", "))
	return s
}

func ofBody(r health.Body) Summary {
	s := Summary{Date: day(r.Metadata.StartTime)}
	m := r.MeasurementsData
	weight, fat, bmi := m.DayAvgWeightKg, m.DayAvgBodyfatPercentage, m.DayAvgBMI
	for _, sample := range m.Measurements { // in order of time: the last one stands
		weight = present(sample.WeightKg, weight)
		fat = present(sample.BodyfatPercentage, fat)
		bmi = present(sample.BMI, bmi)
	}
	s.add("weight", weight, decimal("kg"))
	s.add("body fat", fat, percent)
	s.add("BMI", bmi, decimal(""))
	s.add("resting pulse", r.HeartData.HeartRateData.Summary.RestingHRBPM, unit("bpm"))
	if systolic, ok := r.BloodPressureData.DayAvgSystolicBP.Get(); ok {
		if diastolic, ok := r.BloodPressureData.DayAvgDiastolicBP.Get(); ok {
			s.text("blood pressure", fmt.Sprintf("%.0f/%.0f mmHg", systolic, diastolic))
		}
	}
	s.add("oxygen", r.OxygenData.AvgSaturationPercentage, percent)
	s.add("glucose", r.GlucoseData.DayAvgBloodGlucoseMgPerDL, unit("mg/dL"))
	s.add("skin temperature", r.TemperatureData.DayAvgSkinTemperatureCelsius, decimal("°C"))
	return s
}

func ofDaily(r health.Daily) Summary {
	s := Summary{Date: day(r.Metadata.StartTime)}
	s.add("steps", float(r.DistanceData.Steps), count)
	s.add("distance", r.DistanceData.DistanceMeters, kilometres)
	s.add("energy", r.CaloriesData.TotalBurnedCalories, unit("kcal"))
	s.add("active", r.ActiveDurationsData.ActivitySeconds, duration)
	s.add("resting pulse", r.HeartRateData.Summary.RestingHRBPM, unit("bpm"))
	s.add("heart rate", r.HeartRateData.Summary.AvgHRBPM, unit("bpm"))
	s.add("stress", r.StressData.AvgStressLevel, count)
	s.add("floors", float(r.DistanceData.FloorsClimbed), count)
	return s
}

func ofMenstruation(r health.Menstruation) Summary {
	s := Summary{Date: day(r.Metadata.StartTime)}
	d := r.MenstruationData
	s.add("day of cycle", float(d.DayInCycle), count)
	if phase, ok := d.CurrentPhase.Get(); ok {
		s.text("phase", fmt.Sprint(phase))
	}
	s.add("cycle", float(d.CycleLengthDays), unit("days"))
	s.add("period", float(d.PeriodLengthDays), unit("days"))
	if began := d.PeriodStartDate.Date(); !began.IsZero() {
		s.text("period began", began.In(time.UTC).Format("2 Jan"))
	}
	return s
}

func ofNutrition(r health.Nutrition) Summary {
	s := Summary{Date: day(r.Metadata.StartTime)}
	m := r.Summary.Macros
	s.add("energy", m.Calories, unit("kcal"))
	s.add("protein", m.ProteinG, unit("g"))
	s.add("carbohydrates", m.CarbohydratesG, unit("g"))
	s.add("fat", m.FatG, unit("g"))
	s.add("water", r.Summary.WaterMl, unit("ml"))
	if n := len(r.Meals); n > 0 {
		s.text("meals", strconv.Itoa(n))
	}
	return s
}

func ofSleep(r health.Sleep) Summary {
	s := Summary{Date: day(r.Metadata.EndTime), Time: span(r.Metadata.StartTime, r.Metadata.EndTime)}
	if r.Metadata.IsNap.Or(false) {
		s.Title = "Nap"
	}
	asleep := r.SleepDurationsData.Asleep
	s.add("asleep", asleep.DurationAsleepStateSeconds, duration)
	s.add("deep", asleep.DurationDeepSleepStateSeconds, duration)
	s.add("light", asleep.DurationLightSleepStateSeconds, duration)
	s.add("REM", asleep.DurationREMSleepStateSeconds, duration)
	s.add("efficiency", efficiency(r.SleepDurationsData.SleepEfficiency), percent)
	s.add("heart rate", r.HeartRateData.Summary.AvgHRBPM, unit("bpm"))
	s.add("HRV", r.HeartRateData.Summary.AvgHRVRMSSD, unit("ms"))
	s.add("breaths", r.RespirationData.BreathsData.AvgBreathsPerMin, decimal("/min"))
	s.add("score", r.Scores.Sleep, count)
	return s
}

func (s *Summary) add(name string, v opt.Value[float64], format func(float64) string) {
	if f, ok := v.Get(); ok {
		s.text(name, format(f))
	}
}

func (s *Summary) text(name, value string) {
	if value != "" {
		s.Facts = append(s.Facts, Fact{name, value})
	}
}

// day is the date part as delivered: a record belongs to the day the person
// lived it, whatever the reader's zone.
func day(t health.Timestamp) string {
	if d := t.Date(); !d.IsZero() {
		return d.String()
	}
	return ""
}

// span is from and to as the person's own clock showed them.
func span(from, to health.Timestamp) string {
	a, b := wall(from), wall(to)
	if a.IsZero() || b.IsZero() || from.IsDateOnly() || to.IsDateOnly() {
		return ""
	}
	return a.Format("15:04") + "–" + b.Format("15:04")
}

func between(from, to health.Timestamp) opt.Value[float64] {
	a, b := from.In(time.UTC), to.In(time.UTC)
	if a.IsZero() || !b.After(a) {
		return opt.Value[float64]{}
	}
	return opt.Some(b.Sub(a).Seconds())
}

// wall is the moment in the zone it was delivered in.
func wall(t health.Timestamp) time.Time {
	if moment, ok := t.Time(); ok {
		return moment
	}
	return t.In(time.UTC)
}

func float(v opt.Value[int64]) opt.Value[float64] {
	n, ok := v.Get()
	if !ok {
		return opt.Value[float64]{}
	}
	return opt.Some(float64(n))
}

func present(a, b opt.Value[float64]) opt.Value[float64] {
	if _, ok := a.Get(); ok {
		return a
	}
	return b
}

// efficiency is 0 to 1 from some providers and 0 to 100 from others.
func efficiency(v opt.Value[float64]) opt.Value[float64] {
	if f, ok := v.Get(); ok && f <= 1 {
		return opt.Some(f * 100)
	}
	return v
}

// capital is s as a title begins.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Minute)
	h, m := int(d.Hours()), int(d.Minutes())%60
	if h == 0 {
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d h %02d min", h, m)
}

func kilometres(m float64) string { return fmt.Sprintf("%.1f km", m/1000) }
func percent(p float64) string    { return fmt.Sprintf("%.0f%%", p) }

// unit formats whole numbers of u.
func unit(u string) func(float64) string {
	return func(f float64) string { return count(f) + " " + u }
}

// decimal formats numbers of u with one decimal place.
func decimal(u string) func(float64) string {
	return func(f float64) string { return strings.TrimSpace(fmt.Sprintf("%.1f %s", f, u)) }
}

// count writes a whole number with its thousands apart.
func count(f float64) string {
	s := strconv.FormatFloat(f, 'f', 0, 64)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
