package synth

import (
	"math"
	"slices"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Body is what was measured of the body on the day: on the scale, with the cuff,
// by the glucose sensor; false when the provider has none, or nothing was measured
// that day. Averages are those of the samples.
func (p *Person) Body(date health.Date, samples bool) (health.Body, bool) {
	n := ordinal(date)
	if !p.provider.Types.Body || !p.recorded(n) {
		return health.Body{}, false
	}
	plan := p.plan(n)
	b := checkup{p: p, plan: plan, clock: p.clock(plan), samples: samples}

	var r health.Body
	r.Metadata = health.BodyMetadata{
		StartTime: b.clock.at(plan.day.from), EndTime: b.clock.at(plan.day.to),
		TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
	}
	measured := b.scale(&r.MeasurementsData)
	measured = b.cuff(&r.BloodPressureData) || measured
	measured = b.temperature(&r.TemperatureData) || measured
	measured = b.glucose(&r.GlucoseData) || measured
	measured = b.water(&r.HydrationData) || measured
	measured = b.heart(&r.HeartData) || measured
	if p.has(VO2Max) {
		v := p.uptake(n)
		r.OxygenData.VO2MaxMlPerMinPerKg, r.OxygenData.DayAvgVO2MaxMlPerMinPerKg = opt.Some(v), opt.Some(v)
		if samples {
			r.OxygenData.VO2Samples = []health.VO2MaxSample{{Timestamp: b.clock.at(b.risen()), VO2MaxMlPerMinPerKg: opt.Some(v)}}
		}
		measured = true
	}
	if !measured {
		return health.Body{}, false
	}
	p.wears(&r.DeviceData, b.clock.at(plan.day.to-1))
	blank(&r)
	return r, true
}

// A checkup is a day's measuring.
type checkup struct {
	p       *Person
	plan    plan
	clock   clock
	samples bool
}

// risen is shortly after the person got up, within the day.
func (b *checkup) risen() int64 { return max(b.plan.up.from, b.plan.day.from) + 9*minute }

// scale weighs the person on most mornings.
func (b *checkup) scale(r *health.MeasurementsData) bool {
	p, n := b.p, b.plan.n
	k := p.human.of(sigWeight).at(n)
	if !p.has(Weight) || !k.at(10).chance(0.75) {
		return false
	}
	kg, meters := round(p.kilograms(n), 2), p.height/100
	m := health.MeasurementDataSample{
		MeasurementTime: b.clock.at(b.risen() + int64(k.at(11).intn(12*minute))),
		WeightKg:        opt.Some(kg), HeightCm: opt.Some(p.height),
		BMI: opt.Some(round(kg/meters/meters, 2)),
		BMR: opt.Some(p.basal(n)), RMR: opt.Some(round(p.basal(n)*1.08, 0)),
	}
	r.DayAvgWeightKg, r.DayAvgHeightCm = m.WeightKg, m.HeightCm
	r.DayAvgBMI, r.DayAvgBMR, r.DayAvgRMR = m.BMI, m.BMR, m.RMR
	if p.has(Composition) {
		fat := 9 + 1.15*(kg/meters/meters-18) + 0.08*float64(p.age(n)-30) - 3*p.fitness
		if p.female {
			fat += 8
		}
		fat = round(clamp(fat+0.4*k.at(12).normal(), 5, 50), 1)
		lean := kg * (1 - fat/100)
		bone := round(lean*1000*0.05, 0)
		visceral := round(clamp((fat-8)/2.6, 1, 20), 1)
		category := "healthy"
		if visceral >= 10 {
			category = "high"
		}
		m.BodyfatPercentage = opt.Some(fat)
		m.LeanMassG = opt.Some(round(lean*1000, 0))
		m.BoneMassG = opt.Some(bone)
		m.MuscleMassG = opt.Some(round(lean*1000-bone, 0))
		m.WaterPercentage = opt.Some(round(72.5*(1-fat/100), 1))
		m.VisceralFatLevel, m.VisceralFatCategory = opt.Some(visceral), opt.Some(category)
		r.DayAvgBodyfatPercentage, r.DayAvgLeanMassG, r.DayAvgBoneMassG = m.BodyfatPercentage, m.LeanMassG, m.BoneMassG
		r.DayAvgMuscleMassG, r.DayAvgWaterPercentage, r.DayAvgVisceralFatLevel = m.MuscleMassG, m.WaterPercentage, m.VisceralFatLevel
	}
	if p.has(VO2Max) {
		age := float64(p.age(n)) - (p.uptake(n)-40+0.18*float64(p.age(n)-30))*0.8
		m.EstimatedFitnessAge = opt.Some(int64(clamp(age, 18, 90)))
		r.DayAvgEstimatedFitnessAge = opt.Some(float64(m.EstimatedFitnessAge.Or(0)))
	}
	blank(&m)
	r.Measurements = []health.MeasurementDataSample{m}
	return true
}

// cuff takes the blood pressure in the morning and in the evening.
func (b *checkup) cuff(r *health.BloodPressureData) bool {
	p, n := b.p, b.plan.n
	k := p.human.of(sigPressure)
	if !p.has(BloodPressure) || !k.at(n).chance(0.6) {
		return false
	}
	base := 106 + 0.35*float64(p.age(n)-20) + 10*(1-p.fitness) + 4*k.at(0).normal()
	evening := max(b.plan.open().to-70*minute, b.risen()+hour)
	var systolic, diastolic, count float64
	for i, at := range [...]int64{b.risen() + 20*minute, evening} {
		if at >= b.plan.day.to {
			break
		}
		k := k.at(n).at(int64(i) + 1)
		sys := math.Round(clamp(base+4*float64(i)+4*k.at(0).normal(), 88, 185))
		dia := math.Round(clamp(0.62*sys+2.5*k.at(1).normal(), 50, 115))
		systolic, diastolic, count = systolic+sys, diastolic+dia, count+1
		r.BloodPressureSamples = append(r.BloodPressureSamples, health.BloodPressureSample{
			Timestamp: b.clock.at(at), SystolicBP: opt.Some(sys), DiastolicBP: opt.Some(dia),
		})
	}
	r.DayAvgSystolicBP = opt.Some(round(systolic/count, 1))
	r.DayAvgDiastolicBP = opt.Some(round(diastolic/count, 1))
	return true
}

func (b *checkup) temperature(r *health.TemperatureData) bool {
	p, n := b.p, b.plan.n
	k := p.human.of(sigSkin).at(5)
	ill := p.illness(n)
	if !p.has(BodyTemperature) || !k.at(n).chance(0.25) && ill == 0 {
		return false
	}
	celsius := 36.45 + 0.12*k.at(n).at(1).normal() + 1.9*ill
	if p.cycles(n) && p.cycle.on(n).luteal() {
		celsius += 0.3
	}
	celsius = round(celsius, 1)
	r.BodyTemperatureSamples = []health.TemperatureSample{{Timestamp: b.clock.at(b.risen() - 4*minute), TemperatureCelsius: opt.Some(celsius)}}
	r.DayAvgBodyTemperatureCelsius = opt.Some(celsius)
	return true
}

func (b *checkup) water(r *health.HydrationData) bool {
	p := b.p
	if !p.has(Hydration) {
		return false
	}
	total := 0.0
	for _, g := range p.drinks(b.plan) {
		if g.name == "Water" {
			total += g.ml
		}
	}
	r.DayTotalWaterConsumptionMl = opt.Some(total)
	return true
}

// heart has the resting rate of the day, and now and then a recording of the
// heart's currents.
func (b *checkup) heart(r *health.HeartData) bool {
	p, n := b.p, b.plan.n
	measured := false
	if p.has(RestingHeartRate) && p.provider.Types.Daily {
		r.HeartRateData.Summary.RestingHRBPM = opt.Some(restingOf(p.timeline(p.plan(n-1), b.plan, b.plan.day.minutes())))
		measured = true
	}
	k := p.human.of(sigObservation).at(n).at(7)
	if p.has(ECG) && k.at(0).chance(0.06) {
		at := b.risen() + 2*hour
		bpm := math.Round(p.rest(n) + 14 + 3*k.at(1).normal())
		flag := health.AFibFlagNegative
		if k.at(2).chance(0.04) {
			flag = health.AFibFlagInconclusive
		}
		r.AFibClassificationSamples = []health.AFibClassificationSample{{Timestamp: b.clock.at(at), AFibClassification: opt.Some(flag)}}
		r.ECGSignal = []health.ECGReading{{
			StartTimestamp: b.clock.at(at), AvgHRBPM: opt.Some(bpm), AFibClassification: opt.Some(flag),
		}}
		measured = true
	}
	return measured
}

// every is how often the sensor reads glucose, in seconds.
func (p *Person) readsGlucose() int64 {
	switch p.provider.Name {
	case "DEXCOM":
		return 5 * minute
	case "FREESTYLELIBRE":
		return 15 * minute
	default:
		return 30 * minute
	}
}

const (
	glucoseLow  = 70 // mg/dL
	glucoseHigh = 180
)

// glucose follows the meals of today and of the evening before.
func (b *checkup) glucose(r *health.GlucoseData) bool {
	p, n := b.p, b.plan.n
	if !p.has(Glucose) {
		return false
	}
	meals := append(p.meals(p.plan(n-1)), p.meals(b.plan)...)
	step := p.readsGlucose()
	day := b.plan.day
	count := (day.seconds() + step - 1) / step
	var list []health.GlucoseDataSample
	if b.samples {
		list = make([]health.GlucoseDataSample, 0, count)
	}
	sum, inRange := 0.0, 0
	var hours [24][]float64
	for at := day.from; at < day.to; at += step {
		v := p.sugar(at, meals)
		sum += v
		flag := health.GlucoseFlagNormal
		switch {
		case v < glucoseLow:
			flag = health.GlucoseFlagLow
		case v > glucoseHigh:
			flag = health.GlucoseFlagHigh
		default:
			inRange++
		}
		h := b.clock.time(at).Hour()
		hours[h] = append(hours[h], v)
		if b.samples {
			list = append(list, health.GlucoseDataSample{
				Timestamp: b.clock.at(at), BloodGlucoseMgPerDL: opt.Some(v),
				GlucoseLevelFlag: opt.Some(flag), TrendArrow: opt.Some(trend((v - p.sugar(at-15*minute, meals)) / 15)),
			})
		}
	}
	mean := sum / float64(count)
	r.BloodGlucoseSamples = list
	r.DayAvgBloodGlucoseMgPerDL = opt.Some(round(mean, 1))
	r.DayAvgBloodGlucoseMgPerDLAlias = r.DayAvgBloodGlucoseMgPerDL
	r.GMI = opt.Some(round(3.31+0.02392*mean, 1))
	r.TimeInRange = opt.Some(round(100*float64(inRange)/float64(count), 1))
	r.SensorUsage = opt.Some(count)
	if b.samples {
		for h, values := range hours {
			if len(values) == 0 {
				continue
			}
			slices.Sort(values)
			at := func(share float64) opt.Value[float64] {
				return opt.Some(values[int(math.Round(share*float64(len(values)-1)))])
			}
			r.DailyPatterns = append(r.DailyPatterns, health.DailyPatternSample{
				TimeFromMidnight: opt.Some(int64(h)),
				Percentile5:      at(0.05), Percentile25: at(0.25), Percentile50: at(0.5), Percentile75: at(0.75), Percentile95: at(0.95),
			})
		}
	}
	return true
}

// sugar is the blood glucose at a moment, in whole mg/dL: a base that rises before
// dawn, and a wave for each meal of the five hours before.
func (p *Person) sugar(at int64, meals []meal) float64 {
	k := p.human.of(sigGlucose)
	base, swing := 91.0, 0.55
	if p.diabetic {
		base, swing = 122, 1.75
	}
	base += 5 * k.at(0).normal()
	t := floorDiv(at, minute)
	clock := floorMod(t+p.home.east, minutesPerDay)
	v := base + 4*math.Sin(2*math.Pi*float64(clock-2*60)/minutesPerDay) + base*0.05*k.at(1).smooth(t, 55) + base*0.09*k.at(2).smooth(t, 9*60) + 1.5*k.at(3).smooth(t, 7)
	for _, m := range meals {
		since := float64(at-m.at) / hour
		if since <= 0 || since > 5 {
			continue
		}
		// Rises to 1 after 50 minutes, and is gone, smoothly, after five hours.
		x := since / (50.0 / 60)
		wave := x * x * math.Exp(2-2*x) * (1 - since/5)
		v += swing * m.carbohydrate * wave * m.key.at(30).between(0.75, 1.2)
		v -= 0.16 * swing * m.carbohydrate * math.Max(0, wave-0.05) * since
	}
	return math.Round(clamp(v, 48, 380))
}

// trend sorts a slope in mg/dL a minute.
func trend(slope float64) health.TrendArrow {
	switch {
	case slope <= -2:
		return health.TrendArrowFallingQuickly
	case slope <= -1:
		return health.TrendArrowFalling
	case slope < 1:
		return health.TrendArrowFlat
	case slope < 2:
		return health.TrendArrowRising
	default:
		return health.TrendArrowRisingQuickly
	}
}
