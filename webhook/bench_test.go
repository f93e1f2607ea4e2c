package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/webhook"
)

var eventSizes = []int{2_000, 200_000} // bytes, about

// BenchmarkVerifyParse is what one delivery costs between the socket and the
// caller's function.
func BenchmarkVerifyParse(b *testing.B) {
	for _, size := range eventSizes {
		b.Run(fmt.Sprintf("%dKB", size/1000), func(b *testing.B) {
			body, h := signedEvent(b, size)
			v := newVerifier(b, at(vectorTime))
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := v.Verify(h, body); err != nil {
					b.Fatal(err)
				}
				if _, err := webhook.Parse(h, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, size := range eventSizes {
		b.Run(fmt.Sprintf("%dKB", size/1000), func(b *testing.B) {
			body, h := signedEvent(b, size)
			v := newVerifier(b, at(vectorTime))
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := v.Verify(h, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHandler(b *testing.B) {
	for _, size := range eventSizes {
		b.Run(fmt.Sprintf("%dKB", size/1000), func(b *testing.B) {
			body, header := signedEvent(b, size)
			m := webhook.NewMux()
			webhook.On(m, func(context.Context, *webhook.Daily) error { return nil })
			h := webhook.NewHandler(newVerifier(b, at(vectorTime)), m)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
				r.Header = header
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}

// signedEvent is a day with as many heart rate samples as it takes to fill size
// bytes, signed at vectorTime.
func signedEvent(tb testing.TB, size int) ([]byte, http.Header) {
	tb.Helper()
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	day := health.Daily{
		Metadata: health.DailyMetadata{
			StartTime: health.TimestampOf(start), EndTime: health.TimestampOf(start.AddDate(0, 0, 1)),
			UploadType: opt.Some(health.UploadTypeAutomatic),
		},
		DistanceData: health.DailyDistanceData{DistanceMeters: opt.Some(6120.4)},
	}
	var body []byte
	for samples := &day.HeartRateData.Detailed.HRSamples; len(body) < size; {
		for range size/1000 + 1 {
			i := len(*samples)
			*samples = append(*samples, health.HeartRateDataSample{
				Timestamp: health.TimestampOf(start.Add(time.Duration(i) * 5 * time.Second)),
				BPM:       opt.Some(60 + float64(i%50)),
			})
		}
		records, err := json.Marshal([]health.Daily{day})
		if err != nil {
			tb.Fatal(err)
		}
		body = fmt.Appendf(nil, `{"type":"daily","version":"2022-03-16","user":%s,"data":%s}`, userJSON, records)
	}
	return body, http.Header{webhook.HeaderSignature: {webhook.Sign(vectorSecret, time.Unix(vectorTime, 0), body)}}
}
