package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Rule makes a [Fault] happen: [Server.AddRule] puts it in force. The zero value of
// every member but Fault restricts nothing.
//
// Over HTTP, POST /_sandbox/rules does so too, and answers 201 and the rule:
//
//	{"on": "GET /sleep", "user_id": "…", "times": 2, "probability": 0.5,
//	 "fault": {"kind": "status", "status": 503, "retry_after": "90s"}}
//
// All but the fault and its kind may be left out. The members of a fault have the
// names of [Fault]'s in small letters and underscores; durations are written like
// "90s" or "8h". GET on the same path lists the rules in force, each with its id
// and hits, and DELETE removes all; GET and DELETE /_sandbox/rules/{id} are for one.
type Rule struct {
	// On is the operation that the rule strikes:
	//
	//	""              whatever the fault can happen to
	//	"request"       every request to the REST interface
	//	"/sleep"        requests to one path, as it is below the base URL
	//	"GET /sleep"    the same, with its method
	//	"deliver"       every event that is delivered
	//	"deliver sleep" events of one of the EventTypes
	//
	// Requests without valid credentials, or to no endpoint, are never struck. A
	// delivery keeps its event's type here, whatever a ping or an unknown_event
	// makes of it.
	On string

	// UserID is the connection that the request or event must be about.
	UserID string

	// Times is how often the rule strikes before it has had its day; 0 is without
	// end.
	Times int

	// Probability is that of striking whenever the rest fits, above 0 and up to 1; 0
	// stands for 1. The outcomes are drawn from the server's seed and the number of
	// the rule, and so are the same in every run that does the same things in the
	// same order.
	Probability float64

	Fault Fault
}

// RuleError says what is wrong with a [Rule]. Field is the JSON name of a member,
// such as "fault.delay".
type RuleError struct {
	Field  string
	Reason string
}

func (e *RuleError) Error() string { return "sandbox: rule: " + e.Field + " " + e.Reason }

// Errors of rules; [errors.Is] finds them.
var (
	ErrUnknownRule  = errors.New("sandbox: unknown rule")
	ErrTooManyRules = fmt.Errorf("sandbox: there are %d rules already", maxRules)
)

const (
	maxRules      = 1000
	maxRuleUserID = 256
)

// AddRule puts r in force, behind the rules that are. An operation is struck by
// every rule that fits it, in their order, up to one that leaves nothing of it:
// with a status rule for two times and a second one behind it, a third request gets
// to the second. The error is a [*RuleError], or [ErrTooManyRules].
func (s *Server) AddRule(r Rule) (*ActiveRule, error) {
	on, err := s.checkRule(&r)
	if err != nil {
		return nil, err
	}
	return s.rules.add(r, on)
}

// checkRule fills in the defaults of r and reads what it is for.
func (s *Server) checkRule(r *Rule) (operation, error) {
	on, err := s.parseOperation(r.On)
	if err != nil {
		return on, err
	}
	switch {
	case len(r.UserID) > maxRuleUserID:
		return on, &RuleError{"user_id", "is longer than 256 bytes"}
	case r.Times < 0:
		return on, &RuleError{"times", "must not be negative"}
	case !(r.Probability >= 0 && r.Probability <= 1): // or not a number
		return on, &RuleError{"probability", "must be above 0 and at most 1"}
	}
	if r.Fault, err = r.Fault.checked(); err != nil {
		return on, err
	}
	return on, on.allows(r.Fault)
}

// Rules are those in force, in their order.
func (s *Server) Rules() []*ActiveRule { return s.rules.list() }

// ClearRules removes every rule.
func (s *Server) ClearRules() { s.rules.clear() }

// ActiveRule is a [Rule] in force, until [ActiveRule.Remove] or [Server.Reset].
type ActiveRule struct {
	set    *ruleSet
	number uint64 // of the rule since the last reset, from 1
	rule   Rule
	on     operation

	hits, draws int // guarded by set.mu
}

// ID names the rule in the control paths.
func (r *ActiveRule) ID() string { return strconv.FormatUint(r.number, 10) }

// Rule is what was added, with the defaults of its fault filled in.
func (r *ActiveRule) Rule() Rule { return r.rule }

// Hits is how often the rule has struck.
func (r *ActiveRule) Hits() int {
	r.set.mu.Lock()
	defer r.set.mu.Unlock()
	return r.hits
}

// Remove ends the rule. What it has already done to deliveries under way stays
// done. Removing it again does nothing.
func (r *ActiveRule) Remove() { r.set.remove(r) }

// strikes decides, and counts. The set's mutex is held.
func (r *ActiveRule) strikes() bool {
	if r.rule.Times > 0 && r.hits >= r.rule.Times {
		return false
	}
	if p := r.rule.Probability; p > 0 && p < 1 {
		r.draws++
		if draw(r.set.seed, r.number, r.draws) >= p {
			return false
		}
	}
	r.hits++
	return true
}

