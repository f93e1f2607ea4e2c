package health

import "github.com/terra-go/terra/opt"

// Daily is the summary of one day of living: steps, energy, heart rate, stress
// and the source's scores. A connection has one Daily per day, known by the date
// part of Metadata.StartTime; while the day lasts it is delivered again and
// again, each time holding all of the delivery before.
type Daily struct {
	// Which day the record covers.
	Metadata DailyMetadata `json:"metadata,omitzero"`
	// What the person wore.
	DeviceData DeviceData `json:"device_data,omitzero"`

	// Steps, distance, floors and swimming.
	DistanceData DailyDistanceData `json:"distance_data,omitzero"`
	// Time in each intensity of movement.
	ActiveDurationsData ActiveDurationsData `json:"active_durations_data,omitzero"`
	// Energy burned and eaten.
	CaloriesData CaloriesData `json:"calories_data,omitzero"`
	// Effort as multiples of the energy used at rest.
	METData METData `json:"MET_data,omitzero"`
	// Heart rate around the clock, and its variability.
	HeartRateData HeartRateData `json:"heart_rate_data,omitzero"`
	// Blood oxygen and VO2 max.
	OxygenData OxygenData `json:"oxygen_data,omitzero"`
	// Stress, and the energy left to meet it.
	StressData StressData `json:"stress_data,omitzero"`
	// Load on the body, on the source's scale.
	StrainData StrainData `json:"strain_data,omitzero"`

	// What the source makes of the day.
	Scores ScoresData `json:"scores,omitzero"`
	// What Terra makes of the day.
	DataEnrichment DailyDataEnrichment `json:"data_enrichment,omitzero"`
	// What the person noted.
	TagData TagData `json:"tag_data,omitzero"`
}

// DailyMetadata is the day of a [Daily]. The source always gives both ends and
// the upload type.
type DailyMetadata struct {
	// The midnight that opens the day; its date part names the day.
	StartTime Timestamp `json:"start_time,omitzero"`
	// The midnight that closes the day: 24 hours after StartTime.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Whether the record's times are UTC or local.
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
	// How the day came in. A single value edited by hand makes it manual.
	UploadType opt.Value[UploadType] `json:"upload_type,omitzero"`
}

// DailyDistanceData is the ground covered in a day.
type DailyDistanceData struct {
	// Count of steps.
	Steps opt.Value[int64] `json:"steps,omitzero"`
	// Distance covered, meters.
	DistanceMeters opt.Value[float64] `json:"distance_meters,omitzero"`
	// Height climbed, counted in floors as the source defines them.
	FloorsClimbed opt.Value[int64] `json:"floors_climbed,omitzero"`
	// Height above the sea, and how it changed.
	Elevation ElevationData `json:"elevation,omitzero"`
	// Strokes and lengths, on days with a swim.
	Swimming SwimmingData `json:"swimming,omitzero"`
	// The samples behind the totals.
	Detailed DistanceDataDetailed `json:"detailed,omitzero"`
}

// StressData is a day's stress as a wearable infers it, mostly from heart rate
// variability. Levels run from 0 to 100 in the bands of [StressLevel]; a source
// that could not tell may send -1.
type StressData struct {
	// The band the source puts the whole day in.
	StressRating opt.Value[StressLevel] `json:"stress_rating,omitzero"`
	// Mean level, 0 to 100.
	AvgStressLevel opt.Value[float64] `json:"avg_stress_level,omitzero"`
	// Highest level, 0 to 100.
	MaxStressLevel opt.Value[float64] `json:"max_stress_level,omitzero"`
	// Seconds under stress of any degree.
	StressDurationSeconds opt.Value[float64] `json:"stress_duration_seconds,omitzero"`
	// Seconds at rest: levels 1 to 25.
	RestStressDurationSeconds opt.Value[float64] `json:"rest_stress_duration_seconds,omitzero"`
	// Seconds at levels 26 to 50.
	LowStressDurationSeconds opt.Value[float64] `json:"low_stress_duration_seconds,omitzero"`
	// Seconds at levels 51 to 75.
	MediumStressDurationSeconds opt.Value[float64] `json:"medium_stress_duration_seconds,omitzero"`
	// Seconds at levels 76 to 100.
	HighStressDurationSeconds opt.Value[float64] `json:"high_stress_duration_seconds,omitzero"`
	// Seconds of stress that came with physical activity.
	ActivityStressDurationSeconds opt.Value[float64] `json:"activity_stress_duration_seconds,omitzero"`
	// The level over the day.
	Samples []StressSample `json:"samples,omitzero"`
	// Garmin's measure of the energy left, over the day.
	BodyBatterySamples []BodyBatterySample `json:"body_battery_samples,omitzero"`
}

