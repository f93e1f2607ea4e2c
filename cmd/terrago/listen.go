package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/relay"
	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

const (
	listenAddr = "127.0.0.1:8790"
	listenDir  = "terra-listen"

	// Within the directory:
	listenInbox       = "inbox.db"
	listenDestination = "destination" // its address, while a sandbox delivers here
)

type listenCommand struct {
	ForwardTo   string        `name:"forward-to" placeholder:"URL" help:"Pass deliveries on to this program, in the order of their arrival. It may be away for a while." group:"Forwarding"`
	SignFile    string        `name:"forward-secret-file" placeholder:"FILE" help:"Sign what is passed on anew with the secret in this file. Without it the signature stays as it came, unless it has become too old for a receiver meanwhile: then it is made anew with the first of the signing secrets." group:"Forwarding"`
	FailOnError bool          `name:"fail-on-error" help:"End with status 1 the first time a delivery cannot be passed on." group:"Forwarding"`
	MaxAttempts int           `name:"max-attempts" placeholder:"N" help:"Set a delivery aside that the program has got so often without answering 2xx, so that those behind it go on. Left out: never." group:"Forwarding"`
	Timeout     time.Duration `default:"30s" help:"How long the program gets to answer. Default: ${default}." group:"Forwarding"`

	Addr       string   `default:"${listen_addr}" placeholder:"HOST:PORT" help:"Where to listen; port 0 is any free one. Default: ${default}."`
	Dir        string   `default:"${listen_dir}" placeholder:"DIR" help:"Keep deliveries here until they are passed on. Default: ./${default}."`
	Filter     []string `name:"type" aliases:"filter" placeholder:"TYPE" help:"Only these types of event, such as sleep,daily. Others are acknowledged and forgotten."`
	SecretFile string   `name:"signing-secret-file" placeholder:"FILE" help:"Read the secrets that deliveries are signed with from a file, one on each line, instead of TERRA_SIGNING_SECRET, where commas separate them."`
	Sandbox    bool     `help:"Have a sandbox on this machine deliver here for as long as this runs. So it is without a signing secret."`
	BaseURL    string   `name:"base-url" placeholder:"URL" env:"TERRA_BASE_URL" help:"Address of the sandbox's API, if not ${sandbox_addr}."`
}

// Help is shown below the flags.
func (listenCommand) Help() string {
	return `What is verified is stored, acknowledged, shown, and passed on with its body and Terra's
headers as they came. As long as the program does not answer 2xx, the delivery is tried
again and all behind it wait, also until the next start; so a delivery may come twice.
One that the program will never take is set aside with --max-attempts: terrago events
lists, shows and replays those set aside, with --dir as here. What is refused is shown
too. Ctrl-C ends it. With --json there is a JSON value a line.

Examples:
  terrago listen --forward-to http://localhost:3000/webhook
  TERRA_SIGNING_SECRET=… terrago listen --forward-to http://localhost:3000/webhook   # and a tunnel to port 8790`
}

// lists implements [lister].
func (listenCommand) lists() reflect.Type { return reflect.TypeFor[listenLine]() }

// listenLine is something that happens while listening.
type listenLine struct {
	At       time.Time         `json:"at"`
	What     string            `json:"what"` // one of those below
	URL      string            `json:"url,omitempty"`
	Event    webhook.EventType `json:"event,omitempty"`
	UserID   string            `json:"user_id,omitempty"`
	TraceID  string            `json:"trace_id,omitempty"`
	Verified bool              `json:"verified,omitempty"`
	Repeated bool              `json:"repeated,omitempty"` // its trace id has been there before
	Size     int               `json:"size,omitempty"`     // of the body, bytes
	Status   int               `json:"status,omitempty"`   // of the answer
	Error    string            `json:"error,omitempty"`    // why there is none
	Attempt  int               `json:"attempt,omitempty"`
	Signed   bool              `json:"signed,omitempty"` // anew
	Aside    bool              `json:"set_aside,omitempty"`
	Took     time.Duration     `json:"duration_ns,omitempty"`
}

// What happens.
const (
	isListening = "listening"
	isReceived  = "received"
	isRefused   = "refused"
	isForwarded = "forwarded"
	isFailed    = "failed" // to be forwarded
)

