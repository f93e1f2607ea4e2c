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
	WriteJSON(w *Writer)
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
func Write[T any](x *T, w *Writer) { any(x).(Object).WriteJSON(w) }

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

// Marshal is the JSON text of src.
func Marshal(src Object) ([]byte, error) {
	w := writers.Get().(*Writer)
	defer writers.Put(w)
	w.Reset()
	src.WriteJSON(w)
	if w.err != nil {
		return nil, w.err
	}
	text := bytes.Clone(w.B)
	if cap(w.B) > maxKept {
		w.B = nil
	}
	return text, nil
}
