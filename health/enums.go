package health

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Enumerated values are named integers or strings with a constant for each value
// that Terra documents. A source may send others at any time: they decode, keep
// their value, are written back unchanged, and answer false to Known.
//
// Each type has a table, so that String and Known need no code of their own: of
// the integers, the words by value; of the strings, the known values, whose words
// follow from their spelling.

// TimestampLocalization tells whether the times of a record are UTC or the
// person's own.
type TimestampLocalization int32

const (
	TimestampLocalizationUTC   TimestampLocalization = 0
	TimestampLocalizationLocal TimestampLocalization = 1 // as on the person's wall clock
)

var timestampLocalizationNames = [...]string{
	TimestampLocalizationUTC:   "utc",
	TimestampLocalizationLocal: "local",
}

// String is in words; a value that is not known reads TimestampLocalization(9999).
func (e TimestampLocalization) String() string { return intName(e, timestampLocalizationNames[:]) }

// Known is false for a value that has no constant here.
func (e TimestampLocalization) Known() bool { return hasName(e, timestampLocalizationNames[:]) }

// UploadType tells how a workout or a day came to the provider. Nights have the
// [SleepUploadType], whose numbers differ.
type UploadType int32

const (
	UploadTypeUnknown          UploadType = 0
	UploadTypeAutomatic        UploadType = 1 // found or measured by a device on its own
	UploadTypeManual           UploadType = 2 // typed in by the person
	UploadTypeUpdate           UploadType = 3 // changes a record that was sent before
	UploadTypeDelete           UploadType = 4 // the record is to be deleted
	UploadTypePending          UploadType = 5 // not yet confirmed or processed
	UploadTypeThirdPartyUpload UploadType = 6 // came to the provider from another service
)

var uploadTypeNames = [...]string{
	UploadTypeUnknown:          "unknown",
	UploadTypeAutomatic:        "automatic",
	UploadTypeManual:           "manual",
	UploadTypeUpdate:           "update",
	UploadTypeDelete:           "delete",
	UploadTypePending:          "pending",
	UploadTypeThirdPartyUpload: "third-party upload",
}

// String is in words; a value that is not known reads UploadType(9999).
func (e UploadType) String() string { return intName(e, uploadTypeNames[:]) }

// Known is false for a value that has no constant here.
func (e UploadType) Known() bool { return hasName(e, uploadTypeNames[:]) }

// SleepUploadType tells how a night came to the provider. Its numbers are not
// those of [UploadType].
type SleepUploadType int32

const (
	SleepUploadTypeUnknown       SleepUploadType = 0
	SleepUploadTypeManual        SleepUploadType = 1 // typed in by the person
	SleepUploadTypeAutomatic     SleepUploadType = 2 // found or measured by a device on its own
	SleepUploadTypeTentative     SleepUploadType = 3 // a first result that may still change
	SleepUploadTypeIndeterminate SleepUploadType = 4 // fits none of the others
)

var sleepUploadTypeNames = [...]string{
	SleepUploadTypeUnknown:       "unknown",
	SleepUploadTypeManual:        "manual",
	SleepUploadTypeAutomatic:     "automatic",
	SleepUploadTypeTentative:     "tentative",
	SleepUploadTypeIndeterminate: "indeterminate",
}

// String is in words; a value that is not known reads SleepUploadType(9999).
func (e SleepUploadType) String() string { return intName(e, sleepUploadTypeNames[:]) }

// Known is false for a value that has no constant here.
func (e SleepUploadType) Known() bool { return hasName(e, sleepUploadTypeNames[:]) }

// ActivityLevel is how hard a person is moving at one moment.
type ActivityLevel int32

const (
	ActivityLevelUnknown         ActivityLevel = 0
	ActivityLevelRest            ActivityLevel = 1 // lying or sitting still
	ActivityLevelInactive        ActivityLevel = 2 // awake, hardly moving, as at a desk
	ActivityLevelLowIntensity    ActivityLevel = 3 // as on a stroll
	ActivityLevelMediumIntensity ActivityLevel = 4 // as on a brisk walk
	ActivityLevelHighIntensity   ActivityLevel = 5 // as on a run
)

