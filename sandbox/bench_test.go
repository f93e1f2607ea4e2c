package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/terra-go/terra/sandbox"
)

// BenchmarkDeliveries sends small signed events to a receiver that answers at once.
func BenchmarkDeliveries(b *testing.B) {
	s, err := sandbox.New(sandbox.WithTransport(transport(func(*http.Request) (*http.Response, error) { return status(200) })))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	u, err := s.Connect("GARMIN", "anna")
	if err != nil {
		b.Fatal(err)
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Trigger(sandbox.EventRequest{Type: "connection_error", UserID: u.UserID}); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkYear serves a year of days with samples.
func BenchmarkYear(b *testing.B) {
	s, err := sandbox.New(sandbox.WithNow(noon))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	u, err := s.Connect("GARMIN", "anna")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		code, text := serve(s, "GET", "/api/v2/daily?user_id="+u.UserID+"&start_date=2025-01-01&end_date=2026-01-01&with_samples=true&to_webhook=false", "", "localhost")
		if code != 200 {
			b.Fatalf("status %d", code)
		}
		b.SetBytes(int64(len(text)))
	}
}
