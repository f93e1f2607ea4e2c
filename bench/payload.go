package main

import (
	"encoding/json"
	"math"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

const userID = "5a1f6f62-0b6e-4f0e-9d6a-2f8f0f2b6f11"

// sleepEvent is the body of a webhook with one night, of about size bytes: it has
// as many heart rate samples as fit.
func sleepEvent(size int) ([]byte, error) {
	empty, err := sleepEventOf(0)
	if err != nil {
		return nil, err
	}
	const probe = 100
	some, err := sleepEventOf(probe)
	if err != nil {
		return nil, err
	}
	perSample := float64(len(some)-len(empty)) / probe
	return sleepEventOf(max(0, int(math.Round(float64(size-len(empty))/perSample))))
}

func sleepEventOf(samples int) ([]byte, error) { return sleepBody([]health.Sleep{night(0, samples)}) }

// sleepHistory is the body of a response with as many nights as days, each with a
// heart rate every five minutes.
func sleepHistory(days int) ([]byte, error) {
	nights := make([]health.Sleep, days)
	for i := range nights {
		nights[i] = night(i, 96)
	}
	return sleepBody(nights)
}

func sleepBody(nights []health.Sleep) ([]byte, error) {
	return json.Marshal(map[string]any{
		"type":    "sleep",
		"version": "2022-03-16",
		"user": health.User{
			UserID:      userID,
			Provider:    "OURA",
			Scopes:      opt.Some("daily,sleep"),
			ReferenceID: opt.Some("bench"),
			Active:      opt.Some(true),
		},
		"data": nights,
	})
}

// night has a value in every part of the record that providers usually fill.
func night(day, samples int) health.Sleep {
	bedtime := time.Date(2026, time.March, 1+day, 23, 12, 0, 0, time.FixedZone("", 3600))
	var s health.Sleep
	s.Metadata.StartTime = health.TimestampOf(bedtime)
	s.Metadata.EndTime = health.TimestampOf(bedtime.Add(8 * time.Hour))
	s.Metadata.SummaryID = opt.Some("2f3d7a54-5f0f-4f4f-8a44-6a8f7c1d2e90")
	s.Metadata.IsNap = opt.Some(false)

	asleep := &s.SleepDurationsData.Asleep
	asleep.DurationAsleepStateSeconds = opt.Some(26_100.0)
	asleep.DurationDeepSleepStateSeconds = opt.Some(5_700.0)
	asleep.DurationLightSleepStateSeconds = opt.Some(14_400.0)
	asleep.DurationREMSleepStateSeconds = opt.Some(6_000.0)
	s.SleepDurationsData.Awake.DurationAwakeStateSeconds = opt.Some(2_700.0)
	s.SleepDurationsData.SleepEfficiency = opt.Some(0.906)
	s.RespirationData.BreathsData.AvgBreathsPerMin = opt.Some(14.2)

	summary := &s.HeartRateData.Summary
	summary.AvgHRBPM = opt.Some(54.3)
	summary.MinHRBPM = opt.Some(47.0)
	summary.MaxHRBPM = opt.Some(71.0)
	summary.RestingHRBPM = opt.Some(49.0)
	s.HeartRateData.Detailed.HRSamples = heartRates(bedtime, samples)
	return s
}

// heartRates spreads n samples over eight hours.
func heartRates(start time.Time, n int) []health.HeartRateDataSample {
	samples := make([]health.HeartRateDataSample, n)
	for i := range samples {
		phase := float64(i) / float64(n)
		samples[i].Timestamp = health.TimestampOf(start.Add(time.Duration(phase * float64(8*time.Hour))))
		samples[i].BPM = opt.Some(math.Round(54+6*math.Sin(phase*9)) + float64(i%4))
	}
	return samples
}
