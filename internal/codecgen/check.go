package main

import (
	"errors"
	"fmt"
	"strings"
)

// check reports what the codec of s could not do as encoding/json does.
func (e *emitter) check(s structType) error {
	owners := map[string]string{} // of names
	for _, m := range s.members {
		for _, key := range append([]string{m.key}, m.legacy...) {
			if err := checkKey(key); err != nil {
				return fmt.Errorf("field %s: %w", m.field, err)
			}
			if owner, taken := owners[key]; taken {
				return fmt.Errorf("field %s: the name %q is that of field %s", m.field, key, owner)
			}
			owners[key] = m.field
		}
		if !e.supports(m.typ) && !(s.generic && m.typ == "[]T") {
			return fmt.Errorf("field %s: there is no codec for the type %s", m.field, m.typ)
		}
	}
	return nil
}

// checkKey reports a name that needs escapes or is of a length that the scanner
// does not compare.
func checkKey(key string) error {
	if key == "" {
		return errors.New("a name is empty")
	}
	if len(key) > maxKey {
		return fmt.Errorf("the name %q is longer than %d bytes", key, maxKey)
	}
	for _, c := range []byte(key) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"\\`", c) >= 0 {
			return fmt.Errorf("the name %q has other characters than letters, digits and punctuation", key)
		}
	}
	return nil
}

// supports reports whether scan and write know values of typ.
func (e *emitter) supports(typ string) bool {
	if elem, list := strings.CutPrefix(typ, "[]"); list {
		return elem == "int64" || e.isText(elem) || e.isObject(elem)
	}
	if inner, optional := e.optional(typ); optional {
		switch inner {
		case "float64", "bool", "int64", "int":
			return true
		}
		return e.isText(inner) || e.isObject(inner) || e.isEnum(inner)
	}
	return typ == "map[string]float64" || e.isText(typ) || e.isCustom(typ) || e.isObject(typ)
}

// isObject reports whether typ is a struct with a codec. Those of other packages
// are taken to have one.
func (e *emitter) isObject(typ string) bool {
	if name, _, ok := strings.Cut(typ, "."); ok {
		return e.pkg.imports[name] != "" && !e.isCustom(typ) && !strings.ContainsAny(typ, "[]*")
	}
	s, ok := e.pkg.find(typ)
	return ok && !s.generic
}
