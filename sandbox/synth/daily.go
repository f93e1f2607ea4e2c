package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

const (
	quarter      = 15 // minutes; distances, calories and METs of a day are sampled in these
	stressEvery  = 3  // minutes
	batteryEvery = 15 // minutes
)

// Daily is the day's record, from one local midnight to the next; false when the
// provider has none. With samples it holds the heart rate of every minute and
// what else the provider samples through the day.
func (p *Person) Daily(date health.Date, samples bool) (health.Daily, bool) {
	n := ordinal(date)
	if !p.provider.Types.Daily || !p.recorded(n) {
		return health.Daily{}, false
	}
	plan := p.plan(n)
	ticks := p.timeline(p.plan(n-1), plan, plan.day.from/minute, plan.day.to/minute)
	d := day{p: p, plan: plan, ticks: ticks, clock: p.away(n).clock(plan.day.from, plan.day.to-1), samples: samples}

	var r health.Daily
	r.Metadata = health.DailyMetadata{
		StartTime:             d.clock.at(plan.day.from),
		EndTime:               p.away(n+1).clock(plan.day.to, plan.day.to).at(plan.day.to),
		TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
		UploadType:            opt.Some(health.UploadTypeAutomatic),
	}
	d.heart(&r.HeartRateData)
	d.movement(&r.DistanceData)
	d.energy(&r.CaloriesData)
	d.intensity(&r.METData)
	d.durations(&r.ActiveDurationsData)
	d.stress(&r.StressData)
	p.nightly(n, plan, &r)
	d.scores(&r)
	p.tags(n, d.clock, &r.TagData)
	p.wears(&r.DeviceData, d.clock.at(plan.day.to-1))
	blank(&r)
	return r, true
}

// A day is one being recorded.
type day struct {
	p       *Person
	plan    plan
	ticks   []tick
	clock   clock
	samples bool
}

// at is when the i-th minute of the day begins.
func (d *day) at(i int) health.Timestamp { return d.clock.at(d.plan.day.from + int64(i)*minute) }

func (d *day) heart(r *health.HeartRateData) {
	p := d.p
	if p.has(HeartRate) {
		low, high, sum := d.ticks[0].bpm, d.ticks[0].bpm, 0
		for _, t := range d.ticks {
			low, high, sum = min(low, t.bpm), max(high, t.bpm), sum+int(t.bpm)
		}
		r.Summary.AvgHRBPM = opt.Some(round(float64(sum)/float64(len(d.ticks)), 1))
		r.Summary.MinHRBPM = opt.Some(float64(low))
		r.Summary.MaxHRBPM = opt.Some(float64(high))
	}
	if p.has(RestingHeartRate) {
		r.Summary.RestingHRBPM = opt.Some(restingOf(d.ticks))
	}
	if p.has(HeartRateZones) {
		top := p.top(d.plan.n)
		r.Summary.UserMaxHRBPM = opt.Some(top)
		var spent [zones]int64
		for _, t := range d.ticks {
			spent[zoneOf(float64(t.bpm), top)] += minute
		}
		r.Summary.HRZoneData = zoneData(spent)
	}
	if p.has(SDNN) {
		var list []health.HeartRateVariabilityDataSampleSDNN
		sum, count := 0.0, 0
		k := p.human.of(sigHRV).at(d.plan.n)
		for i := 47; i < len(d.ticks); i += 3 * 60 {
			if d.ticks[i].state == exercising {
				continue
			}
			v := round(clamp(p.variability(d.plan.n)*(1.25+0.16*k.at(int64(i)).normal()), 8, 220), 1)
			sum, count = sum+v, count+1
			if d.samples {
				list = append(list, health.HeartRateVariabilityDataSampleSDNN{Timestamp: d.at(i), HRVSDNN: opt.Some(v)})
			}
		}
		r.Summary.AvgHRVSDNN = opt.Some(round(sum/float64(count), 1))
		r.Detailed.HRVSamplesSDNN = list
	}
	if !d.samples || !p.has(HeartRateSamples) {
		return
	}
	list := make([]health.HeartRateDataSample, len(d.ticks))
	for i, t := range d.ticks {
		context := health.HeartRateContextNotActive
		if t.state == exercising || t.met >= 300 {
			context = health.HeartRateContextActive
		}
		list[i] = health.HeartRateDataSample{
			Timestamp: d.at(i), BPM: opt.Some(float64(t.bpm)),
			TimerDurationSeconds: opt.Null[float64](), Context: opt.Some(context),
		}
	}
	r.Detailed.HRSamples = list
}

