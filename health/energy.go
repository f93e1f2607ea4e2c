package health

import "github.com/terra-go/terra/opt"

// CaloriesData is the energy burned and eaten over a workout or a day, in
// kilocalories.
type CaloriesData struct {
	// All energy burned: BMRCalories and NetActivityCalories together.
	TotalBurnedCalories opt.Value[float64] `json:"total_burned_calories,omitzero"`
	// Burned by being alive, as in bed all day.
	BMRCalories opt.Value[float64] `json:"BMR_calories,omitzero"`
	// Burned by moving, on top of BMRCalories.
	NetActivityCalories opt.Value[float64] `json:"net_activity_calories,omitzero"`
	// Eaten and drunk.
	NetIntakeCalories opt.Value[float64] `json:"net_intake_calories,omitzero"`
	// In order of time.
	CalorieSamples []CalorieSample `json:"calorie_samples,omitzero"`
}

// CalorieSample is the energy burned at one moment.
type CalorieSample struct {
	// When they were burned.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// In kilocalories.
	Calories opt.Value[float64] `json:"calories,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// METData is effort in metabolic equivalents: multiples of what the body spends
// at rest, so that 1 is sitting still and 10 is running.
type METData struct {
	// Mean over the record.
	AvgLevel opt.Value[float64] `json:"avg_level,omitzero"`
	// Minutes without effort.
	NumInactiveMinutes opt.Value[float64] `json:"num_inactive_minutes,omitzero"`
	// Minutes of light effort.
	NumLowIntensityMinutes opt.Value[float64] `json:"num_low_intensity_minutes,omitzero"`
	// Minutes of moderate effort.
	NumModerateIntensityMinutes opt.Value[float64] `json:"num_moderate_intensity_minutes,omitzero"`
	// Minutes of hard effort.
	NumHighIntensityMinutes opt.Value[float64] `json:"num_high_intensity_minutes,omitzero"`
	// In order of time.
	METSamples []METSample `json:"MET_samples,omitzero"`
}

// METSample is the effort at one moment.
type METSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// In metabolic equivalents.
	Level opt.Value[float64] `json:"level,omitzero"`
}

// StrainData is the load on heart and circulation over a workout or a day.
type StrainData struct {
	// On the provider's own scale; WHOOP's runs from 0 to 21.
	StrainLevel opt.Value[float64] `json:"strain_level,omitzero"`
}
