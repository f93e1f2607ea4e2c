package jsonscan_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/terra-go/terra/internal/codecgen/testdata/sample"
	"github.com/terra-go/terra/internal/jsonscan"
)

// Memory for a hostile text is at most a small multiple of its length, but for
// arrays of nothing but empty objects, which have a limit of their own.
//
// Not parallel, because it measures what the whole process allocates.
func TestMemoryIsLinear(t *testing.T) {
	const size = 1 << 18
	fill := func(before, unit, after string) string {
		n := (size - len(before) - len(after)) / len(unit)
		return before + strings.Repeat(unit, n) + after
	}
	for name, test := range map[string]struct {
		text string
		most int // bytes allocated for each of the text
	}{
		"string":                   {fill(`{"text":"`, `x`, `"}`), 3},
		"escapes":                  {fill(`{"text":"`, `\n`, `"}`), 4},
		"surrogates":               {fill(`{"text":"`, `\ud800`, `"}`), 4},
		"invalid UTF-8":            {fill(`{"text":"`, "\xff", `"}`), 16},
		"key":                      {fill(`{"`, `x`, `":1}`), 3},
		"escaped key":              {fill(`{"`, `\u0041`, `":1}`), 4},
		"unknown keys":             {fill(`{`, `"":0,`, `"":0}`), 3},
		"one key again and again":  {fill(`{`, `"s":0,`, `"s":0}`), 3},
		"folded keys":              {fill(`{`, `"S":0,`, `"s":0}`), 3},
		"digits":                   {fill(`{"float":`, `9`, `}`), 4},
		"digits of an integer":     {fill(`{"int":1.`, `0`, `}`), 6},
		"digits in a string":       {fill(`{"int":"1.`, `0`, `"}`), 8},
		"zeros of an integer":      {fill(`{"int":0.`, `0`, `1e1048000}`), 6},
		"name of an enumeration":   {fill(`{"color":"`, `x`, `"}`), 6},
		"word for a boolean":       {fill(`{"bool":"`, `x`, `"}`), 4},
		"spaces":                   {fill(``, ` `, `{}`), 3},
		"line breaks":              {fill(`{"float":`, "\n ", `1}`), 3},
		"arrays":                   {fill(`{"x":`, `[`, ``), 3},
		"objects":                  {fill(`{"x":`, `{"x":`, ``), 3},
		"nulls":                    {fill(`{"ints":[`, `null,`, `null]}`), 16},
		"integers":                 {fill(`{"ints":[`, `0,`, `0]}`), 40},
		"empty strings":            {fill(`{"texts":[`, `"",`, `""]}`), 60},
		"short strings":            {fill(`{"texts":[`, `"a",`, `"a"]}`), 50},
		"shares":                   {fill(`{"shares":{`, `"a":1,`, `"a":1}}`), 6},
		"empty readings":           {fill(`{"readings":[`, `{},`, `{}]}`), 80},
		"readings":                 {fill(`{"readings":[`, `{"value":1},`, `{}]}`), 20},
		"readings that are none":   {fill(`{"readings":[`, `0,`, `0]}`), 150},
		"readings that never end":  {fill(`{`, `"readings":[{},0],`, `"s":0}`), 60},
		"readings again and again": {fill(`{`, `"readings":[{},{}],`, `"s":0}`), 20},
		"braces in a string":       {fill(`{"readings":[{"kind":"`, `{`, `"}]}`), 8},
		"braces before the end":    {fill(`{"readings":[`, `{`, ``), 8},
		"brackets":                 {fill(`{"readings":[{"kind":"`, `]`, `"}]}`), 8},
		"empty children":           {fill(`{"children":[`, `{},`, `{}]}`), 1300}, // most of it garbage of growing
		"empty pairs of children":  {fill(`{`, `"children":[{},{}],`, `"s":0}`), 150},
		"children of children":     {fill(`{"children":[`, `{"children":[{},{}]},`, `{}]}`), 300},
		"deep children":            {strings.Repeat(`{"children":[`, 4999) + strings.Repeat(`]}`, 4999), 200},
	} {
		t.Run(name, func(t *testing.T) {
			var record sample.Record
			allocated := allocatedBy(func() {
				err := jsonscan.Unmarshal([]byte(test.text), record.ScanJSON, nil)
				var syntax *jsonscan.SyntaxError
				if err != nil && !errors.As(err, &syntax) {
					t.Errorf("the error is %v", err)
				}
			})
			if most := uint64(test.most)*uint64(len(test.text)) + 1<<20; allocated > most {
				t.Errorf("%d bytes were allocated for each of the text, want at most %d", allocated/uint64(len(test.text)), test.most)
			}
		})
	}
}

