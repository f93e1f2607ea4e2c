package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
)

// output is what a command writes its result and its progress to. Everything
// that passes is harmless to a terminal.
type output struct {
	stdio
	raw      io.Writer // the standard output for what is no text
	json     bool
	terminal io.Writer // what shows how far something has come; nil where nobody would see it
}

// result writes v as the one JSON value, or calls text to say it to people.
func (o *output) result(v any, text func(w io.Writer)) error {
	if o.json {
		b, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		_, err = o.out.Write(append(b, '\n'))
		return err
	}
	table := tabwriter.NewWriter(o.out, 0, 8, 2, ' ', 0)
	text(table)
	return table.Flush()
}

// flushRows is how many rows of a list share the widths of their columns.
const flushRows = 500

// list is a result of any length, written while it is being found: as one JSON
// object with an array and a summary, or as a table and a line.
type list struct {
	out   *output
	name  string // of the array
	table *tabwriter.Writer
	head  string
	rows  int
}

// list begins one whose table has these columns. One without a name is for remarks.
func (o *output) list(name string, columns ...string) *list {
	return &list{
		out: o, name: name, head: strings.TrimRight(strings.Join(columns, "\t"), "\t"),
		table: tabwriter.NewWriter(o.out, 0, 8, 2, ' ', 0),
	}
}

// add writes one value, or its cells.
func (l *list) add(v any, cells ...string) error {
	l.rows++
	if l.out.json {
		between := ",\n    "
		if l.rows == 1 {
			between = fmt.Sprintf("{\n  %q: [\n    ", l.name)
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = l.out.out.Write(append([]byte(between), b...))
		return err
	}
	if l.rows == 1 {
		fmt.Fprintln(l.table, l.head)
	}
	for i, cell := range cells {
		cells[i] = safeio.String(cell)
	}
	fmt.Fprintln(l.table, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	if l.rows%flushRows == 0 {
		return l.table.Flush()
	}
	return nil
}

// end writes the summary under its name, or has text say it.
func (l *list) end(name string, v any, text func(w io.Writer)) error {
	if !l.out.json {
		if l.rows > 0 {
			fmt.Fprintln(l.table)
		}
		text(l.table)
		return l.table.Flush()
	}
	end := "\n  ],\n"
	if l.rows == 0 {
		end = fmt.Sprintf("{\n  %q: [],\n", l.name)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(l.out.out, "%s  %q: %s\n}\n", end, name, b)
	return err
}
