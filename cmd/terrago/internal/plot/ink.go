package plot

import (
	"fmt"
	"strings"
)

// An ink is a color with another in its place on a dark screen. It is a [color.Color],
// the light one. No two inks are the same in the light.
type ink struct {
	name        string
	light, dark uint32 // 0xRRGGBB
}

// The series of one chart differ in lightness too, which is what is left of them in
// grey. Stages of sleep get darker as sleep gets deeper.
var (
	paper = ink{"paper", 0xFFFFFF, 0x14181D}
	text  = ink{"text", 0x1F2933, 0xE6E9ED}
	muted = ink{"muted", 0x5B6672, 0xA3ADB8}
	grid  = ink{"grid", 0xE4E8EC, 0x2B333C}
	joint = ink{"joint", 0xB4BDC6, 0x5A6570}
	heart = ink{"heart", 0xC2413B, 0xFF8A80}
	rest  = ink{"rest", 0x8A5A2B, 0xD9A877}
	steps = ink{"steps", 0x2F72AE, 0x74B3E8}
	pace  = ink{"pace", 0x17786F, 0x55C9BB}
	ridge = ink{"ridge", 0x76695B, 0xB9AB9B}
	hill  = ink{"hill", 0xEEEAE5, 0x2D2A27}

	awake  = ink{"awake", 0xC28518, 0xF4C763}
	asleep = ink{"asleep", 0x4C84C4, 0x79AEEB}
	rem    = ink{"rem", 0x3E86BC, 0xA5D8F6}
	light  = ink{"light", 0x2F5DA6, 0x6FA0E6}
	deep   = ink{"deep", 0x1E3263, 0x5873C9}
)

var inks = []ink{paper, text, muted, grid, joint, heart, rest, steps, pace, ridge, hill, awake, asleep, rem, light, deep}

// RGBA implements [color.Color].
func (i ink) RGBA() (r, g, b, a uint32) {
	return i.light >> 16 * 0x101, i.light >> 8 & 0xFF * 0x101, i.light & 0xFF * 0x101, 0xFFFF
}

func hex(rgb uint32) string { return fmt.Sprintf("#%06X", rgb) }

// inkOf is the ink of a color as the SVG backend spells it.
func inkOf(color string) (ink, bool) {
	for _, i := range inks {
		if hex(i.light) == color {
			return i, true
		}
	}
	return ink{}, false
}

// StyleSheet is what a chart's SVG has in its style element: the dark colors, and
// which of the two layouts to show. All its classes begin with terrago-.
func StyleSheet() string {
	var b strings.Builder
	b.WriteString(".terrago-chart{max-width:100%;height:auto}\n")
	fmt.Fprintf(&b, "@media (max-width:%dpx){.terrago-wide{display:none}.terrago-narrow{display:inline}}\n", switchWidth)
	b.WriteString("@media screen and (prefers-color-scheme:dark){\n")
	for _, i := range inks {
		fmt.Fprintf(&b, ".terrago-fill-%[1]s{fill:%[2]s}.terrago-stroke-%[1]s{stroke:%[2]s}\n", i.name, hex(i.dark))
	}
	b.WriteString("}\n")
	return b.String()
}

// switchWidth is the width of a screen or an image in CSS pixels up to which the narrow
// layout is shown.
const switchWidth = 480
