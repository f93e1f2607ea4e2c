package healthdb

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/webhook"
)

const (
	limitWait      = time.Minute      // when an answer does not say how long
	maxRefusals    = 5                // of one person in a row, before it is given up
	processingWait = 30 * time.Second // when an answer does not say how long
	maxProcessing  = 10               // requests for a window that is being processed
	maxTries       = 5                // requests for a window that end in failures
	firstPause     = time.Second      // after the first of these; doubles
	maxPause       = 30 * time.Second
	maxMisses      = 3 // windows of a lane given up in a row, before all of it is
	maxTrouble     = 6 // rounds of failures without an answer, before everything is given up
)

// run has several ask, and one or a few store.
func (b *backfill) run(ctx context.Context) (BackfillProgress, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	landing := make(chan *landing, b.req.Concurrency)
	var askers, landers sync.WaitGroup
	for range b.req.Concurrency {
		askers.Go(func() {
			for t, ok := b.next(ctx); ok; t, ok = b.next(ctx) {
				err := b.do(ctx, t, landing)
				if err != nil && ctx.Err() == nil {
					cancel(err)
				}
			}
		})
	}
	for range b.landers() {
		landers.Go(func() {
			// What has been answered is worth keeping, even if nothing more is to come.
			b.land(context.WithoutCancel(ctx), landing, cancel)
		})
	}
	askers.Wait()
	close(landing)
	landers.Wait()
	if ctx.Err() != nil {
		return b.progress, context.Cause(ctx)
	}
	if b.failure != nil {
		return b.progress, &BackfillError{b.progress.Failed, b.failure}
	}
	return b.progress, nil
}

