package sandbox

import (
	"log/slog"
	"slices"
	"time"
)

// What Terra does about a destination that does not take what it is sent.
const (
	timeoutsTolerated = 3                // in a row; after them it is throttled
	throttleGap       = 10 * time.Minute // between attempts while throttled
	disableAfter      = 24 * time.Hour   // of failure without a success
	warnEvery         = 8 * time.Hour    // of it, until then
)

// exempt from throttling are the events about who is connected.
var exempt = []string{"auth", "auth_cancelled", "deauth", "user_reauth"}

// DestinationStatus is a [Destination], without its secret, and how it fares.
type DestinationStatus struct {
	Destination

	// FailingSince is when the first of the failures happened that no success has
	// followed; zero while there are none.
	FailingSince time.Time `json:"failing_since,omitzero"`

	// Warnings are when Terra would have sent mail about them: after 8 hours, and
	// after 16.
	Warnings []time.Time `json:"warnings,omitempty"`

	// DisabledAt is 24 hours after FailingSince, once that has come. No delivery is
	// attempted from then on, until [Server.SetDestinations] or [Server.AddDestination]
	// makes a new start.
	DisabledAt time.Time `json:"disabled_at,omitzero"`

	// Throttled is true from three timeouts in a row until a success: all but auth,
	// auth_cancelled, deauth and user_reauth are held back then, but for one attempt
	// in ten minutes.
	Throttled bool `json:"throttled,omitzero"`
}

// target is a destination as the dispatcher sees it, whose mutex guards it.
type target struct {
	DestinationStatus
	timeouts int       // in a row
	probe    time.Time // when throttled: an attempt may be made then
	held     []*job    // until then
}

func newTargets(list []Destination) []*target {
	targets := make([]*target, len(list))
	for i, d := range list {
		targets[i] = &target{DestinationStatus: DestinationStatus{Destination: d}}
	}
	return targets
}

// status is a copy.
func (t *target) status() DestinationStatus {
	v := t.DestinationStatus
	v.Secret = ""
	v.Warnings = slices.Clone(v.Warnings)
	return v
}

func (t *target) disabled() bool { return !t.DisabledAt.IsZero() }

// holdsBack reports whether j may not be attempted now.
func (t *target) holdsBack(j *job, now time.Time) bool {
	return t.Throttled && !j.resent && now.Before(t.probe) && !slices.Contains(exempt, j.event)
}

// attempted notes that an attempt of j begins.
func (t *target) attempted(now time.Time) {
	if t.Throttled {
		t.probe = now.Add(throttleGap)
	}
}

// succeeded makes a new start, unless it is too late for that, and returns the jobs
// that need no longer be held back.
func (t *target) succeeded() []*job {
	if t.disabled() {
		return nil
	}
	t.timeouts, t.Throttled = 0, false
	t.FailingSince, t.Warnings = time.Time{}, nil
	return t.let(len(t.held))
}

// failed notes a failure that began at a time and is over now.
func (t *target) failed(at, now time.Time, timeout bool) {
	if t.FailingSince.IsZero() {
		t.FailingSince = at
	}
	if !timeout {
		t.timeouts = 0
		return
	}
	if t.timeouts++; t.timeouts >= timeoutsTolerated && !t.Throttled {
		t.Throttled = true
		t.probe = now.Add(throttleGap)
	}
}

// due is when something about the destination changes by itself; false when
// nothing does.
func (t *target) due() (time.Time, bool) {
	var due time.Time
	if !t.FailingSince.IsZero() && !t.disabled() {
		due = t.FailingSince.Add(warnEvery * time.Duration(len(t.Warnings)+1))
	}
	if len(t.held) > 0 && (due.IsZero() || t.probe.Before(due)) {
		due = t.probe
	}
	return due, !due.IsZero()
}

// review lets happen what is due, and returns the jobs that need no longer be held
// back. The log knows the destination by its place, as its URL may hold a secret.
func (t *target) review(now time.Time, place int, log *slog.Logger) []*job {
	for !t.FailingSince.IsZero() && !t.disabled() {
		lasted := warnEvery * time.Duration(len(t.Warnings)+1)
		at := t.FailingSince.Add(lasted)
		if at.After(now) {
			break
		}
		if lasted < disableAfter {
			t.Warnings = append(t.Warnings, at)
			log.Warn("destination keeps failing", "destination", place, "for", lasted)
			continue
		}
		t.DisabledAt = at
		log.Warn("destination disabled", "destination", place, "failing_for", lasted)
	}
	switch {
	case t.disabled():
		return t.let(len(t.held))
	case len(t.held) > 0 && !t.probe.After(now):
		return t.let(1)
	}
	return nil
}

// let takes the first n of the jobs held back.
func (t *target) let(n int) []*job {
	jobs := t.held[:n:n]
	t.held = t.held[n:]
	return jobs
}

func (d *dispatcher) setDestinations(list []Destination) {
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.targets
	d.targets = newTargets(list)
	for _, t := range old {
		d.release(t.let(len(t.held)))
	}
	d.announce()
	d.look()
}

// keepDestinations are the present ones with their secrets.
func (d *dispatcher) keepDestinations() []Destination {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]Destination, len(d.targets))
	for i, t := range d.targets {
		list[i] = t.Destination
	}
	return list
}

// addDestination adds one, or replaces the one with its URL.
func (d *dispatcher) addDestination(dest Destination) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fresh := newTargets([]Destination{dest})[0]
	if place := d.placeOf(dest.URL); place >= 0 {
		old := d.targets[place]
		d.targets[place] = fresh
		d.release(old.let(len(old.held)))
	} else {
		d.targets = append(d.targets, fresh)
	}
	d.announce()
	d.look()
}

// removeDestination moves up those behind it, with what is on its way to them.
func (d *dispatcher) removeDestination(url string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	place := d.placeOf(url)
	if place < 0 {
		return false
	}
	old := d.targets[place]
	d.targets = slices.Delete(d.targets, place, place+1)
	nowhere := noPlace + d.removed
	d.removed++
	move := func(from int) int {
		switch {
		case from == place:
			return nowhere
		case from > place && from < noPlace:
			return from - 1
		}
		return from
	}
	for _, j := range d.jobs {
		j.place = move(j.place)
	}
	lanes := make(map[lane][]*job, len(d.lanes))
	for l, waiting := range d.lanes {
		l.place = move(l.place)
		lanes[l] = waiting
	}
	d.lanes = lanes
	d.release(old.let(len(old.held)))
	d.announce()
	d.look()
	return true
}

// noPlace and what is above it are places of destinations that were removed.
const noPlace = 1 << 30

// placeOf is where the destination is in the list, or -1. The mutex is held.
func (d *dispatcher) placeOf(url string) int {
	return slices.IndexFunc(d.targets, func(t *target) bool { return t.URL == url })
}
