package jsonscan

import (
	"bytes"
	"errors"
	"sync"

	"github.com/terra-go/terra/opt"
)

// An Object is a pointer to a struct with a generated codec.
type Object interface {
	ScanJSON(s *Scanner, p int) int
	WriteJSON(w *Writer, b []byte) []byte
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

// Unmarshal reads data, of which nothing is kept, into dst. Values that do not
// fit their fields are passed over and told to mismatch, if there is one.
func Unmarshal(data []byte, dst Object, mismatch func(offset int)) error {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.text = append(append(d.text[:0], data...), zeros[:]...)
	d.Reset(d.text[:len(data)], false)
	d.Mismatch = mismatch
	return d.object(dst)
}

var zeros [Padding]byte

func (d *decoder) release() {
	if cap(d.text) > maxKept {
		d.text = nil
	}
	d.Forget()
	decoders.Put(d)
}

// object reads the whole text, an object or null, into dst.
func (s *Scanner) object(dst Object) error {
	c, p := s.space(0)
	q := dst.ScanJSON(s, p)
	if err := s.End(q); err != nil {
		return err
	}
	if c != '{' && c != 'n' {
		return ErrNotObject
	}
	return nil
}

// Scan is the ScanJSON of types that are not known when the caller is compiled.
func Scan[T any](x *T, s *Scanner, p int) int { return any(x).(Object).ScanJSON(s, p) }

// Write is the WriteJSON of types that are not known when the caller is compiled.
func Write[T any](x *T, w *Writer, b []byte) []byte { return any(x).(Object).WriteJSON(w, b) }

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
// takes them back.
func NewWriter() (w *Writer, b []byte) {
	w = writers.Get().(*Writer)
	w.err = nil
	return w, w.buf[:0]
}

// Text is the text b in memory of its own.
func (w *Writer) Text(b []byte) ([]byte, error) {
	defer writers.Put(w)
	if w.buf = b; cap(b) > maxKept {
		w.buf = nil
	}
	if w.err != nil {
		return nil, w.err
	}
	return bytes.Clone(b), nil
}
