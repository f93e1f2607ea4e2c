package health

import "github.com/terra-go/terra/opt"

// PlannedWorkout is a workout on a person's calendar. Either it was planned
// through Terra from a [WorkoutTemplate], which WorkoutID names, or it was made
// at the provider; then IsExternal is true and Details says what is in it.
type PlannedWorkout struct {
	// Terra's identifier, decimal digits in a string.
	PlannedWorkoutID opt.Value[string] `json:"planned_workout_id,omitzero"`
	// The template it was planned from; absent if made at the provider.
	WorkoutID opt.Value[string] `json:"workout_id,omitzero"`
	// The provider's identifier, once the workout has reached it.
	ProviderWorkoutID opt.Value[string] `json:"provider_workout_id,omitzero"`
	// True if it was made at the provider.
	IsExternal opt.Value[bool] `json:"is_external,omitzero"`
	// The day it is planned for, a date alone; read it with [Timestamp.Date].
	PlannedDate Timestamp `json:"planned_date,omitzero"`
	// When it was planned.
	CreatedAt Timestamp `json:"created_at,omitzero"`
	// When it was last changed.
	LastUpdatedAt Timestamp `json:"last_updated_at,omitzero"`
	// What of the template the provider cannot express and had to be bent; absent
	// if it took the template as it is.
	CoercionWarnings opt.Value[string] `json:"coercion_warnings,omitzero"`
	// The person's own figures, which turn relative targets into absolute ones.
	AthleteMetrics AthleteMetrics `json:"athlete_metrics,omitzero"`
	// The content of an external workout, as the provider holds it at the time of
	// the request.
	Details PlannedWorkoutDetails `json:"details,omitzero"`
}

// AthleteMetrics is what a plan needs to know about the person who follows it.
type AthleteMetrics struct {
	// Heart rate at the lactate threshold, beats per minute.
	ThresholdHeartRate opt.Value[float64] `json:"threshold_heart_rate,omitzero"`
	// Highest heart rate, beats per minute.
	MaxHeartRate opt.Value[float64] `json:"max_heart_rate,omitzero"`
	// Speed at the lactate threshold, m/s.
	ThresholdSpeed opt.Value[float64] `json:"threshold_speed,omitzero"`
	// Functional threshold power, the highest that lasts an hour, watts.
	FTP opt.Value[float64] `json:"ftp,omitzero"`
	// Length of the pool, meters, in place of the template's.
	PoolLengthMeters opt.Value[float64] `json:"pool_length_meters,omitzero"`
}

// PlannedWorkoutDetails is the content of a workout made at the provider. The
// numeric codes in it and in its parts are kept as delivered: no list of them is
// published.
type PlannedWorkoutDetails struct {
	// Name, date and expected effort.
	Metadata PlannedWorkoutDetailsMetadata `json:"metadata,omitzero"`
	// What to do, in order; empty where the provider keeps it to itself.
	Steps []PlannedWorkoutDetailsStep `json:"steps,omitzero"`
}

// PlannedWorkoutDetailsMetadata describes a provider's workout as a whole. The
// estimates are the provider's, for a person who completes it.
type PlannedWorkoutDetailsMetadata struct {
	// The provider's identifier of the workout.
	ID opt.Value[string] `json:"id,omitzero"`
	// The source it comes from, such as "GARMIN".
	Provider opt.Value[string] `json:"provider,omitzero"`
	// Title.
	Name opt.Value[string] `json:"name,omitzero"`
	// What the workout is for, in the author's words.
	Description opt.Value[string] `json:"description,omitzero"`
	// Code of the kind of sport.
	Type opt.Value[int64] `json:"type,omitzero"`
	// The day it is planned for; equals PlannedDate of the [PlannedWorkout].
	PlannedDate Timestamp `json:"planned_date,omitzero"`
	// When it was made at the provider.
	CreatedDate Timestamp `json:"created_date,omitzero"`
	// Length, seconds.
	EstimatedDurationSeconds opt.Value[float64] `json:"estimated_duration_seconds,omitzero"`
	// Distance, meters.
	EstimatedDistanceMeters opt.Value[float64] `json:"estimated_distance_meters,omitzero"`
	// Climb, meters.
	EstimatedElevationGainMeters opt.Value[float64] `json:"estimated_elevation_gain_meters,omitzero"`
	// Speed, m/s.
	EstimatedSpeedMetersPerSecond opt.Value[float64] `json:"estimated_speed_meters_per_second,omitzero"`
	// Energy the body burns, kcal.
	EstimatedCalories opt.Value[float64] `json:"estimated_calories,omitzero"`
	// Mechanical work, kJ.
	EstimatedEnergyKJ opt.Value[float64] `json:"estimated_energy_kj,omitzero"`
	// Training stress score: 100 is an hour at threshold.
	EstimatedTSS opt.Value[float64] `json:"estimated_tss,omitzero"`
	// Intensity factor: 1 is threshold effort.
	EstimatedIF opt.Value[float64] `json:"estimated_if,omitzero"`
	// Length of the pool, meters.
	PoolLengthMeters opt.Value[float64] `json:"pool_length_meters,omitzero"`
}

