package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// disagreements are bodies that Terra sends or has shown, and that its schemas
// refuse: here the sandbox goes by the bodies. The fidelity page has each of them.
var disagreements = []struct {
	body   string // what it is
	reason string
	of     shape
	text   string
	want   []string
}{
	{
		body: "429", reason: "Its body is the detail alone, where the schema of problems requires three members more.",
		of: shape{ref: "v2-bundled.yaml#/components/schemas/Problem"}, text: `{"detail":"rate limit exceeded"}`,
		want: []string{"$: lacks type, title, instance"},
	},
	{
		body: "event `s3_payload`", reason: "Newer ones have `payload_reference`, which the schema does not know.",
		of:   shape{ref: "schemas/S3PayloadEvent.yaml"},
		text: `{"type":"s3_payload","status":"success","url":"https://example.com/x","expires_in":300,"payload_reference":"r"}`,
		want: []string{"$.payload_reference: not in the schema"},
	},
	{
		body: "`GET /userInfo?reference_id=` on `/v2`", reason: "An object with `users`, as an official example reads it; the schema has a bare array.",
		of: union("GET /userInfo", 1), text: `{"users":[]}`,
		want: []string{"$: type"},
	},
	{
		body: "an answer without data on `/v2`", reason: "`no_data` with a message. The schema has had none since the current base answers with an empty list.",
		of: union("GET /daily", 0), text: `{"type":"no_data","status":"error","message":"m","user":{"user_id":"u","provider":"FITBIT"}}`,
		want: []string{"$.message: not in the schema", "$.status: not in the schema"},
	},
	{
		body: "data, an athlete, and lists of users on `/v2`", reason: "They had a `status`, which the schemas of today do not know.",
		of: union("GET /daily", 0), text: `{"type":"daily","status":"success","user":{"user_id":"u","provider":"FITBIT"},"data":[]}`,
		want: []string{"$.status: not in the schema"},
	},
}

// TestDisagreements: the list is of real disagreements, and the fidelity page has
// them all.
func TestDisagreements(t *testing.T) {
	t.Parallel()
	spec := openSpecification(t)
	page, err := os.ReadFile("../docs/sandbox-fidelity.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range disagreements {
		if got := spec.violations(t, d.of, []byte(d.text)); !slices.Equal(got, d.want) {
			t.Errorf("%s: the schema says %v, want %v", d.body, got, d.want)
		}
		if row := "| " + d.body + " | " + d.reason + " |"; !strings.Contains(string(page), row) {
			t.Errorf("%s: not on the fidelity page in these words", d.body)
		}
	}
}

// TestExamples: the examples in the specification are of its schemas, also when
// these are closed. So whoever keeps to the schemas keeps to the examples.
func TestExamples(t *testing.T) {
	t.Parallel()
	spec := openSpecification(t)
	files, err := filepath.Glob(filepath.Join(specDir, "schemas", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"v2-bundled.yaml", "widget-bundled.yaml"}
	for _, file := range files {
		names = append(names, "schemas/"+filepath.Base(file))
	}
	n := 0
	for _, name := range names {
		eachExample(spec.document(t, name), name+"#", func(ref string, example any) {
			n++
			text, err := json.Marshal(example)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range spec.violations(t, shape{ref: ref}, text) {
				t.Errorf("%s: %s", ref, v)
			}
		})
	}
	if n < 100 {
		t.Errorf("only %d examples found", n)
	}
}

// eachExample calls yield with every example below v, which is at ref, and where
// its schema is.
func eachExample(v any, ref string, yield func(ref string, example any)) {
	switch v := v.(type) {
	case []any:
		for i, element := range v {
			eachExample(element, fmt.Sprintf("%s/%d", ref, i), yield)
		}
	case object:
		of := ref
		if _, ok := v["schema"]; ok { // of a body, not of a member
			of += "/schema"
		}
		if example, ok := v["example"]; ok {
			yield(of, example)
		}
		switch examples := v["examples"].(type) {
		case []any:
			for _, example := range examples {
				yield(of, example)
			}
		case object:
			for _, example := range examples {
				yield(of, example.(object)["value"])
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if name != "example" && name != "examples" {
				eachExample(v[name], ref+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), yield)
			}
		}
	}
}
