package fidelity_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terra-go/terra/internal/fidelity"
)

func TestPageIsCurrent(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/sandbox-fidelity.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, fidelity.Page()) {
		t.Error("docs/sandbox-fidelity.md is not what go generate writes")
	}
}

// TestProofsExist: every claim has tests, and every test is there. So is every one
// that the text of the page names.
func TestProofsExist(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	for _, dir := range []string{"sandbox", "sandbox/synth", "conformance"} {
		for _, name := range testsIn(t, dir) {
			tests[dir+"."+name] = true
		}
	}
	for _, p := range slices.Concat(fidelity.Endpoints(), fidelity.Events(), fidelity.Behaviours()) {
		if len(p.Claims) == 0 {
			t.Errorf("%s: nothing is proven", p.Of)
		}
		for _, c := range p.Claims {
			if len(c.Tests) == 0 {
				t.Errorf("%s: %q has no test", p.Of, c.Says)
			}
			for _, test := range c.Tests {
				if !tests[test] {
					t.Errorf("%s: there is no %s", p.Of, test)
				}
			}
		}
	}
	for word := range strings.SplitSeq(string(fidelity.Page()), "`") {
		if strings.HasPrefix(word, "conformance.Test") && !tests[word] {
			t.Errorf("the page names %s, which does not exist", word)
		}
	}
}

// testsIn are the test functions of the packages in a directory of the repository.
func testsIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s", dir)
	}
	var names []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}
