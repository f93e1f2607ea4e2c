package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/plot"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
)

const (
	plotLookBack = 28 // days before today that are looked through over the API
	plotTries    = 14 // days with records of which one is drawn, the latest first
)

type plotCommand struct {
	Night plotNight `cmd:"" help:"A night: the stages of sleep above the heart rate."`
	Day   plotDay   `cmd:"" help:"A day's heart rate, from midnight to midnight."`
	Month plotMonth `cmd:"" help:"A month, or any number of days: steps and heart rate at rest."`
	Run   plotRun   `cmd:"" help:"A run: heart rate, pace and elevation."`
}

// Help is shown with plot --help.
func (plotCommand) Help() string {
	return "Draws the latest there is, from the store that --db names or terrago dev keeps here, or with --sandbox, " +
		"or where there is no store, from the API. For example: terrago plot night --out night.svg"
}

// plotFlags say of whom and when to draw, and where to.
type plotFlags struct {
	readFlags
	connection
	User        string      `placeholder:"ID" help:"Whose: a user id, as terrago users lists them. Not needed where only one person is connected."`
	ReferenceID string      `name:"reference-id" aliases:"reference" placeholder:"ID" help:"Whose, by the id you gave them."`
	Date        health.Date `placeholder:"YYYY-MM-DD" help:"The day; of a night, the one on which it ended. The latest with something to draw, if left out."`
	Out         string      `placeholder:"FILE" help:"Write to FILE.svg or FILE.png, or with - to the standard output, which is the default. --format svg or png says what, if FILE does not tell; svg is the default."`
}

type plotNight struct{ plotFlags }

