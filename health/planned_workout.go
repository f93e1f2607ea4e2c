package health

import "github.com/terra-go/terra/opt"

type PlannedWorkout struct {
	PlannedWorkoutID  opt.Value[string]     `json:"planned_workout_id,omitzero"`
	WorkoutID         opt.Value[string]     `json:"workout_id,omitzero"`
	PlannedDate       Timestamp             `json:"planned_date,omitzero"`
	ProviderWorkoutID opt.Value[string]     `json:"provider_workout_id,omitzero"`
	CoercionWarnings  opt.Value[string]     `json:"coercion_warnings,omitzero"`
	CreatedAt         Timestamp             `json:"created_at,omitzero"`
	LastUpdatedAt     Timestamp             `json:"last_updated_at,omitzero"`
	IsExternal        opt.Value[bool]       `json:"is_external,omitzero"`
	AthleteMetrics    AthleteMetrics        `json:"athlete_metrics,omitzero"`
	Details           PlannedWorkoutDetails `json:"details,omitzero"`
}

type AthleteMetrics struct {
	ThresholdHeartRate opt.Value[float64] `json:"threshold_heart_rate,omitzero"`
	MaxHeartRate       opt.Value[float64] `json:"max_heart_rate,omitzero"`
	ThresholdSpeed     opt.Value[float64] `json:"threshold_speed,omitzero"`
	FTP                opt.Value[float64] `json:"ftp,omitzero"`
	PoolLengthMeters   opt.Value[float64] `json:"pool_length_meters,omitzero"`
}

type PlannedWorkoutDetails struct {
	Metadata PlannedWorkoutDetailsMetadata `json:"metadata,omitzero"`
	Steps    []PlannedWorkoutDetailsStep   `json:"steps,omitzero"`
}

type PlannedWorkoutDetailsMetadata struct {
	ID                            opt.Value[string]  `json:"id,omitzero"`
	Provider                      opt.Value[string]  `json:"provider,omitzero"`
	Name                          opt.Value[string]  `json:"name,omitzero"`
	Description                   opt.Value[string]  `json:"description,omitzero"`
	Type                          opt.Value[int64]   `json:"type,omitzero"`
	PlannedDate                   Timestamp          `json:"planned_date,omitzero"`
	CreatedDate                   Timestamp          `json:"created_date,omitzero"`
	EstimatedTSS                  opt.Value[float64] `json:"estimated_tss,omitzero"`
	EstimatedIF                   opt.Value[float64] `json:"estimated_if,omitzero"`
	EstimatedDurationSeconds      opt.Value[float64] `json:"estimated_duration_seconds,omitzero"`
	EstimatedDistanceMeters       opt.Value[float64] `json:"estimated_distance_meters,omitzero"`
	EstimatedCalories             opt.Value[float64] `json:"estimated_calories,omitzero"`
	EstimatedElevationGainMeters  opt.Value[float64] `json:"estimated_elevation_gain_meters,omitzero"`
	EstimatedEnergyKJ             opt.Value[float64] `json:"estimated_energy_kj,omitzero"`
	EstimatedSpeedMetersPerSecond opt.Value[float64] `json:"estimated_speed_meters_per_second,omitzero"`
	PoolLengthMeters              opt.Value[float64] `json:"pool_length_meters,omitzero"`
}

type PlannedWorkoutDetailsStep struct {
	Order            opt.Value[int64]                    `json:"order,omitzero"`
	Name             opt.Value[string]                   `json:"name,omitzero"`
	Description      opt.Value[string]                   `json:"description,omitzero"`
	Intensity        opt.Value[int64]                    `json:"intensity,omitzero"`
	Type             opt.Value[int64]                    `json:"type,omitzero"`
	Durations        []PlannedWorkoutDetailsStepDuration `json:"durations,omitzero"`
	Targets          []PlannedWorkoutDetailsStepTarget   `json:"targets,omitzero"`
	StrokeType       opt.Value[int64]                    `json:"stroke_type,omitzero"`
	EquipmentType    []int64                             `json:"equipment_type,omitzero"`
	ExerciseName     opt.Value[string]                   `json:"exercise_name,omitzero"`
	ExerciseCategory opt.Value[int64]                    `json:"exercise_category,omitzero"`
	WeightKg         opt.Value[float64]                  `json:"weight_kg,omitzero"`
	Steps            []PlannedWorkoutDetailsStep         `json:"steps,omitzero"`
}

type PlannedWorkoutDetailsStepDuration struct {
	DurationType    opt.Value[int64]   `json:"duration_type,omitzero"`
	Seconds         opt.Value[float64] `json:"seconds,omitzero"`
	DistanceMeters  opt.Value[float64] `json:"distance_meters,omitzero"`
	HRBelowBPM      opt.Value[float64] `json:"hr_below_bpm,omitzero"`
	HRAboveBPM      opt.Value[float64] `json:"hr_above_bpm,omitzero"`
	Calories        opt.Value[float64] `json:"calories,omitzero"`
	PowerBelowWatts opt.Value[float64] `json:"power_below_watts,omitzero"`
	PowerAboveWatts opt.Value[float64] `json:"power_above_watts,omitzero"`
	Reps            opt.Value[float64] `json:"reps,omitzero"`
	RestSeconds     opt.Value[float64] `json:"rest_seconds,omitzero"`
	Steps           opt.Value[float64] `json:"steps,omitzero"`
}

