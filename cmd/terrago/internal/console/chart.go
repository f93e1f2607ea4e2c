package console

import (
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/terra-go/terra/health"
)

// The coordinates that charts are drawn in; the style sheet scales them.
const (
	chartWidth  = 320.0
	chartHeight = 72.0
)

// chart is a drawing of bars or of a line, and the sentence that stands in for
// it where it cannot be seen. The zero chart draws nothing.
type chart struct {
	Label    string
	Bars     []bar
	Line     string // points of a polyline
	Area     string // the same, closed along the foot
	From, To string // captions under the two ends
	Between  string // and between them: what a line's lowest and highest points are
}

// bar is a rectangle in chart coordinates.
type bar struct {
	X, Y, W, H float64
	Class      string
	Title      string
}

// point is a measurement within a day.
type point struct {
	At    time.Time
	Value float64
}

// Empty reports whether there is anything to draw.
func (c chart) Empty() bool { return len(c.Bars) == 0 && c.Line == "" }

// dayBars draws a bar for every day between the first and the last of values; days
// without a value stay empty.
func dayBars(what string, values iter.Seq2[health.Date, float64]) chart {
	var first, last health.Date
	top := 0.0
	for day, v := range values {
		if first.IsZero() || day.Before(first) {
			first = day
		}
		if last.IsZero() || day.After(last) {
			last = day
		}
		top = max(top, v)
	}
	n := last.DaysSince(first) + 1
	if top <= 0 || n < 2 || n > 366 {
		return chart{}
	}
	c := chart{
		Label: fmt.Sprintf("%s on each day from %s to %s", what, caption(first), caption(last)),
		From:  caption(first),
		To:    caption(last),
	}
	slot := chartWidth / float64(n)
	for day, v := range values {
		h := max(1, v/top*chartHeight) // a day of nothing is still seen to be there
		b := bar{
			X: (float64(day.DaysSince(first)) + 0.15) * slot, W: slot * 0.7,
			Y: chartHeight - h, H: h,
			Class: "bar", Title: fmt.Sprintf("%s: %.0f", caption(day), v),
		}
		if day == last {
			b.Class = "bar latest"
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

func caption(d health.Date) string { return d.In(time.UTC).Format("Mon 2 Jan") }

// line draws measurements in order of time, at most a few hundred of them: each
// stretch of the drawing shows the mean of what fell into it. layout is that of
// the captions under the ends.
func line(what string, unit string, points []point, layout string) chart {
	const stretches = 160
	if len(points) < 2 {
		return chart{}
	}
	from, to := points[0].At, points[len(points)-1].At
	whole := to.Sub(from)
	if whole <= 0 {
		return chart{}
	}
	var sums, counts [stretches + 1]float64
	for _, p := range points {
		i := int(stretches * float64(p.At.Sub(from)) / float64(whole))
		if i < 0 || i > stretches {
			continue // not in order
		}
		sums[i] += p.Value
		counts[i]++
	}
	low, high := points[0].Value, points[0].Value
	for i, n := range counts {
		if n > 0 {
			sums[i] /= n
			low, high = min(low, sums[i]), max(high, sums[i])
		}
	}
	var b strings.Builder
	for i, n := range counts {
		if n == 0 {
			continue
		}
		y := chartHeight / 2
		if high > low {
			y = 4 + (chartHeight-8)*(high-sums[i])/(high-low)
		}
		fmt.Fprintf(&b, "%.1f,%.1f ", float64(i)*chartWidth/stretches, y)
	}
	drawn := strings.TrimSpace(b.String())
	return chart{
		Label:   fmt.Sprintf("%s from %s to %s, between %s and %s %s", what, from.Format(layout), to.Format(layout), short(low), short(high), unit),
		Line:    drawn,
		Between: fmt.Sprintf("%s to %s %s", short(low), short(high), unit),
		Area:    fmt.Sprintf("0,%g %s %g,%g", chartHeight, drawn, chartWidth, chartHeight),
		From:    from.Format(layout),
		To:      to.Format(layout),
	}
}

// short is v with at most one decimal place.
func short(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// hypnogram draws a night: a row for each stage, a bar for each stretch of it.
func hypnogram(samples []health.SleepHypnogramSample, end health.Timestamp) chart {
	const row = chartHeight / 4
	if len(samples) < 2 {
		return chart{}
	}
	from, to := wall(samples[0].Timestamp), wall(end)
	if last := wall(samples[len(samples)-1].Timestamp); to.Before(last) {
		to = last
	}
	whole := float64(to.Sub(from))
	if from.IsZero() || whole <= 0 {
		return chart{}
	}
	c := chart{
		Label: fmt.Sprintf("Stages of sleep from %s to %s", from.Format("15:04"), to.Format("15:04")),
		From:  from.Format("15:04"),
		To:    to.Format("15:04"),
	}
	for i := 0; i < len(samples); {
		class, name, y := stage(samples[i].Level.Or(health.SleepLevelUnknown))
		j := i + 1
		for j < len(samples) && samples[j].Level == samples[i].Level {
			j++
		}
		start, stop := wall(samples[i].Timestamp), to
		if j < len(samples) {
			stop = wall(samples[j].Timestamp)
		}
		i = j
		if stop.After(start) && !start.Before(from) {
			c.Bars = append(c.Bars, bar{
				X: float64(start.Sub(from)) / whole * chartWidth, W: float64(stop.Sub(start)) / whole * chartWidth,
				Y: float64(y)*row + 1, H: row - 2,
				Class: "stage " + class, Title: name + ", " + start.Format("15:04") + "–" + stop.Format("15:04"),
			})
		}
	}
	return c
}

// stage is the class, name and row (from the top) of a level of sleep.
func stage(level health.SleepLevel) (class, name string, row int) {
	switch level {
	case health.SleepLevelREMSleep:
		return "rem", "REM", 1
	case health.SleepLevelDeepSleep:
		return "deep", "Deep", 3
	case health.SleepLevelLightSleep, health.SleepLevelSleeping:
		return "light", "Light", 2
	default:
		return "awake", "Awake", 0
	}
}

// wall is the moment in the zone it was delivered in.
func wall(t health.Timestamp) time.Time {
	if moment, ok := t.Time(); ok {
		return moment
	}
	return t.In(time.UTC)
}
