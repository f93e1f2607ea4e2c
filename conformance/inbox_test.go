package conformance

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modernc.org/sqlite"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/inboxtest"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/internal/pgtest"
	"github.com/terra-go/terra/internal/sqldb"
)

func TestInbox(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, create func(testing.TB) database) {
		inboxtest.Run(t, func(t *testing.T) inboxtest.Harness {
			d := create(t)
			var clock fakeClock
			open := func(t *testing.T) ingest.Inbox { return openInbox(t, d, sqlinbox.WithClock(clock.Now)) }
			return inboxtest.Harness{Inbox: open(t), Reopen: open, Advance: clock.Advance}
		})
	})
	t.Run("clock of the server", func(t *testing.T) {
		t.Parallel()
		inboxtest.Run(t, func(t *testing.T) inboxtest.Harness {
			d := newPostgres(t)
			open := func(t *testing.T) ingest.Inbox { return openInbox(t, d) }
			return inboxtest.Harness{Inbox: open(t), Reopen: open}
		})
	})
}

// TestInboxGroups has Puts wait behind a lock, so that they are there together, and
// counts the transactions that they are stored in.
func TestInboxGroups(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, create func(testing.TB) database) {
		tests := []struct {
			name        string
			puts, size  int
			least, most int // transactions
		}{
			{"small bodies share", 64, 2 << 10, 1, 12},
			{"large bodies do not", 4, 5 << 20, 4, 5}, // one may be for forgetting
			{"nor do too many", 600, 10, 3, 16},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				d := create(t)
				transactions := countTransactions(t, &d)
				in := openInbox(t, d)
				before := transactions()
				behindLock(t, d, func() {
					body := make([]byte, tt.size)
					for n := range tt.puts {
						go mustPut(t, in, int64(n), body)
					}
				})
				waitPending(t, in, tt.puts)
				if n := transactions() - before; n < tt.least || n > tt.most {
					t.Errorf("%d deliveries were stored in %d transactions, want %d to %d", tt.puts, n, tt.least, tt.most)
				}
			})
		}
	})
}

// TestInboxBodies has deliveries stored together, some of them twice, and finds the
// body of each as it was, whatever its length and that of those beside it.
func TestInboxBodies(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, create func(testing.TB) database) {
		const n = 200
		d := create(t)
		in := openInbox(t, d)
		bodies := map[string][]byte{}
		for i := range int64(n) {
			random := rand.New(rand.NewPCG(1, uint64(i)))
			body := make([]byte, []int{0, 1, 100, 3000, 30_000}[i%5])
			for j := range body {
				body[j] = byte(random.Uint32()) // zeros among them
			}
			bodies[deliveryID(i)] = body
		}
		var first atomic.Int64
		var puts sync.WaitGroup
		behindLock(t, d, func() {
			for id, body := range bodies {
				for range 2 {
					puts.Go(func() {
						duplicate, err := in.Put(t.Context(), ingest.Delivery{ID: id, ReceivedAt: time.Now(), Body: body})
						if err != nil {
							t.Error(err)
						} else if !duplicate {
							first.Add(1)
						}
					})
				}
			}
		})
		puts.Wait()
		if first.Load() != n {
			t.Errorf("%d are told that theirs was the first, want %d", first.Load(), n)
		}
		found := 0
		for item, err := range in.Scan(t.Context(), ingest.Pending) {
			if err != nil {
				t.Fatal(err)
			}
			if body, ok := bodies[item.ID]; !ok || !bytes.Equal(item.Body, body) {
				t.Errorf("a body of %d bytes is not the one of %d bytes that was put", len(item.Body), len(body))
			}
			found++
		}
		if found != n {
			t.Errorf("%d are there, want %d", found, n)
		}
	})
}

// TestInboxPoison has one delivery that the database refuses among others.
func TestInboxPoison(t *testing.T) {
	t.Parallel()
	d := newPostgres(t)
	in := openInbox(t, d)
	refused := make(chan error, 1)
	behindLock(t, d, func() {
		for n := range 20 {
			go mustPut(t, in, int64(n), []byte("body"))
		}
		go func() {
			_, err := in.Put(t.Context(), ingest.Delivery{ID: "secret \xff", Body: []byte("body")})
			refused <- err
		}()
	})
	if err := <-refused; err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("an ID that is not UTF-8: %v", err)
	}
	waitPending(t, in, 20)
}

