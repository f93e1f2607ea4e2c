package health_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
	"github.com/terra-go/terra/opt"
)

// documents are what providers send, oddities included, and what is to come of
// it.
var documents = []struct {
	name, text string
	want       any // a pointer to the record
}{
	{
		name: "watch: run with samples",
		text: `{
			"metadata": {"name": "Morning \"easy\" run \u00e9", "summary_id": "a-1", "type": 8.0, "upload_type": 1,
				"start_time": "2026-07-01T07:04:11.000000+01:00", "end_time": "2026-07-01T07:52:48.000000+01:00",
				"timestamp_localization": 1.0, "city": null, "state": null, "weather": {"degrees": [1, 2]}},
			"device_data": {"name": "Watch 9", "data_provided": ["STEPS", "HEART_RATE", "SWEAT"], "sensor_state": "ok",
				"other_devices": [{"name": "Strap", "last_upload_date": "2026-07-01T08:00:00Z"}]},
			"distance_data": {
				"summary": {"distance_meters": 8437.5, "steps": 7902.0, "floors_climbed": 0, "swimming": null, "elevation": {"gain_actual_meters": 1.2e2}},
				"detailed": {"step_samples": [{"timestamp": "2026-07-01T07:05:11", "steps": 160, "timer_duration_seconds": null}, {}],
					"distance_samples": [], "elevation_samples": null}},
			"heart_rate_data": {"summary": {"avg_hr_bpm": 148.2, "max_hr_bpm": 181, "hr_zone_data": [{"zone": 2.0, "name": "Aerobic"}]},
				"detailed": {"hr_samples": [
					{"timestamp": "2026-07-01 07:05:11.5+01:00", "bpm": 131, "context": 1},
					{"timestamp": 1782885971, "bpm": 132.5, "context": 9},
					{"timestamp": 1782885971007, "bpm": null},
					{"timestamp": null, "bpm": -0.0}]}},
			"position_data": {"start_pos_lat_lng_deg": [51.5, -0.12], "center_pos_lat_lng_deg": [null, null], "end_pos_lat_lng_deg": null,
				"position_samples": [{"coords_lat_lng_deg": [51.5, null]}, {"coords_lat_lng_deg": []}]},
			"MET_data": null, "lap_data": {"laps": [{"stroke_type": "FREESTYLE", "trigger_method": "DISTANCE"}]},
			"data_enrichment": {"strain_score": 14.5, "strain_contributors": {"duration": 0.5, "hr.max": 0.25}, "trimp_contributors": {}, "rcrs_score": null},
			"cheat_detection": 0
		}`,
		want: &health.Activity{
			Metadata: health.ActivityMetadata{
				Name: opt.Some(`Morning "easy" run é`), SummaryID: opt.Some("a-1"),
				Type: opt.Some(health.ActivityTypeRunning), UploadType: opt.Some(health.UploadTypeAutomatic),
				StartTime: timestamp("2026-07-01T07:04:11.000000+01:00"), EndTime: timestamp("2026-07-01T07:52:48.000000+01:00"),
				TimestampLocalization: opt.Some(health.TimestampLocalizationLocal), City: opt.Null[string](), State: opt.Null[string](),
			},
			DeviceData: health.DeviceData{
				Name:         opt.Some("Watch 9"),
				DataProvided: []health.DeviceDataType{health.DeviceDataTypeSteps, health.DeviceDataTypeHeartRate, "SWEAT"},
				OtherDevices: []health.OtherDeviceData{{Name: opt.Some("Strap"), LastUploadDate: timestamp("2026-07-01T08:00:00Z")}},
			},
			DistanceData: health.DistanceData{
				Summary: health.DistanceDataSummary{
					DistanceMeters: opt.Some(8437.5), Steps: opt.Some[int64](7902), FloorsClimbed: opt.Some[int64](0),
					Elevation: health.ElevationData{GainActualMeters: opt.Some(120.0)},
				},
				Detailed: health.DistanceDataDetailed{
					StepSamples: []health.StepSample{
						{Timestamp: timestamp("2026-07-01T07:05:11"), Steps: opt.Some(160.0), TimerDurationSeconds: opt.Null[float64]()},
						{},
					},
					DistanceSamples: []health.DistanceSample{},
				},
			},
			HeartRateData: health.HeartRateData{
				Summary: health.HeartRateDataSummary{
					AvgHRBPM: opt.Some(148.2), MaxHRBPM: opt.Some(181.0),
					HRZoneData: []health.HeartRateZoneData{{Zone: opt.Some(health.HeartRateZone2), Name: opt.Some("Aerobic")}},
				},
				Detailed: health.HeartRateDataDetailed{HRSamples: []health.HeartRateDataSample{
					{Timestamp: timestamp("2026-07-01 07:05:11.5+01:00"), BPM: opt.Some(131.0), Context: opt.Some(health.HeartRateContextActive)},
					{Timestamp: unixTimestamp("1782885971"), BPM: opt.Some(132.5), Context: opt.Some(health.HeartRateContext(9))},
					{Timestamp: unixTimestamp("1782885971007"), BPM: opt.Null[float64]()},
					{Timestamp: health.NullTimestamp(), BPM: opt.Some(0.0)},
				}},
			},
			PositionData: health.PositionData{
				StartPosLatLngDeg:  health.LatLng{Lat: opt.Some(51.5), Lng: opt.Some(-0.12)},
				CenterPosLatLngDeg: health.LatLng{Lat: opt.Null[float64](), Lng: opt.Null[float64]()},
				PositionSamples: []health.PositionSample{
					{CoordsLatLngDeg: health.LatLng{Lat: opt.Some(51.5), Lng: opt.Null[float64]()}},
					{},
				},
			},
			LapData: health.LapData{Laps: []health.LapSample{{StrokeType: opt.Some("FREESTYLE"), TriggerMethod: opt.Some("DISTANCE")}}},
			DataEnrichment: health.DataEnrichment{
				StrainScore: opt.Some(14.5), StrainContributors: map[string]float64{"duration": 0.5, "hr.max": 0.25},
				TRIMPContributors: map[string]float64{}, RCRSScore: opt.Null[float64](),
			},
			CheatDetection: opt.Some(0.0),
		},
	},
	{
		name: "ride in a car: type 0 is an activity",
		text: `{"metadata": {"summary_id": "a-2", "type": 0, "upload_type": 42, "start_time": "2026-07-01T07:04:11.000000", "end_time": "2026-07-01T07:05"}}`,
		want: &health.Activity{Metadata: health.ActivityMetadata{
			SummaryID: opt.Some("a-2"), Type: opt.Some(health.ActivityTypeInVehicle), UploadType: opt.Some(health.UploadType(42)),
			StartTime: timestamp("2026-07-01T07:04:11.000000"), EndTime: timestamp("2026-07-01T07:05"),
		}},
	},
	{
		name: "ring: night without an id, in local time",
		text: `{
			"metadata": {"summary_id": null, "is_nap": false, "upload_type": 2, "timestamp_localization": 1,
				"start_time": "2026-06-30T23:12:00.000000", "end_time": "2026-07-01T07:02:00.000000"},
			"sleep_durations_data": {
				"asleep": {"duration_asleep_state_seconds": null, "duration_deep_sleep_state_seconds": 5400, "duration_REM_sleep_state_seconds": 5100.0, "num_REM_events": 4.0},
				"awake": {"duration_awake_state_seconds": 1500},
				"hypnogram_samples": [{"timestamp": "2026-06-30T23:12:00", "level": 1}, {"timestamp": "2026-06-30T23:30:00", "level": 6.0}, {"level": 17}],
				"other": null, "sleep_efficiency": 91.5},
			"temperature_data": {"delta": -0.3}, "readiness_data": null, "scores": {"sleep": 81},
			"data_enrichment": {"sleep_score": 80, "sleep_contributors": null}
		}`,
		want: &health.Sleep{
			Metadata: health.SleepMetadata{
				SummaryID: opt.Null[string](), IsNap: opt.Some(false), UploadType: opt.Some(health.SleepUploadTypeAutomatic),
				TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
				StartTime:             timestamp("2026-06-30T23:12:00.000000"), EndTime: timestamp("2026-07-01T07:02:00.000000"),
			},
			SleepDurationsData: health.SleepDurationsData{
				Asleep: health.AsleepDurations{
					DurationAsleepStateSeconds: opt.Null[float64](), DurationDeepSleepStateSeconds: opt.Some(5400.0),
					DurationREMSleepStateSeconds: opt.Some(5100.0), NumREMEvents: opt.Some[int64](4),
				},
				Awake: health.AwakeDurations{DurationAwakeStateSeconds: opt.Some(1500.0)},
				HypnogramSamples: []health.SleepHypnogramSample{
					{Timestamp: timestamp("2026-06-30T23:12:00"), Level: opt.Some(health.SleepLevelAwake)},
					{Timestamp: timestamp("2026-06-30T23:30:00"), Level: opt.Some(health.SleepLevelREMSleep)},
					{Level: opt.Some(health.SleepLevel(17))},
				},
				SleepEfficiency: opt.Some(91.5),
			},
			TemperatureData: health.SleepTemperatureData{Delta: opt.Some(-0.3)},
			Scores:          health.SleepScores{Sleep: opt.Some(81.0)},
			DataEnrichment:  health.SleepDataEnrichment{SleepScore: opt.Some(80.0)},
		},
	},
	{
		name: "phone: day with mixed-case names",
		text: `{"metadata": {"start_time": "2026-03-29T00:00:00.000000+00:00", "end_time": "2026-03-30T00:00:00.000000+01:00", "upload_type": 0},
			"distance_data": {"steps": 11894, "distance_meters": 9412.7}, "calories_data": {"total_burned_calories": 2450.8, "BMR_calories": 1650},
			"active_durations_data": {"activity_seconds": 5340, "activity_levels_samples": [{"activity_level": 5.0}]},
			"MET_data": {"avg_level": 1.6, "MET_samples": [{"timestamp": "2026-03-29T12:00:00-00:00", "level": 3}]},
			"stress_data": {"stress_rating": 3, "avg_stress_level": -1}, "tag_data": {"tags": [{"tag_name": "alcohol", "notes": ""}]}}`,
		want: &health.Daily{
			Metadata: health.DailyMetadata{
				StartTime: timestamp("2026-03-29T00:00:00.000000+00:00"), EndTime: timestamp("2026-03-30T00:00:00.000000+01:00"),
				UploadType: opt.Some(health.UploadTypeUnknown),
			},
			DistanceData: health.DailyDistanceData{Steps: opt.Some[int64](11894), DistanceMeters: opt.Some(9412.7)},
			CaloriesData: health.CaloriesData{TotalBurnedCalories: opt.Some(2450.8), BMRCalories: opt.Some(1650.0)},
			ActiveDurationsData: health.ActiveDurationsData{
				ActivitySeconds:       opt.Some(5340.0),
				ActivityLevelsSamples: []health.ActivityLevelSample{{ActivityLevel: opt.Some(health.ActivityLevelHighIntensity)}},
			},
			METData: health.METData{
				AvgLevel:   opt.Some(1.6),
				METSamples: []health.METSample{{Timestamp: timestamp("2026-03-29T12:00:00-00:00"), Level: opt.Some(3.0)}},
			},
			StressData: health.StressData{StressRating: opt.Some(health.StressLevelMedium), AvgStressLevel: opt.Some(-1.0)},
			TagData:    health.TagData{Tags: []health.TagEntry{{TagName: opt.Some("alcohol"), Notes: opt.Some("")}}},
		},
	},
	{
		name: "scale and monitor: two names that differ by case",
		text: `{"metadata": {"start_time": "2026-07-01T00:00:00+0100", "end_time": "2026-07-02T00:00:00+01"},
			"measurements_data": {"measurements": [{"measurement_time": "2026-07-01T07:55:02.000000+01:00", "weight_kg": 72.4, "BMI": 22.6, "BMR": 1650, "RMR": null}]},
			"glucose_data": {"day_avg_blood_glucose_mg_per_dL": 98.5, "day_avg_blood_glucose_mg_per_dl": 97.5,
				"blood_glucose_samples": [{"blood_glucose_mg_per_dL": 101, "glucose_level_flag": 0, "trend_arrow": 3.0}]},
			"heart_data": {"ecg_signal": [{"raw_signal": [{"potential_uV": -12.5}], "afib_classification": 2}]}}`,
		want: &health.Body{
			Metadata: health.BodyMetadata{StartTime: timestamp("2026-07-01T00:00:00+0100"), EndTime: timestamp("2026-07-02T00:00:00+01")},
			MeasurementsData: health.MeasurementsData{Measurements: []health.MeasurementDataSample{{
				MeasurementTime: timestamp("2026-07-01T07:55:02.000000+01:00"), WeightKg: opt.Some(72.4),
				BMI: opt.Some(22.6), BMR: opt.Some(1650.0), RMR: opt.Null[float64](),
			}}},
			GlucoseData: health.GlucoseData{
				DayAvgBloodGlucoseMgPerDL: opt.Some(98.5), DayAvgBloodGlucoseMgPerDLAlias: opt.Some(97.5),
				BloodGlucoseSamples: []health.GlucoseDataSample{{
					BloodGlucoseMgPerDL: opt.Some(101.0),
					GlucoseLevelFlag:    opt.Some(health.GlucoseFlagNormal), TrendArrow: opt.Some(health.TrendArrowFlat),
				}},
			},
			HeartData: health.HeartData{ECGSignal: []health.ECGReading{{
				RawSignal:          []health.RawECGSample{{PotentialUV: opt.Some(-12.5)}},
				AFibClassification: opt.Some(health.AFibFlagInconclusive),
			}}},
		},
	},
	{
		name: "app: cycle with dates alone",
		text: `{"metadata": {"start_time": "2026-07-01T00:00:00.000000Z", "end_time": null},
			"menstruation_data": {"period_start_date": "2026-06-28", "day_in_cycle": 4.0, "current_phase": 1, "is_predicted_cycle": false,
				"menstruation_flow": [{"timestamp": "2026-06-28", "flow": 5}]}}`,
		want: &health.Menstruation{
			Metadata: health.MenstruationMetadata{StartTime: timestamp("2026-07-01T00:00:00.000000Z"), EndTime: health.NullTimestamp()},
			MenstruationData: health.MenstruationData{
				PeriodStartDate: timestamp("2026-06-28"), DayInCycle: opt.Some[int64](4),
				CurrentPhase: opt.Some(health.MenstruationIntervalPeriod), IsPredictedCycle: opt.Some(false),
				MenstruationFlow: []health.MenstruationFlowSample{{Timestamp: timestamp("2026-06-28"), Flow: opt.Some(health.MenstruationFlowHad)}},
			},
		},
	},
	{
		name: "app: meals",
		text: `{"metadata": {"start_time": "2026-07-01T00:00:00+01:00"}, "summary": {"macros": {"calories": 2105, "protein_g": 128.4}, "water_ml": 2300},
			"meals": [{"name": "Eggs", "type": 1, "id": "m1", "quantity": {"unit": 6.0, "amount": 2}, "micros": {"vitamin_B12_mg": 0.001}, "macros": null}],
			"drink_samples": [{"drink_unit": 8, "drink_volume": 250.0}]}`,
		want: &health.Nutrition{
			Metadata: health.NutritionMetadata{StartTime: timestamp("2026-07-01T00:00:00+01:00")},
			Summary: health.NutritionSummary{
				Macros: health.NutritionMacros{Calories: opt.Some(2105.0), ProteinG: opt.Some(128.4)}, WaterMl: opt.Some(2300.0),
			},
			Meals: []health.Meal{{
				Name: opt.Some("Eggs"), Type: opt.Some(health.MealTypeBreakfast), ID: opt.Some("m1"),
				Quantity: health.NutritionQuantity{Unit: opt.Some(health.NutritionUnitsLargeEgg), Amount: opt.Some(2.0)},
				Micros:   health.NutritionMicros{VitaminB12Mg: opt.Some(0.001)},
			}},
			DrinkSamples: []health.DrinkSample{{DrinkUnit: opt.Some(health.NutritionUnitsMilliliter), DrinkVolume: opt.Some(250.0)}},
		},
	},
	{
		name: "profile",
		text: `{"first_name": "Jo", "age": 35.0, "sex": null, "date_of_birth": "1991-04-12", "devices": [{}], "joined_provider": "2020-01-01"}`,
		want: &health.Athlete{
			FirstName: opt.Some("Jo"), Age: opt.Some[int64](35), Sex: opt.Null[string](), DateOfBirth: timestamp("1991-04-12"),
		},
	},
	{
		name: "connection",
		text: `{"user_id": "u-1", "provider": "GARMIN", "created_at": "2024-01-15T09:30:00Z", "last_webhook_update": null,
			"scopes": "activity,sleep", "reference_id": null, "active": true, "last_polled_at": "2024-01-20T11:00:00Z"}`,
		want: &health.User{
			UserID: "u-1", Provider: "GARMIN", CreatedAt: timestamp("2024-01-15T09:30:00Z"), LastWebhookUpdate: health.NullTimestamp(),
			Scopes: opt.Some("activity,sleep"), ReferenceID: opt.Null[string](), Active: opt.Some(true),
		},
	},
	{
		name: "hormones",
		text: `{"timestamp": "2026-04-22T11:00:00Z", "lh_mIU_per_ml": 5, "e3g_ng_per_ml": null}`,
		want: &health.HormoneSample{
			Timestamp: timestamp("2026-04-22T11:00:00Z"), LHMIUPerMl: opt.Some(5.0), E3GNgPerMl: opt.Null[float64](),
		},
	},
}

