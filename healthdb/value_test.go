package healthdb

import (
	"database/sql"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
	"github.com/terra-go/terra/internal/sqldb"
)

// TestValuesRoundTrip gives each value of a record with everything set to the
// database's types and reads it back.
func TestValuesRoundTrip(t *testing.T) {
	t.Parallel()
	for _, table := range newTables() {
		for _, d := range dialects {
			record, again := reflect.New(table.record), reflect.New(table.record)
			new(oracle.Filler).Fill(t, record.Elem(), table.name)
			for _, c := range table.columns {
				args, err := c.appendTo(nil, record.UnsafePointer(), d)
				if err != nil {
					t.Fatal(err)
				}
				dest, assign := c.scan(d)
				if len(args) != len(c.names(d)) || len(dest) != len(args) || len(c.types(d)) != len(args) {
					t.Fatalf("%s.%s: %d values for %d columns", table.name, c.name, len(args), len(c.names(d)))
				}
				for i := range args {
					if args[i] == nil {
						t.Errorf("%s.%s: no value", table.name, c.name)
					}
					if err := dest[i].(sql.Scanner).Scan(args[i]); err != nil {
						t.Errorf("%s.%s: cannot be read", table.name, c.name)
					}
				}
				if err := assign(again.UnsafePointer()); err != nil {
					t.Errorf("%s.%s: %v", table.name, c.name, err)
				}
			}
			for _, l := range table.lists { // which are not columns
				reflect.NewAt(l.typ, unsafe.Add(record.UnsafePointer(), l.offset)).Elem().SetZero()
			}
			for _, path := range oracle.Differences(record.Elem(), again.Elem(), table.name) {
				t.Errorf("%s: %s is not what it was", d, path)
			}
		}
	}
}

func TestJSONText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"a\u0000b"`:        `"a\ufffdb"`,
		`"\\u0000"`:         `"\\u0000"`,
		`"\\\u0000\u0000"`:  `"\\\ufffd\ufffd"`,
		`"\"\u0000"`:        `"\"\ufffd"`,
		`["x","\u00001"]`:   `["x","\ufffd1"]`,
		`{"\u0000":"\\\\"}`: `{"\ufffd":"\\\\"}`,
	} {
		if got := jsonText([]byte(text)); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

// FuzzJSONText: what was JSON still is, without a NUL.
func FuzzJSONText(f *testing.F) {
	f.Add(`"a\u0000\\u0000"`)
	f.Fuzz(func(t *testing.T, s string) {
		b, err := json.Marshal([]string{s, s + `\`})
		if err != nil {
			return
		}
		var got []string
		if err := json.Unmarshal([]byte(jsonText(b)), &got); err != nil || len(got) != 2 || strings.Contains(got[0], "\x00") {
			t.Errorf("is no longer what it was: %v", err)
		}
	})
}

// FuzzTimestamp: a moment comes back from both databases, on PostgreSQL as the same
// instant of the same day.
func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"2026-07-01T07:04:11.123456+01:00", "2026-07-01", "2026-07-01 07:04", "9999-12-31T23:59:59.999999999-23:59", "0000-01-01T00:00:00+14:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := health.ParseTimestamp(s)
		if err != nil {
			return
		}
		if got, err := parseTime(want.String()); err != nil || got != want {
			t.Error("the text does not come back")
		}
		args := appendTime(nil, want, sqldb.Postgres)
		var offset sql.Null[int64]
		if err := offset.Scan(args[1]); err != nil {
			t.Fatal(err)
		}
		instant := args[0].(time.Time).Truncate(time.Microsecond)
		got := timestamp(instant, offset, want.IsDateOnly())
		if !got.In(time.UTC).Equal(want.In(time.UTC).Truncate(time.Microsecond)) || got.Date() != want.Date() || got.IsDateOnly() != want.IsDateOnly() {
			t.Error("the moment does not come back")
		}
	})
}

// FuzzLayouts: whatever the column holds is an error or counts that fit.
func FuzzLayouts(f *testing.F) {
	f.Add(`{"heart_rate_data.detailed.hr_samples":[3,60,2,null]}`)
	f.Add(`{"a":[3,60,9,-9999999999],"b":[1,null]}`)
	f.Add(`{"a":[],"b":null,"c":[null,1],"d":[1,2,null,3]}`)
	f.Fuzz(func(t *testing.T, text string) {
		lists, err := layouts(text)
		for _, l := range lists {
			if err == nil && (len(l)%2 != 0 || *l[0] < 1 || *l[0] > maxCount) {
				t.Error("a count that does not fit")
			}
		}
	})
}
