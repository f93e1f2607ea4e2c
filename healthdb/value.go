package healthdb

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"reflect"
	"strings"
	"time"
	"unsafe"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/opt"
)

// The structs' fields are read and set through their offsets, found out once, because
// a record has a hundred of them and a day's samples a hundred thousand.

// fieldAt is the field of type T at an offset in a struct.
func fieldAt[T any](p unsafe.Pointer, offset uintptr) *T { return (*T)(unsafe.Add(p, offset)) }

// appendTo appends the values of c's columns in the record at p. What it has no value
// for is nil.
func (c *column) appendTo(args []any, p unsafe.Pointer, d sqldb.Dialect) ([]any, error) {
	switch c.kind {
	case kindInt32:
		return append(args, orNil(fieldAt[opt.Value[int32]](p, c.offset))), nil
	case kindInt64:
		return append(args, orNil(fieldAt[opt.Value[int64]](p, c.offset))), nil
	case kindFloat:
		return append(args, orNil(fieldAt[opt.Value[float64]](p, c.offset))), nil
	case kindBool:
		return append(args, orNil(fieldAt[opt.Value[bool]](p, c.offset))), nil
	case kindText:
		if v, ok := fieldAt[opt.Value[string]](p, c.offset).Get(); ok {
			return append(args, clean(v)), nil
		}
		return append(args, nil), nil
	case kindString:
		return append(args, clean(*fieldAt[string](p, c.offset))), nil
	case kindLatLng:
		v := fieldAt[health.LatLng](p, c.offset)
		return append(args, orNil(&v.Lat), orNil(&v.Lng)), nil
	case kindTime:
		return appendTime(args, *fieldAt[health.Timestamp](p, c.offset), d), nil
	}
	v := reflect.NewAt(c.typ, unsafe.Add(p, c.offset))
	if v.Elem().IsNil() {
		return append(args, nil), nil
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		return nil, errUnwritable
	}
	return append(args, jsonText(b)), nil
}

var errUnwritable = reject("a record holds what JSON cannot, such as an infinite number")

// orNil is the value as the drivers of databases take it.
func orNil[T any](v *opt.Value[T]) any {
	if v, ok := v.Get(); ok {
		return v
	}
	return nil
}

func appendTime(args []any, t health.Timestamp, d sqldb.Dialect) []any {
	none := t.IsZero() || t.IsNull()
	switch {
	case d == sqldb.SQLite && none:
		return append(args, nil)
	case d == sqldb.SQLite:
		return append(args, t.String())
	case none:
		return append(args, nil, nil)
	}
	var offset any
	instant, ok := t.Time()
	if ok {
		_, east := instant.Zone()
		offset = int64(east / 60)
	}
	return append(args, t.In(time.UTC), offset)
}

// dayOf is the day column for a moment.
func dayOf(t health.Timestamp, d sqldb.Dialect) any {
	day := t.Date()
	switch {
	case t.IsZero() || t.IsNull():
		return nil
	case d == sqldb.SQLite:
		return day.String()
	}
	return day.In(time.UTC)
}

// jsonText is [clean] for JSON, in which NUL has an escape.
func jsonText(b []byte) string {
	if !bytes.Contains(b, []byte(`\u0000`)) {
		return string(b)
	}
	for i := 0; i < len(b)-1; i++ {
		if b[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(b[i:], []byte(`\u0000`)) {
			copy(b[i:], `\ufffd`)
		}
		i++ // past what is escaped, which may be a backslash
	}
	return string(b)
}

// scan is where [database/sql.Rows.Scan] puts the values of c's columns, and assign
// sets the field of the record at p from there.
func (c *column) scan(d sqldb.Dialect) (dest []any, assign func(p unsafe.Pointer) error) {
	switch c.kind {
	case kindInt32:
		v := new(sql.Null[int32])
		return []any{v}, func(p unsafe.Pointer) error { return set(fieldAt[opt.Value[int32]](p, c.offset), v) }
	case kindInt64:
		v := new(sql.Null[int64])
		return []any{v}, func(p unsafe.Pointer) error { return set(fieldAt[opt.Value[int64]](p, c.offset), v) }
	case kindFloat:
		v := new(sql.Null[float64])
		return []any{v}, func(p unsafe.Pointer) error { return set(fieldAt[opt.Value[float64]](p, c.offset), v) }
	case kindBool:
		v := new(sql.Null[bool])
		return []any{v}, func(p unsafe.Pointer) error { return set(fieldAt[opt.Value[bool]](p, c.offset), v) }
	case kindText:
		v := new(sql.Null[string])
		return []any{v}, func(p unsafe.Pointer) error { return set(fieldAt[opt.Value[string]](p, c.offset), v) }
	case kindString:
		v := new(sql.Null[string])
		return []any{v}, func(p unsafe.Pointer) error { *fieldAt[string](p, c.offset) = v.V; return nil }
	case kindLatLng:
		lat, lng := new(sql.Null[float64]), new(sql.Null[float64])
		return []any{lat, lng}, func(p unsafe.Pointer) error {
			field := fieldAt[health.LatLng](p, c.offset)
			_ = set(&field.Lat, lat)
			return set(&field.Lng, lng)
		}
	case kindTime:
		return c.scanTime(d)
	}
	v := new(sql.Null[string])
	return []any{v}, func(p unsafe.Pointer) error {
		if !v.Valid {
			return nil
		}
		if json.Unmarshal([]byte(v.V), reflect.NewAt(c.typ, unsafe.Add(p, c.offset)).Interface()) != nil {
			return ErrDamaged
		}
		return nil
	}
}

func set[T any](field *opt.Value[T], v *sql.Null[T]) error {
	if v.Valid {
		*field = opt.Some(v.V)
	}
	return nil
}

func (c *column) scanTime(d sqldb.Dialect) (dest []any, assign func(p unsafe.Pointer) error) {
	if d == sqldb.SQLite {
		v := new(sql.Null[string])
		return []any{v}, func(p unsafe.Pointer) error {
			if !v.Valid {
				return nil
			}
			t, err := parseTime(v.V)
			if err != nil {
				return ErrDamaged
			}
			*fieldAt[health.Timestamp](p, c.offset) = t
			return nil
		}
	}
	isDate := strings.Contains(c.path[strings.LastIndexByte(c.path, '.')+1:], "date")
	v, offset := new(sql.Null[time.Time]), new(sql.Null[int64])
	return []any{v, offset}, func(p unsafe.Pointer) error {
		if v.Valid {
			*fieldAt[health.Timestamp](p, c.offset) = timestamp(v.V, *offset, isDate)
		}
		return nil
	}
}

// parseTime reads what [health.Timestamp.String] wrote.
func parseTime(s string) (health.Timestamp, error) {
	if t, err := health.ParseTimestamp(s); err == nil {
		return t, nil
	}
	var t health.Timestamp
	err := t.UnmarshalJSON([]byte(s)) // Unix time
	return t, err
}

const localLayout = "2006-01-02T15:04:05.000000"

// timestamp is a moment as PostgreSQL and the samples keep it: an instant, and the
// offset from UTC if there was one. What is called a date and was at midnight was
// most likely a date alone.
func timestamp(instant time.Time, offset sql.Null[int64], isDate bool) health.Timestamp {
	instant = instant.UTC()
	if offset.Valid {
		return health.TimestampOf(instant.In(time.FixedZone("", int(offset.V)*60)))
	}
	if isDate && instant.Equal(instant.Truncate(24*time.Hour)) {
		return health.TimestampOfDate(health.DateOf(instant))
	}
	t, _ := health.ParseTimestamp(instant.Format(localLayout))
	return t
}
