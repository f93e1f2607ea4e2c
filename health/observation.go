package health

import "github.com/terra-go/terra/opt"

// HealthObservation is a single thing noticed or logged that fits no other
// record: a symptom, a dose of medicine, a mood, an alert from a device.
// Metadata.SummaryID identifies it, and a later delivery under the same ID amends
// or retracts it; see [ObservationStatus].
type HealthObservation struct {
	// When it was observed, and its identity.
	Metadata HealthObservationMetadata `json:"metadata,omitzero"`
	// What was observed.
	ObservationData HealthObservationData `json:"observation_data,omitzero"`
}

// HealthObservationMetadata places a [HealthObservation] in time. The source
// always gives the start and the ID.
type HealthObservationMetadata struct {
	// When it happened, or began.
	StartTime Timestamp `json:"start_time,omitzero"`
	// When it ended; absent for a moment without length.
	EndTime Timestamp `json:"end_time,omitzero"`
	// Whether the record's times are UTC or local.
	TimestampLocalization opt.Value[TimestampLocalization] `json:"timestamp_localization,omitzero"`
	// The source's name for the entry; the same whenever it is delivered again.
	SummaryID opt.Value[string] `json:"summary_id,omitzero"`
}

// HealthObservationData is the observation itself. Only the type is always there.
type HealthObservationData struct {
	// What was observed, as a word such as "headache"; an open set.
	ObservationType opt.Value[string] `json:"observation_type,omitzero"`
	// The kind of thing it is; Unspecified for types Terra has yet to sort.
	Category opt.Value[HealthObservationCategory] `json:"category,omitzero"`
	// Whether it stands, corrects an earlier delivery, or takes it back.
	Status opt.Value[ObservationStatus] `json:"status,omitzero"`
	// What was found; absent, or of type None, where that it happened is all there
	// is to say.
	Value ObservationValue `json:"value,omitzero"`
	// How bad it was; symptoms only.
	Severity opt.Value[ObservationSeverity] `json:"severity,omitzero"`
	// The parts of an observation that has several, such as a mood.
	Components []ObservationComponent `json:"components,omitzero"`
	// ObservationType in the source's vocabulary and in medical ones.
	Codes []ObservationCode `json:"codes,omitzero"`
	// Remark by the person or the source.
	Notes opt.Value[string] `json:"notes,omitzero"`
}

// ObservationValue is a finding of one of several types. ValueType, always given,
// tells which of the other fields to read.
type ObservationValue struct {
	// Which field holds the finding.
	ValueType opt.Value[ObservationValueType] `json:"value_type,omitzero"`
	// The number, if the type is Quantity.
	Quantity opt.Value[float64] `json:"quantity,omitzero"`
	// What Quantity counts, such as "count".
	Unit opt.Value[string] `json:"unit,omitzero"`
	// The answer, if the type is Boolean.
	Boolean opt.Value[bool] `json:"boolean,omitzero"`
	// The words, if the type is String.
	Text opt.Value[string] `json:"text,omitzero"`
	// One of a fixed set of words, such as "luteinizing_hormone_surge", if the type
	// is Code.
	Code opt.Value[string] `json:"code,omitzero"`
}

// ObservationComponent is one part of a [HealthObservation].
type ObservationComponent struct {
	// Which part it is, such as "valence"; its meaning depends on the
	// observation's type.
	Code opt.Value[string] `json:"code,omitzero"`
	// What was found for the part.
	Value ObservationValue `json:"value,omitzero"`
}

// ObservationCode names the observation in one vocabulary.
type ObservationCode struct {
	// The vocabulary: a platform such as "healthkit", or the address of a standard
	// such as "http://loinc.org".
	System opt.Value[string] `json:"system,omitzero"`
	// The term within System.
	Code opt.Value[string] `json:"code,omitzero"`
	// The term for people to read.
	Display opt.Value[string] `json:"display,omitzero"`
}
