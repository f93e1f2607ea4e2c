// Package answer tells how a handler has answered.
package answer

import "net/http"

// Status has h answer r, and returns the status of the answer.
func Status(h http.Handler, w http.ResponseWriter, r *http.Request) int {
	watched := &watchedWriter{ResponseWriter: w, status: http.StatusOK}
	h.ServeHTTP(watched, r)
	return watched.status
}

type watchedWriter struct {
	http.ResponseWriter
	status int
}

func (w *watchedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
