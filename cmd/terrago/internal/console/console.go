// Package console is the page in the browser that shows what happens in a
// sandbox: the people, their records as the client reads them, and the
// deliveries with what the receiver made of them.
//
// It works without JavaScript; with it, the page keeps itself up to date.
package console

import (
	"bytes"
	"embed"
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// Config is what the console shows.
type Config struct {
	Sandbox  *sandbox.Server
	Client   *terra.Client      // of the same sandbox
	Receiver *receiver.Receiver // nil when none runs beside it

	BaseURL     string   // where clients send their requests
	ReceiverURL string   // where deliveries go; empty without a receiver
	Examples    []string // command lines worth trying

	Logger *slog.Logger
}

// Console is the handler. It serves / and what lies below /console/.
type Console struct {
	Config
	templates *template.Template
	mux       *http.ServeMux
}

// New reads the templates.
func New(c Config) (*Console, error) {
	templates, err := template.ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	h := &Console{Config: c, templates: templates, mux: http.NewServeMux()}
	h.mux.HandleFunc("GET /{$}", h.home)
	h.mux.HandleFunc("GET /console/version", h.version)
	h.mux.HandleFunc("GET /console/deliveries/{id}", h.delivery)
	h.mux.HandleFunc("POST /console/deliveries/{id}/resend", h.resend)
	h.mux.HandleFunc("POST /console/connect", h.connect)
	files := http.StripPrefix("/console/", http.FileServerFS(static))
	for _, name := range []string{"console.css", "console.js", "icon.svg"} {
		h.mux.Handle("GET /console/"+name, files)
	}
	h.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.problem(w, r, http.StatusNotFound, "Nothing here", "There is no such page.")
	})
	return h, nil
}

// ServeHTTP lets the page load only its own style sheet and script, and nobody
// frame it.
func (h *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	h.mux.ServeHTTP(w, r)
}

func (h *Console) home(w http.ResponseWriter, r *http.Request) {
	h.render(w, r, http.StatusOK, "home.html", h.homeView(r))
}

// version lets an open page see cheaply whether it is out of date.
func (h *Console) version(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, h.state())
}

// connect sends the browser to the widget's pages, and from there back here.
func (h *Console) connect(w http.ResponseWriter, r *http.Request) {
	session, err := h.Client.Auth.GenerateWidgetSession(r.Context(), terra.WidgetRequest{
		ReferenceID: h.nextReference(),
		SuccessURL:  "http://" + r.Host + "/",
		FailureURL:  "http://" + r.Host + "/?failed=1",
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

func (h *Console) delivery(w http.ResponseWriter, r *http.Request) {
	for _, d := range h.Sandbox.Deliveries() {
		if d.ID == r.PathValue("id") {
			h.render(w, r, http.StatusOK, "delivery.html", h.deliveryView(r, d))
			return
		}
	}
	h.problem(w, r, http.StatusNotFound, "No such delivery", "It may be from before the sandbox was reset.")
}

func (h *Console) resend(w http.ResponseWriter, r *http.Request) {
	d, err := h.Sandbox.Resend(r.PathValue("id"))
	if err != nil {
		h.problem(w, r, http.StatusNotFound, "Not sent again", "There is no such delivery, or no destination to send it to.")
		return
	}
	http.Redirect(w, r, "/console/deliveries/"+url.PathEscape(d.ID)+"?sent=1", http.StatusSeeOther)
}

func (h *Console) problem(w http.ResponseWriter, r *http.Request, status int, title, problem string) {
	h.render(w, r, status, "problem.html", struct {
		page
		Problem string
	}{h.page(r, title), problem})
}

// render executes the template in full before it answers anything.
func (h *Console) render(w http.ResponseWriter, r *http.Request, status int, name string, view any) {
	var b bytes.Buffer
	if err := h.templates.ExecuteTemplate(&b, name, view); err != nil {
		h.Logger.ErrorContext(r.Context(), "console: page not rendered", "page", name, "error", err)
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// state changes whenever the page would look different.
func (h *Console) state() string {
	sum := fnv.New64a()
	for _, u := range h.Sandbox.Users() {
		fmt.Fprintln(sum, u.UserID, u.Active.Or(true))
	}
	for _, d := range h.Sandbox.Deliveries() {
		fmt.Fprintln(sum, d.ID, d.State, len(d.Attempts))
	}
	if h.Receiver != nil {
		fmt.Fprintln(sum, h.Receiver.Total())
	}
	return fmt.Sprintf("%x", sum.Sum64())
}

// nextReference is the id, in the app's own numbering, of one person more.
func (h *Console) nextReference() string {
	users := h.Sandbox.Users()
	for n := len(users) + 1; ; n++ {
		reference := fmt.Sprintf("person-%d", n)
		if !slices.ContainsFunc(users, func(u terra.User) bool { return u.ReferenceID.Or("") == reference }) {
			return reference
		}
	}
}

// Guard refuses requests under a host name other than this machine's own or
// those in names, and state-changing ones from pages of another origin. A web
// page elsewhere can point its own name at 127.0.0.1 and then read what answers
// there; it cannot do that with an address or with localhost.
func Guard(h http.Handler, names ...string) http.Handler {
	next := http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
		local := host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host) != nil
		if !local && !slices.Contains(names, host) {
			http.Error(w, "This server answers only under localhost or an address.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
