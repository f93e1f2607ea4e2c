package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/healthdb"
)

const peoplePage = 50

type peopleView struct {
	page
	People    []personRow
	Next      string // the address of the next page
	First     bool   // whether this is the first one
	Filtered  bool
	Query     string
	Provider  string
	Status    string
	Providers []string
	Statuses  []healthdb.Status
}

type personRow struct {
	healthdb.Connection
	Badge badge
}

// Name is what to call somebody in a list.
func (p personRow) Name() string { return nameOf(p.Connection) }

func nameOf(c healthdb.Connection) string { return cmp.Or(c.ReferenceID, shortID(c.UserID)) }

// people lists connections a page at a time. What is searched for is a user id in
// full, or how a reference id begins.
func (h *Console) people(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	v := peopleView{
		page:  h.page(r, "/people", "People"),
		Query: strings.TrimSpace(r.FormValue("q")), Provider: r.FormValue("provider"), Status: r.FormValue("status"),
		Statuses: statuses,
	}
	v.Filtered = v.Query != "" || v.Provider != "" || v.Status != ""
	f := healthdb.ConnectionFilter{Provider: v.Provider, ReferencePrefix: v.Query, Limit: peoplePage + 1}
	if v.Status != "" {
		f.Statuses = []healthdb.Status{healthdb.Status(v.Status)}
	}
	f.After, _ = strconv.ParseInt(r.FormValue("after"), 10, 64) // anything else is the first page
	v.First = f.After == 0
	if v.Query != "" && v.First {
		switch _, err := h.connection(ctx, v.Query); {
		case err == nil:
			http.Redirect(w, r, personPath(v.Query), http.StatusSeeOther)
			return
		case !errors.Is(err, healthdb.ErrNoConnection):
			h.failed(w, r, err)
			return
		}
	}
	list, err := h.connections(ctx, f)
	if err == nil {
		v.Providers, err = h.providers(ctx)
	}
	if err != nil {
		h.failed(w, r, err)
		return
	}
	if len(list) > peoplePage {
		list = list[:peoplePage]
		v.Next = "/people?" + url.Values{
			"q": {v.Query}, "provider": {v.Provider}, "status": {v.Status}, "after": {fmt.Sprint(list[peoplePage-1].ID)},
		}.Encode()
	}
	for _, c := range list {
		v.People = append(v.People, personRow{c, statusBadge(c.Status)})
	}
	h.render(w, r, http.StatusOK, "people.html", v)
}

// connections are those of the store, or else the sandbox's, numbered in their order.
func (h *Console) connections(ctx context.Context, f healthdb.ConnectionFilter) (list []healthdb.Connection, err error) {
	if h.Store != nil {
		for c, err := range h.Store.DB.Connections(ctx, f) {
			if err != nil {
				return nil, err
			}
			list = append(list, c)
		}
		return list, nil
	}
	for i, u := range h.Platform.Sandbox.Users() {
		c := connectionOf(u)
		c.ID = int64(i + 1)
		if c.ID > f.After && len(list) < f.Limit && (f.Provider == "" || c.Provider == f.Provider) &&
			strings.HasPrefix(c.ReferenceID, f.ReferencePrefix) && (len(f.Statuses) == 0 || slices.Contains(f.Statuses, c.Status)) {
			list = append(list, c)
		}
	}
	return list, nil
}

func (h *Console) providers(ctx context.Context) ([]string, error) {
	if h.Store != nil {
		return h.Store.DB.Providers(ctx)
	}
	var list []string
	for _, u := range h.Platform.Sandbox.Users() {
		list = append(list, u.Provider)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// connection is the one of a user id. Beside a sandbox it may be so new that the store
// has not heard of it; then its ID is 0. The error may be [healthdb.ErrNoConnection].
func (h *Console) connection(ctx context.Context, userID string) (healthdb.Connection, error) {
	if h.Store != nil {
		c, err := h.Store.DB.ConnectionOf(ctx, userID)
		if !errors.Is(err, healthdb.ErrNoConnection) || h.Platform == nil {
			return c, err
		}
	}
	for _, u := range h.Platform.Sandbox.Users() {
		if u.UserID == userID {
			return connectionOf(u), nil
		}
	}
	return healthdb.Connection{}, healthdb.ErrNoConnection
}

// connectionOf is what the sandbox knows of somebody.
func connectionOf(u terra.User) healthdb.Connection {
	c := healthdb.Connection{UserID: u.UserID, Provider: u.Provider, ReferenceID: u.ReferenceID.Or(""), Status: healthdb.StatusActive}
	if !u.Active.Or(true) {
		c.Status = healthdb.StatusRevoked
	}
	c.CreatedAt, _ = u.CreatedAt.Time()
	return c
}

// connect sends the browser to the widget's pages, and from there back here.
func (h *Console) connect(w http.ResponseWriter, r *http.Request) {
	session, err := h.Platform.Client.Auth.GenerateWidgetSession(r.Context(), terra.WidgetRequest{
		ReferenceID: h.nextReference(),
		SuccessURL:  "http://" + r.Host + "/connected",
		FailureURL:  "http://" + r.Host + "/people?done=declined",
	})
	if err != nil {
		h.problem(w, r, http.StatusBadGateway, "Not connected", "The widget session failed: "+err.Error())
		return
	}
	widget, err := url.Parse(session.URL)
	if err != nil {
		h.problem(w, r, http.StatusBadGateway, "Not connected", "The widget session has no usable address.")
		return
	}
	// The same server under the name the browser uses: forms may lead nowhere else.
	http.Redirect(w, r, widget.RequestURI(), http.StatusSeeOther)
}

// connected is where the widget leads back to.
func (h *Console) connected(w http.ResponseWriter, r *http.Request) {
	if id := r.FormValue("user_id"); id != "" {
		done(w, r, personPath(id), "connected")
		return
	}
	http.Redirect(w, r, "/people", http.StatusSeeOther)
}

// nextReference is the id, in the app's own numbering, of one person more.
func (h *Console) nextReference() string {
	users := h.Platform.Sandbox.Users()
	for n := len(users) + 1; ; n++ {
		reference := fmt.Sprintf("person-%d", n)
		if !slices.ContainsFunc(users, func(u terra.User) bool { return u.ReferenceID.Or("") == reference }) {
			return reference
		}
	}
}
