// Package facts has the names and types of Terra's published schemas, and makes up
// documents from them. It is for tests.
//
// The table in facts.txt has a paragraph for each schema. An object lists its
// members and their types, an enumeration its values behind equals signs, and a
// union its schemas behind bars. A type is one of
//
//	string, boolean, integer, number   possibly with limits, as in integer 0..23
//	date, time                         strings: 2026-07-01, and with a time of day
//	"text"                             that string alone
//	[T], {T}                           an array, and an object of any keys
//	[number number]                    an array of just these
//	Name                               a schema
package facts

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed facts.txt
var table string

// A Schema is an object, an enumeration or a union.
type Schema struct {
	Name    string
	Members []Member          // sorted by name
	Values  []json.RawMessage // numbers or strings
	Union   []string          // names of schemas
}

// A Member is a named value of an object.
type Member struct{ Name, Type string }

// Schemas are all in the table, by name.
func Schemas() map[string]Schema {
	all := map[string]Schema{}
	for paragraph := range strings.SplitSeq(strings.TrimSpace(table), "\n\n") {
		name, lines, _ := strings.Cut(paragraph, "\n")
		s := Schema{Name: name}
		for line := range strings.Lines(lines) {
			first, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch first {
			case "=":
				s.Values = append(s.Values, json.RawMessage(rest))
			case "|":
				s.Union = append(s.Union, rest)
			default:
				s.Members = append(s.Members, Member{first, rest})
			}
		}
		all[name] = s
	}
	return all
}

// Document is a value of the named schema with every member set, as far as its
// type allows to a value that no other member has. Arrays of objects have two
// elements. A schema within itself is followed once. Another seed gives other
// booleans and enumerated values.
func Document(schemas map[string]Schema, name string, seed int) any {
	d := documenter{schemas: schemas, n: seed}
	return d.value(name)
}

type documenter struct {
	schemas map[string]Schema
	n       int      // values made up so far
	inside  []string // the schemas around the current one
}

func (d *documenter) value(typ string) any {
	d.n++
	kind, limits, _ := strings.Cut(typ, " ")
	switch kind {
	case "string":
		return fmt.Sprintf("text %d", d.n)
	case "boolean":
		return d.n%2 == 0
	case "integer":
		low, high, ok := strings.Cut(limits, "..")
		if !ok {
			return json.Number(strconv.Itoa(d.n))
		}
		from, err1 := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err1 != nil || err2 != nil {
			panic("facts: " + typ)
		}
		return json.Number(strconv.Itoa(from + d.n%(to-from+1)))
	case "number": // all limits take in 0 to 100
		return json.Number(strconv.FormatFloat(float64(d.n)/1024, 'f', -1, 64))
	case "date":
		return time.Date(2026, 1, d.n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	case "time":
		zone := time.FixedZone("", d.n%24*3600-12*3600)
		return time.Date(2026, 1, 1, 0, 0, d.n, 0, zone).Format("2006-01-02T15:04:05.000000-07:00")
	}
	switch typ[0] {
	case '"':
		text, err := strconv.Unquote(typ)
		if err != nil {
			panic("facts: " + typ)
		}
		return text
	case '[':
		return d.array(strings.Trim(typ, "[]"))
	case '{':
		inner := strings.Trim(typ, "{}")
		return map[string]any{fmt.Sprintf("key %d", d.n): d.value(inner), fmt.Sprintf("key.%d", d.n): d.value(inner)}
	}
	s, ok := d.schemas[typ]
	switch {
	case !ok:
		panic("facts: no schema " + typ)
	case len(s.Values) > 0:
		return s.value(d.n)
	case len(s.Union) > 0:
		return d.value(s.Union[d.n%len(s.Union)])
	}
	return d.object(s)
}

func (d *documenter) array(inner string) any {
	types := strings.Fields(inner)
	if len(types) == 1 {
		types = append(types, inner)
	}
	if d.count(inner) > 1 {
		return []any{}
	}
	var elements []any
	for _, typ := range types {
		elements = append(elements, d.value(typ))
	}
	return elements
}

// count is how often the current place is in a schema.
func (d *documenter) count(name string) (n int) {
	for _, s := range d.inside {
		if s == name {
			n++
		}
	}
	return n
}

func (d *documenter) object(s Schema) any {
	d.inside = append(d.inside, s.Name)
	object := map[string]any{}
	for _, m := range s.Members {
		object[m.Name] = d.value(m.Type)
	}
	d.inside = d.inside[:len(d.inside)-1]
	return object
}

func (s Schema) value(n int) any {
	raw := s.Values[n%len(s.Values)]
	if raw[0] != '"' {
		return json.Number(raw)
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		panic("facts: " + s.Name)
	}
	return text
}

// Differences are the paths at which two JSON texts hold other values, or values
// of other types. Numbers are compared as they are written.
func Differences(want, got []byte) ([]string, error) {
	var a, b any
	if err := decode(want, &a); err != nil {
		return nil, err
	}
	if err := decode(got, &b); err != nil {
		return nil, err
	}
	return differences(nil, "$", a, b), nil
}

func decode(text []byte, into *any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func differences(paths []string, path string, a, b any) []string {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return append(paths, path)
		}
		names := maps.Clone(a)
		maps.Copy(names, b)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			one, ok1 := a[name]
			other, ok2 := b[name]
			if ok1 != ok2 {
				paths = append(paths, path+"."+name)
				continue
			}
			paths = differences(paths, path+"."+name, one, other)
		}
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return append(paths, path)
		}
		for i := range a {
			paths = differences(paths, fmt.Sprintf("%s[%d]", path, i), a[i], b[i])
		}
	default:
		if a != b {
			paths = append(paths, path)
		}
	}
	return paths
}
