package health_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
	"github.com/terra-go/terra/opt"
)

func TestRecordsForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		scores     []opt.Value[float64] // of the nights
	}{
		{"response", `{"type":"sleep","user":{"user_id":"u"},"data":[{"scores":{"sleep":1}},{"scores":{"sleep":2}}]}`, []opt.Value[float64]{opt.Some(1.0), opt.Some(2.0)}},
		{"data first", `{"data":[{"scores":{"sleep":1}}],"user":{"data":[{"scores":{"sleep":9}}]},"version":null}`, []opt.Value[float64]{opt.Some(1.0)}},
		{"bare array", `[{"scores":{"sleep":1}},{"scores":{"sleep":null}},{}]`, []opt.Value[float64]{opt.Some(1.0), opt.Null[float64](), {}}},
		{"spaces", " {\n\t\"data\" :\r\n [ {\"scores\" : {\"sleep\": 1 }} ,\n {} ] , \"type\" : [ ] } \n", []opt.Value[float64]{opt.Some(1.0), {}}},
		{"escaped name", `{"d\u0061ta":[{"scores":{"sleep":1}}]}`, []opt.Value[float64]{opt.Some(1.0)}},
		{"odd records", `{"data":[{"scores":7},null,"gap",{"scores":{"sleep":"4"}}]}`, []opt.Value[float64]{{}, {}, {}, opt.Some(4.0)}},
		{"none", `{"type":"sleep","data":[]}`, nil},
		{"empty array", `[]`, nil},
		{"null", `{"data":null}`, nil},
		{"no data", `{"status":"success","message":"[{}]"}`, nil},
		{"data of another kind", `{"data":{"scores":{"sleep":1}}}`, nil},
		{"an athlete is no night", `{"athlete":{"scores":{"sleep":1}}}`, nil},
	}
	for _, tt := range tests {
		for how, r := range readers(tt.text) {
			var scores []opt.Value[float64]
			for night, err := range health.Records[health.Sleep](r) {
				if err != nil {
					t.Errorf("%s, %s: %v", tt.name, how, err)
					break
				}
				scores = append(scores, night.Scores.Sleep)
			}
			if !reflect.DeepEqual(scores, tt.scores) {
				t.Errorf("%s, %s: got %d nights, or other ones, want %d", tt.name, how, len(scores), len(tt.scores))
			}
		}
	}
}

// readers yields readers of text that return little or much at a time.
func readers(text string) iter.Seq2[string, io.Reader] {
	return func(yield func(string, io.Reader) bool) {
		_ = yield("at once", strings.NewReader(text)) &&
			yield("byte by byte", iotest.OneByteReader(strings.NewReader(text))) &&
			yield("half of what is asked for", iotest.HalfReader(strings.NewReader(text))) &&
			yield("the end with the last bytes", iotest.DataErrReader(strings.NewReader(text))) &&
			yield("nothing in between", &hesitantReader{r: iotest.OneByteReader(strings.NewReader(text))})
	}
}

// hesitantReader returns nothing every other time, which io.Reader allows.
type hesitantReader struct {
	r     io.Reader
	ready bool
}

func (h *hesitantReader) Read(p []byte) (int, error) {
	if h.ready = !h.ready; h.ready {
		return 0, nil
	}
	return h.r.Read(p)
}

