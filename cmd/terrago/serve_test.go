package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/internal/pgtest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// patience is how long anything in these tests may take, on a machine with much else
// to do. It is met only when a test fails.
const patience = 2 * time.Minute

// running is the command running within this process, until it is ended.
type running struct {
	serveReport
	cancel context.CancelFunc
	status chan int
	log    *syncBuffer
}

// syncBuffer may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// startServe runs serve on a free port with the sandbox's secret, until the test's end.
func startServe(t *testing.T, args ...string) *running {
	t.Helper()
	r := runServe(t, args...)
	t.Cleanup(func() { r.end(t) })
	return r
}

// runServe is startServe for one that ends by itself.
func runServe(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, status: make(chan int, 1), log: new(syncBuffer)}
	out, in := io.Pipe()
	go func() {
		args := append([]string{"serve", "--addr", "127.0.0.1:0", "--sandbox", "--json", "--grace", "10s"}, args...)
		r.status <- run(ctx, args, stdio{strings.NewReader(""), in, r.log})
		in.Close()
	}()
	if err := json.NewDecoder(out).Decode(&r.serveReport); err != nil {
		t.Fatalf("no report: %v\n%s", err, r.log)
	}
	go io.Copy(io.Discard, out)
	t.Cleanup(cancel)
	return r
}

// end stops it and checks that it ends well. A second time does nothing.
func (r *running) end(t *testing.T) {
	t.Helper()
	r.cancel()
	select {
	case status := <-r.status:
		if status != exitDone {
			t.Errorf("status %d\n%s", status, r.log)
		}
		r.status <- status
	case <-time.After(patience):
		t.Errorf("it does not end\n%s", r.log)
	}
}

// signed is a request that delivers body.
func signed(ctx context.Context, url, trace string, body io.Reader, text string) *http.Request {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		panic(err)
	}
	req.ContentLength = int64(len(text))
	req.Header.Set(webhook.HeaderSignature, webhook.Sign(sandbox.DefaultSigningSecret, time.Now(), []byte(text)))
	req.Header.Set(webhook.HeaderTraceID, trace)
	return req
}

