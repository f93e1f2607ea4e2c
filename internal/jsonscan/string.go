package jsonscan

import (
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"github.com/terra-go/terra/opt"
)

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// token passes the string at p. plain is whether the bytes between the quotes
// are its value: no escapes, and valid UTF-8.
func (s *Scanner) token(p int) (q int, plain, ok bool) {
	start := p + 1
	p = start
	plain = true
	var seen uint64 // of all bytes, or'ed
	for {
		w := load64(s.base, p)
		// The lowest high bit in special marks the first quote, backslash or
		// control character among the eight bytes.
		special := ((w - lows*0x20) | ((w ^ lows*'"') - lows) | ((w ^ lows*'\\') - lows)) &^ w & highs
		if special == 0 {
			seen |= w
			p += 8
			continue
		}
		seen |= w & (special&-special - 1)
		p += bits.TrailingZeros64(special) / 8
		switch s.at(p) {
		case '"':
			if seen&highs != 0 && !utf8.Valid(s.buf[start:p]) {
				plain = false
			}
			return p + 1, plain, true
		case '\\':
			plain = false
			n := escapeLen(s.buf[p:])
			if n <= 0 {
				return s.fail(p-n, "no such escape in a string"), false, false
			}
			p += n
		default:
			return s.fail(p, "control character in a string"), false, false
		}
	}
}

// escapeLen is the length of the escape at the start of b, or minus the offset of
// the byte that spoils it.
func escapeLen(b []byte) int {
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		for i, c := range b[2:6] {
			if hexValue(c) < 0 {
				return -2 - i
			}
		}
		return 6
	}
	return -1
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// String reads a string or null.
func String[T ~string](s *Scanner, p int, dst *opt.Value[T]) int {
	if s.at(p) <= ' ' {
		p = s.blanks(p)
	}
	switch s.at(p) {
	case '"':
		v, q, ok := s.text(p)
		if ok {
			*dst = opt.Some(T(v))
		}
		return q
	case 'n':
		*dst = opt.Null[T]()
		return s.literal(p, "null")
	}
	return s.Mismatched(p)
}

// Text reads a string, and leaves dst alone for null.
func Text[T ~string](s *Scanner, p int, dst *T) int {
	if s.at(p) <= ' ' {
		p = s.blanks(p)
	}
	switch s.at(p) {
	case '"':
		v, q, ok := s.text(p)
		if ok {
			*dst = T(v)
		}
		return q
	case 'n':
		return s.literal(p, "null")
	}
	return s.Mismatched(p)
}

// text reads the string at p.
func (s *Scanner) text(p int) (v string, q int, ok bool) {
	q, plain, ok := s.token(p)
	if !ok {
		return "", q, false
	}
	raw := s.buf[p+1 : q-1]
	switch {
	case len(raw) == 0:
		return "", q, true
	case !plain:
		return string(unquote(raw)), q, true
	case s.alias:
		return unsafe.String(&raw[0], len(raw)), q, true
	}
	return s.keep(raw), q, true
}

// Quoted reads the string at p as bytes that must not be kept or changed.
func (s *Scanner) Quoted(p int) (text []byte, q int, ok bool) {
	q, plain, ok := s.token(p)
	if !ok {
		return nil, q, false
	}
	text = s.buf[p+1 : q-1]
	if !plain {
		text = unquote(text)
	}
	return text, q, true
}

// chunk is how much memory small strings share: a record has many.
const chunk = 512

// keep copies raw.
func (s *Scanner) keep(raw []byte) string {
	const large = 128
	if len(raw) >= large {
		return string(raw)
	}
	if cap(s.arena)-len(s.arena) < len(raw) {
		s.arena = make([]byte, 0, chunk)
	}
	at := len(s.arena)
	s.arena = append(s.arena, raw...)
	return unsafe.String(&s.arena[at], len(raw))
}

// unquote resolves the escapes of a well-formed string. What is not UTF-8 becomes
// U+FFFD, and so do lone surrogates.
func unquote(raw []byte) []byte {
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\':
			r, n := unescape(raw[i:])
			b = utf8.AppendRune(b, r)
			i += n
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRune(raw[i:])
			b = utf8.AppendRune(b, r)
			i += n
		}
	}
	return b
}

// unescape resolves the escape at the start of raw; two surrogates are one rune.
func unescape(raw []byte) (r rune, length int) {
	switch raw[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r = hex4(raw[2:])
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(raw[8:])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return rune(raw[1]), 2
}

func hex4(b []byte) (r rune) {
	for _, c := range b[:4] {
		r = r<<4 | rune(hexValue(c))
	}
	return r
}

// literal passes want, whose first byte is at p.
func (s *Scanner) literal(p int, want string) int {
	for i := range len(want) {
		if s.at(p+i) != want[i] {
			return s.fail(p+i, "not a value")
		}
	}
	return p + len(want)
}
