package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// impatient is a client of s that tries once.
func impatient(t *testing.T, s *sandboxtest.Server) *terra.Client {
	t.Helper()
	c, err := terra.New(s.Credentials(), terra.WithBaseURL(s.BaseURL), terra.WithRetry(terra.RetryPolicy{Attempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var march = terra.Days(health.NewDate(2026, time.March, 2), 3)

func TestFaultStatus(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	user := connect(t, s, "GARMIN", "anna").UserID
	client := impatient(t, s)
	rule := addRule(t, s.Server, sandbox.Rule{
		On: "GET /daily", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, RetryAfter: 90*time.Second - 1},
	})
	_, err := client.Daily.List(t.Context(), user, march)
	var bad *terra.Error
	if !errors.As(err, &bad) || bad.StatusCode != 503 || bad.Title != "service unavailable" || bad.RetryAfter != 90*time.Second {
		t.Errorf("the client says: %v", err)
	}
	if _, err := client.Daily.List(t.Context(), user, march); err != nil {
		t.Errorf("after the rule has struck: %v", err)
	}
	hits(t, rule, 1)

	addRule(t, s.Server, sandbox.Rule{On: "/userInfo", Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 401}})
	if a := call(t, s, "GET", "/v2/userInfo?user_id="+user, ""); a.StatusCode != 401 || at(a.object(t), "message") != "unauthorized" {
		t.Errorf("the older base says %d", a.StatusCode)
	}
	addRule(t, s.Server, sandbox.Rule{On: "/sleep", Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 599}})
	if a := call(t, s, "GET", "/v2/sleep?user_id="+user, ""); a.StatusCode != 599 || at(a.object(t), "status") != "error" {
		t.Errorf("a status without a name: %d", a.StatusCode)
	}
	if a := call(t, s, "GET", "/api/v2/sleep?user_id="+user, "", "x-api-key", "wrong"); a.StatusCode != 401 {
		t.Errorf("a request without credentials is struck: %d", a.StatusCode)
	}
}

// TestFaultIsRetried: what the client does about a fault is what it is for.
func TestFaultIsRetried(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	user := connect(t, s, "GARMIN", "anna").UserID
	client, err := terra.New(s.Credentials(), terra.WithBaseURL(s.BaseURL),
		terra.WithRetry(terra.RetryPolicy{Attempts: 3, MinDelay: time.Millisecond, MaxDelay: time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []sandbox.Fault{
		{Kind: sandbox.FaultStatus, Status: 502},
		{Kind: sandbox.FaultDrop},
	} {
		rule := addRule(t, s.Server, sandbox.Rule{On: "GET /daily", Times: 2, Fault: f})
		if _, err := client.Daily.List(t.Context(), user, march); err != nil {
			t.Errorf("%s: %v", f.Kind, err)
		}
		hits(t, rule, 2)
	}
}

// TestFaultRequestDelay: the request waits and is then served; a caller who gives
// up does not keep it, and neither does a server that closes.
func TestFaultRequestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.New()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		rule := addRule(t, s, sandbox.Rule{On: "/integrations", Fault: sandbox.Fault{Kind: sandbox.FaultDelay, Delay: time.Hour}})
		ask := func(ctx context.Context) (status int, after time.Duration) {
			begun := time.Now()
			r := httptest.NewRequestWithContext(ctx, "GET", "/api/v2/integrations", nil)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return w.Code, time.Since(begun)
		}
		if code, after := ask(t.Context()); code != 200 || after != time.Hour {
			t.Errorf("status %d after %v", code, after)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if code, after := ask(ctx); code != 503 || after != time.Minute {
			t.Errorf("given up: status %d after %v", code, after)
		}
		time.AfterFunc(time.Second, s.Close)
		if code, after := ask(t.Context()); code != 200 || after != time.Second {
			t.Errorf("closing: status %d after %v", code, after)
		}
		hits(t, rule, 3)
	})
}

// TestFaultRequestDrop: the request is carried out, and its answer breaks off.
func TestFaultRequestDrop(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	addRule(t, s.Server, sandbox.Rule{On: "request", Fault: sandbox.Fault{Kind: sandbox.FaultDrop}})
	for _, path := range []string{
		"/api/v2/daily?start_date=2026-03-01&user_id=" + user,
		"/api/v2/daily?start_date=2026-03-01&to_webhook=false&user_id=" + user,
		"/v2/daily?start_date=2026-03-01&to_webhook=false&user_id=nobody",
	} {
		for _, encoding := range []string{"identity", "gzip"} {
			r := request(t, s, "GET", path, "", "Accept-Encoding", encoding)
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatalf("the answer does not begin: %v", err)
			}
			if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: the answer ends with %v", encoding, err)
			}
			resp.Body.Close()
		}
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := s.Deliveries(); len(list) != 3 || list[1].EventType != "daily" {
		t.Errorf("%d deliveries of what was asked for", len(list))
	}
	if _, err := impatient(t, s).Daily.List(t.Context(), user, march); err == nil {
		t.Error("the client takes half an answer for a whole one")
	}
}

func TestFaultRateLimit(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	user := connect(t, s, "GARMIN", "anna").UserID
	for rule, after := range map[string]time.Duration{"r1": 0, "r2": 90 * time.Second} {
		handle := addRule(t, s.Server, sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit, Limit: rule, RetryAfter: after}})
		_, err := impatient(t, s).Sleep.List(t.Context(), user, march)
		var bad *terra.Error
		if !errors.Is(err, terra.ErrRateLimited) || !errors.As(err, &bad) || bad.RateLimit.Rule != rule || bad.RetryAfter != after {
			t.Errorf("%s: the client says: %v", rule, err)
		}
		for _, base := range bases {
			a := call(t, s, "GET", base+"/athlete?user_id="+user, "")
			if a.StatusCode != 429 || strings.TrimSpace(a.text) != `{"detail":"rate limit exceeded"}` {
				t.Errorf("%s: status %d with another body than Terra's", rule, a.StatusCode)
			}
		}
		if a := call(t, s, "GET", "/api/v2/userInfo?user_id="+user, ""); a.StatusCode != 200 {
			t.Errorf("%s: limited is what Terra does not limit", rule)
		}
		hits(t, handle, 3)
		handle.Remove()
	}
	r2 := addRule(t, s.Server, sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultRateLimit}})
	if f := r2.Rule().Fault; f.Limit != terra.RuleBudget || f.RetryAfter != time.Second {
		t.Error("the defaults are not told")
	}
}

