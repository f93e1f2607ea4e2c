package synth_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

// TestSummariesAreOfTheirSamples takes a year of a few people and single days of
// many, of every provider, and adds the samples up.
func TestSummariesAreOfTheirSamples(t *testing.T) {
	t.Parallel()
	for i, provider := range []string{"GARMIN", "DEXCOM", "CRONOMETER"} {
		t.Run("year of "+provider, func(t *testing.T) {
			t.Parallel()
			p := person(t, uint64(i), "year", provider)
			for d := range days(date(2024, 1, 1), 366) {
				checkDay(t, record(p, d, true))
			}
		})
	}
	for _, provider := range synth.Providers() {
		t.Run(provider.Name, func(t *testing.T) {
			t.Parallel()
			for i := range 8 {
				p := person(t, uint64(i), name(i), provider.Name)
				for d := range days(date(1988+7*i, time.Month(1+i), 1+2*i), 2) {
					checkDay(t, record(p, d, true))
				}
			}
		})
	}
	t.Run("personas", func(t *testing.T) {
		t.Parallel()
		for i, persona := range synth.Personas() {
			p := person(t, 3, name(i), "GARMIN", synth.WithPersona(persona), synth.WithStart(date(2025, 2, 1)))
			for d := range days(date(2025, 1, 31), 16) {
				checkDay(t, record(p, d, true))
			}
		}
	})
}

func checkDay(t *testing.T, r day) {
	t.Helper()
	if r.Daily != nil {
		checkDaily(t, *r.Daily)
	}
	for _, s := range r.Sleep {
		checkSleep(t, s)
	}
	for _, a := range r.Activities {
		checkActivity(t, a)
	}
	if r.Body != nil {
		checkBody(t, *r.Body)
	}
	if r.Nutrition != nil {
		checkNutrition(t, *r.Nutrition)
	}
}

