package health

import "github.com/terra-go/terra/opt"

// OxygenData is oxygen in the blood, or in the muscles, and how much of it the
// body can use.
type OxygenData struct {
	// Mean over the record, 0 to 100; of the blood or of a muscle.
	AvgSaturationPercentage opt.Value[float64] `json:"avg_saturation_percentage,omitzero"`
	// VO2 max, ml of oxygen per minute and kg of body weight; 30 to 60 for most
	// people.
	VO2MaxMlPerMinPerKg opt.Value[float64] `json:"vo2max_ml_per_min_per_kg,omitzero"`
	// VO2 max averaged over the day, in the same unit.
	DayAvgVO2MaxMlPerMinPerKg opt.Value[float64] `json:"day_avg_vo2max_ml_per_min_per_kg,omitzero"`
	// Saturation through the record, in order of time.
	SaturationSamples []OxygenSaturationSample `json:"saturation_samples,omitzero"`
	// Estimates of VO2 max, in order of time.
	VO2Samples []VO2MaxSample `json:"vo2_samples,omitzero"`
}

// OxygenSaturationSample is the oxygen saturation at one moment.
type OxygenSaturationSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Share of haemoglobin that carries oxygen, 0 to 100.
	Percentage opt.Value[float64] `json:"percentage,omitzero"`
	// Of the blood or of a muscle.
	Type opt.Value[OxygenSaturationType] `json:"type,omitzero"`
}

// VO2MaxSample is an estimate of VO2 max.
type VO2MaxSample struct {
	// When it was estimated.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Ml of oxygen per minute and kg of body weight.
	VO2MaxMlPerMinPerKg opt.Value[float64] `json:"vo2max_ml_per_min_per_kg,omitzero"`
}
