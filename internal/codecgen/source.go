package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
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
	structs []structType      // with member tags, by name
	basic   map[string]string // named types of a basic type, to that type
	custom  map[string]bool   // types with a ScanJSON method written by hand
	imports map[string]string // by package name
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

func readPackage(dir string, named []string) (*sourcePackage, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	p := &sourcePackage{
		basic:   map[string]string{},
		custom:  map[string]bool{},
		imports: map[string]string{},
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
	if p.name == "" {
		return nil, fmt.Errorf("no Go files in %s", dir)
	}
	return p, p.resolve(specs, named)
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
				p.custom[receiver(decl)] = true
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
// another embeds are part of it, and get no codec of their own. If there are named
// ones, it is only those.
func (p *sourcePackage) resolve(specs []*ast.TypeSpec, named []string) error {
	sources := map[string]*ast.StructType{}
	embedded := map[string]bool{}
	for _, spec := range specs {
		source := spec.Type.(*ast.StructType)
		sources[spec.Name.Name] = source
		for _, field := range source.Fields.List {
			if len(field.Names) == 0 {
				embedded[types.ExprString(field.Type)] = true
			}
		}
	}
	for _, spec := range specs {
		name := spec.Name.Name
		if embedded[name] || p.custom[name] || len(named) > 0 && !slices.Contains(named, name) {
			continue
		}
		members, err := readMembers(sources[name], sources)
		if len(members) == 0 {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p.structs = append(p.structs, structType{name: name, generic: spec.TypeParams != nil, members: members})
	}
	slices.SortFunc(p.structs, func(a, b structType) int { return strings.Compare(a.name, b.name) })
	for _, name := range named {
		if _, ok := p.find(name); !ok {
			return fmt.Errorf("%s: no struct with members", name)
		}
	}
	return nil
}

// readMembers reads the members of a struct, those of the structs it embeds first,
// and reports the first field of which the codec would lose the value.
func readMembers(source *ast.StructType, sources map[string]*ast.StructType) (all []member, err error) {
	var own []member
	note := func(field, problem string) {
		if err == nil {
			err = fmt.Errorf("field %s: %s", field, problem)
		}
	}
	for _, field := range source.Fields.List {
		if len(field.Names) == 0 {
			typ := types.ExprString(field.Type)
			inner, ok := sources[typ]
			if !ok {
				note(typ, "only structs of this package can be embedded")
				continue
			}
			members, innerErr := readMembers(inner, sources)
			all = append(all, members...)
			if err == nil {
				err = innerErr
			}
			continue
		}
		m := member{field: field.Names[0].Name, typ: types.ExprString(field.Type)}
		if problem := m.readTag(field); problem != "" {
			note(m.field, problem)
		}
		if m.key != "" {
			own = append(own, m)
		}
	}
	return append(all, own...), err
}

// readTag notes the names that a field's tag gives, if any.
func (m *member) readTag(field *ast.Field) (problem string) {
	var text string
	if field.Tag != nil {
		text, _ = strconv.Unquote(field.Tag.Value)
	}
	tag := reflect.StructTag(text)
	key, options, _ := strings.Cut(tag.Get("json"), ",")
	if key == "" || key == "-" {
		m.key = tag.Get("codec")
		if m.key == "" && key == "" && ast.IsExported(m.field) {
			return "no name in a json tag"
		}
	} else {
		m.key = key
	}
	if options != "" && options != "omitzero" {
		return "the only json option is omitzero"
	}
	if m.key != "" && len(field.Names) > 1 {
		return "several fields share a tag"
	}
	if old := tag.Get("legacy"); old != "" {
		m.legacy = strings.Split(old, ",")
	}
	return ""
}

// receiver is the name of the type that a method belongs to.
func receiver(method *ast.FuncDecl) string {
	name, _, _ := strings.Cut(types.ExprString(method.Recv.List[0].Type), "[")
	return strings.TrimPrefix(name, "*")
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

// isSample reports whether a struct is one of many measurements over time. They are
// flat and begin with their timestamp.
func (p *sourcePackage) isSample(s structType) bool {
	first := s.members[0]
	return first.typ == "Timestamp" && first.key == "timestamp" && p.isFlat(s)
}
