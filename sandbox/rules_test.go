package sandbox_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// addRule fails the test when the rule is refused.
func addRule(t *testing.T, s *sandbox.Server, r sandbox.Rule) *sandbox.ActiveRule {
	t.Helper()
	a, err := s.AddRule(r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func hits(t *testing.T, r *sandbox.ActiveRule, want int) {
	t.Helper()
	if got := r.Hits(); got != want {
		t.Errorf("%s: %d hits, want %d", r.Rule().Fault.Kind, got, want)
	}
}

func TestRuleErrors(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	status := sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}
	for name, tc := range map[string]struct {
		rule  sandbox.Rule
		field string
	}{
		"no kind":               {sandbox.Rule{}, "fault.kind"},
		"unknown kind":          {sandbox.Rule{Fault: sandbox.Fault{Kind: "flood"}}, "fault.kind"},
		"no status":             {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultStatus}}, "fault.status"},
		"status of success":     {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 204}}, "fault.status"},
		"status too high":       {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 600}}, "fault.status"},
		"no delay":              {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDelay}}, "fault.delay"},
		"negative delay":        {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDelay, Delay: -1}}, "fault.delay"},
		"delay too long":        {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultReorder, Delay: math.MaxInt64}}, "fault.delay"},
		"strange parameter":     {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDrop, Copies: 1}}, "fault.copies"},
		"negative retry-after":  {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit, RetryAfter: -1}}, "fault.retry_after"},
		"retry-after with r1":   {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit, Limit: "r1", RetryAfter: 1}}, "fault.retry_after"},
		"retry-after too long":  {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, RetryAfter: math.MaxInt64}}, "fault.retry_after"},
		"unknown limit":         {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit, Limit: "r3"}}, "fault.limit"},
		"negative copies":       {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDuplicate, Copies: -1}}, "fault.copies"},
		"too many copies":       {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDuplicate, Copies: 1001}}, "fault.copies"},
		"negative size":         {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultOversizedBody, Size: -1}}, "fault.size"},
		"size too large":        {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultOversizedBody, Size: math.MaxInt}}, "fault.size"},
		"known event":           {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultUnknownEvent, EventType: "sleep"}}, "fault.event_type"},
		"long event":            {sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultUnknownEvent, EventType: strings.Repeat("x", 101)}}, "fault.event_type"},
		"negative times":        {sandbox.Rule{Times: -1, Fault: status}, "times"},
		"negative probability":  {sandbox.Rule{Probability: -0.1, Fault: status}, "probability"},
		"probability above 1":   {sandbox.Rule{Probability: 1.1, Fault: status}, "probability"},
		"probability no number": {sandbox.Rule{Probability: math.NaN(), Fault: status}, "probability"},
		"no operation":          {sandbox.Rule{On: "sleep", Fault: status}, "on"},
		"long user id":          {sandbox.Rule{UserID: strings.Repeat("x", 300), Fault: status}, "user_id"},
		"unknown path":          {sandbox.Rule{On: "GET /slep", Fault: status}, "on"},
		"wrong method":          {sandbox.Rule{On: "POST /sleep", Fault: status}, "on"},
		"unknown event type":    {sandbox.Rule{On: "deliver slep", Fault: status}, "on"},
		"delivery fault on a request": {
			sandbox.Rule{On: "GET /sleep", Fault: sandbox.Fault{Kind: sandbox.FaultDuplicate}}, "fault.kind",
		},
		"request fault on a delivery": {
			sandbox.Rule{On: "deliver", Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit}}, "fault.kind",
		},
		"nothing to null": {
			sandbox.Rule{On: "GET /body", Fault: sandbox.Fault{Kind: sandbox.FaultNullEnrichment}}, "fault.kind",
		},
		"nothing to retry stale": {
			sandbox.Rule{On: "deliver auth", Fault: sandbox.Fault{Kind: sandbox.FaultStaleRetry}}, "fault.kind",
		},
		"no data to limit": {
			sandbox.Rule{On: "GET /userInfo", Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit}}, "fault.kind",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := s.AddRule(tc.rule)
			var bad *sandbox.RuleError
			if !errors.As(err, &bad) || a != nil {
				t.Fatalf("%v instead of a RuleError", err)
			}
			if bad.Field != tc.field {
				t.Errorf("the error is about %s: %v", bad.Field, err)
			}
		})
	}
	if len(s.Rules()) != 0 {
		t.Error("a refused rule is in force")
	}
}

