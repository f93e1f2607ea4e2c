package synth

import (
	"github.com/terra-go/terra/health"
)

const epoch = 30 // seconds; sleep is staged in these

// A stage is one stretch of a night. It lasts until the next begins.
type stage struct {
	at    int64 // Unix seconds
	level health.SleepLevel
}

// A hypnogram tells a night, or a nap, stage by stage; it begins and ends awake.
type hypnogram struct {
	span
	stages []stage
}

// seconds spent in one level.
func (h hypnogram) spent(level health.SleepLevel) (seconds int64, times int) {
	for i, s := range h.stages {
		if s.level == level {
			seconds += h.end(i) - s.at
			times++
		}
	}
	return seconds, times
}

// end of the i-th stage.
func (h hypnogram) end(i int) int64 {
	if i+1 < len(h.stages) {
		return h.stages[i+1].at
	}
	return h.to
}

// add appends so many epochs of a level, which must not reach past the end.
func (h *hypnogram) add(at int64, level health.SleepLevel, epochs int64) int64 {
	if epochs <= 0 {
		return at
	}
	if last := len(h.stages) - 1; last < 0 || h.stages[last].level != level {
		h.stages = append(h.stages, stage{at, level})
	}
	return at + epochs*epoch
}

// Deep sleep comes early in the night and REM late: the share of each in the
// cycles, the first first.
var (
	deepShare = [...]float64{0.37, 0.28, 0.14, 0.06, 0.03}
	remShare  = [...]float64{0.08, 0.18, 0.26, 0.33, 0.36}
)

// sleep stages a stretch in bed on day n.
func (p *Person) sleep(n int64, bed span) hypnogram {
	h := hypnogram{span: bed, stages: make([]stage, 0, 64)}
	k := p.human.of(sigStages).at(bed.from)
	minutes := func(m float64) int64 { return int64(m * minute / epoch) }
	nap := bed.seconds() < 3*hour

	latency := minutes(min(k.at(0).between(5, 24)*p.unrest, 55))
	rise := minutes(k.at(1).between(1, 6))
	if nap {
		latency = minutes(k.at(0).between(3, 8))
	}
	at := h.add(bed.from, health.SleepLevelAwake, latency)
	to := bed.to - rise*epoch

	deepness := clamp(1.2-0.006*float64(p.age(n)-20), 0.7, 1.25) * k.at(2).between(0.88, 1.12)
	dreams := k.at(3).between(0.88, 1.12)
	for i := int64(0); at < to; i++ {
		k := k.at(10 + i)
		left := (to - at) / epoch
		length := minutes(k.at(0).between(80, 100))
		if left < length*27/20 {
			length = left
		}
		c := min(i, int64(len(deepShare)-1))
		deep := int64(float64(length) * deepShare[c] * deepness)
		rem := int64(float64(length) * remShare[c] * dreams)
		if nap && length < minutes(60) {
			deep, rem = 0, 0
		}
		wake := int64(0)
		if k.at(1).chance(0.5 * p.unrest) {
			wake = min(1+minutes(9*p.unrest*k.at(2).unit()*k.at(3).unit()), length/4)
		}
		light := length - deep - rem - wake

		// Down through light sleep, along the bottom, up again, and a dream.
		descent := light * 2 / 5
		at = h.add(at, health.SleepLevelLightSleep, descent)
		at = h.add(at, health.SleepLevelDeepSleep, deep)
		ascent := light - descent
		if stir := 1 + int64(4*p.unrest*k.at(5).unit()); ascent > 6*stir && k.at(4).chance(0.6*p.unrest) {
			at = h.add(at, health.SleepLevelLightSleep, ascent/2-stir)
			at = h.add(at, health.SleepLevelAwake, stir)
			ascent -= ascent / 2
		}
		at = h.add(at, health.SleepLevelLightSleep, ascent)
		at = h.add(at, health.SleepLevelREMSleep, rem)
		if left == length { // the last dream runs into the alarm
			at = h.add(at, health.SleepLevelLightSleep, wake)
			break
		}
		at = h.add(at, health.SleepLevelAwake, wake)
	}
	h.add(at, health.SleepLevelAwake, (bed.to-at)/epoch)
	return h
}