func TestRecordsAthlete(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"type":"athlete","user":{"first_name":"no"},"athlete":{"first_name":"Jo"}}`,
		`{"athlete":{"first_name":"Jo"},"type":"athlete"}`,
		`{"athlete":null,"data":[{"first_name":"Jo"}]}`,
		`[{"first_name":"Jo"}]`,
	} {
		var names []opt.Value[string]
		for athlete, err := range health.Records[health.Athlete](strings.NewReader(text)) {
			if err != nil {
				t.Error(err)
			}
			names = append(names, athlete.FirstName)
		}
		if !reflect.DeepEqual(names, []opt.Value[string]{opt.Some("Jo")}) {
			t.Errorf("%s: got %v", text, names)
		}
	}
}

func TestRecordsErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := []struct {
		name    string
		text    string
		records int
		offset  int64 // of a syntax error
		want    error // instead of one
	}{
		{name: "nothing", text: ``, want: health.ErrTruncated},
		{name: "white space", text: " \n", want: health.ErrTruncated},
		{name: "cut in a record", text: `{"data":[{},{"scores":{"sle`, records: 1, want: health.ErrTruncated},
		{name: "cut after a record", text: `{"data":[{},{}`, records: 2, want: health.ErrTruncated},
		{name: "cut after the array", text: `{"data":[{},{}]`, records: 2, want: health.ErrTruncated},
		{name: "cut before the array", text: `{"type":"sleep"`, want: health.ErrTruncated},
		{name: "number", text: `12`, want: health.ErrNotObject},
		{name: "null", text: `null`, want: health.ErrNotObject},
		{name: "text", text: `"{}"`, want: health.ErrNotObject},
		{name: "cut text", text: `"{}`, want: health.ErrTruncated},
		{name: "two values", text: `[{}] []`, records: 1, offset: 5},
		{name: "comma at the end", text: `{"data":[{},]}`, records: 1, offset: 12},
		{name: "no comma", text: `{"data":[{} {}]}`, records: 1, offset: 12},
		{name: "other bracket", text: `{"data":[{}}`, records: 1, offset: 11},
		{name: "in a record", text: `{"data":[{},{"scores":{"sleep":01}}]}`, records: 1, offset: 32},
		{name: "in an unknown member", text: `{"user":{"a":tru},"data":[{}]}`, offset: 16},
		{name: "behind the array", text: `{"data":[{}],"user":}`, records: 1, offset: 20},
		{name: "no key", text: `{"data":[{}],}`, records: 1, offset: 13},
		{name: "zero byte", text: "{\"data\":[{}\x00]}", records: 1, offset: 11},
		{name: "byte order mark", text: "\ufeff[]", offset: 0},
	}
	for _, tt := range tests {
		for how, r := range readers(tt.text) {
			n, err := countRecords(t, r)
			if n != tt.records {
				t.Errorf("%s, %s: got %d records, want %d", tt.name, how, n, tt.records)
			}
			syntax, ok := errors.AsType[*health.SyntaxError](err)
			switch {
			case tt.want != nil && err != tt.want:
				t.Errorf("%s, %s: got %v, want %v", tt.name, how, err, tt.want)
			case tt.want == nil && (!ok || syntax.Offset != tt.offset):
				t.Errorf("%s, %s: got %v, want an error at byte %d", tt.name, how, err, tt.offset)
			}
		}
	}

	const good = `{"data":[{},{},`
	if n, err := countRecords(t, io.MultiReader(strings.NewReader(good), iotest.ErrReader(broken))); n != 2 || err != broken {
		t.Errorf("a reader that fails after 2 records: got %d, %v", n, err)
	}
	if n, err := countRecords(t, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(good)))); n != 0 || err != iotest.ErrTimeout {
		t.Errorf("a reader that times out: got %d, %v", n, err)
	}
	if n, err := countRecords(t, io.MultiReader(strings.NewReader(`[{}]`), iotest.ErrReader(broken))); n != 1 || err != broken {
		t.Errorf("a reader that fails after the payload: got %d, %v", n, err)
	}
	if n, err := countRecords(t, stuckReader{}); n != 0 || err != io.ErrNoProgress {
		t.Errorf("a reader that never reads: got %d, %v", n, err)
	}
}

type stuckReader struct{}

func (stuckReader) Read([]byte) (int, error) { return 0, nil }

// countRecords expects an error to come last and with a zero record.
func countRecords(t *testing.T, r io.Reader) (n int, err error) {
	t.Helper()
	for night, e := range health.Records[health.Sleep](r) {
		if err != nil {
			t.Error("a record after the error")
		}
		if err = e; err == nil {
			n++
		} else if !reflect.ValueOf(night).IsZero() {
			t.Error("a record beside the error")
		}
	}
	return n, err
}

