package conformance

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// eachService runs a test on an empty store of either kind, with a sandbox for a
// service and on its clock.
func eachService(t *testing.T, test func(t *testing.T, s *service), opts ...sandbox.Option) {
	t.Helper()
	eachDatabase(t, func(t *testing.T, d database) {
		s := &service{Server: sandboxtest.New(t, opts...)}
		s.rowStore = newRows(t, d, healthdb.WithClock(s.Now))
		test(t, s)
	})
}

type service struct {
	*sandboxtest.Server
	*rowStore
}

func (s *service) connect(t *testing.T, provider, reference string) health.User {
	t.Helper()
	user, err := s.Connect(provider, reference, sandbox.WithPersona("ordinary"))
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// hear applies an event as though the service had sent it just now.
func (s *service) hear(t *testing.T, typ string, user health.User, members map[string]any) {
	t.Helper()
	h := &historian{t: t, server: s.Server.Server}
	u := map[string]any{"provider": user.Provider, "reference_id": user.ReferenceID.Or(""), "created_at": user.CreatedAt, "scopes": user.Scopes.Or("")}
	h.add(typ, user.UserID, u, members)
	h.events[0].header.Set(webhook.HeaderTraceID, "event-"+time.Now().String())
	if err := h.events[0].apply(t.Context(), s.db, false); err != nil {
		t.Fatal(err)
	}
}

func (s *service) status(t *testing.T, user health.User) healthdb.Status {
	t.Helper()
	c, err := s.db.ConnectionOf(t.Context(), user.UserID)
	if err != nil {
		t.Fatal(err)
	}
	return c.Status
}

func (s *service) pass(t *testing.T, d time.Duration) {
	t.Helper()
	if err := s.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

const changedName = "carla-since-then"

func TestReconcile(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, s *service) {
		known := s.connect(t, "GARMIN", "anna")
		s.hear(t, "auth", known, nil)
		unheard := s.connect(t, "OURA", "berta")
		changed := s.connect(t, "FITBIT", "carla")
		s.hear(t, "auth", changed, nil)
		forgotten := health.User{UserID: "left-long-ago", Provider: "GARMIN"}
		s.hear(t, "auth", forgotten, nil)
		revoked := health.User{UserID: "revoked-long-ago", Provider: "GARMIN"}
		s.hear(t, "access_revoked", revoked, nil)
		degraded := s.connect(t, "OURA", "dora")
		s.hear(t, "connection_error", degraded, nil)
		for i := range 120 { // more than are compared at a time
			s.connect(t, "GARMIN", "somebody-"+string(rune('a'+i/26))+string(rune('a'+i%26)))
		}
		s.pass(t, time.Hour)
		if _, err := s.Client.Users.Modify(t.Context(), changed.UserID, terra.UserUpdate{ReferenceID: opt.Some(changedName)}); err != nil {
			t.Fatal(err)
		}

		got, err := s.db.Reconcile(t.Context(), s.Client)
		if err != nil {
			t.Fatal(err)
		}
		if want := (healthdb.Reconciliation{Added: 121, Changed: 2, Gone: 1, Unchanged: 1}); got != want {
			t.Errorf("found %+v, want %+v", got, want)
		}
		for user, want := range map[*health.User]healthdb.Status{
			&known: healthdb.StatusActive, &unheard: healthdb.StatusActive, &degraded: healthdb.StatusActive,
			&forgotten: healthdb.StatusGone, &revoked: healthdb.StatusRevoked,
		} {
			if got := s.status(t, *user); got != want {
				t.Errorf("status %s, want %s", got, want)
			}
		}
		if c, err := s.db.ConnectionOf(t.Context(), changed.UserID); err != nil || c.ReferenceID != changedName {
			t.Errorf("the reference id is not the present one; error: %v", err)
		}

		before := s.read(t)
		delete(before, "connection_users") // where it is kept when the service was asked
		if got, err = s.db.Reconcile(t.Context(), s.Client); err != nil {
			t.Fatal(err)
		}
		if want := (healthdb.Reconciliation{Unchanged: 124}); got != want {
			t.Errorf("the second time found %+v, want %+v", got, want)
		}
		if diff := before.diff(s.read(t)); diff != "" {
			t.Errorf("the second time changes rows:%s", diff)
		}

		// Word of an earlier time comes too late, word of a later time counts.
		s.hear(t, "auth", forgotten, nil)
		if got := s.status(t, forgotten); got != healthdb.StatusActive {
			t.Errorf("status %s after another auth", got)
		}
	})
}

