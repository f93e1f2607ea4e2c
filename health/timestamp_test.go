package health_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/terra-go/terra/health"
)

func TestTimestampSize(t *testing.T) {
	t.Parallel()
	if got := unsafe.Sizeof(health.Timestamp{}); got != 16 {
		t.Errorf("a Timestamp takes %d bytes, want 16", got)
	}
}

// forms are JSON texts of every known form; time is RFC 3339, and empty when no
// offset was written.
var forms = []struct{ name, json, time, date string }{
	{"microseconds and offset", `"2026-07-01T07:04:11.000000+01:00"`, "2026-07-01T07:04:11+01:00", "2026-07-01"},
	{"microseconds, local", `"2026-07-01T07:04:11.000000"`, "", "2026-07-01"},
	{"seconds, local", `"2026-07-01T07:04:11"`, "", "2026-07-01"},
	{"seconds, Z", `"2024-01-20T11:00:00Z"`, "2024-01-20T11:00:00Z", "2024-01-20"},
	{"space and microseconds", `"2025-07-04 21:37:36.638145+00:00"`, "2025-07-04T21:37:36.638145Z", "2025-07-04"},
	{"space, local", `"2025-07-04 21:37:36"`, "", "2025-07-04"},
	{"space, Z", `"2025-07-04 21:37:36.1Z"`, "2025-07-04T21:37:36.1Z", "2025-07-04"},
	{"date", `"2022-11-28"`, "", "2022-11-28"},
	{"offset of zero", `"2022-12-12T10:00:00.000000+00:00"`, "2022-12-12T10:00:00Z", "2022-12-12"},
	{"unknown offset", `"2022-12-12T10:00:00-00:00"`, "2022-12-12T10:00:00Z", "2022-12-12"},
	{"unknown compact offset", `"2022-12-12T10:00:00-0000"`, "2022-12-12T10:00:00Z", "2022-12-12"},
	{"unknown hour offset", `"2022-12-12T10:00:00-00"`, "2022-12-12T10:00:00Z", "2022-12-12"},
	{"negative offset", `"2026-06-30T23:12:00.000000-07:00"`, "2026-06-30T23:12:00-07:00", "2026-06-30"},
	{"negative offset of minutes", `"2026-06-30T23:12:00-00:30"`, "2026-06-30T23:12:00-00:30", "2026-06-30"},
	{"quarter-hour offset", `"2026-06-30T23:12:00+05:45"`, "2026-06-30T23:12:00+05:45", "2026-06-30"},
	{"largest offset", `"2026-06-30T23:12:00+23:59"`, "2026-06-30T23:12:00+23:59", "2026-06-30"},
	{"smallest offset", `"2026-06-30T23:12:00-23:59"`, "2026-06-30T23:12:00-23:59", "2026-06-30"},
	{"compact offset", `"2026-06-30T23:12:00+0530"`, "2026-06-30T23:12:00+05:30", "2026-06-30"},
	{"compact negative offset", `"2026-06-30T23:12:00.5-0330"`, "2026-06-30T23:12:00.5-03:30", "2026-06-30"},
	{"hour offset", `"2026-06-30 23:12:00-07"`, "2026-06-30T23:12:00-07:00", "2026-06-30"},
	{"milliseconds", `"2026-06-30T23:12:00.120Z"`, "2026-06-30T23:12:00.12Z", "2026-06-30"},
	{"nanoseconds", `"2026-06-30T23:12:00.999999999Z"`, "2026-06-30T23:12:00.999999999Z", "2026-06-30"},
	{"one digit", `"2026-06-30T23:12:00.0"`, "", "2026-06-30"},
	{"minutes", `"2026-06-30T23:12"`, "", "2026-06-30"},
	{"minutes and offset", `"2026-06-30 23:12+02:00"`, "2026-06-30T23:12:00+02:00", "2026-06-30"},
	{"leap day", `"2024-02-29T23:59:59.999999+14:00"`, "2024-02-29T23:59:59.999999+14:00", "2024-02-29"},
	{"first moment", `"0000-01-01T00:00:00Z"`, "0000-01-01T00:00:00Z", "0000-01-01"},
	{"last moment", `"9999-12-31T23:59:59.999999999Z"`, "9999-12-31T23:59:59.999999999Z", "9999-12-31"},
	{"before 1970", `"1969-12-31T23:59:59.000001Z"`, "1969-12-31T23:59:59.000001Z", "1969-12-31"},
	{"Unix seconds", `1782885851`, "2026-07-01T06:04:11Z", "2026-07-01"},
	{"Unix milliseconds", `1782885851007`, "2026-07-01T06:04:11.007Z", "2026-07-01"},
	{"Unix epoch", `0`, "1970-01-01T00:00:00Z", "1970-01-01"},
	{"Unix seconds before 1970", `-1`, "1969-12-31T23:59:59Z", "1969-12-31"},
}

