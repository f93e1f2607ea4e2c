package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

type eventsCommand struct {
	List   eventsListCommand   `cmd:"" help:"List deliveries: first the dead ones and those that wait, then those applied, the newest first."`
	Show   eventsShowCommand   `cmd:"" help:"Show one delivery with its headers and its body."`
	Replay eventsReplayCommand `cmd:"" help:"Apply deliveries again, and give dead ones another chance."`
}

// stateApplied is the state of a delivery that has left the inbox for the database.
const stateApplied ingest.State = "applied"

// storedEvent is a delivery, wherever it is.
type storedEvent struct {
	ID           string            `json:"id"`
	State        ingest.State      `json:"state"`
	Type         webhook.EventType `json:"type"` // empty for a body that is no event
	UserID       string            `json:"user_id,omitempty"`
	Reference    string            `json:"reference,omitempty"`
	OrderingTime time.Time         `json:"ordering_time,omitzero"`
	ReceivedAt   time.Time         `json:"received_at"`
	AppliedAt    time.Time         `json:"applied_at,omitzero"`
	Attempts     int               `json:"attempts,omitempty"` // so far, unless applied
	Reason       string            `json:"reason,omitempty"`   // why it last failed
	FailedAt     time.Time         `json:"failed_at,omitzero"`
	Size         int64             `json:"size"` // of the body, bytes
}

// eventCounts are of all that the flags pick, listed or not.
type eventCounts struct {
	Applied int `json:"applied"`
	Pending int `json:"pending"`
	Dead    int `json:"dead"`
}

func (n *eventCounts) of(s ingest.State) *int {
	switch s {
	case ingest.Dead:
		return &n.Dead
	case ingest.Pending:
		return &n.Pending
	}
	return &n.Applied
}

type eventsListCommand struct {
	readFlags
	Type  []string     `placeholder:"TYPE" help:"Only these types of event, such as sleep,daily."`
	User  string       `placeholder:"ID" help:"Only events about this user id."`
	State ingest.State `enum:",applied,pending,dead" default:"" placeholder:"STATE" help:"Only those that are applied, pending or dead."`
	Since since        `placeholder:"WHEN" help:"Only those received since then: a duration such as 24h, a day, or a time such as 2026-01-02T15:04:05Z."`
	Limit int          `default:"50" help:"List so many of each state; 0 is all of them. Default: ${default}."`
}

func (c eventsListCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if c.Limit < 0 {
		return usagef("--limit must be 0 or more")
	}
	s, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer s.close()
	var counts eventCounts
	list := out.list("events", "STATE", "RECEIVED", "TYPE", "USER ID", "ID", "")
	for _, state := range []ingest.State{ingest.Dead, ingest.Pending, stateApplied} {
		if c.State != "" && c.State != state {
			continue
		}
		n := counts.of(state)
		for e, err := range c.events(ctx, s, state) {
			if err != nil {
				return err
			}
			if *n++; c.Limit > 0 && *n > c.Limit {
				if state == stateApplied && c.plain() {
					// The database counts faster.
					if *n, err = s.db.Count(ctx, store.Deliveries); err != nil {
						return explainStore(err, s.db.Location)
					}
					break
				}
				continue
			}
			if err := list.add(e, string(e.State), e.ReceivedAt.Local().Format(time.DateTime), string(e.Type), e.UserID, e.ID, e.Reason); err != nil {
				return err
			}
		}
	}
	return list.end("counts", counts, func(w io.Writer) {
		fmt.Fprintf(w, "%d applied, %d pending, %d dead", counts.Applied, counts.Pending, counts.Dead)
		if listed := c.listed(counts); listed < counts.Applied+counts.Pending+counts.Dead {
			fmt.Fprintf(w, "; %d listed, --limit 0 lists all", listed)
		}
		fmt.Fprintln(w)
	})
}

// plain is whether all applied deliveries are picked.
func (c eventsListCommand) plain() bool { return len(c.Type) == 0 && c.User == "" && c.Since.IsZero() }

