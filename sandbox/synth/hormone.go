package synth

import (
	"math"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Hormones are the urine tests of the day: LH before ovulation, estrogen's and
// progesterone's traces, and FSH in the period. Tests are taken in the morning,
// on most days of the cycle but not all.
func (p *Person) Hormones(date health.Date) []health.HormoneSample {
	n := ordinal(date)
	k := p.human.of(sigHormone).at(n)
	if !p.provider.Types.Hormone || !p.recorded(n) || !p.cycles(n) || !k.at(0).chance(0.8) {
		return nil
	}
	cycle := p.cycle.on(n)
	o := float64(cycle.day - cycle.ovulation()) // days after ovulation
	peak := func(at, width float64) float64 { return 1 / (1 + (o-at)*(o-at)/width/width) }
	vary := func(i int64) float64 { return k.at(i).between(0.85, 1.15) }
	lh := (4 + 42*peak(-1, 0.8)) * vary(1)
	e3g := (70 + 190*peak(-1.5, 2) + 60*peak(7, 3)) * vary(2)
	pdg := (1.2 + 13*clamp(peak(7, 4)*1.2-0.2, 0, 1)) * vary(3)
	fsh := (4.5 + 5*peak(-float64(cycle.ovulation())+2, 3) + 6*peak(-1, 1)) * vary(4)

	up := p.plan(n).up.from + int64(k.at(5).intn(25))*minute
	r := health.HormoneSample{
		Timestamp:  p.away(n).clock(up, up).at(up),
		LHMIUPerMl: opt.Some(round(lh, 2)), E3GNgPerMl: opt.Some(round(math.Min(e3g, 640), 1)),
		PdGUgPerMl: opt.Some(round(pdg, 2)), FSHMIUPerMl: opt.Some(round(fsh, 2)),
	}
	blank(&r)
	return []health.HormoneSample{r}
}
