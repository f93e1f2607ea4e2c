package sandbox

import (
	"bytes"
	"embed"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"

	"github.com/terra-go/terra/sandbox/synth"
)

//go:embed pages
var pageFiles embed.FS

// page is what the templates read.
type page struct {
	Words     words
	Title     string
	Text      string
	State     string // the session's id
	Provider  synth.Provider
	Providers []synth.Provider
	Kinds     []string
	Reference string
	Base      string
	DevID     string
}

// servePage answers the pages that a person sees, and what they are drawn with.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request, path string) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case first == "session" && rest != "":
		s.serveSession(w, r, rest)
	case first == "oauth" && rest != "":
		s.serveConsent(w, r, rest)
	case path == "/widget/style.css", path == "/widget/icon.svg":
		serveFile(w, r, "pages/"+rest)
	case strings.HasPrefix(path, "/widget/icons/"):
		serveIcon(w, r, strings.TrimPrefix(path, "/widget/icons/"))
	default:
		s.showMessage(w, http.StatusNotFound, session{}, wordsOf("").notFound())
	}
}

// serveSession shows the providers of a widget session. Each is a link: choosing
// changes nothing yet.
func (s *Server) serveSession(w http.ResponseWriter, r *http.Request, id string) {
	if !methodIs(w, r, http.MethodGet) {
		return
	}
	v, ok := s.enter(w, r, id)
	if !ok {
		return
	}
	text := wordsOf(v.language)
	s.show(w, http.StatusOK, "session.html", page{
		Words: text, Title: text.Choose, State: v.id, Providers: v.providers, Reference: v.referenceID,
	})
}

// serveConsent asks whether the provider may share its data, and takes the answer.
func (s *Server) serveConsent(w http.ResponseWriter, r *http.Request, name string) {
	if !methodIs(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	if r.Method == http.MethodPost && !s.sameOrigin(r) {
		s.showMessage(w, http.StatusForbidden, session{}, wordsOf("").notFound())
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBody)
	v, ok := s.enter(w, r, r.FormValue("state"))
	if !ok {
		return
	}
	text := wordsOf(v.language)
	p, ok := v.provider(name)
	if !ok {
		s.showMessage(w, http.StatusNotFound, v, text.notFound())
		return
	}
	if r.Method != http.MethodPost {
		s.show(w, http.StatusOK, "consent.html", page{
			Words: text, Title: fmt.Sprintf(text.Connect, p.Title), State: v.id, Provider: p,
			Kinds: strings.Split(scopes(p), ","), Reference: v.referenceID,
		})
		return
	}
	switch r.PostFormValue("decision") {
	case "allow":
		s.allow(w, r, v, p)
	case "deny":
		s.deny(w, r, v)
	default:
		s.showMessage(w, http.StatusBadRequest, v, text.notFound())
	}
}

const maxFormBody = 64 << 10

// enter finds the session of a page. When it is over the person is sent to the
// failure URL, or told.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, id string) (session, bool) {
	v, ok := s.session(id)
	switch {
	case !ok:
		s.showMessage(w, http.StatusNotFound, v, wordsOf("").notFound())
	case v.used:
		s.showMessage(w, http.StatusGone, v, wordsOf(v.language).used())
		ok = false
	case v.expired(s.now()):
		ok = false
		if v.failureURL != "" {
			redirect(w, r, withQuery(v.failureURL, "reference_id", v.referenceID, "reason", "expired"))
			break
		}
		s.showMessage(w, http.StatusGone, v, wordsOf(v.language).expired())
	}
	return v, ok
}