func (c eventsListCommand) listed(n eventCounts) int {
	if c.Limit == 0 {
		return n.Applied + n.Pending + n.Dead
	}
	return min(n.Applied, c.Limit) + min(n.Pending, c.Limit) + min(n.Dead, c.Limit)
}

// events are those of one state that the flags pick. An error, explained, is the
// last pair.
func (c eventsListCommand) events(ctx context.Context, s *stores, state ingest.State) iter.Seq2[storedEvent, error] {
	if state == stateApplied {
		f := healthdb.DeliveryFilter{UserID: c.User, From: c.Since.Time, Newest: true}
		for _, t := range c.Type {
			f.Types = append(f.Types, webhook.EventType(t))
		}
		return func(yield func(storedEvent, error) bool) {
			for d, err := range s.db.Deliveries(ctx, f) {
				if !yield(appliedEvent(d), explainStore(err, s.db.Location)) {
					return
				}
			}
		}
	}
	return func(yield func(storedEvent, error) bool) {
		for item, err := range s.inbox.Scan(ctx, state) {
			if err != nil {
				yield(storedEvent{}, explainStore(err, s.inbox.Location))
				return
			}
			if item.ReceivedAt.Before(c.Since.Time) {
				continue
			}
			e := waitingEvent(item, state)
			if (c.User == "" || e.UserID == c.User) && (len(c.Type) == 0 || slices.Contains(c.Type, string(e.Type))) && !yield(e, nil) {
				return
			}
		}
	}
}

func appliedEvent(d healthdb.Delivery) storedEvent {
	return storedEvent{
		ID: d.ID, State: stateApplied, Type: d.Type, UserID: d.UserID, Reference: d.Reference,
		OrderingTime: d.OrderingTime, ReceivedAt: d.ReceivedAt, AppliedAt: d.AppliedAt, Size: d.Size,
	}
}

// waitingEvent looks into an item of the inbox.
func waitingEvent(item ingest.Item, state ingest.State) storedEvent {
	e := storedEvent{
		ID: item.ID, State: state, ReceivedAt: item.ReceivedAt, Attempts: item.Attempt,
		Reason: item.Reason, FailedAt: item.FailedAt, Size: int64(len(item.Body)),
	}
	event, err := webhook.Parse(item.Header, item.Body)
	if err != nil {
		return e // as whatever it is, it waits or is dead for that very reason
	}
	e.Type, e.Reference, e.OrderingTime = event.Type(), event.Meta().Reference, event.Meta().OrderingTime
	var about struct {
		User struct {
			ID string `json:"user_id"`
		} `json:"user"`
		NewUser struct {
			ID string `json:"user_id"`
		} `json:"new_user"`
	}
	if json.Unmarshal(event.Raw(), &about) == nil {
		e.UserID = cmp.Or(about.User.ID, about.NewUser.ID)
	}
	return e
}

type eventsShowCommand struct {
	readFlags
	ID string `arg:"" help:"The delivery's id, as terrago events list shows it."`
}

// shownEvent is a delivery with all that is kept of it.
type shownEvent struct {
	storedEvent
	Header map[string][]string `json:"header"` // what of the headers is kept
	Body   json.RawMessage     `json:"body,omitempty"`
	Text   string              `json:"text,omitempty"` // the body, if it is not JSON
}

func (c eventsShowCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	s, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer s.close()
	v, err := s.find(ctx, c.ID)
	if err != nil {
		return err
	}
	return out.result(v, func(w io.Writer) { v.tell(w) })
}

// find looks for a delivery in the database first.
func (s *stores) find(ctx context.Context, id string) (shownEvent, error) {
	d, err := s.db.Delivery(ctx, id)
	if err == nil {
		v := shownEvent{storedEvent: appliedEvent(d), Header: headerOf(d)}
		v.setBody(d.Body)
		return v, nil
	}
	if !errors.Is(err, healthdb.ErrNoDelivery) {
		return shownEvent{}, explainStore(err, s.db.Location)
	}
	item, state, err := s.findItem(ctx, id)
	if err != nil {
		return shownEvent{}, err
	}
	v := shownEvent{storedEvent: waitingEvent(item, state), Header: item.Header}
	v.setBody(item.Body)
	return v, nil
}

