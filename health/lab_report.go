package health

import "github.com/terra-go/terra/opt"

// LabReportSession is one laboratory report read from an uploaded file. One
// upload may hold several reports, hence several sessions. A list of sessions
// leaves out Results and Panels.
//
// Words in its status and type fields come in lower case from open sets.
type LabReportSession struct {
	// Terra's identifier, decimal digits in a string. Reading the same report anew
	// keeps it.
	SessionID opt.Value[string] `json:"session_id,omitzero"`
	// The upload the report came in.
	UploadID opt.Value[string] `json:"upload_id,omitzero"`
	// The caller's own reference, given with the upload.
	ReferenceID opt.Value[string] `json:"reference_id,omitzero"`
	// Kind of report, such as "lab".
	ReportType opt.Value[string] `json:"report_type,omitzero"`

	// How far the work is, such as "processing", "sent" or "failed".
	CurrentStatus opt.Value[string] `json:"current_status,omitzero"`
	// How it got there.
	StatusHistory []LabReportStatusEntry `json:"status_history,omitzero"`
	// When the file arrived.
	UploadedAt Timestamp `json:"uploaded_at,omitzero"`
	// When the session last changed.
	UpdatedAt Timestamp `json:"updated_at,omitzero"`
	// Size of what was uploaded, bytes.
	InputBytes opt.Value[int64] `json:"input_bytes,omitzero"`
	// Size of what was made of it, bytes.
	OutputBytes opt.Value[int64] `json:"output_bytes,omitzero"`
	// How many files were uploaded.
	FileCount opt.Value[int64] `json:"file_count,omitzero"`

	// Name of the laboratory.
	LabName opt.Value[string] `json:"lab_name,omitzero"`
	// Date the report bears.
	ReportDate Timestamp `json:"report_date,omitzero"`
	// Time of day the report bears, "15:04".
	ReportTime opt.Value[string] `json:"report_time,omitzero"`
	// Date the specimen was taken.
	CollectionDate Timestamp `json:"collection_date,omitzero"`
	// Time of day the specimen was taken, "15:04".
	CollectionTime opt.Value[string] `json:"collection_time,omitzero"`
	// Language and region of the report, such as "en-GB".
	ReportLocale opt.Value[string] `json:"report_locale,omitzero"`
	// Age when the specimen was taken, years.
	PatientAgeAtCollection opt.Value[int64] `json:"patient_age_at_collection,omitzero"`
	// Sex as printed, in lower case, such as "female".
	PatientSex opt.Value[string] `json:"patient_sex,omitzero"`

	// How many results were read, whether or not Results lists them.
	ResultsCount opt.Value[int64] `json:"results_count,omitzero"`
	// What was measured, value by value.
	Results []LabReportResult `json:"results,omitzero"`
	// The report's own grouping of its results.
	Panels []LabReportPanel `json:"panels,omitzero"`
	// Remarks printed for the report as a whole.
	ReportNotes opt.Value[string] `json:"report_notes,omitzero"`
}

// LabReportStatusEntry is a step a session went through.
type LabReportStatusEntry struct {
	// The status reached.
	Status opt.Value[string] `json:"status,omitzero"`
	// When it was reached.
	Timestamp Timestamp `json:"timestamp,omitzero"`
	// Why.
	Note opt.Value[string] `json:"note,omitzero"`
}

// LabReportResult is one measured value, in layers: what the report prints, what
// that stands for, the value as a number or word, and whether it is out of the
// ordinary.
type LabReportResult struct {
	// What the report prints.
	Source LabReportResultSource `json:"source,omitzero"`
	// What was measured.
	Biomarker LabReportBiomarker `json:"biomarker,omitzero"`
	// The value.
	Measurement LabReportMeasurement `json:"measurement,omitzero"`
	// Whether the value is high, low or as it should be.
	Interpretation LabReportInterpretation `json:"interpretation,omitzero"`
	// The ranges the laboratory holds to be ordinary.
	ReferenceRanges []LabReportReferenceRange `json:"reference_ranges,omitzero"`
}

// LabReportResultSource is a result letter by letter as printed.
type LabReportResultSource struct {
	// The test.
	Name opt.Value[string] `json:"name,omitzero"`
	// Heading the test stands under.
	Panel opt.Value[string] `json:"panel,omitzero"`
	// The value.
	Value opt.Value[string] `json:"value,omitzero"`
	// Unit of the value.
	Units opt.Value[string] `json:"units,omitzero"`
	// Mark beside the value, such as "H".
	Flag opt.Value[string] `json:"flag,omitzero"`
	// How it was measured.
	Method opt.Value[string] `json:"method,omitzero"`
	// Remarks on the test.
	Notes opt.Value[string] `json:"notes,omitzero"`
	// The ordinary range.
	ReferenceText opt.Value[string] `json:"reference_text,omitzero"`
}