// PlannedWorkoutDetailsStep is a stretch of a provider's workout, or a block of
// steps to go through several times.
type PlannedWorkoutDetailsStep struct {
	// Place among its siblings.
	Order opt.Value[int64] `json:"order,omitzero"`
	// 0 for a step, 1 for a block.
	Type opt.Value[int64] `json:"type,omitzero"`
	// Title.
	Name opt.Value[string] `json:"name,omitzero"`
	// What to do, in words.
	Description opt.Value[string] `json:"description,omitzero"`
	// Code of the effort, such as warm-up or rest.
	Intensity opt.Value[int64] `json:"intensity,omitzero"`
	// What ends the step.
	Durations []PlannedWorkoutDetailsStepDuration `json:"durations,omitzero"`
	// What to hold on to during the step.
	Targets []PlannedWorkoutDetailsStepTarget `json:"targets,omitzero"`
	// Code of the swimming stroke.
	StrokeType opt.Value[int64] `json:"stroke_type,omitzero"`
	// Codes of the swimming gear.
	EquipmentType []int64 `json:"equipment_type,omitzero" legacy:"equipement_type"`
	// Strength exercise, by name.
	ExerciseName opt.Value[string] `json:"exercise_name,omitzero" legacy:"exercice_name"`
	// Code of the group of exercises ExerciseName belongs to.
	ExerciseCategory opt.Value[int64] `json:"exercise_category,omitzero" legacy:"exercice_category"`
	// Load to lift, kg.
	WeightKg opt.Value[float64] `json:"weight_kg,omitzero"`
	// The steps of a block.
	Steps []PlannedWorkoutDetailsStep `json:"steps,omitzero"`
}

// PlannedWorkoutDetailsStepDuration is a condition that ends a step. DurationType,
// always given, tells which of the other fields holds it.
type PlannedWorkoutDetailsStepDuration struct {
	// Code of the condition.
	DurationType opt.Value[int64] `json:"duration_type,omitzero"`
	// Time to go, seconds.
	Seconds opt.Value[float64] `json:"seconds,omitzero"`
	// Time to rest, seconds.
	RestSeconds opt.Value[float64] `json:"rest_seconds,omitzero"`
	// Distance to cover, meters.
	DistanceMeters opt.Value[float64] `json:"distance_meters,omitzero"`
	// Count of steps to take.
	Steps opt.Value[float64] `json:"steps,omitzero"`
	// Count of repetitions to do.
	Reps opt.Value[float64] `json:"reps,omitzero"`
	// Energy to burn, kcal.
	Calories opt.Value[float64] `json:"calories,omitzero"`
	// Heart rate to fall below, beats per minute.
	HRBelowBPM opt.Value[float64] `json:"hr_below_bpm,omitzero"`
	// Heart rate to rise above, beats per minute.
	HRAboveBPM opt.Value[float64] `json:"hr_above_bpm,omitzero"`
	// Power to fall below, watts.
	PowerBelowWatts opt.Value[float64] `json:"power_below_watts,omitzero"`
	// Power to rise above, watts.
	PowerAboveWatts opt.Value[float64] `json:"power_above_watts,omitzero"`
}

// PlannedWorkoutDetailsStepTarget is an effort to hold during a step: one value,
// or a range from low to high. TargetType, always given, tells which of the other
// fields holds it. Percentages are of the person's own maximum or threshold,
// whichever the provider reckons by.
type PlannedWorkoutDetailsStepTarget struct {
	// Code of the measure.
	TargetType opt.Value[int64] `json:"target_type,omitzero"`
	// Lower end of the heart rate, beats per minute.
	HRBPMLow opt.Value[float64] `json:"hr_bpm_low,omitzero"`
	// Upper end of the heart rate, beats per minute.
	HRBPMHigh opt.Value[float64] `json:"hr_bpm_high,omitzero"`
	// Heart rate, percent.
	HRPercentage opt.Value[float64] `json:"hr_percentage,omitzero"`
	// Lower end of the heart rate, percent.
	HRPercentageLow opt.Value[float64] `json:"hr_percentage_low,omitzero"`
	// Upper end of the heart rate, percent.
	HRPercentageHigh opt.Value[float64] `json:"hr_percentage_high,omitzero"`
	// Steps or turns of the crank per minute.
	Cadence opt.Value[float64] `json:"cadence,omitzero"`
	// Lower end of the cadence, per minute.
	CadenceLow opt.Value[float64] `json:"cadence_low,omitzero"`
	// Upper end of the cadence, per minute.
	CadenceHigh opt.Value[float64] `json:"cadence_high,omitzero"`
	// Power, watts.
	PowerWatt opt.Value[float64] `json:"power_watt,omitzero"`
	// Lower end of the power, watts.
	PowerWattLow opt.Value[float64] `json:"power_watt_low,omitzero"`
	// Upper end of the power, watts.
	PowerWattHigh opt.Value[float64] `json:"power_watt_high,omitzero"`
	// Power, percent.
	PowerPercentage opt.Value[float64] `json:"power_percentage,omitzero"`
	// Lower end of the power, percent.
	PowerPercentageLow opt.Value[float64] `json:"power_percentage_low,omitzero"`
	// Upper end of the power, percent.
	PowerPercentageHigh opt.Value[float64] `json:"power_percentage_high,omitzero"`
	// Speed, m/s.
	SpeedMetersPerSecond opt.Value[float64] `json:"speed_meters_per_second,omitzero"`
	// Lower end of the speed, m/s.
	SpeedMetersPerSecondLow opt.Value[float64] `json:"speed_meters_per_second_low,omitzero"`
	// Upper end of the speed, m/s.
	SpeedMetersPerSecondHigh opt.Value[float64] `json:"speed_meters_per_second_high,omitzero"`
	// Speed, percent.
	SpeedPercentage opt.Value[float64] `json:"speed_percentage,omitzero"`
	// Lower end of the speed, percent.
	SpeedPercentageLow opt.Value[float64] `json:"speed_percentage_low,omitzero"`
	// Upper end of the speed, percent.
	SpeedPercentageHigh opt.Value[float64] `json:"speed_percentage_high,omitzero"`
	// Count of swimming strokes.
	SwimStrokes opt.Value[float64] `json:"swim_strokes,omitzero"`
	// How many times to go through a block.
	Repetitions opt.Value[int64] `json:"repetitions,omitzero"`
}
