package terra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// AuthService connects people to providers, and disconnects them.
type AuthService struct {
	t *transport
}

// AuthRequest asks for a page on which a person connects to one provider. Only
// Provider is required.
type AuthRequest struct {
	Provider    string `json:"-"` // as [ProviderList] spells it
	ReferenceID string `json:"reference_id,omitempty"`
	Language    string `json:"language,omitempty"` // "en"

	// Where the person's browser goes afterwards.
	SuccessURL string `json:"auth_success_redirect_url,omitempty"`
	FailureURL string `json:"auth_failure_redirect_url,omitempty"`
}

// AuthURL is a page for one person to open.
type AuthURL struct {
	answer
	URL       string
	UserID    string // of the connection that will exist once the person has agreed
	Status    string
	ExpiresIn time.Duration // 0 when Terra does not say
}

// WidgetRequest asks for a page on which a person picks a provider and connects
// to it. Every field is optional.
type WidgetRequest struct {
	Providers   []string // those to choose from; none means all
	ReferenceID string   // the person in the caller's own system, found again in [User.ReferenceID]
	Language    string   // "en"

	// Where the person's browser goes afterwards.
	SuccessURL string
	FailureURL string
}

// WidgetSession is a page for one person to open.
type WidgetSession struct {
	answer
	URL       string
	SessionID string // found again in the auth event
	Status    string
	ExpiresIn time.Duration
}

// AuthToken lets one installation of an app with Terra's mobile SDK connect
// itself, once.
type AuthToken struct {
	answer
	Token     string
	Status    string
	ExpiresIn time.Duration
}

// GenerateAuthURL starts the connection of a person to one provider.
func (s *AuthService) GenerateAuthURL(ctx context.Context, req AuthRequest) (*AuthURL, error) {
	if req.Provider == "" {
		return nil, &ArgumentError{"provider", "empty"}
	}
	c := call{
		method:   http.MethodPost,
		endpoint: "/auth/authenticateUser",
		query:    url.Values{"resource": {req.Provider}},
		once:     true,
	}
	if req != (AuthRequest{Provider: req.Provider}) {
		c.body = req
	}
	r, err := s.t.do(ctx, c)
	if err != nil {
		return nil, err
	}
	var body struct {
		URL       string  `json:"auth_url"`
		UserID    string  `json:"user_id"`
		Status    string  `json:"status"`
		ExpiresIn seconds `json:"expires_in"`
	}
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if body.URL == "" {
		return nil, r.fail(fmt.Errorf("%w: no auth_url", ErrMalformed))
	}
	return &AuthURL{answer{r}, body.URL, body.UserID, body.Status, body.ExpiresIn.d}, nil
}

// GenerateWidgetSession opens a session in which a person picks a provider.
func (s *AuthService) GenerateWidgetSession(ctx context.Context, req WidgetRequest) (*WidgetSession, error) {
	for _, p := range req.Providers {
		if p == "" || strings.Contains(p, ",") {
			return nil, &ArgumentError{"providers", "a name is empty or holds a comma"}
		}
	}
	r, err := s.t.do(ctx, call{
		method:   http.MethodPost,
		endpoint: "/auth/generateWidgetSession",
		once:     true,
		body: struct {
			Providers   string `json:"providers,omitempty"`
			ReferenceID string `json:"reference_id,omitempty"`
			Language    string `json:"language,omitempty"`
			SuccessURL  string `json:"auth_success_redirect_url,omitempty"`
			FailureURL  string `json:"auth_failure_redirect_url,omitempty"`
		}{strings.Join(req.Providers, ","), req.ReferenceID, req.Language, req.SuccessURL, req.FailureURL},
	})
	if err != nil {
		return nil, err
	}
	var body struct {
		URL       string  `json:"url"`
		SessionID string  `json:"session_id"`
		Status    string  `json:"status"`
		ExpiresIn seconds `json:"expires_in"`
	}
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if body.URL == "" {
		return nil, r.fail(fmt.Errorf("%w: no url", ErrMalformed))
	}
	return &WidgetSession{answer{r}, body.URL, body.SessionID, body.Status, body.ExpiresIn.d}, nil
}

// GenerateToken makes a token for the mobile SDKs. It is good for one use within
// [AuthToken.ExpiresIn], and for nothing on the server.
func (s *AuthService) GenerateToken(ctx context.Context) (*AuthToken, error) {
	r, err := s.t.do(ctx, call{method: http.MethodPost, endpoint: "/auth/generateAuthToken", once: true})
	if err != nil {
		return nil, err
	}
	var body struct {
		Token     string  `json:"token"`
		Status    string  `json:"status"`
		ExpiresIn seconds `json:"expires_in"`
	}
	if err := r.decode(&body); err != nil {
		return nil, err
	}
	if body.Token == "" {
		return nil, r.fail(fmt.Errorf("%w: no token", ErrMalformed))
	}
	return &AuthToken{answer{r}, body.Token, body.Status, body.ExpiresIn.d}, nil
}

// Deauthenticate ends a connection: Terra deletes what it holds of it and gives
// up its access at the provider. The webhook hears of it. [ErrNotFound] means
// that there was no such connection.
func (s *AuthService) Deauthenticate(ctx context.Context, userID string) error {
	if err := validateID("user id", userID); err != nil {
		return err
	}
	r, err := s.t.do(ctx, call{
		method:   http.MethodDelete,
		endpoint: "/auth/deauthenticateUser",
		query:    url.Values{"user_id": {userID}},
	})
	if e, ok := errors.AsType[*Error](err); ok && e.StatusCode == http.StatusNotFound && e.Attempts > 1 {
		// An earlier attempt did it, and its answer was lost.
		return nil
	}
	if err != nil || r.status == http.StatusNoContent {
		return err
	}
	var body struct {
		Status string `json:"status"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	if body.Status != "success" {
		return r.fail(fmt.Errorf("%w: status is not success", ErrMalformed))
	}
	return nil
}
