package jsonscan

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/terra-go/terra/opt"
)

// A Writer builds the JSON text of an object, member by member. A member whose
// value is absent is left out. Keys are given as `"name":`.
type Writer struct {
	B   []byte
	err error

	// Midnight and Day belong to the writer of timestamps: the last day and its
	// text.
	Midnight int64
	Day      [10]byte
}

var errNotFinite = errors.New("JSON has no infinities and no NaN")

// Reset starts over, keeping the memory.
func (w *Writer) Reset() { w.B, w.err = w.B[:0], nil }

// Err is the first error: a number that JSON cannot express.
func (w *Writer) Err() error { return w.err }

// Open begins an object.
func (w *Writer) Open() { w.B = append(w.B, '{') }

// Close ends an object, and Comma follows where another value may.
func (w *Writer) Close() { w.close('}') }

func (w *Writer) close(bracket byte) {
	if last := len(w.B) - 1; w.B[last] == ',' {
		w.B[last] = bracket
		return
	}
	w.B = append(w.B, bracket)
}

// WriteObject writes a member that write fills, unless it stays empty.
func WriteObject[T any](w *Writer, key string, v *T, write func(*T, *Writer)) {
	start := len(w.B)
	w.B = append(w.B, key...)
	open := len(w.B)
	write(v, w)
	if len(w.B) == open+len("{}") {
		w.B = w.B[:start]
		return
	}
	w.B = append(w.B, ',')
}

// WriteOptional writes a member that is an object or null.
func WriteOptional[T any](w *Writer, key string, o opt.Value[T], write func(*T, *Writer)) {
	v, ok := o.Get()
	switch {
	case ok:
		w.B = append(w.B, key...)
		write(&v, w)
		w.B = append(w.B, ',')
	case o.IsNull():
		w.Null(key)
	}
}

// WriteObjects writes a member that is an array of objects, unless it is nil.
func WriteObjects[T any](w *Writer, key string, list []T, write func(*T, *Writer)) {
	if list == nil {
		return
	}
	w.B = append(w.B, key...)
	w.B = append(w.B, '[')
	for i := range list {
		write(&list[i], w)
		w.B = append(w.B, ',')
	}
	w.close(']')
	w.B = append(w.B, ',')
}

// WriteStrings writes a member that is an array of strings, unless it is nil.
func WriteStrings[T ~string](w *Writer, key string, list []T) {
	if list == nil {
		return
	}
	w.B = append(w.B, key...)
	w.B = append(w.B, '[')
	for _, v := range list {
		w.B = append(appendString(w.B, string(v)), ',')
	}
	w.close(']')
	w.B = append(w.B, ',')
}

// Ints writes a member that is an array of integers, unless it is nil.
func (w *Writer) Ints(key string, list []int64) {
	if list == nil {
		return
	}
	w.B = append(w.B, key...)
	w.B = append(w.B, '[')
	for _, v := range list {
		w.B = append(strconv.AppendInt(w.B, v, 10), ',')
	}
	w.close(']')
	w.B = append(w.B, ',')
}

