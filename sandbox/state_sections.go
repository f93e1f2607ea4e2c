package sandbox

import (
	"encoding/json"
	"time"
)

// savedRules are the rules in force, with what they have done so far, so that what
// they draw next is what they would have drawn.
type savedRules struct {
	Number uint64      `json:"number"`
	Active []savedRule `json:"active"`
}

type savedRule struct {
	Number uint64 `json:"number"`
	Rule   Rule   `json:"rule"`
	Hits   int    `json:"hits"`
	Draws  int    `json:"draws"`
}

func (s *ruleSet) save() (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := savedRules{Number: s.number}
	for _, r := range s.active {
		v.Active = append(v.Active, savedRule{r.number, r.rule, r.hits, r.draws})
	}
	return v, nil
}

func (s *Server) loadRules(raw json.RawMessage) (func(), error) {
	var v savedRules
	if len(raw) > 0 && json.Unmarshal(raw, &v) != nil || len(v.Active) > maxRules {
		return nil, badState("rules: not a list of rules")
	}
	var active []*ActiveRule
	for i, saved := range v.Active {
		on, err := s.checkRule(&saved.Rule)
		if err != nil || saved.Hits < 0 || saved.Draws < 0 || saved.Number < 1 || saved.Number > v.Number {
			return nil, badState("rules: rule %d is not one", i)
		}
		r := &ActiveRule{set: &s.rules, number: saved.Number, rule: saved.Rule, on: on, hits: saved.Hits, draws: saved.Draws}
		active = append(active, r)
	}
	return func() {
		s.rules.mu.Lock()
		defer s.rules.mu.Unlock()
		s.rules.number, s.rules.active = v.Number, active
	}, nil
}

// savedExpense is one request of a user's within the past hour.
type savedExpense struct {
	At   time.Time `json:"at"`
	Days int       `json:"days"`
}

func (b *budget) save() (any, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := map[string][]savedExpense{}
	for userID, list := range b.spent {
		for _, e := range list {
			v[userID] = append(v[userID], savedExpense{e.at, e.days})
		}
	}
	return v, nil
}

func (b *budget) load(raw json.RawMessage) (func(), error) {
	var v map[string][]savedExpense
	if len(raw) > 0 && json.Unmarshal(raw, &v) != nil {
		return nil, badState("requested_days: not lists of requests")
	}
	spent := map[string][]expense{}
	for userID, list := range v {
		for _, e := range list {
			if e.Days < 0 {
				return nil, badState("requested_days: a count is negative")
			}
			spent[userID] = append(spent[userID], expense{e.At, e.Days})
		}
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.spent = spent
	}, nil
}