var activityLevelNames = [...]string{
	ActivityLevelUnknown:         "unknown",
	ActivityLevelRest:            "rest",
	ActivityLevelInactive:        "inactive",
	ActivityLevelLowIntensity:    "low intensity",
	ActivityLevelMediumIntensity: "medium intensity",
	ActivityLevelHighIntensity:   "high intensity",
}

// String is in words; a value that is not known reads ActivityLevel(9999).
func (e ActivityLevel) String() string { return intName(e, activityLevelNames[:]) }

// Known is false for a value that has no constant here.
func (e ActivityLevel) Known() bool { return hasName(e, activityLevelNames[:]) }

// HeartRateContext is what a person was doing while their heart rate was taken.
type HeartRateContext int32

const (
	HeartRateContextNotSet    HeartRateContext = 0 // the source does not say
	HeartRateContextActive    HeartRateContext = 1 // exercising
	HeartRateContextNotActive HeartRateContext = 2 // resting
)

var heartRateContextNames = [...]string{
	HeartRateContextNotSet:    "not set",
	HeartRateContextActive:    "active",
	HeartRateContextNotActive: "not active",
}

// String is in words; a value that is not known reads HeartRateContext(9999).
func (e HeartRateContext) String() string { return intName(e, heartRateContextNames[:]) }

// Known is false for a value that has no constant here.
func (e HeartRateContext) Known() bool { return hasName(e, heartRateContextNames[:]) }

// HeartRateZone is a band of effort, from rest to the maximum.
type HeartRateZone int32

const (
	HeartRateZone0     HeartRateZone = 0 // at rest
	HeartRateZone1     HeartRateZone = 1 // very light
	HeartRateZone2     HeartRateZone = 2 // light
	HeartRateZone3     HeartRateZone = 3 // moderate
	HeartRateZone4     HeartRateZone = 4 // hard
	HeartRateZone5     HeartRateZone = 5 // all out
	HeartRateZoneOther HeartRateZone = 6 // none of these, or not classified
)

var heartRateZoneNames = [...]string{
	HeartRateZone0:     "zone 0",
	HeartRateZone1:     "zone 1",
	HeartRateZone2:     "zone 2",
	HeartRateZone3:     "zone 3",
	HeartRateZone4:     "zone 4",
	HeartRateZone5:     "zone 5",
	HeartRateZoneOther: "other",
}

// String is in words; a value that is not known reads HeartRateZone(9999).
func (e HeartRateZone) String() string { return intName(e, heartRateZoneNames[:]) }

// Known is false for a value that has no constant here.
func (e HeartRateZone) Known() bool { return hasName(e, heartRateZoneNames[:]) }

// OxygenSaturationType is where oxygen saturation was measured.
type OxygenSaturationType int32

const (
	OxygenSaturationTypeBlood  OxygenSaturationType = 0 // SpO2, in the arteries; about 95 to 100 % in health
	OxygenSaturationTypeMuscle OxygenSaturationType = 1 // SmO2, in a working muscle; falls with effort
)

var oxygenSaturationTypeNames = [...]string{
	OxygenSaturationTypeBlood:  "blood",
	OxygenSaturationTypeMuscle: "muscle",
}

// String is in words; a value that is not known reads OxygenSaturationType(9999).
func (e OxygenSaturationType) String() string { return intName(e, oxygenSaturationTypeNames[:]) }

// Known is false for a value that has no constant here.
func (e OxygenSaturationType) Known() bool { return hasName(e, oxygenSaturationTypeNames[:]) }

// AFibFlag is whether a heart rhythm shows atrial fibrillation.
type AFibFlag int32

const (
	AFibFlagNegative     AFibFlag = 0 // no sign of it
	AFibFlagPositive     AFibFlag = 1 // signs of it
	AFibFlagInconclusive AFibFlag = 2 // the recording does not allow a verdict
)

var aFibFlagNames = [...]string{
	AFibFlagNegative:     "negative",
	AFibFlagPositive:     "positive",
	AFibFlagInconclusive: "inconclusive",
}

// String is in words; a value that is not known reads AFibFlag(9999).
func (e AFibFlag) String() string { return intName(e, aFibFlagNames[:]) }

// Known is false for a value that has no constant here.
func (e AFibFlag) Known() bool { return hasName(e, aFibFlagNames[:]) }

// GlucoseFlag places a blood glucose reading against the healthy range. Its
// zero means normal, not unknown.
type GlucoseFlag int32