// TestInboxHangs has a Put give up that waits for a database that does not answer.
func TestInboxHangs(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, create func(testing.TB) database) {
		d := create(t)
		in := openInbox(t, d)
		behindLock(t, d, func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if _, err := in.Put(ctx, ingest.Delivery{ID: "1"}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want that of the context", err)
			}
		})
		mustPut(t, in, 2, []byte("body"))
	})
}

func TestInboxClose(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, create func(testing.TB) database) {
		d := create(t)
		in := openInbox(t, d)
		leased := make(chan error, 1)
		go func() {
			_, err := in.Lease(t.Context(), 1, time.Minute)
			leased <- err
		}()
		mustPut(t, in, 1, []byte("body"))
		if err := <-leased; err != nil {
			t.Error(err)
		}
		go func() {
			_, err := in.Lease(t.Context(), 1, time.Minute)
			leased <- err
		}()
		for range 2 {
			if err := in.Close(); err != nil {
				t.Fatal(err)
			}
		}
		for what, err := range map[string]error{
			"a Lease that waited": <-leased,
			"Put":                 second(in.Put(t.Context(), ingest.Delivery{ID: "2"})),
			"Lease":               second(in.Lease(t.Context(), 1, time.Minute)),
			"Ack":                 in.Ack(t.Context(), ingest.Item{}),
			"Stats":               second(in.Stats(t.Context())),
		} {
			if !errors.Is(err, sqlinbox.ErrClosed) {
				t.Errorf("%s after Close: %v", what, err)
			}
		}
	})
}

func TestInboxOptions(t *testing.T) {
	t.Parallel()
	d := newSQLite(t)
	for name, o := range map[string]sqlinbox.Option{"memory": sqlinbox.WithMemory(47 * time.Hour), "poll": sqlinbox.WithPoll(0)} {
		if _, err := sqlinbox.OpenSQLite(t.Context(), d.open(t), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	in := openInbox(t, d)
	for name, id := range map[string]string{"none": "", "long": strings.Repeat("x", 1<<20), "NUL": "a\x00b"} {
		if _, err := in.Put(t.Context(), ingest.Delivery{ID: id}); err == nil {
			t.Errorf("%s: the ID is taken", name)
		}
	}
}

// TestInboxForgets goes past the time for which IDs are remembered.
func TestInboxForgets(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, create func(testing.TB) database) {
		d := create(t)
		var clock fakeClock
		in := openInbox(t, d, sqlinbox.WithClock(clock.Now))
		for n := range int64(3) {
			mustPut(t, in, n, []byte("body"))
		}
		items, err := in.Lease(t.Context(), 2, time.Hour)
		if err != nil || len(items) != 2 {
			t.Fatal(len(items), err)
		}
		if err := in.Ack(t.Context(), items...); err != nil {
			t.Fatal(err)
		}
		known := func(n int64) bool {
			duplicate, err := in.Put(t.Context(), ingest.Delivery{ID: deliveryID(n)})
			if err != nil {
				t.Fatal(err)
			}
			return duplicate
		}
		clock.Advance(71 * time.Hour)
		openInbox(t, d, sqlinbox.WithClock(clock.Now)) // has a look at once
		if !known(0) {
			t.Error("an ID was forgotten after 71 hours")
		}
		clock.Advance(2 * time.Hour)
		openInbox(t, d, sqlinbox.WithClock(clock.Now))
		for deadline := time.Now().Add(patience); known(1); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("an ID is remembered after 73 hours")
			}
		}
		if !known(2) {
			t.Error("a pending delivery was forgotten")
		}
	})
}

