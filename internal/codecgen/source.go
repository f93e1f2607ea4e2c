package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// sourcePackage is what the codec needs to know of a package's source.
type sourcePackage struct {
	name    string
	structs []structType        // with member tags, by name
	basic   map[string]string   // named types of a basic type, to that type
	custom  map[string]bool     // types with a ScanJSON method written by hand
	imports map[string]string   // by package name
	fields  map[string][]member // of structs that others embed
}

type structType struct {
	name    string
	generic bool // of one type parameter
	members []member
}

type member struct {
	field  string   // selector from the struct
	typ    string   // as in the source
	key    string   // name in JSON
	legacy []string // other names in older payloads
}

func readPackage(dir string) (*sourcePackage, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	p := &sourcePackage{
		basic:   map[string]string{},
		custom:  map[string]bool{},
		imports: map[string]string{},
		fields:  map[string][]member{},
	}
	var specs []*ast.TypeSpec
	for _, name := range names {
		if strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.name = file.Name.Name
		specs = append(specs, p.read(file)...)
	}
	return p, p.resolve(specs)
}

// read notes a file's imports, basic types and methods, and returns its structs.
func (p *sourcePackage) read(file *ast.File) (structs []*ast.TypeSpec) {
	for _, spec := range file.Imports {
		importPath, _ := strconv.Unquote(spec.Path.Value)
		p.imports[path.Base(importPath)] = importPath
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv != nil && decl.Name.Name == "ScanJSON" {
				p.custom[typeName(decl.Recv.List[0].Type)] = true
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				spec, ok := spec.(*ast.TypeSpec)
				if !ok || spec.Assign.IsValid() {
					continue
				}
				switch typ := spec.Type.(type) {
				case *ast.Ident:
					p.basic[spec.Name.Name] = typ.Name
				case *ast.StructType:
					structs = append(structs, spec)
				}
			}
		}
	}
	return structs
}

// resolve turns the structs that have members into structTypes. Those that
// another embeds come to it, and get no codec of their own.
func (p *sourcePackage) resolve(specs []*ast.TypeSpec) error {
	embedded := map[string]bool{}
	own := map[string][]member{}
	for _, spec := range specs {
		for _, field := range spec.Type.(*ast.StructType).Fields.List {
			if len(field.Names) == 0 {
				embedded[typeName(field.Type)] = true
				continue
			}
			m, ok := readMember(field)
			if !ok {
				continue
			}
			if len(field.Names) > 1 {
				return fmt.Errorf("%s: several fields share a tag", spec.Name.Name)
			}
			own[spec.Name.Name] = append(own[spec.Name.Name], m)
		}
	}
	for _, spec := range specs {
		name := spec.Name.Name
		if embedded[name] || p.custom[name] {
			continue
		}
		s := structType{name: name, generic: spec.TypeParams != nil}
		for _, field := range spec.Type.(*ast.StructType).Fields.List {
			if len(field.Names) == 0 {
				s.members = append(s.members, own[typeName(field.Type)]...)
			}
		}
		s.members = append(s.members, own[name]...)
		if len(s.members) > 0 {
			p.structs = append(p.structs, s)
		}
	}
	slices.SortFunc(p.structs, func(a, b structType) int { return strings.Compare(a.name, b.name) })
	return nil
}

func readMember(field *ast.Field) (m member, ok bool) {
	if field.Tag == nil {
		return member{}, false
	}
	text, _ := strconv.Unquote(field.Tag.Value)
	tag := reflect.StructTag(text)
	key, _, _ := strings.Cut(tag.Get("json"), ",")
	if key == "" || key == "-" {
		key = tag.Get("codec")
	}
	m = member{field: field.Names[0].Name, typ: typeName(field.Type), key: key}
	if old := tag.Get("legacy"); old != "" {
		m.legacy = strings.Split(old, ",")
	}
	return m, key != ""
}

// typeName is a type expression as source text, without a leading asterisk and
// without its type parameters if it is a receiver.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.ArrayType:
		return "[]" + typeName(e.Elt)
	case *ast.MapType:
		return "map[" + typeName(e.Key) + "]" + typeName(e.Value)
	case *ast.SelectorExpr:
		return typeName(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr:
		return typeName(e.X) + "[" + typeName(e.Index) + "]"
	}
	return fmt.Sprintf("%T", e)
}

// find returns the struct of that name.
func (p *sourcePackage) find(name string) (structType, bool) {
	i, ok := slices.BinarySearchFunc(p.structs, name, func(s structType, name string) int {
		return strings.Compare(s.name, name)
	})
	if !ok {
		return structType{}, false
	}
	return p.structs[i], true
}

// isFlat reports whether a struct's text holds no objects and no arrays of them.
func (p *sourcePackage) isFlat(s structType) bool {
	return !slices.ContainsFunc(s.members, func(m member) bool {
		_, nested := p.find(m.typ)
		return nested || strings.HasPrefix(m.typ, "[]") || strings.HasPrefix(m.typ, "map[") || strings.Contains(m.typ, ".") && !strings.HasPrefix(m.typ, "opt.")
	})
}
