package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/bench/internal/measure"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/sandbox"
)

const (
	// sandboxChild is the argument with which the program calls itself, to serve a
	// sandbox in a process that does nothing else.
	sandboxChild = "sandbox-alone"

	backfillRounds      = 5
	backfillPeople      = 3
	backfillDays        = 10 * backfillWindow
	backfillWindow      = 28 // days in a request
	backfillConcurrency = 8
)

var backfillEnd = health.NewDate(2026, 3, 1)

// backfillSection fetches the same windows of days in several ways from a sandbox in
// a process of its own: close by, so that the processors are what it takes, with one
// for each process and with all for both, and as far away as a service is.
func backfillSection(r *report, _ measure.Measurer) error {
	for _, at := range []place{
		{"close by, a core for each process", 1, 0},
		{fmt.Sprintf("close by, %d cores for both processes", runtime.NumCPU()), runtime.NumCPU(), 0},
		{"100 ms away", runtime.NumCPU(), 100 * time.Millisecond},
	} {
		if err := backfillTable(r, at); err != nil {
			return err
		}
	}
	return nil
}

// place is where the sandbox is.
type place struct {
	name  string
	cores int // for each of the processes
	away  time.Duration
}

func backfillTable(r *report, at place) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(at.cores))
	s, err := startSandbox(at)
	if err != nil {
		return err
	}
	defer s.stop()
	dir, err := os.MkdirTemp("", "terra-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	ways := []struct {
		name    string
		prepare func() error // what is not measured
		fetch   func(ctx context.Context) error
		least   float64
	}{
		{"GET, the bodies dropped", nothing, s.drop, 0},
		{"the client, decoding", nothing, s.decode, 0},
		{"backfill into SQLite", func() error { return s.open(dir) }, s.backfill, 0.9},
	}
	requests := float64(len(s.windows()))
	type turn struct {
		took, spent, served time.Duration // by the clock, of the processor, and of the server's
		rate                float64       // to the first way in the same round
	}
	turns := make([][]turn, len(ways))
	for round := range backfillRounds {
		for i, way := range ways {
			if err := way.prepare(); err != nil {
				return err
			}
			runtime.GC()
			servedBefore, err := s.processorTime()
			if err != nil {
				return err
			}
			spentBefore, began := measure.ProcessorTime(), time.Now()
			if err := way.fetch(context.Background()); err != nil {
				return fmt.Errorf("%s: %w", way.name, err)
			}
			t := turn{took: time.Since(began), spent: measure.ProcessorTime() - spentBefore}
			served, err := s.processorTime()
			if err != nil {
				return err
			}
			t.served = served - servedBefore
			turns[i] = append(turns[i], t)
			turns[i][round].rate = float64(turns[0][round].took) / float64(t.took)
		}
	}

	title := fmt.Sprintf("%d days of %d people, all types, %.0f requests, %d at a time; %s", backfillDays, backfillPeople, requests, backfillConcurrency, at.name)
	fmt.Fprintln(r.w, title)
	t := newTable(r.w, "requests/s\t× the first\ttarget\tprocessor, ms a request\tthe server's")
	for i, way := range ways {
		rate := measure.Median(turns[i], func(t turn) float64 { return t.rate })
		fmt.Fprintf(t, "  %s\t%s\t%.2f\t%s\t%s\t%s\n", way.name,
			significant(requests/measure.Median(turns[i], func(t turn) float64 { return t.took.Seconds() })), rate,
			strings.TrimSpace(r.least(title+", "+way.name, rate, way.least)),
			significant(measure.Median(turns[i], func(t turn) float64 { return milliseconds(t.spent) })/requests),
			significant(measure.Median(turns[i], func(t turn) float64 { return milliseconds(t.served) })/requests))
	}
	t.Flush()
	fmt.Fprintln(r.w)
	return nil
}

// history is a sandbox in another process, with people who have a history.
type history struct {
	child  *exec.Cmd
	stdin  io.Closer
	base   string
	people []string
	client *terra.Client
	http   *http.Client

	pool *sql.DB // of the database at work
	db   *healthdb.DB
}

func startSandbox(at place) (*history, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &history{child: exec.Command(self, sandboxChild, at.away.String())}
	s.child.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(at.cores))
	s.child.Stderr = os.Stderr
	if s.stdin, err = s.child.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.child.Start(); err != nil {
		return nil, err
	}
	s.people = make([]string, backfillPeople)
	fields := []any{&s.base}
	for i := range s.people {
		fields = append(fields, &s.people[i])
	}
	if _, err := fmt.Fscan(out, fields...); err != nil {
		s.stop()
		return nil, err
	}
	s.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: backfillConcurrency}}
	s.client, err = terra.New(sandboxCredentials(), terra.WithBaseURL(s.base+"/api/v2"), terra.WithHTTPClient(s.http))
	return s, err
}

func (s *history) stop() {
	s.close()
	s.stdin.Close()
	_ = s.child.Wait()
}

