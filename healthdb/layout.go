package healthdb

import (
	"encoding/json"
	"iter"
	"reflect"
	"time"
	"unsafe"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
)

// Layout is how the records of a type are laid out in columns and time series: as in
// their table on PostgreSQL, but for what identifies a record there. It serves programs
// that write records to other tables.
type Layout[T health.Record] struct{ table *table }

// Column is one of the values of a record, any of which may be missing.
type Column struct {
	Name string       // as in the table, such as distance_steps
	Path string       // in the record's JSON, such as distance_data.steps; two columns may share one
	Type reflect.Type // of its values: int32, int64, float64, bool, string, [time.Time] or [json.RawMessage]
}

// NewLayout derives the layout of T.
func NewLayout[T health.Record]() Layout[T] {
	for _, t := range newTables() {
		if t.record == reflect.TypeFor[T]() {
			return Layout[T]{t}
		}
	}
	panic("healthdb: no table for the records of " + reflect.TypeFor[T]().String())
}

// Columns are those of all records, in the order of the fields. Of a moment there are
// two, the instant and the offset from UTC in minutes, which is missing where the time
// was local and then counts as UTC; and of a position its latitude and longitude.
func (l Layout[T]) Columns() []Column {
	var columns []Column
	for i := range l.table.columns {
		c := &l.table.columns[i]
		types := c.goTypes()
		for j, name := range c.names(sqldb.Postgres) {
			columns = append(columns, Column{Name: name, Path: c.path, Type: types[j]})
		}
	}
	return columns
}

// Values are the record's, one for each column and of its type; nil is a missing one.
func (l Layout[T]) Values(record *T) ([]any, error) {
	var values []any
	for i := range l.table.columns {
		c := &l.table.columns[i]
		first := len(values)
		var err error
		if values, err = c.appendTo(values, unsafe.Pointer(record), sqldb.Postgres); err != nil {
			return nil, err
		}
		switch text, ok := values[first].(string); {
		case ok && c.kind == kindJSON:
			values[first] = json.RawMessage(text)
		case c.kind == kindTime:
			if east, ok := values[first+1].(int64); ok {
				values[first+1] = int32(east)
			}
		}
	}
	return values, nil
}

// Measurement is one value of a record's time series.
type Measurement struct {
	Series string           // the JSON path of the value, as [DB.Samples] takes it
	At     health.Timestamp // as it was delivered
	Value  float64          // 1 for true, 0 for false
}

// Measurements yields the values of the record's time series, one series after the
// other and each in its own order.
func (l Layout[T]) Measurements(record *T) iter.Seq[Measurement] {
	return func(yield func(Measurement) bool) {
		for i := range l.table.lists {
			list := &l.table.lists[i]
			first, count := elements(unsafe.Add(unsafe.Pointer(record), list.offset))
			size := list.typ.Elem().Size()
			for k := range list.leaves {
				leaf := &list.leaves[k]
				for j := range count {
					sample := unsafe.Add(first, uintptr(j)*size)
					value, ok := leaf.number(sample)
					if ok && !yield(Measurement{leaf.path, *fieldAt[health.Timestamp](sample, list.at), value}) {
						return
					}
				}
			}
		}
	}
}

// goTypes belong to the names of c on PostgreSQL.
func (c *column) goTypes() []reflect.Type {
	switch c.kind {
	case kindInt32:
		return []reflect.Type{reflect.TypeFor[int32]()}
	case kindInt64:
		return []reflect.Type{reflect.TypeFor[int64]()}
	case kindFloat:
		return []reflect.Type{reflect.TypeFor[float64]()}
	case kindBool:
		return []reflect.Type{reflect.TypeFor[bool]()}
	case kindTime:
		return []reflect.Type{reflect.TypeFor[time.Time](), reflect.TypeFor[int32]()}
	case kindLatLng:
		return []reflect.Type{reflect.TypeFor[float64](), reflect.TypeFor[float64]()}
	case kindJSON:
		return []reflect.Type{reflect.TypeFor[json.RawMessage]()}
	}
	return []reflect.Type{reflect.TypeFor[string]()}
}
