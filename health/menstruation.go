package health

import "github.com/terra-go/terra/opt"

type Menstruation struct {
	Metadata         MenstruationMetadata `json:"metadata,omitzero"`
	MenstruationData MenstruationData     `json:"menstruation_data,omitzero"`
}

type MenstruationMetadata struct {
	EndTime               Timestamp                        `json:"end_time,omitzero"`
	StartTime             Timestamp                        `json:"start_time,omitzero"`
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
}

type MenstruationData struct {
	PeriodLengthDays         opt.Value[int64]                `json:"period_length_days,omitzero"`
	CurrentPhase             opt.Value[MenstruationInterval] `json:"current_phase,omitzero"`
	LengthOfCurrentPhaseDays opt.Value[int64]                `json:"length_of_current_phase_days,omitzero"`
	DaysUntilNextPhase       opt.Value[int64]                `json:"days_until_next_phase,omitzero"`
	PeriodStartDate          Timestamp                       `json:"period_start_date,omitzero"`
	PredictedCycleLengthDays opt.Value[int64]                `json:"predicted_cycle_length_days,omitzero"`
	DayInCycle               opt.Value[int64]                `json:"day_in_cycle,omitzero"`
	LastUpdatedTime          Timestamp                       `json:"last_updated_time,omitzero"`
	CycleLengthDays          opt.Value[int64]                `json:"cycle_length_days,omitzero"`
	IsPredictedCycle         opt.Value[bool]                 `json:"is_predicted_cycle,omitzero"`
	MenstruationFlow         []MenstruationFlowSample        `json:"menstruation_flow,omitzero"`
	Intervals                []MenstruationIntervalSample    `json:"intervals,omitzero"`
	FertilityWindowStart     Timestamp                       `json:"fertility_window_start,omitzero"`
	FertilityWindowEnd       Timestamp                       `json:"fertility_window_end,omitzero"`
	OvulationDay             Timestamp                       `json:"ovulation_day,omitzero"`
}

type MenstruationFlowSample struct {
	Timestamp Timestamp                   `json:"timestamp,omitzero"`
	Flow      opt.Value[MenstruationFlow] `json:"flow,omitzero"`
}

type MenstruationIntervalSample struct {
	StartTimestamp Timestamp                       `json:"start_timestamp,omitzero"`
	EndTimestamp   Timestamp                       `json:"end_timestamp,omitzero"`
	Phase          opt.Value[MenstruationInterval] `json:"phase,omitzero"`
}
