package jsonscan

import (
	"bytes"

	"github.com/terra-go/terra/opt"
)

// Strings reads an array of strings, in which nulls are "".
func Strings[T ~string](s *Scanner, p int, dst *[]T) int {
	return values(s, p, dst, func(p int, v *T) int {
		return Text(s, p, v)
	})
}

// Enums reads an array of strings of an enumeration, in which nulls are "". The
// known ones cost no memory.
func Enums[T ~string](s *Scanner, p int, dst *[]T, known []T) int {
	return values(s, p, dst, func(p int, v *T) int {
		if s.ByteAt(p) != '"' {
			return Text(s, p, v)
		}
		_, p = s.space(p)
		text, q, ok := s.Quoted(p)
		if !ok {
			return q
		}
		for _, k := range known {
			if string(k) == string(text) {
				*v = k
				return q
			}
		}
		*v = T(text)
		return q
	})
}

// Ints reads an array of integers, in which nulls are 0.
func (s *Scanner) Ints(p int, dst *[]int64) int {
	return values(s, p, dst, func(p int, v *int64) int {
		var n opt.Value[int64]
		p = Int(s, p, &n)
		*v = n.Or(0)
		return p
	})
}

func values[T any](s *Scanner, p int, dst *[]T, read func(p int, v *T) int) int {
	p, found := s.Array(p)
	switch found {
	case NoArray:
		return p
	case Null:
		*dst = nil
		return p
	}
	list := []T{}
	if found == Elements {
		list = make([]T, 0, s.countValues(p))
	}
	for more := found == Elements; more; p, more = s.More(p) {
		var v T
		p = read(p, &v)
		list = append(list, v)
	}
	*dst = list
	return p
}

// countValues estimates how many values the array holds whose first one is at p,
// from its commas.
func (s *Scanner) countValues(p int) int {
	const few, near = 8, 4 << 10
	rest := s.buf[p:max(p, min(s.end, p+near))]
	end := bytes.IndexByte(rest, ']')
	if end < 0 {
		return few
	}
	return bytes.Count(rest[:end], comma) + 1
}

var comma = []byte{','}

// FloatMap reads an object of numbers. Members that are not numbers are left out;
// null is a nil map.
func (s *Scanner) FloatMap(p int, dst *map[string]float64) int {
	c, p := s.space(p)
	switch c {
	case '{':
	case 'n':
		*dst = nil
		return s.literal(p, "null")
	default:
		return s.Mismatched(p)
	}
	if s.depth == MaxDepth {
		return s.fail(p, "nested too deeply")
	}
	s.depth++
	m := map[string]float64{}
	c, p = s.space(p + 1)
	for c != '}' {
		name, q, ok := s.mapKey(p)
		if !ok {
			return q
		}
		var v opt.Value[float64]
		p = s.Float(q, &v)
		if f, ok := v.Get(); ok {
			m[name] = f
		}
		if c = s.at(p); c != ',' {
			c, p = s.space(p)
		}
		if c == ',' {
			p++
		} else if c != '}' {
			return s.fail(p, "no comma or brace after a value in an object")
		}
	}
	s.depth--
	*dst = m
	return p + 1
}

// mapKey reads a key and its colon.
func (s *Scanner) mapKey(p int) (name string, q int, ok bool) {
	c, p := s.space(p)
	if c != '"' {
		return "", s.fail(p, "no key in an object"), false
	}
	if name, p, ok = s.text(p); !ok {
		return "", p, false
	}
	if s.at(p) == ':' {
		return name, p + 1, true
	}
	if c, p = s.space(p); c != ':' {
		return "", s.fail(p, "no colon after a key"), false
	}
	return name, p + 1, true
}
