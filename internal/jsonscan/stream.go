package jsonscan

import (
	"io"
	"sync"
)

// The memory a Stream starts with, and what it grows to as long as text keeps
// coming. A value that the end of the buffer cuts is read again once there is more,
// so it should hold many.
const (
	firstBuffer = 64 << 10
	usualBuffer = 4 << 20
)

// maxEmptyReads is how often in a row a reader may return neither bytes nor an
// error.
const maxEmptyReads = 100

// A Stream reads the elements of one array out of a text that may be longer than
// memory: the text is the array, or an object that has it as its data member.
type Stream struct {
	r      io.Reader
	single string // name of a member that stands for an array of one, if any

	s      Scanner
	buf    []byte // what was read and not let go, then Padding zeros
	p      int    // offset in buf
	before int64  // bytes let go
	ended  error  // what r ended with, io.EOF if all is well

	state streamState
	depth int  // of objects and arrays that are open at p
	first bool // no element or key has come yet
	err   error
}

type streamState uint8

const (
	atStart  streamState = iota
	atKey                // of the object around the array, or its end
	atArray              // at an element, or the array's end
	atSingle             // at the value that stands for an array of one
	atEnd
)

// A Stream is pooled because what it reads from is often no longer than its buffer.
var streams = sync.Pool{New: func() any { return &Stream{buf: make([]byte, Padding, firstBuffer)} }}

// NewStream reads from r as far as it needs. A member named single, if that is
// not "", stands for an array of one.
func NewStream(r io.Reader, single string) *Stream {
	t := streams.Get().(*Stream)
	t.r, t.single = r, single
	return t
}

// Release lets go of r, and keeps the memory for another Stream.
func (t *Stream) Release() {
	if cap(t.buf) > maxKept {
		return
	}
	t.s.Forget()
	*t = Stream{s: t.s, buf: t.buf[:Padding]}
	clear(t.buf)
	streams.Put(t)
}

// Err is the first error: r's own, io.ErrNoProgress, io.ErrUnexpectedEOF,
// ErrNotObject or a *SyntaxError whose offset counts from the first byte of r.
func (t *Stream) Err() error { return t.err }

// Next moves to the next element, which Scan must then read, and reports whether
// there is one.
func (t *Stream) Next() bool {
	for t.err == nil {
		switch t.state {
		case atStart:
			t.start()
		case atKey:
			t.member()
		case atArray:
			if t.more(']') {
				return true
			}
			t.state = atEnd
			if t.depth > 0 {
				t.state = atKey
			}
		case atSingle:
			return true
		case atEnd:
			if t.peek(); t.p < t.end() {
				t.fail("text after the value")
			}
			return false
		}
	}
	return false
}

// Scan reads the element that Next moved to into dst.
func (t *Stream) Scan(dst Object) bool {
	if t.state == atSingle {
		t.state = atKey
	}
	return t.read(func(p int) int { return dst.ScanJSON(&t.s, p) })
}

func (t *Stream) start() {
	switch t.peek() {
	case '{':
		t.open(atKey)
	case '[':
		t.open(atArray)
	default:
		if t.read(t.s.Skip) {
			t.err = ErrNotObject
		}
	}
}

func (t *Stream) open(state streamState) {
	t.p++
	t.depth++
	t.state, t.first = state, true
}

// member passes a member of the object around the array, or enters the array if
// it is that one.
func (t *Stream) member() {
	if !t.more('}') {
		t.state = atEnd
		return
	}
	var name string
	if !t.read(func(p int) (q int) { name, q, _ = t.s.mapKey(p); return q }) {
		return
	}
	switch c := t.peek(); {
	case name == "data" && c == '[':
		t.open(atArray)
	case t.single != "" && name == t.single && c == '{':
		t.state = atSingle
	default:
		t.read(t.s.Skip)
	}
}

// more passes what stands between two elements or members, and reports whether
// another one comes, or passes the closing bracket.
func (t *Stream) more(closing byte) bool {
	c := t.peek()
	switch {
	case t.err != nil:
		return false
	case c == closing:
		t.p++
		t.depth--
		t.first = false
		return false
	case t.first:
		t.first = false
		return true
	case c != ',':
		t.fail("no comma or closing bracket after a value")
		return false
	}
	t.p++
	t.peek()
	return t.err == nil
}

// read runs scan at the current offset, again with more text as long as the end
// of what was read may have cut the value.
func (t *Stream) read(scan func(p int) (q int)) bool {
	for t.err == nil {
		counted := t.s.counted
		t.s.Reset(t.buf[:t.end()], false)
		t.s.depth, t.s.counted = t.depth, counted
		q := scan(t.p)
		if t.ended != io.EOF && t.isCut(q) {
			t.fill()
			continue
		}
		if t.s.err != nil {
			t.p = int(t.s.err.Offset)
			t.fail(t.s.err.reason)
			return false
		}
		t.p = q
		return true
	}
	return false
}

// isCut reports whether more text could change what was read up to q.
func (t *Stream) isCut(q int) bool {
	if t.s.err != nil {
		return t.s.err.Offset >= int64(t.end())
	}
	return q == t.end() && t.buf[q-1]-'0' <= 9
}

// peek passes white space and returns the byte behind it, 0 at the end of the
// text.
func (t *Stream) peek() byte {
	for t.err == nil {
		switch c := t.buf[t.p]; c {
		case ' ', '\t', '\n', '\r':
			t.p++
		case 0:
			if t.p < t.end() || t.ended == io.EOF {
				return 0
			}
			t.fill()
		default:
			return c
		}
	}
	return 0
}

// end is the number of bytes in buf that were read.
func (t *Stream) end() int { return len(t.buf) - Padding }

// fill lets go of the bytes before the current offset and reads some more: at
// least as many as are left, so that all attempts at a value together take linear
// time, however little r returns at once. The buffer doubles when half of it is left,
// and up to its usual size when as much as it holds was read.
func (t *Stream) fill() {
	if t.ended != nil {
		t.err = t.ended
		return
	}
	rest := copy(t.buf, t.buf[t.p:t.end()])
	t.before += int64(t.p)
	t.p = 0
	t.buf = t.buf[:rest]
	if size := cap(t.buf); size-rest-Padding < size/2 || size < usualBuffer && t.before+int64(rest) >= int64(size-Padding) {
		t.buf = append(make([]byte, 0, 2*size), t.buf...)
	}
	t.s.counted = 0
	free, n := t.buf[rest:cap(t.buf)-Padding], 0
	for empty := 0; n < max(1, rest) && t.ended == nil; {
		var some int
		some, t.ended = t.r.Read(free[n:])
		if n += some; some > 0 {
			empty = 0
		} else if empty++; empty == maxEmptyReads && t.ended == nil {
			t.ended = io.ErrNoProgress
		}
	}
	t.buf = append(t.buf[:rest+n], zeros[:]...)
}

// fail keeps an error at the current offset. A text that just ends is cut short.
func (t *Stream) fail(reason string) {
	if t.p >= t.end() {
		t.err = io.ErrUnexpectedEOF
		return
	}
	t.err = &SyntaxError{Offset: t.before + int64(t.p), reason: reason}
}