// deliver returns the status of the answer.
func deliver(t *testing.T, url, trace, body string) int {
	t.Helper()
	resp, err := http.DefaultClient.Do(signed(t.Context(), url, trace, strings.NewReader(body), body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// daily is the event of a day of the year 2026.
func daily(user string, day int) string {
	start := time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
	return fmt.Sprintf(`{"type":"daily","user":{"user_id":%q,"provider":"GARMIN"},"data":[{"metadata":{"start_time":%q,"end_time":%q},"distance_data":{"steps":%d}}]}`,
		user, start.Format(time.RFC3339), start.AddDate(0, 0, 1).Format(time.RFC3339), 1000+day)
}

// metric is the value of one line of the metrics, such as terrago_x{answer="stored"}.
// It is not a number if it is up to the inbox, and that does not answer in time.
func (r *running) metric(t *testing.T, line string) float64 {
	t.Helper()
	page := get200(t, r.Ops+"/metrics")
	for text := range strings.Lines(page) {
		if value, ok := strings.CutPrefix(text, line+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	if !strings.HasPrefix(line, "terrago_inbox_") || !strings.Contains(page, "\nterrago_inbox_up 0\n") {
		t.Fatalf("there is no metric %s", line)
	}
	return math.NaN()
}

// awaitReady waits until it says that it is ready.
func (r *running) awaitReady(t *testing.T) {
	t.Helper()
	eventually(t, "it is ready", func() bool {
		status, _ := statusOf(t, r.Ops+"/readyz")
		return status == http.StatusOK
	})
}

// eventually waits until what is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !so() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		}
	}
}

// terrago runs a command to its end.
func terrago(t *testing.T, args ...string) (status int, out, log string) {
	t.Helper()
	var o, l bytes.Buffer
	status = run(t.Context(), args, stdio{strings.NewReader(""), &o, &l})
	return status, o.String(), l.String()
}

// awaitCounts gives an inbox the moment that its statistics may lag.
func awaitCounts(t *testing.T, want eventCounts, args ...string) {
	t.Helper()
	var counts eventCounts
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if _, counts = listEvents(t, args...); counts == want {
			return
		}
	}
	t.Errorf("the counts are %+v, want %+v", counts, want)
}

// listEvents is what events list says as JSON.
func listEvents(t *testing.T, args ...string) (list []events.Event, counts eventCounts) {
	t.Helper()
	status, out, log := terrago(t, append([]string{"events", "list", "--json"}, args...)...)
	var v struct {
		Events []events.Event `json:"events"`
		Counts eventCounts    `json:"counts"`
	}
	if err := json.Unmarshal([]byte(out), &v); err != nil || status != exitDone {
		t.Fatalf("status %d, %v\n%s", status, err, log)
	}
	return v.Events, v.Counts
}

// TestServe: what is delivered, some of it repeatedly and some of it forged, is
// answered, counted, applied and listed, whatever the stores.
func TestServe(t *testing.T) {
	t.Parallel()
	for name, stores := range map[string]func(t *testing.T, dir string) []string{
		"SQLite": func(_ *testing.T, dir string) []string {
			return []string{"--db", "sqlite:" + filepath.Join(dir, "t.db")}
		},
		"SQLite and embedded NATS": func(_ *testing.T, dir string) []string {
			return []string{"--db", "sqlite:" + filepath.Join(dir, "t.db"), "--inbox", "embedded"}
		},
		"PostgreSQL": func(t *testing.T, _ string) []string {
			return []string{"--db", pgtest.New(t).Database(t)}
		},
		"PostgreSQL and embedded NATS": func(t *testing.T, dir string) []string {
			return []string{"--db", pgtest.New(t).Database(t), "--inbox-dir", filepath.Join(dir, "inbox.d")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const deliveries, repeated, forged = 30, 10, 3
			where := stores(t, t.TempDir())
			s := startServe(t, where...)
			get200(t, s.Ops+"/healthz")
			s.awaitReady(t)
			for i := range deliveries + repeated {
				n := i % deliveries
				if status := deliver(t, s.Webhook, fmt.Sprintf("trace-%d", n), daily("ada", n+1)); status != http.StatusOK {
					t.Errorf("delivery %d: status %d", i, status)
				}
			}
			for range forged {
				req := signed(t.Context(), s.Webhook, "forged", strings.NewReader("{}"), "another body")
				req.ContentLength = 2
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusUnauthorized {
					t.Errorf("a forged delivery: status %d", resp.StatusCode)
				}
			}
			if status := deliver(t, s.Webhook, "poison", `{"type":"daily"`); status != http.StatusOK {
				t.Errorf("a body that is no event: status %d", status)
			}
			eventually(t, "all is applied or dead, and counted", func() bool {
				return s.metric(t, "terrago_inbox_pending") == 0 && s.metric(t, "terrago_inbox_dead") == 1 &&
					s.metric(t, `terrago_applied_age_seconds_count`) == deliveries && s.metric(t, `terrago_attempts_total{result="buried"}`) == 1
			})
			for line, want := range map[string]float64{
				`terrago_deliveries_total{answer="stored"}`:      deliveries + 1,
				`terrago_deliveries_total{answer="duplicate"}`:   repeated,
				`terrago_deliveries_total{answer="refused"}`:     forged,
				`terrago_deliveries_total{answer="overloaded"}`:  0,
				`terrago_deliveries_total{answer="unavailable"}`: 0,
				`terrago_ack_seconds_count`:                      deliveries + repeated + 1,
				`terrago_attempts_total{result="applied"}`:       deliveries,
				`terrago_attempts_total{result="buried"}`:        1,
				`terrago_applied_age_seconds_count`:              deliveries,
				`terrago_inbox_up`:                               1,
				`terrago_inbox_lag_seconds`:                      0,
			} {
				if got := s.metric(t, line); got != want {
					t.Errorf("%s is %v, want %v", line, got, want)
				}
			}
			// While it runs, and after.
			for range 2 {
				events, counts := listEvents(t, append(where, "--limit", "0")...)
				if want := (eventCounts{Applied: deliveries, Dead: 1}); counts != want || len(events) != deliveries+1 {
					t.Errorf("%d events are listed, and the counts are %+v", len(events), counts)
				}
				s.end(t)
			}
			if strings.Contains(s.log.String(), "ada") {
				t.Error("the log says whom it is about")
			}
		})
	}
}

// TestServeStoresNothingTwice: what was delivered before a restart is known after it.
func TestServeStoresNothingTwice(t *testing.T) {
	t.Parallel()
	where := []string{"--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db")}
	for want := range 2 {
		s := startServe(t, where...)
		deliver(t, s.Webhook, "trace", daily("ada", 1))
		if got := s.metric(t, `terrago_deliveries_total{answer="duplicate"}`); got != float64(want) {
			t.Errorf("start %d: %v duplicates, want %d", want+1, got, want)
		}
		s.end(t)
	}
}

// held is a delivery of which the last byte has not been sent.
type held struct {
	finish func()
	status chan int // of the answer; 0 without one
}

// hold has a delivery take the only place there is.
func hold(t *testing.T, s *running, trace string) *held {
	t.Helper()
	var h *held
	eventually(t, "past the limit it is 503", func() bool {
		if h == nil {
			h = beginDelivery(t, s.Webhook, trace)
		}
		full := deliver(t, s.Webhook, "quick", daily("ada", 2)) == http.StatusServiceUnavailable
		select {
		case <-h.status: // the other one had the place
			h = nil
			return false
		default:
			return full
		}
	})
	return h
}

// beginDelivery sends a delivery but for the last byte.
func beginDelivery(t *testing.T, url, trace string) *held {
	t.Helper()
	text := daily("ada", 1)
	body, send := io.Pipe()
	h := &held{status: make(chan int, 1), finish: sync.OnceFunc(func() {
		io.WriteString(send, text[len(text)-1:])
		send.Close()
	})}
	t.Cleanup(h.finish)
	go func() {
		defer body.Close() // so that nobody writes for ever
		client := &http.Client{Transport: new(http.Transport)}
		defer client.CloseIdleConnections()
		resp, err := client.Do(signed(context.Background(), url, trace, body, text))
		if err != nil {
			h.status <- 0
			return
		}
		resp.Body.Close()
		h.status <- resp.StatusCode
	}()
	go io.WriteString(send, text[:len(text)-1])
	return h
}

func TestServeLimit(t *testing.T) {
	t.Parallel()
	s := startServe(t, "--db", "sqlite:"+filepath.Join(t.TempDir(), "t.db"), "--max-concurrent", "1")
	h := hold(t, s, "slow")
	if s.metric(t, `terrago_deliveries_total{answer="overloaded"}`) == 0 {
		t.Error("the one past the limit is not counted")
	}
	h.finish()
	if status := <-h.status; status != http.StatusOK {
		t.Errorf("the slow one: status %d", status)
	}
	if status := deliver(t, s.Webhook, "quick", daily("ada", 2)); status != http.StatusOK {
		t.Errorf("below the limit again: status %d", status)
	}
}

// TestServeDrains: told to stop, it is not ready any more, takes no connection, and
// finishes what is under way.
func TestServeDrains(t *testing.T) {
	t.Parallel()
	where := []string{"--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db")}
	s := startServe(t, append(where, "--ops-addr", "127.0.0.1:0", "--max-concurrent", "1")...)
	s.awaitReady(t)
	if status, _ := statusOf(t, strings.TrimSuffix(s.Webhook, webhookPath)+"/metrics"); status != http.StatusNotFound {
		t.Errorf("the metrics are also beside the webhook: status %d", status)
	}
	h := hold(t, s, "slow")
	s.cancel()
	eventually(t, "it is not ready", func() bool {
		status, text := statusOf(t, s.Ops+"/readyz")
		return status == http.StatusServiceUnavailable && strings.Contains(text, "draining")
	})
	get200(t, s.Ops+"/healthz")
	address := strings.TrimSuffix(strings.TrimPrefix(s.Webhook, "http://"), webhookPath)
	eventually(t, "new connections are refused", func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	h.finish()
	if status := <-h.status; status != http.StatusOK {
		t.Errorf("what was under way: status %d", status)
	}
	s.end(t)
	list, _ := listEvents(t, where...)
	if !slices.ContainsFunc(list, func(e events.Event) bool { return e.ID == "slow" }) {
		t.Error("what was acknowledged while draining is lost")
	}
}

// statusOf is the status of a page, and its text.
func statusOf(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// TestServeHalves: one process receives, without a database, and another one works.
func TestServeHalves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	where := []string{"--db", "sqlite:" + filepath.Join(dir, "t.db"), "--inbox", "sqlite:" + filepath.Join(dir, "inbox.db")}
	receiver := startServe(t, append([]string{"--receive", "--path", "/"}, where[2:]...)...)
	receiver.awaitReady(t) // beside a webhook that takes all other paths
	for i := range 5 {
		deliver(t, receiver.Webhook, fmt.Sprint(i), daily("ada", i+1))
	}
	eventually(t, "all are pending", func() bool { return receiver.metric(t, "terrago_inbox_pending") == 5 })
	worker := startServe(t, append([]string{"--work"}, where...)...)
	if worker.Webhook != "" || receiver.Store != "" {
		t.Error("a half does what is the other's")
	}
	eventually(t, "the worker has applied all", func() bool { return worker.metric(t, `terrago_attempts_total{result="applied"}`) == 5 })
	awaitCounts(t, eventCounts{Applied: 5}, where...) // they leave the inbox a moment later
}

func TestServeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	db := "sqlite:" + filepath.Join(dir, "t.db")
	postgres := file("postgres", "postgres://me:hunter2@127.0.0.1:1/health\n")
	for name, tc := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no database":            {[]string{"--sandbox"}, exitUsage, "--db sqlite:FILE"},
		"no secret":              {[]string{"--db", db}, exitUsage, "--signing-secret-file"},
		"empty secret file":      {[]string{"--db", db, "--signing-secret-file", file("empty", "")}, exitUsage, "is empty"},
		"no such database":       {[]string{"--sandbox", "--db", "mysql://x"}, exitUsage, "postgres://"},
		"no such inbox":          {[]string{"--sandbox", "--db", db, "--inbox", "kafka://x"}, exitUsage, "nats://"},
		"password in plain view": {[]string{"--sandbox", "--db", "postgres://me:hunter2@h/d"}, exitUsage, "TERRAGO_DB"},
		"both ways":              {[]string{"--sandbox", "--db", db, "--db-file", postgres}, exitUsage, "either"},
		"embedded where":         {[]string{"--sandbox", "--db", "postgres://me@h/d", "--inbox", "embedded"}, exitUsage, "--inbox-dir"},
		"directory of what":      {[]string{"--sandbox", "--db", db, "--inbox", db, "--inbox-dir", dir}, exitUsage, "embedded"},
		"embedded and apart":     {[]string{"--sandbox", "--receive", "--inbox-dir", dir}, exitUsage, "no other process"},
		"replicas of what":       {[]string{"--sandbox", "--db", db, "--inbox-replicas", "3"}, exitUsage, "nats://"},
		"payloads from where":    {[]string{"--sandbox", "--db", db, "--payload-host", "https://files.example.com/"}, exitUsage, "--payload-host"},
		"unclean path":           {[]string{"--sandbox", "--db", db, "--path", "/a//b"}, exitUsage, "--path"},
		"no path":                {[]string{"--sandbox", "--db", db, "--path", "webhook"}, exitUsage, "--path"},
		"path taken":             {[]string{"--sandbox", "--db", db, "--path", "/metrics"}, exitUsage, "--ops-addr"},
		"no body":                {[]string{"--sandbox", "--db", db, "--max-body", "lots"}, exitUsage, "64MiB"},
		"none at once":           {[]string{"--sandbox", "--db", db, "--max-concurrent", "0"}, exitUsage, "--max-concurrent"},
		"too often":              {[]string{"--sandbox", "--db", db, "--reconcile", "1s"}, exitUsage, "1m"},
		"reconcile as whom":      {[]string{"--signing-secret-file", file("secret", "x"), "--db", db, "--reconcile", "1h"}, exitUsage, "TERRA_API_KEY"},
		"reconcile and receive":  {[]string{"--sandbox", "--db", db, "--reconcile", "1h", "--receive"}, exitUsage, "--receive"},
		"no directory":           {[]string{"--sandbox", "--db", "sqlite:" + filepath.Join(dir, "missing", "t.db")}, exitFailed, "directory does not exist"},
		"no SQLite":              {[]string{"--sandbox", "--db", db, "--inbox", "sqlite:" + file("text", strings.Repeat("no database ", 100))}, exitFailed, "no SQLite database"},
		"no PostgreSQL":          {[]string{"--sandbox", "--db-file", postgres, "--inbox", "sqlite:" + filepath.Join(dir, "i.db")}, exitFailed, "is the server running"},
		"no NATS":                {[]string{"--sandbox", "--db", db, "--inbox", "nats://127.0.0.1:1"}, exitFailed, "is the server running"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, log := terrago(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, tc.args...)...)
			if status != tc.status || !strings.Contains(log, tc.says) || out != "" {
				t.Errorf("status %d, want %d and %q; it says:\n%s%s", status, tc.status, tc.says, log, out)
			}
			if strings.Contains(log, "hunter2") {
				t.Error("the password is shown")
			}
		})
	}
}

