package jsonscan

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// FuzzPaths asks for the paths of some of the values in a text, which a walk with
// the tokens of encoding/json finds too. which chooses them, bit by bit.
func FuzzPaths(f *testing.F) {
	for _, text := range valuesAndNot {
		f.Add([]byte(text), ^uint64(0))
	}
	f.Add([]byte(` { "data" : [ {"a":[1, 2 ,{"b":null}]}, [[],[[7]]], "x" ] , "a b":{"":1,"ü":{"a.b":[0]},"a":2,"a":3} } `), uint64(0xa5a5a5a5a5a5a5a5))
	f.Fuzz(func(t *testing.T, text []byte, which uint64) {
		if !json.Valid(text) {
			Paths(text, []int{0, len(text) / 2, len(text)}) // must end
			return
		}
		w := tokenWalker{text: text, Decoder: json.NewDecoder(bytes.NewReader(text))}
		w.UseNumber()
		w.value("$")
		var offsets []int
		var want []string
		for i, offset := range w.offsets {
			if which>>(i%64)&1 != 0 {
				offsets = append(offsets, offset)
				want = append(want, w.paths[i])
			}
		}
		if got := Paths(text, offsets); !reflect.DeepEqual(got, want) {
			t.Errorf("the paths are %q, want %q", got, want)
		}
	})
}

func TestPaths(t *testing.T) {
	t.Parallel()
	const text = `{"data": [1, {"heart_rate":{"avg-bpm":"x"}}], "a b":[true], "":0, "\u0000\n":1}`
	var offsets []int
	for _, value := range []string{"{", "[1", `{"avg`, `"x"`, "true", "0,", "1}"} {
		offsets = append(offsets, strings.Index(text, value))
	}
	want := []string{
		"$", "$.data", "$.data[1].heart_rate", "$.data[1].heart_rate.avg-bpm", `$["a b"][0]`, `$[""]`, `$["\u0000\n"]`,
	}
	if got := Paths([]byte(text), offsets); !reflect.DeepEqual(got, want) {
		t.Errorf("the paths are %q, want %q", got, want)
	}
	if got := Paths([]byte(text), nil); got != nil {
		t.Errorf("no offsets have the paths %q", got)
	}
}

// Mismatched finds the value behind white space, so that it has a path.
func TestPathOfSpacedMismatch(t *testing.T) {
	t.Parallel()
	const text = "[1,\n  \"x\" , 2]"
	var offsets []int
	s := scannerOf(text)
	s.Mismatch = func(offset int) { offsets = append(offsets, offset) }
	p, _ := s.Array(0)
	for more := true; more; p, more = s.More(p) {
		p = s.Mismatched(p)
	}
	if got, want := Paths([]byte(text), offsets), []string{"$[0]", "$[1]", "$[2]"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the paths are %q, want %q", got, want)
	}
}

func TestPathsIsLinear(t *testing.T) {
	t.Parallel()
	const depth = 9000
	text := strings.Repeat(`[`, depth) + `0` + strings.Repeat(`,"`+strings.Repeat("x", 1000)+`"]`, depth)
	paths := Paths([]byte(text), []int{depth})
	if want := "$" + strings.Repeat("[0]", depth); len(paths) != 1 || paths[0] != want {
		t.Errorf("%d paths, not that of the innermost value", len(paths))
	}
}

// A tokenWalker notes where each value begins and its path.
type tokenWalker struct {
	*json.Decoder
	text    []byte
	offsets []int
	paths   []string
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (w *tokenWalker) value(path string) {
	start := int(w.InputOffset())
	start += len(w.text[start:]) - len(bytes.TrimLeft(w.text[start:], " \t\r\n,:"))
	w.offsets = append(w.offsets, start)
	w.paths = append(w.paths, path)
	token, _ := w.Token()
	switch token {
	case json.Delim('['):
		for i := 0; w.More(); i++ {
			w.value(path + "[" + strconv.Itoa(i) + "]")
		}
	case json.Delim('{'):
		for w.More() {
			name, _ := w.Token()
			if plainName.MatchString(name.(string)) {
				w.value(path + "." + name.(string))
				continue
			}
			var quoted strings.Builder
			encoder := json.NewEncoder(&quoted)
			encoder.SetEscapeHTML(false)
			_ = encoder.Encode(name)
			w.value(path + "[" + strings.TrimSpace(quoted.String()) + "]")
		}
	default:
		return
	}
	_, _ = w.Token()
}
