package synth_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	list := synth.Providers()
	if len(list) < 25 {
		t.Error("the catalogue is short")
	}
	if !slices.IsSortedFunc(list, func(a, b synth.Provider) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the catalogue is not in order of the names")
	}
	served := map[string]bool{}
	for _, p := range list {
		if p.Name != strings.ToUpper(p.Name) || p.Title == "" || p.Types == (synth.Types{}) {
			t.Errorf("%s is not fully described", p.Name)
		}
		for i, v := range reflect.ValueOf(p.Types).Fields() {
			if v.Bool() {
				served[i.Name] = true
			}
		}
		if got, ok := synth.Lookup(strings.ToLower(p.Name)); !ok || !reflect.DeepEqual(got, p) {
			t.Errorf("%s is not found by its name", p.Name)
		}
	}
	if len(served) != reflect.TypeFor[synth.Types]().NumField() {
		t.Error("some type is served by nobody")
	}
	list[0].Name = "MINE"
	if synth.Providers()[0].Name == "MINE" {
		t.Error("the catalogue is shared with its callers")
	}
	if _, ok := synth.Lookup("NOBODY"); ok {
		t.Error("an unknown provider is found")
	}
}

// TestProvidersServeTheirTypes has records of the types served, and of no others.
func TestProvidersServeTheirTypes(t *testing.T) {
	t.Parallel()
	for _, provider := range synth.Providers() {
		t.Run(provider.Name, func(t *testing.T) {
			t.Parallel()
			got := synth.Types{}
			for i := range 6 {
				p := person(t, 20, name(i), provider.Name)
				for d := range days(date(2026, 1, 1), 60) {
					r := record(p, d, false)
					got.Activity = got.Activity || len(r.Activities) > 0
					got.Athlete = got.Athlete || r.Athlete != nil
					got.Body = got.Body || r.Body != nil
					got.Daily = got.Daily || r.Daily != nil
					got.Menstruation = got.Menstruation || r.Menstruation != nil
					got.Nutrition = got.Nutrition || r.Nutrition != nil
					got.Sleep = got.Sleep || len(r.Sleep) > 0
					got.Hormone = got.Hormone || len(r.Hormones) > 0
					got.Observation = got.Observation || len(r.Observations) > 0
				}
				if got == provider.Types {
					return
				}
			}
			t.Error("the records are not of the types that the catalogue tells")
		})
	}
}

// TestEveryLeafIsThere finds no field left out: what a provider does not know is an
// explicit null.
func TestEveryLeafIsThere(t *testing.T) {
	t.Parallel()
	for i, provider := range synth.Providers() {
		p := person(t, 21, name(i), provider.Name)
		for d := range days(date(2026, 7, 1), 8) {
			leaves(reflect.ValueOf(record(p, d, false)), provider.Name, func(path string, leaf any) {
				if leaf.(interface{ IsZero() bool }).IsZero() {
					t.Errorf("%s is absent", path)
				}
			})
		}
	}
}

