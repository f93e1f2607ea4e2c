package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"reflect"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/summary"
	"github.com/terra-go/terra/health"
)

type getCommand struct {
	connection
	Type      string      `arg:"" enum:"activity,athlete,body,daily,menstruation,nutrition,sleep" help:"One of activity, athlete, body, daily, menstruation, nutrition, sleep."`
	User      string      `required:"" placeholder:"ID" help:"Whose: a user id, as terrago users lists them."`
	Days      int         `default:"7" help:"The last days, today included. Default: ${default}."`
	Start     health.Date `placeholder:"YYYY-MM-DD" help:"The first day, instead of --days."`
	End       health.Date `placeholder:"YYYY-MM-DD" help:"The day after the last one; today is the last without it."`
	Samples   bool        `help:"Every measurement, not just summaries."`
	ToWebhook bool        `name:"to-webhook" help:"Have it delivered to the destinations instead."`
}

func (c getCommand) lists() reflect.Type {
	if c.ToWebhook {
		return nil
	}
	switch c.Type {
	case "activity":
		return reflect.TypeFor[health.Activity]()
	case "body":
		return reflect.TypeFor[health.Body]()
	case "daily":
		return reflect.TypeFor[health.Daily]()
	case "menstruation":
		return reflect.TypeFor[health.Menstruation]()
	case "nutrition":
		return reflect.TypeFor[health.Nutrition]()
	case "sleep":
		return reflect.TypeFor[health.Sleep]()
	}
	return nil
}

func (c getCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	days, err := c.days()
	if err != nil {
		return err
	}
	client, err := c.client(log)
	if err != nil {
		return err
	}
	switch c.Type {
	case "activity":
		err = get(ctx, out, c, client.Activity, days)
	case "athlete":
		err = c.athlete(ctx, out, client.Athlete)
	case "body":
		err = get(ctx, out, c, client.Body, days)
	case "daily":
		err = get(ctx, out, c, client.Daily, days)
	case "menstruation":
		err = get(ctx, out, c, client.Menstruation, days)
	case "nutrition":
		err = get(ctx, out, c, client.Nutrition, days)
	case "sleep":
		err = get(ctx, out, c, client.Sleep, days)
	}
	return c.explain(err)
}

func (c getCommand) days() (terra.Range, error) {
	switch {
	case c.Start.IsZero() && !c.End.IsZero():
		return terra.Range{}, usagef("--end needs a --start")
	case c.Start.IsZero() && c.Days < 1:
		return terra.Range{}, usagef("--days must be 1 or more")
	case c.Start.IsZero():
		return terra.Last(c.Days), nil
	case c.End.IsZero():
		return terra.Since(c.Start), nil
	}
	return terra.Between(c.Start, c.End), nil
}

func (c getCommand) athlete(ctx context.Context, out *output, service *terra.AthleteService) error {
	if c.ToWebhook {
		queued, err := service.Request(ctx, c.User)
		return tellQueued(out, queued, err)
	}
	athlete, err := service.Get(ctx, c.User)
	if err != nil {
		return err
	}
	return out.result(athlete, func(w io.Writer) { fmt.Fprintln(w, summary.Of(*athlete)) })
}

func get[T summary.Record](ctx context.Context, out *output, c getCommand, from *terra.Collection[T], days terra.Range) error {
	samples := terra.WithSamples(c.Samples)
	if c.ToWebhook {
		queued, err := from.Request(ctx, c.User, days, samples)
		return tellQueued(out, queued, err)
	}
	list := newList[T](out, "")
	for r, err := range from.All(ctx, c.User, days, samples) {
		if err != nil {
			return err
		}
		s := summary.Of(r)
		if err := list.add(r, s.Date, s.Time, s.String()); err != nil {
			return err
		}
	}
	return list.end("", nil, func(w io.Writer) {
		if list.rows == 0 {
			fmt.Fprintf(w, "No %s from %s to %s.\n", c.Type, days.Start, days.End.AddDays(-1))
		}
	})
}

func tellQueued[T any](out *output, queued *terra.Queued[T], err error) error {
	if err != nil {
		return err
	}
	v := struct {
		Reference string `json:"reference"`
		Large     bool   `json:"large"`
	}{queued.Reference, queued.Large}
	return out.result(v, func(w io.Writer) {
		fmt.Fprintf(w, "On its way to the destinations, under the reference %s.\n", queued.Reference)
	})
}
