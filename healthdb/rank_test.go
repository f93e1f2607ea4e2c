package healthdb

import (
	"cmp"
	"strings"
	"testing"
)

// TestKeys compares keys as the databases do, byte by byte.
func TestKeys(t *testing.T) {
	t.Parallel()
	contents := []string{"", "a", "b", strings.Repeat("x", 255), strings.Repeat("x", 256), strings.Repeat("x", 70_000)}
	for i, a := range contents {
		for _, b := range contents[:i] {
			if len(a) > len(b) && keyOf([]byte(a)) <= keyOf([]byte(b)) {
				t.Errorf("%d bytes do not rank above %d", len(a), len(b))
			}
		}
		if n := len(keyOf([]byte(a))); n != 40 {
			t.Errorf("a key of %d characters", n)
		}
	}
	if keyOf([]byte("a")) == keyOf([]byte("b")) {
		t.Error("two contents have one key")
	}
}

func TestRankCompare(t *testing.T) {
	t.Parallel()
	ascending := []rank{{0, ""}, {0, "a"}, {1, ""}, {1, "a"}, {1, "b"}}
	for i, a := range ascending {
		for j, b := range ascending {
			if got := a.compare(b); got != cmp.Compare(i, j) {
				t.Errorf("%d against %d: %d", i, j, got)
			}
		}
	}
}
