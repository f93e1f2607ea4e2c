package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module    = "github.com/terra-go/terra"
	websocket = "github.com/coder/websocket"
)

// A room is the place of a package of the root module: the packages of the same
// module that it may import, and the modules of others that it may reach,
// directly or through what it imports. Paths are relative to the module, "."
// is its root, and a trailing "/..." takes in everything below.
type room struct {
	path   string
	own    []string
	budget []string
}

// rooms has the first fitting row decide. A package without a row fails the
// test: whoever adds one says here where it stands.
var rooms = []room{
	{path: "opt"},
	{path: "internal/oracle", own: []string{"opt", "health", "internal/..."}},
	{path: "internal/...", own: []string{"opt", "internal/..."}},
	{path: "health", own: []string{"opt", "internal/..."}},
	{path: ".", own: []string{"opt", "health", "internal/..."}},
	{path: "webhook", own: []string{"opt", "health", ".", "internal/..."}},
	{path: "realtime/...", own: []string{"opt", "health", ".", "realtime/...", "internal/..."}, budget: []string{websocket}},
	{path: "sandbox/synth/...", own: []string{"opt", "health", "internal/..."}},
	{path: "sandbox/scenario", own: []string{"health", ".", "webhook", "sandbox"}, budget: []string{websocket}},
	{path: "sandbox/...", own: []string{"opt", "health", ".", "webhook", "realtime/...", "sandbox/...", "internal/..."}, budget: []string{websocket}},
	{path: "ingest/...", own: []string{"opt", "health", ".", "webhook", "ingest/...", "internal/..."}},
	{path: "healthdb/...", own: []string{"opt", "health", ".", "webhook", "healthdb/...", "internal/..."}},
}

// neverImported are nested modules that only run: suites, benchmarks, the command.
var neverImported = []string{"bench/...", "cmd/terrago/...", "conformance/..."}

func TestImports(t *testing.T) {
	t.Parallel()
	watchSources(t)
	pkgs := list(t, "")
	if len(pkgs) == 0 {
		t.Fatal("go list found no packages")
	}
	for _, v := range violations(pkgs) {
		t.Error(v)
	}
}

// TestForbiddenImports proves that TestImports would notice: it lays a file with
// a forbidden import over the real tree and lists again.
func TestForbiddenImports(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, dir, pkg, imported string
	}{
		{"the root imports a child", ".", "terra", module + "/webhook"},
		{"the leaf imports a record", "opt", "opt", module + "/health"},
		{"health imports the client", "health", "health", module},
		{"health imports a third party", "health", "health", "example.com/fast/json"},
		{"an internal package imports the client", "internal/house", "house", module},
		{"the library imports a suite", "opt", "opt", module + "/conformance"},
		{"health takes the budget of the sandbox", "health", "health", websocket},
		{"a package without a room", "newcomer", "newcomer", "fmt"},
		{"a test imports a third party", "opt", "opt_test", "example.com/testify/assert"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := "house_overlay.go"
			if strings.HasSuffix(tt.pkg, "_test") {
				file = "house_overlay_test.go"
			}
			source := fmt.Sprintf("package %s\n\nimport _ %q\n", tt.pkg, tt.imported)
			var found []string
			for _, v := range violations(list(t, overlay(t, filepath.Join(tt.dir, file), source))) {
				if strings.HasPrefix(v, tt.dir+" ") {
					found = append(found, v)
				}
			}
			if len(found) == 0 {
				t.Errorf("%s importing %s went unnoticed", tt.dir, tt.imported)
			}
		})
	}
}

// TestRootRequirements holds the root go.mod to the budget, its tests included:
// whoever depends on the client inherits every line of that file.
func TestRootRequirements(t *testing.T) {
	t.Parallel()
	var mod struct {
		Module                                  struct{ Path string }
		Require                                 []struct{ Path string }
		Replace, Exclude, Retract, Tool, Ignore []json.RawMessage
	}
	if err := json.Unmarshal(run(t, "mod", "edit", "-json", "go.mod"), &mod); err != nil {
		t.Fatal(err)
	}
	if mod.Module.Path != module {
		t.Fatalf("the root module is %s, want %s", mod.Module.Path, module)
	}
	for _, r := range mod.Require {
		if !slices.ContainsFunc(rooms, func(r2 room) bool { return slices.Contains(r2.budget, r.Path) }) {
			t.Errorf("the root go.mod requires %s, which is in no package's budget", r.Path)
		}
	}
	if len(mod.Replace)+len(mod.Exclude)+len(mod.Retract)+len(mod.Tool)+len(mod.Ignore) > 0 {
		t.Error("the root go.mod has directives beyond module, go and require")
	}
}

