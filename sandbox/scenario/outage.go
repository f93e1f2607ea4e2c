package scenario

import (
	"time"

	"github.com/terra-go/terra/sandbox"
)

func outage(p *play) {
	who := p.connect("somebody connects a Garmin watch, and the receiver is well", "GARMIN")

	slow := p.rule("deliver", 0, sandbox.Fault{Kind: sandbox.FaultStatus, Status: 504})
	p.trigger("three events in a row get no answer in time", who, "daily", "sleep", "body")
	p.lift(slow)
	p.expect("the destination is throttled", p.destination().Throttled)

	down := p.rule("deliver", 0, sandbox.Fault{Kind: sandbox.FaultDrop})
	p.trigger("the receiver is gone; an activity is held back", who, "activity")
	held := p.during(1, "activity")
	p.expect("what is throttled is not attempted", len(held) == 1 && len(held[0].Attempts) == 0)
	p.connect("somebody else connects, of which word is never held back", "FITBIT")
	told := p.during(1, "auth")
	p.expect("word of a connection is attempted in spite of it", len(told) == 1 && len(told[0].Attempts) == 1)

	p.advance("twelve hours go by", 12*time.Hour)
	p.expect("by now a warning has been sent", len(p.destination().Warnings) == 1)
	p.advance("and almost twelve more", 12*time.Hour-10*time.Minute)
	p.trigger("ten minutes before the day is over there is another summary", who, "daily")
	p.advance("a whole day is over", 30*time.Minute)
	p.expect("after two warnings the destination is disabled", len(p.destination().Warnings) == 2 && !p.destination().DisabledAt.IsZero())
	p.trigger("another event has nowhere to go", who, "sleep")
	missed := p.during(1, "sleep")
	p.expect("what comes now is not attempted", len(missed) == 1 && missed[0].State == sandbox.StateDisabled && len(missed[0].Attempts) == 0)

	p.lift(down)
	p.step("the receiver is back, and the destination enabled again", func() error {
		p.deliverTo(sandbox.ModePush)
		return p.err
	})
	p.trigger("a new summary arrives, ahead of all that was missed", who, "daily")
	p.step("what was given up is sent again, all at once", func() error {
		for _, d := range p.deliveries {
			if d.State != sandbox.StateFailed && d.State != sandbox.StateDisabled {
				continue
			}
			if _, err := p.server.Resend(d.ID); err != nil {
				return err
			}
		}
		return nil
	})
	p.advance("nothing more is to come", 24*time.Hour)
	p.expectAcknowledged()
}

// destination is how the receiver fares.
func (p *play) destination() sandbox.DestinationStatus {
	if list := p.server.Destinations(); len(list) > 0 {
		return list[0]
	}
	return sandbox.DestinationStatus{}
}
