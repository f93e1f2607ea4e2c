package health_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
	"github.com/terra-go/terra/opt"
)

// oddValues are JSON values of which each field can hold some.
var oddValues = []string{
	`null`, `true`, `false`, `0`, `-0`, `-0.0`, `1`, `-1`, `7`, `9`, `10`, `42`, `148`, `155`, `8.0`, `8.5`, `8e0`, `0.8e1`, `80E-1`, `1e2`, `-3.25`, `0.1`,
	`0e9999999999`, `1e400`, `-1e400`, `1e-400`, `1e22`, `1.7976931348623157e308`, `4.9e-324`, `123456789012345.5`, `1234567890123456.7`, `0.000001`,
	`0.1234567890123456789`, `9007199254740993`, `9007199254740993.0`, `2147483647`, `2147483648`, `-2147483648`, `-2147483649`,
	`9223372036854775807`, `9223372036854775808`, `-9223372036854775808`, `922337203685477580.7e1`, `8.00000000000000000000001`, `1e18`, `1e19`,
	`1782885971`, `1782885971007`, `-62167219200`, `253402300800000`,
	`""`, `" "`, `"0"`, `"-0"`, `"72"`, `"72.5"`, `"8.0"`, `"-"`, `" 72"`, `"72 "`, `"+72"`, `"0x10"`, `"072"`, `"1e3"`, `"1e400"`, `"NaN"`, `"72,5"`, `"\u0037\u0032"`,
	`"true"`, `"True"`, `"FALSE"`, `"false"`, `"yes"`, `"tRUE"`, `"null"`, `"None"`,
	`"text"`, `"\"\\\/\b\f\n\r\t\u0000\u00e9\ud83d\ude00"`, `"\ud800"`, `"\udc00\ud800"`, `"\ud83dx"`, "\"\xff\"", "\"\xed\xa0\x80\"", "\"é \u2028\U0001f600\"", `"<a href='x'>&"`,
	`"ZONE_2"`, `"zone 3"`, `"OTHER"`, `"NORMAL"`, `"high"`, `"FLAT"`, `"Rising_Quickly"`, `"grams"`, `"Gram"`, `"fluid-ounce"`, `"menstrual"`, `"luteal"`, `"fertile"`, `"FIRST_TRIMESTER"`,
	`"2026-07-01T07:04:11.000000+01:00"`, `"2026-07-01T07:04:11.123456-05:30"`, `"2026-07-01T23:59:59.999999+00:00"`, `"2026-07-01T24:00:00.000000+01:00"`,
	`"2026-07-01T07:60:11.000000+01:00"`, `"2026-07-01T07:04:60.000000+01:00"`, `"2026-02-30T07:04:11.000000+01:00"`, `"2026-07-01T07:04:1x.000000+01:00"`,
	`"2026-07-01T07:04:11.000000+01:0x"`, `"2026-07-01T07:04:11,000000+01:00"`, `"2026-07-01 07:04:11.000000+01:00"`, `"2026-07-01T07:04:11.000000+99:00"`,
	`"2026-07-01T07:04:11.000000-00:00"`, `"2026-07-01T07:04:11Z"`, `"2026-07-01T07:04:11"`, `"2026-07-01 07:04:11.5+01"`, `"2026-07-01T07:04"`, `"2026-07-01"`, `"2026-13-01"`,
	`"0000-01-01T00:00:00.000000+23:59"`, `"9999-12-31T23:59:59.999999-23:59"`, `"2026-07-01T07:04:11.000000+01:00 "`, `"2026-07-01T07:04:11.00000\u0030+01:00"`,
	`[]`, `[1]`, `[1,2]`, `[1,2,3]`, `[null,null]`, `["1","2.5"]`, `["a",null,"b",3,{}]`, `[1.5,2]`, `[[1]]`, `[{}]`, `[null]`, `[{},null,5,[],"x",{}]`,
	`{}`, `{"a":1}`, `{"a":null}`, `{"a":1,"b":"2.5","a":3,"c":"x","d":{}}`, `{"a":1,"a":"x"}`, `{"a":{"b":[{"c":null}]}}`,
	`[{"contributor_name":"a","contributor_score":1.5},{"contributor_name":"b"},{"contributor_score":2},{"contributor_name":"c","contributor_score":"3"},` +
		`{"contributor_name":null,"contributor_score":4},{"contributor_name":"a","contributor_score":5},{"contributor_name":"","contributor_score":6}]`,
}

