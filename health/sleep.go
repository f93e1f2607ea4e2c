package health

import "github.com/terra-go/terra/opt"

// Sleep is one session of sleep: a night or a nap. Metadata.SummaryID tells the
// sessions of a connection apart where the source gives one, and the start and
// end times where it does not. A source that detects the night by itself may
// deliver it several times while it refines the stages.
type Sleep struct {
	// When the session was, and of what kind.
	Metadata SleepMetadata `json:"metadata,omitzero"`
	// What watched over it.
	DeviceData DeviceData `json:"device_data,omitzero"`

	// Time in each stage, and the hypnogram.
	SleepDurationsData SleepDurationsData `json:"sleep_durations_data,omitzero"`
	// Heart rate and its variability while asleep.
	HeartRateData HeartRateData `json:"heart_rate_data,omitzero"`
	// Breathing, blood oxygen and snoring.
	RespirationData RespirationData `json:"respiration_data,omitzero"`
	// Skin temperature against the person's usual.
	TemperatureData SleepTemperatureData `json:"temperature_data,omitzero"`

	// How fit for the day the session left the person.
	ReadinessData ReadinessData `json:"readiness_data,omitzero"`
	// What the source makes of the session.
	Scores SleepScores `json:"scores,omitzero"`
	// What Terra makes of the session.
	DataEnrichment SleepDataEnrichment `json:"data_enrichment,omitzero"`
}

// SleepMetadata places a [Sleep] in time. The source always gives both ends and
// the upload type.
type SleepMetadata struct {
	// When the session began; for a night, mostly on the evening before.
	StartTime Timestamp `json:"start_time,omitzero"`
	// When the session ended.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Whether the record's times are UTC or local.
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
	// The source's name for the session, unique within the connection; sources
	// without one send null.
	SummaryID opt.Value[string] `json:"summary_id,omitzero"`
	// False for the main sleep of the day.
	IsNap opt.Value[bool] `json:"is_nap,omitzero"`
	// Detected or typed in. The codes differ from those of [UploadType].
	UploadType opt.Value[SleepUploadType] `json:"upload_type,omitzero"`
}

// SleepDurationsData is where the time in bed went. The total asleep may be
// absent though the stages are there.
type SleepDurationsData struct {
	// Time asleep over time in bed, in percent, 0 to 100.
	SleepEfficiency opt.Value[float64] `json:"sleep_efficiency,omitzero"`
	// Time in each stage of sleep.
	Asleep AsleepDurations `json:"asleep,omitzero"`
	// Time awake between going to bed and getting up.
	Awake AwakeDurations `json:"awake,omitzero"`
	// Time in bed, and time nobody can tell.
	Other OtherSleepDurations `json:"other,omitzero"`
	// The stages in order of time.
	HypnogramSamples []SleepHypnogramSample `json:"hypnogram_samples,omitzero"`
}

// AsleepDurations is the time spent in each stage of sleep.
type AsleepDurations struct {
	// Seconds asleep, all stages together.
	DurationAsleepStateSeconds opt.Value[float64] `json:"duration_asleep_state_seconds,omitzero"`
	// Seconds in light sleep.
	DurationLightSleepStateSeconds opt.Value[float64] `json:"duration_light_sleep_state_seconds,omitzero"`
	// Seconds in deep sleep.
	DurationDeepSleepStateSeconds opt.Value[float64] `json:"duration_deep_sleep_state_seconds,omitzero"`
	// Seconds in REM sleep.
	DurationREMSleepStateSeconds opt.Value[float64] `json:"duration_REM_sleep_state_seconds,omitzero"`
	// How many separate spells of REM sleep there were.
	NumREMEvents opt.Value[int64] `json:"num_REM_events,omitzero"`
}

// AwakeDurations is the time spent awake within a sleep session.
type AwakeDurations struct {
	// Seconds awake in all.
	DurationAwakeStateSeconds opt.Value[float64] `json:"duration_awake_state_seconds,omitzero"`
	// Seconds awake in spells of more than 90 seconds.
	DurationLongInterruptionSeconds opt.Value[float64] `json:"duration_long_interruption_seconds,omitzero"`
	// Seconds awake in spells of less than 90 seconds.
	DurationShortInterruptionSeconds opt.Value[float64] `json:"duration_short_interruption_seconds,omitzero"`
	// How often the person woke.
	NumWakeupEvents opt.Value[int64] `json:"num_wakeup_events,omitzero"`
	// How often the person left the bed.
	NumOutOfBedEvents opt.Value[int64] `json:"num_out_of_bed_events,omitzero"`
	// Seconds from lying down to sleep until falling asleep.
	SleepLatencySeconds opt.Value[float64] `json:"sleep_latency_seconds,omitzero"`
	// Seconds from the last waking until getting up.
	WakeUpLatencySeconds opt.Value[float64] `json:"wake_up_latency_seconds,omitzero"`
}

// OtherSleepDurations is the time that is neither sleep nor waking.
type OtherSleepDurations struct {
	// Seconds in bed, asleep or not.
	DurationInBedSeconds opt.Value[float64] `json:"duration_in_bed_seconds,omitzero"`
	// Seconds for which the device could not tell the stage.
	DurationUnmeasurableSleepSeconds opt.Value[float64] `json:"duration_unmeasurable_sleep_seconds,omitzero"`
}

