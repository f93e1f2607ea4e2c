package console

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"

	"github.com/terra-go/terra/cmd/terrago/internal/plot"
	"github.com/terra-go/terra/cmd/terrago/internal/summary"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/webhook"
)

const chartWidth = 640

// chartView is a chart in a page. It is an image of its own, so that the page is there
// first.
type chartView struct {
	Kind, Src, Alt string
	Width, Height  int
}

// chartKind is what there is to know of a kind of chart without drawing it.
type chartKind struct {
	title  string
	event  webhook.EventType // that brings its records
	series []string          // it is drawn from; none for what is drawn from the records alone
	height int               // for as long as the picture is not there
}

const heartRate = "heart_rate_data.detailed.hr_samples.bpm"

var chartKinds = map[string]chartKind{
	"night": {"Night", webhook.TypeSleep, []string{heartRate, "sleep_durations_data.hypnogram_samples.level"}, 440},
	"day":   {"Heart rate of the day", webhook.TypeDaily, []string{heartRate}, 360},
	"run": {"Run", webhook.TypeActivity, []string{
		heartRate, "movement_data.speed_samples.speed_meters_per_second",
		"distance_data.detailed.distance_samples.distance_meters", "distance_data.detailed.elevation_samples.elev_meters",
	}, 520},
	"month": {"Month", webhook.TypeDaily, nil, 440},
}

// chartOrder is the order in which they are shown.
var chartOrder = []string{"night", "day", "run", "month"}

// charts are those that there is something to draw in. Samples are many, so in front of
// a store those of a day are read for its pictures alone, and what these show is said
// by the records.
func (s subject) charts(ctx context.Context, d *day) (list []chartView, err error) {
	for _, name := range chartOrder {
		kind := chartKinds[name]
		v := chartView{Kind: name, Width: chartWidth, Height: kind.height}
		if s.h.Store == nil || kind.series == nil {
			c := d.draw(name)
			if c == nil {
				continue
			}
			v.Alt = c.Description
			v.Width, v.Height = c.Size()
		} else {
			said, from := d.say(name)
			if said == "" {
				continue
			}
			has, err := s.h.Store.DB.HasSamples(ctx, s.ID, kind.event, from, d.date.AddDays(1), kind.series...)
			if err != nil {
				return nil, err
			}
			if !has {
				continue
			}
			v.Alt = kind.title + ": " + said + "."
		}
		sum := fnv.New32a()
		fmt.Fprint(sum, v.Alt)
		v.Src = personPath(s.UserID) + "/" + name + ".svg?" + url.Values{
			"day": {d.date.String()}, "v": {fmt.Sprintf("%x", sum.Sum32())}, // so that another one is not taken for this one
		}.Encode()
		list = append(list, v)
	}
	return list, nil
}

// say is what the record says that a chart is drawn from, and the day it is stored
// under; nothing without one.
func (d *day) say(kind string) (said string, stored health.Date) {
	switch kind {
	case "night":
		for _, r := range d.sleeps {
			return summary.Of(r).String(), cmp.Or(r.Metadata.StartTime.Date(), d.date)
		}
	case "day":
		for _, r := range d.dailies {
			return summary.Of(r).String(), d.date
		}
	case "run":
		for _, r := range d.activities {
			if plot.IsRun(r) {
				return summary.Of(r).String(), d.date
			}
		}
	}
	return "", d.date
}

// draw is nil when there is nothing to draw.
func (d *day) draw(kind string) *plot.Chart {
	switch kind {
	case "night":
		return firstOf(d.sleeps, plot.Night, nil)
	case "day":
		return firstOf(d.dailies, plot.Day, nil)
	case "run":
		return firstOf(d.activities, plot.Run, plot.IsRun)
	case "month":
		if len(d.month) < 2 {
			return nil
		}
		if c, err := plot.Month(d.date.AddDays(1-monthDays), d.date.AddDays(1), d.month); err == nil {
			return c
		}
	}
	return nil
}

// firstOf draws the first of the records that there is something in to draw.
func firstOf[T any](list []T, draw func(T) (*plot.Chart, error), only func(T) bool) *plot.Chart {
	for _, r := range list {
		if only != nil && !only(r) {
			continue
		}
		if c, err := draw(r); err == nil {
			return c
		}
	}
	return nil
}

// chart answers with the picture.
func (h *Console) chart(w http.ResponseWriter, r *http.Request) {
	kind, isSVG := strings.CutSuffix(r.PathValue("chart"), ".svg")
	date, err := health.ParseDate(r.FormValue("day"))
	if !isSVG || err != nil {
		h.problem(w, r, http.StatusNotFound, "Nothing here", "There is no such page.")
		return
	}
	c, ok := h.lookUp(w, r)
	if !ok {
		return
	}
	d := &day{date: date}
	err = subject{h, c}.fill(r.Context(), d, kind, true)
	if err != nil {
		h.failed(w, r, err)
		return
	}
	drawn := d.draw(kind)
	if drawn == nil {
		h.problem(w, r, http.StatusNotFound, "Nothing to draw", "There is nothing in the records of this day to draw that from.")
		return
	}
	var b bytes.Buffer
	if err := drawn.SVG(&b); err != nil {
		h.failed(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "image/svg+xml")
	// Its own style is in the picture, which nothing else gets into.
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox")
	w.Write(b.Bytes())
}
