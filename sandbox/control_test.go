package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// TestControl goes through every control path as a program would.
func TestControl(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	noKeys := []string{"dev-id", "", "x-api-key", ""}

	a := call(t, s, "POST", "/_sandbox/users", `{"provider":"garmin","reference_id":"anna"}`, noKeys...)
	user, _ := at(a.object(t), "user_id").(string)
	if a.StatusCode != http.StatusCreated || user == "" || at(a.object(t), "provider") != "GARMIN" || at(a.object(t), "reference_id") != "anna" {
		t.Fatalf("users: status %d, want 201 and the connected user", a.StatusCode)
	}
	if events, _ := r.arrived(t, s); types(events) != "auth" {
		t.Errorf("users: %q arrived, want auth", types(events))
	}

	a = call(t, s, "PUT", "/_sandbox/destinations", `[{"url":"`+r.URL+`","secret":"sandbox-secret","mode":"push"}]`, noKeys...)
	if list := a.array(t); a.StatusCode != 200 || len(list) != 1 || at(list, "0.url") != r.URL || at(list, "0.mode") != "push" || at(list, "0.secret") != nil {
		t.Errorf("destinations: status %d, want the list without secrets", a.StatusCode)
	}
	if list := call(t, s, "GET", "/_sandbox/destinations", "", noKeys...).array(t); len(list) != 1 {
		t.Error("destinations: not the list that was put")
	}

	a = call(t, s, "POST", "/_sandbox/events", `{"type":"sleep","user_id":"`+user+`","set":{"data.0.metadata.summary_id":"mine"}}`, noKeys...)
	id, _ := at(a.object(t), "id").(string)
	if a.StatusCode != http.StatusAccepted || id == "" || at(a.object(t), "state") != "pending" || at(a.object(t), "event_type") != "sleep" {
		t.Errorf("events: status %d, want 202 and the delivery", a.StatusCode)
	}
	if events, _ := r.arrived(t, s); types(events) != "sleep" {
		t.Errorf("events: %q arrived, want sleep", types(events))
	}

	list := call(t, s, "GET", "/_sandbox/deliveries", "", noKeys...).array(t)
	if len(list) != 2 || at(list, "1.id") != id || at(list, "1.state") != "delivered" || at(list, "1.attempts.0.status") != 200.0 ||
		at(list, "1.header.X-Terra-Trace-Id") == nil || at(list, "1.body") != nil || at(list, "1.url") != r.URL || at(list, "1.next_retry") != nil {
		t.Error("deliveries: not what was sent")
	}
	if v := call(t, s, "GET", "/_sandbox/deliveries/"+id, "", noKeys...).object(t); at(v, "body.data.0.metadata.summary_id") != "mine" {
		t.Error("one delivery: want it with its body")
	}

	a = call(t, s, "POST", "/_sandbox/deliveries/"+id+"/resend", "", noKeys...)
	if a.StatusCode != http.StatusAccepted || at(a.object(t), "id") != id {
		t.Errorf("resend: status %d, want 202", a.StatusCode)
	}
	if events, _ := r.arrived(t, s); types(events) != "sleep" {
		t.Errorf("resend: %q arrived, want sleep", types(events))
	}

	if a := call(t, s, "POST", "/_sandbox/reset", "", noKeys...); a.StatusCode != http.StatusOK {
		t.Errorf("reset: status %d", a.StatusCode)
	}
	if len(s.Users())+len(s.Deliveries())+len(call(t, s, "GET", "/_sandbox/destinations", "").array(t)) != 0 {
		t.Error("reset: something is left")
	}
}