func checkDaily(t *testing.T, r health.Daily) {
	t.Helper()
	start, end := instant(t, "start_time", r.Metadata.StartTime), instant(t, "end_time", r.Metadata.EndTime)
	length := end.Sub(start)
	checkHeart(t, "daily", r.HeartRateData, length)

	if beats := r.HeartRateData.Detailed.HRSamples; beats != nil {
		if len(beats) != int(length/time.Minute) {
			t.Error("daily heart_rate_data has not a sample a minute")
		}
		for i := 0; i < len(beats); i += 12 { // all of them are looked at by TestDaysAreLocal
			if !instant(t, "hr timestamp", beats[i].Timestamp).Equal(start.Add(time.Duration(i) * time.Minute)) {
				t.Fatal("daily hr_samples leave the beat of one a minute")
			}
		}
		resting := math.Inf(1)
		sum := 0.0
		for i, s := range beats {
			if sum += s.BPM.Or(0); i >= 30 {
				sum -= beats[i-30].BPM.Or(0)
			}
			if i >= 29 {
				resting = min(resting, sum/30)
			}
		}
		if v, ok := r.HeartRateData.Summary.RestingHRBPM.Get(); ok {
			near(t, "daily resting_hr_bpm", v, resting, 0.5001)
		}
	}

	d := r.DistanceData
	if s := d.Detailed.StepSamples; s != nil {
		counts := make([]float64, len(s))
		for i := range s {
			counts[i] = s[i].Steps.Or(0)
		}
		if !slices.IsSorted(counts) {
			t.Error("daily step_samples count backwards")
		}
		near(t, "daily steps", float64(get(t, "steps", d.Steps)), counts[len(counts)-1], 0)
	}
	if s := d.Detailed.DistanceSamples; s != nil {
		near(t, "daily distance_meters", get(t, "distance_meters", d.DistanceMeters), s[len(s)-1].DistanceMeters.Or(0), 0)
	}
	if s := d.Detailed.FloorsClimbedSamples; s != nil {
		near(t, "daily floors_climbed", float64(get(t, "floors_climbed", d.FloorsClimbed)), s[len(s)-1].FloorsClimbed.Or(0), 0)
	} else if d.Detailed.StepSamples != nil {
		near(t, "daily floors_climbed", float64(d.FloorsClimbed.Or(0)), 0, 0)
	}

	if s := r.CaloriesData.CalorieSamples; s != nil {
		total := 0.0
		for _, c := range s {
			total += c.Calories.Or(0)
		}
		near(t, "daily total_burned_calories", get(t, "total", r.CaloriesData.TotalBurnedCalories), total, 0.051)
		if net := get(t, "net", r.CaloriesData.NetActivityCalories); net > 0 {
			near(t, "daily net_activity_calories", net, total-get(t, "BMR", r.CaloriesData.BMRCalories), 0.11)
		}
	}
	if s := r.METData.METSamples; s != nil {
		sum := 0.0
		for _, m := range s {
			sum += m.Level.Or(0)
		}
		near(t, "daily MET avg_level", get(t, "avg_level", r.METData.AvgLevel), sum/float64(len(s)), 0.00501)
		m := r.METData
		near(t, "daily MET minutes", m.NumInactiveMinutes.Or(0)+m.NumLowIntensityMinutes.Or(0)+m.NumModerateIntensityMinutes.Or(0)+m.NumHighIntensityMinutes.Or(0), length.Minutes(), 0)
	}

	a := r.ActiveDurationsData
	if s := a.ActivityLevelsSamples; s != nil {
		spent := map[health.ActivityLevel]float64{}
		for i := range s {
			to := end
			if i+1 < len(s) {
				to = instant(t, "level timestamp", s[i+1].Timestamp)
			}
			spent[s[i].ActivityLevel.Or(0)] += to.Sub(instant(t, "level timestamp", s[i].Timestamp)).Seconds()
		}
		near(t, "daily rest_seconds", a.RestSeconds.Or(0), spent[health.ActivityLevelRest], 0)
		near(t, "daily inactivity_seconds", a.InactivitySeconds.Or(0), spent[health.ActivityLevelInactive], 0)
		near(t, "daily low_intensity_seconds", a.LowIntensitySeconds.Or(0), spent[health.ActivityLevelLowIntensity], 0)
		near(t, "daily moderate_intensity_seconds", a.ModerateIntensitySeconds.Or(0), spent[health.ActivityLevelMediumIntensity], 0)
		near(t, "daily vigorous_intensity_seconds", a.VigorousIntensitySeconds.Or(0), spent[health.ActivityLevelHighIntensity], 0)
		near(t, "daily activity_seconds", a.ActivitySeconds.Or(0), a.LowIntensitySeconds.Or(0)+a.ModerateIntensitySeconds.Or(0)+a.VigorousIntensitySeconds.Or(0), 0)
		near(t, "daily durations", a.ActivitySeconds.Or(0)+a.RestSeconds.Or(0)+a.InactivitySeconds.Or(0), length.Seconds(), 0)
	}

	if s := r.StressData.Samples; s != nil {
		sum, top := 0.0, 0.0
		var bands [4]float64
		for _, x := range s {
			v := x.Level.Or(0)
			sum, top = sum+v, max(top, v)
			bands[min(int(math.Ceil(v/25))-1, 3)] += 180
		}
		d := r.StressData
		near(t, "avg_stress_level", get(t, "avg", d.AvgStressLevel), sum/float64(len(s)), 0.0501)
		near(t, "max_stress_level", d.MaxStressLevel.Or(0), top, 0)
		near(t, "rest_stress_duration_seconds", d.RestStressDurationSeconds.Or(0), bands[0], 0)
		near(t, "low_stress_duration_seconds", d.LowStressDurationSeconds.Or(0), bands[1], 0)
		near(t, "medium_stress_duration_seconds", d.MediumStressDurationSeconds.Or(0), bands[2], 0)
		near(t, "high_stress_duration_seconds", d.HighStressDurationSeconds.Or(0), bands[3], 0)
		near(t, "stress_duration_seconds", d.StressDurationSeconds.Or(0), bands[1]+bands[2]+bands[3], 0)
		near(t, "stress durations", bands[0]+bands[1]+bands[2]+bands[3]+d.ActivityStressDurationSeconds.Or(0), length.Seconds(), 0)
	}
	e := r.DataEnrichment
	checkShares(t, "stress_contributors", e.TotalStressScore.Or(0), e.StressContributors)
	checkShares(t, "immune_contributors", float64(e.ImmuneIndex.Or(0)), e.ImmuneContributors)
	checkShares(t, "resilience_contributors", float64(e.ResilienceScore.Or(0)), e.ResilienceContributors)
}

