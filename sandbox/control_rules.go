package sandbox

import (
	"net/http"
	"time"
)

// ruleBody is a [Rule] in JSON.
type ruleBody struct {
	On          string    `json:"on,omitzero"`
	UserID      string    `json:"user_id,omitzero"`
	Times       int       `json:"times,omitzero"`
	Probability *float64  `json:"probability,omitzero"`
	Fault       faultBody `json:"fault"`
}

// faultBody is a [Fault] in JSON. Durations are written like "90s" or "8h".
type faultBody struct {
	Kind       FaultKind `json:"kind"`
	Status     int       `json:"status,omitzero"`
	RetryAfter string    `json:"retry_after,omitzero"`
	Delay      string    `json:"delay,omitzero"`
	Limit      string    `json:"limit,omitzero"`
	Copies     int       `json:"copies,omitzero"`
	Size       int       `json:"size,omitzero"`
	EventType  string    `json:"event_type,omitzero"`
}

// ruleView is a rule in force as the control paths show it.
type ruleView struct {
	ID   string `json:"id"`
	Hits int    `json:"hits"`
	ruleBody
}

// controlRules serves the list of rules.
func (s *Server) controlRules(w http.ResponseWriter, r *http.Request) (int, any, error) {
	if err := allow(w, r, http.MethodGet, http.MethodPost, http.MethodDelete); err != nil {
		return 0, nil, err
	}
	switch r.Method {
	case http.MethodPost:
		var req ruleBody
		if err := decode(w, r, &req); err != nil {
			return 0, nil, err
		}
		rule, err := req.rule()
		if err != nil {
			return 0, nil, err
		}
		active, err := s.AddRule(rule)
		if err != nil {
			return 0, nil, err
		}
		return http.StatusCreated, active.view(), nil
	case http.MethodDelete:
		s.ClearRules()
	}
	views := []ruleView{}
	for _, a := range s.Rules() {
		views = append(views, a.view())
	}
	return http.StatusOK, views, nil
}

// controlRule serves one rule. Deleting it answers with what it has come to.
func (s *Server) controlRule(w http.ResponseWriter, r *http.Request, id string) (int, any, error) {
	if err := allow(w, r, http.MethodGet, http.MethodDelete); err != nil {
		return 0, nil, err
	}
	a, ok := s.rules.find(id)
	if !ok {
		return 0, nil, ErrUnknownRule
	}
	if r.Method == http.MethodDelete {
		a.Remove()
	}
	return http.StatusOK, a.view(), nil
}

func (r *ActiveRule) view() ruleView { return ruleView{r.ID(), r.Hits(), r.rule.body()} }

// rule reads the JSON form. What only Go cannot tell apart from nothing is refused
// here: that a rule never strikes.
func (b ruleBody) rule() (Rule, error) {
	r := Rule{On: b.On, UserID: b.UserID, Times: b.Times, Fault: Fault{
		Kind:      b.Fault.Kind,
		Status:    b.Fault.Status,
		Limit:     b.Fault.Limit,
		Copies:    b.Fault.Copies,
		Size:      b.Fault.Size,
		EventType: b.Fault.EventType,
	}}
	if b.Probability != nil {
		if r.Probability = *b.Probability; r.Probability == 0 {
			return Rule{}, &RuleError{"probability", "must be above 0 and at most 1"}
		}
	}
	var err error
	if r.Fault.Delay, err = parseDuration("fault.delay", b.Fault.Delay); err != nil {
		return Rule{}, err
	}
	r.Fault.RetryAfter, err = parseDuration("fault.retry_after", b.Fault.RetryAfter)
	return r, err
}

func parseDuration(field, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, &RuleError{field, "must be a duration such as 90s, 15m or 8h"}
	}
	return d, nil
}

// body is the JSON form.
func (r Rule) body() ruleBody {
	b := ruleBody{On: r.On, UserID: r.UserID, Times: r.Times, Fault: faultBody{
		Kind:       r.Fault.Kind,
		Status:     r.Fault.Status,
		RetryAfter: formatDuration(r.Fault.RetryAfter),
		Delay:      formatDuration(r.Fault.Delay),
		Limit:      r.Fault.Limit,
		Copies:     r.Fault.Copies,
		Size:       r.Fault.Size,
		EventType:  r.Fault.EventType,
	}}
	if r.Probability > 0 {
		b.Probability = &r.Probability
	}
	return b
}

func formatDuration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
