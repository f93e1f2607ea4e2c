package health

import "github.com/terra-go/terra/opt"

// Nutrition is what a person logged of one day's food and drink. A connection has
// one Nutrition per day, known by the date part of Metadata.StartTime; a later
// delivery of the same day holds all of the earlier one.
type Nutrition struct {
	// Which day the record covers.
	Metadata NutritionMetadata `json:"metadata,omitzero"`
	// The day's totals.
	Summary NutritionSummary `json:"summary,omitzero"`
	// The foods, one entry each.
	Meals []Meal `json:"meals,omitzero"`
	// The drinks, one entry each.
	DrinkSamples []DrinkSample `json:"drink_samples,omitzero"`
}

// NutritionMetadata is the day of a [Nutrition]. The source always gives both
// ends.
type NutritionMetadata struct {
	// The midnight that opens the day; its date part names the day.
	StartTime Timestamp `json:"start_time,omitzero"`
	// The midnight that closes the day: 24 hours after StartTime.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Whether the record's times are UTC or local.
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
}

// NutritionSummary is a day's total of everything logged.
type NutritionSummary struct {
	// Energy, and the nutrients eaten by the gram.
	Macros NutritionMacros `json:"macros,omitzero"`
	// Vitamins, minerals, amino acids and kinds of fat.
	Micros NutritionMicros `json:"micros,omitzero"`
	// Plain water drunk, ml.
	WaterMl opt.Value[float64] `json:"water_ml,omitzero"`
	// Drunk besides plain water, ml.
	DrinkMl opt.Value[float64] `json:"drink_ml,omitzero"`
}

// Meal is one food within a meal: a breakfast of three foods is three of them.
// The source always fills every field.
type Meal struct {
	// The source's name for the entry.
	ID opt.Value[string] `json:"id,omitzero"`
	// When it was eaten, as logged.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Which meal of the day it belongs to.
	Type opt.Value[MealType] `json:"type,omitzero"`
	// The food, as the person or the source's catalog names it.
	Name opt.Value[string] `json:"name,omitzero"`
	// How much of it was eaten.
	Quantity NutritionQuantity `json:"quantity,omitzero"`
	// Energy, and the nutrients it holds by the gram.
	Macros NutritionMacros `json:"macros,omitzero"`
	// Vitamins, minerals, amino acids and kinds of fat.
	Micros NutritionMicros `json:"micros,omitzero"`
}

// NutritionQuantity is an amount of food in a kitchen's units.
type NutritionQuantity struct {
	// How many of Unit.
	Amount opt.Value[float64] `json:"amount,omitzero"`
	// What Amount counts.
	Unit opt.Value[NutritionUnits] `json:"unit,omitzero"`
}

// DrinkSample is one drink.
type DrinkSample struct {
	// When it was drunk, as logged.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// The drink, such as "Water".
	DrinkName opt.Value[string] `json:"drink_name,omitzero"`
	// How many of DrinkUnit.
	DrinkVolume opt.Value[float64] `json:"drink_volume,omitzero"`
	// What DrinkVolume counts; not always a unit of volume.
	DrinkUnit opt.Value[NutritionUnits] `json:"drink_unit,omitzero"`
}

// NutritionMacros is the energy of a food or a day, and what there is of it by
// the gram.
type NutritionMacros struct {
	// Energy, kcal.
	Calories opt.Value[float64] `json:"calories,omitzero"`
	// Protein, grams.
	ProteinG opt.Value[float64] `json:"protein_g,omitzero"`
	// All carbohydrates, fiber included, grams.
	CarbohydratesG opt.Value[float64] `json:"carbohydrates_g,omitzero"`
	// Carbohydrates the body can digest, grams.
	NetCarbohydratesG opt.Value[float64] `json:"net_carbohydrates_g,omitzero"`
	// The carbohydrates that are sugars, grams.
	SugarG opt.Value[float64] `json:"sugar_g,omitzero"`
	// Indigestible carbohydrates, grams.
	FiberG opt.Value[float64] `json:"fiber_g,omitzero"`
	// All fats, grams.
	FatG opt.Value[float64] `json:"fat_g,omitzero"`
	// The fats without double bonds, grams.
	SaturatedFatG opt.Value[float64] `json:"saturated_fat_g,omitzero"`
	// The fats hardened or otherwise turned to the trans form, grams.
	TransFatG opt.Value[float64] `json:"trans_fat_g,omitzero"`
	// Cholesterol, milligrams.
	CholesterolMg opt.Value[float64] `json:"cholesterol_mg,omitzero"`
	// Sodium without the rest of the salt, milligrams. Also in [NutritionMicros].
	SodiumMg opt.Value[float64] `json:"sodium_mg,omitzero"`
	// Pure alcohol, grams.
	AlcoholG opt.Value[float64] `json:"alcohol_g,omitzero"`
}

