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
	Type string `arg:"" enum:"activity,athlete,body,daily,menstruation,nutrition,sleep" help:"One of activity, athlete, body, daily, menstruation, nutrition, sleep."`
	sourceFlags
	rangeFlags
	Samples   bool   `help:"Every measurement, not just summaries; in CSV and Parquet nothing but measurements, one a row."`
	Out       string `placeholder:"FILE" help:"Write to FILE.json, .ndjson, .csv or .parquet, whole or not at all, or with - to the standard output, which is the default."`
	ToWebhook bool   `name:"to-webhook" help:"Have it delivered to the destinations instead."`
}

// Help is shown with get --help.
func (getCommand) Help() string {
	return "Records come from the store that --db names or terrago dev keeps here, or with --sandbox, or where there is " +
		"no store, from the API. In CSV a column is named by the path of its value in the JSON, and lists stay JSON; " +
		"Parquet has the typed columns of the type's table in PostgreSQL. Measurements are rows of start_time, which is " +
		"the record's, series, at and value."
}

// rangeFlags are the days of records.
type rangeFlags struct {
	Days  int         `default:"7" help:"The last days, today included. Default: ${default}."`
	Start health.Date `aliases:"from" placeholder:"YYYY-MM-DD" help:"The first day, instead of --days."`
	End   health.Date `aliases:"to" placeholder:"YYYY-MM-DD" help:"The day after the last one; today is the last without it."`
}

func (f rangeFlags) days() (terra.Range, error) {
	switch {
	case f.Start.IsZero() && !f.End.IsZero():
		return terra.Range{}, usagef("--end needs a --start")
	case f.Start.IsZero() && f.Days < 1:
		return terra.Range{}, usagef("--days must be 1 or more")
	case f.Start.IsZero():
		return terra.Last(f.Days), nil
	case f.End.IsZero():
		return terra.Since(f.Start), nil
	case !f.Start.Before(f.End):
		return terra.Range{}, usagef("--end is the day after the last one, so it comes after --start")
	}
	return terra.Between(f.Start, f.End), nil
}

// getters are the types of records.
var getters = map[string]struct {
	record reflect.Type
	get    func(getCommand, context.Context, *output, *slog.Logger) error
}{
	"activity":     {reflect.TypeFor[health.Activity](), getRecords[health.Activity]},
	"athlete":      {reflect.TypeFor[health.Athlete](), getRecords[health.Athlete]},
	"body":         {reflect.TypeFor[health.Body](), getRecords[health.Body]},
	"daily":        {reflect.TypeFor[health.Daily](), getRecords[health.Daily]},
	"menstruation": {reflect.TypeFor[health.Menstruation](), getRecords[health.Menstruation]},
	"nutrition":    {reflect.TypeFor[health.Nutrition](), getRecords[health.Nutrition]},
	"sleep":        {reflect.TypeFor[health.Sleep](), getRecords[health.Sleep]},
}

func (c getCommand) lists() reflect.Type {
	if c.ToWebhook {
		return nil
	}
	return getters[c.Type].record
}

func (getCommand) formats() []string { return []string{formatParquet} }

func (c getCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	return getters[c.Type].get(c, ctx, out, log)
}

// fetched is what was written to a file.
type fetched struct {
	File    string `json:"file"`
	Format  string `json:"format"`
	Records int    `json:"records"`
	Source  string `json:"source"`
}

func getRecords[T summary.Record](c getCommand, ctx context.Context, out *output, log *slog.Logger) error {
	days, err := c.days()
	if err != nil {
		return err
	}
	format := out.format
	toFile := c.Out != "" && c.Out != "-"
	if toFile {
		if format, err = out.fileFormat(c.Out, formatJSON, formatNDJSON, formatCSV, formatParquet); err != nil {
			return err
		}
	}
	table := format == formatCSV || format == formatParquet
	switch {
	case c.ToWebhook && (c.DB != "" || c.DBFile != "" || toFile || format == formatParquet):
		return usagef("--to-webhook has the API deliver; leave out --db, --out and --format parquet")
	case c.ToWebhook:
		return requestRecords[T](ctx, out, c, days, log)
	case table && c.Samples && len(out.selected) > 0:
		return usagef("--select picks fields of records, and with --samples there are none in %s: leave it out", format)
	case format == formatParquet && !toFile && out.seen:
		return usagef("Parquet is nothing for a terminal: add --out FILE.parquet")
	}
	s, err := c.source(ctx, log)
	if err != nil {
		return err
	}
	defer s.close()
	if !toFile {
		n, err := writeRecords[T](ctx, out, c, s, days, format, out.out, out.raw)
		if err == nil && n == 0 && format == formatTable {
			c.tellNone(out.out, days)
		}
		return err
	}
	v := fetched{File: c.Out, Format: format, Source: s.name()}
	err = toNewFile(c.Out, func(text, raw io.Writer) (err error) {
		v.Records, err = writeRecords[T](ctx, out, c, s, days, format, text, raw)
		return err
	})
	if err != nil {
		return err
	}
	return out.result(v, func(w io.Writer) {
		if v.Records == 0 {
			c.tellNone(w, days)
		}
		what := "%d records written to %s.\n"
		if table && c.Samples {
			what = "The measurements of %d records written to %s.\n"
		}
		fmt.Fprintf(w, what, v.Records, v.File)
	})
}

func (c getCommand) tellNone(w io.Writer, days terra.Range) {
	if c.Type == "athlete" {
		fmt.Fprintln(w, "There is no profile.")
		return
	}
	fmt.Fprintf(w, "No %s from %s to %s.\n", c.Type, days.Start, days.End.AddDays(-1))
}

// writeRecords writes what there is, as text or as raw bytes, and counts the records.
func writeRecords[T summary.Record](ctx context.Context, out *output, c getCommand, s *source, days terra.Range, format string, text, raw io.Writer) (n int, err error) {
	sink := newSink[T](format, out.selected, c.Samples, text, raw)
	for r, err := range records[T](ctx, s, days, c.Samples) {
		if err != nil {
			return n, c.explain(err, s)
		}
		n++
		if err := sink.add(&r); err != nil {
			return n, err
		}
	}
	return n, sink.end()
}

func requestRecords[T health.Record](ctx context.Context, out *output, c getCommand, days terra.Range, log *slog.Logger) error {
	client, err := c.client(log)
	if err != nil {
		return err
	}
	s := &source{client: client, user: c.User}
	if s.user == "" {
		if s.user, err = c.onlyUser(ctx, client); err != nil {
			return c.explain(err, s)
		}
	}
	var v struct {
		Reference string `json:"reference"`
		Large     bool   `json:"large"`
	}
	if from, ok := collection[T](client); ok {
		var queued *terra.Queued[T]
		if queued, err = from.Request(ctx, s.user, days, terra.WithSamples(c.Samples)); err == nil {
			v.Reference, v.Large = queued.Reference, queued.Large
		}
	} else {
		var queued *terra.Queued[health.Athlete]
		if queued, err = client.Athlete.Request(ctx, s.user); err == nil {
			v.Reference, v.Large = queued.Reference, queued.Large
		}
	}
	if err != nil {
		return c.explain(err, s)
	}
	return out.result(v, func(w io.Writer) {
		fmt.Fprintf(w, "On its way to the destinations, under the reference %s.\n", v.Reference)
	})
}