func TestOddTexts(t *testing.T) {
	t.Parallel()
	for _, typ := range recordTypes {
		for _, text := range oracle.Oddities {
			oracle.Test(t, typ, []byte(text))
		}
	}
}

// TestOddValues gives every member of every object, by each of its names, odd
// values, alone and before or after a value that fits. Of an object's fields of the
// same type only the first has to take them all.
func TestOddValues(t *testing.T) {
	t.Parallel()
	forEachObject(t, func(t *testing.T, typ reflect.Type) {
		seen := map[reflect.Type]bool{}
		for field := range typ.Fields() {
			fits := fieldText(t, field)
			few := []string{`null`, `1`, `"x"`, `[]`, `{}`, `[{}]`, `{"a":0.5}`}
			alone := oddValues
			if seen[field.Type] {
				alone = few
			}
			seen[field.Type] = true
			for _, name := range names(field) {
				for _, value := range alone {
					oracle.Test(t, typ, fmt.Appendf(nil, `{%q:%s}`, name, value))
				}
				for _, value := range few {
					oracle.Test(t, typ, fmt.Appendf(nil, `{%q:%s,%q:%s}`, name, value, oracle.Name(field), fits))
					oracle.Test(t, typ, fmt.Appendf(nil, `{%q:%s,%q:%s}`, oracle.Name(field), fits, name, value))
				}
			}
		}
	})
}

// TestOddKeys spells every name in other ways, and puts members in other orders
// and between white space.
func TestOddKeys(t *testing.T) {
	t.Parallel()
	forEachObject(t, func(t *testing.T, typ reflect.Type) {
		var members []string
		for field := range typ.Fields() {
			value := fieldText(t, field)
			for _, name := range names(field) {
				for _, key := range []string{
					strings.ToUpper(name), strings.ToLower(name), strings.ReplaceAll(name, "s", "ſ"), strings.ReplaceAll(name, "k", "\u212a"),
					strings.ReplaceAll(name, "_", `\u005f`), strings.ReplaceAll(name, "e", `\u0045`), name[:len(name)-1], name + "s", name + `\u0000`, "\xff" + name,
				} {
					oracle.Test(t, typ, []byte(`{"`+key+`":`+value+`}`))
				}
			}
			members = append(members, fmt.Sprintf("%q:%s", oracle.Name(field), value))
		}
		for _, space := range []string{"", " ", "\n\t", "\r\n          ", "\n                 "} {
			comma := space + "," + space
			oracle.Test(t, typ, []byte(space+"{"+space+strings.Join(members, comma)+space+"}"+space))
			slices.Reverse(members)
			oracle.Test(t, typ, []byte("{"+strings.Join(members, comma+`"unknown"`+space+`:`+space+`[{"a":"]}"}]`+comma)+"}"))
		}
		spaced := strings.Join(members, ",")
		spaced = strings.NewReplacer(`":`, "\" \t:  ", "{", "{\n", "}", "\r}", "[", "[ ", "]", " ]").Replace(spaced)
		oracle.Test(t, typ, []byte("{"+spaced+"}"))
	})
}

