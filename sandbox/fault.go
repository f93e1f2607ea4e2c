package sandbox

import (
	"cmp"
	"slices"
	"time"

	"github.com/terra-go/terra"
)

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of a [Fault], with the parameters that each takes. A request is one to
// the REST interface; a delivery is an event on its way to the destinations; an
// attempt is one try of a delivery at one destination.
const (
	// FaultStatus answers a request with an error of the given Status, in the form
	// of the base URL, and with RetryAfter if there is one. On an attempt it stands
	// for a receiver that has done its work and a gateway before it that says
	// otherwise: the delivery arrives, Status is noted, and it is tried again. With
	// 504 it is the answer that came too late; three of those in a row throttle the
	// destination, as real ones do.
	FaultStatus FaultKind = "status"

	// FaultDelay holds a request back by Delay of real time, or until its caller
	// gives up or the server closes, and then carries it out. A delivery becomes due
	// by Delay later on the server's clock, so that others overtake it; retries are
	// not delayed further.
	FaultDelay FaultKind = "delay"

	// FaultDrop cuts the connection of a request in the middle of the answer, after
	// it was carried out; where there is none, as in a handler's own test, it panics
	// with [http.ErrAbortHandler]. An attempt finds no connection: the destination sees
	// nothing, 503 is noted, and the delivery is tried again.
	FaultDrop FaultKind = "drop"

	// FaultRateLimit answers a request for data as if Limit were reached, r1 or r2;
	// r2 when empty. Only r2 is over after a while: RetryAfter, a second when zero.
	FaultRateLimit FaultKind = "rate_limit"

	// FaultDuplicate delivers Copies more of a delivery, one when zero. They have its
	// trace id, reference and ordering timestamp, and signatures of their own.
	FaultDuplicate FaultKind = "duplicate"

	// FaultReorder makes a delivery change places with the next one about the same
	// user. If none follows within Delay of the server's clock, a minute when zero,
	// it goes out alone.
	FaultReorder FaultKind = "reorder"

	// FaultStaleRetry adds, to a delivery of records, one of an earlier version of
	// the same records: what adds up over a day is half of what it is now, and the
	// second half of the samples is missing. It has a trace id and a reference of its
	// own and was first attempted, in vain, fifteen minutes earlier, as its ordering
	// timestamp says; under that trace id and timestamp it is retried Delay later on
	// the server's clock, thirty seconds when zero, so after the fresh version.
	FaultStaleRetry FaultKind = "stale_retry"

	// FaultNullEnrichment turns every score in the data_enrichment of activities,
	// daily summaries and sleep into null, and leaves its contributors out. It strikes
	// deliveries, and requests whose records are in the answer.
	FaultNullEnrichment FaultKind = "null_enrichment"

	// FaultCorruptSignature spoils the signature of an attempt under both of its
	// header names. A receiver that refuses it gets a sound one with the retry,
	// unless the rule strikes again.
	FaultCorruptSignature FaultKind = "corrupt_signature"

	// FaultFutureSignature signs an attempt with a time that is Delay ahead, an hour
	// when zero. A receiver is to refuse what is further from its clock than it
	// tolerates, five minutes in most.
	FaultFutureSignature FaultKind = "future_signature"

	// FaultOldSignature signs an attempt with a time that is Delay ago, an hour when
	// zero, as on a delivery that somebody has recorded and sends again.
	FaultOldSignature FaultKind = "old_signature"

	// FaultNoSignature leaves both of its headers out of an attempt.
	FaultNoSignature FaultKind = "no_signature"

	// FaultOversizedBody lengthens the body of a delivery to Size bytes, which is 65
	// MiB when zero, by a member named padding. The signature is sound.
	FaultOversizedBody FaultKind = "oversized_body"

	// FaultUnknownEvent gives a delivery a type that Terra has not published:
	// EventType, or "sandbox_unknown" when empty.
	FaultUnknownEvent FaultKind = "unknown_event"
)

