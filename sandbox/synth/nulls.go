package synth

import (
	"encoding/json"
	"reflect"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// blank makes an explicit null of every leaf of *record that is absent, the way
// Terra writes a record: with all its fields, whatever the provider knows. Slices,
// maps and positions are left as they are.
func blank[T any](record *T) { blankStruct(reflect.ValueOf(record).Elem()) }

func blankStruct(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Field(i)
		switch leaf := field.Addr().Interface().(type) {
		case *opt.Value[float64]:
			if leaf.IsZero() {
				*leaf = opt.Null[float64]()
			}
		case *opt.Value[int64]:
			if leaf.IsZero() {
				*leaf = opt.Null[int64]()
			}
		case *opt.Value[string]:
			if leaf.IsZero() {
				*leaf = opt.Null[string]()
			}
		case *opt.Value[bool]:
			if leaf.IsZero() {
				*leaf = opt.Null[bool]()
			}
		case *health.Timestamp:
			if leaf.IsZero() {
				*leaf = health.NullTimestamp()
			}
		case *health.LatLng:
		case interface { // the optional enums
			json.Unmarshaler
			IsZero() bool
			IsNull() bool
		}:
			if leaf.IsZero() {
				_ = leaf.UnmarshalJSON([]byte("null"))
			}
		default:
			if field.Kind() == reflect.Struct {
				blankStruct(field)
			}
		}
	}
}
