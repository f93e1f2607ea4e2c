package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
)

const (
	devDays     = 28               // of the first person's past are fetched, and the first time delivered
	devPatience = 20 * time.Second // for the first deliveries, which take milliseconds
)

type devCommand struct {
	platformFlags
	Dir          string `default:"${dev_dir}" placeholder:"DIR" help:"Keep everything there and go on from it next time: the sandbox's state, unless --state-file says where, and a SQLite database of what was delivered. Default: ./${default}."`
	ReceiverAddr string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where the webhook receiver listens. Default: any free port."`
	Provider     string `default:"FITBIT" placeholder:"NAME" help:"What the first person wears. Default: ${default}."`
}

// devReport is what dev says once it is up.
type devReport struct {
	Console    string             `json:"console"`
	BaseURL    string             `json:"base_url"`
	Receiver   string             `json:"receiver"`
	User       terra.User         `json:"user"`
	Records    []recordCount      `json:"records"`
	Deliveries []verifiedDelivery `json:"deliveries"`

	Store string      `json:"store"` // the SQLite file that deliveries land in
	Rows  []tableRows `json:"rows"`  // of all starts so far
	Look  []string    `json:"look"`  // command lines that show some of them
}

// tableRows counts what has landed.
type tableRows struct {
	Table string `json:"table"`
	Rows  int    `json:"rows"`
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
	kept, err := c.keep(ctx, log)
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped before it had begun
		}
		return err
	}
	defer kept.close()
	c.State = cmp.Or(c.State, filepath.Join(c.Dir, devState))
	hook, err := receiver.New(sandbox.DefaultSigningSecret, kept.inbox, log)
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.Handle("/webhooks/terra", hook)
	l, err := bind(ctx, c.ReceiverAddr)
	if err != nil {
		return err
	}
	front := serve(l, routes, log)
	defer front.close()
	hookURL := urlOf(l) + "/webhooks/terra"

	p, err := c.start(ctx, platformParts{store: kept.events(), receiver: hook, receiverURL: hookURL}, log)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.sandbox.SetDestinations([]sandbox.Destination{{URL: hookURL}}); err != nil {
		return err
	}
	landing := land(ctx, kept.db, kept.inbox, ingest.WithLogger(log), ingest.WithFetcher(ingest.NewFetcher(ingest.AllowLoopback())))
	defer landing.close()
	report, err := c.begin(ctx, p, hook)
	if err == nil {
		err = report.land(ctx, kept.db)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped before it had begun
		}
		return err
	}
	report.Receiver = hookURL
	report.Look = c.look()
	if err := out.result(report, report.text); err != nil {
		return err
	}
	fmt.Fprintln(out.err, "Ctrl-C ends it.")
	if err := follow(ctx, p, hook, front, landing, len(report.Deliveries), out.err); err != nil {
		return err
	}
	fmt.Fprintf(out.err, "Stopped. Everything is kept in %s.\n", c.Dir)
	return nil
}

// devStores are the stores in dev's directory, which nobody else uses meanwhile.
type devStores struct {
	stores
	lock io.Closer
}

