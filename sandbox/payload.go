package sandbox

import (
	"cmp"
	"io"
	"net/http"
	"path"
	"slices"
	"time"
)

// payload is an event's body that a ping points to, or the way to make it.
type payload struct {
	token   string
	body    []byte
	part    *part
	expires time.Time
}

const (
	payloadLife      = 300 * time.Second
	keepPayloadBytes = 512 << 20 // the oldest go early when there are more
)

// point stores p and makes the event that links to it.
func (s *Server) point(em emission, p payload) event {
	p.token, p.expires = newUUID(), s.now().Add(payloadLife)
	s.mu.Lock()
	s.world.keepPayload(p, s.now())
	s.keeper.changed()
	s.mu.Unlock()
	return event{
		Type:             "s3_payload",
		Status:           "success",
		URL:              cmp.Or(em.linkBase, s.ownURL()) + "/payloads/" + p.token,
		PayloadReference: em.reference,
		ExpiresIn:        int(payloadLife.Seconds()),
	}
}

// ownURL starts links in events that no request caused.
func (s *Server) ownURL() string {
	if s.publicURL != nil {
		return s.publicURL.String()
	}
	return "http://" + DefaultAddr
}

func (w *world) keepPayload(p payload, now time.Time) {
	w.payloads = append(w.payloads, p)
	size := 0
	for _, p := range w.payloads {
		size += len(p.body)
	}
	w.payloads = slices.DeleteFunc(w.payloads, func(p payload) bool {
		drop := !now.Before(p.expires) || size > keepPayloadBytes
		if drop {
			size -= len(p.body)
		}
		return drop
	})
}

// servePayload answers a link of a ping. No credentials are needed: the link is
// the secret. A late one is a 400, as with Terra's storage.
func (s *Server) servePayload(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	token := path.Base(r.URL.Path)
	s.mu.Lock()
	i := slices.IndexFunc(s.world.payloads, func(p payload) bool {
		return p.token == token && s.now().Before(p.expires)
	})
	var p payload
	if i >= 0 {
		p = s.world.payloads[i]
	}
	s.mu.Unlock()
	if i < 0 {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?>`+
			"\n<Error><Code>ExpiredToken</Code><Message>The link has expired.</Message></Error>\n")
		return
	}
	if p.part != nil {
		var err error
		if p.body, err = p.part.body(); err != nil {
			s.log.Error("payload not made", "error", err)
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(p.body)
}
