package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServeConsole: what is delivered is shown to whoever has the token, on an address
// of its own, and open pages do not hold up the end.
func TestServeConsole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const token = "correct horse battery staple"
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	where := []string{"--db", "sqlite:" + filepath.Join(dir, "t.db")}
	s := startServe(t, append(where, "--console", "--console-addr", "127.0.0.1:0", "--console-token-file", file, "--console-host", "health.example")...)
	const body = `{"type":"auth","status":"success","user":{"user_id":"ada","provider":"OURA","reference_id":"person-1"}}`
	resp, err := http.DefaultClient.Do(signed(t.Context(), s.Webhook, "one", strings.NewReader(body), body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	awaitCounts(t, eventCounts{Applied: 1}, where...)

	ask := func(ctx context.Context, url, host, token string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if req.Host = host; token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	for name, tc := range map[string]struct {
		url, host, token string
		want             int
	}{
		"with the token":         {s.Console + "people", "", token, http.StatusOK},
		"under the proxy's name": {s.Console + "people", "health.example", token, http.StatusOK},
		"without it":             {s.Console + "people", "", "", http.StatusUnauthorized},
		"under another name":     {s.Console + "people", "rebound.example", token, http.StatusMisdirectedRequest},
		"beside the webhook":     {strings.TrimSuffix(s.Webhook, webhookPath) + "/people", "", token, http.StatusNotFound},
	} {
		resp := ask(t.Context(), tc.url, tc.host, tc.token)
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tc.want {
			t.Errorf("%s: status %d, want %d", name, resp.StatusCode, tc.want)
		}
		if strings.Contains(string(page), "person-1") != (tc.want == http.StatusOK) {
			t.Errorf("%s: it shows people, or does not", name)
		}
	}
	stream := ask(t.Context(), s.Console+"live", "", token)
	defer stream.Body.Close()
	if stream.StatusCode != http.StatusOK {
		t.Fatalf("the stream: status %d", stream.StatusCode)
	}
	s.end(t)
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		t.Error("the stream was cut off instead of ended")
	}
	if strings.Contains(s.log.String(), token) {
		t.Error("the token is in the log")
	}
}
