package console_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

var quiet = slog.New(slog.DiscardHandler)

// newStores are empty, with the inbox in memory.
func newStores(tb testing.TB) *events.Stores {
	tb.Helper()
	at := store.Location{Kind: store.SQLite, Target: filepath.Join(tb.TempDir(), "health.db")}
	db, err := store.OpenDB(tb.Context(), at)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return &events.Stores{DB: db, Inbox: &store.Inbox{Inbox: ingest.NewMemory(), Location: at}}
}

// newConsole is one that is closed in the end.
func newConsole(tb testing.TB, c console.Config) *console.Console {
	tb.Helper()
	c.Logger = quiet
	h, err := console.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(h.Close)
	return h
}

// fixture is a console in its sandbox, with a receiver as destination.
type fixture struct {
	*sandboxtest.Server
	*browser
	stores *events.Stores // nil without a store
}

// browser asks a console for pages.
type browser struct {
	url    string
	client *http.Client
	header http.Header // of every request
}

func newBrowser(url string) *browser {
	return &browser{url, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, http.Header{}}
}

// newFixture has a store unless it is told not to.
func newFixture(t *testing.T, stored bool) *fixture {
	t.Helper()
	f := new(fixture)
	var inbox ingest.Inbox
	if stored {
		f.stores = newStores(t)
		inbox = f.stores.Inbox
	}
	hook, err := receiver.New(sandbox.DefaultSigningSecret, inbox, quiet)
	if err != nil {
		t.Fatal(err)
	}
	hookServer := httptest.NewServer(hook)
	t.Cleanup(hookServer.Close)

	root := http.NewServeMux()
	f.Server = sandboxtest.New(t, sandbox.WithRoot(root))
	if err := f.SetDestinations([]sandbox.Destination{{URL: hookServer.URL}}); err != nil {
		t.Fatal(err)
	}
	root.Handle("/", newConsole(t, console.Config{
		Store: f.stores,
		Platform: &console.Platform{
			Sandbox:     f.Server.Server,
			Client:      f.Client,
			Receiver:    hook,
			BaseURL:     f.BaseURL,
			ReceiverURL: hookServer.URL,
		},
	}))
	f.browser = newBrowser(f.URL)
	return f
}

// connect connects a person, and waits for their auth event to be where it goes.
func (f *fixture) connect(t *testing.T, reference string) (userID string) {
	t.Helper()
	user, err := f.Connect("FITBIT", reference)
	if err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	return user.UserID
}

// send sends an event, and waits until it is where it goes.
func (f *fixture) send(t *testing.T, eventType, userID string) sandbox.Delivery {
	t.Helper()
	d, err := f.Trigger(sandbox.EventRequest{Type: eventType, UserID: userID})
	if err != nil {
		t.Fatal(err)
	}
	f.settle(t)
	return d
}

// live has what somebody did on the last days delivered.
func (f *fixture) live(t *testing.T, userID string, days int) {
	t.Helper()
	lately, samples := terra.Last(days), terra.WithSamples(true)
	_, err := f.Client.Sleep.Request(t.Context(), userID, lately, samples)
	_, err2 := f.Client.Daily.Request(t.Context(), userID, lately, samples)
	_, err3 := f.Client.Activity.Request(t.Context(), userID, lately)
	_, err4 := f.Client.Body.Request(t.Context(), userID, lately)
	_, err5 := f.Client.Nutrition.Request(t.Context(), userID, lately)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	f.settle(t)
}

func (f *fixture) settle(t *testing.T) {
	t.Helper()
	if err := f.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.stores != nil {
		work(t, f.stores)
	}
}