func (c devCommand) keep(ctx context.Context, log *slog.Logger) (_ *devStores, err error) {
	s := new(devStores)
	if s.lock, err = takeDir(c.Dir, "dev"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	at := store.Location{Kind: store.SQLite, Target: filepath.Join(c.Dir, devDB)}
	if s.db, err = store.OpenDB(ctx, at, healthdb.WithLogger(log)); err != nil {
		return nil, explainStore(err, at)
	}
	if s.inbox, err = store.OpenInbox(ctx, at.Inbox(), store.InboxOptions{Logger: log}); err != nil {
		return nil, explainStore(err, at.Inbox())
	}
	return s, nil
}

func (s *devStores) close() {
	s.stores.close()
	s.lock.Close()
}

// begin connects one person, fetches what they did lately, and asks for some of it
// over the webhook, so that everything there is has happened once: the last days with
// samples, and the first time also the weeks before, without, as they are there in no
// time. Asked for again, those would take the place of samples that came since.
func (c devCommand) begin(ctx context.Context, p *platform, hook *receiver.Receiver) (*devReport, error) {
	const person = "person-1"
	lately := terra.Last(2)
	expected := 2 // what two requests bring
	user, known := connected(p.sandbox, c.Provider, person)
	if !known {
		var err error
		if user, err = p.sandbox.Connect(c.Provider, person); err != nil {
			return nil, usagef("--provider: %s; see terrago providers --sandbox", err)
		}
		expected += 1 + 2 // the auth event, and the weeks before
	}
	report := &devReport{Console: p.url + "/", BaseURL: p.baseURL(), User: user}
	var err error
	if report.Records, err = countRecords(ctx, p.client, user.UserID); err != nil {
		return nil, err
	}
	if !known {
		before := terra.Between(terra.Last(devDays+1).Start, lately.Start)
		if err := askFor(ctx, p.client, user.UserID, before, false); err != nil {
			return nil, err
		}
	}
	if err := askFor(ctx, p.client, user.UserID, lately, true); err != nil {
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

// askFor has two types of record sent to the webhook.
func askFor(ctx context.Context, client *terra.Client, userID string, days terra.Range, samples bool) error {
	_, err := client.Daily.Request(ctx, userID, days, terra.WithSamples(samples))
	if err == nil {
		_, err = client.Sleep.Request(ctx, userID, days, terra.WithSamples(samples))
	}
	return err
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

// countRecords fetches the last weeks of every type.
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

// look are command lines that show what was kept.
func (c devCommand) look() []string {
	list := "terrago events list"
	if c.Dir != devDir {
		list += " --dir " + c.Dir
	}
	return []string{
		list,
		"sqlite3 -box " + filepath.Join(c.Dir, devDB) + " 'SELECT day, distance_steps, heart_rate_avg_hr_bpm FROM dailies'",
	}
}

// land waits until the deliveries are in the database, and counts what is there.
func (r *devReport) land(ctx context.Context, db *store.DB) error {
	patience, cancel := context.WithTimeout(ctx, devPatience)
	defer cancel()
	for _, d := range r.Deliveries {
		if err := waitForDelivery(patience, db, d.TraceID); err != nil {
			return fmt.Errorf("the first deliveries did not land in the database (%w); see: terrago events list", err)
		}
	}
	r.Store = db.Location.Target
	var err error
	r.Rows, err = countRows(ctx, db)
	return err
}

func waitForDelivery(ctx context.Context, db *store.DB, id string) error {
	for {
		_, err := db.Delivery(ctx, id)
		if !errors.Is(err, healthdb.ErrNoDelivery) {
			return err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// countRows leaves out tables without rows.
func countRows(ctx context.Context, db *store.DB) ([]tableRows, error) {
	rows := []tableRows{}
	for _, table := range store.Tables() {
		n, err := db.Count(ctx, table)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			rows = append(rows, tableRows{table, n})
		}
	}
	return rows, nil
}

// follow tells of each delivery after the first n, until ctx ends.
func follow(ctx context.Context, p *platform, hook *receiver.Receiver, front *server, l *landing, n int, w io.Writer) error {
	telling, end := context.WithCancel(ctx)
	var told sync.WaitGroup
	told.Go(func() {
		for r := range hook.From(telling, n) {
			fmt.Fprintf(w, "%s  %s\n", r.At.Format(time.TimeOnly), deliveryOf(r))
		}
	})
	defer told.Wait()
	defer end()
	select {
	case <-ctx.Done():
		return nil
	case <-p.server.stopped():
		return fmt.Errorf("the sandbox's server stopped: %w", p.server.err)
	case <-front.stopped():
		return fmt.Errorf("the receiver's server stopped: %w", front.err)
	case <-l.stopped():
		return fmt.Errorf("the worker stopped: %w", l.err)
	}
}

func (r *devReport) text(w io.Writer) {
	fmt.Fprintf(w, "console\t%s\n", r.Console)
	fmt.Fprintf(w, "base URL\t%s\n", r.BaseURL)
	fmt.Fprintf(w, "receiver\t%s\n", r.Receiver)
	fmt.Fprintf(w, "\n%s connected %s; records of the last four weeks:\n", r.User.ReferenceID, r.User.Provider)
	for _, c := range r.Records {
		fmt.Fprintf(w, "  %s\t%d\n", c.Type, c.Count)
	}
	fmt.Fprintf(w, "\nfirst deliveries:\n")
	for _, d := range r.Deliveries {
		fmt.Fprintf(w, "  %s\n", d)
	}
	fmt.Fprintf(w, "\nin the database %s so far:\n", r.Store)
	for _, t := range r.Rows {
		fmt.Fprintf(w, "  %s\t%d\n", t.Table, t.Rows)
	}
	fmt.Fprintf(w, "\nlook into it:\n")
	for _, line := range r.Look {
		fmt.Fprintf(w, "  %s\n", line)
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