func TestReconcileRevokedAndDeauthenticated(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, s *service) {
		if err := s.SetDestinations([]sandbox.Destination{{URL: s.URL + "/nobody-hears-it"}}); err != nil {
			t.Fatal(err)
		}
		revoked, gone := s.connect(t, "OURA", "anna"), s.connect(t, "OURA", "berta")
		if _, err := s.db.Reconcile(t.Context(), s.Client); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Trigger(sandbox.EventRequest{Type: "access_revoked", UserID: revoked.UserID}); err != nil {
			t.Fatal(err)
		}
		if err := s.Client.Auth.Deauthenticate(t.Context(), gone.UserID); err != nil {
			t.Fatal(err)
		}
		s.pass(t, time.Second)
		got, err := s.db.Reconcile(t.Context(), s.Client)
		if want := (healthdb.Reconciliation{Changed: 1, Gone: 1}); err != nil || got != want {
			t.Errorf("found %+v, want %+v; error: %v", got, want, err)
		}
		if s.status(t, revoked) != healthdb.StatusRevoked || s.status(t, gone) != healthdb.StatusGone {
			t.Error("the statuses are not what the service says")
		}
	})
}

func TestReconcileFails(t *testing.T) {
	t.Parallel()
	s := &service{Server: sandboxtest.New(t)}
	s.rowStore = newRows(t, newSQLite(t), healthdb.WithClock(s.Now))
	user := s.connect(t, "OURA", "anna")
	s.hear(t, "auth", user, nil)
	if _, err := s.AddRule(sandbox.Rule{On: "/subscriptions", Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 400}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Reconcile(t.Context(), s.Client); !errors.Is(err, terra.ErrBadRequest) {
		t.Errorf("error %v, want that of the API", err)
	}
	if got := s.status(t, user); got != healthdb.StatusActive {
		t.Errorf("status %s: nothing may be gone because the service does not answer", got)
	}
}

func TestGaps(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, s *service) {
		user := s.connect(t, "GARMIN", "anna")
		today := health.DateOf(s.Now().UTC())
		s.pass(t, 10*24*time.Hour)
		s.hear(t, "auth", user, nil)
		for _, day := range []int{1, 2, 5} {
			start := today.AddDays(day).String() + "T00:00:00+02:00"
			s.hear(t, "daily", user, map[string]any{"data": []any{map[string]any{"metadata": map[string]any{"start_time": start, "end_time": start}}}})
		}
		c, err := s.db.ConnectionOf(t.Context(), user.UserID)
		if err != nil {
			t.Fatal(err)
		}
		gaps, err := s.db.Gaps(t.Context(), c.ID, webhook.TypeDaily, terra.Between(today.AddDays(-30), today.AddDays(30)))
		if err != nil {
			t.Fatal(err)
		}
		over := health.DateOf(s.Now().UTC().Add(-12 * time.Hour))
		want := []terra.Range{terra.Days(today, 1), terra.Days(today.AddDays(3), 2), terra.Between(today.AddDays(6), over)}
		if !slices.Equal(gaps, want) {
			t.Errorf("gaps %v, want %v", gaps, want)
		}

		var argument *terra.ArgumentError
		if _, err := s.db.Gaps(t.Context(), c.ID, webhook.TypeAthlete, terra.Days(today, 1)); !errors.As(err, &argument) {
			t.Errorf("error %v for a type without days", err)
		}
		if _, err := s.db.Gaps(t.Context(), c.ID, webhook.TypeDaily, terra.Range{}); !errors.As(err, &argument) {
			t.Errorf("error %v for no days", err)
		}
		if _, err := s.db.Gaps(t.Context(), c.ID+1, webhook.TypeDaily, terra.Days(today, 1)); !errors.Is(err, healthdb.ErrNoConnection) {
			t.Errorf("error %v for no connection", err)
		}
	})
}