// findItem looks for a delivery in the inbox.
func (s *stores) findItem(ctx context.Context, id string) (ingest.Item, ingest.State, error) {
	for _, state := range []ingest.State{ingest.Dead, ingest.Pending} {
		for item, err := range s.inbox.Scan(ctx, state) {
			if err != nil {
				return item, state, explainStore(err, s.inbox.Location)
			}
			if item.ID == id {
				return item, state, nil
			}
		}
	}
	return ingest.Item{}, "", errNoEvent
}

var errNoEvent = errors.New("no delivery has this id; terrago events list shows those there are")

// headerOf is what a delivery's headers were, of those that are kept.
func headerOf(d healthdb.Delivery) map[string][]string {
	h := map[string][]string{}
	if !strings.HasPrefix(d.ID, "sha256:") {
		h[webhook.HeaderTraceID] = []string{d.ID}
	}
	if d.Reference != "" {
		h[webhook.HeaderReference] = []string{d.Reference}
	}
	if !d.OrderingTime.IsZero() {
		h[webhook.HeaderOrderingTime] = []string{fmt.Sprint(d.OrderingTime.UnixMilli())}
	}
	return h
}

// setBody keeps the body as what it is.
func (v *shownEvent) setBody(body []byte) {
	if json.Valid(body) {
		v.Body = body
	} else {
		v.Text = string(body)
	}
}

func (v shownEvent) tell(w io.Writer) {
	at := func(name string, t time.Time) {
		if !t.IsZero() {
			fmt.Fprintf(w, "%s\t%s\n", name, t.Local().Format("2006-01-02 15:04:05.000 -0700"))
		}
	}
	fmt.Fprintf(w, "id\t%s\nstate\t%s\ntype\t%s\n", safeio.String(v.ID), v.State, safeio.String(string(v.Type)))
	if v.UserID != "" {
		fmt.Fprintf(w, "user id\t%s\n", safeio.String(v.UserID))
	}
	at("received", v.ReceivedAt)
	at("produced", v.OrderingTime)
	at("applied", v.AppliedAt)
	if v.Attempts > 0 {
		fmt.Fprintf(w, "attempts\t%d\n", v.Attempts)
	}
	if v.Reason != "" {
		fmt.Fprintf(w, "failed\t%s\n", safeio.String(v.Reason))
	}
	at("failed at", v.FailedAt)
	fmt.Fprintf(w, "size\t%d bytes\n", v.Size)
	for _, name := range slices.Sorted(maps.Keys(v.Header)) {
		fmt.Fprintf(w, "%s\t%s\n", safeio.String(name), safeio.String(strings.Join(v.Header[name], ", ")))
	}
	var body bytes.Buffer
	switch {
	case v.Body != nil && json.Indent(&body, v.Body, "", "  ") == nil:
		fmt.Fprintf(w, "\n%s\n", strings.ReplaceAll(body.String(), "\t", "    ")) // a tab would be the table's
	case v.Text != "":
		fmt.Fprintf(w, "\n%s\n", strings.ReplaceAll(v.Text, "\t", "    "))
	default:
		fmt.Fprintf(w, "\nThe body is no longer kept.\n")
	}
}

type eventsReplayCommand struct {
	readFlags
	IDs  []string `arg:"" optional:"" name:"id" help:"Ids of deliveries, as terrago events list shows them."`
	Dead bool     `help:"All of the dead letters."`
}

// replayedEvent is what became of a delivery that was to be replayed.
type replayedEvent struct {
	ID      string `json:"id"`
	Outcome string `json:"outcome"` // one of those below
	Error   string `json:"error,omitempty"`
}

