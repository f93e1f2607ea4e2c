package health_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
)

// TestLayouts reads arrays whose objects are written like the one before, until one
// is not: by its blanks, its order, its keys, or because it is broken.
func TestLayouts(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		w := layoutWriter{rng: rand.New(rand.NewPCG(seed, 0)), change: []int{0, 2, 20}[seed%3]}
		w.choose()
		text := w.day()
		for _, cut := range []int{len(text), w.rng.IntN(len(text)), w.rng.IntN(len(text))} {
			oracle.Test(t, reflect.TypeFor[health.Daily](), []byte(text[:cut]))
		}
		broken := []byte(text)
		broken[w.rng.IntN(len(broken))] = " \x00\",:{}[]0"[w.rng.IntN(10)]
		oracle.Test(t, reflect.TypeFor[health.Daily](), broken)
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// TestSampleEveryMutation reads a sample with each of its bytes gone, and another one.
func TestSampleEveryMutation(t *testing.T) {
	t.Parallel()
	const timestamp, bpm, context = `"timestamp":"2026-03-02T00:17:42.000000+13:00"`, `"bpm":61`, `"context":2`
	for _, text := range []string{
		"{" + timestamp + "," + bpm + "," + context + "}",
		"{" + context + ", " + bpm + ", " + timestamp + "}",
		"{\n " + timestamp + ",\n " + bpm + "\n}",
	} {
		list := `{"hr_samples":[` + text + `, ` + text + `]}`
		for i := len(list) - len(text) - 4; i < len(list); i++ {
			oracle.Test(t, reflect.TypeFor[health.HeartRateDataDetailed](), []byte(list[:i]+list[i+1:]))
			for _, b := range []byte("\x00 \n\",:{}[]9\xb0") {
				oracle.Test(t, reflect.TypeFor[health.HeartRateDataDetailed](), []byte(list[:i]+string([]byte{b})+list[i+1:]))
			}
		}
	}
}

// A layoutWriter keeps to a layout for a while.
type layoutWriter struct {
	rng    *rand.Rand
	change int // of a hundred objects, how many begin another layout

	blanks [6]string // before a key, before and after a colon, before a comma, before the end, around an object
	order  []int
	absent int
	extra  string
}

func (w *layoutWriter) choose() {
	indents := []string{"", "", " ", "\n", "\n  ", "\r\n\t", "\n            ", "\n                          "}
	for i := range w.blanks {
		w.blanks[i] = indents[w.rng.IntN(len(indents))]
	}
	w.order, w.absent = []int{0, 1, 2, 3}, -1
	if w.rng.IntN(2) == 0 {
		w.rng.Shuffle(len(w.order), func(i, j int) { w.order[i], w.order[j] = w.order[j], w.order[i] })
	}
	if w.rng.IntN(3) == 0 {
		w.absent = w.rng.IntN(4)
	}
	w.extra = []string{"", "", `"unknown":[{"a":1}]`, `"BPM":7`, `"bpm":8`, `"b\u0070m":9`}[w.rng.IntN(6)]
}

func (w *layoutWriter) day() string {
	b := w.blanks
	return `{` + b[0] + `"heart_rate_data"` + b[1] + `:` + b[2] + `{"detailed":{"hr_samples":` + w.samples() + `,"hrv_samples_rmssd":` +
		w.samples() + `},"summary":{` + b[4] + `}}` + b[3] + `,` + b[0] + `"stress_data":{"samples":` + w.samples() + `}` + b[4] + `}`
}

func (w *layoutWriter) samples() string {
	var list []string
	for i := range w.rng.IntN(20) {
		if w.rng.IntN(100) < w.change {
			w.choose()
		}
		list = append(list, w.blanks[5]+w.sample(i)+w.blanks[5])
	}
	return `[` + strings.Join(list, ",") + `]`
}

func (w *layoutWriter) sample(i int) string {
	if w.change > 0 && w.rng.IntN(30) == 0 {
		return []string{`{}`, `null`, `{ }`, `7`, `{"bpm":1}`}[w.rng.IntN(5)]
	}
	minute := string(rune('0'+i%6)) + string(rune('0'+i%10))
	all := []struct{ key, value string }{
		{"timestamp", `"2026-03-02T00:` + minute + `:00.000000+13:00"`},
		{"bpm", "5" + minute},
		{"timer_duration_seconds", "null"},
		{"context", "2"},
	}
	b := w.blanks
	var members []string
	for _, at := range w.order {
		if at != w.absent {
			members = append(members, b[0]+`"`+all[at].key+`"`+b[1]+":"+b[2]+all[at].value)
		}
	}
	if w.extra != "" {
		members = append(members, b[0]+w.extra)
	}
	return "{" + strings.Join(members, b[3]+",") + b[4] + "}"
}
