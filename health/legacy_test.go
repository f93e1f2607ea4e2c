package health_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/terra-go/terra/health"
)

// TestOlderPayloads reads what earlier versions of the payloads have in other
// words, and expects it to be written in today's.
func TestOlderPayloads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		record     any // a pointer to a zero
		old, today string
	}{
		{
			"renamed: activity level", new(health.ActiveDurationsData),
			`{"activity_levels_samples":[{"level":3},{"activity_level":4},{"level":5.0,"timestamp":null}]}`,
			`{"activity_levels_samples":[{"activity_level":3},{"activity_level":4},{"timestamp":null,"activity_level":5}]}`,
		},
		{
			"renamed: sleep score", new(health.Sleep),
			`{"scores":{"sleep_score":81},"data_enrichment":{"sleep_score":80}}`,
			`{"scores":{"sleep":81},"data_enrichment":{"sleep_score":80}}`,
		},
		{
			"misspelt: planned workouts", new(health.PlannedWorkout),
			`{"details":{"steps":[{"equipement_type":[1,2],"exercice_name":"Squat","exercice_category":28,"steps":[{"exercice_name":"Row"}]}]}}`,
			`{"details":{"steps":[{"equipment_type":[1,2],"exercise_name":"Squat","exercise_category":28,"steps":[{"exercise_name":"Row"}]}]}}`,
		},
		{
			"both names: the later one counts", new(health.SleepScores),
			`{"sleep_score":80,"sleep":81,"sleep_score":"none"}`, `{"sleep":81}`,
		},
		{
			"array of contributors", new(health.DailyDataEnrichment),
			`{"stress_contributors":[{"contributor_name":"hrv","contributor_score":12.5},{"contributor_name":"heart.rate","contributor_score":"3"},
				{"contributor_name":"sleep","contributor_score":null},{"contributor_score":1},null],"immune_contributors":[],"strain_contributors":null}`,
			`{"stress_contributors":{"heart.rate":3,"hrv":12.5},"immune_contributors":{}}`,
		},
		{
			"fraction: immune index", new(health.DailyDataEnrichment),
			`{"immune_index":72.25,"cardiovascular_score":3}`, `{"immune_index":72.25}`,
		},
		{
			"names: glucose", new(health.GlucoseData),
			`{"blood_glucose_samples":[{"glucose_level_flag":"NORMAL","trend_arrow":"FLAT"},{"glucose_level_flag":"HIGH","trend_arrow":"RISING_QUICKLY"},
				{"glucose_level_flag":2,"trend_arrow":1},{"glucose_level_flag":"very high","trend_arrow":null}],
				"day_avg_blood_glucose_mg_per_dl":98.5}`,
			`{"day_avg_blood_glucose_mg_per_dl":98.5,"blood_glucose_samples":[{"glucose_level_flag":0,"trend_arrow":3},` +
				`{"glucose_level_flag":1,"trend_arrow":5},{"glucose_level_flag":2,"trend_arrow":1},{"trend_arrow":null}]}`,
		},
		{
			"names: heart rate zones", new(health.HeartRateDataSummary),
			`{"hr_zone_data":[{"zone":"ZONE_0"},{"zone":"ZONE_5"},{"zone":"OTHER"},{"zone":2},{"zone":7}]}`,
			`{"hr_zone_data":[{"zone":0},{"zone":5},{"zone":6},{"zone":2},{"zone":7}]}`,
		},
		{
			"names: units of food and drink", new(health.Nutrition),
			`{"meals":[{"quantity":{"unit":"grams","amount":"150"}},{"quantity":{"unit":"Large Egg","amount":2}},{"quantity":{"unit":"pinch","amount":1}}],
				"drink_samples":[{"drink_unit":"milliliter","drink_volume":"250.5"},{"drink_unit":"8","drink_volume":""}]}`,
			`{"meals":[{"quantity":{"amount":150,"unit":1}},{"quantity":{"amount":2,"unit":6}},{"quantity":{"amount":1}}],` +
				`"drink_samples":[{"drink_volume":250.5,"drink_unit":8},{"drink_unit":8}]}`,
		},
		{
			"names: phases of the cycle", new(health.MenstruationData),
			`{"current_phase":"menstrual","intervals":[{"phase":"follicular"},{"phase":"ovulation"},{"phase":"luteal"},{"phase":"pms"},{"phase":"fertile"},
				{"phase":"first_trimester"},{"phase":"second_trimester"},{"phase":"third_trimester"},{"phase":"unknown"}]}`,
			`{"current_phase":1,"intervals":[{"phase":2},{"phase":4},{"phase":5},{"phase":6},{"phase":3},{"phase":7},{"phase":8},{"phase":9},{"phase":0}]}`,
		},
		{
			"text: cycle", new(health.MenstruationData),
			`{"cycle_length_days":"28","is_predicted_cycle":"True"}`, `{"cycle_length_days":28,"is_predicted_cycle":true}`,
		},
		{
			"text: ages", new(health.MeasurementsData),
			`{"measurements":[{"estimated_fitness_age":"41"},{"estimated_fitness_age":""}]}`, `{"measurements":[{"estimated_fitness_age":41},{}]}`,
		},
		{
			"text: age of an athlete", new(health.Athlete),
			`{"age":"35","joined_provider":"2020-01-01","devices":[]}`, `{"age":35}`,
		},
		{
			"text: active connection", new(health.User),
			`{"user_id":"u-1","active":"true"}`, `{"user_id":"u-1","active":true}`,
		},
		{
			"whole numbers where fractions came to be", new(health.Sleep),
			`{"readiness_data":{"readiness":80,"recovery_level":4}}`, `{"readiness_data":{"readiness":80,"recovery_level":4}}`,
		},
		{
			"strokes: any text, and no numbers, of which no list is known", new(health.LapData),
			`{"laps":[{"stroke_type":"FREESTYLE"},{"stroke_type":"freestyle"},{"stroke_type":1}]}`,
			`{"laps":[{"stroke_type":"FREESTYLE"},{"stroke_type":"freestyle"},{}]}`,
		},
		{
			"timestamps", new(health.Activity),
			`{"metadata":{"start_time":"2025-07-04 21:37:36.638145+00:00","end_time":"2026-07-01T07:04:11"},"device_data":{"last_upload_date":1782885971}}`,
			`{"metadata":{"start_time":"2025-07-04 21:37:36.638145+00:00","end_time":"2026-07-01T07:04:11"},"device_data":{"last_upload_date":1782885971}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := json.Unmarshal([]byte(tt.old), tt.record); err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(tt.record)
			if err != nil || string(text) != tt.today {
				t.Errorf("got %s, %v, want %s", text, err, tt.today)
			}
			again := reflect.New(reflect.TypeOf(tt.record).Elem())
			if err := json.Unmarshal(text, again.Interface()); err != nil || !reflect.DeepEqual(again.Interface(), tt.record) {
				t.Errorf("changed by a round trip: %v", err)
			}
		})
	}
}
