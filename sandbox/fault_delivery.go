package sandbox

import (
	"cmp"
	"container/heap"
	"net/http"
	"slices"
	"time"
)

// course is what rules make of an event on its way to the destinations.
type course struct {
	event  string // the type it had before
	delay  time.Duration
	copies int
	hold   time.Duration // back for the next event to pass, 0: not at all
	stale  time.Duration // until the retry of an earlier version, 0: there is none
	spoils []Fault       // of the body, in order
	retype string        // empty: the event keeps its type
}

// course strikes the event.
func (s *Server) course(eventType, userID string) course {
	c := course{event: eventType}
	faults := s.rules.strike(operation{
		stages: onEvent,
		event:  eventType,
		userID: userID,
		data:   recorded(kind(eventType)),
		passes: s.dispatch.yields(userID),
	})
	for _, f := range faults {
		switch f.Kind {
		case FaultDelay:
			c.delay += f.Delay
		case FaultDuplicate:
			c.copies = min(c.copies+f.Copies, maxCopies)
		case FaultReorder:
			c.hold = max(c.hold, f.Delay)
		case FaultStaleRetry:
			c.stale = max(c.stale, f.Delay)
		case FaultUnknownEvent:
			c.retype = f.EventType
			c.spoils = append(c.spoils, f)
		case FaultNullEnrichment, FaultOversizedBody:
			c.spoils = append(c.spoils, f)
		}
	}
	return c
}

// sendEarlier sends p as it was before fresh was: a retry, in c.stale from now.
func (s *Server) sendEarlier(em emission, fresh Delivery, p payload, linked bool, c course) error {
	p, err := p.spoiled(Fault{Kind: FaultStaleRetry})
	if err != nil {
		return err
	}
	d := earlierVersion(fresh, fresh.CreatedAt.Add(c.delay).Add(c.stale))
	d.EventType = c.event
	em.reference, em.commit = d.Reference, nil
	_, err = s.send(em, d, p, linked, true, course{event: c.event})
	return err
}

// earlierVersion is the delivery of fresh's records as they were before, which was
// attempted in vain then and is due again at the given time.
func earlierVersion(fresh Delivery, due time.Time) Delivery {
	first := Attempt{
		At:     fresh.CreatedAt.Add(-staleAge),
		Status: http.StatusServiceUnavailable,
		Error:  reasonRefused,
	}
	return Delivery{
		EventType: fresh.EventType,
		UserID:    fresh.UserID,
		TraceID:   newUUID(),
		Reference: newUUID(),
		CreatedAt: first.At,
		State:     StateRetrying,
		NextRetry: due,
		Attempts:  []Attempt{first},
		Header:    http.Header{},
	}
}

// strikeAttempt tells what happens to one attempt at a delivery.
func (s *Server) strikeAttempt(eventType, userID string) attemptFault {
	var a attemptFault
	for _, f := range s.rules.strike(operation{stages: onAttempt, event: eventType, userID: userID}) {
		switch f.Kind {
		case FaultDrop:
			a.dropped = true
		case FaultStatus:
			a.status = f.Status
		default:
			a.sign(f)
		}
	}
	return a
}

// attemptFault is what goes wrong with one attempt.
type attemptFault struct {
	forged   bool          // the signature does not fit
	unsigned bool          // there is none
	shift    time.Duration // of the time it is signed with
	dropped  bool          // nothing leaves the house
	status   int           // takes the place of the receiver's, unless 0
}

// sign adds what is wrong with the signature.
func (a *attemptFault) sign(f Fault) {
	switch f.Kind {
	case FaultCorruptSignature:
		a.forged = true
	case FaultFutureSignature:
		a.shift = cmp.Or(f.Delay, signatureShift)
	case FaultOldSignature:
		a.shift = -cmp.Or(f.Delay, signatureShift)
	case FaultNoSignature:
		a.unsigned = true
	}
}

// unsign takes both signatures away.
func unsign(h http.Header) {
	h.Del("X-Terra-Signature")
	h.Del("Terra-Signature")
}

// forge spoils the last digit of both signatures.
func forge(h http.Header) {
	for _, name := range []string{"X-Terra-Signature", "Terra-Signature"} {
		v := h.Get(name)
		digit := "0"
		if v[len(v)-1] == '0' {
			digit = "1"
		}
		h.Set(name, v[:len(v)-1]+digit)
	}
}

// launch queues j, which is new, for when its course lets it go. The mutex is held.
func (d *dispatcher) launch(j *job, c course) {
	due := j.CreatedAt
	if j.State == StateRetrying {
		due = j.NextRetry
	}
	due = due.Add(c.delay)
	d.enqueue(j, due.Add(c.hold))
	if c.hold > 0 {
		j.yields = true
		d.yielding = append(d.yielding, j)
		return
	}
	for _, passed := range d.yielding {
		if passed.yields && passed.lane() == j.lane() {
			passed.yields = false
			passed.due = due
			d.seq++
			passed.seq = d.seq
			heap.Fix(&d.queue, passed.index)
		}
	}
	d.yielding = slices.DeleteFunc(d.yielding, func(j *job) bool { return !j.yields })
}

// yields reports whether an event about the user waits for another to pass it.
func (d *dispatcher) yields(userID string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.yielding, func(j *job) bool { return j.yields && j.UserID == userID })
}
