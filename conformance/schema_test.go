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
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/terra-go/terra/internal/facts"
	"github.com/terra-go/terra/webhook"
)

var update = flag.Bool("update", false, "write ../internal/facts/facts.txt from the schemas")

// schemaDir holds Terra's published schemas, which are not part of the repository.
const schemaDir = "../../shared/spec/schemas"

// TestFacts holds the table of facts to the published schemas.
func TestFacts(t *testing.T) {
	t.Parallel()
	got := facts.Format(schemaFacts(t))
	const file = "../internal/facts/facts.txt"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the table differs from the schemas; run the test with -update and look at the difference")
	}
}

// TestDocuments holds the documents that package facts makes up, with which the
// records are tested, to the published schemas.
func TestDocuments(t *testing.T) {
	t.Parallel()
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{"file": yamlLoader{}})
	schemas := facts.Schemas()
	for name := range readSchemas(t) {
		path, err := filepath.Abs(filepath.Join(schemaDir, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		official, err := compiler.Compile(path)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range 2 {
			document := facts.Document(schemas, name, seed)
			if err := official.Validate(document); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestEvents has every published event parsed, with all its members set, and
// written again.
func TestEvents(t *testing.T) {
	t.Parallel()
	schemas := facts.Schemas()
	for name := range schemas {
		if !strings.HasSuffix(name, "Event") || name == "WebhookEvent" { // the base of the others
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range 2 {
				text, err := json.Marshal(facts.Document(schemas, name, seed))
				if err != nil {
					t.Fatal(err)
				}
				event, err := webhook.Parse(nil, text)
				if err != nil {
					t.Fatal(err)
				}
				if !event.Type().Known() {
					t.Error("of an unknown type")
				}
				if !bytes.Equal(event.Raw(), text) {
					t.Error("Raw is not what was delivered")
				}
				again, err := json.Marshal(event)
				if err != nil {
					t.Fatal(err)
				}
				paths, err := facts.Differences(text, again)
				if err != nil {
					t.Fatal(err)
				}
				for _, path := range paths {
					if path == "$.reference_id" && name == "AuthSuccessEvent" {
						continue // taken from the user
					}
					t.Errorf("%s is changed by a round trip", path)
				}
			}
		})
	}
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
	text, err = yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
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

// schemaFacts are what the schemas say.
func schemaFacts(t *testing.T) []facts.Schema {
	t.Helper()
	all := readSchemas(t)
	var list []facts.Schema
	for name, s := range all {
		f := facts.Schema{Name: name}
		switch alternatives := slices.Concat(s.OneOf, s.AnyOf); {
		case len(s.Enum) > 0:
			for _, value := range s.Enum {
				f.Values = append(f.Values, quoted(t, value))
			}
		case len(alternatives) > 0 && alternatives[0].Ref != "":
			for _, a := range alternatives {
				f.Union = append(f.Union, a.refName())
			}
		case len(alternatives) > 0:
			for _, a := range alternatives {
				f.Values = append(f.Values, quoted(t, a.Const))
			}
		default:
			members := map[string]string{}
			collect(t, all, s, members)
			for _, member := range slices.Sorted(maps.Keys(members)) {
				f.Members = append(f.Members, facts.Member{Name: member, Type: members[member]})
			}
		}
		list = append(list, f)
	}
	return list
}

func readSchemas(t *testing.T) map[string]schema {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(schemaDir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("SKIPPED: Terra's published schemas are not at %s", schemaDir)
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
	return all
}

// collect adds the members of s, whose own come before those it builds on.
func collect(t *testing.T, all map[string]schema, s schema, members map[string]string) {
	t.Helper()
	for name, p := range s.Properties {
		if _, ok := members[name]; !ok {
			members[name] = typeOf(t, s, name, p)
		}
	}
	for _, base := range s.AllOf {
		collect(t, all, all[base.refName()], members)
	}
}

func (s schema) refName() string { return strings.TrimSuffix(s.Ref, ".yaml") }

// typeOf is the type of a member in the words of package facts.
func typeOf(t *testing.T, object schema, name string, p schema) string {
	t.Helper()
	for _, a := range p.AnyOf {
		if a.Type != "null" { // else the alternative to null
			a.Description, a.Examples = p.Description, p.Examples
			a.Minimum, a.Maximum = cmp.Or(a.Minimum, p.Minimum), cmp.Or(a.Maximum, p.Maximum)
			return typeOf(t, object, name, a)
		}
	}
	if local, ok := strings.CutPrefix(p.Ref, "#/$defs/"); ok {
		return typeOf(t, object, name, object.Defs[local])
	}
	switch {
	case p.Ref != "":
		return p.refName()
	case p.Const != nil:
		return string(quoted(t, p.Const))
	case p.Type == "array" && (len(p.PrefixItems) > 0 || strings.HasSuffix(name, "_lat_lng_deg")):
		return "[number number]"
	case p.Type == "array":
		return "[" + typeOf(t, object, name, *p.Items) + "]"
	case p.Type == "object" && p.Unevaluated != nil:
		return "{" + typeOf(t, object, name, *p.Unevaluated) + "}"
	case p.Type == "string":
		return p.stringType(name)
	case p.Minimum != nil && p.Maximum != nil && *p.Minimum == 0 && *p.Maximum < math.MaxInt32:
		return fmt.Sprintf("%s 0..%d", p.Type, *p.Maximum)
	case p.Type == "integer", p.Type == "number", p.Type == "boolean":
		return p.Type
	}
	t.Fatalf("%s: a type that the test does not know", name)
	return ""
}

var (
	dateExample = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	timeExample = regexp.MustCompile(`^\d{4}-\d\d-\d\dT`)
	timeWords   = regexp.MustCompile(`ISO-?8601|RFC ?3339`)
)

// stringType finds out whether a string is a time or a date, which most schemas
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

func quoted(t *testing.T, value any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil || value == nil {
		t.Fatal("a value that is neither text nor a number")
	}
	return text
}
