package health_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/facts"
	"github.com/terra-go/terra/internal/oracle"
)

// TestSchemas decodes and encodes a document of every published schema with every
// member set. Events are package webhook's.
func TestSchemas(t *testing.T) {
	t.Parallel()
	schemas := facts.Schemas()
	types := schemaTypes()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		if strings.HasSuffix(name, "Event") || strings.HasSuffix(name, "EventType") {
			continue
		}
		typ, ok := types[strings.ToLower(name)]
		if !ok {
			t.Errorf("%s has no type", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if values := schemas[name].Values; len(values) > 0 {
				testEnumSchema(t, typ, values)
				return
			}
			for seed := range seeds(schemas, schemas[name]) {
				testDocument(t, typ, facts.Document(schemas, name, seed))
			}
			testMemberNames(t, typ, schemas[name])
		})
	}
}

// seeds is how many documents it takes to have both booleans and all values of
// the object's enumerated members.
func seeds(schemas map[string]facts.Schema, s facts.Schema) int {
	n := 2
	for _, m := range s.Members {
		n = max(n, len(schemas[m.Type].Values))
	}
	return n
}

// schemaTypes are the package's types by the name of their schema in lower case.
func schemaTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{
		"terrauser": reflect.TypeFor[health.User](),

		// No record has a field of these.
		"recoverylevel": reflect.TypeFor[health.RecoveryLevel](),
		"stroketype":    reflect.TypeFor[health.StrokeType](),
	}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		switch {
		case oracle.IsOptional(typ):
			m, _ := typ.MethodByName("Get")
			visit(m.Type.Out(0))
			return
		case typ.Kind() == reflect.Slice:
			visit(typ.Elem())
			return
		case typ.PkgPath() != recordTypes[0].PkgPath() || types[strings.ToLower(typ.Name())] != nil:
			return
		}
		types[strings.ToLower(typ.Name())] = typ
		if oracle.IsObject(typ) {
			for field := range typ.Fields() {
				visit(field.Type)
			}
		}
	}
	for _, typ := range recordTypes {
		visit(typ)
	}
	return types
}

func testEnumSchema(t *testing.T, typ reflect.Type, values []json.RawMessage) {
	for _, value := range values {
		v := reflect.New(typ)
		if err := json.Unmarshal(value, v.Interface()); err != nil {
			t.Fatal(err)
		}
		if !v.Interface().(interface{ Known() bool }).Known() {
			t.Errorf("%s is not a known value", value)
		}
		if text, err := json.Marshal(v.Interface()); err != nil || string(text) != string(value) {
			t.Errorf("%s is changed by a round trip: %v", value, err)
		}
	}
}

func testDocument(t *testing.T, typ reflect.Type, document any) {
	t.Helper()
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	record := reflect.New(typ)
	if err := json.Unmarshal(text, record.Interface()); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(record.Interface())
	if err != nil {
		t.Fatal(err)
	}
	paths, err := facts.Differences(text, again)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		t.Errorf("%s is changed by a round trip", path)
	}
}

// testMemberNames finds fields whose member is in no schema.
func testMemberNames(t *testing.T, typ reflect.Type, s facts.Schema) {
	for field := range typ.Fields() {
		if !slices.ContainsFunc(s.Members, func(m facts.Member) bool { return m.Name == oracle.Name(field) }) {
			t.Errorf("the schema has no %s", oracle.Name(field))
		}
	}
}
