package synth

import (
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Observations are the symptoms and notes of the day: fever and cough while ill,
// cramps in the period, a headache now and then.
func (p *Person) Observations(date health.Date) []health.HealthObservation {
	n := ordinal(date)
	if !p.provider.Types.Observation || !p.recorded(n) {
		return nil
	}
	k := p.human.of(sigObservation).at(n).at(20)
	ill := p.illness(n)
	bleeding := p.cycles(n) && p.cycle.on(n).day < 2
	plan := p.plan(n)
	open := plan.open()
	c := p.clock(plan)

	var list []health.HealthObservation
	for i, s := range [...]struct {
		name, snomed, display string
		category              health.HealthObservationCategory
		chance                float64
	}{
		{"fever", "386661006", "Fever", health.HealthObservationCategorySymptom, ill},
		{"coughing", "49727002", "Cough", health.HealthObservationCategorySymptom, ill},
		{"abdominal_cramps", "9991008", "Abdominal colic", health.HealthObservationCategoryReproductiveHealth, chanceIf(bleeding, 0.5)},
		{"headache", "25064002", "Headache", health.HealthObservationCategorySymptom, 0.02},
	} {
		k := k.at(int64(i))
		if !k.at(0).chance(s.chance) {
			continue
		}
		at := open.from + int64(k.at(1).unit()*float64(open.seconds()))
		r := health.HealthObservation{
			Metadata: health.HealthObservationMetadata{
				StartTime:             c.at(at),
				SummaryID:             opt.Some(p.id(sigObservation, n, int64(i))),
				TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
			},
			ObservationData: health.HealthObservationData{
				Category:        opt.Some(s.category),
				ObservationType: opt.Some(s.name),
				Codes: []health.ObservationCode{{
					System: opt.Some("http://snomed.info/sct"), Code: opt.Some(s.snomed), Display: opt.Some(s.display),
				}},
				Value:    health.ObservationValue{ValueType: opt.Some(health.ObservationValueTypeNone)},
				Severity: opt.Some(health.ObservationSeverity(2 + k.at(2).intn(3))),
				Status:   opt.Some(health.ObservationStatusFinal),
			},
		}
		blank(&r)
		list = append(list, r)
	}
	return list
}

func chanceIf(ok bool, p float64) float64 {
	if ok {
		return p
	}
	return 0
}
