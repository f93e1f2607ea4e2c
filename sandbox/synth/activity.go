package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Activities are the workouts that begin on the date, in order. With samples they
// carry a value a second of all that the provider records.
func (p *Person) Activities(date health.Date, samples bool) []health.Activity {
	n := ordinal(date)
	if !p.provider.Types.Activity || !p.recorded(n) {
		return nil
	}
	plan := p.plan(n)
	list := make([]health.Activity, 0, len(plan.workouts))
	for _, w := range plan.workouts {
		a := recording{
			p: p, exercise: p.exercise(w), samples: samples,
			clock: p.away(n).clock(w.from, w.to),
		}
		list = append(list, a.record())
	}
	return list
}

// A recording is a workout being written down.
type recording struct {
	exercise
	p       *Person
	clock   clock
	samples bool
}

func (a *recording) at(i int) health.Timestamp { return a.clock.at(a.from + int64(i)) }

// timer is how long the recording had run at its i-th second.
func (a *recording) timer(i int) opt.Value[float64] { return opt.Some(float64(i)) }

func (a *recording) record() health.Activity {
	p := a.p
	var r health.Activity
	c := p.away(a.n)
	r.Metadata = health.ActivityMetadata{
		StartTime: a.at(0), EndTime: a.at(len(a.seconds)),
		Name:                  opt.Some(a.name()),
		SummaryID:             opt.Some(p.id(sigWorkout, a.n, a.index)),
		Type:                  opt.Some(a.kind()),
		UploadType:            opt.Some(health.UploadTypeAutomatic),
		TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
	}
	if p.has(Route) {
		r.Metadata.City, r.Metadata.State, r.Metadata.Country = opt.Some(c.name), opt.Some(c.state), opt.Some(c.country)
	}
	a.heart(&r.HeartRateData)
	a.distance(&r.DistanceData)
	a.movement(&r.MovementData)
	a.position(&r)
	a.power(&r)
	a.energy(&r)
	a.durations(&r.ActiveDurationsData)
	a.laps(&r.LapData)
	a.enrich(&r)
	p.wears(&r.DeviceData, a.at(len(a.seconds)+90))
	blank(&r)
	return r
}

func (a *recording) kind() health.ActivityType {
	switch a.sport {
	case running:
		return health.ActivityTypeRunning
	case riding:
		return health.ActivityTypeBiking
	case walking:
		return health.ActivityTypeWalking
	case swimming:
		return health.ActivityTypeSwimmingInPool
	case lifting:
		return health.ActivityTypeStrengthTraining
	default:
		return health.ActivityTypeYoga
	}
}

func (a *recording) name() string {
	names := [...]string{running: "Run", riding: "Ride", walking: "Walk", swimming: "Swim", lifting: "Strength", yoga: "Yoga"}
	switch h := a.clock.time(a.from).Hour(); {
	case h < 11:
		return "Morning " + names[a.sport]
	case h < 14:
		return "Lunch " + names[a.sport]
	case h < 18:
		return "Afternoon " + names[a.sport]
	default:
		return "Evening " + names[a.sport]
	}
}

// moves tells whether the workout covers ground, or water.
func (w workout) moves() bool { return w.outdoors() || w.sport == swimming }

func (a *recording) meters() float64 { return float64(a.seconds[len(a.seconds)-1].moved) / 100 }

func (a *recording) heart(r *health.HeartRateData) {
	p := a.p
	if p.has(HeartRate) {
		low, high := a.seconds[0].bpm, a.seconds[0].bpm
		for _, s := range a.seconds {
			low, high = min(low, s.bpm), max(high, s.bpm)
		}
		r.Summary.AvgHRBPM = opt.Some(round(a.pulse(), 1))
		r.Summary.MinHRBPM, r.Summary.MaxHRBPM = opt.Some(float64(low)), opt.Some(float64(high))
	}
	if p.has(HeartRateZones) {
		top := p.top(a.n)
		r.Summary.UserMaxHRBPM = opt.Some(top)
		var spent [zones]int64
		for _, s := range a.seconds {
			spent[zoneOf(float64(s.bpm), top)]++
		}
		r.Summary.HRZoneData = zoneData(spent)
	}
	if !a.samples || !p.has(HeartRateSamples) {
		return
	}
	r.Detailed.HRSamples = make([]health.HeartRateDataSample, len(a.seconds))
	for i, s := range a.seconds {
		r.Detailed.HRSamples[i] = health.HeartRateDataSample{
			Timestamp: a.at(i), BPM: opt.Some(float64(s.bpm)),
			TimerDurationSeconds: a.timer(i), Context: opt.Some(health.HeartRateContextActive),
		}
	}
}

