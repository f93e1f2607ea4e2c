// Package measure has several ways to do a work take turns.
package measure

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A Contender is one way to do the work of a table.
type Contender struct {
	Name  string
	Do    func() error
	Bytes int // it reads, if not as many as the table says

	// What the table holds it to; zero is no target. Time is in units of the first
	// contender's, space in units of the bytes read.
	MinTime, MaxTime float64
	MaxAllocations   float64
	MaxSpace         float64
}

// A Cost is what one run takes.
type Cost struct {
	Time        time.Duration // of the processor
	Relative    float64       // to the time of the first contender in the same round
	Allocations float64
	Allocated   float64 // bytes
}

// A Measurer says how long to measure.
type Measurer struct {
	Rounds int           // how many turns each contender takes
	Turn   time.Duration // how long a turn is at least
	Runs   int           // and how many runs: enough for a fair share of the garbage collector's work
}

// Measure has the contenders take turns, so that what disturbs the machine for a
// while disturbs all of them, and answers with medians.
func (m Measurer) Measure(contenders []Contender) ([]Cost, error) {
	runs := make([]int, len(contenders))
	for i, c := range contenders {
		var err error
		if runs[i], err = m.calibrate(c); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	turns := make([][]Cost, len(contenders))
	for round := range m.Rounds {
		for i, c := range contenders {
			runtime.GC() // the garbage of the turn before is not this one's
			if err := c.Do(); err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name, err)
			}
			spent, err := repeat(c, runs[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name, err)
			}
			turns[i] = append(turns[i], spent)
			turns[i][round].Relative = float64(spent.Time) / float64(turns[0][round].Time)
		}
	}
	costs := make([]Cost, len(contenders))
	for i := range costs {
		costs[i] = Cost{
			Time:        Median(turns[i], func(c Cost) time.Duration { return c.Time }),
			Relative:    Median(turns[i], func(c Cost) float64 { return c.Relative }),
			Allocations: Median(turns[i], func(c Cost) float64 { return c.Allocations }),
			Allocated:   Median(turns[i], func(c Cost) float64 { return c.Allocated }),
		}
	}
	return costs, nil
}

// calibrate finds how many runs make a turn. It also warms up.
func (m Measurer) calibrate(c Contender) (runs int, err error) {
	if err := c.Do(); err != nil {
		return 0, err
	}
	for n := 1; ; n *= 4 {
		spent, err := repeat(c, n)
		if err != nil {
			return 0, err
		}
		if total := spent.Time * time.Duration(n); total >= m.Turn/8 {
			return max(m.Runs, int(m.Turn/max(1, spent.Time))), nil
		}
	}
}

// repeat is the cost of one of n runs.
func repeat(c Contender, n int) (Cost, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := ProcessorTime()
	for range n {
		if err := c.Do(); err != nil {
			return Cost{}, err
		}
	}
	spent := ProcessorTime() - start
	runtime.ReadMemStats(&after)
	return Cost{
		Time:        spent / time.Duration(n),
		Allocations: float64(after.Mallocs-before.Mallocs) / float64(n),
		Allocated:   float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}

// Median is that of a number of each turn.
func Median[C any, T float64 | time.Duration](turns []C, of func(C) T) T {
	values := make([]T, len(turns))
	for i, c := range turns {
		values[i] = of(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
