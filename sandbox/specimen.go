package sandbox

import (
	"strconv"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
)

// What follows are single plausible payloads for event types that have no people
// behind them.

// plannedWorkout is an easy run, planned at the provider for tomorrow.
func plannedWorkout(now time.Time) health.PlannedWorkout {
	const minutes = 40
	tomorrow := health.DateOf(now).AddDays(1)
	return health.PlannedWorkout{
		PlannedWorkoutID:  opt.Some(newNumber()),
		WorkoutID:         opt.Null[string](),
		PlannedDate:       health.TimestampOfDate(tomorrow),
		ProviderWorkoutID: opt.Some(newNumber()),
		CreatedAt:         health.TimestampOf(now),
		LastUpdatedAt:     health.TimestampOf(now),
		IsExternal:        opt.Some(true),
		AthleteMetrics:    health.AthleteMetrics{MaxHeartRate: opt.Some(188.0), ThresholdHeartRate: opt.Some(169.0)},
		Details: health.PlannedWorkoutDetails{
			Metadata: health.PlannedWorkoutDetailsMetadata{
				Name:                     opt.Some("Easy run"),
				Description:              opt.Some("Forty minutes at an easy pace"),
				Type:                     opt.Some(int64(health.ActivityTypeRunning)),
				PlannedDate:              health.TimestampOfDate(tomorrow),
				EstimatedDurationSeconds: opt.Some(float64(minutes * 60)),
				EstimatedDistanceMeters:  opt.Some(6800.0),
			},
			Steps: []health.PlannedWorkoutDetailsStep{{
				Order:     opt.Some(int64(0)),
				Name:      opt.Some("Run"),
				Durations: []health.PlannedWorkoutDetailsStepDuration{{DurationType: opt.Some[int64](0), Seconds: opt.Some(float64(minutes * 60))}}, // time
				Targets: []health.PlannedWorkoutDetailsStepTarget{{
					TargetType: opt.Some[int64](1), HRBPMLow: opt.Some(125.0), HRBPMHigh: opt.Some(145.0), // heart rate
				}},
			}},
		},
	}
}

// labReportEvent is a lipid panel, read or unreadable. It returns the id of the
// report's session, which is the reference of its delivery.
func labReportEvent(eventType, referenceID string, now time.Time) (ev event, sessionID string) {
	sessionID = newNumber()
	ev = event{
		Type:       eventType,
		EventID:    "evt_" + newUUID(),
		OccurredAt: now.Format(time.RFC3339),
		UploadID:   "upl_" + newUUID(),
	}
	var reference opt.Value[string] // left out, not null, when there is none
	if referenceID != "" {
		reference = opt.Some(referenceID)
	}
	if eventType == "lab_report.failed" {
		ev.Data = health.LabReportFailureData{
			SessionID:   opt.Some(sessionID),
			ReferenceID: reference,
			Error: health.LabReportEventError{
				Code:      opt.Some("file_unreadable"),
				Message:   opt.Some("No text was found in the file."),
				Retriable: opt.Some(false),
			},
		}
		return ev, sessionID
	}
	day := health.DateOf(now).AddDays(-2)
	results := []health.LabReportEventResult{
		lipid("LDL cholesterol", "ldl_cholesterol", "13457-7", 3.4, 0, 3.0, "high", "H", day),
		lipid("HDL cholesterol", "hdl_cholesterol", "2085-9", 1.5, 1.0, 2.2, "normal", "", day),
		lipid("Triglycerides", "triglycerides", "2571-8", 1.1, 0.4, 1.7, "normal", "", day),
	}
	ev.Data = health.LabReportEventData{
		SessionID:    opt.Some(sessionID),
		ReferenceID:  reference,
		ReportDate:   health.TimestampOfDate(day.AddDays(1)),
		ReportLocale: opt.Some("en-GB"),
		ResultsCount: opt.Some(int64(len(results))),
		Results:      results,
		Panels: []health.LabReportPanel{{
			ID: opt.Some(int64(0)), Name: opt.Some("Lipids"), Key: opt.Some("lipids"),
		}},
	}
	return ev, sessionID
}

// lipid is one line of the panel, in mmol/L.
func lipid(name, key, loinc string, value, lower, upper float64, flag, mark string, taken health.Date) health.LabReportEventResult {
	const unit = "mmol/L"
	r := health.LabReportEventResult{
		Source: health.LabReportEventResultSource{
			Name:           opt.Some(name),
			Panel:          opt.Some("Lipids"),
			Value:          opt.Some(formatNumber(value)),
			Units:          opt.Some(unit),
			ReferenceText:  opt.Some(formatNumber(lower) + " - " + formatNumber(upper)),
			CollectionDate: health.TimestampOfDate(taken),
		},
		Biomarker: health.LabReportBiomarker{
			Key:         opt.Some(key),
			DisplayName: opt.Some(name),
			LOINCCode:   opt.Some(loinc),
			PanelID:     opt.Some(int64(0)),
			Specimen:    opt.Some("serum"),
		},
		Measurement: health.LabReportMeasurement{
			Type:     opt.Some("numeric"),
			Numeric:  opt.Some(value),
			Units:    opt.Some(unit),
			UCUMCode: opt.Some(unit),
		},
		Interpretation: health.LabReportInterpretation{
			Flag:         opt.Some(flag),
			Source:       opt.Some("report"),
			AppliedRange: health.LabReportAppliedRange{Lower: opt.Some(lower), Upper: opt.Some(upper)},
		},
		ReferenceRanges: []health.LabReportReferenceRange{{Lower: opt.Some(lower), Upper: opt.Some(upper)}},
	}
	if mark != "" {
		r.Source.Flag = opt.Some(mark)
		r.Interpretation.FlagRaw = opt.Some(mark)
	}
	return r
}

func formatNumber(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