// NutritionMicros is what a food or a day holds in traces, and the finer division
// of its fats, starch and protein. Units are in the names: milligrams, and grams
// from the amino acids on.
type NutritionMicros struct {
	// Vitamins, milligrams.
	VitaminAMg        opt.Value[float64] `json:"vitamin_A_mg,omitzero"`        // retinol and its kin
	ThiaminMg         opt.Value[float64] `json:"thiamin_mg,omitzero"`          // vitamin B1
	RiboflavinMg      opt.Value[float64] `json:"riboflavin_mg,omitzero"`       // vitamin B2
	NiacinMg          opt.Value[float64] `json:"niacin_mg,omitzero"`           // vitamin B3
	PantothenicAcidMg opt.Value[float64] `json:"pantothenic_acid_mg,omitzero"` // vitamin B5
	VitaminB6Mg       opt.Value[float64] `json:"vitamin_B6_mg,omitzero"`       // pyridoxine
	BiotinMg          opt.Value[float64] `json:"biotin_mg,omitzero"`           // vitamin B7
	FolateMg          opt.Value[float64] `json:"folate_mg,omitzero"`           // vitamin B9 in all its forms
	FolicAcidMg       opt.Value[float64] `json:"folic_acid_mg,omitzero"`       // vitamin B9 as added to food
	VitaminB12Mg      opt.Value[float64] `json:"vitamin_B12_mg,omitzero"`      // cobalamin
	VitaminCMg        opt.Value[float64] `json:"vitamin_C_mg,omitzero"`        // ascorbic acid
	VitaminDMg        opt.Value[float64] `json:"vitamin_D_mg,omitzero"`        // D2 and D3 together
	VitaminD2Mg       opt.Value[float64] `json:"vitamin_D2_mg,omitzero"`       // ergocalciferol
	VitaminD3Mg       opt.Value[float64] `json:"vitamin_D3_mg,omitzero"`       // cholecalciferol
	VitaminEMg        opt.Value[float64] `json:"vitamin_E_mg,omitzero"`        // tocopherols
	VitaminKMg        opt.Value[float64] `json:"vitamin_K_mg,omitzero"`        // phylloquinone and its kin

	// Minerals, milligrams.
	CalciumMg    opt.Value[float64] `json:"calcium_mg,omitzero"`    // Ca
	ChlorideMg   opt.Value[float64] `json:"chloride_mg,omitzero"`   // Cl
	ChromiumMg   opt.Value[float64] `json:"chromium_mg,omitzero"`   // Cr
	CopperMg     opt.Value[float64] `json:"copper_mg,omitzero"`     // Cu
	IodineMg     opt.Value[float64] `json:"iodine_mg,omitzero"`     // I
	IronMg       opt.Value[float64] `json:"iron_mg,omitzero"`       // Fe
	MagnesiumMg  opt.Value[float64] `json:"magnesium_mg,omitzero"`  // Mg
	ManganeseMg  opt.Value[float64] `json:"manganese_mg,omitzero"`  // Mn
	MolybdenumMg opt.Value[float64] `json:"molybdenum_mg,omitzero"` // Mo
	PhosphorusMg opt.Value[float64] `json:"phosphorus_mg,omitzero"` // P
	PotassiumMg  opt.Value[float64] `json:"potassium_mg,omitzero"`  // K
	SeleniumMg   opt.Value[float64] `json:"selenium_mg,omitzero"`   // Se
	SodiumMg     opt.Value[float64] `json:"sodium_mg,omitzero"`     // Na
	ZincMg       opt.Value[float64] `json:"zinc_mg,omitzero"`       // Zn

	// Stimulants, milligrams.
	CaffeineMg opt.Value[float64] `json:"caffeine_mg,omitzero"` // from coffee, tea, cola and pills

	// Amino acids, grams. The body cannot make the essential ones.
	CystineG       opt.Value[float64] `json:"cystine_g,omitzero"`       // made from methionine
	HistidineG     opt.Value[float64] `json:"histidine_g,omitzero"`     // essential
	IsoleucineG    opt.Value[float64] `json:"isoleucine_g,omitzero"`    // essential, branched chain
	LeucineG       opt.Value[float64] `json:"leucine_g,omitzero"`       // essential, branched chain
	LysineG        opt.Value[float64] `json:"lysine_g,omitzero"`        // essential
	MethionineG    opt.Value[float64] `json:"methionine_g,omitzero"`    // essential
	PhenylalanineG opt.Value[float64] `json:"phenylalanine_g,omitzero"` // essential
	ThreonineG     opt.Value[float64] `json:"threonine_g,omitzero"`     // essential
	TryptophanG    opt.Value[float64] `json:"tryptophan_g,omitzero"`    // essential
	TyrosineG      opt.Value[float64] `json:"tyrosine_g,omitzero"`      // made from phenylalanine
	ValineG        opt.Value[float64] `json:"valine_g,omitzero"`        // essential, branched chain

	// Fats and starch, grams.
	MonounsaturatedFatG opt.Value[float64] `json:"monounsaturated_fat_g,omitzero"` // one double bond
	PolyunsaturatedFatG opt.Value[float64] `json:"polyunsaturated_fat_g,omitzero"` // several double bonds
	Omega3G             opt.Value[float64] `json:"omega3_g,omitzero"`              // polyunsaturated
	Omega6G             opt.Value[float64] `json:"omega6_g,omitzero"`              // polyunsaturated
	StarchG             opt.Value[float64] `json:"starch_g,omitzero"`              // a carbohydrate
}
