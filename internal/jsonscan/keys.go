package jsonscan

import (
	"bytes"
	"sync/atomic"
	"unsafe"
)

// Keys are the member names of one record type, and a memory of the order in
// which they arrived last. The order is a hint that all scanners share: where it
// is wrong, a key costs a search.
type Keys struct {
	Quoted []string              // "name": of each, in the order most likely to arrive; none longer than Padding-8
	Find   func(name []byte) int // the index of a name, len(Quoted) where there is none
	Next   []atomic.Uint32       // len(Quoted)+2 zeros: what came behind each key, plus one
}

// key reads the key and colon at p. slot is where k remembers what came here
// last: the index of the key before, plus one.
func (s *Scanner) key(k *Keys, slot, p int) (f, q int) {
	guess := k.guess(slot)
	if guess >= len(k.Quoted) {
		return s.keySlow(k, slot, p)
	}
	want := k.Quoted[guess]
	b, w, n := unsafe.Add(s.base, p), unsafe.Pointer(unsafe.StringData(want)), len(want)
	var same bool
	switch {
	case n < 8:
		same = load32(b, 0) == load32(w, 0) && load32(b, n-4) == load32(w, n-4)
	case n <= 16:
		same = load64(b, 0) == load64(w, 0) && load64(b, n-8) == load64(w, n-8)
	case n <= 32:
		same = load64(b, 0) == load64(w, 0) && load64(b, 8) == load64(w, 8) &&
			load64(b, n-16) == load64(w, n-16) && load64(b, n-8) == load64(w, n-8)
	default:
		same = unsafe.String((*byte)(b), n) == want
	}
	if !same {
		return s.keySlow(k, slot, p)
	}
	return guess, p + n
}

func (s *Scanner) keySlow(k *Keys, slot, p int) (f, q int) {
	name, q, ok := s.Quoted(p)
	if !ok {
		return -1, q
	}
	f = k.find(name)
	k.learn(slot, f)
	c, q := s.space(q)
	if c != ':' {
		return -1, s.fail(q, "no colon after a key")
	}
	return f, q + 1
}

func (k *Keys) guess(slot int) int {
	if n := k.Next[slot].Load(); n != 0 {
		return int(n) - 1
	}
	return slot
}

func (k *Keys) learn(slot, found int) {
	if found < len(k.Quoted) && k.guess(slot) != found {
		k.Next[slot].Store(uint32(found) + 1)
	}
}

// find searches for name as encoding/json does: exactly first, then without
// regard to case.
func (k *Keys) find(name []byte) int {
	found := k.Find(name)
	if found < len(k.Quoted) {
		return found
	}
	for i, q := range k.Quoted {
		if bytes.EqualFold(name, []byte(q[1:len(q)-2])) {
			return i
		}
	}
	return found
}
