package health_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's zones

	"github.com/terra-go/terra/health"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	valid := map[string]health.Date{
		"2026-07-01": {Year: 2026, Month: time.July, Day: 1},
		"2024-02-29": {Year: 2024, Month: time.February, Day: 29},
		"2000-02-29": {Year: 2000, Month: time.February, Day: 29},
		"0000-01-01": {Year: 0, Month: time.January, Day: 1},
		"9999-12-31": {Year: 9999, Month: time.December, Day: 31},
	}
	for in, want := range valid {
		got, err := health.ParseDate(in)
		if err != nil || got != want || !got.IsValid() || got.String() != in {
			t.Errorf("%s: got %v, %v", in, got, err)
		}
	}
	invalid := []string{
		"", "2026", "2026-7-1", "2026-07-1", "26-07-01", "2026/07/01", "20260701", "2026-07-01 ", " 2026-07-01", "2026-07-01T00:00:00Z",
		"2026-00-01", "2026-13-01", "2026-07-00", "2026-07-32", "2026-06-31", "2025-02-29", "1900-02-29", "+026-07-01", "-026-07-01", "２026-07-1",
	}
	for _, in := range invalid {
		if got, err := health.ParseDate(in); !errors.Is(err, health.ErrDate) || !got.IsZero() {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
}

func TestDateArithmetic(t *testing.T) {
	t.Parallel()
	d := health.NewDate(2024, time.February, 28)
	tests := []struct {
		days int
		want health.Date
	}{
		{0, health.NewDate(2024, time.February, 28)},
		{1, health.NewDate(2024, time.February, 29)},
		{2, health.NewDate(2024, time.March, 1)},
		{366, health.NewDate(2025, time.February, 28)},
		{-59, health.NewDate(2023, time.December, 31)},
		{-366, health.NewDate(2023, time.February, 27)},
		{36525, health.NewDate(2124, time.February, 29)},
	}
	for _, tt := range tests {
		got := d.AddDays(tt.days)
		if got != tt.want {
			t.Errorf("%d days after %v: %v, want %v", tt.days, d, got, tt.want)
		}
		if n := got.DaysSince(d); n != tt.days {
			t.Errorf("%v is %d days after %v, want %d", got, n, d, tt.days)
		}
		sign := map[bool]int{tt.days > 0: 1, tt.days < 0: -1}[true]
		if got.Compare(d) != sign || got.After(d) != (sign > 0) || got.Before(d) != (sign < 0) {
			t.Errorf("%v does not compare with %v as %d", got, d, sign)
		}
	}
	if got, want := health.NewDate(2026, 14, 32), health.NewDate(2027, time.March, 4); got != want {
		t.Errorf("carried over to %v, want %v", got, want)
	}
}

func TestDateOfKeepsTheWallClock(t *testing.T) {
	t.Parallel()
	west := time.FixedZone("", -8*60*60)
	if got, want := health.DateOf(time.Date(2026, 7, 1, 23, 0, 0, 0, west)), health.NewDate(2026, 7, 1); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDateIn(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, date, want string }{
		{"UTC", "UTC", "2026-07-01", "2026-07-01T00:00:00Z"},
		{"east", "Asia/Tokyo", "2026-07-01", "2026-07-01T00:00:00+09:00"},
		{"west", "America/Los_Angeles", "2026-07-01", "2026-07-01T00:00:00-07:00"},
		{"odd minutes", "Asia/Kathmandu", "2026-07-01", "2026-07-01T00:00:00+05:45"},
		{"change after midnight", "Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00"},
		{"day after the change", "Europe/Berlin", "2026-03-30", "2026-03-30T00:00:00+02:00"},
		{"midnight skipped, west of UTC", "America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"},
		{"midnight skipped, east of UTC", "Asia/Beirut", "2024-03-31", "2024-03-31T01:00:00+03:00"},
		{"gap opens before midnight", "America/Toronto", "1919-03-31", "1919-03-31T00:30:00-04:00"},
		{"midnight comes twice on one day", "America/Havana", "2023-11-05", "2023-11-05T00:00:00-04:00"},
		{"clocks go back at midnight to the day before", "America/Sao_Paulo", "2019-02-17", "2019-02-17T00:00:00-03:00"},
		{"day skipped whole", "Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},
		{"day after a skipped one", "Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"},
		{"day before a skipped one", "Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			loc := location(t, tt.zone)
			d, err := health.ParseDate(tt.date)
			if err != nil {
				t.Fatal(err)
			}
			got := d.In(loc)
			if s := got.Format(time.RFC3339); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
			if before := health.DateOf(got.Add(-time.Nanosecond)); !before.Before(d) {
				t.Errorf("a nanosecond earlier it is %v already", before)
			}
		})
	}
}

func TestDateZeroAndInvalid(t *testing.T) {
	t.Parallel()
	for _, d := range []health.Date{{}, {2026, 2, 29}, {2026, 13, 1}, {2026, 1, 0}, {-1, 1, 1}, {10000, 1, 1}, {math.MaxInt, 1, 1}} {
		if d.IsValid() {
			t.Errorf("%v is valid", d)
		}
		if _, err := d.MarshalText(); !errors.Is(err, health.ErrDate) {
			t.Errorf("%v marshals: %v", d, err)
		}
	}
	if !(health.Date{}).IsZero() || health.NewDate(0, 1, 1).IsZero() {
		t.Error("zero is mistaken")
	}
}

func TestDateText(t *testing.T) {
	t.Parallel()
	type request struct {
		From  health.Date            `json:"from,omitzero"`
		Until health.Date            `json:"until,omitzero"`
		Days  map[health.Date]string `json:"days,omitzero"`
	}
	const in = `{"from":"2026-07-01","days":{"2026-07-02":"x"}}`
	var r request
	if err := json.Unmarshal([]byte(in), &r); err != nil {
		t.Fatal(err)
	}
	if out, err := json.Marshal(r); err != nil || string(out) != in {
		t.Errorf("got %s, %v", out, err)
	}
	before := r.From
	err := r.From.UnmarshalText([]byte("5550123-secret"))
	if !errors.Is(err, health.ErrDate) || strings.Contains(err.Error(), "5550123") || r.From != before {
		t.Errorf("bad text: %v", err)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2026-07-01", "2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "2026-07-01T"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := health.ParseDate(s)
		want, wantErr := time.Parse(time.DateOnly, s)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("verdict differs from that of time.Parse: %v", err)
		}
		if err != nil {
			return
		}
		if d != health.DateOf(want) || d.String() != s || !d.IsValid() {
			t.Error("day differs from that of time.Parse")
		}
		if d.AddDays(400).DaysSince(d) != 400 {
			t.Error("400 days later is not 400 days since")
		}
	})
}

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
