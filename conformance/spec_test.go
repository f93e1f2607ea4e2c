package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// specDir holds Terra's published specification, which is not part of the
// repository.
const specDir = "../../shared/spec"

// specification is Terra's, with every object in it closed: the published schemas
// allow members that they do not name, so that a misspelt one would pass.
type specification struct {
	dir string // absolute

	mu        sync.Mutex
	published *jsonschema.Compiler // as it is
	compiler  *jsonschema.Compiler // closed
	compiled  map[string]*jsonschema.Schema
}

// shape is what a body has to be: a schema of the specification, with the members
// that must be there although the schema does not say so, and those that may be
// there although the schema does not know them.
type shape struct {
	ref     string // file#/pointer
	members []string
	extra   []string
}

func openSpecification(t *testing.T) *specification {
	t.Helper()
	dir, err := filepath.Abs(specDir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("SKIPPED: to run this test, put the specification that Terra publishes into %s", specDir)
	}
	s := &specification{
		dir: dir, published: jsonschema.NewCompiler(), compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{},
	}
	s.published.UseLoader(jsonschema.SchemeURLLoader{"file": yamlLoader{}})
	s.compiler.UseLoader(jsonschema.SchemeURLLoader{"file": closingLoader{}})
	s.compiler.AssertFormat()
	return s
}

// violations are the places at which text is not of the shape: JSON paths, each
// with the keyword of the schema that is not met. No values are among them.
func (s *specification) violations(t *testing.T, of shape, text []byte) []string {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return []string{"$: not JSON"}
	}
	var failed *jsonschema.ValidationError
	if err := s.compile(t, of).Validate(value); errors.As(err, &failed) {
		return places(failed)
	} else if err != nil {
		t.Fatal(err)
	}
	return nil
}

func (s *specification) compile(t *testing.T, of shape) *jsonschema.Schema {
	t.Helper()
	extra := map[string]any{}
	for _, name := range of.extra {
		extra[name] = true
	}
	wrapper := map[string]any{
		"$ref":                  "file://" + filepath.Join(s.dir, of.ref),
		"properties":            extra,
		"required":              anys(of.members),
		"unevaluatedProperties": false,
	}
	key, err := json.Marshal(wrapper)
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if schema, ok := s.compiled[string(key)]; ok {
		return schema
	}
	url := fmt.Sprintf("shape:%d", len(s.compiled))
	if err := s.compiler.AddResource(url, wrapper); err != nil {
		t.Fatal(err)
	}
	schema, err := s.compiler.Compile(url)
	if err != nil {
		t.Fatalf("%s: %v", of.ref, err)
	}
	s.compiled[string(key)] = schema
	return schema
}

// asPublished compiles a schema without closing it.
func (s *specification) asPublished(t *testing.T, ref string) *jsonschema.Schema {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	schema, err := s.published.Compile("file://" + filepath.Join(s.dir, ref))
	if err != nil {
		t.Fatalf("%s: %v", ref, err)
	}
	return schema
}

// document reads a file of the specification.
func (s *specification) document(t *testing.T, name string) map[string]any {
	t.Helper()
	v, err := yamlLoader{}.Load("file://" + filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

// places are where the leaves of an error are, each once, with indices left out.
// A member that fails makes its object fail, whose other members then are unknown
// to the schema: such consequences are left out.
func places(failed *jsonschema.ValidationError) []string {
	var found, unknown []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			at := "$"
			for _, step := range e.InstanceLocation {
				if index.MatchString(step) {
					at += "[]"
				} else {
					at += "." + step
				}
			}
			keyword := strings.Join(e.ErrorKind.KeywordPath(), "/")
			switch k := e.ErrorKind.(type) {
			case *kind.FalseSchema:
				unknown = append(unknown, at)
				return
			case *kind.Required:
				keyword = "lacks " + strings.Join(k.Missing, ", ")
			}
			found = append(found, at+": "+keyword)
		}
		for _, cause := range e.Causes {
			if k, ok := cause.ErrorKind.(*kind.Type); !ok || len(e.Causes) == 1 || !slices.Equal(k.Want, []string{"null"}) {
				walk(cause) // that it could have been null is no news
			}
		}
	}
	walk(failed)
	if len(found) == 0 {
		deepest := 0
		for _, at := range unknown {
			deepest = max(deepest, strings.Count(at, "."))
		}
		for _, at := range unknown {
			if strings.Count(at, ".") == deepest {
				found = append(found, at+": not in the schema")
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var index = regexp.MustCompile(`^\d+$`)

// closingLoader reads the files of the specification and closes what is in them.
type closingLoader struct{ yamlLoader }

func (l closingLoader) Load(url string) (v any, err error) {
	if strings.HasSuffix(url, "/"+unpublished) {
		v, err = decodeYAML(unpublishedShapes)
	} else {
		v, err = l.yamlLoader.Load(url)
	}
	seal(v)
	return v, err
}

func decodeYAML(text string) (any, error) {
	converted, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(converted))
}

// seal closes every schema that is the value of a member or an element. Those
// that others are built on stay open, as they only are a part.
func seal(v any) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			seal(element)
		}
	case map[string]any:
		for name, value := range v {
			seal(value)
			switch value := value.(type) {
			case map[string]any:
				if name == "items" {
					closeSchema(value)
				}
				if name == "properties" {
					for _, member := range value {
						closeSchema(member)
					}
				}
			}
		}
	}
}

func closeSchema(v any) {
	s, ok := v.(map[string]any)
	if !ok {
		return
	}
	if ref, _ := s["$ref"].(string); strings.HasSuffix(strings.TrimSuffix(ref, ".yaml"), "LabReportResultSource") {
		return // what builds on the result has a larger source
	}
	for _, keyword := range []string{"properties", "$ref", "allOf", "anyOf", "oneOf"} {
		if _, ok := s[keyword]; !ok {
			continue
		}
		if _, ok := s["unevaluatedProperties"]; !ok {
			s["unevaluatedProperties"] = false
		}
	}
}

func anys(list []string) []any {
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = v
	}
	return all
}

// TestViolations: what is wrong in a body is noticed, and told without its value.
func TestViolations(t *testing.T) {
	t.Parallel()
	const metadata = `"metadata":{"start_time":"2026-03-01T00:00:00+00:00","end_time":"2026-03-02T00:00:00+00:00","upload_type":1}`
	spec := openSpecification(t)
	tests := []struct{ name, data, want string }{
		{"nothing", `{` + metadata + `,"distance_data":{"steps":null}}`, ""},
		{"a wrong type", `{` + metadata + `,"distance_data":{"steps":"secret"}}`, "$.data[].distance_data.steps: type"},
		{"a misspelt member", `{` + metadata + `,"distance_data":{"stepps":1}}`, "$.data[].distance_data.stepps: not in the schema"},
		{"a misspelt member among samples", `{` + metadata + `,"heart_rate_data":{"detailed":{"hr_samples":[{"bpn":1}]}}}`, "$.data[].heart_rate_data.detailed.hr_samples[].bpn: not in the schema"},
		{"a missing member", `{"metadata":{"start_time":"","end_time":""}}`, "$.data[].metadata: lacks upload_type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := `{"type":"daily","user":{"user_id":"a","provider":"b"},"data":[` + tt.data + `]}`
			got := strings.Join(spec.violations(t, currentForms()["GET /daily"][0].shape, []byte(body)), "; ")
			if got != tt.want {
				t.Errorf("violations %q, want %q", got, tt.want)
			}
		})
	}
}
