package natsinbox

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
)

// What the stream knows a delivery as: the second token of the subject.
const (
	urgent = "urgent"
	normal = "normal"
	dead   = "dead"
	done   = "done"
	later  = "later"
	part   = "part"
)

const (
	defaultName     = "terra-inbox"
	defaultRemember = 48 * time.Hour

	// defaultAckWait hides a delivery between the server's handing it out and the
	// start of its lease.
	defaultAckWait = 30 * time.Second

	defaultSweepEvery = time.Hour

	// patience is how long an answer of the server is waited for where ctx does not
	// say.
	patience = 5 * time.Second

	maxID = 4 << 10
)

// Inbox is an [ingest.Inbox] in a JetStream stream. It need not be closed and has
// no goroutines but while calls are under way, and for the sweeps that Lease starts; it
// ends with its connection.
type Inbox struct {
	js         jetstream.JetStream
	nc         *nats.Conn
	api        string // the prefix of the server's API
	name       string
	remember   time.Duration
	stream     jetstream.Stream
	group      group
	extensions extensions
	sweeps     sweeps
	sweepEvery time.Duration
}

var _ ingest.Inbox = (*Inbox)(nil)

// Option changes a default of [Open].
type Option func(*config)

type config struct {
	name     string
	replicas int
	remember time.Duration
	ackWait  time.Duration

	sweepEvery time.Duration
}

// WithName is the name of the stream, and the first token of its subjects:
// letters, digits, "-" and "_". The default is terra-inbox.
func WithName(name string) Option { return func(c *config) { c.name = name } }

// WithReplicas is how many servers of a cluster keep a copy: 1, 3 or 5. Without
// it a new stream has one, and an existing one stays as it is.
func WithReplicas(n int) Option { return func(c *config) { c.replicas = n } }

// WithRemember is for how long the ID of a delivery that is done is remembered,
// in whole seconds: a repetition after that is a delivery of its own. The default
// is 48 hours, twice the time for which Terra repeats a delivery.
func WithRemember(d time.Duration) Option { return func(c *config) { c.remember = d } }

// Open finds the inbox's stream, and makes it and its consumers where they do not
// exist yet. It removes what a crash has left of deliveries that are done, which
// takes two requests for each that is leased, however many wait. The connection
// should reconnect for ever (nats.MaxReconnects(-1)): calls fail while there is none,
// and work again afterwards.
func Open(ctx context.Context, js jetstream.JetStream, opts ...Option) (*Inbox, error) {
	c := config{name: defaultName, remember: defaultRemember, ackWait: defaultAckWait, sweepEvery: defaultSweepEvery}
	for _, opt := range opts {
		opt(&c)
	}
	switch {
	case js == nil:
		return nil, errors.New("natsinbox: no JetStream")
	case !validName(c.name):
		return nil, errors.New("natsinbox: the name of the stream has other than letters, digits, - and _")
	case c.replicas < 0:
		return nil, errors.New("natsinbox: negative option")
	case c.remember < time.Second:
		return nil, errors.New("natsinbox: IDs have to be remembered for at least a second")
	}
	in := &Inbox{js: js, nc: js.Conn(), api: apiPrefix(js.Options()), name: c.name, remember: c.remember.Truncate(time.Second), sweepEvery: c.sweepEvery}
	var err error
	if in.stream, err = openStream(ctx, js, c); err != nil {
		return nil, fmt.Errorf("natsinbox: open stream: %w", err)
	}
	// The last two are never asked for messages. They are there because they count.
	for _, kind := range []string{urgent, normal, later, dead} {
		_, err := in.stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable:       kind,
			FilterSubject: in.subject(kind, "*"),
			AckPolicy:     jetstream.AckExplicitPolicy,
			AckWait:       c.ackWait,
			MaxDeliver:    -1,
			MaxAckPending: -1,
		})
		if err != nil {
			return nil, fmt.Errorf("natsinbox: open consumer: %w", err)
		}
	}
	if err := in.sweepFirst(ctx); err != nil {
		return nil, fmt.Errorf("natsinbox: open: %w", err)
	}
	return in, nil
}

func openStream(ctx context.Context, js jetstream.JetStream, c config) (jetstream.Stream, error) {
	want := jetstream.StreamConfig{
		Name:               c.name,
		Subjects:           []string{c.name + ".>"},
		Retention:          jetstream.WorkQueuePolicy,
		MaxMsgsPerSubject:  1,
		Replicas:           c.replicas,
		Storage:            jetstream.FileStorage,
		AllowMsgTTL:        true,
		AllowRollup:        true, // for schedules
		AllowAtomicPublish: true,
		AllowMsgSchedules:  true,
	}
	stream, err := js.Stream(ctx, c.name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = js.CreateStream(ctx, want)
	}
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process was quicker
		stream, err = js.Stream(ctx, c.name)
	}
	if err != nil {
		return nil, err
	}
	have := stream.CachedInfo().Config
	switch {
	case !have.AllowMsgTTL || !have.AllowAtomicPublish || !have.AllowMsgSchedules:
		return nil, errors.New("it has no message TTLs, batches or schedules: the server has to be 2.12 or later, and the stream the inbox's own")
	case have.Retention != want.Retention || have.Storage != want.Storage || have.MaxMsgsPerSubject != want.MaxMsgsPerSubject || have.Sealed:
		return nil, errors.New("a stream of that name is not an inbox")
	case have.MaxAge > 0 || have.MaxBytes > 0 || have.MaxMsgs > 0:
		return nil, errors.New("the stream has a limit beyond which it would drop deliveries")
	case c.replicas == 0 || c.replicas == have.Replicas:
		return stream, nil
	}
	have.Replicas = c.replicas
	return js.UpdateStream(ctx, have)
}

