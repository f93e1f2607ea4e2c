// Package jsonscan reads and writes JSON text for generated codecs.
//
// A [Scanner] walks a text that sits in memory it may read past: zero bytes
// follow the text, so that the hot loops need no test for the end of the input. A
// zero is no part of any token and stops them all.
//
// The methods of a Scanner take the offset to read at and return the offset
// behind what they read, so that it stays in a register. Errors are sticky: the
// first one is kept, and the offset returned is that of the zeros, where every
// further call fails at once. Generated code need not look at errors between
// fields.
//
// Accepted are exactly the texts that encoding/json accepts, to the same nesting
// depth.
package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unsafe"
)

// Padding is the number of zero bytes that must follow a text.
const Padding = 64

// MaxDepth is how many arrays and objects may nest, as in encoding/json.
const MaxDepth = 10000

// maxGrowth limits what arrays of objects may take in memory, as a multiple of the
// text, beyond a mebibyte. No payload comes near it; it is there so that a text of
// nothing but empty objects cannot ask for thousands of times its own length.
const maxGrowth = 256

// A SyntaxError tells where a text stops being JSON. It never quotes the text.
//
// Offset is that of the first byte with which no JSON text goes on, counted from
// 0, and the text's length where it just ends. encoding/json, which counts the
// offending byte too, reports one more, except at the end.
type SyntaxError struct {
	Offset int64
	reason string
}

func (e *SyntaxError) Error() string {
	return "malformed JSON at byte " + strconv.FormatInt(e.Offset, 10) + ": " + e.reason
}

// A Scanner reads one JSON text.
type Scanner struct {
	base  unsafe.Pointer // of buf
	buf   []byte         // the text, then Padding zeros
	end   int            // length of the text
	depth int
	err   *SyntaxError
	alias bool   // strings may share buf's memory
	arena []byte // what strings that may not are copied to

	astray  int                     // keys that came where they were not expected, see many
	gaps    gaps                    // what stood between the values of the last object with blanks
	counted int                     // how far count has looked
	memory  int64                   // bytes that arrays of objects may still take
	passed  span                    // a member's value that was read
	within  [MaxDepth/64 + 1]uint64 // a bit for each depth that Skip is at: an object, not an array

	// Mismatch, if set, is told the offset of every value that was passed over
	// because its type does not fit its field.
	Mismatch func(offset int)

	// Times belongs to the reader of timestamps and outlives Reset.
	Times TimeCache
}

// A span is what lies between two offsets.
type span struct{ from, to int }

// A TimeCache holds the last day and zone that were read, as text and as the
// values they stand for.
type TimeCache struct {
	Day0, Day1 uint64 // the bytes "YYYY-MM and Y-MM-DDT
	Fraction   uint64 // the bytes .000000 and the zone's first
	Zone       uint64 // a byte of ones, so that no text is that of an empty cache, and +hh:mm"
	Midnight   int64
	Offset     int16
	Kind       uint8
}

// Reset starts over on text, behind which its array must hold Padding zeros. If
// alias is true the text must never change, for strings share its memory.
func (s *Scanner) Reset(text []byte, alias bool) {
	s.buf = text[:len(text)+Padding]
	s.base = unsafe.Pointer(unsafe.SliceData(s.buf))
	s.end, s.alias = len(text), alias
	s.depth, s.err, s.arena, s.Mismatch = 0, nil, nil, nil
	s.astray, s.counted, s.passed, s.gaps.of = 0, 0, span{}, nil
	s.memory = maxGrowth*int64(len(text)) + 1<<20
}

// Forget lets go of the text, so that a Scanner can wait for the next one.
func (s *Scanner) Forget() {
	s.base, s.buf, s.arena, s.err, s.Mismatch = nil, nil, nil, nil, nil
}

// Pad copies text to memory with the zeros that Reset needs.
func Pad(text []byte) []byte {
	const large = 32 << 10
	if len(text) < large {
		buf := make([]byte, len(text)+Padding)
		copy(buf, text)
		return buf[:len(text)]
	}
	// Unlike make, append does not clear what is copied over, and rounds up by more
	// than the padding.
	buf := append([]byte(nil), text...)
	return append(buf, zeros[:]...)[:len(text)]
}

// Err is the first error, or nil.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// End checks that only white space follows.
func (s *Scanner) End(p int) error {
	if s.err == nil {
		if _, p = s.space(p); p != s.end {
			s.fail(p, "text after the value")
		}
	}
	return s.Err()
}

// fail keeps the first error and returns the offset of the zeros.
func (s *Scanner) fail(p int, reason string) int {
	if s.err == nil {
		if p >= s.end {
			p, reason = s.end, "unexpected end"
		}
		s.err = &SyntaxError{Offset: int64(p), reason: reason}
	}
	return s.end
}

// Mismatched passes the value at p, whose type does not fit.
func (s *Scanner) Mismatched(p int) int {
	_, p = s.space(p)
	q := s.Skip(p)
	s.Reject(p)
	return q
}

// Reject reports the value that began at p, and is passed already, as one that
// does not fit.
func (s *Scanner) Reject(p int) {
	if s.err == nil && s.Mismatch != nil {
		s.Mismatch(p)
	}
}

// space finds the first byte from p on that is not white space.
func (s *Scanner) space(p int) (byte, int) {
	if c := s.at(p); c > ' ' {
		return c, p
	}
	p = s.blanks(p)
	return s.at(p), p
}

// blanks passes white space.
func (s *Scanner) blanks(p int) int {
	for {
		c := s.at(p)
		if c > ' ' || (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
			return p
		}
		if p++; s.at(p) > ' ' {
			return p
		}
		// Line breaks are followed by runs of spaces.
		for {
			other := load64(s.base, p) ^ lows*' '
			if other != 0 {
				p += bits.TrailingZeros64(other) / 8
				break
			}
			p += 8
		}
	}
}

