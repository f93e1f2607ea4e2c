package synth

import (
	"math"
)

// A second of a workout, in whole units so that sums have no rounding of their
// own.
type second struct {
	bpm     uint8
	cadence uint8 // steps, turns or strokes a minute
	watts   uint16
	met     uint16 // hundredths
	speed   uint16 // mm/s
	moved   uint32 // cm since the start
	count   uint32 // steps or strokes since the start
	height  int32  // decimetres above the sea
}

// An exercise is a workout as it went, second by second.
type exercise struct {
	workout
	seconds []second
	route   route
}

// exercise plays a workout.
func (p *Person) exercise(w workout) exercise {
	e := exercise{workout: w, seconds: make([]second, w.seconds())}
	rest, top := p.rest(w.n), p.top(w.n)
	capacity := p.uptake(w.n)
	kilograms := p.weight
	flicker, flow, terrain := w.key.at(1).curve(7), w.key.at(2).curve(95), w.key.at(4).curve(45)
	style := w.key.at(3).normal()
	length := w.seconds()

	pulse := rest + 14
	moved, count := 0.0, 0.0
	for i := range length {
		s := &e.seconds[i]
		effort := w.effort + 0.035*flow.at(i) + 0.02*flicker.at(i)
		if warm := int64(5 * minute); i < warm {
			effort *= 0.6 + 0.4*float64(i)/float64(warm)
		}
		if left := length - i; left < 3*minute {
			effort *= 0.72 + 0.28*float64(left)/(3*minute)
		}

		var met, speed, cadence, watts float64
		switch w.sport {
		case running:
			vo2 := effort * capacity
			speed = clamp((vo2-3.5)/0.2/60, 1.7, 6)
			met = (speed*60*0.2 + 3.5) / 3.5
			cadence = 148 + 7*speed + 3*style + 1.5*flicker.at(i)
		case walking:
			speed = clamp(1.15+1.1*effort*(0.6+0.5*p.fitness), 0.9, 1.9)
			met = 1.3 + 2.1*speed
			cadence = 62 + 36*speed + 2*style + 1.5*flicker.at(i)
		case riding:
			watts = clamp((effort*capacity-7)/10.8*kilograms+26*flicker.at(i), 20, 600)
			speed = clamp(math.Cbrt(watts/0.3)*(1+0.06*terrain.at(i)), 2, 15)
			met = (10.8*watts/kilograms + 7) / 3.5
			cadence = 80 + 4*style + 6*terrain.at(i) + 3*flicker.at(i)
		case swimming:
			speed = clamp(0.62+0.75*effort*(0.5+0.6*p.fitness), 0.6, 1.7)
			met = 3 + 7*effort
			cadence = 24 + 8*effort + style
		case lifting:
			if turn := i % 120; turn < 42 {
				effort, met = effort+0.16, 6
			} else {
				effort, met = effort-0.12, 2.8
			}
		default: // yoga
			effort *= 0.55
			met = 2.2 + 1.2*effort
		}

		// The heart follows within half a minute, falls back more slowly, and
		// drifts up over the hours at the same effort.
		drift := 1 + 0.05*min(float64(i)/(90*minute), 1)
		target := rest + (top-rest)*clamp(effort*drift, 0.05, 0.97)
		lag := 28.0
		if target < pulse {
			lag = 48
		}
		pulse += (target - pulse) / lag

		s.bpm = uint8(clamp(math.Round(pulse+1.2*flicker.at(i)), 40, top))
		s.met = uint16(math.Round(met * 100))
		s.speed = uint16(math.Round(speed * 1000))
		s.cadence = uint8(math.Round(cadence))
		s.watts = uint16(math.Round(watts))
		moved += float64(s.speed) / 10
		count += float64(s.cadence) / 60
		s.moved, s.count = uint32(moved), uint32(count)
	}
	if w.outdoors() {
		e.route = p.loop(w, float64(e.seconds[length-1].moved)/100)
		for i := range e.seconds {
			e.seconds[i].height = int32(math.Round(e.route.height(float64(e.seconds[i].moved)/100) * 10))
		}
	}
	return e
}

func (w workout) outdoors() bool {
	return w.sport == running || w.sport == riding || w.sport == walking
}

func (w workout) onFoot() bool { return w.sport == running || w.sport == walking }

// minute lays the part of the workout that falls into the minute at t, in Unix
// seconds, over what the person would have done otherwise.
func (e *exercise) minute(k *tick, t int64) {
	from, to := max(t-e.from, 0), min(t+minute-e.from, int64(len(e.seconds)))
	beats, met := 0, 0
	for _, s := range e.seconds[from:to] {
		beats += int(s.bpm)
		met += int(s.met)
	}
	covered := int(to - from)
	if covered >= minute/2 {
		k.bpm = uint8((beats + covered/2) / covered)
	}
	k.met = uint16((met + int(k.met)*(minute-covered) + minute/2) / minute)
	k.state, k.arousal, k.floors = exercising, 0, 0
	k.steps, k.meters = 0, 0
	if e.onFoot() {
		before := second{}
		if from > 0 {
			before = e.seconds[from-1]
		}
		last := e.seconds[to-1]
		k.steps = uint16(last.count - before.count)
		k.meters = uint16((last.moved+5)/10 - (before.moved+5)/10)
	}
}