const (
	GlucoseFlagNormal GlucoseFlag = 0 // inside the range
	GlucoseFlagHigh   GlucoseFlag = 1 // above it, hyperglycaemia
	GlucoseFlagLow    GlucoseFlag = 2 // below it, hypoglycaemia
)

var glucoseFlagNames = [...]string{
	GlucoseFlagNormal: "normal",
	GlucoseFlagHigh:   "high",
	GlucoseFlagLow:    "low",
}

// String is in words; a value that is not known reads GlucoseFlag(9999).
func (e GlucoseFlag) String() string { return intName(e, glucoseFlagNames[:]) }

// Known is false for a value that has no constant here.
func (e GlucoseFlag) Known() bool { return hasName(e, glucoseFlagNames[:]) }

// TrendArrow is where blood glucose is heading, as a continuous monitor sees
// it.
type TrendArrow int32

const (
	TrendArrowUnknown        TrendArrow = 0
	TrendArrowFallingQuickly TrendArrow = 1
	TrendArrowFalling        TrendArrow = 2 // slowly
	TrendArrowFlat           TrendArrow = 3
	TrendArrowRising         TrendArrow = 4 // slowly
	TrendArrowRisingQuickly  TrendArrow = 5
)

var trendArrowNames = [...]string{
	TrendArrowUnknown:        "unknown",
	TrendArrowFallingQuickly: "falling quickly",
	TrendArrowFalling:        "falling",
	TrendArrowFlat:           "flat",
	TrendArrowRising:         "rising",
	TrendArrowRisingQuickly:  "rising quickly",
}

// String is in words; a value that is not known reads TrendArrow(9999).
func (e TrendArrow) String() string { return intName(e, trendArrowNames[:]) }

// Known is false for a value that has no constant here.
func (e TrendArrow) Known() bool { return hasName(e, trendArrowNames[:]) }

// KetoneSampleType is what ketones were measured in.
type KetoneSampleType int32

const (
	KetoneSampleTypeUnknown KetoneSampleType = 0
	KetoneSampleTypeBlood   KetoneSampleType = 1
	KetoneSampleTypeUrine   KetoneSampleType = 2
	KetoneSampleTypeBreath  KetoneSampleType = 3
)

var ketoneSampleTypeNames = [...]string{
	KetoneSampleTypeUnknown: "unknown",
	KetoneSampleTypeBlood:   "blood",
	KetoneSampleTypeUrine:   "urine",
	KetoneSampleTypeBreath:  "breath",
}

// String is in words; a value that is not known reads KetoneSampleType(9999).
func (e KetoneSampleType) String() string { return intName(e, ketoneSampleTypeNames[:]) }

// Known is false for a value that has no constant here.
func (e KetoneSampleType) Known() bool { return hasName(e, ketoneSampleTypeNames[:]) }

// StressLevel names four bands of the stress score, which runs from 1 to 100.
type StressLevel int32

const (
	StressLevelUnknown StressLevel = 0
	StressLevelRest    StressLevel = 1 // 1 to 25
	StressLevelLow     StressLevel = 2 // 26 to 50
	StressLevelMedium  StressLevel = 3 // 51 to 75
	StressLevelHigh    StressLevel = 4 // 76 to 100
)

var stressLevelNames = [...]string{
	StressLevelUnknown: "unknown",
	StressLevelRest:    "rest",
	StressLevelLow:     "low",
	StressLevelMedium:  "medium",
	StressLevelHigh:    "high",
}

// String is in words; a value that is not known reads StressLevel(9999).
func (e StressLevel) String() string { return intName(e, stressLevelNames[:]) }

// Known is false for a value that has no constant here.
func (e StressLevel) Known() bool { return hasName(e, stressLevelNames[:]) }

// RecoveryLevel is how well a night has restored a person, on a scale of six.
type RecoveryLevel int32

const (
	RecoveryLevelUnknown     RecoveryLevel = 0
	RecoveryLevelVeryPoor    RecoveryLevel = 1
	RecoveryLevelPoor        RecoveryLevel = 2
	RecoveryLevelCompromised RecoveryLevel = 3 // somewhat below average
	RecoveryLevelOK          RecoveryLevel = 4 // average
	RecoveryLevelGood        RecoveryLevel = 5 // somewhat above average
	RecoveryLevelVeryGood    RecoveryLevel = 6
)

