package synth

import (
	"errors"
	"math"
	"time"

	"github.com/terra-go/terra/health"
)

// Persona is a way of life that shapes a person beyond what chance gives
// them. The zero Persona is an ordinary life with regular hours at home.
type Persona string

// The personas.
const (
	Ordinary    Persona = ""
	Athlete     Persona = "athlete"      // fit, trains most days and twice on some
	ShiftWorker Persona = "shift-worker" // four nights at work, four off; sleeps by day after each
	PoorSleeper Persona = "poor-sleeper" // short nights, broken often
	Newcomer    Persona = "newcomer"     // unfit, just begun: needs [WithStart]
	Traveller   Persona = "traveller"    // away every few weeks, often many time zones from home
)

// Personas lists them all, the ordinary one first.
func Personas() []Persona {
	return []Persona{Ordinary, Athlete, ShiftWorker, PoorSleeper, Newcomer, Traveller}
}

var (
	// ErrPersona refuses a persona that is none of [Personas].
	ErrPersona = errors.New("synth: unknown persona")
	// ErrNoStart refuses a newcomer without [WithStart].
	ErrNoStart = errors.New("synth: a newcomer needs a first day")
)

// An Option settles what New would otherwise leave to chance.
type Option func(*Person)

// WithPersona chooses the way of life.
func WithPersona(p Persona) Option { return func(person *Person) { person.persona = p } }

// WithStart gives the person no records before the day d, as when their device
// was new that day.
func WithStart(d health.Date) Option { return func(person *Person) { person.start = ordinal(d) } }

// A Person answers for any day of any year what one provider recorded of one
// human being. It holds traits and no records, never changes after [New], and
// may be used by many goroutines at once.
type Person struct {
	provider Provider
	persona  Persona
	start    int64 // first day with records
	human    key   // the body and its days, whichever the provider
	account  key   // what differs from one provider to the next: ids, serial numbers

	first, last     string
	female          bool
	born            int64 // day
	home            *city
	lat, lng        float64 // front door
	fitness         float64 // 0 sedentary to 1 elite
	height          float64 // cm
	weight          float64 // kg, about which it varies
	resting         float64 // bpm
	maxPulse        float64 // bpm at age 40
	rmssd           float64 // ms
	breaths         float64 // a minute, asleep
	stride          float64 // m, walking
	drive           float64 // urge to walk about, 1 is usual
	bedtime         int64   // minutes after midnight on working nights, mostly negative
	need            int64   // minutes of sleep
	unrest          float64 // awakenings, 1 is usual
	napping         float64 // chance of a nap
	diabetic        bool
	appetite        float64
	cycle           cycle
	rota            int64 // phase of the shifts
	week            [7]session
	travels, shifts bool
}

// New makes the person whom seed and human name, as provider sees them. The
// name may be any string that stays the same for one human being: give the same
// one with another provider for a second device on the same wrist, and keep it
// when a connection gets a new user id.
//
// Without [WithPersona] the way of life is drawn by chance, mostly the ordinary
// one. The errors are [ErrPersona] and [ErrNoStart].
func New(seed uint64, human string, provider Provider, opts ...Option) (*Person, error) {
	const byChance = Persona("\x00")
	k := newKey(seed, human)
	p := &Person{
		provider: provider,
		persona:  byChance,
		start:    math.MinInt64,
		human:    k,
		account:  k ^ newKey(seed, provider.Name),
	}
	for _, opt := range opts {
		opt(p)
	}
	traits := k.of(sigTraits)
	switch p.persona {
	case byChance:
		p.persona = personaByChance(traits.at(0))
	case Newcomer:
		if p.start == math.MinInt64 {
			return nil, ErrNoStart
		}
	case Ordinary, Athlete, ShiftWorker, PoorSleeper, Traveller:
	default:
		return nil, ErrPersona
	}
	p.draw(traits)
	return p, nil
}

func personaByChance(k key) Persona {
	switch u := k.unit(); {
	case u < 0.12:
		return Athlete
	case u < 0.18:
		return ShiftWorker
	case u < 0.30:
		return PoorSleeper
	case u < 0.38:
		return Traveller
	default:
		return Ordinary
	}
}

// Provider is the one given to [New].
func (p *Person) Provider() Provider { return p.provider }

// Persona is the one chosen, or drawn.
func (p *Person) Persona() Persona { return p.persona }

// Zone is the IANA name of the time zone at home.
func (p *Person) Zone() string { return p.home.zone }