func TestControlBadInput(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	dexcom := connect(t, s, "DEXCOM", "ben").UserID
	tests := []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"no such path", "GET", "/_sandbox/people", "", 404, "path"},
		{"nothing after it", "GET", "/_sandbox", "", 404, "path"},
		{"users: GET", "GET", "/_sandbox/users", "", 405, "POST"},
		{"users: no body", "POST", "/_sandbox/users", "", 400, "empty"},
		{"users: blank body", "POST", "/_sandbox/users", " \n", 400, "empty"},
		{"users: no JSON", "POST", "/_sandbox/users", "provider=GARMIN", 400, "byte 1"},
		{"users: cut short", "POST", "/_sandbox/users", `{"provider":"GARMIN"`, 400, "too early"},
		{"users: two values", "POST", "/_sandbox/users", `{"provider":"GARMIN"} {}`, 400, "more than one"},
		{"users: a bracket too many", "POST", "/_sandbox/users", `{"provider":"GARMIN"}]`, 400, "more than one"},
		{"users: an array", "POST", "/_sandbox/users", `[]`, 400, "object"},
		{"users: a number for a name", "POST", "/_sandbox/users", `{"provider":7}`, 400, "provider must be a JSON string"},
		{"users: unknown member", "POST", "/_sandbox/users", `{"provider":"GARMIN","referenceId":"x"}`, 400, "referenceId"},
		{"users: no provider", "POST", "/_sandbox/users", `{}`, 400, "unknown provider"},
		{"users: unknown provider", "POST", "/_sandbox/users", `{"provider":"SUNDIAL"}`, 400, "unknown provider"},
		{"users: endless reference", "POST", "/_sandbox/users", `{"provider":"GARMIN","reference_id":"` + strings.Repeat("x", 501) + `"}`, 400, "too long"},
		{"users: endless body", "POST", "/_sandbox/users", strings.Repeat(" ", 1<<20+1), 413, "longer"},
		{"destinations: PATCH", "PATCH", "/_sandbox/destinations", "[]", 405, "PUT"},
		{"destinations: one without URL", "POST", "/_sandbox/destinations", "{}", 400, "URL"},
		{"destinations: which?", "DELETE", "/_sandbox/destinations", "", 404, "unknown destination"},
		{"destinations: an object", "PUT", "/_sandbox/destinations", "{}", 400, "array"},
		{"destinations: no URL", "PUT", "/_sandbox/destinations", `[{"secret":"s"}]`, 400, "URL"},
		{"destinations: mode", "PUT", "/_sandbox/destinations", `[{"url":"http://x","mode":"pull"}]`, 400, "mode"},
		{"events: no type", "POST", "/_sandbox/events", `{}`, 400, "event type"},
		{"events: unknown type", "POST", "/_sandbox/events", `{"type":"sundown","user_id":"` + user + `"}`, 400, "event type"},
		{"events: no user", "POST", "/_sandbox/events", `{"type":"sleep"}`, 404, "user"},
		{"events: unknown user", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"nobody"}`, 404, "user"},
		{"events: date", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + user + `","date":"yesterday"}`, 400, "date"},
		{"events: date is a number", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + user + `","date":20260101}`, 400, "date"},
		{"events: no record", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + dexcom + `","date":"2026-01-01"}`, 409, "no such record"},
		{"events: set is a list", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + user + `","set":[]}`, 400, "set"},
		{"events: no such index", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + user + `","set":{"data.7.x":1}}`, 400, "data.7.x"},
		{"events: into a string", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + user + `","set":{"type.x":1}}`, 400, "type.x"},
		{"events: empty step", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + user + `","set":{"user..x":1}}`, 400, "user..x"},
		{"events: a fault that is none", "POST", "/_sandbox/events", `{"type":"sleep","user_id":"` + user + `","fault":"drop"}`, 400, "corrupt_signature"},
		{"events: a body and a date", "POST", "/_sandbox/events", `{"body":{},"date":"2026-01-01"}`, 400, "body of its own"},
		{"deliveries: DELETE", "DELETE", "/_sandbox/deliveries", "", 405, "GET"},
		{"a delivery: unknown", "GET", "/_sandbox/deliveries/nothing", "", 404, "delivery"},
		{"a delivery: POST", "POST", "/_sandbox/deliveries/nothing", "", 405, "GET"},
		{"resend: unknown", "POST", "/_sandbox/deliveries/nothing/resend", "", 404, "delivery"},
		{"resend: GET", "GET", "/_sandbox/deliveries/nothing/resend", "", 405, "POST"},
		{"reset: GET", "GET", "/_sandbox/reset", "", 405, "POST"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := call(t, s, test.method, test.path, test.body)
			says, _ := a.object(t)["error"].(string)
			if a.StatusCode != test.status || !strings.Contains(says, test.says) {
				t.Errorf("status %d saying %q, want %d about %q", a.StatusCode, says, test.status, test.says)
			}
			if test.status == 405 && a.Header.Get("Allow") == "" {
				t.Error("no Allow")
			}
		})
	}
}

