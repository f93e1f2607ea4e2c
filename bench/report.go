package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/terra-go/terra/bench/internal/measure"
)

// A report prints tables, and counts the targets in them.
type report struct {
	w        io.Writer
	met      int
	missed   []string
	overview []string // a line of Markdown for each table since the section began
}

func (r *report) paragraph(text string) { fmt.Fprintf(r.w, "%s\n\n", text) }

func (r *report) heading(name, about string) {
	fmt.Fprintf(r.w, "== %s: %s\n\n", name, about)
}

// table measures the contenders, which read bytes bytes in each run, and prints
// what came out beside the targets.
func (r *report) table(m measure.Measurer, title string, bytes int, contenders []measure.Contender) error {
	costs, err := m.Measure(contenders)
	if err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	r.print(title, bytes, contenders, costs)
	return nil
}

// print prints a table of what was measured.
func (r *report) print(title string, bytes int, contenders []measure.Contender, costs []measure.Cost) {
	fmt.Fprintf(r.w, "%s, %s\n", title, size(float64(bytes)))
	t := tabwriter.NewWriter(r.w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  \ttime\ttarget\tMB/s\tallocations\tallocated / payload")
	for i, c := range contenders {
		name := title + ", " + c.Name
		read := float64(cmp.Or(c.Bytes, bytes))
		space := costs[i].Allocated / read
		allocations := math.Floor(costs[i].Allocations) // as package testing counts them
		target := r.least(name, costs[i].Relative, c.MinTime) + r.most(name, costs[i].Relative, c.MaxTime)
		fmt.Fprintf(t, "  %s\t%.2f\t%s\t%s\t%.0f%s\t%.2f%s\n", c.Name, costs[i].Relative, strings.TrimSpace(target),
			significant(read/float64(costs[i].Time)*1e3),
			allocations, r.most(name+", allocations", allocations, c.MaxAllocations),
			space, r.most(name+", allocated / payload", space, c.MaxSpace))
	}
	t.Flush()
	fmt.Fprintln(r.w)
	r.note(fmt.Sprintf("%s, %s", title, size(float64(bytes))), float64(bytes), contenders, costs)
}

// note keeps a table's ratios for the overview.
func (r *report) note(title string, bytes float64, contenders []measure.Contender, costs []measure.Cost) {
	cells := []string{title, significant(bytes / float64(costs[0].Time) * 1e3)}
	for _, p := range peers {
		i := slices.IndexFunc(contenders, func(c measure.Contender) bool { return c.Name == p.name })
		if i < 0 {
			return
		}
		cells = append(cells, significant(costs[i].Relative))
	}
	r.overview = append(r.overview, markdown(cells))
}

// printOverview sets the other libraries side by side.
func (r *report) printOverview() {
	if len(r.overview) == 0 {
		return
	}
	head, rule := []string{"", "MB/s"}, []string{"---", "---:"}
	for _, p := range peers {
		head, rule = append(head, p.name), append(rule, "---:")
	}
	r.paragraph(strings.Join(append([]string{markdown(head), markdown(rule)}, r.overview...), "\n"))
	r.overview = nil
}

func markdown(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

// fact prints one number that is to be at most limit, if that is not zero.
func (r *report) fact(name string, value float64, unit string, limit float64) {
	fmt.Fprintf(r.w, "  %s: %s %s%s\n", name, significant(value), unit, r.most(name, value, limit))
}

func (r *report) least(name string, value, target float64) string {
	return r.judge(name, value, "≥", target, value >= target)
}

func (r *report) most(name string, value, target float64) string {
	return r.judge(name, value, "≤", target, value <= target)
}

func (r *report) judge(name string, value float64, relation string, target float64, met bool) string {
	if target == 0 {
		return ""
	}
	if met {
		r.met++
		return fmt.Sprintf(" (%s %v met)", relation, target)
	}
	r.missed = append(r.missed, fmt.Sprintf("%s: %s, wanted %s %v", name, significant(value), relation, target))
	return fmt.Sprintf(" (%s %v MISSED)", relation, target)
}

// summary lists the targets that were missed.
func (r *report) summary() error {
	_, err := fmt.Fprintf(r.w, "%d targets met, %d missed\n", r.met, len(r.missed))
	for _, line := range r.missed {
		fmt.Fprintln(r.w, " ", line)
	}
	return err
}

// significant is x with about three digits that count.
func significant(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

func size(bytes float64) string {
	switch {
	case bytes >= 1e6:
		return significant(bytes/1e6) + " MB"
	case bytes >= 1e4:
		return significant(bytes/1e3) + " KB"
	}
	return fmt.Sprintf("%.0f bytes", bytes)
}
