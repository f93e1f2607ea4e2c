package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// A sandbox behind a client: what a program would do with Terra, on one's own
// machine. In a test, sandboxtest.New does the first half.
func Example() {
	s, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	listener := httptest.NewServer(s)
	defer listener.Close()

	client, err := terra.New(s.Credentials(), terra.WithBaseURL(listener.URL+"/api/v2"))
	if err != nil {
		log.Fatal(err)
	}
	user, err := s.Connect("GARMIN", "anna")
	if err != nil {
		log.Fatal(err)
	}
	week := terra.Days(health.NewDate(2026, time.March, 2), 7)
	days, err := client.Daily.List(context.Background(), user.UserID, week)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(days), "days, from", days[0].Metadata.StartTime.Date())
	// Output: 7 days, from 2026-03-02
}

// receive prints what arrives at a webhook, as a program under test would use it.
func receive() *httptest.Server {
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		log.Fatal(err)
	}
	mux := webhook.NewMux()
	mux.OnAny(func(_ context.Context, ev webhook.Event) error {
		fmt.Println("received", ev.Type())
		return nil
	})
	return httptest.NewServer(webhook.NewHandler(verifier, mux))
}

func ExampleServer_SetDestinations() {
	s, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	hook := receive()
	defer hook.Close()

	if err := s.SetDestinations([]sandbox.Destination{{URL: hook.URL}}); err != nil {
		log.Fatal(err)
	}
	if _, err := s.Connect("OURA", "anna"); err != nil {
		log.Fatal(err)
	}
	if err := s.Flush(context.Background()); err != nil {
		log.Fatal(err)
	}
	for _, d := range s.Deliveries() {
		fmt.Println(d.EventType, d.State, d.Attempts[0].Status)
	}
	// Output:
	// received auth
	// auth delivered 200
}

func ExampleServer_Connect() {
	s, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	first, err := s.Connect("garmin", "anna")
	if err != nil {
		log.Fatal(err)
	}
	second, err := s.Connect("garmin", "anna") // the same person again
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(first.Provider, first.ReferenceID, first.UserID == second.UserID, len(s.Users()))
	// Output: GARMIN anna false 1
}

func ExampleServer_Trigger() {
	s, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	hook := receive()
	defer hook.Close()
	user, err := s.Connect("GARMIN", "anna")
	if err != nil {
		log.Fatal(err)
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: hook.URL}}); err != nil {
		log.Fatal(err)
	}

	delivery, err := s.Trigger(sandbox.EventRequest{
		Type:   "sleep",
		UserID: user.UserID,
		Set:    map[string]any{"data.0.metadata.summary_id": "night-1"},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Flush(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Contains(delivery.Body, []byte(`"summary_id":"night-1"`)))
	// Output:
	// received sleep
	// true
}

func ExampleServer_Resend() {
	s, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	hook := receive()
	defer hook.Close()
	if err := s.SetDestinations([]sandbox.Destination{{URL: hook.URL}}); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	delivery, err := s.Trigger(sandbox.EventRequest{Type: "lab_report.failed"})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Flush(ctx); err != nil {
		log.Fatal(err)
	}
	again, err := s.Resend(delivery.ID)
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Flush(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println("same trace id:", again.TraceID == delivery.TraceID)
	// Output:
	// received lab_report.failed
	// received lab_report.failed
	// same trace id: true
}

// Without Go: the control paths take and give JSON.
func Example_control() {
	s, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	listener := httptest.NewServer(s)
	defer listener.Close()

	resp, err := http.Post(listener.URL+"/_sandbox/users", "application/json",
		strings.NewReader(`{"provider": "FITBIT", "reference_id": "anna"}`))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.StatusCode, bytes.Contains(body, []byte(`"provider":"FITBIT"`)))
	// Output: 201 true
}
