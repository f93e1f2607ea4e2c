package health

import "github.com/terra-go/terra/opt"

type Nutrition struct {
	DrinkSamples []DrinkSample     `json:"drink_samples,omitzero"`
	Meals        []Meal            `json:"meals,omitzero"`
	Metadata     NutritionMetadata `json:"metadata,omitzero"`
	Summary      NutritionSummary  `json:"summary,omitzero"`
}

type DrinkSample struct {
	Timestamp   Timestamp                 `json:"timestamp,omitzero"`
	DrinkVolume opt.Value[float64]        `json:"drink_volume,omitzero"`
	DrinkUnit   opt.Value[NutritionUnits] `json:"drink_unit,omitzero"`
	DrinkName   opt.Value[string]         `json:"drink_name,omitzero"`
}

type Meal struct {
	Micros    NutritionMicros     `json:"micros,omitzero"`
	Type      opt.Value[MealType] `json:"type,omitzero"`
	ID        opt.Value[string]   `json:"id,omitzero"`
	Timestamp Timestamp           `json:"timestamp,omitzero"`
	Quantity  NutritionQuantity   `json:"quantity,omitzero"`
	Name      opt.Value[string]   `json:"name,omitzero"`
	Macros    NutritionMacros     `json:"macros,omitzero"`
}

type NutritionMicros struct {
	BiotinMg            opt.Value[float64] `json:"biotin_mg,omitzero"`
	CaffeineMg          opt.Value[float64] `json:"caffeine_mg,omitzero"`
	CalciumMg           opt.Value[float64] `json:"calcium_mg,omitzero"`
	SodiumMg            opt.Value[float64] `json:"sodium_mg,omitzero"`
	ChlorideMg          opt.Value[float64] `json:"chloride_mg,omitzero"`
	ChromiumMg          opt.Value[float64] `json:"chromium_mg,omitzero"`
	CopperMg            opt.Value[float64] `json:"copper_mg,omitzero"`
	FolateMg            opt.Value[float64] `json:"folate_mg,omitzero"`
	FolicAcidMg         opt.Value[float64] `json:"folic_acid_mg,omitzero"`
	IodineMg            opt.Value[float64] `json:"iodine_mg,omitzero"`
	IronMg              opt.Value[float64] `json:"iron_mg,omitzero"`
	MagnesiumMg         opt.Value[float64] `json:"magnesium_mg,omitzero"`
	ManganeseMg         opt.Value[float64] `json:"manganese_mg,omitzero"`
	MolybdenumMg        opt.Value[float64] `json:"molybdenum_mg,omitzero"`
	NiacinMg            opt.Value[float64] `json:"niacin_mg,omitzero"`
	PantothenicAcidMg   opt.Value[float64] `json:"pantothenic_acid_mg,omitzero"`
	PhosphorusMg        opt.Value[float64] `json:"phosphorus_mg,omitzero"`
	PotassiumMg         opt.Value[float64] `json:"potassium_mg,omitzero"`
	RiboflavinMg        opt.Value[float64] `json:"riboflavin_mg,omitzero"`
	SeleniumMg          opt.Value[float64] `json:"selenium_mg,omitzero"`
	ThiaminMg           opt.Value[float64] `json:"thiamin_mg,omitzero"`
	VitaminAMg          opt.Value[float64] `json:"vitamin_A_mg,omitzero"`
	VitaminB12Mg        opt.Value[float64] `json:"vitamin_B12_mg,omitzero"`
	VitaminB6Mg         opt.Value[float64] `json:"vitamin_B6_mg,omitzero"`
	VitaminCMg          opt.Value[float64] `json:"vitamin_C_mg,omitzero"`
	VitaminDMg          opt.Value[float64] `json:"vitamin_D_mg,omitzero"`
	VitaminD2Mg         opt.Value[float64] `json:"vitamin_D2_mg,omitzero"`
	VitaminD3Mg         opt.Value[float64] `json:"vitamin_D3_mg,omitzero"`
	VitaminEMg          opt.Value[float64] `json:"vitamin_E_mg,omitzero"`
	VitaminKMg          opt.Value[float64] `json:"vitamin_K_mg,omitzero"`
	ZincMg              opt.Value[float64] `json:"zinc_mg,omitzero"`
	CystineG            opt.Value[float64] `json:"cystine_g,omitzero"`
	HistidineG          opt.Value[float64] `json:"histidine_g,omitzero"`
	IsoleucineG         opt.Value[float64] `json:"isoleucine_g,omitzero"`
	LeucineG            opt.Value[float64] `json:"leucine_g,omitzero"`
	LysineG             opt.Value[float64] `json:"lysine_g,omitzero"`
	MethionineG         opt.Value[float64] `json:"methionine_g,omitzero"`
	PhenylalanineG      opt.Value[float64] `json:"phenylalanine_g,omitzero"`
	ThreonineG          opt.Value[float64] `json:"threonine_g,omitzero"`
	TryptophanG         opt.Value[float64] `json:"tryptophan_g,omitzero"`
	TyrosineG           opt.Value[float64] `json:"tyrosine_g,omitzero"`
	ValineG             opt.Value[float64] `json:"valine_g,omitzero"`
	MonounsaturatedFatG opt.Value[float64] `json:"monounsaturated_fat_g,omitzero"`
	PolyunsaturatedFatG opt.Value[float64] `json:"polyunsaturated_fat_g,omitzero"`
	Omega3G             opt.Value[float64] `json:"omega3_g,omitzero"`
	Omega6G             opt.Value[float64] `json:"omega6_g,omitzero"`
	StarchG             opt.Value[float64] `json:"starch_g,omitzero"`
}

type NutritionQuantity struct {
	Unit   opt.Value[NutritionUnits] `json:"unit,omitzero"`
	Amount opt.Value[float64]        `json:"amount,omitzero"`
}

type NutritionMacros struct {
	AlcoholG          opt.Value[float64] `json:"alcohol_g,omitzero"`
	Calories          opt.Value[float64] `json:"calories,omitzero"`
	CarbohydratesG    opt.Value[float64] `json:"carbohydrates_g,omitzero"`
	CholesterolMg     opt.Value[float64] `json:"cholesterol_mg,omitzero"`
	FatG              opt.Value[float64] `json:"fat_g,omitzero"`
	FiberG            opt.Value[float64] `json:"fiber_g,omitzero"`
	NetCarbohydratesG opt.Value[float64] `json:"net_carbohydrates_g,omitzero"`
	ProteinG          opt.Value[float64] `json:"protein_g,omitzero"`
	SaturatedFatG     opt.Value[float64] `json:"saturated_fat_g,omitzero"`
	SodiumMg          opt.Value[float64] `json:"sodium_mg,omitzero"`
	SugarG            opt.Value[float64] `json:"sugar_g,omitzero"`
	TransFatG         opt.Value[float64] `json:"trans_fat_g,omitzero"`
}

type NutritionMetadata struct {
	EndTime               Timestamp                        `json:"end_time,omitzero"`
	StartTime             Timestamp                        `json:"start_time,omitzero"`
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
}

type NutritionSummary struct {
	Macros  NutritionMacros    `json:"macros,omitzero"`
	Micros  NutritionMicros    `json:"micros,omitzero"`
	WaterMl opt.Value[float64] `json:"water_ml,omitzero"`
	DrinkMl opt.Value[float64] `json:"drink_ml,omitzero"`
}
