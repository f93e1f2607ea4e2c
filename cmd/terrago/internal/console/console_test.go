package console_test

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// fixture is a console in its sandbox, with a receiver as destination.
type fixture struct {
	*sandboxtest.Server
	browser *http.Client
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	hook, err := receiver.New(sandbox.DefaultSigningSecret, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	hookServer := httptest.NewServer(hook)
	t.Cleanup(hookServer.Close)

	root := http.NewServeMux()
	s := sandboxtest.New(t, sandbox.WithRoot(root))
	if err := s.SetDestinations([]sandbox.Destination{{URL: hookServer.URL}}); err != nil {
		t.Fatal(err)
	}
	page, err := console.New(console.Config{
		Sandbox:     s.Server,
		Client:      s.Client,
		Receiver:    hook,
		BaseURL:     s.BaseURL,
		ReceiverURL: hookServer.URL,
		Logger:      log,
	})
	if err != nil {
		t.Fatal(err)
	}
	root.Handle("/", page)
	return &fixture{s, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// connect connects a person, and waits for their auth event to be delivered.
func (f *fixture) connect(t *testing.T, reference string) (userID string) {
	t.Helper()
	user, err := f.Connect("FITBIT", reference)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return user.UserID
}

func (f *fixture) do(t *testing.T, method, path string, want int) (http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := f.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != want {
		t.Fatalf("%s %s: status %d, want %d", method, path, resp.StatusCode, want)
	}
	return resp.Header, string(b)
}

func contains(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestHomeShowsPeopleRecordsAndDeliveries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada, bob := f.connect(t, "ada"), f.connect(t, "bob")

	_, page := f.do(t, "GET", "/", http.StatusOK)
	contains(t, page, ada, bob, "FITBIT", `<p class="ids">`,
		"steps", "asleep", "weight", "duration", "energy", "records in the last 14 days",
		`<span class="event">auth</span>`, `<span class="verdict good">verified</span>`,
		"X-Terra-Signature", "200 OK", f.BaseURL, "sandbox-key")
	if n := strings.Count(page, `<svg viewBox="0 0 320 72"`); n < 4 {
		t.Errorf("%d charts, want 4 or more", n)
	}
	if n := strings.Count(page, "<h1"); n != 1 {
		t.Errorf("%d headings of the first rank, want 1", n)
	}

	_, page = f.do(t, "GET", "/?user_id="+bob, http.StatusOK)
	if !regexp.MustCompile(`href="/\?user_id=` + bob + `"[^>]* aria-current="page"`).MatchString(page) {
		t.Error("the person asked for is not the one shown")
	}
	_, page = f.do(t, "GET", "/?user_id="+bob+"&reference_id=bob", http.StatusOK)
	contains(t, page, "is connected.")
	_, page = f.do(t, "GET", "/?failed=1", http.StatusOK)
	contains(t, page, "Nobody was connected")
	f.do(t, "GET", "/?user_id=nobody", http.StatusOK)
}

func TestHomeBeforeAnything(t *testing.T) {
	t.Parallel()
	_, page := newFixture(t).do(t, "GET", "/", http.StatusOK)
	contains(t, page, "Nobody is connected yet", "Nothing was delivered yet", "Connect another person")
}

func TestHomeWithManyPeople(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var last string
	for i := range 30 {
		user, err := f.Connect("OMRON", strings.Repeat("x", i+1))
		if err != nil {
			t.Fatal(err)
		}
		last = user.UserID
	}
	_, page := f.do(t, "GET", "/?user_id="+last, http.StatusOK)
	contains(t, page, "and 5 more", last)
}

// What somebody else chose, such as a reference id, stays text.
func TestPagesEscape(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const hostile = `"><script>alert(1)</script>`
	f.connect(t, hostile)
	_, page := f.do(t, "GET", "/?user_id="+url.QueryEscape(hostile), http.StatusOK)
	if strings.Contains(page, "<script>alert") {
		t.Error("a reference id became a script")
	}
	contains(t, page, html.EscapeString(hostile)[5:])
	_, page = f.do(t, "GET", "/console/deliveries/"+f.Deliveries()[0].ID, http.StatusOK)
	if strings.Contains(page, "<script>alert") {
		t.Error("a body became a script")
	}
}

// The policy allows nothing inline, so there must be nothing inline.
func TestPagesFitTheirPolicy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect(t, "ada")
	inline := regexp.MustCompile(`<style|<script>| style=| on[a-z]+=|javascript:|https?://(?:[^1]|1[^2])`)
	for _, path := range []string{"/", "/console/deliveries/" + f.Deliveries()[0].ID} {
		header, page := f.do(t, "GET", path, http.StatusOK)
		policy := header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is weakened", path)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers are missing", path)
		}
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s: the page has %q", path, found)
		}
	}
	for _, path := range []string{"/console/console.css", "/console/console.js", "/console/icon.svg"} {
		f.do(t, "GET", path, http.StatusOK)
	}
	f.do(t, "GET", "/console/", http.StatusNotFound)
	_, page := f.do(t, "GET", "/nothing/here", http.StatusNotFound)
	contains(t, page, "There is no such page", `href="/"`)
}

