package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/terra-go/terra/sandbox"
)

type eventsResendCommand struct {
	IDs     []string      `arg:"" name:"id" help:"Trace ids, as terrago trigger and terrago events list show them, or the sandbox's ids of single deliveries, as in its console."`
	Timeout time.Duration `default:"15s" help:"How long to wait for the outcome. Default: ${default}."`
	Sandbox bool          `help:"Accepted for symmetry: it is always a sandbox that resends." hidden:""`
	BaseURL string        `name:"base-url" placeholder:"URL" env:"TERRA_BASE_URL" help:"Address of the sandbox's API, if not ${sandbox_addr}."`
}

// Help is shown below the flags.
func (eventsResendCommand) Help() string {
	return `The sandbox sends the same body again, under the same trace id and a new signature, to
the destinations it was for. The exit status is 1 unless all of them answer 2xx.`
}

// lists implements [lister].
func (eventsResendCommand) lists() reflect.Type { return reflect.TypeFor[sentEvent]() }

func (c eventsResendCommand) Run(ctx context.Context, out *output) error {
	if c.Timeout <= 0 {
		return usagef("--timeout must be more than 0")
	}
	to, err := controlOf(connection{Sandbox: true, BaseURL: c.BaseURL})
	if err != nil {
		return err
	}
	list := newList[sentEvent](out, "events", "STATUS", "TYPE", "URL", "TRACE ID", "")
	var sum struct {
		Delivered int `json:"delivered"`
		Failed    int `json:"failed"`
	}
	for _, id := range c.IDs {
		events, err := c.resend(ctx, to, id)
		if err != nil {
			return err
		}
		for _, e := range events {
			if sum.Failed++; e.Delivered {
				sum.Failed--
				sum.Delivered++
			}
			status := "-"
			if e.Status > 0 {
				status = fmt.Sprint(e.Status)
			}
			if err := list.add(e, status, e.Event, e.URL, e.TraceID, e.Error); err != nil {
				return err
			}
		}
	}
	err = list.end("counts", sum, func(w io.Writer) { fmt.Fprintf(w, "%d delivered again, %d failed\n", sum.Delivered, sum.Failed) })
	if err == nil && sum.Failed > 0 {
		return errReported
	}
	return err
}

// resend has everything with the trace id, or the one delivery of that id, sent again,
// and waits for what comes of it.
func (c eventsResendCommand) resend(ctx context.Context, to control, id string) ([]sentEvent, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	list, err := to.deliveries(ctx, id)
	if err != nil {
		return nil, err
	}
	ids := []string{id}
	if len(list) > 0 {
		ids = ids[:0]
		for _, d := range list {
			ids = append(ids, d.ID)
		}
	}
	before := map[string]int{}
	var resent []sandbox.Delivery
	for _, id := range ids {
		d, err := to.resend(ctx, id)
		if err != nil {
			return nil, err
		}
		before[d.ID] = len(d.Attempts)
		resent = append(resent, d)
	}
	after, err := to.outcome(ctx, resent[0].TraceID, before)
	if err != nil {
		return nil, err
	}
	var events []sentEvent
	for _, d := range resent {
		if i := slices.IndexFunc(after, func(a sandbox.Delivery) bool { return a.ID == d.ID }); i >= 0 {
			d = after[i]
		}
		e := attempted(d)
		if len(d.Attempts) <= before[d.ID] {
			e.Delivered, e.Status, e.Error = false, 0, cmp.Or(e.Error, "it has not been sent yet; see the sandbox's console")
		}
		events = append(events, e)
	}
	return events, nil
}
