package jsonscan

// Skip passes the value at p, of any type, checking it as strictly as if it were
// read.
func (s *Scanner) Skip(p int) int {
	bottom := s.depth
	for {
		c, q := s.space(p)
		p = q
		ok := true
		switch c {
		case '{', '[':
			if s.depth == MaxDepth {
				return s.fail(p, "nested too deeply")
			}
			s.depth++
			s.setObject(c == '{')
			switch next, q := s.space(p + 1); {
			case next == c+2: // the closing bracket
				s.depth--
				p = q + 1
			case c == '[':
				p = q
				continue
			default:
				if p, ok = s.skipKey(q); !ok {
					return p
				}
				continue
			}
		case '"':
			p, _, ok = s.token(p)
		case 't':
			p = s.literal(p, "true")
		case 'f':
			p = s.literal(p, "false")
		case 'n':
			p = s.literal(p, "null")
		default:
			p, ok = s.skipNumber(p)
		}
		if !ok {
			return p
		}
		// A value is complete, and perhaps what it is the last part of.
		for {
			if s.depth == bottom {
				return p
			}
			c, p = s.space(p)
			if c == ',' {
				p++
				if s.inObject() {
					if p, ok = s.skipKey(p); !ok {
						return p
					}
				}
				break
			}
			if closing := byte(']'); c != closing && !s.inObject() || c != '}' && s.inObject() {
				return s.fail(p, "no comma or closing bracket after a value")
			}
			p++
			s.depth--
		}
	}
}

// setObject remembers for the current depth whether it is an object.
func (s *Scanner) setObject(is bool) {
	bit := uint64(1) << (s.depth % 64)
	if is {
		s.within[s.depth/64] |= bit
	} else {
		s.within[s.depth/64] &^= bit
	}
}

func (s *Scanner) inObject() bool { return s.within[s.depth/64]>>(s.depth%64)&1 != 0 }

func (s *Scanner) skipKey(p int) (q int, ok bool) {
	c, p := s.space(p)
	if c != '"' {
		return s.fail(p, "no key in an object"), false
	}
	if p, _, ok = s.token(p); !ok {
		return p, false
	}
	if c, p = s.space(p); c != ':' {
		return s.fail(p, "no colon after a key"), false
	}
	return p + 1, true
}

func (s *Scanner) skipNumber(p int) (q int, ok bool) {
	n := numberLen(s.buf[p:])
	if n <= 0 {
		return s.fail(p-n, "not a value"), false
	}
	return p + n, true
}

// isNumber is whether text, which a byte that is no part of a number follows in
// memory, is a JSON number.
func isNumber(text []byte) bool {
	b := append(text[:len(text):len(text)], 0)
	return len(text) > 0 && numberLen(b) == len(text)
}

// numberLen is the length of the JSON number at the start of b, or minus the
// offset of the byte that spoils it. A byte that is no part of a number must
// follow it.
func numberLen(b []byte) int {
	i := 0
	if b[i] == '-' {
		i++
	}
	switch {
	case b[i] == '0':
		i++
	case b[i]-'1' <= 8:
		for i++; b[i]-'0' <= 9; i++ {
		}
	default:
		return -i
	}
	if b[i] == '.' {
		i++
		if b[i]-'0' > 9 {
			return -i
		}
		for i++; b[i]-'0' <= 9; i++ {
		}
	}
	if b[i]|0x20 == 'e' {
		i++
		if b[i] == '+' || b[i] == '-' {
			i++
		}
		if b[i]-'0' > 9 {
			return -i
		}
		for i++; b[i]-'0' <= 9; i++ {
		}
	}
	return i
}
