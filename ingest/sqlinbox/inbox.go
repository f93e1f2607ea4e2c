package sqlinbox

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"sync"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/internal/sqldb"
)

const (
	leaseBytes = 32 << 20 // of bodies that one Lease hands out, and one more delivery
	scanBytes  = 8 << 20  // of bodies that Scan holds at a time, and one more delivery
	purgeEvery = time.Minute
	purgeRows  = 1000 // in one transaction

	defaultMemory = 72 * time.Hour
	leastMemory   = 48 * time.Hour
	defaultPoll   = 250 * time.Millisecond
)

// ErrClosed is the error of an [Inbox] after its Close.
var ErrClosed = errors.New("sqlinbox: the inbox is closed")

//go:embed migrations/*/*.sql
var migrations embed.FS

// Inbox is an [ingest.Inbox] in a database.
type Inbox struct {
	db     *sqldb.DB
	store  store
	now    func() time.Time // nil for the store's own clock
	memory time.Duration
	poll   time.Duration

	ordered bool

	puts    chan *ticket  // unbuffered: who sends is waiting for the next transaction
	arrived chan struct{} // holds a token while there may be something to lease

	closing context.Context // ends with Close
	stop    context.CancelFunc
	working sync.WaitGroup
}

// Option changes a default of [OpenSQLite] or [OpenPostgres].
type Option func(*Inbox)

// WithClock has now tell the time, in place of the process's clock for SQLite, and
// of the server's clock for PostgreSQL, which is right however many machines there
// are. It is for tests.
func WithClock(now func() time.Time) Option { return func(in *Inbox) { in.now = now } }

// WithMemory sets for how long the ID of a delivery is remembered after it was
// stored, even though it is done: 72 hours by default, 48 at least. The sender
// repeats what was not acknowledged for a little more than a day.
func WithMemory(d time.Duration) Option { return func(in *Inbox) { in.memory = d } }

// WithPoll sets how often a waiting Lease looks for what other processes have put
// and for what has become due: every 250 ms by default. What is put through the same
// Inbox it hears of at once.
func WithPoll(d time.Duration) Option { return func(in *Inbox) { in.poll = d } }

// WithOrder has Lease hand out deliveries strictly in the order in which they were
// put, urgent or not: none before all those put earlier are acked or buried or in the
// hands of the same call. One that is leased or waits to be tried again thus holds up
// all behind it. It is for SQLite alone, and for all who lease from the file or none.
func WithOrder() Option { return func(in *Inbox) { in.ordered = true } }

// OpenSQLite opens the inbox in an SQLite database, and creates its tables if they
// are not there. The database has to be in a file. One connection of db is taken out
// of the pool for as long as the inbox is open, and set to flush every commit; db
// itself stays the caller's and has to outlive the inbox.
func OpenSQLite(ctx context.Context, db *sql.DB, opts ...Option) (*Inbox, error) {
	return open(ctx, db, sqldb.SQLite, opts)
}

// OpenPostgres opens the inbox in a PostgreSQL database, and creates its tables if
// they are not there. It fails where the server, or db's connections, are set to
// report a commit before it is flushed. db stays the caller's and has to outlive the
// inbox. It does well with SetMaxIdleConns of 8 and more: three connections store, and
// each Lease and Ack under way takes one.
func OpenPostgres(ctx context.Context, db *sql.DB, opts ...Option) (*Inbox, error) {
	return open(ctx, db, sqldb.Postgres, opts)
}

func open(ctx context.Context, pool *sql.DB, dialect sqldb.Dialect, opts []Option) (*Inbox, error) {
	in := &Inbox{memory: defaultMemory, poll: defaultPoll, puts: make(chan *ticket), arrived: make(chan struct{}, 1)}
	for _, o := range opts {
		o(in)
	}
	if in.memory < leastMemory {
		return nil, errors.New("sqlinbox: WithMemory takes 48 hours at least")
	}
	if in.poll <= 0 {
		return nil, errors.New("sqlinbox: WithPoll takes more than 0")
	}
	if in.ordered && dialect != sqldb.SQLite {
		return nil, errors.New("sqlinbox: WithOrder is for SQLite")
	}
	files, err := fs.Sub(migrations, "migrations/"+dialect.String())
	if err != nil {
		return nil, err
	}
	if in.db, err = sqldb.Open(ctx, pool, dialect); err != nil {
		return nil, failed("open", err)
	}
	if err := in.db.Migrate(ctx, "inbox", files); err != nil {
		return nil, failed("open", errors.Join(err, in.db.Close()))
	}
	writers, limit := 1, sqliteBytes
	if dialect == sqldb.SQLite {
		in.store = newSQLite(in.db, in.now, in.ordered)
	} else {
		in.store = newPostgres(in.db, in.now)
		writers, limit = postgresWriters, postgresBytes
	}
	in.closing, in.stop = context.WithCancel(context.Background())
	for range writers {
		in.working.Go(func() { in.write(limit) })
	}
	in.working.Go(in.purge)
	in.announce() // there may be something from before
	return in, nil
}

// Close lets the Puts that have begun to be written finish, ends what else is
// waiting with [ErrClosed], and returns when nothing of the inbox is at work any
// more. Leases stay as they are. The database stays open.
func (in *Inbox) Close() error {
	in.stop()
	in.working.Wait()
	if err := in.db.Close(); err != nil {
		return failed("close", err)
	}
	return nil
}

