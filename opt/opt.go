// Package opt tells the three states of an optional JSON value apart: absent,
// null, and present.
//
// Wearables leave most fields of a health record unfilled, and whether a field
// was missing or explicitly null matters when records are merged. [Value] keeps
// that distinction without a pointer: it is a plain value, its zero is absent,
// and it compares with ==.
package opt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

type state uint8

const (
	absent state = iota
	null
	present
)

// Value holds a T, an explicit null, or nothing at all. Two values are equal
// with == when they are in the same state and, if present, hold equal Ts.
//
// Struct fields need the omitzero tag option so that an absent value is left
// out of the JSON text while a null is written.
type Value[T any] struct {
	v     T
	state state
}

// Some returns a present value.
func Some[T any](v T) Value[T] { return Value[T]{v: v, state: present} }

// Null returns an explicit null.
func Null[T any]() Value[T] { return Value[T]{state: null} }

// FromPtr maps nil to absent and anything else to a present copy of *p.
func FromPtr[T any](p *T) Value[T] {
	if p == nil {
		return Value[T]{}
	}
	return Some(*p)
}

// Get returns the held T and true, or T's zero and false when absent or null.
func (o Value[T]) Get() (T, bool) { return o.v, o.state == present }

// Or returns the held T, or def when absent or null.
func (o Value[T]) Or(def T) T {
	if o.state == present {
		return o.v
	}
	return def
}

// IsNull is true only for an explicit null.
func (o Value[T]) IsNull() bool { return o.state == null }

// IsZero is true only when absent; encoding/json consults it for omitzero.
func (o Value[T]) IsZero() bool { return o.state == absent }

// Ptr returns a pointer to a copy of the held T, or nil when absent or null.
func (o Value[T]) Ptr() *T {
	if o.state != present {
		return nil
	}
	v := o.v
	return &v
}

// String formats the held T as fmt does, and the other states as "null" and
// "absent".
func (o Value[T]) String() string {
	switch o.state {
	case present:
		return fmt.Sprint(o.v)
	case null:
		return "null"
	default:
		return "absent"
	}
}

// MarshalJSON writes an absent value as null: JSON has no text for absence, only
// the enclosing object can leave the member out.
func (o Value[T]) MarshalJSON() ([]byte, error) {
	if o.state != present {
		return []byte("null"), nil
	}
	return json.Marshal(o.v)
}

// UnmarshalJSON accepts null and whatever T accepts; integers may be written
// with an exponent or a zero fraction, as in 8.0. On error the value is left as
// it was.
func (o *Value[T]) UnmarshalJSON(data []byte) error {
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		*o = Null[T]()
		return nil
	}
	var v T
	err := json.Unmarshal(data, &v)
	if err != nil && !unmarshalIntegral(data, reflect.ValueOf(&v).Elem()) {
		return fmt.Errorf("opt: JSON value does not fit %T", v)
	}
	*o = Some(v)
	return nil
}

// unmarshalIntegral sets v, if it is a signed integer, from a JSON number that
// has a whole value but is not written as an integer.
func unmarshalIntegral(data []byte, v reflect.Value) bool {
	if !v.CanInt() || !json.Valid(data) {
		return false
	}
	f, err := strconv.ParseFloat(string(bytes.TrimSpace(data)), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 || v.OverflowInt(int64(f)) {
		return false
	}
	v.SetInt(int64(f))
	return true
}