// The outcomes.
const (
	replayApplied = "applied" // to the database, once more
	replayPending = "pending" // in the inbox again
	replayFailed  = "failed"
)

func (c eventsReplayCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if c.Dead == (len(c.IDs) > 0) {
		return usagef("say which: ids, as terrago events list shows them, or --dead")
	}
	s, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer s.close()
	var sum struct {
		Applied int `json:"applied"`
		Pending int `json:"pending"`
		Failed  int `json:"failed"`
	}
	list := out.list("events", "OUTCOME", "ID", "")
	for e, err := range c.replay(ctx, s) {
		if err != nil {
			return err
		}
		switch e.Outcome {
		case replayApplied:
			sum.Applied++
		case replayPending:
			sum.Pending++
		default:
			sum.Failed++
		}
		if err := list.add(e, e.Outcome, e.ID, e.Error); err != nil {
			return err
		}
	}
	err = list.end("counts", sum, func(w io.Writer) {
		fmt.Fprintf(w, "%d applied again, %d pending again, %d failed\n", sum.Applied, sum.Pending, sum.Failed)
	})
	if err == nil && sum.Pending > 0 {
		fmt.Fprintln(out.err, "terrago serve, or terrago dev, applies what is pending while it runs.")
	}
	if err == nil && sum.Failed > 0 {
		return errReported
	}
	return err
}

func (c eventsReplayCommand) replay(ctx context.Context, s *stores) iter.Seq2[replayedEvent, error] {
	return func(yield func(replayedEvent, error) bool) {
		for _, id := range c.IDs {
			if e, err := s.replay(ctx, id); !yield(e, err) {
				return
			}
		}
		if !c.Dead {
			return
		}
		for item, err := range s.inbox.Scan(ctx, ingest.Dead) {
			if err != nil {
				yield(replayedEvent{}, explainStore(err, s.inbox.Location))
				return
			}
			if e, err := s.revive(ctx, item); !yield(e, err) {
				return
			}
		}
	}
}

// replay applies a delivery again that was applied, and revives a dead one.
func (s *stores) replay(ctx context.Context, id string) (replayedEvent, error) {
	err := s.db.Replay(ctx, id)
	switch {
	case err == nil:
		return replayedEvent{ID: id, Outcome: replayApplied}, nil
	case ctx.Err() != nil:
		return replayedEvent{}, ctx.Err()
	case errors.Is(err, healthdb.ErrNoBody):
		return replayedEvent{id, replayFailed, "its body is no longer kept"}, nil
	case !errors.Is(err, healthdb.ErrNoDelivery):
		return replayedEvent{id, replayFailed, err.Error()}, nil
	}
	item, state, err := s.findItem(ctx, id)
	switch {
	case errors.Is(err, errNoEvent):
		return replayedEvent{id, replayFailed, "there is no such delivery"}, nil
	case err != nil || state == ingest.Pending:
		return replayedEvent{ID: id, Outcome: replayPending}, err
	}
	return s.revive(ctx, item)
}

// revive puts a dead delivery back among the pending.
func (s *stores) revive(ctx context.Context, item ingest.Item) (replayedEvent, error) {
	err := s.inbox.Retry(ctx, item, 0, item.Reason)
	if err != nil && !errors.Is(err, ingest.ErrLeaseLost) { // lost: somebody else has just done so
		return replayedEvent{}, explainStore(err, s.inbox.Location)
	}
	return replayedEvent{ID: item.ID, Outcome: replayPending}, nil
}

// since is a time, written as how long ago it was, as a day or in full.
type since struct{ time.Time }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *since) UnmarshalText(text []byte) error {
	if d, err := time.ParseDuration(string(text)); err == nil && d > 0 {
		s.Time = time.Now().Add(-d)
		return nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, string(text), time.Local); err == nil {
		s.Time = t
		return nil
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return errors.New("a duration such as 24h, a day such as 2026-01-02, or a time such as 2026-01-02T15:04:05Z")
	}
	s.Time = t
	return nil
}