// TestEmbeddedInboxIsTaken: a second serve on the same directory is told so, while
// events reaches into it.
func TestEmbeddedInboxIsTaken(t *testing.T) {
	t.Parallel()
	where := []string{"--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db"), "--inbox", "embedded"}
	s := startServe(t, where...)
	status, _, log := terrago(t, append([]string{"serve", "--sandbox", "--addr", "127.0.0.1:0"}, where...)...)
	if status != exitFailed || !strings.Contains(log, "nats://") {
		t.Errorf("status %d\n%s", status, log)
	}
	deliver(t, s.Webhook, "poison", "{")
	eventually(t, "it is in the dead letters", func() bool {
		_, counts := listEvents(t, where[:2]...) // finds the embedded one by itself
		return counts.Dead == 1
	})
}

// TestTokensStayPrivate: what opens the embedded inbox is not in the log.
func TestTokensStayPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startServe(t, "--db", "sqlite:"+filepath.Join(dir, "t.db"), "--inbox", "embedded", "-v")
	address, err := os.ReadFile(filepath.Join(dir, "t.db-inbox.d", "address"))
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`//(\w+)@`).FindStringSubmatch(string(address))
	s.end(t)
	if len(token) < 2 || strings.Contains(s.log.String(), token[1]) {
		t.Error("there is no token, or it is in the log")
	}
}