// pulse is the mean heart rate.
func (a *recording) pulse() float64 {
	sum := 0
	for _, s := range a.seconds {
		sum += int(s.bpm)
	}
	return float64(sum) / float64(len(a.seconds))
}

func (a *recording) distance(r *health.DistanceData) {
	p := a.p
	if !a.moves() || !p.has(Distance) {
		return
	}
	last := a.seconds[len(a.seconds)-1]
	r.Summary.DistanceMeters = opt.Some(a.meters())
	foot := a.onFoot() && p.has(Steps)
	if foot {
		r.Summary.Steps = opt.Some(int64(last.count))
	}
	if a.sport == swimming {
		r.Summary.Swimming = health.SwimmingData{
			NumLaps:          opt.Some(int64(a.meters() / pool)),
			NumStrokes:       opt.Some(int64(last.count)),
			PoolLengthMeters: opt.Some(int64(pool)),
		}
	}
	climbs := a.outdoors() && p.has(Route)
	if climbs {
		r.Summary.Elevation = a.climb()
	}
	if !a.samples {
		return
	}
	d := &r.Detailed
	d.DistanceSamples = make([]health.DistanceSample, len(a.seconds))
	for i, s := range a.seconds {
		d.DistanceSamples[i] = health.DistanceSample{Timestamp: a.at(i), DistanceMeters: opt.Some(float64(s.moved) / 100), TimerDurationSeconds: a.timer(i)}
	}
	if climbs {
		d.ElevationSamples = make([]health.ElevationSample, len(a.seconds))
		for i, s := range a.seconds {
			d.ElevationSamples[i] = health.ElevationSample{Timestamp: a.at(i), ElevMeters: opt.Some(float64(s.height) / 10), TimerDurationSeconds: a.timer(i)}
		}
	}
	if foot { // every ten seconds, as watches count
		for i := 9; ; i += 10 {
			i = min(i, len(a.seconds)-1)
			d.StepSamples = append(d.StepSamples, health.StepSample{Timestamp: a.at(i), Steps: opt.Some(float64(a.seconds[i].count)), TimerDurationSeconds: a.timer(i)})
			if i == len(a.seconds)-1 {
				break
			}
		}
	}
}

// climb is what the altitude samples say.
func (a *recording) climb() health.ElevationData {
	low, high := a.seconds[0].height, a.seconds[0].height
	var up, down, sum int64
	for i, s := range a.seconds {
		low, high, sum = min(low, s.height), max(high, s.height), sum+int64(s.height)
		if i == 0 {
			continue
		}
		if d := int64(s.height - a.seconds[i-1].height); d > 0 {
			up += d
		} else {
			down -= d
		}
	}
	return health.ElevationData{
		AvgMeters:        opt.Some(round(float64(sum)/10/float64(len(a.seconds)), 1)),
		GainActualMeters: opt.Some(float64(up) / 10),
		LossActualMeters: opt.Some(float64(down) / 10),
		MaxMeters:        opt.Some(float64(high) / 10),
		MinMeters:        opt.Some(float64(low) / 10),
	}
}

func (a *recording) movement(r *health.MovementData) {
	p := a.p
	if !a.moves() {
		return
	}
	if p.has(Speed) {
		top, sum := uint16(0), 0
		for _, s := range a.seconds {
			top, sum = max(top, s.speed), sum+int(s.speed)
		}
		average := round(float64(sum)/float64(len(a.seconds))/1000, 3)
		r.AvgSpeedMetersPerSecond = opt.Some(average)
		r.MaxSpeedMetersPerSecond = opt.Some(float64(top) / 1000)
		r.AvgPaceMinutesPerKilometer = opt.Some(round(1000/60/average, 2))
		r.MaxPaceMinutesPerKilometer = opt.Some(round(1000*1000/60/float64(top), 2))
		if a.samples {
			r.SpeedSamples = make([]health.SpeedSample, len(a.seconds))
			for i, s := range a.seconds {
				r.SpeedSamples[i] = health.SpeedSample{Timestamp: a.at(i), SpeedMetersPerSecond: opt.Some(float64(s.speed) / 1000), TimerDurationSeconds: a.timer(i)}
			}
		}
	}
	if p.has(Cadence) {
		top, sum := uint8(0), 0
		for _, s := range a.seconds {
			top, sum = max(top, s.cadence), sum+int(s.cadence)
		}
		r.AvgCadenceRPM = opt.Some(round(float64(sum)/float64(len(a.seconds)), 1))
		r.MaxCadenceRPM = opt.Some(float64(top))
		if a.samples {
			r.CadenceSamples = make([]health.CadenceSample, len(a.seconds))
			for i, s := range a.seconds {
				r.CadenceSamples[i] = health.CadenceSample{Timestamp: a.at(i), CadenceRPM: opt.Some(float64(s.cadence)), TimerDurationSeconds: a.timer(i)}
			}
		}
	}
}

