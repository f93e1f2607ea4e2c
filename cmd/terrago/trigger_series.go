package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
)

const (
	maxConcurrency = 256

	// triggerGrace is how long what is under way may take when a series is ended.
	triggerGrace = 2 * time.Second
)

// send sends the series, says of each delivery how it went, and sums up.
func (c triggerCommand) send(ctx context.Context, out *output, s sender) error {
	began := time.Now()
	if c.Count == 1 {
		events, err := s.send(ctx)
		if err != nil {
			return err
		}
		if len(events) == 1 {
			return c.tellOne(out, events[0])
		}
		return c.tellAll(out, began, func(yield func(sending) bool) { yield(sending{events: events}) })
	}
	return c.tellAll(out, began, c.series(ctx, s))
}

// tellOne has the only delivery be the result.
func (c triggerCommand) tellOne(out *output, e sentEvent) error {
	e.Fault = c.Fault
	switch {
	case c.wanted(e):
		return out.result(e, func(w io.Writer) { fmt.Fprintln(w, e.line()) })
	case out.values():
		if err := out.result(e, nil); err != nil {
			return err
		}
		return errReported
	case e.Delivered:
		return fmt.Errorf("%s, which it should have refused: %s", e.line(), c.Fault)
	}
	return errors.New(e.line())
}

// tellAll lists deliveries as they come, and then their summary.
func (c triggerCommand) tellAll(out *output, began time.Time, sendings iter.Seq[sending]) error {
	list := newList[sentEvent](out, "events")
	var sum seriesSummary
	var failure error
	for sent := range sendings {
		failure = cmp.Or(failure, sent.err)
		for _, e := range sent.events {
			e.Fault = c.Fault
			sum.add(e, c.wanted(e))
			var err error
			if out.values() || len(out.selected) > 0 {
				err = list.add(e)
			} else {
				_, err = fmt.Fprintln(out.out, e.line())
			}
			if failure = cmp.Or(failure, err); err != nil {
				break
			}
		}
		if failure != nil {
			break
		}
	}
	sum.end(time.Since(began))
	err := list.end("summary", sum, sum.tell)
	if out.format == formatNDJSON || out.format == formatCSV {
		sum.tell(out.err)
	}
	switch {
	case failure != nil:
		return failure
	case err == nil && sum.Unexpected > 0:
		return errReported
	}
	return err
}

// wanted is whether the receiver does what it should.
func (c triggerCommand) wanted(e sentEvent) bool {
	if c.Fault != "" {
		return e.Status >= 400 && e.Status <= 499
	}
	return e.Delivered
}

// line says how e went.
func (e sentEvent) line() string {
	answer := e.Error
	if answer == "" {
		answer = fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Status > 0 {
		answer += ", " + short(e.Took)
	}
	verb := "not delivered"
	if e.Delivered {
		verb = "delivered"
	}
	to, _, _ := strings.Cut(e.URL, "?") // which may hold a secret
	return safeio.String(fmt.Sprintf("%s %s to %s: %s", e.Event, verb, to, answer))
}

// short is a duration for people.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// sending is one event, sent.
type sending struct {
	events []sentEvent
	err    error
}

// series sends the events at their rate, and yields each when it is known how it
// went, until the count is reached, one of them cannot be sent, or ctx ends.
func (c triggerCommand) series(ctx context.Context, s sender) iter.Seq[sending] {
	return func(yield func(sending) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		under, cut := context.WithCancel(context.WithoutCancel(ctx)) // what is under way
		defer cut()
		defer context.AfterFunc(ctx, func() { time.AfterFunc(triggerGrace, cut) })()

		turns, done := make(chan struct{}), make(chan sending)
		go c.pace(ctx, turns)
		var workers sync.WaitGroup
		for range c.concurrency() {
			workers.Go(func() {
				for range turns {
					events, err := s.send(under)
					done <- sending{events, err}
				}
			})
		}
		go func() {
			workers.Wait()
			close(done)
		}()
		wanted := true
		for sent := range done { // to the end, so that no worker is left behind
			if under.Err() != nil && sent.err != nil {
				sent.err = nil // it was cut off
			}
			if wanted && !yield(sent) {
				wanted = false
				stop()
				cut()
			}
		}
	}
}

// pace gives as many turns as there are events, each at its time.
func (c triggerCommand) pace(ctx context.Context, turns chan<- struct{}) {
	defer close(turns)
	began := time.Now()
	for n := 0; c.Count == 0 || n < c.Count; n++ {
		if c.Rate > 0 {
			at := began.Add(time.Duration(float64(n) / float64(c.Rate) * float64(time.Second)))
			select {
			case <-time.After(time.Until(at)):
			case <-ctx.Done():
				return
			}
		}
		select {
		case turns <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
}

// seriesSummary is what a series came to.
type seriesSummary struct {
	Sent       int     `json:"sent"`       // deliveries
	Accepted   int     `json:"accepted"`   // answered 2xx
	Refused    int     `json:"refused"`    // answered anything else
	Unanswered int     `json:"unanswered"` // no answer, or in time
	Unexpected int     `json:"unexpected"` // not what the receiver should have done
	Seconds    float64 `json:"seconds"`
	PerSecond  float64 `json:"per_second"`

	// Of the answers, milliseconds. Missing without any.
	Latency *percentiles `json:"latency_ms,omitempty"`

	took []time.Duration
}

type percentiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (s *seriesSummary) add(e sentEvent, wanted bool) {
	s.Sent++
	if !wanted {
		s.Unexpected++
	}
	switch {
	case e.Status == 0:
		s.Unanswered++
		return
	case e.Delivered:
		s.Accepted++
	default:
		s.Refused++
	}
	s.took = append(s.took, e.Took)
}

// end takes stock after all have been added.
func (s *seriesSummary) end(took time.Duration) {
	s.Seconds = took.Seconds()
	if took > 0 {
		s.PerSecond = float64(s.Sent) / s.Seconds
	}
	if len(s.took) == 0 {
		return
	}
	slices.Sort(s.took)
	at := func(percent int) float64 { // nearest rank
		rank := (percent*len(s.took) + 99) / 100
		return float64(s.took[rank-1]) / float64(time.Millisecond)
	}
	s.Latency = &percentiles{at(50), at(90), at(99), at(100)}
}

func (s seriesSummary) tell(w io.Writer) {
	fmt.Fprintf(w, "%d sent in %.1f s, %.1f a second: %d accepted, %d refused, %d unanswered\n",
		s.Sent, s.Seconds, s.PerSecond, s.Accepted, s.Refused, s.Unanswered)
	if l := s.Latency; l != nil {
		fmt.Fprintf(w, "answered within %.1f ms (half of them), %.1f ms (90 %%), %.1f ms (99 %%), %.1f ms (all)\n", l.P50, l.P90, l.P99, l.Max)
	}
}
