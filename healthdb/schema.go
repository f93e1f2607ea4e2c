package healthdb

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/webhook"
)

// A table holds the records of one type. All of it but its name and what tells its
// records apart follows from the struct of the record.
type table struct {
	number    int // the remainder of its records' ids by idStep
	name      string
	event     webhook.EventType // that brings its records
	connected bool              // its records belong to connections
	record    reflect.Type
	columns   []column
	lists     []list

	place   func(unsafe.Pointer) (key string, start health.Timestamp)
	marshal func(unsafe.Pointer) ([]byte, error)
}

// idStep is the distance between the ids of one table's records. It is what makes
// ids unique among all tables, so that a sample needs no more than an id.
const idStep = 16

// A column holds one value of a record. A moment and a position are a column to the
// program and two to the database, see [column.names].
type column struct {
	name   string
	path   string // in the record's JSON, names joined by dots
	kind   kind
	offset uintptr
	typ    reflect.Type
	score  bool // see [webhook.DataEvent]: a score is not taken back by a null
}

type kind int

const (
	kindInt32  kind = iota // whole numbers and enumerations
	kindInt64              //
	kindFloat              //
	kindBool               //
	kindText               // optional text
	kindString             // text that is always there
	kindTime               // a health.Timestamp
	kindLatLng             // a health.LatLng
	kindJSON               // lists that are no time series, and maps
)

// A list is a time series: each measure of its samples is a series of its own.
type list struct {
	path   string
	offset uintptr // of the slice in the record
	typ    reflect.Type
	at     uintptr // of the Timestamp in a sample
	leaves []leaf
}

// A leaf is one measure of the samples of a list.
type leaf struct {
	path   string
	kind   kind
	offset uintptr // in a sample
}

// derive fills columns and lists from the struct.
func (t *table) derive() {
	var walk func(typ reflect.Type, path []string, offset uintptr)
	walk = func(typ reflect.Type, path []string, offset uintptr) {
		k, isLeaf := kindOf(typ)
		if l, ok := listOf(typ, path, offset); ok {
			t.lists = append(t.lists, l)
			return
		}
		if isLeaf {
			t.columns = append(t.columns, column{
				name: columnName(path), path: strings.Join(path, "."), kind: k, offset: offset, typ: typ,
				score: path[0] == "data_enrichment",
			})
			return
		}
		for f := range typ.Fields() {
			walk(f.Type, append(path[:len(path):len(path)], jsonName(f)), offset+f.Offset)
		}
	}
	walk(t.record, nil, 0)
}

// kindOf is false for a struct whose fields are columns of their own.
func kindOf(typ reflect.Type) (kind, bool) {
	switch {
	case typ == reflect.TypeFor[health.Timestamp]():
		return kindTime, true
	case typ == reflect.TypeFor[health.LatLng]():
		return kindLatLng, true
	case typ.Kind() == reflect.Slice, typ.Kind() == reflect.Map:
		return kindJSON, true
	case typ.Kind() == reflect.String:
		return kindString, true
	case typ.Kind() != reflect.Struct:
		panic("healthdb: no column can hold a " + typ.String())
	case typ.PkgPath() != reflect.TypeFor[opt.Value[int]]().PkgPath():
		return 0, false
	}
	// The value comes first in an opt.Value, so a pointer to the one with an
	// enumeration can be taken for a pointer to the one with what it is made of.
	switch typ.Field(0).Type.Kind() {
	case reflect.Int32:
		return kindInt32, true
	case reflect.Int64: // and no int, which is smaller on some machines
		return kindInt64, true
	case reflect.Float64:
		return kindFloat, true
	case reflect.Bool:
		return kindBool, true
	case reflect.String:
		return kindText, true
	}
	panic("healthdb: no column can hold a " + typ.String())
}

