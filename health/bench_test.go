package health_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

func BenchmarkTimestampParse(b *testing.B) {
	const text = "2026-07-01T07:04:11.000000+01:00"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := health.ParseTimestamp(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTimestampMarshal(b *testing.B) {
	ts := timestamp("2026-07-01T07:04:11.000000+01:00")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ts.MarshalJSON(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTimestampIn(b *testing.B) {
	loc := location(b, "America/New_York")
	ts := timestamp("2026-07-01T07:04:11")
	b.ReportAllocs()
	for b.Loop() {
		ts.In(loc)
	}
}

func BenchmarkDecodeSamples(b *testing.B) {
	text := heartRateSamples(b, 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var data health.HeartRateDataDetailed
		if err := json.Unmarshal(text, &data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeSamples(b *testing.B) {
	var data health.HeartRateDataDetailed
	text := heartRateSamples(b, 1000)
	if err := json.Unmarshal(text, &data); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(data); err != nil {
			b.Fatal(err)
		}
	}
}

func heartRateSamples(b *testing.B, n int) []byte {
	b.Helper()
	start := time.Date(2026, 7, 1, 7, 0, 0, 0, time.FixedZone("", 60*60))
	samples := make([]health.HeartRateDataSample, n)
	for i := range samples {
		samples[i].Timestamp = health.TimestampOf(start.Add(time.Duration(i) * time.Second))
		samples[i].BPM = opt.Some(120 + float64(i%40)/2)
	}
	text, err := json.Marshal(health.HeartRateDataDetailed{HRSamples: samples})
	if err != nil {
		b.Fatal(err)
	}
	return text
}
