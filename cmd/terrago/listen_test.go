package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// listener is a terrago listen at work.
type listener struct {
	url    string
	lines  *json.Decoder
	log    *syncBuffer
	status chan int
	cancel func()
}

func startListen(t *testing.T, args ...string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	l := &listener{lines: json.NewDecoder(out), log: new(syncBuffer), status: make(chan int, 1), cancel: cancel}
	go func() {
		args := append([]string{"listen", "--addr", "127.0.0.1:0", "--json"}, args...)
		l.status <- run(ctx, args, stdio{strings.NewReader(""), in, l.log})
		in.Close()
	}()
	t.Cleanup(func() { cancel(); out.Close() })
	l.url = l.next(t, isListening).URL
	return l
}

// next waits for something to happen.
func (l *listener) next(t *testing.T, what string) listenLine {
	t.Helper()
	for {
		var v listenLine
		if err := l.lines.Decode(&v); err != nil {
			t.Fatalf("never %s: %v\n%s", what, err, l.log)
		}
		if v.What == what {
			return v
		}
	}
}

// end stops it, unless it has ended by itself.
func (l *listener) end(t *testing.T, want int) {
	t.Helper()
	l.cancel()
	for l.lines.Decode(new(listenLine)) == nil { // so that nothing is stuck in the pipe
	}
	select {
	case status := <-l.status:
		if status != want {
			t.Errorf("status %d, want %d\n%s", status, want, l.log)
		}
	case <-time.After(patience):
		t.Fatalf("it does not end\n%s", l.log)
	}
}

// listenBench is a sandbox with somebody in it and a destination of its own, and a
// program to forward to.
type listenBench struct {
	sandbox *sandbox.Server
	api     string
	user    string
	other   string // the destination
	program string
	down    atomic.Bool

	mu  sync.Mutex
	got []string // trace ids that the program has taken
}

func newListenBench(t *testing.T) *listenBench {
	t.Helper()
	b := new(listenBench)
	var err error
	if b.sandbox, err = sandbox.New(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.sandbox.Close)
	user, err := b.sandbox.Connect("GARMIN", "ada")
	if err != nil {
		t.Fatal(err)
	}
	b.user = user.UserID
	serve := func(h http.HandlerFunc) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	b.api = serve(b.sandbox.ServeHTTP) + "/api/v2"
	b.other = serve(func(http.ResponseWriter, *http.Request) {})
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		t.Fatal(err)
	}
	b.program = serve(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := verifier.Verify(r.Header, body); err != nil {
			t.Errorf("the program cannot verify it: %v", err)
		}
		if b.down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.got = append(b.got, r.Header.Get(webhook.HeaderTraceID))
	})
	if err := b.sandbox.SetDestinations([]sandbox.Destination{{URL: b.other}}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *listenBench) trigger(t *testing.T) (trace string) {
	t.Helper()
	d, err := b.sandbox.Trigger(sandbox.EventRequest{Type: "sleep", UserID: b.user})
	if err != nil {
		t.Fatal(err)
	}
	return d.TraceID
}

// TestListen: it becomes a destination beside the other, takes, shows and forwards in
// order, also what has waited for the program and for the next start, and leaves the
// sandbox as it was.
func TestListen(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	dir := filepath.Join(t.TempDir(), "kept")
	args := []string{"--base-url", b.api, "--dir", dir, "--forward-to", b.program}
	l := startListen(t, args...)
	if list := b.sandbox.Destinations(); len(list) != 2 || list[0].URL != b.other || list[1].URL != l.url {
		t.Fatalf("%d destinations", len(list))
	}
	want := []string{b.trigger(t)}
	if v := l.next(t, isReceived); v.Event != "sleep" || v.UserID != b.user || v.TraceID != want[0] || !v.Verified || v.Size == 0 {
		t.Errorf("received is another, or as %s of %d bytes, verified: %t", v.Event, v.Size, v.Verified)
	}
	if v := l.next(t, isForwarded); v.TraceID != want[0] || v.Status != 200 || v.Attempt != 1 || v.Signed {
		t.Errorf("forwarded is another, or answered %d at attempt %d, signed anew: %t", v.Status, v.Attempt, v.Signed)
	}
	if _, err := b.sandbox.Trigger(sandbox.EventRequest{Type: "sleep", UserID: b.user, Fault: sandbox.FaultCorruptSignature}); err != nil {
		t.Fatal(err)
	}
	if v := l.next(t, isRefused); v.Status != 401 || v.Verified {
		t.Errorf("refused with %d, verified: %t", v.Status, v.Verified)
	}

	b.down.Store(true)
	for range 3 {
		want = append(want, b.trigger(t))
		l.next(t, isReceived)
	}
	if b.sandbox.Flush(t.Context()) != nil {
		t.Fatal("not delivered")
	}
	if status, _, log := terrago(t, append([]string{"listen", "--addr", "127.0.0.1:0"}, args...)...); status != exitUsage || !strings.Contains(log, "a --dir of its own") {
		t.Errorf("a second one in the directory: status %d\n%s", status, log)
	}
	l.end(t, exitDone)
	if list := b.sandbox.Destinations(); len(list) != 1 || list[0].URL != b.other {
		t.Errorf("%d destinations are left", len(list))
	}
	if log := l.log.String(); !strings.Contains(log, "4 received, 1 refused") || !strings.Contains(log, "Not passed on: 3 deliveries") {
		t.Errorf("it takes leave with\n%s", log)
	}

	b.down.Store(false)
	l = startListen(t, args...)
	for _, trace := range want[1:] {
		if v := l.next(t, isForwarded); v.TraceID != trace {
			t.Error("not in order")
		}
	}
	l.end(t, exitDone)
	b.mu.Lock()
	defer b.mu.Unlock()
	if strings.Join(b.got, " ") != strings.Join(want, " ") {
		t.Errorf("the program has %d, want %d", len(b.got), len(want))
	}
	if !strings.Contains(l.log.String(), "left from before first: 3 deliveries") {
		t.Errorf("it greets with\n%s", l.log)
	}
}

