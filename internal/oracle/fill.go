package oracle

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Oddities are texts on the edge of JSON.
var Oddities = []string{
	``, ` `, `null`, ` null `, `nul`, `{}`, "\t{\r\n}\n", `{} {}`, `{},`, `[]`, `[{}]`, `true`, `1`, `"{}"`, `{`, `}`, `{]`, `[}`,
	"\ufeff{}", "{}\x00", "\x00", "{\"a\"\x00:1}", "\v{}", "{}\f", "\u00a0{}", "{\u2028}",
	`{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":1 "b":2}`, `{"a" 1}`, `{a:1}`, `{'a':1}`, `{"a":1;}`, `{"":""}`, `{"a":1}}`, `{"a":[1,]}`, `{"a":[,1]}`,
	`{"a":[1 2]}`, `{"a":[}`, `{"a":{]}`, `/**/{}`, `{"a":1}//`,
	`{"a":tru}`, `{"a":truE}`, `{"a":nulll}`, `{"a":NaN}`, `{"a":Infinity}`, `{"a":undefined}`, `{"a":True}`,
	`{"a":01}`, `{"a":-01}`, `{"a":+1}`, `{"a":.5}`, `{"a":5.}`, `{"a":1e}`, `{"a":1e+}`, `{"a":-}`, `{"a":--1}`, `{"a":0x1}`, `{"a":1_0}`, `{"a":1.2.3}`,
	`{"a":"\u00"}`, `{"a":"\u12g4"}`, `{"a":"\x"}`, `{"a":"\`, `{"a":"\"}`, "{\"a\":\"\n\"}", "{\"a\":\"\x1f\"}", "{\"a\":\"\x7f\"}", "{\"a\":\"\x00\"}",
	"{\"a\xc0\x80\":1}", `{"\ud800":1}`, `{"a\u0000":1}`,
}

// A Filler sets every leaf of a record, to a value that no other leaf has or to
// null.
type Filler struct {
	Null   bool
	Few    bool           // arrays have one element, not two
	Leaves int            // how many were set
	inside []reflect.Type // the structs around the current one
}

// Fill sets the leaves of v. Its path is for failures.
func (f *Filler) Fill(t testing.TB, v reflect.Value, path string) {
	t.Helper()
	switch {
	case v.Type() == reflect.TypeFor[health.Timestamp]():
		f.setJSON(t, v, path, func(n int) string {
			return strconv.Quote(time.Date(2026, 1, 1, 0, 0, n, 0, time.UTC).Format("2006-01-02T15:04:05.000000-07:00"))
		})
	case v.Type() == reflect.TypeFor[opt.Value[health.User]]():
		f.setJSON(t, v, path, func(int) string { return f.user(t, path) })
	case IsOptional(v.Type()):
		f.setJSON(t, v, path, literal(v.MethodByName("Get").Type().Out(0).Kind()))
	case v.Kind() == reflect.Struct:
		f.inside = append(f.inside, v.Type())
		for field, member := range v.Fields() {
			if field.IsExported() {
				f.Fill(t, member, path+"."+field.Name)
			}
		}
		f.inside = f.inside[:len(f.inside)-1]
	case v.Kind() == reflect.Slice:
		if within := slices.DeleteFunc(slices.Clone(f.inside), func(s reflect.Type) bool { return s != v.Type().Elem() }); len(within) > 1 {
			return // a type that contains itself, twice is enough
		}
		length := 2
		if f.Few {
			length = 1
		}
		v.Set(reflect.MakeSlice(v.Type(), length, length))
		for i, element := range v.Seq2() {
			f.Fill(t, element, fmt.Sprintf("%s[%d]", path, i.Int()))
		}
	case v.Type() == reflect.TypeFor[map[string]float64]():
		v.Set(reflect.MakeMap(v.Type()))
		if !f.Null {
			f.Leaves += 2
			v.SetMapIndex(reflect.ValueOf("one"), reflect.ValueOf(float64(f.Leaves)-0.75))
			v.SetMapIndex(reflect.ValueOf("two"), reflect.ValueOf(float64(f.Leaves)+0.25))
		}
	case v.Kind() == reflect.String || v.CanInt():
		if !f.Null { // these cannot be null
			f.setJSON(t, v, path, literal(v.Kind()))
		}
	default:
		t.Fatalf("%s: a field of type %s has no place in a record", path, v.Type())
	}
}

// setJSON decodes into v the text for the next number, or null.
func (f *Filler) setJSON(t testing.TB, v reflect.Value, path string, text func(n int) string) {
	t.Helper()
	f.Leaves++
	s := "null"
	if !f.Null {
		s = text(f.Leaves)
	}
	if err := json.Unmarshal([]byte(s), v.Addr().Interface()); err != nil {
		t.Fatalf("%s: cannot be set: %v", path, err)
	}
}

// user is the text of a user.
func (f *Filler) user(t testing.TB, path string) string {
	var user health.User
	f.Fill(t, reflect.ValueOf(&user).Elem(), path)
	text, err := json.Marshal(user)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func literal(kind reflect.Kind) func(n int) string {
	return func(n int) string {
		switch kind {
		case reflect.Bool:
			return strconv.FormatBool(n%2 == 0)
		case reflect.String:
			return fmt.Sprintf(`"value \"%d\""`, n)
		case reflect.Float64:
			return fmt.Sprintf("%d.25", n)
		default:
			return strconv.Itoa(n)
		}
	}
}
