package console_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/console"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	h := console.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "sandbox", "Console.example")
	for name, tc := range map[string]struct {
		method, host string
		header       map[string]string
		want         int
	}{
		"address":                    {"GET", "127.0.0.1:8787", nil, 200},
		"IPv6 address":               {"GET", "[::1]:8787", nil, 200},
		"address without port":       {"GET", "127.0.0.1", nil, 200},
		"localhost":                  {"GET", "LOCALHOST:8787", nil, 200},
		"below localhost":            {"GET", "terra.localhost:8787", nil, 200},
		"named":                      {"GET", "sandbox:8787", nil, 200},
		"named, behind a proxy":      {"POST", "console.example", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		"proxy that renames":         {"POST", "127.0.0.1:8082", map[string]string{"Origin": "https://console.example"}, 200},
		"another name":               {"GET", "rebound.example:8787", nil, 421},
		"name that begins like ours": {"GET", "localhost.example", nil, 421},
		"no host":                    {"GET", "", nil, 421},
		"program":                    {"POST", "127.0.0.1:8787", nil, 200},
		"own page":                   {"POST", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		"foreign page":               {"POST", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		"foreign page, old browser":  {"POST", "127.0.0.1:8787", map[string]string{"Origin": "http://evil.example"}, 403},
		"page of another port":       {"POST", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		"link from a foreign page":   {"GET", "127.0.0.1:8787", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(tc.method, "/", nil)
			r.Host = tc.host
			for name, value := range tc.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("status %d, want %d", w.Code, tc.want)
			}
		})
	}
}
