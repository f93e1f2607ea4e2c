package health

type ActivityLevel int32

const (
	ActivityLevelUnknown         ActivityLevel = 0
	ActivityLevelRest            ActivityLevel = 1
	ActivityLevelInactive        ActivityLevel = 2
	ActivityLevelLowIntensity    ActivityLevel = 3
	ActivityLevelMediumIntensity ActivityLevel = 4
	ActivityLevelHighIntensity   ActivityLevel = 5
)

type DeviceDataType string

const (
	DeviceDataTypeSteps            DeviceDataType = "STEPS"
	DeviceDataTypeActiveMinutes    DeviceDataType = "ACTIVE_MINUTES"
	DeviceDataTypeBMR              DeviceDataType = "BMR"
	DeviceDataTypeCalories         DeviceDataType = "CALORIES"
	DeviceDataTypeDistance         DeviceDataType = "DISTANCE"
	DeviceDataTypeHeartRate        DeviceDataType = "HEART_RATE"
	DeviceDataTypeOxygenSaturation DeviceDataType = "OXYGEN_SATURATION"
	DeviceDataTypeSleepType        DeviceDataType = "SLEEP_TYPE"
	DeviceDataTypeSpeed            DeviceDataType = "SPEED"
	DeviceDataTypeCadence          DeviceDataType = "CADENCE"
)

type HeartRateContext int32

const (
	HeartRateContextNotSet    HeartRateContext = 0
	HeartRateContextActive    HeartRateContext = 1
	HeartRateContextNotActive HeartRateContext = 2
)

type TimestampLocalization int32

const (
	TimestampLocalizationUTC   TimestampLocalization = 0
	TimestampLocalizationLocal TimestampLocalization = 1
)

type UploadType int32

const (
	UploadTypeUnknown          UploadType = 0
	UploadTypeAutomatic        UploadType = 1
	UploadTypeManual           UploadType = 2
	UploadTypeUpdate           UploadType = 3
	UploadTypeDelete           UploadType = 4
	UploadTypePending          UploadType = 5
	UploadTypeThirdPartyUpload UploadType = 6
)

type OxygenSaturationType int32

const (
	OxygenSaturationTypeBlood  OxygenSaturationType = 0
	OxygenSaturationTypeMuscle OxygenSaturationType = 1
)

type AFibFlag int32

const (
	AFibFlagNegative     AFibFlag = 0
	AFibFlagPositive     AFibFlag = 1
	AFibFlagInconclusive AFibFlag = 2
)

type KetoneSampleType int32

const (
	KetoneSampleTypeUnknown KetoneSampleType = 0
	KetoneSampleTypeBlood   KetoneSampleType = 1
	KetoneSampleTypeUrine   KetoneSampleType = 2
	KetoneSampleTypeBreath  KetoneSampleType = 3
)

type GlucoseFlag int32

const (
	GlucoseFlagNormal GlucoseFlag = 0
	GlucoseFlagHigh   GlucoseFlag = 1
	GlucoseFlagLow    GlucoseFlag = 2
)

type TrendArrow int32

const (
	TrendArrowUnknown        TrendArrow = 0
	TrendArrowFallingQuickly TrendArrow = 1
	TrendArrowFalling        TrendArrow = 2
	TrendArrowFlat           TrendArrow = 3
	TrendArrowRising         TrendArrow = 4
	TrendArrowRisingQuickly  TrendArrow = 5
)

type StressLevel int32

const (
	StressLevelUnknown StressLevel = 0
	StressLevelRest    StressLevel = 1
	StressLevelLow     StressLevel = 2
	StressLevelMedium  StressLevel = 3
	StressLevelHigh    StressLevel = 4
)

type SleepUploadType int32

const (
	SleepUploadTypeUnknown       SleepUploadType = 0
	SleepUploadTypeManual        SleepUploadType = 1
	SleepUploadTypeAutomatic     SleepUploadType = 2
	SleepUploadTypeTentative     SleepUploadType = 3
	SleepUploadTypeIndeterminate SleepUploadType = 4
)

type SleepLevel int32

const (
	SleepLevelUnknown    SleepLevel = 0
	SleepLevelAwake      SleepLevel = 1
	SleepLevelSleeping   SleepLevel = 2
	SleepLevelOutOfBed   SleepLevel = 3
	SleepLevelLightSleep SleepLevel = 4
	SleepLevelDeepSleep  SleepLevel = 5
	SleepLevelREMSleep   SleepLevel = 6
)

type NutritionUnits int32

const (
	NutritionUnitsUnknown    NutritionUnits = 0
	NutritionUnitsGram       NutritionUnits = 1
	NutritionUnitsTeaspoon   NutritionUnits = 2
	NutritionUnitsTablespoon NutritionUnits = 3
	NutritionUnitsCup        NutritionUnits = 4
	NutritionUnitsMediumEgg  NutritionUnits = 5
	NutritionUnitsLargeEgg   NutritionUnits = 6
	NutritionUnitsSmallEgg   NutritionUnits = 7
	NutritionUnitsMilliliter NutritionUnits = 8
	NutritionUnitsOunce      NutritionUnits = 9
	NutritionUnitsCount      NutritionUnits = 10
	NutritionUnitsScoop      NutritionUnits = 11
	NutritionUnitsFluidOunce NutritionUnits = 12
)

