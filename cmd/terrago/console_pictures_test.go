package main

import (
	"bytes"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const (
	pictureDir   = "../../docs/images"
	pictureBytes = 200 << 10 // at most, whatever the fonts, so that a clone stays small
)

var takeNew = flag.Bool("pictures", false, "replace the pictures of the README by those that TestConsoleForEverybody takes")

// picture is of a page, in the README by day and by night.
type picture struct {
	name          string
	width, height int64 // of the screen
}

var pictures = []picture{{"overview", 1120, 760}, {"day", 1120, 1000}, {"delivery", 1120, 800}}

func (p picture) files() []string {
	return []string{"console-" + p.name + ".png", "console-" + p.name + "-dark.png"}
}

// takePictures takes those of the README.
func takePictures(t *testing.T, c *devConsole) {
	userID := c.report.User.UserID
	for _, p := range pictures {
		switch p.name {
		case "overview":
			c.visit("/")
		case "day": // the last one with a run
			for c.visit("/people/" + userID); c.count(".chart.run") == 0; {
				c.follow("#earlier", "#day")
			}
			c.open(ask[string](c.tab, "location.href.split('#')[0]"))
		case "delivery":
			c.visit("/deliveries?type=body&user=" + userID)
			c.follow(".delivery .event", "")
		}
		for i, name := range p.files() {
			c.use(screen{width: p.width, height: p.height, dark: i == 1})
			ask[bool](c.tab, "(scrollTo(0, 0), document.activeElement.blur(), true)")
			c.until(`[...document.images].every((i) => i.complete && i.naturalWidth > 0 || i.getBoundingClientRect().top > innerHeight)`)
			shot, err := chromedp.Run(c.Context, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			dir := t.ArtifactDir()
			if *takeNew {
				dir = pictureDir
			}
			if err := os.WriteFile(filepath.Join(dir, name), shot, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := p.check(shot); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	c.use(desk)
}

func (p picture) check(file []byte) error {
	c, err := png.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil:
		return err
	case c.Width != int(p.width) || c.Height != int(p.height):
		return fmt.Errorf("%d by %d pixels", c.Width, c.Height)
	case len(file) > pictureBytes:
		return fmt.Errorf("%d bytes are too many", len(file))
	}
	return nil
}

// TestReadmePictures: the README shows the pictures that are taken, and no others are
// kept.
func TestReadmePictures(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range pictures {
		for _, name := range p.files() {
			names = append(names, name)
			file, err := os.ReadFile(filepath.Join(pictureDir, name))
			if err == nil {
				err = p.check(file)
			}
			if err != nil {
				t.Errorf("%s: %v; take new ones with: go test ./cmd/terrago -run TestConsoleForEverybody -pictures", name, err)
			}
			if !strings.Contains(string(readme), `"docs/images/`+name+`"`) {
				t.Errorf("the README does not show %s", name)
			}
		}
	}
	entries, err := os.ReadDir(pictureDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) {
			t.Errorf("%s is not taken any more", e.Name())
		}
	}
}
