package health

import "github.com/terra-go/terra/opt"

type CaloriesData struct {
	BMRCalories         opt.Value[float64] `json:"BMR_calories,omitzero"`
	CalorieSamples      []CalorieSample    `json:"calorie_samples,omitzero"`
	NetActivityCalories opt.Value[float64] `json:"net_activity_calories,omitzero"`
	NetIntakeCalories   opt.Value[float64] `json:"net_intake_calories,omitzero"`
	TotalBurnedCalories opt.Value[float64] `json:"total_burned_calories,omitzero"`
}

type CalorieSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	Calories             opt.Value[float64] `json:"calories,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type METData struct {
	METSamples                  []METSample        `json:"MET_samples,omitzero"`
	AvgLevel                    opt.Value[float64] `json:"avg_level,omitzero"`
	NumHighIntensityMinutes     opt.Value[float64] `json:"num_high_intensity_minutes,omitzero"`
	NumInactiveMinutes          opt.Value[float64] `json:"num_inactive_minutes,omitzero"`
	NumLowIntensityMinutes      opt.Value[float64] `json:"num_low_intensity_minutes,omitzero"`
	NumModerateIntensityMinutes opt.Value[float64] `json:"num_moderate_intensity_minutes,omitzero"`
}

type METSample struct {
	Timestamp Timestamp          `json:"timestamp,omitzero"`
	Level     opt.Value[float64] `json:"level,omitzero"`
}

type StrainData struct {
	StrainLevel opt.Value[float64] `json:"strain_level,omitzero"`
}
