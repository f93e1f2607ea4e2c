package jsonscan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// An element is a value of any type, as text.
type element struct {
	text    string
	scanned int // bytes from the value on that were read, in all attempts together
}

func (e *element) ScanJSON(s *Scanner, p int) int {
	_, p = s.space(p)
	q := s.Skip(p)
	e.scanned += q - p
	e.text = string(s.Bytes(p, q))
	return q
}

func (e *element) WriteJSON(_ *Writer, b []byte) []byte { return append(append(b, e.text...), ',') }

// streamOf reads a text whose array may be a member and athlete a single element.
// Its buffer begins at size bytes.
func streamOf(r io.Reader, size int) *Stream {
	return &Stream{r: r, single: "athlete", buf: make([]byte, Padding, Padding+size)}
}

func elements(t *Stream) (texts []string, err error) {
	for t.Next() {
		var e element
		if !t.Scan(&e) {
			break
		}
		texts = append(texts, e.text)
	}
	if t.Next() {
		return texts, errors.New("there is a next element after the end")
	}
	return texts, t.Err()
}

// pieces returns a text in pieces of the given lengths, over and over.
type pieces struct {
	text    string
	lengths []byte
	n       int
	dataEOF bool // the last piece comes with io.EOF
}

func (r *pieces) Read(b []byte) (int, error) {
	if r.text == "" {
		return 0, io.EOF
	}
	n := len(b)
	if len(r.lengths) > 0 {
		n = min(n, int(r.lengths[r.n%len(r.lengths)])) // 0 is allowed, if not for ever
		r.n++
		if r.n%8 == 0 {
			n = max(n, 1)
		}
	}
	n = copy(b[:n], r.text)
	if r.text = r.text[n:]; r.text == "" && r.dataEOF {
		return n, io.EOF
	}
	return n, nil
}

func FuzzStream(f *testing.F) {
	for _, text := range valuesAndNot {
		f.Add([]byte(text), []byte{1}, true)
	}
	for _, text := range []string{
		`[{"a":1},{"b":[2,3]},4,null]`, `{"data":[{"a":1}, {"b":2}]}`, ` { "type" : "daily", "data" : [ {} , 12 ] , "user" : {"data":[1]} } `,
		`{"data":null}`, `{"data":{"a":1}}`, `{"athlete":{"a":1},"x":[1]}`, `{"athlete":[1],"data":[1,2],"data":[3]}`, `{"":{}}`,
		`[12`, `[12,`, `[1,]`, `[,]`, `[1 2]`, `{"data":[1]`, `{"data":[1],}`, `{"data":[1]}}`, `{"data":[1]]`, `{"data" [1]}`, `{"d\u0061ta":[7]}`,
		`[` + strings.Repeat(`{"key":"value"},`, 50) + `{}]`, `[1]` + strings.Repeat(" ", 500), `[1]` + strings.Repeat(" ", 500) + "x", `["` + strings.Repeat("a", 700) + `"]`,
		`{"data":[1],"deep":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`, "[1,\x002]", "[1\x00]", "[\x00", "{\x00", `[tru`, `[-`, `["\u00`,
	} {
		f.Add([]byte(text), []byte{1}, true)
		f.Add([]byte(text), []byte{3, 0, 200, 1}, false)
	}
	f.Fuzz(func(t *testing.T, text, lengths []byte, dataEOF bool) {
		got, err := elements(streamOf(&pieces{text: string(text), lengths: lengths, dataEOF: dataEOF}, 1+len(lengths)*20))
		whole, wholeErr := elements(streamOf(bytes.NewReader(text), len(text)))
		if !slices.Equal(got, whole) || (err == nil) != (wholeErr == nil) || err != nil && err.Error() != wholeErr.Error() {
			t.Fatalf("in pieces there are %d elements and the error %v, in one %d and %v", len(got), err, len(whole), wholeErr)
		}
		trimmed := bytes.TrimLeft(text, " \t\r\n")
		isShape := len(trimmed) > 0 && (trimmed[0] == '[' || trimmed[0] == '{')
		offset, valid := syntaxOffset(text)
		var syntax *SyntaxError
		switch {
		case valid && !isShape || err == ErrNotObject:
			if isShape || err != ErrNotObject {
				t.Errorf("the error for what is no array or object is %v", err)
			}
		case valid:
			if want := elementsIn(text); err != nil || !slices.Equal(got, want) {
				t.Errorf("there are %d elements and the error %v, want %d", len(got), err, len(want))
			}
		case offset == int64(len(text)):
			if err != io.ErrUnexpectedEOF {
				t.Errorf("the error for a text that is cut is %v", err)
			}
		case !errors.As(err, &syntax) || syntax.Offset != offset:
			t.Errorf("the error is %v, encoding/json's at %d", err, offset)
		}
	})
}

