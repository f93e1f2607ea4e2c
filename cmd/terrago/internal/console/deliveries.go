package console

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

const (
	deliveriesPage = 50
	scanned        = 200  // deliveries of the inbox that a list looks at, of each state
	backlog        = 1000 // pending deliveries from which on a list without a state leaves them out
)

type deliveriesView struct {
	page
	Rows     []row
	Next     string // the address of the next page
	First    bool
	Backlog  int  // pending deliveries that are left out
	Capped   bool // there are more in the inbox than were looked at
	Filter   filter
	Filtered bool
	States   []state
	Types    []string
}

// row is a delivery in a list.
type row struct {
	events.Event // without a state where the store has not heard of it
	Badge        badge
	Sent         *sending // by the sandbox, if it did
	at           time.Time
}

func (d row) place() healthdb.DeliveryPlace {
	return healthdb.DeliveryPlace{ReceivedAt: d.at, ID: d.ID}
}

// At is when it was received, or if it was not, sent.
func (d row) At() time.Time { return d.at }

// state is what can be asked for.
type state struct{ Name, Text string }

var storeStates = []state{{"applied", "applied"}, {"pending", "pending in the inbox"}, {"dead", "dead letters"}}

// filter is what a page of deliveries is narrowed down to.
type filter struct {
	State, Type, User string
	Since, Until      string // days or moments, as a form sends them
	from, to          time.Time
}

// listing is a part of all deliveries.
type listing struct {
	filter
	after healthdb.DeliveryPlace
	limit int
}

// listed are the newest deliveries of a listing.
type listed struct {
	rows    []row
	more    bool
	backlog int
	capped  bool
}

func (h *Console) deliveries(w http.ResponseWriter, r *http.Request) {
	v := deliveriesView{page: h.page(r, "/deliveries", "Deliveries"), Types: eventTypes()}
	if h.Store != nil {
		v.States = append(v.States, storeStates...)
	}
	if h.Platform != nil {
		v.States = append(v.States, sendingStates...)
	}
	if id := strings.TrimSpace(r.FormValue("id")); id != "" {
		http.Redirect(w, r, deliveryPath(id), http.StatusSeeOther)
		return
	}
	l := listing{filter: filterOf(r), limit: deliveriesPage}
	l.after = parsePlace(r.FormValue("after"))
	v.First = l.after == healthdb.DeliveryPlace{}
	v.Filter, v.Filtered = l.filter, l.filter != filter{}
	list, err := h.list(r.Context(), l)
	if err != nil {
		h.failed(w, r, err)
		return
	}
	v.Rows, v.Backlog, v.Capped = list.rows, list.backlog, list.capped
	if list.more {
		v.Next = "/deliveries?" + l.query(list.rows[len(list.rows)-1].place()).Encode()
	}
	h.render(w, r, http.StatusOK, "deliveries.html", v)
}

func filterOf(r *http.Request) filter {
	f := filter{
		State: r.FormValue("state"), Type: r.FormValue("type"), User: strings.TrimSpace(r.FormValue("user")),
		Since: r.FormValue("since"), Until: r.FormValue("until"),
	}
	f.from, f.to = parseMoment(f.Since), parseMoment(f.Until)
	if f.from.IsZero() {
		f.Since = ""
	}
	if f.to.IsZero() {
		f.Until = ""
	}
	return f
}

// parseMoment reads what fields of forms and people write; zero if it is neither.
func parseMoment(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return t
		}
	}
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

func (l listing) query(after healthdb.DeliveryPlace) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"state": l.State, "type": l.Type, "user": l.User, "since": l.Since, "until": l.Until} {
		if value != "" {
			q.Set(name, value)
		}
	}
	q.Set("after", placeText(after))
	return q
}

func placeText(p healthdb.DeliveryPlace) string {
	return fmt.Sprintf("%d-%s", p.ReceivedAt.UnixMilli(), p.ID)
}

// parsePlace is the beginning for what no page leads to.
func parsePlace(s string) healthdb.DeliveryPlace {
	ms, id, _ := strings.Cut(s, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || id == "" {
		return healthdb.DeliveryPlace{}
	}
	return healthdb.DeliveryPlace{ReceivedAt: time.UnixMilli(n).UTC(), ID: id}
}

// comparePlaces is negative when a is older than b.
func comparePlaces(a, b healthdb.DeliveryPlace) int {
	return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.ID, b.ID))
}

