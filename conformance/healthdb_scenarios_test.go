package conformance

import (
	"context"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/sandbox/scenario"
	"github.com/terra-go/terra/webhook"
)

// stage is where a scenario is played: a sandbox, and behind a receiver and a worker
// the store in which everything ends up.
type stage struct {
	*rowStore
	sandbox *sandboxtest.Server
	inbox   *ingest.Memory
	report  scenario.Report
}

func play(t *testing.T, name string) *stage {
	t.Helper()
	s := &stage{sandbox: sandboxtest.New(t), inbox: ingest.NewMemory()}
	s.rowStore = newRows(t, newSQLite(t), healthdb.WithClock(s.sandbox.Now))
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(ingest.NewReceiver(verifier, s.inbox))
	t.Cleanup(receiver.Close)
	apply := func(ctx context.Context, r ingest.Received) error { return s.db.Apply(ctx, r.Event, r.ReceivedAt) }
	worker := ingest.NewWorker(s.inbox, apply, ingest.WithFetcher(ingest.NewFetcher(ingest.AllowLoopback())))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
	})
	s.report, err = scenario.Run(t.Context(), s.sandbox.Server, name, scenario.Options{URL: receiver.URL + "/webhooks/terra"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.report.Checks {
		if !c.Met {
			t.Errorf("the receiver: %s: not met", c.Expected)
		}
	}
	s.settle(t)
	return s
}

// settle waits until the worker has dealt with everything.
func (s *stage) settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		stats, err := s.inbox.Stats(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if stats.Pending == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d deliveries are still pending", stats.Pending)
		}
	}
}

// TestScenarios plays everything that can happen between Terra and a receiver, and
// looks at the rows that come of it.
func TestScenarios(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *stage){
		"first-connection": func(t *testing.T, s *stage) {
			c := s.only(t)
			if c.Provider != "GARMIN" || c.Status != healthdb.StatusActive || c.CreatedAt.IsZero() || c.Scopes == nil {
				t.Error("the connection is not as it was announced")
			}
			for _, table := range []string{"athletes", "bodies", "dailies", "sleeps", "activities", "samples"} {
				if s.count(t, table) == 0 {
					t.Errorf("there are no %s", table)
				}
			}
		},
		"chunked-backfill": func(t *testing.T, s *stage) {
			c := s.only(t)
			if n := s.count(t, "dailies"); n != 92 {
				t.Errorf("%d days, want 92", n)
			}
			last := health.DateOf(s.sandbox.Now().UTC())
			gaps, err := s.db.Gaps(t.Context(), c.ID, webhook.TypeDaily, terra.Between(last.AddDays(-92), last))
			if err != nil || len(gaps) != 0 {
				t.Errorf("gaps: %v, error: %v", gaps, err)
			}
		},
		"reauth-late-data": func(t *testing.T, s *stage) {
			c := s.only(t)
			s.isUser(t, c, "FITBIT")
			if n := s.count(t, "connection_users"); n != 2 {
				t.Errorf("%d user ids, want 2", n)
			}
			if s.count(t, "dailies") == 0 {
				t.Error("there are no summaries")
			}
		},
		"stale-retry": func(t *testing.T, s *stage) {
			s.hasFreshDay(t, s.only(t))
		},
		"duplicate-storm": func(t *testing.T, s *stage) {
			s.hasFreshDay(t, s.only(t))
			if n := s.count(t, "deliveries"); n != 2 {
				t.Errorf("%d deliveries, want the auth and one summary", n)
			}
		},
		"enrichment-null": func(t *testing.T, s *stage) {
			s.only(t)
			nights := s.readTable(t, "sleeps")
			if len(nights) == 0 {
				t.Fatal("there is no night")
			}
			for _, night := range nights {
				if night["data_enrichment_sleep_score"] == "" {
					t.Error("a night has lost its score")
				}
			}
		},
		"access-revoked": func(t *testing.T, s *stage) {
			c := s.only(t)
			s.isUser(t, c, "OURA")
			if c.Status != healthdb.StatusActive {
				t.Errorf("status %s, want that of the new id", c.Status)
			}
			if n := s.count(t, "sleeps"); n < 2 {
				t.Errorf("%d nights, want those of both ids", n)
			}
		},
		"outage-24h": func(t *testing.T, s *stage) {
			if n := s.count(t, "connections"); n != 2 {
				t.Errorf("%d connections, want 2", n)
			}
			for _, table := range []string{"dailies", "sleeps", "bodies", "activities"} {
				if s.count(t, table) == 0 {
					t.Errorf("there are no %s", table)
				}
			}
		},
		"expired-ping": func(t *testing.T, s *stage) {
			s.only(t)
			if s.count(t, "dailies") == 0 {
				t.Error("what the second link leads to is missing")
			}
			if stats, err := s.inbox.Stats(t.Context()); err != nil || stats.Dead != 1 {
				t.Errorf("%d dead letters, want the expired link; error: %v", stats.Dead, err)
			}
		},
		"unknown-event": func(t *testing.T, s *stage) {
			s.hasFreshDay(t, s.only(t))
			if !slices.ContainsFunc(s.readTable(t, "deliveries"), func(r row) bool { return r["type"] == "sandbox_unknown" }) {
				t.Error("the event of unknown type is not kept")
			}
		},
		"hostile-webhooks": func(t *testing.T, s *stage) {
			if n := s.count(t, "connections"); n != 2 {
				t.Errorf("%d connections, want the two genuine ones", n)
			}
			if n := s.count(t, "deliveries"); n != 2 {
				t.Errorf("%d deliveries, want the two genuine ones", n)
			}
		},
	}
	for _, sc := range scenario.All() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			test := tests[sc.Name]
			if test == nil {
				t.Fatal("nothing is expected of this scenario")
			}
			s := play(t, sc.Name)
			s.hasEverything(t)
			test(t, s)
		})
	}
}