// SleepHypnogramSample is a change of sleep stage; the stage holds until the
// next sample.
type SleepHypnogramSample struct {
	// When the stage began.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// The stage that began.
	Level opt.Value[SleepLevel] `json:"level,omitzero"`
}

// RespirationData is how the person breathed through the session.
type RespirationData struct {
	// Breathing rate.
	BreathsData BreathsData `json:"breaths_data,omitzero"`
	// Blood oxygen.
	OxygenSaturationData OxygenSaturationData `json:"oxygen_saturation_data,omitzero"`
	// Snoring.
	SnoringData SnoringData `json:"snoring_data,omitzero"`
}

// BreathsData is the breathing rate through a session.
type BreathsData struct {
	// When recording began.
	StartTime Timestamp `json:"start_time,omitzero"`
	// When recording ended.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Mean, breaths per minute.
	AvgBreathsPerMin opt.Value[float64] `json:"avg_breaths_per_min,omitzero"`
	// Lowest, breaths per minute.
	MinBreathsPerMin opt.Value[float64] `json:"min_breaths_per_min,omitzero"`
	// Highest, breaths per minute.
	MaxBreathsPerMin opt.Value[float64] `json:"max_breaths_per_min,omitzero"`
	// True if the person asked for the measurement, false if the device took it by
	// itself.
	OnDemandReading opt.Value[bool] `json:"on_demand_reading,omitzero"`
	// The rate over the session.
	Samples []BreathSample `json:"samples,omitzero"`
}

// BreathSample is the breathing rate at a moment.
type BreathSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Breaths per minute.
	BreathsPerMin opt.Value[float64] `json:"breaths_per_min,omitzero"`
}

// OxygenSaturationData is the blood oxygen through a session.
type OxygenSaturationData struct {
	// When recording began.
	StartTime Timestamp `json:"start_time,omitzero"`
	// When recording ended.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Mean saturation, percent.
	AvgSaturationPercentage opt.Value[float64] `json:"avg_saturation_percentage,omitzero"`
	// Saturation over the session.
	Samples []OxygenSaturationSample `json:"samples,omitzero"`
}

// SnoringData is the snoring of a session.
type SnoringData struct {
	// When recording began.
	StartTime Timestamp `json:"start_time,omitzero"`
	// When recording ended.
	EndTime Timestamp `json:"end_time,omitzero"`
	// How often the person began to snore, by the device's count.
	NumSnoringEvents opt.Value[int64] `json:"num_snoring_events,omitzero"`
	// Seconds snored in all.
	TotalSnoringDurationSeconds opt.Value[float64] `json:"total_snoring_duration_seconds,omitzero"`
	// The episodes.
	Samples []SnoringSample `json:"samples,omitzero"`
}

// SnoringSample is one episode of snoring.
type SnoringSample struct {
	// When it was heard.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// How long it lasted, seconds.
	DurationSeconds opt.Value[float64] `json:"duration_seconds,omitzero"`
}

// SleepTemperatureData compares a night with the person's usual.
type SleepTemperatureData struct {
	// Skin temperature less its baseline, °C; negative when cooler than usual.
	Delta opt.Value[float64] `json:"delta,omitzero"`
}

// ReadinessData is the source's view of the day after the session.
type ReadinessData struct {
	// Score from 0 to 100.
	Readiness opt.Value[float64] `json:"readiness,omitzero"`
	// Recovery on the source's scale. Some deliveries hold a code of
	// [RecoveryLevel] instead.
	RecoveryLevel opt.Value[float64] `json:"recovery_level,omitzero"`
}

// SleepScores is the source's own mark for the session.
type SleepScores struct {
	// How good the sleep was; as a rule 0 to 100.
	Sleep opt.Value[float64] `json:"sleep,omitzero" legacy:"sleep_score"`
}

// SleepDataEnrichment is what Terra computes from the session. A score may come
// with one delivery and be null in the next: unlike the rest of the record, a
// null here does not take the earlier score back.
//
// Every map of contributors goes from the name of a factor, an open set, to its
// weighted share of the score above it.
type SleepDataEnrichment struct {
	// How good the sleep was.
	SleepScore opt.Value[float64] `json:"sleep_score,omitzero"`
	// Shares of SleepScore.
	SleepContributors map[string]float64 `json:"sleep_contributors,omitzero"`
	// The same by the second version of the model; the two do not compare.
	SleepScoreV2 opt.Value[float64] `json:"sleep_score_v2,omitzero"`
	// Shares of SleepScoreV2.
	SleepScoreV2Contributors map[string]float64 `json:"sleep_score_v2_contributors,omitzero"`
	// How fit for the day the session left the person.
	ReadinessScore opt.Value[float64] `json:"readiness_score,omitzero"`
	// Shares of ReadinessScore.
	ReadinessContributors map[string]float64 `json:"readiness_contributors,omitzero"`
	// Health of breathing, by the second version of the model.
	RespiratoryScoreV2 opt.Value[float64] `json:"respiratory_score_v2,omitzero"`
	// Shares of RespiratoryScoreV2.
	RespiratoryScoreV2Contributors map[string]float64 `json:"respiratory_score_v2_contributors,omitzero"`
}
