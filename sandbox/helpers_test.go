package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// bases are the two ways to the REST interface.
var bases = []string{"/api/v2", "/v2"}

// answer is a response with its body read.
type answer struct {
	*http.Response
	text string
}

// object is the body as a JSON object.
func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		t.Fatalf("status %d with a body that is no JSON object", a.StatusCode)
	}
	return v
}

// array is the body as a JSON array.
func (a answer) array(t *testing.T) []any {
	t.Helper()
	var v []any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		t.Fatalf("status %d with a body that is no JSON array", a.StatusCode)
	}
	return v
}

// at is the member at a path such as "data.results.0.user_id", nil when there is
// none.
func at(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			v = node[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}

// call sends a request with the sandbox's credentials, which header may replace or,
// with an empty value, remove. Redirects are not followed.
func call(t *testing.T, s *sandboxtest.Server, method, path, body string, header ...string) answer {
	t.Helper()
	return send(t, request(t, s, method, path, body, header...))
}

func request(t *testing.T, s *sandboxtest.Server, method, path, body string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("dev-id", sandbox.DefaultDevID)
	r.Header.Set("x-api-key", sandbox.DefaultAPIKey)
	for i := 0; i < len(header); i += 2 {
		if r.Header.Del(header[i]); header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return r
}

func send(t *testing.T, r *http.Request) answer {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, string(text)}
}

func connect(t *testing.T, s *sandboxtest.Server, provider, referenceID string) terra.User {
	t.Helper()
	u, err := s.Connect(provider, referenceID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// receiver is a destination that verifies what arrives and keeps it.
type receiver struct {
	URL string

	mu     sync.Mutex
	events []webhook.Event
	heads  []http.Header
	status int
}

// listen starts a receiver and makes it the server's only destination.
func listen(t *testing.T, s *sandboxtest.Server) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusOK}
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		if err := verifier.Verify(req.Header, body); err != nil {
			t.Errorf("delivery not verified: %v", err)
		}
		ev, err := webhook.Parse(req.Header, body)
		if err != nil {
			t.Errorf("delivery not understood: %v", err)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, ev)
		r.heads = append(r.heads, req.Header.Clone())
		w.WriteHeader(r.status)
	}))
	t.Cleanup(server.Close)
	r.URL = server.URL + "/hook"
	if err := s.SetDestinations([]sandbox.Destination{{URL: r.URL}}); err != nil {
		t.Fatal(err)
	}
	return r
}

// arrived flushes the server and takes what has come since the last time.
func (r *receiver) arrived(t *testing.T, s *sandboxtest.Server) ([]webhook.Event, []http.Header) {
	t.Helper()
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	events, heads := r.events, r.heads
	r.events, r.heads = nil, nil
	return events, heads
}

func types(events []webhook.Event) string {
	var list []string
	for _, ev := range events {
		list = append(list, string(ev.Type()))
	}
	return strings.Join(list, " ")
}

// serve asks the handler itself, under any Host. header replaces the credentials.
func serve(s http.Handler, method, path, body, host string, header ...string) (status int, text string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = host
	r.Header.Set("dev-id", sandbox.DefaultDevID)
	r.Header.Set("x-api-key", sandbox.DefaultAPIKey)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
