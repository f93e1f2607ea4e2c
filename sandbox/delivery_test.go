package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// transport answers deliveries without a network, so that they can be made in a
// synctest bubble.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func status(code int) (*http.Response, error) {
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody}, nil
}

// start makes a server with one connected person and one destination, whose
// answers are f's.
func start(t *testing.T, f transport) (s *sandbox.Server, userID string) {
	t.Helper()
	s, err := sandbox.New(sandbox.WithTransport(f))
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.Connect("GARMIN", "anna")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: "http://one.example/hook"}}); err != nil {
		t.Fatal(err)
	}
	return s, u.UserID
}

func trigger(t *testing.T, s *sandbox.Server, eventType, userID string) sandbox.Delivery {
	t.Helper()
	d, err := s.Trigger(sandbox.EventRequest{Type: eventType, UserID: userID})
	if err != nil {
		t.Fatalf("%s: %v", eventType, err)
	}
	return d
}

func TestDeliveryHeaders(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	r := listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	r.arrived(t, s)
	d := trigger(t, s.Server, "daily", user)
	if d.State != sandbox.StatePending || d.EventType != "daily" || d.UserID != user || d.URL != r.URL || d.ID == "" || len(d.Attempts) != 0 {
		t.Error("the delivery returned is not the one that begins")
	}
	_, heads := r.arrived(t, s)
	h := heads[0]
	for name, want := range map[string]string{
		"Content-Type":     "application/json",
		"Dev-Id":           sandbox.DefaultDevID,
		"Hook-Type":        "WEBHOOK",
		"Terra-Reference":  d.Reference,
		"X-Terra-Trace-Id": d.TraceID,
		"X-Terra-Ordering-Timestamp": strconv.FormatInt(
			d.CreatedAt.UnixMilli(), 10),
		"Terra-Signature": h.Get("X-Terra-Signature"),
	} {
		if h.Get(name) != want || want == "" {
			t.Errorf("%s is not what it should be", name)
		}
	}
	list := s.Deliveries()
	last := list[len(list)-1]
	if last.ID != d.ID || last.State != sandbox.StateDelivered || len(last.Attempts) != 1 || last.Attempts[0].Status != 200 ||
		last.Header.Get("Terra-Signature") != h.Get("Terra-Signature") || !last.NextRetry.IsZero() {
		t.Error("the delivery is not noted as delivered at once")
	}
	if err := webhook.NewMux().Dispatch(t.Context(), mustParse(t, last)); err != nil {
		t.Error(err)
	}
}

