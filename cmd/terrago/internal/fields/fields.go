// Package fields picks values out of JSON by their paths, which are names joined by
// dots, and lays them out in columns.
package fields

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Columns are the paths of what a value of type t holds when it is written as JSON:
// one for each scalar, list or map, in the order of the struct's fields. What is no
// struct, nor a list of one, has no columns.
func Columns(t reflect.Type) []string {
	var columns []string
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		fields := fieldsOf(t)
		if len(fields) == 0 && path != "" {
			columns = append(columns, path)
		}
		for _, f := range fields {
			walk(f.typ, strings.TrimPrefix(path+"."+f.name, "."))
		}
	}
	walk(element(t), "")
	return columns
}

type field struct {
	name string
	typ  reflect.Type
}

// fieldsOf are those that encoding/json sees, as far as they have names in tags: what
// has none is written by a method of its own, and is one value.
func fieldsOf(t reflect.Type) []field {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var list []field
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "":
			list = append(list, fieldsOf(f.Type)...)
		case f.IsExported() && name != "":
			list = append(list, field{name, f.Type})
		}
	}
	return list
}

// element is what a list of any depth is of.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && t != reflect.TypeFor[json.RawMessage]() {
		t = t.Elem()
	}
	return t
}

// A Selection is the paths of values to keep, none for all of them. A path leads into
// objects, and through lists into each of their elements.
type Selection []string

// Check complains of a path that leads nowhere in a value of type t.
func (s Selection) Check(t reflect.Type) error {
	for _, path := range s {
		at, known := element(t), ""
		for name := range strings.SplitSeq(path, ".") {
			if at.Kind() == reflect.Map || at.Kind() == reflect.Interface || at == reflect.TypeFor[json.RawMessage]() {
				break // whatever there may be
			}
			fields := fieldsOf(at)
			i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
			if i < 0 {
				return unknown(path, known, fields)
			}
			at, known = element(fields[i].typ), strings.TrimPrefix(known+"."+name, ".")
		}
	}
	return nil
}

func unknown(path, known string, there []field) error {
	var names []string
	for _, f := range there {
		names = append(names, f.name)
	}
	switch list := strings.Join(names, ", "); {
	case len(names) == 0 && known == "":
		return fmt.Errorf("there is no %q: what is listed has no fields", path)
	case len(names) == 0:
		return fmt.Errorf("there is no %q: %s is a value without fields", path, known)
	case known == "":
		return fmt.Errorf("there is no %q; there are: %s", path, list)
	default:
		return fmt.Errorf("there is no %q; in %s there are: %s", path, known, list)
	}
}

// Columns are those of columns that are selected, in the order of the selection.
func (s Selection) Columns(columns []string) []string {
	if len(s) == 0 {
		return columns
	}
	var selected []string
	for _, path := range s {
		before := len(selected)
		for _, c := range columns {
			if c == path || strings.HasPrefix(c, path+".") {
				selected = append(selected, c)
			}
		}
		if len(selected) == before {
			selected = append(selected, path) // inside a list or a map
		}
	}
	return selected
}

// Of is what is selected of a JSON value, with the structure around it. What there is
// none of is left out.
func (s Selection) Of(value []byte) ([]byte, error) {
	if len(s) == 0 {
		return value, nil
	}
	var root tree
	for _, path := range s {
		root.add(strings.Split(path, "."))
	}
	return root.prune(value)
}

// tree has the selected names of an object in order, each with what is selected below
// it; nothing below means all.
type tree struct {
	names []string
	below []*tree
}

func (t *tree) add(path []string) {
	i := slices.Index(t.names, path[0])
	if i < 0 {
		i = len(t.names)
		t.names, t.below = append(t.names, path[0]), append(t.below, new(tree))
		if len(path) == 1 {
			return
		}
	} else if len(t.below[i].names) == 0 {
		return // all of it
	}
	if len(path) == 1 {
		t.below[i] = new(tree)
		return
	}
	t.below[i].add(path[1:])
}

func (t *tree) prune(value []byte) ([]byte, error) {
	value = bytes.TrimSpace(value)
	var b bytes.Buffer
	switch {
	case len(t.names) == 0 || len(value) == 0:
		return value, nil
	case value[0] == '[':
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return nil, err
		}
		b.WriteByte('[')
		for i, v := range list {
			if i > 0 {
				b.WriteByte(',')
			}
			kept, err := t.prune(v)
			if err != nil {
				return nil, err
			}
			b.Write(kept)
		}
		b.WriteByte(']')
	case value[0] == '{':
		var object map[string]json.RawMessage
		if err := json.Unmarshal(value, &object); err != nil {
			return nil, err
		}
		b.WriteByte('{')
		for i, name := range t.names {
			v, ok := object[name]
			if !ok {
				continue
			}
			if b.Len() > 1 {
				b.WriteByte(',')
			}
			kept, err := t.below[i].prune(v)
			if err != nil {
				return nil, err
			}
			key, err := json.Marshal(name)
			if err != nil {
				return nil, err
			}
			b.Write(key)
			b.WriteByte(':')
			b.Write(kept)
		}
		b.WriteByte('}')
	default:
		return value, nil // null, or a value of a newer kind
	}
	return b.Bytes(), nil
}

// Cells are the values at the columns' paths in a JSON value: text and numbers as they
// are, lists and maps as JSON, and nothing for what is null or not there. A path that
// goes through a list leads to the list of what is found in its elements.
func Cells(value []byte, columns []string) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	cells := make([]string, len(columns))
	for i, c := range columns {
		text, err := cell(at(v, c))
		if err != nil {
			return nil, err
		}
		cells[i] = text
	}
	return cells, nil
}

// at is nil where there is nothing.
func at(v any, path string) any {
	if path == "" {
		return v
	}
	name, rest, _ := strings.Cut(path, ".")
	switch v := v.(type) {
	case map[string]any:
		return at(v[name], rest)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = at(v[i], path)
		}
		return list
	}
	return nil
}

func cell(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}