// draw sets the traits of body and life.
func (p *Person) draw(k key) {
	p.female = k.at(1).chance(0.5)
	p.born = ordinal(health.NewDate(1952, time.January, 1)) + int64(k.at(2).intn(54*365))
	names := &menNames
	if p.female {
		names = &womenNames
	}
	p.first, p.last = names[k.at(3).intn(len(names))], lastNames[k.at(4).intn(len(lastNames))]

	p.fitness = clamp(0.45+0.19*k.at(5).normal(), 0.08, 0.95)
	p.unrest = k.at(6).between(0.7, 1.9)
	p.need = int64(k.at(7).between(7*60+15, 8*60+40))
	p.napping = []float64{0, 0, 0.04, 0.2}[k.at(8).intn(4)]
	p.drive = k.at(9).between(0.45, 1.6)
	switch p.persona {
	case Athlete:
		p.fitness = 0.82 + 0.16*k.at(10).unit()
		p.drive = k.at(9).between(0.9, 1.5)
		p.need += 20
	case PoorSleeper:
		p.unrest = k.at(6).between(2.6, 4)
		p.need = int64(k.at(7).between(5*60, 6*60+30))
	case Newcomer:
		p.fitness = 0.12 + 0.2*k.at(10).unit()
	case ShiftWorker:
		p.shifts = true
		p.rota = int64(k.at(11).intn(shiftDays))
	case Traveller:
		p.travels = true
	}
	f := p.fitness

	p.height = 178 + 6.8*k.at(12).normal()
	p.resting = 72 - 26*f + 2.5*k.at(13).normal()
	p.maxPulse = 180 + 4*k.at(14).normal()
	if p.female {
		p.height = 165 + 6.2*k.at(12).normal()
		p.resting += 3
	}
	p.height = round(p.height, 0)
	bmi := clamp(29.5-7.5*f+2.2*k.at(15).normal(), 18.8, 38)
	p.weight = bmi * p.height * p.height / 1e4
	p.rmssd = clamp(22+55*f+8*k.at(16).normal(), 14, 120)
	p.breaths = 15 - 1.5*f + k.at(17).normal()
	p.stride = 0.00414 * p.height
	p.bedtime = int64(k.at(18).between(-125, 40))
	p.diabetic = k.at(19).chance(0.5)
	p.appetite = k.at(20).between(0.92, 1.1)

	home := p.human.of(sigHome)
	p.home = &cities[home.at(0).intn(len(cities))]
	p.lat = round(p.home.lat+home.at(1).between(-0.02, 0.02), 6)
	p.lng = round(p.home.lng+home.at(2).between(-0.03, 0.03), 6)

	p.cycle = newCycle(p.human.of(sigCycle))
	p.week = p.habits(p.human.of(sigHabits))
}

// age in whole years on day n, held to the ages of grown people.
func (p *Person) age(n int64) int64 {
	birth, day := dateOf(p.born), dateOf(n)
	years := day.Year - birth.Year
	if day.Month < birth.Month || day.Month == birth.Month && day.Day < birth.Day {
		years--
	}
	return int64(min(max(years, 16), 95))
}

// kilograms on day n: years and seasons drift, a day wavers.
func (p *Person) kilograms(n int64) float64 {
	k := p.human.of(sigWeight)
	drift := 0.05*k.at(1).smooth(n, 420) + 0.018*k.at(2).smooth(n, 75) + 0.006*k.at(3).smooth(n, 9)
	return p.weight*(1+drift) + 0.25*k.at(4).at(n).normal()
}

// basal is the energy the body needs at rest, kcal in 24 h (Mifflin, St Jeor).
func (p *Person) basal(n int64) float64 {
	kg := p.weight * (1 + 0.05*p.human.of(sigWeight).at(1).smooth(n, 420))
	kcal := 10*kg + 6.25*p.height - 5*float64(p.age(n))
	if p.female {
		return round(kcal-161, 0)
	}
	return round(kcal+5, 0)
}

// top is the highest heart rate the person reaches.
func (p *Person) top(n int64) float64 {
	return round(clamp(p.maxPulse-0.7*float64(p.age(n)-40), 150, 205), 0)
}

// uptake is VO2max in ml a minute a kg.
func (p *Person) uptake(n int64) float64 {
	v := 27 + 36*p.fitness - 0.18*float64(p.age(n)-30) + p.human.of(sigRest).at(3).smooth(n, 60)
	if p.female {
		v -= 4
	}
	return round(clamp(v, 18, 78), 1)
}

