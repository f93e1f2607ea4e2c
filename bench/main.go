// Command bench measures the library beside other JSON libraries and beside what
// people would write by hand, on this machine, and prints tables of ratios. Run it
// from the root of the repository, with the sections to print if not all:
//
//	go run ./bench [flags] [decode|encode|events|layout|stream|list|ingest|backfill|footprint ...]
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/terra-go/terra/bench/internal/measure"
)

// A section measures one side of the library and adds to the report.
type section struct {
	name  string
	about string
	run   func(r *report, m measure.Measurer) error
}

var sections = []section{
	{"decode", "decode, into memory of the value's own", decodeSection},
	{"encode", "encode", encodeSection},
	{"events", "verify a delivery and parse it", eventsSection},
	{"layout", "the same day in other layouts", layoutSection},
	{"stream", "a payload of 500 MB, record by record", streamSection},
	{"list", "ask for thirty nights over HTTP", listSection},
	{"ingest", "from a webhook to rows", ingestSection},
	{"backfill", "years of history over HTTP into a database", backfillSection},
	{"footprint", "a program that imports terra and webhook", footprintSection},
}

func main() {
	m := measure.Measurer{}
	flag.IntVar(&m.Rounds, "rounds", 15, "turns that each contender takes")
	flag.DurationVar(&m.Turn, "turn", 40*time.Millisecond, "least duration of a turn")
	flag.IntVar(&m.Runs, "runs", 6, "least number of runs in a turn")
	flag.Parse()
	switch flag.Arg(0) {
	case streamChild:
		exit(streamAlone(os.Stdout))
	case memoryChild:
		exit(receiveAlone(flag.Arg(1), os.Stdin, os.Stdout))
	case sandboxChild:
		exit(serveAlone(flag.Arg(1), os.Stdin, os.Stdout))
	}
	exit(run(os.Stdout, flag.Args(), m))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run prints the named sections, or all of them.
func run(w io.Writer, names []string, m measure.Measurer) error {
	for _, name := range names {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.name == name }) {
			return fmt.Errorf("no section %q", name)
		}
	}
	runtime.GOMAXPROCS(1)
	r := &report{w: w}
	r.paragraph(machine())
	r.paragraph(conditions(m))
	for _, s := range sections {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		r.heading(s.name, s.about)
		if err := s.run(r, m); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		r.printOverview()
	}
	return r.summary()
}

func conditions(m measure.Measurer) string {
	return strings.TrimSpace(fmt.Sprintf(`
One core, processor time, medians of %d rounds in which the contenders of a table
take turns, each of %v and %d runs at least. Time is in units of the first row's turn
in the same round.`, m.Rounds, m.Turn, m.Runs))
}
