package sandbox

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/terra-go/terra/health"
)

// query is what a data request asks for. Its records are the same however often
// they are read.
type query struct {
	conn    connection
	kind    kind
	days    window
	samples bool
	now     time.Time // of the request
}

// records are those of the window that had ended when they were asked for: nobody's
// watch tells the future, and a record once seen never changes. Each comes with the
// day that it is of, and is made as it is read, until ctx ends.
func (q query) records(ctx context.Context) iter.Seq2[health.Date, json.Marshaler] {
	today := health.DateOf(q.now.UTC()).AddDays(1) // as it may be east of here
	return func(yield func(health.Date, json.Marshaler) bool) {
		for day := q.days.start; day.Before(q.days.end) && !day.After(today) && ctx.Err() == nil; day = day.AddDays(1) {
			for end, record := range q.conn.day(q.kind, day, q.samples) {
				if !end.In(time.UTC).After(q.now) && !yield(day, record) {
					return
				}
			}
		}
	}
}

// day yields the records of one day, each with the time from which it is known.
// Their own MarshalJSON is to be called: json.Marshal would read through all that
// it writes once more.
func (c connection) day(k kind, date health.Date, samples bool) iter.Seq2[health.Timestamp, json.Marshaler] {
	p := c.person
	return func(yield func(health.Timestamp, json.Marshaler) bool) {
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

// records are the JSON texts of the records of one payload.
type records [][]byte

// size is how long they are with the commas between.
func (list records) size() int {
	size := 0
	for _, r := range list {
		size += len(r) + 1
	}
	return size
}

// appendTo adds the records as the last member of the JSON object text.
func (list records) appendTo(text []byte) []byte {
	const open, end = `,"data":[`, `]}`
	b := make([]byte, 0, len(text)+len(open)+list.size()+len(end))
	b = append(append(b, text[:len(text)-1]...), open...)
	for i, r := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r...)
	}
	return append(b, end...)
}
