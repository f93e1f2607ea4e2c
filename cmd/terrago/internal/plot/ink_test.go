package plot

import (
	"math"
	"testing"
)

// TestContrast holds the inks to what people with poor sight need: 4.5 for text and 3
// for what is drawn, on white and on black.
func TestContrast(t *testing.T) {
	t.Parallel()
	least := map[ink]float64{text: 4.5, muted: 4.5, heart: 4.5, pace: 4.5, ridge: 4.5, steps: 4.5, paper: 0, grid: 0, joint: 0, hill: 0}
	seen := map[uint32]bool{}
	for _, i := range inks {
		want, ok := least[i]
		if !ok {
			want = 3
		}
		if got := contrast(i.light, paper.light); got < want {
			t.Errorf("%s on white: %.2f, want %.1f", i.name, got, want)
		}
		if got := contrast(i.dark, paper.dark); got < want {
			t.Errorf("%s on black: %.2f, want %.1f", i.name, got, want)
		}
		if seen[i.light] {
			t.Errorf("%s has the color of another ink", i.name)
		}
		seen[i.light] = true
	}
}

// TestGreys tells the stages of sleep apart when there are no hues, as in print and for
// people who see few.
func TestGreys(t *testing.T) {
	t.Parallel()
	order := []ink{awake, rem, light, deep}
	for i := 1; i < len(order); i++ {
		a, b := order[i-1], order[i]
		if contrast(a.light, b.light) < 1.15 || luminance(a.light) < luminance(b.light) {
			t.Errorf("in the light, %s and %s look alike: %.2f", a.name, b.name, contrast(a.light, b.light))
		}
	}
}

// contrast is the ratio that the Web Content Accessibility Guidelines define.
func contrast(a, b uint32) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(rgb uint32) float64 {
	linear := func(shift int) float64 {
		v := float64(rgb>>shift&0xFF) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}