type MealType int32

const (
	MealTypeUnknown        MealType = 0
	MealTypeBreakfast      MealType = 1
	MealTypeMorningSnack   MealType = 2
	MealTypeLunch          MealType = 3
	MealTypeAfternoonSnack MealType = 4
	MealTypeDinner         MealType = 5
	MealTypeSnack          MealType = 6
)

type MenstruationInterval int32

const (
	MenstruationIntervalUnknown         MenstruationInterval = 0
	MenstruationIntervalPeriod          MenstruationInterval = 1
	MenstruationIntervalFollicular      MenstruationInterval = 2
	MenstruationIntervalFertileWindow   MenstruationInterval = 3
	MenstruationIntervalOvulation       MenstruationInterval = 4
	MenstruationIntervalLuteal          MenstruationInterval = 5
	MenstruationIntervalPMS             MenstruationInterval = 6
	MenstruationIntervalFirstTrimester  MenstruationInterval = 7
	MenstruationIntervalSecondTrimester MenstruationInterval = 8
	MenstruationIntervalThirdTrimester  MenstruationInterval = 9
)

type MenstruationFlow int32

const (
	MenstruationFlowUnknown MenstruationFlow = 0
	MenstruationFlowNone    MenstruationFlow = 1
	MenstruationFlowLight   MenstruationFlow = 2
	MenstruationFlowMedium  MenstruationFlow = 3
	MenstruationFlowHeavy   MenstruationFlow = 4
	MenstruationFlowHad     MenstruationFlow = 5
)

type HealthObservationCategory int32

const (
	HealthObservationCategoryUnspecified        HealthObservationCategory = 0
	HealthObservationCategorySymptom            HealthObservationCategory = 1
	HealthObservationCategoryReproductiveHealth HealthObservationCategory = 2
	HealthObservationCategorySelfCare           HealthObservationCategory = 3
	HealthObservationCategoryMedication         HealthObservationCategory = 4
	HealthObservationCategoryLabHealthMetrics   HealthObservationCategory = 5
	HealthObservationCategoryStateOfMind        HealthObservationCategory = 6
	HealthObservationCategoryDeviceEvent        HealthObservationCategory = 7
	HealthObservationCategoryClinical           HealthObservationCategory = 8
)

type ObservationValueType int32

const (
	ObservationValueTypeNone     ObservationValueType = 0
	ObservationValueTypeQuantity ObservationValueType = 1
	ObservationValueTypeBoolean  ObservationValueType = 2
	ObservationValueTypeString   ObservationValueType = 3
	ObservationValueTypeCode     ObservationValueType = 4
)

type ObservationSeverity int32

const (
	ObservationSeverityUnspecified ObservationSeverity = 0
	ObservationSeverityNotPresent  ObservationSeverity = 1
	ObservationSeverityMild        ObservationSeverity = 2
	ObservationSeverityModerate    ObservationSeverity = 3
	ObservationSeveritySevere      ObservationSeverity = 4
)

type ObservationStatus int32

const (
	ObservationStatusUnspecified    ObservationStatus = 0
	ObservationStatusFinal          ObservationStatus = 1
	ObservationStatusAmended        ObservationStatus = 2
	ObservationStatusEnteredInError ObservationStatus = 3
)

type WorkoutSport string

const (
	WorkoutSportRunning           WorkoutSport = "running"
	WorkoutSportCycling           WorkoutSport = "cycling"
	WorkoutSportSwimming          WorkoutSport = "swimming"
	WorkoutSportStrength          WorkoutSport = "strength"
	WorkoutSportRowing            WorkoutSport = "rowing"
	WorkoutSportYoga              WorkoutSport = "yoga"
	WorkoutSportPilates           WorkoutSport = "pilates"
	WorkoutSportCardio            WorkoutSport = "cardio"
	WorkoutSportTrailRunning      WorkoutSport = "trail_running"
	WorkoutSportMountainBiking    WorkoutSport = "mountain_biking"
	WorkoutSportBackcountrySkiing WorkoutSport = "backcountry_skiing"
	WorkoutSportHiking            WorkoutSport = "hiking"
	WorkoutSportWalking           WorkoutSport = "walking"
	WorkoutSportElliptical        WorkoutSport = "elliptical"
	WorkoutSportStairClimbing     WorkoutSport = "stair_climbing"
)

type EnvironmentType string

const (
	EnvironmentTypeIndoor  EnvironmentType = "indoor"
	EnvironmentTypeOutdoor EnvironmentType = "outdoor"
	EnvironmentTypePool    EnvironmentType = "pool"
)

type CompletionConditionType string

