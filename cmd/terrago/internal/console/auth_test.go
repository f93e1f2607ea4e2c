package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/console"
)

const goodToken = "correct horse battery staple"

func newToken(tb testing.TB, text string) console.Token {
	tb.Helper()
	token, err := console.NewToken(text)
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

// guarded is a console in production, behind a token.
func guarded(t *testing.T) *browser {
	t.Helper()
	s := newStores(t)
	deliver(t, s, "1", `{"type":"auth","status":"success","user":{"user_id":"ada","provider":"OURA"}}`)
	server := httptest.NewServer(console.Guard(newConsole(t, console.Config{Store: s, Token: newToken(t, goodToken)})))
	t.Cleanup(server.Close)
	return newBrowser(server.URL)
}

func TestWeakTokens(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "secret", "nineteen characters"[:19], strings.Repeat("abcdefg", 5), strings.Repeat("ä", 30)} {
		if _, err := console.NewToken(text); err != console.ErrWeakToken {
			t.Errorf("%d characters are taken: %v", len(text), err)
		}
	}
	if said := fmt.Sprintf("%v %+v %s", newToken(t, goodToken), newToken(t, goodToken), newToken(t, goodToken)); strings.Contains(said, "horse") {
		t.Error("a token is printed")
	}
}

func TestNothingWithoutTheToken(t *testing.T) {
	t.Parallel()
	b := guarded(t)
	for _, path := range []string{"/", "/people", "/people/ada", "/people/ada/night.svg?day=2026-01-01", "/deliveries", "/deliveries/1", "/dead", "/live", "/console/", "/no/such"} {
		page := b.get(t, path, http.StatusUnauthorized)
		contains(t, page, "Sign in")
		lacks(t, page, "OURA", "ada</")
	}
	for _, path := range []string{"/deliveries/1/replay", "/dead/replay", "/logout"} {
		b.do(t, "POST", path, nil, http.StatusUnauthorized)
	}
	for _, path := range []string{"/console/console.css", "/console/console.js", "/console/icon.svg"} {
		b.get(t, path, 200)
	}
	for _, cookie := range []string{"x", "AAAA", strings.Repeat("A", 54)} {
		b.header.Set("Cookie", "terrago_console="+cookie)
		b.get(t, "/", http.StatusUnauthorized)
	}
	b.header = http.Header{"Authorization": {"Bearer wrong"}}
	b.get(t, "/", http.StatusUnauthorized)
	b.header = http.Header{"Authorization": {"Basic " + goodToken}}
	b.get(t, "/", http.StatusUnauthorized)
	b.header = http.Header{"Authorization": {"Bearer " + goodToken}}
	contains(t, b.get(t, "/people", 200), "OURA")
}

func TestSigningIn(t *testing.T) {
	t.Parallel()
	b := guarded(t)
	contains(t, b.get(t, "/deliveries?state=applied", http.StatusUnauthorized), `name="next" value="/deliveries?state=applied"`)
	_, page := b.do(t, "POST", "/login", url.Values{"token": {"wrong"}, "next": {"/people"}}, http.StatusUnauthorized)
	contains(t, page, "That is not the token", `value="/people"`)

	contains(t, b.get(t, "/login", http.StatusUnauthorized), `name="next" value="/"`) // as after a reload

	header, _ := b.do(t, "POST", "/login", url.Values{"token": {goodToken}, "next": {"/people"}}, http.StatusSeeOther)
	if header.Get("Location") != "/people" {
		t.Error("signing in does not lead on")
	}
	cookie := header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s", want)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Error("the cookie would not come back over plain HTTP")
	}
	value, _, _ := strings.Cut(cookie, ";")
	if strings.Contains(value, goodToken) {
		t.Error("the cookie holds the token")
	}
	b.header.Set("Cookie", value)
	contains(t, b.get(t, "/people", 200), "OURA", "Sign out")
	// One character away from a good session is none.
	b.header.Set("Cookie", value[:len(value)-2]+"__")
	b.get(t, "/", http.StatusUnauthorized)
	b.header.Set("Cookie", value)
	header, _ = b.do(t, "POST", "/logout", nil, http.StatusSeeOther)
	if !strings.Contains(header.Get("Set-Cookie"), "Max-Age=0") {
		t.Error("signing out keeps the cookie")
	}

	b.header = http.Header{"X-Forwarded-Proto": {"https"}}
	if header, _ := b.do(t, "POST", "/login", url.Values{"token": {goodToken}}, http.StatusSeeOther); !strings.Contains(header.Get("Set-Cookie"), "Secure") {
		t.Error("behind TLS the cookie would go over plain HTTP")
	}
	for _, next := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "javascript:alert(1)", "/\tx", ""} {
		if header, _ := b.do(t, "POST", "/login", url.Values{"token": {goodToken}, "next": {next}}, http.StatusSeeOther); header.Get("Location") != "/" {
			t.Errorf("signing in leads to %q", next)
		}
	}
}

func TestForeignPagesChangeNothing(t *testing.T) {
	t.Parallel()
	b := guarded(t)
	b.header = http.Header{"Authorization": {"Bearer " + goodToken}, "Sec-Fetch-Site": {"cross-site"}}
	for _, path := range []string{"/deliveries/1/replay", "/dead/replay", "/login", "/logout"} {
		b.do(t, "POST", path, nil, http.StatusForbidden)
	}
	req := httptest.NewRequest("GET", b.url+"/people", nil)
	req.RequestURI, req.Host = "", "rebound.example"
	req.Header = b.header
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("under a name that leads here: status %d", resp.StatusCode)
	}
}