// pkg is what the rules look at in a package as go list describes it.
type pkg struct {
	ImportPath                         string
	Standard                           bool
	Module                             *struct{ Path string }
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

// violations are the imports of pkgs that the rooms forbid, each a sentence that
// begins with the package's path in the module. The list must hold every
// dependency too.
func violations(pkgs []pkg) []string {
	byPath := make(map[string]pkg, len(pkgs))
	for _, p := range pkgs {
		byPath[p.ImportPath] = p
	}
	external := func(path string) bool { // neither ours nor the standard library's
		_, ours := relative(path)
		return !ours && !byPath[path].Standard && path != "C" && strings.Contains(strings.Split(path, "/")[0], ".")
	}

	var out []string
	for _, p := range pkgs {
		rel, ours := relative(p.ImportPath)
		if !ours || p.Standard {
			continue
		}
		report := func(format string, args ...any) {
			out = append(out, rel+" "+fmt.Sprintf(format, args...))
		}
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if r, ok := relative(imp); ok && fitsAny(neverImported, r) && !sameTree(rel, r) {
				report("imports %s, which nothing may import", r)
			}
		}
		if p.Module != nil && p.Module.Path != module { // a nested module
			for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
				// But for the tests with third parties, and for the throw-away PostgreSQL of all tests.
				if r, ok := relative(imp); ok && strings.HasPrefix(r, "internal/") && !fits("conformance/...", rel) && r != "internal/pgtest" {
					report("imports %s: nested modules use the public packages only", r)
				}
			}
			continue
		}
		i := slices.IndexFunc(rooms, func(r room) bool { return fits(r.path, rel) })
		if i < 0 {
			report("has no room: say in the table what it may import")
			continue
		}
		room := rooms[i]
		for _, imp := range p.Imports {
			if r, ok := relative(imp); ok && !fitsAny(room.own, r) {
				report("may not import %s", r)
			}
		}
		for _, dep := range slices.Concat(p.Imports, p.Deps, p.TestImports, p.XTestImports) {
			if external(dep) && !slices.ContainsFunc(room.budget, func(m string) bool { return dep == m || strings.HasPrefix(dep, m+"/") }) {
				report("may not depend on %s", dep)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// relative is path as the rooms write it, and whether path is one of ours.
func relative(path string) (string, bool) {
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}

func fits(pattern, rel string) bool {
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return rel == tree || strings.HasPrefix(rel, tree+"/")
	}
	return rel == pattern
}

func fitsAny(patterns []string, rel string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, rel) })
}

// sameTree is true of two packages of one never imported module.
func sameTree(a, b string) bool {
	return slices.ContainsFunc(neverImported, func(p string) bool { return fits(p, a) && fits(p, b) })
}

// list describes all packages of the repository and everything they depend on. In
// a checkout that is the whole workspace; without one, the root module alone.
func list(t *testing.T, overlay string) []pkg {
	t.Helper()
	pattern := "./..."
	if work := strings.TrimSpace(string(run(t, "env", "GOWORK"))); work != "" && work != "off" {
		pattern = "work"
	}
	out := run(t, "list", "-e", "-deps", "-overlay="+overlay,
		"-json=ImportPath,Standard,Module,Imports,TestImports,XTestImports,Deps", pattern)
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// overlay writes a go command overlay that puts source at path in the repository.
func overlay(t *testing.T, path, source string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, filepath.Base(path))
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, path): file}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{file: []byte(source), filepath.Join(dir, "overlay.json"): text} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "overlay.json")
}

// run is the output of the go command in the root of the repository.
func run(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", args[0], err, &stderr)
	}
	return out
}

// watchSources reads every directory, so that go test, which caches results by
// what the test itself has read, runs again when any source has changed: the go
// command that really reads them is another process.
func watchSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && len(d.Name()) > 1 && d.Name()[0] == '.' && d.Name() != ".." {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
