package terra_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
)

func date(y int, m time.Month, d int) health.Date { return health.NewDate(y, m, d) }

func TestRanges(t *testing.T) {
	t.Parallel()
	start := date(2028, time.February, 27)
	if got, want := terra.Days(start, 3), (terra.Range{Start: start, End: date(2028, time.March, 1)}); got != want {
		t.Errorf("Days over a leap day: %v, want %v", got, want)
	}
	if got, want := terra.Between(start, date(2028, time.March, 1)), terra.Days(start, 3); got != want {
		t.Errorf("Between: %v, want %v", got, want)
	}
	if got := terra.Days(start, 366).Days(); got != 366 {
		t.Errorf("Days(start, 366) has %d days", got)
	}
}

// Whatever the hour, a range up to today has the last days of somebody in any
// zone.
func TestLastHasTodayEverywhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 48 {
			time.Sleep(30 * time.Minute)
			last, since := terra.Last(7), terra.Since(date(1999, time.December, 25))
			for _, east := range []int{-12 * 60, -11 * 60, 0, 345, 12 * 60, 14 * 60} {
				here := health.DateOf(time.Now().In(time.FixedZone("", east*60)))
				if last.Start.After(here.AddDays(-6)) || !here.Before(last.End) {
					t.Errorf("%v: Last(7) is %v, which misses days %d minutes east of UTC", time.Now().UTC(), last, east)
				}
				if !here.Before(since.End) {
					t.Errorf("%v: Since ends with %v, before today %d minutes east of UTC", time.Now().UTC(), since.End, east)
				}
			}
			if n := last.Days(); n != 8 && n != 9 {
				t.Errorf("%v: Last(7) has %d days", time.Now().UTC(), n)
			}
		}
	})
}

func TestBadRangesAreRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	server := &script{}
	client := inProcess(t, server.ServeHTTP)
	start := date(2026, time.March, 2)
	for name, r := range map[string]terra.Range{
		"zero":             {},
		"no end":           {Start: start},
		"no start":         {End: start},
		"end before start": terra.Between(start, start.AddDays(-1)),
		"empty":            terra.Between(start, start),
		"no days":          terra.Days(start, 0),
		"negative days":    terra.Days(start, -1),
		"last none":        terra.Last(0),
		"last minus one":   terra.Last(-1),
		"since tomorrow":   terra.Since(health.DateOf(time.Now()).AddDays(3)),
		"30 February":      {Start: health.Date{Year: 2026, Month: time.February, Day: 30}, End: start},
		"year 10000":       terra.Days(date(9999, time.December, 31), 1),
	} {
		_, err := client.Daily.Fetch(t.Context(), "u1", r)
		t.Run(name, func(t *testing.T) { wantArgument(t, err, "range") })
		_, err = client.Daily.List(t.Context(), "u1", r)
		t.Run(name+", List", func(t *testing.T) { wantArgument(t, err, "range") })
		_, err = client.Daily.Request(t.Context(), "u1", r)
		t.Run(name+", Request", func(t *testing.T) { wantArgument(t, err, "range") })
		n := 0
		for _, err = range client.Daily.All(t.Context(), "u1", r) {
			n++
		}
		t.Run(name+", All", func(t *testing.T) { wantArgument(t, err, "range") })
		if n != 1 {
			t.Errorf("%s: All yielded %d times", name, n)
		}
	}
	if n := server.requests(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
