package sandbox_test

import (
	"errors"
	"fmt"
	"log"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/sandbox/synth"
)

func TestPersonas(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	days := func(user, path string) []any {
		t.Helper()
		a := call(t, s, "GET", "/api/v2/"+path+"?to_webhook=false&start_date=2026-03-01&end_date=2026-05-24&user_id="+user, "")
		data, ok := a.object(t)["data"].([]any)
		if !ok {
			t.Fatalf("%s: status %d without data", path, a.StatusCode)
		}
		return data
	}
	users := map[string]string{}
	for _, persona := range []string{"ordinary", "athlete", "shift-worker", "poor-sleeper", "newcomer", "traveller"} {
		a := call(t, s, "POST", "/_sandbox/users", `{"provider":"GARMIN","reference_id":"the `+persona+`","persona":"`+persona+`"}`)
		if a.StatusCode != 201 {
			t.Fatalf("%s: status %d, want 201", persona, a.StatusCode)
		}
		users[persona], _ = a.object(t)["user_id"].(string)
	}
	if n := len(days(users["athlete"], "activity")); n < 60 {
		t.Errorf("an athlete with %d activities in twelve weeks", n)
	}
	for _, path := range dataPaths {
		if n := len(days(users["newcomer"], path)); n != 0 {
			t.Errorf("%s: a newcomer with a history", path)
		}
	}
	offsets := map[string]bool{}
	for _, d := range days(users["traveller"], "daily") {
		start, _ := at(d, "metadata.start_time").(string)
		offsets[start[len(start)-6:]] = true
	}
	if len(offsets) < 3 { // daylight saving alone makes two
		t.Error("a traveller who stays at home")
	}
	asleep := func(user string) (hours float64) {
		nights := days(user, "sleep")
		for _, n := range nights {
			v, _ := at(n, "sleep_durations_data.asleep.duration_asleep_state_seconds").(float64)
			hours += v / 3600
		}
		return hours / float64(len(nights))
	}
	if poor, usual := asleep(users["poor-sleeper"]), asleep(users["ordinary"]); poor > usual-0.7 {
		t.Error("a poor sleeper who sleeps well")
	}
	byDay := 0
	for _, n := range days(users["shift-worker"], "sleep") {
		if start, _ := at(n, "metadata.start_time").(string); start[11:13] >= "07" && start[11:13] <= "11" {
			byDay++
		}
	}
	if byDay < 20 {
		t.Errorf("a shift worker who went to bed in the morning %d times in twelve weeks", byDay)
	}
}

// TestNewcomerLives: their history begins when they connect.
func TestNewcomerLives(t *testing.T) {
	t.Parallel()
	clock := &hands{at: noon()}
	s := sandboxtest.New(t, sandbox.WithNow(clock.now))
	user, err := s.Connect("GARMIN", "nora", sandbox.WithPersona(synth.Newcomer))
	if err != nil {
		t.Fatal(err)
	}
	clock.advance(10 * 24 * time.Hour)
	a := call(t, s, "GET", "/api/v2/daily?to_webhook=false&start_date=2026-06-01&end_date=2026-06-30&user_id="+user.UserID, "")
	if data, _ := a.object(t)["data"].([]any); len(data) < 8 || len(data) > 10 {
		t.Errorf("%d days after ten", len(data))
	}
}

func TestPersonaStays(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	connectAs := func(opts ...sandbox.ConnectOption) string {
		t.Helper()
		user, err := s.Connect("GARMIN", "anna", opts...)
		if err != nil {
			t.Fatal(err)
		}
		v := call(t, s, "GET", "/api/v2/sleep?to_webhook=false&start_date=2026-03-01&end_date=2026-03-08&user_id="+user.UserID, "").object(t)
		start, _ := at(v, "data.0.metadata.start_time").(string)
		return start
	}
	shifts := connectAs(sandbox.WithPersona(synth.ShiftWorker))
	if connectAs() != shifts {
		t.Error("another person after connecting again")
	}
	if connectAs(sandbox.WithPersona(synth.Ordinary)) == shifts {
		t.Error("a chosen persona makes no difference")
	}
}

func TestUnknownPersona(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	if _, err := s.Connect("GARMIN", "anna", sandbox.WithPersona("hermit")); !errors.Is(err, sandbox.ErrUnknownPersona) {
		t.Errorf("got %v, want ErrUnknownPersona", err)
	}
	a := call(t, s, "POST", "/_sandbox/users", `{"provider":"GARMIN","reference_id":"anna","persona":"hermit"}`)
	if a.StatusCode != 400 || a.object(t)["error"] != "unknown persona" {
		t.Errorf("status %d, want 400", a.StatusCode)
	}
	if len(s.Users()) != 0 {
		t.Error("connected all the same")
	}
}

// A person is who the test needs: here, somebody who trains on most days.
func ExampleWithPersona() {
	s, err := sandbox.New(sandbox.WithNow(noon))
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	user, err := s.Connect("GARMIN", "member-7", sandbox.WithPersona(synth.Athlete))
	if err != nil {
		log.Fatal(err)
	}
	_, text := serve(s, "GET", "/api/v2/activity?to_webhook=false&start_date=2026-06-01&end_date=2026-06-08&user_id="+user.UserID, "", "localhost")
	fmt.Println("trains often:", strings.Count(text, `"summary_id"`) >= 5)
	// Output: trains often: true
}
