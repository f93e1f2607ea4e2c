package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox/synth"
)

const (
	stateVersion = 1
	saveDelay    = 500 * time.Millisecond // after a change, so that many are one write
)

// StateError says why a state cannot be restored. It quotes nothing of it.
type StateError struct{ Reason string }

func (e *StateError) Error() string { return "sandbox: the state cannot be restored: " + e.Reason }

func badState(format string, args ...any) error { return &StateError{fmt.Sprintf(format, args...)} }

// WithState keeps everything that [Server.Snapshot] holds in a file, so that the
// next server with the same file and seed goes on where this one ended. The file
// is written a moment after a change, and by [Server.Close]; it is replaced as a
// whole, so that no crash leaves half of one, and only its owner may read it, as
// it holds the secrets of destinations. A file that cannot be restored makes [New]
// fail and is left as it is. No two servers may share one, at the same time.
func WithState(path string) Option {
	return func(s *Server) error {
		if path == "" {
			return errors.New("sandbox: the state needs the path of a file")
		}
		s.keeper.path = path
		return nil
	}
}

// Snapshot is the server's state as JSON: people and their ids, sessions, ping
// links that still hold, days requested of late, destinations and how they fare,
// deliveries that have not ended, with their attempts, rules, the retry profile, and
// how far the clock is ahead.
// Days of data are not in it, as they are computed; nor are deliveries that have
// ended. Its form may change from one version of this package to the next, which
// reads it all the same.
func (s *Server) Snapshot() ([]byte, error) {
	v, err := s.save()
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// Restore replaces the server's state by that of a snapshot, which a server of the
// same seed has made. Attempts under way are abandoned. The error is a
// [*StateError], and nothing has changed then.
func (s *Server) Restore(snapshot []byte) error {
	v, err := parseState(snapshot)
	if err != nil {
		return err
	}
	commit, err := s.load(v)
	if err != nil {
		return err
	}
	commit()
	return nil
}

// section is a part of the state that is kept elsewhere than in the world and the
// dispatcher.
type section struct {
	name string
	save func() (any, error)

	// load checks what save returned, which is nil where there was none, and returns
	// the function that puts it in place.
	load func(json.RawMessage) (commit func(), err error)
}

// state is a snapshot. Durations are in nanoseconds.
type state struct {
	Version      int                        `json:"version"`
	Seed         uint64                     `json:"seed"`
	Ahead        time.Duration              `json:"clock_ahead"`
	Retries      string                     `json:"retry_profile"`
	Issued       []savedCount               `json:"issued"`
	Users        []savedUser                `json:"users"`
	Sessions     []savedSession             `json:"sessions"`
	Payloads     []savedPayload             `json:"payloads"`
	Destinations []savedTarget              `json:"destinations"`
	Deliveries   []savedJob                 `json:"deliveries"`
	Sections     map[string]json.RawMessage `json:"sections"`
}

type savedCount struct {
	Provider  string `json:"provider"`
	Reference string `json:"reference_id"`
	Count     int    `json:"count"`
}

type savedUser struct {
	User    health.User    `json:"user"`
	Human   string         `json:"human"`
	Persona *synth.Persona `json:"persona,omitzero"`
	Start   health.Date    `json:"start,omitzero"`
}

type savedSession struct {
	ID         string    `json:"id"`
	Providers  []string  `json:"providers"`
	UserID     string    `json:"user_id,omitzero"`
	Language   string    `json:"language,omitzero"`
	Reference  string    `json:"reference_id,omitzero"`
	SuccessURL string    `json:"success_url,omitzero"`
	FailureURL string    `json:"failure_url,omitzero"`
	Expires    time.Time `json:"expires"`
	Used       bool      `json:"used,omitzero"`
}

// savedPayload has a body as bytes, since one that a fault has spoilt may be no
// JSON.
type savedPayload struct {
	Token   string     `json:"token"`
	Body    []byte     `json:"body,omitzero"`
	Part    *savedPart `json:"part,omitzero"`
	Expires time.Time  `json:"expires"`
}

type savedPart struct {
	Of      savedUser   `json:"of"`
	Kind    kind        `json:"kind"`
	Start   health.Date `json:"start"`
	End     health.Date `json:"end"`
	Samples bool        `json:"samples"`
	Now     time.Time   `json:"now"`
	Day     health.Date `json:"day"`
	Skip    int         `json:"skip"`
	Count   int         `json:"count"`
	Spoils  []Fault     `json:"spoils,omitempty"`
}

type savedTarget struct {
	DestinationStatus
	Timeouts int       `json:"timeouts,omitzero"`
	Probe    time.Time `json:"probe,omitzero"`
}

type savedJob struct {
	Delivery
	Body  []byte     `json:"body,omitzero"` // in place of the delivery's
	Part  *savedPart `json:"part,omitzero"`
	Place int        `json:"place"`
	Event string     `json:"event"`
	Data  bool       `json:"data,omitzero"`
	Tries int        `json:"tries"`
	Due   time.Time  `json:"due"`
}

// stateSections are those of every server.
func (s *Server) stateSections() []section {
	return []section{
		{"rules", s.rules.save, s.loadRules},
		{"requested_days", s.budget.save, s.budget.load},
	}
}

// save copies the state under its locks; making JSON of it needs none.
func (s *Server) save() (*state, error) {
	v := &state{Version: stateVersion, Seed: s.seed, Ahead: s.clock.offset(), Sections: map[string]json.RawMessage{}}
	for _, sec := range s.sections {
		part, err := sec.save()
		if err != nil {
			return nil, err
		}
		if v.Sections[sec.name], err = json.Marshal(part); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dispatch.mu.Lock()
	defer s.dispatch.mu.Unlock()
	s.world.save(v, s.now())
	s.dispatch.save(v)
	return v, nil
}

func (w *world) save(v *state, now time.Time) {
	for id, n := range w.issued {
		v.Issued = append(v.Issued, savedCount{id.provider, id.reference, n})
	}
	slices.SortFunc(v.Issued, func(a, b savedCount) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.Reference, b.Reference))
	})
	for _, c := range w.order {
		v.Users = append(v.Users, c.save())
	}
	for _, one := range w.sessions {
		saved := savedSession{
			ID: one.id, UserID: one.userID, Language: one.language, Reference: one.referenceID,
			SuccessURL: one.successURL, FailureURL: one.failureURL, Expires: one.expires, Used: one.used,
		}
		for _, p := range one.providers {
			saved.Providers = append(saved.Providers, p.Name)
		}
		v.Sessions = append(v.Sessions, saved)
	}
	slices.SortFunc(v.Sessions, func(a, b savedSession) int { return strings.Compare(a.ID, b.ID) })
	for _, p := range w.payloads {
		if now.Before(p.expires) {
			v.Payloads = append(v.Payloads, savedPayload{p.token, p.body, p.part.save(), p.expires})
		}
	}
}