var recoveryLevelNames = [...]string{
	RecoveryLevelUnknown:     "unknown",
	RecoveryLevelVeryPoor:    "very poor",
	RecoveryLevelPoor:        "poor",
	RecoveryLevelCompromised: "compromised",
	RecoveryLevelOK:          "ok",
	RecoveryLevelGood:        "good",
	RecoveryLevelVeryGood:    "very good",
}

// String is in words; a value that is not known reads RecoveryLevel(9999).
func (e RecoveryLevel) String() string { return intName(e, recoveryLevelNames[:]) }

// Known is false for a value that has no constant here.
func (e RecoveryLevel) Known() bool { return hasName(e, recoveryLevelNames[:]) }

// SleepLevel is the state of a sleeper at one moment of the hypnogram.
type SleepLevel int32

const (
	SleepLevelUnknown    SleepLevel = 0
	SleepLevelAwake      SleepLevel = 1 // in bed but not asleep
	SleepLevelSleeping   SleepLevel = 2 // asleep, the stage not told
	SleepLevelOutOfBed   SleepLevel = 3 // up during the night
	SleepLevelLightSleep SleepLevel = 4 // stages N1 and N2
	SleepLevelDeepSleep  SleepLevel = 5 // slow-wave sleep, stage N3
	SleepLevelREMSleep   SleepLevel = 6 // rapid eye movements; most dreams
)

var sleepLevelNames = [...]string{
	SleepLevelUnknown:    "unknown",
	SleepLevelAwake:      "awake",
	SleepLevelSleeping:   "sleeping",
	SleepLevelOutOfBed:   "out of bed",
	SleepLevelLightSleep: "light sleep",
	SleepLevelDeepSleep:  "deep sleep",
	SleepLevelREMSleep:   "rem sleep",
}

// String is in words; a value that is not known reads SleepLevel(9999).
func (e SleepLevel) String() string { return intName(e, sleepLevelNames[:]) }

// Known is false for a value that has no constant here.
func (e SleepLevel) Known() bool { return hasName(e, sleepLevelNames[:]) }

// NutritionUnits is what an amount of food or drink is counted in. Volumes and
// masses are the usual kitchen ones, not exact.
type NutritionUnits int32

const (
	NutritionUnitsUnknown    NutritionUnits = 0
	NutritionUnitsGram       NutritionUnits = 1
	NutritionUnitsTeaspoon   NutritionUnits = 2 // 5 ml
	NutritionUnitsTablespoon NutritionUnits = 3 // 15 ml
	NutritionUnitsCup        NutritionUnits = 4 // 240 ml
	NutritionUnitsMediumEgg  NutritionUnits = 5
	NutritionUnitsLargeEgg   NutritionUnits = 6
	NutritionUnitsSmallEgg   NutritionUnits = 7
	NutritionUnitsMilliliter NutritionUnits = 8
	NutritionUnitsOunce      NutritionUnits = 9  // 28 g
	NutritionUnitsCount      NutritionUnits = 10 // pieces
	NutritionUnitsScoop      NutritionUnits = 11 // of powder, as with protein
	NutritionUnitsFluidOunce NutritionUnits = 12 // 30 ml
)

var nutritionUnitsNames = [...]string{
	NutritionUnitsUnknown:    "unknown",
	NutritionUnitsGram:       "gram",
	NutritionUnitsTeaspoon:   "teaspoon",
	NutritionUnitsTablespoon: "tablespoon",
	NutritionUnitsCup:        "cup",
	NutritionUnitsMediumEgg:  "medium egg",
	NutritionUnitsLargeEgg:   "large egg",
	NutritionUnitsSmallEgg:   "small egg",
	NutritionUnitsMilliliter: "milliliter",
	NutritionUnitsOunce:      "ounce",
	NutritionUnitsCount:      "count",
	NutritionUnitsScoop:      "scoop",
	NutritionUnitsFluidOunce: "fluid ounce",
}

// String is in words; a value that is not known reads NutritionUnits(9999).
func (e NutritionUnits) String() string { return intName(e, nutritionUnitsNames[:]) }

// Known is false for a value that has no constant here.
func (e NutritionUnits) Known() bool { return hasName(e, nutritionUnitsNames[:]) }

// MealType is the occasion at which something was eaten.
type MealType int32