func TestTooManyRules(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDrop}}
	for range 1000 {
		addRule(t, s.Server, r)
	}
	if _, err := s.AddRule(r); !errors.Is(err, sandbox.ErrTooManyRules) {
		t.Errorf("%v instead of ErrTooManyRules", err)
	}
	s.ClearRules()
	addRule(t, s.Server, r)
}

// TestRuleOperations: what a rule names is struck, and nothing else.
func TestRuleOperations(t *testing.T) {
	t.Parallel()
	for on, want := range map[string]string{
		"":              "sleep daily body userInfo users deliver:sleep deliver:daily",
		"request":       "sleep daily body userInfo users",
		"/sleep":        "sleep",
		"GET /daily":    "daily",
		"/userInfo":     "userInfo",
		"/users/{id}":   "users",
		"deliver":       "deliver:sleep deliver:daily",
		"deliver daily": "deliver:daily",
	} {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t)
			user := connect(t, s, "GARMIN", "anna").UserID
			other := connect(t, s, "GARMIN", "ben").UserID
			listen(t, s)
			rule := addRule(t, s.Server, sandbox.Rule{
				On: on, UserID: user, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503},
			})
			var struck []string
			did := func(name string) {
				if err := s.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				if rule.Hits() > 0 {
					struck = append(struck, name)
				}
				rule.Remove()
				rule = addRule(t, s.Server, rule.Rule())
			}
			for _, id := range []string{other, user} {
				for _, path := range []string{"sleep", "daily", "body", "userInfo"} {
					call(t, s, "GET", "/v2/"+path+"?to_webhook=false&start_date=2026-03-01&user_id="+id, "")
					did(path)
				}
				call(t, s, "PATCH", "/api/v2/users/"+id, `{"active":true}`)
				did("users")
				for _, eventType := range []string{"sleep", "daily"} {
					trigger(t, s.Server, eventType, id)
					did("deliver:" + eventType)
				}
			}
			if got := strings.Join(struck, " "); got != want {
				t.Errorf("struck %q, want %q", got, want)
			}
		})
	}
}

// TestRuleOrder: rules take their turns, and each for as often as it is meant to.
func TestRuleOrder(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	first := addRule(t, s.Server, sandbox.Rule{On: "/integrations", Times: 2, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}})
	second := addRule(t, s.Server, sandbox.Rule{On: "/integrations", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 502}})
	for n, want := range []int{503, 503, 502, 200} {
		if a := call(t, s, "GET", "/api/v2/integrations", ""); a.StatusCode != want {
			t.Errorf("request %d: status %d, want %d", n, a.StatusCode, want)
		}
	}
	hits(t, first, 2)
	hits(t, second, 1)

	third := addRule(t, s.Server, sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500}})
	third.Remove()
	third.Remove()
	if a := call(t, s, "GET", "/api/v2/integrations", ""); a.StatusCode != 200 {
		t.Errorf("status %d from a rule that was removed", a.StatusCode)
	}
	if list := s.Rules(); len(list) != 2 || list[0] != first || list[1] != second {
		t.Error("the rules are not listed in their order")
	}
	s.Reset()
	if len(s.Rules()) != 0 {
		t.Error("rules outlive a reset")
	}
	hits(t, first, 2)
	fresh := addRule(t, s.Server, third.Rule())
	first.Remove() // which has the same id
	if list := s.Rules(); len(list) != 1 || list[0] != fresh {
		t.Error("an old handle removes a new rule")
	}
}

