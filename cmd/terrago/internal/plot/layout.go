package plot

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	vgtext "gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An axis runs along the bottom of all panels.
type axis interface {
	bounds() (from, to float64)
	ticks(n int) []plot.Tick // at most n
}

// A panel is one picture of several above each other.
type panel struct {
	label  string // what is shown, with its unit
	ink    ink    // of the label
	weight float64
	scale  scale
	lines  []float64 // values marked by a dashed line
	marks  []plot.Plotter
}

// layout is how large things are.
type layout struct {
	width          vg.Length
	title, small   vg.Length // sizes of letters
	margin         vg.Length
	xTicks, ySteps int       // at most
	line           vg.Length // how thick
	leading        vg.Length // from line to line, in sizes of letters
	gap            vg.Length // between panels
}

var (
	wide   = layout{width: width, title: 16, small: 11.5, margin: 18, xTicks: 9, ySteps: wideSteps, line: 1.4, leading: 1.5, gap: 14}
	narrow = layout{width: narrowWidth, title: 13.5, small: 10.5, margin: 10, xTicks: 5, ySteps: 4, line: 1.2, leading: 1.4, gap: 8}
)

// beneath the last panel is some space, so that the numbers of the two axes do not meet.
// Beside all are numbers, which are a little wider in other fonts.
const (
	beneath = vg.Length(4)
	aside   = vg.Length(3)
)

func (l layout) style(ink color.Color, size vg.Length, weight font.Weight) vgtext.Style {
	return vgtext.Style{
		Color:   ink,
		Font:    vgfont.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: size},
		Handler: plot.DefaultTextHandler,
		YAlign:  draw.YTop,
	}
}

// draw draws the chart onto a canvas of the layout's width.
func (c *Chart) draw(onto vg.CanvasSizer, l layout) {
	area := draw.New(onto)
	area = draw.Crop(area, l.margin, -l.margin, l.margin*2/3, -l.margin*2/3)

	line := func(style vgtext.Style, s string) {
		area.FillText(style, vg.Point{X: area.Min.X, Y: area.Max.Y}, s)
		area.Max.Y -= style.Font.Size * l.leading
	}
	line(l.style(text, l.title, font.WeightBold), c.Title)
	facts := l.style(muted, l.small, font.WeightNormal)
	line(facts, fit(c.facts, func(s string) bool { return facts.Width(s) <= area.Max.X-area.Min.X }))
	area.Max.Y -= l.gap / 2

	label := l.small * l.leading // above each panel
	ticks := l.small * l.leading // beneath the last
	gaps := l.gap * vg.Length(len(c.panels)-1)
	free := area.Max.Y - area.Min.Y - ticks - beneath - gaps - label*vg.Length(len(c.panels))
	total := 0.0
	for _, p := range c.panels {
		total += p.weight
	}
	plots := make([]*plot.Plot, len(c.panels))
	areas := make([]draw.Canvas, len(c.panels))
	left, right := area.Min.X, area.Max.X
	for i, p := range c.panels {
		line(l.style(p.ink, l.small, font.WeightBold), p.label)
		h := free * vg.Length(p.weight/total)
		last := i == len(c.panels)-1
		if last {
			h += ticks + beneath
		}
		areas[i] = area
		areas[i].Min.Y = area.Max.Y - h
		area.Max.Y -= h + l.gap
		plots[i] = p.plot(l, c.x, last)
		data := plots[i].DataCanvas(areas[i])
		left, right = max(left, data.Min.X), min(right, data.Max.X)
	}
	for i, p := range plots {
		data := p.DataCanvas(areas[i]) // one above the other
		areas[i].Min.X += left - data.Min.X
		areas[i].Max.X -= data.Max.X - right
		p.Draw(areas[i])
	}
}

// fit is as many of the facts, in order, as there is room for.
func fit(facts []string, fits func(string) bool) string {
	for n := len(facts); n > 0; n-- {
		if s := strings.Join(facts[:n], "  ·  "); fits(s) {
			return s
		}
	}
	return ""
}

func (p panel) plot(l layout, x axis, last bool) *plot.Plot {
	out := plot.New()
	out.BackgroundColor = nil
	small := l.style(muted, l.small, font.WeightNormal)

	across := x.ticks(l.xTicks)
	out.X.Min, out.X.Max = x.bounds()
	out.HideX()
	out.X.Padding, out.Y.Padding = 0, aside
	if last {
		out.X.Tick.Marker = plot.ConstantTicks(across)
		out.X.Tick.Label = small
		out.X.Tick.Label.XAlign = draw.XCenter
		out.X.Padding = beneath
	}

	up := p.scale.ticks(l.ySteps)
	out.Y.Min, out.Y.Max = p.scale.min, p.scale.max
	out.Y.LineStyle.Width, out.Y.Tick.Length = 0, 0
	out.Y.Tick.Marker = plot.ConstantTicks(up)
	out.Y.Tick.Label = small
	out.Y.Tick.Label.XAlign, out.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	if p.scale.down {
		out.Y.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	}

	hair := draw.LineStyle{Color: grid, Width: 0.75}
	out.Add(rules{style: hair, across: across, up: up})
	for _, v := range p.lines {
		out.Add(rules{draw.LineStyle{Color: p.ink, Width: 0.75, Dashes: []vg.Length{3, 4}}, nil, []plot.Tick{{Value: v}}})
	}
	for _, m := range p.marks {
		if t, ok := m.(trace); ok {
			t.width = l.line
			m = t
		}
		out.Add(m)
	}
	return out
}

