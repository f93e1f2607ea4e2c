package main

import (
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/columnar"
	"github.com/terra-go/terra/cmd/terrago/internal/fields"
	"github.com/terra-go/terra/cmd/terrago/internal/summary"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
)

// formatParquet is a form for records alone.
const formatParquet = "parquet"

// sink is where records are written to. Without its end, they are incomplete.
type sink[T summary.Record] interface {
	add(record *T) error
	end() error
}

// newSink writes records in a format, as text or as raw bytes. The formats of tables
// have either records or, with samples, measurements.
func newSink[T summary.Record](format string, selected fields.Selection, samples bool, text, raw io.Writer) sink[T] {
	layout := healthdb.NewLayout[T]()
	switch {
	case format == formatParquet && samples:
		return newMeasurementTable(layout, raw)
	case format == formatParquet:
		return newRecordTable(layout, selected, raw)
	case format == formatCSV && samples:
		return &measurementList[T]{layout, newListOn[measurement](text, format, nil, "")}
	}
	l := newListOn[T](text, format, selected, "")
	l.columns = nil
	for _, c := range layout.Columns() { // and no time series
		if !slices.Contains(l.columns, c.Path) {
			l.columns = append(l.columns, c.Path)
		}
	}
	return recordList[T]{l}
}

// recordList has records as they are, or what sums them up.
type recordList[T summary.Record] struct{ *list[T] }

func (l recordList[T]) add(record *T) error {
	s := summary.Of(*record)
	if s.Date == "" {
		return l.list.add(*record, s.String())
	}
	return l.list.add(*record, s.Date, s.Time, s.String())
}

func (l recordList[T]) end() error { return l.list.end("", nil, nil) }

// measurement is a row of what --samples writes.
type measurement struct {
	StartTime health.Timestamp `json:"start_time"` // of the record
	Series    string           `json:"series"`
	At        health.Timestamp `json:"at"`
	Value     float64          `json:"value"`
}

type measurementList[T summary.Record] struct {
	layout healthdb.Layout[T]
	list   *list[measurement]
}

func (l *measurementList[T]) add(record *T) error {
	start := startOf(record)
	for m := range l.layout.Measurements(record) {
		if err := l.list.add(measurement{start, m.Series, m.At, m.Value}); err != nil {
			return err
		}
	}
	return nil
}

func (l *measurementList[T]) end() error { return l.list.end("", nil, nil) }

// startOf is when a record starts; zero for a profile.
func startOf[T summary.Record](record *T) health.Timestamp {
	switch r := any(record).(type) {
	case *health.Activity:
		return r.Metadata.StartTime
	case *health.Body:
		return r.Metadata.StartTime
	case *health.Daily:
		return r.Metadata.StartTime
	case *health.Menstruation:
		return r.Metadata.StartTime
	case *health.Nutrition:
		return r.Metadata.StartTime
	case *health.Sleep:
		return r.Metadata.StartTime
	}
	return health.Timestamp{}
}

// recordTable has the selected columns of records.
type recordTable[T summary.Record] struct {
	layout healthdb.Layout[T]
	picked []int
	w      *columnar.Writer
}

func newRecordTable[T summary.Record](layout healthdb.Layout[T], selected fields.Selection, w io.Writer) *recordTable[T] {
	t := &recordTable[T]{layout: layout}
	var columns []columnar.Column
	all := layout.Columns()
	pick := func(i int) {
		t.picked = append(t.picked, i)
		columns = append(columns, columnar.Column{Name: all[i].Name, Type: all[i].Type})
	}
	var paths []string
	for i, c := range all {
		paths = append(paths, c.Path)
		if len(selected) == 0 {
			pick(i)
		}
	}
	if len(selected) > 0 {
		for _, path := range slices.Compact(selected.Columns(paths)) {
			for i, c := range all {
				if c.Path == path {
					pick(i)
				}
			}
		}
	}
	t.w = columnar.NewWriter(w, tableName[T](), columns)
	return t
}

func (t *recordTable[T]) add(record *T) error {
	values, err := t.layout.Values(record)
	if err != nil {
		return err
	}
	picked := make([]any, len(t.picked))
	for i, k := range t.picked {
		picked[i] = values[k]
	}
	return t.w.Write(picked)
}

func (t *recordTable[T]) end() error { return t.w.Close() }

// measurementTable has the measurements of records.
type measurementTable[T summary.Record] struct {
	layout healthdb.Layout[T]
	w      *columnar.Writer
}

func newMeasurementTable[T summary.Record](layout healthdb.Layout[T], w io.Writer) *measurementTable[T] {
	instant, offset := reflect.TypeFor[time.Time](), reflect.TypeFor[int32]()
	return &measurementTable[T]{layout, columnar.NewWriter(w, "samples", []columnar.Column{
		{Name: "start_time", Type: instant},
		{Name: "start_time_offset", Type: offset},
		{Name: "series", Type: reflect.TypeFor[string]()},
		{Name: "at", Type: instant},
		{Name: "at_offset", Type: offset},
		{Name: "value", Type: reflect.TypeFor[float64]()},
	})}
}

func (t *measurementTable[T]) add(record *T) error {
	start, startOffset := moment(startOf(record))
	for m := range t.layout.Measurements(record) {
		at, offset := moment(m.At)
		if err := t.w.Write([]any{start, startOffset, m.Series, at, offset, m.Value}); err != nil {
			return err
		}
	}
	return nil
}

func (t *measurementTable[T]) end() error { return t.w.Close() }

// moment is t as columns have it: an instant, and minutes from UTC if that is known.
func moment(t health.Timestamp) (instant, offset any) {
	if t.IsZero() || t.IsNull() {
		return nil, nil
	}
	if at, ok := t.Time(); ok {
		_, east := at.Zone()
		return at.UTC(), int32(east / 60)
	}
	return t.In(time.UTC), nil
}

// tableName is for readers of Parquet, which hardly show it.
func tableName[T any]() string { return reflect.TypeFor[T]().Name() }
