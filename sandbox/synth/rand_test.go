package synth

import (
	"math"
	"testing"
)

// TestKeysArePinned holds the numbers that everything is made from.
func TestKeysArePinned(t *testing.T) {
	t.Parallel()
	k := newKey(1, "somebody")
	for i, want := range []key{0x0547F3292D66C9C9, 0xF5F703A68324A84C, 0x289F42B11CA096A0, 0x5126AAA8FCE2B2FA, 0x8EE402B82125E1DC, 0x786204F74A0FA04B, 0x4B76504D943CCAD2, 0x169D5719E5348A17} {
		if k.of(signal(i+1)).at(int64(i)-2) != want {
			t.Errorf("number %d is not what it was", i)
		}
	}
	if newKey(1, "somebody") == newKey(2, "somebody") || newKey(1, "a") == newKey(1, "b") || newKey(1, "") == newKey(0, "") {
		t.Error("two people have one key")
	}
}

// TestDistributions draws many numbers and looks at their mean and spread.
func TestDistributions(t *testing.T) {
	t.Parallel()
	const draws = 100_000
	k := newKey(3, "draws")
	var unit, normal, square float64
	var dice [6]int
	for i := range int64(draws) {
		k := k.at(i - draws/2)
		u, z := k.unit(), k.normal()
		if u < 0 || u >= 1 || math.Abs(z) > 3.47 {
			t.Fatal("a number is out of its range")
		}
		unit, normal, square = unit+u/draws, normal+z/draws, square+z*z/draws
		dice[k.intn(6)]++
	}
	if math.Abs(unit-0.5) > 0.005 || math.Abs(normal) > 0.015 || math.Abs(square-1) > 0.02 {
		t.Error("the numbers are not spread as they should be")
	}
	for _, n := range dice {
		if math.Abs(float64(n)/draws-1.0/6) > 0.006 {
			t.Error("the dice are loaded")
		}
	}
}

// TestCurvesAreSmooth reads a curve forwards, and anew at every place.
func TestCurvesAreSmooth(t *testing.T) {
	t.Parallel()
	k := newKey(4, "curve")
	c := k.curve(30)
	last := c.at(-601)
	for at := int64(-600); at < 600; at++ {
		v := c.at(at)
		if v < -1 || v > 1 || math.Abs(v-last) > 0.11 {
			t.Fatal("the curve jumps")
		}
		if v != k.smooth(at, 30) {
			t.Fatal("the curve depends on where it was read before")
		}
		last = v
	}
}

func TestFloorDivision(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ a, b, div, mod int64 }{{7, 3, 2, 1}, {-7, 3, -3, 2}, {-6, 3, -2, 0}, {0, 3, 0, 0}, {-1, 1440, -1, 1439}} {
		if floorDiv(tt.a, tt.b) != tt.div || floorMod(tt.a, tt.b) != tt.mod {
			t.Errorf("%d by %d goes wrong", tt.a, tt.b)
		}
	}
}

// TestPolyline encodes the points of the format's own documentation.
func TestPolyline(t *testing.T) {
	t.Parallel()
	var b []byte
	lat, lng := 0, 0
	for _, p := range [][2]int{{3850000, -12020000}, {4070000, -12095000}, {4325200, -12645300}} {
		b = appendPolyline(appendPolyline(b, p[0]-lat), p[1]-lng)
		lat, lng = p[0], p[1]
	}
	if string(b) != "_p~iF~ps|U_ulLnnqC_mqNvxq`@" {
		t.Error("the polyline is not in the format")
	}
}
