package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/synth"
)

// unpublished are the shapes that Terra's specification does not have, or no
// longer has: the answers of the legacy base, and two of the current one.
const (
	unpublished       = "unpublished.yaml"
	unpublishedShapes = `
user: {$ref: 'v2-bundled.yaml#/components/schemas/TerraUser'}
error: {properties: {status: {const: error}, message: {type: string, minLength: 1}}, required: [status, message]}
unauthorized: {properties: {message: {const: unauthorized}}, required: [message]}
refused: {properties: {detail: {const: rate limit exceeded}}, required: [detail]}
modified: {properties: {status: {const: success}, user: {$ref: '#/user'}}, required: [status, user]}
users: {properties: {status: {const: success}, users: {type: array, items: {$ref: '#/user'}}}, required: [status, users]}
no data:
  properties: {type: {const: no_data}, status: {enum: [error, not_available]}, message: {type: string, minLength: 1}, user: {$ref: '#/user'}}
  required: [type, status, message, user]
queued:
  properties: {type: {const: webhook}, status: {const: success}, message: {type: string, minLength: 1}, reference: {type: string, minLength: 1}, user: {$ref: '#/user'}}
  required: [type, status, message, reference, user]
queued large:
  properties: {type: {const: large_request_processing}, status: {const: processing}, message: {type: string, minLength: 1}, reference: {type: string, minLength: 1}, user: {$ref: '#/user'}}
  required: [type, status, message, reference, user]
processing:
  properties: {type: {const: processing}, status: {const: success}, message: {type: string, minLength: 1}, retry_after_seconds: {type: integer}, user: {$ref: '#/user'}}
  required: [type, status, message, retry_after_seconds, user]
rate limited:
  properties: {type: {const: rate_limit}, message: {type: string, minLength: 1}, user: {$ref: '#/user'}}
  required: [type, message, user]
`
)

// form is one of the shapes in which an operation answers 200.
type form struct {
	name  string
	has   string // the member by which it is told from those after it; "" is any body
	value any    // of that member, or nil for any
	shape
}

// currentForms are the answers of /api/v2 by operation. The specification lets an
// answer be one of several schemas and describes them so loosely that most bodies
// are of all of them, which is against its own word oneOf ([TestAmbiguousUnions]).
// So the schema is chosen here, by the member that tells.
func currentForms() map[string][]form {
	forms := map[string][]form{
		"POST /auth/authenticateUser":      {plain("POST /auth/authenticateUser", "status", "user_id", "auth_url")},
		"POST /auth/generateWidgetSession": {plain("POST /auth/generateWidgetSession", "status", "session_id", "url", "expires_in")},
		"DELETE /auth/deauthenticateUser":  {plain("DELETE /auth/deauthenticateUser", "status")},
		"POST /auth/generateAuthToken":     {plain("POST /auth/generateAuthToken", "status", "token", "expires_in")},
		"GET /integrations":                {plain("GET /integrations", "status", "providers", "sdk_providers")},
		"GET /integrations/detailed":       {plain("GET /integrations/detailed", "status", "providers")},
		"POST /bulkUserInfo":               {plain("POST /bulkUserInfo")},
		"PATCH /users/{id}":                {{name: "modified", shape: shape{ref: unpublished + "#/modified"}}},
		"GET /userInfo": {
			{name: "one user", has: "user", shape: union("GET /userInfo", 0, "user", "status", "is_authenticated")},
			{name: "all users of a reference", shape: union("GET /userInfo", 1)},
		},
		"GET /subscriptions": {
			{name: "all users", has: "users", shape: union("GET /subscriptions", 0, "users")},
			{name: "a page of users", has: "data", shape: union("GET /subscriptions", 1, "data")},
		},
		"GET /athlete": {
			{name: "data", has: "athlete", shape: union("GET /athlete", 0, "type", "user", "athlete")},
			queued("GET /athlete", "queued", "reference"),
		},
	}
	for path := range dataSchemas() {
		op := "GET " + path
		forms[op] = []form{
			{name: "data", has: "data", shape: union(op, 0, "type", "user", "data")},
			queued(op, "queued, large", "message"),
			queued(op, "queued", "reference"),
		}
	}
	return forms
}

