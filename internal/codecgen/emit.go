package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/terra-go/terra/internal/jsonscan"
)

const scanPackage = "github.com/terra-go/terra/internal/jsonscan"

// maxKey is the longest name that jsonscan can compare without a look at the end
// of the text.
const maxKey = 64 - 8 - len(`"":`)

type emitter struct {
	pkg      *sourcePackage
	out      *bytes.Buffer
	used     []string // names of other packages whose types the codec names
	readOnly bool
}

func (e *emitter) line(format string, args ...any) { fmt.Fprintf(e.out, format+"\n", args...) }

// imports is what the emitted code needs beside the standard library.
func (e *emitter) imports() []string {
	paths := []string{scanPackage}
	for _, name := range e.used {
		paths = append(paths, e.pkg.imports[name])
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func (e *emitter) structCodec(s structType) {
	keys := make([]string, 0, len(s.members))
	for _, m := range s.members {
		keys = append(keys, m.key)
	}
	indexes := make([][]string, len(s.members)) // of a member's keys
	for i, m := range s.members {
		indexes[i] = append(indexes[i], strconv.Itoa(i))
		for _, old := range m.legacy {
			indexes[i] = append(indexes[i], strconv.Itoa(len(keys)))
			keys = append(keys, old)
		}
	}
	e.keys(s.name, keys)
	typ := s.name
	if s.generic {
		typ += "[T]"
	}
	e.line("// ScanJSON is for generated code. Use json.Unmarshal.")
	e.line("func (x *%s) ScanJSON(s *jsonscan.Scanner, p int) int {", typ)
	e.line("k := &keys%s", s.name)
	sample := e.pkg.isSample(s)
	if sample {
		e.inOrder(s.members)
	} else {
		e.line("f, p := s.Object(k, p)")
	}
	e.line("for f >= 0 {\nswitch f {")
	for i, m := range s.members {
		e.line("case %s:\np = %s", strings.Join(indexes[i], ", "), e.scan(m, "p"))
	}
	e.line("default:\np = s.Skip(p)\n}\nf, p = s.Next(k, f, p)\n}\nreturn p\n}\n")

	if e.readOnly {
		return
	}
	e.line("// WriteJSON is for generated code. Use json.Marshal.")
	e.line("func (x *%s) WriteJSON(w *jsonscan.Writer, b []byte) []byte {", typ)
	members := s.members
	if sample {
		e.line("start := len(b) + 1\nb = x.%s.OpenJSON(w, b)", members[0].field)
		members = members[1:]
	} else {
		e.line("b = append(b, '{')\nstart := len(b)")
	}
	for _, m := range members {
		e.write(m, sample)
	}
	e.line("return jsonscan.Close(b, start, '}')\n}\n")

	e.line("// UnmarshalJSON implements [json.Unmarshaler].")
	e.line("func (x *%s) UnmarshalJSON(data []byte) error { return jsonscan.Unmarshal(data, x.ScanJSON, nil) }\n", typ)
	e.line("// MarshalJSON implements [json.Marshaler].")
	e.line("func (x %s) MarshalJSON() ([]byte, error) {\nw, b := jsonscan.NewWriter()\nreturn w.Text(x.WriteJSON(w, b))\n}\n", typ)
}

func (e *emitter) keys(name string, keys []string) {
	quoted := make([]string, len(keys))
	e.line("var keys%s = jsonscan.Keys{\nQuoted: []string{", name)
	for i, key := range keys {
		quoted[i] = `"` + key + `":`
		e.line("`%s`,", quoted[i])
	}
	seed, slots := jsonscan.Slots(quoted)
	// Of the literal, unlike of a slice of a variable, the compiler makes data and no code.
	e.line("},\nSeed: %#x,\nSlots: %q,\nNext: jsonscan.Order{%d: {}},\n}\n", seed, slots, len(keys)+1)
}

// inOrder emits what reads the members of a sample that have no blanks between them, or
// single ones. It looks for them in the order of the fields, again and again as long as
// that finds some, then moves to the first key that is left, if any. There are many more
// samples than other objects.
func (e *emitter) inOrder(members []member) {
	e.line("f := -1\nif q, ok := s.Enter(p); ok {\np = q\nfor {\nfrom := p")
	for i, m := range members {
		key := `"` + m.key + `":`
		e.line("if %s {\nif p, ok = s.Comma(%s); !ok {\nf, p = s.Next(k, %d, p)\nbreak\n}\n}", isKey(key), e.scan(m, fmt.Sprintf("p+%d", len(key))), i)
	}
	e.line("if p == from {\nf, p = s.Key(k, p)\nbreak\n}\n}")
	e.line("} else {\nf, p = s.Object(k, p)\n}")
}

// isKey is the condition that key is at p, in as few words as cover it.
func isKey(key string) string {
	size := 8
	if len(key) < size {
		size = 4
	}
	var words []string
	for at := 0; at < len(key); at += size {
		at = min(at, len(key)-size)
		words = append(words, fmt.Sprintf("s.Is%d(p+%d, `%s`)", size, at, key[at:at+size]))
	}
	return strings.ReplaceAll(strings.Join(words, " && "), "p+0,", "p,")
}

// scan is the expression that reads a member at the offset p.
func (e *emitter) scan(m member, p string) string {
	field := "&x." + m.field
	inner, optional := e.optional(m.typ)
	elem, list := strings.CutPrefix(m.typ, "[]")
	switch {
	case m.typ == "map[string]float64":
		return "scanContributors(s, " + p + ", " + field + ")"
	case list && elem != "string" && e.isText(elem):
		return fmt.Sprintf("jsonscan.Enums(s, %s, %s, %sValues[:])", p, field, lowerFirst(elem))
	case list && e.isText(elem):
		return "jsonscan.Strings(s, " + p + ", " + field + ")"
	case list && elem == "int64":
		return "s.Ints(" + p + ", " + field + ")"
	case list && elem == "T":
		return "s.List(" + p + ", " + field + ")"
	case list:
		how := "Records"
		if s, ok := e.pkg.find(elem); ok && e.pkg.isFlat(s) {
			how = "Samples"
		}
		return fmt.Sprintf("s.%s(%s, %s, (*%s).ScanJSON)", how, p, field, e.use(elem))
	case optional && inner == "float64":
		return "s.Float(" + p + ", " + field + ")"
	case optional && inner == "bool":
		return "s.Bool(" + p + ", " + field + ")"
	case optional && (inner == "int64" || inner == "int"):
		return "jsonscan.Int(s, " + p + ", " + field + ")"
	case optional && e.isText(inner):
		return "jsonscan.String(s, " + p + ", " + field + ")"
	case optional && e.isEnum(inner):
		return fmt.Sprintf("scanEnum(s, %s, %s, %sNames[:])", p, field, lowerFirst(inner))
	case optional:
		return fmt.Sprintf("jsonscan.Optional(s, %s, %s, (*%s).ScanJSON)", p, field, e.use(inner))
	case e.isText(m.typ):
		return "jsonscan.Text(s, " + p + ", " + field + ")"
	}
	return "x." + m.field + ".ScanJSON(s, " + p + ")"
}

// write emits the statements that append a member. There are many more samples than
// other objects, so theirs are appended in place; the rest is to be small.
func (e *emitter) write(m member, sample bool) {
	key, field := fmt.Sprintf("\"%s\":", m.key), "x."+m.field
	add := fmt.Sprintf("append(b, `%s`...)", key) // the key to the text
	inner, optional := e.optional(m.typ)
	elem, list := strings.CutPrefix(m.typ, "[]")
	switch {
	case list || m.typ == "map[string]float64":
		e.line("if %s != nil {", field)
		switch {
		case !list:
			e.line("b = w.FloatMap(%s, %s)", add, field)
		case e.isText(elem):
			e.line("b = jsonscan.WriteStrings(%s, %s)", add, field)
		case elem == "int64":
			e.line("b = jsonscan.WriteInts(%s, %s)", add, field)
		default:
			call := fmt.Sprintf("%s[i].WriteJSON(w, b)", field)
			if elem == "T" {
				call = fmt.Sprintf("jsonscan.Write(&%s[i], w, b)", field)
			}
			e.line("b = append(b, `%s[`...)\nfirst := len(b)\nfor i := range %s {\nb = %s\n}", key, field, call)
			e.line("b = jsonscan.Close(b, first, ']')")
		}
		e.line("}")
	case optional:
		value, leaf := "v.WriteJSON(w, %s)", ""
		switch {
		case inner == "float64":
			value, leaf = "w.Float(%s, v)", "w.FloatMember"
		case inner == "bool":
			value, leaf = "jsonscan.AppendBool(%s, v)", "jsonscan.BoolMember"
		case inner == "int64" || inner == "int" || e.isEnum(inner):
			value, leaf = "jsonscan.AppendInt(%s, int64(v))", "jsonscan.IntMember"
		case e.isText(inner):
			value, leaf = "jsonscan.AppendString(%s, string(v))", "jsonscan.TextMember"
		}
		if leaf != "" && !sample {
			e.line("b = %s(b, `%s`, %s)", leaf, key, field)
			return
		}
		e.line("if !%s.IsZero() {", field)
		// The compiler makes stores of up to 16 constant bytes, and a call of more.
		for piece := range slices.Chunk([]byte(key), 16) {
			e.line("b = append(b, `%s`...)", piece)
		}
		e.line("if v, ok := %s.Get(); ok {\nb = "+value+"\n} else {\nb = append(b, \"null,\"...)\n}\n}", field, "b")
	case e.isText(m.typ):
		e.line("if %s != \"\" {\nb = jsonscan.AppendString(%s, string(%s))\n}", field, add, field)
	case e.isCustom(m.typ):
		e.line("if !%s.IsZero() {\nb = %s.AppendJSON(w, %s)\n}", field, field, add)
	default:
		e.line("b = jsonscan.Member(b, %s.WriteJSON(w, %s), %d)", field, add, len(key))
	}
}

// optional is the T of an opt.Value[T].
func (e *emitter) optional(typ string) (inner string, ok bool) {
	inner, ok = strings.CutPrefix(typ, "opt.Value[")
	return strings.TrimSuffix(inner, "]"), ok
}

// isText reports whether values of typ are strings.
func (e *emitter) isText(typ string) bool {
	return typ == "string" || e.pkg.basic[typ] == "string" && !e.pkg.custom[typ]
}

// isEnum reports whether typ is an enumeration.
func (e *emitter) isEnum(typ string) bool { return e.pkg.basic[typ] == "int32" && !e.pkg.custom[typ] }

// isCustom reports whether typ writes its own member: it is no object.
func (e *emitter) isCustom(typ string) bool {
	return e.pkg.custom[typ] || typ == "health.Timestamp"
}

// use notes that the code names typ.
func (e *emitter) use(typ string) string {
	if pkg, _, ok := strings.Cut(typ, "."); ok {
		e.used = append(e.used, pkg)
	}
	return typ
}

func lowerFirst(s string) string {
	r := []rune(s)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}