func (c listenCommand) Run(ctx context.Context, out *output, log *slog.Logger) error {
	if out.format == formatJSON {
		out.format = formatNDJSON // as it has no end
	}
	target, err := c.target()
	if err != nil {
		return err
	}
	keys, err := signingSecrets(c.SecretFile)
	if err != nil {
		return err
	}
	sign, err := secret("", c.SignFile)
	if err != nil {
		return err
	}
	s := &listening{
		listenCommand: c, log: log, target: target,
		keys: keys, sign: sign, fromSandbox: c.Sandbox || len(keys) == 0,
		diary: &diary{out: out, list: newList[listenLine](out, "events")},
	}
	if len(keys) == 0 {
		s.keys = []string{sandbox.DefaultSigningSecret}
	}
	return s.run(ctx)
}

// target is where to pass deliveries on, nil for nowhere.
func (c listenCommand) target() (*url.URL, error) {
	switch {
	case c.Timeout <= 0:
		return nil, usagef("--timeout must be more than 0")
	case c.MaxAttempts < 0:
		return nil, usagef("--max-attempts must be 1 or more")
	case c.MaxAttempts > 0 && c.FailOnError:
		return nil, usagef("give either --max-attempts or --fail-on-error")
	case c.ForwardTo == "" && (c.SignFile != "" || c.FailOnError || c.MaxAttempts > 0):
		return nil, usagef("--forward-secret-file, --fail-on-error and --max-attempts go with --forward-to")
	case c.ForwardTo == "":
		return nil, nil
	}
	text := c.ForwardTo
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, usagef("--forward-to needs an http or https URL without credentials")
	}
	return u, nil
}

// listening is the command at work.
type listening struct {
	listenCommand
	log         *slog.Logger
	target      *url.URL
	keys        []string // of the sender; the first is the sandbox's when it delivers here
	sign        string   // for what is passed on; empty leaves that as it came
	fromSandbox bool
	diary       *diary
	inbox       *store.Inbox
}

func (s *listening) run(ctx context.Context) (err error) {
	// A reader of the output that goes away must not end the process before it has
	// taken leave of the sandbox.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)

	verifier, err := webhook.NewVerifier(s.keys)
	if err != nil {
		return usagef("%s", err)
	}
	l, err := bind(ctx, s.Addr)
	if err != nil {
		return err
	}
	if s.target != nil && leadsTo(s.target, l.Addr().String()) {
		l.Close()
		return usagef("--forward-to leads back to --addr")
	}
	release, err := s.open(ctx)
	if err != nil {
		l.Close()
		return err
	}
	defer release()

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s.diary.stop = stop
	var types []webhook.EventType
	for _, t := range s.Filter {
		types = append(types, webhook.EventType(t))
	}
	quiet := slog.New(slog.DiscardHandler) // refusals are shown
	if s.log.Enabled(ctx, slog.LevelDebug) {
		quiet = s.log
	}
	front := serve(l, relay.NewIntake(verifier, s.inbox, types, s.diary.arrived, quiet), s.log)
	leave, err := s.register(ctx, urlOf(l))
	if err != nil {
		front.close()
		return err
	}
	s.greet(ctx, urlOf(l))
	var work sync.WaitGroup
	var refused error
	if s.target != nil {
		work.Go(func() {
			if refused = s.forwarder().Run(ctx); refused != nil {
				stop()
			}
		})
	}
	failed := front.wait(ctx)
	stop()
	leave()
	front.close()
	work.Wait()
	return errors.Join(s.farewell(), failed, refused)
}

// leadsTo reports whether u is addr, which this machine listens on.
func leadsTo(u *url.URL, addr string) bool {
	_, port, _ := net.SplitHostPort(addr)
	return u.Port() == port && (u.Host == addr || isLoopback(u.Host) && (isLoopback(addr) || isEverywhere(addr)))
}

// open opens the inbox and keeps other processes out of it.
func (s *listening) open(ctx context.Context) (release func(), err error) {
	at := store.Location{Kind: store.SQLite, Target: filepath.Join(s.Dir, listenInbox)}
	lock, err := takeDir(s.Dir, "listen")
	if err != nil {
		return nil, err
	}
	s.inbox, err = store.OpenInbox(ctx, at, store.InboxOptions{
		Logger: s.log, SQL: []sqlinbox.Option{sqlinbox.WithOrder(), sqlinbox.WithClock(new(evenClock).now)},
	})
	if err != nil {
		lock.Close()
		return nil, explainStore(err, at)
	}
	return func() {
		s.inbox.Close()
		lock.Close()
	}, nil
}

