package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/internal/pgtest"
)

const (
	people      = 7 // whom the load is about
	sampleCount = 3 // in each delivery of the load
)

// onEveryStore runs a test with each kind of database and of inbox that one machine
// can have. args name both.
func onEveryStore(t *testing.T, test func(t *testing.T, db string, args []string)) {
	for name, stores := range map[string]func(t *testing.T, dir string) (db string, args []string){
		"SQLite": func(_ *testing.T, dir string) (string, []string) {
			return "sqlite:" + filepath.Join(dir, "t.db"), nil
		},
		"PostgreSQL": func(t *testing.T, _ string) (string, []string) {
			return pgtest.New(t).Database(t), nil
		},
		"SQLite and JetStream": func(_ *testing.T, dir string) (string, []string) {
			return "sqlite:" + filepath.Join(dir, "t.db"), []string{"--inbox", "embedded"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, args := stores(t, t.TempDir())
			test(t, db, append(args, "--db", db))
		})
	}
}

// load sends deliveries, each with a record of its own, and repeats each until it is
// acknowledged. Some it sends once more after that, as a sender does that has not
// heard the answer.
type load struct {
	client *http.Client
	end    context.CancelFunc
	done   sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed at the next change of what follows
	urls    []string      // where to send to; empty while nobody serves
	ending  bool          // nothing new is begun
	began   int           // deliveries, each known by its number
	acked   int
	status  map[int]int // answers; 0 counts requests without one
}

// startLoad has so many senders wait for somewhere to send to.
func startLoad(t *testing.T, senders int) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{
		client:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}, Timeout: 15 * time.Second},
		end:     cancel,
		changed: make(chan struct{}),
		status:  make(map[int]int),
	}
	for range senders {
		l.done.Go(func() { l.send(ctx) })
	}
	t.Cleanup(func() {
		l.end()
		l.done.Wait()
		l.client.CloseIdleConnections()
	})
	return l
}

func (l *load) send(ctx context.Context) {
	for n, ok := l.begin(); ok; n, ok = l.begin() {
		body := loadBody(n)
		for repeats := 1 + (n%11)/10; repeats > 0; {
			url, err := l.target(ctx, n)
			if err != nil {
				return
			}
			if l.post(ctx, url, n, body) == http.StatusOK {
				repeats--
				continue
			}
			select {
			case <-time.After(rand.N(20 * time.Millisecond)): // less patient than senders are
			case <-ctx.Done():
				return
			}
		}
		l.change(func() { l.acked++ })
	}
}

// begin is the number of the next delivery.
func (l *load) begin() (n int, ok bool) {
	l.change(func() {
		if ok = !l.ending; ok {
			n = l.began
			l.began++
		}
	})
	return n, ok
}

// target is where to send to. It waits until there is somewhere.
func (l *load) target(ctx context.Context, n int) (url string, err error) {
	err = l.wait(ctx, func() bool {
		if len(l.urls) > 0 {
			url = l.urls[n%len(l.urls)]
		}
		return url != ""
	})
	return url, err
}

func (l *load) post(ctx context.Context, url string, n int, body string) (status int) {
	defer func() { l.change(func() { l.status[status]++ }) }()
	resp, err := l.client.Do(signed(ctx, url, loadID(n), strings.NewReader(body), body))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// direct says where to send to from now on.
func (l *load) direct(urls ...string) { l.change(func() { l.urls = urls }) }

// await waits until n more deliveries are acknowledged.
func (l *load) await(t *testing.T, n int) {
	t.Helper()
	l.mu.Lock()
	n += l.acked
	l.mu.Unlock()
	l.until(t, fmt.Sprintf("%d deliveries are acknowledged", n), func() bool { return l.acked >= n })
}

// awaitAnswers waits until n more requests are answered with status.
func (l *load) awaitAnswers(t *testing.T, n, status int) {
	t.Helper()
	l.mu.Lock()
	n += l.status[status]
	l.mu.Unlock()
	l.until(t, fmt.Sprintf("%d requests are answered with %d", n, status), func() bool { return l.status[status] >= n })
}

// stop begins no new delivery, waits until those begun are acknowledged, and returns
// how many there were.
func (l *load) stop(t *testing.T) int {
	t.Helper()
	l.change(func() { l.ending = true })
	l.until(t, "all deliveries are acknowledged", func() bool { return l.acked == l.began })
	l.done.Wait()
	t.Logf("%d deliveries, answers by status: %v", l.acked, l.status)
	for status := range l.status {
		if !slices.Contains([]int{0, http.StatusOK, http.StatusServiceUnavailable}, status) {
			t.Errorf("some were answered with %d", status)
		}
	}
	return l.acked
}

func (l *load) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if l.wait(ctx, so) != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		t.Fatalf("never: %s; %d of %d are, answers by status: %v", what, l.acked, l.began, l.status)
	}
}

