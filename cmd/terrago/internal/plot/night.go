package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/terra-go/terra/health"
)

// Night shows the stages of a session of sleep above the heart rate, or whichever of
// the two was recorded. The error is an [EmptyError] if neither was.
func Night(s health.Sleep) (*Chart, error) {
	home := zoneOf(s.Metadata.StartTime)
	pulse := heartSamples(s.HeartRateData, home)
	stages := stagesOf(s.SleepDurationsData.HypnogramSamples, home)
	moments := momentsOf(pulse)
	for _, st := range stages {
		moments = append(moments, st.from)
	}
	when, ok := spanOf(s.Metadata.StartTime, s.Metadata.EndTime, 36*time.Hour, moments...)
	if ok {
		pulse = when.within(pulse)
		stages = during(when, stages)
	}
	if !ok || len(pulse)+len(stages) == 0 {
		return nil, &EmptyError{nameOf("the night", s.Metadata.EndTime), "sleep stages or heart rate"}
	}

	c := &Chart{Points: len(pulse) + len(stages), x: clockOf(when, moments...), height: 440}
	first, last := health.DateOf(when.start.wall()), health.DateOf(when.end.wall())
	kind := "Night to "
	switch {
	case s.Metadata.IsNap.Or(false):
		kind = "Nap on "
	case first == last && when.start.wall().Hour() >= 6:
		kind = "Sleep on "
	}
	c.Title = kind + longDate(last)
	c.facts = []string{when.start.clock() + "–" + when.end.clock()}
	c.Description = fmt.Sprintf("%s, from %s to %s.", c.Title, when.start.clock(), when.end.clock())
	if len(stages) > 0 {
		c.panels = append(c.panels, stagesPanel(stages))
		asleep, words := tally(stages)
		c.facts = append(c.facts, duration(asleep)+" asleep")
		c.Description += " " + words
	}
	if len(pulse) > 0 {
		c.addHeart(pulse, 1)
	}
	return c, nil
}

// addHeart adds a panel of heart rate, and says what it shows.
func (c *Chart) addHeart(pulse []sample, weight float64, lines ...float64) {
	e := extentOf(pulse)
	low, high := e.min.value, e.max.value
	for _, v := range lines {
		low, high = min(low, v), max(high, v)
	}
	c.panels = append(c.panels, panel{
		label: "Heart rate, bpm", ink: heart, weight: weight, scale: numbers(low, high, 20), lines: lines,
		marks: []plot.Plotter{trace{parts: unbroken(pulse), ink: heart}},
	})
	c.facts = append(c.facts, e.numbers("–")+" bpm")
	c.Description += " Heart rate: " + e.numbers(" to ") + " beats per minute"
	if e.steady() {
		c.Description += "."
	} else {
		c.Description += fmt.Sprintf(", %.0f on average, lowest at %s and highest at %s.", e.mean, e.min.clock(), e.max.clock())
	}
	c.Description += gaps(pulse)
}

// gaps says where there are no samples, if that can be seen.
func gaps(samples []sample) string {
	const worthSaying = 10 * 60 // s
	parts := unbroken(samples)
	var longest span
	n := 0
	for i := 1; i < len(parts); i++ {
		gap := span{parts[i-1][len(parts[i-1])-1].moment, parts[i][0].moment}
		if gap.seconds() < worthSaying {
			continue
		}
		n++
		if gap.seconds() > longest.seconds() {
			longest = gap
		}
	}
	between := " from " + longest.start.clock() + " to " + longest.end.clock()
	switch n {
	case 0:
		return ""
	case 1:
		return " Nothing was measured" + between + "."
	}
	return fmt.Sprintf(" There are %d gaps in it, the longest%s.", n, between)
}

// nameOf is what, on the day of t if that is known.
func nameOf(what string, t health.Timestamp) string {
	if d := t.Date(); !d.IsZero() {
		return what + " of " + d.String()
	}
	return what
}

// A lane is a kind of sleep, as high in the picture as it is in the list.
type lane struct {
	label  string
	words  string
	ink    ink
	levels []health.SleepLevel
	asleep bool
}

var lanes = []lane{
	{"Deep", "deep sleep", deep, []health.SleepLevel{health.SleepLevelDeepSleep}, true},
	{"Light", "light sleep", light, []health.SleepLevel{health.SleepLevelLightSleep}, true},
	{"REM", "REM sleep", rem, []health.SleepLevel{health.SleepLevelREMSleep}, true},
	{"Asleep", "sleep", asleep, []health.SleepLevel{health.SleepLevelSleeping}, true},
	{"Awake", "awake", awake, []health.SleepLevel{health.SleepLevelAwake, health.SleepLevelOutOfBed}, false},
}