func (s *Server) allow(w http.ResponseWriter, r *http.Request, v session, p synth.Provider) {
	text := wordsOf(v.language)
	if !s.useSession(v.id) {
		s.showMessage(w, http.StatusGone, v, text.used())
		return
	}
	widgetSession := v.id
	if v.userID != "" {
		widgetSession = ""
	}
	user, err := s.connect(p, v.referenceID, v.userID, widgetSession)
	if err != nil {
		s.log.Error("connecting failed", "provider", p.Name, "error", err)
		s.showMessage(w, http.StatusInternalServerError, v, text.notFound())
		return
	}
	if v.successURL == "" {
		s.showMessage(w, http.StatusOK, v, text.connected(p.Title))
		return
	}
	redirect(w, r, withQuery(v.successURL,
		"user_id", user.UserID, "reference_id", v.referenceID, "resource", p.Name))
}

func (s *Server) deny(w http.ResponseWriter, r *http.Request, v session) {
	text := wordsOf(v.language)
	if !s.useSession(v.id) {
		s.showMessage(w, http.StatusGone, v, text.used())
		return
	}
	s.emit(emission{}, cancelledEvent(v.id, v.referenceID))
	if v.failureURL == "" {
		s.showMessage(w, http.StatusOK, v, text.cancelled())
		return
	}
	redirect(w, r, withQuery(v.failureURL, "reference_id", v.referenceID, "reason", "access_denied"))
}

// provider is the one of that name among those the session allows.
func (v session) provider(name string) (synth.Provider, bool) {
	for _, p := range v.providers {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return synth.Provider{}, false
}

func (s *Server) showMessage(w http.ResponseWriter, status int, v session, m message) {
	s.show(w, status, "message.html", page{Words: wordsOf(v.language), Title: m.title, Text: m.text})
}

// show renders before it writes, so that no half page goes out.
func (s *Server) show(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, p); err != nil {
		s.log.Error("page failed", "page", name, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	secure(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// secure lets a page load its own style and icons and nothing else. There is no
// form-action: browsers would apply it to the redirect after the form too, and
// that goes to the address the session was begun with.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// redirect goes to an address that the session was begun with. It is not
// [http.Redirect], which would take an app's scheme for a relative path.
func redirect(w http.ResponseWriter, _ *http.Request, to string) {
	secure(w.Header())
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

func methodIs(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	for _, m := range methods {
		if r.Method == m || r.Method == http.MethodHead && m == http.MethodGet {
			return true
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

// serveIndex tells who comes to / what there is.
func (s *Server) serveIndex(w http.ResponseWriter, r *http.Request) {
	base, ok := s.linkBase(r)
	if r.URL.Path != "/" || !ok {
		s.showMessage(w, http.StatusNotFound, session{}, wordsOf("").notFound())
		return
	}
	if !methodIs(w, r, http.MethodGet) {
		return
	}
	s.show(w, http.StatusOK, "index.html", page{Words: wordsOf(""), Title: "Terra sandbox", Base: base, DevID: s.creds.DevID})
}

func serveFile(w http.ResponseWriter, r *http.Request, name string) {
	if !methodIs(w, r, http.MethodGet) {
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, pageFiles, name)
}

// serveIcon draws a provider's initial on a colour of its own; the makers' real
// marks are theirs.
func serveIcon(w http.ResponseWriter, r *http.Request, name string) {
	p, ok := synth.Lookup(strings.TrimSuffix(name, ".svg"))
	if !ok || !strings.HasSuffix(name, ".svg") {
		http.NotFound(w, r)
		return
	}
	if !methodIs(w, r, http.MethodGet) {
		return
	}
	hash := fnv.New32a()
	hash.Write([]byte(p.Name))
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "max-age=86400")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" role="img"><rect width="48" height="48" rx="12" fill="hsl(%d 55%% 36%%)"/><text x="24" y="32" font-family="system-ui,sans-serif" font-size="22" font-weight="600" text-anchor="middle" fill="#fff">%s</text></svg>`,
		hash.Sum32()%360, p.Name[:1])
}

// Link is the address at which p is chosen.
func (p page) Link(of synth.Provider) string {
	return "/oauth/" + of.Name + "?state=" + url.QueryEscape(p.State)
}
