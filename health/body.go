package health

import "github.com/terra-go/terra/opt"

// Body is what was measured on a person over one day: weight, composition,
// blood pressure, heart, oxygen, temperature, glucose, ketones and fluids. A
// connection has one Body per day, known by the date part of
// Metadata.StartTime; a later delivery of the same day holds all of the earlier
// one.
type Body struct {
	// Which day the record covers.
	Metadata BodyMetadata `json:"metadata,omitzero"`
	// What took the measurements.
	DeviceData DeviceData `json:"device_data,omitzero"`

	// Size, weight and composition.
	MeasurementsData MeasurementsData `json:"measurements_data,omitzero"`
	// Cuff readings.
	BloodPressureData BloodPressureData `json:"blood_pressure_data,omitzero"`
	// Heart rate outside workouts and sleep, and ECGs.
	HeartData HeartData `json:"heart_data,omitzero"`
	// Blood oxygen and VO2 max.
	OxygenData OxygenData `json:"oxygen_data,omitzero"`
	// Core, skin and air temperature.
	TemperatureData TemperatureData `json:"temperature_data,omitzero"`
	// Blood sugar, from strips or a continuous monitor.
	GlucoseData GlucoseData `json:"glucose_data,omitzero"`
	// Ketone bodies in blood, urine or breath.
	KetoneData KetoneData `json:"ketone_data,omitzero"`
	// Both the water drunk and the water in the body.
	HydrationData HydrationData `json:"hydration_data,omitzero"`
}

// BodyMetadata is the day of a [Body]. The source always gives both ends.
type BodyMetadata struct {
	// The midnight that opens the day; its date part names the day.
	StartTime Timestamp `json:"start_time,omitzero"`
	// The midnight that closes the day: 24 hours after StartTime.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Whether the record's times are UTC or local.
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
}

// MeasurementsData holds the day's averages, then the measurements they were
// made from.
type MeasurementsData struct {
	// Mean body weight, kg.
	DayAvgWeightKg opt.Value[float64] `json:"day_avg_weight_kg,omitzero"`
	// Mean height, cm.
	DayAvgHeightCm opt.Value[float64] `json:"day_avg_height_cm,omitzero"`
	// Weight over height squared, kg/m².
	DayAvgBMI opt.Value[float64] `json:"day_avg_bmi,omitzero"`
	// Fat as a share of weight, 0 to 100.
	DayAvgBodyfatPercentage opt.Value[float64] `json:"day_avg_bodyfat_percentage,omitzero"`
	// Body water as a share of weight, 0 to 100.
	DayAvgWaterPercentage opt.Value[float64] `json:"day_avg_water_percentage,omitzero"`
	// Mass of the skeleton, grams.
	DayAvgBoneMassG opt.Value[float64] `json:"day_avg_bone_mass_g,omitzero"`
	// Mass of the skeletal muscles, grams.
	DayAvgMuscleMassG opt.Value[float64] `json:"day_avg_muscle_mass_g,omitzero"`
	// Weight less fat, grams.
	DayAvgLeanMassG opt.Value[float64] `json:"day_avg_lean_mass_g,omitzero"`
	// Mean of the scale's own rating of fat around the organs; it has no unit.
	DayAvgVisceralFatLevel opt.Value[float64] `json:"day_avg_visceral_fat_level,omitzero"`
	// Thickness of a fold of skin between the calipers, mm.
	DayAvgSkinFoldMm opt.Value[float64] `json:"day_avg_skin_fold_mm,omitzero"`
	// The basal metabolic rate, kcal per day.
	DayAvgBMR opt.Value[float64] `json:"day_avg_bmr,omitzero"`
	// The resting metabolic rate, kcal per day.
	DayAvgRMR opt.Value[float64] `json:"day_avg_rmr,omitzero"`
	// Mean of the age, in years, of which this fitness would be typical.
	DayAvgEstimatedFitnessAge opt.Value[float64] `json:"day_avg_estimated_fitness_age,omitzero"`
	// Mean insulin dose, in units.
	DayAvgInsulinUnits opt.Value[float64] `json:"day_avg_insulin_units,omitzero"`
	// Each measurement of the day.
	Measurements []MeasurementDataSample `json:"measurements,omitzero"`
}

