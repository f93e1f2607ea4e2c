package relay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/relay"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/webhook"
)

const secret = "secret"

// target is a program that deliveries are passed on to. It answers nothing while it
// is down.
type target struct {
	mu     sync.Mutex
	down   bool
	status int    // instead of 200
	poison string // is answered 422
	got    []received
}

type received struct {
	header http.Header
	body   string
}

func (t *target) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.down {
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if t.poison == string(body) {
		return &http.Response{StatusCode: http.StatusUnprocessableEntity, Body: http.NoBody, Request: r}, nil
	}
	if t.status != 0 {
		return &http.Response{StatusCode: t.status, Body: http.NoBody, Request: r}, nil
	}
	t.got = append(t.got, received{r.Header.Clone(), string(body)})
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// refuse has it answer 422 to one body from now on.
func (t *target) refuse(poison string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.poison = poison
}

// set makes it what it is to be from now on.
func (t *target) set(down bool, status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.down, t.status = down, status
}

func (t *target) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.got)
}

// bodies are those that have come, once nothing more does.
func (t *target) bodies() (list []string) {
	for _, g := range t.got {
		list = append(list, g.body)
	}
	return list
}

// fixture is an inbox with an intake in front of it and a target behind.
type fixture struct {
	inbox    *store.Inbox
	intake   *relay.Intake
	target   target
	arrivals []relay.Arrival

	mu       sync.Mutex
	outcomes []relay.Outcome
}

func newFixture(t *testing.T, types ...webhook.EventType) *fixture {
	t.Helper()
	f := new(fixture)
	at := store.Location{Kind: store.SQLite, Target: filepath.Join(t.TempDir(), "inbox.db")}
	var err error
	if f.inbox, err = store.OpenInbox(t.Context(), at, store.InboxOptions{SQL: []sqlinbox.Option{sqlinbox.WithOrder()}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.inbox.Close() })
	v, err := webhook.NewVerifier([]string{secret})
	if err != nil {
		t.Fatal(err)
	}
	note := func(a relay.Arrival) { f.arrivals = append(f.arrivals, a) }
	f.intake = relay.NewIntake(v, f.inbox, types, note, slog.New(slog.DiscardHandler))
	return f
}

// deliver returns the status of the answer.
func (f *fixture) deliver(trace, key, body string) int {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	signature := webhook.Sign(key, time.Now(), []byte(body))
	for name, value := range map[string]string{
		webhook.HeaderSignature: signature, webhook.HeaderSignatureLegacy: signature, webhook.HeaderTraceID: trace,
		"Dev-Id": "dev", "Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1", "Authorization": "tunnel",
	} {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	f.intake.ServeHTTP(w, r)
	return w.Code
}

func event(n int) string { return fmt.Sprintf(`{"type": "daily", "n":%d}`, n) }

// forward starts a forwarder, whose result comes through the channel.
func (f *fixture) forward(change func(*relay.Forwarder)) (end func(), result chan error) {
	forwarder := &relay.Forwarder{
		Inbox: f.inbox, Client: &http.Client{Transport: &f.target}, URL: "http://target.invalid/hook", Secrets: []string{secret},
		Report: func(o relay.Outcome) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.outcomes = append(f.outcomes, o)
		},
	}
	if change != nil {
		change(forwarder)
	}
	ctx, cancel := context.WithCancel(context.Background())
	result = make(chan error, 1)
	go func() { result <- forwarder.Run(ctx) }()
	return cancel, result
}

// tried are the attempts since the last time.
func (f *fixture) tried() []relay.Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.outcomes
	f.outcomes = nil
	return list
}

func (f *fixture) pending(t *testing.T) int {
	t.Helper()
	s, err := f.inbox.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Pending
}

// await lets time pass until n have arrived at the target.
func (f *fixture) await(t *testing.T, n int) {
	t.Helper()
	for range 100 {
		if time.Sleep(time.Second); f.target.count() >= n {
			return
		}
	}
	t.Fatalf("%d of %d arrive", f.target.count(), n)
}

func verify(t *testing.T, r received, key string) error {
	t.Helper()
	v, err := webhook.NewVerifier([]string{key})
	if err != nil {
		t.Fatal(err)
	}
	return v.Verify(r.header, []byte(r.body))
}

// TestCatchUp: a target that was away gets all that came meanwhile, in order, over
// restarts too, under signatures that it can still take.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.target.set(true, 0)
		var want []string
		deliver := func(body string) {
			t.Helper()
			want = append(want, body)
			if status := f.deliver(fmt.Sprint(len(want)), secret, body); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
		}
		for n := range 40 { // more than are leased at a time
			deliver(event(n))
		}
		end, result := f.forward(nil)
		time.Sleep(time.Minute)
		deliver(`{"type":"s3_payload","url":"http://x"}`) // nothing passes, be it urgent
		deliver(event(41))
		end()
		if err := <-result; err != nil {
			t.Fatal(err)
		}
		if list, n := f.tried(), f.pending(t); n != len(want) || len(list) < 4 || list[0].Problem != "no connection" {
			t.Fatalf("%d of %d are kept", n, len(want))
		}
		end, result = f.forward(nil)
		time.Sleep(20 * time.Minute)
		if n := len(f.tried()); n < 80 || n > 90 {
			t.Errorf("%d attempts in 20 minutes", n)
		}
		deliver(event(42))
		f.target.set(false, 0)
		f.await(t, len(want))
		end()
		if err := <-result; err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.target.bodies(), want) {
			t.Error("not all that came, in order")
		}
		for i, r := range f.target.got {
			if err := verify(t, r, secret); err != nil {
				t.Errorf("number %d: %v", i, err)
			}
		}
		if n := f.pending(t); n != 0 {
			t.Errorf("%d are left", n)
		}
		if list := f.tried(); list[len(list)-1].Signed || !list[len(list)-2].Signed {
			t.Error("the fresh one is signed anew, or the old one is not")
		}
	})
}

