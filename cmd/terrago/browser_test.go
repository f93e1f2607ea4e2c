package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browserPatience ends a test whose page never shows what it should.
const browserPatience = 2 * time.Minute

// newBrowser starts Chromium with a profile of its own and no way to any other
// machine. It has to be closed; what its console complained of by then fails the
// test.
func newBrowser(t *testing.T) (ctx context.Context, closeBrowser func()) {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const missing = "NOT TESTED IN A BROWSER: there is no Chromium here; apt-get install chromium"
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	timed, cancelTimed := context.WithTimeout(t.Context(), browserPatience)
	allocator, cancelAllocator := chromedp.NewExecAllocator(timed,
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless,
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.WindowSize(1280, 1600),
	)
	ctx, cancelBrowser := chromedp.NewContext(allocator)
	messages := chromedp.Console(ctx)
	complaints := make(chan []string)
	go func() {
		var all []string
		for m, err := range messages {
			if err != nil {
				break
			}
			if m.IsException() || m.Type == "error" {
				all = append(all, m.Text)
			}
		}
		complaints <- all
	}()
	return ctx, func() {
		chromedp.Cancel(ctx) // waits for the processes, so that their files can go
		cancelBrowser()
		cancelAllocator()
		cancelTimed()
		for _, c := range <-complaints {
			t.Errorf("the browser complains: %s", c)
		}
	}
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("in the browser: %v", err)
	}
}

func ask[T any](t *testing.T, ctx context.Context, question chromedp.Action[T]) T {
	t.Helper()
	answer, err := chromedp.Run(ctx, question)
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
	return answer
}

// keepPicture stores what the browser shows among the test's artifacts.
func keepPicture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	png := ask(t, ctx, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), png, 0o644); err != nil {
		t.Error(err)
	}
}

// connectInBrowser walks from the console through the widget and back, as a
// person does who wears provider, and returns the new user id.
func connectInBrowser(t *testing.T, ctx context.Context, console, provider string) string {
	t.Helper()
	do(t, ctx,
		chromedp.Navigate(console),
		chromedp.Click(chromedp.CSS("#connect")),
		chromedp.Click(chromedp.CSS(fmt.Sprintf(`a[href*="/oauth/%s"]`, provider))),
		chromedp.Click(chromedp.CSS(`button[value="allow"]`)),
		chromedp.WaitVisible(chromedp.CSS(".notice")),
	)
	address, err := url.Parse(ask(t, ctx, chromedp.Location()))
	if err != nil {
		t.Fatal(err)
	}
	userID, ok := strings.CutPrefix(address.Path, "/people/")
	if !strings.HasPrefix(address.String(), console) || !ok {
		t.Fatal("the widget does not lead back to the person in the console")
	}
	return userID
}

// verified waits until the page shows an event about the user as verified and applied.
func verified(event, userID string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](fmt.Sprintf(
		`document.querySelector('.delivery[data-event="%s"][data-user="%s"][data-verdict="verified"][data-state="applied"]') !== null`,
		event, userID), chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second))
}

func TestConsoleInBrowser(t *testing.T) {
	t.Parallel()
	ctx, closeBrowser := newBrowser(t)
	p := start(t, "dev", "--addr", "127.0.0.1:0")
	defer p.end(t, os.Interrupt)
	defer closeBrowser()
	var report devReport
	p.decode(t, &report)

	do(t, ctx, chromedp.Navigate(report.Console), verified("auth", report.User.UserID))
	keepPicture(t, ctx, "console")

	userID := connectInBrowser(t, ctx, report.Console, "OURA")
	do(t, ctx, verified("auth", userID))
	keepPicture(t, ctx, "connected")
	do(t, ctx, chromedp.Navigate(report.Console+"people"))
	if people := ask(t, ctx, chromedp.Evaluate[int](`document.querySelectorAll(".person").length`)); people != 2 {
		t.Errorf("%d people are shown, want 2", people)
	}

	t.Run("follows what happens", func(t *testing.T) {
		// A reload would lose the mark, what is filled in, and the focus.
		do(t, ctx,
			chromedp.Navigate(report.Console+"deliveries"),
			chromedp.Evaluate[chromedp.Void](`window.marked = true; document.querySelector("#filter-user").value = "somebody"; document.querySelector("#filter-user").focus()`))
		trigger(t, report.BaseURL, "athlete", userID)
		do(t, ctx, verified("athlete", userID))
		if !ask(t, ctx, chromedp.Evaluate[bool](
			`window.marked && document.querySelector("#filter-user").value === "somebody" && document.activeElement.id === "filter-user"`)) {
			t.Error("the update lost what was filled in, or the focus")
		}
	})
	t.Run("resends", func(t *testing.T) {
		do(t, ctx,
			chromedp.Navigate(report.Console),
			chromedp.Click(chromedp.CSS(".delivery .event")),
			chromedp.Click(chromedp.CSS(".sending button")),
			chromedp.WaitVisible(chromedp.CSS(".notice")))
		keepPicture(t, ctx, "delivery")
	})
	t.Run("declined", func(t *testing.T) {
		do(t, ctx,
			chromedp.Navigate(report.Console),
			chromedp.Click(chromedp.CSS("#connect")),
			chromedp.Click(chromedp.CSS(`a[href*="/oauth/"]`)),
			chromedp.Click(chromedp.CSS(`button[value="deny"]`)))
		if notice := ask(t, ctx, chromedp.Text(chromedp.CSS(".notice"))); !strings.Contains(notice, "Nobody was connected") {
			t.Error("the console does not say that nobody was connected")
		}
	})
	t.Run("fits a phone", func(t *testing.T) {
		do(t, ctx, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile), chromedp.Navigate(report.Console))
		if width := ask(t, ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); width > 360 {
			t.Errorf("the page is %d pixels wide on a screen of 360", width)
		}
		keepPicture(t, ctx, "phone")
	})
}

func TestConsoleWithoutJavaScript(t *testing.T) {
	t.Parallel()
	ctx, closeBrowser := newBrowser(t)
	p := start(t, "dev", "--addr", "127.0.0.1:0")
	defer p.end(t, os.Interrupt)
	defer closeBrowser()
	var report devReport
	p.decode(t, &report)

	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	userID := connectInBrowser(t, ctx, report.Console, "OURA")
	if !strings.Contains(get200(t, report.Console+"people/"+userID), `data-event="auth"`) {
		t.Error("the new person's auth event is not shown")
	}
}

// trigger has the sandbox send an event.
func trigger(t *testing.T, baseURL, event, userID string) {
	t.Helper()
	var out, log strings.Builder
	args := []string{"trigger", event, "--user", userID, "--base-url", baseURL, "--json"}
	if status := run(t.Context(), args, stdio{strings.NewReader(""), &out, &log}); status != exitDone {
		t.Fatalf("status %d\n%s", status, &log)
	}
	var sent sentEvent
	if err := json.Unmarshal([]byte(out.String()), &sent); err != nil || !sent.Delivered {
		t.Fatalf("not delivered: %v", err)
	}
}
