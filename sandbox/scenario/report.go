package scenario

import (
	"time"

	"github.com/terra-go/terra/sandbox"
)

// Report is what happened in a scenario. It holds no body, secret or URL.
type Report struct {
	Scenario string `json:"scenario"`
	Summary  string `json:"summary"`

	// Passed is true when all Checks are. A scenario that ended early has not passed.
	Passed bool    `json:"passed"`
	Checks []Check `json:"checks"`

	Steps      []Step     `json:"steps"`
	Deliveries []Delivery `json:"deliveries"`         // in the order they were created
	Requests   []Request  `json:"requests,omitempty"` // an attacker's
}

// Check is something that was expected.
type Check struct {
	Expected string `json:"expected"`
	Met      bool   `json:"met"`
}

// Step is one thing that was done, in the order of doing.
type Step struct {
	At      time.Time `json:"at"` // on the server's clock, when it began
	Action  string    `json:"action"`
	Outcome string    `json:"outcome,omitzero"` // when something came back beside deliveries
}

// Delivery is one event on its way to the receiver.
type Delivery struct {
	Step      int    `json:"step"` // in which it appeared, from 1
	EventType string `json:"event_type"`
	UserID    string `json:"user_id"`
	TraceID   string `json:"trace_id"`
	Reference string `json:"reference"`

	// OrderingTime tells the newer of two versions of one record.
	OrderingTime time.Time `json:"ordering_time"`

	State    sandbox.State `json:"state"`
	Status   int           `json:"status,omitzero"` // of the latest attempt, if there is one
	Attempts []Attempt     `json:"attempts"`
}

// Attempt is one try of a delivery.
type Attempt struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"`         // as in [sandbox.Attempt]
	Error  string    `json:"error,omitzero"` // why, when the status is not the receiver's
}

// Request is one that an attacker made, and that the receiver had to refuse.
type Request struct {
	Step   int    `json:"step"` // from 1
	Attack string `json:"attack"`
	Bytes  int64  `json:"bytes"`           // of the body
	Status int    `json:"status,omitzero"` // of the answer, if there was one
	Error  string `json:"error,omitzero"`  // why there was none

	// Refused is true for an answer from 400 to 499, and when the receiver closed
	// the connection before the end of the body.
	Refused bool `json:"refused"`
}

// report tells how far the play got.
func (p *play) report() Report {
	r := Report{
		Scenario:   p.scenario.Name,
		Summary:    p.scenario.Summary,
		Passed:     p.err == nil,
		Checks:     p.checks,
		Steps:      p.steps,
		Deliveries: make([]Delivery, len(p.deliveries)),
		Requests:   p.requests,
	}
	for _, c := range p.checks {
		r.Passed = r.Passed && c.Met
	}
	for i, d := range p.deliveries {
		r.Deliveries[i] = Delivery{
			Step:         p.origin[d.ID],
			EventType:    d.EventType,
			UserID:       d.UserID,
			TraceID:      d.TraceID,
			Reference:    d.Reference,
			OrderingTime: d.CreatedAt.UTC().Truncate(time.Millisecond),
			State:        d.State,
			Status:       status(d),
			Attempts:     make([]Attempt, len(d.Attempts)),
		}
		for n, a := range d.Attempts {
			r.Deliveries[i].Attempts[n] = Attempt{a.At.UTC(), a.Status, a.Error}
		}
	}
	return r
}

// status is that of the latest attempt, 0 without any.
func status(d sandbox.Delivery) int {
	if n := len(d.Attempts); n > 0 {
		return d.Attempts[n-1].Status
	}
	return 0
}
