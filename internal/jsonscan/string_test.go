package jsonscan

import (
	"encoding/json"
	"strings"
	"testing"
	"unsafe"

	"github.com/terra-go/terra/opt"
)

func FuzzString(f *testing.F) {
	for _, text := range valuesAndNot {
		f.Add([]byte(text))
	}
	for _, inner := range []string{
		`1234567`, `12345678`, `123456789`, `1234567\n`, `1234567é`, `12345678é`, "1234567\xc3", `\"\\\/\b\f\n\r\t`,
		`\uD83D\uDE00`, `\ud83d`, `\ud83dx`, `\ud83d\n`, `\ud83d\ud83d\ude00`, `\ude00`, `\u0000`, `\uFFFF`, "\xf4\x90\x80\x80",
		"\xc0\x80", "\xe2\x82", "€", strings.Repeat("x", 127), strings.Repeat("x", 128), strings.Repeat("é", 300),
	} {
		f.Add([]byte(`"` + inner + `"`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want opt.Value[string]
		if json.Valid(text) {
			v := new("")
			if json.Unmarshal(text, &v) == nil {
				want = opt.FromPtr(v)
				if v == nil {
					want = opt.Null[string]()
				}
			}
		}
		for _, alias := range []bool{false, true} {
			s := scannerOf(string(text))
			s.alias = alias
			rejected := -1
			s.Mismatch = func(offset int) { rejected = offset }
			var got opt.Value[string]
			err := s.End(String(s, 0, &got))
			checkVerdict(t, text, err)
			if err != nil {
				continue
			}
			if got != want {
				t.Errorf("another value than encoding/json's, alias %v", alias)
			}
			checkRejected(t, text, rejected, want.IsZero())
			if !alias {
				clear(s.buf)
				if got != want {
					t.Error("the value shares memory with the text")
				}
			}
		}
		if v, ok := want.Get(); ok {
			s := scannerOf(string(text))
			_, p := s.space(0)
			quoted, _, ok := s.Quoted(p)
			if !ok || string(quoted) != v || string(s.TextAt(p)) != v {
				t.Error("Quoted is another value than encoding/json's")
			}
		}
	})
}

// An alias costs nothing, and is made only of what needs no decoding.
func TestAlias(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{`"plain"`: true, `"é"`: true, `"\n"`: false, "\"\xff\"": false, `""`: false} {
		s := scannerOf(text)
		s.alias = true
		var got opt.Value[string]
		String(s, 0, &got)
		v, _ := got.Get()
		at, start := uintptr(unsafe.Pointer(unsafe.StringData(v))), uintptr(s.base)
		if inside := at > start && at < start+uintptr(s.end); inside != want {
			t.Errorf("%q is in the text: %v, want %v", text, inside, want)
		}
	}
}

// Strings that were copied do not change when more are read, or another text is.
func TestCopiesAreKept(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	var want []string
	text.WriteByte('[')
	for i := range 300 {
		v := strings.Repeat(string(rune('a'+i%26)), i)
		want = append(want, v)
		text.WriteString(`"` + v + `",`)
	}
	s := scannerOf(strings.TrimSuffix(text.String(), ",") + "]")
	var got []string
	p := Strings(s, 0, &got)
	if err := s.End(p); err != nil || len(got) != len(want) {
		t.Fatalf("%d strings, error %v", len(got), err)
	}
	clear(s.buf)
	s.Reset(s.buf[:0], false)
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("string %d changed", i)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`"b"`: "b", `null`: "a", `7`: "a", `""`: ""} {
		s := scannerOf(text)
		got := "a"
		if err := s.End(Text(s, 0, &got)); err != nil || got != want {
			t.Errorf("%s over a gives %q, error %v; want %q", text, got, err, want)
		}
	}
}