// rest is the heart rate that day n rests at.
func (p *Person) rest(n int64) float64 {
	k := p.human.of(sigRest)
	v := p.resting + 2*k.at(1).smooth(n, 40) + 1.1*k.at(2).at(n).normal() + 8*p.illness(n)
	if p.cycles(n) && p.cycle.on(n).luteal() {
		v += 1.8
	}
	return clamp(v, 36, 96)
}

// variability is the RMSSD of the night that ends on day n, in ms.
func (p *Person) variability(n int64) float64 {
	k := p.human.of(sigHRV)
	v := p.usualVariability(n) * (1 + 0.1*k.at(1).smooth(n, 20) + 0.09*k.at(2).at(n).normal() - 0.35*p.illness(n))
	if p.cycles(n) && p.cycle.on(n).luteal() {
		v *= 0.93
	}
	return clamp(v, 9, 160)
}

// usualVariability is about what the RMSSD of the nights wavers, in ms: it declines
// with age.
func (p *Person) usualVariability(n int64) float64 {
	return p.rmssd * (1 - 0.004*float64(p.age(n)-35))
}

// illness is 0 on most days; a few times a year it rises for some days towards 1.
func (p *Person) illness(n int64) float64 {
	const span = 50
	k := p.human.of(sigIllness).at(floorDiv(n, span))
	if !k.at(0).chance(0.4) {
		return 0
	}
	length := 3 + int64(k.at(1).intn(5))
	day := floorMod(n, span) - 10 - int64(k.at(2).intn(25))
	if day < 0 || day >= length {
		return 0
	}
	return k.at(3).between(0.5, 1) * (1 - float64(day)/float64(length))
}

// away is the city the person wakes up in on day n.
func (p *Person) away(n int64) *city {
	const span = 24
	if !p.travels {
		return p.home
	}
	k := p.human.of(sigTrip).at(floorDiv(n, span))
	day := floorMod(n, span) - 4 - int64(k.at(0).intn(8))
	if day < 0 || day >= 3+int64(k.at(1).intn(7)) {
		return p.home
	}
	there := &cities[k.at(2).intn(len(cities))]
	if hours := there.east - p.home.east; hours < -9*60 || hours > 9*60 {
		return p.home // farther than a day can stretch
	}
	return there
}

// lag is by how many minutes the body's clock still differs on day n from the
// place it is in; positive wants to sleep later.
func (p *Person) lag(n int64) int64 {
	if !p.travels {
		return 0
	}
	var lag int64
	for back := range int64(4) {
		if a, b := p.away(n-back-1), p.away(n-back); a != b {
			lag += (b.east - a.east) * (4 - back) / 16
		}
	}
	return min(max(lag, -150), 150)
}

// door is the latitude and longitude that outings begin and end at on day n.
func (p *Person) door(n int64) (lat, lng float64) {
	c := p.away(n)
	return round(p.lat-p.home.lat+c.lat, 6), round(p.lng-p.home.lng+c.lng, 6)
}

// today spans day n in Unix seconds, from one local midnight to the next. It is
// 23 or 25 hours long when the clock changes, and stretches or shrinks by the
// difference when the person wakes up in another time zone the next day.
func (p *Person) today(n int64) (from, to int64) {
	return p.away(n).midnight(n) * 60, p.away(n+1).midnight(n+1) * 60
}

func (p *Person) has(s Signal) bool { return p.provider.Has(s) }

// recorded is false before the person's first day.
func (p *Person) recorded(n int64) bool { return n >= p.start }

func clamp(x, lo, hi float64) float64 { return min(max(x, lo), hi) }

var (
	womenNames = [...]string{"Amara", "Beatriz", "Chiara", "Dalia", "Elin", "Freya", "Hana", "Ines", "Jana", "Leila", "Mira", "Noor", "Priya", "Sofia", "Yuki", "Zoe"}
	menNames   = [...]string{"Ahmed", "Bruno", "Caleb", "Dmitri", "Emil", "Farid", "Hugo", "Ivan", "Jonas", "Kenji", "Luca", "Mateo", "Nikhil", "Oscar", "Samuel", "Tomas"}
	lastNames  = [...]string{"Abara", "Bergström", "Castillo", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ito", "Jensen", "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Patel", "Quinn", "Rossi", "Silva", "Tanaka", "Urban", "Varga", "Weber", "Yilmaz"}
)
