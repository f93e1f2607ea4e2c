package sandbox

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const maxAPIBody = 1 << 20

// endpoint is one path of the REST interface.
type endpoint struct {
	method string
	serve  func(*Server, *call) error
	open   bool // needs no credentials
}

// endpoints are keyed by their path below the base.
func endpoints() map[string]endpoint {
	const get, post, patch, del = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete
	return map[string]endpoint{
		"/integrations":               {get, (*Server).listIntegrations, true},
		"/integrations/detailed":      {get, (*Server).listDetailed, true},
		"/auth/authenticateUser":      {post, (*Server).authenticateUser, false},
		"/auth/generateWidgetSession": {post, (*Server).generateWidgetSession, false},
		"/auth/deauthenticateUser":    {del, (*Server).deauthenticateUser, false},
		"/auth/generateAuthToken":     {post, (*Server).generateAuthToken, false},
		"/userInfo":                   {get, (*Server).userInfo, false},
		"/users/{id}":                 {patch, (*Server).modifyUser, false},
		"/subscriptions":              {get, (*Server).subscriptions, false},
		"/bulkUserInfo":               {post, (*Server).bulkUserInfo, false},
		"/activity":                   {get, fetch(activity), false},
		"/body":                       {get, fetch(body), false},
		"/daily":                      {get, fetch(daily), false},
		"/sleep":                      {get, fetch(sleep), false},
		"/nutrition":                  {get, fetch(nutrition), false},
		"/menstruation":               {get, fetch(menstruation), false},
		"/athlete":                    {get, (*Server).fetchAthlete, false},
	}
}

// route finds the endpoint of a path below the base, and how it is known.
func (s *Server) route(path string) (known string, e endpoint, ok bool) {
	if id, ok := strings.CutPrefix(path, "/users/"); ok && id != "" && !strings.Contains(id, "/") {
		path = "/users/{id}"
	}
	e, ok = s.endpoints[path]
	return path, e, ok
}

// call is one request to the REST interface and the way to answer it.
type call struct {
	w       http.ResponseWriter
	r       *http.Request
	dialect dialect
	path    string // below the base
	body    []byte
	params  params
	host    string // scheme and host of links, validated

	// What rules make of the answer, nil when nothing.
	broken     *brokenWriter
	editRecord func(record map[string]any)
}

// serveAPI answers path, the part below the base.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, d dialect, path string) {
	c := &call{w: w, r: r, dialect: d, path: path}
	if err := s.answer(c); err != nil {
		var bad *apiError
		if !errors.As(err, &bad) {
			s.log.Error("request failed", "path", path, "error", err)
			bad = &apiError{status: http.StatusInternalServerError, detail: "internal error"}
		}
		if c.broken != nil {
			w = c.broken
		}
		d.writeError(w, r, bad)
	}
	if c.broken != nil {
		c.broken.abort()
	}
}

func (s *Server) answer(c *call) error {
	known, e, ok := s.route(c.path)
	if !ok {
		return &apiError{status: http.StatusNotFound, detail: "no such path"}
	}
	if c.r.Method != e.method && !(c.r.Method == http.MethodHead && e.method == http.MethodGet) {
		c.w.Header().Set("Allow", e.method)
		return &apiError{status: http.StatusMethodNotAllowed, detail: "method not allowed"}
	}
	if !e.open && !s.authorized(c.r.Header) {
		return &apiError{status: http.StatusUnauthorized, detail: "dev-id or x-api-key headers are missing"}
	}
	if err := c.read(); err != nil {
		return err
	}
	host, ok := s.linkBase(c.r)
	if !ok {
		return badRequest("invalid Host header")
	}
	c.host = host
	return s.serveStruck(c, known, e)
}

// authorized compares in constant time, as the server may have been given real
// credentials.
func (s *Server) authorized(h http.Header) bool {
	dev := subtle.ConstantTimeCompare([]byte(h.Get("dev-id")), []byte(s.creds.DevID))
	key := subtle.ConstantTimeCompare([]byte(h.Get("x-api-key")), []byte(s.creds.APIKey))
	return dev&key == 1
}

// read takes the parameters from wherever the client put them: the query, or the
// members of a JSON object in the body.
func (c *call) read() error {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return badRequest("malformed query string")
	}
	c.params = params{}
	for name, values := range query {
		c.params[name] = values[0]
	}
	c.body, err = io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxAPIBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &apiError{status: http.StatusRequestEntityTooLarge, detail: "body too large"}
	} else if err != nil {
		return badRequest("body could not be read")
	}
	c.body = bytes.TrimSpace(c.body)
	if len(c.body) == 0 || c.r.Method == http.MethodGet {
		return nil
	}
	if !json.Valid(c.body) {
		return badRequest("body is not valid JSON")
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(c.body, &members) != nil {
		return nil // some endpoints take an array; the others miss their parameters
	}
	for name, raw := range members {
		if _, ok := c.params[name]; ok {
			continue
		}
		if v, ok := scalar(raw); ok {
			c.params[name] = v
		}
	}
	return nil
}

// scalar is the text of a JSON string, number or boolean, and the items of an
// array of strings joined with commas. Null and objects are no parameters.
func scalar(raw json.RawMessage) (string, bool) {
	switch raw[0] {
	case '"':
		var v string
		return v, json.Unmarshal(raw, &v) == nil
	case '[':
		var v []string
		return strings.Join(v, ","), json.Unmarshal(raw, &v) == nil
	case 'n', '{':
		return "", false
	}
	return string(raw), true
}

// params are the parameters of a call by name.
type params map[string]string

func (p params) required(name string) (string, error) {
	if v := p[name]; v != "" {
		return v, nil
	}
	return "", badRequest("%s is required", name)
}

// flag reads a boolean in the spellings of every client, True and False of Python
// among them.
func (p params) flag(name string, def bool) (bool, error) {
	v, ok := p[name]
	if !ok || v == "" {
		return def, nil
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, badRequest("invalid %s", name)
	}
	return b, nil
}

// number reads an integer of at least least; ok is false when it is not there.
func (p params) number(name string, least int) (n int, ok bool, err error) {
	v := p[name]
	if v == "" {
		return 0, false, nil
	}
	n, err = strconv.Atoi(v)
	if err != nil || n < least {
		return 0, false, badRequest("invalid %s", name)
	}
	return n, true, nil
}

// linkBase is the scheme and host that links for r start with; false when the
// request names no usable host.
func (s *Server) linkBase(r *http.Request) (string, bool) {
	switch {
	case s.publicURL != nil:
		return s.publicURL.String(), true
	case !validHost(r.Host):
		return "", false
	case r.TLS != nil:
		return "https://" + r.Host, true
	}
	return "http://" + r.Host, true
}

// validHost accepts a host name or address with an optional port, and none of the
// characters with which a Host header could leave its place in a URL.
func validHost(host string) bool {
	if host == "" || len(host) > 255 {
		return false
	}
	u, err := url.Parse("http://" + host)
	return err == nil && u.Host == host && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsFunc(host, func(r rune) bool { return isNotAlphanumeric(r) && !strings.ContainsRune(".-_:[]", r) })
}

// reply answers 200 with v as JSON.
func (c *call) reply(v any) error { return writeJSON(c.w, http.StatusOK, "application/json", v) }

// writeJSON marshals before it writes the status, so that a failure can still be
// answered.
func writeJSON(w http.ResponseWriter, status int, contentType string, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(b.Bytes())
	return nil
}