// scale is what a panel shows from bottom to top.
type scale struct {
	min, max float64
	down     bool        // the small at the top
	fixed    []plot.Tick // instead of numbers
	steps    []float64   // between ticks, to choose from
	format   func(float64) string
}

// numbers is a scale that has low and high on it, and at least least between its ends,
// where there are ticks. The steps between ticks are 1, 2, 5, 10, 20… if none are given.
func numbers(low, high, least float64, steps ...float64) scale {
	s := scale{steps: steps, format: thousands}
	for unit := 1.0; len(steps) == 0 && unit <= 1e6; unit *= 10 {
		s.steps = append(s.steps, unit, 2*unit, 5*unit)
	}
	if lack := least - (high - low); lack > 0 {
		low, high = low-lack/2, high+lack/2
		if low < 0 && low+lack/2 >= 0 { // what is never negative begins at nothing
			low, high = 0, high-low
		}
	}
	for _, step := range s.steps {
		s.min, s.max = math.Floor(low/step)*step, math.Ceil(high/step)*step
		if s.max-s.min <= step*wideSteps {
			break
		}
	}
	return s
}

// wideSteps is how many steps there are at most from tick to tick up a scale.
const wideSteps = 5

// ticks have at most n steps between them.
func (s scale) ticks(n int) []plot.Tick {
	if s.fixed != nil {
		return s.fixed
	}
	var out []plot.Tick
	for _, step := range s.steps {
		if s.max-s.min > step*float64(n) {
			continue
		}
		for i := math.Ceil(s.min / step); i*step <= s.max; i++ {
			out = append(out, plot.Tick{Value: i * step, Label: s.format(i * step)})
		}
		break
	}
	return out
}

// thousands is a whole number as people read it.
func thousands(v float64) string {
	s := fmt.Sprintf("%.0f", math.Abs(v))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if v <= -0.5 {
		return "−" + s
	}
	return s
}

// rules are lines through the ticks.
type rules struct {
	style      draw.LineStyle
	across, up []plot.Tick
}

// Plot implements [plot.Plotter].
func (r rules) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var path vg.Path
	for _, t := range r.across {
		if at := x(t.Value); c.ContainsX(at) {
			path.Move(vg.Point{X: at, Y: c.Min.Y})
			path.Line(vg.Point{X: at, Y: c.Max.Y})
		}
	}
	for _, t := range r.up {
		if at := y(t.Value); c.ContainsY(at) {
			path.Move(vg.Point{X: c.Min.X, Y: at})
			path.Line(vg.Point{X: c.Max.X, Y: at})
		}
	}
	c.SetLineStyle(r.style)
	c.Stroke(path)
}

// rectangle adds one to a path.
func rectangle(path *vg.Path, left, bottom, right, top vg.Length) {
	path.Move(vg.Point{X: left, Y: bottom})
	path.Line(vg.Point{X: right, Y: bottom})
	path.Line(vg.Point{X: right, Y: top})
	path.Line(vg.Point{X: left, Y: top})
	path.Close()
}

// trace is a line through samples, broken where there are none.
type trace struct {
	parts [][]sample
	ink   ink
	under *ink // fills what is beneath
	dots  bool // at each of the samples
	width vg.Length
}

// Plot implements [plot.Plotter].
func (t trace) Plot(c draw.Canvas, p *plot.Plot) {
	const columns = 2 // units
	x, y := p.Transforms(&c)
	column := (p.X.Max - p.X.Min) / float64(c.Max.X-c.Min.X) * columns
	dot := draw.GlyphStyle{Color: t.ink, Radius: t.width * 1.4, Shape: draw.CircleGlyph{}}
	for _, part := range t.parts {
		line := plotter.Line{XYs: thin(part, column), LineStyle: draw.LineStyle{Color: t.ink, Width: t.width}}
		if t.under != nil {
			line.FillColor = *t.under
		}
		if len(part) > 1 {
			line.Plot(c, p)
		}
		for _, s := range part {
			at := vg.Point{X: x(s.at), Y: y(s.value)}
			if (t.dots || len(part) == 1) && c.Contains(at) {
				c.DrawGlyphNoClip(dot, at)
			}
		}
	}
}
