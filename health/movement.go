package health

import "github.com/terra-go/terra/opt"

type ActiveDurationsData struct {
	ActivityLevelsSamples        []ActivityLevelSample `json:"activity_levels_samples,omitzero"`
	ActivitySeconds              opt.Value[float64]    `json:"activity_seconds,omitzero"`
	InactivitySeconds            opt.Value[float64]    `json:"inactivity_seconds,omitzero"`
	LowIntensitySeconds          opt.Value[float64]    `json:"low_intensity_seconds,omitzero"`
	ModerateIntensitySeconds     opt.Value[float64]    `json:"moderate_intensity_seconds,omitzero"`
	NumContinuousInactivePeriods opt.Value[int64]      `json:"num_continuous_inactive_periods,omitzero"`
	RestSeconds                  opt.Value[float64]    `json:"rest_seconds,omitzero"`
	VigorousIntensitySeconds     opt.Value[float64]    `json:"vigorous_intensity_seconds,omitzero"`
	StandingHoursCount           opt.Value[float64]    `json:"standing_hours_count,omitzero"`
	StandingSeconds              opt.Value[float64]    `json:"standing_seconds,omitzero"`
}

type ActivityLevelSample struct {
	Timestamp            Timestamp                `json:"timestamp,omitzero"`
	ActivityLevel        opt.Value[ActivityLevel] `json:"activity_level,omitzero"`
	TimerDurationSeconds opt.Value[float64]       `json:"timer_duration_seconds,omitzero"`
}

type DistanceDataDetailed struct {
	DistanceSamples      []DistanceSample      `json:"distance_samples,omitzero"`
	ElevationSamples     []ElevationSample     `json:"elevation_samples,omitzero"`
	FloorsClimbedSamples []FloorsClimbedSample `json:"floors_climbed_samples,omitzero"`
	StepSamples          []StepSample          `json:"step_samples,omitzero"`
}

type DistanceSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	DistanceMeters       opt.Value[float64] `json:"distance_meters,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type ElevationSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	ElevMeters           opt.Value[float64] `json:"elev_meters,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type FloorsClimbedSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	FloorsClimbed        opt.Value[float64] `json:"floors_climbed,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type StepSample struct {
	Timestamp            Timestamp          `json:"timestamp,omitzero"`
	Steps                opt.Value[float64] `json:"steps,omitzero"`
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

type ElevationData struct {
	AvgMeters         opt.Value[float64] `json:"avg_meters,omitzero"`
	GainActualMeters  opt.Value[float64] `json:"gain_actual_meters,omitzero"`
	GainPlannedMeters opt.Value[float64] `json:"gain_planned_meters,omitzero"`
	LossActualMeters  opt.Value[float64] `json:"loss_actual_meters,omitzero"`
	MaxMeters         opt.Value[float64] `json:"max_meters,omitzero"`
	MinMeters         opt.Value[float64] `json:"min_meters,omitzero"`
}

type SwimmingData struct {
	NumLaps          opt.Value[int64] `json:"num_laps,omitzero"`
	NumStrokes       opt.Value[int64] `json:"num_strokes,omitzero"`
	PoolLengthMeters opt.Value[int64] `json:"pool_length_meters,omitzero"`
}
