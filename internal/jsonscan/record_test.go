package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra/internal/codecgen/testdata/sample"
	"github.com/terra-go/terra/internal/jsonscan"
	"github.com/terra-go/terra/opt"
)

// full has every member of a record.
const full = `{"name":"n","code":"c","float":-1.5,"int":-3,"bool":true,"text":"t\u00e9","color":12,` +
	`"optional":{"value":1,"kind":"k"},"nested":{"deep":{"value":null,"kind":""}},"level":7,"texts":["a",null,""],` +
	`"codes":["x"],"ints":[1,null,-2],"shares":{"a":0.5,"b":null,"c":2},"readings":[{"value":1},{"kind":"z"},{}],` +
	`"children":[{"float":2,"children":[]},{"unknown":[{"x":1}]}],"hidden":"h","s":1,"at_16_bytes_x":2,` +
	`"a_name_of_more_than_32_bytes_in_all_and_still_allowed":3}`

var records = []string{
	full, `{}`, `null`, ` { "float" : 1 , "int" :  2 , "color" :  3 } `, "{\n  \"float\": 1,\n  \"readings\": [\n    {\n      \"value\": 1\n    }\n  ]\n}",
	`{"float":"72","int":"8.0","bool":"true","color":"green","text":7,"nested":[],"texts":{},"readings":5,"optional":[]}`,
	`{"float":"x","float":2,"old_float":3,"FLOAT":4,"older_float":null}`, `{"nested":{"deep":{"value":1}},"nested":{"deep":{"kind":"k"}}}`,
	`{"readings":[{},{"value":2}],"readings":null,"ints":null,"shares":null,"texts":null,"children":null}`,
	`{"readings":[1,{"value":2},null,"x",[]],"children":[1,null]}`, `{"shares":{"a":"1","b":"x","c":[],"a":3}}`, `{"shares":[]}`,
	`{"texts":[1,"a",{}],"ints":[1.5,"2",null,9223372036854775808]}`, `{"text":null,"name":null,"optional":null,"level":null,"nested":null}`,
	`{"float":1e999,"int":1e999}`, `{"t\u0065xt":"escaped"}`, `{"":1,"float":2}`, `{"float":1,}`, `{"float":1]`, `{"readings":[{}}`, `{"shares":{"a":1,}}`,
	`[]`, `7`, `"text"`, `true`, ``, `{"readings":[{},]}`, `{"float":.5}`, `{"bool":tru}`, `{"optional":{"value":1`, `{"level":}`, "{\"float\":1\x00}", like("{ \"float\" : 1 , \"b\\u006fol\"\n:\ttrue }"),
	like("{ \"float\":1," + strings.Repeat("\t", 2*jsonscan.Padding) + "\"int\":2}"),
	`{ "readings":[{"value":1 ,"kind":"in a reading"}] ,"name":"n" ,"kind":"unknown"}`,
	like("{\n    \"INT\": 1,\n    \"older_float\": 2,\n    \"an unknown key\": {},\n    \"children\": [\n    {\n    \"INT\": 2\n    }\n    ]\n}"),
}

// like is a record of children that are all written like child, until one is cut.
func like(child string) string {
	return `{"children":[` + strings.Repeat(child+",", 3) + child[:len(child)-1] + `]}`
}

func FuzzRecord(f *testing.F) {
	for _, text := range records {
		f.Add([]byte(text))
	}
	f.Fuzz(checkRecord)
}

func TestRecordEveryPrefixAndMutation(t *testing.T) {
	t.Parallel()
	for n := range len(full) {
		checkRecord(t, []byte(full[:n]))
	}
	bytesOfInterest := []byte("\x00\"\\,:{]-9\xff")
	for i := range len(full) {
		mutated := []byte(full)
		for _, b := range bytesOfInterest {
			mutated[i] = b
			checkRecord(t, mutated)
		}
		checkRecord(t, append(mutated[:i], full[i+1:]...))
	}
}

