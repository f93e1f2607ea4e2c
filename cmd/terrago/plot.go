package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/plot"
	"github.com/terra-go/terra/health"
)

const (
	plotLookBack = 28 // days before today that are looked through over the API
	plotTries    = 14 // days with records of which one is drawn, the latest first
)

type plotCommand struct {
	Night plotNight `cmd:"" help:"A night: the stages of sleep above the heart rate." example:"terrago plot night --out night.svg"`
	Day   plotDay   `cmd:"" help:"A day's heart rate, from midnight to midnight." example:"terrago plot day --date 2026-03-04 --out day.png"`
	Month plotMonth `cmd:"" help:"A month, or any number of days: steps and heart rate at rest." example:"terrago plot month --sandbox --reference-id member-7 --out month.svg"`
	Run   plotRun   `cmd:"" help:"A run: heart rate, pace and elevation." example:"terrago plot run --db sqlite:health.db --out run.png"`
}

// Help is shown with plot --help.
func (plotCommand) Help() string {
	return "Draws the latest there is, from the store that --db names or terrago dev keeps here, or with --sandbox, " +
		"or where there is no store, from the API."
}

// plotFlags say of whom and when to draw, and where to.
type plotFlags struct {
	sourceFlags
	Date health.Date `placeholder:"YYYY-MM-DD" help:"The day; of a night, the one on which it ended. The latest with something to draw, if left out."`
	Out  string      `placeholder:"FILE" help:"Write to FILE.svg or FILE.png, or with - to the standard output, which is the default. --format svg or png says what, if FILE does not tell; svg is the default."`
}

type plotNight struct{ plotFlags }

func (c plotNight) Run(ctx context.Context, out *output, log *slog.Logger) error {
	return c.plot(ctx, out, log, func(s *source) (*plot.Chart, error) {
		return chartOf(ctx, s, c.Date, subject[health.Sleep]{
			name: "night",
			day: func(r health.Sleep) health.Date {
				return cmp.Or(r.Metadata.EndTime.Date(), r.Metadata.StartTime.Date())
			},
			begins: 1,
			latest: func(r health.Sleep) bool { return !r.Metadata.IsNap.Or(false) },
			length: func(r health.Sleep) time.Duration { return length(r.Metadata.StartTime, r.Metadata.EndTime) },
			draw:   plot.Night,
		})
	})
}

type plotDay struct{ plotFlags }

func (c plotDay) Run(ctx context.Context, out *output, log *slog.Logger) error {
	return c.plot(ctx, out, log, func(s *source) (*plot.Chart, error) {
		return chartOf(ctx, s, c.Date, subject[health.Daily]{
			name: "day",
			day:  dayOfDaily,
			draw: plot.Day,
		})
	})
}

type plotRun struct{ plotFlags }

func (c plotRun) Run(ctx context.Context, out *output, log *slog.Logger) error {
	return c.plot(ctx, out, log, func(s *source) (*plot.Chart, error) {
		return chartOf(ctx, s, c.Date, subject[health.Activity]{
			name:   "run",
			day:    func(r health.Activity) health.Date { return r.Metadata.StartTime.Date() },
			only:   plot.IsRun,
			length: func(r health.Activity) time.Duration { return length(r.Metadata.StartTime, r.Metadata.EndTime) },
			draw:   plot.Run,
		})
	})
}

type plotMonth struct {
	plotFlags
	Days int `default:"30" help:"How many days, of which --date is the last. Default: ${default}."`
}

func (c plotMonth) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if c.Days < 2 || c.Days > plot.MaxDays {
		return usagef("--days must be from 2 to %d", plot.MaxDays)
	}
	return c.plot(ctx, out, log, func(s *source) (*plot.Chart, error) {
		end := c.Date.AddDays(1)
		if c.Date.IsZero() {
			days, err := daysOf(ctx, s, subject[health.Daily]{name: "day", day: dayOfDaily})
			if err != nil {
				return nil, err
			}
			end = days[0].AddDays(1)
		}
		days := terra.Between(end.AddDays(-c.Days), end)
		var list []health.Daily
		for d, err := range records[health.Daily](ctx, s, days, false) {
			if err != nil {
				return nil, err
			}
			list = append(list, d)
		}
		return plot.Month(days.Start, days.End, list)
	})
}

func dayOfDaily(r health.Daily) health.Date { return r.Metadata.StartTime.Date() }

// length is zero when it cannot be told.
func length(start, end health.Timestamp) time.Duration {
	return end.In(time.UTC).Sub(start.In(time.UTC))
}