// do is a step of one who asks. An error ends everything.
func (b *backfill) do(ctx context.Context, t task, to chan<- *landing) error {
	if t.days() == 0 {
		return b.planLane(ctx, t.lane)
	}
	a := sources[t.lane.typ].ask(ctx, b, t)
	if !b.hear(t, &a) {
		return nil
	}
	if a.err == nil {
		to <- &landing{task: t, answer: a}
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(a.err, terra.ErrUnauthorized) {
		// Either nobody may be asked about with these credentials, or not this one.
		if _, err := b.client.Users.List(ctx, terra.ListUsersOptions{PerPage: 1}); errors.Is(err, terra.ErrUnauthorized) {
			return a.err
		}
	}
	if errors.Is(a.err, terra.ErrNotFound) {
		// Whoever has connected anew meanwhile has another id.
		if c, err := b.db.Connection(ctx, t.lane.person.id); err == nil && c.UserID != a.userID {
			b.mu.Lock()
			defer b.mu.Unlock()
			t.lane.person.userID = c.UserID
			b.settle()
			b.put(t.lane, t.window)
			return nil
		}
	}
	return b.miss(t, a.err)
}

// planLane finds out which days of a lane are to be asked for.
func (b *backfill) planLane(ctx context.Context, l *lane) error {
	c, err := b.db.Connection(ctx, l.person.id)
	if err != nil && !errors.Is(err, ErrNoConnection) {
		return err
	}
	missing := newDayset(b.req.Range.Days())
	if err == nil {
		var failed error
		if missing, failed = b.missing(ctx, l); failed != nil {
			return failed
		}
		missing.join(b.window)
	} else {
		missing.add(0, b.req.Range.Days())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	l.planned, l.missing = true, missing
	l.person.userID, l.person.gone = c.UserID, cmp.Or(l.person.gone, err)
	if known := b.req.Range.Days() - missing.len(); known > 0 {
		b.progress.Done += known
		b.progress.Known += known
		b.report()
	}
	b.enqueue(l)
	return nil
}

// hear takes in what an answer says about the limit. It is false for one that was a
// refusal, for which the person has to wait.
func (b *backfill) hear(t task, a *answer) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, p := time.Now(), t.lane.person
	p.budget.release(t, a.limit, now)
	e, answered := errors.AsType[*terra.Error](a.err)
	if a.err == nil || answered && e.StatusCode != 0 {
		b.progress.Requests++
	}
	refused := errors.Is(a.err, terra.ErrRateLimited) && a.limit.Rule != terra.RuleWindow
	switch {
	case !refused:
		p.budget.refusals = 0
	case p.budget.refusals >= maxRefusals:
		refused = false // not a matter of time, it seems
	default:
		p.budget.refusals++
		wait := cmp.Or(e.RetryAfter, a.limit.ResetAfter, limitWait<<(p.budget.refusals-1))
		b.hold(p, now.Add(wait+jitter()), WaitLimit)
		b.settle()
		b.put(t.lane, t.window)
	}
	if p.until.After(now) {
		p.budget.known, p.budget.limited = false, false // when it is over, it is another
	} else {
		b.unpark(p)
	}
	if a.never {
		a.rest = t.lane.missing.len()
		clear(t.lane.missing)
	}
	b.rouse()
	return !refused
}

// landed counts a window that is stored.
func (b *backfill) landed(l *landing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	b.answers++
	b.trouble, b.until = 0, time.Time{}
	l.lane.misses = 0
	b.progress.Done += l.days() + l.rest
	b.progress.Records += len(l.rows)
	b.report()
}

// miss decides what becomes of a window that could not be fetched or stored. An error
// ends everything.
func (b *backfill) miss(t task, err error) error {
	e, ofAPI := errors.AsType[*terra.Error](err)
	rejected, _ := errors.AsType[*RejectedError](err)
	if !ofAPI && rejected == nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	now, l := time.Now(), t.lane
	t.tries++
	again := func(wait time.Duration, why BackfillWait) { b.later(l, t.window, now.Add(wait+jitter()), why) }
	tooLarge := errors.Is(err, terra.ErrQueued) || errors.Is(err, terra.ErrResponseTooLarge) ||
		ofAPI && e.StatusCode == http.StatusRequestEntityTooLarge
	slow := errors.Is(err, terra.ErrTimeout) || ofAPI && e.StatusCode == http.StatusGatewayTimeout
	switch {
	case errors.Is(err, terra.ErrProcessing):
		b.answers++
		if t.tries < maxProcessing {
			again(cmp.Or(e.RetryAfter, processingWait), WaitProvider)
			return nil
		}
	case errors.Is(err, terra.ErrNotFound), errors.Is(err, terra.ErrUnauthorized):
		b.answers++
		l.person.gone = err
		b.unpark(l.person)
	case t.days() > 1 && (tooLarge || rejected != nil || slow && t.tries > 1):
		if rejected == nil {
			l.width = (t.days() + 1) / 2
		}
		half := t.first + t.days()/2
		b.put(l, window{first: t.first, end: half})
		b.put(l, window{first: half, end: t.end})
		return nil
	case ofAPI && isTrouble(e):
		b.trouble++
		if b.answers == 0 && t.tries >= 3 || b.trouble >= maxTrouble*b.round() {
			return err
		}
		pause := cmp.Or(e.RetryAfter, min(firstPause<<(t.tries-1), maxPause))
		if b.trouble%b.round() == 0 {
			b.pause(now.Add(pause)) // it is not about this window
		}
		if t.tries < maxTries {
			again(pause, WaitService)
			return nil
		}
	}
	b.giveUp(l, t.window, err)
	if l.misses++; l.misses >= maxMisses {
		b.abandon(l, err)
	}
	return nil
}

// round is how many failures without an answer between them are nobody's in particular.
func (b *backfill) round() int { return max(b.req.Concurrency, maxTries) }

// isTrouble is whether an error may be gone a little later.
func isTrouble(e *terra.Error) bool {
	return e.StatusCode >= 500 || e.StatusCode == http.StatusRequestTimeout || errors.Is(e, terra.ErrConnection) ||
		errors.Is(e, terra.ErrTimeout) || errors.Is(e, terra.ErrTruncated) || errors.Is(e, terra.ErrMalformed)
}

// abandon gives up what is left of a lane.
func (b *backfill) abandon(l *lane, err error) {
	for _, w := range l.again {
		b.giveUp(l, w, err)
	}
	l.again = nil
	for {
		if l.missing.newest() < 0 {
			return
		}
		b.giveUp(l, l.take(b.req.Range.Days()), err)
	}
}

func (b *backfill) giveUp(l *lane, w window, err error) {
	b.progress.Failed += w.days()
	b.failure = cmp.Or(b.failure, err)
	if b.req.Failed != nil {
		b.req.Failed(BackfillFailure{l.person.id, l.person.userID, l.typ, b.days(w), err})
	}
	b.report()
}

// settle ends the work on a task.
func (b *backfill) settle() {
	b.flying--
	b.rouse()
}

func (b *backfill) report() {
	b.progress.Waiting, b.progress.WaitingFor = 0, ""
	if b.req.Progress != nil {
		b.req.Progress(b.progress)
	}
}

// waiting tells of a wait that nobody has anything else to do in.
func (b *backfill) waiting(wait time.Duration, why BackfillWait) {
	if b.progress.Waiting == 0 && b.req.Progress != nil {
		b.progress.Waiting, b.progress.WaitingFor = wait, why
		b.req.Progress(b.progress)
	}
	b.progress.Waiting, b.progress.WaitingFor = 0, ""
}

// jitter keeps those apart who would come back at the same moment.
func jitter() time.Duration { return rand.N(250 * time.Millisecond) }

// answer is what came of a request.
type answer struct {
	userID string
	rows   []*record
	limit  terra.RateLimit
	never  bool // the provider does not have this type at all
	rest   int  // days of the lane that need not be asked for then
	asOf   time.Time
	err    error
}

// source is where the records of a type come from and go to.
type source struct {
	table string
	// ask makes one request and prepares what it brings for the store.
	ask func(ctx context.Context, b *backfill, t task) answer
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

func from[T health.Record](collection func(*terra.Client) *terra.Collection[T]) func(context.Context, *backfill, task) answer {
	return func(ctx context.Context, b *backfill, t task) answer {
		b.mu.Lock()
		a := answer{userID: t.lane.person.userID, asOf: b.db.now()}
		b.mu.Unlock()
		if !b.req.Samples && b.db.samples {
			// Before anything that a webhook brings, and yet after an earlier answer.
			a.asOf = time.UnixMilli(a.asOf.Unix())
		}
		result, err := collection(b.client).Fetch(ctx, a.userID, b.days(t.window), terra.WithSamples(b.req.Samples))
		if err != nil {
			if e, ok := errors.AsType[*terra.Error](err); ok {
				a.limit = e.RateLimit
			}
			a.err = err
			return a
		}
		a.limit = result.RateLimit()
		if none, ok := result.(*terra.NoData[T]); ok {
			a.never = none.Status == "not_available"
		}
		records, err := result.Records()
		if err != nil {
			a.err = err
			return a
		}
		typ, pointers := pointers(records)
		if a.rows, a.err = b.db.prepareAll(b.db.tableOf(typ), pointers, a.asOf.UnixMilli(), ""); a.err != nil {
			releaseAll(a.rows)
			a.rows = nil
		}
		return a
	}
}
