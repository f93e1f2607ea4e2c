package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// The golden file is compiled, because the tests of jsonscan import its package.
func TestGenerate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "sample")
	got, err := generate(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join(dir, "codec_gen.go")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the codec of %s is not that of %s; look at the difference that -update makes", dir, golden)
	}
}

// The records' codec is generated again in CI, too, but this is quicker to notice.
func TestRecordsAreGenerated(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "health")
	got, err := generate(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "codec_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("health/codec_gen.go is not what go generate ./health makes")
	}
}

func TestGenerateFromOtherPackages(t *testing.T) {
	t.Parallel()
	got, err := generateSource(t, `
import (
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

type Event struct {
	User opt.Value[health.User]  `+"`json:\"user,omitzero\"`"+`
	At   health.Timestamp        `+"`json:\"at,omitzero\"`"+`
	Days []health.Daily          `+"`json:\"days,omitzero\"`"+`
	Last health.Daily            `+"`json:\"last,omitzero\"`"+`
}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"github.com/terra-go/terra/health"`,
		"jsonscan.Optional(s, p, &x.User, (*health.User).ScanJSON)",
		"x.At.ScanJSON(s, p)",
		"x.At.AppendJSON(w, ",
		"s.Records(p, &x.Days, (*health.Daily).ScanJSON)",
		"x.Last.WriteJSON(w, ",
	} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("the codec lacks %s", want)
		}
	}
}

