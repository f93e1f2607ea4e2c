package main

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"One of bash, zsh, fish."`
}

// Help is shown with completion --help.
func (completionCommand) Help() string {
	return "In bash: source <(terrago completion bash). In zsh: source <(terrago completion zsh), after compinit. " +
		"In fish: terrago completion fish | source. Each belongs into the shell's start-up file."
}

//go:embed completion.bash
var bashCompletion string

//go:embed completion.zsh
var zshCompletion string

//go:embed completion.fish
var fishCompletion string

func (c completionCommand) Run(out *output) error {
	script := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	if !out.values() {
		_, err := io.WriteString(out.raw, script)
		return err
	}
	v := struct {
		Shell  string `json:"shell"`
		Script string `json:"script"`
	}{c.Shell, script}
	return out.result(v, nil)
}

// completeCommand is what the scripts ask. It says nothing where a file is wanted.
type completeCommand struct {
	Words []string `arg:"" optional:"" help:"The command line after the program, up to the word to complete."`
}

func (c completeCommand) Run(out *output, app *kong.Application) error {
	for _, w := range complete(app.Node, c.Words) {
		if _, err := fmt.Fprintf(out.out, "%s\t%s\n", w.text, w.help); err != nil {
			return err
		}
	}
	return nil
}

// completion is a word that fits, with a few words on what it is.
type completion struct{ text, help string }

// complete finds what the last of the words can become.
func complete(node *kong.Node, words []string) []completion {
	if len(words) == 0 {
		return nil
	}
	before, word := words[:len(words)-1], words[len(words)-1]
	var flag *kong.Flag // whose value comes next
	arguments := 0
	for i, w := range before {
		switch {
		case w == "=": // as bash splits --flag=value
		case flag != nil:
			flag = nil
		case w == "--":
			return nil
		case strings.HasPrefix(w, "-"):
			name, _, given := strings.Cut(w, "=")
			if flag = findFlag(node, name); flag != nil && (given || flag.IsBool()) {
				flag = nil
			}
		default:
			if child := findChild(node, w); child != nil {
				node = child
			} else if i > 0 {
				arguments++
			}
		}
	}
	if word == "=" {
		word = ""
	}
	var fitting []completion
	add := func(text, help string) {
		if strings.HasPrefix(text, word) {
			help, _, _ = strings.Cut(strings.ReplaceAll(help, "\n", " "), ". ")
			fitting = append(fitting, completion{text, strings.TrimSuffix(help, ".")})
		}
	}
	switch name, _, given := strings.Cut(word, "="); {
	case flag != nil:
		for _, v := range valuesOf(node, flag) {
			add(v, "")
		}
	case strings.HasPrefix(word, "-") && given:
		if flag := findFlag(node, name); flag != nil {
			for _, v := range valuesOf(node, flag) {
				add(name+"="+v, "")
			}
		}
	case strings.HasPrefix(word, "-"):
		for _, f := range flagsOf(node) {
			add("--"+f.Name, f.Help)
		}
	default:
		for _, child := range node.Children {
			if !child.Hidden {
				add(child.Name, child.Help)
			}
		}
		if arguments < len(node.Positional) {
			for _, v := range enumOf(node.Positional[arguments]) {
				add(v, "")
			}
		}
	}
	return fitting
}

// flagsOf are those that are known to node, sorted.
func flagsOf(node *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for n := node; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if !f.Hidden {
				flags = append(flags, f)
			}
		}
	}
	slices.SortFunc(flags, func(a, b *kong.Flag) int { return strings.Compare(a.Name, b.Name) })
	return flags
}

func findFlag(node *kong.Node, word string) *kong.Flag {
	for _, f := range flagsOf(node) {
		if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
			return f
		}
	}
	return nil
}

func findChild(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

func valuesOf(node *kong.Node, flag *kong.Flag) []string {
	if flag.Name == "format" && node.Target.IsValid() {
		return formatsOf(node.Target.Interface())
	}
	return enumOf(flag.Value)
}

func enumOf(v *kong.Value) []string {
	var values []string
	for _, s := range strings.Split(v.Enum, ",") {
		if s = strings.TrimSpace(s); s != "" {
			values = append(values, s)
		}
	}
	return values
}