// drawn is the result.
type drawn struct {
	File        string `json:"file"`
	Format      string `json:"format"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Points      int    `json:"points"`
	Source      string `json:"source"`
}

// plot finds the source, has draw make a chart of it, and writes that.
func (c plotFlags) plot(ctx context.Context, out *output, log *slog.Logger, draw func(*source) (*plot.Chart, error)) error {
	toFile := c.Out != "" && c.Out != "-"
	format := "svg"
	switch {
	case toFile:
		var err error
		if format, err = out.fileFormat(c.Out, c.formats()...); err != nil {
			return err
		}
	case slices.Contains(c.formats(), out.format):
		format, out.format = out.format, formatTable
	}
	switch {
	case out.values() && !toFile:
		return usagef("--format %s says what was drawn, so the picture itself has to go elsewhere: add --out FILE.svg or --out FILE.png", out.format)
	case format == "png" && !toFile && out.seen:
		return usagef("a PNG is nothing for a terminal: add --out FILE.png")
	}
	s, err := c.source(ctx, log)
	if err != nil {
		return err
	}
	defer s.close()
	chart, err := draw(s)
	if err != nil {
		return c.explainPlot(err, s)
	}
	var picture bytes.Buffer
	write := chart.SVG
	if format == "png" {
		write = chart.PNG
	}
	if err := write(&picture); err != nil {
		return err
	}
	if !toFile {
		_, err := out.raw.Write(picture.Bytes())
		return err
	}
	err = toNewFile(c.Out, func(_, raw io.Writer) error {
		_, err := picture.WriteTo(raw)
		return err
	})
	if err != nil {
		return err
	}
	v := drawn{File: c.Out, Format: format, Title: chart.Title, Description: chart.Description, Points: chart.Points, Source: s.name()}
	v.Width, v.Height = chart.Size()
	return out.result(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n%s\nWritten to %s.\n", v.Title, v.Description, v.File)
	})
}

// formats are of pictures.
func (plotFlags) formats() []string { return []string{"svg", "png"} }

// explainPlot adds what can be done.
func (c plotFlags) explainPlot(err error, s *source) error {
	empty, ok := errors.AsType[*plot.EmptyError](err)
	switch {
	case ok && s.db != nil:
		return fmt.Errorf("%s has no %s in it to draw; terrago backfill --samples --again fetches every measurement into the store", empty.What, empty.Need)
	case ok:
		return fmt.Errorf("%s has no %s in it to draw; try another --date", empty.What, empty.Need)
	case errors.Is(err, errNothingToPlot):
		return err
	}
	return c.explain(err, s)
}

// errNothingToPlot says that there are no records at all.
var errNothingToPlot = errors.New("there is")

// A subject is what a chart is of, as records of a type.
type subject[T health.Record] struct {
	name   string
	day    func(T) health.Date
	begins int                   // so many days before its day at the earliest
	only   func(T) bool          // records to look at; nil for all
	latest func(T) bool          // those to look at where no date is given; nil for all
	length func(T) time.Duration // the longest of a day is drawn; nil where there is one
	draw   func(T) (*plot.Chart, error)
}

// chartOf draws a day's record, or the latest there is something in to draw.
func chartOf[T health.Record](ctx context.Context, s *source, date health.Date, of subject[T]) (*plot.Chart, error) {
	days := []health.Date{date}
	if date.IsZero() {
		var err error
		if days, err = daysOf(ctx, s, of); err != nil {
			return nil, err
		}
	}
	err := fmt.Errorf("%w no %s on %s; without --date the latest is drawn", errNothingToPlot, of.name, date)
	for i, day := range days[:min(len(days), plotTries)] {
		list, problem := of.on(ctx, s, day)
		if problem != nil {
			return nil, problem
		}
		for j, r := range list {
			chart, problem := of.draw(r)
			if problem == nil {
				return chart, nil
			}
			if i == 0 && j == 0 {
				err = problem
			}
		}
	}
	return nil, err
}

// on is what there is on a day, the longest first.
func (of subject[T]) on(ctx context.Context, s *source, day health.Date) ([]T, error) {
	var list []T
	for r, err := range records[T](ctx, s, terra.Between(day.AddDays(-of.begins), day.AddDays(1)), true) {
		if err != nil {
			return nil, err
		}
		if of.day(r) == day && (of.only == nil || of.only(r)) {
			list = append(list, r)
		}
	}
	if of.length != nil {
		slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(of.length(b), of.length(a)) })
	}
	return list, nil
}

// daysOf are the days with a record, the latest first; at least one.
func daysOf[T health.Record](ctx context.Context, s *source, of subject[T]) ([]health.Date, error) {
	var within terra.Range // all
	where := "in the store; terrago backfill fetches what Terra has"
	if s.db == nil {
		within = terra.Last(plotLookBack)
		where = fmt.Sprintf("in the last %d days; --date looks at an earlier one", plotLookBack)
	}
	var days []health.Date
	for r, err := range records[T](ctx, s, within, false) {
		if err != nil {
			return nil, err
		}
		day := of.day(r)
		if !day.IsZero() && (of.only == nil || of.only(r)) && (of.latest == nil || of.latest(r)) {
			days = append(days, day)
		}
	}
	if len(days) == 0 {
		return nil, fmt.Errorf("%w no %s %s", errNothingToPlot, of.name, where)
	}
	slices.SortFunc(days, func(a, b health.Date) int { return b.Compare(a) })
	return slices.Compact(days), nil
}
