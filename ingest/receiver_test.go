package ingest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

// stub is an inbox whose Put is a function.
type stub struct {
	ingest.Inbox
	put func(context.Context, ingest.Delivery) (bool, error)
}

func (s stub) Put(ctx context.Context, d ingest.Delivery) (bool, error) { return s.put(ctx, d) }

func TestReceiverStores(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		body string
	}{
		{"an event", `{"type":"sleep","data":[]}`},
		{"an unknown event", `{"type":"dream"}`},
		{"no JSON", "\x00\xff not JSON"},
		{"nothing", ""},
		{"much", strings.Repeat("long ", 1<<20)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inbox := ingest.NewMemory()
			rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithLogger(quiet()))
			r := newRequest("trace-1", []byte(tt.body))
			r.Header[strings.ToLower(webhook.HeaderReference)] = []string{"reference-1"}
			r.Header.Set("Cookie", "secret")
			for range 2 { // the second is a repetition
				if w := send(rc, r.Clone(t.Context())); w.Code != http.StatusOK {
					t.Fatalf("status %d, want 200", w.Code)
				}
				r.Body = io.NopCloser(strings.NewReader(tt.body))
			}
			items := scan(t, inbox, ingest.Pending)
			if len(items) != 1 {
				t.Fatalf("stored %d deliveries, want 1", len(items))
			}
			if items[0].ID != "trace-1" || string(items[0].Body) != tt.body {
				t.Error("stored something else than was sent")
			}
			want := http.Header{webhook.HeaderTraceID: {"trace-1"}, webhook.HeaderReference: {"reference-1"}}
			if !maps.EqualFunc(items[0].Header, want, func(a, b []string) bool { return len(a) == 1 && a[0] == b[0] }) {
				t.Errorf("headers kept: %v", items[0].Header)
			}
		})
	}
}

func TestReceiverRefuses(t *testing.T) {
	t.Parallel()
	body := []byte(`{"type":"sleep","note":"` + secretValue + `"}`)
	tests := []struct {
		name   string
		change func(r *http.Request)
		put    error
		status int
		answer ingest.Answer
	}{
		{"a GET", func(r *http.Request) { r.Method = http.MethodGet }, nil, 405, ingest.Refused},
		{"no signature", func(r *http.Request) { r.Header.Del(webhook.HeaderSignature) }, nil, 401, ingest.Refused},
		{"a forged body", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) }, nil, 401, ingest.Refused},
		{"an old signature", func(r *http.Request) {
			r.Header.Set(webhook.HeaderSignature, webhook.Sign(secret, time.Now().Add(-time.Hour), body))
		}, nil, 401, ingest.Refused},
		{"too large a body", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", 4097))) }, nil, 413, ingest.Refused},
		{"too large a body by its own account", func(r *http.Request) { r.ContentLength = 4097 }, nil, 413, ingest.Refused},
		{"a body that breaks off", func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), errReader{io.ErrUnexpectedEOF}))
		}, nil, 400, ingest.Refused},
		{"a full inbox", nil, ingest.ErrFull, 503, ingest.Unavailable},
		{"a broken inbox", nil, errors.New("the disk is gone"), 503, ingest.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log journal
			var answers []ingest.Answer
			inbox := stub{put: func(context.Context, ingest.Delivery) (bool, error) {
				if tt.put == nil {
					t.Error("stored")
				}
				return false, tt.put
			}}
			rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithMaxBytes(4096), ingest.WithLogger(log.logger()),
				ingest.WithObserver(ingest.Observer{Answered: func(a ingest.Answer, _ time.Duration) { answers = append(answers, a) }}))
			r := newRequest("trace-1", body)
			if tt.change != nil {
				tt.change(r)
			}
			w := send(rc, r)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			if got := w.Header().Get("Retry-After") != ""; got != (tt.status == 503) {
				t.Errorf("Retry-After is there: %t", got)
			}
			if len(answers) != 1 || answers[0] != tt.answer {
				t.Errorf("observed %v, want %v", answers, tt.answer)
			}
			for _, want := range []string{"trace_id=trace-1", fmt.Sprint("status=", tt.status), "reason="} {
				if !strings.Contains(log.String(), want) {
					t.Errorf("the log does not have %s", want)
				}
			}
			if strings.Contains(log.String()+w.Body.String(), secretValue) {
				t.Error("the log or the answer quotes the body")
			}
		})
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestReceiverAnswersWhenTheInboxDoesNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := stub{put: func(ctx context.Context, _ ingest.Delivery) (bool, error) {
			<-ctx.Done()
			return false, ctx.Err()
		}}
		rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithPutTimeout(3*time.Second), ingest.WithLogger(quiet()))
		began := time.Now()
		if w := send(rc, newRequest("trace-1", nil)); w.Code != http.StatusServiceUnavailable {
			t.Errorf("status %d, want 503", w.Code)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v, want 3s", took)
		}
	})
}

