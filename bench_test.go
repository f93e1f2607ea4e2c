package terra_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
)

// dailyBody is a response with n days, each with a heart rate every perDay'th part
// of the day.
func dailyBody(start health.Date, n, perDay int) string {
	var b strings.Builder
	b.WriteString(`{"type":"daily","user":{"user_id":"u1","provider":"GARMIN"},"data":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		day := start.AddDays(i)
		fmt.Fprintf(&b, `{"metadata":{"start_time":"%sT00:00:00.000000+01:00","end_time":"%sT00:00:00.000000+01:00","upload_type":1},`, day, day.AddDays(1))
		fmt.Fprintf(&b, `"distance_data":{"steps":%d,"distance_meters":%d.7},"calories_data":{"total_burned_calories":2450.8},`, 9000+i, 7000+i)
		b.WriteString(`"heart_rate_data":{"summary":{"avg_hr_bpm":61.2,"max_hr_bpm":148},"detailed":{"hr_samples":[`)
		for j := range perDay {
			if j > 0 {
				b.WriteByte(',')
			}
			second := j * 86400 / perDay
			fmt.Fprintf(&b, `{"timestamp":"%sT%02d:%02d:%02d.000000+01:00","bpm":%d}`, day, second/3600, second/60%60, second%60, 48+j%90)
		}
		b.WriteString(`]}}}`)
	}
	b.WriteString(`]}`)
	return b.String()
}

// BenchmarkList is 30 days over HTTP from a server in this process, to typed
// records.
func BenchmarkList(b *testing.B) {
	month := terra.Days(date(2026, 3, 2), 30)
	for _, perDay := range []int{0, 288, 5760} {
		b.Run(fmt.Sprintf("samples=%d", 30*perDay), func(b *testing.B) {
			body := []byte(dailyBody(month.Start, 30, perDay))
			client := serve(b, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)))
				_, _ = w.Write(body)
			})
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				days, err := client.Daily.List(b.Context(), "u1", month, terra.WithSamples(perDay > 0))
				if err != nil || len(days) != 30 {
					b.Fatalf("%d days, error %v", len(days), err)
				}
			}
		})
	}
}
