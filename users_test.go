package terra_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/opt"
)

func ids(users []terra.User) []string {
	var ids []string
	for _, u := range users {
		ids = append(ids, u.UserID)
	}
	return ids
}

func TestGetUser(t *testing.T) {
	t.Parallel()
	const body = `{"user":{"user_id":"u1","provider":"GARMIN","created_at":"2024-01-15T09:30:00Z","last_webhook_update":null,` +
		`"scopes":"activity","reference_id":"r1","active":true,"last_polled_at":"2024-01-20T11:00:00Z","most_recent_data_at":"2024-01-19T23:00:00Z"},` +
		`"status":"success","is_authenticated":true}`
	info, err := serve(t, answer(200, body)).Users.Get(t.Context(), "u1")
	if err != nil {
		t.Fatal(err)
	}
	polled, _ := info.LastPolledAt.Time()
	recent, _ := info.MostRecentDataAt.Time()
	if !info.IsAuthenticated || info.User.UserID != "u1" || info.User.Provider != "GARMIN" || !info.User.LastWebhookUpdate.IsNull() ||
		!polled.Equal(time.Date(2024, time.January, 20, 11, 0, 0, 0, time.UTC)) ||
		!recent.Equal(time.Date(2024, time.January, 19, 23, 0, 0, 0, time.UTC)) {
		t.Error("fields differ from the body")
	}
	if string(info.Raw()) != body {
		t.Error("Raw is not the body")
	}
}

// Every shape that connections are listed in reads the same.
func TestShapesOfUsers(t *testing.T) {
	t.Parallel()
	const two = `[{"user_id":"u1","provider":"GARMIN"},{"user_id":"u2","provider":"OURA"}]`
	for name, tc := range map[string]struct {
		body string
		want []string
		next int // 0 for none
		last int
	}{
		"bare array":          {two, []string{"u1", "u2"}, 0, 0},
		"users":               {`{"users":` + two + `}`, []string{"u1", "u2"}, 0, 0},
		"one user":            {`{"user":{"user_id":"u1"},"status":"success"}`, []string{"u1"}, 0, 0},
		"a page":              {`{"data":{"next":1,"max_page":3,"results":` + two + `}}`, []string{"u1", "u2"}, 1, 3},
		"the last page":       {`{"data":{"next":null,"max_page":3,"results":` + two + `}}`, []string{"u1", "u2"}, 0, 3},
		"nobody":              {`[]`, nil, 0, 0},
		"nobody, users":       {`{"users":[]}`, nil, 0, 0},
		"nobody, a page":      {`{"data":{"next":null,"max_page":0,"results":[]}}`, nil, 0, 0},
		"users beside status": {`{"status":"success","users":` + two + `}`, []string{"u1", "u2"}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := inProcess(t, answer(200, tc.body))
			list, err1 := client.Users.List(t.Context(), terra.ListUsersOptions{})
			reference, err2 := client.Users.ByReference(t.Context(), "r1")
			bulk, err3 := client.Users.Bulk(t.Context(), []string{"u1", "u2"})
			if err := errors.Join(err1, err2, err3); err != nil {
				t.Fatal(err)
			}
			for _, page := range []*terra.UserPage{list, reference, bulk} {
				if !slices.Equal(ids(page.Data), tc.want) {
					t.Errorf("users %v, want %v", ids(page.Data), tc.want)
				}
				if (page.Next != nil) != (tc.next > 0) || page.Next != nil && *page.Next != tc.next || page.MaxPage != tc.last {
					t.Error("the page's place among others is wrong")
				}
				if string(page.Raw()) != tc.body {
					t.Error("Raw is not the body")
				}
			}
		})
	}
}

