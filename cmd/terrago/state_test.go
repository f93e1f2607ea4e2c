package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestState: people, and where webhooks go, outlive the process.
func TestState(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	var first, second devReport
	p := start(t, "dev", "--addr", "127.0.0.1:0", "--state", path)
	p.decode(t, &first)
	p.end(t, os.Interrupt)
	p = start(t, "dev", "--addr", "127.0.0.1:0", "--state", path)
	p.decode(t, &second)
	p.end(t, os.Interrupt)
	if first.User.UserID != second.User.UserID {
		t.Error("the first person is somebody else the next time")
	}
	for _, d := range second.Deliveries {
		if d.Event == "auth" || d.Event == "user_reauth" {
			t.Errorf("%s, although nobody connected", d.Event)
		}
	}

	p = start(t, "sandbox", "--addr", "127.0.0.1:0", "--state", path, "--destination", "http://127.0.0.1:1/hook", "--retries", "faq")
	p.end(t, os.Interrupt)
	p = start(t, "sandbox", "--addr", "127.0.0.1:0", "--state", path)
	var report struct {
		Console string `json:"console"`
	}
	p.decode(t, &report)
	if text := get200(t, report.Console+"_sandbox/destinations"); !strings.Contains(text, "http://127.0.0.1:1/hook") {
		t.Error("the destination is forgotten")
	}
	if text := get200(t, report.Console+"_sandbox/retries"); !strings.Contains(text, `"profile":"faq"`) {
		t.Error("the retry profile is forgotten")
	}
	p.end(t, os.Interrupt)
}

// TestBadState: a file that is no state, and a profile that does not exist, end the
// command with the reason, before anything listens.
func TestBadState(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(path, []byte(`{"version":99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ flag, value, want string }{
		{"--state", path, "newer"},
		{"--retries", "never", "must be one of"},
	} {
		for _, command := range []string{"dev", "sandbox"} {
			var log bytes.Buffer
			args := []string{command, "--addr", "127.0.0.1:0", test.flag, test.value}
			if command == "dev" {
				args = append(args, "--dir", t.TempDir())
			}
			status := run(t.Context(), args, stdio{strings.NewReader(""), io.Discard, &log})
			if status != exitUsage || !strings.Contains(log.String(), test.want) {
				t.Errorf("%s %s: status %d, want %d and the reason", command, test.flag, status, exitUsage)
			}
		}
	}
}
