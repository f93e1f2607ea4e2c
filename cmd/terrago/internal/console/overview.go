package console

import (
	"net/http"
	"time"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
)

const (
	lastDeliveries = 12
	countTo        = 10_000 // deliveries are counted no further
)

type overviewView struct {
	page
	Problem      bool
	People       int
	Statuses     []statusCount
	Inbox        ingest.Stats
	Day          int // deliveries within the last 24 hours
	DayMore      bool
	Deliveries   []row
	Platform     *platformView
	Destinations []destinationView
}

type statusCount struct {
	Badge badge
	Path  string
	Count int
}

// platformView is how to use the sandbox. Its credentials are made up, and no secret.
type platformView struct {
	BaseURL, ReceiverURL         string
	DevID, APIKey, SigningSecret string
	Examples                     []string
	Rules                        int
	Now                          time.Time
	Ahead                        string // of the clock on the wall, when it is
}

type destinationView struct {
	URL   string
	State badge
}

// statuses are in the order in which they are shown.
var statuses = []healthdb.Status{
	healthdb.StatusActive, healthdb.StatusDegraded, healthdb.StatusRevoked, healthdb.StatusDeauthenticated, healthdb.StatusGone,
}

func (h *Console) overview(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	v := overviewView{page: h.page(r, "/", "Overview")}
	g := h.glance(ctx)
	if g.err != nil {
		h.failed(w, r, g.err)
		return
	}
	v.Inbox = g.inbox
	for _, s := range statuses {
		if n := g.people[s]; n > 0 {
			v.People += n
			v.Statuses = append(v.Statuses, statusCount{statusBadge(s), "/people?status=" + string(s), n})
		}
	}
	var err error
	if v.Day, v.DayMore, err = h.countDay(r); err != nil {
		h.failed(w, r, err)
		return
	}
	list, err := h.list(ctx, listing{limit: lastDeliveries})
	if err != nil {
		h.failed(w, r, err)
		return
	}
	v.Deliveries = list.rows
	if p := h.Platform; p != nil {
		v.Platform = p.view()
		for _, d := range p.Sandbox.Destinations() {
			v.Destinations = append(v.Destinations, destinationView{d.URL, destinationBadge(d)})
		}
	}
	h.render(w, r, http.StatusOK, "overview.html", v)
}

// countDay counts the deliveries of the last day, and says when there are more.
func (h *Console) countDay(r *http.Request) (n int, more bool, err error) {
	if h.Store == nil {
		for _, d := range h.Platform.Sandbox.Deliveries() {
			if h.Platform.Sandbox.Now().Sub(d.CreatedAt) < 24*time.Hour {
				n++
			}
		}
		return n, false, nil
	}
	n, err = h.Store.DB.CountDeliveries(r.Context(), healthdb.DeliveryFilter{From: time.Now().Add(-24 * time.Hour)}, countTo+1)
	return min(n, countTo), n > countTo, err
}

func (p *Platform) view() *platformView {
	credentials := p.Sandbox.Credentials()
	v := &platformView{
		BaseURL: p.BaseURL, ReceiverURL: p.ReceiverURL,
		DevID: credentials.DevID, APIKey: credentials.APIKey, SigningSecret: credentials.SigningSecret,
		Examples: p.Examples, Rules: len(p.Sandbox.Rules()), Now: p.Sandbox.Now(),
	}
	if ahead := time.Until(v.Now).Round(time.Minute); ahead > 0 {
		v.Ahead = ago(ahead)
	}
	return v
}

func destinationBadge(d sandbox.DestinationStatus) badge {
	switch {
	case !d.DisabledAt.IsZero():
		return badge{"disabled", "bad"}
	case d.Throttled:
		return badge{"throttled", "wait"}
	case !d.FailingSince.IsZero():
		return badge{"failing", "wait"}
	}
	return badge{"well", "good"}
}