func checkShares(t *testing.T, what string, score float64, shares map[string]float64) {
	t.Helper()
	sum := 0.0
	for _, v := range shares {
		sum += v
	}
	near(t, what, sum, score, 0.005*float64(len(shares))+1e-9)
}

// checkHeart compares the summary with the samples, and the zones with the length.
func checkHeart(t *testing.T, of string, r health.HeartRateData, length time.Duration) {
	t.Helper()
	s := r.Summary
	if beats := r.Detailed.HRSamples; beats != nil {
		low, high, sum := math.Inf(1), 0.0, 0.0
		for _, b := range beats {
			v := get(t, of+" bpm", b.BPM)
			low, high, sum = min(low, v), max(high, v), sum+v
		}
		near(t, of+" avg_hr_bpm", get(t, "avg", s.AvgHRBPM), sum/float64(len(beats)), 0.0501)
		near(t, of+" min_hr_bpm", get(t, "min", s.MinHRBPM), low, 0)
		near(t, of+" max_hr_bpm", get(t, "max", s.MaxHRBPM), high, 0)
	}
	if zones := s.HRZoneData; zones != nil {
		sum := 0.0
		for _, z := range zones {
			sum += z.DurationSeconds.Or(0)
		}
		near(t, of+" hr_zone_data", sum, length.Seconds(), 0)
	}
	if list := r.Detailed.HRVSamplesRMSSD; list != nil {
		sum := 0.0
		for _, v := range list {
			sum += v.HRVRMSSD.Or(0)
		}
		near(t, of+" avg_hrv_rmssd", get(t, "rmssd", s.AvgHRVRMSSD), sum/float64(len(list)), 0.0501)
	}
	if list := r.Detailed.HRVSamplesSDNN; list != nil {
		sum := 0.0
		for _, v := range list {
			sum += v.HRVSDNN.Or(0)
		}
		near(t, of+" avg_hrv_sdnn", get(t, "sdnn", s.AvgHRVSDNN), sum/float64(len(list)), 0.0501)
	}
}

