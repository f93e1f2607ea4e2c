package main

import "encoding/json"

func encodeSection(r *report, m measurer) error {
	return eachDocument(historyDays, func(d document, _ float64) error {
		contenders, err := encodeContenders(d)
		if err != nil {
			return err
		}
		return r.table(m, d.name, len(d.text), contenders)
	})
}

func encodeContenders(d document) ([]contender, error) {
	contenders := []contender{
		{name: "terra", maxAllocations: 1, do: func() error {
			_, err := d.value.MarshalJSON()
			return err
		}},
		// It copies and checks what MarshalJSON wrote.
		{name: "terra through json.Marshal", do: func() error {
			_, err := json.Marshal(d.value)
			return err
		}},
	}
	plain, full := d.mirror(), d.pointer()
	if err := json.Unmarshal(d.text, plain); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(d.text, full); err != nil {
		return nil, err
	}
	add := func(name string, p peer, value any, target float64) {
		contenders = append(contenders, contender{name: name, minTime: target, do: func() error {
			_, err := p.marshal(value)
			return err
		}})
	}
	for _, p := range peers {
		target := 0.0
		if p.name == standard.name {
			target = 5
		}
		add(p.name, p, plain, target)
	}
	add(standard.name+", pointers", standard, full, 0)
	return contenders, nil
}
