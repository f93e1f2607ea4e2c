// Command bench measures the library beside what people would write or use
// instead, on this machine, and prints a table. Run it from the root of the
// repository:
//
//	go run ./bench
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"testing"
	"text/tabwriter"
	"time"
)

// rounds is how many times each contender is measured.
const rounds = 5

func main() {
	duration := flag.Duration("time", 500*time.Millisecond, "how long to measure each contender")
	flag.Parse()
	if err := run(os.Stdout, *duration); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A workload is one piece of work that several contenders do. The first of them
// is this library.
type workload struct {
	name       string
	bytes      int // read in each run
	contenders []contender
}

type contender struct {
	name string
	do   func() error
}

func workloads() (all []workload, closeAll func(), err error) {
	all, err = eventWorkloads()
	if err != nil {
		return nil, nil, err
	}
	history, stop, err := historyWorkload()
	if err != nil {
		return nil, nil, err
	}
	return append(all, history), stop, nil
}

// run measures every workload and writes the table.
func run(w io.Writer, duration time.Duration) error {
	testing.Init()
	if err := flag.Set("test.benchtime", (duration / rounds).String()); err != nil {
		return err
	}
	all, stop, err := workloads()
	if err != nil {
		return err
	}
	defer stop()

	for i, work := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := report(w, work); err != nil {
			return err
		}
	}
	return nil
}

// report writes one workload's part of the table. The ratio is how many times as
// long as this library a contender takes.
func report(w io.Writer, work workload) error {
	fmt.Fprintln(w, work.name)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\tratio\ttime\tMB/s\tallocations\tbytes allocated")
	results, err := measure(work)
	if err != nil {
		return fmt.Errorf("%s: %w", work.name, err)
	}
	ours := float64(results[0].NsPerOp())
	for i, c := range work.contenders {
		result := results[i]
		ns := float64(result.NsPerOp())
		fmt.Fprintf(table, "  %s\t%.2f\t%v\t%.0f\t%d\t%d\n", c.name, ns/ours, time.Duration(ns).Round(100*time.Nanosecond),
			float64(work.bytes)/ns*1e3, result.AllocsPerOp(), result.AllocedBytesPerOp())
	}
	return table.Flush()
}

// measure has the contenders take turns and keeps the fastest round of each: what
// else the machine does can only slow a round down.
func measure(work workload) ([]testing.BenchmarkResult, error) {
	fastest := make([]testing.BenchmarkResult, len(work.contenders))
	for range rounds {
		for i, c := range work.contenders {
			result, err := measureOnce(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if fastest[i].N == 0 || result.NsPerOp() < fastest[i].NsPerOp() {
				fastest[i] = result
			}
		}
	}
	return fastest, nil
}

func measureOnce(c contender) (testing.BenchmarkResult, error) {
	var failed error
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if failed = c.do(); failed != nil {
				b.FailNow()
			}
		}
	})
	if failed == nil && result.N == 0 {
		failed = errors.New("was not measured")
	}
	return result, failed
}
