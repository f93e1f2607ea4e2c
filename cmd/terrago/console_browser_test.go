package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestConsoleInBrowser clicks through the console, in one browser.
func TestConsoleInBrowser(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: weeks of samples are delivered, which the race detector makes last minutes; run it without -short")
	}
	browser := openBrowser(t)
	t.Run("walk", func(t *testing.T) {
		t.Parallel()
		walkThroughConsole(t, browser)
	})
	t.Run("without JavaScript", func(t *testing.T) {
		t.Parallel()
		readWithoutJavaScript(t, browser)
	})
	t.Run("behind a token", func(t *testing.T) {
		t.Parallel()
		signIn(t, browser)
	})
}

// devConsole is terrago dev, looked at.
type devConsole struct {
	*tab
	process *process
	report  devReport
}

// openDev runs terrago dev, which has to be ended.
func openDev(t *testing.T, browser context.Context, forgiven ...string) *devConsole {
	t.Helper()
	c := &devConsole{tab: openTab(t, browser, forgiven...), process: start(t, "dev", "--addr", "127.0.0.1:0")}
	c.process.decode(t, &c.report)
	return c
}

func (c *devConsole) end() {
	c.close()
	c.process.end(c.t, os.Interrupt)
}

func (c *devConsole) in(t *testing.T) *devConsole {
	return &devConsole{c.tab.in(t), c.process, c.report}
}

// visit goes to a page of the console.
func (c *devConsole) visit(path string) {
	c.t.Helper()
	c.open(strings.TrimSuffix(c.report.Console, "/") + path)
}

// connect walks from the overview through the widget and back, as a person does who
// wears provider, and returns the new user id.
func (c *devConsole) connect(provider string) string {
	c.t.Helper()
	c.visit("/")
	c.click("#connect")
	c.click(fmt.Sprintf(`a[href*="/oauth/%s"]`, provider))
	c.follow(`button[value="allow"]`, "?done=connected")
	address, err := url.Parse(ask[string](c.tab, "location.href"))
	if err != nil {
		c.t.Fatal(err)
	}
	userID, ok := strings.CutPrefix(address.Path, "/people/")
	if !strings.HasPrefix(address.String(), c.report.Console) || !ok {
		c.t.Fatal("the widget does not lead back to the person in the console")
	}
	return userID
}

// delivered selects a delivery in a list by its event and person, verified and applied.
func delivered(event, userID string) string {
	return fmt.Sprintf(".delivery[data-event='%s'][data-user='%s'][data-verdict='verified'][data-state='applied']", event, userID)
}

// awaitApplied waits until deliveries of these events about somebody have been applied,
// and ends on the list of the last. The person's own page lists only the latest.
func (c *devConsole) awaitApplied(userID string, events ...string) {
	c.t.Helper()
	for _, event := range events {
		c.visit("/deliveries?type=" + event + "&user=" + userID)
		c.reload(delivered(event, userID))
	}
}

// trigger has something happen to somebody. The flags may add to it.
func (c *devConsole) trigger(event, userID string, flags ...string) (sent sentEvent) {
	c.t.Helper()
	var out, log strings.Builder
	args := append([]string{"trigger", event, "--user", userID, "--base-url", c.report.BaseURL, "--json"}, flags...)
	run(c.t.Context(), args, stdio{strings.NewReader(""), &out, &log})
	if err := json.Unmarshal([]byte(out.String()), &sent); err != nil {
		c.t.Fatalf("not sent: %v\n%s", err, &log)
	}
	return sent
}

