package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

type triggerCommand struct {
	Event string `arg:"" optional:"" enum:"${events}," default:"" help:"What happens: ${events}. With --body it may be left out."`

	User        string      `placeholder:"ID" help:"To whom: a user id. With a sandbox, one of its people; the first connected, if left out." group:"Event"`
	ReferenceID string      `name:"reference-id" placeholder:"ID" help:"To whom, by the id you gave them." group:"Event"`
	Provider    string      `placeholder:"NAME" help:"To whom: somebody with this provider. With --to, GARMIN if left out." group:"Event"`
	Date        health.Date `placeholder:"YYYY-MM-DD" help:"The day whose record is sent. The latest, if left out." group:"Event"`
	Set         []string    `sep:"none" placeholder:"PATH=VALUE" help:"Replace a member of the body, as in data.0.metadata.summary_id=x. VALUE is JSON, or else a string. May be repeated." group:"Event"`
	Body        string      `placeholder:"FILE" help:"Send this instead, byte for byte; - is the standard input." group:"Event"`

	Fault       string        `enum:",bad-signature,future,replay,unsigned" default:"" placeholder:"KIND" help:"Sign wrong on purpose, which the receiver has to answer with 4xx. bad-signature: it does not match. future: it is of in an hour. replay: it is an hour old, as on a recorded delivery that somebody sends again. unsigned: there is none." group:"Sending"`
	Count       int           `default:"1" placeholder:"N" help:"Send so many; 0 is until Ctrl-C." group:"Sending"`
	Rate        rate          `placeholder:"N/s" help:"At most so many a second, minute or hour: 50/s, 90/m, 1000/h. As fast as they are answered, if left out." group:"Sending"`
	Concurrency int           `placeholder:"N" help:"Have so many under way at once. 1, if left out; with --rate, as many as that takes, up to 64." group:"Sending"`
	Timeout     time.Duration `default:"15s" help:"How long the receiver of an event gets to answer. Default: ${default}." group:"Sending"`
	To          string        `placeholder:"URL" help:"Send it there, without any sandbox running: signed with TERRA_SIGNING_SECRET, or the sandbox's own secret." group:"Sending"`
	SecretFile  string        `name:"signing-secret-file" placeholder:"FILE" help:"With --to, read the signing secret from a file." group:"Sending"`
	Sandbox     bool          `help:"Accepted for symmetry: without --to it is always a sandbox that sends." hidden:""`
	BaseURL     string        `name:"base-url" placeholder:"URL" env:"TERRA_BASE_URL" help:"Address of the sandbox's API, if not ${sandbox_addr}." group:"Sending"`
}

// Help is shown below the flags.
func (triggerCommand) Help() string {
	return `Without --to, a running sandbox sends the event to its destinations. The exit status
is 1 unless every receiver answered 2xx, or, with --fault, 4xx. Ctrl-C ends a series
with its summary.

Examples:
  terrago trigger sleep --reference-id ada --date 2026-03-01
  terrago trigger daily --to http://localhost:3000/webhook --set data.0.distance_data.steps=12345
  terrago trigger sleep --to http://localhost:3000/webhook --fault replay
  terrago trigger daily --count 3000 --rate 50/s --format ndjson`
}

func (c triggerCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if err := c.check(); err != nil {
		return err
	}
	req, err := c.request(out)
	if err != nil {
		return err
	}
	var s sender
	if c.To != "" {
		s, err = c.straight(ctx, req, log)
	} else {
		s, err = c.throughSandbox(ctx, req, log)
	}
	if err != nil {
		return err
	}
	return c.send(ctx, out, s)
}

// lists implements [lister].
func (c triggerCommand) lists() reflect.Type {
	if c.Count == 1 {
		return nil
	}
	return reflect.TypeFor[sentEvent]()
}

func (c triggerCommand) check() error {
	switch {
	case c.Event == "" && c.Body == "":
		return usagef("which event? One of %s; or --body FILE", strings.Join(sandbox.EventTypes(), ", "))
	case c.Count < 0:
		return usagef("--count must be 0 or more")
	case c.Concurrency < 0 || c.Concurrency > maxConcurrency:
		return usagef("--concurrency must be from 1 to %d", maxConcurrency)
	case c.Timeout <= 0:
		return usagef("--timeout must be more than 0")
	case c.Body != "" && (c.User != "" || c.ReferenceID != "" || c.Provider != "" || !c.Date.IsZero() || len(c.Set) > 0):
		return usagef("--body is sent as it is and says itself whom it is about: --user, --reference-id, --provider, --date and --set do not go with it")
	case c.SecretFile != "" && c.To == "":
		return usagef("--signing-secret-file goes with --to; a sandbox signs with the secret of each destination")
	case c.aboutNobody() && c.To != "" && c.User != "":
		return usagef("%s is about nobody in particular; --user does not go with it", c.Event)
	}
	return nil
}

