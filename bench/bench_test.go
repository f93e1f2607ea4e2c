package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/bench/internal/measure"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/webhook"
)

// TestDocuments holds all contenders to the same values.
func TestDocuments(t *testing.T) {
	t.Parallel()
	err := eachDocument(2, func(d document, _ float64) error {
		if tooSlow(d) {
			return nil
		}
		t.Run(d.name, func(t *testing.T) {
			want := d.mirror()
			check(t, json.Unmarshal(d.text, want))
			for _, p := range peers {
				got := d.mirror()
				check(t, p.unmarshal(d.text, got))
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s decodes other values", p.name)
				}
				text, err := p.marshal(want)
				check(t, err)
				got = d.mirror()
				check(t, json.Unmarshal(text, got))
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s encodes other values", p.name)
				}
			}
			value, err := d.read(d.text)
			check(t, err)
			text, err := value.MarshalJSON()
			check(t, err)
			got := d.mirror()
			check(t, json.Unmarshal(text, got))
			if !reflect.DeepEqual(got, want) {
				t.Error("terra decodes or encodes other values")
			}
		})
		return nil
	})
	check(t, err)
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		make     func() (document, error)
		min, max int
	}{
		{dayDocument, 180_000, 250_000},
		{activityDocument, 1_800_000, 2_400_000},
		{nightDocument, 75_000, 90_000},
		{authDocument, 350, 450},
		{summaryDocument, 2_000, 3_500},
	} {
		d, err := tt.make()
		check(t, err)
		if n := len(d.text); n < tt.min || n > tt.max {
			t.Errorf("%s has %d bytes", d.name, n)
		}
	}
}

// TestContenders runs every contender once.
func TestContenders(t *testing.T) {
	t.Parallel()
	once := func(name string, contenders []measure.Contender, err error) {
		check(t, err)
		if len(contenders) < 2 {
			t.Errorf("%s has nobody to compare with", name)
		}
		for _, c := range contenders {
			if err := c.Do(); err != nil {
				t.Errorf("%s, %s: %v", name, c.Name, err)
			}
		}
	}
	check(t, eachDocument(2, func(d document, allocations float64) error {
		if tooSlow(d) {
			return nil
		}
		once(d.name, decodeContenders(d, allocations), nil)
		contenders, err := encodeContenders(d)
		once(d.name, contenders, err)
		contenders, err = eventContenders(d)
		once(d.name, contenders, err)
		return nil
	}))
	day, err := dayDocument()
	check(t, err)
	once("stream", streamContenders(day.text, 1<<20), nil)
	nights, err := nightsDocument(3)
	check(t, err)
	contenders, stop, err := listContenders(nights)
	check(t, err)
	defer stop()
	once("list", contenders, nil)
}

func TestCostsAlone(t *testing.T) {
	t.Parallel()
	d, err := authDocument()
	check(t, err)
	costs, err := costsAlone(measure.Measurer{Rounds: 1, Turn: time.Millisecond, Runs: 1}, d.text)
	check(t, err)
	if len(costs) != 2 || costs[0].Relative != 1 || costs[1].Time <= 0 {
		t.Errorf("another process measured %+v", costs)
	}
}

func TestByHandVerifies(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	header.Set(webhook.HeaderSignature, "t=1,v1=00")
	if byHand(standard, header, []byte("{}"), new(any)) == nil {
		t.Error("a forged delivery passes")
	}
}

// TestLayouts holds every layout to the same values.
func TestLayouts(t *testing.T) {
	t.Parallel()
	day, err := dayDocument()
	check(t, err)
	layouts, err := layoutsOf(day.text)
	check(t, err)
	want, err := health.Decode[health.Daily](day.text)
	check(t, err)
	for _, l := range layouts {
		got, err := health.Decode[health.Daily](l.text)
		check(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: other values", l.name)
		}
	}
}

func TestStreamAlone(t *testing.T) {
	t.Parallel()
	day, err := dayDocument()
	check(t, err)
	check(t, readStream(day.text, 3<<20))
}

// TestTable prints one for contenders that take a known time.
func TestTable(t *testing.T) {
	t.Parallel()
	spin := func(d time.Duration) func() error {
		return func() error {
			for start := measure.ProcessorTime(); measure.ProcessorTime()-start < d; {
			}
			return nil
		}
	}
	var out bytes.Buffer
	r := &report{w: &out}
	check(t, r.table(measure.Measurer{Rounds: 3, Turn: time.Millisecond, Runs: 1}, "spinning", 1000, []measure.Contender{
		{Name: "one", Do: spin(time.Millisecond), MaxAllocations: 1e6},
		{Name: "ten", Do: spin(10 * time.Millisecond), MinTime: 100},
	}))
	check(t, r.summary())
	for _, want := range []string{"spinning, 1000 bytes", "≤ 1e+06 met", "≥ 100 MISSED", "1 targets met, 1 missed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestRunRefusesUnknownSections(t *testing.T) {
	if err := run(new(bytes.Buffer), []string{"decod"}, measure.Measurer{}); err == nil {
		t.Error("no error")
	}
}

// tooSlow is true of a document that takes minutes under the race detector.
func tooSlow(d document) bool {
	info, ok := debug.ReadBuildInfo()
	return ok && len(d.text) > 1e6 && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