// Put implements [ingest.Inbox].
func (in *Inbox) Put(ctx context.Context, d ingest.Delivery) (duplicate bool, err error) {
	if d.ID == "" || len(d.ID) > maxID {
		return false, fmt.Errorf("natsinbox: an ID has to have 1 to %d bytes", maxID)
	}
	k, e := key(d.ID), newEnvelope(d)
	for wait := 5 * time.Millisecond; ; wait *= 2 {
		if err = in.store(ctx, k, e, d.Body); !conflict(err) {
			return false, failed("put", d.ID, err)
		}
		// Something is known under the ID, or is about to be: another Put of it may
		// still fail, and only what can be read is stored.
		if _, err := in.newest(ctx, k); err == nil {
			err := in.barrier(ctx)
			return err == nil, failed("put", d.ID, err)
		} else if !errors.Is(err, jetstream.ErrMsgNotFound) {
			return false, failed("put", d.ID, err)
		}
		if wait > time.Second {
			return false, failed("put", d.ID, errors.New("another call is storing it"))
		}
		if err := pause(ctx, wait); err != nil {
			return false, err
		}
	}
}

// barrier returns when a write to the stream has succeeded. A server whose disk has
// failed still reads out of its memory what never reached the disk; but it writes
// nothing, until it has been started anew and knows only what did.
func (in *Inbox) barrier(ctx context.Context) error {
	_, err := in.js.PublishMsg(ctx, nats.NewMsg(in.name+".barrier"))
	return err
}

// store writes a delivery if nothing is known under k. The error of a conflict is
// the server's.
func (in *Inbox) store(ctx context.Context, k string, e envelope, body []byte) error {
	if head := e.appendTo(nil); len(head) > int(in.nc.MaxPayload()/8) {
		return errors.New("its headers are too long")
	}
	size := in.partSize()
	if len(body) <= size {
		m := in.message(e.kind(), k, e.message(body))
		expect(m, 0, in.subject("*", k))
		return in.publish(ctx, k, m)
	}
	// A conflict would be found after the last part. Most can be found before.
	if _, err := in.newest(ctx, k); err == nil {
		return errKnown
	} else if !errors.Is(err, jetstream.ErrMsgNotFound) {
		return err
	}
	b := in.newBatch()
	for len(body) > 0 {
		n := min(size, len(body))
		if err := b.add(ctx, in.message(part, k+"."+strconv.Itoa(e.Parts), body[:n])); err != nil {
			return err
		}
		body = body[n:]
		e.Parts++
	}
	m := in.message(e.kind(), k, e.message(nil))
	expect(m, 0, in.subject("*", k))
	_, err := b.commit(ctx, m)
	return err
}

// partSize is how much of a body goes into one message: what the server takes,
// with room for what goes with it, but no more than makes a batch flow evenly.
func (in *Inbox) partSize() int {
	return int(min(in.nc.MaxPayload()*3/4, 768<<10))
}

// newest is the message that tells the state of the delivery: the last under any
// of its subjects.
func (in *Inbox) newest(ctx context.Context, k string) (*jetstream.RawStreamMsg, error) {
	return in.last(ctx, in.subject("*", k))
}

// body assembles what was split. It fails with [jetstream.ErrMsgNotFound] if the
// delivery has meanwhile gone.
func (in *Inbox) body(ctx context.Context, k string, parts int) ([]byte, error) {
	var body []byte
	for n := range parts {
		m, err := in.last(ctx, in.subject(part, k+"."+strconv.Itoa(n)))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			body = make([]byte, 0, parts*len(m.Data))
		}
		body = append(body, m.Data...)
	}
	return body, nil
}

func (in *Inbox) message(kind, k string, data []byte) *nats.Msg {
	m := nats.NewMsg(in.subject(kind, k))
	m.Data = data
	return m
}

func (in *Inbox) subject(kind, k string) string { return in.name + "." + kind + "." + k }

func kindOf(subject string) string { return strings.Split(subject, ".")[1] }

// key makes a token of a subject out of an ID, which may hold anything. Half of a
// SHA-256 is enough for IDs that are signed for.
func key(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func validName(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	}) < 0
}

func apiPrefix(o jetstream.JetStreamOptions) string {
	switch {
	case o.Domain != "":
		return "$JS." + o.Domain + ".API."
	case o.APIPrefix != "":
		return strings.TrimSuffix(o.APIPrefix, ".") + "."
	}
	return jetstream.DefaultAPIPrefix
}

// pause waits for d unless ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// each calls f for every index below n, several at a time, and returns when all
// have returned.
func each(n int, f func(i int)) {
	const atOnce = 64
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			f(i)
			<-slots
		})
	}
	wg.Wait()
}
