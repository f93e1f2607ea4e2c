package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/terra-go/terra/cmd/terrago/internal/fields"
)

// The forms in which every command can write its result.
const (
	formatTable  = "table" // for people
	formatJSON   = "json"  // one value
	formatNDJSON = "ndjson"
	formatCSV    = "csv"
)

// outputFlags are the same for every command.
type outputFlags struct {
	Format string   `placeholder:"FORMAT" help:"How to write the result: table, which is the default, json, ndjson, which is a JSON value a line, or csv." group:"Output"`
	JSON   bool     `name:"json" help:"The same as --format json: one JSON value on the standard output, and nothing else there." group:"Output"`
	Select []string `placeholder:"PATH" help:"Only these fields of what is listed, by their paths in the JSON, such as user_id or metadata.start_time." group:"Output"`
}

// lister is a command with a list as its result.
type lister interface {
	lists() reflect.Type // of what; nil if there is none this time
}

// formatter is a command that writes in other forms as well.
type formatter interface {
	formats() []string
}

// apply has o write the result of a command as the flags say.
func (f outputFlags) apply(o *output, command any) error {
	known := []string{formatTable, formatJSON, formatNDJSON, formatCSV}
	if c, ok := command.(formatter); ok {
		known = append(known, c.formats()...)
	}
	o.format = strings.ToLower(f.Format)
	switch {
	case f.JSON && o.format != "" && o.format != formatJSON:
		return usagef("give either --json or --format %s", f.Format)
	case f.JSON:
		o.format = formatJSON
	case o.format == "":
		o.format = formatTable
	}
	if !slices.Contains(known, o.format) {
		return usagef("--format %s: here it can be %s", f.Format, strings.Join(known, ", "))
	}
	o.selected = f.Select
	if len(o.selected) == 0 {
		return nil
	}
	if c, ok := command.(lister); ok {
		if t := c.lists(); t != nil {
			if err := o.selected.Check(t); err != nil {
				return usagef("--select: %s", err)
			}
			return nil
		}
	}
	return usagef("--select picks fields of what is listed, and nothing is here")
}

// output is what a command writes its result and its progress to. Everything
// that passes is harmless to a terminal.
type output struct {
	stdio
	raw      io.Writer // the standard output for what is no text
	seen     bool      // people see the standard output as it is written
	format   string
	selected fields.Selection
	terminal io.Writer // what shows how far something has come; nil where nobody would see it
}

// values is whether programs read the result, so that it has to say everything.
func (o *output) values() bool { return o.format != formatTable }

// result writes v, or calls text to say it to people.
func (o *output) result(v any, text func(w io.Writer)) error {
	if !o.values() {
		table := newTable(o.out)
		text(table)
		return table.Flush()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	switch o.format {
	case formatNDJSON:
		_, err = o.out.Write(append(b, '\n'))
	case formatCSV:
		w := csv.NewWriter(o.out)
		columns := fields.Columns(reflect.TypeOf(v))
		var cells []string
		if cells, err = fields.Cells(b, columns); err != nil {
			return err
		}
		err = errors.Join(w.Write(columns), w.Write(cells))
		w.Flush()
		err = errors.Join(err, w.Error())
	default:
		if b, err = json.MarshalIndent(v, "", "  "); err == nil {
			_, err = o.out.Write(append(b, '\n'))
		}
	}
	return err
}

func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 8, 2, ' ', 0) }

// pipe is the standard output, and remembers why it no longer takes anything.
type pipe struct {
	w   io.Writer
	err error
}

func (p *pipe) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	if err != nil && p.err == nil {
		p.err = err
	}
	return n, err
}
