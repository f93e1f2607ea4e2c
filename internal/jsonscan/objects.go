package jsonscan

import (
	"bytes"
	"unsafe"
)

// Samples reads an array of flat objects, of which there may be very many. Its
// memory is sized by looking ahead.
func Samples[T any](s *Scanner, p int, dst *[]T, scan func(*T, *Scanner, int) int) int {
	return objects(s, p, dst, scan, (*Scanner).count)
}

// Records reads an array of objects that hold other objects. Its memory is sized
// by the length of those already read and of what is left.
func Records[T any](s *Scanner, p int, dst *[]T, scan func(*T, *Scanner, int) int) int {
	return objects(s, p, dst, scan, nil)
}

func objects[T any](
	s *Scanner, p int, dst *[]T, scan func(*T, *Scanner, int) int, count func(s *Scanner, p, most int) int,
) int {
	_, first := s.space(p)
	p, found := s.Array(p)
	switch found {
	case NoArray:
		return p
	case Null:
		*dst = nil
		return p
	case Empty:
		*dst = []T{}
		return p
	}
	var zero T
	size := int(unsafe.Sizeof(zero))
	var list []T
	if count != nil {
		n := count(s, p, s.end/size)
		s.memory -= int64(n) * int64(size)
		list = make([]T, 0, n)
	}
	for start, more := p, true; more; p, more = s.More(p) {
		n := len(list)
		if n == cap(list) {
			// As many more as the text left holds at this rate, in no more memory
			// than that text takes; but not many more than were read, for the text
			// left may belong to other arrays. At least, growth is geometric.
			grow := 1 + n/4
			if n > 0 {
				read, left := p-start, s.end-p
				grow = max(grow, min(left*n/read+1, left/size, max(3*n, 4*read/size)))
			}
			if s.memory -= int64(grow) * int64(size); s.memory < 0 {
				return s.fail(p, "too many objects for so little text")
			}
			list = append(make([]T, 0, n+grow), list...)
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

// count estimates how many objects the array has whose first element is at p, at
// least 1. It looks only at braces and brackets, so it gives a hint. It looks at no
// byte twice, so that all its calls together take linear time, and gives no hint
// where it would have to.
func (s *Scanner) count(p, most int) int {
	if p < s.counted || p >= s.end {
		return 1
	}
	rest := s.buf[p:s.end]
	for i := 0; ; i++ {
		n := bytes.IndexByte(rest[i:], ']')
		if n < 0 {
			break
		}
		if i += n; lastByte(rest[:i]) == '}' {
			rest = rest[:i]
			break
		}
	}
	s.counted = p + len(rest)
	return max(1, min(bytes.Count(rest, openBrace), most))
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
