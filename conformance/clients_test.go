package conformance

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// The synthetic person of this reference id has records of all seven types with
// this provider in this week, and has had them in every run.
const (
	person     = "conformance-6"
	provider   = "FITBIT"
	start, end = "2026-03-02", "2026-03-09"
)

// answer holds what the tests look at in the answers of all calls.
type answer struct {
	Status, Type, Message, Reference, Token, URL string

	AuthURL   string            `json:"auth_url"`
	UserID    string            `json:"user_id"`
	SessionID string            `json:"session_id"`
	ExpiresIn int               `json:"expires_in"`
	Providers []json.RawMessage `json:"providers"`
	Users     []health.User     `json:"users"`
	User      health.User       `json:"user"`
	Data      []json.RawMessage `json:"data"`
	Athlete   json.RawMessage   `json:"athlete"`
}

// date becomes a Date in the driver.
type date struct {
	Date string `json:"$date"`
}

type object = map[string]any

// TestJavaScriptV1 has the 1.x client of npm do everything it can. Its address is
// written in, so that it only ever speaks to the legacy paths.
func TestJavaScriptV1(t *testing.T) {
	t.Parallel()
	s := newPlatform(t)
	js := startClient(t, "v1", s.URL+"/v2", sandbox.DefaultAPIKey)
	days := func(toWebhook bool) object {
		return object{"userId": s.user.UserID, "startDate": date{start}, "endDate": date{end}, "toWebhook": toWebhook, "withSamples": true}
	}

	t.Run("providers", func(t *testing.T) {
		if a := js.call(t, "getProviders"); len(a.Providers) == 0 || a.Status != "success" {
			t.Error("no providers")
		}
	})
	t.Run("authentication URL", func(t *testing.T) {
		a := js.call(t, "authUser", object{"resource": provider, "referenceId": "someone-else", "language": "en", "authSuccessRedirectUrl": "https://example.com/ok"})
		if !strings.HasPrefix(a.AuthURL, s.URL) || a.UserID == "" {
			t.Error("no page of the sandbox to go to, or no user id")
		}
	})
	t.Run("widget session", func(t *testing.T) {
		a := js.call(t, "generateWidgetSession", object{"referenceID": "someone-else", "providers": []string{"FITBIT", "OURA"}, "language": "en"})
		if !strings.HasPrefix(a.URL, s.URL) || a.SessionID == "" || a.ExpiresIn <= 0 {
			t.Error("no page of the sandbox to go to")
		}
	})
	t.Run("token", func(t *testing.T) {
		if a := js.call(t, "generateAuthToken"); a.Token == "" {
			t.Error("no token")
		}
	})
	t.Run("users", func(t *testing.T) {
		if a := js.call(t, "getUsers"); !hasUser(a.Users, s.user.UserID) {
			t.Error("the connected user is not listed")
		}
	})
	t.Run("user by id", func(t *testing.T) {
		if a := js.call(t, "getUser", object{"userID": s.user.UserID}); a.User.UserID != s.user.UserID {
			t.Error("another user, or none")
		}
	})
	t.Run("unknown user", func(t *testing.T) {
		if err := js.fail(t, "getDaily", object{"userId": "nobody", "startDate": date{start}, "toWebhook": false}); err.Body.Status != "error" || err.Body.Message == "" {
			t.Error("not the legacy form of an error")
		}
	})
	for method, kind := range map[string]string{
		"getActivity": "activity", "getBody": "body", "getDaily": "daily", "getSleep": "sleep", "getNutrition": "nutrition", "getMenstruation": "menstruation",
	} {
		t.Run(kind, func(t *testing.T) {
			if a := js.call(t, method, days(false)); a.Type != kind || len(a.Data) == 0 || a.User.UserID != s.user.UserID {
				t.Errorf("type %q with %d records", a.Type, len(a.Data))
			}
		})
	}
	t.Run("athlete", func(t *testing.T) {
		if a := js.call(t, "getAthlete", object{"userId": s.user.UserID, "toWebhook": false}); a.Type != "athlete" || len(a.Athlete) == 0 {
			t.Error("no athlete")
		}
	})
	t.Run("to the webhook", func(t *testing.T) {
		a := js.call(t, "getSleep", days(true))
		d := s.delivery(t, a.Reference)
		var genuine bool
		js.decode(t, &genuine, "checkTerraSignature", d.Header.Get(webhook.HeaderSignatureLegacy), string(d.Body))
		if !genuine {
			t.Error("the client takes the delivery for a forgery")
		}
	})
	t.Run("change and disconnect", func(t *testing.T) {
		if a := js.call(t, "patchUser", s.user.UserID, "renamed", true); a.User.ReferenceID.Or("") != "renamed" {
			t.Error("not renamed")
		}
		js.call(t, "deauthUser", s.user.UserID)
		if a := js.call(t, "getUsers"); hasUser(a.Users, s.user.UserID) {
			t.Error("still connected")
		}
	})
}

