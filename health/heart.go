package health

import "github.com/terra-go/terra/opt"

// HeartRateData is the heart over a workout, a day or a night, as a summary and
// as samples.
type HeartRateData struct {
	// Means and extremes.
	Summary HeartRateDataSummary `json:"summary,omitzero"`
	// What the means were made from.
	Detailed HeartRateDataDetailed `json:"detailed,omitzero"`
}

// HeartRateDataSummary covers the whole record. Rates are in beats per minute,
// variabilities in milliseconds.
type HeartRateDataSummary struct {
	// Mean rate.
	AvgHRBPM opt.Value[float64] `json:"avg_hr_bpm,omitzero"`
	// Lowest rate.
	MinHRBPM opt.Value[float64] `json:"min_hr_bpm,omitzero"`
	// Highest rate; what the person could reach is UserMaxHRBPM.
	MaxHRBPM opt.Value[float64] `json:"max_hr_bpm,omitzero"`
	// Rate at rest, by the provider's own reckoning.
	RestingHRBPM opt.Value[float64] `json:"resting_hr_bpm,omitzero"`
	// The highest rate this person can reach, by the provider's own reckoning from
	// age and other things.
	UserMaxHRBPM opt.Value[float64] `json:"user_max_hr_bpm,omitzero"`
	// Mean variability as root mean square of successive differences.
	AvgHRVRMSSD opt.Value[float64] `json:"avg_hrv_rmssd,omitzero"`
	// Mean variability as standard deviation of beat-to-beat intervals.
	AvgHRVSDNN opt.Value[float64] `json:"avg_hrv_sdnn,omitzero"`
	// Time in each zone.
	HRZoneData []HeartRateZoneData `json:"hr_zone_data,omitzero"`
}

// HeartRateZoneData is the time spent in one heart rate zone.
type HeartRateZoneData struct {
	// Which zone, counting from 0. Where a source tells more than six apart, 6 is
	// its seventh and not [HeartRateZoneOther].
	Zone opt.Value[HeartRateZone] `json:"zone,omitzero"`
	// The provider's name for the zone.
	Name opt.Value[string] `json:"name,omitzero"`
	// Lower end, as a percentage of the person's maximum, 0 to 100.
	StartPercentage opt.Value[float64] `json:"start_percentage,omitzero"`
	// Upper end, as a percentage of the person's maximum, 0 to 100.
	EndPercentage opt.Value[float64] `json:"end_percentage,omitzero"`
	// Time in the zone, s.
	DurationSeconds opt.Value[float64] `json:"duration_seconds,omitzero"`
}

// HeartRateDataDetailed holds the samples of a record, at intervals of the
// device's choice.
type HeartRateDataDetailed struct {
	// Heart rate.
	HRSamples []HeartRateDataSample `json:"hr_samples,omitzero"`
	// Variability as root mean square of successive differences.
	HRVSamplesRMSSD []HeartRateVariabilityDataSampleRMSSD `json:"hrv_samples_rmssd,omitzero"`
	// Variability as standard deviation of beat-to-beat intervals.
	HRVSamplesSDNN []HeartRateVariabilityDataSampleSDNN `json:"hrv_samples_sdnn,omitzero"`
}

// HeartRateDataSample is the heart rate at one moment.
type HeartRateDataSample struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Beats per minute.
	BPM opt.Value[float64] `json:"bpm,omitzero"`
	// Seconds into the workout, pauses left out.
	TimerDurationSeconds opt.Value[float64] `json:"timer_duration_seconds,omitzero"`
	// Whether the person was exercising.
	Context opt.Value[HeartRateContext] `json:"context,omitzero"`
}

// HeartRateVariabilityDataSampleRMSSD is the heart rate variability around one
// moment, as root mean square of successive differences.
type HeartRateVariabilityDataSampleRMSSD struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// In milliseconds.
	HRVRMSSD opt.Value[float64] `json:"hrv_rmssd,omitzero"`
}

// HeartRateVariabilityDataSampleSDNN is the heart rate variability around one
// moment, as standard deviation of beat-to-beat intervals.
type HeartRateVariabilityDataSampleSDNN struct {
	// When it was measured.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// In milliseconds.
	HRVSDNN opt.Value[float64] `json:"hrv_sdnn,omitzero"`
}
