package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// dataPaths are the endpoints that answer for one person and some days.
var dataPaths = []string{"activity", "body", "daily", "sleep", "nutrition", "menstruation"}

func TestCredentialsAreNeeded(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	requests := []struct{ method, path string }{
		{"POST", "/auth/authenticateUser"},
		{"POST", "/auth/generateWidgetSession"},
		{"DELETE", "/auth/deauthenticateUser"},
		{"POST", "/auth/generateAuthToken"},
		{"GET", "/userInfo"},
		{"GET", "/subscriptions"},
		{"POST", "/bulkUserInfo"},
		{"PATCH", "/users/someone"},
		{"GET", "/athlete"},
	}
	for _, path := range dataPaths {
		requests = append(requests, struct{ method, path string }{"GET", "/" + path})
	}
	without := [][]string{
		{"dev-id", ""},
		{"x-api-key", ""},
		{"dev-id", "", "x-api-key", ""},
		{"dev-id", "somebody-else"},
		{"x-api-key", "wrong"},
	}
	for _, r := range requests {
		for _, header := range without {
			a := call(t, s, r.method, "/api/v2"+r.path+"?user_id=u", "", header...)
			if a.StatusCode != 401 || a.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%s: status %d as %s, want 401 as a problem", r.path, a.StatusCode, a.Header.Get("Content-Type"))
			}
			v := a.object(t)
			if v["type"] != "about:blank" || v["title"] != "unauthorized" ||
				v["instance"] != "/api/v2"+r.path+"?user_id=u" || v["detail"] == nil || v["status"] != nil {
				t.Errorf("%s: not Terra's problem", r.path)
			}
			a = call(t, s, r.method, "/v2"+r.path, "", header...)
			if v := a.object(t); a.StatusCode != 401 || v["message"] != "unauthorized" || len(v) != 1 {
				t.Errorf("%s: status %d, want 401 in the legacy form", r.path, a.StatusCode)
			}
		}
	}
	for _, base := range bases {
		for _, path := range []string{"/integrations", "/integrations/detailed"} {
			a := call(t, s, "GET", base+path, "", "dev-id", "", "x-api-key", "")
			if a.StatusCode != http.StatusOK {
				t.Errorf("%s%s without keys: status %d, want 200", base, path, a.StatusCode)
			}
		}
	}
}

func TestOwnCredentials(t *testing.T) {
	t.Parallel()
	own := terra.Credentials{DevID: "own-dev", APIKey: "own-key", SigningSecret: "own-secret"}
	s := sandboxtest.New(t, sandbox.WithCredentials(own))
	if a := call(t, s, "GET", "/api/v2/subscriptions", ""); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("default credentials: status %d, want 401", a.StatusCode)
	}
	if _, err := s.Client.Users.ByReference(t.Context(), "anna"); err != nil {
		t.Errorf("own credentials: %v", err)
	}
	if s.Credentials() != own {
		t.Error("Credentials differ from the option's")
	}
}