// restingOf is the lowest mean of any 30 minutes in a row, in whole beats.
func restingOf(ticks []tick) float64 {
	const window = 30
	sum, low := 0, math.MaxInt
	for i, t := range ticks {
		sum += int(t.bpm)
		if i >= window {
			sum -= int(ticks[i-window].bpm)
		}
		if i >= window-1 {
			low = min(low, sum)
		}
	}
	return math.Round(float64(low) / window)
}

// Zones are tenths of the highest heart rate from a half up, and all below.
const zones = 6

var zoneNames = [zones]string{"Rest", "Warm up", "Fat burn", "Aerobic", "Threshold", "Maximum"}

func zoneOf(bpm, top float64) int { return int(clamp(math.Floor(bpm/top*10)-4, 0, zones-1)) }

func zoneData(seconds [zones]int64) []health.HeartRateZoneData {
	list := make([]health.HeartRateZoneData, zones)
	for i := range list {
		from, to := float64(40+10*i), float64(50+10*i)
		if i == 0 {
			from = 0
		}
		list[i] = health.HeartRateZoneData{
			Zone: opt.Some(int64(i)), Name: opt.Some(zoneNames[i]),
			StartPercentage: opt.Some(from), EndPercentage: opt.Some(to),
			DurationSeconds: opt.Some(float64(seconds[i])),
		}
	}
	return list
}

// movement counts up through the day: a sample is what has come together until
// then, so that the last is the day's total.
func (d *day) movement(r *health.DailyDistanceData) {
	p := d.p
	var steps, meters, floors int
	timer := opt.Null[float64]()
	for i, t := range d.ticks {
		steps += int(t.steps)
		meters += int(t.meters)
		floors += int(t.floors)
		if !d.samples {
			continue
		}
		if t.steps > 0 && p.has(Steps) {
			if r.Detailed.StepSamples == nil {
				r.Detailed.StepSamples = make([]health.StepSample, 0, 512)
			}
			r.Detailed.StepSamples = append(r.Detailed.StepSamples, health.StepSample{Timestamp: d.at(i), Steps: opt.Some(float64(steps)), TimerDurationSeconds: timer})
		}
		if t.floors > 0 && p.has(Floors) {
			r.Detailed.FloorsClimbedSamples = append(r.Detailed.FloorsClimbedSamples, health.FloorsClimbedSample{Timestamp: d.at(i), FloorsClimbed: opt.Some(float64(floors)), TimerDurationSeconds: timer})
		}
		if (i+1)%quarter == 0 && p.has(Distance) {
			if r.Detailed.DistanceSamples == nil {
				r.Detailed.DistanceSamples = make([]health.DistanceSample, 0, len(d.ticks)/quarter)
			}
			r.Detailed.DistanceSamples = append(r.Detailed.DistanceSamples, health.DistanceSample{Timestamp: d.at(i + 1 - quarter), DistanceMeters: opt.Some(float64(meters) / 10), TimerDurationSeconds: timer})
		}
	}
	if p.has(Steps) {
		r.Steps = opt.Some(int64(steps))
	}
	if p.has(Distance) {
		r.DistanceMeters = opt.Some(float64(meters) / 10)
	}
	if p.has(Floors) {
		r.FloorsClimbed = opt.Some(int64(floors))
	}
}

