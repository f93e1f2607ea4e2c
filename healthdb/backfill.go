package healthdb

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/webhook"
)

const (
	backfillWindow      = 28 // days in a request; Terra sends more to the webhook instead
	backfillWindowDense = 7  // with samples, more does not reliably fit in one answer
	backfillConcurrency = 8
)

// BackfillRequest says what [DB.Backfill] is to fetch.
type BackfillRequest struct {
	Range       terra.Range         // of any length
	Connections []int64             // by ID; all that are active when empty
	Types       []webhook.EventType // of [DailyTypes]; all of them when empty

	// Again asks for the whole Range, and not only for the days that no webhook has
	// brought and that have not been asked for.
	Again bool

	// Samples asks for every measurement beside the summaries, as webhooks have them.
	// Without it the answers come faster, and what they hold is only stored where
	// there is nothing yet or something of an earlier such answer: it never takes the
	// place of a record that may have samples. Days that are in the store without
	// samples are no reason to ask, unless Again is set.
	Samples bool

	// Concurrency is how many requests are under way at the same time, whoever they
	// are about; 0 is 8.
	Concurrency int

	// Progress is called after each step, and Failed with days that are given up.
	// They hold up the work, and none is called while another is. Both may be nil.
	Progress func(BackfillProgress)
	Failed   func(BackfillFailure)
}

// BackfillProgress is how far a backfill has come. Done and Total count the days of
// the Range once for each connection and type, whether they are to be fetched or not.
type BackfillProgress struct {
	Done     int `json:"done"`
	Known    int `json:"known"` // of these, without a request
	Total    int `json:"total"`
	Requests int `json:"requests"` // answered, be it with a refusal
	Records  int `json:"records"`  // stored, new or not
	Failed   int `json:"failed"`   // days that were given up, and are none of those Done

	// Waiting is for how long nothing is to be asked, and WaitingFor why; 0 while
	// there is something to do.
	Waiting    time.Duration `json:"-"`
	WaitingFor BackfillWait  `json:"-"`
}

// BackfillWait is what a backfill may have to wait for.
type BackfillWait string

// What there is to wait for.
const (
	WaitLimit    BackfillWait = "the rate limit"
	WaitProvider BackfillWait = "the provider" // which is still collecting the data
	WaitService  BackfillWait = "the service"  // which does not answer, or with errors
)

// BackfillFailure is days that a backfill has given up. They are still to be asked
// for, and the next backfill does.
type BackfillFailure struct {
	Connection int64
	UserID     string
	Type       webhook.EventType
	Range      terra.Range
	Err        error // of the API, mostly
}

// BackfillError says that part of what was asked for could not be fetched.
type BackfillError struct {
	Failed int   // days
	Err    error // of the first of them
}

func (e *BackfillError) Error() string {
	return fmt.Sprintf("healthdb: backfill: %d days failed, the first with: %v", e.Failed, e.Err)
}

// Unwrap returns Err.
func (e *BackfillError) Unwrap() error { return e.Err }

// Backfill fetches records over the API and stores them as [Store] does, as of the
// time at which each request was begun, unless they lack samples. It asks for what is
// missing in a range, be it before or after the connections began, some weeks at a
// time: first for the newest of everybody, then for what is older. Days that are not
// over yet are always missing.
//
// It keeps to Terra's limit on each connection: while one has to wait, the others go
// on. What has been asked for is noted in the store together with what came of it, so
// a backfill that was ended by ctx or by a crash goes on where it was when it is
// started again, and does not ask for days without data twice. When ctx ends, what has
// been answered is stored still.
//
// Failures of the service and of connections are repeated for some seconds. What
// remains without an answer is given up, and does not keep other days and connections
// from theirs: a connection that Terra does not know any more, days that the provider
// fails on, or that Terra insists on sending to the webhook. The error is a
// [*BackfillError] then. Other errors end the backfill, among them that the
// credentials are refused and that nobody answers at all.
//
// Memory is needed for the answers under way, and some hundred bytes for each
// connection and type.
func (db *DB) Backfill(ctx context.Context, client *terra.Client, req BackfillRequest) (BackfillProgress, error) {
	b := &backfill{db: db, client: client, req: req, wake: make(chan struct{})}
	if err := b.prepare(ctx); err != nil {
		return BackfillProgress{}, err
	}
	return b.run(ctx)
}

func (b *backfill) prepare(ctx context.Context) error {
	req := &b.req
	if err := checkRange(req.Range); err != nil {
		return err
	}
	for _, t := range req.Types {
		if _, ok := sources[t]; !ok {
			return errType
		}
	}
	if len(req.Types) == 0 {
		req.Types = DailyTypes()
	}
	if req.Concurrency < 0 {
		return &terra.ArgumentError{Argument: "concurrency", Problem: "negative"}
	}
	req.Concurrency = cmp.Or(req.Concurrency, backfillConcurrency)
	if len(req.Connections) == 0 {
		for c, err := range b.db.Connections(ctx, ConnectionFilter{Statuses: []Status{StatusActive}}) {
			if err != nil {
				return err
			}
			req.Connections = append(req.Connections, c.ID)
		}
	}
	b.window = backfillWindow
	if req.Samples {
		b.window = backfillWindowDense
	}
	b.plan()
	return nil
}
