//go:build linux || darwin

package jsonscan_test

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/codecgen/testdata/sample"
	"github.com/terra-go/terra/internal/jsonscan"
)

// Texts lie right before a page that cannot be read, but for their padding. To read
// behind that is a fault.
func TestReadsEndInThePadding(t *testing.T) {
	t.Parallel()
	memory := guarded(t, 1<<16)
	const timestamp = `"2026-07-01T07:04:11.000000+01:00"`
	var times strings.Builder
	for i := range 40 {
		fmt.Fprintf(&times, `[%s%s,%s],`, strings.Repeat(" ", i), timestamp, timestamp)
	}
	scans := map[string]func(s *jsonscan.Scanner) int{
		"record": func(s *jsonscan.Scanner) int {
			var record sample.Record
			return record.ScanJSON(s, 0)
		},
		"timestamps": func(s *jsonscan.Scanner) int {
			s.Times = jsonscan.TimeCache{}
			p, found := s.Array(0)
			for more := found == jsonscan.Elements; more; p, more = s.More(p) {
				var at health.Timestamp
				p = at.ScanJSON(s, p)
			}
			return p
		},
		"heart rates": func(s *jsonscan.Scanner) int {
			var heart health.HeartRateDataDetailed
			return heart.ScanJSON(s, 0)
		},
		"any value": func(s *jsonscan.Scanner) int { return s.Skip(0) },
	}
	const heart, spacedHeart = `{"timestamp":` + timestamp + `,"bpm":61,"context":2}`, `{"bpm": 61, "timestamp": ` + timestamp + ` }`
	texts := append([]string{
		"[" + timestamp + "," + times.String(),
		`{"hr_samples":[` + heart + `,` + heart + `, ` + spacedHeart + `, ` + spacedHeart + `]}`,
	}, records...)
	var s jsonscan.Scanner
	for name, scan := range scans {
		for _, text := range texts {
			for n := range len(text) + 1 {
				start := len(memory) - jsonscan.Padding - n
				copy(memory[start:], text[:n])
				if fault := faultOf(func() {
					s.Reset(memory[start:start+n], false)
					if p := scan(&s); p > n {
						t.Errorf("%s: ended at %d of %d", name, p, n)
					}
				}); fault != nil {
					t.Fatalf("%s: a text of %d bytes, cut to %d: %v", name, len(text), n, fault)
				}
				clear(memory[start : start+n])
			}
		}
	}
}

// guarded is memory before a page that cannot be read.
func guarded(t *testing.T, size int) []byte {
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatalf("no memory to guard: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(memory) })
	if err := syscall.Mprotect(memory[size:], syscall.PROT_NONE); err != nil {
		t.Fatalf("no way to guard memory: %v", err)
	}
	return memory[:size:size]
}

func faultOf(f func()) (fault any) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { fault = recover() }()
	f()
	return nil
}