func TestGenerateNamed(t *testing.T) {
	t.Parallel()
	const source = `
import "github.com/terra-go/terra/opt"

type page[T any] struct {
	Data  []T              ` + "`json:\"data\"`" + `
	Total opt.Value[int64] ` + "`json:\"total\"`" + `
}

type other struct {
	Broken map[string]int ` + "`json:\"broken\"`" + `
}
`
	got, err := generateSource(t, source, "page")
	if err != nil {
		t.Fatal(err)
	}
	for want, has := range map[string]bool{
		"func (x *page[T]) ScanJSON(":  true,
		"jsonscan.Int(s, p, &x.Total)": true,
		"s.List(p, &x.Data)":           true,
		"WriteJSON":                    false,
		"MarshalJSON":                  false,
		"UnmarshalJSON":                false,
		"other":                        false,
	} {
		if bytes.Contains(got, []byte(want)) != has {
			t.Errorf("%s in the codec: want %v", want, has)
		}
	}
	if _, err := generateSource(t, source, "page", "missing"); err == nil || !strings.Contains(err.Error(), "missing: no struct") {
		t.Errorf("the error for a name of no struct is %v", err)
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 54)
	for name, test := range map[string]struct {
		source string // of the fields, with ' for `
		want   string
	}{
		"pointer":               {"F *float64 'json:\"f\"'", "field F: there is no codec for the type *float64"},
		"pointer in a list":     {"F []*R 'json:\"f\"'", "the type []*R"},
		"plain number":          {"F float64 'json:\"f\"'", "the type float64"},
		"map of integers":       {"F map[string]int 'json:\"f\"'", "the type map[string]int"},
		"optional map":          {"F opt.Value[map[string]float64] 'json:\"f\"'", "the type opt.Value[map[string]float64]"},
		"interface":             {"F any 'json:\"f\"'", "the type any"},
		"literal interface":     {"F interface{} 'json:\"f\"'", "the type interface{}"},
		"function":              {"F func() 'json:\"f\"'", "the type func()"},
		"array":                 {"F [3]int64 'json:\"f\"'", "the type [3]int64"},
		"list of lists":         {"F [][]int64 'json:\"f\"'", "the type [][]int64"},
		"list of floats":        {"F []float64 'json:\"f\"'", "the type []float64"},
		"list of optionals":     {"F []opt.Value[int64] 'json:\"f\"'", "the type []opt.Value[int64]"},
		"list of custom types":  {"F []Custom 'json:\"f\"'", "the type []Custom"},
		"optional custom type":  {"F opt.Value[Custom] 'json:\"f\"'", "the type opt.Value[Custom]"},
		"optional narrow type":  {"F opt.Value[int32] 'json:\"f\"'", "the type opt.Value[int32]"},
		"named float":           {"F opt.Value[Score] 'json:\"f\"'", "the type opt.Value[Score]"},
		"struct without codec":  {"F Plain 'json:\"f\"'", "the type Plain"},
		"struct that is a part": {"F Part 'json:\"f\"'\n}\ntype S struct {\nPart\nG string 'json:\"g\"'", "the type Part"},
		"unknown type":          {"F Missing 'json:\"f\"'", "the type Missing"},
		"unknown package":       {"F missing.Type 'json:\"f\"'", "the type missing.Type"},
		"type parameter":        {"F []T 'json:\"f\"'", "the type []T"},
		"no tag":                {"F string\nG string 'json:\"g\"'", "field F: no name in a json tag"},
		"option alone":          {"F string 'json:\",omitzero\"'\nG string 'json:\"g\"'", "field F: no name in a json tag"},
		"another option":        {"F string 'json:\"f,omitempty\"'", "field F: the only json option is omitzero"},
		"quoting option":        {"F opt.Value[int64] 'json:\"f,string\"'", "field F: the only json option is omitzero"},
		"shared tag":            {"F, G string 'json:\"f\"'", "field F: several fields share a tag"},
		"embedded elsewhere":    {"opt.Thing\nF string 'json:\"f\"'", "field opt.Thing: only structs of this package can be embedded"},
		"embedded pointer":      {"*Part\nF string 'json:\"f\"'", "field *Part: only structs of this package can be embedded"},
		"name twice":            {"F string 'json:\"x\"'\nG string 'json:\"x\"'", `field G: the name "x" is that of field F`},
		"old name in use":       {"F string 'json:\"x\"'\nG string 'json:\"g\" legacy:\"y,x\"'", `field G: the name "x" is that of field F`},
		"old name is its own":   {"F string 'json:\"x\" legacy:\"x\"'", `field F: the name "x" is that of field F`},
		"embedded name in use":  {"Part\nF string 'json:\"part\"'", `field F: the name "part" is that of field P`},
		"long name":             {"F string 'json:\"" + long + "\"'", "longer than 53 bytes"},
		"long old name":         {"F string 'json:\"f\" legacy:\"" + long + "\"'", "longer than 53 bytes"},
		"empty old name":        {"F string 'json:\"f\" legacy:\"a,,b\"'", "field F: a name is empty"},
		"name to be escaped":    {`F string 'json:"a\"b"'`, "other characters"},
		"name not in ASCII":     {`F string 'json:"für"'`, "other characters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := generateSource(t, strings.ReplaceAll(`
import "github.com/terra-go/terra/opt"

type R struct {
`+test.source+`
}

type Part struct { P string 'json:"part"' }
type Plain struct { Count int }
type Score float64
type Custom struct { A string }

func (c *Custom) ScanJSON(s *jsonscan.Scanner, p int) int { return p }
`, "'", "`"))
			switch {
			case err == nil:
				t.Error("generated a codec")
			case !strings.Contains(err.Error(), test.want):
				t.Errorf("the error is %q, want %q in it", err, test.want)
			}
		})
	}
}

func TestGenerateReportsBrokenSource(t *testing.T) {
	t.Parallel()
	if _, err := generateSource(t, "type R struct {"); err == nil {
		t.Error("generated a codec of half a file")
	}
	if _, err := generate(t.TempDir(), nil); err == nil {
		t.Error("generated a codec of no files")
	}
}

// generateSource is the codec of a package of one file.
func generateSource(t *testing.T, source string, named ...string) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "source.go"), []byte("package p\n"+source), 0o644); err != nil {
		t.Fatal(err)
	}
	return generate(dir, named)
}