// TestServeOutlivesItsDatabase: while PostgreSQL is away, deliveries are refused for
// the time being and it is not ready; once back, all goes on.
func TestServeOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	postgres := pgtest.NewOwn(t)
	where := []string{"--db", postgres.Database(t)}
	s := startServe(t, where...)
	deliver(t, s.Webhook, "before", daily("ada", 1))
	eventually(t, "it is applied", func() bool { return s.metric(t, "terrago_inbox_pending") == 0 })
	if err := postgres.Stop(); err != nil {
		t.Fatal(err)
	}
	if status := deliver(t, s.Webhook, "meanwhile", daily("ada", 2)); status != http.StatusServiceUnavailable {
		t.Errorf("without a database: status %d", status)
	}
	status, text := statusOf(t, s.Ops+"/readyz")
	if status != http.StatusServiceUnavailable || !strings.Contains(text, "the database") || !strings.Contains(text, "the inbox") {
		t.Errorf("without a database: ready with status %d, %q", status, text)
	}
	if s.metric(t, "terrago_inbox_up") != 0 || s.metric(t, `terrago_deliveries_total{answer="unavailable"}`) != 1 {
		t.Error("the metrics do not show it")
	}
	if err := postgres.Start(); err != nil {
		t.Fatal(err)
	}
	s.awaitReady(t)
	eventually(t, "deliveries are taken again", func() bool {
		return deliver(t, s.Webhook, "meanwhile", daily("ada", 2)) == http.StatusOK
	})
	eventually(t, "both are applied", func() bool {
		_, counts := listEvents(t, where...)
		return counts == eventCounts{Applied: 2}
	})
}

