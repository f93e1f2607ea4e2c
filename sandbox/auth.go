package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/terra-go/terra/sandbox/synth"
)

// authenticateUser promises a user id before the person has agreed to anything.
func (s *Server) authenticateUser(c *call) error {
	resource := c.params["resource"]
	if resource == "" {
		resource = c.params["provider"] // older clients
	}
	if resource == "" {
		return badRequest("resource is required")
	}
	p, ok := synth.Lookup(strings.TrimSpace(resource))
	if !ok {
		return badRequest("unknown resource")
	}
	v, err := c.session()
	if err != nil {
		return err
	}
	v.providers = []synth.Provider{p}
	v.userID = s.promise(p.Name, v.referenceID)
	v = s.addSession(v)
	reply := struct {
		Status    string `json:"status"`
		UserID    string `json:"user_id"`
		AuthURL   string `json:"auth_url"`
		ExpiresIn int    `json:"expires_in,omitzero"`
	}{Status: "success", UserID: v.userID, AuthURL: c.host + v.oauthPath(p)}
	if c.dialect == legacy {
		reply.ExpiresIn = int(sessionLife.Seconds())
	}
	return c.reply(reply)
}

func (s *Server) generateWidgetSession(c *call) error {
	v, err := c.session()
	if err != nil {
		return err
	}
	var ok bool
	if v.providers, ok = parseProviders(c.params["providers"]); !ok {
		return badRequest("unknown provider in providers")
	}
	v = s.addSession(v)
	return c.reply(struct {
		SessionID string `json:"session_id"`
		URL       string `json:"url"`
		Status    string `json:"status"`
		ExpiresIn int    `json:"expires_in"`
	}{v.id, c.host + "/session/" + v.id, "success", int(sessionLife.Seconds())})
}

func (s *Server) deauthenticateUser(c *call) error {
	userID, err := c.params.required("user_id")
	if err != nil {
		return err
	}
	if errors.Is(s.disconnect(userID), ErrUnknownUser) {
		return errUserNotFound
	}
	return c.reply(struct {
		Status string `json:"status"`
	}{"success"})
}

// generateAuthToken gives a token of the right form. Nothing here takes it: the
// mobile SDKs, whose it is, are not emulated.
func (s *Server) generateAuthToken(c *call) error {
	var token [32]byte
	rand.Read(token[:])
	return c.reply(struct {
		Status    string `json:"status"`
		Token     string `json:"token"`
		ExpiresIn int    `json:"expires_in"`
	}{"success", hex.EncodeToString(token[:]), 180})
}

// promise reserves the user id of a connection to be.
func (s *Server) promise(provider, referenceID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keeper.changed()
	return s.world.issue(s.seed, identity{provider, referenceID})
}

const maxReferenceID = 500

// session reads what both ways into the pages have in common.
func (c *call) session() (session, error) {
	v := session{
		language:    c.params["language"],
		referenceID: c.params["reference_id"],
		successURL:  c.params["auth_success_redirect_url"],
		failureURL:  c.params["auth_failure_redirect_url"],
	}
	switch {
	case v.language != "" && !isLanguageTag(v.language):
		return v, badRequest("invalid language")
	case len(v.referenceID) > maxReferenceID:
		return v, badRequest("reference_id is too long")
	case !validRedirect(v.successURL):
		return v, badRequest("invalid auth_success_redirect_url")
	case !validRedirect(v.failureURL):
		return v, badRequest("invalid auth_failure_redirect_url")
	}
	return v, nil
}

// isLanguageTag accepts the likes of en, de-AT and zh_Hant_TW.
func isLanguageTag(tag string) bool {
	for i, part := range strings.Split(strings.ReplaceAll(tag, "_", "-"), "-") {
		if len(part) < 2 || len(part) > 8 || i == 0 && len(part) > 3 || strings.ContainsFunc(part, isNotAlphanumeric) {
			return false
		}
	}
	return len(tag) <= 35
}

func isNotAlphanumeric(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
}

// validRedirect accepts none, web addresses, and the schemes under which phones
// know their apps; never one that a browser executes.
func validRedirect(raw string) bool {
	if raw == "" {
		return true
	}
	u, err := url.Parse(raw)
	if err != nil || strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	}
	return u.Scheme != "" &&
		!slices.Contains([]string{"javascript", "data", "vbscript", "file", "blob", "about", "filesystem"}, u.Scheme)
}

// oauthPath is where a person agrees that p gives its data to this session.
func (v session) oauthPath(p synth.Provider) string {
	return "/oauth/" + p.Name + "?state=" + url.QueryEscape(v.id)
}

// withQuery adds parameters to a URL that was valid when the session began.
func withQuery(raw string, pairs ...string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	q := u.Query()
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}
