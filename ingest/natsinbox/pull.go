package natsinbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// pollFor is how long the server keeps a request for messages that is waiting.
const pollFor = 5 * time.Second

// puller takes messages from the consumers for one call of Lease. Unlike the
// client library's it gives back what arrives after it has lost interest, so that
// a delivery is not hidden because a call was cancelled.
type puller struct {
	in    *Inbox
	limit int
	came  chan *nats.Msg             // what all the requests bring
	open  map[*nats.Subscription]int // requests, and how many messages each may still bring
	got   []*nats.Msg
}

func (in *Inbox) newPuller(limit int) *puller {
	// Room for what can be on its way: as many messages as are asked for in all
	// and the last word of each request.
	return &puller{in: in, limit: limit, came: make(chan *nats.Msg, 2*limit+8), open: map[*nats.Subscription]int{}}
}

// take returns up to limit messages, or one more, urgent ones first. It waits a while
// for the first.
func (p *puller) take(ctx context.Context) ([]*nats.Msg, error) {
	for _, kind := range []string{urgent, normal} {
		if err := p.poll(ctx, kind); err != nil {
			return nil, err
		}
	}
	if len(p.got) > 0 {
		return p.release(), nil
	}
	for _, kind := range []string{urgent, normal} {
		if _, err := p.ask(kind, 1, pollFor); err != nil {
			return nil, err
		}
	}
	for len(p.open) > 0 && len(p.got) == 0 {
		if err := p.next(ctx, pollFor+patience); err != nil {
			return nil, err
		}
	}
	return p.release(), nil
}

// poll takes what is there now, until there are limit messages.
func (p *puller) poll(ctx context.Context, kind string) error {
	want := p.limit - len(p.got)
	if want <= 0 {
		return nil
	}
	sub, err := p.ask(kind, want, 0)
	for err == nil && p.open[sub] > 0 {
		err = p.next(ctx, patience)
	}
	return err
}

// ask requests n messages of a consumer; without wait, only what is there.
func (p *puller) ask(kind string, n int, wait time.Duration) (*nats.Subscription, error) {
	body, err := json.Marshal(struct {
		Batch   int           `json:"batch"`
		NoWait  bool          `json:"no_wait,omitzero"`
		Expires time.Duration `json:"expires,omitzero"`
	}{n, wait == 0, wait})
	if err != nil {
		return nil, err
	}
	inbox := p.in.nc.NewInbox()
	sub, err := p.in.nc.ChanSubscribe(inbox, p.came)
	if err != nil {
		return nil, err
	}
	p.open[sub] = n
	if err := p.in.nc.PublishRequest(p.in.api+"CONSUMER.MSG.NEXT."+p.in.name+"."+kind, inbox, body); err != nil {
		return nil, err
	}
	return sub, nil
}

// next waits for one message or the end of one request.
func (p *puller) next(ctx context.Context, within time.Duration) error {
	t := time.NewTimer(within)
	defer t.Stop()
	var m *nats.Msg
	select {
	case m = <-p.came:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return errNoAnswer
	}
	if m.Reply != "" {
		p.got = append(p.got, m)
		if p.open[m.Sub]--; p.open[m.Sub] == 0 {
			p.end(m.Sub)
		}
		return nil
	}
	p.end(m.Sub)
	switch status := m.Header.Get("Status"); status {
	case "404", "408", "409": // none there, none came, or the consumer moves: ask again
		return nil
	default:
		return fmt.Errorf("JetStream answers with status %q", status)
	}
}

func (p *puller) end(sub *nats.Subscription) {
	delete(p.open, sub)
	sub.Unsubscribe()
}

// release hands over what is there, which close then leaves alone.
func (p *puller) release() []*nats.Msg {
	got := p.got
	p.got = nil
	if len(got) > p.limit { // several came at once to where one was waited for
		got, p.got = got[:p.limit], got[p.limit:]
	}
	return got
}

// close ends the requests that are open, and gives back the messages that they
// brought meanwhile and those that were not released.
func (p *puller) close() {
	if len(p.open) > 0 {
		for sub := range p.open {
			sub.Drain()
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		p.in.nc.FlushWithContext(ctx)
	}
	for {
		select {
		case m := <-p.came:
			p.got = append(p.got, m)
			continue
		default:
		}
		break
	}
	p.giveBack(p.got)
}

// giveBack has the server hand out messages again.
func (p *puller) giveBack(msgs []*nats.Msg) {
	for _, m := range msgs {
		if m.Reply != "" {
			p.in.nc.Publish(m.Reply, []byte(ackRetry))
		}
	}
}
