package health

import "github.com/terra-go/terra/opt"

type Daily struct {
	ActiveDurationsData ActiveDurationsData `json:"active_durations_data,omitzero"`
	CaloriesData        CaloriesData        `json:"calories_data,omitzero"`
	DataEnrichment      DailyDataEnrichment `json:"data_enrichment,omitzero"`
	DeviceData          DeviceData          `json:"device_data,omitzero"`
	DistanceData        DailyDistanceData   `json:"distance_data,omitzero"`
	HeartRateData       HeartRateData       `json:"heart_rate_data,omitzero"`
	METData             METData             `json:"MET_data,omitzero"`
	Metadata            DailyMetadata       `json:"metadata,omitzero"`
	OxygenData          OxygenData          `json:"oxygen_data,omitzero"`
	Scores              ScoresData          `json:"scores,omitzero"`
	StrainData          StrainData          `json:"strain_data,omitzero"`
	StressData          StressData          `json:"stress_data,omitzero"`
	TagData             TagData             `json:"tag_data,omitzero"`
}

type DailyDataEnrichment struct {
	TotalStressScore               opt.Value[float64] `json:"total_stress_score,omitzero"`
	StressContributors             map[string]float64 `json:"stress_contributors,omitzero"`
	RespiratoryScore               opt.Value[float64] `json:"respiratory_score,omitzero"`
	RespiratoryContributors        map[string]float64 `json:"respiratory_contributors,omitzero"`
	ImmuneIndex                    opt.Value[int64]   `json:"immune_index,omitzero"`
	ImmuneContributors             map[string]float64 `json:"immune_contributors,omitzero"`
	ResilienceScore                opt.Value[int64]   `json:"resilience_score,omitzero"`
	ResilienceContributors         map[string]float64 `json:"resilience_contributors,omitzero"`
	StrainIndex                    opt.Value[float64] `json:"strain_index,omitzero"`
	StrainTrafficLight             opt.Value[string]  `json:"strain_traffic_light,omitzero"`
	StrainContributors             map[string]float64 `json:"strain_contributors,omitzero"`
	TotalStressScoreV2             opt.Value[float64] `json:"total_stress_score_v2,omitzero"`
	TotalStressScoreV2Contributors map[string]float64 `json:"total_stress_score_v2_contributors,omitzero"`
}

type DailyDistanceData struct {
	Detailed       DistanceDataDetailed `json:"detailed,omitzero"`
	DistanceMeters opt.Value[float64]   `json:"distance_meters,omitzero"`
	Elevation      ElevationData        `json:"elevation,omitzero"`
	FloorsClimbed  opt.Value[int64]     `json:"floors_climbed,omitzero"`
	Steps          opt.Value[int64]     `json:"steps,omitzero"`
	Swimming       SwimmingData         `json:"swimming,omitzero"`
}

type DailyMetadata struct {
	EndTime               Timestamp                        `json:"end_time,omitzero"`
	StartTime             Timestamp                        `json:"start_time,omitzero"`
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
	UploadType            opt.Value[UploadType]            `json:"upload_type,omitzero"`
}

type ScoresData struct {
	Activity opt.Value[float64] `json:"activity,omitzero"`
	Recovery opt.Value[float64] `json:"recovery,omitzero"`
	Sleep    opt.Value[float64] `json:"sleep,omitzero"`
}

type StressData struct {
	AvgStressLevel                opt.Value[float64]     `json:"avg_stress_level,omitzero"`
	ActivityStressDurationSeconds opt.Value[float64]     `json:"activity_stress_duration_seconds,omitzero"`
	LowStressDurationSeconds      opt.Value[float64]     `json:"low_stress_duration_seconds,omitzero"`
	MaxStressLevel                opt.Value[float64]     `json:"max_stress_level,omitzero"`
	MediumStressDurationSeconds   opt.Value[float64]     `json:"medium_stress_duration_seconds,omitzero"`
	Samples                       []StressSample         `json:"samples,omitzero"`
	RestStressDurationSeconds     opt.Value[float64]     `json:"rest_stress_duration_seconds,omitzero"`
	HighStressDurationSeconds     opt.Value[float64]     `json:"high_stress_duration_seconds,omitzero"`
	StressDurationSeconds         opt.Value[float64]     `json:"stress_duration_seconds,omitzero"`
	StressRating                  opt.Value[StressLevel] `json:"stress_rating,omitzero"`
	BodyBatterySamples            []BodyBatterySample    `json:"body_battery_samples,omitzero"`
}

type StressSample struct {
	Timestamp Timestamp          `json:"timestamp,omitzero"`
	Level     opt.Value[float64] `json:"level,omitzero"`
}

type BodyBatterySample struct {
	Timestamp Timestamp          `json:"timestamp,omitzero"`
	Level     opt.Value[float64] `json:"level,omitzero"`
}

type TagData struct {
	Tags []TagEntry `json:"tags,omitzero"`
}

type TagEntry struct {
	Timestamp Timestamp         `json:"timestamp,omitzero"`
	TagName   opt.Value[string] `json:"tag_name,omitzero"`
	Notes     opt.Value[string] `json:"notes,omitzero"`
}
