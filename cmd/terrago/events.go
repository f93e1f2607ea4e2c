package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

type eventsCommand struct {
	List   eventsListCommand   `cmd:"" help:"List deliveries: first the dead ones and those that wait, then those applied, the newest first." example:"terrago events list --type sleep --since 24h --format csv"`
	Show   eventsShowCommand   `cmd:"" help:"Show one delivery with its headers and its body." example:"terrago events show 0f9c3a --json"`
	Resend eventsResendCommand `cmd:"" help:"Have a sandbox deliver again what it has delivered before." example:"terrago events resend 0f9c3a"`
	Replay eventsReplayCommand `cmd:"" help:"Apply deliveries again, and give dead ones another chance." example:"terrago events replay --dead"`
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
	After string       `placeholder:"ID" help:"Go on with those applied, behind the one with this id."`
}

func (eventsListCommand) lists() reflect.Type { return reflect.TypeFor[events.Event]() }

func (c eventsListCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if c.Limit < 0 {
		return usagef("--limit must be 0 or more")
	}
	s, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer s.close()
	f := healthdb.DeliveryFilter{UserID: c.User, From: c.Since.Time, Newest: true, Limit: c.Limit}
	for _, t := range c.Type {
		f.Types = append(f.Types, webhook.EventType(t))
	}
	states := []ingest.State{ingest.Dead, ingest.Pending, events.Applied}
	if c.After != "" {
		if states, err = states[2:], c.goOn(ctx, s, &f); err != nil {
			return err
		}
	}
	return c.list(ctx, s, f, states, out)
}

// list writes those that f picks, as many of each state as it says, and counts all.
func (c eventsListCommand) list(ctx context.Context, s *stores, f healthdb.DeliveryFilter, states []ingest.State, out *output) error {
	var counts eventCounts
	listed := 0
	list := newList[events.Event](out, "events", "STATE", "RECEIVED", "TYPE", "USER ID", "ID", "")
	for _, state := range states {
		if c.State != "" && c.State != state {
			continue
		}
		n := counts.of(state)
		for e, err := range c.events(ctx, s, state, f) {
			if err != nil {
				return explainEvents(err)
			}
			if err := list.add(e, string(e.State), e.ReceivedAt.Local().Format(time.DateTime), string(e.Type), e.UserID, e.ID, e.Reason); err != nil {
				return err
			}
			listed++
			if *n++; *n == c.Limit {
				break
			}
		}
		if c.Limit > 0 && (*n == c.Limit || c.After != "") { // there may be more
			all, err := c.count(ctx, s, state, f)
			if err != nil {
				return explainEvents(err)
			}
			*n = max(*n, all)
		}
	}
	return list.end("counts", counts, func(w io.Writer) {
		fmt.Fprintf(w, "%d applied, %d pending, %d dead", counts.Applied, counts.Pending, counts.Dead)
		if listed < counts.Applied+counts.Pending+counts.Dead {
			fmt.Fprintf(w, "; %d listed, --limit 0 lists all", listed)
		}
		fmt.Fprintln(w)
	})
}

// goOn has f pick what is behind c.After.
func (c eventsListCommand) goOn(ctx context.Context, s *stores, f *healthdb.DeliveryFilter) error {
	if c.State != "" && c.State != events.Applied {
		return usagef("--after is for those applied")
	}
	if s.db == nil {
		return usagef("--after is for those applied, and terrago listen applies none")
	}
	d, err := s.db.Delivery(ctx, c.After)
	if errors.Is(err, healthdb.ErrNoDelivery) {
		return usagef("--after: no delivery that was applied has this id")
	}
	f.After = d.Place()
	return explainStore(err, s.db.Location)
}

// events are those of one state that f picks: of those applied no more than it says,
// and all of the others.
func (c eventsListCommand) events(ctx context.Context, s *stores, state ingest.State, f healthdb.DeliveryFilter) iter.Seq2[events.Event, error] {
	if state == events.Applied {
		return s.events().Applied(ctx, f)
	}
	return s.events().List(ctx, state, waiting(f))
}

// count counts all of one state that f picks, but for its place.
func (c eventsListCommand) count(ctx context.Context, s *stores, state ingest.State, f healthdb.DeliveryFilter) (int, error) {
	if state == events.Applied {
		n, err := s.db.CountDeliveries(ctx, f, math.MaxInt)
		return n, explainStore(err, s.db.Location)
	}
	return s.events().Count(ctx, state, waiting(f))
}

// waiting is f for the inbox.
func waiting(f healthdb.DeliveryFilter) events.Filter {
	return events.Filter{Types: f.Types, UserID: f.UserID, From: f.From}
}

// events are the deliveries in the stores.
func (s *stores) events() *events.Stores { return &events.Stores{DB: s.db, Inbox: s.inbox} }

// explainEvents adds to an error of a store what can be done about it.
func explainEvents(err error) error {
	if e, ok := errors.AsType[*events.Error](err); ok {
		return explainStore(e.Err, e.At)
	}
	if errors.Is(err, events.ErrNotFound) {
		return fmt.Errorf("%w; terrago events list shows those there are", err)
	}
	return err
}

type eventsShowCommand struct {
	readFlags
	ID string `arg:"" help:"The delivery's id, as terrago events list shows it."`
}

// shownEvent is a delivery with all that is kept of it.
type shownEvent struct {
	events.Event
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
	e, err := s.events().Find(ctx, c.ID)
	if err != nil {
		return explainEvents(err)
	}
	v := shownEvent{Event: e.Event, Header: e.Header}
	v.setBody(e.Body)
	return out.result(v, func(w io.Writer) { v.tell(w) })
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

func (eventsReplayCommand) lists() reflect.Type { return reflect.TypeFor[events.Replayed]() }

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
	list := newList[events.Replayed](out, "events", "OUTCOME", "ID", "")
	for e, err := range c.replay(ctx, s.events()) {
		if err != nil {
			return explainEvents(err)
		}
		switch e.Outcome {
		case events.ReplayedApplied:
			sum.Applied++
		case events.ReplayedPending:
			sum.Pending++
		default:
			sum.Failed++
		}
		if err := list.add(e, string(e.Outcome), e.ID, e.Error); err != nil {
			return err
		}
	}
	err = list.end("counts", sum, func(w io.Writer) {
		fmt.Fprintf(w, "%d applied again, %d pending again, %d failed\n", sum.Applied, sum.Pending, sum.Failed)
	})
	if err == nil && sum.Pending > 0 {
		who := "terrago serve, or terrago dev, applies"
		if s.db == nil {
			who = "terrago listen --forward-to passes on"
		}
		fmt.Fprintln(out.err, who+" what is pending while it runs.")
	}
	if err == nil && sum.Failed > 0 {
		return errReported
	}
	return err
}

func (c eventsReplayCommand) replay(ctx context.Context, s *events.Stores) iter.Seq2[events.Replayed, error] {
	if c.Dead {
		return s.ReplayDead(ctx)
	}
	return func(yield func(events.Replayed, error) bool) {
		for _, id := range c.IDs {
			if !yield(s.Replay(ctx, id)) {
				return
			}
		}
	}
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