// Lease implements [ingest.Inbox]. To bound memory it stops short of limit once the
// bodies have passed 32 MiB together.
func (in *Inbox) Lease(ctx context.Context, limit int, ttl time.Duration) ([]ingest.Item, error) {
	if limit <= 0 || ttl <= 0 {
		return nil, errors.New("sqlinbox: lease: limit and ttl have to be more than 0")
	}
	timer := time.NewTimer(in.poll)
	defer timer.Stop()
	for {
		if err := in.ended(ctx); err != nil {
			return nil, err
		}
		items, err := in.lease(ctx, limit, ttl)
		if err != nil {
			return nil, failed("lease", err)
		}
		if len(items) > 0 {
			in.announce() // to the next who waits: there may be more
			return items, nil
		}
		timer.Reset(in.poll)
		select {
		case <-in.arrived:
		case <-timer.C:
		case <-ctx.Done():
		case <-in.closing.Done():
		}
	}
}

// lease looks once. A database that does not answer is an error by the time at which the
// leases would have run out: on a broken connection nothing else might tell for long.
func (in *Inbox) lease(ctx context.Context, limit int, ttl time.Duration) ([]ingest.Item, error) {
	ctx, cancel := context.WithTimeout(ctx, max(ttl, batchTimeout))
	defer cancel()
	return in.store.lease(ctx, limit, ttl)
}

// Extend implements [ingest.Inbox].
func (in *Inbox) Extend(ctx context.Context, ttl time.Duration, items ...ingest.Item) error {
	return in.change(ctx, "extend", items, func(marks []mark) (int, error) { return in.store.extend(ctx, marks, ttl) })
}

// Ack implements [ingest.Inbox].
func (in *Inbox) Ack(ctx context.Context, items ...ingest.Item) error {
	return in.change(ctx, "ack", items, func(marks []mark) (int, error) { return in.store.ack(ctx, marks) })
}

// Retry implements [ingest.Inbox].
func (in *Inbox) Retry(ctx context.Context, item ingest.Item, delay time.Duration, reason string) error {
	if err := in.ended(ctx); err != nil {
		return err
	}
	m, ok := parseMark(item.Lease)
	if !ok {
		return ingest.ErrLeaseLost
	}
	n, err := in.store.retry(ctx, m, max(0, delay), reason)
	if err != nil {
		return failed("retry", err)
	}
	if n == 0 {
		return ingest.ErrLeaseLost
	}
	in.announce()
	return nil
}

// Bury implements [ingest.Inbox].
func (in *Inbox) Bury(ctx context.Context, item ingest.Item, reason string) error {
	return in.change(ctx, "bury", []ingest.Item{item}, func(marks []mark) (int, error) { return in.store.bury(ctx, marks[0], reason) })
}

// Scan implements [ingest.Inbox]. It takes note of all there is in the beginning,
// and holds a few megabytes of bodies at a time.
func (in *Inbox) Scan(ctx context.Context, state ingest.State) iter.Seq2[ingest.Item, error] {
	return func(yield func(ingest.Item, error) bool) {
		if err := in.ended(ctx); err != nil {
			yield(ingest.Item{}, err)
			return
		}
		if state != ingest.Pending && state != ingest.Dead {
			yield(ingest.Item{}, errors.New("sqlinbox: scan: no such state"))
			return
		}
		found, err := in.store.list(ctx, state)
		for len(found) > 0 && err == nil {
			n, bytes := 0, 0
			for n < len(found) && n < maxBatch && (n == 0 || bytes+found[n].size <= scanBytes) {
				bytes += found[n].size
				n++
			}
			var items []ingest.Item
			if items, err = in.store.read(ctx, state, found[:n]); err != nil {
				break
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			found = found[n:]
			err = in.ended(ctx)
		}
		if err != nil {
			yield(ingest.Item{}, failed("scan", err))
		}
	}
}

// Stats implements [ingest.Inbox].
func (in *Inbox) Stats(ctx context.Context) (ingest.Stats, error) {
	if err := in.ended(ctx); err != nil {
		return ingest.Stats{}, err
	}
	s, err := in.store.stats(ctx)
	if err != nil {
		return ingest.Stats{}, failed("stats", err)
	}
	return s, nil
}

// change acts on leased items, and fails when not all of them were.
func (in *Inbox) change(ctx context.Context, op string, items []ingest.Item, do func([]mark) (int, error)) error {
	if err := in.ended(ctx); err != nil {
		return err
	}
	marks := make([]mark, 0, len(items))
	for _, item := range items {
		if m, ok := parseMark(item.Lease); ok && m.of == leased {
			marks = append(marks, m)
		}
	}
	n := 0
	if len(marks) > 0 {
		var err error
		if n, err = do(marks); err != nil {
			return failed(op, err)
		}
	}
	if n < len(items) {
		return ingest.ErrLeaseLost
	}
	return nil
}

// announce wakes one waiting Lease, or the next one to come.
func (in *Inbox) announce() {
	select {
	case in.arrived <- struct{}{}:
	default:
	}
}

func (in *Inbox) ended(ctx context.Context) error {
	if in.closing.Err() != nil {
		return ErrClosed
	}
	return ctx.Err()
}

// purge forgets, from time to time, what has been done for long enough. What fails is tried again a
// minute later; it costs room and nothing else.
func (in *Inbox) purge() {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		for in.closing.Err() == nil {
			if n, err := in.store.purge(in.closing, in.memory, purgeRows); err != nil || n < purgeRows {
				break
			}
		}
		select {
		case <-tick.C:
		case <-in.closing.Done():
			return
		}
	}
}

// failed is the error of an operation. It has nothing of a delivery in it.
func failed(op string, err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, sqldb.ErrClosed):
		return ErrClosed
	case sqldb.KindOf(err) == sqldb.Full:
		return fmt.Errorf("sqlinbox: %s: %w: %w", op, ingest.ErrFull, err)
	}
	return fmt.Errorf("sqlinbox: %s: %w", op, err)
}