// wait waits until so, which is called under the lock.
func (l *load) wait(ctx context.Context, so func() bool) error {
	for {
		l.mu.Lock()
		is, changed := so(), l.changed
		l.mu.Unlock()
		if is {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *load) change(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
	close(l.changed)
	l.changed = make(chan struct{})
}

func loadID(n int) string     { return "load-" + strconv.Itoa(n) }
func loadPerson(n int) string { return "person-" + strconv.Itoa(n%people) }
func loadDay(n int) time.Time {
	return time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/people)
}

// loadSteps is a number that only the right row has.
func loadSteps(n int) int { return int(crc32.ChecksumIEEE([]byte(loadID(n))) % 1_000_000) }

// loadBody is the event of a day that no other delivery is about. Few are large, and
// very few so large that JetStream keeps them in parts.
func loadBody(n int) string {
	start, steps := loadDay(n), loadSteps(n)
	var samples []string
	for i := range sampleCount {
		samples = append(samples, fmt.Sprintf(`{"timestamp":%q,"steps":%d}`, start.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), steps+i))
	}
	padding := 1000
	switch {
	case n%500 == 250:
		padding = 1_700_000
	case n%50 == 25:
		padding = 150_000
	}
	noise := make([]byte, padding/2) // that does not compress much
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(noise)
	return fmt.Sprintf(`{"type":"daily","user":{"user_id":%q,"provider":"GARMIN"},"data":[{"metadata":{"start_time":%q,"end_time":%q},`+
		`"distance_data":{"steps":%d,"detailed":{"step_samples":[%s]}}}],"padding":%q}`,
		loadPerson(n), start.Format(time.RFC3339), start.AddDate(0, 0, 1).Format(time.RFC3339), steps, strings.Join(samples, ","), hex.EncodeToString(noise))
}

// checkLanded checks that the first n deliveries of a load are in the tables exactly
// once, with their values, and nothing else.
func checkLanded(t *testing.T, db string, n int) {
	t.Helper()
	l, err := store.ParseDB(db)
	if err != nil {
		t.Fatal(err)
	}
	d, err := store.OpenDB(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for table, want := range map[string]int{"deliveries": n, "dailies": n, "samples": sampleCount * n, "connections": min(n, people)} {
		if got, err := d.Count(t.Context(), table); err != nil || got != want {
			t.Errorf("%d rows in %s, error %v, want %d", got, table, err, want)
		}
	}
	rows, err := d.Pool.QueryContext(t.Context(), `SELECT e.id, c.user_id, CAST(r.day AS TEXT), r.distance_steps,
		(SELECT COUNT(*) FROM samples s WHERE s.record_id = r.id), (SELECT SUM(s.value) FROM samples s WHERE s.record_id = r.id)
		FROM dailies r JOIN connections c ON c.id = r.connection_id JOIN deliveries e ON e.id = r.delivery_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := make(map[string]bool)
	for rows.Next() {
		var id, person, day string
		var steps, samples int
		var sum float64
		if err := rows.Scan(&id, &person, &day, &steps, &samples, &sum); err != nil {
			t.Fatal(err)
		}
		number, err := strconv.Atoi(strings.TrimPrefix(id, "load-"))
		if err != nil || number >= n || found[id] {
			t.Errorf("there is a row of %s", id)
			continue
		}
		found[id] = true
		if person != loadPerson(number) || day != loadDay(number).Format(time.DateOnly) || steps != loadSteps(number) ||
			samples != sampleCount || sum != float64(sampleCount*steps+sampleCount*(sampleCount-1)/2) {
			t.Errorf("the row of %s is not what was delivered", id)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if !found[loadID(i)] {
			t.Errorf("%s was acknowledged and is lost", loadID(i))
		}
	}
}

// served is serve as a process of its own.
type served struct {
	*process
	*running
}

// startServed runs serve as a process and waits until it is up.
func startServed(t *testing.T, args ...string) *served {
	t.Helper()
	s := &served{start(t, serveArgs(args)...), new(running)}
	s.decode(t, &s.serveReport)
	t.Cleanup(func() {
		if t.Failed() && s.ProcessState == nil {
			s.Process.Kill()
			s.Wait()
			log := s.process.log.String()
			t.Logf("the end of its log:\n%s", log[max(0, len(log)-10_000):])
		}
	})
	return s
}

func serveArgs(args []string) []string {
	return append([]string{"serve", "--addr", "127.0.0.1:0", "--sandbox"}, args...)
}

// stop asks it to end, and checks that it does and what it has logged.
func (s *served) stop(t *testing.T) {
	t.Helper()
	s.process.end(t, syscall.SIGTERM)
	s.checkLog(t)
}

// kill ends it at once.
func (s *served) kill(t *testing.T) {
	t.Helper()
	if err := s.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.Wait() // its error is that it was killed
	s.checkLog(t)
}

// checkLog is for when it has ended.
func (p *process) checkLog(t *testing.T) {
	t.Helper()
	for _, bad := range []string{"panic", "DATA RACE", "fatal error"} {
		if strings.Contains(p.log.String(), bad) {
			t.Errorf("it logs a %s:\n%s", bad, p.log)
		}
	}
	if strings.Contains(p.log.String(), "person-") {
		t.Error("the log says whom it is about")
	}
}

// settled waits until the inbox has nothing left but dead letters, so many of them.
func (s *served) settled(t *testing.T, dead int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for calm := 0; ; {
		pending, got := s.metric(t, "terrago_inbox_pending"), s.metric(t, "terrago_inbox_dead")
		if calm++; pending != 0 || got != float64(dead) {
			calm = 0
		}
		if calm == 5 { // and not only between two attempts
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("%v deliveries are still pending, and %v are in the dead letters, want %d", pending, got, dead)
		}
	}
}
