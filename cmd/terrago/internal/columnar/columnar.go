// Package columnar writes tables of typed columns as Apache Parquet.
package columnar

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"
)

// groupRows is how many rows are held in memory until they are written.
const groupRows = 1 << 14

// Column is one of a table. Each of its values may be missing.
type Column struct {
	Name string
	Type reflect.Type // int32, int64, float64, bool, string, time.Time or json.RawMessage
}

// Writer writes a table row by row.
type Writer struct {
	w    *parquet.GenericWriter[any]
	rows [1]parquet.Row
}

// NewWriter begins a table of these columns, in this order.
func NewWriter(w io.Writer, name string, columns []Column) *Writer {
	group := ordered{parquet.Group{}, columns}
	for _, c := range columns {
		group.Group[c.Name] = parquet.Optional(nodeOf(c.Type))
	}
	return &Writer{w: parquet.NewGenericWriter[any](w, parquet.NewSchema(name, group),
		parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(groupRows))}
}

// Write adds a row with a value for each column; nil is a missing one.
func (w *Writer) Write(values []any) error {
	row := w.rows[0][:0]
	for i, v := range values {
		if v == nil {
			row = append(row, parquet.NullValue().Level(0, 0, i))
		} else {
			row = append(row, valueOf(v).Level(0, 1, i))
		}
	}
	w.rows[0] = row
	_, err := w.w.WriteRows(w.rows[:])
	return err
}

// Close ends the table; without it, it cannot be read.
func (w *Writer) Close() error { return w.w.Close() }

// ordered is a group whose columns stay in order.
type ordered struct {
	parquet.Group
	columns []Column
}

// Fields implements [parquet.Node].
func (o ordered) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range o.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(o.columns))
	for i, c := range o.columns {
		fields[i] = byName[c.Name]
	}
	return fields
}

func nodeOf(t reflect.Type) parquet.Node {
	switch t {
	case reflect.TypeFor[int32]():
		return parquet.Int(32)
	case reflect.TypeFor[int64]():
		return parquet.Int(64)
	case reflect.TypeFor[float64]():
		return parquet.Leaf(parquet.DoubleType)
	case reflect.TypeFor[bool]():
		return parquet.Leaf(parquet.BooleanType)
	case reflect.TypeFor[string]():
		return parquet.String()
	case reflect.TypeFor[time.Time]():
		return parquet.Timestamp(parquet.Microsecond)
	case reflect.TypeFor[json.RawMessage]():
		return parquet.JSON()
	}
	panic("columnar: no column can hold a " + t.String())
}

func valueOf(v any) parquet.Value {
	switch v := v.(type) {
	case int32:
		return parquet.Int32Value(v)
	case int64:
		return parquet.Int64Value(v)
	case float64:
		return parquet.DoubleValue(v)
	case bool:
		return parquet.BooleanValue(v)
	case string:
		return parquet.ByteArrayValue([]byte(v))
	case time.Time:
		return parquet.Int64Value(v.UnixMicro())
	case json.RawMessage:
		return parquet.ByteArrayValue(v)
	}
	panic(fmt.Sprintf("columnar: no column can hold a %T", v))
}
