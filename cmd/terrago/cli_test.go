package main

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// commandLineModel is that of a parser of its own.
func commandLineModel(t *testing.T) (*kong.Kong, []*kong.Node) {
	t.Helper()
	parser, err := newParser(new(commands), stdio{strings.NewReader(""), io.Discard, io.Discard}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	var nodes []*kong.Node
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, child := range n.Children {
			if !child.Hidden {
				nodes = append(nodes, child)
				walk(child)
			}
		}
	}
	walk(parser.Model.Node)
	return parser, nodes
}

// TestExamples holds every command to an example in its help that can be typed.
func TestExamples(t *testing.T) {
	t.Parallel()
	_, nodes := commandLineModel(t)
	for _, n := range nodes {
		path := strings.Fields(n.FullPath())
		var b bytes.Buffer
		if status := run(t.Context(), append(path[1:], "--help"), stdio{strings.NewReader(""), &b, io.Discard}); status != exitDone {
			t.Errorf("%s --help: status %d", n.FullPath(), status)
		}
		help := strings.Join(strings.Fields(b.String()), " ")
		example := n.Tag.Get("example")
		if example == "" || !strings.Contains(help, "For example: "+example) {
			t.Errorf("%s --help has no example", n.FullPath())
			continue
		}
		words := strings.Fields(example)
		if len(words) < len(path) || strings.Join(words[:len(path)], " ") != strings.Join(path, " ") {
			t.Errorf("the example of %s is of another command: %s", n.FullPath(), example)
		}
		parser, _ := commandLineModel(t)
		parsed, err := parser.Parse(words[1:])
		if err != nil {
			t.Errorf("%s: %v", example, err)
			continue
		}
		flags := parsed.Model.Target.Interface().(commands).outputFlags
		if err := flags.apply(new(output), parsed.Selected().Target.Interface()); err != nil {
			t.Errorf("%s: %v", example, err)
		}
	}
}

// TestFlagsAgree holds flags of one name to one kind of value.
func TestFlagsAgree(t *testing.T) {
	t.Parallel()
	_, nodes := commandLineModel(t)
	type use struct{ command, kind string }
	uses := map[string]use{}
	for _, n := range nodes {
		for _, f := range n.Flags {
			kind := f.Target.Type()
			for kind.Kind() == reflect.Slice { // it may be repeated
				kind = kind.Elem()
			}
			this := use{n.FullPath(), fmt.Sprintf("%s %s", kind, f.Tag.PlaceHolder)}
			first, ok := uses[f.Name]
			if !ok {
				uses[f.Name] = this
			} else if first.kind != this.kind {
				t.Errorf("--%s is a %s in %s and a %s in %s", f.Name, first.kind, first.command, this.kind, this.command)
			}
			if f.Help == "" {
				t.Errorf("%s has no word on --%s", n.FullPath(), f.Name)
			}
		}
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	parser, _ := commandLineModel(t)
	for line, want := range map[string]string{
		"pl":                         "plot",
		"__":                         "",
		"plot ":                      "night day month run",
		"get s":                      "sleep",
		"get --form":                 "--format",
		"get --format p":             "parquet",
		"get --format = c":           "csv",
		"get --format=nd":            "--format=ndjson",
		"users --format p":           "",
		"plot night --format ":       "table json ndjson csv svg png",
		"events list --state d":      "dead",
		"events list --json --state": "--state",
		"--format json use":          "users",
		"get --user sleep sl":        "sleep",
		"get sleep ":                 "",
		"get sleep --out ":           "",
		"completion ":                "bash zsh fish",
		"-v vers":                    "version",
	} {
		var words []string
		for _, c := range complete(parser.Model.Node, strings.Split(line, " ")) {
			words = append(words, c.text)
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
	if got := complete(parser.Model.Node, nil); got != nil {
		t.Errorf("nothing becomes %v", got)
	}
}
