package jsonscan

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"sync"
	"unsafe"

	"github.com/terra-go/terra/opt"
)

// An Object is a pointer to a struct with a generated codec.
type Object interface {
	ScanJSON(s *Scanner, p int) int
}

// ErrNotObject is the error for JSON that is neither an object nor null.
var ErrNotObject = errors.New("JSON, but not an object")

// A decoder is a Scanner and memory for texts that come without padding.
type decoder struct {
	Scanner
	text []byte
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// maxKept is the largest buffer that is kept for the next text.
const maxKept = 16 << 20

// Unmarshal has scan, the ScanJSON of an object, read data, of which nothing is kept.
// Values that do not fit their fields are passed over and told to mismatch, if there
// is one.
//
// It takes the method and not the object, which the compiler can so prove to stay where
// it is.
func Unmarshal(data []byte, scan func(s *Scanner, p int) int, mismatch func(offset int)) error {
	d := decoders.Get().(*decoder)
	defer d.release()
	if len(data) <= chunk {
		d.Reset(Pad(data), true) // one copy for all strings, no longer than what they share anyway
	} else {
		d.load(data)
	}
	d.Mismatch = mismatch
	c, p := d.space(0)
	if err := d.End(scan(&d.Scanner, p)); err != nil {
		return err
	}
	if c != '{' && c != 'n' {
		return ErrNotObject
	}
	return nil
}

// UnmarshalValue has scan read data, which may be any value.
func UnmarshalValue(data []byte, scan func(s *Scanner, p int) int) error {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.load(data)
	return d.End(scan(&d.Scanner, 0))
}

func (d *decoder) load(data []byte) {
	d.text = append(slices.Grow(d.text[:0], len(data)+Padding), data...)
	d.text = append(d.text, zeros[:]...)
	d.Reset(d.text[:len(data)], false)
}

// aliased is the length up to which a text's strings share its memory. A string
// that is kept holds on to no more than that.
const aliased = 4 << 10

// ReadObject has read read text, which must be an object, have Padding zeros behind
// it in its array, and never change.
func ReadObject(text []byte, read func(s *Scanner) (p int)) error {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.Reset(text, len(text) <= aliased)
	p := read(&d.Scanner)
	if err := d.End(p); err != nil {
		return err
	}
	if c, _ := d.space(0); c != '{' {
		return ErrNotObject
	}
	return nil
}

// Members are the names of the object at p and the offsets of their values, and
// none when there is no object. A value that was read before is not looked at again,
// if it is an array of objects or was the last text.
func (s *Scanner) Members(p int) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		c, p := s.space(p)
		if c != '{' {
			return
		}
		depth := s.depth
		defer func() { s.depth = depth }()
		s.depth++
		for c, p = s.space(p + 1); c == '"'; c, p = s.space(p + 1) {
			name, q, ok := s.Quoted(p)
			if !ok {
				return
			}
			if c, q = s.space(q); c != ':' {
				return
			}
			_, q = s.space(q + 1)
			if !yield(view(name), q) {
				return
			}
			if p = s.passed.to; q != s.passed.from {
				p = s.Skip(q)
			}
			if c, p = s.space(p); c != ',' {
				return
			}
		}
	}
}

// view is b as a string that must not outlive it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// TextAt is the string at p, as bytes that must not be kept or changed; nil for any
// other value.
func (s *Scanner) TextAt(p int) []byte {
	if s.at(p) != '"' {
		return nil
	}
	text, q, _ := s.Quoted(p)
	if s.passed.from < p {
		s.passed = span{p, q}
	}
	return text
}

// ByteAt is the first byte at or after p that is not white space.
func (s *Scanner) ByteAt(p int) byte {
	c, _ := s.space(p)
	return c
}

// NullAt is whether the value at p is null.
func (s *Scanner) NullAt(p int) bool { return load32(s.base, p) == null32 }

var zeros [Padding]byte

func (d *decoder) release() {
	if cap(d.text) > maxKept {
		d.text = nil
	}
	d.Forget()
	decoders.Put(d)
}

// Write is the WriteJSON of types that are not known when the caller is compiled.
func Write[T any](x *T, w *Writer, b []byte) []byte {
	return any(x).(interface {
		WriteJSON(w *Writer, b []byte) []byte
	}).WriteJSON(w, b)
}

// Optional reads an object or null.
func Optional[T any](s *Scanner, p int, dst *opt.Value[T], scan func(*T, *Scanner, int) int) int {
	c, p := s.space(p)
	switch c {
	case '{':
		var v T
		p = scan(&v, s, p)
		*dst = opt.Some(v)
		return p
	case 'n':
		*dst = opt.Null[T]()
		return s.literal(p, "null")
	}
	return s.Mismatched(p)
}

var writers = sync.Pool{New: func() any { return new(Writer) }}

// NewWriter returns a Writer and the memory to append a text to. [Writer.Text]
// takes them back. It is in every MarshalJSON, and not worth its code there.
//
//go:noinline
func NewWriter() (w *Writer, b []byte) {
	w = writers.Get().(*Writer)
	w.err = nil
	return w, w.buf[:0]
}

// Text is the text b without its comma, in memory of its own.
func (w *Writer) Text(b []byte) ([]byte, error) {
	defer writers.Put(w)
	if w.buf = b; cap(b) > maxKept {
		w.buf = nil
	}
	if w.err != nil {
		return nil, w.err
	}
	return bytes.Clone(b[:len(b)-1]), nil
}
