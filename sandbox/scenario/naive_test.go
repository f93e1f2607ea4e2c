package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/sandbox/scenario"
	"github.com/terra-go/terra/webhook"
)

// TestCredulousReceiver: what is not checked is taken.
func TestCredulousReceiver(t *testing.T) {
	t.Parallel()
	patient, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret}, webhook.WithTolerance(1000*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		receiver http.Handler
		want     string // of the attacks that are taken
	}{
		"checks nothing": {
			http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "9 of 9",
		},
		"checks no time": {
			webhook.NewHandler(patient, webhook.NewMux(), webhook.WithLogger(quiet)),
			"a replay of yesterday's webhook, a webhook dated an hour ahead",
		},
		"fails on each": {
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
				if patient.Verify(r.Header, body) != nil {
					w.WriteHeader(http.StatusInternalServerError)
				}
			}), "9 of 9",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t)
			serve(t, s, tc.receiver)
			report := play(t, s, "hostile-webhooks")
			var taken []string
			for _, r := range report.Requests {
				if !r.Refused {
					taken = append(taken, r.Attack)
				}
			}
			got := strings.Join(taken, ", ")
			if len(taken) == len(report.Requests) {
				got = fmt.Sprintf("%d of %d", len(taken), len(report.Requests))
			}
			if got != tc.want || report.Passed || len(unmet(report)) != len(taken) {
				t.Errorf("taken: %s, want %s; passed: %t", got, tc.want, report.Passed)
			}
		})
	}
}

// TestImpatientReceiver: receivers that refuse what they should take are offered it
// again in vain.
func TestImpatientReceiver(t *testing.T) {
	t.Parallel()
	refusal := errors.New("refused")
	for name, receiver := range map[string]func(*webhook.Mux){
		"unknown-event": func(m *webhook.Mux) {
			m.OnUnknown(func(context.Context, *webhook.UnknownEvent) error { return refusal })
		},
		"reauth-late-data": func(m *webhook.Mux) {
			var gone sync.Map
			webhook.On(m, func(_ context.Context, e *webhook.UserReauth) error {
				old, _ := e.OldUser.Get()
				gone.Store(old.UserID, true)
				return nil
			})
			webhook.On(m, func(_ context.Context, e *webhook.Daily) error {
				if _, ok := gone.Load(e.User.UserID); ok {
					return refusal
				}
				return nil
			})
		},
		"expired-ping": func(m *webhook.Mux) {
			webhook.On(m, func(ctx context.Context, e *webhook.S3Payload) error {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL, nil)
				if err != nil {
					return err
				}
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					return refusal
				}
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t)
			m := webhook.NewMux()
			receiver(m)
			listen(t, s, m)
			report := play(t, s, name)
			if got := unmet(report); report.Passed || !slices.Equal(got, []string{"every delivery is acknowledged in the end"}) {
				t.Errorf("unmet: %q", got)
			}
		})
	}
}

// store is what a receiver keeps, well or badly.
type store struct {
	mu     sync.Mutex
	seen   map[string]bool // keys that were there before
	rows   int
	newest time.Time
	steps  int64
	most   int64 // steps there ever were
	score  float64
}

// TestWhatIsStored: scenarios whose trouble is not in the answers, but in what a
// receiver makes of them.
func TestWhatIsStored(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		naive, sound func(*store, webhook.Event)
		trouble      func(*store) bool
	}{
		"stale-retry": {
			naive: func(s *store, e webhook.Event) {
				if e, ok := e.(*webhook.Daily); ok {
					s.steps = e.Data[0].DistanceData.Steps.Or(0)
					s.most = max(s.most, s.steps)
				}
			},
			sound: func(s *store, e webhook.Event) {
				if e, ok := e.(*webhook.Daily); ok && !e.Meta().OrderingTime.Before(s.newest) {
					s.newest = e.Meta().OrderingTime
					s.steps = e.Data[0].DistanceData.Steps.Or(0)
					s.most = max(s.most, s.steps)
				}
			},
			trouble: func(s *store) bool { return s.steps < s.most },
		},
		"duplicate-storm": {
			naive: func(s *store, e webhook.Event) {
				if e, ok := e.(*webhook.Daily); ok {
					s.rows += len(e.Data)
				}
			},
			sound: func(s *store, e webhook.Event) {
				if e, ok := e.(*webhook.Daily); ok && !s.seen[e.Meta().TraceID] {
					s.seen[e.Meta().TraceID] = true
					s.rows += len(e.Data)
				}
			},
			trouble: func(s *store) bool { return s.rows != 1 },
		},
		"enrichment-null": {
			naive: func(s *store, e webhook.Event) {
				if e, ok := e.(*webhook.Sleep); ok {
					s.score = e.Data[0].DataEnrichment.SleepScore.Or(0)
				}
			},
			sound: func(s *store, e webhook.Event) {
				if e, ok := e.(*webhook.Sleep); ok {
					s.score = e.Data[0].DataEnrichment.SleepScore.Or(s.score)
				}
			},
			trouble: func(s *store) bool { return s.score == 0 },
		},
		"chunked-backfill": {
			naive: func(s *store, e webhook.Event) { // the reference is no key
				if e, ok := e.(*webhook.Daily); ok && !s.seen[e.Meta().Reference] {
					s.seen[e.Meta().Reference] = true
					s.rows += len(e.Data)
				}
			},
			sound: func(s *store, e webhook.Event) {
				if e, ok := e.(*webhook.Daily); ok && !s.seen[e.Meta().TraceID] {
					s.seen[e.Meta().TraceID] = true
					s.rows += len(e.Data)
				}
			},
			trouble: func(s *store) bool { return s.rows < 80 },
		},
	} {
		for _, receiver := range []struct {
			name    string
			take    func(*store, webhook.Event)
			trouble bool
		}{{"naive", tc.naive, true}, {"sound", tc.sound, false}} {
			t.Run(name+"/"+receiver.name, func(t *testing.T) {
				t.Parallel()
				s := sandboxtest.New(t)
				kept := &store{seen: map[string]bool{}}
				m := webhook.NewMux()
				m.OnAny(func(_ context.Context, e webhook.Event) error {
					kept.mu.Lock()
					defer kept.mu.Unlock()
					receiver.take(kept, e)
					return nil
				})
				listen(t, s, m)
				if report := play(t, s, name); !report.Passed {
					t.Errorf("not passed: %q", unmet(report))
				}
				if got := tc.trouble(kept); got != receiver.trouble {
					t.Errorf("trouble: %t, want %t", got, receiver.trouble)
				}
			})
		}
	}
}

// TestCancelled: a scenario ends with its context, and the report where it did.
func TestCancelled(t *testing.T) {
	t.Parallel()
	for _, sc := range scenario.All() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			m := webhook.NewMux()
			m.OnAny(func(context.Context, webhook.Event) error {
				cancel()
				return nil
			})
			listen(t, s, m)
			report, err := scenario.Run(ctx, s.Server, sc.Name, scenario.Options{})
			if !errors.Is(err, context.Canceled) || report.Passed {
				t.Errorf("error %v, passed %t", err, report.Passed)
			}
			if len(report.Steps) > 2 || len(s.Rules()) != 0 {
				t.Errorf("%d steps, %d rules left", len(report.Steps), len(s.Rules()))
			}
		})
	}
}
