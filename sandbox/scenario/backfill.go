package scenario

import (
	"fmt"
	"slices"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/webhook"
)

func chunkedBackfill(p *play) {
	const days = 92
	who := p.connect("somebody connects a Garmin watch", "GARMIN")
	var queued *terra.Queued[health.Daily]
	p.step(fmt.Sprintf("the API is asked to deliver %d days of summaries, with samples", days), func() (err error) {
		from := health.DateOf(p.server.Now().UTC()).AddDays(-days)
		queued, err = p.client.Daily.Request(p.ctx, who.id, terra.Days(from, days), terra.WithSamples(true))
		return err
	})
	if p.err != nil {
		return
	}
	p.outcome("accepted")
	p.expect("the request is acknowledged as a large one", queued.Large)

	processing, sending, payloads := p.of("large_request_processing"), p.of("large_request_sending"), p.of("daily")
	chunks := map[string]bool{}
	shared := len(processing) == 1 && len(sending) == 1
	for _, d := range slices.Concat(processing, sending, payloads) {
		shared = shared && d.Reference == queued.Reference
	}
	for _, d := range payloads {
		chunks[d.TraceID] = true
	}
	p.expect("announcements and chunks share the reference of the acknowledgement", shared)
	announced, ok := read[*webhook.LargeRequestSending](sending)
	p.expect("there are as many chunks as announced, each with a trace id of its own",
		ok && len(chunks) > 1 && announced.ExpectedPayloads.Or(0) == len(chunks))
	p.expectAcknowledged()
}
