package synth

import (
	"time"

	"github.com/terra-go/terra/health"
)

const (
	minute = 60 // seconds
	hour   = 60 * minute

	shiftDays   = 8 // four nights at work, four off
	shiftBegins = 22 * hour
	shiftEnds   = 30 * hour // six the next morning
)

// A span is a stretch of Unix seconds, the end not in it. The zero span is none.
type span struct{ from, to int64 }

func (s span) seconds() int64           { return s.to - s.from }
func (s span) holds(t int64) bool       { return s.from <= t && t < s.to }
func (s span) overlaps(other span) bool { return s.from < other.to && other.from < s.to }

// minutes are the Unix minutes that begin in the span.
func (s span) minutes() span {
	return span{floorDiv(s.from+minute-1, minute), floorDiv(s.to+minute-1, minute)}
}

func (s span) stretch(seconds int64) span { return span{s.from - seconds, s.to + seconds} }

// A plan is what a person does with day n: when they are up, and what they do
// then. It is cheap, and everything recorded of the day follows from it.
type plan struct {
	n        int64
	day      span // from local midnight to the next
	night    span // in bed before getting up on day n
	up       span // from getting up to going to bed
	nap      span
	workouts []workout
}

func (p *Person) plan(n int64) plan {
	d := plan{n: n, night: p.bed(n)}
	d.day.from, d.day.to = p.today(n)
	d.up = span{d.night.to, p.bed(n + 1).from}
	d.nap = p.siesta(d)
	d.workouts = p.training(d)
	return d
}

// clock tells the time on the day of the plan, its end included. Who wakes up in
// another city the next day sets the clock on the way, at an hour when the day is
// the same in both.
func (p *Person) clock(d plan) clock {
	here, there := p.away(d.n), p.away(d.n+1)
	c := here.clock(d.day.from, d.day.to)
	if here != there {
		c.after = there.clock(d.day.to, d.day.to).before
		c.change = d.day.from + 10*hour
	}
	return c
}

// open is when something can happen on day n: the person is up, and the local
// day is neither just begun nor about to end.
func (d plan) open() span {
	return span{max(d.up.from, d.day.from), min(d.up.to, d.day.to)}
}

// onShift tells whether the person goes to work in the evening of day n.
func (p *Person) onShift(n int64) bool {
	return p.shifts && floorMod(n+p.rota, shiftDays) < shiftDays/2
}

// atWork is when the person works on the day that day n's waking begins.
func (p *Person) atWork(d plan) span {
	midnight := d.day.from
	switch {
	case p.shifts && !p.onShift(d.n), !p.shifts && freeDay(d.n), p.away(d.n) != p.away(d.n+1):
		return span{}
	case p.shifts:
		return span{midnight + shiftBegins, midnight + shiftEnds}
	default:
		begins := midnight + p.officeHour()
		return span{begins, begins + 8*hour}
	}
}

// officeHour is when work begins by day, after midnight: later for who goes to
// bed later.
func (p *Person) officeHour() int64 { return 9*hour + max(p.bedtime, -30)*minute }

func freeDay(n int64) bool {
	day := weekday(n)
	return day == time.Saturday || day == time.Sunday
}

// bed is when the person is in bed for the night that ends on day n: for
// someone coming off a night shift, the morning and early afternoon of day n.
func (p *Person) bed(n int64) span {
	k := p.human.of(sigBed).at(n)
	late, long := 16*k.at(0).normal(), float64(p.need)+20*k.at(1).normal()+45*p.illness(n)
	if freeDay(n) && !p.shifts {
		late += k.at(2).between(25, 75)
		long += k.at(3).between(10, 55)
	}
	if p.persona == PoorSleeper {
		late += 22 * k.at(4).normal()
		long += 20 * k.at(5).normal()
	}
	begins := p.bedtime + p.lag(n)
	if p.onShift(n - 1) {
		begins = 8*60 + 15
		long *= 0.82
	}
	from := begins*minute + int64(late*2)*30
	to := from + int64(clamp(long, 200, 640)*2)*30
	if !freeDay(n) && !p.shifts { // the alarm, an hour and a bit before work
		to = min(to, p.officeHour()-65*minute-int64(k.at(6).intn(40))*30)
	}
	midnight := p.away(n).midnight(n) * minute
	return span{midnight + from, midnight + max(to, from+200*minute)}
}

