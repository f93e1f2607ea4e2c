package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

const (
	stressEvery  = 3 // minutes
	batteryEvery = 15
)

// stress is measured every few minutes, except in and after workouts, where the
// heart tells nothing about it.
func (d *day) stress(r *health.StressData) {
	p := d.p
	if p.has(BodyBattery) && d.samples {
		r.BodyBatterySamples = make([]health.BodyBatterySample, 0, len(d.ticks)/batteryEvery)
		charge := p.battery(d.plan)
		for i := 0; i < len(d.ticks); i += batteryEvery {
			level := charge(d.plan.day.from + int64(i)*minute)
			r.BodyBatterySamples = append(r.BodyBatterySamples, health.BodyBatterySample{Timestamp: d.at(i), Level: opt.Some(level)})
		}
	}
	if !p.has(Stress) {
		return
	}
	if d.samples {
		r.Samples = make([]health.StressSample, 0, len(d.ticks)/stressEvery)
	}
	const step = stressEvery * minute
	var rest, low, medium, high, active float64
	sum, count, top := 0.0, 0, 0.0
	for i := 0; i < len(d.ticks); i += stressEvery {
		t := d.ticks[i]
		level := float64(t.arousal)
		switch {
		case t.state == asleep:
			level = 8 + float64(t.bpm%9)
		case level == 0:
			active += step
			continue
		}
		switch {
		case level <= 25:
			rest += step
		case level <= 50:
			low += step
		case level <= 75:
			medium += step
		default:
			high += step
		}
		sum, count, top = sum+level, count+1, max(top, level)
		if d.samples {
			r.Samples = append(r.Samples, health.StressSample{Timestamp: d.at(i), Level: opt.Some(level)})
		}
	}
	average := sum / float64(count)
	rating := health.StressLevelRest
	switch {
	case average > 50:
		rating = health.StressLevelHigh
	case average > 37:
		rating = health.StressLevelMedium
	case average > 25:
		rating = health.StressLevelLow
	}
	r.AvgStressLevel, r.MaxStressLevel, r.StressRating = opt.Some(round(average, 1)), opt.Some(top), opt.Some(rating)
	r.RestStressDurationSeconds, r.LowStressDurationSeconds = opt.Some(rest), opt.Some(low)
	r.MediumStressDurationSeconds, r.HighStressDurationSeconds = opt.Some(medium), opt.Some(high)
	r.StressDurationSeconds, r.ActivityStressDurationSeconds = opt.Some(low+medium+high), opt.Some(active)
}

// battery tells how charged the person is, 5 to 100, at a time of day n: filled
// by the night, emptied by the hours and faster by workouts.
func (p *Person) battery(d plan) func(t int64) float64 {
	// The charge in the morning and at bedtime of a day.
	full := func(n int64, night span) float64 {
		v := 45 + 48*float64(night.seconds())/float64(p.need*minute) + 6*p.human.of(sigBattery).at(n).normal() - 30*p.illness(n)
		return clamp(v, 30, 100)
	}
	empty := func(n int64) float64 { return p.human.of(sigBattery).at(n).at(1).between(6, 28) }
	drain := func(d plan) func(t int64) float64 {
		const harder = 5
		total := float64(d.up.seconds())
		for _, w := range d.workouts {
			total += harder * float64(w.seconds())
		}
		from, to := full(d.n, d.night), empty(d.n)
		return func(t int64) float64 {
			gone := float64(t - d.up.from)
			for _, w := range d.workouts {
				gone += harder * float64(min(max(t-w.from, 0), w.seconds()))
			}
			return from + (to-from)*gone/total
		}
	}
	yesterday, today := drain(p.plan(d.n-1)), drain(d)
	next := p.bed(d.n + 1)
	return func(t int64) float64 {
		level := 0.0
		switch {
		case t < d.night.from:
			level = yesterday(t)
		case t < d.night.to:
			a, b := empty(d.n-1), full(d.n, d.night)
			level = a + (b-a)*float64(t-d.night.from)/float64(d.night.seconds())
		case t < next.from:
			level = today(t)
		default:
			a, b := empty(d.n), full(d.n+1, next)
			level = a + (b-a)*float64(t-next.from)/float64(next.seconds())
		}
		return clamp(math.Round(level), 5, 100)
	}
}
