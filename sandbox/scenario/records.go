package scenario

import (
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

func staleRetry(p *play) {
	who := p.connect("somebody connects a Garmin watch", "GARMIN")
	rule := p.rule("deliver daily", 1, sandbox.Fault{Kind: sandbox.FaultStaleRetry})
	p.triggerYesterday("a day's summary arrives; an earlier version of it was not taken a quarter of an hour ago", who, "daily", nil)
	p.lift(rule)
	p.advance("the earlier version is tried again", time.Minute)

	list := p.of("daily")
	p.expect("the version that arrives last is the older one by its ordering timestamp", len(list) == 2 &&
		arrived(list[1]).After(arrived(list[0])) && list[1].CreatedAt.Before(list[0].CreatedAt))
	fresh, _ := read[*webhook.Daily](list)
	stale, ok := read[*webhook.Daily](list[min(1, len(list)):])
	p.expect("both are the same record, and the older one holds less", ok && len(fresh.Data) == 1 && len(stale.Data) == 1 &&
		fresh.Data[0].Metadata.StartTime == stale.Data[0].Metadata.StartTime &&
		fresh.Data[0].DistanceData.Steps.Or(0) > stale.Data[0].DistanceData.Steps.Or(0))
	p.expectAcknowledged()
}

func duplicateStorm(p *play) {
	const copies = 50
	who := p.connect("somebody connects a Garmin watch", "GARMIN")
	storm := p.rule("deliver daily", 1, sandbox.Fault{Kind: sandbox.FaultDuplicate, Copies: copies - 1})
	lost := p.rule("deliver daily", 5, sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503})
	p.triggerYesterday("a day's summary arrives fifty times; a gateway loses five of the answers", who, "daily", nil)
	p.lift(storm)
	p.lift(lost)
	p.advance("those without an answer are tried again", time.Minute)
	p.step("one is sent again by hand", func() error {
		_, err := p.server.Resend(p.of("daily")[0].ID)
		return err
	})

	list := p.of("daily")
	attempts, same := 0, true
	for _, d := range list {
		attempts += len(d.Attempts)
		same = same && d.TraceID == list[0].TraceID && d.CreatedAt.Equal(list[0].CreatedAt)
	}
	p.expect("all have one trace id and one ordering timestamp", len(list) == copies && same)
	p.expect("the receiver is offered the event more often than it is delivered", attempts > copies)
	p.expectAcknowledged()
}

func enrichmentNull(p *play) {
	who := p.connect("somebody connects an Oura ring", "OURA")
	p.triggerYesterday("a night arrives with its scores", who, "sleep", nil)
	rule := p.rule("deliver sleep", 1, sandbox.Fault{Kind: sandbox.FaultNullEnrichment})
	p.advance("an hour goes by", time.Hour)
	p.triggerYesterday("the night arrives again, its scores null", who, "sleep", nil)
	p.lift(rule)

	list := p.of("sleep")
	before, _ := read[*webhook.Sleep](list)
	after, ok := read[*webhook.Sleep](list[min(1, len(list)):])
	p.expect("the later delivery is the newer one and has no scores where the earlier one had", ok &&
		list[1].CreatedAt.After(list[0].CreatedAt) && len(before.Data) > 0 && len(after.Data) == len(before.Data) &&
		before.Data[0].DataEnrichment.SleepScore.Or(0) > 0 && after.Data[0].DataEnrichment.SleepScore.IsNull())
	p.expectAcknowledged()
}

func unknownEvent(p *play) {
	who := p.connect("somebody connects a Garmin watch", "GARMIN")
	rule := p.rule("deliver daily", 1, sandbox.Fault{Kind: sandbox.FaultUnknownEvent})
	p.triggerYesterday("an event of a type that is not published arrives", who, "daily", nil)
	p.lift(rule)
	p.triggerYesterday("a known event arrives with members that are not published", who, "daily", map[string]any{
		"sandbox_unknown":        true,
		"data.0.sandbox_unknown": map[string]any{"value": 1},
	})
	_, ok := read[*webhook.UnknownEvent](p.of("sandbox_unknown"))
	p.expect("one of the events is of no known type", ok)
	p.expectAcknowledged()
}