// hasEverything checks that what was acknowledged is in the store or, as the ping
// whose link has expired, among the dead letters.
func (s *stage) hasEverything(t *testing.T) {
	t.Helper()
	kept := map[string]bool{}
	for d, err := range s.db.Deliveries(t.Context(), healthdb.DeliveryFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		kept[d.ID] = true
	}
	for item, err := range s.inbox.Scan(t.Context(), ingest.Dead) {
		if err != nil {
			t.Fatal(err)
		}
		if s.report.Scenario != "expired-ping" {
			t.Errorf("a dead letter: %s", item.Reason)
		}
		kept[item.ID] = true
	}
	for _, d := range s.report.Deliveries {
		if d.Status/100 == 2 && !kept[d.TraceID] {
			t.Errorf("an acknowledged %s of step %d is lost", d.EventType, d.Step)
		}
	}
}

// only is the one connection there is.
func (s *stage) only(t *testing.T) healthdb.Connection {
	t.Helper()
	var list []healthdb.Connection
	for c, err := range s.db.Connections(t.Context(), healthdb.ConnectionFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	if len(list) != 1 {
		t.Fatalf("%d connections, want 1", len(list))
	}
	return list[0]
}

// isUser checks that a connection goes by the id that the service has for it now.
func (s *stage) isUser(t *testing.T, c healthdb.Connection, provider string) {
	t.Helper()
	users := s.sandbox.Users()
	if len(users) != 1 || users[0].UserID != c.UserID || c.Provider != provider {
		t.Error("the connection does not go by its present user id")
	}
}

// hasFreshDay checks that there is one summary and that it is yesterday's as the API
// has it, not an earlier version of it.
func (s *stage) hasFreshDay(t *testing.T, c healthdb.Connection) {
	t.Helper()
	var days []health.Daily
	for day, err := range healthdb.Records[health.Daily](t.Context(), s.db, c.ID, health.Date{}, health.Date{}) {
		if err != nil {
			t.Fatal(err)
		}
		days = append(days, day)
	}
	if len(days) != 1 {
		t.Fatalf("%d summaries, want 1", len(days))
	}
	want, err := s.sandbox.Client.Daily.List(t.Context(), c.UserID, terra.Days(days[0].Metadata.StartTime.Date(), 1))
	if err != nil || len(want) != 1 {
		t.Fatalf("the API has %d summaries of that day, error: %v", len(want), err)
	}
	if days[0].DistanceData.Steps != want[0].DistanceData.Steps {
		t.Error("the summary is not the newest version")
	}
}
