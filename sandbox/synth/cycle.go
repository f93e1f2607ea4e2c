package synth

import "github.com/terra-go/terra/health"

// A cycle is a person's menstrual cycle. Each one's length differs a little from
// the mean, and where one ends the next begins, for ever in both directions.
type cycle struct {
	key    key
	mean   int64 // days
	jitter int   // by which a beginning strays from the mean's beat, at most, days
	phase  int64
	period int64 // days of bleeding
}

func newCycle(k key) cycle {
	return cycle{
		key: k, mean: 26 + int64(k.at(-1).intn(6)), jitter: 1 + k.at(-2).intn(2),
		phase: int64(k.at(-3).intn(28)), period: 4 + int64(k.at(-4).intn(3)),
	}
}

// cycles tells whether the person menstruates on day n.
func (p *Person) cycles(n int64) bool {
	age := p.age(n)
	return p.female && age >= 16 && age < 50
}

// begins is the first day of the i-th cycle.
func (c cycle) begins(i int64) int64 {
	return i*c.mean + c.phase + int64(c.key.at(i).intn(2*c.jitter+1)-c.jitter)
}

// A cycleDay is where a day stands in its cycle.
type cycleDay struct {
	first, length int64 // of the cycle
	period        int64
	day           int64 // in it, from 0
	index         int64
}

func (c cycle) on(n int64) cycleDay {
	i := floorDiv(n-c.phase, c.mean)
	for c.begins(i) > n {
		i--
	}
	for c.begins(i+1) <= n {
		i++
	}
	first := c.begins(i)
	return cycleDay{first: first, length: c.begins(i+1) - first, period: c.period, day: n - first, index: i}
}

// ovulation is a fortnight before the next cycle.
func (d cycleDay) ovulation() int64 { return d.length - 14 }

func (d cycleDay) luteal() bool { return d.day > d.ovulation() }

// A phase is a stretch of a cycle, in days of it, the end not in it.
type phase struct {
	from, to int64
	interval health.MenstruationInterval
}

// phases partition the cycle.
func (d cycleDay) phases() [6]phase {
	o := d.ovulation()
	fertile := max(o-5, d.period)
	return [...]phase{
		{0, d.period, health.MenstruationIntervalPeriod},
		{d.period, fertile, health.MenstruationIntervalFollicular},
		{fertile, o, health.MenstruationIntervalFertileWindow},
		{o, o + 1, health.MenstruationIntervalOvulation},
		{o + 1, d.length - 4, health.MenstruationIntervalLuteal},
		{d.length - 4, d.length, health.MenstruationIntervalPMS},
	}
}

// phase is the one that holds the day.
func (d cycleDay) phase() phase {
	phases := d.phases()
	for _, p := range phases {
		if p.from <= d.day && d.day < p.to {
			return p
		}
	}
	return phases[len(phases)-1]
}
