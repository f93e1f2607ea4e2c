package health

import "github.com/terra-go/terra/opt"

// ActiveDurationsData is how long a person moved, and how hard, over a workout or
// a day. Durations are in seconds, never negative; providers draw the lines
// between the levels differently.
type ActiveDurationsData struct {
	// In motion at any intensity.
	ActivitySeconds opt.Value[float64] `json:"activity_seconds,omitzero"`
	// At rest, such as lying down.
	RestSeconds opt.Value[float64] `json:"rest_seconds,omitzero"`
	// Awake but hardly moving.
	InactivitySeconds opt.Value[float64] `json:"inactivity_seconds,omitzero"`
	// As on a stroll.
	LowIntensitySeconds opt.Value[float64] `json:"low_intensity_seconds,omitzero"`
	// As on a brisk walk.
	ModerateIntensitySeconds opt.Value[float64] `json:"moderate_intensity_seconds,omitzero"`
	// As on a run.
	VigorousIntensitySeconds opt.Value[float64] `json:"vigorous_intensity_seconds,omitzero"`
	// Count of unbroken spells of inactivity.
	NumContinuousInactivePeriods opt.Value[int64] `json:"num_continuous_inactive_periods,omitzero"`
	// On one's feet.
	StandingSeconds opt.Value[float64] `json:"standing_seconds,omitzero"`
	// Count of hours of the day with some standing in them.
	StandingHoursCount opt.Value[float64] `json:"standing_hours_count,omitzero"`
	// Intensity through the record, in order of time.
	ActivityLevelsSamples []ActivityLevelSample `json:"activity_levels_samples,omitzero"`
}

// ActivityLevelSample is the intensity at one moment.
type ActivityLevelSample struct {
	// When the person moved so.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// How hard the person moved.
	ActivityLevel opt.Value[ActivityLevel] `json:"activity_level,omitzero" legacy:"level"`
	// Seconds for which the timer of the level has been running.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// DistanceDataDetailed holds the samples behind a distance. All but the elevation
// are running totals from the start of the record: the last sample is the total.
type DistanceDataDetailed struct {
	// Distance so far.
	DistanceSamples []DistanceSample `json:"distance_samples,omitzero"`
	// Steps so far.
	StepSamples []StepSample `json:"step_samples,omitzero"`
	// Floors so far, as the provider counts them.
	FloorsClimbedSamples []FloorsClimbedSample `json:"floors_climbed_samples,omitzero"`
	// Height at each moment.
	ElevationSamples []ElevationSample `json:"elevation_samples,omitzero"`
}

// DistanceSample is the distance covered by one moment.
type DistanceSample struct {
	// Up to when the total runs.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Running total from the start of the record, m.
	DistanceMeters opt.Value[float64] `json:"distance_meters,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// StepSample is the count of steps taken by one moment.
type StepSample struct {
	// Up to when the total runs.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Running total from the start of the record.
	Steps opt.Value[float64] `json:"steps,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// FloorsClimbedSample is the count of floors climbed by one moment.
type FloorsClimbedSample struct {
	// Up to when the total runs.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Running total from the start of the record.
	FloorsClimbed opt.Value[float64] `json:"floors_climbed,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// ElevationSample is the height at one moment.
type ElevationSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Height above the sea, m.
	ElevMeters opt.Value[float64] `json:"elev_meters,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
}

// ElevationData is height above the sea over a workout or a day, in meters.
type ElevationData struct {
	// Mean height.
	AvgMeters opt.Value[float64] `json:"avg_meters,omitzero"`
	// Lowest height.
	MinMeters opt.Value[float64] `json:"min_meters,omitzero"`
	// Highest height.
	MaxMeters opt.Value[float64] `json:"max_meters,omitzero"`
	// Sum of all climbs, descents not taken off.
	GainActualMeters opt.Value[float64] `json:"gain_actual_meters,omitzero"`
	// Sum of all climbs of the plan.
	GainPlannedMeters opt.Value[float64] `json:"gain_planned_meters,omitzero"`
	// Sum of all descents, as a positive number.
	LossActualMeters opt.Value[float64] `json:"loss_actual_meters,omitzero"`
}

// SwimmingData holds the totals of a swim, or of a day's swims.
type SwimmingData struct {
	// Lengths of the pool.
	NumLaps opt.Value[int64] `json:"num_laps,omitzero"`
	// Arm strokes.
	NumStrokes opt.Value[int64] `json:"num_strokes,omitzero"`
	// Length of the pool, m.
	PoolLengthMeters opt.Value[int64] `json:"pool_length_meters,omitzero"`
}