// legacyForms are the answers of /v2, which say more often that all is well.
func legacyForms() map[string][]form {
	forms := currentForms()
	for op, list := range forms {
		for i := range list {
			list[i].extra = []string{"status"}
		}
		forms[op] = list
	}
	forms["POST /auth/authenticateUser"][0].extra = []string{"expires_in"}
	forms["GET /integrations"][0].extra = []string{"sdk_resource"}
	forms["GET /userInfo"][1] = form{name: "all users of a reference", has: "users", shape: shape{ref: unpublished + "#/users"}}
	older := []form{
		{name: "processing", has: "retry_after_seconds", shape: shape{ref: unpublished + "#/processing"}},
		{name: "queued, large", has: "type", value: "large_request_processing", shape: shape{ref: unpublished + "#/queued large"}},
		{name: "queued", has: "reference", shape: shape{ref: unpublished + "#/queued"}},
		{name: "rate limited", has: "type", value: "rate_limit", shape: shape{ref: unpublished + "#/rate limited"}},
		{name: "no data", has: "type", value: "no_data", shape: shape{ref: unpublished + "#/no data"}},
	}
	for op, list := range forms {
		if list[len(list)-1].name == "queued" {
			list[0].members = append(slices.Clone(list[0].members), "status")
			forms[op] = append(list[:1:1], older...)
		}
	}
	return forms
}

// dataSchemas are the records of the paths that answer with lists of them.
func dataSchemas() map[string]string {
	return map[string]string{
		"/activity": "Activity", "/body": "Body", "/daily": "Daily", "/menstruation": "Menstruation",
		"/nutrition": "Nutrition", "/sleep": "Sleep",
	}
}

func plain(op string, members ...string) form {
	return form{shape: shape{ref: schemaOf(op), members: members}}
}

func union(op string, member int, members ...string) shape {
	return shape{ref: fmt.Sprintf("%s/oneOf/%d", schemaOf(op), member), members: members}
}

func queued(op, name, has string) form {
	return form{name: name, has: has, shape: union(op, 1, "status", "type", "reference", "trace_id", "user")}
}

// schemaOf is where the specification has the schema of an operation's 200.
func schemaOf(op string) string {
	method, path, _ := strings.Cut(op, " ")
	return "v2-bundled.yaml#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + strings.ToLower(method) +
		"/responses/200/content/application~1json/schema"
}

// inspector is a sandbox of which it holds every body that goes out, in answers
// and in deliveries, to the specification. It is the transport of the deliveries.
type inspector struct {
	*sandbox.Server
	t    *testing.T
	spec *specification

	mu     sync.Mutex
	events map[string]string // schema file by type
	seen   map[string]int    // bodies by what they are: "GET /daily: data", "event daily"
	links  []string          // of pings
}

// inspectedNow is late enough on a Tuesday for the days before to be over.
var inspectedNow = time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC)

