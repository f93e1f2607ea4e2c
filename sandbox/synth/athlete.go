package synth

import (
	"fmt"
	"strings"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Athlete is the person's profile as it stands on a day, on which their age
// depends; false when the provider has none.
func (p *Person) Athlete(on health.Date) (health.Athlete, bool) {
	if !p.provider.Types.Athlete {
		return health.Athlete{}, false
	}
	sex := "male"
	if p.female {
		sex = "female"
	}
	k := p.account.of(sigIdentity)
	joined := ordinal(health.NewDate(2016, 1, 1)) + int64(k.at(0).intn(3000))
	if p.start > 0 {
		joined = p.start
	}
	r := health.Athlete{
		FirstName: opt.Some(p.first), LastName: opt.Some(p.last),
		Sex: opt.Some(sex), Gender: opt.Some(sex),
		Age:                 opt.Some(p.age(ordinal(on))),
		DateOfBirth:         health.TimestampOfDate(dateOf(p.born)),
		City:                opt.Some(p.home.name),
		State:               opt.Some(p.home.state),
		Country:             opt.Some(p.home.country),
		Email:               opt.Some(fmt.Sprintf("%s.%04d@example.com", strings.ToLower(p.first), k.at(1).intn(10000))),
		AccountCreationDate: health.TimestampOfDate(dateOf(joined)),
		ProviderUserID:      opt.Some(fmt.Sprintf("%010d", k.at(2).intn(1e9))),
	}
	if p.provider.Name == "STRAVA" {
		r.Bio = opt.Some("Out most weekends")
	}
	blank(&r)
	return r, true
}
