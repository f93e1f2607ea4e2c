package healthdb

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/health"
)

// member is all that has been said of one user id, folded so that neither the order
// in which it was said nor repetition makes a difference: every field is the
// greatest, the smallest or the union of what there was. It is kept as JSON, since
// nobody needs to query it; what people ask for are the columns of its connection.
type member struct {
	Provider  register `json:"provider,omitzero"`
	Reference register `json:"reference_id,omitzero"`
	Created   register `json:"created_at,omitzero"` // as delivered
	Scopes    register `json:"scopes,omitzero"`     // a full list, as delivered

	// Changes are the permissions that came and went without a full list being given,
	// by their name; those that are newer than Scopes count.
	Changes map[string]change `json:"scope_changes,omitempty"`

	End      register `json:"end,omitzero"`      // a status that ends a connection, or empty
	Degraded register `json:"degraded,omitzero"` // yes or no
	Known    register `json:"known,omitzero"`    // yes or no: what the service answered when asked

	// Accounts are all pairs of provider and reference id it ever had.
	Accounts []account `json:"accounts,omitempty"`

	Connected int64 `json:"connected,omitzero"` // ms of the latest auth or reauth to this id
	Replaced  bool  `json:"replaced,omitzero"`  // another id took its place
	Ended     int64 `json:"ended,omitzero"`     // ms of the first end, 0 without one
	Renewed   int64 `json:"renewed,omitzero"`   // ms of the latest reauth that did not say which id it replaces
}

const (
	yes = "yes"
	no  = "no"
)

// register is a value which the word of the highest rank decides.
type register struct {
	Value string `json:"value,omitzero"`
	MS    int64  `json:"ms,omitzero"`
	Key   string `json:"key,omitzero"`
}

// change is whether a permission was given or taken.
type change struct {
	Given bool   `json:"given,omitzero"`
	MS    int64  `json:"ms,omitzero"`
	Key   string `json:"key,omitzero"`
}

// account is what an id without a successor may be found by.
type account struct {
	Provider  string `json:"provider"`
	Reference string `json:"reference_id"`
}

// set reports whether anything has changed.
func (r *register) set(value string, at rank) bool {
	word := register{value, at.ms, at.key}
	if word.compare(*r) <= 0 {
		return false
	}
	*r = word
	return true
}

// compare orders by rank and then by value, as two words may have the same rank.
func (r register) compare(s register) int {
	return cmp.Or(cmp.Compare(r.MS, s.MS), cmp.Compare(r.Key, s.Key), cmp.Compare(r.Value, s.Value))
}

// profile takes in a user object. What it leaves out or has as null says nothing.
func (m *member) profile(u health.User, at rank) (changed bool) {
	provider, reference := clean(u.Provider), clean(u.ReferenceID.Or(""))
	if provider != "" {
		changed = m.Provider.set(provider, at)
	}
	if reference != "" {
		changed = m.Reference.set(reference, at) || changed
	}
	if scopes, ok := u.Scopes.Get(); ok {
		changed = m.Scopes.set(clean(scopes), at) || changed
	}
	if !u.CreatedAt.IsZero() && !u.CreatedAt.IsNull() {
		changed = m.Created.set(u.CreatedAt.String(), at) || changed
	}
	if provider != "" && reference != "" {
		changed = m.account(account{provider, reference}) || changed
	}
	return changed
}

func (m *member) account(a account) bool {
	i, found := slices.BinarySearchFunc(m.Accounts, a, account.compare)
	if !found {
		m.Accounts = slices.Insert(m.Accounts, i, a)
	}
	return !found
}

func (a account) compare(b account) int {
	return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Reference, b.Reference))
}

// connect takes in that the person has connected under this id.
func (m *member) connect(at rank) {
	m.End.set("", at)
	m.Degraded.set(no, at)
	m.Known.set(yes, at)
	m.Connected = max(m.Connected, at.ms)
}

// end takes in that no more data will come.
func (m *member) end(status Status, at rank) {
	m.End.set(string(status), at)
	m.Degraded.set(no, at)
	if ms := max(at.ms, 1); m.Ended == 0 || ms < m.Ended {
		m.Ended = ms
	}
}

// renew takes in that this id replaces one that was not named.
func (m *member) renew(at rank) { m.Renewed = max(m.Renewed, at.ms, 1) }

