package scenario_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/sandbox/scenario"
	"github.com/terra-go/terra/webhook"
)

var quiet = slog.New(slog.DiscardHandler)

// listen starts a receiver with the functions of m, and makes it the destination.
func listen(t *testing.T, s *sandboxtest.Server, m *webhook.Mux) string {
	t.Helper()
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, s, webhook.NewHandler(verifier, m, webhook.WithLogger(quiet)))
}

// serve makes h the destination.
func serve(t *testing.T, s *sandboxtest.Server, h http.Handler) string {
	t.Helper()
	receiver := httptest.NewServer(h)
	t.Cleanup(receiver.Close)
	if err := s.SetDestinations([]sandbox.Destination{{URL: receiver.URL}}); err != nil {
		t.Fatal(err)
	}
	return receiver.URL
}

func play(t *testing.T, s *sandboxtest.Server, name string) scenario.Report {
	t.Helper()
	report, err := scenario.Run(t.Context(), s.Server, name, scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// unmet lists what was expected in vain.
func unmet(r scenario.Report) []string {
	var list []string
	for _, c := range r.Checks {
		if !c.Met {
			list = append(list, c.Expected)
		}
	}
	return list
}

func types(r scenario.Report) string {
	var list []string
	for _, d := range r.Deliveries {
		if len(list) == 0 || list[len(list)-1] != d.EventType {
			list = append(list, d.EventType)
		}
	}
	return strings.Join(list, " ")
}

// TestSoundReceiver: each scenario ends well, and what it sends is what it says.
func TestSoundReceiver(t *testing.T) {
	t.Parallel()
	want := map[string]string{ // types of events, repetitions left out
		"first-connection": "auth athlete body daily sleep activity",
		"chunked-backfill": "auth large_request_processing large_request_sending daily",
		"reauth-late-data": "auth daily auth user_reauth daily",
		"stale-retry":      "auth daily",
		"duplicate-storm":  "auth daily",
		"enrichment-null":  "auth sleep",
		"access-revoked":   "auth sleep access_revoked auth user_reauth sleep",
		"outage-24h":       "auth daily sleep body activity auth daily sleep daily",
		"expired-ping":     "auth s3_payload",
		"unknown-event":    "auth sandbox_unknown daily",
		"hostile-webhooks": "auth",
	}
	for _, sc := range scenario.All() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t)
			listen(t, s, webhook.NewMux())
			report := play(t, s, sc.Name)
			if !report.Passed || len(report.Checks) < 2 {
				t.Errorf("not passed: %q", unmet(report))
			}
			if got := types(report); got != want[sc.Name] {
				t.Errorf("sent %s, want %s", got, want[sc.Name])
			}
			if report.Scenario != sc.Name || report.Summary != sc.Summary || len(report.Steps) == 0 {
				t.Error("the report does not say what it is of")
			}
			for _, d := range report.Deliveries {
				if d.Step < 1 || d.Step > len(report.Steps) || d.TraceID == "" || d.Reference == "" || d.OrderingTime.IsZero() {
					t.Errorf("a delivery of %s is incomplete", d.EventType)
				}
			}
			if len(s.Rules()) != 0 {
				t.Error("rules are left behind")
			}
		})
	}
}
