package summary_test

import (
	"encoding/json"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/summary"
	"github.com/terra-go/terra/health"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		got  summary.Summary
		date string
		time string
		said string
	}{
		"night": {
			of[health.Sleep](t, `{"metadata":{"start_time":"2026-03-01T23:12:00.000000+01:00","end_time":"2026-03-02T07:02:00.000000+01:00"},
				"sleep_durations_data":{"asleep":{"duration_asleep_state_seconds":25200,"duration_deep_sleep_state_seconds":5430,
				"duration_light_sleep_state_seconds":null},"sleep_efficiency":0.915},"heart_rate_data":{"summary":{"avg_hr_bpm":54.6}}}`),
			"2026-03-02", "23:12–07:02", "asleep 7 h 00 min, deep 1 h 31 min, efficiency 92%, heart rate 55 bpm",
		},
		"nap": {
			of[health.Sleep](t, `{"metadata":{"is_nap":true,"start_time":"2026-03-02T14:00:00","end_time":"2026-03-02T14:25:00"},
				"sleep_durations_data":{"asleep":{"duration_asleep_state_seconds":1500},"sleep_efficiency":91.5}}`),
			"2026-03-02", "14:00–14:25", "Nap, asleep 25 min, efficiency 92%",
		},
		"day": {
			of[health.Daily](t, `{"metadata":{"start_time":"2026-03-02T00:00:00.000000+13:00"},
				"distance_data":{"steps":1234567,"distance_meters":9412.7},"calories_data":{"total_burned_calories":2450.8}}`),
			"2026-03-02", "", "steps 1,234,567, distance 9.4 km, energy 2,451 kcal",
		},
		"run": {
			of[health.Activity](t, `{"metadata":{"type":8,"start_time":"2026-03-02T07:00:00+01:00","end_time":"2026-03-02T07:48:00+01:00"},
				"distance_data":{"summary":{"distance_meters":8250.4}}}`),
			"2026-03-02", "07:00–07:48", "Running, duration 48 min, distance 8.3 km",
		},
		"named activity": {
			of[health.Activity](t, `{"metadata":{"type":8,"name":"Round the lake","start_time":"2026-03-02","end_time":"2026-03-02"}}`),
			"2026-03-02", "", "Round the lake",
		},
		"body": {
			of[health.Body](t, `{"metadata":{"start_time":"2026-03-02T00:00:00+01:00"},"measurements_data":{"day_avg_weight_kg":70,
				"measurements":[{"weight_kg":72.44,"BMI":22.6},{"weight_kg":null,"bodyfat_percentage":17.9}]},
				"blood_pressure_data":{"day_avg_systolic_bp":118,"day_avg_diastolic_bp":76}}`),
			"2026-03-02", "", "weight 72.4 kg, body fat 18%, BMI 22.6, blood pressure 118/76 mmHg",
		},
		"meals": {
			of[health.Nutrition](t, `{"metadata":{"start_time":"2026-03-02T00:00:00+01:00"},"meals":[{},{}],
				"summary":{"macros":{"calories":2105,"protein_g":128.4},"water_ml":2300}}`),
			"2026-03-02", "", "energy 2,105 kcal, protein 128 g, water 2,300 ml, meals 2",
		},
		"cycle": {
			of[health.Menstruation](t, `{"metadata":{"start_time":"2026-03-02T00:00:00+01:00"},
				"menstruation_data":{"day_in_cycle":4,"period_start_date":"2026-02-27","cycle_length_days":28}}`),
			"2026-03-02", "", "day of cycle 4, cycle 28 days, period began 27 Feb",
		},
		"profile": {
			of[health.Athlete](t, `{"first_name":"Ada","last_name":"King","age":36,"sex":"female","country":"United Kingdom"}`),
			"", "", "Ada King, age 36 years, sex female, from United Kingdom",
		},
		"nothing": {of[health.Sleep](t, `{}`), "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.got.Date != tc.date || tc.got.Time != tc.time {
				t.Errorf("when: %q %q, want %q %q", tc.got.Date, tc.got.Time, tc.date, tc.time)
			}
			if said := tc.got.String(); said != tc.said {
				t.Errorf("said %q, want %q", said, tc.said)
			}
		})
	}
}

func of[T summary.Record](t *testing.T, text string) summary.Summary {
	t.Helper()
	var r T
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return summary.Of(r)
}
