package jsonscan

import (
	"bytes"
	"unsafe"
)

// Samples reads an array of flat objects, of which there may be very many. Its
// memory is sized by looking ahead.
func Samples[T any](s *Scanner, p int, dst *[]T, scan func(*T, *Scanner, int) int) int {
	return objects(s, p, dst, scan, true)
}

// Records reads an array of objects that hold other objects. Its memory is sized
// by the length of those already read and of what is left.
func Records[T any](s *Scanner, p int, dst *[]T, scan func(*T, *Scanner, int) int) int {
	return objects(s, p, dst, scan, false)
}

// objects is compiled for each T, and so leaves to others what does not depend on it.
func objects[T any](s *Scanner, p int, dst *[]T, scan func(*T, *Scanner, int) int, counted bool) int {
	first, p, found := s.list(p)
	switch found {
	case NoArray:
		return p
	case Null:
		*dst = nil
		return p
	}
	list := []T{}
	size := int(unsafe.Sizeof(*new(T)))
	if found == Elements && counted {
		list = make([]T, 0, s.count(p, size))
	}
	for start, more := p, found == Elements; more; p, more = s.More(p) {
		n := len(list)
		if n == cap(list) {
			if list = append(make([]T, 0, s.room(n, size, start, p)), list...); n == cap(list) {
				return s.end
			}
		}
		list = list[:n+1]
		p = scan(&list[n], s, p)
	}
	if s.depth == 1 {
		s.passed = span{first, p}
	}
	*dst = list
	return p
}

// list is Array, and tells where the array begins.
func (s *Scanner) list(p int) (first, q, found int) {
	_, first = s.space(p)
	q, found = s.Array(first)
	return first, q, found
}

// room is for how many objects to have memory after n of so many bytes were read from
// the text between start and p. It is n after an error.
//
// There are as many more as the text left holds at this rate, in no more memory than
// that text takes; but not many more than were read, for the text left may belong to
// other arrays. At least, growth is geometric.
func (s *Scanner) room(n, size, start, p int) int {
	grow := 1 + n/4
	if n > 0 {
		read, left := p-start, s.end-p
		grow = max(grow, min(left*n/read+1, left/size, max(3*n, 4*read/size)))
	}
	if s.memory -= int64(grow) * int64(size); s.memory < 0 {
		s.fail(p, "too many objects for so little text")
		return n
	}
	return n + grow
}

// count estimates how many objects of so many bytes the array has whose first element
// is at p, at least 1. It looks only at braces and brackets, so it gives a hint. It
// looks at no byte twice, so that all its calls together take linear time, and gives no
// hint where it would have to.
func (s *Scanner) count(p, size int) int {
	n := 1
	if s.counted <= p && p < s.end {
		rest := s.buf[p:s.end]
		for i := 0; ; i++ {
			next := bytes.IndexByte(rest[i:], ']')
			if next < 0 {
				break
			}
			if i += next; lastByte(rest[:i]) == '}' {
				rest = rest[:i]
				break
			}
		}
		s.counted = p + len(rest)
		n = max(1, min(bytes.Count(rest, openBrace), s.end/size))
	}
	s.memory -= int64(n) * int64(size)
	return n
}

var openBrace = []byte{'{'}

// lastByte is the last byte of b that is not white space, 0 if there is none near.
func lastByte(b []byte) byte {
	for i := len(b) - 1; i >= max(0, len(b)-Padding); i-- {
		if b[i] > ' ' {
			return b[i]
		}
	}
	return 0
}