// checkRecord compares a record with what encoding/json makes of its mirror.
func checkRecord(t *testing.T, text []byte) {
	t.Helper()
	before := bytes.Clone(text)
	var got sample.Record
	err := jsonscan.Unmarshal(text, got.ScanJSON, nil)
	if !bytes.Equal(text, before) {
		t.Fatal("the text was changed")
	}
	var want mirror
	wantErr := json.Unmarshal(text, &want)
	var ofType *json.UnmarshalTypeError
	var syntax *jsonscan.SyntaxError
	switch trimmed := bytes.TrimLeft(text, " \t\r\n"); {
	case !json.Valid(text):
		if !errors.As(err, &syntax) {
			t.Fatalf("the error is %v, encoding/json's is %T", err, wantErr)
		}
		return
	case trimmed[0] != '{' && trimmed[0] != 'n':
		if err != jsonscan.ErrNotObject {
			t.Fatalf("the error for another value than an object is %v", err)
		}
		return
	case err != nil:
		t.Fatalf("the error for valid JSON is %v", err)
	case wantErr != nil && !errors.As(wantErr, &ofType):
		t.Fatalf("the mirror's error is a %T", wantErr)
	}
	if wantRecord := want.record(); !reflect.DeepEqual(got, wantRecord) {
		fields := reflect.TypeFor[sample.Record]()
		for i := range fields.NumField() {
			f := fields.Field(i)
			if f.IsExported() && !reflect.DeepEqual(reflect.ValueOf(got).Field(i).Interface(), reflect.ValueOf(wantRecord).Field(i).Interface()) {
				t.Errorf("%s is not what encoding/json reads", f.Name)
			}
		}
		t.FailNow()
	}
	checkRoundTrip(t, &got)
}

// checkRoundTrip checks that what is written is as encoding/json would have it,
// and reads back as the same record.
func checkRoundTrip(t *testing.T, record *sample.Record) {
	t.Helper()
	text, err := record.MarshalJSON()
	if err != nil {
		t.Fatalf("the record is not written: %v", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil || !bytes.Equal(compact.Bytes(), text) {
		t.Fatal("what is written is no compact JSON")
	}
	var again sample.Record
	if err := jsonscan.Unmarshal(text, again.ScanJSON, func(int) { t.Error("what is written does not fit its field") }); err != nil {
		t.Fatalf("what is written is not read: %v", err)
	}
	twice, err := again.MarshalJSON()
	if err != nil || !bytes.Equal(twice, text) {
		t.Fatal("what is written reads back as another record")
	}
}

func TestFullRecordRoundTrip(t *testing.T) {
	t.Parallel()
	var record sample.Record
	if err := json.Unmarshal([]byte(full), &record); err != nil {
		t.Fatal(err)
	}
	got, err := record.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		`\u00e9`, "é",
		`null,""],"codes"`, `"",""],"codes"`,
		`[1,null,-2]`, `[1,0,-2]`,
		`"b":null,`, ``,
		`"unknown":[{"x":1}]`, ``,
	).Replace(full)
	if string(got) != want {
		t.Errorf("the record is written as\n%s\nwant\n%s", got, want)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	var page sample.Page[sample.Reading]
	const text = `{"data":[{"value":1},{"kind":"x"}],"next":2}`
	if err := json.Unmarshal([]byte(text), &page); err != nil || len(page.Items) != 2 {
		t.Fatalf("%d items, error %v", len(page.Items), err)
	}
	if got, err := json.Marshal(page); err != nil || string(got) != text {
		t.Errorf("the page is written as %s, error %v", got, err)
	}
}

func TestMismatches(t *testing.T) {
	t.Parallel()
	const text = ` {"float":"x","int":[1],"bool":3,"text":{},"color":"blue","optional":[0],"nested":"n",` +
		`"texts":["a",1],"ints":["x", 2.5],"shares":{"a b": true},"readings":[{}, 5,{"value":[]}],"children":"x","float":"7"}`
	want := []string{
		"$.float", "$.int", "$.bool", "$.text", "$.color", "$.optional", "$.nested", "$.texts[1]", "$.ints[0]", "$.ints[1]",
		`$.shares["a b"]`, "$.readings[1]", "$.readings[2].value", "$.children",
	}
	var offsets []int
	var record sample.Record
	if err := jsonscan.Unmarshal([]byte(text), record.ScanJSON, func(offset int) { offsets = append(offsets, offset) }); err != nil {
		t.Fatal(err)
	}
	if got := jsonscan.Paths([]byte(text), offsets); !reflect.DeepEqual(got, want) {
		t.Errorf("the mismatches are at %q, want %q", got, want)
	}
	if len(record.Readings) != 3 || record.Float != opt.Some(7.0) {
		t.Error("what fits was not read")
	}
}
