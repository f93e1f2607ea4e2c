// Package sample has a field of every kind that codecgen knows.
package sample

import (
	"github.com/terra-go/terra/internal/jsonscan"
	"github.com/terra-go/terra/opt"
)

// Source is embedded, and so gets no codec of its own.
type Source struct {
	Name string `json:"name,omitzero"`
	Code Code   `json:"code,omitzero"`
}

// Record has a member of every kind.
type Record struct {
	Source
	Float    opt.Value[float64] `json:"float,omitzero" legacy:"old_float,older_float"`
	Int      opt.Value[int64]   `json:"int,omitzero"`
	Bool     opt.Value[bool]    `json:"bool,omitzero"`
	Text     opt.Value[string]  `json:"text,omitzero"`
	Color    opt.Value[Color]   `json:"color,omitzero"`
	Optional opt.Value[Reading] `json:"optional,omitzero"`
	Nested   Nested             `json:"nested,omitzero"`
	Level    Level              `json:"level,omitzero"`
	Texts    []string           `json:"texts,omitzero"`
	Codes    []Code             `json:"codes,omitzero"`
	Ints     []int64            `json:"ints,omitzero"`
	Shares   map[string]float64 `json:"shares,omitzero"`
	Readings []Reading          `json:"readings,omitzero"`
	Children []Record           `json:"children,omitzero"`
	hidden   string             `codec:"hidden"`
	Derived  float64            `json:"-"`

	Short  opt.Value[float64] `json:"s,omitzero"`
	Words8 opt.Value[float64] `json:"at_16_bytes_x,omitzero"`
	Long   opt.Value[float64] `json:"a_name_of_more_than_32_bytes_in_all_and_still_allowed,omitzero"`
}

// WithHidden is r with the member that an unexported field holds.
func (r Record) WithHidden(hidden string) Record {
	r.hidden = hidden
	return r
}

// Nested has a member, as the parts of records do.
type Nested struct {
	Deep Reading `json:"deep,omitzero"`
}

// Reading is flat.
type Reading struct {
	Value opt.Value[float64] `json:"value,omitzero"`
	Kind  opt.Value[string]  `json:"kind,omitzero"`
}

// Page is generic.
type Page[T any] struct {
	Items []T              `json:"data,omitzero"`
	Next  opt.Value[int64] `json:"next,omitzero"`
}

// Plain has no members, and so gets no codec.
type Plain struct{ Count int }

// Code is text.
type Code string

var codeValues = [...]Code{"a", "b"}

// Color is an enumeration.
type Color int32

var colorNames = [...]string{0: "none", 1: "red", 2: "green"}

// Level has a codec written by hand: a number is its text.
type Level struct{ v opt.Value[float64] }

// LevelOf returns a level.
func LevelOf(v opt.Value[float64]) Level { return Level{v} }

// IsZero is whether there is none.
func (l Level) IsZero() bool { return l.v.IsZero() }

// ScanJSON reads a number.
func (l *Level) ScanJSON(s *jsonscan.Scanner, p int) int { return s.Float(p, &l.v) }

// AppendJSON writes a number.
func (l Level) AppendJSON(w *jsonscan.Writer, b []byte) []byte {
	if v, ok := l.v.Get(); ok {
		return w.Float(b, v)
	}
	return append(b, "null,"...)
}

func scanEnum[E ~int32](s *jsonscan.Scanner, p int, dst *opt.Value[E], names []string) int {
	return jsonscan.Enum(s, p, dst, func(name []byte) (E, bool) {
		for i, known := range names {
			if known == string(name) {
				return E(i), true
			}
		}
		return 0, false
	})
}

func scanContributors(s *jsonscan.Scanner, p int, dst *map[string]float64) int {
	return s.FloatMap(p, dst)
}
