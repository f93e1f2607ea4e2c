package health

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/terra-go/terra/internal/jsonscan"
	"github.com/terra-go/terra/opt"
)

// The parts of the codec that are not generated: what is no object, and what older
// payloads wrote in another shape.

// The text of a timestamp in Terra's usual form, after its quote, in machine words
// of which the first byte is the lowest.
const (
	clockZeros    = 0x3030_3a_3030_3a_3030 // 00:00:00
	notAClock     = 0x7676_7f_7676_7f_7676 // carries into a byte's high bit where it is no digit, or no colon
	clockTens     = 0x00ff_0000_ff00_00ff  // the first digits of the hour, the minute and the second
	pastTheClock  = 0x0044_0000_4400_0068  // carries into the high bits of an hour past 23, a minute or a second past 59
	fractionZeros = 0x2b_303030303030_2e   // .000000 and a byte of the zone
	notAFraction  = 0x00_767676767676_7f   //
	highBits      = uint64(0x8080808080808080)
)

// ScanJSON is for generated code. Use json.Unmarshal.
//
// A timestamp in Terra's usual form, of the same day and offset as the last one,
// is read as a few machine words.
func (t *Timestamp) ScanJSON(s *jsonscan.Scanner, p int) int {
	w := s.At(p)
	if *(*byte)(w) == ' ' {
		p++
		w = s.At(p)
	}
	last := &s.Times
	if jsonscan.Load64(w, 0) != last.Day0 || jsonscan.Load64(w, 4) != last.Day1 || jsonscan.Load64(w, 26)|0xff != last.Zone {
		return t.scanSlow(s, p)
	}
	clock := jsonscan.Load64(w, 12) ^ clockZeros
	pairs := clock&clockTens*10 + clock>>8&clockTens
	if (clock|(clock+notAClock)|(pairs+pastTheClock))&highBits != 0 {
		return t.scanSlow(s, p)
	}
	var nsec uint64
	if fraction := jsonscan.Load64(w, 20) ^ last.Fraction; fraction != 0 {
		if (fraction|(fraction+notAFraction))&highBits != 0 {
			return t.scanSlow(s, p)
		}
		nsec = fraction>>8&0xff*100_000_000 + fraction>>16&0xff*10_000_000 + fraction>>24&0xff*1_000_000 +
			fraction>>32&0xff*100_000 + fraction>>40&0xff*10_000 + fraction>>48&0xff*1000
	}
	minutes := pairs * (60<<24 + 1) >> 24 & 0xffff
	*t = Timestamp{
		sec:    last.Midnight + int64(minutes*60+pairs>>48),
		nsec:   uint32(nsec),
		offset: last.Offset,
		layout: layoutT,
		zone:   zone(last.Kind),
	}
	return p + len(`"2006-01-02T15:04:05.000000+01:00"`)
}

func (t *Timestamp) scanSlow(s *jsonscan.Scanner, p int) int {
	w, p := s.Window(p)
	switch c := *(*byte)(w); {
	case c == '"':
		text, q, ok := s.Quoted(p)
		if !ok {
			return q
		}
		v, err := parseTimestamp(text)
		if err != nil {
			s.Reject(p)
			return q
		}
		*t = v
		if len(text) == len("2006-01-02T15:04:05.000000+01:00") && v.layout == layoutT && v.zone&zoneDigits == 6 {
			s.Times = jsonscan.TimeCache{
				Day0:     binary.LittleEndian.Uint64(text)<<8 | '"',
				Day1:     binary.LittleEndian.Uint64(text[3:]),
				Fraction: fractionZeros&^(0xff<<56) | uint64(text[26])<<56,
				Zone:     binary.LittleEndian.Uint64(text[24:])>>8 | '"'<<56 | 0xff,
				Midnight: v.sec - clockOf(v.sec),
				Offset:   v.offset,
				Kind:     uint8(v.zone),
			}
		}
		return q
	case c == 'n':
		*t = NullTimestamp()
		return s.Skip(p)
	case c == '-' || c-'0' <= 9:
		q := s.Skip(p)
		v, err := parseUnix(s.Bytes(p, q))
		if err != nil {
			s.Reject(p)
			return q
		}
		*t = v
		return q
	}
	return s.Mismatched(p)
}

// clockOf is the seconds since midnight.
func clockOf(sec int64) int64 { return (sec%secondsPerDay + secondsPerDay) % secondsPerDay }

// OpenJSON is for generated code. It begins a sample with its timestamp, if there is
// one.
//
// In the usual form only the clock differs from the last timestamp's text.
func (t *Timestamp) OpenJSON(w *jsonscan.Writer, b []byte) []byte {
	last := &w.Stamp
	clock := uint64(t.sec - last.Midnight)
	if !t.sharesDay(clock, last) {
		if b = append(b, '{'); t.layout == layoutAbsent {
			return b
		}
		return t.AppendJSON(w, append(b, `"timestamp":`...))
	}
	text := last.Text // a copy that surely does not overlap with b, so that words are moved
	b = append(b, make([]byte, len(text))...)
	at := (*[len(text)]byte)(b[len(b)-len(text):])
	*at = text
	binary.LittleEndian.PutUint64(at[clockAt:], clockText(clock))
	return b
}

