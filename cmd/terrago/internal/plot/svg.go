package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"math"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg/vgsvg"
)

// fonts all have the widths of the one that the layout was made with.
const fonts = "Liberation Sans, Arial, Helvetica, Arimo, sans-serif"

func (c *Chart) svg() ([]byte, error) {
	page, err := c.group(wide)
	if err != nil {
		return nil, err
	}
	phone, err := c.group(narrow)
	if err != nil {
		return nil, err
	}
	h := fnv.New32a()
	fmt.Fprint(h, c.Title, "\n", c.Description)
	id := fmt.Sprintf("terrago-%08x", h.Sum32()) // several may be in one page

	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="terrago-chart" width="%[1]g" height="%[2]g" viewBox="0 0 %[1]g %[2]g" `+
		`role="img" aria-labelledby="%[3]s-title" aria-describedby="%[3]s-desc" lang="en" font-family="%[4]s" stroke-linejoin="round">`+"\n",
		width.Points(), c.height.Points(), id, fonts)
	fmt.Fprintf(&b, "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", id, escaped(c.Title), id, escaped(c.Description))
	fmt.Fprintf(&b, "<style>\n%s</style>\n", StyleSheet())
	fmt.Fprintf(&b, `<rect class="terrago-fill-paper" width="100%%" height="100%%" fill="%s"/>`+"\n", hex(paper.light))
	fmt.Fprintf(&b, "<g class=\"terrago-wide\">\n%s</g>\n", page)
	fmt.Fprintf(&b, "<g class=\"terrago-narrow\" display=\"none\" transform=\"scale(%.5g)\">\n%s</g>\n</svg>\n",
		float64(width/narrowWidth), phone)
	return b.Bytes(), nil
}

// group is one layout, without the document that the backend puts around it.
func (c *Chart) group(l layout) ([]byte, error) {
	canvas := vgsvg.New(l.width, c.height*l.width/width)
	c.draw(canvas, l)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	doc := b.Bytes()
	from, to := bytes.Index(doc, []byte("<g ")), bytes.LastIndex(doc, []byte("</svg>"))
	if from < 0 || to < from {
		return nil, fmt.Errorf("plot: the SVG backend wrote no group")
	}
	body := styleAttr.ReplaceAllFunc(doc[from:to], presentation)
	return pathData.ReplaceAllFunc(body, func(d []byte) []byte { return decimals.ReplaceAllFunc(d, tenths) }), nil
}

var (
	styleAttr = regexp.MustCompile(`\s*style="[^"]*"`)
	pathData  = regexp.MustCompile(` d="[^"]*"`)
	decimals  = regexp.MustCompile(`\d+\.\d{2,}`)
)

// tenths rounds a number to what can be told apart, for a smaller file.
func tenths(number []byte) []byte {
	v, err := strconv.ParseFloat(string(number), 64)
	if err != nil {
		return number
	}
	return strconv.AppendFloat(nil, math.Round(v*10)/10, 'f', -1, 64)
}

// presentation turns a style attribute, which nothing but more important styles can
// override and which the policy of many pages forbids, into attributes that any style
// sheet can, and names its inks.
func presentation(style []byte) []byte {
	_, list, _ := strings.Cut(string(style), `"`)
	var classes []string
	var b strings.Builder
	for declaration := range strings.SplitSeq(strings.TrimSuffix(list, `"`), ";") {
		name, value, _ := strings.Cut(declaration, ":")
		if value == "normal" || name == "font-family" {
			continue // as it is without, or as the document says
		}
		if ink, ok := inkOf(value); ok {
			classes = append(classes, "terrago-"+name+"-"+ink.name)
		}
		fmt.Fprintf(&b, " %s=\"%s\"", name, value)
	}
	return []byte(` class="` + strings.Join(classes, " ") + `"` + b.String())
}

func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