// LabReportBiomarker is what a result measures, in Terra's catalog.
type LabReportBiomarker struct {
	// Name in the catalog; null if, and only if, the catalog does not know the
	// test.
	Key opt.Value[string] `json:"key,omitzero"`
	// Name for people to read.
	DisplayName opt.Value[string] `json:"display_name,omitzero"`
	// Code in LOINC; absent for some biomarkers the catalog knows.
	LOINCCode opt.Value[string] `json:"loinc_code,omitzero"`
	// What was tested, such as blood or urine.
	Specimen opt.Value[string] `json:"specimen,omitzero"`
	// ID of the [LabReportPanel] it is grouped in.
	PanelID opt.Value[int64] `json:"panel_id,omitzero"`
	// Key of that panel.
	PanelKey opt.Value[string] `json:"panel_key,omitzero"`
}

// LabReportMeasurement is the value of a result, in exactly one of several forms.
// Type, always given, tells which field holds it.
type LabReportMeasurement struct {
	// "numeric", "bounded", "qualitative", "text" or "absent".
	Type opt.Value[string] `json:"type,omitzero"`
	// The number, if the type is "numeric".
	Numeric opt.Value[float64] `json:"numeric,omitzero"`
	// The limit, if the type is "bounded".
	Bounded LabReportBoundedValue `json:"bounded,omitzero"`
	// The finding, if the type is "qualitative".
	Qualitative LabReportQualitativeValue `json:"qualitative,omitzero"`
	// The words, if the type is "text".
	Text opt.Value[string] `json:"text,omitzero"`
	// Why there is no value, if the type is "absent".
	AbsentReason opt.Value[string] `json:"absent_reason,omitzero"`
	// Unit of the number or the limit.
	Units opt.Value[string] `json:"units,omitzero"`
	// That unit in UCUM, the code for machines.
	UCUMCode opt.Value[string] `json:"ucum_code,omitzero"`
}

// LabReportBoundedValue is a value known to lie on one side of a limit, as in
// "<0.5".
type LabReportBoundedValue struct {
	// "lt" for below, "gt" for above.
	Operator opt.Value[string] `json:"operator,omitzero"`
	// The limit.
	Value opt.Value[float64] `json:"value,omitzero"`
}

// LabReportQualitativeValue is a finding in words, such as a positive test.
type LabReportQualitativeValue struct {
	// The finding.
	Text opt.Value[string] `json:"text,omitzero"`
	// The finding in LOINC or SNOMED, where they have a code for it.
	Code opt.Value[string] `json:"code,omitzero"`
}

// LabReportInterpretation says whether a result is out of the ordinary.
type LabReportInterpretation struct {
	// "high", "low" or "normal"; null if nothing can be said.
	Flag opt.Value[string] `json:"flag,omitzero"`
	// The laboratory's mark, letter by letter.
	FlagRaw opt.Value[string] `json:"flag_raw,omitzero"`
	// Where Flag comes from: "report" for the laboratory, "computed" for Terra, or
	// "none".
	Source opt.Value[string] `json:"source,omitzero"`
	// The range Flag was judged by.
	AppliedRange LabReportAppliedRange `json:"applied_range,omitzero"`
}

// LabReportAppliedRange is a range in the unit of the measurement; an absent end
// is open.
type LabReportAppliedRange struct {
	// Lower end.
	Lower opt.Value[float64] `json:"lower,omitzero"`
	// Upper end.
	Upper opt.Value[float64] `json:"upper,omitzero"`
}

// LabReportReferenceRange is what the laboratory expects of some group of people,
// in the unit of the measurement; an absent end is open.
type LabReportReferenceRange struct {
	// Lower end.
	Lower opt.Value[float64] `json:"lower,omitzero"`
	// Upper end.
	Upper opt.Value[float64] `json:"upper,omitzero"`
	// Kind of range; it does not judge the result.
	Type opt.Value[string] `json:"type,omitzero"`
	// The people the range is for.
	Context LabReportRangeContext `json:"context,omitzero"`
}

// LabReportRangeContext limits a reference range to some people; what is absent
// does not limit it.
type LabReportRangeContext struct {
	// Of this sex.
	Sex opt.Value[string] `json:"sex,omitzero"`
	// From this age, years.
	AgeLower opt.Value[int64] `json:"age_lower,omitzero"`
	// To this age, years.
	AgeUpper opt.Value[int64] `json:"age_upper,omitzero"`
	// Pregnant or not.
	PregnancyStatus opt.Value[string] `json:"pregnancy_status,omitzero"`
	// From this week of pregnancy.
	GestationalWeekLower opt.Value[int64] `json:"gestational_week_lower,omitzero"`
	// To this week of pregnancy.
	GestationalWeekUpper opt.Value[int64] `json:"gestational_week_upper,omitzero"`
	// In this phase of the menstrual cycle.
	CyclePhase opt.Value[string] `json:"cycle_phase,omitzero"`
	// Of this population.
	ReferencePopulation opt.Value[string] `json:"reference_population,omitzero"`
	// Under these further conditions.
	Modifiers []string `json:"modifiers,omitzero"`
}

// LabReportPanel is a heading of the report that groups results.
type LabReportPanel struct {
	// Number within the report; the PanelID of a [LabReportBiomarker] refers to it.
	ID opt.Value[int64] `json:"id,omitzero"`
	// The heading as printed.
	Name opt.Value[string] `json:"name,omitzero"`
	// The heading made uniform, so that panels compare across reports; not a LOINC
	// code.
	Key opt.Value[string] `json:"key,omitzero"`
}
