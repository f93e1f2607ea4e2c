package health

import "github.com/terra-go/terra/opt"

type LabReportListResponse struct {
	Sessions []LabReportSession `json:"sessions,omitzero"`
}

type LabReportSession struct {
	SessionID              opt.Value[string]      `json:"session_id,omitzero"`
	UploadID               opt.Value[string]      `json:"upload_id,omitzero"`
	ReferenceID            opt.Value[string]      `json:"reference_id,omitzero"`
	ReportType             opt.Value[string]      `json:"report_type,omitzero"`
	CurrentStatus          opt.Value[string]      `json:"current_status,omitzero"`
	UploadedAt             Timestamp              `json:"uploaded_at,omitzero"`
	UpdatedAt              Timestamp              `json:"updated_at,omitzero"`
	ReportDate             Timestamp              `json:"report_date,omitzero"`
	ReportTime             opt.Value[string]      `json:"report_time,omitzero"`
	CollectionDate         Timestamp              `json:"collection_date,omitzero"`
	CollectionTime         opt.Value[string]      `json:"collection_time,omitzero"`
	ReportLocale           opt.Value[string]      `json:"report_locale,omitzero"`
	LabName                opt.Value[string]      `json:"lab_name,omitzero"`
	PatientAgeAtCollection opt.Value[int64]       `json:"patient_age_at_collection,omitzero"`
	PatientSex             opt.Value[string]      `json:"patient_sex,omitzero"`
	InputBytes             opt.Value[int64]       `json:"input_bytes,omitzero"`
	ResultsCount           opt.Value[int64]       `json:"results_count,omitzero"`
	OutputBytes            opt.Value[int64]       `json:"output_bytes,omitzero"`
	FileCount              opt.Value[int64]       `json:"file_count,omitzero"`
	StatusHistory          []LabReportStatusEntry `json:"status_history,omitzero"`
	Results                []LabReportResult      `json:"results,omitzero"`
	Panels                 []LabReportPanel       `json:"panels,omitzero"`
	ReportNotes            opt.Value[string]      `json:"report_notes,omitzero"`
}

type LabReportStatusEntry struct {
	Status    opt.Value[string] `json:"status,omitzero"`
	Timestamp Timestamp         `json:"timestamp,omitzero"`
	Note      opt.Value[string] `json:"note,omitzero"`
}

type LabReportResult struct {
	Source          LabReportResultSource     `json:"source,omitzero"`
	Biomarker       LabReportBiomarker        `json:"biomarker,omitzero"`
	Measurement     LabReportMeasurement      `json:"measurement,omitzero"`
	Interpretation  LabReportInterpretation   `json:"interpretation,omitzero"`
	ReferenceRanges []LabReportReferenceRange `json:"reference_ranges,omitzero"`
}

type LabReportResultSource struct {
	Name          opt.Value[string] `json:"name,omitzero"`
	Panel         opt.Value[string] `json:"panel,omitzero"`
	Value         opt.Value[string] `json:"value,omitzero"`
	Units         opt.Value[string] `json:"units,omitzero"`
	Flag          opt.Value[string] `json:"flag,omitzero"`
	Method        opt.Value[string] `json:"method,omitzero"`
	Notes         opt.Value[string] `json:"notes,omitzero"`
	ReferenceText opt.Value[string] `json:"reference_text,omitzero"`
}

type LabReportBiomarker struct {
	Key         opt.Value[string] `json:"key,omitzero"`
	DisplayName opt.Value[string] `json:"display_name,omitzero"`
	LOINCCode   opt.Value[string] `json:"loinc_code,omitzero"`
	PanelID     opt.Value[int64]  `json:"panel_id,omitzero"`
	PanelKey    opt.Value[string] `json:"panel_key,omitzero"`
	Specimen    opt.Value[string] `json:"specimen,omitzero"`
}

type LabReportMeasurement struct {
	Type         opt.Value[string]         `json:"type,omitzero"`
	Numeric      opt.Value[float64]        `json:"numeric,omitzero"`
	Bounded      LabReportBoundedValue     `json:"bounded,omitzero"`
	Qualitative  LabReportQualitativeValue `json:"qualitative,omitzero"`
	Text         opt.Value[string]         `json:"text,omitzero"`
	AbsentReason opt.Value[string]         `json:"absent_reason,omitzero"`
	Units        opt.Value[string]         `json:"units,omitzero"`
	UCUMCode     opt.Value[string]         `json:"ucum_code,omitzero"`
}

type LabReportBoundedValue struct {
	Operator opt.Value[string]  `json:"operator,omitzero"`
	Value    opt.Value[float64] `json:"value,omitzero"`
}

type LabReportQualitativeValue struct {
	Text opt.Value[string] `json:"text,omitzero"`
	Code opt.Value[string] `json:"code,omitzero"`
}

type LabReportInterpretation struct {
	Flag         opt.Value[string]     `json:"flag,omitzero"`
	FlagRaw      opt.Value[string]     `json:"flag_raw,omitzero"`
	Source       opt.Value[string]     `json:"source,omitzero"`
	AppliedRange LabReportAppliedRange `json:"applied_range,omitzero"`
}

type LabReportAppliedRange struct {
	Lower opt.Value[float64] `json:"lower,omitzero"`
	Upper opt.Value[float64] `json:"upper,omitzero"`
}

