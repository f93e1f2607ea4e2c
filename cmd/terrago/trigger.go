package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
)

// triggerPatience is how long the receiver of an event gets to answer.
const triggerPatience = 15 * time.Second

type triggerCommand struct {
	Event      string      `arg:"" enum:"${events}" help:"What happens: ${events}."`
	User       string      `placeholder:"ID" help:"To whom: a user id of the sandbox. The first person connected, if left out."`
	Date       health.Date `placeholder:"YYYY-MM-DD" help:"The day whose record is sent. The latest, if left out."`
	Set        []string    `sep:"none" placeholder:"PATH=VALUE" help:"Replace a member of the body, as in data.0.metadata.summary_id=x. VALUE is JSON, or else a string. May be repeated."`
	To         string      `placeholder:"URL" help:"Send it there, without any sandbox running: signed with TERRA_SIGNING_SECRET, or the sandbox's own secret."`
	SecretFile string      `name:"signing-secret-file" placeholder:"FILE" help:"With --to, read the signing secret from a file."`
	Sandbox    bool        `help:"Accepted for symmetry: without --to it is always a sandbox that sends." hidden:""`
	BaseURL    string      `name:"base-url" placeholder:"URL" env:"TERRA_BASE_URL" help:"Address of the sandbox's API, if not ${sandbox_addr}."`
}

// sentEvent is the outcome of the first attempt.
type sentEvent struct {
	Event     string `json:"event"`
	URL       string `json:"url"`
	TraceID   string `json:"trace_id"`
	Status    int    `json:"status"`
	Error     string `json:"error,omitempty"`
	Delivered bool   `json:"delivered"`
}

func (c triggerCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	set, err := c.set()
	if err != nil {
		return err
	}
	req := sandbox.EventRequest{Type: c.Event, UserID: c.User, Date: c.Date, Set: set}
	ctx, cancel := context.WithTimeout(ctx, triggerPatience)
	defer cancel()
	var d sandbox.Delivery
	if c.To != "" {
		d, err = c.sendTo(ctx, req, log)
	} else {
		d, err = c.sendFromSandbox(ctx, req, log)
	}
	if err != nil {
		return err
	}
	return tellSent(out, d)
}

func tellSent(out *output, d sandbox.Delivery) error {
	v := sentEvent{Event: d.EventType, URL: d.URL, TraceID: d.TraceID}
	if n := len(d.Attempts); n > 0 {
		v.Status, v.Error = d.Attempts[n-1].Status, d.Attempts[n-1].Error
	}
	v.Delivered = d.State == sandbox.StateDelivered
	answer := cmp.Or(v.Error, fmt.Sprintf("%d %s", v.Status, http.StatusText(v.Status)))
	switch {
	case v.Delivered:
		return out.result(v, func(w io.Writer) { fmt.Fprintf(w, "%s delivered to %s: %s\n", v.Event, v.URL, answer) })
	case out.values():
		if err := out.result(v, nil); err != nil {
			return err
		}
		return errReported
	}
	return fmt.Errorf("%s not delivered to %s: %s", v.Event, v.URL, answer)
}

// set reads the PATH=VALUE pairs.
func (c triggerCommand) set() (map[string]any, error) {
	set := map[string]any{}
	for _, pair := range c.Set {
		path, text, ok := strings.Cut(pair, "=")
		if !ok || path == "" {
			return nil, usagef("--set wants PATH=VALUE, as in --set data.0.metadata.summary_id=x")
		}
		var value any = text
		if json.Valid([]byte(text)) {
			value = json.RawMessage(text)
		}
		set[path] = value
	}
	return set, nil
}

