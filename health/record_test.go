package health_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
)

// recordTypes are the records and the other documents on the wire; all structs
// of the package are part of one of them.
var recordTypes = []reflect.Type{
	reflect.TypeFor[health.Activity](),
	reflect.TypeFor[health.Body](),
	reflect.TypeFor[health.Daily](),
	reflect.TypeFor[health.Sleep](),
	reflect.TypeFor[health.Nutrition](),
	reflect.TypeFor[health.Menstruation](),
	reflect.TypeFor[health.Athlete](),
	reflect.TypeFor[health.PlannedWorkout](),
	reflect.TypeFor[health.WorkoutTemplate](),
	reflect.TypeFor[health.HormoneSample](),
	reflect.TypeFor[health.HealthObservation](),
	reflect.TypeFor[health.HydrationLevelSample](),
	reflect.TypeFor[health.LabReportListResponse](),
	reflect.TypeFor[health.LabReportFilesResponse](),
	reflect.TypeFor[health.LabReportArtifactsResponse](),
	reflect.TypeFor[health.LabReportDeliveriesResponse](),
	reflect.TypeFor[health.LabReportUploadResponse](),
	reflect.TypeFor[health.LabReportReprocessResponse](),
	reflect.TypeFor[health.LabReportEventData](),
	reflect.TypeFor[health.LabReportFailureData](),
	reflect.TypeFor[health.User](),
	reflect.TypeFor[health.Connection](),
}

func TestRecordsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, typ := range recordTypes {
		t.Run(typ.Name(), func(t *testing.T) {
			t.Parallel()
			var f oracle.Filler
			document := roundTrip(t, typ, &f)

			seen := map[string]string{}
			for path, value := range document {
				if other, ok := seen[value]; ok && value != "true" && value != "false" {
					t.Errorf("%s and %s hold the same value", path, other)
				}
				seen[value] = path
			}
			if len(document) != f.Leaves {
				t.Errorf("%d values set, %d written", f.Leaves, len(document))
			}
		})
	}
}

func TestNullsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, typ := range recordTypes {
		t.Run(typ.Name(), func(t *testing.T) {
			t.Parallel()
			f := oracle.Filler{Null: true}
			document := roundTrip(t, typ, &f)
			nulls := 0
			for _, value := range document {
				if value == "null" {
					nulls++
				}
			}
			if nulls != f.Leaves {
				t.Errorf("%d nulls set, %d written", f.Leaves, nulls)
			}
		})
	}
}

func TestEmptyRecords(t *testing.T) {
	t.Parallel()
	for _, typ := range recordTypes {
		record := reflect.New(typ)
		if out, err := json.Marshal(record.Interface()); err != nil || string(out) != "{}" {
			t.Errorf("%s: the zero value does not marshal as {}: %v", typ.Name(), err)
		}
		// Each member of each object null, as some sources send them.
		document := map[string]any{}
		for field := range typ.Fields() {
			document[oracle.Name(field)] = nil
		}
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, record.Interface()); err != nil {
			t.Errorf("%s: with null members: %v", typ.Name(), err)
		}
	}
}

// roundTrip fills a record, encodes it and decodes it, and compares. The result
// is the JSON text's scalars by path.
func roundTrip(t *testing.T, typ reflect.Type, f *oracle.Filler) map[string]string {
	t.Helper()
	record := reflect.New(typ)
	f.Fill(t, record.Elem(), typ.Name())
	text, err := json.Marshal(record.Interface())
	if err != nil {
		t.Fatal(err)
	}
	again := reflect.New(typ)
	if err := json.Unmarshal(text, again.Interface()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(record.Interface(), again.Interface()) {
		for _, path := range oracle.Differences(record.Elem(), again.Elem(), "") {
			t.Errorf("%s: changed by a round trip", path)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	scalars := map[string]string{}
	collectScalars(document, "", scalars)
	return scalars
}

func collectScalars(v any, path string, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			collectScalars(member, path+"."+name, into)
		}
	case []any:
		for i, element := range v {
			collectScalars(element, fmt.Sprintf("%s[%d]", path, i), into)
		}
	case nil:
		into[path] = "null"
	default:
		into[path] = fmt.Sprint(v)
	}
}

// TestRecordTypes finds each struct of the package in a record above, and each
// field ready for the wire.
func TestRecordTypes(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{"Date": true, "Timestamp": true, "FieldError": true}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		switch {
		case typ.Kind() == reflect.Slice:
			visit(typ.Elem())
		case typ.Kind() == reflect.Struct && typ.PkgPath() == recordTypes[0].PkgPath() && !reached[typ.Name()]:
			reached[typ.Name()] = true
			names := map[string]bool{}
			for field := range typ.Fields() {
				visit(field.Type)
				name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
				if typ != reflect.TypeFor[health.LatLng]() && (name == "" || options != "omitzero" || names[name]) {
					t.Errorf("%s.%s: its tag has no name of its own, or no omitzero", typ.Name(), field.Name)
				}
				names[name] = true
			}
		}
	}
	for _, typ := range recordTypes {
		visit(typ)
	}
	for _, name := range slices.Sorted(maps.Keys(declared(t).structs)) {
		if !reached[name] {
			t.Errorf("%s is part of no record under test", name)
		}
	}
}

// declarations are the package's exported structs and, of each type that has
// them, the constants.
type declarations struct {
	structs   map[string]bool
	constants map[string][]string
}

func declared(t *testing.T) declarations {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	d := declarations{structs: map[string]bool{}, constants: map[string][]string{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return false
			case *ast.TypeSpec:
				if _, ok := n.Type.(*ast.StructType); ok && n.Name.IsExported() {
					d.structs[n.Name.Name] = true
				}
			case *ast.ValueSpec:
				if typ, ok := n.Type.(*ast.Ident); ok && n.Names[0].IsExported() {
					d.constants[typ.Name] = append(d.constants[typ.Name], n.Names[0].Name)
				}
			}
			return true
		})
	}
	return d
}

// FuzzRecords decodes whatever comes into each kind of record: what decodes must
// encode, to a text that decodes to the same.
func FuzzRecords(f *testing.F) {
	for i, typ := range recordTypes {
		record := reflect.New(typ)
		text, err := json.Marshal(record.Interface())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), text)
	}
	for _, d := range documents {
		i := slices.Index(recordTypes, reflect.TypeOf(d.want).Elem())
		f.Add(byte(i), []byte(d.text))
	}
	f.Fuzz(func(t *testing.T, kind byte, text []byte) {
		typ := recordTypes[int(kind)%len(recordTypes)]
		record, again := reflect.New(typ), reflect.New(typ)
		if json.Unmarshal(text, record.Interface()) != nil {
			return
		}
		first, err := json.Marshal(record.Interface())
		if err != nil {
			t.Fatalf("%s: decoded but does not encode: %v", typ.Name(), err)
		}
		if err := json.Unmarshal(first, again.Interface()); err != nil {
			t.Fatalf("%s: encoded but does not decode: %v", typ.Name(), err)
		}
		if second, err := json.Marshal(again.Interface()); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s: changed by a round trip", typ.Name())
		}
	})
}
