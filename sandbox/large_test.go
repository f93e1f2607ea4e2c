package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

func TestLargeRequest(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	r := listen(t, s)
	query := "/daily?with_samples=true&start_date=2026-03-01&end_date=2026-04-20&user_id=" + user
	for _, base := range bases {
		a := call(t, s, "GET", base+query, "")
		v := a.object(t)
		reference, _ := v["reference"].(string)
		message, _ := v["message"].(string)
		if a.StatusCode != 200 || reference == "" || a.Header.Get("terra-reference") != reference || !strings.HasPrefix(message, "Large request") {
			t.Fatalf("%s: status %d, not the ack of a large request", base, a.StatusCode)
		}
		if base == "/v2" {
			if v["type"] != "large_request_processing" || v["status"] != "processing" || v["trace_id"] != nil {
				t.Error("not the legacy ack")
			}
		} else if v["type"] != "daily" || v["status"] != "success" || v["trace_id"] != reference {
			t.Error("not the current ack")
		}

		events, heads := r.arrived(t, s)
		if want := "large_request_processing large_request_sending daily daily"; types(events) != want {
			t.Fatalf("%s: %q arrived, want %q", base, types(events), want)
		}
		if ev := events[0].(*webhook.LargeRequestProcessing); ev.Reference != reference {
			t.Error("processing has another reference in its body")
		}
		if ev := events[1].(*webhook.LargeRequestSending); ev.Reference != reference || ev.ExpectedPayloads.Or(0) != 2 {
			t.Error("sending does not announce two payloads of the reference")
		}
		day, trace := "", ""
		for i, h := range heads {
			if h.Get("terra-reference") != reference {
				t.Errorf("delivery %d has another reference", i)
			}
			ev, ok := events[i].(*webhook.Daily)
			if !ok {
				continue
			}
			if len(ev.Raw()) > 10_000_000 {
				t.Errorf("payload %d is longer than 10 MB", i)
			}
			id, n, _ := strings.Cut(h.Get("X-Terra-Trace-Id"), ":chunk:")
			if n != fmt.Sprint(i-1) || trace != "" && id != trace {
				t.Errorf("payload %d: its trace id is not that of a chunk", i)
			}
			trace = id
			for _, d := range ev.Data {
				if start, _ := d.Metadata.StartTime.Time(); start.Format("2006-01-02") <= day {
					t.Error("not in order, or twice")
				} else {
					day = start.Format("2006-01-02")
				}
			}
		}
		if day != "2026-04-19" {
			t.Error("the last day is missing")
		}
	}
}

// TestLargeRequestIsWhole: the chunks together are what the response would have
// been, also where a day has several records.
func TestLargeRequestIsWhole(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var chunks []string
	s, err := sandbox.New(sandbox.WithNow(noon), sandbox.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		if data := dataOf(string(body)); data != "" {
			mu.Lock()
			defer mu.Unlock()
			chunks = append(chunks, data)
		}
		return status(200)
	})))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	user, err := s.Connect("PELOTON", "anna", sandbox.WithPersona("athlete"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}}); err != nil {
		t.Fatal(err)
	}
	query := "/api/v2/activity?with_samples=true&start_date=2026-03-01&end_date=2026-04-02&user_id=" + user.UserID
	if code, _ := serve(s, "GET", query, "", "localhost"); code != 200 {
		t.Fatalf("status %d", code)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, whole := serve(s, "GET", query+"&to_webhook=false", "", "localhost")
	if len(chunks) < 2 || strings.Join(chunks, ",") != dataOf(whole) {
		t.Errorf("%d chunks that are not together the data of the response", len(chunks))
	}
}

// dataOf is the text of the records in a body, without their brackets.
func dataOf(body string) string {
	_, data, _ := strings.Cut(strings.TrimSpace(body), `"data":[`)
	return strings.TrimSuffix(data, "]}")
}

func TestWhatIsLarge(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "STRAVA", "anna").UserID
	r := listen(t, s)
	for _, test := range []struct {
		start, end string
		large      bool
	}{
		{"2025-12-01", "2025-12-31", false},
		{"2025-12-01", "2026-01-01", false},
		{"2025-12-01", "2026-01-02", true},
		{"2025-12-01", "2026-01-31", true},
		{"2025-12-15", "2026-01-15", false},
		{"2025-12-15", "2026-01-16", true},
		{"2026-02-01", "2026-03-01", false},
		{"2026-02-01", "2026-03-02", true},
		{"2026-01-31", "2026-02-28", false},
		{"2026-01-31", "2026-03-01", true},
		{"1764547200", "1767225599", false}, // all of December 2025, to the second
		{"1764547200", "1767225601", true},
	} {
		call(t, s, "GET", "/api/v2/sleep?start_date="+test.start+"&end_date="+test.end+"&user_id="+user, "")
		events, _ := r.arrived(t, s)
		want := "sleep"
		if test.large {
			want = "large_request_processing large_request_sending sleep"
		}
		if types(events) != want {
			t.Errorf("%s to %s: %q arrived, want %q", test.start, test.end, types(events), want)
		}
	}
}

