package console

import (
	"net/http"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/ingest"
)

const deadPage = 100

type deadView struct {
	page
	Letters []events.Event // the oldest first
	More    bool
}

// dead lists what is beyond help.
func (h *Console) dead(w http.ResponseWriter, r *http.Request) {
	v := deadView{page: h.page(r, "/dead", "Dead letters")}
	for e, err := range h.Store.List(r.Context(), ingest.Dead, events.Filter{}) {
		if err != nil {
			h.failed(w, r, err)
			return
		}
		if v.More = len(v.Letters) == deadPage; v.More {
			break
		}
		v.Letters = append(v.Letters, e)
	}
	h.render(w, r, http.StatusOK, "dead.html", v)
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