// siesta is the nap of the day, if any.
func (p *Person) siesta(d plan) span {
	k := p.human.of(sigNap).at(d.n)
	at, length := d.day.from+int64(k.at(0).between(13*60, 15*60))*minute, int64(k.at(1).between(20, 75))
	switch {
	case p.onShift(d.n) && !p.onShift(d.n-1):
		at, length = d.day.from+17*hour+int64(k.at(0).intn(60))*minute, 90
	case d.up.seconds() > 20*hour: // a long flight
		at, length = d.up.from+d.up.seconds()*11/20, 100+length
	case !k.at(2).chance(p.napping + 0.4*p.illness(d.n)):
		return span{}
	}
	at -= floorMod(at, epoch)
	nap := span{at, at + length*minute}
	open := d.open()
	if nap.from < open.from+3*hour || nap.to > open.to-2*hour {
		return span{}
	}
	return nap
}

// A sport is a kind of workout that people here do.
type sport uint8

const (
	noSport sport = iota
	running
	riding
	walking
	swimming
	lifting
	yoga
)

// A slot is a person's usual time for a workout.
type slot uint8

const (
	early slot = iota
	noon
	evening
)

// A session is what a person usually does on one weekday.
type session struct {
	sport   sport
	slot    slot
	minutes float64
	effort  float64 // share of the heart rate reserve, 0 to 1
}

// A workout is one session that takes place.
type workout struct {
	span
	sport  sport
	effort float64
	n      int64 // day
	index  int64 // on that day
	key    key
}

// habits draws a week: which sports, how often, when.
func (p *Person) habits(k key) [7]session {
	menu := [...]sport{running, riding, walking, swimming, lifting, yoga, running, riding, walking, lifting}
	first, second := menu[k.at(0).intn(len(menu))], menu[k.at(1).intn(len(menu))]
	often, longer := 0.12+0.62*p.fitness, 1.0
	if p.persona == Athlete {
		often, longer = 0.92, 1.3
	}
	usual := slot(k.at(2).intn(3))
	var week [7]session
	for day := range week {
		k := k.at(10 + int64(day))
		if !k.at(0).chance(often) {
			continue
		}
		s := session{sport: first, slot: usual, effort: k.at(1).between(0.52, 0.68) + 0.14*p.fitness}
		if k.at(2).chance(0.38) {
			s.sport = second
		}
		if k.at(3).chance(0.2) {
			s.slot = slot(k.at(4).intn(3))
		}
		s.minutes = longer * (k.at(5).between(28, 50) + 25*p.fitness)
		if free := day == int(time.Saturday) || day == int(time.Sunday); free {
			s.minutes *= 1.45
			s.slot = early
		}
		week[day] = s
	}
	return week
}

// training is what comes of the habits on one day.
func (p *Person) training(d plan) []workout {
	k := p.human.of(sigWorkout).at(d.n)
	if p.illness(d.n) > 0.25 || p.away(d.n) != p.away(d.n+1) {
		return nil
	}
	var list []workout
	usual := p.week[weekday(d.n)]
	switch {
	case usual.sport != noSport && k.at(0).chance(0.82):
		list = p.schedule(list, d, usual, k.at(1))
	case k.at(2).chance(0.12 * p.drive):
		list = p.schedule(list, d, session{sport: walking, slot: evening, minutes: 30, effort: 0.3}, k.at(1))
	}
	if p.persona == Athlete && len(list) == 1 && k.at(3).chance(0.3) {
		again := session{sport: lifting, slot: evening, minutes: 45, effort: 0.5}
		if usual.slot == evening {
			again.slot = early
		}
		if k.at(4).chance(0.4) {
			again.sport = swimming
		}
		list = p.schedule(list, d, again, k.at(5))
		if len(list) == 2 && list[1].from < list[0].from {
			list[0], list[1] = list[1], list[0]
		}
	}
	for i := range list {
		list[i].index = int64(i)
		list[i].key = k.at(20 + int64(i))
	}
	return list
}

