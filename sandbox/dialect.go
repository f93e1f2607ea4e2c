package sandbox

import (
	"fmt"
	"net/http"
	"strings"
)

// dialect is the wire form in which a base URL answers.
type dialect uint8

const (
	current dialect = iota // /api/v2
	legacy                 // /v2
	widget                 // /widget/api: legacy errors, and 403 where others say 401
)

// apiError is an error as the caller of the REST interface sees it.
type apiError struct {
	status int
	detail string
}

func (e *apiError) Error() string { return e.detail }

func badRequest(format string, args ...any) error {
	return &apiError{status: http.StatusBadRequest, detail: fmt.Sprintf(format, args...)}
}

var errUserNotFound = &apiError{status: http.StatusNotFound, detail: "user not found"}

// problem is the current error body. Instance repeats the request's path and
// query; the status code is not repeated.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Instance string `json:"instance"`
	Detail   string `json:"detail,omitzero"`
}

// complaint is the legacy error body.
type complaint struct {
	Status  string `json:"status,omitzero"`
	Message string `json:"message"`
}

func (d dialect) writeError(w http.ResponseWriter, r *http.Request, e *apiError) {
	switch {
	case d == current:
		writeJSON(w, e.status, "application/problem+json", problem{
			Type:     "about:blank",
			Title:    strings.ToLower(http.StatusText(e.status)),
			Instance: r.URL.RequestURI(),
			Detail:   e.detail,
		})
	case e.status == http.StatusUnauthorized && d == legacy:
		writeJSON(w, e.status, "application/json", complaint{Message: "unauthorized"})
	case e.status == http.StatusUnauthorized:
		writeJSON(w, http.StatusForbidden, "application/json", complaint{Status: "error", Message: "unauthorized"})
	default:
		writeJSON(w, e.status, "application/json", complaint{Status: "error", Message: e.detail})
	}
}
