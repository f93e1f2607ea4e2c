package sandbox

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// serveStruck serves a request to the endpoint known as path, as far as the rules
// let it.
func (s *Server) serveStruck(c *call, path string, e endpoint) error {
	op := operation{stages: onRequest, method: e.method, path: path, userID: c.params["user_id"]}
	if id, ok := strings.CutPrefix(c.path, "/users/"); ok {
		op.userID = id
	}
	toWebhook, err := c.params.flag("to_webhook", true)
	op.data = err == nil && !toWebhook && recorded(kind(op.name()))
	for _, f := range s.rules.strike(op) {
		switch f.Kind {
		case FaultDelay:
			if !s.pause(c.r.Context(), f.Delay) {
				return &apiError{status: http.StatusServiceUnavailable, detail: "the request was given up"}
			}
		case FaultDrop:
			c.cut()
		case FaultNullEnrichment:
			c.editRecord = nullScores
		case FaultRateLimit:
			if f.RetryAfter > 0 {
				c.w.Header().Set("Retry-After", seconds(f.RetryAfter))
			}
			c.refuseDays(f.Limit)
			return nil
		case FaultStatus:
			if f.RetryAfter > 0 {
				c.w.Header().Set("Retry-After", seconds(f.RetryAfter))
			}
			detail := strings.ToLower(http.StatusText(f.Status))
			if detail == "" {
				detail = "error"
			}
			return &apiError{status: f.Status, detail: detail}
		}
	}
	return e.serve(s, c)
}

// pause lets real time pass; false when ctx ended before. A closing server waits
// for nothing.
func (s *Server) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.dispatch.ctx.Done():
	case <-ctx.Done():
		return false
	}
	return true
}

// cut makes the connection break in the middle of the answer.
func (c *call) cut() {
	if c.broken == nil {
		c.broken = &brokenWriter{ResponseWriter: c.w}
		c.w = c.broken
	}
}

// brokenWriter lets half of the first write through and swallows the rest, so that
// the handler ends as if all were well.
type brokenWriter struct {
	http.ResponseWriter
	begun bool
}

func (w *brokenWriter) Write(p []byte) (int, error) {
	if !w.begun {
		w.begun = true
		w.ResponseWriter.Write(p[:len(p)/2])
	}
	return len(p), nil
}

// Unwrap lets the answer's first half be flushed.
func (w *brokenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// abort ends the connection, as [http.ErrAbortHandler] tells the HTTP server to.
func (w *brokenWriter) abort() {
	http.NewResponseController(w.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}
