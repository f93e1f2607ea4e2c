package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// TestClientRequestForms replays how each official client writes its requests.
// {user} stands for a connected person's user id.
func TestClientRequestForms(t *testing.T) {
	t.Parallel()
	const (
		redirects  = `"auth_success_redirect_url":"https://app.example/ok","auth_failure_redirect_url":"https://app.example/no"`
		inQuery    = "auth_success_redirect_url=https%3A%2F%2Fapp.example%2Fok&auth_failure_redirect_url=https%3A%2F%2Fapp.example%2Fno"
		authURL    = "auth_url"
		sessionURL = "url"
	)
	tests := []struct {
		name, method, path, body string
		header                   []string
		want                     string // path of a member that must be there
	}{
		// Python 0.x: resource in the body, booleans with capitals, Unix seconds.
		{"py0 auth", "POST", "/auth/authenticateUser", `{"resource":"GARMIN","reference_id":"anna",` + redirects + `}`, nil, authURL},
		{"py0 auth without options", "POST", "/auth/authenticateUser", `{"resource":"garmin"}`, nil, authURL},
		{"py0 widget", "POST", "/auth/generateWidgetSession", `{"providers":"GARMIN,FITBIT","language":"en","reference_id":"anna",` + redirects + `}`, nil, sessionURL},
		{"py0 widget for all", "POST", "/auth/generateWidgetSession", `{}`, nil, sessionURL},
		{"py0 data", "GET", "/daily?user_id={user}&start_date=1767225600&end_date=1767830400&to_webhook=False&with_samples=True", "", nil, "data.0.metadata"},
		{"py0 data without end", "GET", "/daily?user_id={user}&start_date=1767225600&to_webhook=False&with_samples=False", "", nil, "data.0.metadata"},
		{"py0 athlete", "GET", "/athlete?user_id={user}&to_webhook=False", "", nil, "athlete"},
		{"py0 user", "GET", "/userInfo?user_id={user}", "", nil, "user.user_id"},
		{"py0 users", "GET", "/subscriptions", "", nil, "users.0.user_id"},
		{"py0 providers", "GET", "/integrations", "", nil, "providers.0"},

		// Python 1.x: resource in the query, dates as given.
		{"py1 auth", "POST", "/auth/authenticateUser?resource=FITBIT", `{"reference_id":"anna"}`, nil, authURL},
		{"py1 auth without body", "POST", "/auth/authenticateUser?resource=FITBIT", "", nil, authURL},
		{"py1 data", "GET", "/sleep?user_id={user}&start_date=2026-01-01&end_date=2026-01-08&to_webhook=false&with_samples=true", "", []string{"X-Fern-Language", "Python"}, "data.0.metadata"},
		{"py1 integers for dates", "GET", "/activity?user_id={user}&start_date=1767225600&end_date=1769904000&to_webhook=false", "", nil, "data.0.metadata"},

		// JavaScript 1.x: X-API-Key, a body with the resource, Content-Type on GET.
		{"js1 auth", "POST", "/auth/authenticateUser", `{"resource":"INVALID_ONLY_IN_BODY"}`, nil, ""},
		{"js1 auth with null options", "POST", "/auth/authenticateUser", `{"resource":"OURA","reference_id":null,"language":null,"facility_id":null}`, []string{"x-api-key", "", "X-API-Key", "sandbox-key"}, authURL},
		{"js1 widget", "POST", "/auth/generateWidgetSession", `{"reference_id":"anna","providers":"OURA","show_disconnect":true,"use_terra_avengers_app":false}`, nil, sessionURL},
		{"js1 data", "GET", "/body?user_id={user}&start_date=2026-01-01&end_date=2026-01-15&to_webhook=false&with_samples=false&retry_if_rate_limited=true", "", []string{"Content-Type", "application/json"}, "data.0.metadata"},
		{"js1 patch", "PATCH", "/users/{user}", `{"reference_id":"anna","active":true}`, nil, "user.user_id"},
		{"js1 token", "POST", "/auth/generateAuthToken", "", nil, "token"},
		{"js1 prose: provider in the body", "POST", "/auth/authenticateUser", `{"provider":"OURA"}`, nil, authURL},

		// JavaScript 2.x.
		{"js2 auth", "POST", "/auth/authenticateUser?resource=WHOOP", `{"language":"en","reference_id":"anna"}`, []string{"X-Fern-Runtime", "node"}, authURL},
		{"js2 detailed", "GET", "/integrations/detailed?sdk=true", "", nil, "providers.0.types.sleep"},
		{"js2 page of users", "GET", "/subscriptions?page=0&per_page=10", "", nil, "data.results.0.user_id"},

		// Java: everything in the query, and a body of no bytes.
		{"java auth", "POST", "/auth/authenticateUser?resource=GARMIN&reference_id=anna&language=en&" + inQuery, "", []string{"X-API-Key", "sandbox-key"}, authURL},
		{"java widget", "POST", "/auth/generateWidgetSession?providers=GARMIN%2COURA&reference_id=anna&show_disconnect=false&" + inQuery, "", nil, sessionURL},
		{"java data", "GET", "/daily?user_id={user}&start_date=1767225600&end_date=1767830400&to_webhook=false", "", nil, "data.0.metadata"},

		{"a slash at the end", "GET", "/subscriptions/", "", nil, "users.0.user_id"},
		{"keys in capitals", "GET", "/userInfo?user_id={user}", "", []string{"dev-id", "", "DEV-ID", "sandbox-dev"}, "user.user_id"},
	}
	for _, base := range bases {
		for _, test := range tests {
			t.Run(strings.TrimPrefix(base, "/")+" "+test.name, func(t *testing.T) {
				t.Parallel()
				s := sandboxtest.New(t)
				path := strings.ReplaceAll(base+test.path, "{user}", connect(t, s, "GARMIN", "anna").UserID)
				a := call(t, s, test.method, path, test.body, test.header...)
				if test.want == "" {
					if a.StatusCode != http.StatusBadRequest {
						t.Errorf("status %d, want 400", a.StatusCode)
					}
					return
				}
				if a.StatusCode != http.StatusOK {
					t.Fatalf("status %d, want 200", a.StatusCode)
				}
				if at(a.object(t), test.want) == nil {
					t.Errorf("no %s in the answer", test.want)
				}
			})
		}
	}
}

func TestWidgetPath(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	a := call(t, s, "POST", "/widget/api/session", `{"providers":"OURA"}`)
	if a.StatusCode != http.StatusOK || at(a.object(t), "expires_in") != 900.0 {
		t.Errorf("status %d, or no expires_in of 900", a.StatusCode)
	}
	a = call(t, s, "POST", "/widget/api/session", `{}`, "x-api-key", "")
	if a.StatusCode != http.StatusForbidden || at(a.object(t), "status") != "error" || at(a.object(t), "message") == nil {
		t.Errorf("without a key: status %d, want 403 with status and message", a.StatusCode)
	}
	a = call(t, s, "POST", "/widget/api/session", `{"providers":"NOBODY"}`)
	if a.StatusCode != http.StatusBadRequest || at(a.object(t), "status") != "error" {
		t.Errorf("unknown provider: status %d, want 400 with status error", a.StatusCode)
	}
}