// TestInboxFull fills a database that may not grow, then lets it.
func TestInboxFull(t *testing.T) {
	t.Parallel()
	free := newSQLite(t)
	tight := free
	tight.dsn += "?_pragma=max_page_count(300)"
	in := openInbox(t, tight)
	var stored int64
	body := make([]byte, 10<<10)
	for {
		_, err := in.Put(t.Context(), ingest.Delivery{ID: deliveryID(stored), ReceivedAt: time.Now(), Body: body})
		if errors.Is(err, ingest.ErrFull) {
			break
		}
		if err != nil || stored > 1000 {
			t.Fatalf("after %d deliveries: %v, want ErrFull", stored, err)
		}
		stored++
	}
	// What is there can be worked off, and that makes room.
	for range stored / 2 {
		items, err := in.Lease(t.Context(), 1, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Ack(t.Context(), items...); err != nil {
			t.Fatal(err)
		}
	}
	mustPut(t, in, stored, body)
	for n := range stored {
		duplicate, err := openInbox(t, free).Put(t.Context(), ingest.Delivery{ID: deliveryID(n)})
		if err != nil || !duplicate {
			t.Fatalf("delivery %d of %d: known %t, error %v", n, stored, duplicate, err)
		}
	}
}

// TestInboxServerAway stops and kills the server under load: nothing that was
// acknowledged is lost, and the same handle works again once it is back.
func TestInboxServerAway(t *testing.T) {
	t.Parallel()
	server := pgtest.NewOwn(t)
	d := database{sqldb.Postgres, "pgx", server.Database(t)}
	in := openInbox(t, d)
	var next, failed atomic.Int64
	var stored sync.Map
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	for range 16 {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1)
				_, err := in.Put(ctx, ingest.Delivery{ID: deliveryID(n), ReceivedAt: time.Now(), Body: []byte("body")})
				switch {
				case err == nil:
					stored.Store(deliveryID(n), true)
				case ctx.Err() == nil:
					failed.Add(1)
					if strings.Contains(err.Error(), "127.0.0.1") {
						t.Error("an error tells the server's address")
					}
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	eventually := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("waited in vain for " + what)
			}
		}
	}
	size := func() (n int) { stored.Range(func(any, any) bool { n++; return true }); return n }
	for _, away := range []func() error{server.Stop, server.Kill, server.Kill} {
		before, failedBefore := size(), failed.Load()
		eventually("deliveries to be stored", func() bool { return size() > before+200 })
		if err := away(); err != nil {
			t.Fatal(err)
		}
		eventually("a failure", func() bool { return failed.Load() > failedBefore })
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
	}
	before := size()
	eventually("deliveries to be stored again", func() bool { return size() > before+200 })
	cancel()
	wg.Wait()
	mustHave(t, in, &stored)
}

var inboxKills = flag.Int("inbox.kills", 60, "how many processes TestInboxKilled kills for each database, two at a time")

// TestInboxKilled kills processes that put and work, at random moments. Everything
// they have reported as stored is there afterwards.
func TestInboxKilled(t *testing.T) {
	t.Parallel()
	if dsn := os.Getenv("INBOX_VICTIM"); dsn != "" {
		victim(t, dsn)
	}
	if testing.Short() {
		t.Skip("SKIPPED: real processes take their time; run it without -short")
	}
	eachKind(t, func(t *testing.T, create func(testing.TB) database) {
		d := create(t)
		openInbox(t, d) // creates the tables
		var stored, taken sync.Map
		for range *inboxKills / 2 {
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() { murder(t, d, &stored, &taken) })
			}
			wg.Wait()
		}
		in := openInbox(t, d)
		pending := make(map[string]bool)
		for item, err := range in.Scan(t.Context(), ingest.Pending) {
			if err != nil {
				t.Fatal(err)
			}
			if len(item.Body) != 3000 {
				t.Fatalf("a body has %d bytes, want 3000", len(item.Body))
			}
			pending[item.ID] = true
		}
		n := 0
		stored.Range(func(id, _ any) bool {
			n++
			if _, ok := taken.Load(id); !ok && !pending[id.(string)] {
				t.Error("a delivery that was stored is neither pending nor done")
			}
			return !t.Failed()
		})
		mustHave(t, in, &stored)
		t.Logf("%d deliveries were stored by %d processes", n, *inboxKills)
		if n == 0 {
			t.Error("the processes were killed before they had stored anything")
		}
	})
}

// victim stores deliveries and works on them until it is killed. It writes a line
// after each Put, and one before each Ack.
func victim(t *testing.T, dsn string) {
	d := database{sqldb.Postgres, "pgx", dsn}
	if !strings.HasPrefix(dsn, "postgres:") {
		d = database{sqldb.SQLite, "sqlite", dsn}
	}
	in := openInbox(t, d)
	for range 16 {
		go func() {
			for {
				id := fmt.Sprintf("%016x", rand.Uint64())
				if _, err := in.Put(t.Context(), ingest.Delivery{ID: id, ReceivedAt: time.Now(), Header: http.Header{"Id": {id}}, Body: make([]byte, 3000)}); err != nil {
					panic(err)
				}
				os.Stdout.WriteString("stored " + id + "\n")
			}
		}()
	}
	for {
		items, err := in.Lease(t.Context(), 4, time.Hour)
		if err != nil {
			panic(err)
		}
		for _, item := range items {
			os.Stdout.WriteString("taken " + item.ID + "\n")
		}
		if err := in.Ack(t.Context(), items...); err != nil {
			panic(err)
		}
	}
}

