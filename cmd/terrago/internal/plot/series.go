package plot

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// A sample is a value at a moment.
type sample struct {
	moment
	value float64
}

// bounds are what a value can be.
type bounds struct{ min, max float64 }

// Wider than any person, and narrow enough for an axis.
var (
	heartRates = bounds{20, 300}    // bpm
	speeds     = bounds{0, 15}      // m/s on foot
	elevations = bounds{-500, 9000} // m
	distances  = bounds{0, 1e6}     // m
	stepCounts = bounds{0, 250_000} // a day
)

func (b bounds) hold(v float64) bool { return v >= b.min && v <= b.max } // NaN is not held

// samplesOf are the samples of a list that have a time and a value within the bounds,
// in order, one for a moment.
func samplesOf[T any](list []T, home zone, within bounds, read func(T) (health.Timestamp, opt.Value[float64])) []sample {
	var out []sample
	for _, item := range list {
		at, value := read(item)
		m, ok := home.moment(at)
		if v, has := value.Get(); ok && has && within.hold(v) {
			out = append(out, sample{m, v})
		}
	}
	slices.SortStableFunc(out, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
	return slices.CompactFunc(out, func(a, b sample) bool { return a.at == b.at })
}

func heartSamples(d health.HeartRateData, home zone) []sample {
	return samplesOf(d.Detailed.HRSamples, home, heartRates, func(s health.HeartRateDataSample) (health.Timestamp, opt.Value[float64]) {
		return s.Timestamp, s.BPM
	})
}

// unbroken splits samples where nothing was measured for longer than is usual among
// them.
func unbroken(samples []sample) [][]sample {
	const shortest = 15 // s
	var steps []float64
	for i := 1; i < len(samples); i++ {
		steps = append(steps, samples[i].at-samples[i-1].at)
	}
	longest := shortest + 0.0
	if len(steps) > 0 {
		slices.Sort(steps)
		longest = max(longest, 2.5*quantile(steps, 0.9))
	}
	var runs [][]sample
	from := 0
	for i := range samples {
		if i+1 == len(samples) || samples[i+1].at-samples[i].at > longest {
			runs = append(runs, samples[from:i+1])
			from = i + 1
		}
	}
	return runs
}

// quantile is of sorted numbers, of which there is at least one.
func quantile(sorted []float64, q float64) float64 { return sorted[int(q*float64(len(sorted)-1))] }

// extent is of at least one sample.
type extent struct {
	min, max sample
	mean     float64
}

func extentOf(samples []sample) extent {
	e := extent{min: samples[0], max: samples[0]}
	for _, s := range samples {
		if s.value < e.min.value {
			e.min = s
		}
		if s.value > e.max.value {
			e.max = s
		}
		e.mean += s.value / float64(len(samples))
	}
	return e
}

// steady reports whether all are the same to a whole number.
func (e extent) steady() bool { return math.Round(e.min.value) == math.Round(e.max.value) }

// numbers are the least and the greatest, or just one if they are the same.
func (e extent) numbers(to string) string {
	if e.steady() {
		return thousands(e.max.value)
	}
	return thousands(e.min.value) + to + thousands(e.max.value)
}

// thin leaves of a line what can be seen of it when each column of that many seconds
// is one step across: where it comes in, where it goes out, and how far it reaches.
func thin(line []sample, column float64) plotter.XYs {
	var out plotter.XYs
	for from := 0; from < len(line); {
		to := from
		for to < len(line) && math.Floor(line[to].at/column) == math.Floor(line[from].at/column) {
			to++
		}
		e := extentOf(line[from:to])
		keep := []sample{line[from], e.min, e.max, line[to-1]}
		slices.SortStableFunc(keep, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
		for _, s := range slices.Compact(keep) {
			out = append(out, plotter.XY{X: s.at, Y: s.value})
		}
		from = to
	}
	return out
}