func TestListUsersOptions(t *testing.T) {
	t.Parallel()
	var query string
	client := inProcess(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		answer(200, `[]`)(w, r)
	})
	for want, o := range map[string]terra.ListUsersOptions{
		"":                   {},
		"page=2":             {Page: 2},
		"page=0&per_page=10": {PerPage: 10},
		"page=1&per_page=10": {Page: 1, PerPage: 10},
	} {
		if _, err := client.Users.List(t.Context(), o); err != nil || query != want {
			t.Errorf("query %q, want %q, error %v", query, want, err)
		}
	}
	for _, o := range []terra.ListUsersOptions{{Page: -1}, {PerPage: -1}} {
		_, err := client.Users.List(t.Context(), o)
		wantArgument(t, err, "page")
	}
}

// pages serves three pages of two users.
func pages(w http.ResponseWriter, r *http.Request) {
	var page int
	_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
	next := "null"
	if page < 2 {
		next = fmt.Sprint(page + 1)
	}
	answer(200, fmt.Sprintf(`{"data":{"next":%s,"max_page":2,"results":[{"user_id":"%d-a"},{"user_id":"%[2]d-b"}]}}`, next, page))(w, r)
}

func TestAllUsers(t *testing.T) {
	t.Parallel()
	server := &script{handlers: []http.HandlerFunc{pages}}
	client := serve(t, server.ServeHTTP)
	var got []string
	for u, err := range client.Users.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, u.UserID)
	}
	if want := []string{"0-a", "0-b", "1-a", "1-b", "2-a", "2-b"}; !slices.Equal(got, want) {
		t.Errorf("users %v, want %v", got, want)
	}
	for range client.Users.All(t.Context()) {
		break
	}
	if n := server.requests(); n != 3+1 {
		t.Errorf("%d requests, want 3 and, after a break, 1", n)
	}
}

func TestAllUsersFromAnAddressWithoutPages(t *testing.T) {
	t.Parallel()
	server := &script{handlers: []http.HandlerFunc{answer(200, `{"users":[{"user_id":"u1"},{"user_id":"u2"}]}`)}}
	n := 0
	for _, err := range inProcess(t, server.ServeHTTP).Users.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 2 || server.requests() != 1 {
		t.Errorf("%d users in %d requests", n, server.requests())
	}
}

func TestAllUsersEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		second http.HandlerFunc
		is     error
	}{
		"refused":             {answer(401, `{}`), terra.ErrUnauthorized},
		"the same page again": {answer(200, `{"data":{"next":1,"results":[]}}`), terra.ErrMalformed},
		"an earlier page":     {answer(200, `{"data":{"next":-1,"results":[]}}`), terra.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &script{handlers: []http.HandlerFunc{pages, tc.second}}
			var users, errs int
			for _, err := range inProcess(t, server.ServeHTTP).Users.All(t.Context()) {
				if errors.Is(err, tc.is) {
					errs++
				} else {
					users++
				}
			}
			if users != 2 || errs != 1 || server.requests() != 2 {
				t.Errorf("%d users and %d errors in %d requests", users, errs, server.requests())
			}
		})
	}
}

func TestModifyUser(t *testing.T) {
	t.Parallel()
	client := serve(t, answer(200, `{"user":{"user_id":"u1","provider":"OURA","reference_id":"new"},"status":"success"}`))
	got, err := client.Users.Modify(t.Context(), "u1", terra.UserUpdate{ReferenceID: opt.Some("new")})
	if err != nil || got.User.ReferenceID.Or("") != "new" || got.Raw() == nil {
		t.Errorf("another user, error %v", err)
	}
	_, err = client.Users.Modify(t.Context(), "u1", terra.UserUpdate{})
	wantArgument(t, err, "update")
}

func TestUsersRefuse(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	_, err := client.Users.ByReference(t.Context(), "")
	wantArgument(t, err, "reference id")
	_, err = client.Users.Bulk(t.Context(), nil)
	wantArgument(t, err, "user ids")
}

// A reference id is the caller's own and may look like anything.
func TestReferenceIDsArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"../a", "user123@example.com", "a&user_id=b", "%2e%2e/", "ü"} {
		var got string
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.Query().Get("reference_id")
			answer(200, `[]`)(w, r)
		})
		if _, err := client.Users.ByReference(t.Context(), id); err != nil || got != id {
			t.Errorf("got %q, want %q, error %v", got, id, err)
		}
	}
}