func inspect(t *testing.T, opts ...sandbox.Option) *inspector {
	t.Helper()
	spec := openSpecification(t)
	in := &inspector{t: t, spec: spec, events: spec.eventSchemas(t), seen: map[string]int{}}
	s, err := sandbox.New(append([]sandbox.Option{
		sandbox.WithTransport(in),
		sandbox.WithNow(func() time.Time { return inspectedNow }),
		sandbox.WithPublicURL("http://127.0.0.1"),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	in.Server = s
	return in
}

// connect is the user id of somebody new.
func (in *inspector) connect(provider, referenceID string, opts ...sandbox.ConnectOption) string {
	in.t.Helper()
	u, err := in.Connect(provider, referenceID, opts...)
	if err != nil {
		in.t.Fatal(err)
	}
	return u.UserID
}

func (in *inspector) listen(mode string) {
	in.t.Helper()
	if err := in.SetDestinations([]sandbox.Destination{{URL: "https://example.com/hook", Mode: mode}}); err != nil {
		in.t.Fatal(err)
	}
}

// flush waits for what is being delivered.
func (in *inspector) flush() {
	in.t.Helper()
	if err := in.Flush(in.t.Context()); err != nil {
		in.t.Fatal(err)
	}
}

// call makes a request, holds the answer to the specification, and returns its
// body if it is a JSON object.
func (in *inspector) call(method, target, body string, header ...string) object {
	in.t.Helper()
	w := in.serve(method, target, body, header...)
	path, _, _ := strings.Cut(target, "?")
	text := w.Body.Bytes()
	var o object
	_ = json.Unmarshal(text, &o)
	name, of, contentType := choose(method, path, w.Code, o)
	switch {
	case of.ref == "":
		in.t.Errorf("%s %s: answered %d in a form that Terra has not", method, path, w.Code)
		return nil
	case w.Header().Get("Content-Type") != contentType:
		in.t.Errorf("%s %s: %d as %s, want %s", method, path, w.Code, w.Header().Get("Content-Type"), contentType)
	case contentType == "application/problem+json" && o["title"] != strings.ToLower(http.StatusText(w.Code)):
		in.t.Errorf("%s %s: the title is not that of status %d", method, path, w.Code)
	}
	for _, v := range in.spec.violations(in.t, of, text) {
		in.t.Errorf("%s %s: %d %s: %s", method, path, w.Code, name, v)
	}
	in.count(name)
	return o
}

func (in *inspector) serve(method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(in.t.Context(), method, target, strings.NewReader(body))
	r.Host = "127.0.0.1"
	r.Header.Set("dev-id", sandbox.DefaultDevID)
	r.Header.Set("x-api-key", sandbox.DefaultAPIKey)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	return w
}

// choose says what an answer is, and which shape and content type it has to have.
func choose(method, path string, status int, body object) (name string, of shape, contentType string) {
	const problem, plainJSON = "application/problem+json", "application/json"
	if path == "/widget/api/session" {
		name = fmt.Sprintf("POST %s: %d", path, status)
		of = shape{
			ref:     fmt.Sprintf("widget-bundled.yaml#/paths/~1widget~1api~1session/post/responses/%d/content/application~1json/schema", status),
			members: []string{"status", "message"},
		}
		if status == http.StatusOK {
			of.members = []string{"status", "session_id", "url", "expires_in"}
		}
		return name, of, plainJSON
	}
	path, isCurrent := strings.CutPrefix(path, "/api")
	path = strings.TrimPrefix(path, "/v2")
	if strings.HasPrefix(path, "/users/") {
		path = "/users/{id}"
	}
	op := method + " " + path
	switch {
	case status == http.StatusTooManyRequests && len(body) == 1:
		return "429", shape{ref: unpublished + "#/refused"}, plainJSON
	case status >= 400 && isCurrent:
		return fmt.Sprint("problem ", status), shape{ref: "v2-bundled.yaml#/components/schemas/Problem", members: []string{"detail"}}, problem
	case status == http.StatusUnauthorized:
		return "legacy 401", shape{ref: unpublished + "#/unauthorized"}, plainJSON
	case status >= 400:
		return fmt.Sprint("legacy error ", status), shape{ref: unpublished + "#/error"}, plainJSON
	}
	forms := legacyForms()
	if isCurrent {
		forms = currentForms()
	}
	for _, f := range forms[op] {
		value, ok := body[f.has]
		if f.has == "" || ok && (f.value == nil || f.value == value) {
			return strings.TrimSuffix(op+": "+f.name, ": "), f.shape, plainJSON
		}
	}
	return op, shape{}, ""
}

// RoundTrip takes a delivery.
func (in *inspector) RoundTrip(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	in.checkEvent("event", text)
	return &http.Response{
		StatusCode: http.StatusNoContent, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: r,
	}, nil
}

// checkEvent holds the body of a delivery, or what a ping points to, to the schema
// of its type.
func (in *inspector) checkEvent(what string, text []byte) {
	var event struct{ Type, URL string }
	if err := json.Unmarshal(text, &event); err != nil {
		in.t.Errorf("%s: not an object", what)
		return
	}
	file, ok := in.events[event.Type]
	if !ok {
		in.t.Errorf("%s: of a type that Terra has not", what)
		return
	}
	of := shape{ref: "schemas/" + file}
	if event.Type == "s3_payload" {
		of.extra = []string{"payload_reference"} // newer than the schema
	}
	for _, v := range in.spec.violations(in.t, of, text) {
		in.t.Errorf("%s %s: %s", what, event.Type, v)
	}
	in.count(what + " " + event.Type)
	in.mu.Lock()
	defer in.mu.Unlock()
	if event.URL != "" {
		in.links = append(in.links, event.URL)
	}
}

func (in *inspector) count(name string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.seen[name]++
}

// saw fails the test for everything that did not go by.
func (in *inspector) saw(names ...string) {
	in.t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, name := range names {
		if in.seen[name] == 0 {
			in.t.Errorf("no body went by that is: %s", name)
		}
	}
}

// eventSchemas are the files of the specification's event schemas, by type.
func (s *specification) eventSchemas(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, member := range s.document(t, "schemas/WebhookEventType.yaml")["oneOf"].([]any) {
		file := member.(object)["$ref"].(string)
		typ := s.document(t, "schemas/"+file)["properties"].(object)["type"].(object)
		files[typ["const"].(string)] = file
	}
	return files
}

// TestEventTypes: the sandbox knows the events of the specification, and no others.
func TestEventTypes(t *testing.T) {
	t.Parallel()
	official := slices.Sorted(maps.Keys(openSpecification(t).eventSchemas(t)))
	if ours := slices.Sorted(slices.Values(sandbox.EventTypes())); !slices.Equal(ours, official) {
		t.Errorf("the sandbox has %v, the specification %v", ours, official)
	}
}

// TestAnswers holds the answers of both bases to the specification, for people of
// every provider and every way of life.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"/api/v2", "/v2"} {
		t.Run(strings.TrimPrefix(base, "/"), func(t *testing.T) {
			t.Parallel()
			in := inspect(t)
			personas := synth.Personas()
			for i, p := range synth.Providers() {
				user := in.connect(p.Name, fmt.Sprint("person ", i), sandbox.WithPersona(personas[i%len(personas)]))
				for path := range dataSchemas() {
					in.call("GET", base+path+"?to_webhook=false&start_date=2026-02-24&end_date=2026-03-11&user_id="+user, "")
					if base == "/api/v2" || i%6 == 0 { // both have the same samples, and many
						in.call("GET", base+path+"?to_webhook=false&with_samples=true&start_date=2026-03-08&end_date=2026-03-09&user_id="+user, "")
					}
				}
				in.call("GET", base+"/athlete?to_webhook=false&user_id="+user, "")
				in.call("GET", base+"/userInfo?user_id="+user, "")
			}
			user := in.connect("GARMIN", "person 1")
			in.call("GET", base+"/userInfo?reference_id=person%201", "")
			in.call("GET", base+"/userInfo?reference_id=nobody", "")
			in.call("GET", base+"/subscriptions", "")
			in.call("GET", base+"/subscriptions?page=0&per_page=10", "")
			in.call("GET", base+"/subscriptions?page=2&per_page=10", "")
			in.call("POST", base+"/bulkUserInfo", `["`+user+`"]`)
			in.call("PATCH", base+"/users/"+user, `{"reference_id":null,"active":false}`)
			in.call("GET", base+"/userInfo?user_id="+user, "")
			in.call("GET", base+"/integrations", "")
			in.call("GET", base+"/integrations/detailed?sdk=true", "")
			in.call("POST", base+"/auth/authenticateUser?resource=FITBIT", "")
			in.call("POST", base+"/auth/generateWidgetSession", `{"providers":"FITBIT,OURA","reference_id":"x"}`)
			in.call("POST", base+"/auth/generateAuthToken", "")
			in.call("DELETE", base+"/auth/deauthenticateUser?user_id="+user, "")

			forms := legacyForms()
			if base == "/api/v2" {
				forms = currentForms()
			}
			for op, list := range forms {
				for _, f := range list {
					switch f.name {
					case "queued", "queued, large": // in TestQueued
					case "processing", "rate limited": // providers here are always ready
					case "no data":
						if op != "GET /athlete" {
							in.saw(op + ": " + f.name)
						}
					default:
						in.saw(strings.TrimSuffix(op+": "+f.name, ": "))
					}
				}
			}
		})
	}
}

// TestRefusals holds the errors of every base to the specification.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const none = "no-such-user"
	in := inspect(t)
	user := in.connect("FITBIT", "anna")
	for _, base := range []string{"/api/v2", "/v2"} {
		for path := range dataSchemas() {
			in.call("GET", base+path+"?start_date=2026-03-01&user_id="+user, "", "x-api-key", "wrong")
			in.call("GET", base+path+"?start_date=2026-03-01&to_webhook=false&user_id="+none, "")
			in.call("GET", base+path+"?to_webhook=false&user_id="+user, "")
			in.call("GET", base+path+"?start_date=yesterday&user_id="+user, "")
			in.call("GET", base+path+"?to_webhook=false&start_date=2016-01-01&end_date=2026-03-01&user_id="+user, "")
			in.call("PUT", base+path, "")
		}
		in.call("GET", base+"/athlete", "")
		in.call("GET", base+"/athlete?user_id="+none, "")
		in.call("POST", base+"/auth/authenticateUser", "{")
		in.call("POST", base+"/auth/authenticateUser?resource=SUNDIAL", "")
		in.call("POST", base+"/auth/generateWidgetSession", `{"providers":"SUNDIAL"}`)
		in.call("DELETE", base+"/auth/deauthenticateUser?user_id="+none, "")
		in.call("POST", base+"/auth/generateAuthToken", "", "dev-id", "wrong")
		in.call("GET", base+"/userInfo", "")
		in.call("GET", base+"/userInfo?user_id="+none, "")
		in.call("GET", base+"/subscriptions?page=-1", "")
		in.call("POST", base+"/bulkUserInfo", `{}`)
		in.call("POST", base+"/bulkUserInfo", `["`+none+`"]`)
		in.call("PATCH", base+"/users/"+none, `{}`)
		in.call("PATCH", base+"/users/"+user, `{"active":"perhaps"}`)
		in.call("GET", base+"/integrations/detailed?sdk=perhaps", "")
		in.call("POST", base+"/auth/authenticateUser", `"`+strings.Repeat("x", 2<<20)+`"`)
		in.call("GET", base+"/nowhere", "")
	}
	in.call("GET", "/api/v2/daily?start_date=2026-03-01&user_id="+user, "") // to no destination
	in.call("POST", "/widget/api/session", `{"reference_id":"anna"}`)
	in.call("POST", "/widget/api/session", `{"providers":"SUNDIAL"}`)
	in.call("POST", "/widget/api/session", `{}`, "x-api-key", "wrong")
	in.saw("429",
		"problem 400", "problem 401", "problem 404", "problem 405", "problem 413",
		"legacy error 400", "legacy 401", "legacy error 404", "legacy error 405", "legacy error 413",
		"POST /widget/api/session: 200", "POST /widget/api/session: 400", "POST /widget/api/session: 403")
}