func TestReceiverSurvivesAPanicOfTheInbox(t *testing.T) {
	t.Parallel()
	var log journal
	inbox := stub{put: func(context.Context, ingest.Delivery) (bool, error) { panic(secretValue) }}
	rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithLimit(1), ingest.WithLogger(log.logger()))
	for range 2 { // the slot is free again
		if w := send(rc, newRequest("trace-1", nil)); w.Code != http.StatusServiceUnavailable {
			t.Errorf("status %d, want 503", w.Code)
		}
	}
	if s := log.String(); strings.Contains(s, secretValue) || !strings.Contains(s, "stack=") || strings.Contains(s, "too many") {
		t.Error("the log has the panic's value, or does not say where it was")
	}
}

func TestReceiverLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		inbox := stub{put: func(context.Context, ingest.Delivery) (bool, error) { <-release; return false, nil }}
		rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithLimit(2), ingest.WithLogger(quiet()))
		var under sync.WaitGroup
		for i := range 2 {
			under.Go(func() {
				if w := send(rc, newRequest(fmt.Sprint(i), nil)); w.Code != http.StatusOK {
					t.Errorf("status %d within the limit", w.Code)
				}
			})
		}
		synctest.Wait()
		r := newRequest("2", nil)
		r.Body = io.NopCloser(errReader{errors.New("read before it was sent away")})
		if w := send(rc, r); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("past the limit: status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
		close(release)
		under.Wait()
		if w := send(rc, newRequest("3", nil)); w.Code != http.StatusOK {
			t.Errorf("status %d when there is room again", w.Code)
		}
	})
}

func TestReceiverEndsSlowBodies(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(ingest.NewReceiver(newVerifier(t), ingest.NewMemory(), ingest.WithLogger(quiet())))
	srv.Config.ReadHeaderTimeout = time.Minute // so that the headers arrive
	srv.Config.ReadTimeout = 100 * time.Millisecond
	srv.Start()
	t.Cleanup(srv.Close)
	slow, never := io.Pipe()
	t.Cleanup(func() { never.Close() })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, io.MultiReader(strings.NewReader("{"), slow))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = newHeader("trace-1", nil)
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d, want 408", resp.StatusCode)
	}
}

// TestReceiverDoesNotMixBodies sends large bodies whose memory is used again.
func TestReceiverDoesNotMixBodies(t *testing.T) {
	t.Parallel()
	inbox := ingest.NewMemory()
	rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithLimit(4), ingest.WithLogger(quiet()))
	srv := httptest.NewServer(rc)
	t.Cleanup(srv.Close)
	sums := make([][sha256.Size]byte, 24)
	var senders sync.WaitGroup
	for s := range 4 {
		senders.Go(func() {
			for i := s; i < len(sums); i += 4 {
				body := bytes.Repeat([]byte{byte('a' + i)}, 1<<20+i%7*300_000)
				sums[i] = sha256.Sum256(body)
				var content io.Reader = bytes.NewReader(body)
				if i%5 == 0 {
					content = io.MultiReader(content) // of undeclared length
				}
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, content)
				if err != nil {
					t.Error(err)
					return
				}
				r.Header = newHeader(fmt.Sprint(i), body)
				if i%6 == 1 {
					r.Header.Set(webhook.HeaderSignature, webhook.Sign("another secret", time.Now(), body))
				}
				resp, err := srv.Client().Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				if want := map[bool]int{true: 401, false: 200}[i%6 == 1]; resp.StatusCode != want {
					t.Errorf("status %d, want %d", resp.StatusCode, want)
				}
			}
		})
	}
	senders.Wait()
	items := scan(t, inbox, ingest.Pending)
	if len(items) != 20 {
		t.Errorf("stored %d, want 20", len(items))
	}
	for _, item := range items {
		var i int
		fmt.Sscan(item.ID, &i)
		if sha256.Sum256(item.Body) != sums[i] {
			t.Errorf("body %d is not what was sent", i)
		}
	}
}

