package health

import (
	"errors"
	"fmt"
	"time"
)

// Date is a calendar day in no particular time zone, in the proleptic Gregorian
// calendar. Its zero is not a day; see [Date.IsZero]. Dates compare with ==.
type Date struct {
	Year  int        // 0 to 9999
	Month time.Month // 1 to 12
	Day   int        // 1 to 31
}

var errDate = errors.New("health: not a date of the form YYYY-MM-DD")

// NewDate carries days and months out of range over to the next ones, as
// [time.Date] does.
func NewDate(year int, month time.Month, day int) Date {
	return DateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the day that t's wall clock shows in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads YYYY-MM-DD and nothing else. The error does not repeat s.
func ParseDate(s string) (Date, error) {
	if len(s) != len("2006-01-02") {
		return Date{}, errDate
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, errDate
	}
	return DateOf(t), nil
}

// IsZero reports whether d is the zero Date, which is no day.
func (d Date) IsZero() bool { return d == Date{} }

// IsValid reports whether d is a day that exists.
func (d Date) IsValid() bool {
	return d.Year >= 0 && d.Year <= 9999 && NewDate(d.Year, d.Month, d.Day) == d
}

// AddDays moves n days forward, or back when n is negative.
func (d Date) AddDays(n int) Date { return NewDate(d.Year, d.Month, d.Day+n) }

// DaysSince counts the days from e to d; negative when d is earlier.
func (d Date) DaysSince(e Date) int {
	return int((d.In(time.UTC).Unix() - e.In(time.UTC).Unix()) / (24 * 60 * 60))
}

// Compare is -1, 0 or +1 as d is before, equal to or after e.
func (d Date) Compare(e Date) int { return d.In(time.UTC).Compare(e.In(time.UTC)) }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// In is the first instant of the day in loc, which is not midnight on a day
// whose midnight daylight saving skips.
func (d Date) In(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// String is YYYY-MM-DD.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText writes YYYY-MM-DD; a day that does not exist is an error.
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsValid() {
		return nil, errDate
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads YYYY-MM-DD.
func (d *Date) UnmarshalText(text []byte) error {
	v, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