// TestStoreLocked takes as long as a store waits for another program.
func TestStoreLocked(t *testing.T) {
	t.Parallel()
	where := []string{"--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db")}
	startServe(t, where...).end(t)
	db, err := sql.Open("sqlite", strings.TrimPrefix(where[1], "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Close()
	if _, err := tx.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	status, _, log := terrago(t, append([]string{"events", "list"}, where...)...)
	if status != exitFailed || !strings.Contains(log, "another program has locked the file") {
		t.Errorf("status %d\n%s", status, log)
	}
}

// TestServeChores: on their schedules, connections are compared with the service's
// and bodies that are too old are dropped, the first time at the start.
func TestServeChores(t *testing.T) {
	t.Parallel()
	terra := sandboxtest.New(t)
	if _, err := terra.Connect("GARMIN", "ada"); err != nil {
		t.Fatal(err)
	}
	where := []string{"--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db")}
	s := startServe(t, where...)
	deliver(t, s.Webhook, "trace", daily("ada", 1))
	eventually(t, "it is applied", func() bool {
		_, counts := listEvents(t, where...)
		return counts.Applied == 1
	})
	s.end(t)
	show := append([]string{"events", "show", "trace"}, where...)
	if _, out, _ := terrago(t, show...); !strings.Contains(out, `"type": "daily"`) {
		t.Error("the body is not shown")
	}
	s = startServe(t, append(where, "--retention", "1ns", "--reconcile", "1h", "--base-url", terra.BaseURL)...)
	eventually(t, "both are done", func() bool {
		log := s.log.String()
		return strings.Contains(log, "old deliveries pruned") && strings.Contains(log, "connections reconciled")
	})
	s.end(t)
	if !strings.Contains(s.log.String(), "added=1") {
		t.Errorf("the connection is not found\n%s", s.log)
	}
	if _, out, _ := terrago(t, show...); !strings.Contains(out, "no longer kept") {
		t.Error("the body is still there")
	}
	if status, out, _ := terrago(t, append([]string{"events", "replay", "trace"}, where...)...); status != exitFailed || !strings.Contains(out, "no longer kept") {
		t.Errorf("replay without a body: status %d", status)
	}
}