// TestReceiverMemory holds the heap, garbage included, to one and a half bodies for
// each request at once. It measures, so it does not run beside other tests.
func TestReceiverMemory(t *testing.T) {
	const limit, size, senders, each = 6, 8 << 20, 24, 6
	var peak atomic.Uint64
	inbox := stub{put: func(context.Context, ingest.Delivery) (bool, error) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		for {
			old := peak.Load()
			if m.HeapAlloc <= old || peak.CompareAndSwap(old, m.HeapAlloc) {
				return false, nil
			}
		}
	}}
	rc := ingest.NewReceiver(newVerifier(t), inbox, ingest.WithLimit(limit), ingest.WithLogger(quiet()))
	srv := httptest.NewServer(rc)
	t.Cleanup(srv.Close)
	body := bytes.Repeat([]byte("x"), size)
	header := newHeader("trace-1", body)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base := m.HeapAlloc
	var stored atomic.Int32
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			for range each {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header = header.Clone()
				resp, err := srv.Client().Do(r)
				if err != nil {
					continue // sent away while it was sending
				}
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					stored.Add(1)
				}
			}
		})
	}
	group.Wait()
	if stored.Load() < limit {
		t.Fatalf("stored only %d", stored.Load())
	}
	used := float64(peak.Load()-base) / (limit * size)
	t.Logf("%d bodies of %d MiB stored, at most %.2f bodies in memory for each request at once", stored.Load(), size>>20, used)
	if used > 1.5 {
		t.Errorf("%.2f bodies in memory for each request at once, want at most 1.5", used)
	}
}

func TestNewReceiverPanics(t *testing.T) {
	t.Parallel()
	tests := map[string]func(){
		"no verifier":   func() { ingest.NewReceiver(nil, ingest.NewMemory()) },
		"no inbox":      func() { ingest.NewReceiver(newVerifier(t), nil) },
		"no logger":     func() { ingest.WithLogger(nil) },
		"no bytes":      func() { ingest.WithMaxBytes(0) },
		"no requests":   func() { ingest.WithLimit(0) },
		"no time":       func() { ingest.WithPutTimeout(0) },
		"no function":   func() { ingest.NewWorker(ingest.NewMemory(), nil) },
		"no attempts":   func() { ingest.WithMaxAttempts(0) },
		"no fetcher":    func() { ingest.WithFetcher(nil) },
		"no clock":      func() { ingest.WithClock(nil) },
		"nothing to do": func() { ingest.WithConcurrency(-1) },
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			do()
		})
	}
}

func BenchmarkReceiver(b *testing.B) {
	for _, size := range []int{2 << 10, 150 << 10, 10 << 20} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			inbox := stub{put: func(context.Context, ingest.Delivery) (bool, error) { return false, nil }}
			rc := ingest.NewReceiver(newVerifier(b), inbox, ingest.WithLogger(quiet()))
			body := bytes.Repeat([]byte("x"), size)
			header := newHeader("trace-1", body)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
					r.Header = header
					if w := send(rc, r); w.Code != http.StatusOK {
						b.Errorf("status %d", w.Code)
					}
				}
			})
		})
	}
}