// TestBadInput: whatever comes in, the answer is an error of the base's own form,
// and never a 500.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	tests := []struct {
		name, method, path, body string
		status                   int
	}{
		{"unknown path", "GET", "/activities", "", 404},
		{"the base itself", "GET", "", "", 404},
		{"a deeper path", "GET", "/daily/more", "", 404},
		{"dots in the path", "GET", "/daily/../../x", "", 404},
		{"encoded dots", "GET", "/%2e%2e/daily", "", 404},
		{"wrong method", "POST", "/daily?user_id=" + user, "", 405},
		{"wrong method for auth", "GET", "/auth/authenticateUser", "", 405},
		{"malformed query", "GET", "/daily?user_id=%zz", "", 400},
		{"no user id", "GET", "/daily?start_date=2026-01-01", "", 400},
		{"empty user id", "GET", "/daily?user_id=&start_date=2026-01-01", "", 400},
		{"unknown user", "GET", "/daily?user_id=nobody&start_date=2026-01-01", "", 404},
		{"no start", "GET", "/daily?user_id=" + user, "", 400},
		{"start is no date", "GET", "/daily?user_id=" + user + "&start_date=yesterday", "", 400},
		{"start is no day", "GET", "/daily?user_id=" + user + "&start_date=2026-02-30", "", 400},
		{"start in milliseconds", "GET", "/daily?user_id=" + user + "&start_date=1767225600000", "", 400},
		{"start is negative", "GET", "/daily?user_id=" + user + "&start_date=-176722560", "", 400},
		{"start without separators", "GET", "/daily?user_id=" + user + "&start_date=20260101", "", 400},
		{"start in the year 0", "GET", "/daily?user_id=" + user + "&start_date=0000-01-01", "", 400},
		{"end is no date", "GET", "/daily?user_id=" + user + "&start_date=2026-01-01&end_date=x", "", 400},
		{"end before start", "GET", "/daily?user_id=" + user + "&start_date=2026-01-02&end_date=2026-01-01", "", 400},
		{"to_webhook", "GET", "/daily?user_id=" + user + "&start_date=2026-01-01&to_webhook=perhaps", "", 400},
		{"with_samples", "GET", "/daily?user_id=" + user + "&start_date=2026-01-01&with_samples=2", "", 400},
		{"retry_if_rate_limited", "GET", "/daily?user_id=" + user + "&start_date=2026-01-01&retry_if_rate_limited=no%20way", "", 400},
		{"athlete of nobody", "GET", "/athlete?user_id=nobody", "", 404},
		{"athlete to_webhook", "GET", "/athlete?user_id=" + user + "&to_webhook=x", "", 400},
		{"no resource", "POST", "/auth/authenticateUser", "{}", 400},
		{"unknown resource", "POST", "/auth/authenticateUser?resource=SUNDIAL", "", 400},
		{"resource is an object", "POST", "/auth/authenticateUser", `{"resource":{}}`, 400},
		{"body is no JSON", "POST", "/auth/authenticateUser?resource=OURA", "resource=OURA", 400},
		{"body is cut short", "POST", "/auth/generateWidgetSession", `{"providers":"OURA"`, 400},
		{"body is too long", "POST", "/auth/generateWidgetSession", strings.Repeat(" ", 1<<20+1), 413},
		{"unknown provider", "POST", "/auth/generateWidgetSession", `{"providers":"OURA,SUNDIAL"}`, 400},
		{"language", "POST", "/auth/generateWidgetSession", `{"language":"<script>"}`, 400},
		{"success URL runs script", "POST", "/auth/generateWidgetSession", `{"auth_success_redirect_url":"javascript:alert(1)"}`, 400},
		{"success URL is data", "POST", "/auth/generateWidgetSession", `{"auth_success_redirect_url":"DATA:text/html,x"}`, 400},
		{"failure URL is relative", "POST", "/auth/generateWidgetSession", `{"auth_failure_redirect_url":"/somewhere"}`, 400},
		{"failure URL without host", "POST", "/auth/generateWidgetSession", `{"auth_failure_redirect_url":"https:///x"}`, 400},
		{"failure URL with a line break", "POST", "/auth/generateWidgetSession", `{"auth_failure_redirect_url":"https://x/\r\nSet-Cookie: a=b"}`, 400},
		{"reference id is endless", "POST", "/auth/generateWidgetSession", `{"reference_id":"` + strings.Repeat("x", 501) + `"}`, 400},
		{"deauthenticate without user", "DELETE", "/auth/deauthenticateUser", "", 400},
		{"deauthenticate nobody", "DELETE", "/auth/deauthenticateUser?user_id=nobody", "", 404},
		{"user info of nothing", "GET", "/userInfo", "", 400},
		{"user info of nobody", "GET", "/userInfo?user_id=nobody", "", 404},
		{"page is no number", "GET", "/subscriptions?page=first", "", 400},
		{"page is negative", "GET", "/subscriptions?page=-1", "", 400},
		{"page is beyond integers", "GET", "/subscriptions?page=99999999999999999999", "", 400},
		{"per_page is zero", "GET", "/subscriptions?page=0&per_page=0", "", 400},
		{"bulk without body", "POST", "/bulkUserInfo", "", 400},
		{"bulk of an object", "POST", "/bulkUserInfo", `{"ids":[]}`, 400},
		{"bulk of numbers", "POST", "/bulkUserInfo", `[1,2]`, 400},
		{"bulk of nobody", "POST", "/bulkUserInfo", `["nobody"]`, 404},
		{"modify nobody", "PATCH", "/users/nobody", `{"active":false}`, 404},
		{"modify without id", "PATCH", "/users/", `{"active":false}`, 404},
		{"modify with a slash in the id", "PATCH", "/users/a%2Fb", `{"active":false}`, 404},
		{"modify with a wrong type", "PATCH", "/users/" + user, `{"active":"yes"}`, 400},
		{"modify with an array", "PATCH", "/users/" + user, `[]`, 400},
		{"modify with an endless reference", "PATCH", "/users/" + user, `{"reference_id":"` + strings.Repeat("x", 501) + `"}`, 400},
		{"sdk", "GET", "/integrations/detailed?sdk=maybe", "", 400},
	}
	for _, base := range bases {
		for _, test := range tests {
			t.Run(strings.TrimPrefix(base, "/")+" "+test.name, func(t *testing.T) {
				t.Parallel()
				a := call(t, s, test.method, base+test.path, test.body)
				if a.StatusCode != test.status {
					t.Fatalf("status %d, want %d", a.StatusCode, test.status)
				}
				v := a.object(t)
				if base == "/v2" {
					if v["status"] != "error" || v["message"] == "" || v["title"] != nil {
						t.Error("not the legacy error form")
					}
					return
				}
				if a.Header.Get("Content-Type") != "application/problem+json" || v["type"] != "about:blank" ||
					v["title"] != strings.ToLower(http.StatusText(test.status)) || v["instance"] == nil || v["detail"] == nil {
					t.Error("not a problem document")
				}
			})
		}
	}
}