// work applies what is in the inbox, or buries it.
func work(tb testing.TB, s *events.Stores) {
	tb.Helper()
	for {
		stats, err := s.Inbox.Stats(tb.Context())
		if err != nil {
			tb.Fatal(err)
		}
		if stats.Pending == 0 {
			return
		}
		items, err := s.Inbox.Lease(tb.Context(), 10, time.Hour)
		if err != nil {
			tb.Fatal(err)
		}
		for _, item := range items {
			e, err := webhook.Parse(item.Header, item.Body)
			if err == nil {
				err = s.DB.Apply(tb.Context(), e, item.ReceivedAt)
			}
			if err != nil {
				err = s.Inbox.Bury(tb.Context(), item, "it is no event")
			} else {
				err = s.Inbox.Ack(tb.Context(), item)
			}
			if err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// deliver puts a body into the inbox and has it worked on.
func deliver(tb testing.TB, s *events.Stores, id, body string) {
	tb.Helper()
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, id)
	if _, err := s.Inbox.Put(tb.Context(), ingest.NewDelivery(h, []byte(body), time.Now())); err != nil {
		tb.Fatal(err)
	}
	work(tb, s)
}

func (b *browser) get(t *testing.T, path string, want int) string {
	t.Helper()
	_, page := b.do(t, "GET", path, nil, want)
	return page
}

// post returns where the answer leads.
func (b *browser) post(t *testing.T, path string, form url.Values) string {
	t.Helper()
	header, _ := b.do(t, "POST", path, form, http.StatusSeeOther)
	return header.Get("Location")
}

func (b *browser) do(t *testing.T, method, path string, form url.Values, want int) (http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = b.header.Clone()
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != want {
		t.Fatalf("%s %s: status %d, want %d", method, path, resp.StatusCode, want)
	}
	return resp.Header, string(body)
}

func contains(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func lacks(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if strings.Contains(page, want) {
			t.Errorf("the page says %q", want)
		}
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]bool{"with a store": true, "sandbox alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, stored)
			contains(t, f.get(t, "/", 200), "nobody is connected yet", "Nothing was delivered yet", "Connect another person", f.BaseURL, "sandbox-key")
			ada := f.connect(t, "ada")
			f.send(t, "daily", ada)
			page := f.get(t, "/", 200)
			contains(t, page, "1 active", `data-event="auth" data-user="`+ada+`"`, `data-event="daily"`, `data-verdict="verified"`, "200 OK", "steps")
			if n := strings.Count(page, "<h1"); n != 1 {
				t.Errorf("%d headings of the first rank, want 1", n)
			}
			if got := strings.Contains(page, `data-state="applied"`); got != stored {
				t.Errorf("deliveries are applied: %t, want %t", got, stored)
			}
		})
	}
}

func TestOverviewInProduction(t *testing.T) {
	t.Parallel()
	s := newStores(t)
	deliver(t, s, "1", `{"type":"auth","status":"success","user":{"user_id":"u","provider":"OURA","reference_id":"ada"}}`)
	deliver(t, s, "2", `no event`)
	server := httptest.NewServer(newConsole(t, console.Config{Store: s}))
	defer server.Close()
	b := newBrowser(server.URL)
	page := b.get(t, "/", 200)
	contains(t, page, "1 active", `href="/dead">see why`, `data-state="dead"`, "it is no event")
	lacks(t, page, "Connect another person", "sandbox", "/faults", "/scenarios", "Sign out")
	for _, path := range []string{"/faults", "/scenarios", "/connected"} {
		b.get(t, path, http.StatusNotFound)
	}
	b.do(t, "POST", "/people/connect", nil, http.StatusNotFound)
	b.do(t, "POST", "/clock", nil, http.StatusNotFound)
}

