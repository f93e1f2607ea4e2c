package health

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// Timestamp is a moment as the source delivered it: the wall clock, the offset
// from UTC if one was written, and the spelling, so that it is written back byte
// for byte as it was read. Many sources give a person's local time without an
// offset; such a Timestamp is no instant until the reader supplies a location
// (see [Timestamp.In]).
//
// A Timestamp is its own optional value: the zero is absent, and an explicit null
// is kept apart ([Timestamp.IsNull]). It takes 16 bytes. With == two Timestamps
// are equal when they were written the same way; compare instants through
// [Timestamp.Time].
//
// These forms are read, with years from 0000 to 9999 and capital T and Z:
//
//	2026-07-01T07:04:11.000000+01:00   the usual one, zero to nine fractional digits
//	2026-07-01T07:04:11.000000         local time
//	2026-07-01T06:04:11Z               or +0100, +01, and -00:00 for an unknown offset
//	2026-07-01 07:04:11+01:00          a space in place of the T
//	2026-07-01T07:04                   no seconds
//	2026-07-01                         a day
//	1782885851, 1782885851000          JSON integers: Unix seconds, milliseconds
type Timestamp struct {
	sec    int64  // wall clock, as seconds since 1970-01-01T00:00:00 on that wall
	nsec   uint32 // 0 to 999,999,999
	offset int16  // minutes east of UTC
	layout layout
	zone   zone
}

// ErrTimestamp is the error for text or JSON that is no timestamp in any known
// form. It does not repeat the input.
var ErrTimestamp = errors.New("health: not a timestamp in any known form")

type layout uint8

const (
	layoutAbsent layout = iota
	layoutNull
	layoutT        // 2006-01-02T15:04:05
	layoutSpace    // 2006-01-02 15:04:05
	layoutTMin     // 2006-01-02T15:04
	layoutSpaceMin // 2006-01-02 15:04
	layoutDate     // 2006-01-02
	layoutUnix     // 1136214245
	layoutUnixMs   // 1136214245000
)

// zone is how the offset is spelled and, in its low bits, the count of
// fractional digits.
type zone uint8

const (
	zoneNone    zone = iota << 4
	zoneZ            // Z
	zoneColon        // +01:00
	zoneCompact      // +0100
	zoneHour         // +01

	zoneForm   zone = 0x70 // mask of the above
	zoneMinus  zone = 0x80 // a minus sign before an offset of zero
	zoneDigits zone = 0x0f // mask of the count of fractional digits
)

const (
	minWall = -62_167_219_200 // 0000-01-01T00:00:00
	maxWall = 253_402_300_799 // 9999-12-31T23:59:59
	msFrom  = 100_000_000_000 // JSON integers from here on are milliseconds
)

// TimestampOf writes t as Terra does: microseconds and t's own offset, to the
// minute. What that form cannot hold, which is a year outside 0 to 9999 or an
// offset of a day or more, gives an absent Timestamp.
func TimestampOf(t time.Time) Timestamp {
	_, east := t.Zone()
	east -= east % 60
	wall := t.Unix() + int64(east)
	if wall < minWall || wall > maxWall || max(east, -east) >= secondsPerDay {
		return Timestamp{}
	}
	return Timestamp{
		sec:    wall,
		nsec:   uint32(t.Nanosecond() / 1000 * 1000),
		offset: int16(east / 60),
		layout: layoutT,
		zone:   zoneColon | 6,
	}
}

// TimestampOfDate is a Timestamp that is written as a date alone; absent if there
// is no such day.
func TimestampOfDate(d Date) Timestamp {
	if !d.IsValid() {
		return Timestamp{}
	}
	return Timestamp{sec: d.seconds(), layout: layoutDate}
}

// NullTimestamp is an explicit null.
func NullTimestamp() Timestamp { return Timestamp{layout: layoutNull} }

// ParseTimestamp reads any of the textual forms; the error is [ErrTimestamp].
func ParseTimestamp(s string) (Timestamp, error) { return parseTimestamp(s) }

// IsZero is true only when absent; encoding/json consults it for omitzero.
func (t Timestamp) IsZero() bool { return t.layout == layoutAbsent }

// IsNull is true only for an explicit null.
func (t Timestamp) IsNull() bool { return t.layout == layoutNull }

// IsDateOnly is true when the source gave a day and no time of day.
func (t Timestamp) IsDateOnly() bool { return t.layout == layoutDate }

// Time is the instant, in a zone of the delivered offset; false, with a zero
// time, when absent, null or delivered without an offset.
func (t Timestamp) Time() (time.Time, bool) {
	switch {
	case t.layout == layoutUnix || t.layout == layoutUnixMs:
		return wallTime(t.sec, t.nsec), true
	case t.zone&zoneForm == zoneNone:
		return time.Time{}, false
	case t.offset == 0:
		return wallTime(t.sec, t.nsec), true
	}
	east := int(t.offset) * 60
	return time.Unix(t.sec-int64(east), int64(t.nsec)).In(time.FixedZone("", east)), true
}

