package jsonscan

// gaps are what stood between the values of the last object that was written with
// blanks between its tokens: a comma, a key, a colon, and the blanks around them.
// The next object of an array mostly has the same, so that one comparison passes
// what would else take a step for every token.
type gaps struct {
	of   *Keys // whose objects they belong to
	list [16]gap
}

// A gap lies before the value of key f, or before the end of the object if f is -1.
type gap struct{ at, size, f int }

// gap is the gap that was met last at a slot of k's objects, nil for none.
func (s *Scanner) gap(k *Keys, slot int) *gap {
	if s.gaps.of != k || slot >= len(s.gaps.list) || s.gaps.list[slot].size == 0 {
		return nil
	}
	return &s.gaps.list[slot]
}

// same is whether the text at p begins with the gap. The zeros behind the text
// differ from any gap, so nothing is read that is not there.
func (s *Scanner) same(g *gap, p int) bool {
	for i := 0; ; i += 8 {
		diff := load64(s.base, p+i) ^ load64(s.base, g.at+i)
		if left := g.size - i; left <= 8 {
			return diff<<(-8*left&63) == 0
		}
		if diff != 0 {
			return false
		}
	}
}

// objectSlow is Object for one that is written with blanks.
func (s *Scanner) objectSlow(k *Keys, p int) (f, q int) {
	q, ok := s.enterSlow(p)
	if !ok {
		return -1, q
	}
	if s.gaps.of != k {
		s.gaps = gaps{of: k}
	}
	f, q = s.key(k, 0, q)
	return f, s.learnGap(k, 0, f, p, q)
}

// nextSlow is Next where blanks follow the value, or the comma.
func (s *Scanner) nextSlow(k *Keys, slot, p int) (f, q int) {
	c, q := s.space(p)
	switch c {
	case '}':
		s.depth--
		return -1, s.learnGap(k, slot, -1, p, q+1)
	case ',':
		if c, q = s.space(q + 1); c == '"' {
			f, q = s.key(k, slot, q)
			return f, s.learnGap(k, slot, f, p, q)
		}
		return -1, s.fail(q, "no key in an object")
	}
	return -1, s.fail(q, "no comma or brace after a value in an object")
}

// learnGap takes note of the gap at p, in which the key f ended before q, and returns
// the offset behind it.
func (s *Scanner) learnGap(k *Keys, slot, f, p, q int) int {
	if f >= 0 {
		_, q = s.space(q)
	}
	if s.gaps.of == k && slot < len(s.gaps.list) && s.err == nil {
		s.gaps.list[slot] = gap{at: p, size: q - p, f: f}
	}
	return q
}
