package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are checked against the code they speak of.
var documents = []string{"README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/operations.md"}

var (
	block   = regexp.MustCompile("(?ms)^```.*?^```$")
	goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	name    = regexp.MustCompile(`\b(terra|opt|health|webhook|ingest|sqlinbox|natsinbox|healthdb|sandbox|sandboxtest)\.([A-Z]\w*)`)
	link    = regexp.MustCompile(`\[([^\]\n]+)\]\(([^)\s]+)\)`)
)

// TestSnippets holds every Go snippet of the documents to the code: it must be a
// run of lines of an Example, which compiles and runs. Indentation aside, the
// lines are the same.
func TestSnippets(t *testing.T) {
	t.Parallel()
	examples := examples(t)
	for name, text := range readDocuments(t) {
		for _, m := range goBlock.FindAllStringSubmatchIndex(text, -1) {
			snippet := normalize(text[m[2]:m[3]])
			found := false
			for _, e := range examples {
				found = found || strings.Contains("\n"+e.body, "\n"+snippet)
			}
			if !found {
				line := 1 + strings.Count(text[:m[0]], "\n")
				t.Errorf("%s:%d: no Example has these lines:\n%s", name, line, snippet)
			}
		}
	}
}

// TestLinks follows the links of the documents that stay in the repository. One
// whose text names an Example must lead to the file that declares it.
func TestLinks(t *testing.T) {
	t.Parallel()
	declared := make(map[string]bool) // "file Example"
	for _, e := range examples(t) {
		declared[e.file+" "+e.name] = true
	}
	for name, text := range readDocuments(t) {
		for _, m := range link.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
			label, target := strings.Trim(m[1], "`"), m[2]
			if strings.Contains(target, "://") {
				continue
			}
			path, _, _ := strings.Cut(target, "#")
			path = filepath.Join(filepath.Dir(name), path)
			if target[0] == '#' {
				path = name
			}
			if _, err := os.Stat(filepath.Join("../..", path)); err != nil {
				t.Errorf("%s: the link %q leads nowhere: %s", name, label, target)
			}
			if strings.HasPrefix(label, "Example") && !declared[filepath.ToSlash(path)+" "+label] {
				t.Errorf("%s: %s declares no %s", name, path, label)
			}
		}
	}
}

// TestCommandIsListed: ARCHITECTURE.md says a word on each package of the command.
func TestCommandIsListed(t *testing.T) {
	t.Parallel()
	text := readDocuments(t)["ARCHITECTURE.md"]
	packages, err := os.ReadDir("../../cmd/terrago/internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if !strings.Contains(text, "**`"+p.Name()+"`**") {
			t.Errorf("ARCHITECTURE.md does not list %s of cmd/terrago/internal", p.Name())
		}
	}
}

// TestNames looks up every name of a package that the documents mention.
func TestNames(t *testing.T) {
	t.Parallel()
	dirs := map[string]string{
		"terra": ".", "opt": "opt", "health": "health", "webhook": "webhook", "sandbox": "sandbox", "sandboxtest": "sandbox/sandboxtest",
		"ingest": "ingest", "sqlinbox": "ingest/sqlinbox", "natsinbox": "ingest/natsinbox", "healthdb": "healthdb",
	}
	exported := make(map[string]bool) // "package.Name"
	for pkg, dir := range dirs {
		files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range declared(file) {
				exported[pkg+"."+name] = true
			}
		}
	}
	for doc, text := range readDocuments(t) {
		for _, m := range name.FindAllString(text, -1) {
			if !exported[m] {
				t.Errorf("%s: there is no %s", doc, m)
			}
		}
	}
}

// declared is the names that file declares for its package.
func declared(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}

type example struct {
	file, name string // the file relative to the root of the repository
	body       string // normalized
}

// examples parses every Example of the repository.
func examples(t *testing.T) []example {
	t.Helper()
	var out []example
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("../..", path)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !strings.HasPrefix(fn.Name.Name, "Example") {
				continue
			}
			body := source[fset.Position(fn.Body.Lbrace).Offset+1 : fset.Position(fn.Body.Rbrace).Offset]
			out = append(out, example{filepath.ToSlash(rel), fn.Name.Name, normalize(string(body))})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readDocuments(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	for _, name := range documents {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

// normalize takes the indentation off every line, and blank lines off both ends.
func normalize(code string) string {
	lines := strings.Split(code, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"
}
