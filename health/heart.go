package health

import "github.com/terra-go/terra/opt"

type HeartRateData struct {
	Detailed HeartRateDataDetailed `json:"detailed,omitzero"`
	Summary  HeartRateDataSummary  `json:"summary,omitzero"`
}

type HeartRateDataDetailed struct {
	HRSamples       []HeartRateDataSample                 `json:"hr_samples,omitzero"`
	HRVSamplesRMSSD []HeartRateVariabilityDataSampleRMSSD `json:"hrv_samples_rmssd,omitzero"`
	HRVSamplesSDNN  []HeartRateVariabilityDataSampleSDNN  `json:"hrv_samples_sdnn,omitzero"`
}

type HeartRateDataSample struct {
	Timestamp            Timestamp                   `json:"timestamp,omitzero"`
	BPM                  opt.Value[float64]          `json:"bpm,omitzero"`
	TimerDurationSeconds opt.Value[float64]          `json:"timer_duration_seconds,omitzero"`
	Context              opt.Value[HeartRateContext] `json:"context,omitzero"`
}

type HeartRateVariabilityDataSampleRMSSD struct {
	Timestamp Timestamp          `json:"timestamp,omitzero"`
	HRVRMSSD  opt.Value[float64] `json:"hrv_rmssd,omitzero"`
}

type HeartRateVariabilityDataSampleSDNN struct {
	Timestamp Timestamp          `json:"timestamp,omitzero"`
	HRVSDNN   opt.Value[float64] `json:"hrv_sdnn,omitzero"`
}

type HeartRateDataSummary struct {
	AvgHRBPM     opt.Value[float64]  `json:"avg_hr_bpm,omitzero"`
	AvgHRVRMSSD  opt.Value[float64]  `json:"avg_hrv_rmssd,omitzero"`
	AvgHRVSDNN   opt.Value[float64]  `json:"avg_hrv_sdnn,omitzero"`
	HRZoneData   []HeartRateZoneData `json:"hr_zone_data,omitzero"`
	MaxHRBPM     opt.Value[float64]  `json:"max_hr_bpm,omitzero"`
	MinHRBPM     opt.Value[float64]  `json:"min_hr_bpm,omitzero"`
	RestingHRBPM opt.Value[float64]  `json:"resting_hr_bpm,omitzero"`
	UserMaxHRBPM opt.Value[float64]  `json:"user_max_hr_bpm,omitzero"`
}

type HeartRateZoneData struct {
	Zone            opt.Value[int64]   `json:"zone,omitzero"`
	StartPercentage opt.Value[float64] `json:"start_percentage,omitzero"`
	EndPercentage   opt.Value[float64] `json:"end_percentage,omitzero"`
	Name            opt.Value[string]  `json:"name,omitzero"`
	DurationSeconds opt.Value[float64] `json:"duration_seconds,omitzero"`
}
