package sandbox

import (
	"iter"

	"github.com/terra-go/terra/health"
)

// day yields the records of one day, each with the time from which it is known.
func (c connection) day(k kind, date health.Date, samples bool) iter.Seq2[health.Timestamp, any] {
	p := c.person
	return func(yield func(health.Timestamp, any) bool) {
		switch k {
		case activity:
			for _, r := range p.Activities(date, samples) {
				if !yield(r.Metadata.EndTime, r) {
					return
				}
			}
		case body:
			if r, ok := p.Body(date, samples); ok {
				yield(r.Metadata.EndTime, r)
			}
		case daily:
			if r, ok := p.Daily(date, samples); ok {
				yield(r.Metadata.EndTime, r)
			}
		case menstruation:
			if r, ok := p.Menstruation(date); ok {
				yield(r.Metadata.EndTime, r)
			}
		case nutrition:
			if r, ok := p.Nutrition(date, samples); ok {
				yield(r.Metadata.EndTime, r)
			}
		case sleep:
			for _, r := range p.Sleep(date, samples) {
				if !yield(r.Metadata.EndTime, r) {
					return
				}
			}
		case hormone:
			for _, r := range p.Hormones(date) {
				if !yield(r.Timestamp, r) {
					return
				}
			}
		case healthObservation:
			for _, r := range p.Observations(date) {
				if !yield(r.Metadata.StartTime, r) {
					return
				}
			}
		}
	}
}