func TestEventWithoutDestination(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	user := connect(t, s, "GARMIN", "anna").UserID
	a := call(t, s, "POST", "/_sandbox/events", `{"type":"deauth","user_id":"`+user+`"}`)
	if a.StatusCode != http.StatusConflict {
		t.Errorf("status %d, want 409", a.StatusCode)
	}
	if len(s.Users()) != 1 {
		t.Error("an event that could not be sent has changed the world")
	}
}

// TestControlIsForThisMachine: a page of another origin, or of a name that was made
// to resolve to this machine, reaches nothing.
func TestControlIsForThisMachine(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New(sandbox.WithPublicURL("https://terra.internal"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tests := []struct {
		host   string
		header []string
		want   int
	}{
		{"127.0.0.1:8787", nil, 200},
		{"127.9.9.9", nil, 200},
		{"localhost:8787", nil, 200},
		{"LOCALHOST", nil, 200},
		{"sandbox.localhost:8787", nil, 200},
		{"[::1]:8787", nil, 200},
		{"terra.internal", nil, 200},
		{"localhost:8787", []string{"Origin", "http://localhost:8787"}, 200},
		{"localhost:8787", []string{"Origin", "http://localhost:8787", "Sec-Fetch-Site", "same-origin"}, 200},
		{"localhost:8787", []string{"Sec-Fetch-Site", "none"}, 200},
		{"10.0.0.7", []string{"Host", "terra.internal"}, 403},

		{"evil.example", nil, 403},
		{"evil.example:8787", []string{"Origin", "http://evil.example:8787", "Sec-Fetch-Site", "same-origin"}, 403},
		{"localhost.evil.example", nil, 403},
		{"127.0.0.1.evil.example", nil, 403},
		{"10.0.0.7:8787", nil, 403},
		{"0.0.0.0:8787", nil, 403},
		{"", nil, 403},
		{"terra.internal:8787", nil, 403},
		{"localhost:8787", []string{"Origin", "http://evil.example"}, 403},
		{"localhost:8787", []string{"Origin", "http://localhost:9999"}, 403},
		{"localhost:8787", []string{"Origin", "null"}, 403},
		{"localhost:8787", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"localhost:8787", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"localhost:8787", []string{"Origin", "http://localhost:8787", "Sec-Fetch-Site", "cross-site"}, 403},
	}
	for _, test := range tests {
		for _, request := range []struct{ method, path, body string }{
			{"GET", "/_sandbox/deliveries", ""},
			{"POST", "/_sandbox/reset", ""},
			{"PUT", "/_sandbox/destinations", "[]"},
		} {
			status, text := serve(s, request.method, request.path, request.body, test.host, test.header...)
			if status != test.want || status == 403 && !strings.Contains(text, `"error"`) {
				t.Errorf("%s %s at %q with %v: status %d, want %d", request.method, request.path, test.host, test.header, status, test.want)
			}
		}
	}
}

// TestManyPeople asks for what a load test would.
func TestManyPeople(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	ids := map[string]bool{}
	for i := range 1000 {
		ids[connect(t, s, "GARMIN", fmt.Sprint(i)).UserID] = true
	}
	if len(ids) != 1000 || len(s.Users()) != 1000 {
		t.Errorf("%d ids, %d connections", len(ids), len(s.Users()))
	}
}

// TestControlOneDestination: one destination comes and goes while the others stay
// as they are.
func TestControlOneDestination(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	first, last := listen(t, s), listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	last.arrived(t, s)
	if err := s.SetDestinations([]sandbox.Destination{{URL: first.URL}, {URL: "http://127.0.0.1:1/gone"}, {URL: last.URL}}); err != nil {
		t.Fatal(err)
	}
	trigger := func() {
		t.Helper()
		if a := call(t, s, "POST", "/_sandbox/events", `{"type":"sleep","user_id":"`+user+`"}`); a.StatusCode != http.StatusAccepted {
			t.Fatalf("events: status %d", a.StatusCode)
		}
	}
	first.status, last.status = 500, 500
	trigger()
	if events, _ := last.arrived(t, s); types(events) != "sleep" {
		t.Fatalf("%q arrived, want sleep", types(events))
	}
	first.status, last.status = 200, 200

	a := call(t, s, "DELETE", "/_sandbox/destinations?url=http://127.0.0.1:1/gone", "")
	if list := a.array(t); a.StatusCode != 200 || len(list) != 2 || at(list, "0.url") != first.URL || at(list, "1.url") != last.URL {
		t.Fatalf("DELETE: status %d, want the list without it", a.StatusCode)
	}
	if list := s.Destinations(); list[0].FailingSince.IsZero() || list[1].FailingSince.IsZero() {
		t.Error("DELETE: the others have made a new start")
	}
	if err := s.Advance(t.Context(), 3*time.Hour); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*receiver{"first": first, "last": last} {
		if events, _ := r.arrived(t, s); strings.Count(types(events), "sleep") < 1 {
			t.Errorf("the retry has not come to the %s destination", name)
		}
	}
	for _, d := range s.Deliveries() {
		if gone := strings.HasSuffix(d.URL, "/gone"); d.EventType == "sleep" && (d.State == sandbox.StateFailed) != gone {
			t.Errorf("a delivery to %s is %s", d.URL, d.State)
		}
	}

	a = call(t, s, "POST", "/_sandbox/destinations", `{"url":"`+last.URL+`x","mode":"ping"}`)
	if list := a.array(t); a.StatusCode != http.StatusCreated || len(list) != 3 || at(list, "2.mode") != "ping" || at(list, "2.secret") != nil {
		t.Errorf("POST: status %d, want one more", a.StatusCode)
	}
	a = call(t, s, "POST", "/_sandbox/destinations", `{"url":"`+last.URL+`x"}`)
	if list := a.array(t); a.StatusCode != http.StatusCreated || len(list) != 3 || at(list, "2.mode") != "push" {
		t.Errorf("POST again: status %d, want it replaced", a.StatusCode)
	}
}

// TestControlBody: a body of one's own arrives byte for byte.
func TestControlBody(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	bodies := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies <- string(b)
	}))
	t.Cleanup(server.Close)
	if err := s.SetDestinations([]sandbox.Destination{{URL: server.URL}}); err != nil {
		t.Fatal(err)
	}
	const body = "{\"type\" : \"mine\",\n \"user\":{\"user_id\":\"me\"}, \"x\": \"<&>\", \"n\":1.50 }"
	a := call(t, s, "POST", "/_sandbox/events", `{"body":`+body+`}`)
	v := a.object(t)
	if a.StatusCode != http.StatusAccepted || at(v, "event_type") != "mine" || at(v, "user_id") != "me" {
		t.Fatalf("status %d, event %v", a.StatusCode, at(v, "event_type"))
	}
	if got := <-bodies; got != body {
		t.Errorf("the body has changed: %d bytes of %d", len(got), len(body))
	}
	list := call(t, s, "GET", "/_sandbox/deliveries?trace_id="+at(v, "trace_id").(string), "").array(t)
	if len(list) != 1 || at(list, "0.id") != at(v, "id") {
		t.Errorf("%d deliveries with its trace id, want 1", len(list))
	}
	if list := call(t, s, "GET", "/_sandbox/deliveries?trace_id=none", "").array(t); len(list) != 0 {
		t.Errorf("%d deliveries with no such trace id", len(list))
	}
}