// FaultKinds lists all of them.
func FaultKinds() []FaultKind {
	return []FaultKind{
		FaultStatus, FaultDelay, FaultDrop, FaultRateLimit, FaultDuplicate, FaultReorder, FaultStaleRetry,
		FaultNullEnrichment, FaultCorruptSignature, FaultFutureSignature, FaultOldSignature, FaultNoSignature,
		FaultOversizedBody, FaultUnknownEvent,
	}
}

// Fault is what a [Rule] does: a kind and its parameters. A parameter that the kind
// does not take must be zero.
type Fault struct {
	Kind       FaultKind
	Status     int           // status: from 400 to 599
	RetryAfter time.Duration // status, rate_limit with r2: the header of that name, in whole seconds, at most a day
	Delay      time.Duration // delay, reorder, stale_retry, future_signature, old_signature: at most thirty days
	Limit      string        // rate_limit: [terra.RuleWindow] or [terra.RuleBudget]
	Copies     int           // duplicate: at most 1,000
	Size       int           // oversized_body: bytes, at most 256 MiB
	EventType  string        // unknown_event: none of [EventTypes], of at most 100 bytes
}

const (
	maxFaultDelay    = 30 * 24 * time.Hour
	maxRetryAfter    = 24 * time.Hour
	maxCopies        = 1000
	maxOversize      = 256 << 20
	maxEventTypeSize = 100

	signatureShift = time.Hour // of a signature's time, unless said otherwise

	staleAge = 15 * time.Minute // between an earlier version of a record and the fresh one
)

// stage is where a fault strikes.
type stage uint8

const (
	onRequest stage = 1 << iota
	onEvent         // once, as an event becomes a delivery to each destination
	onAttempt
)

// stages tells where faults of kind k can strike; 0 when there is no such kind.
func (k FaultKind) stages() stage {
	switch k {
	case FaultStatus, FaultDrop:
		return onRequest | onAttempt
	case FaultDelay, FaultNullEnrichment:
		return onRequest | onEvent
	case FaultRateLimit:
		return onRequest
	case FaultDuplicate, FaultReorder, FaultStaleRetry, FaultOversizedBody, FaultUnknownEvent:
		return onEvent
	}
	if k.signs() {
		return onAttempt
	}
	return 0
}

// signs reports whether faults of kind k are wrong signatures.
func (k FaultKind) signs() bool {
	switch k {
	case FaultCorruptSignature, FaultFutureSignature, FaultOldSignature, FaultNoSignature:
		return true
	}
	return false
}

// parameters are the members that a fault of kind k may have, by their JSON names.
func (k FaultKind) parameters() []string {
	switch k {
	case FaultStatus:
		return []string{"status", "retry_after"}
	case FaultDelay, FaultReorder, FaultStaleRetry, FaultFutureSignature, FaultOldSignature:
		return []string{"delay"}
	case FaultRateLimit:
		return []string{"limit", "retry_after"}
	case FaultDuplicate:
		return []string{"copies"}
	case FaultOversizedBody:
		return []string{"size"}
	case FaultUnknownEvent:
		return []string{"event_type"}
	}
	return nil
}

// affects reports whether faults of kind k have anything to change about records or
// requests of the given name: an event type, or the last part of a path.
func (k FaultKind) affects(name string) bool {
	switch k {
	case FaultNullEnrichment:
		return enriched(kind(name))
	case FaultStaleRetry:
		return recorded(kind(name))
	}
	return true
}

// enriched are the kinds that Terra computes scores for.
func enriched(k kind) bool { return k == activity || k == daily || k == sleep }

// recorded are the kinds whose events carry a list of records.
func recorded(k kind) bool {
	switch k {
	case activity, body, daily, menstruation, nutrition, sleep, hormone, healthObservation:
		return true
	}
	return false
}

