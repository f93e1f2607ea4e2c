// Package console is the pages in the browser that show what happens: the people and
// their days, the deliveries and what became of them, and beside a sandbox, what can
// go wrong with them.
//
// It works in front of a store, of a sandbox, or of both. All can be read without
// JavaScript; with it, a page keeps itself up to date.
package console

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/sandbox"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// Config is what the console shows, and to whom. There has to be a store or a
// platform.
type Config struct {
	Store    *events.Stores // nil where nothing is kept
	Platform *Platform      // nil in production

	// Token is what people need to see anything; the zero Token lets everybody who
	// reaches the console in.
	Token Token

	Logger *slog.Logger
}

// Platform is a sandbox and what runs beside it.
type Platform struct {
	Sandbox  *sandbox.Server
	Client   *terra.Client      // of the same sandbox
	Receiver *receiver.Receiver // nil when none runs beside it

	BaseURL     string   // where clients send their requests
	ReceiverURL string   // where deliveries go; empty without a receiver
	Examples    []string // command lines worth trying
}

// Console is the handler. It has to be closed.
type Console struct {
	Config
	templates *template.Template
	mux       *http.ServeMux
	live      *live
	plays     plays
}

// New reads the templates and starts to watch for changes.
func New(c Config) (*Console, error) {
	templates, err := template.New("").Funcs(functions).ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	h := &Console{Config: c, templates: templates, mux: http.NewServeMux()}
	h.live = startLive(func(ctx context.Context) string { return h.glance(ctx).version })
	h.routes(http.StripPrefix("/console/", http.FileServerFS(static)))
	return h, nil
}

// Close ends the streams to open pages, and returns once nothing is at work any more.
func (h *Console) Close() { h.live.close() }

func (h *Console) routes(files http.Handler) {
	for _, name := range staticNames {
		h.mux.Handle("GET /console/"+name, files)
	}
	h.mux.HandleFunc("GET /{$}", h.overview)
	h.mux.HandleFunc("GET /live", h.stream)
	h.mux.HandleFunc("GET /people", h.people)
	h.mux.HandleFunc("GET /people/{user}", h.person)
	h.mux.HandleFunc("GET /people/{user}/{chart}", h.chart)
	h.mux.HandleFunc("GET /deliveries", h.deliveries)
	h.mux.HandleFunc("GET /deliveries/{id}", h.delivery)
	if h.Token.set() {
		h.mux.HandleFunc("POST /login", h.login)
		h.mux.HandleFunc("POST /logout", h.logout)
	}
	if h.Store != nil {
		h.mux.HandleFunc("GET /dead", h.dead)
		h.mux.HandleFunc("POST /dead/replay", h.replayDead)
		h.mux.HandleFunc("POST /deliveries/{id}/replay", h.replay)
	}
	if h.Platform != nil {
		h.mux.HandleFunc("POST /people/connect", h.connect)
		h.mux.HandleFunc("GET /connected", h.connected)
		h.mux.HandleFunc("POST /people/{user}/events", h.trigger)
		h.mux.HandleFunc("POST /people/{user}/history", h.history)
		h.mux.HandleFunc("POST /deliveries/{id}/resend", h.resend)
		h.mux.HandleFunc("GET /faults", h.faults)
		h.mux.HandleFunc("POST /faults", h.addFault)
		h.mux.HandleFunc("POST /faults/clear", h.clearFaults)
		h.mux.HandleFunc("POST /faults/{id}/remove", h.removeFault)
		h.mux.HandleFunc("POST /clock", h.advance)
		h.mux.HandleFunc("GET /scenarios", h.scenarios)
		h.mux.HandleFunc("GET /scenarios/{name}", h.scenario)
		h.mux.HandleFunc("POST /scenarios/{name}", h.play)
	}
	h.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.problem(w, r, http.StatusNotFound, "Nothing here", "There is no such page.")
	})
}

// staticNames are what a page loads. There is nothing to see in them.
var staticNames = []string{"console.css", "console.js", "icon.svg"}

const (
	policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	maxForm = 64 << 10 // bytes of what a form sends
)

// ServeHTTP lets the page load only its own style sheet and script, and nobody
// frame it.
func (h *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if !h.admits(r) {
		h.askForToken(w, r, "")
		return
	}
	h.mux.ServeHTTP(w, r)
}

// page is what every page has.
type page struct {
	Title   string
	Section string // the one of the navigation, as its path
	Host    string
	Version string // of what is shown; see [Console.glance]
	Notice  string
	Dead    int // dead letters

	Stored, Dev, Guarded bool
}

// page is made before anything else of a view is read, so that a change meanwhile
// makes the page out of date.
func (h *Console) page(r *http.Request, section, title string) page {
	g := h.glance(r.Context())
	return page{
		Title: title, Section: section, Host: r.Host, Version: g.version, Dead: g.inbox.Dead, Notice: notice(r),
		Stored: h.Store != nil, Dev: h.Platform != nil, Guarded: h.Token.set(),
	}
}

// problem is a page that says what is wrong.
func (h *Console) problem(w http.ResponseWriter, r *http.Request, status int, title, problem string) {
	h.render(w, r, status, "problem.html", struct {
		page
		Problem string
	}{h.page(r, "", title), problem})
}

// failed is the page for a failure from outside. What failed is for the log: it may
// name places on this machine.
func (h *Console) failed(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // nobody is there to see it
	}
	h.Logger.ErrorContext(r.Context(), "console: page not made", "error", err)
	h.problem(w, r, http.StatusInternalServerError, "Something is in the way",
		"What this page shows could not be read just now. The log of terrago says why.")
}

// render executes the template in full before it answers anything. Characters that
// would turn the direction of writing, or steer a terminal into which somebody copies
// a page, are spelled out.
func (h *Console) render(w http.ResponseWriter, r *http.Request, status int, name string, view any) {
	var b, safe bytes.Buffer
	if err := h.templates.ExecuteTemplate(&b, name, view); err != nil {
		h.Logger.ErrorContext(r.Context(), "console: page not rendered", "page", name, "error", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	safeio.NewWriter(&safe).Write(b.Bytes()) // a bytes.Buffer takes everything
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(safe.Bytes())
}
