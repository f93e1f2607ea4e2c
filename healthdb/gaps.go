package healthdb

import (
	"context"
	"database/sql"
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
	source, ok := sources[t]
	if !ok {
		return nil, errType
	}
	if over := db.over(); over.Before(r.End) {
		r.End = over
	}
	if !r.Start.Before(r.End) {
		return nil, nil
	}
	known := make([]bool, r.Days())
	mark := func(first, end health.Date) {
		from, to := max(first.DaysSince(r.Start), 0), min(end.DaysSince(r.Start), len(known))
		for i := from; i < to; i++ {
			known[i] = true
		}
	}
	for _, q := range []struct {
		text string
		args []any
	}{
		{"SELECT DISTINCT day, NULL FROM " + source.table + " WHERE connection_id = ? AND day >= ? AND day < ?", []any{connectionID, r.Start.String(), r.End.String()}},
		{"SELECT first_day, end_day FROM backfills WHERE connection_id = ? AND type = ?", []any{connectionID, string(t)}},
	} {
		rows, err := db.query(ctx, q.text, q.args...)
		if err != nil {
			return nil, err
		}
		if err := eachSpan(rows, mark); err != nil {
			return nil, err
		}
	}
	return runs(r.Start, known), nil
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

// runs are the days that are not known, joined where they are neighbours.
func runs(start health.Date, known []bool) []terra.Range {
	var list []terra.Range
	for i := 0; i < len(known); i++ {
		if known[i] {
			continue
		}
		first := i
		for i < len(known) && !known[i] {
			i++
		}
		list = append(list, terra.Between(start.AddDays(first), start.AddDays(i)))
	}
	return list
}