// TestRuleProbability: the same seed draws the same, another seed and another rule
// do not, and the share is about right.
func TestRuleProbability(t *testing.T) {
	t.Parallel()
	const requests = 400
	pattern := func(s *sandbox.Server, p float64) string {
		rule := addRule(t, s, sandbox.Rule{On: "/integrations", Probability: p, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}})
		defer rule.Remove()
		var b strings.Builder
		for range requests {
			code, _ := serve(s, "GET", "/api/v2/integrations", "", "localhost")
			b.WriteByte("01"[min(1, code/503)])
		}
		if got, want := rule.Hits(), strings.Count(b.String(), "1"); got != want {
			t.Errorf("%d hits, %d struck", got, want)
		}
		return b.String()
	}
	one, again, other := sandboxtest.New(t), sandboxtest.New(t), sandboxtest.New(t, sandbox.WithSeed(2))
	first := pattern(one.Server, 0.3)
	if n := strings.Count(first, "1"); n < requests/5 || n > requests*2/5 {
		t.Errorf("%d of %d struck at a probability of 0.3", n, requests)
	}
	if pattern(again.Server, 0.3) != first {
		t.Error("another run draws otherwise")
	}
	if pattern(other.Server, 0.3) == first {
		t.Error("another seed draws the same")
	}
	if pattern(one.Server, 0.3) == first {
		t.Error("another rule draws the same")
	}
	one.Reset()
	if pattern(one.Server, 0.3) != first {
		t.Error("a reset does not begin again")
	}
	if n := strings.Count(pattern(one.Server, 1), "1"); n != requests {
		t.Errorf("%d of %d struck at a probability of 1", n, requests)
	}
}

// TestRuleSnapshot: a restored rule goes on where it was, in what it draws too.
func TestRuleSnapshot(t *testing.T) {
	t.Parallel()
	one, other := sandboxtest.New(t), sandboxtest.New(t)
	ask := func(s *sandboxtest.Server) string {
		var b strings.Builder
		for range 50 {
			code, _ := serve(s.Server, "GET", "/api/v2/integrations", "", "localhost")
			b.WriteByte("01"[min(1, code/503)])
		}
		return b.String()
	}
	removed := addRule(t, one.Server, sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDrop}})
	addRule(t, one.Server, sandbox.Rule{On: "request", Times: 40, Probability: 0.5, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}})
	removed.Remove()
	ask(one)
	snapshot, err := one.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	a, b := one.Rules(), other.Rules()
	if len(b) != 1 || b[0].ID() != a[0].ID() || b[0].Rule() != a[0].Rule() || b[0].Hits() != a[0].Hits() {
		t.Fatal("the rule is not restored")
	}
	if ask(one) != ask(other) {
		t.Error("the restored rule draws otherwise")
	}
	hits(t, b[0], 40)
	if n := addRule(t, other.Server, a[0].Rule()).ID(); n != "3" {
		t.Errorf("the next rule has the id %s", n)
	}
}

// TestRuleRace: rules come and go while requests and deliveries meet them, and no
// hit is lost.
func TestRuleRace(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	user := connect(t, s, "GARMIN", "anna").UserID
	listen(t, s)
	const workers, rounds = 8, 20
	counted := addRule(t, s.Server, sandbox.Rule{On: "/integrations", Times: 100, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}})
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		struck int
	)
	for range workers {
		group.Go(func() {
			for range rounds {
				rule, err := s.AddRule(sandbox.Rule{On: "deliver", Probability: 0.5, Fault: sandbox.Fault{Kind: sandbox.FaultReorder}})
				if err != nil {
					t.Error(err)
					return
				}
				if code, _ := serve(s.Server, "GET", "/api/v2/integrations", "", "localhost"); code == 503 {
					mu.Lock()
					struck++
					mu.Unlock()
				}
				if _, err := s.Trigger(sandbox.EventRequest{Type: "connection_error", UserID: user}); err != nil {
					t.Error(err)
				}
				for _, r := range s.Rules() {
					r.Hits()
				}
				rule.Remove()
			}
		})
	}
	group.Wait()
	if struck != 100 || counted.Hits() != 100 {
		t.Errorf("%d struck and %d hits, want 100", struck, counted.Hits())
	}
	if err := s.Advance(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, d := range s.Deliveries() {
		if d.State != sandbox.StateDelivered {
			t.Fatalf("a delivery is %s", d.State)
		}
	}
}