// A stage is a stretch of time in one lane.
type stage struct {
	from, to moment
	lane     int // in lanes, or -1 where nobody knows
}

// stagesOf are the stages in order, of which the last one has no end yet.
func stagesOf(samples []health.SleepHypnogramSample, home zone) []stage {
	var out []stage
	for _, s := range samples {
		from, ok := home.moment(s.Timestamp)
		if !ok {
			continue
		}
		level := s.Level.Or(health.SleepLevelUnknown)
		out = append(out, stage{from: from, lane: slices.IndexFunc(lanes, func(l lane) bool { return slices.Contains(l.levels, level) })})
	}
	slices.SortStableFunc(out, func(a, b stage) int { return cmp.Compare(a.from.at, b.from.at) })
	for i := 1; i < len(out); i++ {
		out[i-1].to = out[i].from
	}
	return out
}

// during cuts stages to a span, and leaves out those that nothing is known of.
func during(s span, stages []stage) []stage {
	var out []stage
	for i, st := range stages {
		if i == len(stages)-1 {
			st.to = s.end
		}
		if st.from.at < s.start.at {
			st.from = s.start
		}
		if st.to.at > s.end.at {
			st.to = s.end
		}
		if st.lane >= 0 && st.to.at > st.from.at {
			out = append(out, st)
		}
	}
	return out
}

// tally is how long somebody slept, and where the time went in words.
func tally(stages []stage) (asleep float64, words string) {
	seconds := make([]float64, len(lanes))
	for _, st := range stages {
		seconds[st.lane] += st.to.at - st.from.at
		if lanes[st.lane].asleep {
			asleep += st.to.at - st.from.at
		}
	}
	clauses := []string{"Asleep for " + duration(asleep)}
	for i, l := range lanes {
		switch {
		case seconds[i] == 0 || l.levels[0] == health.SleepLevelSleeping:
		default:
			clauses = append(clauses, l.words+" for "+duration(seconds[i]))
		}
	}
	return asleep, sentence(clauses...)
}

func stagesPanel(stages []stage) panel {
	staged := slices.ContainsFunc(stages, func(st stage) bool { return st.lane < 3 })
	h := hypnogram{stages: stages, at: make([]float64, len(lanes))}
	s := scale{min: -0.5}
	for i, l := range lanes {
		used := slices.ContainsFunc(stages, func(st stage) bool { return st.lane == i })
		always := staged && l.levels[0] != health.SleepLevelSleeping || !l.asleep
		if !used && !always {
			continue
		}
		h.at[i] = float64(len(s.fixed))
		s.fixed = append(s.fixed, plot.Tick{Value: h.at[i], Label: l.label})
	}
	s.max = float64(len(s.fixed)) - 0.5
	return panel{label: "Sleep stages", ink: text, weight: 0.35 * float64(len(s.fixed)) / 1.4, scale: s, marks: []plot.Plotter{h}}
}

// hypnogram draws a bar for each stage, and what leads from one to the next.
type hypnogram struct {
	stages []stage
	at     []float64 // of each lane
}

// Plot implements [plot.Plotter].
func (h hypnogram) Plot(c draw.Canvas, p *plot.Plot) {
	const half = 0.3 // of a bar, in lanes
	x, y := p.Transforms(&c)
	var joints vg.Path
	for i := 1; i < len(h.stages); i++ {
		before, after := h.stages[i-1], h.stages[i]
		from, to := h.at[before.lane], h.at[after.lane]
		if before.to.at != after.from.at || from == to {
			continue
		}
		side := math.Copysign(half, to-from)
		joints.Move(vg.Point{X: x(after.from.at), Y: y(from + side)})
		joints.Line(vg.Point{X: x(after.from.at), Y: y(to - side)})
	}
	c.SetLineStyle(draw.LineStyle{Color: joint, Width: 0.75})
	c.Stroke(joints)
	for i, l := range lanes {
		var bars vg.Path
		for _, st := range h.stages {
			if from := x(st.from.at); st.lane == i {
				rectangle(&bars, from, y(h.at[i]-half), max(x(st.to.at), from+0.75), y(h.at[i]+half)) // however short
			}
		}
		if len(bars) > 0 {
			c.SetColor(l.ink)
			c.Fill(bars)
		}
	}
}
