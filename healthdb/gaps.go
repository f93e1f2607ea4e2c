package healthdb

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

// DailyTypes are the types of data that [DB.Gaps] and [DB.Backfill] know: those that
// are read day by day.
func DailyTypes() []webhook.EventType {
	return []webhook.EventType{
		webhook.TypeActivity, webhook.TypeBody, webhook.TypeDaily,
		webhook.TypeMenstruation, webhook.TypeNutrition, webhook.TypeSleep,
	}
}

// Gaps are the days of r for which a connection has no record of a type and nobody
// has asked yet, joined where they are neighbours. Days before the connection began
// are none, as nothing was to be delivered then, nor are days that may not be over
// where the person is.
//
// Without a record a day may well be complete: nobody trains every day, or sleeps
// every night with a watch on. So a day that [DB.Backfill] has asked for is no gap any
// more, whatever there was.
func (db *DB) Gaps(ctx context.Context, connectionID int64, t webhook.EventType, r terra.Range) ([]terra.Range, error) {
	if err := checkRange(r); err != nil {
		return nil, err
	}
	c, err := db.Connection(ctx, connectionID)
	if err != nil {
		return nil, err
	}
	if began := health.DateOf(c.CreatedAt); !c.CreatedAt.IsZero() && r.Start.Before(began) {
		r.Start = began
	}
	return db.unknownDays(ctx, connectionID, t, r)
}

// unknownDays is Gaps for any r, whenever the connection began.
func (db *DB) unknownDays(ctx context.Context, connectionID int64, t webhook.EventType, r terra.Range) ([]terra.Range, error) {
	if over := db.over(); over.Before(r.End) {
		r.End = over
	}
	if _, ok := sources[t]; !ok {
		return nil, errType
	}
	if !r.Start.Before(r.End) {
		return nil, nil
	}
	known := newDayset(r.Days())
	if err := db.markRecords(ctx, connectionID, t, r, known, ""); err != nil {
		return nil, err
	}
	if err := db.markAskedFor(ctx, connectionID, t, r, known); err != nil {
		return nil, err
	}
	return runs(r, func(day int) bool { return !known.has(day) }), nil
}

// Absence is days for which a connection has no record of a type.
type Absence struct {
	Range terra.Range
	Asked bool // whether [DB.Backfill] has asked for them, so that there is none
}

// Absences are the days of r for which a connection has no record of a type, joined
// where they are neighbours and have both been asked for or not. Days that may not be
// over where the person is are left out.
func (db *DB) Absences(ctx context.Context, connectionID int64, t webhook.EventType, r terra.Range) ([]Absence, error) {
	if err := checkRange(r); err != nil {
		return nil, err
	}
	if _, ok := sources[t]; !ok {
		return nil, errType
	}
	if over := db.over(); over.Before(r.End) {
		r.End = over
	}
	if !r.Start.Before(r.End) {
		return nil, nil
	}
	present, asked := newDayset(r.Days()), newDayset(r.Days())
	if err := db.markRecords(ctx, connectionID, t, r, present, ""); err != nil {
		return nil, err
	}
	if err := db.markAskedFor(ctx, connectionID, t, r, asked); err != nil {
		return nil, err
	}
	var list []Absence
	for _, is := range []bool{true, false} {
		for _, run := range runs(r, func(day int) bool { return !present.has(day) && asked.has(day) == is }) {
			list = append(list, Absence{run, is})
		}
	}
	slices.SortFunc(list, func(a, b Absence) int { return a.Range.Start.DaysSince(b.Range.Start) })
	return list, nil
}

