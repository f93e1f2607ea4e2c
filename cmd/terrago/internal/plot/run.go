package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// IsRun reports whether a workout is one on foot and at a run.
func IsRun(a health.Activity) bool {
	switch t, _ := a.Metadata.Type.Get(); t {
	case health.ActivityTypeRunning, health.ActivityTypeJogging, health.ActivityTypeRunningOnSand, health.ActivityTypeTreadmillRunning,
		health.ActivityTypeTreadmill, health.ActivityTypeIndoorRunning, health.ActivityTypeTrailRunning:
		return true
	}
	return false
}

// Run shows the heart rate, the pace and the elevation of a workout on foot, as far as
// they were recorded. The pace is that of a quarter of a minute around each moment,
// and broken where the person stands. The error is an [EmptyError] if there is neither
// heart rate nor pace.
func Run(a health.Activity) (*Chart, error) {
	home := zoneOf(a.Metadata.StartTime)
	pulse := heartSamples(a.HeartRateData, home)
	speed := speedSamples(a, home)
	hills := samplesOf(a.DistanceData.Detailed.ElevationSamples, home, elevations, func(s health.ElevationSample) (health.Timestamp, opt.Value[float64]) {
		return s.Timestamp, s.ElevMeters
	})
	moments := momentsOf(pulse, speed, hills)
	when, ok := spanOf(a.Metadata.StartTime, a.Metadata.EndTime, 36*time.Hour, moments...)
	if ok {
		pulse, speed, hills = when.within(pulse), when.within(speed), when.within(hills)
	}
	paces := pacesOf(speed)
	if !ok || len(pulse)+len(paces) == 0 {
		return nil, &EmptyError{nameOf("the run", a.Metadata.StartTime), "samples of heart rate or speed"}
	}

	c := &Chart{x: clockOf(when, moments...), height: 520}
	c.Title = kindOf(a) + ", " + longDate(health.DateOf(when.start.wall()))
	c.facts = []string{when.start.clock() + "–" + when.end.clock()}
	c.Description = fmt.Sprintf("%s, from %s to %s", c.Title, when.start.clock(), when.end.clock())
	if m, ok := a.DistanceData.Summary.DistanceMeters.Get(); ok && distances.hold(m) {
		c.facts = append(c.facts, fmt.Sprintf("%.1f km", m/1000))
		c.Description += fmt.Sprintf(", %.1f km", m/1000)
	}
	c.Description += "."
	if len(pulse) > 0 {
		c.Points += len(pulse)
		c.addHeart(pulse, 1)
	}
	if len(paces) > 0 {
		c.Points += len(paces)
		c.addPace(paces, a.MovementData.AvgSpeedMetersPerSecond)
	}
	if len(hills) > 0 {
		c.Points += len(hills)
		c.addHills(hills)
	}
	return c, nil
}

// kindOf is the kind of sport in a word.
func kindOf(a health.Activity) string {
	kind, ok := a.Metadata.Type.Get()
	if !ok || !kind.Known() {
		return "Workout"
	}
	s := kind.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// speedSamples are those delivered, or else made from the distance covered.
func speedSamples(a health.Activity, home zone) []sample {
	speed := samplesOf(a.MovementData.SpeedSamples, home, speeds, func(s health.SpeedSample) (health.Timestamp, opt.Value[float64]) {
		return s.Timestamp, s.SpeedMetersPerSecond
	})
	if len(speed) > 0 {
		return speed
	}
	total := samplesOf(a.DistanceData.Detailed.DistanceSamples, home, distances, func(s health.DistanceSample) (health.Timestamp, opt.Value[float64]) {
		return s.Timestamp, s.DistanceMeters
	})
	for i := 1; i < len(total); i++ {
		v := (total[i].value - total[i-1].value) / (total[i].at - total[i-1].at)
		if speeds.hold(v) {
			speed = append(speed, sample{total[i].moment, v})
		}
	}
	return speed
}

// pacesOf are minutes per kilometre, from the mean speed around each sample.
func pacesOf(speed []sample) []sample {
	const (
		around   = 7.5 // s, to either side
		standing = 0.5 // m/s
	)
	var out []sample
	for _, part := range unbroken(speed) {
		from, to, sum := 0, 0, 0.0
		for _, s := range part {
			for ; to < len(part) && part[to].at <= s.at+around; to++ {
				sum += part[to].value
			}
			for ; part[from].at < s.at-around; from++ {
				sum -= part[from].value
			}
			if v := sum / float64(to-from); v > standing {
				out = append(out, sample{s.moment, 1000 / 60 / v})
			}
		}
	}
	return out
}

func (c *Chart) addPace(paces []sample, mean opt.Value[float64]) {
	var sorted []float64
	for _, p := range paces {
		sorted = append(sorted, p.value)
	}
	slices.Sort(sorted)
	fast, slow := quantile(sorted, 0.02), quantile(sorted, 0.98) // not what a step at a traffic light makes of it
	s := numbers(fast, slow, 1, 0.25, 0.5, 1, 2, 5, 10, 20)
	s.down, s.format = true, minutes
	c.panels = append(c.panels, panel{
		label: "Pace, min/km", ink: pace, weight: 1, scale: s,
		marks: []plot.Plotter{trace{parts: unbroken(paces), ink: pace}},
	})
	middle := quantile(sorted, 0.5)
	if v, ok := mean.Get(); ok && v > 0 && speeds.hold(v) {
		middle = 1000 / 60 / v
		c.facts = append(c.facts, minutes(middle)+" min/km")
		c.Description += " Pace: " + minutes(middle) + " minutes per kilometre on average,"
	} else {
		c.Description += " Pace: " + minutes(middle) + " minutes per kilometre half of the time,"
	}
	c.Description += " mostly between " + minutes(fast) + " and " + minutes(slow) + "."
}

func (c *Chart) addHills(hills []sample) {
	e := extentOf(hills)
	s := numbers(e.min.value, e.max.value, 20)
	c.panels = append(c.panels, panel{
		label: "Elevation, m", ink: ridge, weight: 0.7, scale: s,
		marks: []plot.Plotter{trace{parts: unbroken(hills), ink: ridge, under: &hill}},
	})
	c.Description += " Elevation: " + e.numbers(" to ") + " metres above the sea."
}

// minutes is a number of them as minutes and seconds.
func minutes(m float64) string {
	s := int(math.Round(m * 60))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
