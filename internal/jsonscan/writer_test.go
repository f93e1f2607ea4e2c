package jsonscan

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func FuzzWriter(f *testing.F) {
	for i, text := range []string{
		"", "plain", "\"\\/", "\b\f\n\r\t\x00\x1f\x7f", "<a href='x'>&</a>", "é€😀", "\u2028\u2029", "\xff", "a\xc3", "\xed\xa0\x80", "\ufffd",
		"\ufeff", strings.Repeat("x", 100),
	} {
		f.Add(text, float64(i))
	}
	for _, v := range []float64{
		math.Copysign(0, -1), 0.1, -0.1, 1.0 / 3, 72.5, -72.25, 1e-6, 9.99999e-7, 1e-7, 1e-9, 1e-10, 1e-100, 1e20, 1e21, 1e22, 123456789.125,
		99999999.9999999, 1e15, 1e15 - 1, 1e15 + 0.5, -1e15, 1 << 53, 0.30000000000000004, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1),
		math.NaN(), 0.0000001, 0.0000015, 1.9999999, 1.99999999, 12345678.1234567, 4.35, 0.000001234567, 100.00000005, 9.5, 99.5, 10, 99, 100, -1,
		999, 1000, 9999, 10_000, 12_345_678, 99_999_999, 1e8, 1e8 + 1, -1e8, -12_345, 120_000_000_034, 1e16 - 2, 1e16, -1e16, 1e18, math.MinInt64,
		1.5, 0.25, 0.125, 7.0000001, 1234.5000001, -0.000001, 10_000.01, 1e7 + 0.1,
	} {
		f.Add("", v)
	}
	f.Fuzz(func(t *testing.T, text string, v float64) {
		if got, want := string(AppendString(nil, text)), quoted(t, text)+","; got != want {
			t.Errorf("the string is written as %s, by encoding/json as %s", got, want)
		}
		number, err := json.Marshal(v)
		w, b := NewWriter()
		got, gotErr := w.Text(w.Float(b, v))
		if (err == nil) != (gotErr == nil) || !bytes.Equal(got, number) {
			t.Errorf("the number is written as %s, error %v, by encoding/json as %s", got, gotErr, number)
		}
		if n := int64(v); float64(n) == v {
			want, _ := json.Marshal(n)
			if got := AppendInt(nil, n); string(got) != string(want)+"," {
				t.Errorf("the integer is written as %s, by encoding/json as %s", got, want)
			}
		}
	})
}

// TestAppendString has every byte at every place of texts of one and several words.
func TestAppendString(t *testing.T) {
	t.Parallel()
	const longest = 20
	for size := 1; size <= longest; size++ {
		for at := range size {
			for c := range 256 {
				text := []byte(strings.Repeat("x", size))
				text[at] = byte(c)
				got := AppendString(make([]byte, 3, 3+size), string(text)) // room for a part of it
				if want := "\x00\x00\x00" + quoted(t, string(text)) + ","; string(got) != want {
					t.Errorf("%q is written as %s, by encoding/json as %s", text, got, want)
				}
			}
		}
	}
}

func TestWriteLists(t *testing.T) {
	t.Parallel()
	for want, got := range map[string][]byte{
		`[],`:               WriteStrings[string](nil, nil),
		`["a","","\n"],`:    WriteStrings(nil, []string{"a", "", "\n"}),
		`[-1,0,9,10,1000],`: WriteInts(nil, []int64{-1, 0, 9, 10, 1000}),
		`{},`:               new(Writer).FloatMap(nil, nil),
		`{"":0.5,"a":1,"b\"":-2},`: new(Writer).FloatMap(nil, map[string]float64{
			"b\"": -2, "a": 1, "": 0.5,
		}),
		`[{},`: Close([]byte(`[{`), 2, '}'), `[1],`: Close([]byte(`[1,`), 1, ']'),
		`{"k":1,`: Member([]byte(`{"k":1,`), []byte(`{"k":1,"o":{},`), 4), `{"k":{"a":1},`: Member([]byte(`{`), []byte(`{"k":{"a":1},`), 4),
	} {
		if string(got) != want {
			t.Errorf("%s was written, want %s", got, want)
		}
	}
}

// A Writer that failed is as good as new for the next text.
func TestWriterAfterAnError(t *testing.T) {
	t.Parallel()
	for range 10 {
		w, b := NewWriter()
		if _, err := w.Text(w.Float(b, math.NaN())); err == nil {
			t.Error("wrote NaN")
		}
		w, b = NewWriter()
		if got, err := w.Text(w.Float(b, 0.5)); err != nil || string(got) != "0.5" {
			t.Errorf("wrote %s, error %v", got, err)
		}
	}
}

// Texts are in memory of their own.
func TestTextIsNotReused(t *testing.T) {
	t.Parallel()
	w, b := NewWriter()
	first, _ := w.Text(append(b, "first,"...))
	for range 10 {
		w, b = NewWriter()
		_, _ = w.Text(append(b, "second,"...))
	}
	if string(first) != "first" {
		t.Error("a text changed when the next one was written")
	}
}

// quoted is text as encoding/json writes it.
func quoted(t *testing.T, text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
