package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

const quarter = 15 // minutes; distances, calories and METs of a day are sampled in these

// Daily is the day's record, from one local midnight to the next; false when the
// provider has none. With samples it holds the heart rate of every minute and
// what else the provider samples through the day.
func (p *Person) Daily(date health.Date, samples bool) (health.Daily, bool) {
	n := ordinal(date)
	if !p.provider.Types.Daily || !p.recorded(n) {
		return health.Daily{}, false
	}
	plan := p.plan(n)
	ticks := p.timeline(p.plan(n-1), plan, plan.day.minutes())
	d := day{p: p, plan: plan, ticks: ticks, clock: p.clock(plan), samples: samples}

	var r health.Daily
	r.Metadata = health.DailyMetadata{
		StartTime:             d.clock.at(plan.day.from),
		EndTime:               d.clock.at(plan.day.to),
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
			Zone: opt.Some(health.HeartRateZone(i)), Name: opt.Some(zoneNames[i]),
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