// TestQueued holds to the specification what requests to the webhook answer, and
// what they deliver: days with and without samples, and as much as comes in chunks.
func TestQueued(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"/api/v2", "/v2"} {
		t.Run(strings.TrimPrefix(base, "/"), func(t *testing.T) {
			t.Parallel()
			in := inspect(t)
			in.listen(sandbox.ModePush)
			for _, provider := range []string{"FITBIT", "APPLE", "GARMIN"} {
				user := in.connect(provider, person)
				for path := range dataSchemas() {
					in.call("GET", base+path+"?start_date=2026-03-02&end_date=2026-03-09&user_id="+user, "")
					in.call("GET", base+path+"?with_samples=true&start_date=2026-03-05&end_date=2026-03-06&user_id="+user, "")
				}
				in.call("GET", base+"/athlete?user_id="+user, "")
			}
			in.call("GET", base+"/sleep?start_date=2025-12-01&end_date=2026-03-01&user_id="+in.connect("OURA", person), "")
			in.flush()
			for path := range dataSchemas() {
				in.saw("GET "+path+": queued", "event "+strings.TrimPrefix(path, "/"))
			}
			in.saw("GET /athlete: queued", "event athlete",
				"GET /sleep: queued, large", "event large_request_processing", "event large_request_sending")
		})
	}
}

