package synth

import (
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Menstruation is where the day stands in the person's cycle; false when the
// provider has none, or the person does not menstruate.
func (p *Person) Menstruation(date health.Date) (health.Menstruation, bool) {
	n := ordinal(date)
	if !p.provider.Types.Menstruation || !p.recorded(n) || !p.cycles(n) {
		return health.Menstruation{}, false
	}
	plan := p.plan(n)
	day, c := plan.day, p.clock(plan)
	cycle := p.cycle.on(n)
	phase := cycle.phase()
	onDay := func(d int64) health.Timestamp { return health.TimestampOfDate(dateOf(cycle.first + d)) }

	var r health.Menstruation
	r.Metadata = health.MenstruationMetadata{
		StartTime: c.at(day.from), EndTime: c.at(day.to),
		TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
	}
	fertile := cycle.phases()[2]
	r.MenstruationData = health.MenstruationData{
		PeriodLengthDays:         opt.Some(cycle.period),
		CurrentPhase:             opt.Some(phase.interval),
		LengthOfCurrentPhaseDays: opt.Some(phase.to - phase.from),
		DaysUntilNextPhase:       opt.Some(phase.to - cycle.day),
		PeriodStartDate:          onDay(0),
		PredictedCycleLengthDays: opt.Some(p.cycle.mean),
		DayInCycle:               opt.Some(cycle.day + 1),
		LastUpdatedTime:          c.at(day.from + 8*hour + int64(p.human.of(sigCycle).at(1000+n).intn(12*hour))),
		CycleLengthDays:          opt.Some(cycle.length),
		IsPredictedCycle:         opt.Some(false),
		FertilityWindowStart:     onDay(fertile.from),
		FertilityWindowEnd:       onDay(fertile.to),
		OvulationDay:             onDay(cycle.ovulation()),
	}
	d := &r.MenstruationData
	if flow := cycle.flow(); flow != health.MenstruationFlowNone {
		d.MenstruationFlow = []health.MenstruationFlowSample{{
			Timestamp: c.at(day.from + 8*hour), Flow: opt.Some(flow),
		}}
	}
	for _, ph := range cycle.phases() {
		if ph.from < ph.to {
			d.Intervals = append(d.Intervals, health.MenstruationIntervalSample{
				StartTimestamp: onDay(ph.from), EndTimestamp: onDay(ph.to), Phase: opt.Some(ph.interval),
			})
		}
	}
	blank(&r)
	return r, true
}

// flow of the day's bleeding.
func (d cycleDay) flow() health.MenstruationFlow {
	switch {
	case d.day >= d.period:
		return health.MenstruationFlowNone
	case d.day == 1:
		return health.MenstruationFlowHeavy
	case d.day == 0, d.day == 2:
		return health.MenstruationFlowMedium
	default:
		return health.MenstruationFlowLight
	}
}
