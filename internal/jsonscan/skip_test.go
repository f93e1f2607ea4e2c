package jsonscan

import (
	"strings"
	"sync/atomic"
	"testing"
)

func FuzzSkip(f *testing.F) {
	for _, text := range valuesAndNot {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := scannerOf(string(text))
		err := s.End(s.Skip(0))
		checkVerdict(t, text, err)
		if err == nil && s.depth != 0 {
			t.Errorf("depth %d at the end", s.depth)
		}
	})
}

func TestSkipEveryPrefixAndMutation(t *testing.T) {
	t.Parallel()
	const document = ` {"a\n":[-1.5e+3,{"b":"x\u00e9` + "\u00e9" + `\ud83d\ude00"},[],{}],"c":true , "d":null,"e":false} `
	for n := range len(document) {
		s := scannerOf(document[:n])
		checkVerdict(t, []byte(document[:n]), s.End(s.Skip(0)))
	}
	for i := range len(document) {
		mutated := []byte(document)
		for b := range 256 {
			mutated[i] = byte(b)
			s := scannerOf(string(mutated))
			checkVerdict(t, mutated, s.End(s.Skip(0)))
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]struct{ open, inner, end string }{
		"arrays":  {"[", "", "]"},
		"objects": {`{"a":`, "0", "}"},
		"spaced":  {"[ ", "{}", " ]"},
	} {
		for _, depth := range []int{1, MaxDepth - 1, MaxDepth, MaxDepth + 1, 3 * MaxDepth} {
			text := strings.Repeat(unit.open, depth) + unit.inner + strings.Repeat(unit.end, depth)
			s := scannerOf(text)
			err := s.End(s.Skip(0))
			checkVerdict(t, []byte(text), err)
			// Half a text ends, or is too deep before that.
			text = text[:len(text)/2]
			s = scannerOf(text)
			checkVerdict(t, []byte(text), s.End(s.Skip(0)))
			if t.Failed() {
				t.Fatalf("%s, nested %d times", name, depth)
			}
		}
	}
}

// What is entered by other methods than Skip counts as well.
func TestDepthOfWhatIsEntered(t *testing.T) {
	t.Parallel()
	k := &Keys{Quoted: []string{`"k":`}, Next: make([]atomic.Uint32, 3), Slots: "\x00"}
	for name, enter := range map[string]struct {
		open string
		scan func(s *Scanner, p int) int
	}{
		"Object":   {`{"k":`, func(s *Scanner, p int) int { _, p = s.Object(k, p); return p }},
		"spaced":   {"{ \"k\":", func(s *Scanner, p int) int { _, p = s.Object(k, p); return p }},
		"Array":    {"[1", func(s *Scanner, p int) int { p, _ = s.Array(p); return p }},
		"FloatMap": {`{"k":1}`, func(s *Scanner, p int) int { var m map[string]float64; return s.FloatMap(p, &m) }},
		"Skip":     {`{"k":1}`, (*Scanner).Skip},
	} {
		for depth, tooDeep := range map[int]bool{0: false, MaxDepth - 1: false, MaxDepth: true} {
			s := scannerOf(enter.open)
			s.depth = depth
			p := enter.scan(s, 0)
			if (s.Err() != nil) != tooDeep || tooDeep && p != s.end {
				t.Errorf("%s at depth %d: error %v at %d of %d", name, depth, s.Err(), p, s.end)
			}
			if tooDeep && s.err.Offset != 0 {
				t.Errorf("%s at depth %d: error at %d", name, depth, s.err.Offset)
			}
		}
	}
}

// After an error every method stays at the end, and loops over members and
// elements end.
func TestErrorsAreSticky(t *testing.T) {
	t.Parallel()
	k := &Keys{Quoted: []string{`"k":`}, Next: make([]atomic.Uint32, 3), Slots: "\x00"}
	for _, text := range []string{"", "\x00", "x", `{"k":1}`, `[[1],[2]]`, strings.Repeat("1", 3*Padding)} {
		s := scannerOf(text)
		p := s.fail(0, "broken")
		for range 5 {
			f, q := s.Object(k, p)
			if f >= 0 || q != s.end {
				t.Errorf("Object(%q) goes on at %d", text, q)
			}
			if f, q = s.Next(k, 0, p); f >= 0 || q != s.end {
				t.Errorf("Next(%q) goes on at %d", text, q)
			}
			if q, found := s.Array(p); found == Elements || q != s.end {
				t.Errorf("Array(%q) goes on at %d", text, q)
			}
			if q, more := s.More(p); more || q != s.end {
				t.Errorf("More(%q) goes on at %d", text, q)
			}
			if q := s.Mismatched(p); q != s.end {
				t.Errorf("Mismatched(%q) goes on at %d", text, q)
			}
		}
		if s.err.reason != "broken" && s.err.reason != "unexpected end" {
			t.Errorf("the first error of %q was not kept: %v", text, s.err)
		}
	}
}

func TestSyntaxErrorTellsNoText(t *testing.T) {
	t.Parallel()
	s := scannerOf(`{"secret":"hidden"?}`)
	err := s.End(s.Skip(0))
	const want = "malformed JSON at byte 18: no comma or closing bracket after a value"
	if err == nil || err.Error() != want {
		t.Errorf("the error is %q, want %q", err, want)
	}
}
