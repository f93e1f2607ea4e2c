package terra

import (
	"iter"
	"time"

	"github.com/terra-go/terra/health"
)

// Range is the days from Start up to but not including End, each as the
// connected person's calendar has it.
//
// Dates go over the wire as days, not as the Unix seconds that Terra accepts as
// well: a day means the same wherever the program runs, while an instant cuts the
// day of everybody outside one time zone in two.
type Range struct {
	Start, End health.Date
}

// Days is the n days that begin with start.
func Days(start health.Date, n int) Range { return Range{start, start.AddDays(n)} }

// Between is the days from start up to but not including end.
func Between(start, end health.Date) Range { return Range{start, end} }

// Last is today and the n-1 days before, for a person anywhere on Earth: because
// it is already tomorrow for some and still yesterday for others, the Range is one
// or two days longer than n. Use [Days] with a person's own date to be exact.
func Last(n int) Range {
	first, last := today()
	if n < 1 {
		return Range{last, last} // empty, and so refused
	}
	return Range{first.AddDays(1 - n), last.AddDays(1)}
}

// Since is the days from start to today, for a person anywhere on Earth, as with
// [Last].
func Since(start health.Date) Range {
	_, last := today()
	return Range{start, last.AddDays(1)}
}

// Days counts the days of r; it is what the request costs of a [RateLimit].
func (r Range) Days() int { return r.End.DaysSince(r.Start) }

func (r Range) validate() error {
	switch {
	case !r.Start.IsValid() || !r.End.IsValid():
		return &ArgumentError{"range", "start or end is not a day"}
	case r.End.Before(r.Start):
		return &ArgumentError{"range", "the end is before the start"}
	case r.End == r.Start:
		return &ArgumentError{"range", "empty: the end is not part of a range, so it comes after the start"}
	}
	return nil
}

// windows splits r into ranges of at most n days, in order.
func (r Range) windows(n int) iter.Seq[Range] {
	return func(yield func(Range) bool) {
		for start := r.Start; start.Before(r.End); start = start.AddDays(n) {
			end := start.AddDays(n)
			if end.After(r.End) {
				end = r.End
			}
			if !yield(Range{start, end}) {
				return
			}
		}
	}
}

// today is the first and the last of the days that it is somewhere right now:
// time zones reach from 12 hours behind UTC to 14 ahead.
func today() (first, last health.Date) {
	now := time.Now().UTC()
	return health.DateOf(now.Add(-12 * time.Hour)), health.DateOf(now.Add(14 * time.Hour))
}