// TestServeLogsNoAnswers: what the API says of a failed request may be about a person, so
// the log has what can be done about it and nothing of that.
func TestServeLogsNoAnswers(t *testing.T) {
	t.Parallel()
	for status, hint := range map[int]string{
		http.StatusBadRequest:   "400 Bad Request",
		http.StatusUnauthorized: "does not know a sandbox's credentials",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				io.WriteString(w, `{"title":"private","detail":"private","message":"private"}`)
			}))
			t.Cleanup(api.Close)
			s := startServe(t, "--db", "sqlite:"+filepath.Join(t.TempDir(), "t.db"), "--reconcile", "1h", "--base-url", api.URL)
			eventually(t, "it has failed", func() bool { return strings.Contains(s.log.String(), "connections not reconciled") })
			if log := s.log.String(); strings.Contains(log, "private") || !strings.Contains(log, hint) {
				t.Errorf("it logs more than it should, or not that: %s", hint)
			}
		})
	}
}

// TestStoredEscapesAreHarmless: what a hostile sender put into a delivery does not
// steer the terminal of who looks at it.
func TestStoredEscapesAreHarmless(t *testing.T) {
	t.Parallel()
	where := []string{"--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db")}
	s := startServe(t, where...)
	deliver(t, s.Webhook, "hostile", `{"type":"brand\u001b[2Jnew","user":{"user_id":"\u001b]0;owned\u0007\u202eada"},"x":"\u009b2J"}`)
	deliver(t, s.Webhook, "text", "\x1b[2J\tno JSON")
	eventually(t, "both are dealt with", func() bool { return s.metric(t, "terrago_inbox_pending") == 0 })
	for _, args := range [][]string{{"list"}, {"list", "--json"}, {"show", "hostile"}, {"show", "hostile", "--json"}, {"show", "text"}, {"show", "text", "--json"}} {
		status, out, log := terrago(t, append(append([]string{"events"}, args...), where...)...)
		if status != exitDone || strings.ContainsAny(out+log, "\x1b\a\u009b\u202e") {
			t.Errorf("%v: status %d, or a character that steers the terminal", args, status)
		}
	}
}