// In is the instant in loc. When no offset was delivered the wall clock is taken
// to be loc's own: the first of the two moments at which loc's clocks show a time
// twice, and for a time that they skip, the moment that would have had it, had
// the clocks not been changed. A date alone is [Date.In]. Absent and null are the
// zero time.
func (t Timestamp) In(loc *time.Location) time.Time {
	if instant, ok := t.Time(); ok {
		return instant.In(loc)
	}
	switch t.layout {
	case layoutAbsent, layoutNull:
		return time.Time{}
	case layoutDate:
		return t.Date().In(loc)
	}
	return instant(t.sec, t.nsec, loc)
}

// Date is the day part as delivered, never moved to another zone; for Unix times
// it is UTC's. Absent and null are the zero Date.
func (t Timestamp) Date() Date {
	if t.layout <= layoutNull {
		return Date{}
	}
	return DateOf(wallTime(t.sec, t.nsec))
}

// String is the text as delivered; "" when absent, "null" for null.
func (t Timestamp) String() string {
	switch t.layout {
	case layoutAbsent:
		return ""
	case layoutNull:
		return "null"
	}
	return string(t.appendText(nil))
}

// MarshalJSON writes what was read; absent is written as null.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	switch t.layout {
	case layoutAbsent, layoutNull:
		return []byte("null"), nil
	case layoutUnix, layoutUnixMs:
		return t.appendText(nil), nil
	}
	b := make([]byte, 0, len(`"2006-01-02T15:04:05.000000000+01:00"`))
	b = append(b, '"')
	b = t.appendText(b)
	return append(b, '"'), nil
}

// UnmarshalJSON accepts null, a string in any known form, and an integer of Unix
// seconds or (from 100,000,000,000 on) milliseconds. On an error, which is
// [ErrTimestamp], the Timestamp is left as it was.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*t = NullTimestamp()
		return nil
	}
	v, err := unmarshalTimestamp(data)
	if err == nil {
		*t = v
	}
	return err
}

func unmarshalTimestamp(data []byte) (Timestamp, error) {
	switch {
	case len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"':
		return parseUnix(data)
	case bytes.IndexByte(data, '\\') >= 0:
		var s string
		if json.Unmarshal(data, &s) != nil {
			return Timestamp{}, ErrTimestamp
		}
		return parseTimestamp(s)
	}
	return parseTimestamp(data[1 : len(data)-1])
}

// parseUnix reads a JSON integer, if its instant has a year from 0 to 9999 and
// writing it gives the same text.
func parseUnix(data []byte) (Timestamp, error) {
	n, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil || n < minWall || n >= (maxWall+1)*1000 {
		return Timestamp{}, ErrTimestamp
	}
	t := Timestamp{sec: n, layout: layoutUnix}
	if n >= msFrom {
		t = Timestamp{sec: n / 1000, nsec: uint32(n%1000) * 1e6, layout: layoutUnixMs}
	}
	if !bytes.Equal(t.appendText(nil), data) { // -0, or no JSON
		return Timestamp{}, ErrTimestamp
	}
	return t, nil
}

type text interface{ string | []byte }

func parseTimestamp[S text](s S) (Timestamp, error) {
	day, ok := parseDay(s)
	if !ok {
		return Timestamp{}, ErrTimestamp
	}
	t := Timestamp{sec: day, layout: layoutDate}
	if s = s[len("2006-01-02"):]; len(s) == 0 {
		return t, nil
	}
	switch s[0] {
	case 'T':
		t.layout = layoutTMin
	case ' ':
		t.layout = layoutSpaceMin
	default:
		return Timestamp{}, ErrTimestamp
	}
	hour, ok1 := twoDigits(s, 1, 23)
	minute, ok2 := twoDigits(s, 4, 59)
	if !ok1 || !ok2 || s[3] != ':' {
		return Timestamp{}, ErrTimestamp
	}
	t.sec += int64(hour*60+minute) * 60
	if s = s[len("T15:04"):]; len(s) > 0 && s[0] == ':' {
		second, ok := twoDigits(s, 1, 59)
		if !ok {
			return Timestamp{}, ErrTimestamp
		}
		t.sec += int64(second)
		t.layout -= layoutTMin - layoutT
		s = s[len(":05"):]
		var digits int
		t.nsec, digits = parseFraction(s)
		if digits > 0 {
			s = s[len(".")+digits:]
		}
		t.zone = zone(digits)
	}
	minutes, spelling, ok := parseOffset(s)
	if !ok {
		return Timestamp{}, ErrTimestamp
	}
	t.offset = int16(minutes)
	t.zone |= spelling
	return t, nil
}

