package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
)

const (
	shownBody  = 64 << 10  // bytes of a body
	prettyBody = 512 << 10 // bytes of a body up to which it is set out in lines
)

type deliveryView struct {
	page
	events.Event
	Badge    badge
	Stored   bool // in the database or in the inbox
	Verdict  badge
	About    string
	Sendings []sendingView
	Headers  []headerView
	Body     string
	Cut      bool // there is more of the body
	NoBody   bool // it is no longer kept
}

// sendingView is one delivery of the sandbox.
type sendingView struct {
	ID, URL   string
	Badge     badge
	Attempts  []attemptView
	NextRetry time.Time
}

type attemptView struct {
	At                   time.Time
	Answer, Detail, Took string
}

type headerView struct{ Name, Value string }

func (h *Console) delivery(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	v := deliveryView{page: h.page(r, "/deliveries", "Delivery")}
	s := h.sending(id)
	if s != nil {
		id = s.Deliveries[0].TraceID
	}
	if h.Store != nil {
		e, err := h.Store.Find(r.Context(), id)
		switch {
		case err == nil:
			v.Event, v.Stored = e.Event, true
			v.setHeader(e.Header)
			v.setBody(e.Body)
		case !errors.Is(err, events.ErrNotFound):
			h.failed(w, r, err)
			return
		}
	}
	if s == nil && !v.Stored {
		h.problem(w, r, http.StatusNotFound, "No such delivery", "Nothing was delivered under this id, or it was forgotten since.")
		return
	}
	if s != nil {
		v.setSending(s)
	}
	switch v.State {
	case events.Applied:
		v.Badge = badge{"applied", "good"}
	case "":
	default:
		v.Badge = badge{string(v.State), map[bool]string{true: "bad", false: "wait"}[v.State == "dead"]}
	}
	if v.Stored && v.Verdict.Text == "" {
		v.Verdict = badge{"verified", "good"} // else it would not be here
	}
	v.Title = string(v.Type) + " delivery"
	if v.Type == "" {
		v.Title = "No event"
	}
	h.render(w, r, http.StatusOK, "delivery.html", v)
}

// setSending adds what the sandbox knows.
func (v *deliveryView) setSending(s *sending) {
	last := s.Deliveries[len(s.Deliveries)-1]
	if !v.Stored {
		d := s.row()
		v.Event, v.Badge = d.Event, s.Badge
		v.setBody(last.Body)
	}
	v.Verdict, v.About = s.Verdict(), s.About
	if len(last.Header) > 0 {
		v.setHeader(last.Header) // as sent, signature included
	}
	for _, d := range slices.Backward(s.Deliveries) {
		view := sendingView{ID: d.ID, URL: d.URL, Badge: sendingBadges[sendingStateOf(d.State)], NextRetry: d.NextRetry}
		for _, a := range d.Attempts {
			view.Attempts = append(view.Attempts, attemptView{a.At, answer(a), detail(a), a.Duration.Round(100 * time.Microsecond).String()})
		}
		v.Sendings = append(v.Sendings, view)
	}
}

func (v *deliveryView) setHeader(header map[string][]string) {
	v.Headers = nil
	for _, name := range slices.Sorted(maps.Keys(header)) {
		v.Headers = append(v.Headers, headerView{name, strings.Join(header[name], ", ")})
	}
}

func (v *deliveryView) setBody(body []byte) {
	var pretty bytes.Buffer
	if v.NoBody = body == nil; len(body) <= prettyBody && json.Indent(&pretty, body, "", "  ") == nil {
		body = pretty.Bytes()
	}
	v.Cut = len(body) > shownBody
	v.Body = strings.ToValidUTF8(string(body[:min(len(body), shownBody)]), "\uFFFD")
}

// resend has the sandbox send one of its deliveries again.
func (h *Console) resend(w http.ResponseWriter, r *http.Request) {
	d, err := h.Platform.Sandbox.Resend(r.PathValue("id"))
	if err != nil {
		h.problem(w, r, http.StatusNotFound, "Not sent again", "There is no such delivery, or no destination to send it to.")
		return
	}
	done(w, r, deliveryPath(d.TraceID), "resent")
}

// replay applies a delivery again, or gives a dead one another chance.
func (h *Console) replay(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	e, err := h.Store.Replay(r.Context(), id)
	switch {
	case err != nil:
		h.failed(w, r, err)
	case e.Outcome == events.ReplayedFailed:
		h.problem(w, r, http.StatusConflict, "Not replayed", "It could not be applied: "+e.Error+".")
	default:
		done(w, r, deliveryPath(id), string(e.Outcome))
	}
}