func (a *recording) position(r *health.Activity) {
	if !a.outdoors() || !a.p.has(Route) {
		return
	}
	r.PolylineMapData.SummaryPolyline = opt.Some(a.route.polyline())
	d := &r.PositionData
	d.StartPosLatLngDeg = a.route.position(0)
	d.CenterPosLatLngDeg = a.route.position(a.meters() / 2)
	d.EndPosLatLngDeg = a.route.position(a.meters())
	if !a.samples {
		return
	}
	d.PositionSamples = make([]health.PositionSample, len(a.seconds))
	for i, s := range a.seconds {
		d.PositionSamples[i] = health.PositionSample{Timestamp: a.at(i), CoordsLatLngDeg: a.route.position(float64(s.moved) / 100), TimerDurationSeconds: a.timer(i)}
	}
}

func (a *recording) power(r *health.Activity) {
	if a.sport != riding || !a.p.has(Power) {
		return
	}
	top, sum := uint16(0), 0
	for _, s := range a.seconds {
		top, sum = max(top, s.watts), sum+int(s.watts)
	}
	average := float64(sum) / float64(len(a.seconds))
	r.PowerData.AvgWatts = opt.Some(round(average, 1))
	r.PowerData.MaxWatts = opt.Some(float64(top))
	r.WorkData.WorkKilojoules = opt.Some(round(float64(sum)/1000, 1))
	if a.samples {
		r.PowerData.PowerSamples = make([]health.PowerSample, len(a.seconds))
		for i, s := range a.seconds {
			r.PowerData.PowerSamples[i] = health.PowerSample{Timestamp: a.at(i), Watts: opt.Some(float64(s.watts)), TimerDurationSeconds: a.timer(i)}
		}
	}

	// Against the power the person could hold for an hour.
	threshold := max((0.8*a.p.uptake(a.n)-7)/10.8*a.p.weight, 60)
	intensity := round(average/threshold, 2)
	r.TSSData.TSSSamples = []health.TSSSample{{
		Planned: opt.Null[float64](), IntensityFactorPlanned: opt.Null[float64](),
		Actual:                opt.Some(round(float64(a.workout.seconds())/hour*intensity*intensity*100, 1)),
		Method:                opt.Some("power"),
		IntensityFactorActual: opt.Some(intensity),
		NormalizedPowerWatts:  opt.Some(round(average*1.03, 1)),
	}}
}

// kcal burned in a stretch of the workout.
func (a *recording) kcal(from, to int) float64 {
	met := 0
	for _, s := range a.seconds[from:to] {
		met += int(s.met)
	}
	return float64(met) / 100 * a.p.basal(a.n) / (24 * hour)
}

func (a *recording) energy(r *health.Activity) {
	p := a.p
	if p.has(Energy) {
		rest := round(p.basal(a.n)*float64(len(a.seconds))/(24*hour), 1)
		total := 0.0
		for from := 0; from < len(a.seconds); from += minute {
			kcal := round(a.kcal(from, min(from+minute, len(a.seconds))), 1)
			total += kcal
			if a.samples {
				r.CaloriesData.CalorieSamples = append(r.CaloriesData.CalorieSamples, health.CalorieSample{Timestamp: a.at(from), Calories: opt.Some(kcal), TimerDurationSeconds: a.timer(from)})
			}
		}
		total = round(total, 1)
		r.CaloriesData.BMRCalories = opt.Some(rest)
		r.CaloriesData.TotalBurnedCalories = opt.Some(total)
		r.CaloriesData.NetActivityCalories = opt.Some(round(total-rest, 1))
		r.EnergyData.EnergyKilojoules = opt.Some(round(total*4.184, 1))
	}
	if p.has(MET) {
		met, sum, count := &r.METData, 0.0, 0
		var minutes [6]float64
		for from := 0; from < len(a.seconds); from += minute {
			part := a.seconds[from:min(from+minute, len(a.seconds))]
			level := 0
			for _, s := range part {
				level += int(s.met)
			}
			mean := round(float64(level)/100/float64(len(part)), 2)
			sum, count = sum+mean, count+1
			minutes[tick{state: exercising, met: uint16(mean*100 + 0.5)}.level()]++
			if a.samples {
				met.METSamples = append(met.METSamples, health.METSample{Timestamp: a.at(from), Level: opt.Some(mean)})
			}
		}
		met.AvgLevel = opt.Some(round(sum/float64(count), 2))
		met.NumInactiveMinutes = opt.Some(minutes[health.ActivityLevelInactive])
		met.NumLowIntensityMinutes = opt.Some(minutes[health.ActivityLevelLowIntensity])
		met.NumModerateIntensityMinutes = opt.Some(minutes[health.ActivityLevelMediumIntensity])
		met.NumHighIntensityMinutes = opt.Some(minutes[health.ActivityLevelHighIntensity])
	}
}

