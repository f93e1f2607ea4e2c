package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/terra-go/terra/cmd/terrago/internal/fields"
	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
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
	known := formatsOf(command)
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

// formatsOf are those in which a command can write.
func formatsOf(command any) []string {
	formats := []string{formatTable, formatJSON, formatNDJSON, formatCSV}
	if c, ok := command.(formatter); ok {
		formats = append(formats, c.formats()...)
	}
	return formats
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
		columns := fields.Columns(reflect.TypeOf(v))
		var cells []string
		if cells, err = fields.Cells(b, columns); err == nil {
			err = o.csv(columns, cells)
		}
	default:
		if b, err = json.MarshalIndent(v, "", "  "); err == nil {
			_, err = o.out.Write(append(b, '\n'))
		}
	}
	return err
}

func (o *output) csv(records ...[]string) error {
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(records); err != nil {
		return err
	}
	_, err := b.WriteTo(o.out)
	return err
}

// fileFormat is the one of known that the path's extension names, or --format where
// that tells nothing. From here on, o writes what is told about the file.
func (o *output) fileFormat(path string, known ...string) (string, error) {
	byName := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	asked := o.format
	if slices.Contains(known, asked) && asked != formatJSON {
		o.format = formatTable
	}
	switch {
	case !slices.Contains(known, byName) && slices.Contains(known, asked):
		return asked, nil
	case !slices.Contains(known, byName):
		return "", usagef("--out %s does not tell the format; say --format %s", path, strings.Join(known, " or "))
	case slices.Contains(known, asked) && asked != byName && asked != formatJSON:
		return "", usagef("--format %s does not go with --out %s", asked, path)
	}
	return byName, nil
}

// toNewFile has write make a file, as text that is harmless to a terminal or as raw
// bytes. The file is there once it is whole.
func toNewFile(path string, write func(text, raw io.Writer) error) error {
	f, err := safeio.Create(path)
	if err != nil {
		return explainFile(path, err)
	}
	raw := bufio.NewWriterSize(f, 1<<16)
	if err = write(safeio.NewWriter(raw), raw); err == nil {
		err = raw.Flush()
	}
	if err != nil {
		f.Abort()
		return explainFile(path, err)
	}
	return explainFile(path, f.Commit())
}

// explainFile says of which file an error is, whatever it is called meanwhile.
func explainFile(path string, err error) error {
	e, ok := errors.AsType[*fs.PathError](err)
	switch {
	case ok && e.Op == "open":
		return usagef("--out %s: %s", path, e.Err)
	case ok:
		return fmt.Errorf("%s: %w", path, e.Err)
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