func eventTypes() []string { return slices.Sorted(slices.Values(sandbox.EventTypes())) }

// list merges what the database, the inbox and the sandbox have, the newest first. Of
// the database it reads no more than it returns.
func (h *Console) list(ctx context.Context, l listing) (v listed, err error) {
	sent := h.sendings()
	if h.Store != nil {
		if err := h.listApplied(ctx, l, &v); err != nil {
			return v, err
		}
		if err := h.listWaiting(ctx, l, &v); err != nil {
			return v, err
		}
		for i := range v.rows {
			v.rows[i].Sent = sent[v.rows[i].ID]
		}
	}
	if err := h.listSent(ctx, l, sent, &v); err != nil {
		return v, err
	}
	slices.SortFunc(v.rows, func(a, b row) int { return comparePlaces(b.place(), a.place()) })
	// Whatever is behind the last of those applied is for the next page.
	if v.more = len(v.rows) > l.limit; v.more {
		v.rows = v.rows[:l.limit]
	}
	return v, nil
}

func (h *Console) listApplied(ctx context.Context, l listing, v *listed) error {
	if l.State != "" && l.State != string(events.Applied) {
		return nil
	}
	f := healthdb.DeliveryFilter{UserID: l.User, From: l.from, To: l.to, Newest: true, After: l.after, Limit: l.limit + 1}
	if l.Type != "" {
		f.Types = []webhook.EventType{webhook.EventType(l.Type)}
	}
	for e, err := range h.Store.Applied(ctx, f) {
		if err != nil {
			return err
		}
		v.rows = append(v.rows, row{Event: e, Badge: badge{"applied", "good"}, at: e.ReceivedAt})
	}
	return nil
}

func (h *Console) listWaiting(ctx context.Context, l listing, v *listed) error {
	stats, err := h.Store.Inbox.Stats(ctx)
	if err != nil {
		return err
	}
	for _, of := range []struct {
		state ingest.State
		n     int
		badge badge
	}{
		{ingest.Dead, stats.Dead, badge{"dead", "bad"}},
		{ingest.Pending, stats.Pending, badge{"pending", "wait"}},
	} {
		if of.n == 0 || l.State != "" && l.State != string(of.state) {
			continue
		}
		if l.State == "" && of.n > backlog {
			v.backlog += of.n
			continue
		}
		n := 0
		for e, err := range h.Store.List(ctx, of.state, events.Filter{}) {
			if err != nil {
				return err
			}
			if n++; n > scanned {
				v.capped = true
				break
			}
			if d := (row{Event: e, Badge: of.badge, at: e.ReceivedAt}); l.picks(d) {
				v.rows = append(v.rows, d)
			}
		}
	}
	return nil
}

// listSent adds what the sandbox has sent and the store has not heard of.
func (h *Console) listSent(ctx context.Context, l listing, sent map[string]*sending, v *listed) error {
	ids := make([]string, 0, len(sent))
	for id, s := range sent {
		if l.picks(s.row()) {
			ids = append(ids, id)
		}
	}
	stored := map[string]bool{}
	if h.Store != nil && len(ids) > 0 {
		for _, d := range v.rows {
			stored[d.ID] = true
		}
		f := healthdb.DeliveryFilter{IDs: ids}
		for e, err := range h.Store.Applied(ctx, f) {
			if err != nil {
				return err
			}
			if d := (row{Event: e, Badge: badge{"applied", "good"}, Sent: sent[e.ID], at: e.ReceivedAt}); isSending(l.State) && l.picks(d) {
				v.rows = append(v.rows, d)
			}
			stored[e.ID] = true
		}
	}
	for _, id := range ids {
		if !stored[id] {
			v.rows = append(v.rows, sent[id].row())
		}
	}
	return nil
}

// picks reports whether d is one of the listing.
func (l listing) picks(d row) bool {
	switch {
	case l.Type != "" && string(d.Type) != l.Type,
		l.User != "" && d.UserID != l.User,
		!l.from.IsZero() && d.at.Before(l.from),
		!l.to.IsZero() && !d.at.Before(l.to):
		return false
	case l.State != "" && string(d.State) != l.State && (d.Sent == nil || string(d.Sent.State) != l.State):
		return false
	case l.after != healthdb.DeliveryPlace{}:
		return comparePlaces(d.place(), l.after) < 0
	}
	return true
}
