package conformance

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/terra-go/terra/sandbox"
)

// TestOtherClients sends requests the way the official clients write them that
// npm does not have: the two for Python and the one for Java, whose spelling of
// the same call differs in ways that have to be read alike.
func TestOtherClients(t *testing.T) {
	t.Parallel()
	const week = "1772409600" // 2026-03-02, in Unix seconds
	const weekEnd = "1773014400"
	tests := []struct {
		name         string
		method, path string
		query        url.Values
		body         string // JSON, or "" for none
		ok           func(*platform, answer) bool
	}{
		{
			name: "Python 0.x: provider in the body", method: http.MethodPost, path: "/v2/auth/authenticateUser",
			body: `{"resource":"FITBIT","reference_id":"someone-else","auth_success_redirect_url":"https://example.com/ok","auth_failure_redirect_url":"https://example.com/no"}`,
			ok:   hasAuthURL,
		},
		{
			name: "Python 1.x: provider in the query, no body", method: http.MethodPost, path: "/v2/auth/authenticateUser",
			query: url.Values{"resource": {"FITBIT"}}, ok: hasAuthURL,
		},
		{
			name: "Java: everything in the query", method: http.MethodPost, path: "/v2/auth/authenticateUser",
			query: url.Values{"resource": {"FITBIT"}, "reference_id": {"someone-else"}, "auth_success_redirect_url": {"https://example.com/ok"}}, ok: hasAuthURL,
		},
		{
			name: "Python 0.x: a widget session with an empty object", method: http.MethodPost, path: "/v2/auth/generateWidgetSession",
			body: `{}`, ok: hasWidgetURL,
		},
		{
			name: "Java: a widget session in the query", method: http.MethodPost, path: "/v2/auth/generateWidgetSession",
			query: url.Values{"providers": {"FITBIT,OURA"}, "language": {"en"}, "show_disconnect": {"false"}}, ok: hasWidgetURL,
		},
		{
			name: "Python 0.x: capitalised booleans, Unix seconds", method: http.MethodGet, path: "/v2/daily",
			query: url.Values{"start_date": {week}, "end_date": {weekEnd}, "to_webhook": {"False"}, "with_samples": {"True"}},
			ok:    func(_ *platform, a answer) bool { return a.Type == "daily" && len(a.Data) == 7 },
		},
		{
			name: "Java: Unix seconds, samples left to the account", method: http.MethodGet, path: "/v2/sleep",
			query: url.Values{"start_date": {week}, "end_date": {weekEnd}, "to_webhook": {"false"}},
			ok:    func(_ *platform, a answer) bool { return a.Type == "sleep" && len(a.Data) > 0 },
		},
		{
			name: "Python 0.x: to the webhook, which is its default", method: http.MethodGet, path: "/v2/activity",
			query: url.Values{"start_date": {week}, "end_date": {weekEnd}, "to_webhook": {"True"}, "with_samples": {"True"}},
			ok:    func(_ *platform, a answer) bool { return a.Reference != "" && a.Data == nil },
		},
		{
			name: "Python 0.x: athlete", method: http.MethodGet, path: "/v2/athlete", query: url.Values{"to_webhook": {"False"}},
			ok: func(_ *platform, a answer) bool { return a.Type == "athlete" && len(a.Athlete) > 0 },
		},
		{
			name: "Python 0.x: users", method: http.MethodGet, path: "/v2/subscriptions",
			ok: func(p *platform, a answer) bool { return hasUser(a.Users, p.user.UserID) },
		},
		{
			name: "Python 0.x: user info", method: http.MethodGet, path: "/v2/userInfo",
			ok: func(p *platform, a answer) bool { return a.User.UserID == p.user.UserID },
		},
		{
			name: "Python 0.x: disconnect", method: http.MethodDelete, path: "/v2/auth/deauthenticateUser",
			ok: func(p *platform, a answer) bool { return a.Status == "success" },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPlatform(t)
			query := url.Values{"user_id": {p.user.UserID}}
			if tt.method == http.MethodPost {
				query = url.Values{}
			}
			maps.Copy(query, tt.query)
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path+"?"+query.Encode(), strings.NewReader(tt.body))
			r.Host = strings.TrimPrefix(p.URL, "http://")
			r.Header.Set("dev-id", sandbox.DefaultDevID)
			r.Header.Set("x-api-key", sandbox.DefaultAPIKey)
			if tt.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			w := httptest.NewRecorder()
			p.ServeHTTP(w, r)
			var a answer
			if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &a) != nil || !tt.ok(p, a) {
				t.Errorf("answered %d with a body that is not the one asked for", w.Code)
			}
		})
	}
}

func hasAuthURL(p *platform, a answer) bool {
	return strings.HasPrefix(a.AuthURL, p.URL) && a.UserID != ""
}

func hasWidgetURL(p *platform, a answer) bool {
	return strings.HasPrefix(a.URL, p.URL) && a.SessionID != ""
}