// sendTo makes a sandbox for this one event.
func (c triggerCommand) sendTo(ctx context.Context, req sandbox.EventRequest, log *slog.Logger) (sandbox.Delivery, error) {
	if c.User != "" {
		return sandbox.Delivery{}, usagef("--user names somebody in a running sandbox; with --to, set the id with --set user.user_id=ID")
	}
	credentials := sandboxCredentials()
	key, err := secret("TERRA_SIGNING_SECRET", c.SecretFile)
	if err != nil {
		return sandbox.Delivery{}, err
	}
	credentials.SigningSecret = cmp.Or(key, credentials.SigningSecret)
	s, err := sandbox.New(sandbox.WithCredentials(credentials), sandbox.WithLogger(log))
	if err != nil {
		return sandbox.Delivery{}, err
	}
	defer s.Close()
	user, err := s.Connect("GARMIN", "person-1") // before there is a destination that would hear of it
	if err != nil {
		return sandbox.Delivery{}, err
	}
	if err := s.SetDestinations([]sandbox.Destination{{URL: c.To}}); err != nil {
		return sandbox.Delivery{}, usagef("--to: %s", err)
	}
	req.UserID = user.UserID
	d, err := s.Trigger(req)
	if err != nil {
		return sandbox.Delivery{}, err
	}
	if err := s.Flush(ctx); err != nil {
		return sandbox.Delivery{}, err
	}
	for _, sent := range s.Deliveries() {
		if sent.ID == d.ID {
			d = sent
		}
	}
	return d, nil
}

// sendFromSandbox has a running sandbox send the event, and waits for the answer
// it gets.
func (c triggerCommand) sendFromSandbox(ctx context.Context, req sandbox.EventRequest, log *slog.Logger) (sandbox.Delivery, error) {
	var d sandbox.Delivery
	to := connection{Sandbox: true, BaseURL: c.BaseURL}
	root, err := url.Parse(to.baseURL())
	if err != nil {
		return d, usagef("--base-url is not a URL")
	}
	root = root.ResolveReference(&url.URL{Path: "/_sandbox/"})
	if req.UserID == "" && !c.aboutNobody() {
		if req.UserID, err = firstUser(ctx, to, log); err != nil {
			return d, err
		}
	}
	body, err := json.Marshal(req)
	if err != nil {
		return d, err
	}
	if err := control(ctx, http.MethodPost, root.JoinPath("events"), body, &d); err != nil {
		return d, err
	}
	if d.ID == "" {
		return d, fmt.Errorf("%s is no sandbox: it does not say what it sent", root.Host)
	}
	for pause := 5 * time.Millisecond; len(d.Attempts) == 0; pause = min(2*pause, 200*time.Millisecond) {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return d, fmt.Errorf("the sandbox took the event and has not sent it yet; see its console")
		}
		if err := control(ctx, http.MethodGet, root.JoinPath("deliveries", d.ID), nil, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// aboutNobody is true for events that need no connection.
func (c triggerCommand) aboutNobody() bool {
	return c.Event == "auth_cancelled" || strings.HasPrefix(c.Event, "lab_report.")
}

func firstUser(ctx context.Context, c connection, log *slog.Logger) (string, error) {
	client, err := c.client(log)
	if err != nil {
		return "", err
	}
	for u, err := range client.Users.All(ctx) {
		if err != nil {
			return "", c.explain(err)
		}
		return u.UserID, nil
	}
	return "", errors.New("nobody is connected to this sandbox; connect somebody in its console, or on the page that terrago widget --sandbox prints")
}

// control calls one of the sandbox's own paths and reads the answer into v.
func control(ctx context.Context, method string, u *url.URL, body []byte, v any) error {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the sandbox's address is not usable")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New(noSandbox(u.Scheme + "://" + u.Host))
	}
	defer resp.Body.Close()
	const limit = 64 << 20
	answer, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil {
		return fmt.Errorf("the sandbox at %s broke off its answer", u.Host)
	}
	if resp.StatusCode >= 300 {
		var refusal struct {
			Error string `json:"error"`
		}
		if json.Unmarshal(answer, &refusal) != nil || refusal.Error == "" {
			return fmt.Errorf("%s is no sandbox: it answers %s", u.Host, resp.Status)
		}
		return errors.New(safeio.String(hint(refusal.Error)))
	}
	if json.Unmarshal(answer, v) != nil {
		return fmt.Errorf("%s is no sandbox: its answer is not understood", u.Host)
	}
	return nil
}

// hint adds to what a sandbox refuses what to do about it.
func hint(refusal string) string {
	switch refusal {
	case strings.TrimPrefix(sandbox.ErrNoDestination.Error(), "sandbox: "):
		return refusal + "; start it with --destination URL, or send straight there with --to URL"
	case strings.TrimPrefix(sandbox.ErrUnknownUser.Error(), "sandbox: "):
		return refusal + "; terrago users --sandbox lists those there are"
	case strings.TrimPrefix(sandbox.ErrNoRecord.Error(), "sandbox: "):
		return refusal + "; try another --date, or none for the latest"
	}
	return refusal
}
