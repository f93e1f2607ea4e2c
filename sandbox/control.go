package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/terra-go/terra/sandbox/synth"
)

const (
	maxControlBody = 1 << 20
	maxEventBody   = 64<<20 + maxControlBody
)

// controlError is an error as the caller of a control path sees it.
type controlError struct {
	status int
	reason string
}

func (e *controlError) Error() string { return e.reason }

// serveControl answers /_sandbox and what is below it.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request, path string) {
	status, v, err := s.control(w, r, path)
	if err != nil {
		var bad *controlError
		if !errors.As(err, &bad) {
			bad = explain(err)
		}
		writeJSON(w, bad.status, "application/json", struct {
			Error string `json:"error"`
		}{bad.reason})
		return
	}
	if err := writeJSON(w, status, "application/json", v); err != nil {
		s.log.Error("control reply failed", "path", path, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

func (s *Server) control(w http.ResponseWriter, r *http.Request, path string) (status int, v any, err error) {
	if err := s.guard(r); err != nil {
		return 0, nil, err
	}
	if id, ok := strings.CutPrefix(path, "/deliveries/"); ok {
		return s.controlDelivery(w, r, id)
	}
	if id, ok := strings.CutPrefix(path, "/rules/"); ok {
		return s.controlRule(w, r, id)
	}
	switch path {
	case "/users":
		return s.controlUsers(w, r)
	case "/destinations":
		return s.controlDestinations(w, r)
	case "/events":
		return s.controlEvents(w, r)
	case "/deliveries":
		if err := allow(w, r, http.MethodGet); err != nil {
			return 0, nil, err
		}
		list := s.Deliveries()
		if id := r.URL.Query().Get("trace_id"); id != "" {
			list = slices.DeleteFunc(list, func(d Delivery) bool { return d.TraceID != id })
		}
		for i := range list {
			list[i].Body = nil
		}
		return http.StatusOK, list, nil
	case "/clock":
		return s.controlClock(w, r)
	case "/retries":
		return s.controlRetries(w, r)
	case "/rules":
		return s.controlRules(w, r)
	case "/reset":
		if err := allow(w, r, http.MethodPost); err != nil {
			return 0, nil, err
		}
		s.Reset()
		return http.StatusOK, struct{}{}, nil
	}
	return 0, nil, &controlError{http.StatusNotFound, "no such control path"}
}

func (s *Server) controlUsers(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var req struct {
		Provider    string        `json:"provider"`
		ReferenceID string        `json:"reference_id"`
		Persona     synth.Persona `json:"persona"`
	}
	if err := allow(w, r, http.MethodPost); err != nil {
		return 0, nil, err
	}
	if err := decode(w, r, &req); err != nil {
		return 0, nil, err
	}
	if len(req.ReferenceID) > maxReferenceID {
		return 0, nil, &controlError{http.StatusBadRequest, "reference_id is too long"}
	}
	var opts []ConnectOption
	if req.Persona != "" {
		opts = append(opts, WithPersona(req.Persona))
	}
	user, err := s.Connect(req.Provider, req.ReferenceID, opts...)
	return http.StatusCreated, user, err
}

// controlDestinations answers with the list as it then stands.
func (s *Server) controlDestinations(w http.ResponseWriter, r *http.Request) (int, any, error) {
	if err := allow(w, r, http.MethodPut, http.MethodGet, http.MethodPost, http.MethodDelete); err != nil {
		return 0, nil, err
	}
	var err error
	status := http.StatusOK
	switch r.Method {
	case http.MethodPut:
		var list []Destination
		if err = decode(w, r, &list); err == nil {
			err = s.SetDestinations(list)
		}
	case http.MethodPost:
		var one Destination
		if err = decode(w, r, &one); err == nil {
			status, err = http.StatusCreated, s.AddDestination(one)
		}
	case http.MethodDelete:
		err = s.RemoveDestination(r.URL.Query().Get("url"))
	}
	return status, s.Destinations(), err
}

func (s *Server) controlEvents(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var req EventRequest
	if err := allow(w, r, http.MethodPost); err != nil {
		return 0, nil, err
	}
	if err := decodeUpTo(w, r, maxEventBody, &req); err != nil {
		return 0, nil, err
	}
	base, _ := s.linkBase(r)
	d, err := s.trigger(req, base)
	return http.StatusAccepted, d, err
}

// controlDelivery serves one delivery with its body, and the resending of it.
func (s *Server) controlDelivery(w http.ResponseWriter, r *http.Request, id string) (int, any, error) {
	if id, ok := strings.CutSuffix(id, "/resend"); ok {
		if err := allow(w, r, http.MethodPost); err != nil {
			return 0, nil, err
		}
		d, err := s.Resend(id)
		return http.StatusAccepted, d, err
	}
	if err := allow(w, r, http.MethodGet); err != nil {
		return 0, nil, err
	}
	d, err := s.dispatch.find(id)
	return http.StatusOK, d, err
}

// guard refuses what a web page of another origin could have sent. The control
// paths need no key, so the name under which they are called must be this
// machine's own, or the configured one: a page whose name resolves to this machine
// carries its own name still.
func (s *Server) guard(r *http.Request) error {
	if !loopback(r.Host) && (s.publicURL == nil || !strings.EqualFold(r.Host, s.publicURL.Host)) {
		return &controlError{http.StatusForbidden, "control is for localhost, or the host of the configured public URL"}
	}
	if !s.sameOrigin(r) {
		return &controlError{http.StatusForbidden, "control is not for pages of another origin"}
	}
	return nil
}

// loopback reports whether host, with or without a port, names this machine.
func loopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}

// sameOrigin is true for programs, which send neither header, and for the
// browser's own pages of this server.
func (s *Server) sameOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" &&
		(strings.EqualFold(u.Host, r.Host) || s.publicURL != nil && strings.EqualFold(u.Host, s.publicURL.Host))
}

