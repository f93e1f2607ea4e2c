package healthdb_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
)

func TestLayout(t *testing.T) {
	t.Parallel()
	activity, err := health.Decode[health.Activity]([]byte(`{
		"metadata":{"start_time":"2026-03-01T07:00:00.5+01:00","end_time":"2026-03-01T08:00:00","name":"Round the lake","type":8},
		"distance_data":{"summary":{"steps":5012,"distance_meters":8250.4},"detailed":{"step_samples":[
			{"timestamp":"2026-03-01T07:00:00+01:00","steps":10},{"timestamp":"2026-03-01T07:01:00+01:00","steps":null},{"timestamp":"2026-03-01T07:02:00","steps":12}]}},
		"position_data":{"start_pos_lat_lng_deg":[47.1,null]},
		"lap_data":{"laps":[{"total_strokes":1}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	layout := healthdb.NewLayout[health.Activity]()
	values, err := layout.Values(&activity)
	if err != nil {
		t.Fatal(err)
	}
	columns := layout.Columns()
	if len(columns) != len(values) || len(columns) < 100 {
		t.Fatalf("%d columns and %d values", len(columns), len(values))
	}
	got := map[string]any{}
	for i, c := range columns {
		if values[i] == nil {
			continue
		}
		if reflect.TypeOf(values[i]) != c.Type {
			t.Errorf("%s is a %T, not a %s", c.Path, values[i], c.Type)
		}
		got[c.Name] = values[i]
	}
	want := map[string]any{
		"start_time":                         time.Date(2026, 3, 1, 6, 0, 0, 5e8, time.UTC),
		"start_time_offset":                  int32(60),
		"end_time":                           time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC),
		"name":                               "Round the lake",
		"type":                               int32(8),
		"distance_steps":                     int64(5012),
		"position_start_pos_lat_lng_deg_lat": 47.1,
		"distance_distance_meters":           8250.4,
	}
	laps, _ := got["lap_laps"].(json.RawMessage)
	if !json.Valid(laps) {
		t.Error("the laps are no JSON")
	}
	delete(got, "lap_laps")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("other values than those that were delivered, in columns %q", slices.Sorted(maps.Keys(got)))
	}

	const steps = "distance_data.detailed.step_samples.steps"
	var series []healthdb.Measurement
	for m := range layout.Measurements(&activity) {
		series = append(series, m)
	}
	if len(series) != 2 || series[0].Series != steps || series[0].Value != 10 || series[0].At.String() != "2026-03-01T07:00:00+01:00" ||
		series[1].Value != 12 || series[1].At.String() != "2026-03-01T07:02:00" {
		t.Errorf("%d values of time series, want 2 of %s", len(series), steps)
	}
	for range layout.Measurements(&activity) {
		break // which is fine
	}
}
