package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// rowsOf are the ids of the deliveries that a page lists, in its order.
func rowsOf(page string) (ids []string) {
	for _, m := range regexp.MustCompile(`id="delivery-([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids = append(ids, html.UnescapeString(m[1]))
	}
	return ids
}

func TestDeliveriesArePaged(t *testing.T) {
	t.Parallel()
	s := newStores(t)
	const n = 120
	for i := range n {
		body := fmt.Sprintf(`{"type":"athlete","user":{"user_id":"u-%d","provider":"OURA"},"athlete":{}}`, i%2)
		if i%10 == 0 {
			body = "no event"
		}
		deliver(t, s, fmt.Sprintf("trace/%03d?", i), body)
	}
	server := httptest.NewServer(newConsole(t, console.Config{Store: s}))
	defer server.Close()
	b := newBrowser(server.URL)
	seen := map[string]bool{}
	path := "/deliveries"
	for pages := 0; ; pages++ {
		page := b.get(t, path, 200)
		ids := rowsOf(page)
		for _, id := range ids {
			if seen[id] {
				t.Errorf("%s is on two pages", id)
			}
			seen[id] = true
			if pages == 0 {
				b.get(t, "/deliveries/"+url.PathEscape(id), 200)
			}
		}
		next := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(page)
		if next == nil {
			break
		}
		if len(ids) != 50 {
			t.Errorf("a page of %d", len(ids))
		}
		path = html.UnescapeString(next[1])
	}
	if len(seen) != n {
		t.Errorf("%d deliveries on all pages, want %d", len(seen), n)
	}
	for query, want := range map[string]int{
		"state=dead":                  12,
		"state=applied&user=u-1":      50, // of 60, a page
		"state=pending":               0,
		"user=nobody":                 0,
		"type=athlete&state=dead":     0,
		"type=sleep":                  0,
		"since=2999-01-01":            0,
		"until=2001-01-01T10:00":      0,
		"since=nonsense&state=dead":   12,
		"state=dead&until=2999-01-01": 12,
		"after=nonsense":              50,
	} {
		if got := len(rowsOf(b.get(t, "/deliveries?"+query, 200))); got != want {
			t.Errorf("%s: %d deliveries, want %d", query, got, want)
		}
	}
	header, _ := b.do(t, "GET", "/deliveries?id=trace%2F007%3F", nil, http.StatusSeeOther)
	contains(t, b.get(t, header.Get("Location"), 200), "trace/007?", "athlete")
	b.get(t, "/deliveries/none", http.StatusNotFound)
}

func TestDeliveryAndResend(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	d := f.send(t, "sleep", f.connect(t, "ada"))
	path := "/deliveries/" + d.TraceID
	page := f.get(t, path, 200)
	contains(t, page, "sleep", "verified", "applied", "sleep_durations_data", d.TraceID, "X-Terra-Signature", "Send it again", "200 OK", "KiB")
	if f.get(t, "/deliveries/"+d.ID, 200) == "" {
		t.Error("the sandbox's own id leads nowhere")
	}
	if to := f.post(t, "/deliveries/"+d.ID+"/resend", nil); to != path+"?done=resent" {
		t.Error("sending it again leads elsewhere")
	}
	f.settle(t)
	contains(t, f.get(t, path+"?done=resent", 200), "Sent again.")
	if to := f.post(t, path+"/replay", nil); to != path+"?done=applied" {
		t.Error("applying it again leads elsewhere")
	}
	f.do(t, "POST", "/deliveries/none/resend", nil, http.StatusNotFound)
	f.do(t, "POST", "/deliveries/none/replay", nil, http.StatusConflict)
}

func TestWhatIsRefusedIsShownAsSuch(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	ada := f.connect(t, "ada")
	hook := f.Deliveries()[0].URL
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if err := f.SetDestinations([]sandbox.Destination{{URL: hook, Secret: "another"}, {URL: gone.URL}}); err != nil {
		t.Fatal(err)
	}
	d := f.send(t, "daily", ada)
	page := f.get(t, "/deliveries?state=retrying", 200)
	contains(t, page, `data-verdict="refused"`, "to be sent again", d.TraceID)
	if n := len(rowsOf(page)); n != 1 {
		t.Errorf("%d deliveries are to be sent again, want 1", n)
	}
	page = f.get(t, "/deliveries/"+d.TraceID, 200)
	contains(t, page, "401 Unauthorized", "next attempt", gone.URL, hook)
	lacks(t, page, "Apply it again")
	contains(t, f.get(t, "/", 200), "failing")
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	s := newStores(t)
	server := httptest.NewServer(newConsole(t, console.Config{Store: s}))
	defer server.Close()
	b := newBrowser(server.URL)
	contains(t, b.get(t, "/dead", 200), "There are none")
	deliver(t, s, "one", "no event")
	deliver(t, s, "two", "no event either")
	contains(t, b.get(t, "/dead", 200), "it is no event", "Give all another chance", "letter-one", "letter-two")
	contains(t, b.get(t, "/deliveries/one", 200), "Give it another chance", "Failed: it is no event", "no event</code>")
	if to := b.post(t, "/deliveries/one/replay", nil); to != "/deliveries/one?done=pending" {
		t.Error("reviving one leads elsewhere")
	}
	lacks(t, b.get(t, "/dead", 200), "letter-one")
	contains(t, b.get(t, "/deliveries/one", 200), "pending")
	if to := b.post(t, "/dead/replay", nil); to != "/dead?done=revived" {
		t.Error("reviving all leads elsewhere")
	}
	contains(t, b.get(t, "/dead", 200), "There are none")
}

// TestDeadLettersArePaged: each is on one page, whatever came at the same moment and
// whatever is revived while somebody leafs through them.
func TestDeadLettersArePaged(t *testing.T) {
	t.Parallel()
	s := newStores(t)
	const n = 250
	began := time.Now().Add(-time.Hour)
	for i := range n {
		h := http.Header{}
		h.Set(webhook.HeaderTraceID, fmt.Sprintf("%03d", (i*7)%n)) // in an order of their own
		if _, err := s.Inbox.Put(t.Context(), ingest.NewDelivery(h, []byte("no event"), began.Add(time.Duration(i/90)*time.Millisecond))); err != nil {
			t.Fatal(err)
		}
	}
	work(t, s)
	server := httptest.NewServer(newConsole(t, console.Config{Store: s}))
	defer server.Close()
	b := newBrowser(server.URL)
	var seen, sizes []string
	for path := "/dead"; path != ""; {
		page := b.get(t, path, 200)
		if strings.Contains(page, "← Oldest") != (path != "/dead") {
			t.Errorf("page %d: the way back is missing, or leads from the first page", len(sizes)+1)
		}
		letters := regexp.MustCompile(`id="letter-([^"]*)"`).FindAllStringSubmatch(page, -1)
		for _, m := range letters {
			seen = append(seen, m[1])
		}
		sizes = append(sizes, fmt.Sprint(len(letters)))
		path = ""
		if next := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(page); next != nil {
			path = html.UnescapeString(next[1])
			b.post(t, "/deliveries/"+seen[len(seen)-1]+"/replay", nil)
		}
	}
	if got := strings.Join(sizes, " "); got != "100 100 50" {
		t.Errorf("pages of %s", got)
	}
	if slices.Sort(seen); len(seen) != n || len(slices.Compact(seen)) != n {
		t.Error("not all are there, or some are twice")
	}
	contains(t, b.get(t, "/dead?after=nonsense", 200), "letter-000")
	contains(t, b.get(t, "/dead?after=32503680000000-x", 200), "There are no more", "← Oldest")
}