func (c plotNight) Run(ctx context.Context, out *output, log *slog.Logger) error {
	return c.plot(ctx, out, log, func(s *plotSource) (*plot.Chart, error) {
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
	return c.plot(ctx, out, log, func(s *plotSource) (*plot.Chart, error) {
		return chartOf(ctx, s, c.Date, subject[health.Daily]{
			name: "day",
			day:  dayOfDaily,
			draw: plot.Day,
		})
	})
}

type plotRun struct{ plotFlags }

func (c plotRun) Run(ctx context.Context, out *output, log *slog.Logger) error {
	return c.plot(ctx, out, log, func(s *plotSource) (*plot.Chart, error) {
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
	return c.plot(ctx, out, log, func(s *plotSource) (*plot.Chart, error) {
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
func (c plotFlags) plot(ctx context.Context, out *output, log *slog.Logger, draw func(*plotSource) (*plot.Chart, error)) error {
	format, err := c.pictureFormat(out)
	if err != nil {
		return err
	}
	toFile := c.Out != "" && c.Out != "-"
	if slices.Contains(c.formats(), out.format) {
		out.format = formatTable // of what is told
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
	if err := writePicture(c.Out, picture.Bytes()); err != nil {
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

// pictureFormat is what the picture is written as. What else is told is in the other
// formats.
func (c plotFlags) pictureFormat(out *output) (string, error) {
	byName := strings.TrimPrefix(strings.ToLower(filepath.Ext(c.Out)), ".")
	named, asked := slices.Contains(c.formats(), byName), slices.Contains(c.formats(), out.format)
	switch {
	case c.Out == "" || c.Out == "-":
		if asked {
			return out.format, nil
		}
		return "svg", nil
	case named && asked && out.format != byName:
		return "", usagef("--format %s does not go with --out %s", out.format, c.Out)
	case named:
		return byName, nil
	case asked:
		return out.format, nil
	}
	return "", usagef("--out %s is neither .svg nor .png; say --format svg or --format png", c.Out)
}

// writePicture writes a file that nobody else can read if it is a new one.
func writePicture(file string, b []byte) error {
	err := os.WriteFile(file, b, 0o600)
	if path, ok := errors.AsType[*os.PathError](err); ok && path.Op == "open" {
		return usagef("--out %s: %s", file, path.Err)
	}
	return err
}

// explainPlot adds what can be done.
func (c plotFlags) explainPlot(err error, s *plotSource) error {
	empty, ok := errors.AsType[*plot.EmptyError](err)
	switch {
	case ok && s.db != nil:
		return fmt.Errorf("%s has no %s in it to draw; terrago backfill --samples --again fetches every measurement into the store", empty.What, empty.Need)
	case ok:
		return fmt.Errorf("%s has no %s in it to draw; try another --date", empty.What, empty.Need)
	case s.db != nil && !errors.Is(err, errNothingToPlot):
		return explainStore(err, s.db.Location)
	case s.db == nil:
		return c.explain(err)
	}
	return err
}

// errNothingToPlot says that there are no records at all.
var errNothingToPlot = errors.New("there is")

// plotSource is where one person's records come from: a connection in a store, or a
// user of the API.
type plotSource struct {
	db         *store.DB
	connection int64
	client     *terra.Client
	user       string
	baseURL    string
}

func (s *plotSource) close() {
	if s.db != nil {
		s.db.Close()
	}
}

func (s *plotSource) name() string {
	if s.db != nil {
		return s.db.Location.String()
	}
	return s.baseURL
}

// source is the store if one is named, or is here and the API is not asked for.
func (c plotFlags) source(ctx context.Context, log *slog.Logger) (*plotSource, error) {
	if c.User != "" && c.ReferenceID != "" {
		return nil, usagef("give either --user or --reference-id")
	}
	askAPI := c.Sandbox || c.BaseURL != os.Getenv("TERRA_BASE_URL")
	named := c.DB != "" || c.DBFile != ""
	if named && askAPI {
		return nil, usagef("from the store or from the API? Give either --db or --sandbox or --base-url")
	}
	if !askAPI {
		at, err := c.where()
		switch {
		case err == nil && at.OnDisk() && !exists(at.Target):
			return nil, usagef("there is no database at %s", at)
		case err == nil:
			return c.storeSource(ctx, log)
		case named || os.Getenv("TERRAGO_DB") != "":
			return nil, err
		}
	}
	s := &plotSource{user: c.User, baseURL: c.baseURL()}
	var err error
	if s.client, err = c.client(log); err != nil {
		if !askAPI && os.Getenv("TERRA_API_KEY") == "" {
			return nil, usagef("draw from what? Say --sandbox or --db sqlite:FILE, set TERRA_DEV_ID and TERRA_API_KEY, or start terrago dev here")
		}
		return nil, err
	}
	if s.user == "" {
		s.user, err = c.onlyUser(ctx, s.client)
	}
	return s, c.explain(err)
}

func (c plotFlags) storeSource(ctx context.Context, log *slog.Logger) (*plotSource, error) {
	db, err := c.openDB(ctx, log)
	if err != nil {
		return nil, err
	}
	s := &plotSource{db: db}
	if s.connection, err = c.onlyConnection(ctx, db); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (c plotFlags) onlyConnection(ctx context.Context, db *store.DB) (int64, error) {
	if c.User != "" {
		connection, err := db.ConnectionOf(ctx, c.User)
		if errors.Is(err, healthdb.ErrNoConnection) {
			return 0, usagef("the store knows nobody by that user id; --reference-id finds people by yours")
		}
		return connection.ID, explainStore(err, db.Location)
	}
	var found []healthdb.Connection
	var providers []string
	for connection, err := range db.Connections(ctx, healthdb.ConnectionFilter{ReferenceID: c.ReferenceID}) {
		if err != nil {
			return 0, explainStore(err, db.Location)
		}
		found, providers = append(found, connection), append(providers, connection.Provider)
	}
	if err := c.one(providers); err != nil {
		return 0, err
	}
	return found[0].ID, nil
}

func (c plotFlags) onlyUser(ctx context.Context, client *terra.Client) (string, error) {
	var user string
	var providers []string
	for u, err := range (usersCommand{ReferenceID: c.ReferenceID}).users(ctx, client) {
		if err != nil {
			return "", err
		}
		user, providers = u.UserID, append(providers, u.Provider)
	}
	return user, c.one(providers)
}

// one complains unless there is exactly one connection.
func (c plotFlags) one(providers []string) error {
	slices.Sort(providers)
	list := strings.Join(slices.Compact(slices.Clone(providers)), ", ")
	switch n := len(providers); {
	case n == 1:
		return nil
	case n == 0 && c.ReferenceID != "":
		return usagef("nobody is connected under that reference id")
	case n == 0:
		return usagef("nobody is connected yet")
	case c.ReferenceID != "":
		return usagef("%d connections have that reference id (%s); say which with --user ID", n, list)
	default:
		return usagef("%d connections are there; say whose with --user ID or --reference-id ID", n)
	}
}

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
func chartOf[T health.Record](ctx context.Context, s *plotSource, date health.Date, of subject[T]) (*plot.Chart, error) {
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
func (of subject[T]) on(ctx context.Context, s *plotSource, day health.Date) ([]T, error) {
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
func daysOf[T health.Record](ctx context.Context, s *plotSource, of subject[T]) ([]health.Date, error) {
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

// records are one person's, from the store or from the API.
func records[T health.Record](ctx context.Context, s *plotSource, days terra.Range, samples bool) iter.Seq2[T, error] {
	if s.db == nil {
		for _, c := range []any{s.client.Activity, s.client.Daily, s.client.Sleep} {
			if c, ok := c.(*terra.Collection[T]); ok {
				return c.All(ctx, s.user, days, terra.WithSamples(samples))
			}
		}
	}
	var opts []healthdb.QueryOption
	if samples {
		opts = append(opts, healthdb.WithSamples())
	}
	return healthdb.Records[T](ctx, s.db.DB, s.connection, days.Start, days.End, opts...)
}
