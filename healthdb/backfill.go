package healthdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

const (
	backfillWindow      = 28 // days in a request; Terra sends more to the webhook instead
	backfillWindowDense = 7  // with samples, more does not reliably fit in one answer
	backfillConcurrency = 4
)

// BackfillRequest says what [DB.Backfill] is to fetch.
type BackfillRequest struct {
	Range       terra.Range         // of any length
	Connections []int64             // by ID; all that are active when empty
	Types       []webhook.EventType // of [DailyTypes]; all of them when empty

	// Again asks for the whole Range, and not only for the days that are neither in
	// the store nor have been asked for.
	Again bool

	// Samples asks for every measurement beside the summaries, as webhooks have them.
	// Without it the answers come faster, and what they hold is only stored where
	// there is nothing yet: it never takes the place of a record that may have
	// samples. Days that are in the store without samples are no reason to ask,
	// unless Again is set.
	Samples bool

	// Concurrency is how many connections are asked about at the same time; 0 is 4.
	Concurrency int

	// Progress is called after each step, never twice at the same time. It may be
	// nil.
	Progress func(BackfillProgress)
}

// BackfillProgress is how far a backfill has come. Done and Total count the days of
// the Range once for each connection and type, whether they are to be fetched or not.
type BackfillProgress struct {
	Done     int `json:"done"`
	Total    int `json:"total"`
	Requests int `json:"requests"` // answered
	Records  int `json:"records"`  // stored, new or not
	Failed   int `json:"failed"`   // pairs of connection and type that were given up
}

// BackfillError says that part of what was asked for could not be fetched. The days
// concerned are still to be asked for.
type BackfillError struct {
	Failed int   // pairs of connection and type
	Err    error // of the first of them
}

func (e *BackfillError) Error() string {
	return fmt.Sprintf("healthdb: backfill: %d failed, the first with: %v", e.Failed, e.Err)
}

// Unwrap returns Err.
func (e *BackfillError) Unwrap() error { return e.Err }

// Backfill fetches records over the API and stores them as [Store] does, as of the
// time at which each request was begun, unless they lack samples. It asks for what is missing in a range, be it
// before or after the connections began, in steps of some weeks, and waits where
// Terra's limits make it wait.
//
// What has been asked for is noted in the store, so a backfill that was ended by ctx
// or by a crash goes on where it was when it is started again, and does not ask for
// days without data twice. Days that are not over yet count as to be asked for again.
//
// A connection that Terra has no answer for does not keep the others from theirs; the
// error is a [*BackfillError] then. Other errors end the backfill.
func (db *DB) Backfill(ctx context.Context, client *terra.Client, req BackfillRequest) (BackfillProgress, error) {
	b := backfill{db: db, client: client, req: req}
	if err := b.prepare(ctx); err != nil {
		return BackfillProgress{}, err
	}
	err := b.run(ctx)
	return b.progress, err
}

// backfill is one that is under way.
type backfill struct {
	db     *DB
	client *terra.Client
	req    BackfillRequest

	mu       sync.Mutex // of what follows, and of calls of Progress
	progress BackfillProgress
	failure  error // the first that concerns one connection
}

func (b *backfill) prepare(ctx context.Context) error {
	if err := checkRange(b.req.Range); err != nil {
		return err
	}
	for _, t := range b.req.Types {
		if _, ok := sources[t]; !ok {
			return errType
		}
	}
	if len(b.req.Types) == 0 {
		b.req.Types = DailyTypes()
	}
	if b.req.Concurrency < 0 {
		return &terra.ArgumentError{Argument: "concurrency", Problem: "negative"}
	}
	b.req.Concurrency = cmp.Or(b.req.Concurrency, backfillConcurrency)
	if len(b.req.Connections) == 0 {
		for c, err := range b.db.Connections(ctx, ConnectionFilter{Statuses: []Status{StatusActive}}) {
			if err != nil {
				return err
			}
			b.req.Connections = append(b.req.Connections, c.ID)
		}
	}
	b.progress.Total = len(b.req.Connections) * len(b.req.Types) * b.req.Range.Days()
	return nil
}

