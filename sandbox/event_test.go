package sandbox_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// TestEveryEventType: each of the 22 is understood, belongs to the person, and
// carries data where it should, whoever the person is and whatever the provider
// has.
func TestEveryEventType(t *testing.T) {
	t.Parallel()
	if n := len(sandbox.EventTypes()); n != 22 {
		t.Fatalf("%d event types, want 22", n)
	}
	for _, provider := range []string{"GARMIN", "CLUE"} {
		s := sandboxtest.New(t)
		r := listen(t, s)
		for _, eventType := range sandbox.EventTypes() {
			user := connect(t, s, provider, "anna").UserID
			r.arrived(t, s)
			trigger(t, s.Server, eventType, user)
			events, heads := r.arrived(t, s)
			if types(events) != eventType {
				t.Fatalf("%s: %q arrived, want %s", provider, types(events), eventType)
			}
			if _, unknown := events[0].(*webhook.UnknownEvent); unknown || !events[0].Type().Known() {
				t.Errorf("%s: %s is not understood", provider, eventType)
			}
			if heads[0].Get("terra-reference") == "" || heads[0].Get("X-Terra-Trace-Id") == "" {
				t.Errorf("%s: %s without reference or trace id", provider, eventType)
			}
			v := reflect.ValueOf(events[0]).Elem()
			if f := v.FieldByName("User"); f.IsValid() && f.Type() == reflect.TypeFor[terra.User]() && f.Interface().(terra.User).UserID != user {
				t.Errorf("%s: %s is about somebody else", provider, eventType)
			}
			if f := v.FieldByName("Data"); f.IsValid() && f.Kind() == reflect.Slice && f.Len() == 0 {
				t.Errorf("%s: %s has no records", provider, eventType)
			}
			if f := v.FieldByName("Reference"); f.IsValid() && f.String() != heads[0].Get("terra-reference") {
				t.Errorf("%s: %s has another reference in its body", provider, eventType)
			}
		}
	}
}

func TestEventsWithoutUser(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	for _, eventType := range sandbox.EventTypes() {
		_, err := s.Trigger(sandbox.EventRequest{Type: eventType})
		optional := strings.HasPrefix(eventType, "lab_report.") || eventType == "auth_cancelled"
		if optional && err != nil || !optional && !errors.Is(err, sandbox.ErrUnknownUser) {
			t.Errorf("%s: %v", eventType, err)
		}
	}
	events, heads := r.arrived(t, s)
	for i, ev := range events {
		if ev, ok := ev.(*webhook.LabReportCompleted); ok {
			if id := ev.Data.SessionID.Or(""); id == "" || heads[i].Get("terra-reference") != id || len(ev.Data.Results) == 0 {
				t.Error("a lab report's reference is its session")
			}
		}
	}
}

// TestEventsChangeTheWorld: what an event says has happened, has.
func TestEventsChangeTheWorld(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	user := connect(t, s, "GARMIN", "anna")
	r.arrived(t, s)

	trigger(t, s.Server, "access_revoked", user.UserID)
	if u := s.Users()[0]; u.Active.Or(true) {
		t.Error("access_revoked: still active")
	}

	trigger(t, s.Server, "permission_change", user.UserID)
	events, _ := r.arrived(t, s)
	change := events[1].(*webhook.PermissionChange)
	lost := string(change.ScopesRemoved)
	had := strings.Split(user.Scopes.Or(""), ",")
	left := strings.Split(s.Users()[0].Scopes.Or(""), ",")
	if !slices.Contains(had, lost) || slices.Contains(left, lost) || len(left) != len(had)-1 || change.User.Scopes != s.Users()[0].Scopes {
		t.Error("permission_change: not one scope less")
	}
	for range had {
		trigger(t, s.Server, "permission_change", user.UserID) // down to none, and once more
	}
	if scopes := s.Users()[0].Scopes.Or("-"); scopes != "" {
		t.Error("permission_change: scopes are left")
	}
	r.arrived(t, s)

	trigger(t, s.Server, "user_reauth", user.UserID)
	events, _ = r.arrived(t, s)
	reauth := events[0].(*webhook.UserReauth)
	if users := s.Users(); len(users) != 1 || users[0].UserID != reauth.NewUser.UserID || users[0].UserID == user.UserID {
		t.Error("user_reauth: the user id is not the new one")
	}
	if old, _ := reauth.OldUser.Get(); old.UserID != user.UserID {
		t.Error("user_reauth: old_user is another")
	}

	trigger(t, s.Server, "deauth", reauth.NewUser.UserID)
	if len(s.Users()) != 0 {
		t.Error("deauth: still connected")
	}

	// An event that cannot be made changes nothing.
	again := connect(t, s, "GARMIN", "anna").UserID
	_, err := s.Trigger(sandbox.EventRequest{Type: "deauth", UserID: again, Set: map[string]any{"type.x": 1}})
	var bad *sandbox.SetError
	if !errors.As(err, &bad) || bad.Path != "type.x" || len(s.Users()) != 1 {
		t.Errorf("%v, and %d connections; want a SetError and the one", err, len(s.Users()))
	}
}