func walkThroughConsole(t *testing.T, browser context.Context) {
	c := openDev(t, browser)
	defer c.end()
	var userID string

	step := func(name string, do func(t *testing.T, c *devConsole)) {
		t.Run(name, func(t *testing.T) { do(t, c.in(t)) })
		if t.Failed() {
			t.FailNow() // what follows builds upon it
		}
	}
	step("shows the first person", func(t *testing.T, c *devConsole) {
		c.visit("/")
		for _, event := range []string{"auth", "daily", "sleep"} {
			c.shows(delivered(event, c.report.User.UserID))
		}
		c.has("#tile-people", "1", "active")
		c.has("#tile-dead", "none")
	})
	step("connects a person", func(t *testing.T, c *devConsole) {
		userID = c.connect("OURA")
		c.has(".notice", "Connected")
		c.shows(delivered("auth", userID))
		c.visit("/people")
		if n := c.count(".person"); n != 2 {
			t.Errorf("%d people are shown, want 2", n)
		}
	})
	step("takes a no", func(t *testing.T, c *devConsole) {
		c.visit("/people")
		c.click("#connect")
		c.click(`a[href*="/oauth/GARMIN"]`)
		c.follow(`button[value="deny"]`, "")
		c.has(".notice", "Nobody was connected")
	})
	step("follows what happens", func(t *testing.T, c *devConsole) {
		// A reload would lose the mark, what is filled in, and the focus.
		c.visit("/deliveries")
		ask[bool](c.tab, `(window.marked = true, document.querySelector("#filter-user").value = "somebody", document.querySelector("#filter-user").focus(), true)`)
		c.trigger("athlete", userID)
		c.shows(delivered("athlete", userID))
		if !ask[bool](c.tab, `window.marked && document.querySelector("#filter-user").value === "somebody" && document.activeElement.id === "filter-user"`) {
			t.Error("the update lost what was filled in, or the focus")
		}
	})
	step("turns the days", func(t *testing.T, c *devConsole) {
		c.visit("/people/" + userID)
		c.follow("#history", "?done=asked")
		c.shows(".charts .night") // as they are delivered, without a reload
		c.awaitApplied(userID, "activity", "daily", "sleep")
		c.visit("/people/" + userID)
		last := c.text("#day")
		c.shows(".card.sleep")
		if ask[bool](c.tab, `[...document.querySelectorAll(".chart img")].some((i) => i.getAttribute("alt").length < 20)`) {
			t.Error("a chart does not say what is in it")
		}
		// The pictures are loaded once they are near.
		c.until(`[...document.querySelectorAll(".chart img")].every((i) => (i.scrollIntoView(), i.complete && i.naturalWidth > 0))`)
		c.keep("day")
		earlier := ask[string](c.tab, `document.querySelector("#earlier").getAttribute("href").split("?day=")[1]`)
		c.follow("#earlier", "?day="+earlier)
		if day := c.text("#day"); day == last {
			t.Error("the day before is the same day")
		}
		c.shows(".card")
		c.click("#later")
		c.until(fmt.Sprintf(`document.querySelector("#day").innerText === %q`, last))
	})
	step("shows a delivery and sends it again", func(t *testing.T, c *devConsole) {
		c.visit("/deliveries?type=athlete&user=" + userID)
		c.follow(delivered("athlete", userID)+" .event", "")
		c.has("main", "Terra-Signature", "  \"type\": \"athlete\"", userID, "verified", "applied")
		if n := c.count(".sending tbody tr"); n != 1 {
			t.Errorf("%d attempts, want 1", n)
		}
		c.follow(".sending button", "?done=resent")
		c.until(`document.querySelectorAll(".sending tbody tr").length === 2`)
		if answers := c.text(".sending tbody"); strings.Count(answers, "200 OK") != 2 {
			t.Error("not both attempts went well")
		}
		c.keep("delivery")
	})
	step("applies a delivery again", func(t *testing.T, c *devConsole) {
		c.follow("#replay", "?done=applied")
		c.has(".notice", "Applied again")
	})
	step("switches a fault on and off", func(t *testing.T, c *devConsole) {
		c.visit("/faults")
		c.do(chromedp.SetValue(chromedp.CSS("#switch-status [name=status]"), "500"))
		c.follow("#switch-status > button", "?done=fault")
		c.has(".rule", "status", "500", "0 of 3 hits")
		sent := c.trigger("body", userID)
		if sent.Delivered {
			t.Fatal("the delivery went well in spite of the fault")
		}
		c.until(`document.querySelector(".rule")?.innerText.includes("1 of 3 hits")`)
		c.visit("/deliveries?type=body&user=" + userID)
		c.has(".delivery[data-event=body]", "to be sent again")
		c.follow(".delivery[data-event=body] .event", "")
		c.has(".sending", "next attempt")
		if strings.Contains(c.text(".sending tbody"), "200 OK") {
			t.Error("the first attempt went well in spite of the fault")
		}
		delivery := ask[string](c.tab, "location.pathname")

		c.visit("/faults")
		c.follow(".rule button", "?done=removed")
		c.has("main", "everything goes well")
		c.follow("form[action='/clock'] button", "?done=advanced")
		c.has("main", "ahead")
		c.visit(delivery)
		c.until(`document.querySelectorAll(".sending tbody tr").length === 2 && document.querySelector(".sending tbody").innerText.includes("200")`)
		c.has(".sending .heading", "acknowledged")
	})
	step("keeps dead letters", func(t *testing.T, c *devConsole) {
		c.visit("/dead")
		c.has("main", "There are none")
		c.trigger("daily", c.report.User.UserID, "--set", "user.user_id="+strings.Repeat("x", 1000))
		c.shows(".letter") // without a reload
		reason := c.text(".letter .reason")
		c.visit("/")
		c.has("#tile-dead.bad", "1", "see why")
		c.follow("#tile-dead a", "/dead")
		c.follow(".letter .event", "")
		c.has(".problem", reason)
		c.has(".facts", "attempts to apply")
		c.follow("#replay", "?done=pending")
		c.has(".notice", "Back in the inbox")
		c.shows(".one[data-state=dead]") // as dead as before
		c.keep("dead")
	})
	step("plays a scenario", func(t *testing.T, c *devConsole) {
		c.visit("/scenarios")
		c.follow("#scenario-stale-retry .event", "/scenarios/stale-retry")
		c.click("#play")
		c.shows(".checks")
		c.has(".heading", "passed")
		if n := c.count(".checks .bad"); n != 0 {
			t.Errorf("%d things are not as they should be", n)
		}
		c.keep("scenario")
		c.visit("/scenarios")
		c.has("#scenario-stale-retry .badges", "passed")
	})
}