func (s *listening) forwarder() *relay.Forwarder {
	secrets := s.keys
	if s.sign != "" {
		secrets = []string{s.sign}
	}
	return &relay.Forwarder{
		Inbox:   s.inbox,
		Client:  relay.NewClient(s.Timeout, 1),
		URL:     s.target.String(),
		Secrets: secrets,
		Always:  s.sign != "",
		Once:    s.FailOnError,
		Most:    s.MaxAttempts,
		Report:  s.diary.tried,
	}
}

// greet says where it listens and what is there from before.
func (s *listening) greet(ctx context.Context, address string) {
	s.diary.note(listenLine{At: time.Now(), What: isListening, URL: address}, "")
	from := "a destination of the sandbox"
	if !s.fromSandbox {
		from = "for Terra to deliver to, through a tunnel of yours"
	}
	s.diary.say("Listening on %s, %s.", address, from)
	if stats, err := s.inbox.Stats(ctx); err == nil && stats.Pending > 0 && s.target != nil {
		s.diary.say("Passing on what is left from before first: %s.", deliveries(stats.Pending))
	} else if err == nil && stats.Pending > 0 {
		s.diary.say("From before, %s wait in %s to be passed on.", deliveries(stats.Pending), s.Dir)
	}
	s.diary.say("Ctrl-C ends it.")
}

// farewell says what stays.
func (s *listening) farewell() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	stats, err := s.inbox.Stats(ctx)
	d := s.diary
	d.mu.Lock() // a request that was cut off may yet be noted
	defer d.mu.Unlock()
	d.say("%d received, %d refused, %d left out, %d passed on.", d.received, d.refused, d.leftOut, d.forwarded)
	if err == nil && stats.Pending > 0 {
		d.say("Not passed on: %s, in %s. The next terrago listen --forward-to there goes on with them.", deliveries(stats.Pending), s.Dir)
	}
	if err == nil && stats.Dead > 0 {
		d.say("Set aside so far: %s. See terrago events list --dir %s, and terrago events replay.", deliveries(stats.Dead), s.Dir)
	}
	return errors.Join(d.err, d.list.end("", nil, nil))
}

// inBytes is the length of a body for people.
func inBytes(n int) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}

func deliveries(n int) string {
	if n == 1 {
		return "1 delivery"
	}
	return fmt.Sprintf("%d deliveries", n)
}

const (
	watchEvery  = 2 * time.Second  // the sandbox is asked whether it still delivers here
	firstAnswer = 30 * time.Second // to wait for at most, while there is nothing else to do
	nextAnswer  = 5 * time.Second  // after that, which Ctrl-C has to wait for, too
)

// register makes address a destination of the sandbox and sees to it that it stays
// one, until leave is called.
func (s *listening) register(ctx context.Context, address string) (leave func(), err error) {
	if !s.fromSandbox {
		return func() {}, nil
	}
	c, err := controlOf(connection{Sandbox: true, BaseURL: s.BaseURL})
	if err != nil {
		return nil, err
	}
	here := sandbox.Destination{URL: address, Secret: s.keys[0]}
	call := func(ctx context.Context, patience time.Duration, f func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		return f(ctx)
	}
	add := func(ctx context.Context) error { return c.addDestination(ctx, here) }
	if err := call(ctx, firstAnswer, add); err != nil && ctx.Err() == nil {
		if c.root.Host == sandboxAddr && !s.Sandbox {
			return nil, fmt.Errorf("%w; to receive from Terra, set TERRA_SIGNING_SECRET", err)
		}
		return nil, err
	}
	// One that was killed has left its destination behind. It is gone for certain, as the
	// directory is this one's now; but another may have its address, and the sandbox may be
	// another.
	file := filepath.Join(s.Dir, listenDestination)
	if left, err := os.ReadFile(file); err == nil && string(left) != address && !answers(ctx, string(left)) {
		call(ctx, nextAnswer, func(ctx context.Context) error { return c.removeDestination(ctx, string(left)) })
	}
	os.WriteFile(file, []byte(address), 0o600) // at worst this one stays, if it is killed
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		lost := false
		for {
			select {
			case <-time.After(watchEvery):
			case <-ctx.Done():
				return
			}
			known := false
			err := call(ctx, nextAnswer, func(ctx context.Context) error {
				list, err := c.destinations(ctx)
				for _, d := range list {
					known = known || d.URL == address && d.DisabledAt.IsZero()
				}
				if err == nil && !known {
					err = c.addDestination(ctx, here)
				}
				return err
			})
			switch {
			case ctx.Err() != nil:
				return
			case err != nil && !lost:
				s.diary.say("The sandbox no longer answers; waiting for it.")
			case err == nil && (lost || !known):
				s.diary.say("The sandbox delivers here again.")
			}
			lost = err != nil
		}
	})
	return func() {
		stop()
		watching.Wait()
		err := call(context.Background(), nextAnswer, func(ctx context.Context) error { return c.removeDestination(ctx, address) })
		if err != nil {
			s.diary.say("The sandbox could not be told to deliver here no longer; the next terrago listen in %s will.", s.Dir)
			return
		}
		os.Remove(file)
	}, nil
}

