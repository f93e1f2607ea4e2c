package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/terra-go/terra/bench/internal/measure"
)

// layoutSection reads a day, and an event with one, as other programs write them.
func layoutSection(r *report, m measure.Measurer) error {
	for _, next := range []func() (document, error){dayDocument, dayEventDocument} {
		d, err := next()
		if err != nil {
			return err
		}
		contenders, err := layoutContenders(d)
		if err != nil {
			return err
		}
		if err := r.table(m, d.name, len(d.text), contenders); err != nil {
			return err
		}
	}
	return nil
}

func layoutContenders(d document) ([]measure.Contender, error) {
	layouts, err := layoutsOf(d.text)
	if err != nil {
		return nil, err
	}
	contenders := make([]measure.Contender, len(layouts))
	for i, l := range layouts {
		contenders[i] = measure.Contender{
			Name:  fmt.Sprintf("%s, %.2f × the bytes", l.name, float64(len(l.text))/float64(len(d.text))),
			Bytes: len(l.text),
			Do:    func() error { return d.decode(l.text) },
		}
		if i > 0 {
			contenders[i].MaxTime = 1.25
		}
	}
	return contenders, nil
}

// A layout is a document with the same values.
type layout struct {
	name string
	text []byte
}

func layoutsOf(compact []byte) ([]layout, error) {
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "  "); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(compact))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	sorted, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	shuffled, err := shuffle(nil, value, rand.New(rand.NewPCG(1, 2)))
	return []layout{
		{"compact", compact},
		{"keys sorted", sorted},
		{"keys in random order in every object", shuffled},
		{"a space after every colon and comma", spaced(compact)},
		{"indented, a line for every value", indented.Bytes()},
	}, err
}

// shuffle appends value to b, with the members of every object in an order of
// their own.
func shuffle(b []byte, value any, rng *rand.Rand) ([]byte, error) {
	switch value := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		slices.Sort(names)
		rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		b = append(b, '{')
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, '"'), name...), '"', ':')
			var err error
			if b, err = shuffle(b, value[name], rng); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	case []any:
		b = append(b, '[')
		for i, element := range value {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = shuffle(b, element, rng); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
	text, err := json.Marshal(value)
	return append(b, text...), err
}

// spaced is compact as Python's json module would write it.
func spaced(compact []byte) []byte {
	var b []byte
	quoted := false
	for i, c := range compact {
		b = append(b, c)
		switch {
		case c == '"' && compact[i-1] != '\\':
			quoted = !quoted
		case !quoted && (c == ':' || c == ','):
			b = append(b, ' ')
		}
	}
	return b
}
