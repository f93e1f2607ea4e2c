package health

import "github.com/terra-go/terra/opt"

type Body struct {
	BloodPressureData BloodPressureData `json:"blood_pressure_data,omitzero"`
	DeviceData        DeviceData        `json:"device_data,omitzero"`
	HeartData         HeartData         `json:"heart_data,omitzero"`
	HydrationData     HydrationData     `json:"hydration_data,omitzero"`
	KetoneData        KetoneData        `json:"ketone_data,omitzero"`
	MeasurementsData  MeasurementsData  `json:"measurements_data,omitzero"`
	Metadata          BodyMetadata      `json:"metadata,omitzero"`
	OxygenData        OxygenData        `json:"oxygen_data,omitzero"`
	TemperatureData   TemperatureData   `json:"temperature_data,omitzero"`
	GlucoseData       GlucoseData       `json:"glucose_data,omitzero"`
}

type BloodPressureData struct {
	BloodPressureSamples []BloodPressureSample `json:"blood_pressure_samples,omitzero"`
	DayAvgSystolicBP     opt.Value[float64]    `json:"day_avg_systolic_bp,omitzero"`
	DayAvgDiastolicBP    opt.Value[float64]    `json:"day_avg_diastolic_bp,omitzero"`
}

type BloodPressureSample struct {
	Timestamp   Timestamp          `json:"timestamp,omitzero"`
	DiastolicBP opt.Value[float64] `json:"diastolic_bp,omitzero"`
	SystolicBP  opt.Value[float64] `json:"systolic_bp,omitzero"`
}

type HeartData struct {
	AFibClassificationSamples []AFibClassificationSample `json:"afib_classification_samples,omitzero"`
	ECGSignal                 []ECGReading               `json:"ecg_signal,omitzero"`
	HeartRateData             HeartRateData              `json:"heart_rate_data,omitzero"`
	PulseWaveVelocitySamples  []PulseVelocitySample      `json:"pulse_wave_velocity_samples,omitzero"`
	RRIntervalSamples         []RRIntervalSample         `json:"rr_interval_samples,omitzero"`
}

type AFibClassificationSample struct {
	Timestamp          Timestamp           `json:"timestamp,omitzero"`
	AFibClassification opt.Value[AFibFlag] `json:"afib_classification,omitzero"`
}

type ECGReading struct {
	StartTimestamp     Timestamp           `json:"start_timestamp,omitzero"`
	AvgHRBPM           opt.Value[float64]  `json:"avg_hr_bpm,omitzero"`
	AFibClassification opt.Value[AFibFlag] `json:"afib_classification,omitzero"`
	RawSignal          []RawECGSample      `json:"raw_signal,omitzero"`
}

type RawECGSample struct {
	PotentialUV opt.Value[float64] `json:"potential_uV,omitzero"`
	Timestamp   Timestamp          `json:"timestamp,omitzero"`
}

type PulseVelocitySample struct {
	Timestamp                        Timestamp          `json:"timestamp,omitzero"`
	PulseWaveVelocityMetersPerSecond opt.Value[float64] `json:"pulse_wave_velocity_meters_per_second,omitzero"`
}

type RRIntervalSample struct {
	RRIntervalMs opt.Value[float64] `json:"rr_interval_ms,omitzero"`
	Timestamp    Timestamp          `json:"timestamp,omitzero"`
	HRBPM        opt.Value[float64] `json:"hr_bpm,omitzero"`
}

type HydrationData struct {
	DayTotalWaterConsumptionMl opt.Value[float64]           `json:"day_total_water_consumption_ml,omitzero"`
	HydrationAmountSamples     []HydrationMeasurementSample `json:"hydration_amount_samples,omitzero"`
	DayAvgHydrationKg          opt.Value[float64]           `json:"day_avg_hydration_kg,omitzero"`
}

type HydrationMeasurementSample struct {
	Timestamp   Timestamp          `json:"timestamp,omitzero"`
	HydrationKg opt.Value[float64] `json:"hydration_kg,omitzero"`
}

type KetoneData struct {
	KetoneSamples       []KetoneSample     `json:"ketone_samples,omitzero"`
	DayAvgKetoneMgPerDL opt.Value[float64] `json:"day_avg_ketone_mg_per_dL,omitzero"`
}

type KetoneSample struct {
	Timestamp     Timestamp                   `json:"timestamp,omitzero"`
	KetoneMgPerDL opt.Value[float64]          `json:"ketone_mg_per_dL,omitzero"`
	SampleType    opt.Value[KetoneSampleType] `json:"sample_type,omitzero"`
}

type MeasurementsData struct {
	Measurements              []MeasurementDataSample `json:"measurements,omitzero"`
	DayAvgBMI                 opt.Value[float64]      `json:"day_avg_bmi,omitzero"`
	DayAvgBMR                 opt.Value[float64]      `json:"day_avg_bmr,omitzero"`
	DayAvgRMR                 opt.Value[float64]      `json:"day_avg_rmr,omitzero"`
	DayAvgEstimatedFitnessAge opt.Value[float64]      `json:"day_avg_estimated_fitness_age,omitzero"`
	DayAvgSkinFoldMm          opt.Value[float64]      `json:"day_avg_skin_fold_mm,omitzero"`
	DayAvgBodyfatPercentage   opt.Value[float64]      `json:"day_avg_bodyfat_percentage,omitzero"`
	DayAvgWeightKg            opt.Value[float64]      `json:"day_avg_weight_kg,omitzero"`
	DayAvgHeightCm            opt.Value[float64]      `json:"day_avg_height_cm,omitzero"`
	DayAvgBoneMassG           opt.Value[float64]      `json:"day_avg_bone_mass_g,omitzero"`
	DayAvgMuscleMassG         opt.Value[float64]      `json:"day_avg_muscle_mass_g,omitzero"`
	DayAvgLeanMassG           opt.Value[float64]      `json:"day_avg_lean_mass_g,omitzero"`
	DayAvgWaterPercentage     opt.Value[float64]      `json:"day_avg_water_percentage,omitzero"`
	DayAvgInsulinUnits        opt.Value[float64]      `json:"day_avg_insulin_units,omitzero"`
	DayAvgVisceralFatLevel    opt.Value[float64]      `json:"day_avg_visceral_fat_level,omitzero"`
}