// answers reports whether somebody listens where a URL leads.
func answers(ctx context.Context, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	conn, err := (&net.Dialer{Timeout: nextAnswer}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// diary writes down what happens, line by line.
type diary struct {
	out  *output
	stop func()

	mu   sync.Mutex
	list *list[listenLine]
	err  error  // of the output
	last string // why the last attempt failed, empty if it did not

	received, refused, leftOut, forwarded int
}

// say tells people, beside the result.
func (d *diary) say(format string, args ...any) { fmt.Fprintf(d.out.err, format+"\n", args...) }

func (d *diary) note(v listenLine, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write(v, text)
}

// write writes v, or text to people, if there is any. The mutex is held.
func (d *diary) write(v listenLine, text string) {
	v.At = v.At.UTC()
	var err error
	switch {
	case d.out.values() || len(d.out.selected) > 0:
		err = d.list.add(v)
	case text != "":
		_, err = io.WriteString(d.out.out, v.At.Local().Format(time.TimeOnly)+"  "+safeio.String(text)+"\n")
	}
	if err != nil && d.err == nil {
		d.err = err
		d.stop()
	}
}

// arrived notes a request.
func (d *diary) arrived(a relay.Arrival) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := listenLine{
		At: a.At, What: isReceived, Event: a.Event, UserID: a.UserID, TraceID: a.TraceID,
		Verified: true, Repeated: a.Repeated, Size: a.Size,
	}
	switch {
	case a.LeftOut:
		d.leftOut++
	case a.Status >= 400:
		d.refused++
		v.What, v.Verified, v.Status, v.Error = isRefused, false, a.Status, refusal(a.Status)
		d.write(v, fmt.Sprintf("refused    %d, %s", a.Status, v.Error))
	default:
		d.received++
		text := fmt.Sprintf("received   %s  %s  %s, verified", eventName(a.Event), brief(cmp.Or(a.UserID, "-")), inBytes(a.Size))
		if a.Repeated {
			text += ", not for the first time"
		}
		d.write(v, text)
	}
}

func eventName(t webhook.EventType) string { return brief(cmp.Or(string(t), "no event")) }

// brief keeps what a sender may have made very long from filling the screen.
func brief(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// refusal is what an answer of the intake means.
func refusal(status int) string {
	switch status {
	case 401:
		return "its signature is missing, old or by another secret"
	case 400, 408:
		return "its body broke off"
	case 405:
		return "it is no POST"
	case 413:
		return "its body is too large"
	}
	return "it could not be stored"
}

// tried notes an attempt to pass a delivery on.
func (d *diary) tried(o relay.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := listenLine{
		At: o.At, What: isForwarded, Event: o.Event, UserID: o.UserID, TraceID: o.TraceID, Verified: true,
		Status: o.Status, Error: o.Problem, Attempt: o.Attempt, Signed: o.Signed, Took: o.Took, Aside: o.Aside,
	}
	answer := o.Answer()
	name := eventName(o.Event)
	if !o.Passed() {
		v.What = isFailed
		text := fmt.Sprintf("failed     %s: %s", name, answer)
		switch {
		case o.Aside:
			text += fmt.Sprintf(" at attempt %d; it is set aside", o.Attempt)
		case d.last == answer && o.Attempt > 1:
			text = "" // people know
		case o.Pause > 0:
			text += "; it is tried again, and all behind it wait"
		}
		d.last = answer
		d.write(v, text)
		return
	}
	d.last = ""
	d.forwarded++
	text := fmt.Sprintf("forwarded  %s: %s in %s", name, answer, short(o.Took))
	if o.Attempt > 1 {
		text += fmt.Sprintf(", at attempt %d", o.Attempt)
	}
	if o.Signed {
		text += ", signed anew"
	}
	d.write(v, text)
}
