package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// output is what a command writes its result and its progress to. Everything
// that passes is harmless to a terminal.
type output struct {
	stdio
	json bool
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

// say writes a line for people, on the standard output unless that is to hold
// JSON.
func (o *output) say(format string, args ...any) {
	w := o.out
	if o.json {
		w = o.err
	}
	fmt.Fprintf(w, format+"\n", args...)
}