func checkSleep(t *testing.T, r health.Sleep) {
	t.Helper()
	start, end := instant(t, "start_time", r.Metadata.StartTime), instant(t, "end_time", r.Metadata.EndTime)
	inBed := end.Sub(start)
	checkHeart(t, "sleep", r.HeartRateData, inBed)

	d := r.SleepDurationsData
	near(t, "duration_in_bed_seconds", d.Other.DurationInBedSeconds.Or(0), inBed.Seconds(), 0)
	spent, times := map[health.SleepLevel]float64{}, map[health.SleepLevel]int64{}
	for i, s := range d.HypnogramSamples {
		from, to := instant(t, "hypnogram", s.Timestamp), end
		if i+1 < len(d.HypnogramSamples) {
			to = instant(t, "hypnogram", d.HypnogramSamples[i+1].Timestamp)
			if s.Level == d.HypnogramSamples[i+1].Level && s.Level.Or(0) != health.SleepLevelSleeping {
				t.Error("two hypnogram_samples in a row tell the same stage")
			}
		}
		if i == 0 && !from.Equal(start) {
			t.Error("hypnogram_samples do not begin with the night")
		}
		if !from.Before(to) {
			t.Error("hypnogram_samples are out of order")
		}
		spent[s.Level.Or(0)] += to.Sub(from).Seconds()
		times[s.Level.Or(0)]++
	}
	asleep := d.Asleep.DurationAsleepStateSeconds.Or(0)
	awake := d.Awake.DurationAwakeStateSeconds.Or(0)
	near(t, "asleep and awake", asleep+awake, inBed.Seconds(), 0)
	near(t, "sleep_efficiency", d.SleepEfficiency.Or(0), 100*asleep/inBed.Seconds(), 0.0501)
	near(t, "awake", awake, spent[health.SleepLevelAwake], 0)
	near(t, "interruptions", d.Awake.DurationShortInterruptionSeconds.Or(0)+d.Awake.DurationLongInterruptionSeconds.Or(0)+d.Awake.SleepLatencySeconds.Or(0)+d.Awake.WakeUpLatencySeconds.Or(0), awake, 0)
	if light, ok := d.Asleep.DurationLightSleepStateSeconds.Get(); ok {
		near(t, "light sleep", light, spent[health.SleepLevelLightSleep], 0)
		near(t, "deep sleep", d.Asleep.DurationDeepSleepStateSeconds.Or(0), spent[health.SleepLevelDeepSleep], 0)
		near(t, "REM sleep", d.Asleep.DurationREMSleepStateSeconds.Or(0), spent[health.SleepLevelREMSleep], 0)
		near(t, "num_REM_events", float64(d.Asleep.NumREMEvents.Or(0)), float64(times[health.SleepLevelREMSleep]), 0)
		near(t, "stages", light+d.Asleep.DurationDeepSleepStateSeconds.Or(0)+d.Asleep.DurationREMSleepStateSeconds.Or(0), asleep, 0)
	}

	if b := r.RespirationData.BreathsData; b.Samples != nil {
		low, high, sum := math.Inf(1), 0.0, 0.0
		for _, s := range b.Samples {
			v := s.BreathsPerMin.Or(0)
			low, high, sum = min(low, v), max(high, v), sum+v
		}
		near(t, "avg_breaths_per_min", b.AvgBreathsPerMin.Or(0), sum/float64(len(b.Samples)), 0.0501)
		near(t, "min_breaths_per_min", b.MinBreathsPerMin.Or(0), low, 0)
		near(t, "max_breaths_per_min", b.MaxBreathsPerMin.Or(0), high, 0)
	}
	if o := r.RespirationData.OxygenSaturationData; o.Samples != nil {
		sum := 0.0
		for _, s := range o.Samples {
			sum += s.Percentage.Or(0)
		}
		near(t, "avg_saturation_percentage", o.AvgSaturationPercentage.Or(0), sum/float64(len(o.Samples)), 0.0501)
	}
	if s := r.RespirationData.SnoringData; s.Samples != nil {
		sum := 0.0
		for _, x := range s.Samples {
			sum += x.DurationSeconds.Or(0)
		}
		near(t, "total_snoring_duration_seconds", s.TotalSnoringDurationSeconds.Or(0), sum, 0)
		near(t, "num_snoring_events", float64(s.NumSnoringEvents.Or(0)), float64(len(s.Samples)), 0)
	}
	checkShares(t, "sleep_contributors", r.DataEnrichment.SleepScore.Or(0), r.DataEnrichment.SleepContributors)
}

