package sandbox_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

var (
	linkPattern  = regexp.MustCompile(`<a href="([^"]*)">`)
	statePattern = regexp.MustCompile(`name="state" value="([^"]*)"`)
	formPattern  = regexp.MustCompile(`<form method="post" action="([^"]*)">`)
)

// open fetches a page by its absolute URL.
func open(t *testing.T, s *sandboxtest.Server, link string) answer {
	t.Helper()
	return call(t, s, "GET", strings.TrimPrefix(link, s.URL), "")
}

// links are the providers a session page offers.
func links(page string) []string {
	var found []string
	for _, m := range linkPattern.FindAllStringSubmatch(page, -1) {
		found = append(found, html.UnescapeString(m[1]))
	}
	return found
}

// decide presses a button of a consent page.
func decide(t *testing.T, s *sandboxtest.Server, page, decision string) answer {
	t.Helper()
	action, state := formPattern.FindStringSubmatch(page), statePattern.FindStringSubmatch(page)
	if action == nil || state == nil {
		t.Fatal("no form on the page")
	}
	form := url.Values{"state": {html.UnescapeString(state[1])}, "decision": {decision}}
	return call(t, s, "POST", html.UnescapeString(action[1]), form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func widgetSession(t *testing.T, s *sandboxtest.Server, req terra.WidgetRequest) *terra.WidgetSession {
	t.Helper()
	session, err := s.Client.Auth.GenerateWidgetSession(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestWidgetClickThrough(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	session := widgetSession(t, s, terra.WidgetRequest{
		Providers:   []string{"OURA", "GARMIN"},
		ReferenceID: "anna & ben",
		SuccessURL:  "https://app.example/done?step=2#top",
		FailureURL:  "https://app.example/sorry",
	})
	choose := open(t, s, session.URL)
	found := links(choose.text)
	if choose.StatusCode != 200 || len(found) != 2 || !strings.Contains(found[0], "/oauth/OURA?") || !strings.Contains(found[1], "/oauth/GARMIN?") {
		t.Fatalf("status %d with %d providers, want the two of the session in its order", choose.StatusCode, len(found))
	}
	consent := open(t, s, found[1])
	if consent.StatusCode != 200 || !strings.Contains(consent.text, "Connect Garmin") || !strings.Contains(consent.text, "anna &amp; ben") {
		t.Fatalf("status %d, or the page does not say who connects what", consent.StatusCode)
	}
	if n := len(s.Users()); n != 0 {
		t.Fatalf("%d people connected by looking", n)
	}
	done := decide(t, s, consent.text, "allow")
	users := s.Users()
	if done.StatusCode != http.StatusSeeOther || len(users) != 1 {
		t.Fatalf("status %d and %d connections, want 303 and one", done.StatusCode, len(users))
	}
	to, err := url.Parse(done.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	q := to.Query()
	if to.Host != "app.example" || to.Path != "/done" || to.Fragment != "top" || q.Get("step") != "2" ||
		q.Get("user_id") != users[0].UserID || q.Get("reference_id") != "anna & ben" || q.Get("resource") != "GARMIN" {
		t.Error("not the success URL with user_id, reference_id and resource added")
	}
	events, _ := r.arrived(t, s)
	if types(events) != "auth" {
		t.Fatalf("%q arrived, want auth", types(events))
	}
	auth := events[0].(*webhook.Auth)
	if auth.User.UserID != users[0].UserID || auth.WidgetSessionID != session.SessionID || auth.Status != "success" {
		t.Error("the auth event is about something else")
	}
	for _, again := range []answer{open(t, s, session.URL), open(t, s, found[0]), decide(t, s, consent.text, "allow")} {
		if again.StatusCode != http.StatusGone {
			t.Errorf("afterwards: status %d, want 410", again.StatusCode)
		}
	}
	if len(s.Users()) != 1 {
		t.Error("a session was used twice")
	}
}

func TestAuthURLClickThrough(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	req := terra.AuthRequest{Provider: "POLAR", ReferenceID: "anna", SuccessURL: "myapp://connected", FailureURL: "myapp://failed"}
	begin := func() *terra.AuthURL {
		link, err := s.Client.Auth.GenerateAuthURL(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		return link
	}
	link := begin()
	if _, err := s.Client.Users.Get(t.Context(), link.UserID); err == nil {
		t.Error("the promised user is there before anybody agreed")
	}
	done := decide(t, s, open(t, s, link.URL).text, "allow")
	if want := "myapp://connected?reference_id=anna&resource=POLAR&user_id=" + link.UserID; done.Header.Get("Location") != want {
		t.Error("not the app's own address with the promised user")
	}
	if _, err := s.Client.Users.Get(t.Context(), link.UserID); err != nil {
		t.Errorf("the promised user: %v", err)
	}
	events, _ := r.arrived(t, s)
	if types(events) != "auth" || events[0].(*webhook.Auth).WidgetSessionID != "" {
		t.Errorf("%q arrived, want auth without a widget session", types(events))
	}

	// The same person once more: a reauthentication.
	again := begin()
	if again.UserID == link.UserID {
		t.Fatal("the same user id was promised twice")
	}
	decide(t, s, open(t, s, again.URL).text, "allow")
	events, _ = r.arrived(t, s)
	for _, ev := range events {
		if ev, ok := ev.(*webhook.UserReauth); ok {
			if old, _ := ev.OldUser.Get(); old.UserID != link.UserID || ev.NewUser.UserID != again.UserID {
				t.Error("user_reauth names others")
			}
		}
	}
	if len(events) != 2 {
		t.Errorf("%q arrived, want auth and user_reauth", types(events))
	}
	if users := s.Users(); len(users) != 1 || users[0].UserID != again.UserID {
		t.Error("the old connection is still there")
	}
}

func TestDeny(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	session := widgetSession(t, s, terra.WidgetRequest{ReferenceID: "anna", FailureURL: "https://app.example/sorry", SuccessURL: "https://app.example/done"})
	found := links(open(t, s, session.URL).text)
	if len(found) < 15 {
		t.Fatalf("%d providers, want all that the web reaches", len(found))
	}
	done := decide(t, s, open(t, s, found[0]).text, "deny")
	if to := done.Header.Get("Location"); done.StatusCode != 303 || to != "https://app.example/sorry?reason=access_denied&reference_id=anna" {
		t.Errorf("status %d, or not the failure URL", done.StatusCode)
	}
	events, _ := r.arrived(t, s)
	if types(events) != "auth_cancelled" {
		t.Fatalf("%q arrived", types(events))
	}
	if ev := events[0].(*webhook.AuthFailed); ev.Reason != "access_denied" || ev.ReferenceID != "anna" || ev.FlowID != session.SessionID {
		t.Error("auth_cancelled is about something else")
	}
	if len(s.Users()) != 0 {
		t.Error("somebody is connected")
	}
}

// TestWithoutRedirects ends on pages of the sandbox's own.
func TestWithoutRedirects(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	for decision, want := range map[string]string{"allow": "<h1>Connected</h1>", "deny": "<h1>Not connected</h1>"} {
		session := widgetSession(t, s, terra.WidgetRequest{})
		done := decide(t, s, open(t, s, links(open(t, s, session.URL).text)[0]).text, decision)
		if done.StatusCode != 200 || !strings.Contains(done.text, want) {
			t.Errorf("%s: status %d, or the page does not say so", decision, done.StatusCode)
		}
	}
}

func TestSessionExpiry(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	s := sandboxtest.New(t, sandbox.WithNow(func() time.Time { return noon().Add(time.Duration(later.Load())) }))
	silent := widgetSession(t, s, terra.WidgetRequest{})
	telling := widgetSession(t, s, terra.WidgetRequest{ReferenceID: "anna", FailureURL: "https://app.example/sorry"})
	if silent.ExpiresIn != 15*time.Minute {
		t.Errorf("expires in %v, want 15m", silent.ExpiresIn)
	}
	consent := open(t, s, links(open(t, s, silent.URL).text)[0]).text

	later.Store(int64(15*time.Minute - time.Nanosecond))
	if a := open(t, s, silent.URL); a.StatusCode != 200 {
		t.Errorf("in time: status %d", a.StatusCode)
	}
	later.Store(int64(15 * time.Minute))
	if a := open(t, s, silent.URL); a.StatusCode != http.StatusGone || !strings.Contains(a.text, "expired") {
		t.Errorf("late: status %d, want 410", a.StatusCode)
	}
	if a := decide(t, s, consent, "allow"); a.StatusCode != http.StatusGone || len(s.Users()) != 0 {
		t.Errorf("agreed late: status %d, want 410 and nobody connected", a.StatusCode)
	}
	if a := open(t, s, telling.URL); a.Header.Get("Location") != "https://app.example/sorry?reason=expired&reference_id=anna" {
		t.Errorf("late with a failure URL: status %d, want to be sent there", a.StatusCode)
	}
}

func TestPagesInLanguages(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	for tag, want := range map[string][2]string{
		"":      {`<html lang="en">`, "Connect your device"},
		"en-GB": {`<html lang="en">`, "Connect your device"},
		"de":    {`<html lang="de">`, "Gerät verbinden"},
		"de_AT": {`<html lang="de">`, "Gerät verbinden"},
		"FR":    {`<html lang="fr">`, "Connectez votre appareil"},
		"es-MX": {`<html lang="es">`, "Conecta tu dispositivo"},
		"fi":    {`<html lang="en">`, "Connect your device"}, // not spoken here
	} {
		a := open(t, s, widgetSession(t, s, terra.WidgetRequest{Language: tag}).URL)
		if !strings.Contains(a.text, want[0]) || !strings.Contains(a.text, want[1]) {
			t.Errorf("language %q: not %s", tag, want[1])
		}
		consent := open(t, s, links(a.text)[0])
		if !strings.Contains(consent.text, want[0]) || strings.Contains(consent.text, "<li></li>") || strings.Contains(consent.text, "%!") {
			t.Errorf("language %q: the consent page is not whole", tag)
		}
	}
}

// TestPagesAreSafe: no page runs what a request brought along, leads elsewhere, or
// can be framed or cached.
func TestPagesAreSafe(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	const script = `"><script>alert(1)</script>`
	session := widgetSession(t, s, terra.WidgetRequest{ReferenceID: script, SuccessURL: "https://app.example/ok"})
	link := links(open(t, s, session.URL).text)[0]
	pages := map[string]answer{
		"index":            open(t, s, "/"),
		"elsewhere":        open(t, s, "/nowhere"),
		"session":          open(t, s, session.URL),
		"no session":       open(t, s, "/session/"+url.PathEscape(script)),
		"consent":          open(t, s, link),
		"unknown provider": open(t, s, "/oauth/"+url.PathEscape(script)+"?state="+session.SessionID),
		"unknown state":    open(t, s, "/oauth/OURA?state="+url.QueryEscape(script)),
		"no state":         open(t, s, "/oauth/OURA"),
		"a foreign target": open(t, s, link+"&auth_success_redirect_url=https://evil.example"),
	}
	for name, a := range pages {
		if strings.Contains(a.text, "<script") {
			t.Errorf("%s: the page holds a script", name)
		}
		for header, want := range map[string]string{
			"X-Frame-Options":        "DENY",
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "same-origin",
			"Cache-Control":          "no-store",
		} {
			if a.Header.Get(header) != want {
				t.Errorf("%s: no %s", name, header)
			}
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: no strict policy", name)
		}
	}
	for _, name := range []string{"elsewhere", "no session", "unknown provider", "unknown state", "no state"} {
		if pages[name].StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", name, pages[name].StatusCode)
		}
	}

	form := url.Values{"state": {session.SessionID}, "decision": {"allow"}, "auth_success_redirect_url": {"https://evil.example"}}.Encode()
	post := func(path, form string, header ...string) answer {
		return call(t, s, "POST", path, form, append(header, "Content-Type", "application/x-www-form-urlencoded")...)
	}
	path, _, _ := strings.Cut(link, "?")
	refused := map[string]answer{
		"from another origin":    post(path, form, "Origin", "https://evil.example"),
		"from another site":      post(path, form, "Sec-Fetch-Site", "cross-site"),
		"no decision":            post(path, strings.Replace(form, "allow", "", 1)),
		"a provider not offered": post("/oauth/APPLE", form),
		"a body without end":     post(path, strings.Repeat("a", 100<<10)+"&"+form),
		"another method":         call(t, s, "PUT", path, form),
		"PUT on a session":       call(t, s, "PUT", strings.TrimPrefix(session.URL, s.URL), ""),
	}
	for name, a := range refused {
		if a.StatusCode < 400 || a.StatusCode >= 500 || a.Header.Get("Location") != "" {
			t.Errorf("%s: status %d, want a refusal", name, a.StatusCode)
		}
	}
	if len(s.Users()) != 0 {
		t.Fatal("a refused request connected somebody")
	}
	if a := post(path, form, "Origin", s.URL, "Sec-Fetch-Site", "same-origin"); !strings.HasPrefix(a.Header.Get("Location"), "https://app.example/ok?") {
		t.Errorf("status %d: only the session's own success URL may follow", a.StatusCode)
	}
}

func TestStyleIsServed(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	for path, want := range map[string]string{
		"/widget/style.css":          "text/css; charset=utf-8",
		"/widget/icon.svg":           "image/svg+xml",
		"/widget/icons/GARMIN.svg":   "image/svg+xml",
		"/widget/icons/NOBODY.svg":   "",
		"/widget/icons/GARMIN":       "",
		"/widget/pages/session.html": "",
		"/widget/../pages":           "",
	} {
		a := open(t, s, path)
		if want == "" && a.StatusCode != http.StatusNotFound || want != "" && (a.StatusCode != 200 || a.Header.Get("Content-Type") != want) {
			t.Errorf("%s: status %d as %s", path, a.StatusCode, a.Header.Get("Content-Type"))
		}
	}
}

func TestIndexAndRoot(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	a := open(t, s, "/")
	for _, want := range []string{s.URL + "/api/v2", s.URL + "/v2", "/_sandbox/users", sandbox.DefaultDevID} {
		if !strings.Contains(a.text, want) {
			t.Errorf("the index does not mention %s", want)
		}
	}
	if strings.Contains(a.text, sandbox.DefaultAPIKey) {
		t.Error("the index shows the API key")
	}
	if a := call(t, s, "POST", "/", ""); a.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want 405", a.StatusCode)
	}

	own := sandboxtest.New(t, sandbox.WithRoot(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("console at " + r.URL.Path))
	})))
	for _, path := range []string{"/", "/people/1", "/sessions", "/apiary"} {
		if a := open(t, own, path); a.text != "console at "+path {
			t.Errorf("%s did not reach the root handler", path)
		}
	}
	if a := open(t, own, "/api/v2/integrations"); !strings.Contains(a.text, "GARMIN") {
		t.Error("the root handler hides the API")
	}
}