const (
	CompletionConditionTypeTime            CompletionConditionType = "time"
	CompletionConditionTypeDistance        CompletionConditionType = "distance"
	CompletionConditionTypeHR              CompletionConditionType = "hr"
	CompletionConditionTypeCalories        CompletionConditionType = "calories"
	CompletionConditionTypeOpen            CompletionConditionType = "open"
	CompletionConditionTypePower           CompletionConditionType = "power"
	CompletionConditionTypeReps            CompletionConditionType = "reps"
	CompletionConditionTypeHRPercentage    CompletionConditionType = "hr_percentage"
	CompletionConditionTypePowerPercentage CompletionConditionType = "power_percentage"
	CompletionConditionTypeHRLessThan      CompletionConditionType = "hr_less_than"
	CompletionConditionTypeHRGreaterThan   CompletionConditionType = "hr_greater_than"
)

type WorkoutStepTargetType string

const (
	WorkoutStepTargetTypeSpeed                        WorkoutStepTargetType = "speed"
	WorkoutStepTargetTypeHeartRate                    WorkoutStepTargetType = "heart_rate"
	WorkoutStepTargetTypeOpen                         WorkoutStepTargetType = "open"
	WorkoutStepTargetTypeCadence                      WorkoutStepTargetType = "cadence"
	WorkoutStepTargetTypePower                        WorkoutStepTargetType = "power"
	WorkoutStepTargetTypeSwimStroke                   WorkoutStepTargetType = "swim_stroke"
	WorkoutStepTargetTypeSpeedLap                     WorkoutStepTargetType = "speed_lap"
	WorkoutStepTargetTypeHeartRateLap                 WorkoutStepTargetType = "heart_rate_lap"
	WorkoutStepTargetTypePace                         WorkoutStepTargetType = "pace"
	WorkoutStepTargetTypeHeartRateThresholdPercentage WorkoutStepTargetType = "heart_rate_threshold_percentage"
	WorkoutStepTargetTypeHeartRateMaxPercentage       WorkoutStepTargetType = "heart_rate_max_percentage"
)

type WorkoutStepIntensity string

const (
	WorkoutStepIntensityRest     WorkoutStepIntensity = "rest"
	WorkoutStepIntensityWarmup   WorkoutStepIntensity = "warmup"
	WorkoutStepIntensityCooldown WorkoutStepIntensity = "cooldown"
	WorkoutStepIntensityRecovery WorkoutStepIntensity = "recovery"
	WorkoutStepIntensityActive   WorkoutStepIntensity = "active"
)

type StepControlType string

const (
	StepControlTypeGrade      StepControlType = "grade"
	StepControlTypeResistance StepControlType = "resistance"
)

type WeightUnit string

const (
	WeightUnitKg  WeightUnit = "kg"
	WeightUnitLbs WeightUnit = "lbs"
)

type SwimStrokeType string

const (
	SwimStrokeTypeBackstroke   SwimStrokeType = "backstroke"
	SwimStrokeTypeBreaststroke SwimStrokeType = "breaststroke"
	SwimStrokeTypeDrill        SwimStrokeType = "drill"
	SwimStrokeTypeButterfly    SwimStrokeType = "butterfly"
	SwimStrokeTypeFreestyle    SwimStrokeType = "freestyle"
	SwimStrokeTypeMixed        SwimStrokeType = "mixed"
	SwimStrokeTypeIM           SwimStrokeType = "im"
)

type DrillType string

const (
	DrillTypeKick  DrillType = "kick"
	DrillTypePull  DrillType = "pull"
	DrillTypeDrill DrillType = "drill"
)

type SwimEquipmentType string

const (
	SwimEquipmentTypeNone          SwimEquipmentType = "none"
	SwimEquipmentTypeSwimFins      SwimEquipmentType = "swim_fins"
	SwimEquipmentTypeSwimKickboard SwimEquipmentType = "swim_kickboard"
	SwimEquipmentTypeSwimPaddles   SwimEquipmentType = "swim_paddles"
	SwimEquipmentTypeSwimPullBuoy  SwimEquipmentType = "swim_pull_buoy"
	SwimEquipmentTypeSwimSnorkel   SwimEquipmentType = "swim_snorkel"
)

type HeartRateZone int32

const (
	HeartRateZoneZone0 HeartRateZone = 0
	HeartRateZoneZone1 HeartRateZone = 1
	HeartRateZoneZone2 HeartRateZone = 2
	HeartRateZoneZone3 HeartRateZone = 3
	HeartRateZoneZone4 HeartRateZone = 4
	HeartRateZoneZone5 HeartRateZone = 5
	HeartRateZoneOther HeartRateZone = 6
)

type RecoveryLevel int32

const (
	RecoveryLevelUnknown     RecoveryLevel = 0
	RecoveryLevelVeryPoor    RecoveryLevel = 1
	RecoveryLevelPoor        RecoveryLevel = 2
	RecoveryLevelCompromised RecoveryLevel = 3
	RecoveryLevelOk          RecoveryLevel = 4
	RecoveryLevelGood        RecoveryLevel = 5
	RecoveryLevelVeryGood    RecoveryLevel = 6
)

type StrokeType string

const (
	StrokeTypeOther        StrokeType = "other"
	StrokeTypeFreestyle    StrokeType = "freestyle"
	StrokeTypeBackstroke   StrokeType = "backstroke"
	StrokeTypeBreaststroke StrokeType = "breaststroke"
	StrokeTypeButterfly    StrokeType = "butterfly"
)
