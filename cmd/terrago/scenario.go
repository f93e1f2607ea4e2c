package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/scenario"
)

type scenarioCommand struct {
	Name        string `arg:"" optional:"" help:"Which one; --list tells what there is."`
	List        bool   `help:"List the scenarios and what happens in each."`
	To          string `placeholder:"URL" help:"The receiver to play against. One of the command's own, if left out."`
	SecretFile  string `name:"signing-secret-file" placeholder:"FILE" help:"Read the receiver's signing secret from a file instead of TERRA_SIGNING_SECRET. The sandbox's own, without either."`
	AllowRemote bool   `name:"allow-remote" help:"Permit a receiver that is not on this machine. It must be yours: a scenario is a small attack."`
	Seed        uint64 `default:"1" help:"Which population: the same seed is the same people with the same days. Default: ${default}."`
}

// played is the result: with a receiver of the command's own, its side as well.
type played struct {
	scenario.Report
	Receiver *takings `json:"receiver,omitempty"`
}

// takings are the requests that reached a receiver.
type takings struct {
	Verified int `json:"verified"`
	Repeated int `json:"repeated"` // among them: with a trace id that had been there before
	Refused  int `json:"refused"`
}

func (c scenarioCommand) lists() reflect.Type {
	if c.List {
		return reflect.TypeFor[scenario.Scenario]()
	}
	return nil
}

func (c scenarioCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	switch {
	case c.List && c.Name != "":
		return usagef("--list takes no name")
	case c.List:
		return listScenarios(out)
	case c.Name == "":
		return usagef("which scenario? See: terrago scenario --list")
	}
	key, err := signingSecret(c.SecretFile)
	if err != nil {
		return err
	}
	opts := scenario.Options{
		URL:         c.To,
		Secret:      key,
		AllowRemote: c.AllowRemote,
	}
	var own *receiver.Receiver
	if c.To == "" {
		if own, err = receiver.New(opts.Secret, nil, slog.New(slog.DiscardHandler)); err != nil {
			return err
		}
		hook, url, err := serveAnywhere(ctx, own, log)
		if err != nil {
			return err
		}
		defer hook.close()
		opts.URL = url
	}
	var v played
	if !log.Enabled(ctx, slog.LevelDebug) {
		log = slog.New(slog.DiscardHandler) // that things fail is what the report is about
	}
	if v.Report, err = c.play(ctx, opts, log); err != nil {
		return err
	}
	if own != nil {
		v.Receiver = takingsOf(own)
	}
	if err := out.result(v, v.tell); err != nil {
		return err
	}
	if v.Passed {
		return nil
	}
	if out.values() {
		return errReported
	}
	return fmt.Errorf("the receiver does not do what is expected of one")
}

func listScenarios(out *output) error {
	list := newList[scenario.Scenario](out, "")
	for _, s := range scenario.All() {
		if err := list.add(s, s.Name, s.Summary); err != nil {
			return err
		}
	}
	return list.end("", nil, nil)
}

// play runs the scenario on a sandbox made for it.
func (c scenarioCommand) play(ctx context.Context, opts scenario.Options, log *slog.Logger) (scenario.Report, error) {
	links := http.NewServeMux() // to the sandbox, whose address is part of its links
	front, url, err := serveAnywhere(ctx, links, log)
	if err != nil {
		return scenario.Report{}, err
	}
	defer front.close()
	s, err := sandbox.New(sandbox.WithSeed(c.Seed), sandbox.WithLogger(log), sandbox.WithPublicURL(url))
	if err != nil {
		return scenario.Report{}, err
	}
	defer s.Close()
	links.Handle("/", s)
	report, err := scenario.Run(ctx, s, c.Name, opts)
	switch {
	case errors.Is(err, scenario.ErrUnknown):
		return report, usagef("there is no scenario of that name; see: terrago scenario --list")
	case errors.Is(err, scenario.ErrRemote):
		return report, usagef("--to is not on this machine, and a scenario is a small attack; if the receiver is yours, add --allow-remote")
	case errors.Is(err, sandbox.ErrInvalidDestination):
		return report, usagef("--to must be an http or https URL without credentials")
	}
	return report, err
}

// serveAnywhere answers on a free port of this machine.
func serveAnywhere(ctx context.Context, h http.Handler, log *slog.Logger) (*server, string, error) {
	l, err := bind(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	return serve(l, h, log), urlOf(l), nil
}

// takingsOf counts what r has received.
func takingsOf(r *receiver.Receiver) *takings {
	past, end := context.WithCancel(context.Background())
	end() // nothing more is to come
	var t takings
	seen := map[string]bool{}
	for receipt := range r.From(past, 0) {
		if !receipt.Verified {
			t.Refused++
			continue
		}
		t.Verified++
		if seen[receipt.TraceID] {
			t.Repeated++
		}
		seen[receipt.TraceID] = true
	}
	return &t
}

// tell writes the report for people to read.
func (v played) tell(w io.Writer) {
	fmt.Fprintf(w, "%s\n", v.Summary)
	for i, step := range v.Steps {
		fmt.Fprintf(w, "\n%s  %s", step.At.Format(time.DateTime), step.Action)
		if step.Outcome != "" {
			fmt.Fprintf(w, ": %s", step.Outcome)
		}
		fmt.Fprintln(w)
		for _, line := range v.sent(i + 1) {
			fmt.Fprintf(w, "    %s\n", line)
		}
	}
	fmt.Fprintln(w)
	for _, check := range v.Checks {
		verdict := "ok"
		if !check.Met {
			verdict = "FAILED"
		}
		fmt.Fprintf(w, "%s\t%s\n", verdict, check.Expected)
	}
	if t := v.Receiver; t != nil {
		fmt.Fprintf(w, "\nThe receiver verified %d requests, %d of them repetitions, and refused %d.\n", t.Verified, t.Repeated, t.Refused)
	}
}

// sent is what set out in a step and what became of it in the end, like with like.
func (v played) sent(step int) []string {
	type outcome struct {
		event  string
		state  sandbox.State
		status int
	}
	type sum struct{ first, deliveries, attempts int }
	sums := map[outcome]sum{}
	for i, d := range v.Deliveries {
		if d.Step != step {
			continue
		}
		o := outcome{d.EventType, d.State, d.Status}
		n, known := sums[o]
		if !known {
			n.first = i
		}
		n.deliveries++
		n.attempts += len(d.Attempts)
		sums[o] = n
	}
	var lines []string
	kinds := slices.SortedFunc(maps.Keys(sums), func(a, b outcome) int { return cmp.Compare(sums[a].first, sums[b].first) })
	for _, o := range kinds {
		n := sums[o]
		line := o.event
		if n.deliveries > 1 {
			line = fmt.Sprintf("%d × %s", n.deliveries, o.event)
		}
		line += fmt.Sprintf(": %s", o.state)
		if o.status != 0 {
			line += fmt.Sprintf(" (%d)", o.status)
		}
		if n.attempts > n.deliveries {
			line += fmt.Sprintf(", %d attempts", n.attempts)
		}
		lines = append(lines, line)
	}
	for _, r := range v.Requests {
		if r.Step == step {
			lines = append(lines, fmt.Sprintf("%d bytes: %s", r.Bytes, cmp.Or(r.Error, fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)))))
		}
	}
	return lines
}
