package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
)

const (
	devDays     = 14               // of the first person's past are fetched at the start
	devPatience = 20 * time.Second // for the first deliveries, which take milliseconds
)

type devCommand struct {
	platformFlags
	ReceiverAddr string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where the webhook receiver listens. Default: any free port."`
	Provider     string `default:"FITBIT" help:"What the first person wears. Default: ${default}."`
}

// devReport is what dev says once it is up.
type devReport struct {
	Console    string             `json:"console"`
	BaseURL    string             `json:"base_url"`
	Receiver   string             `json:"receiver"`
	User       terra.User         `json:"user"`
	Records    []recordCount      `json:"records"`
	Deliveries []verifiedDelivery `json:"deliveries"`
}

type recordCount struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

type verifiedDelivery struct {
	Event    string `json:"event"`
	TraceID  string `json:"trace_id"`
	About    string `json:"about,omitempty"`
	Verified bool   `json:"verified"`
}

func (c devCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if !isLoopback(c.Addr) || !isLoopback(c.ReceiverAddr) {
		return usagef("dev listens on this machine only; give --addr a loopback address such as 127.0.0.1:0")
	}
	hook, err := receiver.New(sandbox.DefaultSigningSecret, log)
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.Handle("/webhooks/terra", hook)
	l, err := bind(ctx, c.ReceiverAddr)
	if err != nil {
		return err
	}
	defer serve(l, routes, log).close()
	hookURL := urlOf(l) + "/webhooks/terra"

	p, err := c.start(ctx, platformParts{receiver: hook, receiverURL: hookURL}, log)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.sandbox.SetDestinations([]sandbox.Destination{{URL: hookURL}}); err != nil {
		return err
	}
	report, err := c.begin(ctx, p, hook)
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped before it had begun
		}
		return err
	}
	report.Receiver = hookURL
	if err := out.result(report, report.text); err != nil {
		return err
	}
	fmt.Fprintln(out.err, "Ctrl-C ends it.")
	if err := follow(ctx, p, hook, len(report.Deliveries), out.err); err != nil {
		return err
	}
	fmt.Fprintln(out.err, "Stopped.")
	return nil
}

// begin connects one person, fetches what they did lately, and asks for some of
// it over the webhook, so that everything there is has happened once.
func (c devCommand) begin(ctx context.Context, p *platform, hook *receiver.Receiver) (*devReport, error) {
	const person = "person-1"
	expected := 2 // what the two requests bring
	user, known := connected(p.sandbox, c.Provider, person)
	if !known {
		var err error
		if user, err = p.sandbox.Connect(c.Provider, person); err != nil {
			return nil, usagef("--provider: %s; see terrago providers --sandbox", err)
		}
		expected++ // the auth event
	}
	report := &devReport{Console: p.url + "/", BaseURL: p.baseURL(), User: user}
	var err error
	if report.Records, err = countRecords(ctx, p.client, user.UserID); err != nil {
		return nil, err
	}
	if _, err := p.client.Daily.Request(ctx, user.UserID, terra.Last(2), terra.WithSamples(true)); err != nil {
		return nil, err
	}
	if _, err := p.client.Sleep.Request(ctx, user.UserID, terra.Last(2), terra.WithSamples(true)); err != nil {
		return nil, err
	}
	patience, cancel := context.WithTimeout(ctx, devPatience)
	defer cancel()
	for r := range hook.From(patience, 0) {
		report.Deliveries = append(report.Deliveries, deliveryOf(r))
		if len(report.Deliveries) == expected {
			return report, nil
		}
	}
	return nil, fmt.Errorf("only %d of the first %d deliveries arrived", len(report.Deliveries), expected)
}

// connected is the person of that reference id, if the state has brought them.
func connected(s *sandbox.Server, provider, referenceID string) (terra.User, bool) {
	for _, u := range s.Users() {
		if strings.EqualFold(u.Provider, provider) && u.ReferenceID.Or("") == referenceID {
			return u, true
		}
	}
	return terra.User{}, false
}

// countRecords fetches the last two weeks of every type.
func countRecords(ctx context.Context, client *terra.Client, userID string) ([]recordCount, error) {
	days := terra.Last(devDays + 1) // today is not over, so it has no record yet
	types := []struct {
		name  string
		count func() (int, error)
	}{
		{"activity", func() (int, error) { return count(ctx, client.Activity, userID, days) }},
		{"body", func() (int, error) { return count(ctx, client.Body, userID, days) }},
		{"daily", func() (int, error) { return count(ctx, client.Daily, userID, days) }},
		{"menstruation", func() (int, error) { return count(ctx, client.Menstruation, userID, days) }},
		{"nutrition", func() (int, error) { return count(ctx, client.Nutrition, userID, days) }},
		{"sleep", func() (int, error) { return count(ctx, client.Sleep, userID, days) }},
		{"athlete", func() (int, error) {
			_, err := client.Athlete.Get(ctx, userID)
			if errors.Is(err, terra.ErrNoData) {
				return 0, nil
			}
			return 1, err
		}},
	}
	var counts []recordCount
	for _, t := range types {
		n, err := t.count()
		if err != nil {
			return nil, err
		}
		counts = append(counts, recordCount{t.name, n})
	}
	return counts, nil
}

func count[T any](ctx context.Context, c *terra.Collection[T], userID string, days terra.Range) (int, error) {
	records, err := c.List(ctx, userID, days)
	return len(records), err
}

// follow tells of each delivery after the first n, until ctx ends.
func follow(ctx context.Context, p *platform, hook *receiver.Receiver, n int, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for r := range hook.From(ctx, n) {
			fmt.Fprintf(w, "%s  %s\n", r.At.Format(time.TimeOnly), deliveryOf(r))
		}
	})
	err := p.wait(ctx)
	cancel()
	done.Wait()
	return err
}

func (r *devReport) text(w io.Writer) {
	fmt.Fprintf(w, "console\t%s\n", r.Console)
	fmt.Fprintf(w, "base URL\t%s\n", r.BaseURL)
	fmt.Fprintf(w, "receiver\t%s\n", r.Receiver)
	fmt.Fprintf(w, "\n%s connected %s; records of the last %d whole days:\n", r.User.ReferenceID, r.User.Provider, devDays)
	for _, c := range r.Records {
		fmt.Fprintf(w, "  %s\t%d\n", c.Type, c.Count)
	}
	fmt.Fprintf(w, "\nfirst deliveries:\n")
	for _, d := range r.Deliveries {
		fmt.Fprintf(w, "  %s\n", d)
	}
	fmt.Fprintln(w)
}

func deliveryOf(r receiver.Receipt) verifiedDelivery {
	return verifiedDelivery{string(r.Event), r.TraceID, r.About, r.Verified}
}

func (d verifiedDelivery) String() string {
	if !d.Verified {
		return "refused"
	}
	return fmt.Sprintf("verified  %-12s %s", d.Event, d.About)
}
