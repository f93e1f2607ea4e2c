package terra_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra"
)

func TestErrorShapes(t *testing.T) {
	t.Parallel()
	sentinels := map[string]error{
		"ErrBadRequest": terra.ErrBadRequest, "ErrUnauthorized": terra.ErrUnauthorized,
		"ErrNotFound": terra.ErrNotFound, "ErrRateLimited": terra.ErrRateLimited,
	}
	for name, tc := range map[string]struct {
		status int
		body   string
		is     string // name of the one sentinel that matches
		text   string
		want   terra.Error
	}{
		"current, unauthorized": {
			401, `{"type":"about:blank","title":"unauthorized","instance":"/activity","detail":"dev-id or x-api-key headers are missing"}`,
			"ErrUnauthorized", "terra: GET /sleep: 401 Unauthorized: dev-id or x-api-key headers are missing",
			terra.Error{Title: "unauthorized", Instance: "/activity", Detail: "dev-id or x-api-key headers are missing"},
		},
		"current, bad date": {
			400, `{"type":"about:blank","title":"bad request","instance":"/api/v2/activity?user_id=u","detail":"invalid start_date"}`,
			"ErrBadRequest", "terra: GET /sleep: 400 Bad Request: invalid start_date",
			terra.Error{Title: "bad request", Instance: "/api/v2/activity?user_id=u", Detail: "invalid start_date"},
		},
		"current, not found": {
			404, `{"type":"about:blank","title":"not found","instance":"/activity","detail":"user not found"}`,
			"ErrNotFound", "terra: GET /sleep: 404 Not Found: user not found",
			terra.Error{Title: "not found", Instance: "/activity", Detail: "user not found"},
		},
		"current, a detail of its own": {
			400, `{"type":"about:blank","title":"bad request","instance":"/sleep","detail":"Jane Doe has no sleep"}`,
			"ErrBadRequest", "terra: GET /sleep: 400 Bad Request",
			terra.Error{Title: "bad request", Instance: "/sleep", Detail: "Jane Doe has no sleep"},
		},
		"rate limited": {
			429, `{"detail":"rate limit exceeded"}`,
			"ErrRateLimited", "terra: GET /sleep: 429 Too Many Requests: rate limit exceeded",
			terra.Error{Detail: "rate limit exceeded"},
		},
		"legacy": {
			404, `{"status":"error","message":"Invalid dev-id was provided"}`,
			"ErrNotFound", "terra: GET /sleep: 404 Not Found: Invalid dev-id was provided",
			terra.Error{Message: "Invalid dev-id was provided"},
		},
		"legacy, unauthorized": {
			401, `{"message":"unauthorized"}`,
			"ErrUnauthorized", "terra: GET /sleep: 401 Unauthorized: unauthorized",
			terra.Error{Message: "unauthorized"},
		},
		"legacy, a message of its own": {
			400, `{"status":"error","message":"no such user: u1"}`,
			"ErrBadRequest", "terra: GET /sleep: 400 Bad Request",
			terra.Error{Message: "no such user: u1"},
		},
		"forbidden": {
			403, `{"message":"forbidden","status":"error"}`,
			"ErrUnauthorized", "terra: GET /sleep: 403 Forbidden",
			terra.Error{Message: "forbidden"},
		},
		"HTML":             {502, `<html><body>Bad Gateway</body></html>`, "", "terra: GET /sleep: 502 Bad Gateway", terra.Error{}},
		"no body":          {500, ``, "", "terra: GET /sleep: 500 Internal Server Error", terra.Error{}},
		"an array":         {500, `[1,2]`, "", "terra: GET /sleep: 500 Internal Server Error", terra.Error{}},
		"odd types":        {400, `{"title":1,"detail":{"a":"b"},"message":"m"}`, "ErrBadRequest", "terra: GET /sleep: 400 Bad Request", terra.Error{Message: "m"}},
		"status of no one": {599, `{}`, "", "terra: GET /sleep: 599", terra.Error{}},
		"a redirect":       {302, ``, "", "terra: GET /sleep: 302 Found", terra.Error{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, withHeader(answer(tc.status, tc.body), "terra-reference", "ref", "X-Terra-Trace-Id", "trace"))
			_, err := client.Sleep.Fetch(t.Context(), "u1", week)
			e := failure(t, err)
			if e.Error() != tc.text {
				t.Errorf("text %q, want %q", e, tc.text)
			}
			if e.StatusCode != tc.status || e.Title != tc.want.Title || e.Detail != tc.want.Detail ||
				e.Instance != tc.want.Instance || e.Message != tc.want.Message {
				t.Error("fields differ from the body")
			}
			if e.Reference != "ref" || e.TraceID != "trace" || e.Attempts != 1 || e.Method != "GET" || e.Endpoint != "/sleep" {
				t.Error("fields differ from the exchange")
			}
			if string(e.Raw) != tc.body {
				t.Error("Raw is not the body")
			}
			for name, sentinel := range sentinels {
				if got := errors.Is(err, sentinel); got != (name == tc.is) {
					t.Errorf("errors.Is(err, %s) = %t", name, got)
				}
			}
		})
	}
}

