package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// A route is a closed way through the neighbourhood: a list of corners, the
// first and the last at the same door.
type route struct {
	corners [97]corner
}

type corner struct {
	lat, lng float64 // degrees
	height   float64 // m
	walked   float64 // m along the way
}

// loop draws a way of so many metres that starts and ends at the door.
func (p *Person) loop(w workout, meters float64) route {
	k := p.human.of(sigRoute).at(w.n).at(w.index)
	var r route
	last := len(r.corners) - 1

	// A wavy circle through the origin, then scaled to the length wanted.
	heading, turn := k.at(0).between(0, 2*math.Pi), 1.0
	if k.at(1).chance(0.5) {
		turn = -1
	}
	a3, a5 := k.at(2).between(0.04, 0.16), k.at(3).between(0.02, 0.07)
	f3, f5 := k.at(4).between(0, 2*math.Pi), k.at(5).between(0, 2*math.Pi)
	radius := func(u float64) float64 { return 1 + a3*math.Sin(3*u+f3) + a5*math.Sin(5*u+f5) }
	var xs, ys [len(route{}.corners)]float64
	long := 0.0
	for i := range xs {
		u := 2 * math.Pi * float64(i%last) / float64(last)
		xs[i] = radius(u)*math.Cos(heading+turn*u) - radius(0)*math.Cos(heading)
		ys[i] = radius(u)*math.Sin(heading+turn*u) - radius(0)*math.Sin(heading)
		if i > 0 {
			long += math.Hypot(xs[i]-xs[i-1], ys[i]-ys[i-1])
			r.corners[i].walked = long
		}
	}
	const metersPerDegree = 6371008.8 * math.Pi / 180
	scale := meters / long
	lat, lng := p.door(w.n)
	shrink := math.Cos(lat * math.Pi / 180)
	hilly := k.at(6).between(4, 22)
	if w.sport == riding {
		hilly *= 2.5
	}
	ground, f1, f2 := p.away(w.n).altitude, k.at(7).between(0, 2*math.Pi), k.at(8).between(0, 2*math.Pi)
	for i := range r.corners {
		c := &r.corners[i]
		u := 2 * math.Pi * float64(i%last) / float64(last)
		c.walked *= scale
		c.lat = lat + ys[i]*scale/metersPerDegree
		c.lng = lng + xs[i]*scale/metersPerDegree/shrink
		c.height = ground + hilly*(math.Sin(u+f1)-math.Sin(f1)+0.45*(math.Sin(3*u+f2)-math.Sin(f2)))/2
	}
	return r
}

// between finds the corners that lie about a distance along the way, and how far
// it is from the first to the second, 0 to 1.
func (r *route) between(meters float64) (a, b *corner, share float64) {
	last := len(r.corners) - 1
	lo, hi := 0, last
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; r.corners[mid].walked <= meters {
			lo = mid
		} else {
			hi = mid
		}
	}
	a, b = &r.corners[lo], &r.corners[hi]
	if b.walked == a.walked {
		return a, b, 0
	}
	return a, b, clamp((meters-a.walked)/(b.walked-a.walked), 0, 1)
}

func (r *route) height(meters float64) float64 {
	a, b, f := r.between(meters)
	return a.height + (b.height-a.height)*f
}

// position is rounded to a millionth of a degree, about a hand's breadth.
func (r *route) position(meters float64) health.LatLng {
	a, b, f := r.between(meters)
	return health.LatLng{
		Lat: opt.Some(round(a.lat+(b.lat-a.lat)*f, 6)),
		Lng: opt.Some(round(a.lng+(b.lng-a.lng)*f, 6)),
	}
}

// polyline is the way in Google's encoded polyline format.
func (r *route) polyline() string {
	b := make([]byte, 0, 6*len(r.corners))
	var lat, lng int
	for _, c := range r.corners {
		nextLat, nextLng := int(math.Round(c.lat*1e5)), int(math.Round(c.lng*1e5))
		b = appendPolyline(appendPolyline(b, nextLat-lat), nextLng-lng)
		lat, lng = nextLat, nextLng
	}
	return string(b)
}

func appendPolyline(b []byte, delta int) []byte {
	v := uint(delta) << 1
	if delta < 0 {
		v = ^v
	}
	for ; v >= 0x20; v >>= 5 {
		b = append(b, byte(v&0x1F|0x20)+63)
	}
	return append(b, byte(v)+63)
}