func allocatedBy(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Short arrays in a long text get memory for what they hold, not for what the rest
// of the text could.
func TestShortArraysInALongText(t *testing.T) {
	t.Parallel()
	const n = 2000
	text := `{"children":[` + strings.Repeat(`{"children":[{"float":1,"text":"some"},{"float":2},{"float":3}]},`, n) + `{}]}`
	var record sample.Record
	if err := jsonscan.Unmarshal([]byte(text), record.ScanJSON, nil); err != nil {
		t.Fatal(err)
	}
	if len(record.Children) != n+1 {
		t.Fatalf("%d children, want %d", len(record.Children), n+1)
	}
	room := 0
	for _, child := range record.Children {
		room += cap(child.Children)
	}
	if room > 4*3*n {
		t.Errorf("there is room for %d records where %d are", room, 3*n)
	}
}

// Memory for samples is taken once, for as many as there are.
func TestSamplesAreCounted(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 1000, 86_400} {
		for _, reading := range []string{`{"value":60,"kind":"awake and moving about the house"},`, "\n  {\n    \"value\": 60,\n    \"kind\": \"awake, and moving\"\n  },"} {
			text := `{"readings":[` + strings.TrimSuffix(strings.Repeat(reading, n), ",") + "\n]}"
			var record sample.Record
			if err := jsonscan.Unmarshal([]byte(text), record.ScanJSON, nil); err != nil {
				t.Fatal(err)
			}
			if len(record.Readings) != n || cap(record.Readings) != n {
				t.Errorf("%d readings with room for %d, want %d", len(record.Readings), cap(record.Readings), n)
			}
		}
	}
}

// A large object is one of few bytes of text.
type (
	large  [4096]byte
	larges []large
)

func (*large) ScanJSON(s *jsonscan.Scanner, p int) int    { return s.Skip(p) }
func (l *larges) ScanJSON(s *jsonscan.Scanner, p int) int { return s.Samples(p, l, (*large).ScanJSON) }

// More empty objects than a payload could mean are an error, and not gigabytes.
func TestTooManyObjects(t *testing.T) {
	t.Parallel()
	const n = 1000
	for text, tooMany := range map[string]bool{
		`[` + strings.Repeat(`{},`, n) + `{}]`:                              true,
		`[` + strings.Repeat(`{"float":1,"int":2},`, n) + `{}]`:             false,
		`[` + strings.Repeat(`{},`, 200) + `{}]`:                            false, // small enough not to matter
		`[` + strings.Repeat(`{},`, n/2) + strings.Repeat(" ", 8*n) + `{}]`: false,
	} {
		var s jsonscan.Scanner
		s.Reset(jsonscan.Pad([]byte(text)), false)
		var list []large
		p := s.Records(0, &list, (*large).ScanJSON)
		if err := s.End(p); (err != nil) != tooMany {
			t.Errorf("%d objects in %d bytes give the error %v", strings.Count(text, "{"), len(text), err)
		}
	}
}