func TestErrorReadsHeaders(t *testing.T) {
	t.Parallel()
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for name, tc := range map[string]struct {
		retryAfter string
		min, max   time.Duration
	}{
		"seconds":     {"17", 17 * time.Second, 17 * time.Second},
		"fraction":    {"0.5", 500 * time.Millisecond, 500 * time.Millisecond},
		"date":        {date(time.Hour), 58 * time.Minute, time.Hour},
		"past date":   {date(-time.Hour), 0, 0},
		"negative":    {"-1", 0, 0},
		"not at all":  {"soon", 0, 0},
		"not finite":  {"NaN", 0, 0},
		"for ever":    {"1e300", 1<<63 - 1, 1<<63 - 1},
		"nothing":     {"", 0, 0},
		"the largest": {"9223372036", 9223372036 * time.Second, 9223372036 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := serve(t, withHeader(answer(429, `{}`), "Retry-After", tc.retryAfter,
				"X-Terra-RateLimit-Rule", "r2", "X-Terra-RateLimit-Limit", "6000",
				"X-Terra-RateLimit-Remaining", "12", "X-Terra-RateLimit-Reset-After", "90"))
			_, err := client.Sleep.Fetch(t.Context(), "u1", week)
			e := failure(t, err)
			if e.RetryAfter < tc.min || e.RetryAfter > tc.max {
				t.Errorf("RetryAfter %v, want %v to %v", e.RetryAfter, tc.min, tc.max)
			}
			if want := (terra.RateLimit{Rule: terra.RuleBudget, Limit: 6000, Remaining: 12, ResetAfter: 90 * time.Second}); e.RateLimit != want {
				t.Errorf("RateLimit %+v, want %+v", e.RateLimit, want)
			}
		})
	}
}

func TestErrorKeepsOnlyTheStartOfABody(t *testing.T) {
	t.Parallel()
	client := serve(t, answer(400, `{"detail":"`+strings.Repeat("x", 1<<20)+`"}`))
	_, err := client.Sleep.Fetch(t.Context(), "u1", week)
	if n := len(failure(t, err).Raw); n != 64<<10 {
		t.Errorf("Raw has %d bytes", n)
	}
}

func TestZeroError(t *testing.T) {
	t.Parallel()
	if got := (&terra.Error{}).Error(); got != "terra" {
		t.Errorf("text %q", got)
	}
	if !errors.Is(&terra.Error{StatusCode: 404}, terra.ErrNotFound) {
		t.Error("an Error made by hand is not ErrNotFound")
	}
}

// FuzzError feeds error bodies of any kind: there is always an *Error of that
// status, and its text holds nothing of the body but a documented sentence.
func FuzzError(f *testing.F) {
	for _, body := range []string{
		`{"type":"about:blank","title":"not found","instance":"/activity","detail":"user not found"}`,
		`{"status":"error","message":"unauthorized"}`,
		`{"detail":"rate limit exceeded"}`,
		`{"detail":null,"message":["a"],"title":{}}`,
		`<html>`, ``, `null`, `"`, `[]`, "\xff\xfe",
	} {
		f.Add(400, body)
	}
	const marker = "plantedmarker"
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 300 || status > 599 {
			return // no error status
		}
		client := inProcess(t, answer(status, strings.ReplaceAll(body, "a", marker)), once)
		_, err := client.Sleep.Fetch(t.Context(), "u1", week)
		if e := failure(t, err); e.StatusCode != status {
			t.Errorf("status %d, want %d", e.StatusCode, status)
		}
		if strings.Contains(err.Error(), marker) {
			t.Error("the text repeats the body")
		}
	})
}
