package sandboxtest_test

import (
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// testNights is a test of code that reads from Terra. In a program's own tests its
// name would begin with a capital.
func testNights(t *testing.T) {
	s := sandboxtest.New(t)
	user, err := s.Connect("OURA", "anna")
	if err != nil {
		t.Fatal(err)
	}
	week := terra.Days(health.NewDate(2026, time.March, 2), 7)
	nights, err := s.Client.Sleep.List(t.Context(), user.UserID, week)
	if err != nil {
		t.Fatal(err)
	}
	if len(nights) == 0 {
		t.Error("nobody slept")
	}
}

func ExampleNew() {
	_ = testNights // which go test runs
}