const (
	MealTypeUnknown        MealType = 0
	MealTypeBreakfast      MealType = 1
	MealTypeMorningSnack   MealType = 2 // between breakfast and lunch
	MealTypeLunch          MealType = 3
	MealTypeAfternoonSnack MealType = 4 // between lunch and dinner
	MealTypeDinner         MealType = 5
	MealTypeSnack          MealType = 6 // at no particular time
)

var mealTypeNames = [...]string{
	MealTypeUnknown:        "unknown",
	MealTypeBreakfast:      "breakfast",
	MealTypeMorningSnack:   "morning snack",
	MealTypeLunch:          "lunch",
	MealTypeAfternoonSnack: "afternoon snack",
	MealTypeDinner:         "dinner",
	MealTypeSnack:          "snack",
}

// String is in words; a value that is not known reads MealType(9999).
func (e MealType) String() string { return intName(e, mealTypeNames[:]) }

// Known is false for a value that has no constant here.
func (e MealType) Known() bool { return hasName(e, mealTypeNames[:]) }

// MenstruationInterval is a phase of the menstrual cycle, or a third of a
// pregnancy.
type MenstruationInterval int32

const (
	MenstruationIntervalUnknown         MenstruationInterval = 0
	MenstruationIntervalPeriod          MenstruationInterval = 1 // days of bleeding
	MenstruationIntervalFollicular      MenstruationInterval = 2 // a follicle ripens
	MenstruationIntervalFertileWindow   MenstruationInterval = 3 // conception is likeliest
	MenstruationIntervalOvulation       MenstruationInterval = 4 // the egg is released
	MenstruationIntervalLuteal          MenstruationInterval = 5 // from ovulation to the next period
	MenstruationIntervalPMS             MenstruationInterval = 6 // premenstrual, the last days before a period
	MenstruationIntervalFirstTrimester  MenstruationInterval = 7 // pregnancy to week 12
	MenstruationIntervalSecondTrimester MenstruationInterval = 8 // pregnancy, weeks 13 to 26
	MenstruationIntervalThirdTrimester  MenstruationInterval = 9 // pregnancy from week 27
)

var menstruationIntervalNames = [...]string{
	MenstruationIntervalUnknown:         "unknown",
	MenstruationIntervalPeriod:          "period",
	MenstruationIntervalFollicular:      "follicular",
	MenstruationIntervalFertileWindow:   "fertile window",
	MenstruationIntervalOvulation:       "ovulation",
	MenstruationIntervalLuteal:          "luteal",
	MenstruationIntervalPMS:             "pms",
	MenstruationIntervalFirstTrimester:  "first trimester",
	MenstruationIntervalSecondTrimester: "second trimester",
	MenstruationIntervalThirdTrimester:  "third trimester",
}

// String is in words; a value that is not known reads MenstruationInterval(9999).
func (e MenstruationInterval) String() string { return intName(e, menstruationIntervalNames[:]) }

// Known is false for a value that has no constant here.
func (e MenstruationInterval) Known() bool { return hasName(e, menstruationIntervalNames[:]) }

// MenstruationFlow is the strength of a period's bleeding.
type MenstruationFlow int32

const (
	MenstruationFlowUnknown MenstruationFlow = 0
	MenstruationFlowNone    MenstruationFlow = 1 // no bleeding; not the same as unknown
	MenstruationFlowLight   MenstruationFlow = 2
	MenstruationFlowMedium  MenstruationFlow = 3
	MenstruationFlowHeavy   MenstruationFlow = 4
	MenstruationFlowHad     MenstruationFlow = 5 // bleeding, its strength not told
)

var menstruationFlowNames = [...]string{
	MenstruationFlowUnknown: "unknown",
	MenstruationFlowNone:    "none",
	MenstruationFlowLight:   "light",
	MenstruationFlowMedium:  "medium",
	MenstruationFlowHeavy:   "heavy",
	MenstruationFlowHad:     "had",
}

// String is in words; a value that is not known reads MenstruationFlow(9999).
func (e MenstruationFlow) String() string { return intName(e, menstruationFlowNames[:]) }

// Known is false for a value that has no constant here.
func (e MenstruationFlow) Known() bool { return hasName(e, menstruationFlowNames[:]) }

// HealthObservationCategory is the kind of thing that was observed.
type HealthObservationCategory int32