func TestTimestampForms(t *testing.T) {
	t.Parallel()
	for _, tt := range forms {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var ts health.Timestamp
			if err := json.Unmarshal([]byte(tt.json), &ts); err != nil {
				t.Fatal(err)
			}
			if out, err := json.Marshal(ts); err != nil || string(out) != tt.json {
				t.Errorf("written back as %s, %v, want %s", out, err, tt.json)
			}
			if s := strings.Trim(tt.json, `"`); ts.String() != s {
				t.Errorf("String() = %s, want %s", ts, s)
			}
			if d := ts.Date(); d.String() != tt.date {
				t.Errorf("Date() = %v, want %s", d, tt.date)
			}
			if ts.IsZero() || ts.IsNull() || ts.IsDateOnly() != (tt.name == "date") {
				t.Error("state is mistaken")
			}
			instant, ok := ts.Time()
			if ok != (tt.time != "") {
				t.Fatalf("Time() is known: %t", ok)
			}
			if ok && instant.Format(time.RFC3339Nano) != tt.time {
				t.Errorf("Time() = %s, want %s", instant.Format(time.RFC3339Nano), tt.time)
			}
			if tt.json[0] != '"' {
				return
			}
			if parsed, err := health.ParseTimestamp(strings.Trim(tt.json, `"`)); err != nil || parsed != ts {
				t.Errorf("ParseTimestamp differs: %v", err)
			}
			if escaped := unmarshalTimestamp(t, escape(tt.json)); escaped != ts {
				t.Error("differs when the JSON string is escaped")
			}
		})
	}
}

