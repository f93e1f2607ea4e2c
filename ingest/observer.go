package ingest

import "time"

// Observer is told what receivers and workers do, to be counted. Its functions are
// called at the end of what they report, by many goroutines at once, and are waited
// for: they should do no more than count. Those that are nil are left out.
type Observer struct {
	// Answered reports the answer to a request and the time from its arrival to the
	// answer, reading the body included.
	Answered func(a Answer, took time.Duration)

	// Worked reports the end of an attempt at a delivery, the age of the delivery
	// since it was received, and how long the attempt took.
	Worked func(r Result, age, took time.Duration)

	// InboxFailed reports that an inbox returned an error to a worker.
	InboxFailed func()
}

// Answer is what became of a request.
type Answer string

// The answers of a [Receiver].
const (
	Stored      Answer = "stored"      // 200
	Duplicate   Answer = "duplicate"   // 200, was stored before
	Refused     Answer = "refused"     // 400, 401, 405, 408 or 413
	Overloaded  Answer = "overloaded"  // 503, too many requests at once
	Unavailable Answer = "unavailable" // 503, could not be stored
)

// Result is what became of an attempt at a delivery.
type Result string

// The results of a [Worker].
const (
	Applied  Result = "applied"  // done, and acknowledged to the inbox unless the inbox failed
	Retried  Result = "retried"  // failed, to be tried again
	Buried   Result = "buried"   // failed for good
	Returned Result = "returned" // given back unfinished, because the worker stopped
)

func (o Observer) answered(a Answer, took time.Duration) {
	if o.Answered != nil {
		o.Answered(a, took)
	}
}

func (o Observer) worked(r Result, age, took time.Duration) {
	if o.Worked != nil {
		o.Worked(r, age, took)
	}
}

func (o Observer) inboxFailed() {
	if o.InboxFailed != nil {
		o.InboxFailed()
	}
}
