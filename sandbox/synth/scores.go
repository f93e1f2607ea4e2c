package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// nightly puts what the night before measured into the day's record.
func (p *Person) nightly(n int64, d plan, r *health.Daily) {
	if p.has(VO2Max) {
		r.OxygenData.VO2MaxMlPerMinPerKg = opt.Some(p.uptake(n))
	}
	if !p.provider.Types.Sleep || !p.recorded(n-1) {
		return
	}
	if p.has(RMSSD) {
		r.HeartRateData.Summary.AvgHRVRMSSD = opt.Some(p.rmssdOf(p.sleep(n, d.night), n, nil))
	}
	if p.has(Oxygen) {
		r.OxygenData.AvgSaturationPercentage = opt.Some(p.oxygenOf(d.night, n, nil))
	}
}

// scores judges the day and sets what Terra itself works out from it.
func (d *day) scores(r *health.Daily) {
	p, n := d.p, d.plan.n
	spent := d.levels()
	moving := float64(spent[health.ActivityLevelLowIntensity]) + 3*float64(spent[health.ActivityLevelMediumIntensity]) + 6*float64(spent[health.ActivityLevelHighIntensity])
	activity := math.Round(clamp(28+moving*0.11, 10, 100))
	recovery := p.recovery(n)
	slept := p.recorded(n - 1)
	if p.has(Scores) {
		r.Scores.Activity = opt.Some(activity)
		if slept && p.provider.Types.Sleep {
			r.Scores.Recovery = opt.Some(recovery)
			r.Scores.Sleep = opt.Some(p.sleepScore(p.sleep(n, d.plan.night), n))
		}
	}
	strain := round(21*(1-math.Exp(-moving/420)), 1)
	if p.has(Strain) {
		r.StrainData.StrainLevel = opt.Some(strain)
	}

	calm, counted := 0.0, 0.0
	for _, t := range d.ticks {
		if t.state == awake && t.arousal > 0 {
			calm, counted = calm+float64(t.arousal), counted+1
		}
	}
	stress := math.Round(calm / max(counted, 1))
	e := &r.DataEnrichment
	e.TotalStressScore, e.StressContributors = weigh(stress, contributor{"heart_rate", 0.5}, contributor{"hrv", 0.3}, contributor{"sleep", 0.2})
	e.TotalStressScoreV2, e.TotalStressScoreV2Contributors = weigh(clamp(stress-2, 0, 100), contributor{"heart_rate", 0.45}, contributor{"hrv", 0.35}, contributor{"sleep", 0.2})
	ill := p.illness(n)
	e.RespiratoryScore, e.RespiratoryContributors = weigh(math.Round(92-30*ill), contributor{"breathing_rate", 0.6}, contributor{"oxygen_saturation", 0.4})
	e.ImmuneIndex, e.ImmuneContributors = weigh(math.Round(clamp(84-45*ill+6*p.human.of(sigRest).at(4).smooth(n, 9), 5, 100)), contributor{"resting_heart_rate", 0.4}, contributor{"temperature", 0.35}, contributor{"hrv", 0.25})
	var score opt.Value[float64]
	score, e.ResilienceContributors = weigh(math.Round(clamp(0.6*recovery+0.4*(100-stress), 0, 100)), contributor{"recovery", 0.6}, contributor{"stress", 0.4})
	e.ResilienceScore = opt.Some(int64(score.Or(0)))
	e.StrainIndex, e.StrainContributors = weigh(strain, contributor{"duration", 0.4}, contributor{"intensity", 0.6})
	light := "green"
	switch {
	case strain > 16:
		light = "red"
	case strain > 11:
		light = "amber"
	}
	e.StrainTrafficLight = opt.Some(light)
}

// A contributor has a share in a score.
type contributor struct {
	name  string
	share float64
}

// weigh divides a score among its contributors, whose shares add up
// to 1.
func weigh(score float64, contributors ...contributor) (opt.Value[float64], map[string]float64) {
	m := make(map[string]float64, len(contributors))
	for _, c := range contributors {
		m[c.name] = round(score*c.share, 2)
	}
	return opt.Some(score), m
}

// recovery is how ready the body is on day n, 1 to 100: rested, well, and with
// its heart rate variability about its own normal.
func (p *Person) recovery(n int64) float64 {
	slept := float64(p.bed(n).seconds()) / minute / p.unrest
	v := 70 + 80*(p.variability(n)/p.usualVariability(n)-1) - 2.2*(p.rest(n)-p.resting) + 0.05*(min(slept, 450)-400)
	return math.Round(clamp(v, 1, 100))
}

// sleepScore judges a night from 1 to 100 by its length, its efficiency, and its
// shares of deep and REM sleep.
func (p *Person) sleepScore(h hypnogram, n int64) float64 {
	woken, _ := h.spent(health.SleepLevelAwake)
	deep, _ := h.spent(health.SleepLevelDeepSleep)
	rem, _ := h.spent(health.SleepLevelREMSleep)
	slept := float64(h.seconds() - woken)
	score := 40*clamp(slept/(7.8*hour), 0, 1) +
		20*clamp((slept/float64(h.seconds())-0.6)/0.36, 0, 1) +
		20*clamp(float64(deep)/slept/0.2, 0, 1) +
		20*clamp(float64(rem)/slept/0.27, 0, 1)
	return math.Round(clamp(score-12*p.illness(n), 1, 100))
}

func recoveryLevel(recovery float64) health.RecoveryLevel {
	return health.RecoveryLevel(1 + min(int32(recovery)/17, 5))
}
