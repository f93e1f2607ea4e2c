package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/summary"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
)

const (
	personDeliveries = 6
	historyDays      = 28 // that are asked for at once, which is no large request yet
)

type personView struct {
	page
	healthdb.Connection
	Name    string
	About   []summary.Fact
	Badge   badge
	UserIDs []string // former ones too, the current one first
	Known   bool     // to the store, where there is one

	Day            health.Date // zero where there is nothing
	Before, After  health.Date // the nearest days with something
	Charts         []chartView
	Cards          []card
	Deliveries     []row
	Events         []string // that can be sent
	DeliveriesPath string
}

// card is one record of the day.
type card struct {
	Kind, Title, Time string
	Headline          *summary.Fact
	Facts             []summary.Fact
}

func (h *Console) person(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p := h.page(r, "/people", "Person")
	c, ok := h.lookUp(w, r)
	if !ok {
		return
	}
	v, err := h.personView(ctx, c, r.FormValue("day"))
	if err != nil {
		h.failed(w, r, err)
		return
	}
	v.page = p
	v.Title = v.Name
	h.render(w, r, http.StatusOK, "person.html", v)
}

// lookUp answers the request when there is no such person.
func (h *Console) lookUp(w http.ResponseWriter, r *http.Request) (healthdb.Connection, bool) {
	c, err := h.connection(r.Context(), r.PathValue("user"))
	switch {
	case errors.Is(err, healthdb.ErrNoConnection):
		h.problem(w, r, http.StatusNotFound, "Nobody by that id", "No connection has had this user id.")
	case err != nil:
		h.failed(w, r, err)
	}
	return c, err == nil
}

func (h *Console) personView(ctx context.Context, c healthdb.Connection, day string) (v personView, err error) {
	v = personView{
		Connection: c, Name: nameOf(c), Badge: statusBadge(c.Status), UserIDs: []string{c.UserID}, Known: h.Store == nil || c.ID != 0,
		DeliveriesPath: "/deliveries?user=" + url.QueryEscape(c.UserID),
	}
	if h.Platform != nil {
		v.Events = sandbox.EventTypes()
	}
	list, err := h.list(ctx, listing{filter: filter{User: c.UserID}, limit: personDeliveries})
	if err != nil {
		return v, err
	}
	v.Deliveries = list.rows
	if !v.Known {
		return v, nil
	}
	of := subject{h, c}
	if h.Store != nil {
		ids, err := h.Store.DB.UserIDs(ctx, c.ID)
		if err != nil {
			return v, err
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return id == c.UserID })
		slices.Sort(ids)
		v.UserIDs = append(v.UserIDs, ids...)
	}
	profile, ok, err := of.athlete(ctx)
	if err != nil {
		return v, err
	}
	if ok {
		s := summary.Of(profile)
		v.Name, v.About = cmp.Or(s.Title, v.Name), s.Facts
	}
	if v.Day, err = health.ParseDate(day); err != nil {
		if v.Day, err = of.latest(ctx); err != nil || v.Day.IsZero() {
			return v, err
		}
	}
	if v.Before, v.After, err = of.around(ctx, v.Day); err != nil {
		return v, err
	}
	d, err := of.day(ctx, v.Day)
	if err != nil {
		return v, err
	}
	v.Cards = d.cards()
	v.Charts, err = of.charts(ctx, d)
	return v, err
}

// trigger sends an event about the person.
func (h *Console) trigger(w http.ResponseWriter, r *http.Request) {
	userID := r.PathValue("user")
	_, err := h.Platform.Sandbox.Trigger(sandbox.EventRequest{Type: r.PostFormValue("type"), UserID: userID})
	if err != nil {
		h.problem(w, r, http.StatusBadRequest, "Not sent", "The sandbox could not send this: "+err.Error())
		return
	}
	done(w, r, personPath(userID), "sent")
}

// history has the last weeks delivered, as an app does whose user has just connected.
func (h *Console) history(w http.ResponseWriter, r *http.Request) {
	userID, days := r.PathValue("user"), terra.Last(historyDays+1) // today is not over
	client, ctx := h.Platform.Client, r.Context()
	ask := []func() error{
		func() error { return request(ctx, client.Activity, userID, days) },
		func() error { return request(ctx, client.Body, userID, days) },
		func() error { return request(ctx, client.Daily, userID, days) },
		func() error { return request(ctx, client.Menstruation, userID, days) },
		func() error { return request(ctx, client.Nutrition, userID, days) },
		func() error { return request(ctx, client.Sleep, userID, days) },
	}
	for _, f := range ask {
		if err := f(); err != nil {
			h.problem(w, r, http.StatusBadGateway, "Not asked for", "The sandbox refused: "+err.Error())
			return
		}
	}
	if _, err := h.Platform.Sandbox.Trigger(sandbox.EventRequest{Type: "athlete", UserID: userID}); err != nil {
		h.problem(w, r, http.StatusBadGateway, "Not asked for", "The sandbox refused: "+err.Error())
		return
	}
	done(w, r, personPath(userID), "asked")
}

func request[T any](ctx context.Context, c *terra.Collection[T], userID string, days terra.Range) error {
	_, err := c.Request(ctx, userID, days, terra.WithSamples(true))
	return err
}

// cards are the records of a day in the order in which a day goes.
func (d *day) cards() []card {
	var list []card
	for _, r := range d.sleeps {
		list = append(list, cardOf("sleep", "Sleep", r))
	}
	for _, r := range d.dailies {
		list = append(list, cardOf("daily", "Day", r))
	}
	for _, r := range d.activities {
		list = append(list, cardOf("activity", "Activity", r))
	}
	for _, r := range d.bodies {
		list = append(list, cardOf("body", "Body", r))
	}
	for _, r := range d.nutritions {
		list = append(list, cardOf("nutrition", "Nutrition", r))
	}
	for _, r := range d.menstruations {
		list = append(list, cardOf("menstruation", "Menstruation", r))
	}
	return list
}

func cardOf[T summary.Record](kind, title string, r T) card {
	s := summary.Of(r)
	c := card{Kind: kind, Title: cmp.Or(s.Title, title), Time: s.Time, Facts: s.Facts}
	if len(s.Facts) > 0 {
		c.Headline, c.Facts = &s.Facts[0], s.Facts[1:]
	}
	return c
}
