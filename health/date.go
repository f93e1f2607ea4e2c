package health

import (
	"cmp"
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

// ErrDate is the error for text that is not a day. It does not repeat the text.
var ErrDate = errors.New("health: not a date of the form YYYY-MM-DD")

const secondsPerDay = 24 * 60 * 60

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

// ParseDate reads YYYY-MM-DD and nothing else; the error is [ErrDate].
func ParseDate(s string) (Date, error) {
	seconds, ok := parseDay(s)
	if !ok || len(s) > len("2006-01-02") {
		return Date{}, ErrDate
	}
	return DateOf(wallTime(seconds, 0)), nil
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
func (d Date) DaysSince(e Date) int { return int((d.seconds() - e.seconds()) / secondsPerDay) }

// Compare is -1, 0 or +1 as d is before, equal to or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// In is the first instant of the day in loc. That is midnight, except where
// daylight saving skips midnight: there it is the moment of the change.
func (d Date) In(loc *time.Location) time.Time {
	t := instant(d.seconds(), 0, loc)
	if hour, minute, second := t.Clock(); hour == 0 && minute == 0 && second == 0 {
		return t
	}
	change, _ := t.ZoneBounds()
	return change
}

// String is YYYY-MM-DD.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText writes YYYY-MM-DD; for a day that does not exist the error is
// [ErrDate].
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsValid() {
		return nil, ErrDate
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads YYYY-MM-DD; the error is [ErrDate].
func (d *Date) UnmarshalText(text []byte) error {
	v, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// seconds is the day's midnight as a wall clock; see [wallTime].
func (d Date) seconds() int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix()
}
