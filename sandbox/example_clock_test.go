package sandbox_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/terra-go/terra/sandbox"
)

// A receiver that is down for a day: every retry of that day, in no time.
func ExampleServer_Advance() {
	s, err := sandbox.New(sandbox.WithRetryProfile(sandbox.RetryFAQ))
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "out of order", http.StatusServiceUnavailable)
	}))
	defer hook.Close()
	if err := s.SetDestinations([]sandbox.Destination{{URL: hook.URL}}); err != nil {
		log.Fatal(err)
	}
	if _, err := s.Connect("GARMIN", "anna"); err != nil {
		log.Fatal(err)
	}
	for _, hours := range []time.Duration{1, 7, 16} {
		if err := s.Advance(context.Background(), hours*time.Hour); err != nil {
			log.Fatal(err)
		}
		d, one := s.Deliveries()[0], s.Destinations()[0]
		fmt.Println(len(d.Attempts), "attempts,", len(one.Warnings), "warnings, disabled:", !one.DisabledAt.IsZero())
	}
	// Output:
	// 3 attempts, 0 warnings, disabled: false
	// 6 attempts, 1 warnings, disabled: false
	// 8 attempts, 2 warnings, disabled: true
}

// Two runs of a sandbox with one state.
func ExampleWithState() {
	dir, err := os.MkdirTemp("", "sandbox")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for range 2 {
		s, err := sandbox.New(sandbox.WithState(filepath.Join(dir, "state.json")))
		if err != nil {
			log.Fatal(err)
		}
		if _, err := s.Connect("OURA", fmt.Sprint("person ", len(s.Users())+1)); err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(s.Users()), "connected")
		s.Close()
	}
	// Output:
	// 1 connected
	// 2 connected
}

// A copy of a sandbox, to try something on.
func ExampleServer_Snapshot() {
	one, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer one.Close()
	if _, err := one.Connect("OURA", "anna"); err != nil {
		log.Fatal(err)
	}
	state, err := one.Snapshot()
	if err != nil {
		log.Fatal(err)
	}
	two, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer two.Close()
	if err := two.Restore(state); err != nil {
		log.Fatal(err)
	}
	fmt.Println(two.Users()[0].ReferenceID)
	// Output: anna
}
