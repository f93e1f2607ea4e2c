package healthdb

import (
	"context"
	"database/sql"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/webhook"
)

// QueryOption changes what a query for records returns.
type QueryOption func(*queryOptions)

type queryOptions struct {
	samples bool
	series  []string // nil for all
}

// WithSamples fills the records' time series, which are left empty otherwise.
func WithSamples() QueryOption { return func(o *queryOptions) { o.samples = true } }

// WithSeries fills no more of the records' time series than those of the JSON paths,
// such as heart_rate_data.detailed.hr_samples.bpm: of other lists the samples are there
// without their values. What of it a type of records does not have is left out.
func WithSeries(paths ...string) QueryOption {
	return func(o *queryOptions) { o.samples, o.series = true, append(o.series, paths...) }
}

// Activities yields a connection's activities, see [Records].
func (db *DB) Activities(ctx context.Context, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[health.Activity, error] {
	return Records[health.Activity](ctx, db, connectionID, from, to, opts...)
}

// Bodies yields what was measured on the days of a connection, see [Records].
func (db *DB) Bodies(ctx context.Context, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[health.Body, error] {
	return Records[health.Body](ctx, db, connectionID, from, to, opts...)
}

// Daily yields the days of a connection, see [Records].
func (db *DB) Daily(ctx context.Context, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[health.Daily, error] {
	return Records[health.Daily](ctx, db, connectionID, from, to, opts...)
}

// Menstruations yields a connection's days of cycles, see [Records].
func (db *DB) Menstruations(ctx context.Context, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[health.Menstruation, error] {
	return Records[health.Menstruation](ctx, db, connectionID, from, to, opts...)
}

// Nutritions yields what was eaten on the days of a connection, see [Records].
func (db *DB) Nutritions(ctx context.Context, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[health.Nutrition, error] {
	return Records[health.Nutrition](ctx, db, connectionID, from, to, opts...)
}

// Sleeps yields a connection's sessions of sleep, each on the day on which it began,
// see [Records].
func (db *DB) Sleeps(ctx context.Context, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[health.Sleep, error] {
	return Records[health.Sleep](ctx, db, connectionID, from, to, opts...)
}

// NearestDays are the last day before day and the first one after it on which a
// connection has a record of any type, each zero where there is none. With the zero
// day, before is the last of all and after is zero.
func (db *DB) NearestDays(ctx context.Context, connectionID int64, day health.Date) (before, after health.Date, err error) {
	if before, err = db.endOfDays(ctx, "MAX", connectionID, health.Date{}, day); err != nil || day.IsZero() {
		return before, after, err
	}
	after, err = db.endOfDays(ctx, "MIN", connectionID, day.AddDays(1), health.Date{})
	return before, after, err
}

// endOfDays is the first or the last day with a record from from up to but not
// including to.
func (db *DB) endOfDays(ctx context.Context, end string, connectionID int64, from, to health.Date) (found health.Date, err error) {
	var queries []string
	var all []any
	for _, t := range db.tables {
		if t.connected {
			where, args := daysOf(connectionID, from, to, db.sql.Dialect)
			queries, all = append(queries, "SELECT "+end+"(day), NULL FROM "+t.name+" WHERE "+where), append(all, args...)
		}
	}
	rows, err := db.query(ctx, strings.Join(queries, " UNION ALL "), all...)
	if err != nil {
		return found, err
	}
	err = eachSpan(rows, func(day, _ health.Date) {
		if found.IsZero() || (end == "MAX") == day.After(found) {
			found = day
		}
	})
	return found, err
}

// Athlete is the profile of a connection; false if none has been delivered.
func (db *DB) Athlete(ctx context.Context, connectionID int64) (health.Athlete, bool, error) {
	for athlete, err := range Records[health.Athlete](ctx, db, connectionID, health.Date{}, health.Date{}) {
		return athlete, err == nil, err
	}
	return health.Athlete{}, false, nil
}

// LabReports yields the laboratory reports of a person, in the order in which the
// sessions were first heard of.
func (db *DB) LabReports(ctx context.Context, referenceID string) iter.Seq2[LabReport, error] {
	return unconnected[LabReport](ctx, db, referenceID)
}

// LabReportFailures yields the laboratory reports of a person that could not be read,
// in the order in which that was first heard of.
func (db *DB) LabReportFailures(ctx context.Context, referenceID string) iter.Seq2[LabReportFailure, error] {
	return unconnected[LabReportFailure](ctx, db, referenceID)
}

// Records yields a connection's records of the days from from up to but not including
// to, in the order of their days, each on the day with which it begins. A zero from or
// to leaves that side open, and both of them take in records without a day, last. It
// reads ahead some records at a time and holds nothing of the database meanwhile. An
// error is the last pair.
//
// A record is what was stored, with these exceptions. Null and absent are both
// absent, a position without coordinates is an absent one, and a NUL in text is
// U+FFFD. Moments of samples, and on PostgreSQL all, have microseconds and an offset
// such as +00:00 whatever their spelling was, or none if there was none; there, midnight
// without an offset in a field called a date is a date alone. Time series are absent
// without [WithSamples], if they were empty, or in a store opened with
// [WithoutSamples]; whole numbers in them are exact up to 2^53.
func Records[T health.Record](ctx context.Context, db *DB, connectionID int64, from, to health.Date, opts ...QueryOption) iter.Seq2[T, error] {
	var o queryOptions
	for _, opt := range opts {
		opt(&o)
	}
	t := db.tableOf(reflect.TypeFor[T]())
	where, args := daysOf(connectionID, from, to, db.sql.Dialect)
	return func(yield func(T, error) bool) {
		for page, err := range pages[T](ctx, db, t, where+" AND day IS NOT NULL", args, "day, id", o) {
			if !yieldAll(page, err, yield) {
				return
			}
		}
		if !from.IsZero() || !to.IsZero() {
			return
		}
		for page, err := range pages[T](ctx, db, t, where+" AND day IS NULL", args, "id", o) {
			if !yieldAll(page, err, yield) {
				return
			}
		}
	}
}

// Sample is one value of a time series.
type Sample struct {
	At    time.Time `json:"at,omitzero"` // UTC; local time counts as UTC; zero if it was not told
	Value float64   `json:"value"`
}

// Samples yields one series of the records of a type and the days from from up to but
// not including to, record by record in the order of their days, and each record's in
// the order of the delivery. path is the JSON path of the value, such as
// heart_rate_data.detailed.hr_samples.bpm. An error is the last pair; it is
// [ErrNoSeries] if there is no such series.
func (db *DB) Samples(ctx context.Context, connectionID int64, typ webhook.EventType, path string, from, to health.Date) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		t, series, ok := db.seriesOf(typ, path)
		if !ok {
			yield(Sample{}, ErrNoSeries)
			return
		}
		where, args := daysOf(connectionID, from, to, db.sql.Dialect)
		query := "SELECT id FROM " + t.name + " WHERE " + where + " ORDER BY day, id"
		ids, err := readAll[int64](ctx, db, query, args, func(id *int64) []any { return []any{id} })
		for _, id := range ids {
			samples, err := readAll[Sample](ctx, db,
				"SELECT at, value FROM samples WHERE record_id = ? AND series = ? AND value IS NOT NULL ORDER BY n",
				[]any{id, series}, func(s *Sample) []any { return []any{instant{&s.At}, &s.Value} })
			if !yieldAll(samples, err, yield) {
				return
			}
		}
		if err != nil {
			yield(Sample{}, err)
		}
	}
}

// HasSamples reports whether the records of a type and the days from from up to but not
// including to have a value in one of the series of the JSON paths. It reads next to
// nothing. The error is [ErrNoSeries] if there are no such series.
func (db *DB) HasSamples(ctx context.Context, connectionID int64, typ webhook.EventType, from, to health.Date, paths ...string) (bool, error) {
	for _, t := range db.tables {
		series := db.seriesIn(t, paths)
		if t.event != typ || len(series) == 0 {
			continue
		}
		where, args := daysOf(connectionID, from, to, db.sql.Dialect)
		rows, err := db.query(ctx, "SELECT 1 FROM samples WHERE record_id IN (SELECT id FROM "+t.name+" WHERE "+where+
			") AND series IN "+sqldb.Values(1, len(series))+" AND value IS NOT NULL LIMIT 1", append(args, series...)...)
		if err != nil {
			return false, err
		}
		defer rows.Close()
		return rows.Next(), sqldb.Wrap("read samples", rows.Err())
	}
	return false, ErrNoSeries
}

// seriesIn are the ids of those of paths that t has.
func (db *DB) seriesIn(t *table, paths []string) (ids []any) {
	for i, l := range t.lists {
		for k, leaf := range l.leaves {
			if slices.Contains(paths, leaf.path) {
				ids = append(ids, db.series[t.number][i][k])
			}
		}
	}
	return ids
}

func (db *DB) seriesOf(typ webhook.EventType, path string) (t *table, id int32, ok bool) {
	for _, t := range db.tables {
		if t.event != typ {
			continue
		}
		for i, l := range t.lists {
			for k, leaf := range l.leaves {
				if leaf.path == path {
					return t, db.series[t.number][i][k], true
				}
			}
		}
	}
	return nil, 0, false
}

// daysOf picks records of a connection.
func daysOf(connectionID int64, from, to health.Date, d sqldb.Dialect) (where string, args []any) {
	where, args = "connection_id = ?", []any{connectionID}
	if !from.IsZero() {
		where, args = where+" AND day >= ?", append(args, dayOf(health.TimestampOfDate(from), d))
	}
	if !to.IsZero() {
		where, args = where+" AND day < ?", append(args, dayOf(health.TimestampOfDate(to), d))
	}
	return where, args
}

func unconnected[T any](ctx context.Context, db *DB, referenceID string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		t := db.tableOf(reflect.TypeFor[T]())
		for page, err := range pages[T](ctx, db, t, "reference_id = ?", []any{referenceID}, "id", queryOptions{}) {
			if !yieldAll(page, err, yield) {
				return
			}
		}
	}
}

// yieldAll is false once there is no more to yield.
func yieldAll[T any](page []T, err error, yield func(T, error) bool) bool {
	for _, v := range page {
		if !yield(v, nil) {
			return false
		}
	}
	if err != nil {
		var zero T
		yield(zero, err)
	}
	return err == nil
}

// How many records are read at a time: few of those that come with samples.
const (
	recordPage = 200
	samplePage = 16
)

// pages reads records in the order of the columns order, which tell them apart.
func pages[T any](ctx context.Context, db *DB, t *table, where string, args []any, order string, o queryOptions) iter.Seq2[[]T, error] {
	limit := recordPage
	if o.samples = o.samples && len(t.lists) > 0; o.samples {
		limit = samplePage
	}
	names := []string{"id", "day"}
	if len(t.lists) > 0 {
		names = append(names, "sample_lists")
	}
	for i := range t.columns {
		names = append(names, t.columns[i].names(db.sql.Dialect)...)
	}
	query := "SELECT " + strings.Join(names, ", ") + " FROM " + t.name + " WHERE " + where
	tail := " ORDER BY " + order + " LIMIT " + strconv.Itoa(limit)
	return func(yield func([]T, error) bool) {
		first, args := query+tail, args
		next := query + " AND (" + order + ") > " + sqldb.Values(1, 1+strings.Count(order, ",")) + tail
		for q, a := first, args; ; q = next {
			page, err := readPage[T](ctx, db, t, q, a, o)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page.records, nil) || len(page.records) < limit {
				return
			}
			last := len(page.ids) - 1
			if a = slices.Clip(args); order != "id" {
				a = append(a, page.days[last])
			}
			a = append(a, page.ids[last])
		}
	}
}

type page[T any] struct {
	ids     []int64
	days    []any
	layouts []string
	records []T
}

// readPage reads records and, if they are to have samples, these at the same moment.
func readPage[T any](ctx context.Context, db *DB, t *table, query string, args []any, o queryOptions) (p *page[T], err error) {
	if !o.samples {
		return readRecords[T](ctx, db, db.sql.Pool, t, query, args)
	}
	err = db.snapshot(ctx, func(r reader) error {
		if p, err = readRecords[T](ctx, db, r, t, query, args); err != nil {
			return err
		}
		return fillSamples(ctx, db, r, t, p, o.series)
	})
	return p, err
}

func readRecords[T any](ctx context.Context, db *DB, r reader, t *table, query string, args []any) (*page[T], error) {
	rows, err := db.queryIn(ctx, r, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var id int64
	var day any
	var layout sql.NullString
	dest := []any{&id, &day}
	if len(t.lists) > 0 {
		dest = append(dest, &layout)
	}
	assign := make([]func(unsafe.Pointer) error, len(t.columns))
	for i := range t.columns {
		var d []any
		d, assign[i] = t.columns[i].scan(db.sql.Dialect)
		dest = append(dest, d...)
	}
	p := new(page[T])
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, sqldb.Wrap("read records", err)
		}
		record := new(T)
		for _, set := range assign {
			if err := set(unsafe.Pointer(record)); err != nil {
				return nil, err
			}
		}
		p.ids, p.days, p.layouts = append(p.ids, id), append(p.days, day), append(p.layouts, layout.String)
		p.records = append(p.records, *record)
	}
	return p, sqldb.Wrap("read records", rows.Err())
}

// fillSamples makes the time series of a page's records, with the values of the series
// of paths, or of all where paths is nil.
func fillSamples[T any](ctx context.Context, db *DB, r reader, t *table, p *page[T], paths []string) error {
	if len(p.ids) == 0 {
		return nil
	}
	place := map[int64]int{}
	var args []any
	for i, id := range p.ids {
		place[id] = i
		args = append(args, id)
		if err := t.makeLists(unsafe.Pointer(&p.records[i]), p.layouts[i]); err != nil {
			return err
		}
	}
	leaves := map[int32]*leaf{}
	lists := map[int32]*list{}
	for i := range t.lists {
		for k := range t.lists[i].leaves {
			id := db.series[t.number][i][k]
			lists[id], leaves[id] = &t.lists[i], &t.lists[i].leaves[k]
		}
	}
	query := "SELECT record_id, series, n, at, value FROM samples WHERE record_id IN " + sqldb.Values(1, len(args))
	if paths != nil {
		series := db.seriesIn(t, paths)
		if len(series) == 0 {
			return nil
		}
		query, args = query+" AND series IN "+sqldb.Values(1, len(series)), append(args, series...)
	}
	rows, err := db.queryIn(ctx, r, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var series int32
		var n int
		var at time.Time
		var value sql.Null[float64]
		if err := rows.Scan(&id, &series, &n, instant{&at}, &value); err != nil {
			return sqldb.Wrap("read samples", err)
		}
		l := lists[series]
		if l == nil {
			continue // from a newer program
		}
		first, count := elements(unsafe.Add(unsafe.Pointer(&p.records[place[id]]), l.offset))
		if n < 0 || n >= count {
			return ErrDamaged
		}
		sample := unsafe.Add(first, uintptr(n)*l.typ.Elem().Size())
		if value.Valid {
			leaves[series].setNumber(sample, value.V)
		}
		if moment := fieldAt[health.Timestamp](sample, l.at); !at.IsZero() {
			// Until now it holds a moment of the right offset.
			var east sql.Null[int64]
			if o := offsetOf(*moment); o.given {
				east = sql.Null[int64]{V: int64(o.minutes), Valid: true}
			}
			*moment = timestamp(at, east, false)
		}
	}
	return sqldb.Wrap("read samples", rows.Err())
}

// makeLists makes the lists that a layout describes, with samples whose moments have
// no more than the right offset.
func (t *table) makeLists(record unsafe.Pointer, layout string) error {
	counts, err := layouts(layout)
	if err != nil {
		return err
	}
	for i := range t.lists {
		l := &t.lists[i]
		spec, ok := counts[l.path]
		if !ok {
			continue
		}
		count := *spec[0]
		slice := reflect.MakeSlice(l.typ, count, count)
		reflect.NewAt(l.typ, unsafe.Add(record, l.offset)).Elem().Set(slice)
		first, size := slice.UnsafePointer(), l.typ.Elem().Size()
		for from := 1; from < len(spec); from += 2 {
			start, end := 0, count
			if from > 1 {
				start = *spec[from-1]
			}
			if from+1 < len(spec) {
				end = *spec[from+1]
			}
			if spec[from] == nil {
				continue
			}
			epoch := time.Unix(0, 0).In(time.FixedZone("", *spec[from]*60))
			for n := max(start, 0); n < min(end, count); n++ {
				*fieldAt[health.Timestamp](first, uintptr(n)*size+l.at) = health.TimestampOf(epoch)
			}
		}
	}
	return nil
}

// setNumber is the inverse of number.
func (l *leaf) setNumber(sample unsafe.Pointer, v float64) {
	switch l.kind {
	case kindFloat:
		*fieldAt[opt.Value[float64]](sample, l.offset) = opt.Some(v)
	case kindInt32:
		*fieldAt[opt.Value[int32]](sample, l.offset) = opt.Some(int32(v))
	case kindInt64:
		*fieldAt[opt.Value[int64]](sample, l.offset) = opt.Some(int64(v))
	case kindBool:
		*fieldAt[opt.Value[bool]](sample, l.offset) = opt.Some(v != 0)
	}
}

// instant scans the moment of a sample; NULL is the zero time.
type instant struct{ t *time.Time }

// Scan implements [sql.Scanner].
func (i instant) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*i.t = time.Time{}
	case int64:
		*i.t = time.UnixMicro(v).UTC()
	case time.Time:
		*i.t = v.UTC()
	default:
		return ErrDamaged
	}
	return nil
}

// readAll reads rows into memory.
func readAll[T any](ctx context.Context, db *DB, query string, args []any, columns func(*T) []any) ([]T, error) {
	rows, err := db.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var v T
		if err := rows.Scan(columns(&v)...); err != nil {
			return nil, sqldb.Wrap("read", err)
		}
		list = append(list, v)
	}
	return list, sqldb.Wrap("read", rows.Err())
}
