package ingest

import (
	"sync"
	"time"
)

// floods keeps overload, an outage or an attack from filling the log.
type floods struct {
	mu      sync.Mutex
	windows map[Answer]*window // made by the first
}

// window is a second's worth of one answer.
type window struct {
	began   time.Time
	logged  int
	omitted int // since the last that was logged
}

// pass reports whether to log one more, and how many were not since the last.
func (f *floods) pass(a Answer) (omitted int, ok bool) {
	const perSecond = 10
	if a == Stored || a == Duplicate {
		return 0, true // at the debug level, where all is wanted
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.windows[a]
	if w == nil {
		if f.windows == nil {
			f.windows = make(map[Answer]*window)
		}
		w = new(window)
		f.windows[a] = w
	}
	if now := time.Now(); now.Sub(w.began) >= time.Second {
		w.began, w.logged = now, 0
	}
	if w.logged == perSecond {
		w.omitted++
		return 0, false
	}
	w.logged++
	omitted, w.omitted = w.omitted, 0
	return omitted, true
}
