package health

import "github.com/terra-go/terra/opt"

type Sleep struct {
	DataEnrichment     SleepDataEnrichment  `json:"data_enrichment,omitzero"`
	DeviceData         DeviceData           `json:"device_data,omitzero"`
	HeartRateData      HeartRateData        `json:"heart_rate_data,omitzero"`
	Metadata           SleepMetadata        `json:"metadata,omitzero"`
	ReadinessData      ReadinessData        `json:"readiness_data,omitzero"`
	RespirationData    RespirationData      `json:"respiration_data,omitzero"`
	Scores             SleepScores          `json:"scores,omitzero"`
	SleepDurationsData SleepDurationsData   `json:"sleep_durations_data,omitzero"`
	TemperatureData    SleepTemperatureData `json:"temperature_data,omitzero"`
}

type SleepDataEnrichment struct {
	SleepScore                     opt.Value[float64] `json:"sleep_score,omitzero"`
	SleepContributors              map[string]float64 `json:"sleep_contributors,omitzero"`
	ReadinessScore                 opt.Value[float64] `json:"readiness_score,omitzero"`
	ReadinessContributors          map[string]float64 `json:"readiness_contributors,omitzero"`
	SleepScoreV2                   opt.Value[float64] `json:"sleep_score_v2,omitzero"`
	SleepScoreV2Contributors       map[string]float64 `json:"sleep_score_v2_contributors,omitzero"`
	RespiratoryScoreV2             opt.Value[float64] `json:"respiratory_score_v2,omitzero"`
	RespiratoryScoreV2Contributors map[string]float64 `json:"respiratory_score_v2_contributors,omitzero"`
}

type SleepMetadata struct {
	EndTime               Timestamp                        `json:"end_time,omitzero"`
	IsNap                 opt.Value[bool]                  `json:"is_nap,omitzero"`
	StartTime             Timestamp                        `json:"start_time,omitzero"`
	SummaryID             opt.Value[string]                `json:"summary_id,omitzero"`
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
	UploadType            opt.Value[SleepUploadType]       `json:"upload_type,omitzero"`
}

type ReadinessData struct {
	Readiness     opt.Value[float64] `json:"readiness,omitzero"`
	RecoveryLevel opt.Value[float64] `json:"recovery_level,omitzero"`
}

type RespirationData struct {
	BreathsData          BreathsData          `json:"breaths_data,omitzero"`
	OxygenSaturationData OxygenSaturationData `json:"oxygen_saturation_data,omitzero"`
	SnoringData          SnoringData          `json:"snoring_data,omitzero"`
}

type BreathsData struct {
	AvgBreathsPerMin opt.Value[float64] `json:"avg_breaths_per_min,omitzero"`
	MaxBreathsPerMin opt.Value[float64] `json:"max_breaths_per_min,omitzero"`
	MinBreathsPerMin opt.Value[float64] `json:"min_breaths_per_min,omitzero"`
	OnDemandReading  opt.Value[bool]    `json:"on_demand_reading,omitzero"`
	Samples          []BreathSample     `json:"samples,omitzero"`
	StartTime        Timestamp          `json:"start_time,omitzero"`
	EndTime          Timestamp          `json:"end_time,omitzero"`
}

type BreathSample struct {
	Timestamp     Timestamp          `json:"timestamp,omitzero"`
	BreathsPerMin opt.Value[float64] `json:"breaths_per_min,omitzero"`
}

type OxygenSaturationData struct {
	AvgSaturationPercentage opt.Value[float64]       `json:"avg_saturation_percentage,omitzero"`
	EndTime                 Timestamp                `json:"end_time,omitzero"`
	Samples                 []OxygenSaturationSample `json:"samples,omitzero"`
	StartTime               Timestamp                `json:"start_time,omitzero"`
}

type SnoringData struct {
	StartTime                   Timestamp          `json:"start_time,omitzero"`
	EndTime                     Timestamp          `json:"end_time,omitzero"`
	NumSnoringEvents            opt.Value[int64]   `json:"num_snoring_events,omitzero"`
	Samples                     []SnoringSample    `json:"samples,omitzero"`
	TotalSnoringDurationSeconds opt.Value[float64] `json:"total_snoring_duration_seconds,omitzero"`
}

type SnoringSample struct {
	Timestamp       Timestamp          `json:"timestamp,omitzero"`
	DurationSeconds opt.Value[float64] `json:"duration_seconds,omitzero"`
}

type SleepScores struct {
	Sleep opt.Value[float64] `json:"sleep,omitzero"`
}

type SleepDurationsData struct {
	Asleep           AsleepDurations        `json:"asleep,omitzero"`
	Awake            AwakeDurations         `json:"awake,omitzero"`
	HypnogramSamples []SleepHypnogramSample `json:"hypnogram_samples,omitzero"`
	Other            OtherSleepDurations    `json:"other,omitzero"`
	SleepEfficiency  opt.Value[float64]     `json:"sleep_efficiency,omitzero"`
}

type AsleepDurations struct {
	DurationAsleepStateSeconds     opt.Value[float64] `json:"duration_asleep_state_seconds,omitzero"`
	DurationDeepSleepStateSeconds  opt.Value[float64] `json:"duration_deep_sleep_state_seconds,omitzero"`
	DurationLightSleepStateSeconds opt.Value[float64] `json:"duration_light_sleep_state_seconds,omitzero"`
	DurationREMSleepStateSeconds   opt.Value[float64] `json:"duration_REM_sleep_state_seconds,omitzero"`
	NumREMEvents                   opt.Value[int64]   `json:"num_REM_events,omitzero"`
}

type AwakeDurations struct {
	DurationAwakeStateSeconds        opt.Value[float64] `json:"duration_awake_state_seconds,omitzero"`
	DurationLongInterruptionSeconds  opt.Value[float64] `json:"duration_long_interruption_seconds,omitzero"`
	DurationShortInterruptionSeconds opt.Value[float64] `json:"duration_short_interruption_seconds,omitzero"`
	NumOutOfBedEvents                opt.Value[int64]   `json:"num_out_of_bed_events,omitzero"`
	NumWakeupEvents                  opt.Value[int64]   `json:"num_wakeup_events,omitzero"`
	SleepLatencySeconds              opt.Value[float64] `json:"sleep_latency_seconds,omitzero"`
	WakeUpLatencySeconds             opt.Value[float64] `json:"wake_up_latency_seconds,omitzero"`
}

type SleepHypnogramSample struct {
	Timestamp Timestamp             `json:"timestamp,omitzero"`
	Level     opt.Value[SleepLevel] `json:"level,omitzero"`
}

type OtherSleepDurations struct {
	DurationInBedSeconds             opt.Value[float64] `json:"duration_in_bed_seconds,omitzero"`
	DurationUnmeasurableSleepSeconds opt.Value[float64] `json:"duration_unmeasurable_sleep_seconds,omitzero"`
}

type SleepTemperatureData struct {
	Delta opt.Value[float64] `json:"delta,omitzero"`
}