func TestControlRules(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	a := call(t, s, "POST", "/_sandbox/rules", `{"on":"GET /sleep","user_id":"u","times":3,"probability":0.25,"fault":{"kind":"rate_limit","limit":"r2","retry_after":"90s"}}`)
	want := `{"id":"1","hits":0,"on":"GET /sleep","user_id":"u","times":3,"probability":0.25,"fault":{"kind":"rate_limit","retry_after":"1m30s","limit":"r2"}}`
	if a.StatusCode != http.StatusCreated || strings.TrimSpace(a.text) != want {
		t.Errorf("status %d, %s", a.StatusCode, a.text)
	}
	// What is read can be sent again, without id and hits.
	var view map[string]json.RawMessage
	if err := json.Unmarshal([]byte(a.text), &view); err != nil {
		t.Fatal(err)
	}
	delete(view, "id")
	delete(view, "hits")
	text, _ := json.Marshal(view)
	if a := call(t, s, "POST", "/_sandbox/rules", string(text)); a.StatusCode != http.StatusCreated {
		t.Errorf("what was read is refused: %d", a.StatusCode)
	}
	call(t, s, "POST", "/_sandbox/rules", `{"on":"/integrations","fault":{"kind":"status","status":418}}`)
	if a := call(t, s, "GET", "/v2/integrations", ""); a.StatusCode != 418 {
		t.Errorf("status %d", a.StatusCode)
	}
	list := call(t, s, "GET", "/_sandbox/rules", "").array(t)
	if len(list) != 3 || at(list, "2.hits") != 1.0 || at(list, "2.id") != "3" || at(list, "2.fault.status") != 418.0 {
		t.Error("the list does not tell about the rules")
	}
	if a := call(t, s, "GET", "/_sandbox/rules/3", ""); a.StatusCode != 200 || a.object(t)["hits"] != 1.0 {
		t.Errorf("one rule: status %d", a.StatusCode)
	}
	if a := call(t, s, "DELETE", "/_sandbox/rules/3", ""); a.StatusCode != 200 || a.object(t)["hits"] != 1.0 {
		t.Errorf("deleting one: status %d", a.StatusCode)
	}
	if a := call(t, s, "GET", "/v2/integrations", ""); a.StatusCode != 200 {
		t.Errorf("status %d after the rule was deleted", a.StatusCode)
	}
	for _, path := range []string{"/3", "/x", "/1/2"} {
		if a := call(t, s, "DELETE", "/_sandbox/rules"+path, ""); a.StatusCode != 404 {
			t.Errorf("deleting %s: status %d", path, a.StatusCode)
		}
	}
	if a := call(t, s, "DELETE", "/_sandbox/rules", ""); a.StatusCode != 200 || len(a.array(t)) != 0 || len(s.Rules()) != 0 {
		t.Errorf("deleting all: status %d", a.StatusCode)
	}
}

