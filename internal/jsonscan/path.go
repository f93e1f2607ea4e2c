package jsonscan

import (
	"strconv"
)

// Paths names the values that begin at the offsets, which ascend, in a text that
// is JSON: $.data[3].bpm.
func Paths(text []byte, offsets []int) []string {
	w := pathWalker{left: offsets}
	w.Reset(Pad(text), false)
	w.value(0, []byte("$"))
	return w.paths
}

type pathWalker struct {
	Scanner
	left  []int
	paths []string
}

// value passes the value at p, whose path it is given, and notes the paths of the
// offsets in it.
func (w *pathWalker) value(p int, path []byte) int {
	c, p := w.space(p)
	q := w.Skip(p)
	if len(w.left) == 0 || w.left[0] >= q {
		return q
	}
	if w.left[0] == p {
		w.paths = append(w.paths, string(path))
		w.left = w.left[1:]
		return q
	}
	closing := c + 2
	c, p = w.space(p + 1)
	for i := 0; c != closing; i++ {
		inner := path
		if closing == '}' {
			name, next, _ := w.mapKey(p)
			inner = append(append(inner, '.'), name...)
			p = next
		} else {
			inner = append(strconv.AppendInt(append(inner, '['), int64(i), 10), ']')
		}
		p = w.value(p, inner)
		if c, p = w.space(p); c == ',' {
			c, p = w.space(p + 1)
		}
	}
	return p + 1
}