// escape spells each character of a JSON string as \uXXXX.
func escape(s string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(strings.Trim(s, `"`)) {
		b.WriteString(`\u00`)
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	b.WriteByte('"')
	return b.String()
}

func unmarshalTimestamp(t testing.TB, text string) health.Timestamp {
	t.Helper()
	var ts health.Timestamp
	if err := json.Unmarshal([]byte(text), &ts); err != nil {
		t.Fatal(err)
	}
	return ts
}

func TestTimestampRejects(t *testing.T) {
	t.Parallel()
	bad := []string{
		`""`, `"x"`, `"2026"`, `"2026-07"`, `"2026-7-1"`, `"2026-07-01T"`, `"2026-07-01T07"`, `"2026-07-01T07:"`, `"2026-07-01T07:04:"`,
		`"2026-07-01T7:04:11"`, `"2026-07-01T07:04:1"`, `"2026-07-01T07-04:11"`, `"2026-07-01_07:04:11"`,
		`"2026-07-01t07:04:11Z"`, `"2026-07-01T07:04:11z"`, `"2026-07-01T24:00:00"`, `"2026-07-01T07:60:00"`, `"2026-07-01T07:04:60"`,
		`"2026-02-29T07:04:11"`, `"2026-13-01"`, `"2026-00-01"`, `"2026-01-00"`, `"2026-04-31"`,
		`"2026-07-01T07:04:11."`, `"2026-07-01T07:04:11.Z"`, `"2026-07-01T07:04:11,5Z"`, `"2026-07-01T07:04:11.0123456789"`, `"2026-07-01T07:04.5"`,
		`"2026-07-01T07:04:11+"`, `"2026-07-01T07:04:11+1"`, `"2026-07-01T07:04:11+001"`, `"2026-07-01T07:04:11+01:0"`, `"2026-07-01T07:04:11+01:000"`,
		`"2026-07-01T07:04:11+24:00"`, `"2026-07-01T07:04:11+01:60"`, `"2026-07-01T07:04:11+01-00"`, `"2026-07-01T07:04:11+aa:00"`, `"2026-07-01T07:04:11ZZ"`,
		`"2026-07-01T07:04:11 +01:00"`, `" 2026-07-01"`, `"2026-07-01 "`, `"2026-07-01Z"`, `"2026-07-01+01:00"`, `"2026-07-01T07:04:11\u0000"`,
		`"1782885851"`, `"null"`, `1.5`, `1e9`, `-0`, `-62167219201`, `253402300800000`, `99999999999999999999`, `true`, `{}`, `[]`, `["2026-07-01"]`,
	}
	for _, in := range bad {
		ts := health.NullTimestamp()
		if err := json.Unmarshal([]byte(in), &ts); !errors.Is(err, health.ErrTimestamp) || !ts.IsNull() {
			t.Errorf("%s: got %v, %v", in, ts, err)
		}
	}
	// Not JSON at all, as only a direct caller can pass it.
	for _, in := range []string{``, `"`, `"2026-07-01`, `2026-07-01"`, `"2026-07-01x`, `007`, `+7`, `"\u"`, `"2026\-07-01"`, ` 7`} {
		var ts health.Timestamp
		if err := ts.UnmarshalJSON([]byte(in)); !errors.Is(err, health.ErrTimestamp) || !ts.IsZero() {
			t.Errorf("%s: got %v, %v", in, ts, err)
		}
	}
	if _, err := health.ParseTimestamp("5550123-secret"); err == nil || strings.Contains(err.Error(), "5550123") {
		t.Errorf("the error is nil or repeats the input")
	}
}

func TestTimestampStates(t *testing.T) {
	t.Parallel()
	var absent health.Timestamp
	null := unmarshalTimestamp(t, "null")
	if !absent.IsZero() || absent.IsNull() || absent.String() != "" {
		t.Error("the zero value is not absent")
	}
	if null.IsZero() || !null.IsNull() || null.String() != "null" || null != health.NullTimestamp() {
		t.Error("null is not null")
	}
	for _, ts := range []health.Timestamp{absent, null} {
		if at, ok := ts.Time(); ok || !at.IsZero() || !ts.In(time.UTC).IsZero() || !ts.Date().IsZero() || ts.IsDateOnly() {
			t.Error("no time is mistaken for one")
		}
		if out, err := json.Marshal(ts); err != nil || string(out) != "null" {
			t.Errorf("marshals as %s, %v", out, err)
		}
	}
	type record struct {
		Start health.Timestamp `json:"start,omitzero"`
		End   health.Timestamp `json:"end,omitzero"`
	}
	if out, err := json.Marshal(record{End: null}); err != nil || string(out) != `{"end":null}` {
		t.Errorf("a record with an absent and a null time marshals as %s, %v", out, err)
	}
}

func TestTimestampsSpeltAlikeAreEqual(t *testing.T) {
	t.Parallel()
	seen := map[health.Timestamp]string{}
	for _, tt := range forms {
		ts := unmarshalTimestamp(t, tt.json)
		if other, ok := seen[ts]; ok {
			t.Errorf("%s and %s are equal", tt.name, other)
		}
		seen[ts] = tt.name
		if unmarshalTimestamp(t, tt.json) != ts {
			t.Errorf("%s does not equal itself", tt.name)
		}
	}
}

func TestTimestampIn(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, in, want string }{
		{"instant moves", "Asia/Tokyo", "2026-07-01T07:04:11+01:00", "2026-07-01T15:04:11+09:00"},
		{"local time stays", "Asia/Tokyo", "2026-07-01T07:04:11.25", "2026-07-01T07:04:11.25+09:00"},
		{"local time in winter", "America/New_York", "2026-01-01T07:04:11", "2026-01-01T07:04:11-05:00"},
		{"local time in summer", "America/New_York", "2026-07-01T07:04:11", "2026-07-01T07:04:11-04:00"},
		{"just before the clocks go forward", "America/New_York", "2026-03-08T01:59:59", "2026-03-08T01:59:59-05:00"},
		{"skipped, west of UTC", "America/New_York", "2026-03-08T02:30:00", "2026-03-08T03:30:00-04:00"},
		{"just after the clocks went forward", "America/New_York", "2026-03-08T03:00:00", "2026-03-08T03:00:00-04:00"},
		{"shown twice, west of UTC", "America/New_York", "2026-11-01T01:30:00", "2026-11-01T01:30:00-04:00"},
		{"after the clocks went back", "America/New_York", "2026-11-01T02:00:00", "2026-11-01T02:00:00-05:00"},
		{"skipped, east of UTC", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00"},
		{"shown twice, east of UTC", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00"},
		{"skipped by half an hour", "Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-04T02:45:00+11:00"},
		{"date", "America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"},
		{"instant across a change", "America/New_York", "2026-03-08T07:30:00Z", "2026-03-08T03:30:00-04:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ts, err := health.ParseTimestamp(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := ts.In(location(t, tt.zone)).Format(time.RFC3339Nano); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestTimestampInShowsTheWallClock walks through every quarter of an hour of a
// year: a local time that clocks showed comes back as it was, and as the first
// instant of the two if they showed it twice.
func TestTimestampInShowsTheWallClock(t *testing.T) {
	t.Parallel()
	const layout = "2006-01-02T15:04"
	for _, zone := range []string{"America/New_York", "Europe/London", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca", "Pacific/Chatham", "UTC"} {
		loc := location(t, zone)
		first := map[string]time.Time{} // by what the clocks showed
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, loc)
		for at := start; at.Year() == 2026; at = at.Add(15 * time.Minute) {
			if shown := at.Format(layout); first[shown].IsZero() {
				first[shown] = at
			}
		}
		for shown, want := range first {
			ts, err := health.ParseTimestamp(shown)
			if err != nil {
				t.Fatal(err)
			}
			if got := ts.In(loc); !got.Equal(want) {
				t.Errorf("%s: %s is %s, want %s", zone, shown, got, want)
			}
		}
	}
}

func TestTimestampOf(t *testing.T) {
	t.Parallel()
	ist := time.FixedZone("IST", 5*60*60+30*60)
	tests := []struct {
		name string
		in   time.Time
		want string
	}{
		{"UTC", time.Date(2026, 7, 1, 7, 4, 11, 0, time.UTC), "2026-07-01T07:04:11.000000+00:00"},
		{"offset", time.Date(2026, 7, 1, 7, 4, 11, 123456789, ist), "2026-07-01T07:04:11.123456+05:30"},
		{"date of the wall clock", time.Date(2026, 7, 1, 0, 0, 0, 0, ist), "2026-07-01T00:00:00.000000+05:30"},
		{"before 1970", time.Date(1969, 7, 1, 0, 0, 0, 999_999_999, time.UTC), "1969-07-01T00:00:00.999999+00:00"},
		{"offset with seconds", time.Date(1890, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 53*60+28)), "1889-12-31T23:59:32.000000+00:53"},
		{"negative offset with seconds", time.Date(1890, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", -75)), "1890-01-01T00:00:15.000000-00:01"},
		{"first year", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), "0000-01-01T00:00:00.000000+00:00"},
		{"zero time", time.Time{}, "0001-01-01T00:00:00.000000+00:00"},
		{"year before the first", time.Date(-1, 12, 31, 23, 59, 59, 0, time.UTC), ""},
		{"year after the last", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), ""},
		{"far future", time.Unix(math.MaxInt64/2, 0), ""},
		{"senseless offset", time.Date(2026, 7, 1, 0, 0, 0, 0, time.FixedZone("", 24*60*60)), ""},
		{"senseless negative offset", time.Date(2026, 7, 1, 0, 0, 0, 0, time.FixedZone("", -1e9)), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ts := health.TimestampOf(tt.in)
			if ts.String() != tt.want || ts.IsZero() != (tt.want == "") {
				t.Fatalf("got %s, want %s", ts, tt.want)
			}
			if tt.want == "" {
				return
			}
			if got, ok := ts.Time(); !ok || !got.Equal(tt.in.Truncate(time.Microsecond)) {
				t.Error("another instant")
			}
			if parsed, err := health.ParseTimestamp(tt.want); err != nil || parsed != ts {
				t.Error("differs from the parsed text")
			}
		})
	}
}

func TestTimestampOfDate(t *testing.T) {
	t.Parallel()
	d := health.NewDate(2024, 2, 29)
	ts := health.TimestampOfDate(d)
	if ts.String() != "2024-02-29" || ts.Date() != d || !ts.IsDateOnly() {
		t.Errorf("got %s", ts)
	}
	if ts := health.TimestampOfDate(health.Date{}); !ts.IsZero() {
		t.Errorf("no day gives %s", ts)
	}
	if ts := health.TimestampOfDate(health.Date{Year: 2026, Month: 2, Day: 29}); !ts.IsZero() {
		t.Errorf("a day that does not exist gives %s", ts)
	}
}

func TestTimestampAllocations(t *testing.T) {
	text := []byte(`"2026-07-01T07:04:11.000000+01:00"`)
	var ts health.Timestamp
	allocs := testing.AllocsPerRun(100, func() {
		if ts.UnmarshalJSON(text) != nil {
			t.Error("cannot read")
		}
	})
	if allocs != 0 {
		t.Errorf("reading a timestamp allocates %v times", allocs)
	}
}

// FuzzTimestamp holds what is read to being written back byte for byte, and the
// instant to that of package time.
func FuzzTimestamp(f *testing.F) {
	for _, tt := range forms {
		f.Add([]byte(tt.json))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var ts health.Timestamp
		if err := ts.UnmarshalJSON(data); err != nil {
			if !errors.Is(err, health.ErrTimestamp) || !ts.IsZero() {
				t.Errorf("failed otherwise than with ErrTimestamp: %v", err)
			}
			return
		}
		out, err := ts.MarshalJSON()
		if err != nil || !json.Valid(out) {
			t.Fatalf("does not marshal: %v", err)
		}
		if !slices.Contains(data, '\\') && string(out) != string(data) {
			t.Error("not written back byte for byte")
		}
		if again := unmarshalTimestamp(t, string(out)); again != ts {
			t.Error("does not survive a round trip")
		}
		if ts.IsNull() {
			return
		}
		if d := ts.Date(); !d.IsValid() || data[0] == '"' && d.String() != ts.String()[:len("2006-01-02")] {
			t.Error("the day is not the date part")
		}
		instant, ok := ts.Time()
		if want, err := time.Parse(time.RFC3339Nano, ts.String()); err == nil && (!ok || !want.Equal(instant)) {
			t.Error("differs from package time")
		}
		if ok && !ts.In(time.UTC).Equal(instant) {
			t.Error("In gives another instant than Time")
		}
	})
}