// TestControlRulesRefuses: what is wrong is said, and nothing is in force.
func TestControlRulesRefuses(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	for body, want := range map[string]string{
		``:                                       "empty",
		`{`:                                      "JSON",
		`[]`:                                     "object",
		`{}`:                                     "fault.kind is missing",
		`{"fault":{"kind":"flood"}}`:             "fault.kind",
		`{"fault":{"kind":1}}`:                   "fault.kind",
		`{"fault":{"kind":"drop"}}{}`:            "more than one",
		`{"id":"9","fault":{"kind":"drop"}}`:     "unknown field",
		`{"hits":9,"fault":{"kind":"drop"}}`:     "unknown field",
		`{"fault":{"kind":"drop","how":"hard"}}`: "unknown field",
		`{"probability":0,"fault":{"kind":"drop"}}`:                  "probability must be above 0",
		`{"probability":-1,"fault":{"kind":"drop"}}`:                 "probability must be above 0",
		`{"probability":1e999,"fault":{"kind":"drop"}}`:              "probability",
		`{"times":-1,"fault":{"kind":"drop"}}`:                       "times must not be negative",
		`{"times":1.5,"fault":{"kind":"drop"}}`:                      "times",
		`{"fault":{"kind":"delay","delay":"soon"}}`:                  "fault.delay must be a duration",
		`{"fault":{"kind":"delay","delay":5}}`:                       "fault.delay must be a JSON string",
		`{"fault":{"kind":"delay","delay":"-5s"}}`:                   "fault.delay must not be negative",
		`{"fault":{"kind":"delay","delay":"9999999h"}}`:              "fault.delay must be",
		`{"fault":{"kind":"status","status":503,"retry_after":"x"}}`: "fault.retry_after must be a duration",
		`{"on":"GET /nowhere","fault":{"kind":"drop"}}`:              "on names a path",
	} {
		a := call(t, s, "POST", "/_sandbox/rules", body)
		if text, _ := a.object(t)["error"].(string); a.StatusCode != 400 || !strings.Contains(text, want) {
			t.Errorf("%s: status %d, %q", body, a.StatusCode, text)
		}
	}
	good := `{"fault":{"kind":"drop"}}`
	if a := call(t, s, "PUT", "/_sandbox/rules", good); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, POST, DELETE" {
		t.Errorf("PUT: status %d", a.StatusCode)
	}
	if a := call(t, s, "POST", "/_sandbox/rules", good, "Origin", "http://evil.example"); a.StatusCode != 403 {
		t.Errorf("from another origin: status %d", a.StatusCode)
	}
	if code, _ := serve(s.Server, "POST", "/_sandbox/rules", good, "evil.example"); code != 403 {
		t.Errorf("under another name: status %d", code)
	}
	if a := call(t, s, "POST", "/_sandbox/rules", `{"on":"`+strings.Repeat("x", 1<<20)+`"}`); a.StatusCode != 413 {
		t.Errorf("a long body: status %d", a.StatusCode)
	}
	if len(s.Rules()) != 0 {
		t.Error("a refused rule is in force")
	}
}

// FuzzRule: no body is answered with a 5xx, and what is accepted reads back as it
// is in force, and can be sent again.
func FuzzRule(f *testing.F) {
	s := fuzzed(f)
	for _, kind := range sandbox.FaultKinds() {
		f.Add(`{"fault":{"kind":"` + string(kind) + `"}}`)
		f.Add(`{"on":"deliver sleep","user_id":"u","times":1,"probability":0.5,"fault":{"kind":"` + string(kind) + `","delay":"1s"}}`)
	}
	f.Add(`{"fault":{"kind":"status","status":503,"retry_after":"1s"}}`)
	f.Add(`{"on":"GET /sleep","fault":{"kind":"rate_limit","limit":"r1"}}`)
	f.Add(`{"fault":{"kind":"duplicate","copies":3}}`)
	f.Add(`{"fault":{"kind":"oversized_body","size":9e9}}`)
	f.Add(`{"fault":{"kind":"unknown_event","event_type":"\u0000"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		s.Reset()
		code, text := serve(s, "POST", "/_sandbox/rules", body, "localhost")
		if code >= 500 || !json.Valid([]byte(text)) {
			t.Fatalf("status %d", code)
		}
		if (code == 201) != (len(s.Rules()) == 1) {
			t.Fatalf("status %d and %d rules", code, len(s.Rules()))
		}
		if code != 201 {
			return
		}
		if _, list := serve(s, "GET", "/_sandbox/rules", "", "localhost"); list != "["+strings.TrimSpace(text)+"]\n" {
			t.Fatal("the rule reads back otherwise")
		}
		again, err := s.AddRule(s.Rules()[0].Rule())
		if err != nil || again.Rule() != s.Rules()[0].Rule() {
			t.Fatal("the rule cannot be added again")
		}
	})
}
