package healthdb

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// wordAt is the rank of an event.
func wordAt(ms int64) rank { return rank{ms: ms, key: fmt.Sprint("key of ", ms)} }

func TestMemberDoesNotDependOnOrder(t *testing.T) {
	t.Parallel()
	user := func(reference, scopes string) health.User {
		return health.User{UserID: "u", Provider: "OURA", ReferenceID: opt.Some(reference), Scopes: opt.Some(scopes)}
	}
	words := []func(*member){
		func(m *member) { m.profile(user("anna", "a,b"), wordAt(10)); m.connect(wordAt(10)) },
		func(m *member) { m.profile(user("anna", "a,b"), rank{ms: 11}) },
		func(m *member) { m.profile(user("berta", "a,c"), rank{ms: 11}) }, // of the same rank
		func(m *member) { m.profile(health.User{UserID: "u", ReferenceID: opt.Null[string]()}, wordAt(99)) },
		func(m *member) { m.permit([]string{"d"}, []string{"a"}, wordAt(20)) },
		func(m *member) { m.permit([]string{"a"}, []string{"d"}, wordAt(21)) },
		func(m *member) { m.permit([]string{"e", "f"}, []string{"f"}, wordAt(5)) },
		func(m *member) { m.permit([]string{"g"}, nil, wordAt(22)) },
		func(m *member) { m.permit(nil, []string{"g"}, wordAt(22)) },
		func(m *member) { m.Degraded.set(yes, wordAt(30)) },
		func(m *member) { m.end(StatusRevoked, wordAt(40)) },
		func(m *member) { m.end(StatusDeauthenticated, wordAt(41)) },
		func(m *member) { m.renew(wordAt(35)) },
		func(m *member) { m.renew(wordAt(36)) },
		func(m *member) { m.Replaced = true },
		func(m *member) { m.list(opt.Some(true), rank{ms: 50}) },
		func(m *member) { m.Known.set(no, rank{ms: 51}) },
	}
	fold := func(order []int) string {
		m := new(member)
		for _, i := range order {
			words[i](m)
		}
		text, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeMember(text)
		if err != nil {
			t.Fatal(err)
		}
		scopes, _ := again.scopes()
		return text + scopes + string(again.status())
	}
	order := make([]int, len(words))
	for i := range order {
		order[i] = i
	}
	want := fold(order)
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		shuffled := slices.Clone(order)
		for range r.IntN(5) {
			shuffled = append(shuffled, r.IntN(len(words)))
		}
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if fold(shuffled) != want {
			t.Fatalf("seed %d, order %v: another state", seed, shuffled)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	connected := func(ms int64) func(*member) { return func(m *member) { m.connect(wordAt(ms)) } }
	degraded := func(m *member) { m.Degraded.set(yes, wordAt(20)) }
	revoked := func(m *member) { m.end(StatusRevoked, wordAt(30)) }
	missing := func(m *member) { m.Known.set(no, wordAt(40)) }
	listed := func(active bool) func(*member) {
		return func(m *member) { m.list(opt.Some(active), wordAt(50)) }
	}
	for _, test := range []struct {
		name  string
		words []func(*member)
		want  Status
	}{
		{"nothing was said", nil, StatusActive},
		{"connected", []func(*member){connected(10)}, StatusActive},
		{"refused by the provider", []func(*member){connected(10), degraded}, StatusDegraded},
		{"connected since", []func(*member){degraded, connected(25)}, StatusActive},
		{"revoked", []func(*member){connected(10), degraded, revoked}, StatusRevoked},
		{"an old auth after the end", []func(*member){revoked, connected(10)}, StatusRevoked},
		{"connected after the end", []func(*member){revoked, connected(31)}, StatusActive},
		{"not found by the service", []func(*member){connected(10), missing}, StatusGone},
		{"not found, and it is known why", []func(*member){revoked, missing}, StatusRevoked},
		{"listed again", []func(*member){revoked, missing, listed(true)}, StatusActive},
		{"listed, but degraded", []func(*member){degraded, listed(true)}, StatusDegraded},
		{"listed as inactive", []func(*member){connected(10), listed(false)}, StatusRevoked},
	} {
		m := new(member)
		for _, say := range test.words {
			say(m)
		}
		if got := m.status(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	full := func(scopes string, ms int64) func(*member) {
		return func(m *member) { m.profile(health.User{Scopes: opt.Some(scopes)}, wordAt(ms)) }
	}
	change := func(given, taken []string, ms int64) func(*member) {
		return func(m *member) { m.permit(given, taken, wordAt(ms)) }
	}
	for _, test := range []struct {
		name  string
		words []func(*member)
		want  string
		ok    bool
	}{
		{"none were named", nil, "", false},
		{"as delivered", []func(*member){full("b, a", 1)}, "b, a", true},
		{"an empty list", []func(*member){full("", 1)}, "", true},
		{"one more", []func(*member){full("b,a", 1), change([]string{"c"}, nil, 2)}, "b,a,c", true},
		{"one less", []func(*member){full("b,a", 1), change(nil, []string{"b"}, 2)}, "a", true},
		{"a change that the list knows", []func(*member){full("b,a", 3), change(nil, []string{"b"}, 2)}, "b,a", true},
		{"taken and given again", []func(*member){full("b,a", 1), change(nil, []string{"a"}, 2), change([]string{"a"}, nil, 3)}, "b,a", true},
		{"given what is there", []func(*member){full("b,a", 1), change([]string{"a"}, nil, 2)}, "b,a", true},
		{"only a change", []func(*member){change([]string{"x"}, []string{"y"}, 2)}, "x", true},
	} {
		m := new(member)
		for _, say := range test.words {
			say(m)
		}
		if got, ok := m.scopes(); got != test.want || ok != test.ok {
			t.Errorf("%s: %q %v, want %q %v", test.name, got, ok, test.want, test.ok)
		}
	}
}

func TestCurrentUser(t *testing.T) {
	t.Parallel()
	old := &member{Replaced: true, Connected: 90, Created: register{Value: "2026-01-01T00:00:00Z"}}
	first := &member{Connected: 10, Created: register{Value: "2026-02-01T00:00:00Z"}}
	second := &member{Connected: 20, Created: register{Value: "9999999"}}
	for _, test := range []struct {
		name    string
		members map[string]*member
		want    string
	}{
		{"the one that none replaced", map[string]*member{"a": old, "b": first}, "b"},
		{"the latest to connect", map[string]*member{"a": second, "b": first}, "a"},
		{"any, but always the same", map[string]*member{"a": first, "b": first, "c": first}, "c"},
		{"the latest of those that were all replaced", map[string]*member{"a": old}, "a"},
	} {
		if got := connectionOf(1, test.members); got.UserID != test.want {
			t.Errorf("%s: %s, want %s", test.name, got.UserID, test.want)
		}
	}
	c := connectionOf(1, map[string]*member{"a": old, "b": first, "c": second})
	if got := c.CreatedAt.Format("2006-01-02"); got != "2026-01-01" {
		t.Errorf("the connection began on %s, want the day of its first id", got)
	}
}

func TestReplacesByAccount(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		renewed, ended int64
		want           bool
	}{
		{0, 0, false},
		{5, 0, false}, // the other has not ended
		{0, 5, false},
		{5, 5, true},
		{6, 5, true},
		{5, 6, false}, // it ended later: another account of the person
	} {
		if got := replaces(test.renewed, test.ended); got != test.want {
			t.Errorf("renewed at %d, ended at %d: %v", test.renewed, test.ended, got)
		}
	}
}

func TestDamagedState(t *testing.T) {
	t.Parallel()
	if _, err := decodeMember(`{"provider":1}`); err != ErrDamaged {
		t.Errorf("error %v, want %v", err, ErrDamaged)
	}
}
