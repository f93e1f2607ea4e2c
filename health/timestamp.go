package health

import (
	"errors"
	"strconv"
	"time"
)

// Timestamp is a moment as the source delivered it: the wall clock, the offset
// from UTC if one was written, and the spelling, so that it is written back as it
// was read. Many sources give a person's local time without an offset; such a
// Timestamp is no instant until the reader supplies a location (see
// [Timestamp.In]).
//
// A Timestamp is its own optional value: the zero is absent, and an explicit null
// is kept apart ([Timestamp.IsNull]). It takes 16 bytes. With == two Timestamps
// are equal when they were written the same way; compare instants through
// [Timestamp.Time].
//
// Read are: RFC 3339 with zero to nine fractional digits; the same with a space
// for the T, with an offset of the form +0100 or +01, without an offset, without
// seconds; a date alone; and JSON integers of Unix seconds or milliseconds.
type Timestamp struct {
	sec    int64  // wall clock, as seconds since 1970-01-01T00:00:00 on that wall
	nsec   uint32 // 0 to 999,999,999
	offset int16  // minutes east of UTC
	layout layout
	zone   zone // how the offset is written, and the count of fractional digits
}

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

type zone uint8

const (
	zoneNone    zone = iota << 4
	zoneZ            // Z
	zoneColon        // +01:00
	zoneCompact      // +0100
	zoneHour         // +01
	zoneUnknown      // -00:00
	zoneMask    zone = 0xf0
	zoneDigits  zone = 0x0f // mask of the count of fractional digits
)

var errTimestamp = errors.New("health: not a timestamp in any known form")

// TimestampOf writes t as Terra does: microseconds and t's own offset, to the
// minute.
func TimestampOf(t time.Time) Timestamp {
	_, east := t.Zone()
	east -= east % 60
	t = t.Truncate(time.Microsecond)
	return Timestamp{
		sec:    t.Unix() + int64(east),
		nsec:   uint32(t.Nanosecond()),
		offset: int16(east / 60),
		layout: layoutT,
		zone:   zoneColon | 6,
	}
}

// TimestampOfDate is a Timestamp that is written as a date alone.
func TimestampOfDate(d Date) Timestamp {
	return Timestamp{sec: d.In(time.UTC).Unix(), layout: layoutDate}
}

// NullTimestamp is an explicit null.
func NullTimestamp() Timestamp { return Timestamp{layout: layoutNull} }

// ParseTimestamp reads any of the textual forms. The error does not repeat s.
func ParseTimestamp(s string) (Timestamp, error) {
	var t Timestamp
	date, ok := parseDay(s)
	if !ok {
		return t, errTimestamp
	}
	t.sec = date
	s = s[len("2006-01-02"):]
	if s == "" {
		t.layout = layoutDate
		return t, nil
	}
	if t.layout = layoutT; s[0] == ' ' {
		t.layout = layoutSpace
	} else if s[0] != 'T' {
		return Timestamp{}, errTimestamp
	}
	hour, ok1 := twoDigits(s, 1, 23)
	minute, ok2 := twoDigits(s, 4, 59)
	if !ok1 || !ok2 || s[3] != ':' {
		return Timestamp{}, errTimestamp
	}
	t.sec += int64(hour*60+minute) * 60
	if s = s[len("T15:04"):]; len(s) > 0 && s[0] == ':' {
		second, ok := twoDigits(s, 1, 59)
		if !ok {
			return Timestamp{}, errTimestamp
		}
		t.sec += int64(second)
		s = s[len(":05"):]
		s, ok = t.parseFraction(s)
		if !ok {
			return Timestamp{}, errTimestamp
		}
	} else {
		t.layout += layoutTMin - layoutT
	}
	if !t.parseZone(s) {
		return Timestamp{}, errTimestamp
	}
	return t, nil
}

// parseFraction takes the fraction of a second, if any, off the front of s.
func (t *Timestamp) parseFraction(s string) (rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return s, true
	}
	scale := uint32(100_000_000)
	for s = s[1:]; len(s) > 0 && isDigit(s[0]); s = s[1:] {
		if scale == 0 {
			return "", false
		}
		t.nsec += uint32(s[0]-'0') * scale
		scale /= 10
		t.zone++
	}
	return s, t.zone&zoneDigits > 0
}

// parseZone reads all of s, the offset.
func (t *Timestamp) parseZone(s string) bool {
	switch {
	case s == "":
		return true
	case s == "Z":
		t.zone |= zoneZ
		return true
	case s[0] != '+' && s[0] != '-':
		return false
	}
	hours, ok := twoDigits(s, 1, 23)
	minutes := 0
	var written zone
	switch {
	case !ok:
		return false
	case len(s) == len("+01"):
		written = zoneHour
	case len(s) == len("+0100"):
		minutes, ok = twoDigits(s, 3, 59)
		written = zoneCompact
	case len(s) == len("+01:00") && s[3] == ':':
		minutes, ok = twoDigits(s, 4, 59)
		written = zoneColon
	default:
		return false
	}
	t.offset = int16(hours*60 + minutes)
	if s[0] == '-' {
		if t.offset == 0 {
			if written != zoneColon {
				return false
			}
			written = zoneUnknown
		}
		t.offset = -t.offset
	}
	t.zone |= written
	return ok
}

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
	case t.layout == layoutUnix || t.layout == layoutUnixMs || t.isUTC():
		return t.wall(), true
	case t.zone&zoneMask == zoneNone:
		return time.Time{}, false
	}
	east := int(t.offset) * 60
	return time.Unix(t.sec-int64(east), int64(t.nsec)).In(time.FixedZone("", east)), true
}