// TestPrefixes cuts a document with everything in it at every byte.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	forEachObject(t, func(t *testing.T, typ reflect.Type) {
		record := reflect.New(typ)
		fill := oracle.Filler{Few: true}
		fill.Fill(t, record.Elem(), "$")
		text, err := json.Marshal(record.Interface())
		if err != nil {
			t.Fatal(err)
		}
		step := 1 + len(text)/500
		for n := 0; n < len(text); n += step {
			oracle.Test(t, typ, text[:n])
		}
	})
}

// TestMutations changes every byte of a small document to every other that means
// something to JSON, and to some that do not.
func TestMutations(t *testing.T) {
	t.Parallel()
	const text = `{"metadata":{"type":8,"name":"\u00e9y","start_time":"2026-07-01T07:04:11.000000+01:00"},` +
		`"cheat_detection":-1.5e0,"lap_data":{"laps":[{},null]},"data_enrichment":{"trimp_contributors":{"a":1}},` +
		`"heart_rate_data":{"detailed":{"hr_samples":[{"timestamp":"2026-07-01T07:04:11.000000+01:00","bpm":61,` +
		`"timer_duration_seconds":null,"context":2},{"context":1,"bpm": 62.5, "x":0}]}}}`
	typ := reflect.TypeFor[health.Activity]()
	data := []byte(text)
	for i, old := range data {
		for _, c := range []byte("\x00\x01\x1f \t\n\"',-+./019:;@AETZ[\\]_`abefnrstuz{|}~\x7f\x80\xbf\xc2\xe2\xff") {
			data[i] = c
			oracle.Test(t, typ, data)
		}
		data[i] = old
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	const deepest = 10_000 // as encoding/json has it
	for _, tt := range []struct{ name, open, shut string }{
		{"unknown array", `{"a":`, `}`},
		{"array of numbers", `{"equipment_type":`, `}`},
	} {
		for _, depth := range []int{deepest - 1, deepest} { // within the object around
			text := []byte(tt.open + strings.Repeat("[", depth) + strings.Repeat("]", depth) + tt.shut)
			err := new(health.PlannedWorkoutDetailsStep).UnmarshalJSON(text)
			if json.Valid(text) != (err == nil) {
				t.Errorf("%s, %d deep: got %v", tt.name, depth+1, err)
			}
		}
	}
	for _, depth := range []int{deepest/2 - 1, deepest / 2, 5 * deepest} {
		text := []byte(strings.Repeat(`{"steps":[`, depth) + "{}" + strings.Repeat("]}", depth))
		var step health.PlannedWorkoutDetailsStep
		err := step.UnmarshalJSON(text)
		if json.Valid(text) != (err == nil) {
			t.Errorf("steps within steps, %d deep: got %v", depth, err)
		}
		for s := step; err == nil && depth > 0; depth-- {
			s = s.Steps[0]
		}
	}
}

// TestHostileSizes expects memory in proportion to the text's.
func TestHostileSizes(t *testing.T) {
	const size = 2 << 20
	tests := []struct {
		name, text string
		most       int // of bytes allocated, times the text's length
	}{
		{"one long text", `{"metadata":{"name":"` + strings.Repeat("x", size) + `"}}`, 8},
		{"one long text of escapes", `{"metadata":{"name":"` + strings.Repeat(`\u00e9`, size/6) + `"}}`, 8},
		{"one long unknown text", `{"metadata":{"nom":"` + strings.Repeat("x", size) + `"}}`, 8},
		{"one long name", `{"` + strings.Repeat("x", size) + `":1}`, 8},
		{"one long number", `{"cheat_detection":` + strings.Repeat("1", size) + `}`, 8},
		{"one long number in a text", `{"cheat_detection":"` + strings.Repeat("1", size) + `"}`, 8},
		{"one long exponent", `{"metadata":{"type":1e` + strings.Repeat("0", size) + `}}`, 8},
		{"one long time", `{"metadata":{"start_time":"2026-07-01T07:04:11.` + strings.Repeat("0", size) + `"}}`, 8},
		{"brackets", strings.Repeat(`{"metadata":[`, size/13), 8},
		{"many names", `{` + strings.Repeat(`"a":1,`, size/6) + `"b":1}`, 8},
		{"many arrays", `{"lap_data":{` + strings.Repeat(`"laps":[{},{}],`, size/15) + `"b":1}}`, 200},
		{"many texts", `{"device_data":{"data_provided":[` + strings.Repeat(`"",`, size/3) + `""]}}`, 60},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := []byte(tt.text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := health.Decode[health.Activity](text)
			runtime.ReadMemStats(&after)
			if json.Valid(text) != (err == nil) {
				t.Errorf("got %v", err)
			}
			if times := int(after.TotalAlloc-before.TotalAlloc) / len(text); times > tt.most {
				t.Errorf("took %d times the text's memory", times)
			}
		})
	}
}

