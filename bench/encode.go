package main

import (
	"encoding/json"

	"github.com/terra-go/terra/bench/internal/measure"
)

func encodeSection(r *report, m measure.Measurer) error {
	return eachDocument(historyDays, func(d document, _ float64) error {
		contenders, err := encodeContenders(d)
		if err != nil {
			return err
		}
		return r.table(m, d.name, len(d.text), contenders)
	})
}

// encodeContenders write the values that the plain mirror holds, so without the
// nulls and zeros that it cannot tell from nothing. Where this library and the
// mirror with pointers write those too, the row says so.
func encodeContenders(d document) ([]measure.Contender, error) {
	plain, pointers := d.mirror(), d.pointer()
	if err := json.Unmarshal(d.text, plain); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(d.text, pointers); err != nil {
		return nil, err
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, err
	}
	value, err := d.read(text)
	if err != nil {
		return nil, err
	}
	whole, err := d.read(d.text)
	if err != nil {
		return nil, err
	}
	write := func(name string, from any, marshal func(any) ([]byte, error)) measure.Contender {
		return measure.Contender{Name: name, Do: func() error {
			_, err := marshal(from)
			return err
		}}
	}
	direct := func(from any) ([]byte, error) { return from.(json.Marshaler).MarshalJSON() }

	ours := write("terra", value, direct)
	ours.MaxAllocations = 1
	contenders := []measure.Contender{ours}
	for _, p := range peers {
		c := write(p.name, plain, p.marshal)
		if p.name == standard.name {
			c.MinTime = 5
		}
		contenders = append(contenders, c)
	}
	return append(contenders,
		write("encoding/json, pointers, with zeros", pointers, json.Marshal),
		write("terra, with nulls and zeros", whole, direct),
		write("terra through json.Marshal, which checks and copies", value, json.Marshal)), nil
}