// permit takes in a change of permissions whose outcome was not given. One that is
// both given and taken is taken.
func (m *member) permit(given, taken []string, at rank) {
	if m.Changes == nil && len(given)+len(taken) > 0 {
		m.Changes = map[string]change{}
	}
	for _, name := range given {
		if !slices.Contains(taken, name) {
			m.permitOne(clean(name), change{true, at.ms, at.key})
		}
	}
	for _, name := range taken {
		m.permitOne(clean(name), change{false, at.ms, at.key})
	}
}

func (m *member) permitOne(name string, c change) {
	old, ok := m.Changes[name]
	order := cmp.Or(cmp.Compare(c.MS, old.MS), cmp.Compare(c.Key, old.Key))
	if !ok || order > 0 || order == 0 && old.Given {
		m.Changes[name] = c
	}
}

// marked is whether m may be joined with another by an account they share.
func (m *member) marked() bool { return m.Ended != 0 || m.Renewed != 0 }

// replaces reports whether an id that was renewed is what became of one that ended,
// both in ms or 0, given that they share an account: the end came first. More words
// on either can only make this true, never false again.
func replaces(renewed, ended int64) bool { return ended != 0 && ended <= renewed }

// scopes are those allowed now; ok is false when none were ever named.
func (m *member) scopes() (scopes string, ok bool) {
	var list []string
	if m.Scopes != (register{}) {
		list, ok = splitScopes(m.Scopes.Value), true
	}
	changed := false
	for _, name := range slices.Sorted(maps.Keys(m.Changes)) {
		c := m.Changes[name]
		if cmp.Or(cmp.Compare(c.MS, m.Scopes.MS), cmp.Compare(c.Key, m.Scopes.Key)) <= 0 {
			continue
		}
		i := slices.Index(list, name)
		switch {
		case c.Given && i < 0:
			list, changed = append(list, name), true
		case !c.Given && i >= 0:
			list, changed = slices.Delete(list, i, i+1), true
		}
	}
	if !changed {
		return m.Scopes.Value, ok
	}
	return strings.Join(list, ","), true
}

func splitScopes(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// status is what the registers amount to.
func (m *member) status() Status {
	switch {
	case m.End.Value != "":
		return Status(m.End.Value)
	case m.Known.Value == no:
		return StatusGone
	case m.Degraded.Value == yes:
		return StatusDegraded
	}
	return StatusActive
}

// createdAt is when the person connected under this id, zero when that was not
// told. A time without an offset is read as UTC.
func (m *member) createdAt() time.Time {
	t, err := health.ParseTimestamp(m.Created.Value)
	if err != nil {
		return time.Time{}
	}
	at := t.In(time.UTC).UTC()
	if y := at.Year(); y < 1970 || y > 9999 {
		return time.Time{}
	}
	return at
}

func (m *member) encode() (string, error) {
	b, err := json.Marshal(m)
	return string(b), err
}

func decodeMember(text string) (*member, error) {
	m := new(member)
	if json.Unmarshal([]byte(text), m) != nil {
		return nil, ErrDamaged
	}
	return m, nil
}

// connectionOf is the connection that the given user ids are. The current id is one
// that none took the place of; of several, the latest to be connected. The
// connection began when the first of them did.
func connectionOf(id int64, members map[string]*member) Connection {
	c := Connection{ID: id}
	var current *member
	for userID, m := range members {
		if current == nil || newer(userID, m, c.UserID, current) {
			c.UserID, current = userID, m
		}
		if at := m.createdAt(); !at.IsZero() && (c.CreatedAt.IsZero() || at.Before(c.CreatedAt)) {
			c.CreatedAt = at
		}
	}
	if current == nil {
		return c
	}
	c.Provider, c.ReferenceID, c.Status = current.Provider.Value, current.Reference.Value, current.status()
	if scopes, ok := current.scopes(); ok {
		c.Scopes = &scopes
	}
	return c
}

// newer is whether a comes after b in the history of a connection.
func newer(aID string, a *member, bID string, b *member) bool {
	if a.Replaced != b.Replaced {
		return b.Replaced
	}
	return cmp.Or(cmp.Compare(a.Connected, b.Connected), cmp.Compare(aID, bID)) > 0
}
