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
	Quoted []string // "name": of each, in the order most likely to arrive; none longer than Padding-8
	Seed   uint64   // with which no two names have the same slot
	Slots  string   // the index of the name in each
	Next   Order    // len(Quoted)+2 zeros
}

// An Order has what came behind each key, plus one.
type Order []atomic.Uint32

// After many keys that did not come where they were expected, a Scanner expects
// none and learns nothing for a while.
const (
	many  = 128
	while = 1024
)

// key reads the key and colon at p. slot is where k remembers what came here
// last: the index of the key before, plus one.
func (s *Scanner) key(k *Keys, slot, p int) (f, q int) {
	if s.astray >= many {
		return s.otherKey(k, slot, p)
	}
	guess := k.guess(slot)
	if guess >= len(k.Quoted) {
		return s.otherKey(k, slot, p)
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
		return s.otherKey(k, slot, p)
	}
	return guess, p + n
}

// otherKey reads a key that is not the expected one. Only one name has its hash.
func (s *Scanner) otherKey(k *Keys, slot, p int) (f, q int) {
	b := unsafe.Add(s.base, p)
	f = int(k.Slots[slotOf(b, k.Seed, len(k.Slots))])
	want := k.Quoted[f]
	w, n := unsafe.Pointer(unsafe.StringData(want)), len(want)
	// As many steps as it took to hash: the processor knows by now.
	var diff uint64
	if n < 8 {
		diff = uint64((load32(b, 0) ^ load32(w, 0)) | (load32(b, n-4) ^ load32(w, n-4)))
	} else {
		for i := 0; i < n-8; i += 8 {
			diff |= load64(b, i) ^ load64(w, i)
		}
		diff |= load64(b, n-8) ^ load64(w, n-8)
	}
	if diff != 0 {
		return s.keySlow(k, p)
	}
	s.learn(k, slot, f)
	return f, p + n
}

// slotOf hashes the name whose opening quote is at b to one of so many slots.
func slotOf(b unsafe.Pointer, seed uint64, slots int) int {
	var h uint64
	for i := 1; i < Padding-8; i += 8 {
		w := load64(b, i)
		other := w ^ lows*'"'
		quote := (other - lows) &^ other & highs // the lowest bit is that of the first quote
		if quote != 0 {
			w &= quote&-quote - 1
			i = Padding
		}
		h = (h ^ w) * seed
		h ^= h >> 32
	}
	return int(h >> 32 * uint64(slots) >> 32)
}

// Slots finds the Seed and Slots of Keys.
func Slots(quoted []string) (seed uint64, slots string) {
	size := 2 * len(quoted)
	for seed = 0x9e3779b97f4a7c15; ; seed = seed*5 + 2 {
		table, taken := make([]byte, size), make([]bool, size)
		for i, name := range quoted {
			text := Pad([]byte(name))
			slot := slotOf(unsafe.Pointer(unsafe.SliceData(text)), seed, size)
			if taken[slot] {
				break
			}
			table[slot], taken[slot] = byte(i), true
			if i == len(quoted)-1 {
				return seed, string(table)
			}
		}
	}
}

// keySlow reads a key that is unknown, or spelled in an unusual way.
func (s *Scanner) keySlow(k *Keys, p int) (f, q int) {
	name, q, ok := s.Quoted(p)
	if !ok {
		return -1, q
	}
	c, q := s.space(q)
	if c != ':' {
		return -1, s.fail(q, "no colon after a key")
	}
	return k.find(name), q + 1
}

func (k *Keys) guess(slot int) int {
	if n := k.Next[slot].Load(); n != 0 {
		return int(n) - 1
	}
	return slot
}

// learn takes note of a key that was not expected.
func (s *Scanner) learn(k *Keys, slot, found int) {
	if s.astray < many {
		k.Next[slot].Store(uint32(found) + 1)
	}
	if s.astray++; s.astray == many+while {
		s.astray = 0
	}
}

// find searches for name as encoding/json does: exactly first, then without
// regard to case.
func (k *Keys) find(name []byte) int {
	for i, q := range k.Quoted {
		if string(name) == q[1:len(q)-2] {
			return i
		}
	}
	for i, q := range k.Quoted {
		if bytes.EqualFold(name, []byte(q[1:len(q)-2])) {
			return i
		}
	}
	return len(k.Quoted)
}
