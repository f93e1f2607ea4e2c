package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

// TestTable runs every contender once and more, so that the table cannot rot
// unseen.
func TestTable(t *testing.T) {
	var table bytes.Buffer
	if err := run(&table, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	all, stop, err := workloads()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, work := range all {
		if !strings.Contains(table.String(), work.name) {
			t.Errorf("the table lacks %q", work.name)
		}
		if len(work.contenders) < 2 {
			t.Errorf("%q has nobody to compare with", work.name)
		}
	}
}

func TestSleepEventSize(t *testing.T) {
	t.Parallel()
	for _, want := range []int{2 << 10, 200 << 10} {
		body, err := sleepEvent(want)
		if err != nil {
			t.Fatal(err)
		}
		if off := math.Abs(float64(len(body)-want)) / float64(want); off > 0.05 {
			t.Errorf("an event of %d bytes was asked for and has %d", want, len(body))
		}
	}
}
