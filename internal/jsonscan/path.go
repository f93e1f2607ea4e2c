package jsonscan

import "strconv"

// Paths names the values that begin at the offsets, which ascend, in a text that
// is JSON: $.data[3].bpm. A name of other than letters, digits, _ and - is quoted:
// $["a b"].
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
	if len(w.left) > 0 && w.left[0] == p {
		w.paths = append(w.paths, string(path))
		w.left = w.left[1:]
	}
	if len(w.left) == 0 || c != '{' && c != '[' {
		return w.Skip(p)
	}
	closing := c + 2
	c, p = w.space(p + 1)
	for i := 0; c != closing && w.err == nil; i++ {
		inner := append(strconv.AppendInt(append(path, '['), int64(i), 10), ']')
		if closing == '}' {
			var name string
			name, p, _ = w.mapKey(p)
			inner = appendName(path, name)
		}
		p = w.value(p, inner)
		if c, p = w.space(p); c == ',' {
			c, p = w.space(p + 1)
		}
	}
	if w.err != nil {
		return w.end
	}
	return p + 1
}

func appendName(path []byte, name string) []byte {
	if name == "" {
		return append(path, `[""]`...)
	}
	for _, c := range []byte(name) {
		if c|0x20-'a' > 'z'-'a' && c-'0' > 9 && c != '_' && c != '-' {
			return appendQuoted(append(path, '['), name, ']')
		}
	}
	return append(append(path, '.'), name...)
}
