package main

import (
	"encoding/json"
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