// listOf is false for what is no time series: a slice of structs with one moment and
// otherwise numbers.
func listOf(typ reflect.Type, path []string, offset uintptr) (list, bool) {
	if typ.Kind() != reflect.Slice || typ.Elem().Kind() != reflect.Struct {
		return list{}, false
	}
	l := list{path: strings.Join(path, "."), offset: offset, typ: typ}
	moments := 0
	for f := range typ.Elem().Fields() {
		k, ok := kindOf(f.Type)
		at := leaf{path: l.path + "." + jsonName(f), kind: k, offset: f.Offset}
		switch {
		case !ok:
			return list{}, false
		case k == kindTime:
			moments++
			l.at = f.Offset
		case k == kindLatLng:
			var p health.LatLng
			l.leaves = append(l.leaves,
				leaf{path: at.path + ".lat", kind: kindFloat, offset: f.Offset + unsafe.Offsetof(p.Lat)},
				leaf{path: at.path + ".lng", kind: kindFloat, offset: f.Offset + unsafe.Offsetof(p.Lng)})
		case k == kindInt32, k == kindInt64, k == kindFloat, k == kindBool:
			l.leaves = append(l.leaves, at)
		default:
			return list{}, false
		}
	}
	return l, moments == 1 && len(l.leaves) > 0
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// oddNames are for paths that differ from another in nothing but their case.
var oddNames = map[string]string{
	"glucose_data.day_avg_blood_glucose_mg_per_dl": "glucose_day_avg_blood_glucose_mg_per_dl_alias",
}

// columnName leaves out the segments of a path that only group. It looks at the path
// alone, never at what else there is, so a name never changes.
func columnName(path []string) string {
	if name, ok := oddNames[strings.Join(path, ".")]; ok {
		return name
	}
	var parts []string
	for _, segment := range path {
		switch segment = strings.ToLower(segment); segment {
		case "metadata", "summary", "data":
			continue
		}
		parts = append(parts, strings.TrimSuffix(segment, "_data"))
	}
	return strings.Join(parts, "_")
}

// names are the columns in the database.
func (c *column) names(d sqldb.Dialect) []string {
	switch {
	case c.kind == kindTime && d == sqldb.Postgres:
		return []string{c.name, c.name + "_offset"}
	case c.kind == kindLatLng:
		return []string{c.name + "_lat", c.name + "_lng"}
	}
	return []string{c.name}
}

// types belong to [column.names].
func (c *column) types(d sqldb.Dialect) []string {
	if d == sqldb.SQLite {
		switch c.kind {
		case kindInt32, kindInt64:
			return []string{"INTEGER"}
		case kindFloat:
			return []string{"REAL"}
		case kindBool:
			return []string{"BOOLEAN"}
		case kindLatLng:
			return []string{"REAL", "REAL"}
		}
		return []string{"TEXT"}
	}
	switch c.kind {
	case kindInt32:
		return []string{"INTEGER"}
	case kindInt64:
		return []string{"BIGINT"}
	case kindFloat:
		return []string{"DOUBLE PRECISION"}
	case kindBool:
		return []string{"BOOLEAN"}
	case kindTime:
		return []string{"TIMESTAMPTZ", "SMALLINT"}
	case kindLatLng:
		return []string{"DOUBLE PRECISION", "DOUBLE PRECISION"}
	case kindJSON:
		return []string{"JSONB"}
	}
	return []string{"TEXT"}
}

// sqlColumn is a column of the database.
type sqlColumn struct{ name, typ, constraint string }

// definition is the column in the statement that creates it.
func (c sqlColumn) definition() string {
	return strings.TrimSpace(c.name + " " + c.typ + " " + c.constraint)
}

// ownColumns are those of every table that do not come from the record.
func (t *table) ownColumns(d sqldb.Dialect) []sqlColumn {
	bigint, day, list, ordered := "INTEGER", "TEXT", "TEXT", "NOT NULL"
	id := sqlColumn{"id", "INTEGER", "PRIMARY KEY"}
	if d == sqldb.Postgres {
		bigint, day, list, ordered = "BIGINT", "DATE", "JSONB", `COLLATE "C" NOT NULL`
		id = sqlColumn{"id", bigint, fmt.Sprintf("GENERATED BY DEFAULT AS IDENTITY (START WITH %d INCREMENT BY %d) PRIMARY KEY", idStep+t.number, idStep)}
	}
	columns := []sqlColumn{id}
	if t.connected {
		columns = append(columns, sqlColumn{"connection_id", bigint, "NOT NULL REFERENCES connections (id)"})
	}
	columns = append(columns,
		sqlColumn{"record_key", "TEXT", ordered},
		sqlColumn{"day", day, ""},
		sqlColumn{"version_ms", bigint, "NOT NULL"},
		sqlColumn{"version_key", "TEXT", ordered},
		sqlColumn{"delivery_id", "TEXT", ordered},
	)
	if len(t.lists) > 0 {
		columns = append(columns, sqlColumn{"sample_lists", list, ""})
	}
	return columns
}

// identity are the columns that tell the records of t apart.
func (t *table) identity() string {
	if t.connected {
		return "connection_id, record_key"
	}
	return "record_key"
}

// allColumns are the table's columns in order.
func (t *table) allColumns(d sqldb.Dialect) []sqlColumn {
	columns := t.ownColumns(d)
	for i := range t.columns {
		types := t.columns[i].types(d)
		for j, name := range t.columns[i].names(d) {
			columns = append(columns, sqlColumn{name: name, typ: types[j]})
		}
	}
	return columns
}

// ddl creates the table.
func (t *table) ddl(d sqldb.Dialect) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (\n", t.name)
	for _, c := range t.allColumns(d) {
		fmt.Fprintf(&b, "\t%s,\n", c.definition())
	}
	fmt.Fprintf(&b, "\tUNIQUE (%s)\n);\n", t.identity())
	if t.connected {
		fmt.Fprintf(&b, "CREATE INDEX %[1]s_day ON %[1]s (connection_id, day);\n", t.name)
	} else {
		fmt.Fprintf(&b, "CREATE INDEX %[1]s_reference ON %[1]s (reference_id);\n", t.name)
	}
	return b.String()
}
