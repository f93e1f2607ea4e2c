package health

import "github.com/terra-go/terra/opt"

type OxygenData struct {
	AvgSaturationPercentage   opt.Value[float64]       `json:"avg_saturation_percentage,omitzero"`
	SaturationSamples         []OxygenSaturationSample `json:"saturation_samples,omitzero"`
	VO2Samples                []VO2MaxSample           `json:"vo2_samples,omitzero"`
	VO2MaxMlPerMinPerKg       opt.Value[float64]       `json:"vo2max_ml_per_min_per_kg,omitzero"`
	DayAvgVO2MaxMlPerMinPerKg opt.Value[float64]       `json:"day_avg_vo2max_ml_per_min_per_kg,omitzero"`
}

type OxygenSaturationSample struct {
	Timestamp  Timestamp                       `json:"timestamp,omitzero"`
	Percentage opt.Value[float64]              `json:"percentage,omitzero"`
	Type       opt.Value[OxygenSaturationType] `json:"type,omitzero"`
}

type VO2MaxSample struct {
	Timestamp           Timestamp          `json:"timestamp,omitzero"`
	VO2MaxMlPerMinPerKg opt.Value[float64] `json:"vo2max_ml_per_min_per_kg,omitzero"`
}
