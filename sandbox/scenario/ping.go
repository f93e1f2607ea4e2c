package scenario

import (
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

func expiredPing(p *play) {
	p.deliverTo(sandbox.ModePing)
	who := p.connect("somebody connects a Garmin watch; the destination gets links, not data", "GARMIN")
	down := p.rule("deliver daily", 4, sandbox.Fault{Kind: sandbox.FaultDrop})
	p.trigger("a link to a day's summary finds no connection", who, "daily")
	p.advance("ten minutes later it has arrived", 10*time.Minute)
	p.lift(down)
	p.expect("the link is no longer good by then", p.follow("the link is followed") == http.StatusBadRequest)

	p.step("the API is asked to deliver the latest summaries once more", func() error {
		from := health.DateOf(p.server.Now().UTC()).AddDays(-2)
		_, err := p.client.Daily.Request(p.ctx, who.id, terra.Days(from, 3))
		return err
	})
	p.expect("the link that comes of it is good", p.follow("its link is followed") == http.StatusOK)
	p.expectAcknowledged()
	p.deliverTo(sandbox.ModePush)
}

// follow opens the link of the latest ping and returns the status of the answer.
func (p *play) follow(action string) (status int) {
	p.step(action, func() error {
		pings := p.of("s3_payload")
		slices.Reverse(pings)
		ping, ok := read[*webhook.S3Payload](pings)
		if !ok {
			return nil // which is noticed, as there is no status
		}
		r, err := http.NewRequestWithContext(p.ctx, http.MethodGet, ping.URL, nil)
		if err != nil {
			return err
		}
		resp, err := inProcess{p.server}.RoundTrip(r)
		if err != nil {
			return err
		}
		io.Copy(io.Discard, resp.Body)
		status = resp.StatusCode
		return nil
	})
	p.outcome("status %d", status)
	return status
}