// readWithoutJavaScript connects a person and reads every kind of page.
func readWithoutJavaScript(t *testing.T, browser context.Context) {
	c := openDev(t, browser)
	defer c.end()
	if _, err := chromedp.Call(c, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	userID := c.connect("OURA")
	c.has("h1", "person-2")
	c.follow("#history", "?done=asked")
	c.awaitApplied(userID, "activity", "daily", "sleep", "athlete")
	c.follow(delivered("athlete", userID)+" .event", "")
	c.has("main", "Terra-Signature", "  \"type\": \"athlete\"", userID)
	c.follow(".sending button", "?done=resent")
	c.visit("/people/" + userID)
	c.has(".day", "asleep")
	c.follow("#earlier", "#day")
	c.has(".day", "steps")
	c.visit("/deliveries")
	c.do(chromedp.SetValue(chromedp.CSS("#filter-type"), "sleep"))
	c.click("#filter-go")
	c.until(`location.search.includes("type=sleep") && document.readyState === "complete"`)
	if c.count(".delivery[data-event=sleep]") == 0 || c.count(".delivery:not([data-event=sleep])") > 0 {
		t.Error("the filter lets others through")
	}
	c.visit("/faults")
	c.follow("#switch-drop > button", "?done=fault")
	c.has(".rule", "drop")
	c.follow("#clear", "?done=removed")
	c.visit("/scenarios/stale-retry")
	c.follow("#play", "/stale-retry")
	c.has(".heading", "passed")
	c.visit("/dead")
	c.has("main", "There are none")
}

// signIn opens the console of terrago serve with its token.
func signIn(t *testing.T, browser context.Context) {
	const token = "correct horse battery staple"
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, "--db", "sqlite:"+filepath.Join(dir, "t.db"), "--console", "--console-addr", "127.0.0.1:0", "--console-token-file", file)
	const body = `{"type":"auth","status":"success","user":{"user_id":"ada","provider":"OURA","reference_id":"person-1"}}`
	resp, err := http.DefaultClient.Do(signed(t.Context(), s.Webhook, "one", strings.NewReader(body), body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()

	p := openTab(t, browser, "401")
	defer p.close()
	enter := func(token, end string) {
		t.Helper()
		p.do(chromedp.SendKeys(chromedp.CSS("input[name=token]"), token))
		p.follow(".login button", end)
	}
	p.open(s.Console + "people/ada")
	p.has("h1", "Sign in")
	if strings.Contains(p.text("body"), "person-1") {
		t.Error("the page shows somebody to whoever asks")
	}
	enter("incorrect horse battery staple", "/login")
	p.has(".problem", "not the token")
	p.keep("refused")
	enter(token, "/people/ada") // where they wanted to go
	p.has("h1", "person-1")
	p.open(s.Console)
	p.shows(".delivery[data-event=auth][data-state=applied]")
	if n := p.count("[href^='/faults'], [href^='/scenarios'], #connect"); n != 0 {
		t.Error("production offers what is for a sandbox")
	}
	p.follow("header form button", "/")
	p.has("h1", "Sign in")
}