// FloatMap writes a member that is an object of numbers, sorted by key, unless it
// is nil.
func (w *Writer) FloatMap(key string, m map[string]float64) {
	if m == nil {
		return
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	w.B = append(w.B, key...)
	w.B = append(w.B, '{')
	for _, name := range names {
		w.B = append(appendString(w.B, name), ':')
		w.float(m[name])
		w.B = append(w.B, ',')
	}
	w.close('}')
	w.B = append(w.B, ',')
}

// Float writes a member that is a number.
func (w *Writer) Float(key string, o opt.Value[float64]) {
	v, ok := o.Get()
	switch {
	case ok:
		w.B = append(w.B, key...)
		w.float(v)
		w.B = append(w.B, ',')
	case o.IsNull():
		w.Null(key)
	}
}

// FloatOrNull writes a number that is no member, null if it is not present.
func (w *Writer) FloatOrNull(o opt.Value[float64]) {
	if v, ok := o.Get(); ok {
		w.float(v)
		return
	}
	w.B = append(w.B, "null"...)
}

// Null writes a member that is null.
func (w *Writer) Null(key string) {
	w.B = append(w.B, key...)
	w.B = append(w.B, "null,"...)
}

// WriteInt writes a member that is an integer.
func WriteInt[I ~int32 | ~int64 | ~int](w *Writer, key string, o opt.Value[I]) {
	v, ok := o.Get()
	switch {
	case ok:
		w.B = append(w.B, key...)
		w.B = append(strconv.AppendInt(w.B, int64(v), 10), ',')
	case o.IsNull():
		w.Null(key)
	}
}

// Bool writes a member that is a boolean.
func (w *Writer) Bool(key string, o opt.Value[bool]) {
	v, ok := o.Get()
	switch {
	case ok:
		w.B = append(w.B, key...)
		w.B = append(strconv.AppendBool(w.B, v), ',')
	case o.IsNull():
		w.Null(key)
	}
}

// WriteString writes a member that is a string.
func WriteString[T ~string](w *Writer, key string, o opt.Value[T]) {
	v, ok := o.Get()
	switch {
	case ok:
		w.B = append(w.B, key...)
		w.B = append(appendString(w.B, string(v)), ',')
	case o.IsNull():
		w.Null(key)
	}
}

// WriteText writes a member that is a string, unless it is "".
func WriteText[T ~string](w *Writer, key string, v T) {
	if v != "" {
		w.B = append(w.B, key...)
		w.B = append(appendString(w.B, string(v)), ',')
	}
}

// float writes v as encoding/json does: the shortest decimal that reads back as
// v.
func (w *Writer) float(v float64) {
	if n := int64(v); float64(n) == v && -1e15 < v && v < 1e15 && (n != 0 || !math.Signbit(v)) {
		w.B = strconv.AppendInt(w.B, n, 10)
		return
	}
	if w.decimal(v) {
		return
	}
	if math.IsInf(v, 0) || math.IsNaN(v) {
		if w.err == nil {
			w.err = errNotFinite
		}
		v = 0
	}
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	w.B = strconv.AppendFloat(w.B, v, format, -1, 64)
	if n := len(w.B); format == 'e' && n >= 4 && w.B[n-4] == 'e' && w.B[n-3] == '-' && w.B[n-2] == '0' {
		w.B[n-2] = w.B[n-1] // e-09 becomes e-9
		w.B = w.B[:n-1]
	}
}

// decimal writes v if it has few decimal places, as what was measured and rounded
// has. No two decimals of at most 15 digits are the same float64, so one that
// reads back as v is the shortest that does.
func (w *Writer) decimal(v float64) bool {
	const places, scale = 7, 1e7
	abs := math.Abs(v)
	if !(abs >= 1e-6 && abs < 1e8) {
		return false
	}
	n := uint64(abs*scale + 0.5)
	if float64(n)/scale != abs {
		return false
	}
	if v < 0 {
		w.B = append(w.B, '-')
	}
	w.B = strconv.AppendUint(w.B, n/scale, 10)
	n %= scale
	if n == 0 {
		return true
	}
	var digits [places + 1]byte
	digits[0] = '.'
	last := 0
	for i := places; i > 0; i-- {
		digits[i] = '0' + byte(n%10)
		if last == 0 && n%10 != 0 {
			last = i
		}
		n /= 10
	}
	w.B = append(w.B, digits[:last+1]...)
	return true
}

const hexDigits = "0123456789abcdef"

// appendString quotes v as encoding/json does without HTML escaping: control
// characters, U+2028 and U+2029 are escaped, and what is not UTF-8 becomes U+FFFD.
func appendString(b []byte, v string) []byte {
	b = append(b, '"')
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
	b = append(b, v[start:]...)
	return append(b, '"')
}
