package terra_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra"
)

// marker stands for whatever must not show: keys, ids, queries, bodies, headers.
const marker = "plantedmarker"

// No error text and no log line repeats anything of the credentials, the request
// or the response, whatever goes wrong.
func TestNothingPrivateInErrorsAndLogs(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"problem":             answer(400, `{"type":"plantedmarker","title":"plantedmarker","instance":"/sleep?user_id=plantedmarker","detail":"plantedmarker"}`),
		"legacy error":        answer(404, `{"status":"plantedmarker","message":"plantedmarker"}`),
		"almost a sentence":   answer(404, `{"detail":"user not found: plantedmarker"}`),
		"HTML error":          answer(503, `<html>plantedmarker</html>`),
		"HTML":                answer(200, `<html>plantedmarker</html>`),
		"invalid JSON":        answer(200, `{"plantedmarker":plantedmarker`),
		"number too large":    answer(200, `{"data":[{"metadata":{"type":1e999}}],"users":[{"active":"plantedmarker"}],"plantedmarker":1}`),
		"wrong type":          answer(200, `{"data":[{"metadata":"plantedmarker"}],"user":"plantedmarker","providers":"plantedmarker"}`),
		"wrong time":          answer(200, `{"data":[{"metadata":{"start_time":"plantedmarker"}}],"athlete":{"date_of_birth":"plantedmarker"},"users":[{"created_at":"plantedmarker"}]}`),
		"unknown result":      answer(200, `{"plantedmarker":"plantedmarker"}`),
		"processing":          answer(200, `{"type":"processing","retry_after_seconds":3600,"message":"plantedmarker"}`),
		"no data":             answer(200, `{"type":"no_data","message":"plantedmarker"}`),
		"rate limited":        answer(200, `{"type":"rate_limit","message":"plantedmarker"}`),
		"queued":              answer(200, `{"reference":"plantedmarker","message":"plantedmarker"}`),
		"redirect":            withHeader(answer(302, `plantedmarker`), "Location", "https://plantedmarker.example/?plantedmarker"),
		"redirect to no URL":  withHeader(answer(302, `plantedmarker`), "Location", "://plantedmarker"),
		"too much":            answer(200, strings.Repeat(marker, 1<<16)),
		"cut short":           withHeader(answer(200, `{"plantedmarker`), "Content-Length", "1000"),
		"no gzip":             withHeader(answer(200, marker), "Content-Encoding", "gzip"),
		"headers":             withHeader(answer(429, ``), "Retry-After", marker, "X-Terra-RateLimit-Rule", marker, "X-Terra-Trace-Id", marker, "terra-reference", marker),
		"dropped":             abort,
		"no status line":      raw("plantedmarker\r\n\r\n"),
		"odd status":          raw("HTTP/1.1 plantedmarker plantedmarker\r\n\r\n"),
		"odd status text":     raw("HTTP/1.1 418 plantedmarker\r\nContent-Length: 0\r\n\r\n"),
		"odd header":          raw("HTTP/1.1 200 OK\r\nplantedmarker\r\n\r\n"),
		"odd length":          raw("HTTP/1.1 200 OK\r\nContent-Length: plantedmarker\r\n\r\n"),
		"odd chunk":           raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nplantedmarker\r\n"),
		"no answer":           hang,
		"answer without end":  func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, marker); hang(w, r) },
		"unexpected encoding": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: plantedmarker\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log lockedBuffer
			client, err := terra.New(
				terra.Credentials{DevID: marker + "-dev", APIKey: marker + "-key", SigningSecret: marker + "-secret"},
				terra.WithBaseURL(serverOf(t, handler)+"/"+marker),
				terra.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
				terra.WithMaxResponseBytes(64<<10),
				terra.WithRetry(terra.RetryPolicy{Attempts: 2, Timeout: 50 * time.Millisecond, MinDelay: time.Microsecond, MaxDelay: time.Microsecond}),
			)
			if err != nil {
				t.Fatal(err)
			}
			errs := everyCall(t.Context(), client, marker)
			for call, err := range everyCall(t.Context(), client, "../"+marker) {
				errs[call+" of a path"] = err
			}
			for call, err := range errs {
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
					text := fmt.Sprintf(verb, err)
					if strings.Contains(text, marker) || strings.Contains(text, fmt.Sprintf("%x", marker)) {
						t.Errorf("the error of %s shows with %s what it should not", call, verb)
					}
				}
				slog.New(slog.NewTextHandler(&log, nil)).Info("failed", "error", err)
				slog.New(slog.NewJSONHandler(&log, nil)).Info("failed", "error", err)
			}
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, marker) {
					t.Errorf("a log line shows what it should not")
				}
			}
			if !strings.Contains(log.String(), `"endpoint":"/users/{user_id}"`) {
				t.Error("the log does not name the endpoints")
			}
		})
	}
}

// A transport of the caller's own may fail in any words.
func TestNothingPrivateFromTransports(t *testing.T) {
	t.Parallel()
	client := newClient(t, once, terra.WithHTTPClient(&http.Client{Transport: failing{}}))
	for call, err := range everyCall(t.Context(), client, marker) {
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, marker) {
			t.Errorf("the error of %s shows what it should not", call)
		}
	}
}

type failing struct{}

func (failing) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("plantedmarker %s %v", req.URL, req.Header)
}

func serverOf(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := newServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// raw writes bytes instead of an HTTP response.
func raw(response string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, response)
		_ = conn.Close()
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
