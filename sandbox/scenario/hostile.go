package scenario

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/terra-go/terra/webhook"
)

// hugeBody is how long an attacker's body gets, in bytes.
const hugeBody = 60_000_000

// attack is a request that a receiver must not take.
type attack struct {
	name      string
	signature string // the header's value; none is sent when empty
	length    int64  // of the body, or 0: it is that of a genuine event
	body      func() io.Reader
}

func hostileWebhooks(p *play) {
	p.connect("somebody connects a Garmin watch, and an attacker has seen the webhook", "GARMIN")
	genuine := p.of("auth")
	if p.err != nil || len(genuine) == 0 {
		return
	}
	client := newAttacker()
	defer client.CloseIdleConnections()
	for _, a := range attacks(p.opts.Secret, genuine[0].Body, time.Now()) {
		p.step("an attacker sends "+a.name, func() error {
			req, err := p.attack(client, a)
			p.requests = append(p.requests, req)
			return err
		})
		if p.err != nil {
			return
		}
		p.expect(a.name+" is refused", p.requests[len(p.requests)-1].Refused)
	}
	p.connect("somebody else connects, and the webhook is genuine", "FITBIT")
	p.expectAcknowledged()
}

// attacks are variations of body, a genuine one.
func attacks(secret string, body []byte, now time.Time) []attack {
	seconds := func(signature string) string { // t=…, without what follows
		t, _, _ := strings.Cut(signature, ",")
		return t
	}
	text := string(body)
	valid := webhook.Sign(secret, now, body)
	yesterday := webhook.Sign(secret, now.Add(-24*time.Hour), body)
	forged := seconds(valid) + ",v1=" + strings.Repeat("0", 64)
	list := []attack{
		{name: "a webhook without a signature"},
		{name: "a signature without a time", signature: strings.TrimPrefix(valid, seconds(valid)+",")},
		{name: "a signature by another secret", signature: webhook.Sign("not "+secret, now, body)},
		{name: "an altered body under a valid signature", signature: valid, body: func() io.Reader { return strings.NewReader(text + " ") }, length: int64(len(text)) + 1},
		{name: "yesterday's signature with the time of today", signature: strings.Replace(yesterday, seconds(yesterday), seconds(valid), 1)},
		{name: "a signature of a scheme that is not trusted", signature: strings.Replace(valid, "v1=", "v0=", 1)},
		{name: "a replay of yesterday's webhook", signature: yesterday},
		{name: "a webhook dated an hour ahead", signature: webhook.Sign(secret, now.Add(time.Hour), body)},
		{name: "a forged body of 60 MB", signature: forged, body: huge, length: hugeBody},
	}
	for i := range list {
		if a := &list[i]; a.body == nil {
			a.body, a.length = func() io.Reader { return strings.NewReader(text) }, int64(len(text))
		}
	}
	return list
}

// newAttacker keeps connections apart from those of deliveries, and follows no
// redirect: where it leads may not be this machine.
func newAttacker() *http.Client {
	return &http.Client{
		Transport:     http.DefaultTransport.(*http.Transport).Clone(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// patience is how long a receiver may take to refuse, a long body included.
const patience = 15 * time.Second

// attack reports what the receiver answers. The error is that of the play's
// context, or of a URL that cannot be used.
func (p *play) attack(client *http.Client, a attack) (Request, error) {
	report := Request{Step: len(p.steps), Attack: a.name, Bytes: a.length}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.opts.URL, a.body())
	if err != nil {
		return report, errURL
	}
	r.ContentLength = a.length
	r.Header.Set("Content-Type", "application/json")
	if a.signature != "" {
		r.Header.Set(webhook.HeaderSignature, a.signature)
		r.Header.Set(webhook.HeaderSignatureLegacy, a.signature)
	}
	resp, err := client.Do(r)
	if err == nil {
		defer resp.Body.Close()
		io.CopyN(io.Discard, resp.Body, 64<<10)
		report.Status = resp.StatusCode
		report.Refused = resp.StatusCode >= 400 && resp.StatusCode <= 499
		return report, nil
	}
	var network *net.OpError
	switch {
	case p.ctx.Err() != nil:
		return report, p.ctx.Err()
	case ctx.Err() != nil:
		report.Error = "no answer in time"
	case errors.As(err, &network) && network.Op == "dial":
		report.Error = "no connection"
	default:
		report.Error = "connection closed without an answer"
		report.Refused = a.length == hugeBody
	}
	return report, nil
}

var errURL = errors.New("the destination's URL cannot be used")

// huge is a JSON object of hugeBody bytes, made as it is read.
func huge() io.Reader {
	const begin, end = `{"type":"daily","padding":"`, `"}`
	return io.MultiReader(
		strings.NewReader(begin),
		io.LimitReader(filler{}, hugeBody-int64(len(begin)+len(end))),
		strings.NewReader(end),
	)
}

// filler is an endless text.
type filler struct{}

// Read implements [io.Reader].
func (filler) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}
