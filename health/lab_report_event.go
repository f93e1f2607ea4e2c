package health

import "github.com/terra-go/terra/opt"

// LabReportEventData is a report as a webhook delivers it once it has been read:
// a [LabReportSession] without its lifecycle. The same session may be delivered
// again after another reading.
type LabReportEventData struct {
	// Terra's identifier, decimal digits in a string.
	SessionID opt.Value[string] `json:"session_id,omitzero"`
	// The caller's own reference, given with the upload.
	ReferenceID opt.Value[string] `json:"reference_id,omitzero"`
	// Date the report bears.
	ReportDate Timestamp `json:"report_date,omitzero"`
	// Time of day the report bears, "15:04".
	ReportTime opt.Value[string] `json:"report_time,omitzero"`
	// Language and region of the report, such as "en-GB".
	ReportLocale opt.Value[string] `json:"report_locale,omitzero"`
	// Length of Results.
	ResultsCount opt.Value[int64] `json:"results_count,omitzero"`
	// What was measured, value by value.
	Results []LabReportEventResult `json:"results,omitzero"`
	// The report's own grouping of its results.
	Panels []LabReportPanel `json:"panels,omitzero"`
	// Remarks printed for the report as a whole.
	ReportNotes opt.Value[string] `json:"report_notes,omitzero"`
}

// LabReportEventResult is a [LabReportResult] whose source also tells when the
// specimen was taken.
type LabReportEventResult struct {
	// What the report prints.
	Source LabReportEventResultSource `json:"source,omitzero"`
	// What was measured.
	Biomarker LabReportBiomarker `json:"biomarker,omitzero"`
	// The value.
	Measurement LabReportMeasurement `json:"measurement,omitzero"`
	// Whether the value is high, low or as it should be.
	Interpretation LabReportInterpretation `json:"interpretation,omitzero"`
	// The ranges the laboratory holds to be ordinary.
	ReferenceRanges []LabReportReferenceRange `json:"reference_ranges,omitzero"`
}

// LabReportEventResultSource is a result letter by letter as printed, and when
// its specimen was taken.
type LabReportEventResultSource struct {
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
	// Date the specimen was taken.
	CollectionDate Timestamp `json:"collection_date,omitzero"`
	// Time of day the specimen was taken, "15:04".
	CollectionTime opt.Value[string] `json:"collection_time,omitzero"`
}

// LabReportFailureData is what a webhook delivers of a report that could not be
// read.
type LabReportFailureData struct {
	// Terra's identifier, decimal digits in a string.
	SessionID opt.Value[string] `json:"session_id,omitzero"`
	// The caller's own reference, given with the upload.
	ReferenceID opt.Value[string] `json:"reference_id,omitzero"`
	// What went wrong.
	Error LabReportEventError `json:"error,omitzero"`
}

// LabReportEventError is why a report could not be read.
type LabReportEventError struct {
	// "file_unreadable", "extraction_failed", "standardization_failed" or
	// "internal".
	Code opt.Value[string] `json:"code,omitzero"`
	// The same for people to read.
	Message opt.Value[string] `json:"message,omitzero"`
	// True if the same file may succeed another time, false if it takes a better
	// one.
	Retriable opt.Value[bool] `json:"retriable,omitzero"`
}