type LabReportReferenceRange struct {
	Lower   opt.Value[float64]    `json:"lower,omitzero"`
	Upper   opt.Value[float64]    `json:"upper,omitzero"`
	Type    opt.Value[string]     `json:"type,omitzero"`
	Context LabReportRangeContext `json:"context,omitzero"`
}

type LabReportRangeContext struct {
	Sex                  opt.Value[string] `json:"sex,omitzero"`
	AgeLower             opt.Value[int64]  `json:"age_lower,omitzero"`
	AgeUpper             opt.Value[int64]  `json:"age_upper,omitzero"`
	PregnancyStatus      opt.Value[string] `json:"pregnancy_status,omitzero"`
	GestationalWeekLower opt.Value[int64]  `json:"gestational_week_lower,omitzero"`
	GestationalWeekUpper opt.Value[int64]  `json:"gestational_week_upper,omitzero"`
	CyclePhase           opt.Value[string] `json:"cycle_phase,omitzero"`
	ReferencePopulation  opt.Value[string] `json:"reference_population,omitzero"`
	Modifiers            []string          `json:"modifiers,omitzero"`
}

type LabReportPanel struct {
	ID   opt.Value[int64]  `json:"id,omitzero"`
	Name opt.Value[string] `json:"name,omitzero"`
	Key  opt.Value[string] `json:"key,omitzero"`
}

type LabReportArtifactsResponse struct {
	Artifacts []LabReportFile `json:"artifacts,omitzero"`
	ExpiresAt Timestamp       `json:"expires_at,omitzero"`
}

type LabReportFile struct {
	Filename     opt.Value[string] `json:"filename,omitzero"`
	PresignedURL opt.Value[string] `json:"presigned_url,omitzero"`
}

type LabReportDeliveriesResponse struct {
	Deliveries []LabReportDelivery `json:"deliveries,omitzero"`
}

type LabReportDelivery struct {
	DestinationID   opt.Value[string] `json:"destination_id,omitzero"`
	DestinationType opt.Value[string] `json:"destination_type,omitzero"`
	Status          opt.Value[string] `json:"status,omitzero"`
	AttemptCount    opt.Value[int64]  `json:"attempt_count,omitzero"`
	LastError       opt.Value[string] `json:"last_error,omitzero"`
}

type LabReportEventData struct {
	SessionID    opt.Value[string]      `json:"session_id,omitzero"`
	ReferenceID  opt.Value[string]      `json:"reference_id,omitzero"`
	ReportDate   Timestamp              `json:"report_date,omitzero"`
	ReportTime   opt.Value[string]      `json:"report_time,omitzero"`
	ReportLocale opt.Value[string]      `json:"report_locale,omitzero"`
	ResultsCount opt.Value[int64]       `json:"results_count,omitzero"`
	Results      []LabReportEventResult `json:"results,omitzero"`
	Panels       []LabReportPanel       `json:"panels,omitzero"`
	ReportNotes  opt.Value[string]      `json:"report_notes,omitzero"`
}

type LabReportEventResult struct {
	Source          LabReportEventResultSource `json:"source,omitzero"`
	Biomarker       LabReportBiomarker         `json:"biomarker,omitzero"`
	Measurement     LabReportMeasurement       `json:"measurement,omitzero"`
	Interpretation  LabReportInterpretation    `json:"interpretation,omitzero"`
	ReferenceRanges []LabReportReferenceRange  `json:"reference_ranges,omitzero"`
}

type LabReportEventResultSource struct {
	Name           opt.Value[string] `json:"name,omitzero"`
	Panel          opt.Value[string] `json:"panel,omitzero"`
	Value          opt.Value[string] `json:"value,omitzero"`
	Units          opt.Value[string] `json:"units,omitzero"`
	Flag           opt.Value[string] `json:"flag,omitzero"`
	Method         opt.Value[string] `json:"method,omitzero"`
	Notes          opt.Value[string] `json:"notes,omitzero"`
	ReferenceText  opt.Value[string] `json:"reference_text,omitzero"`
	CollectionDate Timestamp         `json:"collection_date,omitzero"`
	CollectionTime opt.Value[string] `json:"collection_time,omitzero"`
}

type LabReportEventError struct {
	Code      opt.Value[string] `json:"code,omitzero"`
	Message   opt.Value[string] `json:"message,omitzero"`
	Retriable opt.Value[bool]   `json:"retriable,omitzero"`
}

type LabReportFailureData struct {
	SessionID   opt.Value[string]   `json:"session_id,omitzero"`
	ReferenceID opt.Value[string]   `json:"reference_id,omitzero"`
	Error       LabReportEventError `json:"error,omitzero"`
}

type LabReportFilesResponse struct {
	Files     []LabReportFile `json:"files,omitzero"`
	Thumbnail LabReportFile   `json:"thumbnail,omitzero"`
	ExpiresAt Timestamp       `json:"expires_at,omitzero"`
}

type LabReportReprocessResponse struct {
	SessionID     opt.Value[string] `json:"session_id,omitzero"`
	CurrentStatus opt.Value[string] `json:"current_status,omitzero"`
}

type LabReportUploadResponse struct {
	UploadID      opt.Value[string] `json:"upload_id,omitzero"`
	CurrentStatus opt.Value[string] `json:"current_status,omitzero"`
}