// TestLargeRequestInTheResponse: who does not want the webhook gets it all.
func TestLargeRequestInTheResponse(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	a := call(t, s, "GET", "/api/v2/daily?to_webhook=false&start_date=2025-01-01&end_date=2026-01-01&user_id="+user, "")
	if data, _ := a.object(t)["data"].([]any); a.StatusCode != 200 || len(data) != 365 {
		t.Errorf("status %d with %d days", a.StatusCode, len(data))
	}
}

// TestChunkRefused: what is refused comes again, the rest does not wait for it.
func TestChunkRefused(t *testing.T) {
	t.Parallel()
	var refused atomic.Bool
	var mu sync.Mutex
	var bodies []string
	s := sandboxtest.New(t, sandbox.WithNow(noon), sandbox.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if id := r.Header.Get("X-Terra-Trace-Id"); strings.HasSuffix(id, ":chunk:1") {
			if bodies = append(bodies, string(body)); !refused.Swap(true) {
				return status(500)
			}
		}
		return status(200)
	})))
	user := connect(t, s, "GARMIN", "anna").UserID
	if err := s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}}); err != nil {
		t.Fatal(err)
	}
	call(t, s, "GET", "/api/v2/daily?with_samples=true&start_date=2026-03-01&end_date=2026-04-20&user_id="+user, "")
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	states := map[sandbox.State]int{}
	var chunk sandbox.Delivery
	for _, d := range s.Deliveries() {
		states[d.State]++
		if d.State == sandbox.StateRetrying {
			chunk = d
		}
	}
	if states[sandbox.StateDelivered] != 3 || states[sandbox.StateRetrying] != 1 || chunk.Body != nil {
		t.Fatal("want one of the chunks to be retried, with no body kept meanwhile, and all else delivered")
	}
	a := call(t, s, "GET", "/_sandbox/deliveries/"+chunk.ID, "").object(t)
	if at(a, "body.type") != "daily" {
		t.Error("the delivery is shown without its body")
	}
	if _, err := s.Resend(chunk.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 2 || bodies[0] != bodies[1] {
		t.Error("the chunk is not the same when it comes again")
	}
}

func TestLargeRequestPinged(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	r := listen(t, s)
	if err := s.SetDestinations([]sandbox.Destination{{URL: r.URL, Mode: sandbox.ModePing}}); err != nil {
		t.Fatal(err)
	}
	call(t, s, "GET", "/api/v2/daily?start_date=2026-01-01&end_date=2026-04-01&user_id="+user, "")
	events, heads := r.arrived(t, s)
	if types(events) != "large_request_processing large_request_sending s3_payload" || !strings.HasSuffix(heads[2].Get("X-Terra-Trace-Id"), ":chunk:1") {
		t.Fatalf("%q arrived", types(events))
	}
	link, _ := at(decoded(t, events[2].(*webhook.S3Payload).Raw()), "url").(string)
	resp, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if data, _ := at(decoded(t, body), "data").([]any); len(data) != 90 {
		t.Errorf("the link leads to %d days, want 90", len(data))
	}
}

// TestResetEndsLargeRequests: nothing of the old world arrives in the new one.
func TestResetEndsLargeRequests(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.WithNow(noon))
	user := connect(t, s, "GARMIN", "anna").UserID
	listen(t, s)
	call(t, s, "GET", "/api/v2/activity?with_samples=true&start_date=2022-01-01&end_date=2026-01-01&user_id="+user, "")
	s.Reset()
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Deliveries()); n != 0 {
		t.Errorf("%d deliveries after a reset", n)
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal("not JSON")
	}
	return v
}

// BenchmarkLarge delivers years of days with samples, and tells how high the heap
// rose meanwhile: the years must not show in it.
func BenchmarkLarge(b *testing.B) {
	for _, days := range []int{365, 1825} {
		b.Run(fmt.Sprintf("days=%d", days), func(b *testing.B) {
			var sent atomic.Int64
			s, err := sandbox.New(sandbox.WithNow(noon), sandbox.WithRateLimits(false), sandbox.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
				n, _ := io.Copy(io.Discard, r.Body)
				sent.Add(n)
				return status(200)
			})))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			u, err := s.Connect("GARMIN", "anna")
			if err != nil {
				b.Fatal(err)
			}
			if err := s.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}}); err != nil {
				b.Fatal(err)
			}
			end := noon().AddDate(0, 0, -1)
			path := fmt.Sprintf("/api/v2/daily?with_samples=true&user_id=%s&start_date=%s&end_date=%s",
				u.UserID, end.AddDate(0, 0, -days).Format(time.DateOnly), end.Format(time.DateOnly))
			peak := watchHeap(b)
			for b.Loop() {
				if code, _ := serve(s, "GET", path, "", "localhost"); code != 200 {
					b.Fatalf("status %d", code)
				}
				if err := s.Flush(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(sent.Load() / int64(b.N))
			b.ReportMetric(float64(peak())/1e6, "peak-MB")
		})
	}
}

// watchHeap returns a function that ends the watch and tells the most that the heap
// has held.
func watchHeap(b *testing.B) (peak func() uint64) {
	runtime.GC()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		ticks := time.NewTicker(5 * time.Millisecond)
		defer ticks.Stop()
		var top uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			top = max(top, m.HeapAlloc)
			select {
			case <-ticks.C:
			case <-done:
				most <- top
				return
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-most
	}
}
