package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"sync/atomic"

	"github.com/terra-go/terra/internal/codecgen/testdata/sample"
	"github.com/terra-go/terra/opt"
)

// A mirror of sample.Record is read by encoding/json, whose rules for members and
// their names hold. Only its leaves know what a codec takes beyond that.
type mirror struct {
	Name     text                `json:"name"`
	Code     text                `json:"code"`
	Float    number[float64]     `json:"float"`
	Old      number[float64]     `json:"old_float"`
	Older    number[float64]     `json:"older_float"`
	Int      number[int64]       `json:"int"`
	Bool     boolean             `json:"bool"`
	Text     optionalText        `json:"text"`
	Color    color               `json:"color"`
	Optional optionalReading     `json:"optional"`
	Nested   mirrorNested        `json:"nested"`
	Level    number[float64]     `json:"level"`
	Texts    list[text]          `json:"texts"`
	Codes    list[text]          `json:"codes"`
	Ints     list[number[int64]] `json:"ints"`
	Shares   shares              `json:"shares"`
	Readings list[mirrorReading] `json:"readings"`
	Children list[mirror]        `json:"children"`
	Hidden   text                `json:"hidden"`
	Short    number[float64]     `json:"s"`
	Words8   number[float64]     `json:"at_16_bytes_x"`
	Long     number[float64]     `json:"a_name_of_more_than_32_bytes_in_all_and_still_allowed"`
}

type mirrorNested struct {
	Deep mirrorReading `json:"deep"`
}

type mirrorReading struct {
	Value number[float64] `json:"value"`
	Kind  optionalText    `json:"kind"`
}

func (m mirror) record() sample.Record {
	float := m.Float
	for _, old := range []number[float64]{m.Old, m.Older} {
		if old.read > float.read {
			float = old
		}
	}
	return sample.Record{
		Source:   sample.Source{Name: string(m.Name), Code: sample.Code(m.Code)},
		Float:    float.Value,
		Int:      m.Int.Value,
		Bool:     m.Bool.Value,
		Text:     m.Text.Value,
		Color:    m.Color.Value,
		Optional: m.Optional.Value,
		Nested:   sample.Nested{Deep: m.Nested.Deep.reading()},
		Level:    sample.LevelOf(m.Level.Value),
		Texts:    convert(m.Texts, func(t text) string { return string(t) }),
		Codes:    convert(m.Codes, func(t text) sample.Code { return sample.Code(t) }),
		Ints:     convert(m.Ints, func(n number[int64]) int64 { return n.Or(0) }),
		Shares:   map[string]float64(m.Shares),
		Readings: convert(m.Readings, mirrorReading.reading),
		Children: convert(m.Children, mirror.record),
		Short:    m.Short.Value,
		Words8:   m.Words8.Value,
		Long:     m.Long.Value,
	}.WithHidden(string(m.Hidden))
}

func (m mirrorReading) reading() sample.Reading {
	return sample.Reading{Value: m.Value.Value, Kind: m.Kind.Value}
}

func convert[A, B any](from []A, with func(A) B) []B {
	if from == nil {
		return nil
	}
	to := make([]B, 0, len(from))
	for _, v := range from {
		to = append(to, with(v))
	}
	return to
}

// reads counts the numbers that were read, so that the later of two is known.
var reads atomic.Int64

type number[T float64 | int64] struct {
	opt.Value[T]
	read int64
}

func (n *number[T]) UnmarshalJSON(data []byte) error {
	var digits string
	if data[0] == '"' && json.Unmarshal(data, &digits) == nil {
		if digits == "" || digits[0] != '-' && (digits[0] < '0' || digits[0] > '9') || bytes.ContainsAny([]byte(digits), " \t\r\n") {
			return nil
		}
		data = []byte(digits)
	}
	if json.Valid(data) && n.Value.UnmarshalJSON(data) == nil {
		n.read = reads.Add(1)
	}
	return nil
}

type text string

func (t *text) UnmarshalJSON(data []byte) error {
	_ = json.Unmarshal(data, (*string)(t))
	return nil
}

type optionalText struct{ opt.Value[string] }

func (o *optionalText) UnmarshalJSON(data []byte) error {
	_ = o.Value.UnmarshalJSON(data)
	return nil
}

type boolean struct{ opt.Value[bool] }

func (b *boolean) UnmarshalJSON(data []byte) error {
	var word string
	if data[0] == '"' && json.Unmarshal(data, &word) == nil {
		switch word {
		case "true", "True", "TRUE":
			b.Value = opt.Some(true)
		case "false", "False", "FALSE":
			b.Value = opt.Some(false)
		}
		return nil
	}
	_ = b.Value.UnmarshalJSON(data)
	return nil
}

type color struct{ opt.Value[sample.Color] }

func (c *color) UnmarshalJSON(data []byte) error {
	var name string
	_ = json.Unmarshal(data, &name)
	switch name {
	case "none":
		c.Value = opt.Some[sample.Color](0)
	case "red":
		c.Value = opt.Some[sample.Color](1)
	case "green":
		c.Value = opt.Some[sample.Color](2)
	default:
		var n number[int64]
		_ = n.UnmarshalJSON(data)
		if v, ok := n.Get(); ok && v == int64(int32(v)) {
			c.Value = opt.Some(sample.Color(v))
		} else if n.IsNull() {
			c.Value = opt.Null[sample.Color]()
		}
	}
	return nil
}

type optionalReading struct{ opt.Value[sample.Reading] }

func (o *optionalReading) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '{':
		var m mirrorReading
		_ = json.Unmarshal(data, &m)
		o.Value = opt.Some(m.reading())
	case 'n':
		o.Value = opt.Null[sample.Reading]()
	}
	return nil
}

// A list of a member that comes twice does not keep what the first one had.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '[':
		elements := []T{}
		_ = json.Unmarshal(data, &elements) // what does not fit stays as it is
		*l = elements
	case 'n':
		*l = nil
	}
	return nil
}

type shares map[string]float64

func (m *shares) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '{':
		*m = shares{}
		decoder := json.NewDecoder(bytes.NewReader(data))
		_, _ = decoder.Token()
		for decoder.More() {
			name, _ := decoder.Token()
			var n number[float64]
			_ = decoder.Decode(&n)
			if v, ok := n.Get(); ok {
				(*m)[name.(string)] = v
			}
		}
	case 'n':
		*m = nil
	}
	return nil
}
