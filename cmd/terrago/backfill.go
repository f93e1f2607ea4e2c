package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/webhook"
)

type backfillCommand struct {
	readFlags
	connection
	Users    []string    `name:"user" placeholder:"ID" help:"Whose records: a user id. May be repeated."`
	AllUsers bool        `name:"all-users" help:"The records of everybody who is connected."`
	Types    []string    `name:"types" enum:"${daily_types}" placeholder:"TYPE" help:"Only these: ${daily_types}."`
	Days     int         `default:"30" help:"The last days, today included. Default: ${default}."`
	Start    health.Date `aliases:"from" placeholder:"YYYY-MM-DD" help:"The first day, instead of --days."`
	End      health.Date `aliases:"to" placeholder:"YYYY-MM-DD" help:"The day after the last one; today is the last without it."`
	Samples  bool        `help:"Every measurement, not just summaries."`
	Again    bool        `help:"Also ask for the days that are in the store or have been asked for before."`
	AtOnce   int         `name:"concurrency" default:"4" help:"People asked about at the same time. Default: ${default}."`
}

// backfilled is the result.
type backfilled struct {
	healthdb.BackfillProgress
	Finished bool   `json:"finished"`
	Error    string `json:"error,omitempty"`
}

func (c backfillCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	req, err := c.request()
	if err != nil {
		return err
	}
	client, err := c.client(log)
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
	progress := newProgress(out.terminal)
	req.Progress = progress.show
	done, err := db.Backfill(ctx, client, req)
	progress.clear()
	v := backfilled{BackfillProgress: done, Finished: err == nil}
	if err != nil {
		if err = explainEither(err, c.connection, db.Location); errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		v.Error = err.Error()
	}
	if tell := out.result(v, v.tell); tell != nil {
		return tell
	}
	switch {
	case err == nil:
		return nil
	case out.values():
		return errReported
	}
	return fmt.Errorf("%w; the same command goes on from here", err)
}

func (v backfilled) tell(w io.Writer) {
	fmt.Fprintf(w, "%d of %d days are there, of each person and type; %d records fetched in %d requests.\n", v.Done, v.Total, v.Records, v.Requests)
}

func (c backfillCommand) request() (healthdb.BackfillRequest, error) {
	req := healthdb.BackfillRequest{Samples: c.Samples, Again: c.Again, Concurrency: c.AtOnce}
	if (len(c.Users) > 0) == c.AllUsers {
		return req, usagef("whose records? Say --user ID or --all-users")
	}
	if c.AtOnce < 1 {
		return req, usagef("--concurrency must be 1 or more")
	}
	for _, t := range c.Types {
		req.Types = append(req.Types, webhook.EventType(t))
	}
	var err error
	req.Range, err = getCommand{Days: c.Days, Start: c.Start, End: c.End}.days()
	return req, err
}

// connections are those of the users asked for.
func (c backfillCommand) connections(ctx context.Context, db *store.DB) ([]int64, error) {
	var ids []int64
	for _, user := range c.Users {
		connection, err := db.ConnectionOf(ctx, user)
		if errors.Is(err, healthdb.ErrNoConnection) {
			return nil, usagef("the store knows nobody by the user id %q; terrago reconcile makes it know everybody who is connected", user)
		}
		if err != nil {
			return nil, explainStore(err, db.Location)
		}
		ids = append(ids, connection.ID)
	}
	if len(ids) > 0 {
		return ids, nil
	}
	for connection, err := range db.Connections(ctx, healthdb.ConnectionFilter{Statuses: []healthdb.Status{healthdb.StatusActive}}) {
		if err != nil {
			return nil, explainStore(err, db.Location)
		}
		ids = append(ids, connection.ID)
	}
	if len(ids) == 0 {
		return nil, usagef("nobody is connected as far as the store knows; terrago reconcile makes it know everybody who is")
	}
	return ids, nil
}

// progress shows how far a backfill has come on one line of a terminal.
type progress struct {
	w     io.Writer // nil shows nothing
	began time.Time
	shown time.Time
	first int // done without a request, so no measure of speed
}

func newProgress(w io.Writer) *progress { return &progress{w: w, began: time.Now()} }

func (p *progress) show(b healthdb.BackfillProgress) {
	const pause = 100 * time.Millisecond
	now := time.Now()
	if p.w == nil || now.Sub(p.shown) < pause && b.Done < b.Total || b.Total == 0 {
		return
	}
	p.shown = now
	if b.Requests == 0 {
		p.first = b.Done
	}
	fmt.Fprintf(p.w, "\r\x1b[K%3d %%  %d of %d days, %d records%s", 100*b.Done/b.Total, b.Done, b.Total, b.Records, p.left(b, now))
}

// left says how long it is going to take, once there is something to go by.
func (p *progress) left(b healthdb.BackfillProgress, now time.Time) string {
	took, done := now.Sub(p.began), b.Done-p.first
	if took < time.Second || done <= 0 || b.Done == b.Total {
		return ""
	}
	left := time.Duration(float64(took) / float64(done) * float64(b.Total-b.Done))
	return fmt.Sprintf(", %s left", left.Round(time.Second))
}

func (p *progress) clear() {
	if p.w != nil && !p.shown.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
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
