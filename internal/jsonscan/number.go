package jsonscan

import (
	"math"
	"strconv"
	"strings"
	"unsafe"

	"github.com/terra-go/terra/opt"
)

// pow10 holds the powers of ten that a float64 represents exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
}

const null32 = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24

// Float reads a number or null, or a string that holds a number.
func (s *Scanner) Float(p int, dst *opt.Value[float64]) int {
	if s.at(p) <= ' ' { // a single blank takes no call
		if p++; s.at(p-1) != ' ' || s.at(p) <= ' ' {
			p = s.blanks(p - 1)
		}
	}
	if load32(s.base, p) == null32 {
		*dst = opt.Null[float64]()
		return p + 4
	}
	v, q, ok := s.float(p)
	if ok {
		*dst = opt.Some(v)
	}
	return q
}

// float reads the number at p.
//
// A number of at most 15 digits is an integer and a power of ten that a float64
// both holds exactly; dividing them rounds once, as strconv would.
func (s *Scanner) float(p int) (v float64, q int, ok bool) {
	b := s.base
	q = p
	negative := *(*byte)(unsafe.Add(b, q)) == '-'
	if negative {
		q++
	}
	start := q
	var n uint64
	for {
		d := uint64(*(*byte)(unsafe.Add(b, q))) - '0'
		if d > 9 {
			break
		}
		n = n*10 + d
		q++
	}
	digits := q - start
	c := *(*byte)(unsafe.Add(b, q))
	if digits == 0 || digits > 15 || (digits > 1 && *(*byte)(unsafe.Add(b, start)) == '0') || c|0x20 == 'e' {
		return s.floatSlow(p)
	}
	v = float64(n)
	if c == '.' {
		q++
		point := q
		for {
			d := uint64(*(*byte)(unsafe.Add(b, q))) - '0'
			if d > 9 {
				break
			}
			n = n*10 + d
			q++
		}
		fraction := q - point
		if fraction == 0 || digits+fraction > 15 || *(*byte)(unsafe.Add(b, q))|0x20 == 'e' {
			return s.floatSlow(p)
		}
		v = float64(n) / pow10[fraction&15]
	}
	if negative {
		v = -v
	}
	return v, q, true
}

func (s *Scanner) floatSlow(p int) (v float64, q int, ok bool) {
	text, q, ok := s.number(p)
	if !ok {
		return 0, q, false
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		s.Reject(p)
		return 0, q, false
	}
	return v, q, true
}

// number passes the number at p, or the string that holds one, and returns the
// number's text. Other values are mismatches.
func (s *Scanner) number(p int) (text []byte, q int, ok bool) {
	switch c := s.at(p); {
	case c == '"':
		text, q, ok = s.Quoted(p)
		if ok && !isNumber(text) {
			s.Reject(p)
			ok = false
		}
		return text, q, ok
	case c == '-' || c-'0' <= 9:
		q, ok = s.skipNumber(p)
		return s.buf[p:q], q, ok
	}
	return nil, s.Mismatched(p), false
}

// Int reads an integer or null; the integer may be written like 8.0, 8e0 or "8".
func Int[I ~int | ~int64](s *Scanner, p int, dst *opt.Value[I]) int {
	if s.at(p) <= ' ' { // a single blank takes no call
		if p++; s.at(p-1) != ' ' || s.at(p) <= ' ' {
			p = s.blanks(p - 1)
		}
	}
	if load32(s.base, p) == null32 {
		*dst = opt.Null[I]()
		return p + 4
	}
	v, q, ok := s.int(p, math.MinInt64, math.MaxInt64)
	switch {
	case !ok:
	case int64(I(v)) != v: // an int of 32 bits
		s.Reject(p)
	default:
		*dst = opt.Some(I(v))
	}
	return q
}

// Enum reads a number of an enumeration, or null. find knows the names that older
// payloads give instead.
func Enum[E ~int32](s *Scanner, p int, dst *opt.Value[E], find func(name []byte) (E, bool)) int {
	if s.at(p) <= ' ' { // a single blank takes no call
		if p++; s.at(p-1) != ' ' || s.at(p) <= ' ' {
			p = s.blanks(p - 1)
		}
	}
	c := s.at(p)
	if next := s.at(p + 1); c-'0' <= 9 && (next == ',' || next == '}') {
		*dst = opt.Some(E(c - '0'))
		return p + 1
	}
	if load32(s.base, p) == null32 {
		*dst = opt.Null[E]()
		return p + 4
	}
	if c == '"' {
		name, q, ok := s.Quoted(p)
		if !ok {
			return q
		}
		if v, known := find(name); known {
			*dst = opt.Some(v)
			return q
		}
	}
	v, q, ok := s.int(p, math.MinInt32, math.MaxInt32)
	if ok {
		*dst = opt.Some(E(v))
	}
	return q
}

// int reads the number at p, which must be whole and from lo to hi.
func (s *Scanner) int(p int, lo, hi int64) (v int64, q int, ok bool) {
	q = p
	negative := s.at(q) == '-'
	if negative {
		q++
	}
	start := q
	for s.at(q)-'0' <= 9 {
		v = v*10 + int64(s.at(q)-'0')
		q++
	}
	if negative {
		v = -v
	}
	digits, c := q-start, s.at(q)
	if digits == 0 || digits > 18 || (digits > 1 && s.at(start) == '0') || c == '.' || c|0x20 == 'e' {
		var text []byte
		if text, q, ok = s.number(p); !ok {
			return 0, q, false
		}
		if v, ok = whole(string(text)); !ok {
			s.Reject(p)
			return 0, q, false
		}
	}
	if v < lo || v > hi {
		s.Reject(p)
		return 0, q, false
	}
	return v, q, true
}

// whole is the value of a JSON number without a fraction. It moves the decimal
// point in the text, because a float would round.
func whole(text string) (int64, bool) {
	const most = len("9223372036854775807")
	exponent := 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(text[i+1:]); err != nil {
			return 0, false
		}
		text = text[:i]
	}
	text, negative := strings.CutPrefix(text, "-")
	integer, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(integer+fraction, "0")
	point := len(digits) - len(fraction) + exponent
	digits = strings.TrimRight(digits, "0")
	switch {
	case digits == "":
		return 0, true
	case point < len(digits) || point > most:
		return 0, false
	}
	digits += strings.Repeat("0", point-len(digits))
	if negative {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}

// Bool reads a boolean or null, or a string that holds a boolean.
func (s *Scanner) Bool(p int, dst *opt.Value[bool]) int {
	c, p := s.space(p)
	switch c {
	case 't':
		*dst = opt.Some(true)
		return s.literal(p, "true")
	case 'f':
		*dst = opt.Some(false)
		return s.literal(p, "false")
	case 'n':
		*dst = opt.Null[bool]()
		return s.literal(p, "null")
	case '"':
		text, q, ok := s.Quoted(p)
		if !ok {
			return q
		}
		switch string(text) {
		case "true", "True", "TRUE":
			*dst = opt.Some(true)
		case "false", "False", "FALSE":
			*dst = opt.Some(false)
		default:
			s.Reject(p)
		}
		return q
	}
	return s.Mismatched(p)
}