func TestBackfill(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, s *service) {
		for _, name := range []string{"anna", "berta", "carla"} {
			s.hear(t, "auth", s.connect(t, "GARMIN", name), nil)
		}
		end := health.DateOf(s.Now().UTC()).AddDays(-3)
		var calls atomic.Int64
		req := healthdb.BackfillRequest{
			Range:    terra.Between(end.AddDays(-60), end),
			Types:    []webhook.EventType{webhook.TypeDaily, webhook.TypeSleep, webhook.TypeNutrition},
			Progress: func(healthdb.BackfillProgress) { calls.Add(1) },
		}
		got, err := s.db.Backfill(t.Context(), s.Client, req)
		if err != nil {
			t.Fatal(err)
		}
		// 28, 28 and 4 days of three types for three people.
		if got.Done != 540 || got.Total != 540 || got.Requests != 27 || got.Failed != 0 || got.Records < 2*150 {
			t.Errorf("progress %+v", got)
		}
		if calls.Load() < 27 {
			t.Errorf("progress was told %d times", calls.Load())
		}
		if n := s.count(t, "dailies"); n < 150 {
			t.Errorf("%d days are stored", n)
		}
		for c := range s.db.Connections(t.Context(), healthdb.ConnectionFilter{}) {
			for _, typ := range req.Types {
				if gaps, err := s.db.Gaps(t.Context(), c.ID, typ, req.Range); err != nil || len(gaps) > 0 {
					t.Errorf("%s: gaps %v, error %v", typ, gaps, err)
				}
			}
		}
		if n := s.count(t, "backfills"); n != 9 {
			t.Errorf("%d rows of what was asked for, want one for each connection and type", n)
		}

		// Nothing is asked for twice, days without data included.
		again, err := s.db.Backfill(t.Context(), s.Client, req)
		if err != nil || again.Requests != 0 || again.Done != 540 {
			t.Errorf("the second time: %+v, error %v", again, err)
		}
		before := s.read(t)
		req.Again = true
		again, err = s.db.Backfill(t.Context(), s.Client, req)
		if err != nil || again.Requests != 27 {
			t.Errorf("again: %+v, error %v", again, err)
		}
		after := s.read(t)
		for _, c := range []contents{before, after} {
			for _, rows := range c {
				for _, row := range rows {
					delete(row, "version_ms") // which is when it was asked
				}
			}
		}
		if diff := before.diff(after); diff != "" {
			t.Errorf("asking again changes rows:%s", diff)
		}
	})
}