// sink keeps every attempt as it arrives, sound or not.
type sink struct {
	mu       sync.Mutex
	arrivals []arrival
}

type arrival struct {
	at     time.Time
	header http.Header
	body   []byte
	sound  error // what a verifier says
}

func (a arrival) trace() string { return a.header.Get("X-Terra-Trace-Id") }

func (a arrival) order() string { return a.header.Get("X-Terra-Ordering-Timestamp") }

func (a arrival) event(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatal("the body is no JSON object")
	}
	return v
}

// sunk makes a server in front of a sink, with one person, whose deliveries go over
// HTTP.
func sunk(t *testing.T, opts ...sandbox.Option) (*sandboxtest.Server, *sink, string) {
	t.Helper()
	k := &sink{}
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		t.Fatal(err)
	}
	s := sandboxtest.New(t, opts...)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("delivery cut: %v", err)
		}
		a := arrival{s.Now(), r.Header.Clone(), b, verifier.Verify(r.Header, b)}
		k.mu.Lock()
		k.arrivals = append(k.arrivals, a)
		k.mu.Unlock()
		if a.sound != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(hook.Close)
	user := connect(t, s, "GARMIN", "anna").UserID
	if err := s.SetDestinations([]sandbox.Destination{{URL: hook.URL}}); err != nil {
		t.Fatal(err)
	}
	return s, k, user
}

// arrived lets d pass and takes what has come since the last time.
func (k *sink) arrived(t *testing.T, s *sandboxtest.Server, d time.Duration) []arrival {
	t.Helper()
	if err := s.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	list := k.arrivals
	k.arrivals = nil
	return list
}

