package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/terra-go/terra/sandbox"
)

// fuzzed is a server with somebody in it and a destination that takes everything.
func fuzzed(f *testing.F) *sandbox.Server {
	f.Helper()
	s, err := sandbox.New(
		sandbox.WithNow(noon),
		sandbox.WithTransport(transport(func(*http.Request) (*http.Response, error) { return status(200) })),
	)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	return s
}

// again brings a fuzzed server back to its first state, and tells who is in it.
func again(tb testing.TB, s *sandbox.Server) (userID string) {
	tb.Helper()
	s.Reset()
	u, err := s.Connect("GARMIN", "anna")
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}}); err != nil {
		tb.Fatal(err)
	}
	return u.UserID
}

// FuzzRouter: no request at all is answered with a 5xx or a panic, and every answer
// that says it is JSON is.
func FuzzRouter(f *testing.F) {
	s := fuzzed(f)
	user := again(f, s)
	for _, base := range bases {
		for _, path := range append([]string{"athlete", "userInfo"}, dataPaths...) {
			f.Add("GET", base+"/"+path, "user_id="+user+"&start_date=2026-01-01&to_webhook=False", "")
		}
		f.Add("POST", base+"/auth/authenticateUser", "resource=OURA", `{"reference_id":"x"}`)
		f.Add("POST", base+"/auth/generateWidgetSession", "", `{"providers":["OURA","FITBIT"],"language":"de"}`)
		f.Add("DELETE", base+"/auth/deauthenticateUser", "user_id="+user, "")
		f.Add("POST", base+"/bulkUserInfo", "", `["`+user+`"]`)
		f.Add("PATCH", base+"/users/"+user, "", `{"reference_id":null,"active":false}`)
		f.Add("GET", base+"/subscriptions", "page=0&per_page=1", "")
		f.Add("GET", base+"/integrations/detailed", "sdk=True", "")
	}
	f.Add("GET", "/", "", "")
	f.Add("GET", "/session/x", "", "")
	f.Add("POST", "/oauth/OURA", "state=x", "decision=allow")
	f.Add("GET", "/widget/icons/OURA.svg", "", "")
	f.Add("GET", "/payloads/x", "", "")
	f.Add("POST", "/_sandbox/users", "", `{"provider":"OURA"}`)
	f.Add("POST", "/_sandbox/deliveries//resend", "", "")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		again(t, s)
		r := httptest.NewRequest("GET", "http://localhost/", strings.NewReader(body))
		if method == "" || strings.ContainsAny(method, " \r\n") || strings.Contains(query, "start_date=0") || strings.Contains(query, "start_date=1") {
			return // years of synthetic days take too long to fuzz
		}
		r.Method = method
		r.URL = &url.URL{Path: path, RawQuery: query}
		r.Header.Set("dev-id", sandbox.DefaultDevID)
		r.Header.Set("x-api-key", sandbox.DefaultAPIKey)
		if strings.HasPrefix(path, "/oauth") {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code < 200 {
			t.Fatalf("status %d", w.Code)
		}
		if strings.Contains(w.Header().Get("Content-Type"), "json") && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("status %d with a body that is no JSON", w.Code)
		}
	})
}

// FuzzControl throws bodies at every control path that takes one.
func FuzzControl(f *testing.F) {
	s := fuzzed(f)
	for _, body := range []string{
		``, `{}`, `[]`, `null`, `{"provider":"GARMIN","reference_id":"anna"}`, `{"provider":null}`,
		`[{"url":"http://one.example","secret":"s","mode":"ping"}]`, `[null]`,
		`{"type":"sleep","user_id":"USER"}`,
		`{"type":"daily","user_id":"USER","date":"2026-01-01","set":{"data.0.metadata.start_time":"x"}}`,
		`{"type":"user_reauth","user_id":"USER","set":{"new_user":null}}`,
		`{"type":"lab_report.completed","set":{"data.results.0":{},"data.results.3":1}}`,
		`{"type":"auth","user_id":"USER","set":{"":1}}`,
		`{"type":"auth","user_id":"USER","date":"9999-12-31"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		user := again(t, s)
		body = strings.ReplaceAll(body, "USER", user)
		for _, path := range []string{"PUT /_sandbox/destinations", "POST /_sandbox/events", "POST /_sandbox/users", "POST /_sandbox/reset"} {
			method, path, _ := strings.Cut(path, " ")
			code, text := serve(s, method, path, body, "localhost")
			if code >= 500 {
				t.Fatalf("%s: status %d", path, code)
			}
			if !json.Valid([]byte(text)) {
				t.Fatalf("%s: status %d with a body that is no JSON", path, code)
			}
		}
		for _, d := range s.Deliveries() {
			if !json.Valid(d.Body) {
				t.Fatalf("%s: a body that is no JSON", d.EventType)
			}
		}
	})
}

// FuzzSet: whatever is set, the body stays JSON, or the error names the path.
func FuzzSet(f *testing.F) {
	s := fuzzed(f)
	f.Add("type", "x")
	f.Add("data.0.metadata.start_time", "2026-01-01T00:00:00Z")
	f.Add("data.1", "")
	f.Add("data.-1", "")
	f.Add("data.+1", "")
	f.Add("user.scopes.x", "")
	f.Add(".", "\xff")
	f.Fuzz(func(t *testing.T, path, value string) {
		user := again(t, s)
		d, err := s.Trigger(sandbox.EventRequest{Type: "connection_error", UserID: user, Set: map[string]any{path: value}})
		if err != nil {
			if _, ok := err.(*sandbox.SetError); !ok {
				t.Fatalf("%T instead of a SetError", err)
			}
			return
		}
		if !json.Valid(d.Body) {
			t.Fatal("the body is no JSON")
		}
	})
}