func checkActivity(t *testing.T, r health.Activity) {
	t.Helper()
	start, end := instant(t, "start_time", r.Metadata.StartTime), instant(t, "end_time", r.Metadata.EndTime)
	length := end.Sub(start)
	seconds := int(length.Seconds())
	checkHeart(t, "activity", r.HeartRateData, length)
	if beats := r.HeartRateData.Detailed.HRSamples; beats != nil {
		if len(beats) != seconds {
			t.Error("activity heart_rate_data has not a sample a second")
		}
		for i := 0; i < len(beats); i += 17 {
			if !instant(t, "hr timestamp", beats[i].Timestamp).Equal(start.Add(time.Duration(i) * time.Second)) {
				t.Fatal("activity hr_samples leave the beat of one a second")
			}
		}
	}

	d, m := r.DistanceData, r.MovementData
	if s := d.Detailed.DistanceSamples; s != nil {
		near(t, "activity distance_meters", get(t, "distance", d.Summary.DistanceMeters), s[seconds-1].DistanceMeters.Or(0), 0)
	}
	if s := d.Detailed.StepSamples; s != nil {
		near(t, "activity steps", float64(get(t, "steps", d.Summary.Steps)), s[len(s)-1].Steps.Or(0), 0)
	}
	if s := d.Detailed.ElevationSamples; s != nil {
		e := d.Summary.Elevation
		low, high, sum, up, down := math.Inf(1), math.Inf(-1), 0.0, 0.0, 0.0
		for i, x := range s {
			v := x.ElevMeters.Or(0)
			low, high, sum = min(low, v), max(high, v), sum+v
			if i > 0 {
				step := v - s[i-1].ElevMeters.Or(0)
				up, down = up+max(step, 0), down-min(step, 0)
			}
		}
		near(t, "elevation avg_meters", e.AvgMeters.Or(0), sum/float64(len(s)), 0.0501)
		near(t, "elevation min_meters", e.MinMeters.Or(0), low, 0)
		near(t, "elevation max_meters", e.MaxMeters.Or(0), high, 0)
		near(t, "elevation gain_actual_meters", e.GainActualMeters.Or(0), up, 1e-6)
		near(t, "elevation loss_actual_meters", e.LossActualMeters.Or(0), down, 1e-6)
	}
	if s := m.SpeedSamples; s != nil {
		sum, top := 0.0, 0.0
		for _, x := range s {
			v := x.SpeedMetersPerSecond.Or(0)
			sum, top = sum+v, max(top, v)
		}
		near(t, "avg_speed_meters_per_second", m.AvgSpeedMetersPerSecond.Or(0), sum/float64(seconds), 0.000501)
		near(t, "max_speed_meters_per_second", m.MaxSpeedMetersPerSecond.Or(0), top, 0)
		near(t, "avg_pace_minutes_per_kilometer", m.AvgPaceMinutesPerKilometer.Or(0), 1000/60/(sum/float64(seconds)), 0.02)
		if meters, ok := d.Summary.DistanceMeters.Get(); ok {
			near(t, "distance and speed", meters, sum, 0.011)
		}
	}
	if s := m.CadenceSamples; s != nil {
		sum, top := 0.0, 0.0
		for _, x := range s {
			v := x.CadenceRPM.Or(0)
			sum, top = sum+v, max(top, v)
		}
		near(t, "avg_cadence_rpm", m.AvgCadenceRPM.Or(0), sum/float64(seconds), 0.0501)
		near(t, "max_cadence_rpm", m.MaxCadenceRPM.Or(0), top, 0)
		if steps, ok := d.Summary.Steps.Get(); ok {
			near(t, "steps and cadence", float64(steps), sum/60, 1)
		}
	}
	if s := r.PowerData.PowerSamples; s != nil {
		sum, top := 0.0, 0.0
		for _, x := range s {
			v := x.Watts.Or(0)
			sum, top = sum+v, max(top, v)
		}
		near(t, "avg_watts", r.PowerData.AvgWatts.Or(0), sum/float64(seconds), 0.0501)
		near(t, "max_watts", r.PowerData.MaxWatts.Or(0), top, 0)
		near(t, "work_kilojoules", r.WorkData.WorkKilojoules.Or(0), sum/1000, 0.0501)
	}
	if s := r.CaloriesData.CalorieSamples; s != nil {
		sum := 0.0
		for _, x := range s {
			sum += x.Calories.Or(0)
		}
		near(t, "activity total_burned_calories", r.CaloriesData.TotalBurnedCalories.Or(0), sum, 0.051)
		near(t, "energy_kilojoules", r.EnergyData.EnergyKilojoules.Or(0), sum*4.184, 0.3)
	}
	if s := r.METData.METSamples; s != nil {
		sum := 0.0
		for _, x := range s {
			sum += x.Level.Or(0)
		}
		near(t, "activity MET avg_level", r.METData.AvgLevel.Or(0), sum/float64(len(s)), 0.00501)
	}
	a := r.ActiveDurationsData
	if v, ok := a.ActivitySeconds.Get(); ok {
		near(t, "activity durations", v+a.InactivitySeconds.Or(0), length.Seconds(), 0)
	}
	if laps := r.LapData.Laps; laps != nil {
		meters, lasted, at := 0.0, int64(0), start
		for _, l := range laps {
			if !instant(t, "lap start", l.StartTime).Equal(at) {
				t.Error("laps leave a gap")
			}
			at = instant(t, "lap end", l.EndTime)
			meters += l.DistanceMeters.Or(0)
			lasted += l.ActiveDurationSeconds.Or(0)
		}
		if !at.Equal(end) {
			t.Error("laps do not end with the activity")
		}
		near(t, "laps' seconds", float64(lasted), length.Seconds(), 0)
		near(t, "laps' distance", meters, d.Summary.DistanceMeters.Or(0), 0.011)
	}
	if s := r.PositionData.PositionSamples; s != nil {
		checkRoute(t, r)
	}
}

