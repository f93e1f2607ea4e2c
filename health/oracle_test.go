package health_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// The oracle is encoding/json. It reads a text into a mirror of the record, a plain
// struct of the same members whose every leaf keeps the raw values it was given,
// and a second reading of those raw values, one at a time and by the rules that
// [health.Decode] documents, tells what the record should hold.

// testLikeOracle expects the codec of typ to judge and read data as the oracle
// does, and to write what it read as encoding/json would.
func testLikeOracle(t *testing.T, typ reflect.Type, data []byte) {
	t.Helper()
	got, want := reflect.New(typ), reflect.New(typ)
	err := got.Interface().(json.Unmarshaler).UnmarshalJSON(data)
	if wantErr := oracle(data, want.Elem()); !sameError(err, wantErr) {
		t.Fatalf("%s: the error is %v, want %v", typ.Name(), err, wantErr)
	}
	if err != nil {
		return
	}
	for _, path := range differences(want.Elem(), got.Elem(), "$") {
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

// sameError compares kinds, and of syntax errors the offsets.
func sameError(err, want error) bool {
	syntax, ok := errors.AsType[*health.SyntaxError](err)
	wantSyntax, wantOK := errors.AsType[*json.SyntaxError](want)
	if !ok || !wantOK {
		return err == want
	}
	// encoding/json counts the offending byte, except where the text just ends and
	// where a level is one too many.
	return syntax.Offset == wantSyntax.Offset-1 || syntax.Offset == wantSyntax.Offset
}

// oracle reads data into record.
func oracle(data []byte, record reflect.Value) error {
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

// mirrorType is a struct with a leaf, or the mirror of an object, for each field of
// typ, and further leaves for the old names of fields.
func mirrorType(typ reflect.Type) reflect.Type {
	if m, ok := mirrorTypes.Load(typ); ok {
		return m.(reflect.Type)
	}
	var fields, old []reflect.StructField
	for field := range typ.Fields() {
		member := reflect.TypeFor[leaf]()
		if isObject(field.Type) {
			member = mirrorType(field.Type)
		}
		fields = append(fields, reflect.StructField{Name: field.Name, Type: member, Tag: memberTag(jsonName(field))})
		for name := range oldNames(field) {
			old = append(old, reflect.StructField{Name: "Old_" + name, Type: member, Tag: memberTag(name)})
		}
	}
	m := reflect.StructOf(append(fields, old...))
	mirrorTypes.Store(typ, m)
	return m
}

func memberTag(name string) reflect.StructTag { return reflect.StructTag(`json:"` + name + `"`) }

// isObject reports whether values of typ are objects with named members.
func isObject(typ reflect.Type) bool {
	return typ.Kind() == reflect.Struct && typ != reflect.TypeFor[health.Timestamp]() &&
		typ != reflect.TypeFor[health.LatLng]() && !isOptional(typ)
}

func isOptional(typ reflect.Type) bool { return strings.HasPrefix(typ.Name(), "Value[") }

// oldNames yields the names of a field in older payloads.
func oldNames(field reflect.StructField) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range strings.SplitSeq(field.Tag.Get("legacy"), ",") {
			if name != "" && !yield(name) {
				return
			}
		}
	}
}

func fillFromMirror(record, m reflect.Value) {
	for field, v := range record.Fields() {
		if isObject(field.Type) {
			fillFromMirror(v, m.FieldByName(field.Name))
			continue
		}
		all := m.FieldByName(field.Name).Interface().(leaf)
		for name := range oldNames(field) {
			all = append(all, m.FieldByName("Old_"+name).Interface().(leaf)...)
		}
		slices.SortFunc(all, func(a, b rawValue) int { return int(a.at - b.at) })
		for _, raw := range all {
			setLeaf(v, raw.text)
		}
	}
}

// setLeaf reads one value of a member into its field.
func setLeaf(v reflect.Value, raw json.RawMessage) {
	switch typ := v.Type(); {
	case isOptional(typ):
		setOptional(v, raw)
	case typ == reflect.TypeFor[health.LatLng]():
		setLatLng(v, raw)
	case typ.Kind() == reflect.Slice:
		setSlice(v, raw)
	case typ.Kind() == reflect.Map:
		setMap(v, raw)
	default: // a Timestamp or a string
		setFresh(v, raw)
	}
}

// setFresh has encoding/json read raw; v stays if that fails.
func setFresh(v reflect.Value, raw []byte) bool {
	if v.Kind() == reflect.String && string(raw) == "null" {
		return true
	}
	fresh := reflect.New(v.Type())
	if json.Unmarshal(raw, fresh.Interface()) != nil {
		return false
	}
	v.Set(fresh.Elem())
	return true
}

func setOptional(v reflect.Value, raw json.RawMessage) {
	kind := v.MethodByName("Get").Type().Out(0).Kind()
	var text string
	if kind == reflect.String || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		setFresh(v, raw)
		return
	}
	switch kind {
	case reflect.Bool:
		switch text {
		case "true", "True", "TRUE":
			setFresh(v, []byte("true"))
		case "false", "False", "FALSE":
			setFresh(v, []byte("false"))
		}
	case reflect.Int32:
		if number, ok := enumByName(v.Type(), text); ok {
			setFresh(v, number)
			return
		}
		fallthrough
	default:
		if jsonNumber.MatchString(text) {
			setFresh(v, []byte(text))
		}
	}
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// enumByName is the number of the enumerated value with that name.
func enumByName(optional reflect.Type, name string) ([]byte, bool) {
	name = plainName(name)
	switch name {
	case "menstrual":
		name = "period"
	case "fertile":
		name = "fertile window"
	}
	for i := range 200 {
		v := reflect.New(optional)
		number := strconv.AppendInt(nil, int64(i), 10)
		if json.Unmarshal(number, v.Interface()) != nil {
			return nil, false
		}
		value := v.MethodByName("Get").Call(nil)[0].Interface().(interface {
			Known() bool
			String() string
		})
		if value.Known() && plainName(value.String()) == name {
			return number, true
		}
	}
	return nil, false
}

// plainName is what the spellings of a name have in common.
func plainName(name string) string {
	return strings.TrimRight(strings.Map(func(r rune) rune {
		switch {
		case r == '_', r == '-':
			return ' '
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, name), "s")
}

func setLatLng(v reflect.Value, raw json.RawMessage) {
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		return
	}
	var p health.LatLng
	for i, element := range elements {
		switch i {
		case 0:
			setOptional(reflect.ValueOf(&p.Lat).Elem(), element)
		case 1:
			setOptional(reflect.ValueOf(&p.Lng).Elem(), element)
		}
	}
	v.Set(reflect.ValueOf(p))
}

// setSlice replaces what v holds.
func setSlice(v reflect.Value, raw json.RawMessage) {
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		return
	}
	if elements == nil {
		v.SetZero()
		return
	}
	list := reflect.MakeSlice(v.Type(), len(elements), len(elements))
	for i, element := range elements {
		switch e := list.Index(i); e.Kind() {
		case reflect.Struct:
			_ = oracle(element, e) // what is no object leaves an empty one
		case reflect.Int64:
			var n opt.Value[int64]
			setOptional(reflect.ValueOf(&n).Elem(), element)
			e.SetInt(n.Or(0))
		default:
			setFresh(e, element)
		}
	}
	v.Set(list)
}

// setMap replaces what v holds by an object of numbers, or by an older payload's
// array of contributors.
func setMap(v reflect.Value, raw json.RawMessage) {
	m := map[string]float64{}
	set := func(name string, value json.RawMessage) {
		var f opt.Value[float64]
		setOptional(reflect.ValueOf(&f).Elem(), value)
		if f, ok := f.Get(); ok {
			m[name] = f
		}
	}
	switch raw[0] {
	case '{':
		d := json.NewDecoder(bytes.NewReader(raw))
		if _, err := d.Token(); err != nil {
			panic(err)
		}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				panic(err)
			}
			var value json.RawMessage
			if err := d.Decode(&value); err != nil {
				panic(err)
			}
			set(name.(string), value)
		}
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			panic(err)
		}
		for _, element := range list {
			var c struct {
				Name  leaf `json:"contributor_name"`
				Score leaf `json:"contributor_score"`
			}
			if json.Unmarshal(element, &c) != nil {
				continue
			}
			var name opt.Value[string]
			for _, raw := range c.Name {
				setOptional(reflect.ValueOf(&name).Elem(), raw.text)
			}
			var score opt.Value[float64]
			for _, raw := range c.Score {
				setOptional(reflect.ValueOf(&score).Elem(), raw.text)
			}
			if f, ok := score.Get(); ok && !name.IsNull() && !name.IsZero() {
				m[name.Or("")] = f
			}
		}
	case 'n':
		m = nil
	default:
		return
	}
	v.Set(reflect.ValueOf(m))
}

