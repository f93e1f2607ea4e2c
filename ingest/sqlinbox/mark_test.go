package sqlinbox

import (
	"math"
	"testing"
)

func TestMark(t *testing.T) {
	t.Parallel()
	for _, m := range []mark{{leased, 1, 0}, {buried, math.MaxInt64, math.MaxInt64}, {leased, 7, -1}} {
		if got, ok := parseMark(m.String()); !ok || got != m {
			t.Errorf("%q is read as %v, %t", m, got, ok)
		}
	}
	for _, s := range []string{"", ".", "l", "l1", "l1.", "l.1", "x1.1", "l1.1.1", "l 1.1", mark{seen, 1, 1}.String()} {
		if _, ok := parseMark(s); ok {
			t.Errorf("%q is taken for a mark", s)
		}
	}
}

func FuzzMark(f *testing.F) {
	f.Add("l1.z")
	f.Add("d-1.-zz")
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := parseMark(s)
		if !ok {
			return
		}
		if again, ok := parseMark(m.String()); !ok || again != m {
			t.Errorf("%v is written as one that is read differently", m)
		}
	})
}
