package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestConsoleForEverybody reads all pages as people do who see little, have a small
// screen or no mouse.
func TestConsoleForEverybody(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: looks at many pages in many ways; run it without -short")
	}
	browser := openBrowser(t)
	c := openDev(t, browser, "404")
	defer c.end()
	c.furnish()

	t.Run("pictures", func(t *testing.T) { takePictures(t, c.in(t)) })
	t.Run("pages", func(t *testing.T) { readEveryPage(t, c.in(t)) })
	t.Run("keyboard", func(t *testing.T) { useKeyboard(t, c.in(t)) })
}

// furnish makes that there is something to see on every page.
func (c *devConsole) furnish() {
	c.t.Helper()
	for _, who := range []string{"OURA amara", "GARMIN bram", "POLAR chiara"} {
		provider, reference, _ := strings.Cut(who, " ")
		c.post("/_sandbox/users", "application/json", fmt.Sprintf(`{"provider":%q,"reference_id":%q}`, provider, reference))
	}
	form := func(path string, fields url.Values) {
		c.t.Helper()
		c.post(path, "application/x-www-form-urlencoded", fields.Encode())
	}
	userID := c.report.User.UserID
	form("/people/"+userID+"/history", nil)
	c.visit("/deliveries?type=sleep")
	c.until(fmt.Sprintf("document.querySelectorAll(%q).length === 2", delivered("sleep", userID)))
	form("/faults", url.Values{"kind": {"status"}, "status": {"503"}, "on": {"deliver body"}, "times": {"1"}})
	form("/faults", url.Values{"kind": {"delay"}, "delay": {"15m"}, "on": {"deliver nutrition"}, "percent": {"50"}})
	c.trigger("body", userID)
	c.trigger("daily", userID, "--set", "user.user_id="+strings.Repeat("x", 1000))
	c.visit("/dead")
	c.shows(".letter")
	c.visit("/")
	c.until(`document.querySelector("#tile-pending").innerText.includes("all is applied")`)
}

func (c *devConsole) post(path, contentType, body string) {
	c.t.Helper()
	resp, err := http.Post(strings.TrimSuffix(c.report.Console, "/")+path, contentType, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		c.t.Fatalf("POST %s: %s", path, resp.Status)
	}
}

// pages are one of every kind.
func (c *devConsole) pages() []string {
	c.t.Helper()
	userID := c.report.User.UserID
	c.visit("/dead")
	dead := ask[string](c.tab, `new URL(document.querySelector(".letter .event").href).pathname`)
	c.visit("/deliveries?type=body&user=" + userID)
	retried := ask[string](c.tab, `new URL(document.querySelector(".delivery .event").href).pathname`)
	return []string{
		"/", "/people", "/people?q=nobody", "/people/" + userID + "?done=sent", "/people/" + userID + "?day=2020-01-01",
		"/deliveries", "/deliveries?type=hormone", retried, dead + "?done=pending", "/dead", "/faults",
		"/scenarios", "/scenarios/outage-24h", "/scenarios/stale-retry",
	}
}

// readEveryPage has axe look for what is in anybody's way.
func readEveryPage(t *testing.T, c *devConsole) {
	axe := readAxe(t)
	c.post("/scenarios/stale-retry", "", "")
	paths := append(c.pages(), "/nowhere")
	for i, path := range paths {
		c.visit(path)
		c.do(chromedp.Evaluate[chromedp.Void](axe))
		for _, s := range []screen{desk, desk.atNight(), phone, phone.atNight()} {
			c.use(s)
			if width := ask[int](c.tab, "document.documentElement.scrollWidth"); int64(width) > s.width {
				t.Errorf("%s, %s: %d pixels wide on a screen of %d", path, s.name, width, s.width)
			}
			for _, v := range c.violations() {
				t.Errorf("%s, %s: %s", path, s.name, v)
			}
			if s.dark == s.phone { // a half of them shows enough
				c.keep(fmt.Sprintf("%02d %s", i, s.name))
			}
		}
	}
}

// readAxe reads axe-core, which is not part of the repository.
func readAxe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("testdata/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		missing(t, "NOT TESTED FOR ACCESSIBILITY: there is no axe-core here; npm install --prefix cmd/terrago/testdata/axe --no-package-lock")
	}
	return string(source)
}

// violation is what axe says of a page.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target json.RawMessage `json:"target"`
	} `json:"nodes"`
}

func (v violation) String() string {
	var where []string
	for _, n := range v.Nodes {
		where = append(where, string(n.Target))
	}
	return fmt.Sprintf("%s (%s): %s", v.Help, v.ID, strings.Join(where, ", "))
}

// violations are those of the rules that people have agreed upon. axe is in the page
// already.
func (p *tab) violations() (list []violation) {
	p.t.Helper()
	answer, err := chromedp.Run(p.Context, chromedp.Evaluate[string](`axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], resultTypes: ["violations"], preload: false,
	}).then((r) => JSON.stringify(r.violations.map(({id, help, nodes}) => ({id, help, nodes: nodes.map(({target}) => ({target}))}))))`, chromedp.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal([]byte(answer), &list)
	}
	if err != nil {
		p.t.Fatalf("axe: %v", err)
	}
	return list
}

// useKeyboard gets everywhere without a mouse, and always sees where it is.
func useKeyboard(t *testing.T, c *devConsole) {
	c.visit("/")
	c.press(kb.Tab)
	if text := ask[string](c.tab, "document.activeElement.innerText"); !strings.HasPrefix(text, "Skip") {
		t.Error("the first stop does not lead past the navigation")
	}
	seen := func() bool {
		return ask[bool](c.tab, `(() => {
			const e = document.activeElement, box = e.getBoundingClientRect();
			return parseFloat(getComputedStyle(e).outlineWidth) >= 2 && getComputedStyle(e).outlineStyle !== "none" && box.right > 0 && box.bottom > 0;
		})()`)
	}
	if !seen() {
		t.Error("the skip link is not seen when it has the focus")
	}
	c.press(kb.Enter)
	c.until(`location.hash === "#main"`)
	c.press(kb.Tab)
	if !ask[bool](c.tab, `document.querySelector("main").contains(document.activeElement)`) {
		t.Error("skipping does not lead into the page")
	}

	// All that can be used is a stop, in the order of the page.
	c.visit("/faults")
	want := ask[int](c.tab, `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")].filter((e) => e.checkVisibility() && !e.closest("details:not([open]) > :not(summary)")).length`)
	ask[bool](c.tab, "(window.stops = new Set(), true)")
	for range want {
		c.press(kb.Tab)
		if !seen() {
			t.Fatalf("the focus is not seen on %s", ask[string](c.tab, "document.activeElement.outerHTML.slice(0, 80)"))
		}
		ask[bool](c.tab, `(() => {
			const last = [...window.stops].at(-1);
			window.disorder ||= last && !(last.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING);
			window.stops.add(document.activeElement);
			return true;
		})()`)
	}
	if got := ask[int](c.tab, "window.stops.size"); got != want {
		t.Errorf("%d stops for %d things to use", got, want)
	}
	if ask[bool](c.tab, "!!window.disorder") {
		t.Error("the focus jumps about")
	}

	// To a delivery, and to sending it again.
	c.visit("/")
	c.tabTo(".delivery .event")
	c.press(kb.Enter)
	c.until(`location.pathname.startsWith("/deliveries/")`)
	c.tabTo(".sending button")
	c.press(kb.Enter)
	c.until(`location.search === "?done=resent"`)
	c.has(".notice", "Sent again")
}
