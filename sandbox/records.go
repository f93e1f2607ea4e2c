package sandbox

import (
	"iter"

	"github.com/terra-go/terra/health"
)

// day yields the records of one day, each with the time at which it was complete.
func (c connection) day(k kind, date health.Date, samples bool) iter.Seq2[health.Timestamp, any] {
	return func(yield func(health.Timestamp, any) bool) {
		switch k {
		case activity:
			for _, r := range c.person.Activities(date, samples) {
				if !yield(r.Metadata.EndTime, r) {
					return
				}
			}
		case daily:
			if r, ok := c.person.Daily(date, samples); ok {
				yield(r.Metadata.EndTime, r)
			}
		case menstruation:
			if r, ok := c.person.Menstruation(date); ok {
				yield(r.Metadata.EndTime, r)
			}
		case nutrition:
			if r, ok := c.person.Nutrition(date); ok {
				yield(r.Metadata.EndTime, r)
			}
		case sleep:
			for _, r := range c.person.Sleep(date, samples) {
				if !yield(r.Metadata.EndTime, r) {
					return
				}
			}
		}
	}
}