// request is the event as a sandbox makes it.
func (c triggerCommand) request(out *output) (sandbox.EventRequest, error) {
	req := sandbox.EventRequest{Type: c.Event, UserID: c.User, Date: c.Date, Fault: faults[c.Fault]}
	if c.Body != "" {
		var err error
		if req.Body, err = readBody(c.Body, out.in); err != nil {
			return req, err
		}
		if !json.Valid(req.Body) {
			if c.To == "" {
				return req, usagef("the body is not JSON, and a sandbox sends nothing else; send it straight there with --to URL")
			}
			fmt.Fprintln(out.err, "The body is not JSON; it is sent as it is.")
		}
		return req, nil
	}
	var err error
	req.Set, err = c.set()
	return req, err
}

// faults are the sandbox's names for them.
var faults = map[string]sandbox.FaultKind{
	"bad-signature": sandbox.FaultCorruptSignature,
	"future":        sandbox.FaultFutureSignature,
	"replay":        sandbox.FaultOldSignature,
	"unsigned":      sandbox.FaultNoSignature,
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

// readBody reads a webhook's body from a file, or from stdin for -.
func readBody(name string, stdin io.Reader) ([]byte, error) {
	from := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, usagef("%s", err)
		}
		defer f.Close()
		from = f
	}
	body, err := io.ReadAll(io.LimitReader(from, webhook.DefaultMaxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > webhook.DefaultMaxBytes:
		return nil, fmt.Errorf("the body is larger than any handler takes, %d MiB", webhook.DefaultMaxBytes>>20)
	}
	return body, nil
}

// straight sends to --to what a sandbox made for this would have sent.
func (c triggerCommand) straight(ctx context.Context, req sandbox.EventRequest, log *slog.Logger) (sender, error) {
	to, err := url.Parse(c.To)
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" || to.User != nil {
		return nil, usagef("--to: a destination needs an http or https URL without credentials")
	}
	key, err := signingSecret(c.SecretFile)
	if err != nil {
		return nil, err
	}
	credentials := sandboxCredentials()
	credentials.SigningSecret = key
	draft, err := c.draft(ctx, req, credentials, log)
	if err != nil {
		return nil, err
	}
	return newStraightSender(to.String(), credentials.SigningSecret, req.Fault, draft, c.Timeout, c.concurrency()), nil
}

// throughSandbox has a running one send.
func (c triggerCommand) throughSandbox(ctx context.Context, req sandbox.EventRequest, log *slog.Logger) (sender, error) {
	to := connection{Sandbox: true, BaseURL: c.BaseURL}
	control, err := controlOf(to)
	if err != nil {
		return nil, err
	}
	if req.UserID == "" && req.Body == nil && (!c.aboutNobody() || c.ReferenceID != "" || c.Provider != "") {
		ctx, cancel := context.WithTimeout(ctx, c.Timeout)
		defer cancel()
		if req.UserID, err = c.person(ctx, to, log); err != nil {
			return nil, err
		}
	}
	return &sandboxSender{control, req, c.Timeout}, nil
}

// aboutNobody is true for events that need no connection.
func (c triggerCommand) aboutNobody() bool {
	return c.Event == "auth_cancelled" || strings.HasPrefix(c.Event, "lab_report.")
}

// person is the first in a sandbox whom the flags describe.
func (c triggerCommand) person(ctx context.Context, to connection, log *slog.Logger) (string, error) {
	client, err := to.client(log)
	if err != nil {
		return "", err
	}
	for u, err := range client.Users.All(ctx) {
		switch {
		case err != nil:
			return "", to.explain(err)
		case c.Provider != "" && !strings.EqualFold(c.Provider, u.Provider):
		case c.ReferenceID != "" && c.ReferenceID != u.ReferenceID.Or(""):
		default:
			return u.UserID, nil
		}
	}
	if c.Provider != "" || c.ReferenceID != "" {
		return "", errors.New("nobody like that is connected to this sandbox; terrago users --sandbox lists those there are")
	}
	return "", errors.New("nobody is connected to this sandbox; connect somebody in its console, or on the page that terrago widget --sandbox prints")
}

func (c triggerCommand) concurrency() int {
	switch {
	case c.Concurrency > 0:
		return c.Concurrency
	case c.Rate > 0:
		return 64
	}
	return 1
}

// rate is how often something happens in a second.
type rate float64

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *rate) UnmarshalText(text []byte) error {
	units := map[string]float64{"": 1, "s": 1, "m": 60, "h": 3600}
	number, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.ParseFloat(number, 64)
	seconds, known := units[unit]
	const most = 100_000 // a second
	if err != nil || !known || !(n/seconds > 0 && n/seconds <= most) {
		return fmt.Errorf("a rate such as 50/s, one of /%s, and at most %d/s", strings.Join(slices.Sorted(maps.Keys(units))[1:], ", /"), most)
	}
	*r = rate(n / seconds)
	return nil
}
