// Package ops is what those who keep a receiver running look at: whether it is
// alive, whether it is ready, and what it counts.
package ops

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// checkLimit is how long something may take to say that it is well. Orchestrators
// give up after a second by default.
const checkLimit = 900 * time.Millisecond

// Check is one thing that has to work for the process to be of use.
type Check struct {
	Name string
	Run  func(context.Context) error
}

// Readiness says whether deliveries should be sent here. Its zero value is always
// ready.
type Readiness struct {
	Checks   []Check
	draining atomic.Bool
}

// Drain makes it not ready for good.
func (r *Readiness) Drain() { r.draining.Store(true) }

// ServeHTTP answers 200 or 503, and says what is the matter. Causes stay out of it:
// who may ask is not known.
func (r *Readiness) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	problems := r.problems(req.Context())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if len(problems) == 0 {
		io.WriteString(w, "ready\n")
		return
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	for _, p := range problems {
		fmt.Fprintln(w, p)
	}
}

func (r *Readiness) problems(ctx context.Context) []string {
	if r.draining.Load() {
		return []string{"draining"}
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	answers := make([]chan error, len(r.Checks))
	for i, c := range r.Checks {
		answers[i] = make(chan error, 1)
		go func() { answers[i] <- c.Run(ctx) }()
	}
	var problems []string
	for i, c := range r.Checks {
		select {
		case err := <-answers[i]:
			if err != nil {
				problems = append(problems, c.Name+" cannot be reached")
			}
		case <-ctx.Done():
			problems = append(problems, c.Name+" does not answer")
		}
	}
	return slices.Compact(problems)
}

// Paths are those that [Handler] serves.
func Paths() []string { return []string{"/healthz", "/readyz", "/metrics"} }

// Handler serves them.
func Handler(ready *Readiness, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, "alive\n")
	})
	mux.Handle("GET /readyz", ready)
	mux.Handle("GET /metrics", metrics)
	return mux
}