// energy adds up the quarter hours, each to a tenth of a kilocalorie.
func (d *day) energy(r *health.CaloriesData) {
	p := d.p
	if p.provider.Types.Nutrition {
		eaten := 0.0
		for _, m := range p.meals(d.plan) {
			eaten += m.kcal()
		}
		r.NetIntakeCalories = opt.Some(round(eaten, 1))
	}
	if !p.has(Energy) {
		return
	}
	basal := p.basal(d.plan.n) / minutesPerDay
	if d.samples {
		r.CalorieSamples = make([]health.CalorieSample, 0, len(d.ticks)/quarter)
	}
	total := 0.0
	for i := 0; i < len(d.ticks); i += quarter {
		met := 0
		for _, t := range d.ticks[i : i+quarter] {
			met += int(t.met)
		}
		kcal := round(float64(met)/100*basal, 1)
		total += kcal
		if d.samples {
			r.CalorieSamples = append(r.CalorieSamples, health.CalorieSample{Timestamp: d.at(i), Calories: opt.Some(kcal), TimerDurationSeconds: opt.Null[float64]()})
		}
	}
	rest := round(basal*float64(len(d.ticks)), 1)
	r.BMRCalories = opt.Some(rest)
	r.TotalBurnedCalories = opt.Some(round(total, 1))
	r.NetActivityCalories = opt.Some(max(round(total-rest, 1), 0))
}

func (d *day) intensity(r *health.METData) {
	if !d.p.has(MET) {
		return
	}
	if d.samples {
		r.METSamples = make([]health.METSample, 0, len(d.ticks)/quarter)
	}
	sum, count := 0.0, 0
	for i := 0; i < len(d.ticks); i += quarter {
		met := 0
		for _, t := range d.ticks[i : i+quarter] {
			met += int(t.met)
		}
		level := round(float64(met)/100/quarter, 2)
		sum, count = sum+level, count+1
		if d.samples {
			r.METSamples = append(r.METSamples, health.METSample{Timestamp: d.at(i), Level: opt.Some(level)})
		}
	}
	r.AvgLevel = opt.Some(round(sum/float64(count), 2))
	spent := d.levels()
	r.NumInactiveMinutes = opt.Some(float64(spent[health.ActivityLevelRest] + spent[health.ActivityLevelInactive]))
	r.NumLowIntensityMinutes = opt.Some(float64(spent[health.ActivityLevelLowIntensity]))
	r.NumModerateIntensityMinutes = opt.Some(float64(spent[health.ActivityLevelMediumIntensity]))
	r.NumHighIntensityMinutes = opt.Some(float64(spent[health.ActivityLevelHighIntensity]))
}

// level sorts a minute by its metabolic equivalents: low from 1.5, moderate from
// 3, vigorous from 6.
func (t tick) level() health.ActivityLevel {
	switch {
	case t.state == asleep:
		return health.ActivityLevelRest
	case t.met < 150:
		return health.ActivityLevelInactive
	case t.met < 300:
		return health.ActivityLevelLowIntensity
	case t.met < 600:
		return health.ActivityLevelMediumIntensity
	default:
		return health.ActivityLevelHighIntensity
	}
}

// levels counts the minutes at each level.
func (d *day) levels() (minutes [6]int64) {
	for _, t := range d.ticks {
		minutes[t.level()]++
	}
	return minutes
}