// missing are the days of a lane that are to be asked for: of those that there can be
// data for, all but the ones that were asked for and that a webhook has brought
// something for, when they were over.
func (b *backfill) missing(ctx context.Context, l *lane) (dayset, error) {
	r := b.req.Range
	n := r.Days()
	missing := newDayset(n)
	now := b.db.now().UTC()
	future := min(max(health.DateOf(now.Add(14*time.Hour)).AddDays(1).DaysSince(r.Start), 0), n)
	missing.add(0, future)
	over := min(max(b.db.over().DaysSince(r.Start), 0), n)
	if b.req.Again || over == 0 {
		return missing, nil
	}
	known := newDayset(n)
	if err := b.db.markAskedFor(ctx, l.person.id, l.typ, r, known); err != nil {
		return nil, err
	}
	for day := range over {
		if !known.has(day) {
			if err := b.db.markRecords(ctx, l.person.id, l.typ, r, known, " AND delivery_id <> ''"); err != nil {
				return nil, err
			}
			break
		}
	}
	for day := range over {
		if known.has(day) {
			missing.clear(day, day+1)
		}
	}
	return missing, nil
}

// markRecords adds the days of r with a record of a connection to a set.
func (db *DB) markRecords(ctx context.Context, connectionID int64, t webhook.EventType, r terra.Range, set dayset, only string) error {
	rows, err := db.query(ctx, "SELECT DISTINCT day, NULL FROM "+sources[t].table+" WHERE connection_id = ? AND day >= ? AND day < ?"+only,
		connectionID, r.Start.String(), r.End.String())
	if err != nil {
		return err
	}
	return eachSpan(rows, set.adder(r))
}

// markAskedFor adds the days of r that were asked for to a set.
func (db *DB) markAskedFor(ctx context.Context, connectionID int64, t webhook.EventType, r terra.Range, set dayset) error {
	rows, err := db.query(ctx, "SELECT first_day, end_day FROM backfills WHERE connection_id = ? AND type = ?", connectionID, string(t))
	if err != nil {
		return err
	}
	return eachSpan(rows, set.adder(r))
}

// adder adds spans of days, as far as they are in r.
func (s dayset) adder(r terra.Range) func(first, end health.Date) {
	return func(first, end health.Date) {
		s.add(max(first.DaysSince(r.Start), 0), min(end.DaysSince(r.Start), r.Days()))
	}
}

// eachSpan reads first days and the days after the last ones, which are NULL where
// there is but one. It closes rows.
func eachSpan(rows *sql.Rows, span func(first, end health.Date)) error {
	defer rows.Close()
	for rows.Next() {
		var first, end any
		if err := rows.Scan(&first, &end); err != nil {
			return sqldb.Wrap("read days", err)
		}
		from, ok := dayIn(first)
		to, several := dayIn(end)
		if !several {
			to = from.AddDays(1)
		}
		if ok {
			span(from, to)
		}
	}
	return sqldb.Wrap("read days", rows.Err())
}

// dayIn is a day as one of the databases returns it.
func dayIn(column any) (health.Date, bool) {
	switch v := column.(type) {
	case time.Time:
		return health.DateOf(v), true
	case string:
		d, err := health.ParseDate(v)
		return d, err == nil
	case []byte:
		d, err := health.ParseDate(string(v))
		return d, err == nil
	}
	return health.Date{}, false
}

func checkRange(r terra.Range) error {
	if !r.Start.IsValid() || !r.End.IsValid() || !r.Start.Before(r.End) {
		return &terra.ArgumentError{Argument: "range", Problem: "has no days"}
	}
	return nil
}

// over is the first day that may not be over yet somewhere on Earth.
func (db *DB) over() health.Date { return health.DateOf(db.now().UTC().Add(-12 * time.Hour)) }

// runs are the days of r that are in, joined where they are neighbours.
func runs(r terra.Range, in func(day int) bool) []terra.Range {
	var list []terra.Range
	for i, n := 0, r.Days(); i < n; i++ {
		if !in(i) {
			continue
		}
		first := i
		for i < n && in(i) {
			i++
		}
		list = append(list, terra.Between(r.Start.AddDays(first), r.Start.AddDays(i)))
	}
	return list
}