// checked is f with its defaults in place, or what is wrong with it.
func (f Fault) checked() (Fault, error) {
	if f.Kind == "" {
		return f, &RuleError{"fault.kind", "is missing"}
	}
	if f.Kind.stages() == 0 {
		return f, &RuleError{"fault.kind", "is not one that exists"}
	}
	for _, name := range f.given() {
		if !slices.Contains(f.Kind.parameters(), name) {
			return f, &RuleError{"fault." + name, "is no parameter of " + string(f.Kind)}
		}
	}
	switch {
	case f.Delay < 0:
		return f, &RuleError{"fault.delay", "must not be negative"}
	case f.Delay > maxFaultDelay:
		return f, &RuleError{"fault.delay", "must be at most thirty days"}
	case f.RetryAfter < 0:
		return f, &RuleError{"fault.retry_after", "must not be negative"}
	case f.RetryAfter > maxRetryAfter:
		return f, &RuleError{"fault.retry_after", "must be at most a day"}
	}
	switch f.Kind {
	case FaultStatus:
		if f.Status < 400 || f.Status > 599 {
			return f, &RuleError{"fault.status", "must be from 400 to 599"}
		}
	case FaultDelay:
		if f.Delay == 0 {
			return f, &RuleError{"fault.delay", "is missing"}
		}
	case FaultRateLimit:
		return f.checkedLimit()
	case FaultDuplicate:
		if f.Copies < 0 || f.Copies > maxCopies {
			return f, &RuleError{"fault.copies", "must be from 1 to 1000"}
		}
		f.Copies = max(f.Copies, 1)
	case FaultReorder:
		f.Delay = cmp.Or(f.Delay, time.Minute)
	case FaultStaleRetry:
		f.Delay = cmp.Or(f.Delay, 30*time.Second)
	case FaultFutureSignature, FaultOldSignature:
		f.Delay = cmp.Or(f.Delay, signatureShift)
	case FaultOversizedBody:
		if f.Size < 0 || f.Size > maxOversize {
			return f, &RuleError{"fault.size", "must be from 1 byte to 256 MiB"}
		}
		f.Size = cmp.Or(f.Size, 65<<20)
	case FaultUnknownEvent:
		f.EventType = cmp.Or(f.EventType, "sandbox_unknown")
		if slices.Contains(EventTypes(), f.EventType) {
			return f, &RuleError{"fault.event_type", "is a type that Terra has"}
		}
		if len(f.EventType) > maxEventTypeSize {
			return f, &RuleError{"fault.event_type", "is longer than 100 bytes"}
		}
	}
	return f, nil
}

func (f Fault) checkedLimit() (Fault, error) {
	f.Limit = cmp.Or(f.Limit, terra.RuleBudget)
	switch {
	case f.Limit == terra.RuleBudget:
		f.RetryAfter = cmp.Or(f.RetryAfter, time.Second)
	case f.Limit != terra.RuleWindow:
		return f, &RuleError{"fault.limit", "must be r1 or r2"}
	case f.RetryAfter != 0:
		return f, &RuleError{"fault.retry_after", "is no parameter of r1, which waiting does not help"}
	}
	return f, nil
}

// given are the parameters that are not zero.
func (f Fault) given() []string {
	var names []string
	for _, p := range []struct {
		name string
		is   bool
	}{
		{"status", f.Status != 0},
		{"retry_after", f.RetryAfter != 0},
		{"delay", f.Delay != 0},
		{"limit", f.Limit != ""},
		{"copies", f.Copies != 0},
		{"size", f.Size != 0},
		{"event_type", f.EventType != ""},
	} {
		if p.is {
			names = append(names, p.name)
		}
	}
	return names
}

// answers reports whether nothing of the operation is left after f.
func (f Fault) answers(at stage) bool {
	switch f.Kind {
	case FaultStatus, FaultRateLimit:
		return true
	case FaultDrop:
		return at == onAttempt
	}
	return false
}
