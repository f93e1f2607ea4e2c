package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
)

const deadPage = 100

type deadView struct {
	page
	Letters []events.Event // the oldest first
	Next    string         // the address of the next page
	First   bool
}

// dead lists what is beyond help.
func (h *Console) dead(w http.ResponseWriter, r *http.Request) {
	v := deadView{page: h.page(r, "/dead", "Dead letters")}
	after := parsePlace(r.FormValue("after"))
	v.First = after == healthdb.DeliveryPlace{}
	letters, err := h.deadAfter(r.Context(), after, deadPage+1)
	if err != nil {
		h.failed(w, r, err)
		return
	}
	if len(letters) > deadPage {
		letters = letters[:deadPage]
		v.Next = "/dead?" + url.Values{"after": {placeText(placeOf(letters[deadPage-1]))}}.Encode()
	}
	v.Letters = letters
	h.render(w, r, http.StatusOK, "dead.html", v)
}

// deadAfter are up to limit dead letters behind a place, the oldest first.
func (h *Console) deadAfter(ctx context.Context, after healthdb.DeliveryPlace, limit int) (letters []events.Event, err error) {
	for e, err := range h.Store.List(ctx, ingest.Dead, events.Filter{From: after.ReceivedAt}) {
		if err != nil {
			return nil, err
		}
		// An inbox need not order those of one moment by their ids, as places are.
		if len(letters) >= limit && e.ReceivedAt.After(letters[len(letters)-1].ReceivedAt) {
			break
		}
		if comparePlaces(placeOf(e), after) > 0 {
			letters = append(letters, e)
		}
	}
	slices.SortFunc(letters, func(a, b events.Event) int { return comparePlaces(placeOf(a), placeOf(b)) })
	return letters[:min(len(letters), limit)], nil
}

func placeOf(e events.Event) healthdb.DeliveryPlace {
	return healthdb.DeliveryPlace{ReceivedAt: e.ReceivedAt, ID: e.ID}
}

func (h *Console) replayDead(w http.ResponseWriter, r *http.Request) {
	for _, err := range h.Store.ReplayDead(r.Context()) {
		if err != nil {
			h.failed(w, r, err)
			return
		}
	}
	done(w, r, "/dead", "revived")
}
