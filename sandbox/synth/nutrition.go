package synth

import (
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// Nutrition is what the person logged of the day's food and drink; false when the
// provider has none, or on the odd day nothing was logged. Calories are 4 for a
// gram of carbohydrate or protein and 9 for one of fat, and the summary is the
// sum of the meals. Without samples the single drinks are left out.
func (p *Person) Nutrition(date health.Date, samples bool) (health.Nutrition, bool) {
	n := ordinal(date)
	if !p.provider.Types.Nutrition || !p.recorded(n) {
		return health.Nutrition{}, false
	}
	plan := p.plan(n)
	meals := p.meals(plan)
	if len(meals) == 0 {
		return health.Nutrition{}, false
	}
	c := p.clock(plan)
	var r health.Nutrition
	r.Metadata = health.NutritionMetadata{
		StartTime: c.at(plan.day.from), EndTime: c.at(plan.day.to),
		TimestampLocalization: opt.Some(health.TimestampLocalizationLocal),
	}

	r.Meals = make([]health.Meal, len(meals))
	total := nutrients{}
	for i, m := range meals {
		dish := dishes[m.kind][m.dish]
		eaten := p.nutrients(m)
		total.add(eaten)
		meal := health.Meal{
			Type: opt.Some(m.kind), Name: opt.Some(dish.name),
			ID:        opt.Some(p.id(sigMeals, n, int64(i))),
			Timestamp: c.at(m.at),
			Quantity:  health.NutritionQuantity{Unit: opt.Some(health.NutritionUnitsGram), Amount: opt.Some(round(m.kcal()/dish.density, 0))},
			Macros:    eaten.macros(),
		}
		if p.has(Micros) {
			meal.Micros = eaten.micros()
		}
		blank(&meal)
		r.Meals[i] = meal
	}
	r.Summary.Macros = total.macros()
	if p.has(Micros) {
		r.Summary.Micros = total.micros()
	}
	if p.has(Hydration) {
		water, drunk := 0.0, 0.0
		for _, g := range p.drinks(plan) {
			drunk += g.ml
			if g.name == "Water" {
				water += g.ml
			}
			if samples {
				r.DrinkSamples = append(r.DrinkSamples, health.DrinkSample{
					Timestamp: c.at(g.at), DrinkVolume: opt.Some(g.ml),
					DrinkUnit: opt.Some(health.NutritionUnitsMilliliter), DrinkName: opt.Some(g.name),
				})
			}
		}
		r.Summary.WaterMl, r.Summary.DrinkMl = opt.Some(water), opt.Some(drunk)
	}
	blank(&r)
	return r, true
}

// A dish is one of the things people here eat.
type dish struct {
	name    string
	density float64 // kcal a gram
}

var dishes = [...][]dish{
	health.MealTypeUnknown:        {},
	health.MealTypeBreakfast:      {{"Oatmeal with berries", 1.1}, {"Scrambled eggs on toast", 1.7}, {"Yoghurt and granola", 1.5}, {"Shakshuka", 1.0}},
	health.MealTypeMorningSnack:   {{"Banana", 0.9}, {"Handful of almonds", 5.8}, {"Cheese and crackers", 4.1}},
	health.MealTypeLunch:          {{"Chicken and rice bowl", 1.5}, {"Lentil soup with bread", 1.1}, {"Tuna sandwich", 2.1}, {"Falafel salad", 1.4}},
	health.MealTypeAfternoonSnack: {{"Apple with peanut butter", 1.9}, {"Protein bar", 3.8}, {"Hummus and carrots", 1.3}},
	health.MealTypeDinner:         {{"Salmon with potatoes", 1.4}, {"Vegetable curry", 1.2}, {"Pasta bolognese", 1.6}, {"Bean tacos", 1.7}, {"Tofu stir-fry", 1.3}},
}

// nutrients are grams, but for those named otherwise, with one decimal.
type nutrients struct {
	carbohydrate, protein, fat, kcal         float64
	fibre, sugar, saturated, trans           float64
	cholesterol, sodium                      float64 // mg
	calcium, iron, magnesium, potassium      float64 // mg
	phosphorus, zinc, vitaminC, niacin       float64 // mg
	caffeine, vitaminE                       float64 // mg
	monounsaturated, polyunsaturated, omega3 float64
}

// nutrients of a meal follow from its macros.
func (p *Person) nutrients(m meal) nutrients {
	k := m.key
	part := func(i int64, of, lo, hi float64) float64 { return round(of*k.at(i).between(lo, hi), 1) }
	e := nutrients{
		carbohydrate: m.carbohydrate, protein: m.protein, fat: m.fat, kcal: m.kcal(),
		fibre: part(1, m.carbohydrate, 0.08, 0.16), sugar: part(2, m.carbohydrate, 0.12, 0.4),
		saturated: part(3, m.fat, 0.2, 0.4), trans: part(4, m.fat, 0, 0.01),
		monounsaturated: part(5, m.fat, 0.3, 0.4), polyunsaturated: part(6, m.fat, 0.1, 0.2), omega3: part(7, m.fat, 0.01, 0.03),
		cholesterol: part(8, m.protein, 0.5, 4), sodium: part(9, m.kcal(), 0.8, 1.5),
		calcium: part(10, m.kcal(), 0.3, 0.6), iron: part(11, m.kcal(), 0.005, 0.009),
		magnesium: part(12, m.kcal(), 0.12, 0.22), potassium: part(13, m.kcal(), 1.1, 2),
		phosphorus: part(14, m.kcal(), 0.5, 0.8), zinc: part(15, m.kcal(), 0.004, 0.007),
		vitaminC: part(16, m.kcal(), 0.02, 0.07), niacin: part(17, m.kcal(), 0.007, 0.012), vitaminE: part(18, m.kcal(), 0.004, 0.008),
	}
	if m.kind == health.MealTypeBreakfast {
		e.caffeine = round(k.at(19).between(60, 140), 1)
	}
	return e
}

func (e *nutrients) add(o nutrients) {
	a, b := e.all(), o.all()
	for i := range a {
		*a[i] = round(*a[i]+*b[i], 1)
	}
}

func (e *nutrients) all() [23]*float64 {
	return [...]*float64{
		&e.carbohydrate, &e.protein, &e.fat, &e.kcal, &e.fibre, &e.sugar, &e.saturated, &e.trans, &e.cholesterol, &e.sodium,
		&e.calcium, &e.iron, &e.magnesium, &e.potassium, &e.phosphorus, &e.zinc, &e.vitaminC, &e.niacin, &e.caffeine, &e.vitaminE,
		&e.monounsaturated, &e.polyunsaturated, &e.omega3,
	}
}

func (e *nutrients) macros() health.NutritionMacros {
	return health.NutritionMacros{
		AlcoholG: opt.Some(0.0), Calories: opt.Some(e.kcal),
		CarbohydratesG: opt.Some(e.carbohydrate), FatG: opt.Some(e.fat), ProteinG: opt.Some(e.protein),
		FiberG: opt.Some(e.fibre), NetCarbohydratesG: opt.Some(round(e.carbohydrate-e.fibre, 1)),
		SugarG: opt.Some(e.sugar), SaturatedFatG: opt.Some(e.saturated), TransFatG: opt.Some(e.trans),
		CholesterolMg: opt.Some(e.cholesterol), SodiumMg: opt.Some(e.sodium),
	}
}

func (e *nutrients) micros() health.NutritionMicros {
	return health.NutritionMicros{
		CaffeineMg: opt.Some(e.caffeine), CalciumMg: opt.Some(e.calcium), SodiumMg: opt.Some(e.sodium),
		IronMg: opt.Some(e.iron), MagnesiumMg: opt.Some(e.magnesium), PotassiumMg: opt.Some(e.potassium),
		PhosphorusMg: opt.Some(e.phosphorus), ZincMg: opt.Some(e.zinc), VitaminCMg: opt.Some(e.vitaminC),
		NiacinMg: opt.Some(e.niacin), VitaminEMg: opt.Some(e.vitaminE),
		MonounsaturatedFatG: opt.Some(e.monounsaturated), PolyunsaturatedFatG: opt.Some(e.polyunsaturated), Omega3G: opt.Some(e.omega3),
	}
}

// A glass is one drink.
type glass struct {
	at   int64
	ml   float64
	name string
}

// drinks of day n, in order: a glass every two hours or so.
func (p *Person) drinks(d plan) []glass {
	k := p.human.of(sigDrinks).at(d.n)
	open := d.open()
	var list []glass
	for i := int64(0); ; i++ {
		k := k.at(i)
		at := open.from + 30*minute + i*100*minute + int64(k.at(0).unit()*40)*minute
		if at > open.to-30*minute {
			return list
		}
		g := glass{at: at, ml: 50 * float64(3+k.at(1).intn(6)), name: "Water"}
		switch {
		case i == 0:
			g.name = "Coffee"
		case k.at(2).chance(0.15):
			g.name = "Tea"
		}
		list = append(list, g)
	}
}