func timestamp(s string) health.Timestamp {
	ts, err := health.ParseTimestamp(s)
	if err != nil {
		panic(err)
	}
	return ts
}

func unixTimestamp(s string) health.Timestamp {
	var ts health.Timestamp
	if err := ts.UnmarshalJSON([]byte(s)); err != nil {
		panic(err)
	}
	return ts
}

func TestDecodeDocuments(t *testing.T) {
	t.Parallel()
	for _, tt := range documents {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := reflect.ValueOf(tt.want)
			got := reflect.New(want.Type().Elem())
			if err := json.Unmarshal([]byte(tt.text), got.Interface()); err != nil {
				t.Fatal(err)
			}
			for _, path := range oracle.Differences(want.Elem(), got.Elem(), want.Type().Elem().Name()) {
				t.Errorf("%s is not what was sent", path)
			}
			text, err := json.Marshal(got.Interface())
			if err != nil {
				t.Fatal(err)
			}
			again := reflect.New(want.Type().Elem())
			if err := json.Unmarshal(text, again.Interface()); err != nil {
				t.Fatal(err)
			}
			for _, path := range oracle.Differences(got.Elem(), again.Elem(), want.Type().Elem().Name()) {
				t.Errorf("%s is changed by a round trip", path)
			}
		})
	}
}