// summary is the types of what arrived.
func summary(t *testing.T, list []arrival) string {
	t.Helper()
	var names []string
	for _, a := range list {
		name, _ := a.event(t)["type"].(string)
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestFaultDeliveryDelay(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	addRule(t, s.Server, sandbox.Rule{On: "deliver sleep", Fault: sandbox.Fault{Kind: sandbox.FaultDelay, Delay: time.Hour}})
	d := trigger(t, s.Server, "sleep", user)
	trigger(t, s.Server, "daily", user)
	if got := summary(t, k.arrived(t, s, 59*time.Minute)); got != "daily" {
		t.Errorf("arrived: %q", got)
	}
	late := k.arrived(t, s, time.Minute)
	if summary(t, late) != "sleep" || late[0].at.Sub(d.CreatedAt) < time.Hour || late[0].trace() != d.TraceID {
		t.Error("the delayed event does not arrive after its delay")
	}
}

// TestFaultDeliveryDrop: the destination sees nothing until the retry.
func TestFaultDeliveryDrop(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	rule := addRule(t, s.Server, sandbox.Rule{On: "deliver", UserID: user, Times: 2, Fault: sandbox.Fault{Kind: sandbox.FaultDrop}})
	d := trigger(t, s.Server, "daily", user)
	if list := k.arrived(t, s, 30*time.Second); len(list) != 0 {
		t.Errorf("%d dropped attempts arrive", len(list))
	}
	list := k.arrived(t, s, time.Hour)
	if len(list) != 1 || list[0].trace() != d.TraceID || list[0].sound != nil {
		t.Error("the retry does not arrive once")
	}
	all := s.Deliveries()
	got := all[len(all)-1]
	if len(got.Attempts) != 3 || got.Attempts[0].Status != 503 || got.Attempts[1].Status != 503 || got.Attempts[2].Status != 200 {
		t.Error("the attempts are not noted")
	}
	hits(t, rule, 2)
}

// TestFaultDeliveryStatus: the receiver has it, but Terra hears otherwise.
func TestFaultDeliveryStatus(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	addRule(t, s.Server, sandbox.Rule{On: "deliver", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 502}})
	trigger(t, s.Server, "daily", user)
	list := k.arrived(t, s, time.Hour)
	if len(list) != 2 || list[0].trace() != list[1].trace() || list[0].order() != list[1].order() || !bytes.Equal(list[0].body, list[1].body) {
		t.Fatalf("%d arrivals, want the same one twice", len(list))
	}
	all := s.Deliveries()
	got := all[len(all)-1]
	if len(got.Attempts) != 2 || got.Attempts[0].Status != 502 || got.Attempts[0].Error == "" || got.Attempts[1].Status != 200 {
		t.Error("the attempts are not noted")
	}
}

func TestFaultDuplicate(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	rule := addRule(t, s.Server, sandbox.Rule{On: "deliver daily", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultDuplicate, Copies: 3}})
	trigger(t, s.Server, "daily", user)
	trigger(t, s.Server, "daily", user)
	list := k.arrived(t, s, 0)
	if len(list) != 5 {
		t.Fatalf("%d arrivals, want 4 and 1", len(list))
	}
	for _, a := range list[1:4] {
		if a.trace() != list[0].trace() || a.order() != list[0].order() || !bytes.Equal(a.body, list[0].body) || a.sound != nil ||
			a.header.Get("terra-reference") != list[0].header.Get("terra-reference") {
			t.Error("a copy is not one")
		}
	}
	if list[4].trace() == list[0].trace() {
		t.Error("the next event is a copy too")
	}
	hits(t, rule, 1)
}

// TestFaultReorder: two about one person change places; nobody else's do, and one
// that nothing follows goes out after all.
func TestFaultReorder(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	other := connect(t, s, "GARMIN", "ben").UserID
	k.arrived(t, s, 0)
	rule := addRule(t, s.Server, sandbox.Rule{UserID: user, Fault: sandbox.Fault{Kind: sandbox.FaultReorder}})
	for _, eventType := range []string{"daily", "sleep", "body", "athlete", "auth"} {
		trigger(t, s.Server, eventType, user)
		if got := summary(t, k.arrived(t, s, 0)); got != map[string]string{"sleep": "sleep daily", "athlete": "athlete body"}[eventType] {
			t.Errorf("after %s: %q", eventType, got)
		}
	}
	trigger(t, s.Server, "sleep", other)
	if got := summary(t, k.arrived(t, s, 30*time.Second)); got != "sleep" {
		t.Errorf("another person's event: %q", got)
	}
	if got := summary(t, k.arrived(t, s, 30*time.Second)); got != "auth" {
		t.Errorf("alone: %q", got)
	}
	hits(t, rule, 3)
}

