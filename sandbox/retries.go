package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"time"
)

// ErrUnknownRetryProfile is returned by [WithRetryProfile] and
// [Server.SetRetryProfile].
var ErrUnknownRetryProfile = errors.New("sandbox: unknown retry profile")

// The retry profiles. Terra has described its retries in several ways, and a
// receiver does well to survive all of them. In each, every answer but a 2xx is
// tried again, redirects among them, and so is none at all.
const (
	// RetryCurrent is the description that is in force, and the default: ten
	// retries, the first after 30 seconds, each wait twice the one before it; eight
	// and a half hours in all.
	RetryCurrent = "current"

	// RetryFAQ is that of Terra's answers to common questions: after 5 minutes, 30
	// minutes, 1, 2 and 4 hours, then three more; a little over a day in all. How the
	// last three are spread is not said; here they wait 5, 6 and 6 hours.
	RetryFAQ = "faq"

	// RetryDay is the older one, which says only that the waits grow exponentially
	// over about a day. Here there are ten of them, doubling from 90 seconds.
	RetryDay = "day"
)

// retryProfile is when a refused delivery is tried again.
type retryProfile struct {
	name  string
	waits []time.Duration // the wait after each attempt
}

var retryProfiles = []retryProfile{
	{RetryCurrent, doubling(30*time.Second, 10)},
	{RetryFAQ, []time.Duration{
		5 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 5 * time.Hour, 6 * time.Hour, 6 * time.Hour,
	}},
	{RetryDay, doubling(90*time.Second, 10)},
}

// doubling is as many waits as there are retries. Terra has them grow to eight
// hours at most, which none of these few exceeds but the last of a day's.
func doubling(wait time.Duration, retries int) []time.Duration {
	waits := make([]time.Duration, retries)
	for i := range waits {
		waits[i] = wait
		wait *= 2
	}
	return waits
}

// RetryProfiles are the names that [WithRetryProfile] takes, the default first.
func RetryProfiles() []string {
	names := make([]string, len(retryProfiles))
	for i, p := range retryProfiles {
		names[i] = p.name
	}
	return names
}

func findRetryProfile(name string) (retryProfile, error) {
	i := slices.IndexFunc(retryProfiles, func(p retryProfile) bool { return p.name == name })
	if i < 0 {
		return retryProfile{}, ErrUnknownRetryProfile
	}
	return retryProfiles[i], nil
}

// wait is how long after the n-th attempt, counted from 1, the next one is due;
// false when there is none.
func (p retryProfile) wait(n int) (time.Duration, bool) {
	if n > len(p.waits) {
		return 0, false
	}
	return p.waits[n-1], true
}

// WithRetryProfile chooses when refused deliveries are tried again: one of
// [RetryProfiles]. The default is [RetryCurrent].
func WithRetryProfile(name string) Option {
	return func(s *Server) (err error) {
		s.retries, err = findRetryProfile(name)
		return err
	}
}

// SetRetryProfile changes the profile. It applies to what is refused from now on;
// what waits already is still tried when it would have been.
func (s *Server) SetRetryProfile(name string) error {
	p, err := findRetryProfile(name)
	if err != nil {
		return err
	}
	s.dispatch.setRetries(p)
	return nil
}

// controlRetries tells the profile, with its waits, and changes it.
func (s *Server) controlRetries(w http.ResponseWriter, r *http.Request) (int, any, error) {
	if err := allow(w, r, http.MethodGet, http.MethodPut); err != nil {
		return 0, nil, err
	}
	if r.Method == http.MethodPut {
		var req struct {
			Profile string `json:"profile"`
		}
		if err := decode(w, r, &req); err != nil {
			return 0, nil, err
		}
		if err := s.SetRetryProfile(req.Profile); err != nil {
			return 0, nil, err
		}
	}
	p := s.dispatch.currentRetries()
	waits := make([]string, len(p.waits))
	for i, wait := range p.waits {
		waits[i] = wait.String()
	}
	return http.StatusOK, struct {
		Profile  string   `json:"profile"`
		Waits    []string `json:"waits"`
		Profiles []string `json:"profiles"`
	}{p.name, waits, RetryProfiles()}, nil
}