// TestJavaScriptV2 has the 2.x client do everything it can, in the current wire
// forms and in the legacy ones, which are what it expects by default.
func TestJavaScriptV2(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"/api/v2", "/v2"} {
		t.Run(strings.TrimPrefix(base, "/"), func(t *testing.T) {
			t.Parallel()
			testJavaScriptV2(t, base)
		})
	}
}

func testJavaScriptV2(t *testing.T, base string) {
	s := newPlatform(t)
	js := startClient(t, "v2", s.URL+base, sandbox.DefaultAPIKey)
	days := func(toWebhook bool) object {
		return object{"user_id": s.user.UserID, "start_date": start, "end_date": end, "to_webhook": toWebhook, "with_samples": true}
	}

	t.Run("providers", func(t *testing.T) {
		if a := js.call(t, "integrations.fetch"); len(a.Providers) == 0 {
			t.Error("no providers")
		}
		if a := js.call(t, "integrations.detailedfetch", object{"sdk": true}); len(a.Providers) == 0 {
			t.Error("no detailed providers")
		}
	})
	t.Run("authentication URL", func(t *testing.T) {
		a := js.call(t, "authentication.authenticateuser", object{"resource": provider, "reference_id": "someone-else", "auth_failure_redirect_url": "https://example.com/no"})
		if !strings.HasPrefix(a.AuthURL, s.URL) || a.UserID == "" {
			t.Error("no page of the sandbox to go to, or no user id")
		}
	})
	t.Run("widget session", func(t *testing.T) {
		a := js.call(t, "authentication.generatewidgetsession", object{"providers": "FITBIT,OURA", "language": "en"})
		if !strings.HasPrefix(a.URL, s.URL) || a.SessionID == "" || a.ExpiresIn <= 0 {
			t.Error("no page of the sandbox to go to")
		}
	})
	t.Run("token", func(t *testing.T) {
		if a := js.call(t, "authentication.generateauthtoken"); a.Token == "" {
			t.Error("no token")
		}
	})
	t.Run("users", func(t *testing.T) {
		if a := js.call(t, "user.getalluserids"); !hasUser(a.Users, s.user.UserID) {
			t.Error("the connected user is not listed")
		}
		if a := js.call(t, "user.getinfoforuserid", object{"user_id": s.user.UserID}); a.User.UserID != s.user.UserID {
			t.Error("another user, or none")
		}
		var bulk []health.User
		js.decode(t, &bulk, "user.getinfoformultipleuserids", []string{s.user.UserID})
		if !hasUser(bulk, s.user.UserID) {
			t.Error("not found in bulk")
		}
	})
	t.Run("unknown user", func(t *testing.T) {
		if err := js.fail(t, "sleep.fetch", object{"user_id": "nobody", "start_date": start, "to_webhook": false}); err.Name != "NotFoundError" {
			t.Errorf("%s, want a NotFoundError", err.Name)
		}
	})
	t.Run("wrong key", func(t *testing.T) {
		stranger := startClient(t, "v2", s.URL+base, "another-key")
		if err := stranger.fail(t, "sleep.fetch", days(false)); err.Name != "UnauthorizedError" {
			t.Errorf("%s, want an UnauthorizedError", err.Name)
		}
	})
	for _, kind := range []string{"activity", "body", "daily", "sleep", "nutrition", "menstruation"} {
		t.Run(kind, func(t *testing.T) {
			if a := js.call(t, kind+".fetch", days(false)); a.Type != kind || len(a.Data) == 0 || a.User.UserID != s.user.UserID {
				t.Errorf("type %q with %d records", a.Type, len(a.Data))
			}
		})
	}
	t.Run("athlete", func(t *testing.T) {
		if a := js.call(t, "athlete.fetch", object{"user_id": s.user.UserID, "to_webhook": false}); a.Type != "athlete" || len(a.Athlete) == 0 {
			t.Error("no athlete")
		}
	})
	t.Run("to the webhook", func(t *testing.T) {
		summaries := days(true)
		summaries["with_samples"] = false // a long body would not be kept for the test to see
		a := js.call(t, "daily.fetch", summaries)
		d := s.delivery(t, a.Reference)
		var genuine bool
		js.decode(t, &genuine, "verify", d.Header.Get(webhook.HeaderSignature), string(d.Body))
		if !genuine {
			t.Error("the client takes the delivery for a forgery")
		}
	})
	t.Run("change and disconnect", func(t *testing.T) {
		if a := js.call(t, "user.modifyuser", s.user.UserID, object{"reference_id": "renamed"}); a.User.ReferenceID.Or("") != "renamed" {
			t.Error("not renamed")
		}
		js.call(t, "authentication.deauthenticateuser", object{"user_id": s.user.UserID})
		if a := js.call(t, "user.getalluserids"); hasUser(a.Users, s.user.UserID) {
			t.Error("still connected")
		}
	})
}