// MeasurementDataSample is one stand on the scale, or one entry in a log; most of
// its fields are absent.
type MeasurementDataSample struct {
	// When it was taken or logged.
	MeasurementTime Timestamp `json:"measurement_time,omitzero"`
	// Body weight, kg.
	WeightKg opt.Value[float64] `json:"weight_kg,omitzero"`
	// Standing height, cm.
	HeightCm opt.Value[float64] `json:"height_cm,omitzero"`
	// Weight over height squared, kg/m².
	BMI opt.Value[float64] `json:"BMI,omitzero"`
	// Fat as a share of weight, 0 to 100.
	BodyfatPercentage opt.Value[float64] `json:"bodyfat_percentage,omitzero"`
	// Body water as a share of weight, 0 to 100.
	WaterPercentage opt.Value[float64] `json:"water_percentage,omitzero"`
	// Mass of the skeleton, grams.
	BoneMassG opt.Value[float64] `json:"bone_mass_g,omitzero"`
	// Mass of the skeletal muscles, grams.
	MuscleMassG opt.Value[float64] `json:"muscle_mass_g,omitzero"`
	// Weight less fat, grams.
	LeanMassG opt.Value[float64] `json:"lean_mass_g,omitzero"`
	// The scale's own rating of fat around the organs; it has no unit.
	VisceralFatLevel opt.Value[float64] `json:"visceral_fat_level,omitzero"`
	// That rating in the scale's words, such as "normal".
	VisceralFatCategory opt.Value[string] `json:"visceral_fat_category,omitzero"`
	// Thickness of a fold of skin between the calipers, mm.
	SkinFoldMm opt.Value[float64] `json:"skin_fold_mm,omitzero"`
	// The basal metabolic rate, kcal per day: what the body burns just to
	// stay alive.
	BMR opt.Value[float64] `json:"BMR,omitzero"`
	// The resting metabolic rate, kcal per day: BMR and the little efforts
	// of a day without exercise.
	RMR opt.Value[float64] `json:"RMR,omitzero"`
	// The age, in years, of which this fitness would be typical.
	EstimatedFitnessAge opt.Value[int64] `json:"estimated_fitness_age,omitzero"`
	// The dose taken, in units.
	InsulinUnits opt.Value[float64] `json:"insulin_units,omitzero"`
	// Free text, such as "rapid-acting".
	InsulinType opt.Value[string] `json:"insulin_type,omitzero"`
	// Free text, such as "pale yellow".
	UrineColor opt.Value[string] `json:"urine_color,omitzero"`
	// What the person wrote beside the entry.
	UserNotes opt.Value[string] `json:"user_notes,omitzero"`
}

// BloodPressureData holds the day's mean pressure and its readings, all in mmHg.
type BloodPressureData struct {
	// The mean upper value, mmHg.
	DayAvgSystolicBP opt.Value[float64] `json:"day_avg_systolic_bp,omitzero"`
	// The mean lower value, mmHg.
	DayAvgDiastolicBP opt.Value[float64] `json:"day_avg_diastolic_bp,omitzero"`
	// Each reading of the day.
	BloodPressureSamples []BloodPressureSample `json:"blood_pressure_samples,omitzero"`
}

// BloodPressureSample is one cuff reading.
type BloodPressureSample struct {
	// When the cuff was read.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// The pressure as the heart contracts, mmHg.
	SystolicBP opt.Value[float64] `json:"systolic_bp,omitzero"`
	// The pressure between beats, mmHg.
	DiastolicBP opt.Value[float64] `json:"diastolic_bp,omitzero"`
}

// HeartData holds a day's heart rate, rhythm and vessel stiffness.
type HeartData struct {
	// The rate, its variability and the resting rate.
	HeartRateData HeartRateData `json:"heart_rate_data,omitzero"`
	// The verdicts of rhythm checks.
	AFibClassificationSamples []AFibClassificationSample `json:"afib_classification_samples,omitzero"`
	// The electrocardiograms taken.
	ECGSignal []ECGReading `json:"ecg_signal,omitzero"`
	// Measurements of arterial stiffness.
	PulseWaveVelocitySamples []PulseVelocitySample `json:"pulse_wave_velocity_samples,omitzero"`
	// The gaps between heartbeats.
	RRIntervalSamples []RRIntervalSample `json:"rr_interval_samples,omitzero"`
}

