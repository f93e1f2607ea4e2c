package scenario_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/scenario"
	"github.com/terra-go/terra/webhook"
)

// A receiver is offered a summary, and after it an earlier version of it. Which of
// the two it should keep, their ordering timestamps say.
func ExampleRun() {
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		log.Fatal(err)
	}
	mux := webhook.NewMux()
	var latest *webhook.Daily
	webhook.On(mux, func(_ context.Context, e *webhook.Daily) error {
		switch {
		case latest == nil:
			fmt.Println("new")
		case e.Meta().OrderingTime.Before(latest.Meta().OrderingTime):
			fmt.Println("stale, not kept")
			return nil
		}
		latest = e
		return nil
	})
	receiver := httptest.NewServer(webhook.NewHandler(verifier, mux))
	defer receiver.Close()

	server, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	report, err := scenario.Run(context.Background(), server, "stale-retry", scenario.Options{URL: receiver.URL})
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range report.Deliveries {
		fmt.Println(d.EventType, d.State, d.Status, len(d.Attempts))
	}
	fmt.Println("passed:", report.Passed)
	// Output:
	// new
	// stale, not kept
	// auth delivered 200 1
	// daily delivered 200 1
	// daily delivered 200 2
	// passed: true
}

func ExampleAll() {
	for _, s := range scenario.All()[:2] {
		fmt.Println(s.Name)
		fmt.Println("  " + s.Summary)
	}
	// Output:
	// first-connection
	//   Somebody connects, and what their watch holds arrives.
	// chunked-backfill
	//   Three months are asked for at once and arrive in chunks that share one reference.
}