// draw is the n-th number of a rule, from 0 to 1.
func draw(seed, rule uint64, n int) float64 {
	return rand.New(rand.NewPCG(seed^rule<<32, uint64(n))).Float64()
}

// operation is something that rules strike, or, with parts of it empty, the
// pattern that it must fit.
type operation struct {
	stages stage  // the one it is at, or those it may be at
	method string // of a request
	path   string // of a request, as the endpoint is known by
	event  string // type of a delivery
	userID string
	data   bool // records are in the answer, or in the event
	passes bool // the event goes past one that waits for it
}

// parseOperation reads [Rule.On].
func (s *Server) parseOperation(on string) (operation, error) {
	switch on {
	case "":
		return operation{stages: onRequest | onEvent | onAttempt}, nil
	case "request":
		return operation{stages: onRequest}, nil
	case "deliver":
		return operation{stages: onEvent | onAttempt}, nil
	}
	if event, ok := strings.CutPrefix(on, "deliver "); ok {
		if !slices.Contains(EventTypes(), event) {
			return operation{}, &RuleError{"on", "names an event type that Terra does not have"}
		}
		return operation{stages: onEvent | onAttempt, event: event}, nil
	}
	method, path, ok := strings.Cut(on, " ")
	if !ok {
		method, path = "", on
	}
	if !strings.HasPrefix(path, "/") {
		return operation{}, &RuleError{"on", `must be of the form "GET /sleep", "/sleep", "request", "deliver" or "deliver sleep"`}
	}
	e, ok := s.endpoints[path]
	switch {
	case !ok:
		return operation{}, &RuleError{"on", "names a path that the REST interface does not have"}
	case method != "" && method != e.method:
		return operation{}, &RuleError{"on", "names a method that its path does not have"}
	}
	return operation{stages: onRequest, method: method, path: path}, nil
}

// allows refuses a fault that could never happen to what on describes.
func (on operation) allows(f Fault) error {
	if on.stages&f.Kind.stages() == 0 {
		if on.stages == onRequest {
			return &RuleError{"fault.kind", "does not happen to requests"}
		}
		return &RuleError{"fault.kind", "does not happen to deliveries"}
	}
	if name := on.name(); name != "" && !f.Kind.affects(name) {
		return &RuleError{"fault.kind", "does not happen to " + on.path + on.event}
	}
	if f.Kind == FaultRateLimit && on.path != "" && !limited(on.path) {
		return &RuleError{"fault.kind", "happens to requests for data alone"}
	}
	return nil
}

// name is the kind of data that the operation is about, if it is about data.
func (on operation) name() string { return strings.TrimPrefix(on.path, "/") + on.event }

// limited are the paths that Terra's limits are kept on.
func limited(path string) bool {
	k := kind(strings.TrimPrefix(path, "/"))
	return recorded(k) || k == athlete
}

// fits reports whether op, which is complete, is one that r is for.
func (r *ActiveRule) fits(op operation) bool {
	k := r.rule.Fault.Kind
	switch {
	case r.on.stages&k.stages()&op.stages == 0,
		r.on.path != "" && r.on.path != op.path,
		r.on.event != "" && r.on.event != op.event,
		r.rule.UserID != "" && r.rule.UserID != op.userID:
		return false
	}
	switch k {
	case FaultNullEnrichment, FaultStaleRetry:
		return op.data && k.affects(op.name())
	case FaultRateLimit:
		return limited(op.path)
	case FaultReorder:
		return !op.passes
	}
	return true
}

// ruleSet is the rules in force.
type ruleSet struct {
	seed    uint64
	changed func() // told when there is something to keep

	mu     sync.Mutex
	number uint64 // of the latest
	active []*ActiveRule
}

func (s *ruleSet) add(r Rule, on operation) (*ActiveRule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.active) >= maxRules {
		return nil, ErrTooManyRules
	}
	s.number++
	a := &ActiveRule{set: s, number: s.number, rule: r, on: on}
	s.active = append(s.active, a)
	s.changed()
	return a, nil
}

func (s *ruleSet) list() []*ActiveRule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.active)
}

func (s *ruleSet) find(id string) (*ActiveRule, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.active, func(r *ActiveRule) bool { return r.ID() == id })
	if i < 0 {
		return nil, false
	}
	return s.active[i], true
}

func (s *ruleSet) remove(r *ActiveRule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = slices.DeleteFunc(s.active, func(a *ActiveRule) bool { return a == r })
	s.changed()
}

func (s *ruleSet) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = nil
	s.changed()
}

// reset starts the numbers, and thereby what is drawn, again.
func (s *ruleSet) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active, s.number = nil, 0
}

// strike is what happens to op, in order.
func (s *ruleSet) strike(op operation) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var faults []Fault
	for _, r := range s.active {
		if !r.fits(op) || !r.strikes() {
			continue
		}
		faults = append(faults, r.rule.Fault)
		s.changed()
		if r.rule.Fault.answers(op.stages) {
			break
		}
	}
	return faults
}
