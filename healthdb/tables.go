package healthdb

import (
	"cmp"
	"encoding/json"
	"reflect"
	"unsafe"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/webhook"
)

// newTables describes the tables of all types of records. A table's number is in the
// ids of its records, so it never changes, and no other table gets it.
func newTables() []*table {
	return []*table{
		newTable(0, "activities", webhook.TypeActivity, func(r *health.Activity) (string, health.Timestamp) {
			return summaryKey(r.Metadata.SummaryID, r.Metadata.StartTime, r.Metadata.EndTime), r.Metadata.StartTime
		}),
		newTable(1, "bodies", webhook.TypeBody, func(r *health.Body) (string, health.Timestamp) {
			return dayKey(r.Metadata.StartTime), r.Metadata.StartTime
		}),
		newTable(2, "dailies", webhook.TypeDaily, func(r *health.Daily) (string, health.Timestamp) {
			return dayKey(r.Metadata.StartTime), r.Metadata.StartTime
		}),
		newTable(3, "menstruations", webhook.TypeMenstruation, func(r *health.Menstruation) (string, health.Timestamp) {
			return dayKey(r.Metadata.StartTime), r.Metadata.StartTime
		}),
		newTable(4, "nutritions", webhook.TypeNutrition, func(r *health.Nutrition) (string, health.Timestamp) {
			return dayKey(r.Metadata.StartTime), r.Metadata.StartTime
		}),
		newTable(5, "sleeps", webhook.TypeSleep, func(r *health.Sleep) (string, health.Timestamp) {
			return summaryKey(r.Metadata.SummaryID, r.Metadata.StartTime, r.Metadata.EndTime), r.Metadata.StartTime
		}),
		newTable(6, "athletes", webhook.TypeAthlete, func(*health.Athlete) (string, health.Timestamp) {
			return "athlete", health.Timestamp{}
		}),
		newTable(7, "planned_workouts", webhook.TypePlannedWorkout, func(r *health.PlannedWorkout) (string, health.Timestamp) {
			key := r.PlannedWorkoutID.Or("")
			if key == "" {
				key = r.ProviderWorkoutID.Or("")
			}
			if key == "" {
				key = dayKey(r.PlannedDate)
			}
			return key, r.PlannedDate
		}),
		newTable(8, "hormone_samples", webhook.TypeHormone, func(r *health.HormoneSample) (string, health.Timestamp) {
			return momentKey(r.Timestamp), r.Timestamp
		}),
		newTable(9, "health_observations", webhook.TypeHealthObservation, func(r *health.HealthObservation) (string, health.Timestamp) {
			return summaryKey(r.Metadata.SummaryID, r.Metadata.StartTime, r.Metadata.EndTime), r.Metadata.StartTime
		}),
		newTable(10, "lab_reports", webhook.TypeLabReportCompleted, func(r *LabReport) (string, health.Timestamp) {
			return cmp.Or(r.Report.SessionID.Or(""), r.EventID), r.Report.ReportDate
		}).withoutConnection(),
		newTable(11, "lab_report_failures", webhook.TypeLabReportFailed, func(r *LabReportFailure) (string, health.Timestamp) {
			return cmp.Or(r.Report.SessionID.Or(""), r.EventID), r.OccurredAt
		}).withoutConnection(),
	}
}

// LabReport is the newest outcome of reading a laboratory report. It belongs to no
// connection; Report.ReferenceID names the person.
type LabReport struct {
	EventID    string                    `json:"event_id,omitzero"`
	UploadID   string                    `json:"upload_id,omitzero"` // shared by all reports found in one upload
	OccurredAt health.Timestamp          `json:"occurred_at,omitzero"`
	Report     health.LabReportEventData `json:"data,omitzero"`
}

// LabReportFailure is the newest failure to read a laboratory report, which may have
// been read at another time.
type LabReportFailure struct {
	EventID    string                      `json:"event_id,omitzero"`
	UploadID   string                      `json:"upload_id,omitzero"`
	OccurredAt health.Timestamp            `json:"occurred_at,omitzero"`
	Report     health.LabReportFailureData `json:"data,omitzero"`
}

// summaryKey tells the records of a connection apart by the id that the source gave
// them, or without one by both of their ends.
func summaryKey(id opt.Value[string], start, end health.Timestamp) string {
	if id := id.Or(""); id != "" {
		return id
	}
	if momentKey(start) == "" || momentKey(end) == "" {
		return ""
	}
	return momentKey(start) + "|" + momentKey(end)
}

// dayKey is for what there is one of for each day.
func dayKey(start health.Timestamp) string {
	if day := start.Date(); !start.IsZero() && !start.IsNull() {
		return day.String()
	}
	return ""
}

// momentKey is a moment as it was delivered.
func momentKey(t health.Timestamp) string {
	if t.IsNull() {
		return ""
	}
	return t.String()
}

// newTable derives the table of T. place says which record of a connection one is,
// with an empty key if it does not tell, and the moment whose date is its day.
func newTable[T any](number int, name string, event webhook.EventType, place func(*T) (key string, start health.Timestamp)) *table {
	t := &table{
		number:    number,
		name:      name,
		event:     event,
		connected: true,
		record:    reflect.TypeFor[T](),
		place:     func(p unsafe.Pointer) (string, health.Timestamp) { return place((*T)(p)) },
		marshal:   func(p unsafe.Pointer) ([]byte, error) { return marshal((*T)(p)) },
	}
	t.derive()
	return t
}

// marshal spares encoding/json a second look at what a record's own method writes.
func marshal(record any) ([]byte, error) {
	if m, ok := record.(json.Marshaler); ok {
		return m.MarshalJSON()
	}
	return json.Marshal(record)
}

func (t *table) withoutConnection() *table {
	t.connected = false
	return t
}

// recordsOf is the records of an event and the type of which they are; nil for an
// event without records.
func recordsOf(e webhook.Event) (reflect.Type, []unsafe.Pointer) {
	switch e := e.(type) {
	case *webhook.Activity:
		return pointers(e.Data)
	case *webhook.Body:
		return pointers(e.Data)
	case *webhook.Daily:
		return pointers(e.Data)
	case *webhook.Menstruation:
		return pointers(e.Data)
	case *webhook.Nutrition:
		return pointers(e.Data)
	case *webhook.Sleep:
		return pointers(e.Data)
	case *webhook.Athlete:
		return pointers([]health.Athlete{e.Athlete})
	case *webhook.PlannedWorkout:
		return pointers(e.Data)
	case *webhook.Hormone:
		return pointers(e.Data)
	case *webhook.HealthObservation:
		return pointers(e.Data)
	case *webhook.LabReportCompleted:
		return pointers([]LabReport{{e.EventID, e.UploadID, e.OccurredAt, e.Data}})
	case *webhook.LabReportFailed:
		return pointers([]LabReportFailure{{e.EventID, e.UploadID, e.OccurredAt, e.Data}})
	}
	return nil, nil
}

func pointers[T any](records []T) (reflect.Type, []unsafe.Pointer) {
	list := make([]unsafe.Pointer, len(records))
	for i := range records {
		list[i] = unsafe.Pointer(&records[i])
	}
	return reflect.TypeFor[T](), list
}
