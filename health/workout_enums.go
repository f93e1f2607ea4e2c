package health

import "slices"

// WorkoutSport is the sport that a workout template is for; [EnvironmentType]
// tells indoors from outdoors.
type WorkoutSport string

const (
	WorkoutSportRunning           WorkoutSport = "running"
	WorkoutSportCycling           WorkoutSport = "cycling"
	WorkoutSportSwimming          WorkoutSport = "swimming"
	WorkoutSportStrength          WorkoutSport = "strength" // with weights or the body's own
	WorkoutSportRowing            WorkoutSport = "rowing"
	WorkoutSportYoga              WorkoutSport = "yoga"
	WorkoutSportPilates           WorkoutSport = "pilates"
	WorkoutSportCardio            WorkoutSport = "cardio" // any endurance training
	WorkoutSportTrailRunning      WorkoutSport = "trail_running"
	WorkoutSportMountainBiking    WorkoutSport = "mountain_biking"
	WorkoutSportBackcountrySkiing WorkoutSport = "backcountry_skiing" // off the pistes, uphill included
	WorkoutSportHiking            WorkoutSport = "hiking"
	WorkoutSportWalking           WorkoutSport = "walking"
	WorkoutSportElliptical        WorkoutSport = "elliptical" // on a cross-trainer
	WorkoutSportStairClimbing     WorkoutSport = "stair_climbing"
)

var workoutSportValues = [...]WorkoutSport{
	WorkoutSportRunning,
	WorkoutSportCycling,
	WorkoutSportSwimming,
	WorkoutSportStrength,
	WorkoutSportRowing,
	WorkoutSportYoga,
	WorkoutSportPilates,
	WorkoutSportCardio,
	WorkoutSportTrailRunning,
	WorkoutSportMountainBiking,
	WorkoutSportBackcountrySkiing,
	WorkoutSportHiking,
	WorkoutSportWalking,
	WorkoutSportElliptical,
	WorkoutSportStairClimbing,
}

// String is in words; a value that is not known reads WorkoutSport("value").
func (e WorkoutSport) String() string { return stringName(e, workoutSportValues[:]) }

// Known is false for a value that has no constant here.
func (e WorkoutSport) Known() bool { return slices.Contains(workoutSportValues[:], e) }

// EnvironmentType is where a workout takes place.
type EnvironmentType string

const (
	EnvironmentTypeIndoor  EnvironmentType = "indoor"
	EnvironmentTypeOutdoor EnvironmentType = "outdoor"
	EnvironmentTypePool    EnvironmentType = "pool" // swimming, not in open water
)

var environmentTypeValues = [...]EnvironmentType{
	EnvironmentTypeIndoor,
	EnvironmentTypeOutdoor,
	EnvironmentTypePool,
}

