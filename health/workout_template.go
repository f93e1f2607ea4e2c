package health

import "github.com/terra-go/terra/opt"

// WorkoutTemplate is a workout kept with Terra, to be planned for any number of
// people. Name, Sport and StepBlocks are required to make one.
type WorkoutTemplate struct {
	// Terra's identifier, decimal digits in a string; given by Terra and ignored
	// when sent.
	WorkoutID opt.Value[string] `json:"workout_id,omitzero"`
	// Title.
	Name opt.Value[string] `json:"name,omitzero"`
	// What the workout is for, in the author's words.
	Description opt.Value[string] `json:"description,omitzero"`
	// What is trained.
	Sport opt.Value[WorkoutSport] `json:"sport,omitzero"`
	// Where it is trained.
	Environment opt.Value[EnvironmentType] `json:"environment,omitzero"`
	// Length of the pool, meters; swimming only.
	PoolLengthMeters opt.Value[float64] `json:"pool_length_meters,omitzero"`
	// Expected length, seconds.
	EstimatedDurationSeconds opt.Value[float64] `json:"estimated_duration_seconds,omitzero"`
	// Expected distance, meters.
	EstimatedDistanceMeters opt.Value[float64] `json:"estimated_distance_meters,omitzero"`
	// Energy expected to be burned, kcal.
	EstimatedCalories opt.Value[float64] `json:"estimated_calories,omitzero"`
	// What to do, in order.
	StepBlocks []StepBlock `json:"step_blocks,omitzero"`
}

// StepBlock is a run of steps, gone through again and again until a condition is
// met.
type StepBlock struct {
	// What ends the block: a count of rounds, a total time or distance, or, if
	// open, the end of the first round.
	CompletionCondition CompletionCondition `json:"completion_condition,omitzero"`
	// One round, in order.
	Steps []WorkoutStep `json:"steps,omitzero"`
}

// WorkoutStep is a stretch of a workout done in one manner. Its condition and
// IntensityType are required.
type WorkoutStep struct {
	// What ends the step.
	CompletionCondition CompletionCondition `json:"completion_condition,omitzero"`
	// What the step is for: warming up, working, resting.
	IntensityType opt.Value[WorkoutStepIntensity] `json:"intensity_type,omitzero"`
	// What to hold on to during the step.
	IntensityTargets []IntensityTarget `json:"intensity_targets,omitzero"`
	// How to set the machine.
	Controls []StepControl `json:"controls,omitzero"`
	// What to lift.
	Strength StrengthData `json:"strength,omitzero"`
	// How to swim.
	Swimming SwimStepData `json:"swimming,omitzero"`
	// Words of the coach, shown to the person.
	Notes opt.Value[string] `json:"notes,omitzero"`
}

// CompletionCondition ends a step or a block: at a value, or within a range. Type
// sets the unit: seconds of time, meters of distance, beats per minute, kcal,
// watts, a count of reps, percent.
type CompletionCondition struct {
	// What is watched.
	Type opt.Value[CompletionConditionType] `json:"type,omitzero"`
	// The value to reach.
	Value opt.Value[float64] `json:"value,omitzero"`
	// Lower end of a range.
	ValueLow opt.Value[float64] `json:"value_low,omitzero"`
	// Upper end of a range.
	ValueHigh opt.Value[float64] `json:"value_high,omitzero"`
}

// IntensityTarget is an effort to hold during a step: one value, or a range.
// TargetType sets the unit.
type IntensityTarget struct {
	// What is held.
	TargetType opt.Value[WorkoutStepTargetType] `json:"target_type,omitzero"`
	// The value to hold.
	Value opt.Value[float64] `json:"value,omitzero"`
	// Lower end of a range.
	ValueLow opt.Value[float64] `json:"value_low,omitzero"`
	// Upper end of a range.
	ValueHigh opt.Value[float64] `json:"value_high,omitzero"`
}

// StepControl is a setting of the machine for the length of a step.
type StepControl struct {
	// What is set.
	Type opt.Value[StepControlType] `json:"type,omitzero"`
	// The setting; a grade is a fraction, 0.02 for a climb of 2 %.
	Value opt.Value[float64] `json:"value,omitzero"`
}

// StrengthData is the exercise of a strength step.
type StrengthData struct {
	// The exercise, for people to read.
	ExerciseName opt.Value[string] `json:"exercise_name,omitzero"`
	// Its group in Garmin's training API, such as "BENCH_PRESS".
	ExerciseCategory opt.Value[string] `json:"exercise_category,omitzero"`
	// Load to lift.
	Weight opt.Value[float64] `json:"weight,omitzero"`
	// Unit in which the load is shown to the person.
	WeightDisplayUnit opt.Value[WeightUnit] `json:"weight_display_unit,omitzero"`
}

// SwimStepData is the manner of a swimming step.
type SwimStepData struct {
	// The stroke to swim.
	StrokeType opt.Value[SwimStrokeType] `json:"stroke_type,omitzero"`
	// The drill to practice, where the step is one.
	DrillType opt.Value[DrillType] `json:"drill_type,omitzero"`
	// What to wear or hold.
	Equipment []SwimEquipmentType `json:"equipment,omitzero"`
}
