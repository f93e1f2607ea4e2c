package ingest

import (
	"slices"
	"sync"
	"time"
)

const (
	// largeBody is the size from which on a body's memory is kept for another. What is
	// smaller costs the garbage collector little.
	largeBody = 1 << 20

	// slack is more than reading a body takes beyond the body itself.
	slack = 64

	// idle is how long memory is kept without any use.
	idle = time.Minute
)

// spares keeps the memory of large bodies for the next ones. Left to the garbage
// collector, as much again as is in use would wait to be collected.
//
// Whoever takes memory that does not fit has some of it dropped. So there are never
// more pieces, taken or not, than requests at once.
type spares struct {
	mu   sync.Mutex
	free [][]byte // by capacity
	drop *time.Timer
}

// take returns memory for a body of length bytes, or nil. length is negative when it
// is not known.
func (s *spares) take(length int64) []byte {
	if length >= 0 && length <= largeBody {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) == 0 {
		return nil
	}
	for i, buf := range s.free {
		if int64(cap(buf)) >= length+slack {
			s.free = slices.Delete(s.free, i, i+1)
			return buf
		}
	}
	s.free = slices.Delete(s.free, 0, 1)
	return nil
}

// give takes the memory of a body that is not needed any longer.
func (s *spares) give(body []byte) {
	if cap(body) <= largeBody+slack {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := len(s.free)
	for i > 0 && cap(s.free[i-1]) > cap(body) {
		i--
	}
	s.free = slices.Insert(s.free, i, body)
	if s.drop == nil {
		s.drop = time.AfterFunc(idle, s.clear)
	} else {
		s.drop.Reset(idle)
	}
}

func (s *spares) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = nil
}
