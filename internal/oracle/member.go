package oracle

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// A member of an object is one as the codecs have it: a field with a name in its
// tag json, or if it is not exported in its tag codec, of the struct itself or of
// one that is embedded in it.
type member struct {
	name  string
	old   []string // its names in older payloads
	typ   reflect.Type
	index []int
}

var memberLists sync.Map

func members(typ reflect.Type) []member {
	if all, ok := memberLists.Load(typ); ok {
		return all.([]member)
	}
	var all []member
	for field := range typ.Fields() {
		switch name := Name(field); {
		case name != "":
			all = append(all, member{name: name, old: OldNames(field), typ: field.Type, index: field.Index})
		case field.Anonymous:
			for _, inner := range members(field.Type) {
				inner.index = slices.Concat(field.Index, inner.index)
				all = append(all, inner)
			}
		}
	}
	memberLists.Store(typ, all)
	return all
}

// of is the member of v, exported or not.
func (m member) of(v reflect.Value) reflect.Value {
	field := v.FieldByIndex(m.index)
	if !field.CanInterface() {
		field = reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem()
	}
	return field
}

// Name is the name on the wire of a field, "" if it is not there.
func Name(field reflect.StructField) string {
	if !field.IsExported() {
		return field.Tag.Get("codec")
	}
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// OldNames are the names of a field in older payloads.
func OldNames(field reflect.StructField) []string {
	return strings.FieldsFunc(field.Tag.Get("legacy"), func(r rune) bool { return r == ',' })
}

// IsObject reports whether values of typ are objects with named members.
func IsObject(typ reflect.Type) bool {
	return typ.Kind() == reflect.Struct && typ != reflect.TypeFor[health.Timestamp]() &&
		typ != reflect.TypeFor[health.LatLng]() && !IsOptional(typ)
}

// IsOptional reports whether typ is an [opt.Value].
func IsOptional(typ reflect.Type) bool {
	return strings.HasPrefix(typ.Name(), "Value[") && typ.PkgPath() == reflect.TypeFor[opt.Value[bool]]().PkgPath()
}

// Differences are the paths at which two values of one type differ. What objects
// have beside their members is not compared.
func Differences(a, b reflect.Value, path string) []string {
	var paths []string
	switch {
	case reflect.DeepEqual(a.Interface(), b.Interface()):
	case IsObject(a.Type()):
		for _, member := range members(a.Type()) {
			paths = append(paths, Differences(member.of(a), member.of(b), path+"."+member.name)...)
		}
	case a.Kind() == reflect.Slice && a.Len() == b.Len() && a.IsNil() == b.IsNil():
		for i := range a.Len() {
			paths = append(paths, Differences(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	default:
		paths = append(paths, path)
	}
	return paths
}