const (
	HealthObservationCategoryUnspecified        HealthObservationCategory = 0 // Terra has not classified the source's observation yet
	HealthObservationCategorySymptom            HealthObservationCategory = 1 // such as nausea; comes with an [ObservationSeverity]
	HealthObservationCategoryReproductiveHealth HealthObservationCategory = 2 // such as an ovulation test
	HealthObservationCategorySelfCare           HealthObservationCategory = 3 // such as brushing teeth
	HealthObservationCategoryMedication         HealthObservationCategory = 4 // such as a dose taken
	HealthObservationCategoryLabHealthMetrics   HealthObservationCategory = 5 // a single measurement, such as blood alcohol
	HealthObservationCategoryStateOfMind        HealthObservationCategory = 6 // a mood or an emotion
	HealthObservationCategoryDeviceEvent        HealthObservationCategory = 7 // noticed by a device: an irregular rhythm, for one
	HealthObservationCategoryClinical           HealthObservationCategory = 8 // taken from a medical record
)

var healthObservationCategoryNames = [...]string{
	HealthObservationCategoryUnspecified:        "unspecified",
	HealthObservationCategorySymptom:            "symptom",
	HealthObservationCategoryReproductiveHealth: "reproductive health",
	HealthObservationCategorySelfCare:           "self-care",
	HealthObservationCategoryMedication:         "medication",
	HealthObservationCategoryLabHealthMetrics:   "lab and health metrics",
	HealthObservationCategoryStateOfMind:        "state of mind",
	HealthObservationCategoryDeviceEvent:        "device event",
	HealthObservationCategoryClinical:           "clinical",
}

// String is in words; a value that is not known reads HealthObservationCategory(9999).
func (e HealthObservationCategory) String() string {
	return intName(e, healthObservationCategoryNames[:])
}

// Known is false for a value that has no constant here.
func (e HealthObservationCategory) Known() bool { return hasName(e, healthObservationCategoryNames[:]) }

// ObservationValueType tells which field of an [ObservationValue] holds the
// value.
type ObservationValueType int32

const (
	ObservationValueTypeNone     ObservationValueType = 0 // none of them: that it happened is all there is
	ObservationValueTypeQuantity ObservationValueType = 1 // Quantity, in Unit
	ObservationValueTypeBoolean  ObservationValueType = 2 // Boolean
	ObservationValueTypeString   ObservationValueType = 3 // Text
	ObservationValueTypeCode     ObservationValueType = 4 // Code, one of a fixed set
)

var observationValueTypeNames = [...]string{
	ObservationValueTypeNone:     "none",
	ObservationValueTypeQuantity: "quantity",
	ObservationValueTypeBoolean:  "boolean",
	ObservationValueTypeString:   "string",
	ObservationValueTypeCode:     "code",
}

// String is in words; a value that is not known reads ObservationValueType(9999).
func (e ObservationValueType) String() string { return intName(e, observationValueTypeNames[:]) }

// Known is false for a value that has no constant here.
func (e ObservationValueType) Known() bool { return hasName(e, observationValueTypeNames[:]) }

// ObservationSeverity is how bad a symptom is.
type ObservationSeverity int32

const (
	ObservationSeverityUnspecified ObservationSeverity = 0 // not recorded
	ObservationSeverityNotPresent  ObservationSeverity = 1 // the person recorded not having the symptom
	ObservationSeverityMild        ObservationSeverity = 2
	ObservationSeverityModerate    ObservationSeverity = 3
	ObservationSeveritySevere      ObservationSeverity = 4
)

var observationSeverityNames = [...]string{
	ObservationSeverityUnspecified: "unspecified",
	ObservationSeverityNotPresent:  "not present",
	ObservationSeverityMild:        "mild",
	ObservationSeverityModerate:    "moderate",
	ObservationSeveritySevere:      "severe",
}

// String is in words; a value that is not known reads ObservationSeverity(9999).
func (e ObservationSeverity) String() string { return intName(e, observationSeverityNames[:]) }

// Known is false for a value that has no constant here.
func (e ObservationSeverity) Known() bool { return hasName(e, observationSeverityNames[:]) }

// ObservationStatus tells what to do with the copy of an observation stored
// under the same summary id.
type ObservationStatus int32

