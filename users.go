package terra

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// usersPerPage is how many connections [UserService.All] asks for at a time; it is
// Terra's default.
const usersPerPage = 500

// UserService reads and changes the connections there are.
type UserService struct {
	t *transport
}

// UserInfo is a connection and how it is doing.
type UserInfo struct {
	answer
	User             User
	IsAuthenticated  bool             // whether the provider still lets Terra in
	LastPolledAt     health.Timestamp // when Terra last asked the provider
	MostRecentDataAt health.Timestamp // of the newest data Terra holds
}

// UserPage is some or all of the connections asked for.
type UserPage struct {
	answer
	Data    []User
	Next    *int // the page after this one; nil when this is the last
	MaxPage int  // index of the last page
}

// ListUsersOptions picks a page. The zero value asks for everybody in one answer.
type ListUsersOptions struct {
	Page    int // the first is 0
	PerPage int // 0 leaves it to Terra
}

// UserUpdate changes what is present and keeps what is absent.
type UserUpdate struct {
	ReferenceID opt.Value[string] `json:"reference_id,omitzero"`
	Active      opt.Value[bool]   `json:"active,omitzero"`
}

// ModifiedUser is a connection after a change.
type ModifiedUser struct {
	answer
	User User
}

// Get looks up one connection by its user id.
func (s *UserService) Get(ctx context.Context, userID string) (*UserInfo, error) {
	if err := validateID("user id", userID); err != nil {
		return nil, err
	}
	r, err := s.t.do(ctx, call{
		method:   http.MethodGet,
		endpoint: "/userInfo",
		query:    url.Values{"user_id": {userID}},
	})
	if err != nil {
		return nil, err
	}
	var body struct {
		User            json.RawMessage `json:"user"`
		IsAuthenticated bool            `json:"is_authenticated"`
	}
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	info := &UserInfo{answer: answer{r}, IsAuthenticated: body.IsAuthenticated}
	var polling struct {
		LastPolledAt     health.Timestamp `json:"last_polled_at"`
		MostRecentDataAt health.Timestamp `json:"most_recent_data_at"`
	}
	if decode(body.User, &info.User) != nil || decode(body.User, &polling) != nil || info.User.UserID == "" {
		return nil, r.fail(fmt.Errorf("%w: no user", ErrMalformed))
	}
	info.LastPolledAt, info.MostRecentDataAt = polling.LastPolledAt, polling.MostRecentDataAt
	return info, nil
}

// ByReference returns every connection made under a reference id: one for each
// provider of a person, and more where a person connected twice.
func (s *UserService) ByReference(ctx context.Context, referenceID string) (*UserPage, error) {
	if referenceID == "" {
		return nil, &ArgumentError{"reference id", "empty"}
	}
	return s.page(ctx, call{
		method:   http.MethodGet,
		endpoint: "/userInfo",
		query:    url.Values{"reference_id": {referenceID}},
	})
}

// List returns one page of the connections, or all of them at once.
func (s *UserService) List(ctx context.Context, o ListUsersOptions) (*UserPage, error) {
	if o.Page < 0 || o.PerPage < 0 {
		return nil, &ArgumentError{"page", "negative"}
	}
	c := call{method: http.MethodGet, endpoint: "/subscriptions", query: url.Values{}}
	if o != (ListUsersOptions{}) {
		c.query.Set("page", strconv.Itoa(o.Page))
	}
	if o.PerPage > 0 {
		c.query.Set("per_page", strconv.Itoa(o.PerPage))
	}
	return s.page(ctx, c)
}

// All yields every connection, asking for a page at a time as the loop gets there.
// The first error is the last thing it yields.
func (s *UserService) All(ctx context.Context) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for o := (ListUsersOptions{PerPage: usersPerPage}); ; {
			page, err := s.List(ctx, o)
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, u := range page.Data {
				if !yield(u, nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			if *page.Next <= o.Page {
				yield(User{}, page.response.fail(fmt.Errorf("%w: the next page is not a later one", ErrMalformed)))
				return
			}
			o.Page = *page.Next
		}
	}
}

// Bulk looks up many connections by their user ids in one request.
func (s *UserService) Bulk(ctx context.Context, userIDs []string) (*UserPage, error) {
	if len(userIDs) == 0 {
		return nil, &ArgumentError{"user ids", "none"}
	}
	for _, id := range userIDs {
		if err := validateID("user ids", id); err != nil {
			return nil, err
		}
	}
	return s.page(ctx, call{method: http.MethodPost, endpoint: "/bulkUserInfo", body: userIDs})
}

// Modify changes a connection. Terra's current specification no longer lists the
// call; addresses that lack it answer [ErrNotFound].
func (s *UserService) Modify(ctx context.Context, userID string, u UserUpdate) (*ModifiedUser, error) {
	if err := validateID("user id", userID); err != nil {
		return nil, err
	}
	if u == (UserUpdate{}) {
		return nil, &ArgumentError{"update", "changes nothing"}
	}
	r, err := s.t.do(ctx, call{
		method:   http.MethodPatch,
		endpoint: "/users/{user_id}",
		path:     "/users/" + url.PathEscape(userID),
		body:     u,
	})
	if err != nil {
		return nil, err
	}
	var body struct {
		User User `json:"user"`
	}
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if body.User.UserID == "" {
		return nil, r.fail(fmt.Errorf("%w: no user", ErrMalformed))
	}
	return &ModifiedUser{answer{r}, body.User}, nil
}

// page reads every shape in which Terra lists connections: a bare array, the same
// under users, a single user, and a page of results under data.
func (s *UserService) page(ctx context.Context, c call) (*UserPage, error) {
	r, err := s.t.do(ctx, c)
	if err != nil {
		return nil, err
	}
	var bare list[User]
	if err := decode(r.body, &bare); err != nil {
		return nil, r.fail(err)
	}
	page := &UserPage{answer: answer{r}, Data: bare.items}
	if bare.present {
		return page, nil
	}
	var body struct {
		User  object[User] `json:"user"`
		Users list[User]   `json:"users"`
		Data  struct {
			Results list[User] `json:"results"`
			Next    *int       `json:"next"`
			MaxPage int        `json:"max_page"`
		} `json:"data"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, r.fail(err)
	}
	switch {
	case body.Data.Results.present:
		page.Data, page.Next, page.MaxPage = body.Data.Results.items, body.Data.Next, body.Data.MaxPage
	case body.Users.present:
		page.Data = body.Users.items
	case body.User.present:
		page.Data = []User{body.User.value}
	default:
		return nil, r.fail(fmt.Errorf("%w: no users", ErrMalformed))
	}
	return page, nil
}

// list is present only as a JSON array.
type list[T any] struct {
	items   []T
	present bool
}

func (l *list[T]) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		return nil
	}
	l.present = true
	return json.Unmarshal(data, &l.items)
}

// object is present only as a JSON object.
type object[T any] struct {
	value   T
	present bool
}

func (o *object[T]) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return nil
	}
	o.present = true
	return json.Unmarshal(data, &o.value)
}