// AFibClassificationSample is one check for atrial fibrillation.
type AFibClassificationSample struct {
	// When the rhythm was checked.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// The device's verdict, not a diagnosis.
	AFibClassification opt.Value[AFibFlag] `json:"afib_classification,omitzero"`
}

// ECGReading is one electrocardiogram, usually half a minute of one lead.
type ECGReading struct {
	// When the recording began.
	StartTimestamp Timestamp `json:"start_timestamp,omitzero"`
	// The mean heart rate, beats per minute.
	AvgHRBPM opt.Value[float64] `json:"avg_hr_bpm,omitzero"`
	// The device's verdict on the rhythm.
	AFibClassification opt.Value[AFibFlag] `json:"afib_classification,omitzero"`
	// The trace, point by point.
	RawSignal []RawECGSample `json:"raw_signal,omitzero"`
}

// RawECGSample is one point of an ECG trace.
type RawECGSample struct {
	// The point's place on the trace.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// The electrode potential in microvolts.
	PotentialUV opt.Value[float64] `json:"potential_uV,omitzero"`
}

// PulseVelocitySample is one measurement of how fast the pressure pulse runs
// along the arteries: the faster, the stiffer they are.
type PulseVelocitySample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Speed of the pulse wave, m/s.
	PulseWaveVelocityMetersPerSecond opt.Value[float64] `json:"pulse_wave_velocity_meters_per_second,omitzero"`
}

// RRIntervalSample is the gap between two successive heartbeats.
type RRIntervalSample struct {
	// The moment of the beat.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Length of the gap, in milliseconds.
	RRIntervalMs opt.Value[float64] `json:"rr_interval_ms,omitzero"`
	// The momentary heart rate, beats per minute.
	HRBPM opt.Value[float64] `json:"hr_bpm,omitzero"`
}

// TemperatureData holds a day's temperatures, all in °C, kept apart by where
// they were taken.
type TemperatureData struct {
	// The mean inside the body, °C.
	DayAvgBodyTemperatureCelsius opt.Value[float64] `json:"day_avg_body_temperature_celsius,omitzero"`
	// The mean at the skin, °C.
	DayAvgSkinTemperatureCelsius opt.Value[float64] `json:"day_avg_skin_temperature_celsius,omitzero"`
	// The mean of the air, °C.
	DayAvgAmbientTemperatureCelsius opt.Value[float64] `json:"day_avg_ambient_temperature_celsius,omitzero"`
	// Taken inside the body.
	BodyTemperatureSamples []TemperatureSample `json:"body_temperature_samples,omitzero"`
	// Taken at the skin.
	SkinTemperatureSamples []TemperatureSample `json:"skin_temperature_samples,omitzero"`
	// Taken in the air around the person.
	AmbientTemperatureSamples []TemperatureSample `json:"ambient_temperature_samples,omitzero"`
}

// TemperatureSample is one thermometer reading.
type TemperatureSample struct {
	// When the thermometer was read.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Reading in °C.
	TemperatureCelsius opt.Value[float64] `json:"temperature_celsius,omitzero"`
}

// GlucoseData holds a day's blood sugar. A continuous monitor may fill both
// sample lists.
type GlucoseData struct {
	// The mean of BloodGlucoseSamples, mg/dL.
	DayAvgBloodGlucoseMgPerDL opt.Value[float64] `json:"day_avg_blood_glucose_mg_per_dL,omitzero"`
	// The same value again under an outdated wire name, which ends in a
	// lower-case "dl". Needed only to read deliveries that carry no other.
	DayAvgBloodGlucoseMgPerDLAlias opt.Value[float64] `json:"day_avg_blood_glucose_mg_per_dl,omitzero"`
	// The mean of DetailedBloodGlucoseSamples, mg/dL.
	DayAvgDetailedBloodGlucoseMgPerDL opt.Value[float64] `json:"day_avg_detailed_blood_glucose_mg_per_dL,omitzero"`
	// Glucose management indicator: the HbA1c, as a rule in percent, that the
	// monitor's mean suggests. A laboratory may find another.
	GMI opt.Value[float64] `json:"gmi,omitzero"`
	// How much of the day glucose was neither too low nor too high, in the
	// source's own measure: the wire names no unit.
	TimeInRange opt.Value[float64] `json:"time_in_range,omitzero"`
	// How many readings the sensor made in the day.
	SensorUsage opt.Value[int64] `json:"sensor_usage,omitzero"`
	// The source's regular readings.
	BloodGlucoseSamples []GlucoseDataSample `json:"blood_glucose_samples,omitzero"`
	// Readings at shorter intervals, which may be less exact.
	DetailedBloodGlucoseSamples []GlucoseDataSample `json:"detailed_blood_glucose_samples,omitzero"`
	// The spread of readings for each hour of the day.
	DailyPatterns []DailyPatternSample `json:"daily_patterns,omitzero"`
}

