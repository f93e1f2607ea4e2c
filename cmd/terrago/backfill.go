package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"slices"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/webhook"
)

type backfillCommand struct {
	readFlags
	connection
	Users      []string    `name:"user" placeholder:"ID" help:"Whose records: a user id. May be repeated."`
	References []string    `name:"reference-id" placeholder:"ID" help:"Whose records: your own id of the person, with all that is connected. May be repeated."`
	AllUsers   bool        `name:"all-users" help:"The records of everybody who is connected."`
	Types      []string    `name:"type" aliases:"types" enum:"${daily_types}" placeholder:"TYPE" help:"Only these types of record: ${daily_types}."`
	Days       int         `default:"30" help:"The last days, today included. Default: ${default}."`
	Start      health.Date `aliases:"from" placeholder:"YYYY-MM-DD" help:"The first day, instead of --days."`
	End        health.Date `aliases:"to" placeholder:"YYYY-MM-DD" help:"The day after the last one; today is the last without it."`
	Samples    bool        `help:"Every measurement, not just summaries."`
	Again      bool        `help:"Also ask for the days that are in the store or have been asked for before."`
	AtOnce     int         `name:"concurrency" default:"8" placeholder:"N" help:"Requests under way at the same time. Default: ${default}."`
}

// backfilled is the result.
type backfilled struct {
	healthdb.BackfillProgress
	Finished bool   `json:"finished"`
	Error    string `json:"error,omitempty"`
}

func (backfillCommand) lists() reflect.Type { return reflect.TypeFor[gap]() }

func (c backfillCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	req, err := c.request()
	if err != nil {
		return err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = req.Concurrency // or they would have to connect anew all the time
	defer transport.CloseIdleConnections()
	client, err := c.client(log, terra.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return err
	}
	db, err := c.openDB(ctx, log)
	if err != nil {
		return err
	}
	defer db.Close()
	if req.Connections, err = c.connections(ctx, db); err != nil {
		return err
	}
	failures := failures{}
	req.Failed = failures.add
	progress := startProgress(out.terminal)
	req.Progress = progress.set
	done, err := db.Backfill(ctx, client, req)
	progress.stop()
	v := backfilled{BackfillProgress: done, Finished: err == nil}
	if err != nil {
		if err = explainEither(err, c.connection, db.Location); errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		v.Error = err.Error()
	}
	// Interrupted, it still says what is missing; a second interrupt ends that as well.
	if tell := tellGaps(context.WithoutCancel(ctx), out, db, req, failures, v); tell != nil {
		return explainStore(tell, db.Location)
	}
	switch {
	case err == nil:
		return nil
	case out.format == formatJSON:
		return errReported
	}
	return fmt.Errorf("%w; the same command goes on from here", err)
}

func (v backfilled) tell(w io.Writer) {
	fmt.Fprintf(w, "%d of %d days are there, of each person and type; %d records fetched in %d requests.\n", v.Done, v.Total, v.Records, v.Requests)
}

func (c backfillCommand) request() (healthdb.BackfillRequest, error) {
	req := healthdb.BackfillRequest{Samples: c.Samples, Again: c.Again, Concurrency: c.AtOnce}
	if (len(c.Users)+len(c.References) > 0) == c.AllUsers {
		return req, usagef("whose records? Say --user ID, --reference-id ID or --all-users")
	}
	if c.AtOnce < 1 {
		return req, usagef("--concurrency must be 1 or more")
	}
	for _, t := range c.Types {
		req.Types = append(req.Types, webhook.EventType(t))
	}
	if len(req.Types) == 0 {
		req.Types = healthdb.DailyTypes()
	}
	var err error
	req.Range, err = rangeFlags{c.Days, c.Start, c.End}.days()
	return req, err
}

// connections are those of the users asked for.
func (c backfillCommand) connections(ctx context.Context, db *store.DB) ([]int64, error) {
	var ids []int64
	for i, user := range c.Users {
		connection, err := db.ConnectionOf(ctx, user)
		if errors.Is(err, healthdb.ErrNoConnection) {
			return nil, usagef("the store knows nobody by %s; terrago reconcile makes it know everybody who is connected", which("user id", i, len(c.Users)))
		}
		if err != nil {
			return nil, explainStore(err, db.Location)
		}
		ids = append(ids, connection.ID)
	}
	filters := []healthdb.ConnectionFilter{}
	for _, id := range c.References {
		filters = append(filters, healthdb.ConnectionFilter{ReferenceID: id})
	}
	if c.AllUsers {
		filters = append(filters, healthdb.ConnectionFilter{})
	}
	for i, f := range filters {
		before := len(ids)
		f.Statuses = []healthdb.Status{healthdb.StatusActive}
		for connection, err := range db.Connections(ctx, f) {
			if err != nil {
				return nil, explainStore(err, db.Location)
			}
			ids = append(ids, connection.ID)
		}
		if len(ids) > before {
			continue
		}
		who := "nobody"
		if f.ReferenceID != "" {
			who = "nobody of " + which("reference id", i, len(filters))
		}
		return nil, usagef("%s is connected as far as the store knows; terrago reconcile makes it know everybody who is", who)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// which tells an argument from others like it without quoting it, as ids are private.
func which(what string, i, n int) string {
	if n == 1 {
		return "that " + what
	}
	return fmt.Sprintf("%s number %d", what, i+1)
}

// explainEither is for errors of work between Terra and the store.
func explainEither(err error, c connection, at store.Location) error {
	if _, argument := errors.AsType[*terra.ArgumentError](err); argument {
		return c.explain(err)
	}
	if _, answer := errors.AsType[*terra.Error](err); answer || errors.Is(err, terra.ErrConnection) {
		return c.explain(err)
	}
	return explainStore(err, at)
}
