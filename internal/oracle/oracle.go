// Package oracle tells what a codec should make of a text, by asking encoding/json.
// It is for tests.
//
// encoding/json reads the text into a mirror of the record, a plain struct of the
// same members whose every leaf keeps the raw values it was given, and a second
// reading of those raw values, one at a time and by the rules that [health.Decode]
// documents, tells what the record should hold.
package oracle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terra-go/terra/health"
)

// Test expects the codec of typ to judge and read data as the oracle does, and to
// write what it read as encoding/json would.
func Test(t *testing.T, typ reflect.Type, data []byte) {
	t.Helper()
	got, want := reflect.New(typ), reflect.New(typ)
	err := got.Interface().(json.Unmarshaler).UnmarshalJSON(data)
	if wantErr := Read(data, want.Elem()); !SameError(err, wantErr) {
		t.Fatalf("%s: the error is %v, want %v", typ.Name(), err, wantErr)
	}
	if err != nil {
		return
	}
	for _, path := range Differences(want.Elem(), got.Elem(), "$") {
		t.Errorf("%s: %s is not what encoding/json reads", typ.Name(), path)
	}
	text, err := json.Marshal(got.Interface())
	if err != nil {
		t.Fatalf("%s: does not encode: %v", typ.Name(), err)
	}
	plainText, err := json.Marshal(plainValue(got.Elem()).Interface())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, plainText) {
		t.Errorf("%s: encoding/json writes another text", typ.Name())
	}
	again := reflect.New(typ)
	if err := json.Unmarshal(text, again.Interface()); err != nil {
		t.Fatalf("%s: does not decode again: %v", typ.Name(), err)
	}
	if second, err := json.Marshal(again.Interface()); err != nil || !bytes.Equal(text, second) {
		t.Errorf("%s: changed by a round trip", typ.Name())
	}
}

// SameError compares the error of a codec with that of encoding/json or of [Read]:
// kinds, and of syntax errors the offsets.
func SameError(err, want error) bool {
	syntax, ok := errors.AsType[*health.SyntaxError](err)
	wantSyntax, wantOK := errors.AsType[*json.SyntaxError](want)
	if !ok || !wantOK {
		return err == want
	}
	return SameOffset(syntax.Offset, wantSyntax)
}

// SameOffset compares the offset of a syntax error with that of encoding/json, which
// counts the offending byte, except where the text just ends and where a level is
// one too many.
func SameOffset(offset int64, want *json.SyntaxError) bool {
	return offset == want.Offset-1 || offset == want.Offset
}

// Read reads data into record. Its error is a [*json.SyntaxError] or
// [health.ErrNotObject].
func Read(data []byte, record reflect.Value) error {
	m := reflect.New(mirrorType(record.Type()))
	err := json.Unmarshal(data, m.Interface())
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return syntax
	}
	if first := bytes.TrimLeft(data, " \t\r\n")[0]; first != '{' && first != 'n' {
		return health.ErrNotObject
	}
	fillFromMirror(record, m.Elem())
	return nil
}

// A leaf keeps all the values of a member, for a member can come twice.
type leaf []rawValue

type rawValue struct {
	at   int64 // orders the values of members that stand for the same field
	text json.RawMessage
}

var values atomic.Int64

func (l *leaf) UnmarshalJSON(data []byte) error {
	*l = append(*l, rawValue{at: values.Add(1), text: bytes.Clone(data)})
	return nil
}

var mirrorTypes sync.Map

// mirrorType is a struct with a leaf, or the mirror of an object, for each name of
// each member of typ, the members one after the other.
func mirrorType(typ reflect.Type) reflect.Type {
	if m, ok := mirrorTypes.Load(typ); ok {
		return m.(reflect.Type)
	}
	var fields, old []reflect.StructField
	for i, member := range members(typ) {
		mirror := reflect.TypeFor[leaf]()
		if IsObject(member.typ) {
			mirror = mirrorType(member.typ)
		}
		fields = append(fields, mirrorField(i, member.name, mirror))
		for _, name := range member.old {
			old = append(old, mirrorField(i, name, mirror))
		}
	}
	m := reflect.StructOf(append(fields, old...))
	mirrorTypes.Store(typ, m)
	return m
}

// mirrorField is the field for one of the names of member i.
func mirrorField(i int, name string, typ reflect.Type) reflect.StructField {
	return reflect.StructField{Name: fmt.Sprintf("M%d_%s", i, name), Type: typ, Tag: reflect.StructTag(`json:"` + name + `"`)}
}

func fillFromMirror(record, m reflect.Value) {
	all := members(record.Type())
	old := len(all)
	for i, member := range all {
		v := member.of(record)
		if IsObject(member.typ) {
			fillFromMirror(v, m.Field(i))
			continue
		}
		raws := slices.Clone(m.Field(i).Interface().(leaf))
		for range member.old {
			raws = append(raws, m.Field(old).Interface().(leaf)...)
			old++
		}
		slices.SortFunc(raws, func(a, b rawValue) int { return int(a.at - b.at) })
		for _, raw := range raws {
			setLeaf(v, raw.text)
		}
	}
}

var plainTypes sync.Map

// plainType is typ without its methods, and so written by encoding/json itself.
// What it holds of objects in arrays are interfaces, for such may hold each other.
func plainType(typ reflect.Type) reflect.Type {
	switch {
	case typ.Kind() == reflect.Slice && IsObject(typ.Elem()):
		return reflect.TypeFor[[]any]()
	case !IsObject(typ):
		return typ
	}
	if p, ok := plainTypes.Load(typ); ok {
		return p.(reflect.Type)
	}
	var fields []reflect.StructField
	for i, member := range members(typ) {
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("M%d", i), Type: plainType(member.typ), Tag: reflect.StructTag(`json:"` + member.name + `,omitzero"`),
		})
	}
	p := reflect.StructOf(fields)
	plainTypes.Store(typ, p)
	return p
}

func plainValue(v reflect.Value) reflect.Value {
	p := reflect.New(plainType(v.Type())).Elem()
	switch {
	case v.Kind() == reflect.Slice && IsObject(v.Type().Elem()):
		if v.IsNil() {
			break
		}
		p.Set(reflect.MakeSlice(p.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			p.Index(i).Set(plainValue(v.Index(i)))
		}
	case IsObject(v.Type()):
		for i, member := range members(v.Type()) {
			p.Field(i).Set(plainValue(member.of(v)))
		}
	default:
		p.Set(v)
	}
	return p
}
