package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// Every switch works as it is, and shows up in force.
func TestFaultsAreSwitchedOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	page := f.get(t, "/faults", 200)
	contains(t, page, "None: everything goes well")
	forms := regexp.MustCompile(`(?s)<form class="card switch".*?</form>`).FindAllString(page, -1)
	if len(forms) != len(sandbox.FaultKinds()) {
		t.Errorf("%d switches for %d kinds of faults", len(forms), len(sandbox.FaultKinds()))
	}
	fields := regexp.MustCompile(`name="([^"]*)"(?:[^>]*? value="([^"]*)")?`)
	for _, form := range forms {
		sent := url.Values{}
		for _, m := range fields.FindAllStringSubmatch(form, -1) {
			sent.Set(m[1], m[2])
		}
		if to := f.post(t, "/faults", sent); to != "/faults?done=fault" {
			t.Errorf("switching on %s leads elsewhere", sent.Get("kind"))
		}
	}
	page = f.get(t, "/faults", 200)
	for _, kind := range sandbox.FaultKinds() {
		contains(t, page, `data-kind="`+string(kind)+`"`)
	}
	f.post(t, "/faults/"+f.Rules()[0].ID()+"/remove", nil)
	if n := len(f.Rules()); n != len(sandbox.FaultKinds())-1 {
		t.Errorf("%d rules are left after one was removed", n)
	}
	f.post(t, "/faults/clear", nil)
	if n := len(f.Rules()); n != 0 {
		t.Errorf("%d rules are left after all were removed", n)
	}
}

func TestFaultsThatAreNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	for name, form := range map[string]url.Values{
		"kind":        {},
		"status":      {"kind": {"status"}, "status": {"200"}},
		"times":       {"kind": {"drop"}, "times": {"many"}},
		"delay":       {"kind": {"delay"}, "delay": {"soon"}},
		"probability": {"kind": {"drop"}, "percent": {"101"}},
		"on":          {"kind": {"drop"}, "on": {"nonsense"}},
	} {
		_, page := f.do(t, "POST", "/faults", form, http.StatusBadRequest)
		contains(t, page, "Not switched on: "+name)
	}
	if len(f.Rules()) != 0 {
		t.Error("something is in force")
	}
}

// A fault is switched on, seen to strike, and over once the clock has advanced.
func TestFaultAndClock(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	ada := f.connect(t, "ada")
	f.post(t, "/faults", url.Values{"kind": {"drop"}, "on": {"deliver daily"}, "times": {"1"}})
	d := f.send(t, "daily", ada)
	contains(t, f.get(t, "/faults", 200), "1 of 1 hits", "deliver daily")
	contains(t, f.get(t, "/deliveries/"+d.TraceID, 200), "next attempt", "to be sent again")
	f.post(t, "/clock", url.Values{"by": {"8h"}})
	f.settle(t)
	page := f.get(t, "/deliveries/"+d.TraceID, 200)
	contains(t, page, "200 OK", "verified", "applied")
	contains(t, f.get(t, "/", 200), "clock 8 h ahead")
	if ahead := time.Until(f.Now()); ahead < 7*time.Hour {
		t.Errorf("the clock is %v ahead", ahead)
	}
	for _, by := range []string{"", "soon", "-1h", "9999999h"} {
		f.do(t, "POST", "/clock", url.Values{"by": {by}}, http.StatusBadRequest)
	}
}

func TestScenario(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	contains(t, f.get(t, "/scenarios", 200), "stale-retry", "Play")
	contains(t, f.get(t, "/scenarios/stale-retry", 200), "Play it")
	before := f.Destinations()[0].URL
	if to := f.post(t, "/scenarios/stale-retry", nil); to != "/scenarios/stale-retry" {
		t.Error("playing leads elsewhere")
	}
	page := f.get(t, "/scenarios/stale-retry", 200)
	contains(t, page, "passed", "as it should be", "What was done", "What was sent", "Play it again", "daily")
	contains(t, f.get(t, "/scenarios", 200), "passed")
	if after := f.Destinations(); len(after) != 1 || after[0].URL != before {
		t.Error("the destinations are others")
	}
	link := regexp.MustCompile(`href="(/deliveries/[^"]*)"`).FindStringSubmatch(page)
	f.get(t, link[1], 200)
	f.get(t, "/scenarios/unknown", http.StatusNotFound)
	f.do(t, "POST", "/scenarios/unknown", nil, http.StatusNotFound)
	if strings.Contains(page, "http://") {
		t.Error("the report names an address")
	}
}

// TestScenarioKeepsDestinations: those that were there before a scenario are sent to
// again, and signed for with their own secrets.
func TestScenarioKeepsDestinations(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	const own = "a secret of its own"
	verifier, err := webhook.NewVerifier([]string{own})
	if err != nil {
		t.Fatal(err)
	}
	received := make(chan error, 1)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := verifier.ReadRequest(w, r, 1<<20, nil)
		received <- err
	}))
	t.Cleanup(other.Close)
	if err := f.AddDestination(sandbox.Destination{URL: other.URL, Secret: own}); err != nil {
		t.Fatal(err)
	}
	f.post(t, "/scenarios/enrichment-null", nil)
	if _, err := f.Connect("GARMIN", "ada"); err != nil {
		t.Fatal(err)
	}
	if err := <-received; err != nil {
		t.Errorf("what is delivered after the scenario cannot be verified: %v", err)
	}
}