// TestProvidersLeaveNull tells, signal by signal, which fields are filled by the
// providers that have it, and null with the others.
func TestProvidersLeaveNull(t *testing.T) {
	t.Parallel()
	type null interface{ IsNull() bool }
	daily := func(get func(health.Daily) null) func(day) []null {
		return func(r day) []null {
			if r.Daily == nil {
				return nil
			}
			return []null{get(*r.Daily)}
		}
	}
	sleep := func(get func(health.Sleep) null) func(day) []null {
		return func(r day) (list []null) {
			for _, s := range r.Sleep {
				if !s.Metadata.IsNap.Or(false) {
					list = append(list, get(s))
				}
			}
			return list
		}
	}
	run := func(get func(health.Activity) null) func(day) []null {
		return func(r day) (list []null) {
			for _, a := range r.Activities {
				if a.Metadata.Type.Or(-1) == health.ActivityTypeRunning {
					list = append(list, get(a))
				}
			}
			return list
		}
	}
	tests := map[string]struct {
		signal synth.Signal
		fields func(day) []null
	}{
		"daily avg_hr_bpm":          {synth.HeartRate, daily(func(r health.Daily) null { return r.HeartRateData.Summary.AvgHRBPM })},
		"daily resting_hr_bpm":      {synth.RestingHeartRate, daily(func(r health.Daily) null { return r.HeartRateData.Summary.RestingHRBPM })},
		"daily user_max_hr_bpm":     {synth.HeartRateZones, daily(func(r health.Daily) null { return r.HeartRateData.Summary.UserMaxHRBPM })},
		"daily avg_hrv_sdnn":        {synth.SDNN, daily(func(r health.Daily) null { return r.HeartRateData.Summary.AvgHRVSDNN })},
		"daily steps":               {synth.Steps, daily(func(r health.Daily) null { return r.DistanceData.Steps })},
		"daily distance_meters":     {synth.Distance, daily(func(r health.Daily) null { return r.DistanceData.DistanceMeters })},
		"daily floors_climbed":      {synth.Floors, daily(func(r health.Daily) null { return r.DistanceData.FloorsClimbed })},
		"daily calories":            {synth.Energy, daily(func(r health.Daily) null { return r.CaloriesData.TotalBurnedCalories })},
		"daily MET":                 {synth.MET, daily(func(r health.Daily) null { return r.METData.AvgLevel })},
		"daily activity_seconds":    {synth.Durations, daily(func(r health.Daily) null { return r.ActiveDurationsData.ActivitySeconds })},
		"daily stress":              {synth.Stress, daily(func(r health.Daily) null { return r.StressData.AvgStressLevel })},
		"daily vo2max":              {synth.VO2Max, daily(func(r health.Daily) null { return r.OxygenData.VO2MaxMlPerMinPerKg })},
		"daily strain":              {synth.Strain, daily(func(r health.Daily) null { return r.StrainData.StrainLevel })},
		"daily scores":              {synth.Scores, daily(func(r health.Daily) null { return r.Scores.Activity })},
		"sleep avg_hr_bpm":          {synth.HeartRate, sleep(func(r health.Sleep) null { return r.HeartRateData.Summary.AvgHRBPM })},
		"sleep avg_hrv_rmssd":       {synth.RMSSD, sleep(func(r health.Sleep) null { return r.HeartRateData.Summary.AvgHRVRMSSD })},
		"sleep deep":                {synth.Stages, sleep(func(r health.Sleep) null { return r.SleepDurationsData.Asleep.DurationDeepSleepStateSeconds })},
		"sleep breaths":             {synth.Breathing, sleep(func(r health.Sleep) null { return r.RespirationData.BreathsData.AvgBreathsPerMin })},
		"sleep oxygen":              {synth.Oxygen, sleep(func(r health.Sleep) null { return r.RespirationData.OxygenSaturationData.AvgSaturationPercentage })},
		"sleep snoring":             {synth.Snoring, sleep(func(r health.Sleep) null { return r.RespirationData.SnoringData.NumSnoringEvents })},
		"sleep temperature":         {synth.SkinTemperature, sleep(func(r health.Sleep) null { return r.TemperatureData.Delta })},
		"sleep readiness":           {synth.Readiness, sleep(func(r health.Sleep) null { return r.ReadinessData.Readiness })},
		"sleep score":               {synth.Scores, sleep(func(r health.Sleep) null { return r.Scores.Sleep })},
		"activity avg_hr_bpm":       {synth.HeartRate, run(func(r health.Activity) null { return r.HeartRateData.Summary.AvgHRBPM })},
		"activity distance_meters":  {synth.Distance, run(func(r health.Activity) null { return r.DistanceData.Summary.DistanceMeters })},
		"activity steps":            {synth.Steps | synth.Distance, run(func(r health.Activity) null { return r.DistanceData.Summary.Steps })},
		"activity avg_speed":        {synth.Speed, run(func(r health.Activity) null { return r.MovementData.AvgSpeedMetersPerSecond })},
		"activity avg_cadence_rpm":  {synth.Cadence, run(func(r health.Activity) null { return r.MovementData.AvgCadenceRPM })},
		"activity summary_polyline": {synth.Route, run(func(r health.Activity) null { return r.PolylineMapData.SummaryPolyline })},
		"activity calories":         {synth.Energy, run(func(r health.Activity) null { return r.CaloriesData.TotalBurnedCalories })},
		"nutrition water_ml": {synth.Hydration, func(r day) []null {
			if r.Nutrition == nil {
				return nil
			}
			return []null{r.Nutrition.Summary.WaterMl}
		}},
		"nutrition micros": {synth.Micros, func(r day) []null {
			if r.Nutrition == nil {
				return nil
			}
			return []null{r.Nutrition.Summary.Micros.CalciumMg, r.Nutrition.Meals[0].Micros.CalciumMg}
		}},
		"body glucose": {synth.Glucose, func(r day) []null {
			if r.Body == nil {
				return nil
			}
			return []null{r.Body.GlucoseData.DayAvgBloodGlucoseMgPerDL}
		}},
	}
	seen := map[string]bool{}
	for i, provider := range synth.Providers() {
		// Some run, some do not: ask several.
		for j := range 4 {
			p := person(t, uint64(30+j), name(i), provider.Name)
			for d := range days(date(2026, 8, 3), 7) {
				r := record(p, d, false)
				for what, tt := range tests {
					for _, field := range tt.fields(r) {
						if field.IsNull() == provider.Has(tt.signal) {
							t.Errorf("%s of %s is null or not, against the catalogue", what, provider.Name)
						}
						seen[fmt.Sprint(what, field.IsNull())] = true
					}
				}
			}
		}
	}
	for what := range maps.Keys(tests) {
		if !seen[what+"false"] {
			t.Errorf("nobody fills %s", what)
		}
		if !seen[what+"true"] {
			t.Logf("nobody leaves %s null", what)
		}
	}
}