// TestFaultStaleRetry: after the fresh record its earlier version comes, under the
// trace id of its first attempt and with an older ordering timestamp.
func TestFaultStaleRetry(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	rule := addRule(t, s.Server, sandbox.Rule{Times: 2, Fault: sandbox.Fault{Kind: sandbox.FaultStaleRetry, Delay: 2 * time.Minute}})
	trigger(t, s.Server, "auth", user) // which has no versions
	k.arrived(t, s, 0)
	trigger(t, s.Server, "daily", user)
	fresh := k.arrived(t, s, time.Minute)
	stale := k.arrived(t, s, time.Minute)
	if summary(t, fresh) != "daily" || summary(t, stale) != "daily" {
		t.Fatalf("%d fresh and %d stale", len(fresh), len(stale))
	}
	f, old := fresh[0], stale[0]
	if f.order() <= old.order() || f.trace() == old.trace() || old.sound != nil {
		t.Error("the ordering timestamp or trace id is not that of an earlier event")
	}
	const steps, day, samples = "data.0.distance_data.steps", "data.0.metadata.start_time", "data.0.heart_rate_data.detailed.hr_samples"
	now, then := f.event(t), old.event(t)
	if at(now, day) != at(then, day) || at(now, "user.user_id") != at(then, "user.user_id") {
		t.Error("the earlier version is of another day or person")
	}
	if a, b := at(now, steps).(float64), at(then, steps).(float64); b == 0 || b >= a {
		t.Error("the earlier version is not less")
	}
	if a, b := at(now, samples).([]any), at(then, samples).([]any); len(b) == 0 || len(b) >= len(a) {
		t.Error("the earlier version has no fewer samples")
	}
	if _, err := webhook.Parse(old.header, old.body); err != nil {
		t.Error(err)
	}
	list := s.Deliveries()
	retried := list[len(list)-1]
	if retried.TraceID != old.trace() || len(retried.Attempts) != 2 || retried.Attempts[0].Status != 503 ||
		!retried.Attempts[0].At.Before(list[len(list)-2].CreatedAt) || retried.State != sandbox.StateDelivered {
		t.Error("the first attempt is not noted")
	}
	trigger(t, s.Server, "sleep", user)
	if got := summary(t, k.arrived(t, s, time.Hour)); got != "sleep sleep" {
		t.Errorf("a night: %q", got)
	}
	hits(t, rule, 2)
}

func TestFaultNullEnrichment(t *testing.T) {
	t.Parallel()
	s, k, _ := sunk(t)
	user := connect(t, s, "GARMIN", "emil").UserID // who runs or rides
	scores := func(v any) (some, null int) {
		list, _ := at(v, "data").([]any)
		for _, record := range list {
			scores, _ := at(record, "data_enrichment").(map[string]any)
			for _, score := range scores {
				if score == nil {
					null++
				} else {
					some++
				}
			}
		}
		return some, null
	}
	path := func(base, kind string) string {
		return base + "/" + kind + "?to_webhook=false&start_date=2026-01-02&end_date=2026-04-02&user_id=" + user
	}
	kinds := []string{"daily", "sleep", "activity"}
	for _, kind := range kinds {
		if some, _ := scores(call(t, s, "GET", path("/v2", kind), "").object(t)); some == 0 {
			t.Fatalf("%s has no scores to begin with", kind)
		}
	}
	rule := addRule(t, s.Server, sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultNullEnrichment}})
	for _, kind := range kinds {
		for _, base := range bases {
			if some, null := scores(call(t, s, "GET", path(base, kind), "").object(t)); some != 0 || null == 0 {
				t.Errorf("%s: an answer has %d scores and %d nulls", kind, some, null)
			}
		}
		trigger(t, s.Server, kind, user)
		list := k.arrived(t, s, 0)
		if some, null := scores(list[len(list)-1].event(t)); some != 0 || null == 0 {
			t.Errorf("%s: a delivery has %d scores and %d nulls", kind, some, null)
		}
	}
	hits(t, rule, 9)
	days, err := s.Client.Daily.List(t.Context(), user, march)
	if err != nil || len(days) == 0 {
		t.Fatalf("%d days, %v", len(days), err)
	}
	if score := days[0].DataEnrichment.TotalStressScore; !score.IsNull() || days[0].DistanceData.Steps.Or(0) == 0 {
		t.Error("the client reads something else than null, or lacks the rest")
	}
	hits(t, rule, 10)
	call(t, s, "GET", "/v2/body?to_webhook=false&start_date=2026-03-02&user_id="+user, "")
	trigger(t, s.Server, "body", user)
	hits(t, rule, 10)
}

