package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"text/tabwriter"

	"github.com/terra-go/terra/cmd/terrago/internal/fields"
	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
)

// flushRows is how many rows of a table share the widths of their columns.
const flushRows = 500

// list is a result of any length, written while it is being found: in JSON as an
// array, or as an object with an array and a summary; as a JSON value a line or in CSV
// without a summary; or as a table and what text says.
type list[T any] struct {
	w        io.Writer
	format   string
	selected fields.Selection
	name     string   // of the array
	columns  []string // the paths of CSV
	head     []string // of the table; one without a name is for remarks
	rows     int
	table    *tabwriter.Writer
	csv      *csv.Writer
	record   bytes.Buffer // of CSV
}

// newList begins a list on the standard output. Without a name it is a plain array,
// which has no summary.
func newList[T any](o *output, name string, head ...string) *list[T] {
	return newListOn[T](o.out, o.format, o.selected, name, head...)
}

func newListOn[T any](w io.Writer, format string, selected fields.Selection, name string, head ...string) *list[T] {
	l := &list[T]{
		w: w, format: format, selected: selected, name: name, head: head,
		columns: fields.Columns(reflect.TypeFor[T]()), table: newTable(w),
	}
	l.csv = csv.NewWriter(&l.record)
	return l
}

// add writes one value, or in a table its cells.
func (l *list[T]) add(v T, cells ...string) error {
	l.rows++
	if l.format == formatTable && len(l.selected) == 0 {
		return l.addRow(l.head, cells)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	switch l.format {
	case formatNDJSON:
		if b, err = l.selected.Of(b); err == nil {
			_, err = l.w.Write(append(b, '\n'))
		}
	case formatJSON:
		if b, err = l.selected.Of(b); err == nil {
			_, err = fmt.Fprintf(l.w, "%s%s", l.before(), b)
		}
	case formatCSV:
		columns := l.selected.Columns(l.columns)
		if cells, err = fields.Cells(b, columns); err == nil {
			err = l.addRecord(columns, cells)
		}
	default:
		if cells, err = fields.Cells(b, l.selected); err == nil {
			err = l.addRow(l.selected, cells)
		}
	}
	return err
}

// before is what comes in front of an element of the array.
func (l *list[T]) before() string {
	switch {
	case l.rows > 1 && l.name != "":
		return ",\n    "
	case l.rows > 1:
		return ",\n  "
	case l.name != "":
		return fmt.Sprintf("{\n  %q: [\n    ", l.name)
	}
	return "[\n  "
}

func (l *list[T]) addRow(head, cells []string) error {
	write := func(cells []string) {
		fmt.Fprintln(l.table, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	if l.rows == 1 && len(head) > 0 {
		write(head)
	}
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = safeio.String(cell)
	}
	write(safe)
	if l.rows%flushRows == 0 {
		return l.table.Flush()
	}
	return nil
}

func (l *list[T]) addRecord(head, cells []string) error {
	if l.rows == 1 {
		l.csv.Write(head)
	}
	l.csv.Write(cells)
	return l.flushRecord()
}

// flushRecord writes whole records, since whoever reads them may be waiting.
func (l *list[T]) flushRecord() error {
	l.csv.Flush()
	_, err := l.record.WriteTo(l.w)
	return errors.Join(l.csv.Error(), err)
}

// end writes the summary under its name, or has text say it. Either may be missing.
func (l *list[T]) end(name string, summary any, text func(w io.Writer)) error {
	switch l.format {
	case formatNDJSON:
		return nil
	case formatCSV:
		if l.rows == 0 {
			l.csv.Write(l.selected.Columns(l.columns))
		}
		return l.flushRecord()
	case formatJSON:
		return l.endArray(name, summary)
	}
	if text != nil {
		if l.rows > 0 && l.name != "" {
			fmt.Fprintln(l.table)
		}
		text(l.table)
	}
	return l.table.Flush()
}

func (l *list[T]) endArray(name string, summary any) error {
	var err error
	switch {
	case l.name == "" && l.rows == 0:
		_, err = io.WriteString(l.w, "[]\n")
	case l.name == "":
		_, err = io.WriteString(l.w, "\n]\n")
	default:
		end := "\n  ],\n"
		if l.rows == 0 {
			end = fmt.Sprintf("{\n  %q: [],\n", l.name)
		}
		var b []byte
		if b, err = json.Marshal(summary); err == nil {
			_, err = fmt.Fprintf(l.w, "%s  %q: %s\n}\n", end, name, b)
		}
	}
	return err
}
