package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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

// BenchmarkYear serves a year of one person's days, and tells how high the heap
// rose meanwhile.
func BenchmarkYear(b *testing.B) {
	s, err := sandbox.New(sandbox.WithNow(noon), sandbox.WithRateLimits(false))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	u, err := s.Connect("GARMIN", "anna")
	if err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct{ name, samples, encoding string }{
		{"summaries", "false", "identity"},
		{"samples", "true", "identity"},
		{"samples,gzip", "true", "gzip"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			peak := watchHeap(b)
			for b.Loop() {
				r := httptest.NewRequest("GET", "/api/v2/daily?user_id="+u.UserID+"&start_date=2025-01-01&end_date=2026-01-01&to_webhook=false&with_samples="+bb.samples, nil)
				r.Host = "localhost"
				r.Header.Set("dev-id", sandbox.DefaultDevID)
				r.Header.Set("x-api-key", sandbox.DefaultAPIKey)
				r.Header.Set("Accept-Encoding", bb.encoding)
				w := discard{header: http.Header{}}
				s.ServeHTTP(&w, r)
				b.SetBytes(w.size)
			}
			b.ReportMetric(float64(peak())/1e6, "peak-MB")
		})
	}
}

// discard is a response that only counts its bytes.
type discard struct {
	header http.Header
	size   int64
}

func (w *discard) Header() http.Header { return w.header }

func (w *discard) WriteHeader(int) {}

func (w *discard) Write(b []byte) (int, error) {
	w.size += int64(len(b))
	return len(b), nil
}

// BenchmarkConnect connects a thousand people, each once more than before.
func BenchmarkConnect(b *testing.B) {
	s, err := sandbox.New()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		for n := range 1000 {
			if _, err := s.Connect("GARMIN", fmt.Sprint("person ", n)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkLoopback is BenchmarkDeliveries over a real connection, about many
// people.
func BenchmarkLoopback(b *testing.B) {
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	defer hook.Close()
	s, err := sandbox.New()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var users [100]string
	for i := range users {
		u, err := s.Connect("GARMIN", "")
		if err != nil {
			b.Fatal(err)
		}
		users[i] = u.UserID
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: hook.URL}}); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		if _, err := s.Trigger(sandbox.EventRequest{Type: "connection_error", UserID: users[n%len(users)]}); err != nil {
			b.Fatal(err)
		}
		if n%1000 == 0 {
			s.Flush(b.Context())
		}
	}
	if err := s.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkNew is the start-up.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		s, err := sandbox.New()
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

// BenchmarkSnapshot saves the state of ten thousand people.
func BenchmarkSnapshot(b *testing.B) {
	s, err := sandbox.New()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for range 10_000 {
		if _, err := s.Connect("GARMIN", ""); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := s.Snapshot(); err != nil {
			b.Fatal(err)
		}
	}
}
