package synth

import (
	"math"

	"github.com/terra-go/terra/health"
)

// A tick is one minute of a person's life as a perfect device would see it.
// Records are made from ticks, summaries and samples alike.
type tick struct {
	bpm     uint8
	arousal uint8 // 0 calm to 100 stressed, while awake and not working out
	steps   uint16
	meters  uint16 // on foot, tenths
	met     uint16 // hundredths
	floors  uint8
	state   state
}

type state uint8

const (
	awake state = iota
	asleep
	exercising
)

// lagWeights spread the heart's answer to a minute's effort over that minute and
// the ones after it.
var lagWeights = [...]float64{0.3, 0.26, 0.18, 0.12, 0.09, 0.05}

// timeline fills the minutes from the first to the last, in Unix minutes, that lie
// within day n or the night before it. Whatever window is asked for, a minute in
// it has the same tick.
func (p *Person) timeline(before, today plan, from, to int64) []tick {
	ticks := make([]tick, to-from)
	const lead = int64(len(lagWeights) - 1)
	loads := make([]float64, lead+to-from)

	nights := [...]hypnogram{p.sleep(before.n+1, today.night), {}, {}}
	if window := (span{(from - lead) * minute, to * minute}); true {
		if today.nap.overlaps(window) {
			nights[1] = p.sleep(today.n, today.nap)
		}
		if next := p.bed(today.n + 1); next.overlaps(window) {
			nights[2] = p.sleep(today.n+1, next)
		}
	}
	lives := [...]life{p.life(before), p.life(today)}
	rests := [...]float64{lives[1].rest, lives[1].rest, p.rest(today.n + 1)}
	var cursor [len(nights)]int

	pulse := p.human.of(sigPulse)
	fast, slow := pulse.at(1), pulse.at(2)
	for t := from - lead; t < to; t++ {
		second := t * minute
		l := &lives[0]
		if second >= today.night.from {
			l = &lives[1]
		}
		var k tick
		load, rest := 0.0, l.rest
		sleeping := -1
		for i := range nights {
			if nights[i].holds(second) {
				sleeping = i
			}
		}
		if sleeping >= 0 {
			h := &nights[sleeping]
			c := &cursor[sleeping]
			for *c+1 < len(h.stages) && h.stages[*c+1].at <= second {
				*c++
			}
			load, rest = h.minute(&k, h.stages[*c].level, t), rests[sleeping]
		} else {
			load = l.awake(&k, t)
		}
		loads[t-from+lead] = load
		if t < from {
			continue
		}
		sum := 0.0
		for i, w := range lagWeights {
			sum += w * loads[t-from+lead-int64(i)]
		}
		noise := 2.2*fast.smooth(t, 4) + 2.4*slow.smooth(t, 27)
		if k.state == asleep {
			noise *= 0.55
		}
		k.bpm = uint8(clamp(math.Round(rest+sum+noise), 32, 208))
		ticks[t-from] = k
	}
	for i := range lives {
		lives[i].exercise(ticks, from)
	}
	return ticks
}

// A life is what the minutes of one waking day, and the night before it, share.
type life struct {
	p        *Person
	plan     plan
	rest     float64
	reserve  float64 // heart beats a minute between rest and top
	capacity float64 // MET at the top
	work     span
	east     int64 // of the local clock, minutes
	bouts    key
	arousal  key
	ill      float64
}

func (p *Person) life(d plan) life {
	rest := p.rest(d.n)
	return life{
		p: p, plan: d, rest: rest,
		reserve:  p.top(d.n) - rest,
		capacity: p.uptake(d.n) / 3.5,
		work:     p.atWork(d),
		east:     p.away(d.n).offset(d.up.from / minute),
		bouts:    p.human.of(sigBout),
		arousal:  p.human.of(sigArousal),
		ill:      p.illness(d.n),
	}
}

// minute fills a minute in bed, and returns by how much the heart beats faster
// than at rest.
func (h *hypnogram) minute(k *tick, level health.SleepLevel, t int64) float64 {
	settling := 5 * (1 - float64(t*minute-h.from)/float64(h.seconds()))
	k.state, k.met = asleep, 92
	switch level {
	case health.SleepLevelAwake:
		k.met = 105
		return settling + 7
	case health.SleepLevelDeepSleep:
		return settling - 1
	case health.SleepLevelREMSleep:
		return settling + 3
	default:
		return settling + 0.5
	}
}

