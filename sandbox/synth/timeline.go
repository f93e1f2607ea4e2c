package synth

import (
	"math"
	"slices"

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

// timeline fills the given Unix minutes, which lie within the local day of today's
// plan or the night before it. Whatever window is asked for, a minute in it has
// the same tick.
func (p *Person) timeline(yesterday, today plan, minutes span) []tick {
	from, to := minutes.from, minutes.to
	const lead = int64(len(lagWeights) - 1)
	window := span{(from - lead) * minute, to * minute}
	lives := [...]life{p.life(yesterday), p.life(today)}
	beds := make([]bed, 0, 3)
	lie := func(n int64, in span) {
		if in.overlaps(window) {
			beds = append(beds, bed{hypnogram: p.sleep(n, in), rest: p.rest(n)})
		}
	}
	lie(today.n, today.night)
	lie(today.n, today.nap)
	lie(today.n+1, p.bed(today.n+1))

	ticks := make([]tick, to-from)
	loads := make([]float64, lead+to-from)
	pulse := p.human.of(sigPulse)
	fast, slow := pulse.at(1).curve(4), pulse.at(2).curve(27)
	for t := from - lead; t < to; t++ {
		second := t * minute
		var k tick
		var load, rest float64
		if b := slices.IndexFunc(beds, func(b bed) bool { return b.holds(second) }); b >= 0 {
			load, rest = beds[b].asleep(&k, t), beds[b].rest
		} else {
			l := &lives[0]
			if second >= today.night.from {
				l = &lives[1]
			}
			load, rest = l.awake(&k, t), l.rest
		}
		loads[t-from+lead] = load
		if t < from {
			continue
		}
		sum := 0.0
		for i, w := range lagWeights {
			sum += w * loads[t-from+lead-int64(i)]
		}
		noise := 2.2*fast.at(t) + 2.4*slow.at(t)
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

// A bed is a stretch of sleep on a timeline that is read from front to back.
type bed struct {
	hypnogram
	rest  float64 // bpm
	stage int     // reached
}

// asleep fills a minute in bed, and returns by how much the heart beats faster
// than at rest.
func (b *bed) asleep(k *tick, t int64) float64 {
	for b.stage+1 < len(b.stages) && b.stages[b.stage+1].at <= t*minute {
		b.stage++
	}
	settling := 5 * (1 - float64(t*minute-b.from)/float64(b.seconds()))
	k.state, k.met = asleep, 92
	switch b.stages[b.stage].level {
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
	moods    [3]curve // of minutes, hours and days
	ill      float64
}

func (p *Person) life(d plan) life {
	rest, mood := p.rest(d.n), p.human.of(sigArousal)
	return life{
		p: p, plan: d, rest: rest,
		reserve:  p.top(d.n) - rest,
		capacity: p.uptake(d.n) / 3.5,
		work:     p.atWork(d),
		east:     p.away(d.n).offset(floorDiv(d.up.from, minute)),
		bouts:    p.human.of(sigBout),
		moods:    [...]curve{mood.at(2).curve(13), mood.at(1).curve(75), mood.at(3).curve(6 * minutesPerDay)},
		ill:      p.illness(d.n),
	}
}

// awake fills a minute out of bed and not working out, and returns by how much
// the heart beats faster than at rest.
func (l *life) awake(k *tick, t int64) float64 {
	clock := floorMod(t+l.east, minutesPerDay)
	working := l.work.holds(t * minute)

	calm := 0.27 + 0.16*l.moods[0].at(t) + 0.2*l.moods[1].at(t) + 0.12*l.moods[2].at(t) + 0.3*l.ill
	if working {
		calm += 0.14
	}
	calm = clamp(calm, 0.02, 1)
	k.arousal = uint8(math.Round(100 * calm))

	met := 1.32 + 0.15*calm
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
	return 12 + circadian + 11*(calm-0.3) + l.reserve*(met-1.32)/(l.capacity-1)
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
		begins, ends := floorDiv(w.from, minute), w.minutes().to
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
