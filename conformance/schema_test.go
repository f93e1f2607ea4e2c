package conformance

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/webhook"
)

var update = flag.Bool("update", false, "write "+factsFile+" from the schemas")

const (
	// schemaDir holds Terra's published schemas, which are not part of the repository.
	schemaDir = "../../shared/spec/schemas"
	// factsFile is what the library's own tests know of them.
	factsFile = "../internal/facts/facts.txt"
)

// TestFacts holds the table of facts to the published schemas.
func TestFacts(t *testing.T) {
	t.Parallel()
	got := factsOf(t, readSchemas(t))
	if *update {
		if err := os.WriteFile(factsFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(factsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the table differs from the schemas; run the test with -update and look at the difference")
	}
}

// TestSchemas makes a document of every published schema with every member set,
// has it judged by the schema, and decodes and encodes it.
func TestSchemas(t *testing.T) {
	t.Parallel()
	schemas := readSchemas(t)
	types := healthTypes()
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{"file": yamlLoader{}})
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		path, err := filepath.Abs(filepath.Join(schemaDir, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		official, err := compiler.Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range 2 {
			m := maker{schemas: schemas, n: seed}
			document := m.value(schemas[name], "")
			if err := official.Validate(document); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			text, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			again, err := roundTrip(types, name, text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, path := range lost("$", document, again) {
				t.Errorf("%s: %s is changed by a round trip", name, path)
			}
		}
	}
}

// roundTrip decodes and encodes a document of the named schema.
func roundTrip(types map[string]reflect.Type, name string, text []byte) (any, error) {
	var v any
	typ, isRecord := types[strings.ToLower(name)]
	switch {
	case isRecord:
		record := reflect.New(typ)
		if err := json.Unmarshal(text, record.Interface()); err != nil {
			return nil, err
		}
		v = record.Interface()
	case strings.HasSuffix(name, "EventType") && text[0] == '"':
		v = new(webhook.EventType)
		if err := json.Unmarshal(text, v); err != nil {
			return nil, err
		}
	case name == "WebhookEvent": // what the others have in common
		return jsonschema.UnmarshalJSON(bytes.NewReader(text))
	case strings.HasSuffix(name, "Event"), strings.HasSuffix(name, "EventType"):
		event, err := webhook.Parse(nil, text)
		if err != nil {
			return nil, err
		}
		if !event.Type().Known() {
			return nil, fmt.Errorf("an event of an unknown type")
		}
		v = event
	default:
		return nil, fmt.Errorf("no type of that name")
	}
	if e, ok := v.(interface{ Known() bool }); ok && !e.Known() {
		return nil, fmt.Errorf("a value that is not known")
	}
	again, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(again))
}

// healthTypes are the types of package health by their names in lower case.
func healthTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{"terrauser": reflect.TypeFor[health.User]()}
	var add func(typ reflect.Type)
	add = func(typ reflect.Type) {
		name := strings.ToLower(typ.Name())
		get, optional := typ.MethodByName("Get")
		switch {
		case typ.Kind() == reflect.Slice:
			add(typ.Elem())
		case optional:
			add(get.Type.Out(0))
		case typ.PkgPath() == reflect.TypeFor[health.User]().PkgPath() && types[name] == nil:
			types[name] = typ
			if typ.Kind() == reflect.Struct {
				for field := range typ.Fields() {
					add(field.Type)
				}
			}
		}
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[health.Activity](),
		reflect.TypeFor[health.Athlete](),
		reflect.TypeFor[health.Body](),
		reflect.TypeFor[health.Connection](),
		reflect.TypeFor[health.Daily](),
		reflect.TypeFor[health.HealthObservation](),
		reflect.TypeFor[health.HormoneSample](),
		reflect.TypeFor[health.HydrationLevelSample](),
		reflect.TypeFor[health.LabReportArtifactsResponse](),
		reflect.TypeFor[health.LabReportDeliveriesResponse](),
		reflect.TypeFor[health.LabReportEventData](),
		reflect.TypeFor[health.LabReportFailureData](),
		reflect.TypeFor[health.LabReportFilesResponse](),
		reflect.TypeFor[health.LabReportListResponse](),
		reflect.TypeFor[health.LabReportReprocessResponse](),
		reflect.TypeFor[health.LabReportUploadResponse](),
		reflect.TypeFor[health.Menstruation](),
		reflect.TypeFor[health.Nutrition](),
		reflect.TypeFor[health.PlannedWorkout](),
		reflect.TypeFor[health.RecoveryLevel](),
		reflect.TypeFor[health.Sleep](),
		reflect.TypeFor[health.StrokeType](),
		reflect.TypeFor[health.WorkoutTemplate](),
	} {
		add(typ)
	}
	return types
}

// lost are the paths of values in a that b does not have.
func lost(path string, a, b any) (paths []string) {
	switch a := a.(type) {
	case map[string]any:
		b, _ := b.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(a)) {
			if other, ok := b[name]; !ok {
				paths = append(paths, path+"."+name)
			} else {
				paths = append(paths, lost(path+"."+name, a[name], other)...)
			}
		}
	case []any:
		b, _ := b.([]any)
		if len(a) != len(b) {
			return []string{path}
		}
		for i := range a {
			paths = append(paths, lost(fmt.Sprintf("%s[%d]", path, i), a[i], b[i])...)
		}
	default:
		if a != b {
			paths = append(paths, path)
		}
	}
	return paths
}

