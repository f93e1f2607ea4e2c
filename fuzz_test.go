package terra_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terra-go/terra"
)

// FuzzUserID: an id is either refused or arrives as it is, and never leads to
// another endpoint, however often something on the way decodes it.
func FuzzUserID(f *testing.F) {
	for _, id := range []string{
		"23dc2540-7139-44c6-8158-f81196e2cf2e", "../", "%2e%2e/", "%252e%252e%252f", `..\`, "a/b", "a%2fb", "%", "%2", "%%", "ü", "\x00", "...", ".%2e/",
	} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		var got *url.URL
		client := inProcess(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.URL
			answer(404, `{}`)(w, r)
		}, once)
		_, err := client.Sleep.Fetch(t.Context(), id, week)
		_, refused := errors.AsType[*terra.ArgumentError](err)
		if refused != (got == nil) {
			t.Fatal("refused and sent, or neither")
		}
		if refused {
			return
		}
		if got.Path != "/api/v2/sleep" || got.Query().Get("user_id") != id {
			t.Error("the id did not arrive in the query as it is")
		}
		_, _ = client.Users.Modify(t.Context(), id, terra.UserUpdate{Active: yes})
		segment, ok := strings.CutPrefix(got.EscapedPath(), "/api/v2/users/")
		if decoded, err := url.PathUnescape(segment); !ok || err != nil || decoded != id || strings.Contains(segment, "/") {
			t.Error("the id did not arrive in the path as it is")
		}
		for range 3 {
			for part := range strings.SplitSeq(strings.ReplaceAll(segment, `\`, "/"), "/") {
				if part == "." || part == ".." {
					t.Error("the id leads elsewhere when decoded")
				}
			}
			if segment, err = url.PathUnescape(segment); err != nil {
				return
			}
		}
	})
}

// FuzzHeaders: whatever the headers say, times and counts are not negative.
func FuzzHeaders(f *testing.F) {
	f.Add("120", "6000", "0", "3600.5")
	f.Add("Wed, 21 Oct 2026 07:28:00 GMT", "-1", "99999999999999999999", "1e400")
	f.Add("-0", "0x10", "", "NaN")
	f.Fuzz(func(t *testing.T, retryAfter, limit, remaining, resetAfter string) {
		for _, s := range []string{retryAfter, limit, remaining, resetAfter} {
			if !utf8.ValidString(s) {
				return // no header can hold it
			}
		}
		client := inProcess(t, withHeader(answer(429, `{}`), "Retry-After", retryAfter, "X-Terra-RateLimit-Limit", limit,
			"X-Terra-RateLimit-Remaining", remaining, "X-Terra-RateLimit-Reset-After", resetAfter), once)
		_, err := client.Sleep.Fetch(t.Context(), "u1", week)
		e := failure(t, err)
		if e.RetryAfter < 0 || e.RateLimit.Limit < 0 || e.RateLimit.Remaining < 0 || e.RateLimit.ResetAfter < 0 {
			t.Error("something is negative")
		}
	})
}

// FuzzUsers: whatever a list of connections looks like, it reads or is an *Error.
func FuzzUsers(f *testing.F) {
	f.Add(`[{"user_id":"u1","provider":"GARMIN"}]`)
	f.Add(`{"users":[{"user_id":"u1"}]}`)
	f.Add(`{"user":{"user_id":"u1","last_polled_at":null},"is_authenticated":true}`)
	f.Add(`{"data":{"next":1,"max_page":3,"results":[{"user_id":"u1","scopes":null}]}}`)
	f.Add(`{"data":{"next":1e9,"results":7}}`)
	f.Fuzz(func(t *testing.T, body string) {
		client := inProcess(t, answer(200, body), once)
		if page, err := client.Users.List(t.Context(), terra.ListUsersOptions{}); err != nil {
			failure(t, err)
		} else if string(page.Raw()) != body {
			t.Error("Raw is not the body")
		}
		if info, err := client.Users.Get(t.Context(), "u1"); err != nil {
			failure(t, err)
		} else if info.User.UserID == "" {
			t.Error("a user without an id")
		}
	})
}