// TestListenGivesUp: with --fail-on-error the first failure is the end, and the
// delivery stays.
func TestListenGivesUp(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	b.down.Store(true)
	l := startListen(t, "--base-url", b.api, "--dir", t.TempDir(), "--forward-to", b.program, "--fail-on-error")
	b.trigger(t)
	if v := l.next(t, isFailed); v.Status != http.StatusBadGateway {
		t.Errorf("failed with %d", v.Status)
	}
	select {
	case status := <-l.status:
		if status != exitFailed {
			t.Errorf("status %d", status)
		}
	case <-time.After(patience):
		t.Fatal("it goes on")
	}
	if log := l.log.String(); !strings.Contains(log, "Not passed on: 1 delivery") {
		t.Errorf("it takes leave with\n%s", log)
	}
	if n := len(b.sandbox.Destinations()); n != 1 {
		t.Errorf("%d destinations are left", n)
	}
}

// TestListenSetsAside: what the program refuses so often is out of the way, and listed
// and replayed like other dead letters.
func TestListenSetsAside(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	dir := filepath.Join(t.TempDir(), "kept")
	args := []string{"--base-url", b.api, "--dir", dir, "--forward-to", b.program}
	b.down.Store(true)
	l := startListen(t, append(args, "--max-attempts", "2")...)
	trace := b.trigger(t)
	if l.next(t, isFailed).Aside {
		t.Error("it is set aside at the first attempt")
	}
	if v := l.next(t, isFailed); !v.Aside || v.TraceID != trace {
		t.Errorf("after attempt %d it is set aside: %t, or it is another", v.Attempt, v.Aside)
	}
	b.down.Store(false)
	behind := b.trigger(t)
	if v := l.next(t, isForwarded); v.TraceID != behind {
		t.Error("forwarded is another")
	}
	l.end(t, exitDone)
	if log := l.log.String(); !strings.Contains(log, "Set aside so far: 1 delivery") {
		t.Errorf("it takes leave with\n%s", log)
	}

	list, counts := listEvents(t, "--dir", dir)
	if len(list) != 1 || list[0].ID != trace || list[0].Reason != "not taken at attempt 2: 502" || counts != (eventCounts{Dead: 1}) {
		t.Errorf("%d are listed, the counts are %+v", len(list), counts)
	}
	if status, out, _ := terrago(t, "events", "show", trace, "--dir", dir); status != exitDone || !strings.Contains(out, "sleep_durations_data") {
		t.Errorf("it is not shown whole: status %d", status)
	}
	status, out, log := terrago(t, "events", "replay", "--dead", "--dir", dir)
	if status != exitDone || !strings.Contains(out, "1 pending again") || !strings.Contains(log, "terrago listen --forward-to passes on") {
		t.Errorf("replay: status %d\n%s", status, log)
	}
	l = startListen(t, args...)
	if v := l.next(t, isForwarded); v.TraceID != trace {
		t.Error("what was replayed is not passed on")
	}
	l.end(t, exitDone)
}