// schema is the part of JSON Schema that Terra's use.
type schema struct {
	Ref         string            `yaml:"$ref"`
	Type        string            `yaml:"type"`
	Const       any               `yaml:"const"`
	Enum        []any             `yaml:"enum"`
	Format      string            `yaml:"format"`
	Description string            `yaml:"description"`
	Examples    []any             `yaml:"examples"`
	Minimum     *int              `yaml:"minimum"`
	Maximum     *int              `yaml:"maximum"`
	Properties  map[string]schema `yaml:"properties"`
	Items       *schema           `yaml:"items"`
	PrefixItems []schema          `yaml:"prefixItems"`
	AnyOf       []schema          `yaml:"anyOf"`
	OneOf       []schema          `yaml:"oneOf"`
	AllOf       []schema          `yaml:"allOf"`
	Defs        map[string]schema `yaml:"$defs"`
	Unevaluated *schema           `yaml:"unevaluatedProperties"`
}

func readSchemas(t *testing.T) map[string]schema {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(schemaDir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("SKIPPED: to run this test, put the schemas that Terra publishes into %s", schemaDir)
	}
	all := map[string]schema{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s schema
		if err := yaml.Unmarshal(text, &s); err != nil {
			t.Fatalf("%s: %v", filepath.Base(file), err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yaml")] = s
	}
	for name, s := range all {
		all[name] = s.complete(all)
	}
	return all
}

// complete has the properties of what s builds on, and of its properties what the
// alternative to null says.
func (s schema) complete(all map[string]schema) schema {
	properties := map[string]schema{}
	for _, base := range s.AllOf {
		maps.Copy(properties, all[base.refName()].complete(all).Properties)
	}
	for name, p := range s.Properties {
		for _, a := range p.AnyOf {
			if a.Type != "null" {
				a.Description, a.Examples = p.Description, p.Examples
				a.Minimum, a.Maximum = cmp.Or(a.Minimum, p.Minimum), cmp.Or(a.Maximum, p.Maximum)
				p = a
				break
			}
		}
		if local, ok := strings.CutPrefix(p.Ref, "#/$defs/"); ok {
			p = s.Defs[local]
		}
		properties[name] = p
	}
	s.Properties = properties
	return s
}

func (s schema) refName() string { return strings.TrimSuffix(s.Ref, ".yaml") }

// alternatives are the schemas of a union, or the values of an enumeration.
func (s schema) alternatives() (union []schema, values []any) {
	values = slices.Clone(s.Enum)
	for _, a := range slices.Concat(s.OneOf, s.AnyOf) {
		if a.Ref != "" {
			union = append(union, a)
		} else {
			values = append(values, a.Const)
		}
	}
	return union, values
}

func (s schema) isPosition(name string) bool {
	return s.Type == "array" && (len(s.PrefixItems) > 0 || strings.HasSuffix(name, "_lat_lng_deg"))
}

var (
	dateExample = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	timeExample = regexp.MustCompile(`^\d{4}-\d\d-\d\dT`)
	timeWords   = regexp.MustCompile(`ISO-?8601|RFC ?3339`)
)

// stringType finds out whether a string is a date or a time, which most schemas
// say in words or by an example.
func (s schema) stringType(name string) string {
	var example string
	if len(s.Examples) > 0 {
		example = fmt.Sprint(s.Examples[0])
	}
	switch {
	case name == "version": // looks like a date
		return "string"
	case dateExample.MatchString(example) || strings.Contains(s.Description, "YYYY-MM-DD"):
		return "date"
	case s.Format == "date-time", timeExample.MatchString(example), timeWords.MatchString(s.Description),
		strings.HasSuffix(name, "_date"):
		return "time"
	}
	return "string"
}

// factsOf is the table in the form that package facts describes.
func factsOf(t *testing.T, schemas map[string]schema) []byte {
	t.Helper()
	var paragraphs []string
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		s := schemas[name]
		lines := []string{name}
		for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
			lines = append(lines, "\t"+member+" "+factsType(t, member, s.Properties[member]))
		}
		union, values := s.alternatives()
		for _, value := range values {
			lines = append(lines, "\t= "+quoted(t, value))
		}
		for _, u := range union {
			lines = append(lines, "\t| "+u.refName())
		}
		paragraphs = append(paragraphs, strings.Join(lines, "\n")+"\n")
	}
	return []byte(strings.Join(paragraphs, "\n"))
}