// parseDay reads YYYY-MM-DD at the front of s as a wall clock.
func parseDay[S text](s S) (seconds int64, ok bool) {
	if len(s) < len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	century, ok1 := twoDigits(s, 0, 99)
	years, ok2 := twoDigits(s, 2, 99)
	month, ok3 := twoDigits(s, 5, 12)
	day, ok4 := twoDigits(s, 8, 31)
	if !ok1 || !ok2 || !ok3 || !ok4 || month == 0 {
		return 0, false
	}
	t := time.Date(century*100+years, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.Unix(), t.Day() == day // a day that the month lacks is carried over
}

// parseFraction reads a fraction of a second of one to nine digits at the front
// of s. No digits is no fraction.
func parseFraction[S text](s S) (nsec uint32, digits int) {
	if len(s) == 0 || s[0] != '.' {
		return 0, 0
	}
	for scale := uint32(100_000_000); scale > 0; scale /= 10 {
		if digits+1 == len(s) || !isDigit(s[digits+1]) {
			break
		}
		digits++
		nsec += uint32(s[digits]-'0') * scale
	}
	return nsec, digits
}

// parseOffset reads all of s, up to a day from UTC either way.
func parseOffset[S text](s S) (minutes int, spelling zone, ok bool) {
	switch {
	case len(s) == 0:
		return 0, zoneNone, true
	case len(s) == 1:
		return 0, zoneZ, s[0] == 'Z'
	case s[0] != '+' && s[0] != '-':
		return 0, 0, false
	}
	hours, ok := twoDigits(s, 1, 23)
	ok2 := true
	switch {
	case len(s) == len("+01"):
		spelling = zoneHour
	case len(s) == len("+0100"):
		spelling = zoneCompact
		minutes, ok2 = twoDigits(s, 3, 59)
	case len(s) == len("+01:00") && s[3] == ':':
		spelling = zoneColon
		minutes, ok2 = twoDigits(s, 4, 59)
	default:
		return 0, 0, false
	}
	minutes += hours * 60
	if s[0] == '-' {
		if minutes == 0 {
			spelling |= zoneMinus
		}
		minutes = -minutes
	}
	return minutes, spelling, ok && ok2
}

// twoDigits reads the two digits at s[i:], at most limit.
func twoDigits[S text](s S, i, limit int) (int, bool) {
	if len(s) < i+2 || !isDigit(s[i]) || !isDigit(s[i+1]) {
		return 0, false
	}
	n := int(s[i]-'0')*10 + int(s[i+1]-'0')
	return n, n <= limit
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// appendText appends the text of a Timestamp that is neither absent nor null.
func (t Timestamp) appendText(b []byte) []byte {
	switch t.layout {
	case layoutUnix:
		return strconv.AppendInt(b, t.sec, 10)
	case layoutUnixMs:
		return strconv.AppendInt(b, t.sec*1000+int64(t.nsec/1e6), 10)
	}
	w := wallTime(t.sec, t.nsec)
	year, month, day := w.Date()
	b = appendTwo(b, year/100)
	b = appendTwo(b, year%100)
	b = append(b, '-')
	b = appendTwo(b, int(month))
	b = append(b, '-')
	b = appendTwo(b, day)
	if t.layout == layoutDate {
		return b
	}
	if t.layout == layoutT || t.layout == layoutTMin {
		b = append(b, 'T')
	} else {
		b = append(b, ' ')
	}
	b = appendTwo(b, w.Hour())
	b = append(b, ':')
	b = appendTwo(b, w.Minute())
	if t.layout == layoutT || t.layout == layoutSpace {
		b = append(b, ':')
		b = appendTwo(b, w.Second())
		b = t.appendFraction(b)
	}
	return t.appendOffset(b)
}

func (t Timestamp) appendFraction(b []byte) []byte {
	digits := t.zone & zoneDigits
	if digits == 0 {
		return b
	}
	b = append(b, '.')
	for scale := uint32(100_000_000); digits > 0; digits-- {
		b = append(b, '0'+byte(t.nsec/scale%10))
		scale /= 10
	}
	return b
}

func (t Timestamp) appendOffset(b []byte) []byte {
	spelling := t.zone & zoneForm
	switch spelling {
	case zoneNone:
		return b
	case zoneZ:
		return append(b, 'Z')
	}
	if t.offset < 0 || t.zone&zoneMinus != 0 {
		b = append(b, '-')
	} else {
		b = append(b, '+')
	}
	minutes := int(max(t.offset, -t.offset))
	b = appendTwo(b, minutes/60)
	switch spelling {
	case zoneColon:
		b = appendTwo(append(b, ':'), minutes%60)
	case zoneCompact:
		b = appendTwo(b, minutes%60)
	}
	return b
}

func appendTwo(b []byte, n int) []byte { return append(b, '0'+byte(n/10), '0'+byte(n%10)) }

// wallTime is a wall clock as though it were UTC's.
func wallTime(sec int64, nsec uint32) time.Time { return time.Unix(sec, int64(nsec)).UTC() }

// instant is the moment at which clocks in loc show a wall clock, chosen among
// none or two as [Timestamp.In] says.
func instant(sec int64, nsec uint32, loc *time.Location) time.Time {
	at := func(east int) time.Time { return time.Unix(sec-int64(east), int64(nsec)).In(loc) }
	east := func(t time.Time) int { _, e := t.Zone(); return e }

	// No zone is a day from UTC, so these are the offsets on the two sides of any
	// change that concerns this time.
	before := east(time.Unix(sec-secondsPerDay, 0).In(loc))
	after := east(time.Unix(sec+secondsPerDay, 0).In(loc))
	if t := at(before); east(t) == before {
		return t
	}
	if t := at(after); east(t) == after {
		return t
	}
	return at(before)
}