// awake fills a minute out of bed and not working out, and returns by how much
// the heart beats faster than at rest.
func (l *life) awake(k *tick, t int64) float64 {
	clock := floorMod(t+l.east, minutesPerDay)
	working := l.work.holds(t * minute)

	calm := 0.27 + 0.2*l.arousal.at(1).smooth(t, 75) + 0.16*l.arousal.at(2).smooth(t, 13) + 0.12*l.arousal.at(3).smooth(t, 6*minutesPerDay) + 0.3*l.ill
	if working {
		calm += 0.14
	}
	calm = clamp(calm, 0.02, 1)
	k.arousal = uint8(math.Round(100 * calm))

	met := 1.18 + 0.25*calm
	if steps := l.walk(t, clock, working); steps > 0 {
		k.steps = uint16(steps)
		k.meters = uint16(math.Round(steps * l.p.stride * 10 * (0.75 + steps*0.0025)))
		met = 1.3 + 0.0215*steps
		if b := l.bouts.at(t).at(1); steps > 55 && b.chance(0.045) {
			k.floors = 1
			met += 2.2
		}
	}
	k.met = uint16(math.Round(met * 100))

	// Lowest before dawn, highest in the late afternoon.
	circadian := 3 * math.Sin(2*math.Pi*float64(clock-10*60-30)/minutesPerDay)
	return 12 + circadian + 11*(calm-0.3) + l.reserve*(met-1.2)/(l.capacity-1)
}

// walk is the number of steps taken in a minute. People walk in bouts of a few
// minutes, at most one in every ten.
func (l *life) walk(t, clock int64, working bool) float64 {
	k := l.bouts.at(floorDiv(t, 10))
	often := 0.13
	if sinceUp := t*minute - l.plan.up.from; sinceUp < 25*minute {
		often = 0.04
	} else if l.work.to > 0 {
		switch second := t * minute; {
		case l.work.from-50*minute <= second && second < l.work.from, l.work.to <= second && second < l.work.to+50*minute:
			often = 0.55 // to work and back
		case working:
			often = 0.1
			if l.work.from+3*hour+30*minute <= second && second < l.work.from+4*hour+30*minute {
				often = 0.28 // a break
			}
		}
	} else if 10*60 <= clock && clock < 18*60 {
		often = 0.24 // a free day, about town
	}
	if clock >= 21*60 && !working {
		often = 0.05
	}
	often *= l.p.drive * (1 - 0.75*l.ill)

	if k.at(0).chance(often) {
		begins, length := int64(k.at(1).intn(5)), int64(2+k.at(2).intn(9))
		if at := floorMod(t, 10); begins <= at && at < begins+length {
			return math.Round(clamp(k.at(3).between(68, 112)+6*l.bouts.at(t).at(2).normal(), 20, 135))
		}
	}
	if m := l.bouts.at(t).at(3); m.chance(0.1 * (1 - 0.5*l.ill)) {
		return float64(4 + m.at(1).intn(24)) // about the room
	}
	return 0
}

// exercise lays the day's workouts over the minutes that begin at from.
func (l *life) exercise(ticks []tick, from int64) {
	end := from + int64(len(ticks))
	for _, w := range l.plan.workouts {
		begins, ends := w.from/minute, (w.to+minute-1)/minute
		const recovery = 60 // minutes, after which the heart is back where it was
		if ends+recovery <= from || begins >= end {
			continue
		}
		e := l.p.exercise(w)
		for t := max(begins, from); t < min(ends, end); t++ {
			e.minute(&ticks[t-from], t*minute)
		}
		last := float64(e.seconds[len(e.seconds)-1].bpm)
		for t := max(ends, from); t < min(ends+recovery, end); t++ {
			k := &ticks[t-from]
			if k.state != awake {
				break
			}
			if excess := last - float64(k.bpm); excess > 0 {
				k.bpm += uint8(math.Round(excess * math.Exp(-float64(t-ends+1)/7)))
			}
			k.arousal = 0
		}
	}
}