// TestRecordsPrefixes cuts a payload at every byte.
func TestRecordsPrefixes(t *testing.T) {
	t.Parallel()
	const text = `{"user":{"a":[1.5e3,"\u00e9"]},"data":[{"scores":{"sleep":1},"metadata":null},{}],"type":"sleep"}`
	for n := range len(text) {
		if _, err := countRecords(t, strings.NewReader(text[:n])); err != health.ErrTruncated {
			t.Errorf("cut at byte %d: got %v", n, err)
		}
	}
}

// TestRecordsLarge has records beyond any buffer among small ones.
func TestRecordsLarge(t *testing.T) {
	t.Parallel()
	small := `{"metadata":{"summary_id":"small"}}`
	sample := `{"timestamp":"2026-07-01T00:00:00.000000+01:00","bpm":61.5},`
	const samples = 150_000 // 9 MB
	large := `{"metadata":{"summary_id":"large"},"heart_rate_data":{"detailed":{"hr_samples":[` +
		strings.TrimSuffix(strings.Repeat(sample, samples), ",") + `]}}}`
	text := "[" + strings.Join([]string{small, large, small, large}, ",") + "]"
	for how, r := range map[string]io.Reader{
		"at once":            strings.NewReader(text),
		"1000 bytes a time":  &chunkReader{r: strings.NewReader(text), n: 1000},
		"70001 bytes a time": &chunkReader{r: strings.NewReader(text), n: 70_001},
	} {
		var got []string
		for night, err := range health.Records[health.Sleep](r) {
			if err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			got = append(got, fmt.Sprint(night.Metadata.SummaryID, len(night.HeartRateData.Detailed.HRSamples)))
		}
		if want := fmt.Sprint([]string{"small 0", "large 150000", "small 0", "large 150000"}); fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, want %v", how, got, want)
		}
	}
}

type chunkReader struct {
	r io.Reader
	n int
}

func (c *chunkReader) Read(p []byte) (int, error) { return c.r.Read(p[:min(len(p), c.n)]) }

// TestRecordsBreak reads no further than it has to, and the loop can be left at
// any record.
func TestRecordsBreak(t *testing.T) {
	t.Parallel()
	r := &nights{left: 1 << 40}
	n := 0
	for _, err := range health.Records[health.Sleep](r) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 10 {
			break
		}
	}
	if r.read > 8<<20 {
		t.Errorf("read %d bytes for %d records", r.read, n)
	}
}

// TestRecordsMemory reads 200 MB in memory for a few records.
func TestRecordsMemory(t *testing.T) {
	const size, most = 200 << 20, 48 << 20
	r := &nights{left: size}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n, samples, peak := 0, 0, uint64(0)
	for night, err := range health.Records[health.Sleep](r) {
		if err != nil {
			t.Fatal(err)
		}
		samples += len(night.HeartRateData.Detailed.HRSamples)
		if n++; n%500 == 0 {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc-min(before.HeapAlloc, now.HeapAlloc))
		}
	}
	runtime.ReadMemStats(&now)
	if samples != (n-1)*nightSamples { // the first is empty
		t.Errorf("%d samples in %d records", samples, n)
	}
	if peak > most {
		t.Errorf("held %d MiB", peak>>20)
	}
	if total := now.TotalAlloc - before.TotalAlloc; total > uint64(r.read)*5/4 {
		t.Errorf("allocated %d MiB for %d records of %d MiB", total>>20, n, r.read>>20)
	}
	if allocs := (now.Mallocs - before.Mallocs) / uint64(n); allocs > 60 {
		t.Errorf("%d allocations per record", allocs)
	}
}

// nights is a payload of about left bytes, made up as it is read.
type nights struct {
	left, read int64
	rest       []byte
	state      int
}

