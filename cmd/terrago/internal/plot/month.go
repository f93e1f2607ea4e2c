package plot

import (
	"fmt"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// MaxDays is the longest stretch that [Month] shows.
const MaxDays = 366

// Month shows the steps of each day from from up to but not including to, and the
// heart rate at rest, or whichever of the two was recorded. The last record of a day
// counts; those of other days are left out. The error is an [EmptyError] if there is
// nothing to show, or if there are fewer than 2 or more than [MaxDays] days.
func Month(from, to health.Date, days []health.Daily) (*Chart, error) {
	n := to.DaysSince(from)
	if !from.IsValid() || !to.IsValid() || n < 2 || n > MaxDays {
		return nil, fmt.Errorf("plot: from 2 to %d days can be drawn, not %d", MaxDays, n)
	}
	walked, rested := make([]opt.Value[float64], n), make([]opt.Value[float64], n)
	for _, d := range days {
		i := d.Metadata.StartTime.Date().DaysSince(from)
		if i < 0 || i >= n {
			continue
		}
		if v, ok := d.DistanceData.Steps.Get(); ok && stepCounts.hold(float64(v)) {
			walked[i] = opt.Some(float64(v))
		}
		if v, ok := d.HeartRateData.Summary.RestingHRBPM.Get(); ok && heartRates.hold(v) {
			rested[i] = opt.Some(v)
		}
	}
	axis := dayAxis{from, n}
	steps, rests := axis.samples(walked), axis.samples(rested)
	if len(steps)+len(rests) == 0 {
		return nil, &EmptyError{fmt.Sprintf("the time from %s to %s", from, to.AddDays(-1)), "steps or heart rate at rest"}
	}

	c := &Chart{Points: len(steps) + len(rests), x: axis, height: 440}
	first, last := from.In(time.UTC), to.AddDays(-1).In(time.UTC)
	c.Title = first.Format("2 January 2006") + " to " + last.Format("2 January 2006")
	if first.Year() == last.Year() {
		c.Title = first.Format("2 January") + " to " + last.Format("2 January 2006")
	}
	c.Description = c.Title + "."
	if len(steps) > 0 {
		c.addSteps(axis, steps)
	}
	if len(rests) > 0 {
		c.addRest(axis, rests)
	}
	return c, nil
}

func (c *Chart) addSteps(axis dayAxis, days []sample) {
	e := extentOf(days)
	c.panels = append(c.panels, panel{
		label: "Steps a day", ink: steps, weight: 1.2, scale: numbers(0, e.max.value, 1000),
		marks: []plot.Plotter{bars{days, steps}},
	})
	c.facts = append(c.facts, thousands(e.mean)+" steps a day")
	c.Description += fmt.Sprintf(" Steps on %d of %d days: %s", len(days), axis.n, thousands(e.mean))
	if e.steady() {
		c.Description += "."
	} else {
		c.Description += fmt.Sprintf(" on average, most on %s with %s, fewest on %s with %s.",
			axis.name(e.max), thousands(e.max.value), axis.name(e.min), thousands(e.min.value))
	}
}

func (c *Chart) addRest(axis dayAxis, days []sample) {
	e := extentOf(days)
	c.panels = append(c.panels, panel{
		label: "Heart rate at rest, bpm", ink: heart, weight: 1, scale: numbers(e.min.value, e.max.value, 8),
		marks: []plot.Plotter{trace{parts: axis.unbroken(days), ink: heart, dots: axis.n <= 62}},
	})
	c.facts = append(c.facts, e.numbers("–")+" bpm at rest")
	c.Description += fmt.Sprintf(" Heart rate at rest on %d of %d days: %s beats per minute", len(days), axis.n, e.numbers(" to "))
	if e.steady() {
		c.Description += "."
	} else {
		c.Description += fmt.Sprintf(", %.0f on average, lowest on %s and highest on %s.", e.mean, axis.name(e.min), axis.name(e.max))
	}
}

// dayAxis has days along it, which are at 0, 1, 2…
type dayAxis struct {
	from health.Date
	n    int
}

func (a dayAxis) bounds() (from, to float64) { return -0.6, float64(a.n) - 0.4 }

// ticks are at Mondays, unless there is room for more.
func (a dayAxis) ticks(n int) []plot.Tick {
	for _, step := range []int{1, 2, 7, 14, 28, 56} {
		if (a.n+step-1)/step <= n || step == 56 {
			var out []plot.Tick
			first := 0
			if step >= 7 {
				first = int(8-a.from.In(time.UTC).Weekday()) % 7
			}
			for i := first; i < a.n; i += step {
				out = append(out, plot.Tick{Value: float64(i), Label: a.from.AddDays(i).In(time.UTC).Format("2 Jan")})
			}
			return out
		}
	}
	return nil
}

func (a dayAxis) samples(values []opt.Value[float64]) []sample {
	var out []sample
	for i, v := range values {
		if v, ok := v.Get(); ok {
			out = append(out, sample{moment{at: float64(i)}, v})
		}
	}
	return out
}

// unbroken splits where a day is missing.
func (a dayAxis) unbroken(days []sample) [][]sample {
	var out [][]sample
	from := 0
	for i := range days {
		if i+1 == len(days) || days[i+1].at != days[i].at+1 {
			out = append(out, days[from:i+1])
			from = i + 1
		}
	}
	return out
}

func (a dayAxis) name(s sample) string {
	return a.from.AddDays(int(math.Round(s.at))).In(time.UTC).Format("2 January")
}

// bars stand on the bottom of a panel, a unit apart.
type bars struct {
	values []sample
	ink    ink
}

// Plot implements [plot.Plotter].
func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	const half = 0.36 // of a bar's width
	x, y := p.Transforms(&c)
	var path vg.Path
	for _, v := range b.values {
		rectangle(&path, x(v.at-half), c.Min.Y, x(v.at+half), max(y(v.value), c.Min.Y+0.75)) // none is not the same as missing
	}
	c.SetColor(b.ink)
	c.Fill(path)
}
