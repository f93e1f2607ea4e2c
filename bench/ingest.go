package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/terra-go/terra/bench/internal/measure"
)

const (
	senders    = 64
	landers    = 4 // workers that apply deliveries
	ingestTurn = 1500 * time.Millisecond
	ingestRuns = 3 // turns of each contender; medians count
)

// ingestSection measures by the clock and on all cores, unlike the others: waiting
// for disks is part of the matter.
func ingestSection(r *report, _ measure.Measurer) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU()))
	r.paragraph(fmt.Sprintf(`By the clock, on %d cores that senders, receiver and store share, medians of %d turns
of %v in which the contenders of a table take turns. Everything is flushed to disk before
it is acknowledged, except where it says "not durable".`, runtime.NumCPU(), ingestRuns, ingestTurn))

	dir, err := os.MkdirTemp("", "terra-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stores, err := openStores(ctx, dir)
	if err != nil {
		return err
	}
	defer stores.close()

	for _, body := range []struct {
		name string
		size int
	}{{"2 KB", 2 << 10}, {"150 KB", 150 << 10}} {
		for _, s := range stores.inboxes {
			if err := acknowledge(ctx, r, s, body.name, body.size); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	if err := receiverMemory(r); err != nil {
		return err
	}
	for _, s := range stores.databases {
		if err := land(ctx, r, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// acknowledge has 64 senders hand deliveries to one store: straight, through a
// transaction each, and over HTTP.
func acknowledge(ctx context.Context, r *report, s inboxStore, name string, size int) error {
	straight := load{name: "straight into the inbox", senders: senders, send: s.putter(size)}
	hook, err := newHook(ctx, s.inbox, size)
	if err != nil {
		return err
	}
	defer hook.close()
	loads := []load{straight, {name: "through the receiver, over HTTP", senders: senders, connect: hook.connect}}
	if s.single != nil && size < 100<<10 {
		loads = append(loads, load{name: "a transaction each, without the inbox", senders: senders, send: s.single(size)})
	}
	results, err := takeTurns(ctx, loads)
	if err != nil {
		return err
	}

	title := fmt.Sprintf("%s, bodies of %s, %d senders", s.name, name, senders)
	fmt.Fprintln(r.w, title)
	t := newTable(r.w, "deliveries/s\t× straight\ttarget\tp50\tp99\ttarget")
	for i, l := range loads {
		var share, wait string
		if i == 1 && s.judged {
			least := 0.6
			if size >= 100<<10 {
				least = 0.5
			}
			share = r.least(title+", share of the rate without HTTP", results[i].rate/results[0].rate, least)
			if size < 100<<10 {
				wait = r.most(title+", p99 in ms", milliseconds(results[i].p99), 60)
			}
		}
		fmt.Fprintf(t, "  %s\t%s\t%.2f\t%s\t%s\t%s\t%s\n", l.name, significant(results[i].rate), results[i].rate/results[0].rate,
			share, results[i].p50.Round(10*time.Microsecond), results[i].p99.Round(10*time.Microsecond), wait)
	}
	t.Flush()
	if len(results) > 2 && s.judged {
		ratio := results[1].rate / results[2].rate
		fmt.Fprintf(r.w, "  through the receiver, × a transaction each: %s%s\n", significant(ratio), r.least(title+", × a transaction each", ratio, 2.5))
	}
	fmt.Fprintln(r.w)
	return s.empty(ctx)
}

func newTable(w io.Writer, head string) *tabwriter.Writer {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  \t"+head)
	return t
}

// A load is work that is done again and again by several at once.
type load struct {
	name    string
	senders int
	send    func(ctx context.Context) error                                                     // once, by anyone
	connect func(ctx context.Context) (send func(context.Context) error, end func(), err error) // instead: one for each sender
	units   float64                                                                             // of what is counted in one send, 1 if 0
}

// outcome is what a load came to.
type outcome struct {
	rate     float64 // a second
	p50, p99 time.Duration
}

// takeTurns runs each load several times, in turns, and returns the medians.
func takeTurns(ctx context.Context, loads []load) ([]outcome, error) {
	all := make([][]outcome, len(loads))
	for range ingestRuns {
		for i, l := range loads {
			o, err := l.run(ctx, ingestTurn)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", l.name, err)
			}
			all[i] = append(all[i], o)
		}
	}
	medians := make([]outcome, len(loads))
	for i, outcomes := range all {
		slices.SortFunc(outcomes, func(a, b outcome) int { return int(a.rate - b.rate) })
		medians[i] = outcomes[len(outcomes)/2]
	}
	return medians, nil
}

// run lets the senders work for the time, and waits for what they have begun.
func (l load) run(ctx context.Context, d time.Duration) (outcome, error) {
	type share struct {
		took []time.Duration
		err  error
	}
	shares := make(chan share, l.senders)
	begin := make(chan struct{})
	deadline := time.Now().Add(time.Hour)
	for range l.senders {
		send, end := l.send, func() {}
		if l.connect != nil {
			var err error
			if send, end, err = l.connect(ctx); err != nil {
				return outcome{}, err
			}
		}
		go func() {
			defer end()
			<-begin
			var mine share
			for time.Now().Before(deadline) && mine.err == nil {
				at := time.Now()
				mine.err = send(ctx)
				mine.took = append(mine.took, time.Since(at))
			}
			shares <- mine
		}()
	}
	start := time.Now()
	deadline = start.Add(d)
	close(begin)
	var took []time.Duration
	for range l.senders {
		s := <-shares
		if s.err != nil {
			return outcome{}, s.err
		}
		took = append(took, s.took...)
	}
	elapsed := time.Since(start)
	slices.Sort(took)
	return outcome{
		rate: float64(len(took)) * max(l.units, 1) / elapsed.Seconds(),
		p50:  took[len(took)/2],
		p99:  took[len(took)*99/100],
	}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