// TestSamplesOnlyWhereMeasured finds no samples of what a provider does not
// measure.
func TestSamplesOnlyWhereMeasured(t *testing.T) {
	t.Parallel()
	for i, provider := range synth.Providers() {
		p := person(t, 22, name(i), provider.Name)
		for d := range days(date(2026, 8, 3), 4) {
			r := record(p, d, true)
			check := func(what string, signal synth.Signal, n int) {
				if n > 0 && !provider.Has(signal) {
					t.Errorf("%s samples %s", provider.Name, what)
				}
			}
			if r.Daily != nil {
				check("heart rate by day", synth.HeartRateSamples, len(r.Daily.HeartRateData.Detailed.HRSamples))
				check("steps", synth.Steps, len(r.Daily.DistanceData.Detailed.StepSamples))
				check("distance", synth.Distance, len(r.Daily.DistanceData.Detailed.DistanceSamples))
				check("floors", synth.Floors, len(r.Daily.DistanceData.Detailed.FloorsClimbedSamples))
				check("stress", synth.Stress, len(r.Daily.StressData.Samples))
				check("body battery", synth.BodyBattery, len(r.Daily.StressData.BodyBatterySamples))
				check("MET", synth.MET, len(r.Daily.METData.METSamples))
				check("calories", synth.Energy, len(r.Daily.CaloriesData.CalorieSamples))
				check("tags", synth.Tags, len(r.Daily.TagData.Tags))
			}
			for _, s := range r.Sleep {
				check("heart rate by night", synth.HeartRateSamples, len(s.HeartRateData.Detailed.HRSamples))
				check("RMSSD", synth.RMSSD, len(s.HeartRateData.Detailed.HRVSamplesRMSSD))
				check("oxygen", synth.Oxygen, len(s.RespirationData.OxygenSaturationData.Samples))
				check("breaths", synth.Breathing, len(s.RespirationData.BreathsData.Samples))
				if len(s.SleepDurationsData.HypnogramSamples) < 3 {
					t.Errorf("%s tells no stages", provider.Name)
				}
			}
			for _, a := range r.Activities {
				check("positions", synth.Route, len(a.PositionData.PositionSamples))
				check("power", synth.Power, len(a.PowerData.PowerSamples))
				check("speed", synth.Speed, len(a.MovementData.SpeedSamples))
				check("laps", synth.Laps, len(a.LapData.Laps))
			}
		}
	}
}

// TestOneHumanTwoDevices gives two providers the same nights and heart beats under
// different ids.
func TestOneHumanTwoDevices(t *testing.T) {
	t.Parallel()
	a, b := person(t, 23, "both", "GARMIN"), person(t, 23, "both", "FITBIT")
	for d := range days(date(2026, 8, 3), 10) {
		x, y := a.Sleep(d, true)[0], b.Sleep(d, true)[0]
		if x.Metadata.StartTime != y.Metadata.StartTime || !reflect.DeepEqual(x.HeartRateData.Detailed.HRSamples, y.HeartRateData.Detailed.HRSamples) {
			t.Error("two devices on one wrist disagree")
		}
		if x.Metadata.SummaryID == y.Metadata.SummaryID {
			t.Error("two providers give the same id")
		}
	}
}

// TestIdsAreUnique among the records of one person.
func TestIdsAreUnique(t *testing.T) {
	t.Parallel()
	p := person(t, 24, "x", "GARMIN", synth.WithPersona(synth.Athlete))
	ids := map[string]bool{}
	count := 0
	for d := range days(date(2026, 1, 1), 120) {
		for _, s := range p.Sleep(d, false) {
			ids[s.Metadata.SummaryID.Or("")], count = true, count+1
		}
		for _, a := range p.Activities(d, false) {
			ids[a.Metadata.SummaryID.Or("")], count = true, count+1
		}
	}
	if len(ids) != count || ids[""] {
		t.Error("an id is given twice, or not at all")
	}
}