// What somebody else chose stays text, and steers nothing.
func TestPagesEscape(t *testing.T) {
	t.Parallel()
	s := newStores(t)
	const script, steering = `"><script>alert(1)</script>`, "\x1b]0;title\x07\u202e"
	deliver(t, s, script, fmt.Sprintf(`{"type":%q,"user":{"user_id":%q,"provider":%q,"reference_id":%q},"status":"success"}`,
		"auth", script, script, script+"\u202e"))
	deliver(t, s, "steering", steering+script)
	server := httptest.NewServer(newConsole(t, console.Config{Store: s}))
	defer server.Close()
	b := newBrowser(server.URL)
	for _, path := range []string{
		"/", "/people", "/people/" + url.PathEscape(script), "/deliveries", "/deliveries/" + url.PathEscape(script), "/deliveries/steering", "/dead",
		"/people?q=" + url.QueryEscape(script+"x"), "/deliveries?user=" + url.QueryEscape(script+steering),
	} {
		page := b.get(t, path, 200)
		lacks(t, page, "<script>alert", "\x1b", "\x07", "\u202e")
	}
	contains(t, b.get(t, "/deliveries/steering", 200), `\u001b]0;title`)
}

func TestLargeBodiesAreCut(t *testing.T) {
	t.Parallel()
	s := newStores(t)
	deliver(t, s, "large", `{"type":"made_up","padding":"`+strings.Repeat("x", 1<<20)+`"}`)
	server := httptest.NewServer(newConsole(t, console.Config{Store: s}))
	defer server.Close()
	page := newBrowser(server.URL).get(t, "/deliveries/large", 200)
	contains(t, page, "Only the beginning is shown", "1.0 MiB")
	if len(page) > 100<<10 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

// The policy allows nothing inline, so there must be nothing inline.
func TestPagesFitTheirPolicy(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	ada := f.connect(t, "ada")
	f.live(t, ada, 2)
	f.post(t, "/scenarios/first-connection", nil)
	inline := regexp.MustCompile(`<style|<script>| style=| on[a-z]+=|javascript:|https?://(?:[^1]|1[^2])`)
	for _, path := range []string{
		"/", "/people", "/people/" + ada, "/deliveries", "/deliveries/" + f.Deliveries()[0].TraceID, "/dead", "/faults", "/scenarios", "/scenarios/first-connection", "/scenarios/outage-24h",
	} {
		header, page := f.do(t, "GET", path, nil, 200)
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
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if ids[m[1]] {
				t.Errorf("%s: two elements are called %s", path, m[1])
			}
			ids[m[1]] = true
		}
	}
	for _, path := range []string{"/console/console.css", "/console/console.js", "/console/icon.svg"} {
		f.get(t, path, 200)
	}
	f.get(t, "/console/", http.StatusNotFound)
	contains(t, f.get(t, "/nothing/here", http.StatusNotFound), "There is no such page", `href="/"`)
}