// TestFaultCorruptSignature: a receiver that verifies refuses the attempt and
// takes the retry.
func TestFaultCorruptSignature(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	rule := addRule(t, s.Server, sandbox.Rule{Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultCorruptSignature}})
	trigger(t, s.Server, "daily", user)
	list := k.arrived(t, s, time.Hour)
	if len(list) != 2 || !errors.Is(list[0].sound, webhook.ErrMismatch) || list[1].sound != nil {
		t.Fatal("not a forged attempt and a sound one")
	}
	if h := list[0].header; h.Get("Terra-Signature") != h.Get("X-Terra-Signature") {
		t.Error("one of the two headers is sound")
	}
	hits(t, rule, 1)
}

// TestFaultSignatureTime: an attempt may bear the wrong time, or no signature at
// all; the retry is sound.
func TestFaultSignatureTime(t *testing.T) {
	t.Parallel()
	for kind, want := range map[sandbox.FaultKind]error{
		sandbox.FaultFutureSignature: webhook.ErrTooNew,
		sandbox.FaultOldSignature:    webhook.ErrTooOld,
		sandbox.FaultNoSignature:     webhook.ErrNoSignature,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s, k, user := sunk(t)
			addRule(t, s.Server, sandbox.Rule{Times: 1, Fault: sandbox.Fault{Kind: kind}})
			trigger(t, s.Server, "daily", user)
			list := k.arrived(t, s, time.Hour)
			if len(list) != 2 || !errors.Is(list[0].sound, want) || list[1].sound != nil {
				t.Fatal("not one such attempt and a sound one")
			}
		})
	}
	s, k, user := sunk(t)
	addRule(t, s.Server, sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultOldSignature, Delay: 4 * time.Minute}})
	trigger(t, s.Server, "daily", user)
	if list := k.arrived(t, s, time.Hour); len(list) != 1 || list[0].sound != nil {
		t.Error("a time within the tolerance is refused")
	}
}

// TestEventFault: an event that is wrong on purpose is attempted once, and its
// refusal is not held against the destination.
func TestEventFault(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	for _, kind := range []sandbox.FaultKind{
		sandbox.FaultCorruptSignature, sandbox.FaultFutureSignature, sandbox.FaultOldSignature, sandbox.FaultNoSignature,
	} {
		if _, err := s.Trigger(sandbox.EventRequest{Type: "daily", UserID: user, Fault: kind}); err != nil {
			t.Fatal(err)
		}
		if list := k.arrived(t, s, 24*time.Hour); len(list) != 1 || list[0].sound == nil {
			t.Errorf("%s: %d attempts, want one that is not sound", kind, len(list))
		}
	}
	for _, d := range s.Deliveries() {
		if d.Fault != "" && d.State != sandbox.StateFailed {
			t.Errorf("%s: the delivery is %s, want failed", d.Fault, d.State)
		}
	}
	if !s.Destinations()[0].FailingSince.IsZero() {
		t.Error("the destination is said to fail")
	}
	if _, err := s.Trigger(sandbox.EventRequest{Type: "daily", UserID: user, Fault: sandbox.FaultDrop}); !errors.Is(err, sandbox.ErrInvalidFault) {
		t.Errorf("another kind: %v", err)
	}
}

// TestFaultOversizedBody: what is too much for a webhook.Handler is refused by it.
func TestFaultOversizedBody(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	const size = 3 << 20
	rule := addRule(t, s.Server, sandbox.Rule{Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultOversizedBody, Size: size}})
	trigger(t, s.Server, "sleep", user)
	list := k.arrived(t, s, 0)
	if len(list) != 1 || len(list[0].body) != size || list[0].sound != nil || summary(t, list) != "sleep" {
		t.Fatal("the body is not that long, or not sound")
	}
	rule.Remove()
	addRule(t, s.Server, sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultOversizedBody, Size: 1}})
	trigger(t, s.Server, "auth", user)
	if _, padded := k.arrived(t, s, 0)[0].event(t)["padding"]; padded {
		t.Error("a body that is long enough is padded")
	}
}

func TestFaultUnknownEvent(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	user := connect(t, s, "GARMIN", "anna").UserID
	r := listen(t, s)
	addRule(t, s.Server, sandbox.Rule{On: "deliver sleep", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultUnknownEvent}})
	addRule(t, s.Server, sandbox.Rule{On: "deliver daily", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultUnknownEvent, EventType: `<"mood">`}})
	for _, eventType := range []string{"sleep", "daily", "sleep"} {
		trigger(t, s.Server, eventType, user)
	}
	events, _ := r.arrived(t, s)
	if got := types(events); got != `sandbox_unknown <"mood"> sleep` {
		t.Errorf("arrived: %s", got)
	}
	if _, ok := events[0].(*webhook.UnknownEvent); !ok {
		t.Errorf("the webhook package takes it for a %T", events[0])
	}
	if list := s.Deliveries(); list[0].EventType != "sandbox_unknown" {
		t.Error("the delivery is listed under another type")
	}
}