func allow(w http.ResponseWriter, r *http.Request, methods ...string) error {
	for _, m := range methods {
		if r.Method == m {
			return nil
		}
	}
	list := strings.Join(methods, ", ")
	w.Header().Set("Allow", list)
	return &controlError{http.StatusMethodNotAllowed, "the method here is " + list}
}

// decode reads exactly one JSON value of known members.
func decode(w http.ResponseWriter, r *http.Request, v any) error {
	return decodeUpTo(w, r, maxControlBody, v)
}

func decodeUpTo(w http.ResponseWriter, r *http.Request, limit int64, v any) error {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &controlError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", limit)}
	} else if err != nil {
		return &controlError{http.StatusBadRequest, "the body could not be read"}
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return &controlError{http.StatusBadRequest, "the body is empty"}
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	err = dec.Decode(v)
	if err == nil {
		_, end := dec.Token()
		if end == io.EOF {
			return nil
		}
		return &controlError{http.StatusBadRequest, "the body holds more than one value"}
	}
	var (
		syntax *json.SyntaxError
		typed  *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		return &controlError{http.StatusBadRequest, fmt.Sprintf("the body is not valid JSON at byte %d", syntax.Offset)}
	case errors.As(err, &typed) && typed.Field != "":
		return &controlError{http.StatusBadRequest, fmt.Sprintf("%s must be a JSON %s", typed.Field, jsonType(typed))}
	case errors.As(err, &typed):
		return &controlError{http.StatusBadRequest, "the body must be a JSON " + jsonType(typed)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &controlError{http.StatusBadRequest, "the body is not valid JSON: it ends too early"}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return &controlError{http.StatusBadRequest, strings.TrimPrefix(err.Error(), "json: ")}
	}
	return &controlError{http.StatusBadRequest, "date must be of the form YYYY-MM-DD"}
}

// jsonType is what a member should have been.
func jsonType(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "struct", "map":
		return "object"
	case "slice":
		return "array"
	case "bool":
		return "boolean"
	case "float64":
		return "number"
	case "int", "int64":
		return "whole number"
	}
	return e.Type.Kind().String()
}

// explain gives the errors of the Go surface their status.
func explain(err error) *controlError {
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, ErrUnknownUser), errors.Is(err, ErrUnknownDelivery), errors.Is(err, ErrUnknownDestination), errors.Is(err, ErrUnknownRule):
		status = http.StatusNotFound
	case errors.Is(err, ErrNoDestination), errors.Is(err, ErrNoRecord), errors.Is(err, ErrTooManyRules):
		status = http.StatusConflict
	case errors.Is(err, http.ErrServerClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		status = http.StatusServiceUnavailable
	}
	return &controlError{status, strings.TrimPrefix(err.Error(), "sandbox: ")}
}