// Object enters the object at p. f is the index in k of its first key, len(k)
// for a key that k does not have, and -1 for none: the object is empty or a null,
// or the value is a mismatch, and is passed.
func (s *Scanner) Object(k *Keys, p int) (f, q int) {
	if q, ok := s.Enter(p); ok {
		return s.key(k, 0, q)
	}
	if g := s.gap(k, 0); g != nil && s.same(g, p) && s.depth < MaxDepth {
		s.depth++
		return g.f, p + g.size
	}
	return s.objectSlow(k, p)
}

// Enter enters the object at p and moves to its first key, if that follows at once.
func (s *Scanner) Enter(p int) (q int, ok bool) {
	if load16(s.base, p) != '{'|'"'<<8 || s.depth == MaxDepth {
		return p, false
	}
	s.depth++
	return p + 1, true
}

// enterSlow enters any object and moves to its first key. If there is none, the
// value is passed.
func (s *Scanner) enterSlow(p int) (q int, ok bool) {
	c, p := s.space(p)
	switch c {
	case '{':
	case 'n':
		return s.literal(p, "null"), false
	default:
		return s.Mismatched(p), false
	}
	if s.depth == MaxDepth {
		return s.fail(p, "nested too deeply"), false
	}
	s.depth++
	c, p = s.space(p + 1)
	switch c {
	case '"':
		return p, true
	case '}':
		s.depth--
		return p + 1, false
	}
	return s.fail(p, "no key in an object"), false
}

// Next moves from behind the value of key prev to the next key of the object,
// with the same result as Object.
func (s *Scanner) Next(k *Keys, prev, p int) (f, q int) {
	switch c := load16(s.base, p); {
	case c == ','|'"'<<8:
		return s.key(k, prev+1, p+1)
	case c&0xff == '}':
		s.depth--
		return -1, p + 1
	}
	if g := s.gap(k, prev+1); g != nil && s.same(g, p) {
		if g.f < 0 {
			s.depth--
		}
		return g.f, p + g.size
	}
	return s.nextSlow(k, prev+1, p)
}

// Comma moves from behind a value to the quote of the object's next key, if that
// follows with no blank or a single one.
func (s *Scanner) Comma(p int) (q int, ok bool) {
	switch w := load32(s.base, p); {
	case w&0xffff == ','|'"'<<8:
		return p + 1, true
	case w&0xffffff == ','|' '<<8|'"'<<16:
		return p + 2, true
	}
	return p, false
}

// Key reads the key at p that Enter or Comma moved to.
func (s *Scanner) Key(k *Keys, p int) (f, q int) { return s.key(k, len(k.Quoted), p) }

// Is4 is whether the four bytes at p are those of want.
func (s *Scanner) Is4(p int, want string) bool {
	return load32(s.base, p) == load32(unsafe.Pointer(unsafe.StringData(want)), 0)
}

// Is8 is whether the eight bytes at p are those of want.
func (s *Scanner) Is8(p int, want string) bool {
	return load64(s.base, p) == load64(unsafe.Pointer(unsafe.StringData(want)), 0)
}

// What Array found.
const (
	NoArray  = iota // a value of another type, which is passed
	Null            // which is passed
	Empty           // an array without elements, which is passed
	Elements        // an array, now entered
)

// Array enters the array at p, if there is one with elements.
func (s *Scanner) Array(p int) (q, found int) {
	c, p := s.space(p)
	switch c {
	case '[':
	case 'n':
		return s.literal(p, "null"), Null
	default:
		return s.Mismatched(p), NoArray
	}
	if s.depth == MaxDepth {
		return s.fail(p, "nested too deeply"), NoArray
	}
	s.depth++
	if c, p = s.space(p + 1); c == ']' {
		s.depth--
		return p + 1, Empty
	}
	return p, Elements
}

// More moves from behind one element of an array to the next, if there is one.
func (s *Scanner) More(p int) (q int, more bool) {
	c := s.at(p)
	if c != ',' {
		c, p = s.space(p)
	}
	switch c {
	case ',':
		if s.at(p+1) == ' ' { // a single blank is no reason to look for more
			p++
		}
		return p + 1, true
	case ']':
		s.depth--
		return p + 1, false
	}
	return s.fail(p, "no comma or bracket after an element of an array"), false
}

// Bytes is the text from p to q, which must not be kept or changed.
func (s *Scanner) Bytes(p, q int) []byte { return s.buf[p:q] }

// Window is the text from the first byte at or after p on that is not white
// space, and q that byte's offset. Behind the text are at least Padding-8 zeros.
func (s *Scanner) Window(p int) (w unsafe.Pointer, q int) {
	if s.at(p) <= ' ' {
		p = s.blanks(p)
	}
	return unsafe.Add(s.base, p), p
}

// At is the text from p on, with as many zeros behind it as in a Window.
func (s *Scanner) At(p int) unsafe.Pointer { return unsafe.Add(s.base, p) }

func (s *Scanner) at(p int) byte { return *(*byte)(unsafe.Add(s.base, p)) }

func load16(b unsafe.Pointer, i int) uint16 {
	return binary.LittleEndian.Uint16((*[2]byte)(unsafe.Add(b, i))[:])
}

func load32(b unsafe.Pointer, i int) uint32 {
	return binary.LittleEndian.Uint32((*[4]byte)(unsafe.Add(b, i))[:])
}

func load64(b unsafe.Pointer, i int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(b, i))[:])
}

// Load64 reads eight bytes of a window.
func Load64(w unsafe.Pointer, i int) uint64 { return load64(w, i) }
