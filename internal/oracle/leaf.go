package oracle

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// setLeaf reads one value of a member into its field.
func setLeaf(v reflect.Value, raw json.RawMessage) {
	switch typ := v.Type(); {
	case IsOptional(typ):
		setOptional(v, raw)
	case typ == reflect.TypeFor[health.LatLng]():
		setLatLng(v, raw)
	case typ.Kind() == reflect.Slice:
		setSlice(v, raw)
	case typ.Kind() == reflect.Map:
		setMap(v, raw)
	case typ.Kind() == reflect.String:
		setText(v, raw)
	default: // a Timestamp
		setFresh(v, raw)
	}
}

// setFresh has encoding/json read raw; v stays if that fails.
func setFresh(v reflect.Value, raw []byte) {
	fresh := reflect.New(v.Type())
	if json.Unmarshal(raw, fresh.Interface()) == nil {
		v.Set(fresh.Elem())
	}
}

// setText reads a string. A type with a method to read itself takes a list of them
// as well.
func setText(v reflect.Value, raw json.RawMessage) {
	if _, ok := v.Addr().Interface().(json.Unmarshaler); ok && raw[0] == '[' {
		var list []string
		setSlice(reflect.ValueOf(&list).Elem(), raw)
		v.SetString(strings.Join(list, ","))
		return
	}
	var text string
	if raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		v.SetString(text)
	}
}

// setUser reads the one object that can be absent or null.
func setUser(v *opt.Value[health.User], raw json.RawMessage) {
	switch raw[0] {
	case '{':
		var user health.User
		if Read(raw, reflect.ValueOf(&user).Elem()) == nil {
			*v = opt.Some(user)
		}
	case 'n':
		*v = opt.Null[health.User]()
	}
}

func setOptional(v reflect.Value, raw json.RawMessage) {
	if user, ok := v.Addr().Interface().(*opt.Value[health.User]); ok {
		setUser(user, raw)
		return
	}
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
			_ = Read(element, e) // what is no object leaves an empty one
		case reflect.Int64:
			var n opt.Value[int64]
			setOptional(reflect.ValueOf(&n).Elem(), element)
			e.SetInt(n.Or(0))
		default:
			setText(e, element)
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