// TestDeliveries holds every type of event to its schema, for people of several
// providers and on several days, the longest and the shortest of the year among
// them.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	days := []health.Date{{}, health.NewDate(2025, 10, 26), health.NewDate(2025, 3, 30)}
	in := inspect(t)
	in.listen(sandbox.ModePush)
	for _, provider := range []string{"FITBIT", "OURA", "APPLE", "CLUE", "DEXCOM", "CRONOMETER"} {
		for _, typ := range sandbox.EventTypes() {
			for i, day := range days {
				if i > 0 && !ofADay(typ) {
					continue
				}
				user := in.connect(provider, "for "+typ)
				_, err := in.Trigger(sandbox.EventRequest{Type: typ, UserID: user, Date: day})
				if err != nil && !errors.Is(err, sandbox.ErrNoRecord) {
					t.Fatalf("%s: %v", typ, err)
				}
			}
			in.flush()
		}
	}
	for _, typ := range []string{"auth_cancelled", "lab_report.completed", "lab_report.failed"} { // of nobody
		if _, err := in.Trigger(sandbox.EventRequest{Type: typ}); err != nil {
			t.Fatal(err)
		}
	}
	in.flush()
	for _, typ := range sandbox.EventTypes() {
		in.saw("event " + typ)
	}
}

