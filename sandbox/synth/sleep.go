package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

const vitalsEvery = 5 * minute // variability, breathing and oxygen at night

// Sleep is the night that ends on the date, followed by the nap of that day if
// there was one; empty when the provider has none. A night shift is slept off by
// day, and belongs to the same date.
func (p *Person) Sleep(date health.Date, samples bool) []health.Sleep {
	n := ordinal(date)
	if !p.provider.Types.Sleep || !p.recorded(n) {
		return nil
	}
	before, today := p.plan(n-1), p.plan(n)
	list := make([]health.Sleep, 0, 2)
	if p.recorded(n - 1) {
		list = append(list, p.slept(before, today, p.sleep(n, today.night), 0, samples))
	}
	if today.nap != (span{}) {
		list = append(list, p.slept(before, today, p.sleep(n, today.nap), 1, samples))
	}
	return list
}

func (p *Person) slept(before, today plan, h hypnogram, index int64, samples bool) health.Sleep {
	n := today.n
	c := p.away(n).clock(h.from, h.to)
	var r health.Sleep
	r.Metadata = health.SleepMetadata{
		StartTime: c.at(h.from), EndTime: c.at(h.to),
		IsNap:                 opt.Some(index > 0),
		SummaryID:             opt.Some(p.id(sigStages, n, index)),
		TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
		UploadType:            opt.Some(health.SleepUploadTypeAutomatic),
	}
	p.staged(h, c, samples, &r.SleepDurationsData)

	minutes := h.minutes()
	p.nightHeart(p.timeline(before, today, minutes), minutes.from, n, h, c, samples, &r.HeartRateData)
	p.breathing(h, n, c, samples, &r.RespirationData)

	score := p.sleepScore(h, n)
	if p.has(Scores) {
		r.Scores.Sleep = opt.Some(score)
	}
	if p.has(SkinTemperature) {
		r.TemperatureData.Delta = opt.Some(p.skin(n))
	}
	e := &r.DataEnrichment
	e.SleepScore, e.SleepContributors = weigh(score, contributor{"duration", 0.4}, contributor{"efficiency", 0.2}, contributor{"deep", 0.2}, contributor{"rem", 0.2})
	e.SleepScoreV2, e.SleepScoreV2Contributors = weigh(clamp(score-1, 1, 100), contributor{"duration", 0.35}, contributor{"efficiency", 0.25}, contributor{"deep", 0.2}, contributor{"rem", 0.2})
	e.RespiratoryScoreV2, e.RespiratoryScoreV2Contributors = weigh(math.Round(93-30*p.illness(n)), contributor{"breathing_rate", 0.6}, contributor{"oxygen_saturation", 0.4})
	if index == 0 {
		recovery := p.recovery(n)
		if p.has(Readiness) {
			r.ReadinessData.Readiness = opt.Some(recovery)
			r.ReadinessData.RecoveryLevel = opt.Some(float64(recoveryLevel(recovery)))
		}
		e.ReadinessScore, e.ReadinessContributors = weigh(recovery, contributor{"hrv", 0.4}, contributor{"resting_heart_rate", 0.3}, contributor{"sleep", 0.3})
	}
	p.wears(&r.DeviceData, c.at(h.to+20*minute))
	blank(&r)
	return r
}

