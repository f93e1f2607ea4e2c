// Package plot draws charts of health records: a night, a day, a month, a run.
//
// A [Chart] shows what was delivered, on the person's own clock: the times of day
// along its axis are those of the offsets in the records, whatever the zone of the
// machine. Where nothing was measured the line is broken. Values that no body has
// and moments outside the record are left out.
//
// The same records give the same bytes. The colors hold up against white and black,
// in print, and for people who do not tell red from green; no meaning is in color
// alone. What a chart shows is also said in words, see [Chart].
package plot

import (
	"bytes"
	"image/png"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// Chart is a picture that can be written as often as needed, from several goroutines
// at once.
type Chart struct {
	Title       string // what it is of, with the date
	Description string // what there is to see, for those who do not; sentences with units
	Points      int    // measurements drawn

	facts  []string // beneath the title, the most important first
	x      axis
	panels []panel
	height vg.Length
}

// EmptyError says that records have nothing in them to draw.
type EmptyError struct {
	What string // "the night of 2026-03-04"
	Need string // "sleep stages or heart rate"
}

func (e *EmptyError) Error() string { return "plot: " + e.What + " has no " + e.Need + " to draw" }

// Charts are laid out twice, in units that are pixels where they are shown as large as
// they are: for the page, and for a phone, where the wide one could not be read.
const (
	width       = vg.Length(640)
	narrowWidth = vg.Length(360)
	pngScale    = 2 // pixels to a unit
)

// Size is how large the chart is, in the units of its SVG; a PNG has twice as many
// pixels.
func (c *Chart) Size() (w, h int) { return int(width), int(c.height) }

// SVG writes a document that can also be put into a page of HTML as it is. It fits
// itself to a dark screen and to a narrow one by the style sheet in it; where a page's
// policy keeps that from working, [StyleSheet] belongs into the page's own.
func (c *Chart) SVG(w io.Writer) error {
	b, err := c.svg()
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// PNG writes the light form of the chart, with title and description in it as text.
func (c *Chart) PNG(w io.Writer) error {
	canvas := vgimg.NewWith(vgimg.UseWH(width, c.height), vgimg.UseDPI(pngScale*int(vg.Inch)), vgimg.UseBackgroundColor(paper))
	c.draw(canvas, wide)
	var b bytes.Buffer
	if err := png.Encode(&b, canvas.Image()); err != nil {
		return err
	}
	_, err := w.Write(describePNG(b.Bytes(), c.Title, c.Description))
	return err
}