// durations divides the whole day among the levels. A sample marks the minute in
// which a level begins, and holds until the next.
func (d *day) durations(r *health.ActiveDurationsData) {
	if !d.p.has(Durations) {
		return
	}
	spent := d.levels()
	seconds := func(levels ...health.ActivityLevel) opt.Value[float64] {
		sum := int64(0)
		for _, l := range levels {
			sum += spent[l]
		}
		return opt.Some(float64(sum * minute))
	}
	r.RestSeconds = seconds(health.ActivityLevelRest)
	r.InactivitySeconds = seconds(health.ActivityLevelInactive)
	r.LowIntensitySeconds = seconds(health.ActivityLevelLowIntensity)
	r.ModerateIntensitySeconds = seconds(health.ActivityLevelMediumIntensity)
	r.VigorousIntensitySeconds = seconds(health.ActivityLevelHighIntensity)
	r.ActivitySeconds = seconds(health.ActivityLevelLowIntensity, health.ActivityLevelMediumIntensity, health.ActivityLevelHighIntensity)

	const long = 60 // minutes without a break that count as a period
	periods, still := int64(0), 0
	var standing, hourly int64
	for i, t := range d.ticks {
		level := t.level()
		if level == health.ActivityLevelInactive {
			if still++; still == long {
				periods++
			}
		} else {
			still = 0
		}
		if t.steps > 0 {
			standing += minute
			hourly |= 1 << (i / 60)
		}
		if d.samples && (i == 0 || level != d.ticks[i-1].level()) {
			if r.ActivityLevelsSamples == nil {
				r.ActivityLevelsSamples = make([]health.ActivityLevelSample, 0, 256)
			}
			r.ActivityLevelsSamples = append(r.ActivityLevelsSamples, health.ActivityLevelSample{
				Timestamp: d.at(i), ActivityLevel: opt.Some(level), TimerDurationSeconds: opt.Null[float64](),
			})
		}
	}
	hours := 0
	for ; hourly != 0; hourly &= hourly - 1 {
		hours++
	}
	r.NumContinuousInactivePeriods = opt.Some(periods)
	r.StandingSeconds = opt.Some(float64(standing))
	r.StandingHoursCount = opt.Some(float64(hours))
}

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
		average, _ := p.oxygenOf(d.night, n, nil)
		r.OxygenData.AvgSaturationPercentage = opt.Some(average)
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
	e.TotalStressScore, e.StressContributors = weigh(stress, "heart_rate", 0.5, "hrv", 0.3, "sleep", 0.2)
	e.TotalStressScoreV2, e.TotalStressScoreV2Contributors = weigh(clamp(stress-2, 0, 100), "heart_rate", 0.45, "hrv", 0.35, "sleep", 0.2)
	ill := p.illness(n)
	e.RespiratoryScore, e.RespiratoryContributors = weigh(math.Round(92-30*ill), "breathing_rate", 0.6, "oxygen_saturation", 0.4)
	var score opt.Value[float64]
	score, e.ImmuneContributors = weigh(math.Round(clamp(84-45*ill+6*p.human.of(sigRest).at(4).smooth(n, 9), 5, 100)), "resting_heart_rate", 0.4, "temperature", 0.35, "hrv", 0.25)
	e.ImmuneIndex = opt.Some(int64(score.Or(0)))
	score, e.ResilienceContributors = weigh(math.Round(clamp(0.6*recovery+0.4*(100-stress), 0, 100)), "recovery", 0.6, "stress", 0.4)
	e.ResilienceScore = opt.Some(int64(score.Or(0)))
	e.StrainIndex, e.StrainContributors = weigh(strain, "duration", 0.4, "intensity", 0.6)
	light := "green"
	switch {
	case strain > 16:
		light = "red"
	case strain > 11:
		light = "amber"
	}
	e.StrainTrafficLight = opt.Some(light)
}

// weigh divides a score among its contributors, whose shares add up to 1.
func weigh(score float64, shares ...any) (opt.Value[float64], map[string]float64) {
	m := make(map[string]float64, len(shares)/2)
	for i := 0; i < len(shares); i += 2 {
		m[shares[i].(string)] = round(score*shares[i+1].(float64), 2)
	}
	return opt.Some(score), m
}

// recovery is how ready the body is on day n, 1 to 100: rested, well, and with
// its heart rate variability about its own normal.
func (p *Person) recovery(n int64) float64 {
	v := 66 + 80*(p.variability(n)/p.rmssd-1) - 2.2*(p.rest(n)-p.resting) + 0.06*(float64(p.bed(n).seconds())/minute-float64(p.need))
	return math.Round(clamp(v, 1, 100))
}

func (p *Person) tags(n int64, c clock, r *health.TagData) {
	if !p.has(Tags) {
		return
	}
	tags := [...][2]string{
		{"caffeine", "Coffee after lunch"},
		{"late_meal", "Dinner close to bedtime"},
		{"sauna", "Two rounds"},
		{"travel", "Long drive"},
		{"meditation", "Ten quiet minutes"},
	}
	k := p.human.of(sigObservation).at(n)
	if !k.at(0).chance(0.4) {
		return
	}
	tag := tags[k.at(1).intn(len(tags))]
	d := p.plan(n)
	at := d.up.from + int64(k.at(2).unit()*float64(d.open().to-d.up.from))
	r.Tags = []health.TagEntry{{Timestamp: c.at(at), TagName: opt.Some(tag[0]), Notes: opt.Some(tag[1])}}
}