// GlucoseDataSample is one glucose reading.
type GlucoseDataSample struct {
	// When the sensor or strip was read.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Glucose concentration, mg/dL; 18.016 of them make one mmol/L.
	BloodGlucoseMgPerDL opt.Value[float64] `json:"blood_glucose_mg_per_dL,omitzero"`
	// The source's judgement of the level.
	GlucoseLevelFlag opt.Value[GlucoseFlag] `json:"glucose_level_flag,omitzero"`
	// Which way the level is moving, and how fast.
	TrendArrow opt.Value[TrendArrow] `json:"trend_arrow,omitzero"`
}

// DailyPatternSample is the distribution of glucose within one hour of the day.
// Its percentiles are glucose levels, as a rule in mg/dL.
type DailyPatternSample struct {
	// The hour, 0 to 23.
	TimeFromMidnight opt.Value[int64] `json:"time_from_midnight,omitzero"`
	// A level that 5 % of the readings stay below.
	Percentile5 opt.Value[float64] `json:"percentile_5,omitzero"`
	// The lower quartile.
	Percentile25 opt.Value[float64] `json:"percentile_25,omitzero"`
	// The median.
	Percentile50 opt.Value[float64] `json:"percentile_50,omitzero"`
	// The upper quartile.
	Percentile75 opt.Value[float64] `json:"percentile_75,omitzero"`
	// A level that 5 % of the readings exceed.
	Percentile95 opt.Value[float64] `json:"percentile_95,omitzero"`
}

// KetoneData holds a day's ketone readings.
type KetoneData struct {
	// Mean ketone concentration, mg/dL.
	DayAvgKetoneMgPerDL opt.Value[float64] `json:"day_avg_ketone_mg_per_dL,omitzero"`
	// Each reading of the day.
	KetoneSamples []KetoneSample `json:"ketone_samples,omitzero"`
}

// KetoneSample is one ketone reading.
type KetoneSample struct {
	// When it was taken.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Ketone concentration, mg/dL.
	KetoneMgPerDL opt.Value[float64] `json:"ketone_mg_per_dL,omitzero"`
	// What was tested: blood, urine or breath.
	SampleType opt.Value[KetoneSampleType] `json:"sample_type,omitzero"`
}

// HydrationData holds a day's fluids: what was drunk, by volume, and what the
// body holds, by mass.
type HydrationData struct {
	// The water drunk, ml.
	DayTotalWaterConsumptionMl opt.Value[float64] `json:"day_total_water_consumption_ml,omitzero"`
	// The mean of HydrationAmountSamples, kg.
	DayAvgHydrationKg opt.Value[float64] `json:"day_avg_hydration_kg,omitzero"`
	// Measurements of body water.
	HydrationAmountSamples []HydrationMeasurementSample `json:"hydration_amount_samples,omitzero"`
}

// HydrationMeasurementSample is one measurement of body water.
type HydrationMeasurementSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// All the water in the body, kg.
	HydrationKg opt.Value[float64] `json:"hydration_kg,omitzero"`
}

// HydrationLevelSample is body water under another name. No record holds it:
// [HydrationMeasurementSample] is the one in use.
type HydrationLevelSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// All the water in the body, kg.
	HydrationLevel opt.Value[float64] `json:"hydration_level,omitzero"`
}