// In is the instant in loc. When no offset was delivered the wall clock is taken
// to be loc's own. Absent and null are the zero time.
func (t Timestamp) In(loc *time.Location) time.Time {
	if instant, ok := t.Time(); ok {
		return instant.In(loc)
	}
	if t.layout <= layoutNull {
		return time.Time{}
	}
	w := t.wall()
	return time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), w.Nanosecond(), loc)
}

// Date is the day part as delivered, never moved to another zone. Absent and null
// are the zero Date.
func (t Timestamp) Date() Date {
	if t.layout <= layoutNull {
		return Date{}
	}
	return DateOf(t.wall())
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
func (t Timestamp) MarshalJSON() ([]byte, error) { return t.appendJSON(nil), nil }

// UnmarshalJSON accepts null, a string in any known form, and an integer of Unix
// seconds or (from 100,000,000,000 on) milliseconds.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	s := string(data)
	switch {
	case s == "null":
		*t = NullTimestamp()
		return nil
	case len(s) >= 2 && s[0] == '"':
		v, err := ParseTimestamp(s[1 : len(s)-1])
		if err != nil {
			return err
		}
		*t = v
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < minUnix || n > maxUnixMs {
		return errTimestamp
	}
	*t = timestampOfUnix(n)
	return nil
}

const (
	minUnix   = -62_167_219_200     // 0000-01-01T00:00:00Z
	msFrom    = 100_000_000_000     // integers from here on are milliseconds
	maxUnixMs = 253_402_300_799_999 // 9999-12-31T23:59:59.999Z
)

func timestampOfUnix(n int64) Timestamp {
	if n < msFrom {
		return Timestamp{sec: n, layout: layoutUnix}
	}
	return Timestamp{sec: n / 1000, nsec: uint32(n%1000) * 1e6, layout: layoutUnixMs}
}

// wall is the wall clock as though it were UTC's.
func (t Timestamp) wall() time.Time { return time.Unix(t.sec, int64(t.nsec)).UTC() }

// isUTC is true when the offset was written, and was zero.
func (t Timestamp) isUTC() bool { return t.zone&zoneMask != zoneNone && t.offset == 0 }

func (t Timestamp) appendJSON(b []byte) []byte {
	switch t.layout {
	case layoutAbsent, layoutNull:
		return append(b, "null"...)
	case layoutUnix, layoutUnixMs:
		return t.appendText(b)
	}
	b = append(b, '"')
	b = t.appendText(b)
	return append(b, '"')
}

func (t Timestamp) appendText(b []byte) []byte {
	switch t.layout {
	case layoutUnix:
		return strconv.AppendInt(b, t.sec, 10)
	case layoutUnixMs:
		return strconv.AppendInt(b, t.sec*1000+int64(t.nsec/1e6), 10)
	}
	w := t.wall()
	year, month, dom := w.Date()
	b = appendTwo(b, year/100)
	b = appendTwo(b, year%100)
	b = append(b, '-')
	b = appendTwo(b, int(month))
	b = append(b, '-')
	b = appendTwo(b, dom)
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
		if digits := int(t.zone & zoneDigits); digits > 0 {
			b = append(b, '.')
			for n, scale := t.nsec, uint32(100_000_000); digits > 0; digits-- {
				b = append(b, '0'+byte(n/scale%10))
				scale /= 10
			}
		}
	}
	return t.appendZone(b)
}

func (t Timestamp) appendZone(b []byte) []byte {
	switch t.zone & zoneMask {
	case zoneNone:
		return b
	case zoneZ:
		return append(b, 'Z')
	case zoneUnknown:
		return append(b, "-00:00"...)
	}
	minutes := int(t.offset)
	if minutes < 0 {
		b = append(b, '-')
		minutes = -minutes
	} else {
		b = append(b, '+')
	}
	b = appendTwo(b, minutes/60)
	switch t.zone & zoneMask {
	case zoneHour:
		return b
	case zoneColon:
		b = append(b, ':')
	}
	return appendTwo(b, minutes%60)
}

// parseDay reads YYYY-MM-DD at the front of s as seconds since 1970-01-01.
func parseDay(s string) (seconds int64, ok bool) {
	if len(s) < len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	century, ok1 := twoDigits(s, 0, 99)
	years, ok2 := twoDigits(s, 2, 99)
	month, ok3 := twoDigits(s, 5, 12)
	dom, ok4 := twoDigits(s, 8, 31)
	d := Date{Year: century*100 + years, Month: time.Month(month), Day: dom}
	if !ok1 || !ok2 || !ok3 || !ok4 || !d.IsValid() {
		return 0, false
	}
	return d.In(time.UTC).Unix(), true
}

// twoDigits reads the two digits at s[i:], at most limit.
func twoDigits(s string, i, limit int) (int, bool) {
	if len(s) < i+2 || !isDigit(s[i]) || !isDigit(s[i+1]) {
		return 0, false
	}
	n := int(s[i]-'0')*10 + int(s[i+1]-'0')
	return n, n <= limit
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func appendTwo(b []byte, n int) []byte { return append(b, '0'+byte(n/10), '0'+byte(n%10)) }