// ofADay reports whether an event carries the records of a day.
func ofADay(eventType string) bool {
	_, ok := dataSchemas()["/"+eventType]
	return ok || eventType == "hormone" || eventType == "health_observation"
}

// TestPings holds the links of ping mode to their schema, and what they lead to to
// the schema of its own type.
func TestPings(t *testing.T) {
	t.Parallel()
	in := inspect(t)
	in.listen(sandbox.ModePing)
	for _, typ := range sandbox.EventTypes() {
		if _, err := in.Trigger(sandbox.EventRequest{Type: typ, UserID: in.connect("FITBIT", person)}); err != nil {
			t.Fatal(err)
		}
		in.flush()
	}
	in.call("GET", "/api/v2/nutrition?start_date=2026-03-02&end_date=2026-03-09&user_id="+in.connect("FITBIT", person), "")
	in.flush()
	for _, link := range in.links {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal("a link that is no URL")
		}
		w := in.serve("GET", u.Path, "")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("a link answers %d", w.Code)
			continue
		}
		in.checkEvent("payload", w.Body.Bytes())
	}
	for _, typ := range sandbox.EventTypes() {
		if ofADay(typ) || typ == "athlete" || typ == "planned_workout" {
			in.saw("payload " + typ)
		} else {
			in.saw("event " + typ)
		}
	}
}

