package synth

import "math"

// A key names one stream of random numbers. Keys are derived, never advanced:
// drawing from one leaves no trace, so the answer to a question cannot depend on
// what was asked before it.
type key uint64

// signal separates the streams of one person. Values are part of what pins
// every generated record: add at the end, never reorder.
type signal uint64

const (
	sigTraits signal = iota + 1
	sigHome
	sigHabits
	sigBed
	sigStages
	sigNap
	sigIllness
	sigTrip
	sigWorkout
	sigRoute
	sigBout
	sigPulse
	sigArousal
	sigRest
	sigHRV
	sigBreath
	sigOxygen
	sigSkin
	sigWeight
	sigMeals
	sigDrinks
	sigGlucose
	sigPressure
	sigCycle
	sigHormone
	sigObservation
	sigDevice
	sigIdentity
	sigBattery
	sigSnore
)

const gamma = 0x9E3779B97F4A7C15 // SplitMix64's increment: 2^64 over the golden ratio

// newKey hashes seed and name into a key.
func newKey(seed uint64, name string) key {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := uint64(offset)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * prime
	}
	return key(mix(mix(seed+gamma) ^ h))
}

// mix is SplitMix64's finaliser, a bijection whose output bits each depend on
// every input bit.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// of is the stream of one signal.
func (k key) of(s signal) key { return key(mix(uint64(k) ^ mix(uint64(s)*gamma))) }

// at is the n-th sub-stream: of a day, a minute, a segment.
func (k key) at(n int64) key { return key(mix(uint64(k) + uint64(n)*gamma + gamma)) }

// unit is uniform in [0, 1).
func (k key) unit() float64 { return float64(k>>11) / (1 << 53) }

// between is uniform in [lo, hi).
func (k key) between(lo, hi float64) float64 { return lo + (hi-lo)*k.unit() }

// intn is uniform over 0 to n-1.
func (k key) intn(n int) int { return int(uint64(k) >> 32 * uint64(n) >> 32) }

// chance is true with probability p.
func (k key) chance(p float64) bool { return k.unit() < p }

// normal has mean 0, deviation 1 and never leaves ±3.47: the sum of four uniform
// numbers, so that nothing generated with it needs a tail cut off.
func (k key) normal() float64 {
	sum := k&0xFFFF + k>>16&0xFFFF + k>>32&0xFFFF + k>>48
	return (float64(sum)/65536 - 2) * math.Sqrt2 * 1.224744871391589
}

// smooth is one value of the stream's curve of that period.
func (k key) smooth(t, period int64) float64 {
	c := k.curve(period)
	return c.at(t)
}

// A curve runs on smoothly through uniform values in [-1, 1], one every period. It
// has no beginning, so any value of it may be read first.
type curve struct {
	key    key
	period int64
	begins int64   // of the stretch at hand
	a, b   float64 // its ends
}

func (k key) curve(period int64) curve {
	return curve{key: k, period: period, begins: math.MinInt64}
}

// at is the value at t. What it remembers only saves work when the next t is near.
func (c *curve) at(t int64) float64 {
	if t < c.begins || c.begins+c.period <= t {
		i := floorDiv(t, c.period)
		c.begins = i * c.period
		c.a, c.b = c.key.at(i).unit(), c.key.at(i+1).unit()
	}
	f := float64(t-c.begins) / float64(c.period)
	return 2*(c.a+(c.b-c.a)*f*f*(3-2*f)) - 1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// round keeps so many decimals. Every value is rounded before it is summed or
// shown, so that the last bit of a machine's arithmetic does not matter.
func round(x float64, decimals int) float64 {
	scale := [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}[decimals]
	return math.Round(x*scale) / scale
}