func mustParse(t *testing.T, d sandbox.Delivery) webhook.Event {
	t.Helper()
	ev, err := webhook.Parse(d.Header, d.Body)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

// TestRetrySchedule: 30 s, doubling, ten times; then given up. Body, trace id and
// ordering timestamp stay, the signature is fresh.
func TestRetrySchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
		if err != nil {
			t.Fatal(err)
		}
		var at []time.Time
		traces := map[string]bool{}
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			at = append(at, time.Now())
			body, _ := io.ReadAll(r.Body)
			if err := verifier.Verify(r.Header, body); err != nil {
				t.Errorf("attempt %d: %v", len(at), err)
			}
			traces[r.Header.Get("X-Terra-Trace-Id")+r.Header.Get("X-Terra-Ordering-Timestamp")+string(body)] = true
			return status(503)
		})
		defer s.Close()
		trigger(t, s, "connection_error", user)
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		d := s.Deliveries()[0]
		if d.State != sandbox.StateRetrying || d.NextRetry.Sub(d.Attempts[0].At) != 30*time.Second {
			t.Errorf("%s with a retry in %v, want 30s", d.State, d.NextRetry.Sub(d.Attempts[0].At))
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		want := 30 * time.Second
		for i := 1; i < len(at); i++ {
			if got := at[i].Sub(at[i-1]); got != want {
				t.Errorf("retry %d after %v, want %v", i, got, want)
			}
			want *= 2
		}
		d = s.Deliveries()[0]
		if len(at) != 11 || len(d.Attempts) != 11 || d.State != sandbox.StateFailed || !d.NextRetry.IsZero() {
			t.Errorf("%d attempts, %d noted, %s; want 11 and failed", len(at), len(d.Attempts), d.State)
		}
		if len(traces) != 1 {
			t.Errorf("%d different deliveries, want the same one each time", len(traces))
		}
	})
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	refused := func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	tests := map[string]struct {
		answer transport
		status int
		state  sandbox.State
		silent bool // the receiver's own status needs no explanation
	}{
		"ok":       {func(*http.Request) (*http.Response, error) { return status(200) }, 200, sandbox.StateDelivered, true},
		"created":  {func(*http.Request) (*http.Response, error) { return status(204) }, 204, sandbox.StateDelivered, true},
		"moved":    {func(*http.Request) (*http.Response, error) { return status(302) }, 302, sandbox.StateRetrying, true},
		"refused":  {func(*http.Request) (*http.Response, error) { return status(401) }, 401, sandbox.StateRetrying, true},
		"broken":   {func(*http.Request) (*http.Response, error) { return status(500) }, 500, sandbox.StateRetrying, true},
		"no door":  {refused, 503, sandbox.StateRetrying, false},
		"nonsense": {func(*http.Request) (*http.Response, error) { return nil, errors.New("malformed") }, 500, sandbox.StateRetrying, false},
		"too slow": {func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, 504, sandbox.StateRetrying, false},
		"slow body": {func(r *http.Request) (*http.Response, error) {
			body, w := io.Pipe()
			context.AfterFunc(r.Context(), func() { w.CloseWithError(r.Context().Err()) })
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body}, nil
		}, 504, sandbox.StateRetrying, false},
		"endless body": {func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(endless{})}, nil
		}, 200, sandbox.StateDelivered, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, user := start(t, test.answer)
				defer s.Close()
				trigger(t, s, "auth", user)
				if err := s.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				d := s.Deliveries()[0]
				a := d.Attempts[0]
				if d.State != test.state || a.Status != test.status || (a.Error == "") != test.silent {
					t.Errorf("%s with status %d and reason %q, want %s with %d", d.State, a.Status, a.Error, test.state, test.status)
				}
				if test.status == 504 && a.Duration != 8*time.Second {
					t.Errorf("waited %v, want 8s", a.Duration)
				}
			})
		})
	}
}

// endless is a body that never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, user := start(t, func(*http.Request) (*http.Response, error) {
			if n++; n < 3 {
				return status(500)
			}
			return status(200)
		})
		defer s.Close()
		trigger(t, s, "auth", user)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if d := s.Deliveries()[0]; d.State != sandbox.StateDelivered || len(d.Attempts) != 3 {
			t.Errorf("%s after %d attempts, want delivered after 3", d.State, len(d.Attempts))
		}
	})
}

// TestDestinationsChange: a retry goes to what stands in the destination's place
// by then, under its secret.
func TestDestinationsChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var hosts []string
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Host)
			body, _ := io.ReadAll(r.Body)
			if r.URL.Host == "two.example" {
				v, _ := webhook.NewVerifier([]string{"second secret"})
				if err := v.Verify(r.Header, body); err != nil {
					t.Error(err)
				}
				return status(200)
			}
			return status(500)
		})
		defer s.Close()
		trigger(t, s, "auth", user)
		s.Flush(t.Context())
		if err := s.SetDestinations([]sandbox.Destination{{URL: "http://two.example", Secret: "second secret"}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if d := s.Deliveries()[0]; d.State != sandbox.StateDelivered || d.URL != "http://two.example" || !slices.Equal(hosts, []string{"one.example", "two.example"}) {
			t.Errorf("%s, tried at %v", d.State, hosts)
		}

		s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}})
		trigger(t, s, "auth", user)
		s.Flush(t.Context())
		s.SetDestinations(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if d := s.Deliveries()[1]; d.State != sandbox.StateFailed || len(d.Attempts) != 1 {
			t.Errorf("without its destination: %s after %d attempts, want failed after 1", d.State, len(d.Attempts))
		}
	})
}