// checkRoute walks the positions: home, a way as long as the distance, home.
func checkRoute(t *testing.T, r health.Activity) {
	t.Helper()
	s := r.PositionData.PositionSamples
	walked := 0.0
	for i := range len(s) - 1 {
		walked += meters(s[i].CoordsLatLngDeg, s[i+1].CoordsLatLngDeg)
	}
	want := r.DistanceData.Summary.DistanceMeters.Or(0)
	near(t, "length of the route", walked, want, 0.02*want+5)
	home := r.PositionData.StartPosLatLngDeg
	if r.PositionData.EndPosLatLngDeg != home {
		t.Error("the route does not end where it began")
	}
	near(t, "first position", meters(home, s[0].CoordsLatLngDeg), 0, 20)
	near(t, "last position", meters(home, s[len(s)-1].CoordsLatLngDeg), 0, 20)
}

// meters between two positions (haversine).
func meters(a, b health.LatLng) float64 {
	const radius = 6371008.8
	rad := func(v float64) float64 { return v * math.Pi / 180 }
	lat1, lat2 := rad(a.Lat.Or(math.NaN())), rad(b.Lat.Or(math.NaN()))
	dLat, dLng := lat2-lat1, rad(b.Lng.Or(math.NaN())-a.Lng.Or(math.NaN()))
	h := math.Sin(dLat/2)*math.Sin(dLat/2) + math.Cos(lat1)*math.Cos(lat2)*math.Sin(dLng/2)*math.Sin(dLng/2)
	return 2 * radius * math.Asin(math.Sqrt(h))
}

func checkBody(t *testing.T, r health.Body) {
	t.Helper()
	if list := r.MeasurementsData.Measurements; list != nil {
		m := list[0]
		kg, meters := m.WeightKg.Or(0), m.HeightCm.Or(0)/100
		near(t, "BMI", m.BMI.Or(0), kg/meters/meters, 0.00501)
		near(t, "day_avg_weight_kg", r.MeasurementsData.DayAvgWeightKg.Or(0), kg, 0)
		if lean, ok := m.LeanMassG.Get(); ok {
			near(t, "lean_mass_g", lean, 1000*kg*(1-m.BodyfatPercentage.Or(0)/100), 0.6)
			near(t, "muscle and bone", m.MuscleMassG.Or(0)+m.BoneMassG.Or(0), lean, 1.1)
		}
	}
	if list := r.BloodPressureData.BloodPressureSamples; list != nil {
		high, low := 0.0, 0.0
		for _, s := range list {
			high, low = high+s.SystolicBP.Or(0), low+s.DiastolicBP.Or(0)
			if s.DiastolicBP.Or(0)+15 > s.SystolicBP.Or(0) {
				t.Error("diastolic_bp is too close to systolic_bp")
			}
		}
		near(t, "day_avg_systolic_bp", r.BloodPressureData.DayAvgSystolicBP.Or(0), high/float64(len(list)), 0.0501)
		near(t, "day_avg_diastolic_bp", r.BloodPressureData.DayAvgDiastolicBP.Or(0), low/float64(len(list)), 0.0501)
	}
	if list := r.GlucoseData.BloodGlucoseSamples; list != nil {
		sum, in := 0.0, 0.0
		for _, s := range list {
			v := s.BloodGlucoseMgPerDL.Or(0)
			sum += v
			switch flag := s.GlucoseLevelFlag.Or(-1); {
			case v < 70 && flag != health.GlucoseFlagLow, v > 180 && flag != health.GlucoseFlagHigh:
				t.Error("glucose_level_flag contradicts the level")
			case v >= 70 && v <= 180:
				in++
			}
		}
		g := r.GlucoseData
		near(t, "day_avg_blood_glucose_mg_per_dL", g.DayAvgBloodGlucoseMgPerDL.Or(0), sum/float64(len(list)), 0.0501)
		near(t, "time_in_range", g.TimeInRange.Or(0), 100*in/float64(len(list)), 0.0501)
		near(t, "sensor_usage", float64(g.SensorUsage.Or(0)), float64(len(list)), 0)
		if g.DayAvgBloodGlucoseMgPerDLAlias != g.DayAvgBloodGlucoseMgPerDL {
			t.Error("the two spellings of the average differ")
		}
	}
}