// A list of them takes memory of its own, which counts as well.
func TestTooManyListsOfObjects(t *testing.T) {
	t.Parallel()
	var s jsonscan.Scanner
	s.Reset(jsonscan.Pad([]byte(`[`+strings.Repeat(`[{}],`, 1000)+`[{}]]`)), false)
	var lists []larges
	p := s.Records(0, &lists, (*larges).ScanJSON)
	if err := s.End(p); err == nil {
		t.Errorf("%d lists are read", len(lists))
	}
}

// A string that is kept keeps little of its text.
//
// Not parallel, because it measures the memory of the whole process.
func TestStringsKeepLittle(t *testing.T) {
	const n = 200
	kept := make([]sample.Record, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, size := range []int{400, 600, 60_000} {
		text := []byte(`{"name":"a name","unknown":"` + strings.Repeat("x", size) + `"}`)
		for i := range kept {
			if err := jsonscan.Unmarshal(text, kept[i].ScanJSON, nil); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if growth := int64(after.HeapAlloc) - int64(before.HeapAlloc); growth > n<<10+1<<20 {
			t.Errorf("%d names out of texts of %d bytes take %d bytes", n, size, growth)
		}
	}
	runtime.KeepAlive(kept)
}

func TestLongValues(t *testing.T) {
	t.Parallel()
	const n = 10 << 20
	for name, test := range map[string]struct {
		text  string
		valid bool
	}{
		"string":          {`{"text":"` + strings.Repeat("x", n) + `"}`, true},
		"cut string":      {`{"text":"` + strings.Repeat("x", n), false},
		"unknown string":  {`{"x":"` + strings.Repeat("é", n/2) + `"}`, true},
		"lone surrogates": {`{"text":"` + strings.Repeat(`\ud800`, n/6) + `"}`, true},
		"NUL at the end":  {`{"text":"` + strings.Repeat("x", n) + "\x00\"}", false},
		"digits":          {`{"float":` + strings.Repeat("9", n) + `}`, true},
		"spaces":          {`{"float":` + strings.Repeat(" ", n) + `1}`, true},
		"key":             {`{"` + strings.Repeat("x", n) + `":1}`, true},
		"numbers":         {`{"x":[` + strings.Repeat("1e5,", n/4) + `0]}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var record sample.Record
			if err := jsonscan.Unmarshal([]byte(test.text), record.ScanJSON, nil); (err == nil) != test.valid {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestDeepRecords(t *testing.T) {
	t.Parallel()
	for _, blanks := range []string{"", " ", "\n  "} {
		for n, valid := range map[int]bool{100: true, jsonscan.MaxDepth/2 - 1: true, jsonscan.MaxDepth / 2: false, jsonscan.MaxDepth: false} {
			// Each child is two levels, and the innermost object is one.
			open := "{" + blanks + `"children":`
			text := strings.Repeat(open+"[", n) + open + "0}" + strings.Repeat("]"+blanks+"}", n)
			var record sample.Record
			if err := jsonscan.Unmarshal([]byte(text), record.ScanJSON, nil); (err == nil) != valid {
				t.Errorf("%d children in each other, with blanks %q: %v", n, blanks, err)
			}
		}
	}
}

// However an object ends, it is left: more of them than may nest stand beside each other.
func TestRecordsBesideEachOther(t *testing.T) {
	t.Parallel()
	for _, child := range []string{
		`{}`, `{ }`, `{"float":1}`, `{"float":1 }`, `{ "float":1}`, `{ "float":1 }`, `{"shares":{}}`, `{"shares":{"a":1 }}`, `{"ints":[ ]}`, `{"ints":[0 ]}`,
		`{"unknown":{"a":[]} }`, `{"nested":{"deep":{ }}}`, `{"readings":[{"value":1 },{ "value":1}]}`, `{"int":{}}`, `null`, `[]`,
	} {
		var record sample.Record
		text := `{"children":[` + strings.Repeat(child+",", jsonscan.MaxDepth) + child + `]}`
		if err := jsonscan.Unmarshal([]byte(text), record.ScanJSON, nil); err != nil {
			t.Errorf("many children, each %s: %v", child, err)
		}
	}
}
