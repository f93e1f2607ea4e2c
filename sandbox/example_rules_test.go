package sandbox_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
)

// Twice the service is not there; the client tries until it is.
func ExampleServer_AddRule() {
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

	rule, err := s.AddRule(sandbox.Rule{
		On:    "GET /daily",
		Times: 2,
		Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer rule.Remove()

	week := terra.Days(health.NewDate(2026, time.March, 2), 7)
	days, err := client.Daily.List(context.Background(), user.UserID, week)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(days), "days after", rule.Hits(), "failures")
	// Output: 7 days after 2 failures
}

// A delivery gets lost, so that the one after it arrives first; its retry comes
// half a minute later.
func ExampleFault() {
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

	if _, err := s.AddRule(sandbox.Rule{
		On:     "deliver sleep",
		UserID: user.UserID,
		Times:  1,
		Fault:  sandbox.Fault{Kind: sandbox.FaultDrop},
	}); err != nil {
		log.Fatal(err)
	}
	for _, eventType := range []string{"sleep", "daily"} {
		if _, err := s.Trigger(sandbox.EventRequest{Type: eventType, UserID: user.UserID}); err != nil {
			log.Fatal(err)
		}
	}
	if err := s.Advance(context.Background(), time.Minute); err != nil {
		log.Fatal(err)
	}
	// Output:
	// received daily
	// received sleep
}
