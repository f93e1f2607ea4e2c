package safeio_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
)

func TestWriter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"plain text":           {"7 h 12 min, 58 bpm – Zoë\n\tok", "7 h 12 min, 58 bpm – Zoë\n\tok"},
		"escape sequence":      {"\x1b[2Jgone", `\u001b[2Jgone`},
		"eight-bit CSI":        {"\u009b2J", `\u009b2J`},
		"carriage return":      {"true\rfake", `true\u000dfake`},
		"backspace and delete": {"a\b\x7f", `a\u0008\u007f`},
		"right-to-left":        {"user\u202egnp", `user\u202egnp`},
		"line separator":       {"a\u2028b", `a\u2028b`},
		"not UTF-8":            {"a\x9bb", "a\ufffdb"},
		"language tag":         {"a\U000E0041b", `a\udb40\udc41b`},
		"joined emoji":         {"👩\u200d⚕", "👩\u200d⚕"},
		"nothing":              {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			n, err := safeio.NewWriter(&b).Write([]byte(tc.in))
			if err != nil || n != len(tc.in) {
				t.Fatalf("Write = %d, %v; want %d, nil", n, err, len(tc.in))
			}
			if got := b.String(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestStringStaysOnOneLine(t *testing.T) {
	t.Parallel()
	if got, want := safeio.String("a\nb\tc"), `a\nb\tc`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzWriter(f *testing.F) {
	f.Add("\x1b]0;title\a")
	f.Add("plain")
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if _, err := safeio.NewWriter(&b).Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Error("not UTF-8")
		}
		for _, r := range b.String() {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				t.Errorf("control character %U passed", r)
			}
		}

		text, err := json.Marshal(map[string]string{"k": s})
		if err != nil {
			t.Fatal(err)
		}
		b.Reset()
		if _, err := safeio.NewWriter(&b).Write(text); err != nil {
			t.Fatal(err)
		}
		var before, after any
		if json.Unmarshal(text, &before) != nil || json.Unmarshal(b.Bytes(), &after) != nil {
			t.Fatal("the JSON does not parse")
		}
		if !reflect.DeepEqual(before, after) {
			t.Error("the JSON means something else")
		}
	})
}
