package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	browserPatience = 20 * time.Minute      // for everything in one browser
	pagePatience    = 3 * time.Minute       // for a page to show what it should
	pageLook        = 25 * time.Millisecond // between two looks whether it does
)

// screen is what people look at a page with.
type screen struct {
	name          string
	width, height int64
	dark, phone   bool
}

var (
	desk  = screen{name: "desktop", width: 1280, height: 900}
	phone = screen{name: "phone", width: 320, height: 640, phone: true}
)

func (s screen) atNight() screen {
	s.name, s.dark = s.name+" dark", true
	return s
}

// tab is a page in the browser, with cookies of its own.
type tab struct {
	context.Context
	t     *testing.T
	close func() // what the page's console complained of by then fails the test
}

// openBrowser starts Chromium with a profile of its own and no way to any other
// machine, for as long as t and its subtests run.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		missing(t, "NOT TESTED IN A BROWSER: there is no Chromium here; apt-get install chromium")
	}
	timed, cancelTimed := context.WithTimeout(context.Background(), browserPatience)
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
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancelBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		chromedp.Cancel(ctx) // waits for the processes, so that their files can go
		cancelBrowser()
		cancelAllocator()
		cancelTimed()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// missing skips what cannot be tested here, and says so. Where everything has to be
// tested, it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// openTab opens a page, which has to be closed before the server that it comes from.
// Complaints that have what is forgiven in them are none.
func openTab(t *testing.T, browser context.Context, forgiven ...string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
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
	p := &tab{ctx, t, func() {
		cancel()
		for _, c := range <-complaints {
			if !slices.ContainsFunc(forgiven, func(f string) bool { return strings.Contains(c, f) }) {
				t.Errorf("the browser complains: %s", c)
			}
		}
	}}
	// Several tabs are looked at in turn, and none may think that it is in the background.
	p.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	})
	p.use(desk)
	return p
}

// in is the same page for a subtest.
func (p *tab) in(t *testing.T) *tab { return &tab{p.Context, t, p.close} }

func (p *tab) call(f func(context.Context) error) {
	p.t.Helper()
	if err := f(p.Context); err != nil {
		p.t.Fatalf("in the browser: %v", err)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.call(func(ctx context.Context) error { return chromedp.Do(ctx, steps...) })
}

// ask is the answer of the page to an expression.
func ask[T any](p *tab, expression string) T {
	p.t.Helper()
	answer, err := chromedp.Run(p.Context, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("in the browser: %v", err)
	}
	return answer
}

// open goes to an address.
func (p *tab) open(address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(address))
}

// until waits for an expression to be true, on whatever page is shown by then.
func (p *tab) until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Context, pagePatience)
	defer cancel()
	for {
		// A page that is just being left answers with an error.
		if yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && yes {
			return
		}
		select {
		case <-time.After(pageLook):
		case <-ctx.Done():
			p.keep("failed")
			where, _ := chromedp.Run(p.Context, chromedp.Location())
			p.t.Fatalf("%s never shows: %s", where, expression)
		}
	}
}

// shows waits for an element.
func (p *tab) shows(selector string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.querySelector(%q)", selector))
}

// reload asks for the page anew until an element is there.
func (p *tab) reload(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Context, pagePatience)
	defer cancel()
	for p.do(chromedp.Reload()); p.count(selector) == 0; p.do(chromedp.Reload()) {
		if ctx.Err() != nil {
			p.t.Fatalf("reloading never shows: %s", selector)
		}
	}
}

// click clicks on an element, once it is there.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.shows(selector)
	ctx, cancel := context.WithTimeout(p.Context, pagePatience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
		if err == nil {
			return
		}
		// The page may have brought itself up to date meanwhile.
		if ctx.Err() != nil || !strings.Contains(err.Error(), "node") {
			p.t.Fatalf("in the browser: %s: %v", selector, err)
		}
	}
}

// follow clicks on what leads to another page, and waits for that. Its address ends as
// given.
func (p *tab) follow(selector, end string) {
	p.t.Helper()
	ask[bool](p, "window.left = true")
	p.click(selector)
	p.until(fmt.Sprintf("!window.left && location.href.endsWith(%q) && document.readyState === 'complete'", end))
}

// text is that of an element.
func (p *tab) text(selector string) string {
	p.t.Helper()
	p.shows(selector)
	return ask[string](p, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// count is how many elements there are.
func (p *tab) count(selector string) int {
	p.t.Helper()
	return ask[int](p, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// has reports whether all of the texts are in an element.
func (p *tab) has(selector string, texts ...string) {
	p.t.Helper()
	all := p.text(selector)
	for _, text := range texts {
		if !strings.Contains(all, text) {
			p.t.Errorf("%s does not say %q", selector, text)
		}
	}
}

// press presses keys, one after the other.
func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// tabTo presses the tabulator until an element has the focus.
func (p *tab) tabTo(selector string) {
	p.t.Helper()
	for range 100 {
		p.press(kb.Tab)
		if ask[bool](p, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	p.t.Fatalf("the keyboard does not get to %s", selector)
}

// use looks at pages with another screen from now on.
func (p *tab) use(s screen) {
	p.t.Helper()
	scheme := map[bool]string{false: "light", true: "dark"}[s.dark]
	p.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
	var opts []chromedp.EmulateViewportOption
	if s.phone {
		opts = append(opts, chromedp.EmulateMobile)
	}
	p.do(chromedp.EmulateViewport(s.width, s.height, opts...))
}

// keep stores a picture of the whole page among the test's artifacts.
func (p *tab) keep(name string) {
	p.t.Helper()
	png, err := chromedp.Run(p.Context, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Error(err)
	}
}