func (c *connection) save() savedUser {
	return savedUser{c.user, c.origin.human, c.origin.persona, c.origin.start}
}

func (p *part) save() *savedPart {
	if p == nil {
		return nil
	}
	q := p.query
	return &savedPart{
		Of: q.conn.save(), Kind: q.kind, Start: q.days.start, End: q.days.end, Samples: q.samples, Now: q.now,
		Day: p.chunk.day, Skip: p.chunk.skip, Count: p.chunk.count, Spoils: p.spoils,
	}
}

// save adds what the dispatcher knows. Its mutex is held.
func (d *dispatcher) save(v *state) {
	v.Retries = d.retries.name
	for _, t := range d.targets {
		saved := savedTarget{t.status(), t.timeouts, t.probe}
		saved.Secret = t.Secret
		v.Destinations = append(v.Destinations, saved)
	}
	for _, j := range d.jobs {
		if j.finished {
			continue
		}
		v.Deliveries = append(v.Deliveries, savedJob{
			Delivery: j.snapshot(), Body: j.Body, Part: j.part.save(),
			Place: j.place, Event: j.event, Data: j.data, Tries: j.tries, Due: j.due,
		})
	}
}

// parseState reads a snapshot of this version.
func parseState(b []byte) (*state, error) {
	var head struct {
		Version int `json:"version"`
	}
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(b, &head); {
	case len(bytes.TrimSpace(b)) == 0:
		return nil, badState("it is empty")
	case errors.As(err, &syntax):
		return nil, badState("it is not valid JSON at byte %d", syntax.Offset)
	case err != nil || head.Version < 1:
		return nil, badState("it is not the state of a sandbox")
	case head.Version > stateVersion:
		return nil, badState("it is of version %d, which a newer sandbox has written; this one reads up to %d", head.Version, stateVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var v state
	err := dec.Decode(&v)
	if typed := (*json.UnmarshalTypeError)(nil); errors.As(err, &typed) && typed.Field != "" {
		return nil, badState("%s has the wrong type", typed.Field)
	}
	if err != nil {
		return nil, badState("a member is unknown or has a wrong value")
	}
	return &v, nil
}

// load checks a state and returns the function that puts it in place.
func (s *Server) load(v *state) (commit func(), err error) {
	if v.Seed != s.seed {
		return nil, badState("it is of the people of seed %d, and this sandbox is of seed %d", v.Seed, s.seed)
	}
	if v.Ahead < 0 || v.Ahead > maxAhead {
		return nil, badState("the clock is out of bounds")
	}
	retries, err := findRetryProfile(v.Retries)
	if err != nil {
		return nil, badState("the retry profile is unknown")
	}
	w, err := s.loadWorld(v)
	if err != nil {
		return nil, err
	}
	targets, err := loadTargets(v.Destinations)
	if err != nil {
		return nil, err
	}
	jobs, err := s.loadJobs(v.Deliveries)
	if err != nil {
		return nil, err
	}
	commits, err := s.loadSections(v.Sections)
	if err != nil {
		return nil, err
	}
	return func() {
		s.mu.Lock()
		s.world = w
		s.mu.Unlock()
		s.clock.setOffset(v.Ahead)
		s.dispatch.restore(retries, targets, jobs)
		for _, commit := range commits {
			commit()
		}
	}, nil
}

func (s *Server) loadWorld(v *state) (world, error) {
	w := newWorld()
	for _, n := range v.Issued {
		if n.Count < 0 {
			return w, badState("a count is negative")
		}
		w.issued[identity{n.Provider, n.Reference}] = n.Count
	}
	for i, saved := range v.Users {
		c, err := s.loadConnection(saved)
		if err != nil || saved.User.UserID == "" || w.connections[saved.User.UserID] != nil {
			return w, badState("user %d is not one, or there twice", i)
		}
		w.add(&c)
	}
	for i, saved := range v.Sessions {
		one := session{
			id: saved.ID, userID: saved.UserID, language: saved.Language, referenceID: saved.Reference,
			successURL: saved.SuccessURL, failureURL: saved.FailureURL, expires: saved.Expires, used: saved.Used,
		}
		for _, name := range saved.Providers {
			if p, ok := synth.Lookup(name); ok {
				one.providers = append(one.providers, p)
			}
		}
		if saved.ID == "" || len(one.providers) == 0 || !validRedirect(one.successURL) || !validRedirect(one.failureURL) {
			return w, badState("session %d is not one", i)
		}
		w.sessions[one.id] = &one
	}
	for i, saved := range v.Payloads {
		p, err := s.loadPart(saved.Part)
		if err != nil || saved.Token == "" {
			return w, badState("payload %d is not one", i)
		}
		w.payloads = append(w.payloads, payload{token: saved.Token, body: saved.Body, part: p, expires: saved.Expires})
	}
	return w, nil
}

func (s *Server) loadConnection(v savedUser) (connection, error) {
	p, ok := synth.Lookup(v.User.Provider)
	if !ok {
		return connection{}, ErrUnknownProvider
	}
	o := origin{v.Human, v.Persona, v.Start}
	person, err := s.person(p, o)
	return connection{user: v.User, origin: o, person: person}, err
}

func (s *Server) loadPart(v *savedPart) (*part, error) {
	if v == nil {
		return nil, nil
	}
	c, err := s.loadConnection(v.Of)
	if !recorded(v.Kind) || v.Start.IsZero() || v.End.IsZero() || v.Day.IsZero() || v.Skip < 0 || v.Count < 0 {
		err = cmp.Or(err, badState("a payload is not one"))
	}
	return &part{
		query{conn: c, kind: v.Kind, days: window{v.Start, v.End}, samples: v.Samples, now: v.Now},
		chunk{v.Day, v.Skip, v.Count},
		v.Spoils,
	}, err
}

func loadTargets(saved []savedTarget) ([]*target, error) {
	targets := make([]*target, len(saved))
	for i, v := range saved {
		if !v.Destination.valid() || v.Secret == "" {
			return nil, badState("destination %d is not one", i)
		}
		targets[i] = &target{DestinationStatus: v.DestinationStatus, timeouts: v.Timeouts, probe: v.Probe}
	}
	return targets, nil
}

func (s *Server) loadJobs(saved []savedJob) ([]*job, error) {
	jobs := make([]*job, len(saved))
	for i, v := range saved {
		p, err := s.loadPart(v.Part)
		if err != nil || v.ID == "" || v.Place < 0 || v.Tries < 0 || v.Fault != "" && !v.Fault.signs() || v.State != StatePending && v.State != StateRetrying {
			return nil, badState("delivery %d is not one", i)
		}
		j := &job{Delivery: v.Delivery, place: v.Place, event: v.Event, data: v.Data, tries: v.Tries, due: v.Due, index: -1}
		j.Body, j.part = v.Body, p
		jobs[i] = j
	}
	return jobs, nil
}

func (s *Server) loadSections(saved map[string]json.RawMessage) ([]func(), error) {
	var commits []func()
	for _, sec := range s.sections {
		commit, err := sec.load(saved[sec.name])
		if err != nil {
			return nil, err
		}
		commits = append(commits, commit)
	}
	for name := range saved {
		if !slices.ContainsFunc(s.sections, func(sec section) bool { return sec.name == name }) {
			return nil, badState("it has a section that is unknown")
		}
	}
	return commits, nil
}

// restore replaces everything.
func (d *dispatcher) restore(retries retryProfile, targets []*target, jobs []*job) {
	d.reset()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.retries, d.targets, d.jobs = retries, targets, jobs
	for _, j := range jobs {
		d.enqueue(j, j.due)
	}
	d.announce()
}

// keeper writes the state to its file after changes.
type keeper struct {
	path  string        // empty when nothing is kept
	dirty chan struct{} // holds one item from a change until it is being saved
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// changed has the state saved before long.
func (k *keeper) changed() {
	select {
	case k.dirty <- struct{}{}:
	default:
	}
}

// startKeeping restores the state from its file, if there is one, and writes it
// from then on.
func (s *Server) startKeeping() error {
	k := &s.keeper
	if k.path == "" {
		return nil
	}
	if real, err := filepath.EvalSymlinks(k.path); err == nil {
		k.path = real // else the link would be replaced, not what it leads to
	}
	b, err := os.ReadFile(k.path)
	if err == nil {
		if err = s.Restore(b); err == nil && s.retries.name != "" {
			s.dispatch.setRetries(s.retries)
		}
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = s.write() // now, rather than learn later that it cannot be
	}
	if err != nil {
		return fmt.Errorf("sandbox: state file: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	k.stop = cancel
	k.done.Go(func() { s.keep(ctx) })
	return nil
}

// keep writes the state a moment after it has changed, until ctx ends.
func (s *Server) keep(ctx context.Context) {
	pause := saveDelay
	for {
		select {
		case <-s.keeper.dirty:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		begun := time.Now()
		s.tryWrite()
		pause = max(saveDelay, 10*time.Since(begun)) // so that a big state does not keep the machine busy
	}
}

// stopKeeping writes the state for the last time.
func (s *Server) stopKeeping() {
	if s.keeper.stop != nil {
		s.keeper.stop()
		s.keeper.done.Wait()
		s.tryWrite()
	}
}

func (s *Server) tryWrite() {
	if err := s.write(); err != nil {
		s.log.Error("state not saved", "error", err)
	}
}

// write replaces the file by the present state.
func (s *Server) write() (err error) {
	b, err := s.Snapshot()
	if err != nil {
		return err
	}
	path := s.keeper.path
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // which its owner alone may read
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
