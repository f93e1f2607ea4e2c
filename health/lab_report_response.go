package health

import "github.com/terra-go/terra/opt"

// LabReportUploadResponse acknowledges an upload, before any of it is read.
type LabReportUploadResponse struct {
	// Names the upload in every session and webhook that comes of it.
	UploadID opt.Value[string] `json:"upload_id,omitzero"`
	// How far the work is; "processing" at this point.
	CurrentStatus opt.Value[string] `json:"current_status,omitzero"`
}

// LabReportListResponse is what a search for sessions finds.
type LabReportListResponse struct {
	// The sessions, without their results.
	Sessions []LabReportSession `json:"sessions,omitzero"`
}

// LabReportFilesResponse links to the uploaded files of a session.
type LabReportFilesResponse struct {
	// The files.
	Files []LabReportFile `json:"files,omitzero"`
	// A small picture of the report.
	Thumbnail LabReportFile `json:"thumbnail,omitzero"`
	// When all the links stop working.
	ExpiresAt Timestamp `json:"expires_at,omitzero"`
}

// LabReportArtifactsResponse links to what was made of a session on the way from
// file to results.
type LabReportArtifactsResponse struct {
	// The intermediate files.
	Artifacts []LabReportFile `json:"artifacts,omitzero"`
	// When all the links stop working.
	ExpiresAt Timestamp `json:"expires_at,omitzero"`
}

// LabReportFile is one file to download.
type LabReportFile struct {
	// Name to save it under.
	Filename opt.Value[string] `json:"filename,omitzero"`
	// Link that needs no credentials while it lasts: whoever holds it can read the
	// file.
	PresignedURL opt.Value[string] `json:"presigned_url,omitzero"`
}

// LabReportDeliveriesResponse tells how the results of a session fared on their
// way out.
type LabReportDeliveriesResponse struct {
	// One entry per destination.
	Deliveries []LabReportDelivery `json:"deliveries,omitzero"`
}

// LabReportDelivery is the delivery of a session's results to one destination.
type LabReportDelivery struct {
	// The destination.
	DestinationID opt.Value[string] `json:"destination_id,omitzero"`
	// What the destination is, such as "webhook" or "s3".
	DestinationType opt.Value[string] `json:"destination_type,omitzero"`
	// "pending", "delivered" or "failed".
	Status opt.Value[string] `json:"status,omitzero"`
	// Retries so far: 0 while the first attempt is all there was.
	AttemptCount opt.Value[int64] `json:"attempt_count,omitzero"`
	// Why the latest attempt failed; absent once delivered.
	LastError opt.Value[string] `json:"last_error,omitzero"`
}

// LabReportReprocessResponse acknowledges the order to read a report anew.
type LabReportReprocessResponse struct {
	// The session, unchanged.
	SessionID opt.Value[string] `json:"session_id,omitzero"`
	// How far the work is.
	CurrentStatus opt.Value[string] `json:"current_status,omitzero"`
}
