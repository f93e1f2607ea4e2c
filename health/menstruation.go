package health

import "github.com/terra-go/terra/opt"

// Menstruation places one day in a menstrual cycle, or in a pregnancy. A
// connection has one Menstruation per day, known by the date part of
// Metadata.StartTime; a later delivery of the same day holds all of the earlier
// one.
type Menstruation struct {
	// Which day the record covers.
	Metadata MenstruationMetadata `json:"metadata,omitzero"`
	// The cycle as seen from that day.
	MenstruationData MenstruationData `json:"menstruation_data,omitzero"`
}

// MenstruationMetadata is the day of a [Menstruation]. The source always gives
// both ends.
type MenstruationMetadata struct {
	// The midnight that opens the day; its date part names the day.
	StartTime Timestamp `json:"start_time,omitzero"`
	// The midnight that closes the day: 24 hours after StartTime.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Whether the record's times are UTC or local.
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
}

// MenstruationData is the cycle a day belongs to, part logged and part predicted.
// Dates of the cycle come as a date alone; read them with [Timestamp.Date].
type MenstruationData struct {
	// Date of the first day of bleeding, which opens the cycle.
	PeriodStartDate Timestamp `json:"period_start_date,omitzero"`
	// Days of bleeding.
	PeriodLengthDays opt.Value[int64] `json:"period_length_days,omitzero"`
	// The day's number in the cycle.
	DayInCycle opt.Value[int64] `json:"day_in_cycle,omitzero"`
	// Days from one period to the next.
	CycleLengthDays opt.Value[int64] `json:"cycle_length_days,omitzero"`
	// The same, as foreseen while the cycle lasts.
	PredictedCycleLengthDays opt.Value[int64] `json:"predicted_cycle_length_days,omitzero"`
	// False for a cycle the person logged.
	IsPredictedCycle opt.Value[bool] `json:"is_predicted_cycle,omitzero"`

	// The phase the day falls in.
	CurrentPhase opt.Value[MenstruationInterval] `json:"current_phase,omitzero"`
	// Days the phase lasts.
	LengthOfCurrentPhaseDays opt.Value[int64] `json:"length_of_current_phase_days,omitzero"`
	// Days left until the next phase is expected.
	DaysUntilNextPhase opt.Value[int64] `json:"days_until_next_phase,omitzero"`

	// First date on which conception is likely.
	FertilityWindowStart Timestamp `json:"fertility_window_start,omitzero"`
	// Last date on which conception is likely.
	FertilityWindowEnd Timestamp `json:"fertility_window_end,omitzero"`
	// Date on which ovulation is expected.
	OvulationDay Timestamp `json:"ovulation_day,omitzero"`

	// When the person last logged anything about the cycle.
	LastUpdatedTime Timestamp `json:"last_updated_time,omitzero"`
	// How strong the bleeding was, as logged.
	MenstruationFlow []MenstruationFlowSample `json:"menstruation_flow,omitzero"`
	// The phases of the cycle, one after the other.
	Intervals []MenstruationIntervalSample `json:"intervals,omitzero"`
}

// MenstruationFlowSample is one entry on the strength of bleeding.
type MenstruationFlowSample struct {
	// The time the entry is for.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// How strong the bleeding was.
	Flow opt.Value[MenstruationFlow] `json:"flow,omitzero"`
}

// MenstruationIntervalSample is an unbroken stretch of one phase.
type MenstruationIntervalSample struct {
	// Which phase it is.
	Phase opt.Value[MenstruationInterval] `json:"phase,omitzero"`
	// When the phase begins.
	StartTimestamp Timestamp `json:"start_timestamp,omitzero"`
	// When the phase ends.
	EndTimestamp Timestamp `json:"end_timestamp,omitzero"`
}