// staged adds the stages up: they fill the time in bed without a gap.
func (p *Person) staged(h hypnogram, c clock, samples bool, r *health.SleepDurationsData) {
	woken, times := h.spent(health.SleepLevelAwake)
	light, _ := h.spent(health.SleepLevelLightSleep)
	deep, _ := h.spent(health.SleepLevelDeepSleep)
	rem, dreams := h.spent(health.SleepLevelREMSleep)
	seconds := func(s int64) opt.Value[float64] { return opt.Some(float64(s)) }

	asleep := light + deep + rem
	r.Asleep.DurationAsleepStateSeconds = seconds(asleep)
	r.Awake.DurationAwakeStateSeconds = seconds(woken)
	r.Other.DurationInBedSeconds = seconds(h.seconds())
	r.Other.DurationUnmeasurableSleepSeconds = seconds(0)
	r.SleepEfficiency = opt.Some(round(100*float64(asleep)/float64(h.seconds()), 1))
	if p.has(Stages) {
		r.Asleep.DurationLightSleepStateSeconds = seconds(light)
		r.Asleep.DurationDeepSleepStateSeconds = seconds(deep)
		r.Asleep.DurationREMSleepStateSeconds = seconds(rem)
		r.Asleep.NumREMEvents = opt.Some(int64(dreams))
	}

	// Waking between falling asleep and the last waking is an interruption.
	last := len(h.stages) - 1
	var short, long, left int64
	for i, s := range h.stages {
		if s.level != health.SleepLevelAwake || i == 0 || i == last {
			continue
		}
		switch d := h.end(i) - s.at; {
		case d < 90:
			short += d
		default:
			long += d
			if d >= 5*minute {
				left++
			}
		}
	}
	r.Awake.DurationShortInterruptionSeconds = seconds(short)
	r.Awake.DurationLongInterruptionSeconds = seconds(long)
	r.Awake.NumOutOfBedEvents = opt.Some(left)
	r.Awake.NumWakeupEvents = opt.Some(int64(max(times-2, 0)))
	r.Awake.SleepLatencySeconds = seconds(h.end(0) - h.from)
	r.Awake.WakeUpLatencySeconds = seconds(h.to - h.stages[last].at)
	if !samples {
		return
	}
	r.HypnogramSamples = make([]health.SleepHypnogramSample, len(h.stages))
	for i, s := range h.stages {
		level := s.level
		if !p.has(Stages) && level != health.SleepLevelAwake {
			level = health.SleepLevelSleeping
		}
		r.HypnogramSamples[i] = health.SleepHypnogramSample{Timestamp: c.at(s.at), Level: opt.Some(level)}
	}
}

func (p *Person) nightHeart(ticks []tick, from, n int64, h hypnogram, c clock, samples bool, r *health.HeartRateData) {
	if p.has(RMSSD) {
		var list []health.HeartRateVariabilityDataSampleRMSSD
		var each func(int64, float64)
		if samples {
			list = make([]health.HeartRateVariabilityDataSampleRMSSD, 0, h.seconds()/vitalsEvery+1)
			each = func(at int64, v float64) {
				list = append(list, health.HeartRateVariabilityDataSampleRMSSD{Timestamp: c.at(at), HRVRMSSD: opt.Some(v)})
			}
		}
		r.Summary.AvgHRVRMSSD = opt.Some(p.rmssdOf(h, n, each))
		r.Detailed.HRVSamplesRMSSD = list
	}
	if p.has(HeartRate) {
		low, high, sum := ticks[0].bpm, ticks[0].bpm, 0
		for _, t := range ticks {
			low, high, sum = min(low, t.bpm), max(high, t.bpm), sum+int(t.bpm)
		}
		r.Summary.AvgHRBPM = opt.Some(round(float64(sum)/float64(len(ticks)), 1))
		r.Summary.MinHRBPM = opt.Some(float64(low))
		r.Summary.MaxHRBPM = opt.Some(float64(high))
	}
	if p.has(RestingHeartRate) && len(ticks) >= 30 {
		r.Summary.RestingHRBPM = opt.Some(restingOf(ticks))
	}
	if !samples || !p.has(HeartRateSamples) {
		return
	}
	r.Detailed.HRSamples = make([]health.HeartRateDataSample, len(ticks))
	for i, t := range ticks {
		r.Detailed.HRSamples[i] = health.HeartRateDataSample{
			Timestamp: c.at((from + int64(i)) * minute), BPM: opt.Some(float64(t.bpm)),
			TimerDurationSeconds: opt.Null[float64](), Context: opt.Some(health.HeartRateContextNotActive),
		}
	}
}

// rmssdOf averages the variability samples of a night, and hands each one to
// each, unless that is nil.
func (p *Person) rmssdOf(h hypnogram, n int64, each func(at int64, v float64)) float64 {
	base, k := p.variability(n), p.human.of(sigHRV).at(3)
	sum, count, i := 0.0, 0, 0
	for at := h.from; at < h.to; at += vitalsEvery {
		for h.end(i) <= at {
			i++
		}
		factor := 1 + 0.16*k.smooth(at, 25*minute) + 0.09*k.at(at).normal()
		switch h.stages[i].level {
		case health.SleepLevelDeepSleep:
			factor += 0.12
		case health.SleepLevelREMSleep:
			factor -= 0.1
		}
		v := round(clamp(base*factor, 6, 220), 1)
		sum, count = sum+v, count+1
		if each != nil {
			each(at, v)
		}
	}
	return round(sum/float64(count), 1)
}

