package console

import (
	"iter"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

var monday = health.NewDate(2026, time.March, 2)

func TestDayBars(t *testing.T) {
	t.Parallel()
	values := func(m map[int]float64) iter.Seq2[health.Date, float64] {
		return func(yield func(health.Date, float64) bool) {
			for i, v := range maps.All(m) {
				if !yield(monday.AddDays(i), v) {
					return
				}
			}
		}
	}
	for name, tc := range map[string]struct {
		values map[int]float64
		bars   int
	}{
		"a week":            {map[int]float64{0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7}, 7},
		"days missing":      {map[int]float64{0: 1, 6: 7}, 2},
		"a day of nothing":  {map[int]float64{0: 0, 1: 5}, 2},
		"one day":           {map[int]float64{0: 1}, 0},
		"no days":           {nil, 0},
		"nothing but zeros": {map[int]float64{0: 0, 1: 0}, 0},
		"years apart":       {map[int]float64{0: 1, 5000: 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dayBars("Steps", values(tc.values))
			if len(c.Bars) != tc.bars {
				t.Fatalf("%d bars, want %d", len(c.Bars), tc.bars)
			}
			inside(t, c.Bars)
			latest := 0
			for _, b := range c.Bars {
				if strings.Contains(b.Class, "latest") {
					latest++
				}
			}
			if want := min(1, tc.bars); latest != want {
				t.Errorf("%d bars are the latest, want %d", latest, want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.March, 2, 7, 0, 0, 0, time.UTC)
	var dense []point
	for i := range 5000 {
		dense = append(dense, point{start.Add(time.Duration(i) * time.Second), float64(60 + i%40)})
	}
	for name, tc := range map[string]struct {
		points []point
		min    int // points drawn
		max    int
	}{
		"many":          {dense, 100, 161},
		"two":           {[]point{{start, 60}, {start.Add(time.Hour), 70}}, 2, 2},
		"flat":          {[]point{{start, 60}, {start.Add(time.Hour), 60}}, 2, 2},
		"one":           {[]point{{start, 60}}, 0, 0},
		"none":          {nil, 0, 0},
		"all at once":   {[]point{{start, 60}, {start, 70}}, 0, 0},
		"back in time":  {[]point{{start, 60}, {start.Add(-time.Hour), 70}}, 0, 0},
		"one out of it": {[]point{{start, 60}, {start.Add(-time.Hour), 1}, {start.Add(time.Hour), 70}}, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := line("Heart rate", "bpm", tc.points, "15:04")
			if n := len(strings.Fields(c.Line)); n < tc.min || n > tc.max {
				t.Errorf("%d points drawn, want %d to %d", n, tc.min, tc.max)
			}
			if strings.Contains(c.Line, "NaN") {
				t.Error("a point has no place")
			}
			if c.Empty() != (tc.max == 0) {
				t.Errorf("Empty() = %v", c.Empty())
			}
		})
	}
}

func TestHypnogram(t *testing.T) {
	t.Parallel()
	at := func(minutes int) health.Timestamp {
		return health.TimestampOf(time.Date(2026, time.March, 1, 23, 0, 0, 0, time.FixedZone("", 3600)).Add(time.Duration(minutes) * time.Minute))
	}
	sample := func(minutes int, level health.SleepLevel) health.SleepHypnogramSample {
		return health.SleepHypnogramSample{Timestamp: at(minutes), Level: opt.Some(level)}
	}
	night := []health.SleepHypnogramSample{
		sample(0, health.SleepLevelAwake),
		sample(10, health.SleepLevelLightSleep),
		sample(20, health.SleepLevelLightSleep),
		sample(30, health.SleepLevelDeepSleep),
		sample(90, health.SleepLevelREMSleep),
	}
	c := hypnogram(night, at(120))
	if len(c.Bars) != 4 {
		t.Fatalf("%d stretches, want 4: equal neighbours are one", len(c.Bars))
	}
	inside(t, c.Bars)
	if c.From != "23:00" || c.To != "01:00" {
		t.Errorf("drawn from %s to %s, want the person's own clock, 23:00 to 01:00", c.From, c.To)
	}
	if got := c.Bars[2]; got.Class != "stage deep" || got.Title != "Deep, 23:30–00:30" {
		t.Errorf("third stretch is %q, %q", got.Class, got.Title)
	}
	for name, c := range map[string]chart{
		"no samples":      hypnogram(nil, at(120)),
		"one sample":      hypnogram(night[:1], at(120)),
		"samples untimed": hypnogram(make([]health.SleepHypnogramSample, 3), at(120)),
		"all at one time": hypnogram([]health.SleepHypnogramSample{night[0], night[0]}, at(0)),
	} {
		if !c.Empty() {
			t.Errorf("%s: something is drawn", name)
		}
	}
	inside(t, hypnogram([]health.SleepHypnogramSample{night[3], night[0], night[4]}, at(60)).Bars) // out of order
}

// inside checks that bars lie in the drawing.
func inside(t *testing.T, bars []bar) {
	t.Helper()
	for i, b := range bars {
		if b.X < 0 || b.Y < 0 || b.W <= 0 || b.H <= 0 || b.X+b.W > chartWidth+0.01 || b.Y+b.H > chartHeight+0.01 {
			t.Errorf("bar %d reaches out of the drawing", i)
		}
	}
}