// String is in words; a value that is not known reads EnvironmentType("value").
func (e EnvironmentType) String() string { return stringName(e, environmentTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e EnvironmentType) Known() bool { return slices.Contains(environmentTypeValues[:], e) }

// CompletionConditionType is what ends a step or a block of a workout.
type CompletionConditionType string

const (
	CompletionConditionTypeTime            CompletionConditionType = "time"             // so many seconds
	CompletionConditionTypeDistance        CompletionConditionType = "distance"         // so many meters
	CompletionConditionTypeHR              CompletionConditionType = "hr"               // a heart rate, in beats per minute
	CompletionConditionTypeCalories        CompletionConditionType = "calories"         // so much energy, in kcal
	CompletionConditionTypeOpen            CompletionConditionType = "open"             // the athlete, by pressing the lap button
	CompletionConditionTypePower           CompletionConditionType = "power"            // a power, in watts
	CompletionConditionTypeReps            CompletionConditionType = "reps"             // so many repetitions
	CompletionConditionTypeHRPercentage    CompletionConditionType = "hr_percentage"    // a heart rate, relative to the athlete's own
	CompletionConditionTypePowerPercentage CompletionConditionType = "power_percentage" // a power, relative to the athlete's own
	CompletionConditionTypeHRLessThan      CompletionConditionType = "hr_less_than"     // the heart rate falls below
	CompletionConditionTypeHRGreaterThan   CompletionConditionType = "hr_greater_than"  // the heart rate rises above
)

var completionConditionTypeValues = [...]CompletionConditionType{
	CompletionConditionTypeTime,
	CompletionConditionTypeDistance,
	CompletionConditionTypeHR,
	CompletionConditionTypeCalories,
	CompletionConditionTypeOpen,
	CompletionConditionTypePower,
	CompletionConditionTypeReps,
	CompletionConditionTypeHRPercentage,
	CompletionConditionTypePowerPercentage,
	CompletionConditionTypeHRLessThan,
	CompletionConditionTypeHRGreaterThan,
}

// String is in words; a value that is not known reads CompletionConditionType("value").
func (e CompletionConditionType) String() string {
	return stringName(e, completionConditionTypeValues[:])
}

// Known is false for a value that has no constant here.
func (e CompletionConditionType) Known() bool {
	return slices.Contains(completionConditionTypeValues[:], e)
}

// WorkoutStepTargetType is the quantity that an athlete keeps within limits
// during a step.
type WorkoutStepTargetType string

const (
	WorkoutStepTargetTypeSpeed                        WorkoutStepTargetType = "speed"
	WorkoutStepTargetTypeHeartRate                    WorkoutStepTargetType = "heart_rate"
	WorkoutStepTargetTypeOpen                         WorkoutStepTargetType = "open" // nothing: effort is free
	WorkoutStepTargetTypeCadence                      WorkoutStepTargetType = "cadence"
	WorkoutStepTargetTypePower                        WorkoutStepTargetType = "power"
	WorkoutStepTargetTypeSwimStroke                   WorkoutStepTargetType = "swim_stroke"
	WorkoutStepTargetTypeSpeedLap                     WorkoutStepTargetType = "speed_lap"                       // speed, over the lap
	WorkoutStepTargetTypeHeartRateLap                 WorkoutStepTargetType = "heart_rate_lap"                  // heart rate, over the lap
	WorkoutStepTargetTypePace                         WorkoutStepTargetType = "pace"                            // time per distance
	WorkoutStepTargetTypeHeartRateThresholdPercentage WorkoutStepTargetType = "heart_rate_threshold_percentage" // heart rate, in percent of that at the athlete's threshold
	WorkoutStepTargetTypeHeartRateMaxPercentage       WorkoutStepTargetType = "heart_rate_max_percentage"       // heart rate, in percent of the athlete's maximum
)

var workoutStepTargetTypeValues = [...]WorkoutStepTargetType{
	WorkoutStepTargetTypeSpeed,
	WorkoutStepTargetTypeHeartRate,
	WorkoutStepTargetTypeOpen,
	WorkoutStepTargetTypeCadence,
	WorkoutStepTargetTypePower,
	WorkoutStepTargetTypeSwimStroke,
	WorkoutStepTargetTypeSpeedLap,
	WorkoutStepTargetTypeHeartRateLap,
	WorkoutStepTargetTypePace,
	WorkoutStepTargetTypeHeartRateThresholdPercentage,
	WorkoutStepTargetTypeHeartRateMaxPercentage,
}

// String is in words; a value that is not known reads WorkoutStepTargetType("value").
func (e WorkoutStepTargetType) String() string { return stringName(e, workoutStepTargetTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e WorkoutStepTargetType) Known() bool {
	return slices.Contains(workoutStepTargetTypeValues[:], e)
}

// WorkoutStepIntensity is the part that a step plays in a workout.
type WorkoutStepIntensity string

const (
	WorkoutStepIntensityRest     WorkoutStepIntensity = "rest" // standing or lying
	WorkoutStepIntensityWarmup   WorkoutStepIntensity = "warmup"
	WorkoutStepIntensityCooldown WorkoutStepIntensity = "cooldown"
	WorkoutStepIntensityRecovery WorkoutStepIntensity = "recovery" // easy movement between efforts
	WorkoutStepIntensityActive   WorkoutStepIntensity = "active"   // the effort itself
)

var workoutStepIntensityValues = [...]WorkoutStepIntensity{
	WorkoutStepIntensityRest,
	WorkoutStepIntensityWarmup,
	WorkoutStepIntensityCooldown,
	WorkoutStepIntensityRecovery,
	WorkoutStepIntensityActive,
}

// String is in words; a value that is not known reads WorkoutStepIntensity("value").
func (e WorkoutStepIntensity) String() string { return stringName(e, workoutStepIntensityValues[:]) }

// Known is false for a value that has no constant here.
func (e WorkoutStepIntensity) Known() bool { return slices.Contains(workoutStepIntensityValues[:], e) }

// StepControlType is the setting of a machine that a step changes.
type StepControlType string

const (
	StepControlTypeGrade      StepControlType = "grade"      // slope of a treadmill
	StepControlTypeResistance StepControlType = "resistance" // of a trainer or rower
)

var stepControlTypeValues = [...]StepControlType{
	StepControlTypeGrade,
	StepControlTypeResistance,
}

// String is in words; a value that is not known reads StepControlType("value").
func (e StepControlType) String() string { return stringName(e, stepControlTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e StepControlType) Known() bool { return slices.Contains(stepControlTypeValues[:], e) }

// WeightUnit is how a weight is shown to the athlete.
type WeightUnit string

const (
	WeightUnitKg  WeightUnit = "kg"  // kilograms
	WeightUnitLbs WeightUnit = "lbs" // pounds
)

var weightUnitValues = [...]WeightUnit{
	WeightUnitKg,
	WeightUnitLbs,
}

// String is in words; a value that is not known reads WeightUnit("value").
func (e WeightUnit) String() string { return stringName(e, weightUnitValues[:]) }

// Known is false for a value that has no constant here.
func (e WeightUnit) Known() bool { return slices.Contains(weightUnitValues[:], e) }

// SwimStrokeType is how a step is to be swum.
type SwimStrokeType string

const (
	SwimStrokeTypeBackstroke   SwimStrokeType = "backstroke"
	SwimStrokeTypeBreaststroke SwimStrokeType = "breaststroke"
	SwimStrokeTypeDrill        SwimStrokeType = "drill" // a technique exercise; see [DrillType]
	SwimStrokeTypeButterfly    SwimStrokeType = "butterfly"
	SwimStrokeTypeFreestyle    SwimStrokeType = "freestyle" // front crawl
	SwimStrokeTypeMixed        SwimStrokeType = "mixed"     // strokes of the swimmer's choice
	SwimStrokeTypeIM           SwimStrokeType = "im"        // individual medley: all four strokes in turn
)

var swimStrokeTypeValues = [...]SwimStrokeType{
	SwimStrokeTypeBackstroke,
	SwimStrokeTypeBreaststroke,
	SwimStrokeTypeDrill,
	SwimStrokeTypeButterfly,
	SwimStrokeTypeFreestyle,
	SwimStrokeTypeMixed,
	SwimStrokeTypeIM,
}

// String is in words; a value that is not known reads SwimStrokeType("value").
func (e SwimStrokeType) String() string { return stringName(e, swimStrokeTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e SwimStrokeType) Known() bool { return slices.Contains(swimStrokeTypeValues[:], e) }

// DrillType is the technique that a swimming drill trains.
type DrillType string

const (
	DrillTypeKick  DrillType = "kick"  // legs alone
	DrillTypePull  DrillType = "pull"  // arms alone
	DrillTypeDrill DrillType = "drill" // any other
)

var drillTypeValues = [...]DrillType{
	DrillTypeKick,
	DrillTypePull,
	DrillTypeDrill,
}

// String is in words; a value that is not known reads DrillType("value").
func (e DrillType) String() string { return stringName(e, drillTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e DrillType) Known() bool { return slices.Contains(drillTypeValues[:], e) }

// SwimEquipmentType is what a swimmer uses during a step.
type SwimEquipmentType string

const (
	SwimEquipmentTypeNone          SwimEquipmentType = "none"
	SwimEquipmentTypeSwimFins      SwimEquipmentType = "swim_fins"
	SwimEquipmentTypeSwimKickboard SwimEquipmentType = "swim_kickboard"
	SwimEquipmentTypeSwimPaddles   SwimEquipmentType = "swim_paddles"   // on the hands
	SwimEquipmentTypeSwimPullBuoy  SwimEquipmentType = "swim_pull_buoy" // between the legs
	SwimEquipmentTypeSwimSnorkel   SwimEquipmentType = "swim_snorkel"
)

var swimEquipmentTypeValues = [...]SwimEquipmentType{
	SwimEquipmentTypeNone,
	SwimEquipmentTypeSwimFins,
	SwimEquipmentTypeSwimKickboard,
	SwimEquipmentTypeSwimPaddles,
	SwimEquipmentTypeSwimPullBuoy,
	SwimEquipmentTypeSwimSnorkel,
}

// String is in words; a value that is not known reads SwimEquipmentType("value").
func (e SwimEquipmentType) String() string { return stringName(e, swimEquipmentTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e SwimEquipmentType) Known() bool { return slices.Contains(swimEquipmentTypeValues[:], e) }