// oxygenOf averages the blood oxygen samples of a night, and hands each one to
// each, unless that is nil.
func (p *Person) oxygenOf(bed span, n int64, each func(at int64, v float64)) float64 {
	k := p.human.of(sigOxygen)
	altitude := p.away(n).altitude
	base := 97.2 - altitude/900 - 1.5*p.illness(n) + 0.4*k.at(0).normal()
	sum, count := 0.0, 0
	for at := bed.from; at < bed.to; at += vitalsEvery {
		v := clamp(math.Round(base+0.8*k.at(1).smooth(at, 35*minute)+0.7*k.at(2).at(at).normal()), 84, 100)
		sum, count = sum+v, count+1
		if each != nil {
			each(at, v)
		}
	}
	return round(sum/float64(count), 1)
}

func (p *Person) breathing(h hypnogram, n int64, c clock, samples bool, r *health.RespirationData) {
	if p.has(Breathing) {
		b := &r.BreathsData
		b.StartTime, b.EndTime, b.OnDemandReading = c.at(h.from), c.at(h.to), opt.Some(false)
		if samples {
			b.Samples = make([]health.BreathSample, 0, h.seconds()/vitalsEvery+1)
		}
		k := p.human.of(sigBreath)
		base := p.breaths + 0.35*k.at(0).at(n).normal() + 2*p.illness(n)
		low, high, sum, count, i := math.Inf(1), 0.0, 0.0, 0, 0
		for at := h.from; at < h.to; at += vitalsEvery {
			for h.end(i) <= at {
				i++
			}
			v := base + 0.5*k.at(1).smooth(at, 22*minute)
			switch h.stages[i].level {
			case health.SleepLevelREMSleep:
				v += 0.9 + 0.6*k.at(at).normal()
			case health.SleepLevelAwake:
				v += 1.4
			}
			v = round(clamp(v, 8, 28), 1)
			low, high, sum, count = min(low, v), max(high, v), sum+v, count+1
			if samples {
				b.Samples = append(b.Samples, health.BreathSample{Timestamp: c.at(at), BreathsPerMin: opt.Some(v)})
			}
		}
		b.MinBreathsPerMin, b.MaxBreathsPerMin = opt.Some(low), opt.Some(high)
		b.AvgBreathsPerMin = opt.Some(round(sum/float64(count), 1))
	}
	if p.has(Oxygen) {
		o := &r.OxygenSaturationData
		o.StartTime, o.EndTime = c.at(h.from), c.at(h.to)
		var each func(int64, float64)
		if samples {
			o.Samples = make([]health.OxygenSaturationSample, 0, h.seconds()/vitalsEvery+1)
			each = func(at int64, v float64) {
				o.Samples = append(o.Samples, health.OxygenSaturationSample{Timestamp: c.at(at), Percentage: opt.Some(v), Type: opt.Some(health.OxygenSaturationTypeBlood)})
			}
		}
		o.AvgSaturationPercentage = opt.Some(p.oxygenOf(h.span, n, each))
	}
	if p.has(Snoring) {
		s := &r.SnoringData
		s.StartTime, s.EndTime = c.at(h.from), c.at(h.to)
		k := p.human.of(sigSnore)
		loud := 0.9 * k.at(0).unit()
		events, total := int64(0), 0.0
		for i, stage := range h.stages {
			k := k.at(stage.at)
			if stage.level != health.SleepLevelLightSleep && stage.level != health.SleepLevelDeepSleep || !k.at(0).chance(loud) {
				continue
			}
			length := float64(min(int64(k.at(1).between(20, 420)), h.end(i)-stage.at))
			events, total = events+1, total+length
			if samples {
				s.Samples = append(s.Samples, health.SnoringSample{Timestamp: c.at(stage.at), DurationSeconds: opt.Some(length)})
			}
		}
		s.NumSnoringEvents, s.TotalSnoringDurationSeconds = opt.Some(events), opt.Some(total)
	}
}

// skin is by how much the skin was warmer than usual in the night, in °C.
func (p *Person) skin(n int64) float64 {
	k := p.human.of(sigSkin)
	delta := 0.15*k.at(0).smooth(n, 12) + 0.13*k.at(1).at(n).normal() + 1.1*p.illness(n)
	if p.cycles(n) && p.cycle.on(n).luteal() {
		delta += 0.28
	}
	return round(delta, 2)
}