// AppendJSON is for generated code. Use json.Marshal.
func (t *Timestamp) AppendJSON(w *jsonscan.Writer, b []byte) []byte {
	last := &w.Stamp
	clock := uint64(t.sec - last.Midnight)
	if !t.sharesDay(clock, last) {
		return t.appendSlow(w, b)
	}
	b = append(b, last.Text[stampAt:]...)
	binary.LittleEndian.PutUint64(b[len(b)-len(last.Text)+clockAt:], clockText(clock))
	return b
}

// In the text of a StampCache.
const (
	stampAt = len(`{"timestamp":`)
	clockAt = len(`{"timestamp":"2006-01-02T`)
)

// sharesDay is whether t is written as last is, apart from the clock.
func (t *Timestamp) sharesDay(clock uint64, last *jsonscan.StampCache) bool {
	return clock < secondsPerDay && t.offset == last.Offset && uint8(t.zone) == last.Kind && last.Kind != 0 &&
		t.nsec == 0 && t.layout == layoutT
}

// clockText is the seconds since midnight as hh:mm:ss, the first byte the lowest.
func clockText(clock uint64) uint64 {
	seconds := uint32(clock)
	n := uint64(seconds/3600) | uint64(seconds/60%60)<<24 | uint64(seconds%60)<<48
	tens := n * 103 >> 10 & 0x000f_0000_0f00_000f // divides what is below 100 by 10
	return tens + (n-tens*10)<<8 + 0x3030_3a30_303a_3030
}

func (t *Timestamp) appendSlow(w *jsonscan.Writer, b []byte) []byte {
	switch t.layout {
	case layoutAbsent, layoutNull:
		return append(b, "null,"...)
	case layoutUnix, layoutUnixMs:
		return append(t.appendText(b), ',')
	}
	start := len(b)
	b = append(t.appendText(append(b, '"')), '"', ',')
	if last := &w.Stamp; t.layout == layoutT && t.nsec == 0 && len(b)-start == len(last.Text[stampAt:]) {
		*last = jsonscan.StampCache{Midnight: t.sec - clockOf(t.sec), Offset: t.offset, Kind: uint8(t.zone)}
		copy(last.Text[:], `{"timestamp":`)
		copy(last.Text[stampAt:], b[start:])
	}
	return b
}

// ScanJSON is for generated code. Use json.Unmarshal.
func (l *LatLng) ScanJSON(s *jsonscan.Scanner, p int) int {
	p, found := s.Array(p)
	if found == jsonscan.NoArray {
		return p
	}
	*l = LatLng{}
	for i, more := 0, found == jsonscan.Elements; more; i++ {
		switch i {
		case 0:
			p = s.Float(p, &l.Lat)
		case 1:
			p = s.Float(p, &l.Lng)
		default:
			p = s.Mismatched(p)
		}
		p, more = s.More(p)
	}
	return p
}

// AppendJSON is for generated code. Use json.Marshal.
func (l LatLng) AppendJSON(w *jsonscan.Writer, b []byte) []byte {
	b = append(b, '[')
	for _, degrees := range [...]opt.Value[float64]{l.Lat, l.Lng} {
		if v, ok := degrees.Get(); ok {
			b = w.Float(b, v)
		} else {
			b = append(b, "null,"...)
		}
	}
	b[len(b)-1] = ']'
	return append(b, ',')
}

// contributor is an element of the array that used to stand where a map of
// contributions is now.
type contributor struct {
	Name  opt.Value[string]  `json:"contributor_name,omitzero"`
	Score opt.Value[float64] `json:"contributor_score,omitzero"`
}

// scanContributors reads contributions by name. Those without a number are left
// out.
func scanContributors(s *jsonscan.Scanner, p int, dst *map[string]float64) int {
	w, p := s.Window(p)
	if *(*byte)(w) != '[' {
		return s.FloatMap(p, dst)
	}
	var list []contributor
	p = s.Samples(p, &list, (*contributor).ScanJSON)
	m := make(map[string]float64, len(list))
	for _, c := range list {
		name, named := c.Name.Get()
		score, scored := c.Score.Get()
		if named && scored {
			m[name] = score
		}
	}
	*dst = m
	return p
}

// scanEnum reads a number of an enumeration. Older payloads have its name instead,
// such as ZONE_2, NORMAL or grams.
func scanEnum[E ~int32](s *jsonscan.Scanner, p int, dst *opt.Value[E], names []string) int {
	return jsonscan.Enum(s, p, dst, func(name []byte) (E, bool) {
		switch {
		case isName(name, "menstrual"):
			name = []byte("period")
		case isName(name, "fertile"):
			name = []byte("fertile window")
		}
		for i, known := range names {
			if known != "" && isName(name, known) {
				return E(i), true
			}
		}
		return 0, false
	})
}

// isName compares text with a name in lower case, no matter how its words are
// joined and whether it is a plural.
func isName(text []byte, name string) bool {
	text, name = bytes.TrimRight(text, "sS"), strings.TrimRight(name, "s")
	if len(text) != len(name) {
		return false
	}
	for i, c := range text {
		switch {
		case c == '_', c == '-':
			c = ' '
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if c != name[i] && (c != ' ' || name[i] != '-') {
			return false
		}
	}
	return true
}