// elementsIn finds the elements with encoding/json.
func elementsIn(text []byte) (texts []string) {
	add := func(array json.RawMessage) {
		var list []json.RawMessage
		if json.Unmarshal(array, &list) == nil {
			for _, element := range list {
				texts = append(texts, string(element))
			}
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if open, _ := decoder.Token(); open == json.Delim('[') {
		add(text)
		return texts
	}
	for decoder.More() {
		name, _ := decoder.Token()
		var value json.RawMessage
		_ = decoder.Decode(&value)
		switch {
		case name == "data" && value[0] == '[':
			add(value)
		case name == "athlete" && value[0] == '{':
			texts = append(texts, string(value))
		}
	}
	return texts
}

func TestStreamEveryPrefix(t *testing.T) {
	t.Parallel()
	const text = ` {"status":"success","data":[{"a":[1,2]}, 7 ,"x",true,null,[]],"user":{"id":"\u00e9"},"n":-1.5e3} `
	for n := range len(text) {
		_, err := elements(streamOf(iotest.OneByteReader(strings.NewReader(text[:n])), 8))
		if want := error(io.ErrUnexpectedEOF); n == len(text)-1 && err != nil || n < len(text)-1 && err != want {
			t.Errorf("the error of the first %d bytes is %v", n, err)
		}
	}
}

// What came before an error of the reader is still read.
func TestStreamOfAFailingReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for text, want := range map[string]int{`[1,2,3`: 2, `[1,2,3]`: 3, `[{},{}`: 2, `{"data":[{}`: 1, `[1,{"a":`: 1, ``: 0, ` `: 0} {
		for name, r := range map[string]io.Reader{
			"after the text":     io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)),
			"with the last byte": iotest.DataErrReader(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))),
		} {
			got, err := elements(streamOf(r, 100))
			if len(got) != want || err != broken {
				t.Errorf("%s: %q and an error %s gives %d elements and the error %v, want %d", name, text, name, len(got), err, want)
			}
		}
	}
	if _, err := elements(streamOf(readerFunc(func([]byte) (int, error) { return 0, nil }), 10)); err != io.ErrNoProgress {
		t.Errorf("the error of a reader that returns nothing is %v", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// Without a name for it, no member stands for an array of one.
func TestStreamWithoutSingle(t *testing.T) {
	t.Parallel()
	stream := NewStream(strings.NewReader(`{"":{},"athlete":{},"data":[1]}`), "")
	if got, err := elements(stream); err != nil || !slices.Equal(got, []string{"1"}) {
		t.Errorf("there are %d elements, error %v", len(got), err)
	}
}

// An element that is complete is delivered without waiting for more text.
func TestStreamDoesNotWait(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`[{"a":1}`, `["x"`, `[[]`, `[{},{}`, `{"athlete":{}`} {
		r := io.MultiReader(strings.NewReader(text), readerFunc(func([]byte) (int, error) {
			t.Errorf("%s: read on before the element was delivered", text)
			return 0, io.EOF
		}))
		s := streamOf(r, 100)
		var e element
		for range max(1, strings.Count(text, "{},")+1) {
			if !s.Next() || !s.Scan(&e) {
				t.Fatalf("%s: no element, error %v", text, s.Err())
			}
		}
	}
}

// Reading a long element from a reader that returns little at once takes linear
// time and a bounded multiple of its length in memory.
func TestStreamIsLinear(t *testing.T) {
	t.Parallel()
	for _, step := range []int{1, 7, 1000} {
		long := `"` + strings.Repeat("x", 100_000) + `"`
		text := `{"data":[` + strings.Repeat(long+",", 5) + `1]}`
		s := streamOf(&pieces{text: text, lengths: []byte{byte(min(step, 255))}}, 64)
		var e element
		n := 0
		for s.Next() && s.Scan(&e) {
			n++
		}
		if n != 6 || s.Err() != nil {
			t.Fatalf("%d elements, error %v", n, s.Err())
		}
		if e.scanned > 4*len(text) {
			t.Errorf("in pieces of %d bytes, %d bytes of %d were read", step, e.scanned, len(text))
		}
		if cap(s.buf) > 8*len(long) {
			t.Errorf("the buffer for elements of %d bytes has %d", len(long), cap(s.buf))
		}
	}
}

// The buffer is small for a short text and grows with a long one, but no further
// than a long one needs.
func TestStreamBuffer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ length, most int }{
		{1 << 10, firstBuffer}, {firstBuffer / 4, firstBuffer}, {1 << 20, 2 << 20}, {3 * usualBuffer, usualBuffer},
	} {
		for _, lengths := range [][]byte{nil, {200}} {
			text := "[" + strings.Repeat(`{"key":"value"},`, tt.length/16) + "{}]"
			s := streams.New().(*Stream)
			s.r = &pieces{text: text, lengths: lengths}
			n := 0
			for e := (element{}); s.Next() && s.Scan(&e); {
				n++
			}
			if n != tt.length/16+1 || s.Err() != nil {
				t.Errorf("%d elements, error %v", n, s.Err())
			}
			if cap(s.buf) > tt.most {
				t.Errorf("the buffer for %d bytes has %d", len(text), cap(s.buf))
			}
			if len(text) > usualBuffer && cap(s.buf) < usualBuffer {
				t.Errorf("the buffer for %d bytes has only %d", len(text), cap(s.buf))
			}
		}
	}
}

// The members around the array nest as deeply as in encoding/json, and no deeper.
func TestStreamDepth(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, text := range []string{
		`{"data":[` + nested(MaxDepth-2) + `]}`, `{"data":[` + nested(MaxDepth-1) + `]}`,
		`{"a":` + nested(MaxDepth-1) + `,"data":[]}`, `{"a":` + nested(MaxDepth) + `,"data":[]}`,
		`{"data":[],"a":` + nested(MaxDepth-1) + `}`, `{"data":[],"a":` + nested(MaxDepth) + `}`,
		nested(MaxDepth), nested(MaxDepth + 1),
	} {
		_, err := elements(streamOf(strings.NewReader(text), 100))
		checkVerdict(t, []byte(text), err)
	}
}