// TestScopes: what a person takes back is no longer to be had, and what they grant
// is again.
func TestScopes(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	r := listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	r.arrived(t, s)
	change := func(body string) *webhook.PermissionChange {
		t.Helper()
		body = `{"type":"permission_change","user_id":"` + user + `",` + body + `}`
		if a := call(t, s, "POST", "/_sandbox/events", body); a.StatusCode != 202 {
			t.Fatalf("status %d, want 202", a.StatusCode)
		}
		events, _ := r.arrived(t, s)
		return events[0].(*webhook.PermissionChange)
	}
	get := func(path string) map[string]any {
		t.Helper()
		return call(t, s, "GET", path+"?to_webhook=false&start_date=2026-03-01&user_id="+user, "").object(t)
	}

	ev := change(`"scopes_removed":"sleep,athlete,nutrition"`) // the last was never granted
	if ev.ScopesRemoved != "athlete,sleep" || ev.ScopesAdded != "" {
		t.Error("the event tells of other scopes")
	}
	if data, ok := get("/api/v2/sleep")["data"].([]any); !ok || len(data) != 0 {
		t.Error("sleep without the scope")
	}
	if get("/v2/sleep")["status"] != "not_available" || get("/v2/athlete")["status"] != "not_available" {
		t.Error("legacy: data without the scope")
	}
	if at(get("/api/v2/athlete"), "athlete.first_name") != nil {
		t.Error("a profile without the scope")
	}
	if at(get("/api/v2/daily"), "data.0") == nil {
		t.Error("no daily data, whose scope is left")
	}

	ev = change(`"scopes_added":"sleep,daily","scopes_removed":"body"`) // daily was there
	if ev.ScopesAdded != "sleep" || ev.ScopesRemoved != "body" {
		t.Error("the second event tells of other scopes")
	}
	if at(get("/api/v2/sleep"), "data.0") == nil || at(get("/api/v2/body"), "data.0") != nil {
		t.Error("data do not follow the second change")
	}
}

func TestEventDate(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	r := listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	r.arrived(t, s)
	day := health.NewDate(2024, 2, 29)
	if _, err := s.Trigger(sandbox.EventRequest{Type: "daily", UserID: user, Date: day}); err != nil {
		t.Fatal(err)
	}
	trigger(t, s.Server, "daily", user)
	events, _ := r.arrived(t, s)
	if len(events) != 2 {
		t.Fatalf("%q arrived", types(events))
	}
	var dates []health.Date
	for _, ev := range events {
		dates = append(dates, ev.(*webhook.Daily).Data[0].Metadata.StartTime.Date())
	}
	slices.SortFunc(dates, health.Date.Compare)
	if dates[0] != day {
		t.Error("not the day asked for")
	}
	if yesterday := health.DateOf(noon()).AddDays(-1); dates[1] != yesterday {
		t.Error("without a date: not the last day that is over")
	}
	strava := connect(t, s, "STRAVA", "anna").UserID
	if _, err := s.Trigger(sandbox.EventRequest{Type: "sleep", UserID: strava, Date: day}); !errors.Is(err, sandbox.ErrNoRecord) {
		t.Errorf("%v, want ErrNoRecord", err)
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	r.arrived(t, s)
	_, err := s.Trigger(sandbox.EventRequest{Type: "daily", UserID: user, Set: map[string]any{
		"type":                        "quux",
		"user.reference_id":           nil,
		"data.0.metadata.start_time":  "2026-01-02T00:00:00.000000+01:00",
		"data.0.distance_data.steps":  12345,
		"data.1.metadata.end_time":    "2026-01-03T00:00:00.000000+01:00", // the next index appends
		"a.new.place":                 []string{"<&>"},
		"data.0.MET_data.num_samples": map[string]any{"x": 1.5},
	}})
	if err != nil {
		t.Fatal(err)
	}
	events, _ := r.arrived(t, s)
	if _, ok := events[0].(*webhook.UnknownEvent); !ok || types(events) != "quux" {
		t.Fatalf("%q arrived, want the unknown type that was set", types(events))
	}
	body := string(events[0].Raw())
	for _, want := range []string{`"place":["<&>"]`, `"steps":12345`, `"reference_id":null`, `"start_time":"2026-01-02T00:00:00.000000+01:00"`, `{"metadata":{"end_time":"2026-01-03`, `"num_samples":{"x":1.5}`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in the body", want)
		}
	}
	if _, err := s.Trigger(sandbox.EventRequest{Type: "auth", UserID: user, Set: map[string]any{strings.Repeat("a.", 40) + "a": 1}}); err == nil {
		t.Error("a path of forty steps: no error")
	}
	if _, err := s.Trigger(sandbox.EventRequest{Type: "auth", UserID: user, Set: map[string]any{"x": func() {}}}); err == nil {
		t.Error("a value that JSON does not know: no error")
	}
}