// TestHostilePaths has a value that does not fit at every level of a deep text.
func TestHostilePaths(t *testing.T) {
	const depth = 4000
	text := []byte(`{"details":` + strings.Repeat(`{"order":"x","steps":[`, depth) + "{}" + strings.Repeat("]}", depth) + "}")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := health.DecodeStrict[health.PlannedWorkout](text)
	runtime.ReadMemStats(&after)
	if field, ok := errors.AsType[*health.FieldError](err); !ok || field.Count != depth-1 || len(field.Paths) != 100 {
		t.Errorf("got a %T", err)
	}
	if times := int(after.TotalAlloc-before.TotalAlloc) / len(text); times > 100 {
		t.Errorf("took %d times the text's memory", times)
	}
}

// TestDecodeStrictPaths has a value of the wrong type in the place of every leaf.
func TestDecodeStrictPaths(t *testing.T) {
	t.Parallel()
	testStrictPaths[health.Activity](t)
	testStrictPaths[health.Athlete](t)
	testStrictPaths[health.Body](t)
	testStrictPaths[health.Daily](t)
	testStrictPaths[health.HealthObservation](t)
	testStrictPaths[health.HormoneSample](t)
	testStrictPaths[health.Menstruation](t)
	testStrictPaths[health.Nutrition](t)
	testStrictPaths[health.PlannedWorkout](t)
	testStrictPaths[health.Sleep](t)
}

func testStrictPaths[T health.Record](t *testing.T) {
	t.Helper()
	const most = 100
	var paths []string
	unfit := unfitLeaves{paths: &paths}
	text := unfit.document(reflect.TypeFor[T](), "$")
	record, err := health.DecodeStrict[T]([]byte(text))
	field, ok := errors.AsType[*health.FieldError](err)
	if !ok {
		t.Fatalf("%T: got %v", record, err)
	}
	if field.Count != len(paths) || !slices.Equal(field.Paths, paths[:min(most, len(paths))]) {
		t.Errorf("%T: the %d paths of %d are not those of the %d leaves", record, len(field.Paths), field.Count, len(paths))
	}
	if _, err := health.Decode[T]([]byte(text)); err != nil {
		t.Errorf("%T: Decode gives %v", record, err)
	}
	for i, path := range paths {
		unfit := unfitLeaves{paths: new([]string), only: path}
		_, err := health.DecodeStrict[T]([]byte(unfit.document(reflect.TypeFor[T](), "$")))
		if field, ok := errors.AsType[*health.FieldError](err); !ok || !slices.Equal(field.Paths, paths[i:i+1]) {
			t.Errorf("%T: got %v, want %s", record, err, path)
		}
	}
}

// unfitLeaves makes documents of values that do not fit.
type unfitLeaves struct {
	only   string // the path of the single one, if any
	paths  *[]string
	inside []reflect.Type
}

