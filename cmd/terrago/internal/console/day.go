package console

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
)

const monthDays = 30 // in the chart of a month

// subject is whose records are read: a connection in the store, or where there is
// none, somebody in the sandbox.
type subject struct {
	h *Console
	healthdb.Connection
}

// day is what is known of one day of somebody. A night belongs to the day on which it
// ended.
type day struct {
	date          health.Date
	sleeps        []health.Sleep // the longest first
	dailies       []health.Daily
	activities    []health.Activity // the longest first
	bodies        []health.Body
	nutritions    []health.Nutrition
	menstruations []health.Menstruation
	month         []health.Daily // of the days up to this one
}

func (s subject) athlete(ctx context.Context) (health.Athlete, bool, error) {
	if s.h.Store != nil {
		return s.h.Store.DB.Athlete(ctx, s.ID)
	}
	a, err := s.h.Platform.Client.Athlete.Get(ctx, s.UserID)
	switch {
	case errors.Is(err, terra.ErrNoData), errors.Is(err, terra.ErrNotFound):
		return health.Athlete{}, false, nil
	case err != nil:
		return health.Athlete{}, false, err
	}
	return *a, true, nil
}

// latest is the last day with a record; zero without any.
func (s subject) latest(ctx context.Context) (health.Date, error) {
	if s.h.Store == nil {
		return s.today().AddDays(-1), nil // which is over
	}
	last, _, err := s.h.Store.DB.NearestDays(ctx, s.ID, health.Date{})
	if err != nil || last.IsZero() {
		return last, err
	}
	return s.waking(ctx, last)
}

// around are the nearest days with a record.
func (s subject) around(ctx context.Context, day health.Date) (before, after health.Date, err error) {
	if s.h.Store == nil {
		if before = day.AddDays(-1); day.Before(s.today()) {
			after = day.AddDays(1)
		}
		return before, after, nil
	}
	before, after, err = s.h.Store.DB.NearestDays(ctx, s.ID, day)
	if err != nil {
		return before, after, err
	}
	if !before.IsZero() {
		if woken, err := s.waking(ctx, before); err != nil || woken.Before(day) {
			before = woken
		}
	}
	if woken, err := s.waking(ctx, day); err != nil || woken.After(day) {
		after = woken
	}
	return before, after, err
}

// waking is the day after, if a night began on day that ended then.
func (s subject) waking(ctx context.Context, day health.Date) (health.Date, error) {
	for r, err := range s.h.Store.DB.Sleeps(ctx, s.ID, day, day.AddDays(1)) {
		if err != nil {
			return day, err
		}
		if nightOf(r) == day.AddDays(1) {
			return day.AddDays(1), nil
		}
	}
	return day, nil
}

func (s subject) today() health.Date { return health.DateOf(s.h.Platform.Sandbox.Now().UTC()) }

func (s subject) day(ctx context.Context, date health.Date) (*day, error) {
	d := &day{date: date}
	for _, kind := range chartOrder {
		if err := s.fill(ctx, d, kind, s.h.Store == nil); err != nil {
			return nil, err
		}
	}
	var err error
	if d.bodies, err = records[health.Body](ctx, s, date, date.AddDays(1)); err != nil {
		return nil, err
	}
	if d.nutritions, err = records[health.Nutrition](ctx, s, date, date.AddDays(1)); err != nil {
		return nil, err
	}
	d.menstruations, err = records[health.Menstruation](ctx, s, date, date.AddDays(1))
	return d, err
}

// fill reads what a kind of chart is drawn from, with the series it shows or without.
func (s subject) fill(ctx context.Context, d *day, kind string, series bool) (err error) {
	from, to := d.date, d.date.AddDays(1)
	paths := chartKinds[kind].series
	if !series {
		paths = nil
	}
	switch kind {
	case "night":
		d.sleeps, err = records[health.Sleep](ctx, s, from.AddDays(-1), to, paths...)
		d.sleeps = slices.DeleteFunc(d.sleeps, func(r health.Sleep) bool { return nightOf(r) != d.date })
		slices.SortStableFunc(d.sleeps, func(a, b health.Sleep) int {
			return cmp.Compare(length(b.Metadata.StartTime, b.Metadata.EndTime), length(a.Metadata.StartTime, a.Metadata.EndTime))
		})
	case "day":
		d.dailies, err = records[health.Daily](ctx, s, from, to, paths...)
	case "run":
		d.activities, err = records[health.Activity](ctx, s, from, to, paths...)
		slices.SortStableFunc(d.activities, func(a, b health.Activity) int {
			return cmp.Compare(length(b.Metadata.StartTime, b.Metadata.EndTime), length(a.Metadata.StartTime, a.Metadata.EndTime))
		})
	case "month":
		d.month, err = records[health.Daily](ctx, s, to.AddDays(-monthDays), to)
	}
	return err
}

func nightOf(r health.Sleep) health.Date {
	return cmp.Or(r.Metadata.EndTime.Date(), r.Metadata.StartTime.Date())
}

// records are somebody's on the days from from up to but not including to, with the
// series of the JSON paths.
func records[T health.Record](ctx context.Context, s subject, from, to health.Date, paths ...string) (list []T, err error) {
	for r, err := range read[T](ctx, s, from, to, paths) {
		if err != nil {
			return list, err
		}
		list = append(list, r)
	}
	return list, nil
}

func read[T health.Record](ctx context.Context, s subject, from, to health.Date, paths []string) iter.Seq2[T, error] {
	if s.h.Store != nil {
		var opts []healthdb.QueryOption
		if len(paths) > 0 {
			opts = append(opts, healthdb.WithSeries(paths...))
		}
		return healthdb.Records[T](ctx, s.h.Store.DB.DB, s.ID, from, to, opts...)
	}
	client := s.h.Platform.Client
	for _, c := range []any{client.Activity, client.Body, client.Daily, client.Menstruation, client.Nutrition, client.Sleep} {
		if c, ok := c.(*terra.Collection[T]); ok {
			return c.All(ctx, s.UserID, terra.Between(from, to), terra.WithSamples(len(paths) > 0))
		}
	}
	return func(func(T, error) bool) {}
}

// length is zero when it cannot be told.
func length(start, end health.Timestamp) time.Duration {
	return end.In(time.UTC).Sub(start.In(time.UTC))
}