func TestInvalidHost(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, host := range []string{"", "evil.example/path", "a@b", "x y", `"><script>`, "[::1", strings.Repeat("a", 300)} {
		if status, _ := serve(s, "POST", "/api/v2/auth/generateWidgetSession", "{}", host); status != http.StatusBadRequest {
			t.Errorf("Host %q: status %d, want 400", host, status)
		}
	}
	for _, host := range []string{"localhost:8787", "127.0.0.1", "[::1]:8787", "sandbox.internal"} {
		status, text := serve(s, "POST", "/api/v2/auth/generateWidgetSession", "{}", host)
		if status != http.StatusOK || !strings.Contains(text, `"http://`+host+`/session/`) {
			t.Errorf("Host %q: status %d, or the link does not follow it", host, status)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	bad := map[string]sandbox.Option{
		"no dev id":      sandbox.WithCredentials(terra.Credentials{APIKey: "k", SigningSecret: "s"}),
		"no secret":      sandbox.WithCredentials(terra.Credentials{DevID: "d", APIKey: "k"}),
		"nil logger":     sandbox.WithLogger(nil),
		"nil clock":      sandbox.WithNow(nil),
		"nil root":       sandbox.WithRoot(nil),
		"nil transport":  sandbox.WithTransport(nil),
		"no URL":         sandbox.WithPublicURL(""),
		"no scheme":      sandbox.WithPublicURL("localhost:8787"),
		"foreign scheme": sandbox.WithPublicURL("ftp://localhost"),
		"with a path":    sandbox.WithPublicURL("http://localhost/terra"),
		"with a query":   sandbox.WithPublicURL("http://localhost?a=b"),
		"with a user":    sandbox.WithPublicURL("http://me@localhost"),
	}
	for name, opt := range bad {
		if s, err := sandbox.New(opt); err == nil {
			s.Close()
			t.Errorf("%s: no error", name)
		}
	}
}

func TestIntegrations(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	v := call(t, s, "GET", "/api/v2/integrations", "").object(t)
	if v["status"] != "success" || at(v, "providers.0") == nil || at(v, "sdk_providers.0") == nil || v["sdk_resource"] != nil {
		t.Error("not the current list")
	}
	v = call(t, s, "GET", "/v2/integrations", "").object(t)
	if at(v, "sdk_resource.0") == nil {
		t.Error("the legacy list lacks sdk_resource")
	}

	count := func(query string) (all, phones int) {
		for _, p := range call(t, s, "GET", "/api/v2/integrations/detailed"+query, "").object(t)["providers"].([]any) {
			all++
			switch at(p, "provider") {
			case "APPLE", "SAMSUNG", "HEALTH_CONNECT":
				phones++
			case "GARMIN":
				if at(p, "types.sleep") != true || at(p, "types.nutrition") != false || at(p, "enabled") != true || at(p, "name") != "Garmin" {
					t.Error("GARMIN is not described as it is")
				}
				icon := strings.TrimPrefix(at(p, "icon").(string), s.URL)
				if a := call(t, s, "GET", icon, ""); a.StatusCode != 200 || a.Header.Get("Content-Type") != "image/svg+xml" {
					t.Errorf("icon: status %d", a.StatusCode)
				}
			}
		}
		return all, phones
	}
	web, phones := count("")
	if web < 15 || phones != 0 {
		t.Errorf("%d providers, %d of them phones; want many and none", web, phones)
	}
	if all, phones := count("?sdk=True"); all <= web || phones != 3 {
		t.Errorf("with the SDKs %d providers, %d of them phones", all, phones)
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	if a := call(t, s, "HEAD", "/api/v2/integrations", ""); a.StatusCode != http.StatusOK || a.text != "" {
		t.Errorf("status %d, %d bytes; want 200 and none", a.StatusCode, len(a.text))
	}
}