// TestErrorsKeepValuesPrivate plants a marker in values that do not fit, and in
// text that is no JSON.
func TestErrorsKeepValuesPrivate(t *testing.T) {
	t.Parallel()
	const marker = "5550123"
	tests := []struct {
		name, text string
		path       string // "" for a syntax error
	}{
		{"text for a number", `{"cheat_detection":"` + marker + `x"}`, "$.cheat_detection"},
		{"number for a text", `{"metadata":{"name":` + marker + `}}`, "$.metadata.name"},
		{"number out of range", `{"metadata":{"type":` + marker + marker + `}}`, "$.metadata.type"},
		{"number without end", `{"metadata":{"type":1e` + marker + `}}`, "$.metadata.type"},
		{"timestamp", `{"metadata":{"start_time":"` + marker + `"}}`, "$.metadata.start_time"},
		{"timestamp of another type", `{"metadata":{"start_time":{"` + marker + `":1}}}`, "$.metadata.start_time"},
		{"position", `{"position_data":{"start_pos_lat_lng_deg":"` + marker + `"}}`, "$.position_data.start_pos_lat_lng_deg"},
		{"half a number", `{"metadata":{"type":` + marker + `.}}`, ""},
		{"half a text", `{"metadata":{"name":"` + marker, ""},
		{"key without a value", `{"` + marker + `"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := health.DecodeStrict[health.Activity]([]byte(tt.text))
			if field, ok := errors.AsType[*health.FieldError](err); ok {
				if !slices.Equal(field.Paths, []string{tt.path}) {
					t.Errorf("got the paths %q, want %s", field.Paths, tt.path)
				}
			} else if _, ok := errors.AsType[*health.SyntaxError](err); !ok || tt.path != "" {
				t.Fatalf("got a %T", err)
			}
			if strings.Contains(err.Error(), marker) {
				t.Error("the error repeats the value")
			}
		})
	}
}

func TestLatLng(t *testing.T) {
	t.Parallel()
	null := opt.Null[float64]()
	tests := []struct {
		text, out string
		want      health.LatLng
	}{
		{`[-18.4911,130.9123]`, `[-18.4911,130.9123]`, health.LatLng{Lat: opt.Some(-18.4911), Lng: opt.Some(130.9123)}},
		{`[0,0.0]`, `[0,0]`, health.LatLng{Lat: opt.Some(0.0), Lng: opt.Some(0.0)}},
		{`[null,null]`, `[null,null]`, health.LatLng{Lat: null, Lng: null}},
		{`[null,1]`, `[null,1]`, health.LatLng{Lat: null, Lng: opt.Some(1.0)}},
		{`[1]`, `[1,null]`, health.LatLng{Lat: opt.Some(1.0)}},
		{`[]`, `[null,null]`, health.LatLng{}},
		{`null`, `[null,null]`, health.LatLng{}},
	}
	for _, tt := range tests {
		p := health.LatLng{Lat: opt.Some(7.0), Lng: opt.Some(7.0)}
		if err := json.Unmarshal([]byte(tt.text), &p); err != nil || p != tt.want || p.IsZero() != (tt.want == health.LatLng{}) {
			t.Errorf("%s: decodes to another position, %v", tt.text, err)
		}
		if out, err := json.Marshal(p); err != nil || string(out) != tt.out {
			t.Errorf("%s: encodes as %s, %v", tt.text, out, err)
		}
	}
	for _, text := range []string{`[1,2,3]`, `"1,2"`, `{}`, `[[1,2]]`, `["1","2"]`, `[1e999,0]`, `1`} {
		p := health.LatLng{Lat: opt.Some(7.0)}
		if err := json.Unmarshal([]byte(text), &p); !errors.Is(err, health.ErrLatLng) || p != (health.LatLng{Lat: opt.Some(7.0)}) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func FuzzLatLng(f *testing.F) {
	for _, seed := range []string{`[1,2]`, `[null,2.5]`, `[1]`, `[]`, `null`, `[1,2,3]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p, again health.LatLng
		if p.UnmarshalJSON(data) != nil || p.IsZero() {
			return
		}
		out, err := p.MarshalJSON()
		if err != nil || again.UnmarshalJSON(out) != nil {
			t.Fatal("does not encode and decode")
		}
		if third, err := again.MarshalJSON(); err != nil || string(third) != string(out) {
			t.Error("changed by a round trip")
		}
	})
}