// TestListenAgain: a sandbox that has forgotten is told again.
func TestListenAgain(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	l := startListen(t, "--base-url", b.api, "--dir", t.TempDir())
	b.sandbox.Reset()
	eventually(t, "it is a destination again", func() bool { return len(b.sandbox.Destinations()) == 1 })
	l.end(t, exitDone)
	if n := len(b.sandbox.Destinations()); n != 0 {
		t.Errorf("%d destinations are left", n)
	}
}

// TestListenKilled: the destination that one left behind is gone with the next start,
// and no other.
func TestListenKilled(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	args := []string{"--base-url", b.api, "--dir", filepath.Join(t.TempDir(), "kept")}
	killed := start(t, append([]string{"listen", "--addr", "127.0.0.1:0"}, args...)...)
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.Wait()
	beside := startListen(t, "--base-url", b.api, "--dir", t.TempDir())
	if n := len(b.sandbox.Destinations()); n != 3 {
		t.Fatalf("%d destinations, want the one left behind and two more", n)
	}
	l := startListen(t, args...)
	want := []string{b.other, beside.url, l.url}
	for i, d := range b.sandbox.Destinations() {
		if i >= len(want) || d.URL != want[i] {
			t.Fatalf("destination %d is another", i)
		}
	}
	l.end(t, exitDone)
	beside.end(t, exitDone)
	if n := len(b.sandbox.Destinations()); n != 1 {
		t.Errorf("%d destinations are left", n)
	}
}

// TestListenKilledAndReplaced: another one that has got the address of the one that was
// killed keeps its destination.
func TestListenKilledAndReplaced(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	dir := t.TempDir()
	other := startListen(t, "--base-url", b.api, "--dir", t.TempDir())
	if err := os.WriteFile(filepath.Join(dir, listenDestination), []byte(other.url), 0o600); err != nil {
		t.Fatal(err)
	}
	l := startListen(t, "--base-url", b.api, "--dir", dir)
	want := []string{b.other, other.url, l.url}
	for i, d := range b.sandbox.Destinations() {
		if i >= len(want) || d.URL != want[i] {
			t.Fatalf("destination %d is another", i)
		}
	}
	l.end(t, exitDone)
	other.end(t, exitDone)
}

// brokenPipe takes some lines and then no more.
type brokenPipe struct {
	lines int
	gone  func()
}

func (p *brokenPipe) Write(b []byte) (int, error) {
	if p.lines--; p.lines < 0 {
		p.gone()
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}

// TestListenClosedPipe: when nobody reads what it writes, it takes leave and ends.
func TestListenClosedPipe(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	var once sync.Once
	gone, status := make(chan bool), make(chan int, 1)
	pipe := &brokenPipe{1, func() { once.Do(func() { close(gone) }) }}
	go func() {
		status <- run(context.Background(), []string{"listen", "--addr", "127.0.0.1:0", "--json", "--base-url", b.api, "--dir", t.TempDir()},
			stdio{strings.NewReader(""), pipe, new(bytes.Buffer)})
	}()
	eventually(t, "it is a destination", func() bool { return len(b.sandbox.Destinations()) == 2 })
	b.trigger(t)
	<-gone
	if got := <-status; got != exitFailed {
		t.Errorf("status %d", got)
	}
	if n := len(b.sandbox.Destinations()); n != 1 {
		t.Errorf("%d destinations are left", n)
	}
}

// TestListenHostile: what a sender has put into its event does neither steer the
// terminal nor fill it.
func TestListenHostile(t *testing.T) {
	t.Parallel()
	b := newListenBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, log, status := new(syncBuffer), new(syncBuffer), make(chan int, 1)
	go func() {
		status <- run(ctx, []string{"listen", "--addr", "127.0.0.1:0", "--base-url", b.api, "--dir", t.TempDir(), "--forward-to", b.program},
			stdio{strings.NewReader(""), out, log})
	}()
	eventually(t, "it is a destination", func() bool { return len(b.sandbox.Destinations()) == 2 })
	body, err := json.Marshal(map[string]any{
		"type": "\x1b[2J\nfake" + strings.Repeat("x", 1<<20), "user": map[string]any{"user_id": "\u202eEVIL\r" + strings.Repeat("y", 1<<20)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.sandbox.Trigger(sandbox.EventRequest{Body: body}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is forwarded", func() bool { return strings.Contains(out.String(), "forwarded") })
	cancel()
	if got := <-status; got != exitDone {
		t.Errorf("status %d\n%s", got, log)
	}
	if text := out.String(); strings.ContainsAny(text, "\x1b\r\u202e") || len(text) > 1000 || strings.Count(text, "\n") != 2 {
		t.Errorf("%d bytes in %d lines, or with controls", len(text), strings.Count(text, "\n"))
	}
}
