package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"

	"github.com/terra-go/terra/health"
)

// A moment is a point in time and what clocks showed then where the person was.
type moment struct {
	at   float64 // Unix seconds
	east int     // seconds by which the clocks were ahead of UTC
}

func earlier(a, b moment) int { return cmp.Compare(a.at, b.at) }

// wall is what the clocks showed, as though it were UTC's.
func (m moment) wall() time.Time { return time.Unix(int64(math.Floor(m.at))+int64(m.east), 0).UTC() }

func (m moment) clock() string { return m.wall().Format("15:04") }

// zone is that of times which came without one.
type zone struct{ *time.Location }

// zoneOf is the zone of a record that begins then.
func zoneOf(start health.Timestamp) zone {
	if t, ok := start.Time(); ok {
		return zone{t.Location()}
	}
	return zone{time.UTC}
}

func (z zone) moment(t health.Timestamp) (moment, bool) {
	if t.IsZero() || t.IsNull() || t.IsDateOnly() {
		return moment{}, false
	}
	at := t.In(z.Location)
	if exact, ok := t.Time(); ok {
		at = exact
	}
	_, east := at.Zone()
	return moment{float64(at.Unix()) + float64(at.Nanosecond())/1e9, east}, true
}

// span is a stretch of time with at least one second in it.
type span struct{ start, end moment }

func (s span) seconds() float64 { return s.end.at - s.start.at }

func (s span) holds(m moment) bool { return m.at >= s.start.at && m.at <= s.end.at }

// within leaves out the samples outside s.
func (s span) within(samples []sample) []sample {
	return slices.DeleteFunc(samples, func(x sample) bool { return !s.holds(x.moment) })
}

// spanOf is from start to end, or when these say nothing credible, the time around
// which most of the samples are. It is false when they do not tell either.
func spanOf(start, end health.Timestamp, longest time.Duration, moments ...moment) (span, bool) {
	home := zoneOf(start)
	a, hasStart := home.moment(start)
	b, hasEnd := home.moment(end)
	s := span{a, b}
	if hasStart && hasEnd && s.seconds() >= 1 && s.seconds() <= longest.Seconds() {
		return s, true
	}
	if len(moments) == 0 {
		return span{}, false
	}
	moments = slices.SortedFunc(slices.Values(moments), earlier)
	middle := moments[len(moments)/2].at
	reach := longest.Seconds() / 2
	moments = slices.DeleteFunc(moments, func(m moment) bool { return m.at < middle-reach || m.at > middle+reach })
	s = span{moments[0], moments[len(moments)-1]}
	return s, s.seconds() >= 1
}

func momentsOf(lists ...[]sample) []moment {
	var out []moment
	for _, list := range lists {
		for _, s := range list {
			out = append(out, s.moment)
		}
	}
	return out
}

// clockAxis has the times of day along s. Where the clocks change among the moments,
// the times on the axis do too.
type clockAxis struct {
	span
	changes []moment // in order; each holds until the next, the first one from the start
}

func clockOf(s span, moments ...moment) clockAxis {
	c := clockAxis{s, []moment{s.start}}
	moments = append(moments, s.end)
	slices.SortStableFunc(moments, earlier)
	for _, m := range moments {
		if s.holds(m) && m.east != c.changes[len(c.changes)-1].east {
			c.changes = append(c.changes, m)
		}
	}
	return c
}

func (c clockAxis) bounds() (from, to float64) { return c.start.at, c.end.at }

// ticks are whole hours, or minutes of short spans, at most n of them.
func (c clockAxis) ticks(n int) []plot.Tick {
	const minute, hour = 60, 3600
	for _, step := range []int64{minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 4 * hour, 6 * hour, 12 * hour} {
		if ticks := c.every(step); len(ticks) <= n {
			return ticks
		}
	}
	return c.every(24 * hour)
}

func (c clockAxis) every(step int64) []plot.Tick {
	var ticks []plot.Tick
	for i, m := range c.changes {
		end := c.end.at + 1
		if i+1 < len(c.changes) {
			end = c.changes[i+1].at
		}
		wall := int64(math.Floor(m.at)) + int64(m.east)
		wall += ((-wall)%step + step) % step
		for ; float64(wall-int64(m.east)) < end; wall += step {
			at := float64(wall - int64(m.east))
			if n := len(ticks); at < m.at || n > 0 && at-ticks[n-1].Value < float64(step)/2 {
				continue // clocks may jump to and fro
			}
			ticks = append(ticks, plot.Tick{Value: at, Label: time.Unix(wall, 0).UTC().Format("15:04")})
		}
	}
	return ticks
}

// longDate is a day in full.
func longDate(d health.Date) string { return d.In(time.UTC).Format("Monday, 2 January 2006") }

// duration is in hours and minutes, to the minute.
func duration(seconds float64) string {
	m := int(seconds/60 + 0.5)
	if m < 60 {
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d h %d min", m/60, m%60)
}

// sentence joins clauses and ends them.
func sentence(clauses ...string) string {
	clauses = slices.DeleteFunc(clauses, func(s string) bool { return s == "" })
	return strings.Join(clauses, ", ") + "."
}
