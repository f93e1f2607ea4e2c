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
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// ErrMismatch is wrapped by the error that decoding gives for a JSON value that
// T cannot hold: another type, a number out of range, a fraction for an integer.
// No error of this package repeats the input.
var ErrMismatch = errors.New("opt: JSON value does not fit")

// Value holds a T, an explicit null, or nothing at all. Two values are equal
// with == when they are in the same state and, if present, hold equal Ts.
//
// Struct fields need the omitzero tag option so that an absent value is left
// out of the JSON text while a null is written.
type Value[T any] struct {
	v     T // T's zero unless present
	state state
}

type state uint8

const (
	absent state = iota
	null
	present
)

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
	return new(o.v)
}

// String formats the held T as fmt does, and the other states as "null" and
// "absent".
func (o Value[T]) String() string {
	if o.state == present {
		return fmt.Sprint(o.v)
	}
	return o.state.String()
}

// String is the text for a state in which nothing is held.
func (s state) String() string {
	if s == null {
		return "null"
	}
	return "absent"
}

// MarshalJSON writes an absent value as null: JSON has no text for absence, only
// the enclosing object can leave the member out.
func (o Value[T]) MarshalJSON() ([]byte, error) {
	if o.state != present {
		return []byte("null"), nil
	}
	return json.Marshal(o.v)
}

// UnmarshalJSON accepts null and whatever T accepts. Where T wants an integer,
// any spelling of a whole number will do, such as 8.0 or 1e3. On an error, which
// wraps [ErrMismatch], the value is left as it was.
func (o *Value[T]) UnmarshalJSON(data []byte) error {
	var v T
	state, err := decode(data, &v)
	if err != nil {
		return err
	}
	*o = Value[T]{v, state}
	return nil
}

// decode reads data to the T that v points to, unless it is null. Every Value[T] that a
// program names is compiled with all its methods, so they leave to others what they can.
func decode(data []byte, v any) (state, error) {
	data = bytes.Trim(data, " \t\r\n")
	if string(data) == "null" {
		return null, nil
	}
	if json.Unmarshal(data, v) != nil {
		whole, ok := respellWhole(data)
		if !ok || json.Unmarshal(whole, v) != nil {
			return absent, fmt.Errorf("%w %v", ErrMismatch, reflect.TypeOf(v).Elem())
		}
	}
	return present, nil
}

// respellWhole writes a JSON number without fraction and exponent, if it has a
// whole value of at most maxDigits digits. It works on the text, because a float
// would round 8.00000000000000001 to a whole number.
func respellWhole(data []byte) ([]byte, bool) {
	const maxDigits = 20 // of the largest uint64
	if !json.Valid(data) {
		return nil, false
	}
	mantissa, exponent := string(data), 0
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(mantissa[i+1:]); err != nil {
			return nil, false
		}
		mantissa = mantissa[:i]
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	point := len(digits) - len(fraction) + exponent
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return []byte("0"), true
	}
	if point < len(digits) || point > maxDigits {
		return nil, false
	}
	digits += strings.Repeat("0", point-len(digits))
	if negative {
		digits = "-" + digits
	}
	return []byte(digits), true
}