func TestBackfillGoesOn(t *testing.T) {
	t.Parallel()
	s := &service{Server: sandboxtest.New(t)}
	s.rowStore = newRows(t, newSQLite(t), healthdb.WithClock(s.Now))
	s.hear(t, "auth", s.connect(t, "GARMIN", "anna"), nil)
	s.hear(t, "auth", s.connect(t, "GARMIN", "berta"), nil)
	end := health.DateOf(s.Now().UTC()).AddDays(-3)
	req := healthdb.BackfillRequest{
		Range:       terra.Between(end.AddDays(-280), end),
		Types:       []webhook.EventType{webhook.TypeDaily},
		Concurrency: 1,
	}
	ctx, stop := context.WithCancel(t.Context())
	asked := 0
	interrupted, err := terra.New(s.Credentials(), terra.WithBaseURL(s.BaseURL), terra.WithHTTPClient(&http.Client{
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			if asked++; asked > 5 {
				stop()
			}
			return http.DefaultTransport.RoundTrip(r)
		}),
	}))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.db.Backfill(ctx, interrupted, req)
	if !errors.Is(err, context.Canceled) || first.Requests != 5 || first.Done != 5*28 {
		t.Fatalf("%+v, error %v, want to be stopped after 5 requests", first, err)
	}
	rest, err := s.db.Backfill(t.Context(), s.Client, req)
	if want := (first.Total - first.Done) / 28; err != nil || rest.Requests != want || rest.Done != rest.Total {
		t.Errorf("%+v, error %v, want the other %d requests", rest, err, want)
	}
}

// transport is a function that makes requests.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBackfillKeepsSamples(t *testing.T) {
	t.Parallel()
	eachService(t, func(t *testing.T, s *service) {
		user := s.connect(t, "GARMIN", "anna")
		s.hear(t, "auth", user, nil)
		yesterday := health.DateOf(s.Now().UTC()).AddDays(-1)
		webhooks, err := s.Client.Daily.List(t.Context(), user.UserID, terra.Days(yesterday, 1), terra.WithSamples(true))
		if err != nil {
			t.Fatal(err)
		}
		s.hear(t, "daily", user, map[string]any{"data": webhooks})
		want := s.count(t, "samples")
		if want == 0 {
			t.Fatal("there are no samples")
		}
		s.pass(t, time.Hour)
		for _, samples := range []bool{false, true} {
			req := healthdb.BackfillRequest{
				Range: terra.Days(yesterday, 1), Types: []webhook.EventType{webhook.TypeDaily},
				Again: true, Samples: samples,
			}
			if got, err := s.db.Backfill(t.Context(), s.Client, req); err != nil || got.Records != 1 {
				t.Errorf("%+v, error %v", got, err)
			}
			days := s.readTable(t, "dailies")
			if n := s.count(t, "samples"); n < want || len(days) != 1 {
				t.Errorf("with samples %v: %d days with %d samples, want 1 with %d", samples, len(days), n, want)
			}
			if fetched := days[0]["delivery_id"] == ""; fetched != samples {
				t.Errorf("with samples %v: the day is from the backfill: %v", samples, fetched)
			}
		}
	})
}

func TestBackfillWithoutAnswer(t *testing.T) {
	t.Parallel()
	s := &service{Server: sandboxtest.New(t)}
	s.rowStore = newRows(t, newSQLite(t), healthdb.WithClock(s.Now))
	s.hear(t, "auth", health.User{UserID: "not-known-there", Provider: "GARMIN"}, nil)
	s.hear(t, "auth", s.connect(t, "GARMIN", "anna"), nil)
	end := health.DateOf(s.Now().UTC()).AddDays(-3)
	req := healthdb.BackfillRequest{Range: terra.Between(end.AddDays(-10), end), Types: []webhook.EventType{webhook.TypeDaily}}
	got, err := s.db.Backfill(t.Context(), s.Client, req)
	var failed *healthdb.BackfillError
	if !errors.As(err, &failed) || failed.Failed != 10 || !errors.Is(err, terra.ErrNotFound) {
		t.Errorf("error %v, want that one connection failed", err)
	}
	if got.Done != 10 || got.Failed != 10 || got.Records != 10 {
		t.Errorf("%+v, want the other connection's ten days", got)
	}

	if _, err := s.AddRule(sandbox.Rule{On: "request", Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 401}}); err != nil {
		t.Fatal(err)
	}
	req.Again = true
	if _, err := s.db.Backfill(t.Context(), s.Client, req); !errors.Is(err, terra.ErrUnauthorized) || errors.As(err, &failed) {
		t.Errorf("error %v, want the end of everything", err)
	}
}