func (a *recording) durations(r *health.ActiveDurationsData) {
	if !a.p.has(Durations) {
		return
	}
	var spent [6]float64
	for _, s := range a.seconds {
		spent[tick{state: exercising, met: s.met}.level()]++
	}
	low, moderate, vigorous := spent[health.ActivityLevelLowIntensity], spent[health.ActivityLevelMediumIntensity], spent[health.ActivityLevelHighIntensity]
	r.ActivitySeconds = opt.Some(low + moderate + vigorous)
	r.InactivitySeconds = opt.Some(spent[health.ActivityLevelInactive])
	r.LowIntensitySeconds = opt.Some(low)
	r.ModerateIntensitySeconds = opt.Some(moderate)
	r.VigorousIntensitySeconds = opt.Some(vigorous)
	r.RestSeconds = opt.Some(0.0)
}

const pool = 25 // m

// laps divide the workout without a gap, so that they add up to it.
func (a *recording) laps(r *health.LapData) {
	p := a.p
	if !a.moves() || !p.has(Laps) {
		return
	}
	every := map[sport]uint32{running: 1000, walking: 1000, riding: 5000, swimming: 100}[a.sport] * 100 // cm
	total := a.seconds[len(a.seconds)-1].moved
	r.Laps = make([]health.LapSample, 0, total/every+1)
	from, moved, count := 0, uint32(0), uint32(0)
	for i, s := range a.seconds {
		last := i == len(a.seconds)-1
		if s.moved-moved < every && !last {
			continue
		}
		part := a.seconds[from : i+1]
		beats, watts := 0, 0
		for _, s := range part {
			beats += int(s.bpm)
			watts += int(s.watts)
		}
		length := float64(len(part))
		meters := float64(s.moved-moved) / 100
		trigger := "DISTANCE"
		if last {
			trigger = "SESSION_END"
		}
		lap := health.LapSample{
			StartTime: a.at(from), EndTime: a.at(i + 1),
			DistanceMeters:          opt.Some(meters),
			ActiveDurationSeconds:   opt.Some(int64(len(part))),
			AvgSpeedMetersPerSecond: opt.Some(round(meters/length, 3)),
			TriggerMethod:           opt.Some(trigger),
		}
		if p.has(HeartRate) {
			lap.AvgHRBPM = opt.Some(round(float64(beats)/length, 1))
		}
		if p.has(Energy) {
			lap.Calories = opt.Some(round(a.kcal(from, i+1), 1))
		}
		if a.sport == riding && p.has(Power) {
			lap.AvgWatts = opt.Some(round(float64(watts)/length, 1))
		}
		if a.sport == swimming {
			lap.TotalStrokes = opt.Some(int64(s.count - count))
			lap.StrokeType = opt.Some(string(health.StrokeTypeFreestyle))
		}
		blank(&lap)
		r.Laps = append(r.Laps, lap)
		from, moved, count = i+1, s.moved, s.count
	}
}

func (a *recording) enrich(r *health.Activity) {
	rest, top := a.p.rest(a.n), a.p.top(a.n)
	share := clamp((a.pulse()-rest)/(top-rest), 0, 1)
	weight := 0.64 * math.Exp(1.92*share) // Banister
	if a.p.female {
		weight = 0.86 * math.Exp(1.67*share)
	}
	trimp := round(float64(a.workout.seconds())/minute*share*weight, 1)
	strain := round(21*(1-math.Exp(-trimp/110)), 1)
	if a.p.has(Strain) {
		r.StrainData.StrainLevel = opt.Some(strain)
	}
	if a.sport != running && a.sport != riding {
		return
	}
	e := &r.DataEnrichment
	e.TRIMPScore, e.TRIMPContributors = weigh(trimp, contributor{"duration", 0.5}, contributor{"intensity", 0.5})
	e.StrainScore, e.StrainContributors = weigh(strain, contributor{"duration", 0.4}, contributor{"intensity", 0.6})
	speed := a.meters() / float64(a.workout.seconds())
	e.EfficiencyScore, e.EfficiencyContributors = weigh(round(clamp(100*speed*60/a.pulse()/3, 1, 100), 1), contributor{"speed", 0.5}, contributor{"heart_rate", 0.5})
	e.RCRSScore, e.RCRSContributors = weigh(math.Round(clamp(100-4*strain+0.2*a.p.recovery(a.n), 1, 100)), contributor{"strain", 0.6}, contributor{"recovery", 0.4})
}