func TestDestinationsAreChecked(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	for _, d := range []sandbox.Destination{
		{},
		{URL: "hook"},
		{URL: "/hook"},
		{URL: "ftp://host/hook"},
		{URL: "http:///hook"},
		{URL: "http://user:pass@host/hook"},
		{URL: "http://host", Mode: "pull"},
		{URL: "http://host/%zz"},
	} {
		if err := s.SetDestinations([]sandbox.Destination{{URL: "http://fine.example"}, d}); !errors.Is(err, sandbox.ErrInvalidDestination) {
			t.Errorf("%q: %v, want ErrInvalidDestination", d.URL, err)
		}
	}
}

func TestSeveralDestinations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		secrets := map[string]string{"one.example": "secret one", "two.example": sandbox.DefaultSigningSecret}
		var mu sync.Mutex
		traces := map[string]string{}
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			v, _ := webhook.NewVerifier([]string{secrets[r.URL.Host]})
			if err := v.Verify(r.Header, body); err != nil {
				t.Errorf("%s: %v", r.URL.Host, err)
			}
			mu.Lock()
			defer mu.Unlock()
			traces[r.URL.Host] = r.Header.Get("X-Terra-Trace-Id")
			return status(200)
		})
		defer s.Close()
		s.SetDestinations([]sandbox.Destination{{URL: "https://one.example", Secret: "secret one"}, {URL: "https://two.example"}})
		d := trigger(t, s, "auth", user)
		s.Flush(t.Context())
		if len(traces) != 2 || traces["one.example"] != traces["two.example"] || d.URL != "https://one.example" || len(s.Deliveries()) != 2 {
			t.Error("one event to two destinations: want two deliveries with one trace id, the first of them returned")
		}
	})
}

func TestResend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		code := 500
		s, user := start(t, func(*http.Request) (*http.Response, error) { return status(code) })
		defer s.Close()
		d := trigger(t, s, "auth", user)
		time.Sleep(9 * time.Hour)
		synctest.Wait()
		if got := s.Deliveries()[0].State; got != sandbox.StateFailed {
			t.Fatalf("%s, want failed", got)
		}
		again, err := s.Resend(d.ID)
		if err != nil || again.ID != d.ID || again.TraceID != d.TraceID || again.State != sandbox.StatePending {
			t.Fatalf("resent as %s: %v", again.State, err)
		}
		s.Flush(t.Context())
		if d := s.Deliveries()[0]; d.State != sandbox.StateRetrying || len(d.Attempts) != 12 {
			t.Errorf("%s after %d attempts, want a new set of retries", d.State, len(d.Attempts))
		}
		code = 200
		s.Resend(d.ID) // while it waits for a retry
		s.Flush(t.Context())
		time.Sleep(9 * time.Hour)
		synctest.Wait()
		if d := s.Deliveries()[0]; d.State != sandbox.StateDelivered || len(d.Attempts) != 13 {
			t.Errorf("%s after %d attempts, want delivered after 13", d.State, len(d.Attempts))
		}
		if _, err := s.Resend("nothing"); !errors.Is(err, sandbox.ErrUnknownDelivery) {
			t.Errorf("an unknown id: %v", err)
		}
	})
}

func TestResendUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		s, user := start(t, func(*http.Request) (*http.Response, error) {
			n.Add(1)
			time.Sleep(time.Second)
			return status(200)
		})
		defer s.Close()
		d := trigger(t, s, "auth", user)
		synctest.Wait()
		s.Resend(d.ID)
		s.Flush(t.Context())
		if d := s.Deliveries()[0]; n.Load() != 2 || d.State != sandbox.StateDelivered || len(d.Attempts) != 2 {
			t.Errorf("%d requests, %s after %d attempts; want two of each", n.Load(), d.State, len(d.Attempts))
		}
	})
}

// TestHistoryIsBounded: finished deliveries are forgotten, oldest first; unfinished
// ones never.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fail atomic.Bool
		fail.Store(true)
		s, user := start(t, func(*http.Request) (*http.Response, error) {
			if fail.Swap(false) {
				return status(500)
			}
			return status(200)
		})
		defer s.Close()
		first := trigger(t, s, "auth", user)
		s.Flush(t.Context())
		var last sandbox.Delivery
		for range 3000 {
			last = trigger(t, s, "auth", user)
			s.Flush(t.Context())
		}
		list := s.Deliveries()
		if len(list) < 900 || len(list) > 1100 {
			t.Errorf("%d deliveries kept, want about a thousand", len(list))
		}
		if list[0].ID != first.ID || list[len(list)-1].ID != last.ID {
			t.Error("the one still to be retried, or the newest, is gone")
		}
	})
}

func TestHistoryIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, user := start(t, func(*http.Request) (*http.Response, error) { return status(200) })
		defer s.Close()
		padding := strings.Repeat("x", 1<<20)
		for range 100 {
			if _, err := s.Trigger(sandbox.EventRequest{Type: "auth", UserID: user, Set: map[string]any{"padding": padding}}); err != nil {
				t.Fatal(err)
			}
			s.Flush(t.Context())
		}
		if n := len(s.Deliveries()); n < 40 || n > 66 {
			t.Errorf("%d deliveries of a megabyte kept, want about 64", n)
		}
	})
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		s, _ := start(t, func(*http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return status(200)
		})
		defer s.Close()
		begun := time.Now()
		for range 100 { // each an auth event about somebody else
			if _, err := s.Connect("GARMIN", ""); err != nil {
				t.Fatal(err)
			}
		}
		s.Flush(t.Context())
		if took := time.Since(begun); most.Load() > 32 || took > 5*time.Second {
			t.Errorf("%d at a time, %v for a hundred; want at most 32 and four seconds", most.Load(), took)
		}
	})
}

// TestOrder: about one user, events arrive in the order in which they happened,
// and a refused one does not hold up the next.
func TestOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			got = append(got, r.Header.Get("Terra-Reference"))
			n := len(got)
			mu.Unlock()
			time.Sleep(time.Duration(100-n) * time.Millisecond)
			if n == 3 {
				return status(500)
			}
			return status(200)
		})
		defer s.Close()
		var want []string
		for range 50 {
			want = append(want, trigger(t, s, "auth", user).Reference)
		}
		s.Flush(t.Context())
		mu.Lock()
		if !slices.Equal(got, want) {
			t.Error("not in order")
		}
		mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(got) != 51 || got[50] != want[2] {
			t.Error("the refused one was not tried again by itself")
		}
	})
}

// TestClose: whatever is under way ends, and no goroutine stays; synctest would
// notice one.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		for range 50 {
			trigger(t, s, "auth", user)
		}
		synctest.Wait()
		flushed := make(chan error, 1)
		go func() { flushed <- s.Flush(context.Background()) }()
		begun := time.Now()
		s.Close()
		s.Close()
		if took := time.Since(begun); took > time.Second {
			t.Errorf("closing took %v", took)
		}
		if err := <-flushed; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("a waiting Flush: %v, want ErrServerClosed", err)
		}
		if _, err := s.Trigger(sandbox.EventRequest{Type: "auth", UserID: user}); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("an event afterwards: %v, want ErrServerClosed", err)
		}
		if status, _ := serve(s, "GET", "/api/v2/subscriptions", "", "localhost"); status != 200 {
			t.Errorf("a request afterwards: status %d, want 200", status)
		}
	})
}

func TestFlushStopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		defer s.Close()
		trigger(t, s, "auth", user)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want DeadlineExceeded", err)
		}
	})
}

func TestReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, user := start(t, func(r *http.Request) (*http.Response, error) {
			n++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		defer s.Close()
		trigger(t, s, "auth", user)
		synctest.Wait()
		s.Reset()
		if len(s.Users()) != 0 || len(s.Deliveries()) != 0 {
			t.Error("people or deliveries are left")
		}
		if _, err := s.Trigger(sandbox.EventRequest{Type: "lab_report.failed"}); !errors.Is(err, sandbox.ErrNoDestination) {
			t.Errorf("%v, want ErrNoDestination", err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n != 1 {
			t.Errorf("%d requests, want none after the reset", n-1)
		}
		if u, err := s.Connect("GARMIN", "anna"); err != nil || u.UserID != user {
			t.Errorf("the same person is another after the reset: %v", err)
		}
	})
}

func TestPingMode(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	s := sandboxtest.New(t, sandbox.WithNow(func() time.Time { return noon().Add(time.Duration(later.Load())) }))
	r := listen(t, s)
	user := connect(t, s, "GARMIN", "anna").UserID
	s.SetDestinations([]sandbox.Destination{{URL: r.URL, Mode: sandbox.ModePing}})
	r.arrived(t, s)
	query := "/api/v2/daily?user_id=" + user + "&start_date=2026-03-01"
	ack := call(t, s, "GET", query, "").object(t)
	events, heads := r.arrived(t, s)
	if types(events) != "s3_payload" || heads[0].Get("terra-reference") != ack["reference"] {
		t.Fatalf("%q arrived, want s3_payload with the reference of the ack", types(events))
	}
	link := events[0].(*webhook.S3Payload)
	if link.ExpiresIn.Or(0) != 300 || !strings.HasPrefix(link.URL, s.URL+"/payloads/") || link.Status != "success" {
		t.Error("not a link of five minutes to this server")
	}
	fetch := func() answer {
		return call(t, s, "GET", strings.TrimPrefix(link.URL, s.URL), "", "dev-id", "", "x-api-key", "")
	}
	later.Store(int64(299 * time.Second))
	a := fetch()
	ev, err := webhook.Parse(nil, []byte(a.text))
	if err != nil || a.StatusCode != 200 {
		t.Fatalf("status %d: %v", a.StatusCode, err)
	}
	if d, ok := ev.(*webhook.Daily); !ok || len(d.Data) != 1 || d.User.UserID != user {
		t.Error("the link does not lead to the data event")
	}
	later.Store(int64(300 * time.Second))
	if a := fetch(); a.StatusCode != http.StatusBadRequest {
		t.Errorf("late: status %d, want 400", a.StatusCode)
	}
	if a := call(t, s, "GET", "/payloads/guess", ""); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a guess: status %d, want 400", a.StatusCode)
	}
	if a := call(t, s, "POST", "/payloads/guess", ""); a.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want 405", a.StatusCode)
	}

	// Events without data are sent as they are.
	trigger(t, s.Server, "connection_error", user)
	if events, _ := r.arrived(t, s); types(events) != "connection_error" {
		t.Errorf("%q arrived, want connection_error", types(events))
	}
}

// TestNothingPrivateInTheLog plants markers where private things go.
func TestNothingPrivateInTheLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var mu sync.Mutex
	logger := slog.New(slog.NewTextHandler(writer(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(b)
	}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := sandboxtest.New(t, sandbox.WithLogger(logger))
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "marker-answer", http.StatusTeapot)
	}))
	defer hook.Close()
	s.SetDestinations([]sandbox.Destination{
		{URL: hook.URL + "/?key=marker-query", Secret: "marker-secret"},
		{URL: "http://127.0.0.1:1/?key=marker-query", Secret: "marker-secret"},
	})
	user := connect(t, s, "GARMIN", "marker-reference").UserID
	s.Trigger(sandbox.EventRequest{Type: "daily", UserID: user, Set: map[string]any{"note": "marker-value"}})
	call(t, s, "GET", "/api/v2/daily?marker-query=1&user_id="+user+"&start_date=marker-date", "marker-body", "x-api-key", sandbox.DefaultAPIKey)
	call(t, s, "GET", "/v2/daily?user_id=marker-user", "", "x-api-key", "marker-key")
	call(t, s, "POST", "/_sandbox/events", `{"marker-member":"marker-value"}`)
	s.Flush(t.Context())
	mu.Lock()
	defer mu.Unlock()
	if log.Len() == 0 {
		t.Error("nothing was logged")
	}
	if strings.Contains(log.String(), "marker") || strings.Contains(log.String(), sandbox.DefaultAPIKey) {
		t.Error("the log holds something private")
	}
	for _, d := range s.Deliveries() {
		for _, a := range d.Attempts {
			if strings.Contains(a.Error, "marker") {
				t.Error("an attempt's reason holds something private")
			}
		}
	}
}

type writer func([]byte) (int, error)

func (f writer) Write(b []byte) (int, error) { return f(b) }
