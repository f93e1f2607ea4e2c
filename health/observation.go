package health

import "github.com/terra-go/terra/opt"

type HealthObservation struct {
	Metadata        HealthObservationMetadata `json:"metadata,omitzero"`
	ObservationData HealthObservationData     `json:"observation_data,omitzero"`
}

type HealthObservationMetadata struct {
	StartTime             Timestamp                        `json:"start_time,omitzero"`
	EndTime               Timestamp                        `json:"end_time,omitzero"`
	SummaryID             opt.Value[string]                `json:"summary_id,omitzero"`
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
}

type HealthObservationData struct {
	Category        opt.Value[HealthObservationCategory] `json:"category,omitzero"`
	ObservationType opt.Value[string]                    `json:"observation_type,omitzero"`
	Codes           []ObservationCode                    `json:"codes,omitzero"`
	Value           ObservationValue                     `json:"value,omitzero"`
	Severity        opt.Value[ObservationSeverity]       `json:"severity,omitzero"`
	Components      []ObservationComponent               `json:"components,omitzero"`
	Status          opt.Value[ObservationStatus]         `json:"status,omitzero"`
	Notes           opt.Value[string]                    `json:"notes,omitzero"`
}

type ObservationCode struct {
	System  opt.Value[string] `json:"system,omitzero"`
	Code    opt.Value[string] `json:"code,omitzero"`
	Display opt.Value[string] `json:"display,omitzero"`
}

type ObservationValue struct {
	ValueType opt.Value[ObservationValueType] `json:"value_type,omitzero"`
	Quantity  opt.Value[float64]              `json:"quantity,omitzero"`
	Unit      opt.Value[string]               `json:"unit,omitzero"`
	Boolean   opt.Value[bool]                 `json:"boolean,omitzero"`
	Text      opt.Value[string]               `json:"text,omitzero"`
	Code      opt.Value[string]               `json:"code,omitzero"`
}

type ObservationComponent struct {
	Code  opt.Value[string] `json:"code,omitzero"`
	Value ObservationValue  `json:"value,omitzero"`
}
