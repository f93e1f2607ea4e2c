package scenario

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// play is one run of a scenario, and what its scenes are written with. After an
// error nothing more happens: every method does nothing and returns a zero value,
// so that a scenario reads as a list of what is done.
type play struct {
	ctx      context.Context // of Run, which a play does not outlive
	server   *sandbox.Server
	client   *terra.Client // in front of the server, without a network between
	scenario Scenario
	opts     Options
	err      error

	people     int
	yesterday  health.Date     // as it was when it was first needed
	users      map[string]bool // their ids, former ones too
	rules      []*sandbox.ActiveRule
	steps      []Step
	checks     []Check
	requests   []Request
	deliveries []sandbox.Delivery // to do with the users, as they stand
	origin     map[string]int     // the step of each, by its id
}

func newPlay(ctx context.Context, server *sandbox.Server, s Scenario, opts Options) (*play, error) {
	client, err := terra.New(server.Credentials(),
		terra.WithBaseURL("http://"+sandbox.DefaultAddr+"/api/v2"),
		terra.WithHTTPClient(&http.Client{Transport: inProcess{server}}),
		terra.WithRetry(terra.RetryPolicy{Attempts: 1}),
	)
	return &play{
		ctx: ctx, server: server, client: client, scenario: s, opts: opts,
		users: map[string]bool{}, origin: map[string]int{},
		steps: []Step{}, checks: []Check{},
	}, err
}

// end takes the rules away.
func (p *play) end() {
	for _, r := range p.rules {
		r.Remove()
	}
}

// deliverTo makes the receiver the only destination, anew.
func (p *play) deliverTo(mode string) {
	if p.err == nil {
		p.err = p.server.SetDestinations([]sandbox.Destination{{URL: p.opts.URL, Secret: p.opts.Secret, Mode: mode}})
	}
}

// step does something, and waits until what it caused has been attempted.
func (p *play) step(action string, do func() error) {
	if p.err == nil {
		p.err = p.ctx.Err()
	}
	if p.err != nil {
		return
	}
	p.steps = append(p.steps, Step{At: p.server.Now().UTC(), Action: action})
	if err := do(); err != nil {
		p.err = err
		return
	}
	if err := p.server.Flush(p.ctx); err != nil {
		p.err = err
	}
	p.collect()
}

// outcome says what came of the latest step.
func (p *play) outcome(format string, args ...any) {
	if p.err == nil {
		p.steps[len(p.steps)-1].Outcome = fmt.Sprintf(format, args...)
	}
}

// expect notes whether something is as it should be.
func (p *play) expect(what string, met bool) {
	if p.err == nil {
		p.checks = append(p.checks, Check{what, met})
	}
}

// expectAcknowledged expects a 2xx for every delivery in the end.
func (p *play) expectAcknowledged() {
	met := len(p.deliveries) > 0
	for _, d := range p.deliveries {
		met = met && d.State == sandbox.StateDelivered
	}
	p.expect("every delivery is acknowledged in the end", met)
}

// connect connects somebody new.
func (p *play) connect(action, provider string) person {
	var who person
	p.step(action, func() error {
		p.people++
		who = person{provider, p.freeName(), ""}
		return p.arrive(&who)
	})
	return who
}

// connectAgain gives somebody a new id.
func (p *play) connectAgain(action string, who person) person {
	p.step(action, func() error { return p.arrive(&who) })
	return who
}

// person is one connection.
type person struct{ provider, name, id string }

func (p *play) arrive(who *person) error {
	user, err := p.server.Connect(who.provider, who.name, sandbox.WithPersona("ordinary"))
	who.id = user.UserID
	p.users[user.UserID] = true
	return err
}

// freeName is a reference id that nobody has, and the same in every run on a fresh
// server.
func (p *play) freeName() string {
	for n := p.people; ; n++ {
		name := fmt.Sprintf("%s-%d", p.scenario.Name, n)
		taken := slices.ContainsFunc(p.server.Users(), func(u health.User) bool { return u.ReferenceID.Or("") == name })
		if !taken {
			p.people = n
			return name
		}
	}
}

// trigger sends events about somebody: for types of data, the latest there are.
func (p *play) trigger(action string, who person, types ...string) {
	p.step(action, func() error {
		for _, t := range types {
			if _, err := p.server.Trigger(sandbox.EventRequest{Type: t, UserID: who.id}); err != nil {
				return err
			}
		}
		return nil
	})
}

// triggerYesterday sends yesterday's record: the same one, however often. Members
// of the body are replaced as in [sandbox.EventRequest].
func (p *play) triggerYesterday(action string, who person, eventType string, set map[string]any) {
	p.step(action, func() error {
		if p.yesterday.IsZero() {
			p.yesterday = health.DateOf(p.server.Now().UTC().Add(-12 * time.Hour)).AddDays(-1) // over for everybody
		}
		_, err := p.server.Trigger(sandbox.EventRequest{Type: eventType, UserID: who.id, Date: p.yesterday, Set: set})
		return err
	})
}

// advance lets time pass.
func (p *play) advance(action string, d time.Duration) {
	p.step(action, func() error { return p.server.Advance(p.ctx, d) })
}

// rule makes something go wrong from now on.
func (p *play) rule(on string, times int, f sandbox.Fault) *sandbox.ActiveRule {
	if p.err != nil {
		return nil
	}
	r, err := p.server.AddRule(sandbox.Rule{On: on, Times: times, Fault: f})
	if err != nil {
		p.err = err
		return nil
	}
	p.rules = append(p.rules, r)
	return r
}

// lift ends a rule.
func (p *play) lift(r *sandbox.ActiveRule) {
	if p.err == nil {
		r.Remove()
	}
}

// collect brings the deliveries up to date. The server forgets old ones.
func (p *play) collect() {
	index := make(map[string]int, len(p.deliveries))
	for i, d := range p.deliveries {
		index[d.ID] = i
	}
	for _, d := range p.server.Deliveries() {
		if !p.users[d.UserID] {
			continue
		}
		if i, ok := index[d.ID]; ok {
			p.deliveries[i] = d
			continue
		}
		p.deliveries = append(p.deliveries, d)
		p.origin[d.ID] = len(p.steps)
	}
}

// during are the deliveries of one type that appeared in the latest n steps.
func (p *play) during(n int, eventType string) []sandbox.Delivery {
	var list []sandbox.Delivery
	for _, d := range p.deliveries {
		if d.EventType == eventType && p.origin[d.ID] > len(p.steps)-n {
			list = append(list, d)
		}
	}
	return list
}

// of are the deliveries of one type.
func (p *play) of(eventType string) []sandbox.Delivery { return p.during(len(p.steps), eventType) }

// arrived is when the receiver was last offered d; zero when it never was.
func arrived(d sandbox.Delivery) time.Time {
	if n := len(d.Attempts); n > 0 {
		return d.Attempts[n-1].At
	}
	return time.Time{}
}

// read is the event in the first of list, or the zero E when it is none.
func read[E webhook.Event](list []sandbox.Delivery) (e E, ok bool) {
	if len(list) == 0 {
		return e, false
	}
	ev, err := webhook.Parse(list[0].Header, list[0].Body)
	if err != nil {
		return e, false
	}
	e, ok = ev.(E)
	return e, ok
}