// murder runs a victim for a moment and notes what it has said.
func murder(t *testing.T, d database, stored, taken *sync.Map) {
	cmd := selfTest(t, "^TestInboxKilled$", "INBOX_VICTIM="+d.dsn)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	lives := rand.IntN(20_000) // bytes of what it says, and a little more
	var said bytes.Buffer
	buf := make([]byte, 4<<10)
	killed := false
	for {
		n, err := out.Read(buf)
		said.Write(buf[:n])
		if !killed && said.Len() > lives {
			killed = true
			_ = cmd.Process.Kill()
		}
		if err != nil {
			break
		}
	}
	if err := cmd.Wait(); !killed {
		t.Errorf("the process ended by itself: %v: %s", err, errs.String())
	}
	for line := range strings.Lines(said.String()) {
		line, whole := strings.CutSuffix(line, "\n")
		if id, ok := strings.CutPrefix(line, "stored "); ok && whole {
			stored.Store(id, true)
		} else if id, ok := strings.CutPrefix(line, "taken "); ok && whole {
			taken.Store(id, true)
		}
	}
}

// mustHave fails the test unless the inbox knows all of ids.
func mustHave(t *testing.T, in *sqlinbox.Inbox, ids *sync.Map) {
	t.Helper()
	lost, all := 0, 0
	ids.Range(func(id, _ any) bool {
		all++
		duplicate, err := in.Put(t.Context(), ingest.Delivery{ID: id.(string)})
		if err != nil {
			t.Fatal(err)
		}
		if !duplicate {
			lost++
		}
		return true
	})
	if lost > 0 {
		t.Errorf("%d of %d stored deliveries are lost", lost, all)
	}
}

func mustPut(t *testing.T, in ingest.Inbox, n int64, body []byte) {
	duplicate, err := in.Put(t.Context(), ingest.Delivery{ID: deliveryID(n), ReceivedAt: time.Now(), Body: body})
	if err != nil || duplicate {
		t.Errorf("Put: duplicate %t, error %v", duplicate, err)
	}
}

func waitPending(t *testing.T, in ingest.Inbox, n int) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		s, err := in.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.Pending == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d deliveries are pending, want %d", s.Pending, n)
		}
	}
}

// behindLock runs do, and a moment longer, while nobody can write to the inbox's
// tables.
func behindLock(t *testing.T, d database, do func()) {
	t.Helper()
	if d.Dialect == sqldb.SQLite {
		d.driver = "sqlite" // not a counted one
	}
	err := openDB(t, d).Tx(t.Context(), func(tx *sqldb.Tx) error {
		if d.Dialect == sqldb.Postgres {
			if _, err := tx.Exec("LOCK TABLE inbox_deliveries IN SHARE MODE"); err != nil {
				return err
			}
		}
		do()
		time.Sleep(time.Second) // nothing outside tells that all of them wait
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// countTransactions counts those that have stored deliveries in d.
func countTransactions(t *testing.T, d *database) func() int {
	if d.Dialect == sqldb.Postgres {
		db := d.open(t)
		return func() (n int) {
			// Nothing before there is a table.
			_ = db.QueryRowContext(t.Context(), "SELECT COUNT(DISTINCT xmin::text) FROM inbox_ids").Scan(&n)
			return n
		}
	}
	commits := new(atomic.Int64)
	sqliteCommits.Store(d.dsn, commits)
	d.driver = "sqlite-counted"
	return func() int { return int(commits.Load()) }
}

// sqliteCommits has counters by data source name.
var sqliteCommits sync.Map

func init() {
	driver := new(sqlite.Driver)
	driver.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, dsn string) error {
		if commits, ok := sqliteCommits.Load(dsn); ok {
			conn.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
				commits.(*atomic.Int64).Add(1)
				return 0
			})
		}
		return nil
	})
	sql.Register("sqlite-counted", driver)
}

func second[T any](_ T, err error) error { return err }

// fakeClock goes like the real one and can be put forward.
type fakeClock struct{ ahead atomic.Int64 }

func (c *fakeClock) Now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *fakeClock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }
