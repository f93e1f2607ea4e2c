package jsonscan

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/terra-go/terra/opt"
)

// A Writer has what the parts of one JSON text share while they are appended to
// it. Every value is followed by a comma, which the closing bracket of what it is
// in replaces, and [Writer.Text] that of the whole.
type Writer struct {
	buf []byte // memory for the next text
	err error

	// Stamp belongs to the writer of timestamps.
	Stamp StampCache
}

// A StampCache is the last timestamp that was written in Terra's usual form, as the
// beginning of a sample and with its comma, and what of it holds for every time of
// that day.
type StampCache struct {
	Text     [len(`{"timestamp":"2006-01-02T15:04:05.000000+01:00",`)]byte
	Midnight int64
	Offset   int16
	Kind     uint8 // 0 when there is none
}

var errNotFinite = errors.New("JSON has no infinities and no NaN")

// Close ends an object or array whose bracket ended at start.
func Close(b []byte, start int, bracket byte) []byte {
	if len(b) > start {
		b = b[:len(b)-1]
	}
	return append(b, bracket, ',')
}

// Member ends the text from before, to which a key of n bytes with its colon and
// an object were appended. It takes both back if the object is empty.
func Member(before, b []byte, n int) []byte {
	if len(b) == len(before)+n+len("{},") {
		return b[:len(before)]
	}
	return b
}

// FloatMember appends a key with its colon and the value, if there is one.
func (w *Writer) FloatMember(b []byte, key string, v opt.Value[float64]) []byte {
	if v.IsZero() {
		return b
	}
	b = append(b, key...)
	if v, ok := v.Get(); ok {
		return w.Float(b, v)
	}
	return append(b, "null,"...)
}

// IntMember appends a key with its colon and the value, if there is one.
func IntMember[I ~int | ~int32 | ~int64](b []byte, key string, v opt.Value[I]) []byte {
	if v.IsZero() {
		return b
	}
	b = append(b, key...)
	if v, ok := v.Get(); ok {
		return AppendInt(b, int64(v))
	}
	return append(b, "null,"...)
}

// BoolMember appends a key with its colon and the value, if there is one.
func BoolMember(b []byte, key string, v opt.Value[bool]) []byte {
	if v.IsZero() {
		return b
	}
	b = append(b, key...)
	if v, ok := v.Get(); ok {
		return AppendBool(b, v)
	}
	return append(b, "null,"...)
}

// TextMember appends a key with its colon and the value, if there is one.
func TextMember[T ~string](b []byte, key string, v opt.Value[T]) []byte {
	if v.IsZero() {
		return b
	}
	b = append(b, key...)
	if v, ok := v.Get(); ok {
		return AppendString(b, string(v))
	}
	return append(b, "null,"...)
}

// WriteStrings appends an array of strings.
func WriteStrings[T ~string](b []byte, list []T) []byte {
	b = append(b, '[')
	start := len(b)
	for _, v := range list {
		b = AppendString(b, string(v))
	}
	return Close(b, start, ']')
}

// WriteInts appends an array of integers.
func WriteInts(b []byte, list []int64) []byte {
	b = append(b, '[')
	start := len(b)
	for _, v := range list {
		b = AppendInt(b, v)
	}
	return Close(b, start, ']')
}

// FloatMap appends an object of numbers, sorted by name.
func (w *Writer) FloatMap(b []byte, m map[string]float64) []byte {
	type entry struct {
		name  string
		value float64
	}
	var few [16]entry
	entries := few[:0]
	for name, value := range m {
		entries = append(entries, entry{name, value})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	b = append(b, '{')
	start := len(b)
	for _, e := range entries {
		b = appendQuoted(b, e.name, ':')
		b = w.Float(b, e.value)
	}
	return Close(b, start, '}')
}

// AppendBool appends v.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "true,"...)
	}
	return append(b, "false,"...)
}

// Float appends v as encoding/json does: as the shortest decimal that reads back
// as v.
func (w *Writer) Float(b []byte, v float64) []byte {
	if n := int64(v); float64(n) == v && uint64(n) < 1e15 && (n != 0 || !math.Signbit(v)) {
		return append(appendUint(b, uint64(n)), ',')
	}
	return w.fraction(b, v)
}

// AppendInt appends n.
func AppendInt(b []byte, n int64) []byte {
	if n < 0 {
		return append(appendUint(append(b, '-'), -uint64(n)), ',')
	}
	return append(appendUint(b, uint64(n)), ',')
}

// appendUint finds the length of a number before its digits, so that what comes next
// need not wait for them.
func appendUint(b []byte, n uint64) []byte {
	switch {
	case n < 10:
		return append(b, '0'+byte(n))
	case n < 100:
		return append(b, '0'+byte(n/10), '0'+byte(n%10))
	case n < 1000:
		return append(b, '0'+byte(n/100), '0'+byte(n/10%10), '0'+byte(n%10))
	case n < eight:
		// Eight bytes are added at once, and those after the number's end given back.
		length := 4
		for power := uint64(10_000); n >= power; power *= 10 {
			length++
		}
		word := digits8(n) | zeros8
		return binary.LittleEndian.AppendUint64(b, word>>(64-8*length))[:len(b)+length]
	case n < eight*eight:
		return binary.LittleEndian.AppendUint64(appendUint(b, n/eight), digits8(n%eight)|zeros8)
	}
	return strconv.AppendUint(b, n, 10)
}

const (
	eight  = 1e8 // the first number of more than eight digits
	zeros8 = lows * '0'
)

// digits8 is the values of the eight digits of n, in bytes, the first digit in the
// lowest. It halves groups of digits: two of four, four of two, then eight.
// The multiplications are divisions by 100 and by 10 for numbers this small.
func digits8(n uint64) uint64 {
	n = n/10000 | n%10000<<32
	high := n * 10486 >> 20 & 0x7f_0000_007f
	n = high | (n-high*100)<<16
	high = n * 103 >> 10 & 0xf_000f_000f_000f
	return high | (n-high*10)<<8
}

// fraction appends a float that is no small natural number.
//
// What was measured and rounded has few decimal places. No two decimals of at most
// 15 digits are the same float64, so one that reads back as v is the shortest.
func (w *Writer) fraction(b []byte, v float64) []byte {
	const scale = 1e7
	abs := math.Abs(v)
	if !(abs >= 1e-6 && abs < 1e8) {
		return w.anyFloat(b, v)
	}
	n := uint64(int64(abs*scale + 0.5))
	if float64(int64(n))/scale != abs {
		return w.anyFloat(b, v)
	}
	if v < 0 {
		b = append(b, '-')
	}
	b = appendUint(b, n/scale)
	// The first of the eight digits is 0, and makes room for the point.
	word := digits8(n % scale)
	if word == 0 {
		return append(b, ',')
	}
	length := 2
	for length < 8 && word>>(8*length) != 0 {
		length++
	}
	return append(binary.LittleEndian.AppendUint64(b, word|zeros8&^0xff|'.')[:len(b)+length], ',')
}

func (w *Writer) anyFloat(b []byte, v float64) []byte {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		if w.err == nil {
			w.err = errNotFinite
		}
		return append(b, "0,"...)
	}
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	b = strconv.AppendFloat(b, v, format, -1, 64)
	if n := len(b); format == 'e' && n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
		b[n-2] = b[n-1] // e-09 becomes e-9
		b = b[:n-1]
	}
	return append(b, ',')
}

// AppendString appends v as encoding/json does without HTML escaping: control
// characters, U+2028 and U+2029 are escaped, and what is not UTF-8 becomes U+FFFD.
func AppendString(b []byte, v string) []byte { return appendQuoted(b, v, ',') }

// appendQuoted appends v in quotes, and next.
func appendQuoted(b []byte, v string, next byte) []byte {
	start, end := len(b)+1, len(b)+1+len(v)
	if cap(b) < end+8 { // copyPlain writes whole words
		b = slices.Grow(b, len(v)+16)
	}
	b = b[:end+8]
	b[start-1] = '"'
	if !copyPlain(b[start:], v) {
		return append(appendEscaped(b[:start], v), '"', next)
	}
	b[end], b[end+1] = '"', next
	return b[:end+2]
}

// copyPlain copies v to memory for eight bytes more, if it is ASCII without anything to
// escape. It looks at the words while it moves them.
func copyPlain(to []byte, v string) bool {
	last := len(v) - 8
	if last < 0 {
		word := shortWord(v)
		binary.LittleEndian.PutUint64(to, word)
		return special(word)&highs == 0
	}
	from := unsafe.Pointer(unsafe.StringData(v))
	word := load64(from, last)
	binary.LittleEndian.PutUint64(to[last:], word)
	found := special(word)
	for i := 0; i < last; i += 8 {
		word := load64(from, i)
		binary.LittleEndian.PutUint64(to[i:], word)
		found |= special(word)
	}
	return found&highs == 0
}

// shortWord is a text of less than eight bytes, with blanks behind it.
func shortWord(v string) uint64 {
	word, n := uint64(0), len(v)
	switch {
	case n >= 4:
		head := uint32(v[0]) | uint32(v[1])<<8 | uint32(v[2])<<16 | uint32(v[3])<<24
		tail := uint32(v[n-4]) | uint32(v[n-3])<<8 | uint32(v[n-2])<<16 | uint32(v[n-1])<<24
		word = uint64(head) | uint64(tail)<<(8*n-32)
	case n > 0:
		word = uint64(v[0]) | uint64(v[n/2])<<(n/2*8) | uint64(v[n-1])<<(n*8-8)
	}
	return word | lows*' '<<(8*n)
}

// special has a high bit set if there is a byte in the word that is no ASCII, a control
// character, a quote or a backslash. With the second bit inverted, a quote is the only
// byte that follows the control characters.
func special(word uint64) uint64 {
	return word | ((word ^ lows*2) - lows*('"'^2+1)) | ((word ^ lows*'\\') - lows)
}

const hexDigits = "0123456789abcdef"

func appendEscaped(b []byte, v string) []byte {
	start := 0
	for i := 0; i < len(v); {
		if c := v[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, v[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\b':
				b = append(b, `\b`...)
			case '\f':
				b = append(b, `\f`...)
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(v[i:])
		if r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
			b = append(b, v[start:i]...)
			b = append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			start = i + n
		}
		i += n
	}
	return append(b, v[start:]...)
}