func checkNutrition(t *testing.T, r health.Nutrition) {
	t.Helper()
	var kcal, carb, protein, fat float64
	for _, m := range r.Meals {
		x := m.Macros
		near(t, "calories of a meal", x.Calories.Or(0), 4*x.CarbohydratesG.Or(0)+4*x.ProteinG.Or(0)+9*x.FatG.Or(0), 0.0501)
		kcal, carb = kcal+x.Calories.Or(0), carb+x.CarbohydratesG.Or(0)
		protein, fat = protein+x.ProteinG.Or(0), fat+x.FatG.Or(0)
		if _, ok := m.Quantity.Amount.Get(); !ok {
			t.Error("a meal has no quantity")
		}
		if at := instant(t, "meal", m.Timestamp); at.Before(instant(t, "start", r.Metadata.StartTime)) || !at.Before(instant(t, "end", r.Metadata.EndTime)) {
			t.Error("a meal is outside the day")
		}
	}
	s := r.Summary.Macros
	near(t, "calories of the day", s.Calories.Or(0), kcal, 0.051)
	near(t, "carbohydrates of the day", s.CarbohydratesG.Or(0), carb, 0.051)
	near(t, "protein of the day", s.ProteinG.Or(0), protein, 0.051)
	near(t, "fat of the day", s.FatG.Or(0), fat, 0.051)
	if r.DrinkSamples != nil {
		water, all := 0.0, 0.0
		for _, d := range r.DrinkSamples {
			all += d.DrinkVolume.Or(0)
			if d.DrinkName.Or("") == "Water" {
				water += d.DrinkVolume.Or(0)
			}
		}
		near(t, "water_ml", r.Summary.WaterMl.Or(0), water, 0)
		near(t, "drink_ml", r.Summary.DrinkMl.Or(0), all, 0)
	}
}

// TestNightsAreInTheDays finds every minute of a night in the records of the days
// it lies in, with the same heart rate.
func TestNightsAreInTheDays(t *testing.T) {
	t.Parallel()
	for i, persona := range synth.Personas() {
		t.Run(fmt.Sprintf("%q", persona), func(t *testing.T) {
			t.Parallel()
			p := person(t, 11, name(i), "WITHINGS", synth.WithPersona(persona), synth.WithStart(date(2026, 3, 1)))
			beats := map[time.Time]float64{}
			first := date(2026, 3, 24)
			for d := range days(first, 16) {
				r, _ := p.Daily(d, true)
				for _, s := range r.HeartRateData.Detailed.HRSamples {
					at := instant(t, "hr timestamp", s.Timestamp).UTC()
					if _, ok := beats[at]; ok {
						t.Fatal("a minute belongs to two days")
					}
					beats[at] = s.BPM.Or(0)
				}
			}
			for d := range days(first.AddDays(1), 15) {
				for _, night := range p.Sleep(d, true) {
					for _, s := range night.HeartRateData.Detailed.HRSamples {
						bpm, ok := beats[instant(t, "hr timestamp", s.Timestamp).UTC()]
						if !ok {
							t.Fatalf("a minute of the night to %s is in no day", d)
						}
						near(t, "a minute of the night to "+d.String(), s.BPM.Or(0), bpm, 0)
					}
				}
			}
		})
	}
}

