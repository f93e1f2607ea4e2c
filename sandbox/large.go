package sandbox

import (
	"context"
	"fmt"

	"github.com/terra-go/terra/health"
)

// maxChunk is how long a payload of a large request gets, in bytes. A record that
// alone is longer has a payload to itself.
const maxChunk = 10_000_000

// chunk is one payload of a large request: where its records begin, and how many
// they are.
type chunk struct {
	day   health.Date
	skip  int // records of that day that belong to the chunk before
	count int
}

// part is a payload that is made whenever it is needed, and not kept.
type part struct {
	query  query
	chunk  chunk
	spoils []Fault // what rules make of it
}

func (p *part) body() ([]byte, error) {
	b, err := p.query.payload(p.chunk)
	if err != nil {
		return nil, err
	}
	return spoil(b, p.spoils)
}

// large reports whether the window is longer than a calendar month. From the 1st
// of December to the 31st is not, nor is it to the 1st of January.
func (w window) large() bool {
	month := health.NewDate(w.start.Year, w.start.Month+1, w.start.Day)
	if month.Day != w.start.Day { // the next month is too short to have that day
		month = health.NewDate(month.Year, month.Month, 0)
	}
	return w.end.After(month)
}

// sendLarge delivers what q asks for the way of large requests: word that it is
// being worked on, word of how many payloads there will be, and the payloads. All
// share the reference. No payload exists until it is attempted, and none longer
// than that.
func (s *Server) sendLarge(ctx context.Context, q query, em emission) {
	user := q.conn.user
	s.emit(em, processingEvent(user, em.reference))

	select {
	case s.planning <- struct{}{}:
	case <-ctx.Done():
		return
	}
	chunks, err := q.plan(ctx)
	<-s.planning
	if err != nil || ctx.Err() != nil {
		if err != nil {
			s.log.Error("large request abandoned", "user_id", user.UserID, "error", err)
		}
		return
	}
	s.log.Info("large request", "user_id", user.UserID, "type", q.kind, "payloads", len(chunks))
	s.emit(em, sendingEvent(user, em.reference, len(chunks)))
	trace := newUUID()
	for n, c := range chunks {
		if ctx.Err() != nil {
			return
		}
		em.traceID = fmt.Sprintf("%s:chunk:%d", trace, n+1)
		em.part = &part{query: q, chunk: c}
		s.emit(em, event{Type: string(q.kind)})
	}
}

// plan divides the records into payloads. It makes each record once, to learn its
// length, and keeps none. Without any records there is one empty payload.
func (q query) plan(ctx context.Context) ([]chunk, error) {
	head, err := q.head()
	if err != nil {
		return nil, err
	}
	envelope := len(records{}.appendTo(head))
	chunks := []chunk{{day: q.days.start}}
	size := envelope
	var (
		today health.Date
		nth   int // of the day's records
	)
	for day, record := range q.records(ctx) {
		if day != today {
			today, nth = day, 0
		}
		text, err := record.MarshalJSON()
		if err != nil {
			return nil, err
		}
		last := &chunks[len(chunks)-1]
		if last.count > 0 && size+len(text)+1 > maxChunk {
			chunks = append(chunks, chunk{day: day, skip: nth})
			last = &chunks[len(chunks)-1]
			size = envelope
		}
		last.count++
		size += len(text) + 1
		nth++
	}
	return chunks, nil
}

// payload makes the body of one chunk.
func (q query) payload(c chunk) ([]byte, error) {
	text, err := q.head()
	if err != nil {
		return nil, err
	}
	q.days.start = c.day
	list := make(records, 0, c.count)
	nth := 0
	for _, record := range q.records(context.Background()) {
		if len(list) == c.count {
			break
		}
		if nth++; nth <= c.skip {
			continue
		}
		b, err := record.MarshalJSON()
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list.appendTo(text), nil
}

// head is a payload without its records.
func (q query) head() ([]byte, error) { return dataEvent(q.kind, q.conn.user, nil).body(nil) }
