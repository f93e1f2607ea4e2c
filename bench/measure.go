package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A contender is one way to do the work of a table.
type contender struct {
	name  string
	do    func() error
	bytes int // it reads, if not as many as the table says

	// What the table holds it to; zero is no target. Time is in units of the first
	// contender's, space in units of the bytes read.
	minTime, maxTime float64
	maxAllocations   float64
	maxSpace         float64
}

// A cost is what one run takes.
type cost struct {
	time        time.Duration // of the processor
	relative    float64       // to the time of the first contender in the same round
	allocations float64
	allocated   float64 // bytes
}

type measurer struct {
	rounds int           // how many turns each contender takes
	turn   time.Duration // how long a turn is at least
	runs   int           // and how many runs: enough for a fair share of the garbage collector's work
}

// measure has the contenders take turns, so that what disturbs the machine for a
// while disturbs all of them, and answers with medians.
func (m measurer) measure(contenders []contender) ([]cost, error) {
	runs := make([]int, len(contenders))
	for i, c := range contenders {
		var err error
		if runs[i], err = m.calibrate(c); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	turns := make([][]cost, len(contenders))
	for round := range m.rounds {
		for i, c := range contenders {
			runtime.GC() // the garbage of the turn before is not this one's
			if err := c.do(); err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			spent, err := repeat(c, runs[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			turns[i] = append(turns[i], spent)
			turns[i][round].relative = float64(spent.time) / float64(turns[0][round].time)
		}
	}
	costs := make([]cost, len(contenders))
	for i := range costs {
		costs[i] = cost{
			time:        median(turns[i], func(c cost) time.Duration { return c.time }),
			relative:    median(turns[i], func(c cost) float64 { return c.relative }),
			allocations: median(turns[i], func(c cost) float64 { return c.allocations }),
			allocated:   median(turns[i], func(c cost) float64 { return c.allocated }),
		}
	}
	return costs, nil
}

// calibrate finds how many runs make a turn. It also warms up.
func (m measurer) calibrate(c contender) (runs int, err error) {
	if err := c.do(); err != nil {
		return 0, err
	}
	for n := 1; ; n *= 4 {
		spent, err := repeat(c, n)
		if err != nil {
			return 0, err
		}
		if total := spent.time * time.Duration(n); total >= m.turn/8 {
			return max(m.runs, int(m.turn/max(1, spent.time))), nil
		}
	}
}

// repeat is the cost of one of n runs.
func repeat(c contender, n int) (cost, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processorTime()
	for range n {
		if err := c.do(); err != nil {
			return cost{}, err
		}
	}
	spent := processorTime() - start
	runtime.ReadMemStats(&after)
	return cost{
		time:        spent / time.Duration(n),
		allocations: float64(after.Mallocs-before.Mallocs) / float64(n),
		allocated:   float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}

func median[C any, T float64 | time.Duration](turns []C, of func(C) T) T {
	values := make([]T, len(turns))
	for i, c := range turns {
		values[i] = of(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
