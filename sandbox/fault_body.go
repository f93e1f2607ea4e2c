package sandbox

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// spoil is the body of an event as the faults leave it.
func spoil(body []byte, faults []Fault) ([]byte, error) {
	var err error
	for _, f := range faults {
		switch f.Kind {
		case FaultNullEnrichment:
			body, err = editRecords(body, nullScores)
		case FaultStaleRetry:
			body, err = editRecords(body, earlier)
		case FaultUnknownEvent:
			body, err = replaceMembers(body, map[string]any{"type": f.EventType})
		case FaultOversizedBody:
			body = pad(body, f.Size)
		}
		if err != nil {
			return nil, err
		}
	}
	return body, nil
}

// spoiled is p as the faults leave it.
func (p payload) spoiled(faults ...Fault) (payload, error) {
	if len(faults) == 0 {
		return p, nil
	}
	if p.part != nil {
		part := *p.part
		part.spoils = slices.Concat(part.spoils, faults)
		p.part = &part
		return p, nil
	}
	var err error
	p.body, err = spoil(p.body, faults)
	return p, err
}

// pad lengthens a JSON object that has members to size bytes, unless it is that
// long already. Another body stays as it is.
func pad(body []byte, size int) []byte {
	const open, end = `,"padding":"`, `"}`
	body = bytes.TrimSpace(body)
	if body[0] != '{' || len(bytes.TrimSpace(body[1:len(body)-1])) == 0 {
		return body
	}
	missing := size - (len(body) - 1) - len(open) - len(end)
	if missing < 0 {
		return body
	}
	b := make([]byte, 0, size)
	b = append(append(b, body[:len(body)-1]...), open...)
	b = append(b, bytes.Repeat([]byte{'x'}, missing)...)
	return append(b, end...)
}

// editRecords changes every record of an event.
func editRecords(body []byte, edit func(record map[string]any)) ([]byte, error) {
	return editObject(body, func(ev map[string]any) {
		list, _ := ev["data"].([]any)
		for _, r := range list {
			if r, ok := r.(map[string]any); ok {
				edit(r)
			}
		}
	})
}

// editObject changes a JSON object. What is not changed keeps its text.
func editObject(text []byte, edit func(map[string]any)) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	edit(v)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// nullScores makes null what Terra has computed, and takes its grounds away.
func nullScores(record map[string]any) {
	scores, _ := record["data_enrichment"].(map[string]any)
	for name := range scores {
		if strings.HasSuffix(name, "_contributors") {
			delete(scores, name)
		} else {
			scores[name] = nil
		}
	}
}

// earlier makes a record what it was before the rest of its data had come: what
// adds up is half, and the second half of the samples is missing. What identifies
// the record stays.
func earlier(record map[string]any) {
	for name, v := range record {
		if name != "metadata" && name != "device_data" && name != "data_enrichment" {
			record[name] = halved(name, v)
		}
	}
}

func halved(name string, v any) any {
	switch v := v.(type) {
	case json.Number:
		if addsUp(name) {
			return half(v)
		}
	case map[string]any:
		for name, member := range v {
			v[name] = halved(name, member)
		}
	case []any:
		if strings.HasSuffix(name, "samples") {
			return v[:len(v)/2]
		}
		for i := range v {
			v[i] = halved("", v[i])
		}
	}
	return v
}

// addsUp reports whether a member of this name grows as the day goes on.
func addsUp(name string) bool {
	switch name {
	case "steps", "distance_meters", "floors_climbed", "gain_actual_meters", "loss_actual_meters",
		"calories", "total_burned_calories", "net_activity_calories", "net_intake_calories", "water_ml":
		return true
	}
	return strings.HasPrefix(name, "num_") || strings.HasSuffix(name, "_seconds") ||
		strings.HasSuffix(name, "_g") && !strings.Contains(name, "mass")
}

// half keeps a whole number whole.
func half(n json.Number) json.Number {
	if i, err := n.Int64(); err == nil {
		return json.Number(strconv.FormatInt(i/2, 10))
	}
	f, err := n.Float64()
	if err != nil {
		return n
	}
	return json.Number(strconv.FormatFloat(f/2, 'f', -1, 64))
}
