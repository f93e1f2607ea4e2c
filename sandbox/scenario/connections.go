package scenario

import (
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

func firstConnection(p *play) {
	who := p.connect("somebody connects a Garmin watch", "GARMIN")
	p.expect("the first delivery tells of the connection", len(p.deliveries) == 1 && p.deliveries[0].EventType == "auth")
	p.trigger("what the watch holds is delivered", who, "athlete", "body", "daily", "sleep", "activity")
	p.expect("the API lists the connection as active", p.authenticated("the API is asked about the connection", who))
	p.expectAcknowledged()
}

func reauthLateData(p *play) {
	old := p.connect("somebody connects a Fitbit", "FITBIT")
	late := p.rule("deliver daily", 1, sandbox.Fault{Kind: sandbox.FaultDelay, Delay: 10 * time.Minute})
	p.trigger("a day's summary sets off under the id that there is, and is held up", old, "daily")
	p.lift(late)
	fresh := p.connectAgain("the person connects the same account again", old)
	reauth, ok := read[*webhook.UserReauth](p.of("user_reauth"))
	p.expect("the receiver is told which id takes the place of which",
		ok && reauth.OldUser.Or(reauth.NewUser).UserID == old.id && reauth.NewUser.UserID == fresh.id)
	p.advance("ten minutes later what was held up arrives", 10*time.Minute)
	p.trigger("the same summary arrives under the new id", fresh, "daily")

	again, summaries := p.of("user_reauth"), p.of("daily")
	p.expect("data under the old id arrive after the word of the new one",
		len(again) == 1 && len(summaries) == 2 && summaries[0].UserID == old.id && arrived(summaries[0]).After(arrived(again[0])))
	p.expectAcknowledged()
}

func accessRevoked(p *play) {
	who := p.connect("somebody connects an Oura ring", "OURA")
	p.trigger("the latest night is delivered", who, "sleep")
	p.trigger("the person withdraws access in the provider's own app", who, "access_revoked")
	revoked, ok := read[*webhook.AccessRevoked](p.of("access_revoked"))
	p.expect("the event says that the connection is no longer active", ok && !revoked.User.Active.Or(true))
	p.expect("the API says so too", !p.authenticated("the API is asked about the connection", who))

	p.advance("a week goes by", 7*24*time.Hour)
	again := p.connectAgain("the person connects the ring again", who)
	p.expect("the connection has a new id", again.id != who.id)
	p.trigger("the nights continue under it", again, "sleep")
	p.expectAcknowledged()
}

// authenticated asks the API about a connection.
func (p *play) authenticated(action string, who person) bool {
	var yes bool
	p.step(action, func() error {
		info, err := p.client.Users.Get(p.ctx, who.id)
		if err == nil {
			yes = info.IsAuthenticated
		}
		return err
	})
	if yes {
		p.outcome("authenticated")
	} else {
		p.outcome("not authenticated")
	}
	return yes
}