func sandboxCredentials() terra.Credentials {
	return terra.Credentials{DevID: sandbox.DefaultDevID, APIKey: sandbox.DefaultAPIKey}
}

// serveAlone serves a sandbox that is so far away until its standard input ends, and
// writes its address and the ids of its people.
func serveAlone(away string, in io.Reader, out io.Writer) error {
	delay, err := time.ParseDuration(away)
	if err != nil {
		return err
	}
	s, err := sandbox.New(sandbox.WithRateLimits(false))
	if err != nil {
		return err
	}
	defer s.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		s.ServeHTTP(w, r)
	})
	mux.HandleFunc("/processor-time", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, int64(measure.ProcessorTime())) })
	server := httptest.NewServer(mux)
	defer server.Close()
	line := server.URL
	for i := range backfillPeople {
		user, err := s.Connect([]string{"GARMIN", "OURA", "FITBIT"}[i%3], "person"+strconv.Itoa(i))
		if err != nil {
			return err
		}
		line += " " + user.UserID
	}
	fmt.Fprintln(out, line)
	_, err = io.Copy(io.Discard, in)
	return err
}

func (s *history) processorTime() (time.Duration, error) {
	resp, err := s.http.Get(s.base + "/processor-time")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var n int64
	_, err = fmt.Fscan(resp.Body, &n)
	return time.Duration(n), err
}

// window is one request of a history.
type window struct {
	typ, person string
	days        terra.Range
}

// windows are in the order in which a backfill asks for them.
func (s *history) windows() []window {
	var list []window
	for end := backfillEnd; backfillEnd.DaysSince(end) < backfillDays; end = end.AddDays(-backfillWindow) {
		for _, person := range s.people {
			for _, typ := range healthdb.DailyTypes() {
				list = append(list, window{string(typ), person, terra.Between(end.AddDays(-backfillWindow), end)})
			}
		}
	}
	return list
}

func (s *history) urls() []string {
	var list []string
	for _, w := range s.windows() {
		list = append(list, fmt.Sprintf("%s/api/v2/%s?to_webhook=false&with_samples=false&user_id=%s&start_date=%s&end_date=%s",
			s.base, w.typ, w.person, w.days.Start, w.days.End))
	}
	return list
}

// drop asks without looking at the answers.
func (s *history) drop(ctx context.Context) error {
	urls := s.urls()
	return atOnce(len(urls), func(i int) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, urls[i], nil)
		if err != nil {
			return err
		}
		req.Header.Set("dev-id", sandbox.DefaultDevID)
		req.Header.Set("x-api-key", sandbox.DefaultAPIKey)
		resp, err := s.http.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	})
}

// decode asks with the client, for records in memory.
func (s *history) decode(ctx context.Context) error {
	windows := s.windows()
	list := map[string]func(window) error{
		"activity": lister(ctx, s.client.Activity), "body": lister(ctx, s.client.Body), "daily": lister(ctx, s.client.Daily),
		"menstruation": lister(ctx, s.client.Menstruation), "nutrition": lister(ctx, s.client.Nutrition), "sleep": lister(ctx, s.client.Sleep),
	}
	return atOnce(len(windows), func(i int) error { return list[windows[i].typ](windows[i]) })
}

func lister[T any](ctx context.Context, c *terra.Collection[T]) func(window) error {
	return func(w window) error {
		_, err := c.List(ctx, w.person, w.days)
		return err
	}
}

// open makes a new database that knows the people.
func (s *history) open(dir string) error {
	s.close()
	file, err := os.CreateTemp(dir, "*.db")
	if err != nil {
		return err
	}
	file.Close()
	if s.pool, err = sql.Open("sqlite", file.Name()); err != nil {
		return err
	}
	ctx := context.Background()
	if s.db, err = healthdb.OpenSQLite(ctx, s.pool); err != nil {
		return err
	}
	for _, person := range s.people {
		if err := healthdb.Store[health.Daily](ctx, s.db, terra.User{UserID: person}, nil, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

func (s *history) close() {
	if s.db != nil {
		s.db.Close()
	}
	if s.pool != nil {
		s.pool.Close()
	}
}

// backfill fills the database.
func (s *history) backfill(ctx context.Context) error {
	got, err := s.db.Backfill(ctx, s.client, healthdb.BackfillRequest{
		Range:       terra.Between(backfillEnd.AddDays(-backfillDays), backfillEnd),
		Concurrency: backfillConcurrency,
	})
	if err == nil && (got.Requests != len(s.windows()) || got.Records == 0) {
		err = fmt.Errorf("it asked %d times, not %d", got.Requests, len(s.windows()))
	}
	return err
}

func nothing() error { return nil }

// atOnce does n things, some of them at the same time.
func atOnce(n int, do func(i int) error) error {
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, backfillConcurrency)
	for w := range errs {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && errs[w] == nil; i = int(next.Add(1)) - 1 {
				errs[w] = do(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