// TestPassedOn: what is fresh arrives as it came, without what others have added.
func TestPassedOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		signed := webhook.Sign(secret, time.Now(), []byte(event(1)))
		f.deliver("trace", secret, event(1))
		end, result := f.forward(nil)
		f.await(t, 1)
		end()
		<-result
		h := f.target.got[0].header
		for name, want := range map[string]string{
			webhook.HeaderSignature: signed, webhook.HeaderSignatureLegacy: signed, webhook.HeaderTraceID: "trace",
			"Dev-Id": "dev", "Content-Type": "application/json", "X-Forwarded-For": "", "Authorization": "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s has changed", name)
			}
		}
	})
}

// TestAnotherSecret signs all with the target's own.
func TestAnotherSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.deliver("trace", secret, event(1))
		end, result := f.forward(func(r *relay.Forwarder) { r.Secrets, r.Always = []string{"another"}, true })
		f.await(t, 1)
		end()
		<-result
		if err := verify(t, f.target.got[0], "another"); err != nil {
			t.Error(err)
		}
	})
}

// TestRefusing: a target that answers, but not 2xx, is tried again; or the first time
// is the end, and nothing is lost.
func TestRefusing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.target.set(false, http.StatusInternalServerError)
		f.deliver("1", secret, event(1))
		f.deliver("2", secret, event(2))
		_, result := f.forward(func(r *relay.Forwarder) { r.Once = true })
		if err := <-result; !errors.Is(err, relay.ErrRefused) || f.pending(t) != 2 || f.tried()[0].Status != 500 {
			t.Fatalf("%v, %d are kept", err, f.pending(t))
		}
		end, result := f.forward(nil)
		time.Sleep(time.Minute)
		f.target.set(false, 0)
		f.await(t, 2)
		end()
		<-result
		if !slices.Equal(f.target.bodies(), []string{event(1), event(2)}) {
			t.Error("not in order")
		}
	})
}

// TestSetAside: a delivery that is never taken is buried once it has reached the target
// often enough, and those behind it go on. As long as the target is away none is.
func TestSetAside(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.target.refuse(event(1))
		f.target.set(true, 0)
		for n := range 4 {
			f.deliver(fmt.Sprint(n), secret, event(n))
		}
		end, result := f.forward(func(r *relay.Forwarder) { r.Most = 3 })
		time.Sleep(time.Hour)
		if n := f.pending(t); n != 4 {
			t.Fatalf("%d are kept while the target is away, want 4", n)
		}
		f.tried()
		f.target.set(false, 0)
		f.await(t, 3)
		if !slices.Equal(f.target.bodies(), []string{event(0), event(2), event(3)}) {
			t.Error("not the others, in order")
		}
		refused := slices.DeleteFunc(f.tried(), relay.Outcome.Passed)
		if n := len(refused); n != 3 || !refused[2].Aside || refused[2].Pause != 0 || refused[1].Aside {
			t.Errorf("%d attempts are refused, want 3, and the last one sets it aside", n)
		}
		for item, err := range f.inbox.Scan(t.Context(), ingest.Dead) {
			if err != nil || item.Header.Get(webhook.HeaderTraceID) != "1" || item.Reason != "not taken at attempt 3: 422" {
				t.Errorf("set aside is another, %v, or for another reason", err)
			}
			if err := f.inbox.Retry(t.Context(), item, 0, ""); err != nil {
				t.Fatal(err)
			}
		}
		f.target.refuse("")
		f.await(t, 4) // as it was revived
		end()
		if err := <-result; err != nil {
			t.Fatal(err)
		}
	})
}

// TestIntake: repetitions are kept, what is left out and what is refused is reported.
func TestIntake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, "daily")
		for i, tc := range []struct {
			key, body string
			status    int
			want      relay.Arrival
		}{
			{secret, event(1), 200, relay.Arrival{Event: "daily", Size: len(event(1))}},
			{secret, event(1), 200, relay.Arrival{Event: "daily", Size: len(event(1)), Repeated: true}},
			{secret, event(1), 200, relay.Arrival{Event: "daily", Size: len(event(1)), Repeated: true}},
			{secret, `{"type":"sleep"}`, 200, relay.Arrival{Event: "sleep", Size: 16, LeftOut: true}},
			{"forged", event(2), 401, relay.Arrival{}},
		} {
			if status := f.deliver("trace", tc.key, tc.body); status != tc.status {
				t.Errorf("%d: status %d", i, status)
			}
			got := f.arrivals[len(f.arrivals)-1]
			got.At = time.Time{}
			tc.want.TraceID, tc.want.Status = "trace", tc.status
			if len(f.arrivals) != i+1 || got != tc.want {
				t.Errorf("%d: %+v, want %+v", i, got, tc.want)
			}
		}
		if n := f.pending(t); n != 3 {
			t.Errorf("%d are kept, want 3", n)
		}
	})
}