// TestWorkoutsAreInTheDay finds a workout in the heart rate, steps, energy and
// active time of its day.
func TestWorkoutsAreInTheDay(t *testing.T) {
	t.Parallel()
	found := map[health.ActivityType]int{}
	for i := range 30 {
		p := person(t, 5, name(i), "GARMIN")
		for d := range days(date(2026, 5, 4), 7) {
			day, _ := p.Daily(d, true)
			start := instant(t, "start", day.Metadata.StartTime)
			steps, active, burned := 0.0, 0.0, 0.0
			for _, a := range p.Activities(d, true) {
				found[a.Metadata.Type.Or(-1)]++
				from, to := instant(t, "start", a.Metadata.StartTime), instant(t, "end", a.Metadata.EndTime)
				if from.Before(start) || to.After(instant(t, "end", day.Metadata.EndTime)) {
					t.Fatal("a workout reaches beyond its day")
				}
				beats := a.HeartRateData.Detailed.HRSamples
				for i, s := range day.HeartRateData.Detailed.HRSamples {
					at := start.Add(time.Duration(i) * time.Minute)
					if at.Before(from) || at.Add(time.Minute).After(to) {
						continue
					}
					offset := int(at.Sub(from).Seconds())
					sum := 0.0
					for _, b := range beats[offset : offset+60] {
						sum += b.BPM.Or(0)
					}
					near(t, "a minute of a workout", s.BPM.Or(0), sum/60, 0.5001)
					if s.Context.Or(-1) != health.HeartRateContextActive {
						t.Error("a minute of a workout has no active context")
					}
				}
				if n, ok := a.DistanceData.Summary.Steps.Get(); ok {
					counted := stepsBetween(t, day, from.Truncate(time.Minute), to)
					near(t, "steps of a workout", counted, float64(n), 0)
				}
				steps += float64(a.DistanceData.Summary.Steps.Or(0))
				active += a.ActiveDurationsData.ActivitySeconds.Or(0)
				burned += a.CaloriesData.NetActivityCalories.Or(0)
			}
			if got := float64(day.DistanceData.Steps.Or(0)); got < steps {
				t.Error("the day has fewer steps than its workouts")
			}
			if got := day.ActiveDurationsData.ActivitySeconds.Or(0); got < active-120 {
				t.Error("the day has less active time than its workouts")
			}
			if got := day.CaloriesData.NetActivityCalories.Or(0); got < 0.8*burned {
				t.Error("the day burned less than its workouts")
			}
		}
	}
	for _, kind := range []health.ActivityType{
		health.ActivityTypeRunning, health.ActivityTypeBiking, health.ActivityTypeWalking,
		health.ActivityTypeSwimmingInPool, health.ActivityTypeStrengthTraining, health.ActivityTypeYoga,
	} {
		if found[kind] == 0 {
			t.Errorf("nobody does activity type %d", kind)
		}
	}
}

// stepsBetween counts the steps that the samples of the minutes from and to
// added.
func stepsBetween(t *testing.T, r health.Daily, from, to time.Time) float64 {
	t.Helper()
	before, after := 0.0, 0.0
	for _, s := range r.DistanceData.Detailed.StepSamples {
		at := instant(t, "steps", s.Timestamp)
		if at.Before(from) {
			before = s.Steps.Or(0)
		}
		if at.Before(to) {
			after = s.Steps.Or(0)
		}
	}
	return after - before
}

// TestWithoutSamples compares what is left when the samples are taken away with
// what comes without them.
func TestWithoutSamples(t *testing.T) {
	t.Parallel()
	for i, provider := range synth.Providers() {
		p := person(t, 9, name(i), provider.Name)
		for d := range days(date(2026, 6, 6), 1) {
			full, bare := tree(t, record(p, d, true)), tree(t, record(p, d, false))
			within(t, provider.Name, bare, full)
		}
	}
}

// within tells whether all of a is in b, which may have arrays besides.
func within(t *testing.T, path string, a, b any) {
	t.Helper()
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			t.Errorf("%s changes its kind with the samples", path)
			return
		}
		for k, v := range a {
			within(t, path+"."+k, v, b[k])
		}
		for k, v := range b {
			if _, ok := a[k]; !ok {
				if !onlySamples(v) {
					t.Errorf("%s.%s comes only with samples, and is none", path, k)
				}
			}
		}
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			t.Errorf("%s changes with the samples", path)
			return
		}
		for i := range a {
			within(t, path+"[]", a[i], b[i])
		}
	default:
		if a != b {
			t.Errorf("%s changes with the samples", path)
		}
	}
}

// onlySamples is true of an array, and of an object that holds nothing else.
func onlySamples(v any) bool {
	object, ok := v.(map[string]any)
	if !ok {
		_, array := v.([]any)
		return array
	}
	for _, v := range object {
		if !onlySamples(v) {
			return false
		}
	}
	return true
}
