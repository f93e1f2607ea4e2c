package scenario_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/sandbox/scenario"
	"github.com/terra-go/terra/webhook"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		scenario string
		opts     scenario.Options
		want     error
	}{
		"no such scenario":    {"rapture", scenario.Options{URL: "http://127.0.0.1/"}, scenario.ErrUnknown},
		"no destination":      {"stale-retry", scenario.Options{}, sandbox.ErrNoDestination},
		"another machine":     {"stale-retry", scenario.Options{URL: "https://example.com/hook"}, scenario.ErrRemote},
		"a name that tricks":  {"stale-retry", scenario.Options{URL: "http://127.0.0.1.example.com/"}, scenario.ErrRemote},
		"user that tricks":    {"stale-retry", scenario.Options{URL: "http://localhost@example.com/"}, scenario.ErrRemote},
		"all addresses":       {"stale-retry", scenario.Options{URL: "http://0.0.0.0/"}, scenario.ErrRemote},
		"the local network":   {"stale-retry", scenario.Options{URL: "http://192.168.1.1/"}, scenario.ErrRemote},
		"no URL":              {"stale-retry", scenario.Options{URL: "::"}, sandbox.ErrInvalidDestination},
		"no host":             {"stale-retry", scenario.Options{URL: "http:///hook"}, sandbox.ErrInvalidDestination},
		"another scheme":      {"stale-retry", scenario.Options{URL: "ftp://[::1]/"}, sandbox.ErrInvalidDestination},
		"allowed and invalid": {"stale-retry", scenario.Options{URL: "ftp://example.com/", AllowRemote: true}, sandbox.ErrInvalidDestination},
	} {
		s := sandboxtest.New(t)
		report, err := scenario.Run(t.Context(), s.Server, tc.scenario, tc.opts)
		if !errors.Is(err, tc.want) || report.Passed {
			t.Errorf("%s: error %v, want %v", name, err, tc.want)
		}
		if len(s.Users()) != 0 {
			t.Errorf("%s: something was done all the same", name)
		}
	}
}

// TestRemoteDestination: one that the server has is no more welcome than one that
// the options name.
func TestRemoteDestination(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	if err := s.SetDestinations([]sandbox.Destination{{URL: "https://example.com/hook"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := scenario.Run(t.Context(), s.Server, "stale-retry", scenario.Options{}); !errors.Is(err, scenario.ErrRemote) {
		t.Errorf("error %v", err)
	}
}

func TestSecret(t *testing.T) {
	const wrongSecret = "nobody-has-this-one"
	t.Parallel()
	for _, name := range []string{"first-connection", "outage-24h"} {
		s := sandboxtest.New(t)
		url := listen(t, s, webhook.NewMux())
		if err := s.SetDestinations(nil); err != nil {
			t.Fatal(err)
		}
		wrong, err := scenario.Run(t.Context(), s.Server, name, scenario.Options{URL: url, Secret: wrongSecret})
		if err != nil || wrong.Passed {
			t.Errorf("%s with another secret: passed %t, error %v", name, wrong.Passed, err)
		}
		right, err := scenario.Run(t.Context(), s.Server, name, scenario.Options{URL: url})
		if err != nil || !right.Passed {
			t.Errorf("%s with the server's: unmet %q, error %v", name, unmet(right), err)
		}
		if text, err := json.Marshal(wrong); err != nil || strings.Contains(string(text), wrongSecret) || strings.Contains(string(text), url) {
			t.Errorf("%s: the report tells a secret or a URL, or is no JSON", name)
		}
	}
}

// TestAgain: a scenario can be played after others on one server, whoever is
// connected already.
func TestAgain(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	listen(t, s, webhook.NewMux())
	for _, name := range []string{"stale-retry", "stale-retry", "reauth-late-data", "expired-ping", "enrichment-null", "reauth-late-data"} {
		report := play(t, s, name)
		if !report.Passed {
			t.Errorf("%s: %q", name, unmet(report))
		}
		if d := report.Deliveries[0]; d.EventType != "auth" || d.Step != 1 {
			t.Errorf("%s: deliveries of another run are in the report", name)
		}
	}
}

// TestSeeds: scenarios are about what happens, not about whom it happens to.
func TestSeeds(t *testing.T) {
	t.Parallel()
	names := []string{"first-connection", "reauth-late-data", "stale-retry", "enrichment-null", "outage-24h", "expired-ping"}
	for seed := range uint64(4) {
		s := sandboxtest.New(t, sandbox.WithSeed(seed))
		listen(t, s, webhook.NewMux())
		for _, name := range names {
			if report := play(t, s, name); !report.Passed {
				t.Errorf("%s, seed %d: %q", name, seed, unmet(report))
			}
		}
	}
}

// TestSameAgain: with the same seed and clock a report differs by what identifies
// deliveries, and by nothing else.
func TestSameAgain(t *testing.T) {
	t.Parallel()
	noon := func() time.Time { return time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) }
	for _, name := range []string{"first-connection", "reauth-late-data", "duplicate-storm", "access-revoked", "outage-24h", "expired-ping"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var runs [2]scenario.Report
			for i := range runs {
				s := sandboxtest.New(t, sandbox.WithSeed(7), sandbox.WithNow(noon))
				listen(t, s, webhook.NewMux())
				runs[i] = play(t, s, name)
				rename(&runs[i])
			}
			if !runs[0].Passed || !reflect.DeepEqual(runs[0], runs[1]) {
				t.Errorf("passed %t, or two runs differ", runs[0].Passed)
			}
		})
	}
}

// rename puts numbers in the place of trace ids and references.
func rename(r *scenario.Report) {
	numbers := map[string]string{}
	number := func(id string) string {
		if numbers[id] == "" {
			numbers[id] = fmt.Sprint(len(numbers))
		}
		return numbers[id]
	}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		d.TraceID, d.Reference = number(d.TraceID), number(d.Reference)
	}
}

// TestReportJSON: what is written can be read back, and lists are lists.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	listen(t, s, webhook.NewMux())
	report := play(t, s, "outage-24h")
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var back scenario.Report
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, report) {
		t.Error("not the same after it was read back")
	}
	if strings.Contains(string(text), ":null") {
		t.Error("a list is null")
	}
}
