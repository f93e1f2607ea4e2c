package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra/healthdb"
)

// progress shows how far a backfill has come, on one line of a terminal.
type progress struct {
	w     io.Writer // nil shows nothing
	done  chan struct{}
	ended sync.WaitGroup

	mu     sync.Mutex
	latest healthdb.BackfillProgress
	began  time.Time // zero until there is something to show
	told   time.Time // when the latest was
}

// startProgress shows what is set, until stop.
func startProgress(w io.Writer) *progress {
	p := &progress{w: w, done: make(chan struct{})}
	if w != nil {
		p.ended.Go(p.draw)
	}
	return p
}

func (p *progress) set(b healthdb.BackfillProgress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest, p.told = b, time.Now()
	if p.began.IsZero() {
		p.began = p.told
	}
}

// stop ends the line and takes it away.
func (p *progress) stop() {
	close(p.done)
	p.ended.Wait()
}

func (p *progress) draw() {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	drawn := false
	for {
		select {
		case now := <-ticker.C:
			if line := p.line(now); line != "" {
				fmt.Fprint(p.w, "\r\x1b[K"+line)
				drawn = true
			}
		case <-p.done:
			if drawn {
				fmt.Fprint(p.w, "\r\x1b[K")
			}
			return
		}
	}
}

const barWidth = 16

// line is at most 79 characters, for as many days as fit into seven digits.
func (p *progress) line(now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.latest
	if p.began.IsZero() || b.Total == 0 {
		return ""
	}
	over := b.Done + b.Failed
	share := float64(over) / float64(b.Total)
	full := int(share * barWidth)
	line := fmt.Sprintf("[%s%s] %2d %% of %d days", strings.Repeat("#", full), strings.Repeat("-", barWidth-full), int(share*100), b.Total)

	// A wait counts against the speed when it is over. While it lasts, it is what is known.
	wait := max(0, p.told.Add(b.Waiting).Sub(now))
	end := now
	if b.Waiting > 0 {
		end = p.told
	}
	took := end.Sub(p.began).Seconds()
	if took < 1 {
		took = 0
	}
	if took > 0 {
		line += fmt.Sprintf(", %.0f days/s, %.1f requests/s", float64(over-b.Known)/took, float64(b.Requests)/took)
	}
	switch {
	case b.Waiting > 0:
		// In place of the speed, which is none now.
		line, _, _ = strings.Cut(line, ",")
		line += fmt.Sprintf(", waiting %s for %s", inWords(wait), b.WaitingFor)
	case took > 0 && over > b.Known && over < b.Total:
		left := float64(b.Total-over) * took / float64(over-b.Known)
		line += ", " + inWords(time.Duration(left*float64(time.Second))) + " left"
	}
	return line
}

// inWords is a duration as people say it, to the second, the minute or the hour.
func inWords(d time.Duration) string {
	d = max(d, time.Second).Round(time.Second)
	switch {
	case d < 100*time.Second:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 100*time.Minute:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	}
	return fmt.Sprintf("%d h", d.Round(time.Hour)/time.Hour)
}
