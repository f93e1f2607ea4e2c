package plot

import (
	"fmt"
	"time"

	"github.com/terra-go/terra/health"
)

// Day shows the heart rate from midnight to midnight, and that at rest as a dashed
// line. The error is an [EmptyError] if there are no samples of it.
func Day(d health.Daily) (*Chart, error) {
	start := d.Metadata.StartTime
	pulse := heartSamples(d.HeartRateData, zoneOf(start))
	when, ok := dayOf(d.Metadata, pulse)
	if ok {
		pulse = when.within(pulse)
	}
	if !ok || len(pulse) == 0 {
		return nil, &EmptyError{nameOf("the day", start), "samples of heart rate"}
	}
	c := &Chart{Points: len(pulse), x: clockOf(when, momentsOf(pulse)...), height: 360}
	day := start.Date()
	if day.IsZero() {
		day = health.DateOf(pulse[0].wall())
	}
	c.Title = "Heart rate, " + longDate(day)
	c.Description = c.Title + "."
	if rest, ok := d.HeartRateData.Summary.RestingHRBPM.Get(); ok && heartRates.hold(rest) {
		c.addHeart(pulse, 1, rest)
		c.panels[0].label += "; dashed: at rest"
		c.facts = append(c.facts, fmt.Sprintf("%.0f bpm at rest", rest))
		c.Description += fmt.Sprintf(" At rest: %.0f.", rest)
	} else {
		c.addHeart(pulse, 1)
	}
	return c, nil
}

// dayOf is from midnight to midnight, as the record says, or as the clocks of the
// samples have it.
func dayOf(m health.DailyMetadata, samples []sample) (span, bool) {
	const longest = 27 * time.Hour // when the clocks go back, and for those who travel west a little
	when, ok := spanOf(m.StartTime, m.EndTime, longest)
	day := m.StartTime.Date()
	switch {
	case ok || len(samples) == 0:
		return when, ok
	case day.IsZero():
		return spanOf(m.StartTime, m.EndTime, longest, momentsOf(samples)...)
	}
	east := samples[0].east
	midnight := func(d health.Date) moment { return moment{float64(d.In(time.UTC).Unix() - int64(east)), east} }
	return span{midnight(day), midnight(day.AddDays(1))}, true
}