func factsType(t *testing.T, name string, s schema) string {
	t.Helper()
	switch {
	case s.Ref != "":
		return s.refName()
	case s.Const != nil:
		return quoted(t, s.Const)
	case s.isPosition(name):
		return "[number number]"
	case s.Type == "array":
		return "[" + factsType(t, name, *s.Items) + "]"
	case s.Type == "object" && s.Unevaluated != nil:
		return "{" + factsType(t, name, *s.Unevaluated) + "}"
	case s.Type == "string":
		return s.stringType(name)
	case s.Minimum != nil && s.Maximum != nil && *s.Minimum == 0 && *s.Maximum < math.MaxInt32:
		return fmt.Sprintf("%s 0..%d", s.Type, *s.Maximum)
	case s.Type == "integer", s.Type == "number", s.Type == "boolean":
		return s.Type
	}
	t.Fatalf("%s: a type that the test does not know", name)
	return ""
}

func quoted(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil || value == nil {
		t.Fatal("a value that is neither text nor a number")
	}
	return string(text)
}

// A maker makes documents in which no two values are the same, as far as their
// types allow.
type maker struct {
	schemas map[string]schema
	n       int // values made so far
	depth   int // of schemas
}

// maxDepth is more than any schema has that does not hold itself.
const maxDepth = 8

// value is a value for a member of that name.
func (m *maker) value(s schema, name string) any {
	m.n++
	union, values := s.alternatives()
	switch {
	case s.Ref != "":
		m.depth++
		defer func() { m.depth-- }()
		return m.value(m.schemas[s.refName()], name)
	case len(union) > 0:
		return m.value(union[m.n%len(union)], name)
	case len(values) > 0:
		return jsonValue(values[m.n%len(values)])
	case s.Const != nil:
		return jsonValue(s.Const)
	case s.isPosition(name):
		return []any{m.number(s), m.number(s)}
	case s.Type == "array" && m.depth > maxDepth:
		return []any{}
	case s.Type == "array":
		return []any{m.value(*s.Items, name), m.value(*s.Items, name)}
	case s.Unevaluated != nil:
		return map[string]any{"one": m.value(*s.Unevaluated, name), "two": m.value(*s.Unevaluated, name)}
	case s.Type == "object":
		object := map[string]any{}
		for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
			object[member] = m.value(s.Properties[member], member)
		}
		return object
	case s.Type == "boolean":
		return m.n%2 == 0
	case s.Type == "string":
		return m.text(s.stringType(name))
	}
	return m.number(s)
}

func (m *maker) number(s schema) any {
	m.n++
	if s.Type != "integer" {
		return json.Number(fmt.Sprint(float64(m.n) / 64)) // all limits take in 0 to 100
	}
	n := m.n
	if s.Maximum != nil {
		n %= *s.Maximum + 1
	}
	return json.Number(fmt.Sprint(n))
}

func (m *maker) text(typ string) string {
	switch at := time.Date(2026, 7, 1, 0, 0, m.n, 0, time.UTC); typ {
	case "date":
		return at.AddDate(0, 0, m.n).Format(time.DateOnly)
	case "time":
		return at.Format("2006-01-02T15:04:05.000000+01:00")
	}
	return fmt.Sprintf("text %d", m.n)
}

// jsonValue is a YAML scalar as a JSON decoder gives it.
func jsonValue(v any) any {
	if text, ok := v.(string); ok {
		return text
	}
	return json.Number(fmt.Sprint(v))
}

// yamlLoader reads schemas for the validator.
type yamlLoader struct{}

func (yamlLoader) Load(url string) (any, error) {
	path, err := jsonschema.FileLoader{}.ToFile(url)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if text, err = yaml.YAMLToJSON(text); err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}