// TestFaults holds to the specification what goes wrong by rule, as far as it is
// not against the specification on purpose.
func TestFaults(t *testing.T) {
	t.Parallel()
	in := inspect(t)
	in.listen(sandbox.ModePush)
	user := in.connect("OURA", person)
	rule := func(on string, f sandbox.Fault) *sandbox.ActiveRule {
		t.Helper()
		r, err := in.AddRule(sandbox.Rule{On: on, Fault: f})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}

	const query = "?to_webhook=false&start_date=2026-03-02&end_date=2026-03-09&user_id="
	var forms []string
	for _, status := range []int{400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504} {
		r := rule("request", sandbox.Fault{Kind: sandbox.FaultStatus, Status: status})
		for _, base := range []string{"/api/v2", "/v2"} {
			in.call("GET", base+"/daily"+query+user, "")
			in.call("POST", base+"/auth/generateAuthToken", "")
		}
		if r.Hits() != 4 {
			t.Errorf("status %d: struck %d times, want 4", status, r.Hits())
		}
		r.Remove()
		forms = append(forms, fmt.Sprint("problem ", status))
		if status != http.StatusUnauthorized {
			forms = append(forms, fmt.Sprint("legacy error ", status))
		}
	}
	for _, limit := range []string{"r1", "r2"} {
		r := rule("", sandbox.Fault{Kind: sandbox.FaultRateLimit, Limit: limit})
		in.call("GET", "/api/v2/daily"+query+user, "")
		in.call("GET", "/v2/daily"+query+user, "")
		r.Remove()
	}
	in.saw(append(forms, "legacy 401", "429")...)

	scores := rule("", sandbox.Fault{Kind: sandbox.FaultNullEnrichment})
	for _, path := range []string{"/activity", "/daily", "/sleep"} {
		in.call("GET", "/api/v2"+path+query+user, "")
		in.call("GET", "/api/v2"+path+strings.Replace(query, "false", "true", 1)+user, "")
	}
	in.flush()
	scores.Remove()
	stale := rule("deliver", sandbox.Fault{Kind: sandbox.FaultStaleRetry})
	for path := range dataSchemas() {
		if _, err := in.Trigger(sandbox.EventRequest{Type: strings.TrimPrefix(path, "/"), UserID: user}); err != nil {
			t.Fatal(err)
		}
	}
	if err := in.Advance(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	in.flush()
	if scores.Hits() == 0 || stale.Hits() == 0 {
		t.Errorf("struck %d and %d times", scores.Hits(), stale.Hits())
	}
	for _, typ := range []string{"activity", "daily", "sleep"} {
		in.saw("event " + typ)
	}
}

// TestPeopleConnect holds the events to their schemas that people cause on the
// pages, and by coming back and going.
func TestPeopleConnect(t *testing.T) {
	t.Parallel()
	in := inspect(t)
	in.listen(sandbox.ModePush)
	decide := func(decision string) {
		t.Helper()
		o := in.call("POST", "/api/v2/auth/generateWidgetSession", `{"providers":"GARMIN","reference_id":"anna"}`)
		form := url.Values{"state": {o["session_id"].(string)}, "decision": {decision}}
		if w := in.serve("POST", "/oauth/GARMIN", form.Encode(), "Content-Type", "application/x-www-form-urlencoded"); w.Code != http.StatusOK {
			t.Errorf("%s: the page answers %d", decision, w.Code)
		}
		in.flush()
	}
	decide("deny")
	in.saw("event auth_cancelled")
	decide("allow")
	in.saw("event auth")
	decide("allow") // once more
	in.saw("event user_reauth")
	in.call("DELETE", "/api/v2/auth/deauthenticateUser?user_id="+in.Users()[0].UserID, "")
	in.flush()
	in.saw("event deauth")
}

// TestAmbiguousUnions says where the specification cannot tell its own answers
// apart, so that the other tests go by a member instead. Where it has learnt to,
// they can go by the specification.
func TestAmbiguousUnions(t *testing.T) {
	t.Parallel()
	spec := openSpecification(t)
	user := `"user":{"user_id":"a","provider":"b","scopes":"c","created_at":"2026-03-01T00:00:00Z","active":true}`
	bodies := map[string]string{
		"GET /athlete":       `{"type":"athlete",` + user + `,"athlete":{}}`,
		"GET /subscriptions": `{"users":[]}`,
	}
	for path := range dataSchemas() {
		bodies["GET "+path] = `{"type":"any",` + user + `,"data":[]}`
	}
	for op, body := range bodies {
		var value any
		if err := json.Unmarshal([]byte(body), &value); err != nil {
			t.Fatal(err)
		}
		if spec.asPublished(t, schemaOf(op)).Validate(value) == nil {
			t.Errorf("%s: the union is not ambiguous any more", op)
		}
		for member := range 2 {
			if err := spec.asPublished(t, union(op, member).ref).Validate(value); err != nil {
				t.Errorf("%s: member %d does not take the body", op, member)
			}
		}
	}
}