// TestFaultsTogether: several faults befall one event, in ping mode, at two
// destinations.
func TestFaultsTogether(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	push, err := s.Trigger(sandbox.EventRequest{Type: "auth", UserID: user})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: push.URL}, {URL: push.URL, Mode: sandbox.ModePing}}); err != nil {
		t.Fatal(err)
	}
	k.arrived(t, s, 0)
	var rules []*sandbox.ActiveRule
	for _, f := range []sandbox.Fault{
		{Kind: sandbox.FaultNullEnrichment},
		{Kind: sandbox.FaultUnknownEvent, EventType: "mood"},
		{Kind: sandbox.FaultOversizedBody, Size: 1 << 20},
		{Kind: sandbox.FaultDuplicate},
		{Kind: sandbox.FaultDelay, Delay: time.Minute},
		{Kind: sandbox.FaultStaleRetry},
	} {
		rules = append(rules, addRule(t, s.Server, sandbox.Rule{On: "deliver daily", Times: 1, Fault: f}))
	}
	forged := addRule(t, s.Server, sandbox.Rule{On: "deliver daily", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultCorruptSignature}})
	dropped := addRule(t, s.Server, sandbox.Rule{On: "deliver daily", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultDrop}})
	trigger(t, s.Server, "daily", user)
	if list := k.arrived(t, s, 30*time.Second); len(list) != 0 {
		t.Errorf("%d arrive before the delay is over", len(list))
	}
	list := k.arrived(t, s, 3*time.Minute) // links hold for five
	for _, r := range append(rules, forged, dropped) {
		hits(t, r, 1)
	}
	var got []string
	for _, a := range list {
		if a.sound != nil {
			t.Error("an attempt is forged that is dropped")
		}
		ev := a.event(t)
		name := ev["type"].(string)
		if name == "s3_payload" {
			resp, err := http.Get(ev["url"].(string))
			if err != nil {
				t.Fatal("the link leads nowhere")
			}
			var linked map[string]any
			err = json.NewDecoder(resp.Body).Decode(&linked)
			resp.Body.Close()
			if err != nil {
				t.Fatal("the link leads to no JSON")
			}
			name += ":" + linked["type"].(string)
		}
		got = append(got, name)
	}
	slices.Sort(got)
	want := []string{"daily", "mood", "mood", "s3_payload:daily", "s3_payload:mood", "s3_payload:mood"}
	if !slices.Equal(got, want) {
		t.Errorf("arrived: %q", got)
	}
}

// TestFaultChunks: the chunks of a large request are spoiled as they are made.
func TestFaultChunks(t *testing.T) {
	t.Parallel()
	s, k, user := sunk(t)
	k.arrived(t, s, 0)
	rule := addRule(t, s.Server, sandbox.Rule{On: "deliver daily", Fault: sandbox.Fault{Kind: sandbox.FaultNullEnrichment}})
	stale := addRule(t, s.Server, sandbox.Rule{On: "deliver daily", Times: 1, Fault: sandbox.Fault{Kind: sandbox.FaultStaleRetry}})
	if _, err := s.Client.Daily.Request(t.Context(), user, terra.Days(health.NewDate(2026, time.January, 1), 60)); err != nil {
		t.Fatal(err)
	}
	list := k.arrived(t, s, time.Hour)
	if got := summary(t, list); got != "large_request_processing large_request_sending daily daily" {
		t.Fatalf("arrived: %q", got)
	}
	fresh, earlier := at(list[2].event(t), "data"), at(list[3].event(t), "data")
	const score, steps = "0.data_enrichment.total_stress_score", "0.distance_data.steps"
	if len(fresh.([]any)) != 60 || len(earlier.([]any)) != 60 || at(fresh, score) != nil ||
		at(fresh, steps).(float64) <= at(earlier, steps).(float64) {
		t.Error("the chunk, or its earlier version, is not as it should be")
	}
	if list[2].header.Get("terra-reference") == list[3].header.Get("terra-reference") {
		t.Error("the stale one counts among the payloads of the request")
	}
	hits(t, rule, 1)
	hits(t, stale, 1)
}
