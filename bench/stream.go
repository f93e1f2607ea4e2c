package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/terra-go/terra/bench/internal/measure"
	"github.com/terra-go/terra/health"
)

const (
	streamBytes = 500_000_000
	// streamChild is the argument with which the program calls itself, to read the
	// stream in a process that does nothing else.
	streamChild = "stream-alone"
)

func streamSection(r *report, m measure.Measurer) error {
	d, err := dayDocument()
	if err != nil {
		return err
	}
	if err := r.table(m, "a tenth of it", streamBytes/10, streamContenders(d.text, streamBytes/10)); err != nil {
		return err
	}
	before, after, err := residentOfChild()
	if err != nil {
		return err
	}
	if after == 0 {
		r.paragraph("  this system does not tell how large a process is")
		return nil
	}
	r.fact("largest resident size of a process that reads all of it", after, "MiB", 64)
	r.fact("of which it had before the first byte", before, "MiB", 0)
	fmt.Fprintln(r.w)
	return nil
}

func streamContenders(day []byte, bytes int) []measure.Contender {
	return []measure.Contender{
		{Name: "terra, Decode of each record in memory", Do: func() error {
			for range repetitions(day, bytes) {
				if _, err := health.Decode[health.Daily](day); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "terra, Records", MaxTime: 1 / 0.8, Do: func() error { return readStream(day, bytes) }},
	}
}

// residentOfChild is what another process tells of [streamAlone].
func residentOfChild() (before, after float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	child := exec.Command(self, streamChild)
	child.Stderr = os.Stderr
	out, err := child.Output()
	if err != nil {
		return 0, 0, err
	}
	_, err = fmt.Sscan(string(out), &before, &after)
	return before, after, err
}

// streamAlone reads the whole stream and writes the largest resident sizes, in MiB,
// before and after.
func streamAlone(w io.Writer) error {
	d, err := dayDocument()
	if err != nil {
		return err
	}
	before := peakResident()
	if err := readStream(d.text, streamBytes); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, before, peakResident())
	return err
}

func readStream(day []byte, bytes int) error {
	n := 0
	for _, err := range health.Records[health.Daily](newStream(day, bytes)) {
		if err != nil {
			return err
		}
		n++
	}
	if n != repetitions(day, bytes) {
		return fmt.Errorf("%d records of %d", n, repetitions(day, bytes))
	}
	return nil
}

func repetitions(day []byte, bytes int) int { return bytes / (len(day) + 1) }

// newStream is an envelope of about as many bytes, made while it is read.
func newStream(day []byte, size int) io.Reader {
	parts := []io.Reader{strings.NewReader(`{"type":"daily","data":[`)}
	for i := range repetitions(day, size) {
		if i > 0 {
			parts = append(parts, strings.NewReader(","))
		}
		parts = append(parts, bytes.NewReader(day))
	}
	return io.MultiReader(append(parts, strings.NewReader("]}"))...)
}

// peakResident is in MiB, or 0 where the system does not tell.
func peakResident() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kib); err == nil {
			return kib / 1024
		}
	}
	return 0
}
