package main

import "github.com/terra-go/terra/bench/internal/measure"

// The targets for decoding, in units of this library's time: one set for documents
// of which most are samples, one for the small ones.
var (
	bigDecodeTargets   = map[string]float64{"encoding/json": 12, "json/v2": 5, "sonic": 2.5, "easyjson": 4}
	smallDecodeTargets = map[string]float64{"encoding/json": 8, "sonic": 1.5}
)

const historyDays = 45 // about 10 MB

func decodeSection(r *report, m measure.Measurer) error {
	return eachDocument(historyDays, func(d document, allocations float64) error {
		return r.table(m, d.name, len(d.text), decodeContenders(d, allocations))
	})
}

// eachDocument has do take every document, and the most allocations that decoding
// it may make.
func eachDocument(days int, do func(d document, allocations float64) error) error {
	const forSamples = 60 // for each record
	for _, next := range []struct {
		make        func() (document, error)
		allocations float64
	}{
		{dayDocument, forSamples},
		{activityDocument, forSamples},
		{nightDocument, forSamples},
		{authDocument, 4},
		{summaryDocument, 40},
		{func() (document, error) { return historyDocument(days) }, forSamples},
	} {
		d, err := next.make()
		if err != nil {
			return err
		}
		if err := do(d, next.allocations*float64(d.records)); err != nil {
			return err
		}
	}
	return nil
}

// decodeContenders reads an event into values, as the others do. webhook.Parse finds
// out what event it is and keeps the whole payload besides, and so has a row of its own.
func decodeContenders(d document, allocations float64) []measure.Contender {
	ours := measure.Contender{Name: "terra", Do: func() error { return d.decode(d.text) }, MaxAllocations: allocations}
	targets := smallDecodeTargets
	if d.big() {
		targets, ours.MaxSpace = bigDecodeTargets, 0.75
	}
	contenders := []measure.Contender{ours}
	if d.values != nil {
		contenders[0].Name = d.how
		contenders[0].Do = func() error { return d.values(d.text) }
		contenders = append(contenders, measure.Contender{
			Name:           "terra, webhook.Parse, keeps the text",
			Do:             ours.Do,
			MaxAllocations: allocations,
		})
	}
	for _, p := range peers {
		contenders = append(contenders, measure.Contender{
			Name:    p.name,
			Do:      func() error { return p.unmarshal(d.text, d.mirror()) },
			MinTime: targets[p.name],
		})
	}
	return contenders
}

func (d document) big() bool { return len(d.text) > 50_000 }