func TestScopeList(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		scopes opt.Value[string]
		want   []string
	}{
		{"absent", opt.Value[string]{}, nil},
		{"null", opt.Null[string](), nil},
		{"empty", opt.Some(""), nil},
		{"blank", opt.Some(" , ,"), nil},
		{"one", opt.Some("ACTIVITY_EXPORT"), []string{"ACTIVITY_EXPORT"}},
		{"several", opt.Some("activity:read,sleep:read"), []string{"activity:read", "sleep:read"}},
		{"spaces and a comma too many", opt.Some(" a, b ,,c c,"), []string{"a", "b", "c c"}},
	}
	for _, tt := range tests {
		if got := (health.User{Scopes: tt.scopes}).ScopeList(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Decode knows every type of Record: for one that it lacks it would call nothing.
func TestDecodeKnowsEveryRecord(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "decode.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var records, known []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			if n.Name.Name == "Record" {
				union := types.ExprString(n.Type.(*ast.InterfaceType).Methods.List[0].Type)
				records = strings.Split(union, " | ")
			}
		case *ast.CaseClause:
			for _, typ := range n.List {
				known = append(known, strings.TrimPrefix(types.ExprString(typ), "*"))
			}
		}
		return true
	})
	slices.Sort(records)
	slices.Sort(known)
	if len(records) < 2 || !slices.Equal(records, known) {
		t.Errorf("Decode knows %v, Record has %v", known, records)
	}
}
