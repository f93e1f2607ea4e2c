package console

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"

	"github.com/terra-go/terra/cmd/terrago/internal/plot"
	"github.com/terra-go/terra/health"
)

// chartView is a chart in a page. It is an image of its own, so that the page is there
// first.
type chartView struct {
	Kind, Src, Alt string
	Width, Height  int
}

// chartKinds are in the order in which they are shown.
var chartKinds = []string{"night", "day", "run", "month"}

// charts are those that there is something to draw in.
func (d *day) charts(userID string) []chartView {
	var list []chartView
	for _, kind := range chartKinds {
		c := d.draw(kind)
		if c == nil {
			continue
		}
		v := chartView{Kind: kind, Alt: c.Title + ". " + c.Description}
		v.Width, v.Height = c.Size()
		sum := fnv.New32a()
		fmt.Fprint(sum, v.Alt, c.Points)
		v.Src = personPath(userID) + "/" + kind + ".svg?" + url.Values{
			"day": {d.date.String()}, "v": {fmt.Sprintf("%x", sum.Sum32())}, // so that another one is not taken for this one
		}.Encode()
		list = append(list, v)
	}
	return list
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
	err = subject{h, c}.fill(r.Context(), d, kind)
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
