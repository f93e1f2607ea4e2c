package jsonscan

import (
	"bytes"
	"reflect"
	"unsafe"
)

// Samples reads an array of flat objects, of which there may be very many. dst is a
// *[]T and scan the ScanJSON of a T, a func(*T, *Scanner, int) int. Memory is sized by
// looking ahead.
func (s *Scanner) Samples(p int, dst, scan any) int { return s.objects(p, dst, scanOf(scan), true) }

// Records reads an array of objects that hold other objects, as Samples does. Its memory
// is sized by the length of those already read and of what is left.
func (s *Scanner) Records(p int, dst, scan any) int { return s.objects(p, dst, scanOf(scan), false) }

// List is Records for a type that is not known when the caller is compiled.
func (s *Scanner) List(p int, dst any) int {
	object := reflect.TypeOf(dst).Elem().Elem()
	return s.objects(p, dst, func(x unsafe.Pointer, s *Scanner, p int) int {
		return reflect.NewAt(object, x).Interface().(Object).ScanJSON(s, p)
	}, false)
}

// scanOf is the function in f, for which one pointer is as good as another.
func scanOf(f any) func(x unsafe.Pointer, s *Scanner, p int) int {
	value := &(*struct{ typ, value unsafe.Pointer })(unsafe.Pointer(&f)).value
	return *(*func(x unsafe.Pointer, s *Scanner, p int) int)(unsafe.Pointer(value))
}

// objects is no generic function. Objects are of so many types that code for each is
// much of what the compiler has to do, for besides it generic code takes a description
// of each type and all methods of its fields, in every package that has such code.
func (s *Scanner) objects(p int, dst any, scan func(x unsafe.Pointer, s *Scanner, p int) int, counted bool) int {
	first, p, found := s.list(p)
	slice := reflect.ValueOf(dst)
	header := (*[]struct{})(slice.UnsafePointer()) // of the slice, whatever it has
	switch found {
	case NoArray:
		return p
	case Null:
		*header = nil
		return p
	}
	*header = []struct{}{}
	if found == Elements {
		slice = slice.Elem()
		size := int(slice.Type().Elem().Size())
		if counted {
			n := s.count(p, size)
			slice.Grow(n)
			*header = (*header)[:0:n]
		}
		list := *header
		for start, more := p, true; more; p, more = s.More(p) {
			n := len(list)
			if n == cap(list) {
				room := s.room(n, size, start, p)
				if room == n {
					return s.end
				}
				*header = list
				slice.Grow(room - n)
				list = *header
			}
			list = list[:n+1]
			p = scan(unsafe.Add(unsafe.Pointer(unsafe.SliceData(list)), n*size), s, p)
		}
		*header = list
	}
	if s.depth == 1 {
		s.passed = span{first, p}
	}
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