// StressSample is the stress level at a moment.
type StressSample struct {
	// When it was inferred.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// 0 to 100, in the bands of [StressLevel]; -1 where the source could not tell.
	Level opt.Value[float64] `json:"level,omitzero"`
}

// BodyBatterySample is the energy left at a moment.
type BodyBatterySample struct {
	// When it was inferred.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// From 0, drained, to 100, fully rested.
	Level opt.Value[float64] `json:"level,omitzero"`
}

// ScoresData is the source's own marks for the day, each 0 to 100.
type ScoresData struct {
	// How well the person moved.
	Activity opt.Value[float64] `json:"activity,omitzero"`
	// How well the body has recovered.
	Recovery opt.Value[float64] `json:"recovery,omitzero"`
	// How well the person slept in the night before.
	Sleep opt.Value[float64] `json:"sleep,omitzero"`
}

// DailyDataEnrichment is what Terra computes from the day. A score may come with
// one delivery and be null in the next: unlike the rest of the record, a null
// here does not take the earlier score back.
//
// Every map of contributors goes from the name of a factor, an open set, to its
// weighted share of the score above it.
type DailyDataEnrichment struct {
	// Stress of the day as a whole.
	TotalStressScore opt.Value[float64] `json:"total_stress_score,omitzero"`
	// Shares of TotalStressScore.
	StressContributors map[string]float64 `json:"stress_contributors,omitzero"`
	// The same by the second version of the model; the two do not compare.
	TotalStressScoreV2 opt.Value[float64] `json:"total_stress_score_v2,omitzero"`
	// Shares of TotalStressScoreV2.
	TotalStressScoreV2Contributors map[string]float64 `json:"total_stress_score_v2_contributors,omitzero"`
	// Health of breathing.
	RespiratoryScore opt.Value[float64] `json:"respiratory_score,omitzero"`
	// Shares of RespiratoryScore.
	RespiratoryContributors map[string]float64 `json:"respiratory_contributors,omitzero"`
	// Health of the immune system; a whole number, except in older payloads.
	ImmuneIndex opt.Value[float64] `json:"immune_index,omitzero"`
	// Shares of ImmuneIndex.
	ImmuneContributors map[string]float64 `json:"immune_contributors,omitzero"`
	// Capacity to take on strain and recover from it.
	ResilienceScore opt.Value[int64] `json:"resilience_score,omitzero"`
	// Shares of ResilienceScore.
	ResilienceContributors map[string]float64 `json:"resilience_contributors,omitzero"`
	// Load the day put on the body.
	StrainIndex opt.Value[float64] `json:"strain_index,omitzero"`
	// StrainIndex as a color: "GREEN", "AMBER" or "RED".
	StrainTrafficLight opt.Value[string] `json:"strain_traffic_light,omitzero"`
	// Shares of StrainIndex.
	StrainContributors map[string]float64 `json:"strain_contributors,omitzero"`
}

// TagData is a day's diary.
type TagData struct {
	// The entries, typed in or detected by the source.
	Tags []TagEntry `json:"tags,omitzero"`
}

// TagEntry marks an event of the day. The source always fills all three fields.
type TagEntry struct {
	// When it happened.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// What happened, as a word such as "hot_shower"; an open set.
	TagName opt.Value[string] `json:"tag_name,omitzero"`
	// What the person wrote about it; may be the empty string.
	Notes opt.Value[string] `json:"notes,omitzero"`
}