type MeasurementDataSample struct {
	MeasurementTime     Timestamp          `json:"measurement_time,omitzero"`
	BMI                 opt.Value[float64] `json:"BMI,omitzero"`
	BMR                 opt.Value[float64] `json:"BMR,omitzero"`
	RMR                 opt.Value[float64] `json:"RMR,omitzero"`
	EstimatedFitnessAge opt.Value[int64]   `json:"estimated_fitness_age,omitzero"`
	SkinFoldMm          opt.Value[float64] `json:"skin_fold_mm,omitzero"`
	BodyfatPercentage   opt.Value[float64] `json:"bodyfat_percentage,omitzero"`
	WeightKg            opt.Value[float64] `json:"weight_kg,omitzero"`
	HeightCm            opt.Value[float64] `json:"height_cm,omitzero"`
	BoneMassG           opt.Value[float64] `json:"bone_mass_g,omitzero"`
	MuscleMassG         opt.Value[float64] `json:"muscle_mass_g,omitzero"`
	LeanMassG           opt.Value[float64] `json:"lean_mass_g,omitzero"`
	WaterPercentage     opt.Value[float64] `json:"water_percentage,omitzero"`
	InsulinUnits        opt.Value[float64] `json:"insulin_units,omitzero"`
	InsulinType         opt.Value[string]  `json:"insulin_type,omitzero"`
	UrineColor          opt.Value[string]  `json:"urine_color,omitzero"`
	UserNotes           opt.Value[string]  `json:"user_notes,omitzero"`
	VisceralFatLevel    opt.Value[float64] `json:"visceral_fat_level,omitzero"`
	VisceralFatCategory opt.Value[string]  `json:"visceral_fat_category,omitzero"`
}

type BodyMetadata struct {
	EndTime               Timestamp                        `json:"end_time,omitzero"`
	StartTime             Timestamp                        `json:"start_time,omitzero"`
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
}

type TemperatureData struct {
	AmbientTemperatureSamples       []TemperatureSample `json:"ambient_temperature_samples,omitzero"`
	BodyTemperatureSamples          []TemperatureSample `json:"body_temperature_samples,omitzero"`
	SkinTemperatureSamples          []TemperatureSample `json:"skin_temperature_samples,omitzero"`
	DayAvgAmbientTemperatureCelsius opt.Value[float64]  `json:"day_avg_ambient_temperature_celsius,omitzero"`
	DayAvgBodyTemperatureCelsius    opt.Value[float64]  `json:"day_avg_body_temperature_celsius,omitzero"`
	DayAvgSkinTemperatureCelsius    opt.Value[float64]  `json:"day_avg_skin_temperature_celsius,omitzero"`
}

type TemperatureSample struct {
	Timestamp          Timestamp          `json:"timestamp,omitzero"`
	TemperatureCelsius opt.Value[float64] `json:"temperature_celsius,omitzero"`
}

type GlucoseData struct {
	BloodGlucoseSamples               []GlucoseDataSample  `json:"blood_glucose_samples,omitzero"`
	DetailedBloodGlucoseSamples       []GlucoseDataSample  `json:"detailed_blood_glucose_samples,omitzero"`
	DayAvgBloodGlucoseMgPerDL         opt.Value[float64]   `json:"day_avg_blood_glucose_mg_per_dL,omitzero"`
	DayAvgDetailedBloodGlucoseMgPerDL opt.Value[float64]   `json:"day_avg_detailed_blood_glucose_mg_per_dL,omitzero"`
	DayAvgBloodGlucoseMgPerDLAlias    opt.Value[float64]   `json:"day_avg_blood_glucose_mg_per_dl,omitzero"`
	GMI                               opt.Value[float64]   `json:"gmi,omitzero"`
	TimeInRange                       opt.Value[float64]   `json:"time_in_range,omitzero"`
	SensorUsage                       opt.Value[int64]     `json:"sensor_usage,omitzero"`
	DailyPatterns                     []DailyPatternSample `json:"daily_patterns,omitzero"`
}

type GlucoseDataSample struct {
	Timestamp           Timestamp              `json:"timestamp,omitzero"`
	BloodGlucoseMgPerDL opt.Value[float64]     `json:"blood_glucose_mg_per_dL,omitzero"`
	GlucoseLevelFlag    opt.Value[GlucoseFlag] `json:"glucose_level_flag,omitzero"`
	TrendArrow          opt.Value[TrendArrow]  `json:"trend_arrow,omitzero"`
}

type DailyPatternSample struct {
	TimeFromMidnight opt.Value[int64]   `json:"time_from_midnight,omitzero"`
	Percentile5      opt.Value[float64] `json:"percentile_5,omitzero"`
	Percentile25     opt.Value[float64] `json:"percentile_25,omitzero"`
	Percentile50     opt.Value[float64] `json:"percentile_50,omitzero"`
	Percentile75     opt.Value[float64] `json:"percentile_75,omitzero"`
	Percentile95     opt.Value[float64] `json:"percentile_95,omitzero"`
}

type HydrationLevelSample struct {
	Timestamp      Timestamp          `json:"timestamp,omitzero"`
	HydrationLevel opt.Value[float64] `json:"hydration_level,omitzero"`
}