func (b *backfill) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ids := make(chan int64)
	var workers sync.WaitGroup
	for range min(b.req.Concurrency, len(b.req.Connections)) {
		workers.Go(func() {
			for id := range ids {
				if err := b.connection(ctx, id); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, id := range b.req.Connections {
		select {
		case ids <- id:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(ids)
	workers.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if b.failure != nil {
		return &BackfillError{b.progress.Failed, b.failure}
	}
	return nil
}

// connection fetches one type after the other. An error is one that ends everything.
func (b *backfill) connection(ctx context.Context, id int64) error {
	for _, t := range b.req.Types {
		left := b.req.Range.Days()
		c, err := b.db.Connection(ctx, id)
		if err == nil {
			err = b.fetch(ctx, c, t, &left)
		}
		if err != nil {
			if ctx.Err() != nil || !ofConnection(err) {
				return err
			}
			b.report(BackfillProgress{Done: left, Failed: 1}, err)
		}
	}
	return nil
}

// ofConnection is whether an error says nothing about other connections.
func ofConnection(err error) bool {
	_, answered := errors.AsType[*terra.Error](err)
	return answered && !errors.Is(err, terra.ErrUnauthorized) || errors.Is(err, ErrNoConnection)
}

// fetch asks for what is missing of one type and counts left down to 0.
func (b *backfill) fetch(ctx context.Context, c Connection, t webhook.EventType, left *int) error {
	list := []terra.Range{b.req.Range}
	if !b.req.Again {
		var err error
		if list, err = b.db.unknownDays(ctx, c.ID, t, b.req.Range); err != nil {
			return err
		}
	}
	missing := 0
	for _, r := range list {
		missing += r.Days()
	}
	b.report(BackfillProgress{Done: *left - missing}, nil)
	*left = missing
	window := backfillWindow
	if b.req.Samples {
		window = backfillWindowDense
	}
	for _, r := range list {
		for r.Start.Before(r.End) {
			part := terra.Days(r.Start, min(window, r.Days()))
			n, err := sources[t].fetch(ctx, b, c.UserID, part)
			if err != nil {
				return err
			}
			if err := b.db.markAsked(ctx, c.UserID, t, part); err != nil {
				return err
			}
			r.Start, *left = part.End, *left-part.Days()
			b.report(BackfillProgress{Done: part.Days(), Requests: 1, Records: n}, nil)
		}
	}
	return nil
}

// report adds to the progress.
func (b *backfill) report(step BackfillProgress, failure error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress.Done += step.Done
	b.progress.Requests += step.Requests
	b.progress.Records += step.Records
	b.progress.Failed += step.Failed
	b.failure = cmp.Or(b.failure, failure)
	if b.req.Progress != nil && step != (BackfillProgress{}) {
		b.req.Progress(b.progress)
	}
}

// source is where the records of a type come from and go to.
type source struct {
	table string
	// fetch asks for the records of some days, stores them, and counts them.
	fetch func(ctx context.Context, b *backfill, userID string, r terra.Range) (int, error)
}

var errType = &terra.ArgumentError{Argument: "type", Problem: "not one that is read day by day"}

var sources = map[webhook.EventType]source{
	webhook.TypeActivity:     {"activities", from(func(c *terra.Client) *terra.Collection[health.Activity] { return c.Activity })},
	webhook.TypeBody:         {"bodies", from(func(c *terra.Client) *terra.Collection[health.Body] { return c.Body })},
	webhook.TypeDaily:        {"dailies", from(func(c *terra.Client) *terra.Collection[health.Daily] { return c.Daily })},
	webhook.TypeMenstruation: {"menstruations", from(func(c *terra.Client) *terra.Collection[health.Menstruation] { return c.Menstruation })},
	webhook.TypeNutrition:    {"nutritions", from(func(c *terra.Client) *terra.Collection[health.Nutrition] { return c.Nutrition })},
	webhook.TypeSleep:        {"sleeps", from(func(c *terra.Client) *terra.Collection[health.Sleep] { return c.Sleep })},
}

func from[T health.Record](collection func(*terra.Client) *terra.Collection[T]) func(context.Context, *backfill, string, terra.Range) (int, error) {
	return func(ctx context.Context, b *backfill, userID string, r terra.Range) (int, error) {
		asOf := b.db.now()
		if !b.req.Samples && b.db.samples {
			asOf = time.UnixMilli(0) // before anything that a webhook brings
		}
		var records []T
		// One window, and so one request, which waits for its turn.
		for record, err := range collection(b.client).All(ctx, userID, r, terra.WithSamples(b.req.Samples), terra.WithWindow(r.Days())) {
			if err != nil {
				return 0, err
			}
			records = append(records, record)
		}
		if len(records) == 0 {
			return 0, nil
		}
		// Of the user only the id: what else the store knows is older than this request.
		return len(records), Store(ctx, b.db, terra.User{UserID: userID}, records, asOf)
	}
}

// markAsked notes that the days of r which are over were asked for.
func (db *DB) markAsked(ctx context.Context, userID string, t webhook.EventType, r terra.Range) error {
	if over := db.over(); over.Before(r.End) {
		r.End = over
	}
	if !r.Start.Before(r.End) {
		return nil
	}
	return db.sql.Tx(ctx, func(tx *sqldb.Tx) error {
		e, err := db.load(tx, clean(userID))
		if err != nil {
			return err
		}
		if e.connection == 0 {
			return ErrNoConnection
		}
		// Neighbours become one row, so that there are few.
		rows, err := tx.Query("DELETE FROM backfills WHERE connection_id = ? AND type = ? AND first_day <= ? AND end_day >= ? RETURNING first_day, end_day",
			e.connection, string(t), r.End.String(), r.Start.String())
		if err != nil {
			return err
		}
		if err := eachSpan(rows, func(first, end health.Date) {
			if first.Before(r.Start) {
				r.Start = first
			}
			if end.After(r.End) {
				r.End = end
			}
		}); err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO backfills (connection_id, type, first_day, end_day) VALUES (?, ?, ?, ?)",
			e.connection, string(t), r.Start.String(), r.End.String())
		return err
	})
}