func TestConnectLeadsToTheWidget(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.connect(t, "person-2") // taken: the next one is another
	header, _ := f.do(t, "POST", "/console/connect", http.StatusSeeOther)
	location := header.Get("Location")
	if !strings.HasPrefix(location, "/session/") {
		t.Fatal("the redirect does not lead to the widget on this host")
	}
	f.do(t, "GET", location, http.StatusOK)
	f.do(t, "GET", "/console/connect", http.StatusNotFound)
}

func TestDeliveryPageAndResend(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	userID := f.connect(t, "ada")
	d, err := f.Trigger(sandbox.EventRequest{Type: "sleep", UserID: userID})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := "/console/deliveries/" + d.ID
	_, page := f.do(t, "GET", path, http.StatusOK)
	contains(t, page, "sleep", "verified", "sleep_durations_data", d.TraceID, "Send it again", "bytes")

	header, _ := f.do(t, "POST", path+"/resend", http.StatusSeeOther)
	if err := f.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, page = f.do(t, "GET", header.Get("Location"), http.StatusOK)
	contains(t, page, "Sent again")

	f.do(t, "GET", "/console/deliveries/none", http.StatusNotFound)
	f.do(t, "POST", "/console/deliveries/none/resend", http.StatusNotFound)
}

func TestRefusedDeliveryIsShownAsSuch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	userID := f.connect(t, "ada")
	hook := f.Deliveries()[0].URL
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if err := f.SetDestinations([]sandbox.Destination{{URL: hook, Secret: "another"}, {URL: gone.URL}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Trigger(sandbox.EventRequest{Type: "daily", UserID: userID}); err != nil {
		t.Fatal(err)
	}
	if err := f.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, page := f.do(t, "GET", "/", http.StatusOK)
	contains(t, page, `<span class="verdict bad">refused</span>`, "401 Unauthorized", "next at")
}

func TestVersionFollowsWhatHappens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, before := f.do(t, "GET", "/console/version", http.StatusOK)
	f.connect(t, "ada")
	_, after := f.do(t, "GET", "/console/version", http.StatusOK)
	if before == after {
		t.Error("a new person leaves the version as it was")
	}
	_, page := f.do(t, "GET", "/", http.StatusOK)
	contains(t, page, `data-version="`+after+`"`)
	if _, again := f.do(t, "GET", "/console/version", http.StatusOK); again != after {
		t.Error("the version changes by itself")
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	h := console.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "sandbox")
	for name, tc := range map[string]struct {
		method, host string
		header       map[string]string
		want         int
	}{
		"address":                    {"GET", "127.0.0.1:8787", nil, 200},
		"IPv6 address":               {"GET", "[::1]:8787", nil, 200},
		"address without port":       {"GET", "127.0.0.1", nil, 200},
		"localhost":                  {"GET", "LOCALHOST:8787", nil, 200},
		"below localhost":            {"GET", "terra.localhost:8787", nil, 200},
		"named":                      {"GET", "sandbox:8787", nil, 200},
		"another name":               {"GET", "rebound.example:8787", nil, 421},
		"name that begins like ours": {"GET", "localhost.example", nil, 421},
		"no host":                    {"GET", "", nil, 421},
		"program":                    {"POST", "127.0.0.1:8787", nil, 200},
		"own page":                   {"POST", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		"foreign page":               {"POST", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		"foreign page, old browser":  {"POST", "127.0.0.1:8787", map[string]string{"Origin": "http://evil.example"}, 403},
		"page of another port":       {"POST", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		"link from a foreign page":   {"GET", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(tc.method, "/", nil)
			r.Host = tc.host
			for name, value := range tc.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("status %d, want %d", w.Code, tc.want)
			}
		})
	}
}