type PlannedWorkoutDetailsStepTarget struct {
	TargetType               opt.Value[int64]   `json:"target_type,omitzero"`
	HRBPMHigh                opt.Value[float64] `json:"hr_bpm_high,omitzero"`
	HRBPMLow                 opt.Value[float64] `json:"hr_bpm_low,omitzero"`
	Cadence                  opt.Value[float64] `json:"cadence,omitzero"`
	CadenceHigh              opt.Value[float64] `json:"cadence_high,omitzero"`
	CadenceLow               opt.Value[float64] `json:"cadence_low,omitzero"`
	PowerWatt                opt.Value[float64] `json:"power_watt,omitzero"`
	PowerWattHigh            opt.Value[float64] `json:"power_watt_high,omitzero"`
	PowerWattLow             opt.Value[float64] `json:"power_watt_low,omitzero"`
	SwimStrokes              opt.Value[float64] `json:"swim_strokes,omitzero"`
	HRPercentage             opt.Value[float64] `json:"hr_percentage,omitzero"`
	HRPercentageHigh         opt.Value[float64] `json:"hr_percentage_high,omitzero"`
	HRPercentageLow          opt.Value[float64] `json:"hr_percentage_low,omitzero"`
	SpeedPercentage          opt.Value[float64] `json:"speed_percentage,omitzero"`
	SpeedPercentageHigh      opt.Value[float64] `json:"speed_percentage_high,omitzero"`
	SpeedPercentageLow       opt.Value[float64] `json:"speed_percentage_low,omitzero"`
	PowerPercentage          opt.Value[float64] `json:"power_percentage,omitzero"`
	PowerPercentageHigh      opt.Value[float64] `json:"power_percentage_high,omitzero"`
	PowerPercentageLow       opt.Value[float64] `json:"power_percentage_low,omitzero"`
	Repetitions              opt.Value[int64]   `json:"repetitions,omitzero"`
	SpeedMetersPerSecond     opt.Value[float64] `json:"speed_meters_per_second,omitzero"`
	SpeedMetersPerSecondLow  opt.Value[float64] `json:"speed_meters_per_second_low,omitzero"`
	SpeedMetersPerSecondHigh opt.Value[float64] `json:"speed_meters_per_second_high,omitzero"`
}

type WorkoutTemplate struct {
	Name                     opt.Value[string]          `json:"name,omitzero"`
	Description              opt.Value[string]          `json:"description,omitzero"`
	Sport                    opt.Value[WorkoutSport]    `json:"sport,omitzero"`
	Environment              opt.Value[EnvironmentType] `json:"environment,omitzero"`
	PoolLengthMeters         opt.Value[float64]         `json:"pool_length_meters,omitzero"`
	StepBlocks               []StepBlock                `json:"step_blocks,omitzero"`
	EstimatedDurationSeconds opt.Value[float64]         `json:"estimated_duration_seconds,omitzero"`
	EstimatedDistanceMeters  opt.Value[float64]         `json:"estimated_distance_meters,omitzero"`
	EstimatedCalories        opt.Value[float64]         `json:"estimated_calories,omitzero"`
	WorkoutID                opt.Value[string]          `json:"workout_id,omitzero"`
}

type StepBlock struct {
	CompletionCondition CompletionCondition `json:"completion_condition,omitzero"`
	Steps               []WorkoutStep       `json:"steps,omitzero"`
}

type CompletionCondition struct {
	Type      opt.Value[CompletionConditionType] `json:"type,omitzero"`
	Value     opt.Value[float64]                 `json:"value,omitzero"`
	ValueLow  opt.Value[float64]                 `json:"value_low,omitzero"`
	ValueHigh opt.Value[float64]                 `json:"value_high,omitzero"`
}

type WorkoutStep struct {
	CompletionCondition CompletionCondition             `json:"completion_condition,omitzero"`
	IntensityTargets    []IntensityTarget               `json:"intensity_targets,omitzero"`
	IntensityType       opt.Value[WorkoutStepIntensity] `json:"intensity_type,omitzero"`
	Notes               opt.Value[string]               `json:"notes,omitzero"`
	Controls            []StepControl                   `json:"controls,omitzero"`
	Strength            StrengthData                    `json:"strength,omitzero"`
	Swimming            SwimStepData                    `json:"swimming,omitzero"`
}

type IntensityTarget struct {
	TargetType opt.Value[WorkoutStepTargetType] `json:"target_type,omitzero"`
	Value      opt.Value[float64]               `json:"value,omitzero"`
	ValueLow   opt.Value[float64]               `json:"value_low,omitzero"`
	ValueHigh  opt.Value[float64]               `json:"value_high,omitzero"`
}

type StepControl struct {
	Type  opt.Value[StepControlType] `json:"type,omitzero"`
	Value opt.Value[float64]         `json:"value,omitzero"`
}

type StrengthData struct {
	ExerciseName      opt.Value[string]     `json:"exercise_name,omitzero"`
	Weight            opt.Value[float64]    `json:"weight,omitzero"`
	WeightDisplayUnit opt.Value[WeightUnit] `json:"weight_display_unit,omitzero"`
	ExerciseCategory  opt.Value[string]     `json:"exercise_category,omitzero"`
}

type SwimStepData struct {
	StrokeType opt.Value[SwimStrokeType] `json:"stroke_type,omitzero"`
	DrillType  opt.Value[DrillType]      `json:"drill_type,omitzero"`
	Equipment  []SwimEquipmentType       `json:"equipment,omitzero"`
}