func (u unfitLeaves) document(typ reflect.Type, path string) string {
	u.inside = append(slices.Clip(u.inside), typ)
	var members []string
	for field := range typ.Fields() {
		member := path + "." + oracle.Name(field)
		var text string
		switch {
		case oracle.IsObject(field.Type):
			text = u.document(field.Type, member)
		case field.Type.Kind() == reflect.Slice && oracle.IsObject(field.Type.Elem()) && !slices.Contains(u.inside, field.Type.Elem()):
			text = "[" + u.leaf(member+"[0]", `true`) + "," + u.document(field.Type.Elem(), member+"[1]") + "]"
		case field.Type.Kind() == reflect.Map:
			text = `{"a":` + u.leaf(member+".a", `"x"`) + `,"b":1}`
		default:
			text = u.leaf(member, `{"a":[1]}`)
		}
		members = append(members, fmt.Sprintf("%q:%s", oracle.Name(field), text))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (u unfitLeaves) leaf(path, text string) string {
	if u.only != "" && u.only != path {
		return "null"
	}
	*u.paths = append(*u.paths, path)
	return text
}

func TestDecodeStrict(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		paths      []string
		message    string
	}{
		{"all fits", `{"metadata":{"type":"8","name":null,"unknown":[{}]},"lap_data":null}`, nil, ""},
		{
			"one", `{"metadata":{"type":"sprint"}}`,
			[]string{"$.metadata.type"},
			"health: a value does not fit its field: $.metadata.type",
		},
		{
			"several", `{"metadata":7,"lap_data":{"laps":[{"calories":1},{"calories":[]},{"calories":2,"start_time":"noon"}]},"cheat_detection":"no"}`,
			[]string{"$.metadata", "$.lap_data.laps[1].calories", "$.lap_data.laps[2].start_time", "$.cheat_detection"},
			"health: 4 values do not fit their fields: $.metadata, $.lap_data.laps[1].calories, $.lap_data.laps[2].start_time, …",
		},
		{
			"odd names", `{"Metadata" : {"t\u0079pe":{}}, "data_enrichment":{"trimp_contributors":{"x y":true,"":[]}}}`,
			[]string{"$.Metadata.type", `$.data_enrichment.trimp_contributors["x y"]`, `$.data_enrichment.trimp_contributors[""]`},
			`health: 3 values do not fit their fields: $.Metadata.type, $.data_enrichment.trimp_contributors["x y"], $.data_enrichment.trimp_contributors[""]`,
		},
		{
			"positions", `{"position_data":{"start_pos_lat_lng_deg":[1,"x",3],"end_pos_lat_lng_deg":{}}}`,
			[]string{"$.position_data.start_pos_lat_lng_deg[1]", "$.position_data.start_pos_lat_lng_deg[2]", "$.position_data.end_pos_lat_lng_deg"},
			"health: 3 values do not fit their fields: $.position_data.start_pos_lat_lng_deg[1], $.position_data.start_pos_lat_lng_deg[2], " +
				"$.position_data.end_pos_lat_lng_deg",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := health.DecodeStrict[health.Activity]([]byte(tt.text))
			field, ok := errors.AsType[*health.FieldError](err)
			if !ok {
				if err != nil || tt.paths != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if !slices.Equal(field.Paths, tt.paths) {
				t.Errorf("got %q, want %q", field.Paths, tt.paths)
			}
			if err.Error() != tt.message {
				t.Errorf("got %q, want %q", err, tt.message)
			}
		})
	}
	if _, err := health.DecodeStrict[health.Activity]([]byte(`{"metadata":7,}`)); err == nil || errors.As(err, new(*health.FieldError)) {
		t.Errorf("a syntax error after a value that does not fit: got %v", err)
	}
	if _, err := health.DecodeStrict[health.Activity]([]byte(`7`)); err != health.ErrNotObject {
		t.Errorf("a number: got %v", err)
	}
}

// TestToleranceKeepsTheRest loses no more than the field that is odd.
func TestToleranceKeepsTheRest(t *testing.T) {
	t.Parallel()
	night, err := health.Decode[health.Sleep]([]byte(`{"metadata":{"is_nap":[],"summary_id":"n"},"heart_rate_data":{"summary":7,"detailed":{"hr_samples":[
		{"timestamp":"noon","bpm":60},"gap",{"timestamp":"2026-07-01T00:00:00.000000+01:00","bpm":{}},{"bpm":"61"}]}},"scores":{"sleep":81}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := health.Sleep{
		Metadata: health.SleepMetadata{SummaryID: opt.Some("n")},
		HeartRateData: health.HeartRateData{Detailed: health.HeartRateDataDetailed{HRSamples: []health.HeartRateDataSample{
			{BPM: opt.Some(60.0)}, {}, {Timestamp: timestamp("2026-07-01T00:00:00.000000+01:00")}, {BPM: opt.Some(61.0)},
		}}},
		Scores: health.SleepScores{Sleep: opt.Some(81.0)},
	}
	for _, path := range oracle.Differences(reflect.ValueOf(want), reflect.ValueOf(night), "$") {
		t.Errorf("%s is not what was sent", path)
	}
}

// TestUnmarshal has records wherever encoding/json may find them.
func TestUnmarshal(t *testing.T) {
	t.Parallel()
	var payload struct {
		Value   health.Sleep
		Pointer *health.Sleep
		Nothing *health.Sleep
		Empty   *health.Sleep
		List    []health.Sleep
		Array   [1]health.Sleep
		Map     map[string]health.Sleep
		Any     any
		Time    health.Timestamp
		Optional,
		Null opt.Value[health.Sleep]
	}
	payload.Nothing = new(health.Sleep)
	payload.Value.Metadata.SummaryID = opt.Some("stays")
	const night = `{"scores":{"sleep":81}}`
	text := strings.ReplaceAll(`{"Value":%,"Pointer":%,"Nothing":null,"Empty":{},"List":[%,null,%],"Array":[%],"Map":{"a":%},"Any":%,`+
		`"Time":"2026-07-01","Optional":%,"Null":null}`, "%", night)
	if err := json.Unmarshal([]byte(text), &payload); err != nil {
		t.Fatal(err)
	}
	want := opt.Some(81.0)
	for place, got := range map[string]opt.Value[float64]{
		"a field":                  payload.Value.Scores.Sleep,
		"a pointer":                payload.Pointer.Scores.Sleep,
		"an array's first element": payload.List[0].Scores.Sleep,
		"an array's last element":  payload.List[2].Scores.Sleep,
		"an array of fixed length": payload.Array[0].Scores.Sleep,
		"a map":                    payload.Map["a"].Scores.Sleep,
		"an optional value":        payload.Optional.Or(health.Sleep{}).Scores.Sleep,
	} {
		if got != want {
			t.Errorf("in %s: the score is missing", place)
		}
	}
	switch {
	case payload.Nothing != nil:
		t.Error("null leaves a pointer")
	case payload.Empty == nil:
		t.Error("an empty object leaves no pointer")
	case !payload.Null.IsNull():
		t.Error("null is not null")
	case payload.Value.Metadata.SummaryID != opt.Some("stays"):
		t.Error("decoding into a record takes back what the text does not have")
	}

	kept := health.Sleep{Scores: health.SleepScores{Sleep: want}}
	if err := json.Unmarshal([]byte("null"), &kept); err != nil || kept.Scores.Sleep != want {
		t.Errorf("null is not left alone: %v", err)
	}
	for _, text := range []string{"1", `"x"`, "[]", "true"} {
		if err := json.Unmarshal([]byte(text), &kept); err != health.ErrNotObject || kept.Scores.Sleep != want {
			t.Errorf("%s: got %v", text, err)
		}
	}
	if err := json.Unmarshal([]byte(`[{"scores":{}},7]`), new([]health.Sleep)); !errors.Is(err, health.ErrNotObject) {
		t.Errorf("a number among records: got %v", err)
	}
}

// TestMarshal has records wherever encoding/json may find them, by value and by
// pointer.
func TestMarshal(t *testing.T) {
	t.Parallel()
	night := health.Sleep{Scores: health.SleepScores{Sleep: opt.Some(81.0)}, Metadata: health.SleepMetadata{SummaryID: opt.Some("<&>\u2028")}}
	const want = `{"metadata":{"summary_id":"\u003c\u0026\u003e\u2028"},"scores":{"sleep":81}}`
	for _, v := range []any{night, &night} {
		if text, err := json.Marshal(v); err != nil || string(text) != want {
			t.Errorf("%T: got %s, %v", v, text, err)
		}
	}
	text, err := json.Marshal(map[string]any{"list": []health.Sleep{night}, "none": (*health.Sleep)(nil), "zero": struct {
		Night health.Sleep `json:",omitzero"`
	}{}})
	if err != nil || string(text) != `{"list":[`+want+`],"none":null,"zero":{}}` {
		t.Errorf("got %s, %v", text, err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(night); err != nil || b.String() != "{\n \"metadata\": {\n  \"summary_id\": \"<&>\\u2028\"\n },\n \"scores\": {\n  \"sleep\": 81\n }\n}\n" {
		t.Errorf("got %s, %v", b.String(), err)
	}
	zero := 0.0
	night.Scores.Sleep = opt.Some(1 / zero)
	if _, err := json.Marshal(night); err == nil {
		t.Error("infinity encodes")
	}
}

// TestDecodeKeepsNothing overwrites the text after it was decoded, and decodes others.
func TestDecodeKeepsNothing(t *testing.T) {
	t.Parallel()
	behind := strings.Repeat("#", 100)
	var records []reflect.Value
	for _, d := range documents {
		memory := []byte(d.text + behind)
		data := memory[:len(d.text)]
		record := reflect.New(reflect.TypeOf(d.want).Elem())
		if err := record.Interface().(json.Unmarshaler).UnmarshalJSON(data); err != nil {
			t.Fatal(err)
		}
		if string(data) != d.text || string(memory[len(data):]) != behind {
			t.Errorf("%s: the caller's memory is written to", d.name)
		}
		for i := range data {
			data[i] = '#'
		}
		records = append(records, record)
	}
	for i, d := range documents {
		for _, path := range oracle.Differences(reflect.ValueOf(d.want).Elem(), records[i].Elem(), "$") {
			t.Errorf("%s: %s shares memory with a text", d.name, path)
		}
	}
}

// TestDecodeConcurrently has many goroutines learn the order of keys from texts of
// different orders.
func TestDecodeConcurrently(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				for _, d := range documents {
					record := reflect.New(reflect.TypeOf(d.want).Elem())
					if err := json.Unmarshal([]byte(d.text), record.Interface()); err != nil {
						t.Error(err)
					}
					for _, path := range oracle.Differences(reflect.ValueOf(d.want).Elem(), record.Elem(), "$") {
						t.Errorf("%s: %s is not what was sent", d.name, path)
					}
				}
			}
		})
	}
	all.Wait()
}

// forEachObject runs test on every struct of the package.
func forEachObject(t *testing.T, test func(t *testing.T, typ reflect.Type)) {
	for _, typ := range schemaTypes() {
		if oracle.IsObject(typ) {
			t.Run(typ.Name(), func(t *testing.T) {
				t.Parallel()
				test(t, typ)
			})
		}
	}
}

// names are those that a field has on the wire.
func names(field reflect.StructField) []string {
	return append([]string{oracle.Name(field)}, oracle.OldNames(field)...)
}

// fieldText is a value for a field of that type.
func fieldText(t *testing.T, field reflect.StructField) string {
	t.Helper()
	v := reflect.New(field.Type)
	fill := oracle.Filler{Few: true}
	fill.Fill(t, v.Elem(), field.Name)
	text, err := json.Marshal(v.Interface())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