// platform is a sandbox with one person, and a receiver of ours as its
// destination.
type platform struct {
	*sandboxtest.Server
	user health.User
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	s := sandboxtest.New(t)
	user, err := s.Connect(provider, person)
	if err != nil {
		t.Fatal(err)
	}
	v, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(webhook.NewHandler(v, webhook.NewMux()))
	t.Cleanup(receiver.Close)
	if err := s.SetDestinations([]sandbox.Destination{{URL: receiver.URL}}); err != nil {
		t.Fatal(err)
	}
	return &platform{s, user}
}

// delivery waits for what the request with the reference had delivered, which our
// own receiver must have taken.
func (p *platform) delivery(t *testing.T, reference string) sandbox.Delivery {
	t.Helper()
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := p.Deliveries()
	i := slices.IndexFunc(all, func(d sandbox.Delivery) bool { return d.Reference == reference })
	if reference == "" || i < 0 {
		t.Fatal("nothing was delivered for the reference in the answer")
	}
	if all[i].State != sandbox.StateDelivered {
		t.Errorf("the delivery is %s, want %s", all[i].State, sandbox.StateDelivered)
	}
	return all[i]
}

// client is an official client in a process of its own.
type client struct {
	in  io.Writer
	out *bufio.Reader
}

// callError is what a call of a client was rejected with.
type callError struct {
	Name   string // of the JavaScript class
	Status int    // 0 if the client does not tell
	Body   struct{ Status, Message, Title, Detail string }
}

// startClient runs a version of the client until the test ends. The test is
// skipped where node or the clients are missing.
func startClient(t *testing.T, version, base, apiKey string) *client {
	t.Helper()
	const install = "node or the official JavaScript clients are not installed; to run this test: npm install --prefix conformance/clients --no-package-lock"
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join("clients", "node_modules", "terra-api-"+version))
	}
	if err != nil {
		missing(t, install)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience) // outlives the test, to end by itself
	cmd := exec.CommandContext(ctx, node, filepath.Join("clients", "driver.cjs"), version, base, sandbox.DefaultDevID, apiKey, sandbox.DefaultSigningSecret)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil && ctx.Err() == nil {
			t.Errorf("the client's process: %v", err)
		}
		cancel()
	})
	return &client{in, bufio.NewReader(out)}
}

// call returns the answer of a call that succeeds.
func (c *client) call(t *testing.T, method string, args ...any) answer {
	t.Helper()
	var a answer
	c.decode(t, &a, method, args...)
	return a
}

// decode reads the answer of a call that succeeds into v.
func (c *client) decode(t *testing.T, v any, method string, args ...any) {
	t.Helper()
	value, failed := c.do(t, method, args)
	if failed != nil {
		t.Fatalf("%s: rejected with %s, status %d", method, failed.Name, failed.Status)
	}
	if err := json.Unmarshal(value, v); err != nil {
		t.Fatalf("%s: not the answer that was expected", method)
	}
}

// fail returns the error of a call that is rejected.
func (c *client) fail(t *testing.T, method string, args ...any) *callError {
	t.Helper()
	_, failed := c.do(t, method, args)
	if failed == nil {
		t.Fatalf("%s succeeded", method)
	}
	return failed
}

func (c *client) do(t *testing.T, method string, args []any) (json.RawMessage, *callError) {
	t.Helper()
	if err := json.NewEncoder(c.in).Encode(object{"call": method, "args": args}); err != nil {
		t.Fatal(err)
	}
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("%s: the client's process ended: %v", method, err)
	}
	var reply struct {
		Value json.RawMessage
		Error *callError
	}
	if err := json.Unmarshal(line, &reply); err != nil {
		t.Fatalf("%s: the driver wrote something else than an answer", method)
	}
	return reply.Value, reply.Error
}

func hasUser(users []health.User, id string) bool {
	return slices.ContainsFunc(users, func(u health.User) bool { return u.UserID == id })
}

// missing skips what cannot be tested here, and says so. Where everything has to be
// tested, it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}