func TestPeople(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]bool{"with a store": true, "sandbox alone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, stored)
			contains(t, f.get(t, "/people", 200), "Nobody is connected yet")
			for i := range 60 {
				if _, err := f.Connect([]string{"OURA", "GARMIN"}[i/40], fmt.Sprintf("person-%02d", i)); err != nil {
					t.Fatal(err)
				}
			}
			f.settle(t)
			page := f.get(t, "/people", 200)
			contains(t, page, `rel="next"`)
			lacks(t, page, "First page")
			first := strings.Count(page, `role="listitem"`)
			next := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(page)
			page = f.get(t, html.UnescapeString(next[1]), 200)
			contains(t, page, "First page")
			lacks(t, page, `rel="next"`)
			if second := strings.Count(page, `role="listitem"`); first != 50 || second != 10 {
				t.Errorf("pages of %d and %d people, want 50 and 10", first, second)
			}

			page = f.get(t, "/people?provider=GARMIN", 200)
			contains(t, page, "person-40", `<option selected>GARMIN`)
			lacks(t, page, "person-39")
			page = f.get(t, "/people?q=person-1", 200)
			contains(t, page, "person-10", "person-19")
			lacks(t, page, "person-20")
			contains(t, f.get(t, "/people?status=revoked", 200), "Nobody is like that")
			user := f.Users()[3].UserID
			if _, page := f.do(t, "GET", "/people?q="+user, nil, http.StatusSeeOther); !strings.Contains(page, "/people/"+user) {
				t.Error("a user id does not lead to the person")
			}
		})
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	ada := f.connect(t, "ada")
	path := "/people/" + ada
	contains(t, f.get(t, path, 200), "ada", "FITBIT", "No record has been delivered yet", `data-event="auth"`)
	f.live(t, ada, 7)
	contains(t, f.get(t, path, 200), "asleep", "month.svg", `rel="prev"`)
	over := terra.Last(1).Start.AddDays(-1) // the newest may be today, with no more than a night
	page := f.get(t, path+"?day="+over.String(), 200)
	contains(t, page, "asleep", "steps", "weight", "energy", "night.svg", "day.svg", "month.svg", `rel="prev"`)
	charts := regexp.MustCompile(`<img src="([^"]*)" alt="([^"]+)" width="640"`).FindAllStringSubmatch(page, -1)
	if len(charts) < 3 {
		t.Errorf("%d charts, want 3 or more", len(charts))
	}
	for _, c := range charts {
		header, svg := f.do(t, "GET", html.UnescapeString(c[1]), nil, 200)
		if header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(svg, "<svg") {
			t.Errorf("%s is no picture", c[1])
		}
	}
	// Back day by day: every page leads to an earlier one, and to where it came from.
	day := regexp.MustCompile(`name="day" value="([^"]*)"`).FindStringSubmatch(page)[1]
	for range 4 {
		before := regexp.MustCompile(`rel="prev" href="([^"]*)#day"`).FindStringSubmatch(page)
		page = f.get(t, before[1], 200)
		contains(t, page, `?day=`+day+`#day`)
		earlier := regexp.MustCompile(`name="day" value="([^"]*)"`).FindStringSubmatch(page)[1]
		if earlier >= day {
			t.Fatalf("%s is before %s", earlier, day)
		}
		day = earlier
	}
	contains(t, f.get(t, path+"?day=1999-01-01", 200), "Nothing was recorded on this day", "← earlier", `rel="next"`)
	f.get(t, path+"?day=nonsense", 200)
	f.get(t, path+"/night.svg?day=1999-01-01", http.StatusNotFound)
	f.get(t, path+"/night.svg", http.StatusNotFound)
	f.get(t, path+"/unknown.svg?day="+day, http.StatusNotFound)
	f.get(t, "/people/nobody", http.StatusNotFound)
	f.do(t, "POST", path+"/events", url.Values{"type": {"no such"}}, http.StatusBadRequest)
	f.post(t, path+"/events", url.Values{"type": {"athlete"}})
	f.settle(t)
	contains(t, f.get(t, path, 200), `data-event="athlete"`, "years")
}

func TestHistoryIsAskedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	path := "/people/" + f.connect(t, "ada")
	if to := f.post(t, path+"/history", nil); to != path+"?done=asked" {
		t.Error("asking for the history leads elsewhere")
	}
	f.settle(t)
	page := f.get(t, "/deliveries?done=asked", 200)
	contains(t, page, "Asked for")
	for _, eventType := range []string{"activity", "athlete", "body", "daily", "nutrition", "sleep"} {
		contains(t, page, `data-event="`+eventType+`"`)
	}
}

func TestPersonInTheSandboxAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	path := "/people/" + f.connect(t, "ada")
	page := f.get(t, path, 200)
	contains(t, page, "asleep", "night.svg", "month.svg", `rel="prev"`, `rel="next"`)
	f.get(t, html.UnescapeString(regexp.MustCompile(`<img src="([^"]*)"`).FindStringSubmatch(page)[1]), 200)
}

// A person keeps a page under every id they have had.
func TestPersonUnderFormerID(t *testing.T) {
	t.Parallel()
	s := newStores(t)
	deliver(t, s, "1", `{"type":"auth","status":"success","user":{"user_id":"old","provider":"OURA","reference_id":"ada"}}`)
	deliver(t, s, "2", `{"type":"user_reauth","status":"warning","old_user":{"user_id":"old","provider":"OURA"},"new_user":{"user_id":"new","provider":"OURA"}}`)
	server := httptest.NewServer(newConsole(t, console.Config{Store: s}))
	defer server.Close()
	b := newBrowser(server.URL)
	for _, id := range []string{"old", "new"} {
		contains(t, b.get(t, "/people/"+id, 200), "Former user ids (1)", "<code>old</code>", "<dd><code>new</code>")
	}
}

func TestConnectLeadsToTheWidget(t *testing.T) {
	t.Parallel()
	f := newFixture(t, true)
	f.connect(t, "person-2") // taken: the next one is another
	location := f.post(t, "/people/connect", nil)
	if !strings.HasPrefix(location, "/session/") {
		t.Fatal("the redirect does not lead to the widget on this host")
	}
	f.get(t, location, 200)
	f.do(t, "GET", "/people/connect", nil, http.StatusNotFound)
	header, _ := f.do(t, "GET", "/connected?user_id=u&reference_id=r", nil, http.StatusSeeOther)
	if header.Get("Location") != "/people/u?done=connected" {
		t.Error("the widget does not lead to the person")
	}
}