const (
	ObservationStatusUnspecified    ObservationStatus = 0 // as final
	ObservationStatusFinal          ObservationStatus = 1 // complete
	ObservationStatusAmended        ObservationStatus = 2 // replaces the stored copy
	ObservationStatusEnteredInError ObservationStatus = 3 // withdrawn: delete the stored copy
)

var observationStatusNames = [...]string{
	ObservationStatusUnspecified:    "unspecified",
	ObservationStatusFinal:          "final",
	ObservationStatusAmended:        "amended",
	ObservationStatusEnteredInError: "entered in error",
}

// String is in words; a value that is not known reads ObservationStatus(9999).
func (e ObservationStatus) String() string { return intName(e, observationStatusNames[:]) }

// Known is false for a value that has no constant here.
func (e ObservationStatus) Known() bool { return hasName(e, observationStatusNames[:]) }

// DeviceDataType is a kind of measurement that a device contributed.
type DeviceDataType string

const (
	DeviceDataTypeSteps            DeviceDataType = "STEPS"
	DeviceDataTypeActiveMinutes    DeviceDataType = "ACTIVE_MINUTES" // time spent moving
	DeviceDataTypeBMR              DeviceDataType = "BMR"            // energy that the body burns at rest
	DeviceDataTypeCalories         DeviceDataType = "CALORIES"       // energy burned by moving
	DeviceDataTypeDistance         DeviceDataType = "DISTANCE"
	DeviceDataTypeHeartRate        DeviceDataType = "HEART_RATE"
	DeviceDataTypeOxygenSaturation DeviceDataType = "OXYGEN_SATURATION" // of the blood, SpO2
	DeviceDataTypeSleepType        DeviceDataType = "SLEEP_TYPE"        // stages of sleep
	DeviceDataTypeSpeed            DeviceDataType = "SPEED"
	DeviceDataTypeCadence          DeviceDataType = "CADENCE" // steps or turns of the pedals per minute
)

var deviceDataTypeValues = [...]DeviceDataType{
	DeviceDataTypeSteps,
	DeviceDataTypeActiveMinutes,
	DeviceDataTypeBMR,
	DeviceDataTypeCalories,
	DeviceDataTypeDistance,
	DeviceDataTypeHeartRate,
	DeviceDataTypeOxygenSaturation,
	DeviceDataTypeSleepType,
	DeviceDataTypeSpeed,
	DeviceDataTypeCadence,
}

// String is in words; a value that is not known reads DeviceDataType("value").
func (e DeviceDataType) String() string { return stringName(e, deviceDataTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e DeviceDataType) Known() bool { return slices.Contains(deviceDataTypeValues[:], e) }

// StrokeType is how a lap was swum, in the spelling that most sources use for
// [LapSample]'s StrokeType.
type StrokeType string

const (
	StrokeTypeOther        StrokeType = "other"
	StrokeTypeFreestyle    StrokeType = "freestyle" // front crawl
	StrokeTypeBackstroke   StrokeType = "backstroke"
	StrokeTypeBreaststroke StrokeType = "breaststroke"
	StrokeTypeButterfly    StrokeType = "butterfly"
)

var strokeTypeValues = [...]StrokeType{
	StrokeTypeOther,
	StrokeTypeFreestyle,
	StrokeTypeBackstroke,
	StrokeTypeBreaststroke,
	StrokeTypeButterfly,
}

// String is in words; a value that is not known reads StrokeType("value").
func (e StrokeType) String() string { return stringName(e, strokeTypeValues[:]) }

// Known is false for a value that has no constant here.
func (e StrokeType) Known() bool { return slices.Contains(strokeTypeValues[:], e) }

// intName is the name of e, or its type and number.
func intName[E ~int32](e E, names []string) string {
	if hasName(e, names) {
		return names[e]
	}
	return fmt.Sprintf("%s(%d)", reflect.TypeFor[E]().Name(), int32(e))
}

func hasName[E ~int32](e E, names []string) bool {
	return e >= 0 && int(e) < len(names) && names[e] != ""
}

// stringName is e's value as words, or its type and quoted value.
func stringName[E ~string](e E, known []E) string {
	if slices.Contains(known, e) {
		return strings.ToLower(strings.ReplaceAll(string(e), "_", " "))
	}
	return fmt.Sprintf("%s(%q)", reflect.TypeFor[E]().Name(), string(e))
}
