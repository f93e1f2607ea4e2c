package health_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

func Example() {
	delivered := []byte(`{
		"metadata": {"start_time": "2026-06-30T23:12:00.000000+01:00", "end_time": "2026-07-01T07:02:00.000000+01:00", "is_nap": false},
		"sleep_durations_data": {
			"asleep": {"duration_deep_sleep_state_seconds": 5400, "duration_REM_sleep_state_seconds": null},
			"hypnogram_samples": [{"timestamp": "2026-06-30T23:40:00.000000+01:00", "level": 5.0}]
		},
		"heart_rate_data": null
	}`)
	var night health.Sleep
	if err := json.Unmarshal(delivered, &night); err != nil {
		fmt.Println(err)
		return
	}

	asleep := night.SleepDurationsData.Asleep
	if deep, ok := asleep.DurationDeepSleepStateSeconds.Get(); ok {
		fmt.Println("deep sleep:", time.Duration(deep)*time.Second)
	}
	fmt.Println("REM sleep:", asleep.DurationREMSleepStateSeconds)
	fmt.Println("heart rate:", night.HeartRateData.Summary.AvgHRBPM)
	for _, sample := range night.SleepDurationsData.HypnogramSamples {
		fmt.Println(sample.Timestamp, sample.Level)
	}
	fmt.Println("night of", night.Metadata.StartTime.Date())
	// Output:
	// deep sleep: 1h30m0s
	// REM sleep: null
	// heart rate: absent
	// 2026-06-30T23:40:00.000000+01:00 deep sleep
	// night of 2026-06-30
}

func ExampleActivity() {
	// Writing a record: what is left out stays absent.
	run := health.Activity{
		Metadata: health.ActivityMetadata{
			SummaryID: opt.Some("run-1"),
			Type:      opt.Some(health.ActivityTypeTrailRunning),
			StartTime: health.TimestampOf(time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC)),
		},
		DistanceData: health.DistanceData{Summary: health.DistanceDataSummary{DistanceMeters: opt.Some(8437.5)}},
	}
	text, err := json.Marshal(run)
	fmt.Println(string(text), err)
	// Output:
	// {"metadata":{"summary_id":"run-1","type":149,"start_time":"2026-07-01T07:00:00.000000+00:00"},"distance_data":{"summary":{"distance_meters":8437.5}}} <nil>
}

func ExampleTimestamp() {
	for _, delivered := range []string{"2026-07-01T07:04:11.000000+01:00", "2026-07-01T07:04:11", "2026-07-01"} {
		ts, err := health.ParseTimestamp(delivered)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, isInstant := ts.Time()
		fmt.Println(ts, "on", ts.Date(), "instant:", isInstant)
	}
	// Output:
	// 2026-07-01T07:04:11.000000+01:00 on 2026-07-01 instant: true
	// 2026-07-01T07:04:11 on 2026-07-01 instant: false
	// 2026-07-01 on 2026-07-01 instant: false
}

func ExampleTimestamp_In() {
	home, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	local, _ := health.ParseTimestamp("2026-07-01T07:04:11")
	abroad, _ := health.ParseTimestamp("2026-07-01T07:04:11+09:00")
	fmt.Println(local.In(home))
	fmt.Println(abroad.In(home))
	// Output:
	// 2026-07-01 07:04:11 +0200 CEST
	// 2026-07-01 00:04:11 +0200 CEST
}

func ExampleTimestampOf() {
	zone := time.FixedZone("", 2*60*60)
	fmt.Println(health.TimestampOf(time.Date(2026, 7, 1, 7, 4, 11, 0, zone)))
	// Output: 2026-07-01T07:04:11.000000+02:00
}

func ExampleDate() {
	d, err := health.ParseDate("2024-02-28")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.AddDays(1), d.AddDays(2), health.NewDate(2024, time.March, 10).DaysSince(d))
	// Output: 2024-02-29 2024-03-01 11
}

func ExampleDate_In() {
	beirut, err := time.LoadLocation("Asia/Beirut")
	if err != nil {
		fmt.Println(err)
		return
	}
	// The clocks went from 23:59 to 1:00.
	fmt.Println(health.NewDate(2024, time.March, 31).In(beirut).Format(time.TimeOnly))
	// Output: 01:00:00
}

func ExampleUser_ScopeList() {
	user := health.User{Scopes: opt.Some("activity:read, sleep:read")}
	for _, scope := range user.ScopeList() {
		fmt.Println(scope)
	}
	// Output:
	// activity:read
	// sleep:read
}

func ExampleActivityType() {
	for _, typ := range []health.ActivityType{health.ActivityTypeTrailRunning, 9999} {
		fmt.Println(typ, typ.Known())
	}
	// Output:
	// trail running true
	// ActivityType(9999) false
}

func ExampleLatLng() {
	var position health.LatLng
	err := json.Unmarshal([]byte(`[51.5, -0.12]`), &position)
	fmt.Println(position.Lat, position.Lng, err)
	// Output: 51.5 -0.12 <nil>
}

func ExampleDecode() {
	night, err := health.Decode[health.Sleep]([]byte(`{"scores": {"sleep": "81"}, "metadata": {"is_nap": "maybe"}}`))
	fmt.Println(night.Scores.Sleep, night.Metadata.IsNap, err)

	_, err = health.Decode[health.Sleep]([]byte(`{"scores": {"sleep": 81`))
	fmt.Println(err)
	// Output:
	// 81 absent <nil>
	// malformed JSON at byte 23: unexpected end
}

func ExampleDecodeStrict() {
	night, err := health.DecodeStrict[health.Sleep]([]byte(`{"scores": {"sleep": 81}, "metadata": {"is_nap": "maybe"}}`))
	fmt.Println(night.Scores.Sleep, err)
	if unfit, ok := errors.AsType[*health.FieldError](err); ok {
		fmt.Println(unfit.Count, unfit.Paths)
	}
	// Output:
	// 81 health: a value does not fit its field: $.metadata.is_nap
	// 1 [$.metadata.is_nap]
}

func ExampleRecords() {
	payload := strings.NewReader(`{"type": "sleep", "data": [{"scores": {"sleep": 81}}, {"scores": {"sleep": 74}}, {"sco`)
	for night, err := range health.Records[health.Sleep](payload) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(night.Scores.Sleep)
	}
	// Output:
	// 81
	// 74
	// health: the stream ends too early
}
