package sandbox_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/terra-go/terra/sandbox/sandboxtest"
)

// TestSkippedIsTrue: what the list says is not emulated, is not.
func TestSkippedIsTrue(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("SKIPPED.md")
	if err != nil {
		t.Fatal(err)
	}
	paths := regexp.MustCompile("(?m)^\\| `(/[^`]*)` \\|").FindAllSubmatch(text, -1)
	if len(paths) == 0 {
		t.Fatal("no paths in the list")
	}
	s := sandboxtest.New(t)
	for _, path := range []string{"/auth/developer", "/auth/user", "/connect"} {
		if a := call(t, s, "POST", path, ""); a.StatusCode != 404 {
			t.Errorf("POST %s: status %d, want 404", path, a.StatusCode)
		}
	}
	for _, base := range bases {
		for _, path := range paths {
			for _, method := range []string{"GET", "POST"} {
				if a := call(t, s, method, base+string(path[1]), ""); a.StatusCode != 404 {
					t.Errorf("%s %s%s: status %d, want 404", method, base, path[1], a.StatusCode)
				}
			}
		}
		for _, path := range []string{"/activity", "/body", "/nutrition"} {
			if a := call(t, s, "POST", base+path, `{"data":[]}`); a.StatusCode != 405 {
				t.Errorf("POST %s%s: status %d, want 405", base, path, a.StatusCode)
			}
		}
	}
}