// schedule appends a session to the day if there is room for it.
func (p *Person) schedule(list []workout, d plan, s session, k key) []workout {
	var at int64
	switch s.slot {
	case early:
		at = d.up.from + 35*minute
		if freeDay(d.n) {
			at += 50 * minute
		}
	case noon:
		at = d.day.from + 12*hour + 15*minute
	case evening:
		at = d.day.from + 18*hour
	}
	at += int64(k.at(0).between(-12*minute, 22*minute))
	length := int64(clamp(s.minutes*k.at(1).between(0.82, 1.2), 15, 170) * minute)
	w := workout{span: span{at, at + length}, sport: s.sport, n: d.n}
	w.effort = s.effort + 0.05*k.at(2).normal()
	switch s.sport {
	case running:
		w.effort += 0.07
	case walking:
		w.effort = min(w.effort, 0.42)
	}
	w.effort = clamp(w.effort, 0.25, 0.88)

	open := d.open()
	if w.from < open.from+18*minute || w.to > open.to-75*minute {
		return list
	}
	if w.stretch(30 * minute).overlaps(d.nap) {
		return list
	}
	for _, other := range list {
		if w.stretch(90 * minute).overlaps(other.span) {
			return list
		}
	}
	return append(list, w)
}

// A meal is what was eaten at one sitting. Grams have one decimal.
type meal struct {
	at                         int64
	kind                       health.MealType
	dish                       int
	carbohydrate, protein, fat float64 // g
	key                        key
}

// kcal counts 4 for a gram of carbohydrate or protein and 9 for one of fat.
func (m meal) kcal() float64 { return round(4*m.carbohydrate+4*m.protein+9*m.fat, 1) }

// meals of day n, in order.
func (p *Person) meals(d plan) []meal {
	courses := [...]struct {
		kind   health.MealType
		after  int64   // minutes since getting up
		share  float64 // of the day's energy
		chance float64
	}{
		{health.MealTypeBreakfast, 45, 0.23, 0.92},
		{health.MealTypeMorningSnack, 3*60 + 20, 0.07, 0.3},
		{health.MealTypeLunch, 5*60 + 50, 0.32, 0.98},
		{health.MealTypeAfternoonSnack, 8*60 + 50, 0.08, 0.55},
		{health.MealTypeDinner, 12 * 60, 0.36, 1},
	}
	k := p.human.of(sigMeals).at(d.n)
	energy := p.basal(d.n) * p.appetite * 1.42 * k.at(0).between(0.88, 1.13) * (1 - 0.3*p.illness(d.n))
	if freeDay(d.n) {
		energy *= 1.07
	}
	for _, w := range d.workouts {
		energy += float64(w.seconds()) / minute * 9 * w.effort
	}
	open := d.open()
	list := make([]meal, 0, len(courses))
	for i, course := range courses {
		k := k.at(10 + int64(i))
		at := d.up.from + course.after*minute + int64(k.at(0).between(-25, 25))*minute
		if d.nap.holds(at) {
			at = d.nap.to + 10*minute
		}
		if at < open.from || at > open.to-20*minute || !k.at(1).chance(course.chance) {
			continue
		}
		kcal := energy * course.share * k.at(2).between(0.82, 1.2)
		carb, fat := k.at(3).between(0.42, 0.56), k.at(4).between(0.26, 0.36)
		list = append(list, meal{
			at: at, kind: course.kind, dish: k.at(5).intn(len(dishes[course.kind])), key: k.at(6),
			carbohydrate: round(kcal*carb/4, 1),
			fat:          round(kcal*fat/9, 1),
			protein:      round(kcal*(1-carb-fat)/4, 1),
		})
	}
	return list
}