var plainTypes sync.Map

// plainType is typ without its methods, and so written by encoding/json itself.
// What it holds of objects in arrays are interfaces, for such may hold each other.
func plainType(typ reflect.Type) reflect.Type {
	switch {
	case typ.Kind() == reflect.Slice && isObject(typ.Elem()):
		return reflect.TypeFor[[]any]()
	case !isObject(typ):
		return typ
	}
	if p, ok := plainTypes.Load(typ); ok {
		return p.(reflect.Type)
	}
	var fields []reflect.StructField
	for field := range typ.Fields() {
		fields = append(fields, reflect.StructField{
			Name: field.Name, Type: plainType(field.Type), Tag: reflect.StructTag(`json:"` + jsonName(field) + `,omitzero"`),
		})
	}
	p := reflect.StructOf(fields)
	plainTypes.Store(typ, p)
	return p
}

func plainValue(v reflect.Value) reflect.Value {
	p := reflect.New(plainType(v.Type())).Elem()
	switch {
	case v.Kind() == reflect.Slice && isObject(v.Type().Elem()):
		if v.IsNil() {
			break
		}
		p.Set(reflect.MakeSlice(p.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			p.Index(i).Set(plainValue(v.Index(i)))
		}
	case isObject(v.Type()):
		for field, member := range v.Fields() {
			p.FieldByName(field.Name).Set(plainValue(member))
		}
	default:
		p.Set(v)
	}
	return p
}
