package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/scenario"
)

// plays are the last report of each scenario. One is played at a time.
type plays struct {
	turn sync.Mutex

	mu      sync.Mutex
	reports map[string]played
}

type played struct {
	scenario.Report
	At   time.Time
	Took time.Duration
}

func (p *plays) last(name string) (played, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.reports[name]
	return v, ok
}

func (p *plays) keep(name string, v played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reports == nil {
		p.reports = map[string]played{}
	}
	p.reports[name] = v
}

type scenariosView struct {
	page
	Scenarios []scenarioRow
}

type scenarioRow struct {
	scenario.Scenario
	Badge badge // of the last time; empty before the first
	At    time.Time
}

func (h *Console) scenarios(w http.ResponseWriter, r *http.Request) {
	v := scenariosView{page: h.page(r, "/scenarios", "Scenarios")}
	for _, s := range scenario.All() {
		line := scenarioRow{Scenario: s}
		if last, ok := h.plays.last(s.Name); ok {
			line.Badge, line.At = passed(last.Passed), last.At
		}
		v.Scenarios = append(v.Scenarios, line)
	}
	h.render(w, r, http.StatusOK, "scenarios.html", v)
}

type scenarioView struct {
	page
	scenario.Scenario
	Played bool
	Report played
	Badge  badge
}

func (h *Console) scenario(w http.ResponseWriter, r *http.Request) {
	v := scenarioView{page: h.page(r, "/scenarios", r.PathValue("name"))}
	all := scenario.All()
	i := slices.IndexFunc(all, func(s scenario.Scenario) bool { return s.Name == r.PathValue("name") })
	if i < 0 {
		h.problem(w, r, http.StatusNotFound, "No such scenario", "There is none of that name.")
		return
	}
	v.Scenario = all[i]
	v.Report, v.Played = h.plays.last(v.Name)
	v.Badge = passed(v.Report.Passed)
	h.render(w, r, http.StatusOK, "scenario.html", v)
}

// play plays a scenario to its end. What it changes of the destinations is undone.
func (h *Console) play(w http.ResponseWriter, r *http.Request) {
	if !h.plays.turn.TryLock() {
		h.problem(w, r, http.StatusConflict, "Not played", "Another scenario is being played; try again when it is over.")
		return
	}
	defer h.plays.turn.Unlock()
	name, s := r.PathValue("name"), h.Platform.Sandbox
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(h.live.ctx, cancel)()
	defer s.KeepDestinations()()
	began := time.Now()
	report, err := scenario.Run(ctx, s, name, scenario.Options{URL: h.Platform.ReceiverURL})
	switch {
	case err == nil:
		h.plays.keep(name, played{report, began, time.Since(began)})
		http.Redirect(w, r, "/scenarios/"+name, http.StatusSeeOther)
	case errors.Is(err, scenario.ErrUnknown):
		h.problem(w, r, http.StatusNotFound, "No such scenario", "There is none of that name.")
	case errors.Is(err, sandbox.ErrNoDestination):
		h.problem(w, r, http.StatusConflict, "Not played", "There is no destination to play it against.")
	case errors.Is(err, scenario.ErrRemote):
		h.problem(w, r, http.StatusConflict, "Not played", "The destination is not on this machine, and a scenario is a small attack.")
	default:
		h.failed(w, r, err)
	}
}

func passed(yes bool) badge {
	if yes {
		return badge{"passed", "good"}
	}
	return badge{"not passed", "bad"}
}

// Sent counts the deliveries that set out in a step, from 1.
func (p played) Sent(step int) int {
	n := 0
	for _, d := range p.Deliveries {
		if d.Step == step {
			n++
		}
	}
	return n
}