const nightSamples = 400

var nextNight = []byte(`,{"metadata":{"summary_id":"night","is_nap":false,"start_time":"2026-07-01T00:00:00.000000+01:00"},"heart_rate_data":{"detailed":{"hr_samples":[` +
	strings.TrimSuffix(strings.Repeat(`{"timestamp":"2026-07-01T03:04:05.000000+01:00","bpm":61.5},`, nightSamples), ",") + `]}}}`)

func (g *nights) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(g.rest) == 0 {
			switch {
			case g.state == 0:
				g.rest = []byte(`{"type":"sleep","data":[{}`)
				g.state = 1
			case g.left > 0:
				g.rest = nextNight
				g.left -= int64(len(g.rest))
			case g.state == 1:
				g.rest = []byte(`],"version":"2022-03-16"}`)
				g.state = 2
			default:
				return n, io.EOF
			}
		}
		some := copy(p[n:], g.rest)
		g.rest = g.rest[some:]
		n += some
		g.read += int64(some)
	}
	return n, nil
}

// FuzzStream compares with encoding/json on the whole text, whatever comes and in
// whatever pieces.
func FuzzStream(f *testing.F) {
	for _, text := range oracle.Oddities {
		f.Add([]byte(text), byte(1))
		f.Add([]byte("["+text+"]"), byte(1))
	}
	for _, d := range documents {
		f.Add([]byte(`{"user":null,"data":[`+d.text+`,{}],"status":1.5}`), byte(7))
	}
	f.Fuzz(func(t *testing.T, text []byte, chunk byte) {
		want, wantErr := wantRecords(text)
		var got []health.Sleep
		var err error
		for night, e := range health.Records[health.Sleep](&chunkReader{r: bytes.NewReader(text), n: max(1, int(chunk))}) {
			if err = e; err == nil {
				got = append(got, night)
			}
		}
		if wantErr == nil && err == nil {
			if len(got) != len(want) {
				t.Fatalf("got %d records, want %d", len(got), len(want))
			}
			for i := range want {
				for _, path := range oracle.Differences(reflect.ValueOf(want[i]), reflect.ValueOf(got[i]), fmt.Sprintf("$[%d]", i)) {
					t.Errorf("%s is not what encoding/json reads", path)
				}
			}
			return
		}
		if first := bytes.TrimLeft(text, " \t\r\n"); err == health.ErrNotObject && first[0] != '{' && first[0] != '[' {
			return // without a look at what follows
		}
		if syntax, ok := errors.AsType[*json.SyntaxError](wantErr); ok && err == health.ErrTruncated {
			if syntax.Offset != int64(len(text)) {
				t.Errorf("got %v, want %v", err, wantErr)
			}
		} else if !oracle.SameError(err, wantErr) {
			t.Errorf("got %v, want %v", err, wantErr)
		}
	})
}

// wantRecords are the records in the elements of the array, or of the object's
// members of that name.
func wantRecords(text []byte) (records []health.Sleep, err error) {
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	var arrays []json.RawMessage
	switch whole = bytes.TrimLeft(whole, " \t\r\n"); whole[0] {
	case '[':
		arrays = append(arrays, whole)
	case '{':
		d := json.NewDecoder(bytes.NewReader(whole))
		if _, err := d.Token(); err != nil {
			return nil, err
		}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			var value json.RawMessage
			if err := d.Decode(&value); err != nil {
				return nil, err
			}
			if name == "data" && value[0] == '[' {
				arrays = append(arrays, value)
			}
		}
	default:
		return nil, health.ErrNotObject
	}
	for _, array := range arrays {
		var elements []json.RawMessage
		if err := json.Unmarshal(array, &elements); err != nil {
			return nil, err
		}
		for _, element := range elements {
			var night health.Sleep
			_ = oracle.Read(element, reflect.ValueOf(&night).Elem())
			records = append(records, night)
		}
	}
	return records, nil
}
