package webhook

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// EventType is what a payload calls itself. Types appear over time; one without a
// constant here arrives as an [*UnknownEvent].
type EventType string

// The current types.
const (
	TypeAuth                   EventType = "auth"
	TypeAuthCancelled          EventType = "auth_cancelled"
	TypeDeauth                 EventType = "deauth"
	TypeUserReauth             EventType = "user_reauth"
	TypeAccessRevoked          EventType = "access_revoked"
	TypeConnectionError        EventType = "connection_error"
	TypePermissionChange       EventType = "permission_change"
	TypeLargeRequestProcessing EventType = "large_request_processing"
	TypeLargeRequestSending    EventType = "large_request_sending"
	TypeActivity               EventType = "activity"
	TypeAthlete                EventType = "athlete"
	TypeBody                   EventType = "body"
	TypeDaily                  EventType = "daily"
	TypeMenstruation           EventType = "menstruation"
	TypeNutrition              EventType = "nutrition"
	TypeSleep                  EventType = "sleep"
	TypePlannedWorkout         EventType = "planned_workout"
	TypeHormone                EventType = "hormone"
	TypeHealthObservation      EventType = "health_observation"
	TypeLabReportCompleted     EventType = "lab_report.completed"
	TypeLabReportFailed        EventType = "lab_report.failed"
	TypeS3Payload              EventType = "s3_payload"
)

// The types of older versions of the service, some of which still arrive.
const (
	TypeGoogleNoDataSource EventType = "google_no_datasource"
	TypeHealthCheck        EventType = "healthcheck"
	TypeNoData             EventType = "no_data"
	TypeProcessing         EventType = "processing"
	TypeRateLimitHit       EventType = "rate_limit_hit"
	TypeRequestProcessing  EventType = "request_processing" // now TypeLargeRequestProcessing
	TypeRequestCompleted   EventType = "request_completed"  // now TypeLargeRequestSending
	TypeS3Upload           EventType = "s3_upload"          // now TypeS3Payload
)

var knownTypes = [...]EventType{
	TypeAuth, TypeAuthCancelled, TypeDeauth, TypeUserReauth, TypeAccessRevoked, TypeConnectionError,
	TypePermissionChange, TypeLargeRequestProcessing, TypeLargeRequestSending, TypeActivity,
	TypeAthlete, TypeBody, TypeDaily, TypeMenstruation, TypeNutrition, TypeSleep, TypePlannedWorkout,
	TypeHormone, TypeHealthObservation, TypeLabReportCompleted, TypeLabReportFailed, TypeS3Payload,
	TypeGoogleNoDataSource, TypeHealthCheck, TypeNoData, TypeProcessing, TypeRateLimitHit,
	TypeRequestProcessing, TypeRequestCompleted, TypeS3Upload,
}

// Known reports whether t has a struct of its own in this package.
func (t EventType) Known() bool {
	_, unknown := newEvent(t).(*UnknownEvent)
	return !unknown
}

// Event is one delivery: a pointer to one of this package's structs, and nothing
// else, as no other package can implement it. Tell them apart with a type switch,
// or let a [Mux] do so.
type Event interface {
	// Type is the name in the payload, so a legacy name stays one, whatever the
	// struct. It is empty when the payload has none.
	Type() EventType

	// Meta is what the delivery's headers say about it.
	Meta() Meta

	// Raw is the whole payload as it was delivered. It belongs to the event and
	// must not be changed.
	Raw() json.RawMessage

	// String names the known type and the trace id, and never any data.
	String() string

	env() *envelope
	complete()
}

// Meta is the part of a delivery that is not in its payload.
type Meta struct {
	// TraceID is unique to the delivery and the same on every attempt: the key to
	// drop repetitions by.
	TraceID string

	// Reference ties the delivery to the API request that asked for it. All events
	// of one large request share it, so it is no key for repetitions.
	Reference string

	// OrderingTime is when the payload was produced, to the millisecond and in UTC.
	// Of two deliveries about one record the later one is to be kept. It is zero
	// when the sender gave none, which stands for "newest".
	OrderingTime time.Time

	// Chunked is true for a piece of a large request, and Chunk is then its number
	// in the trace id. Otherwise Chunk is 0, which may be a chunk's number too.
	Chunked bool
	Chunk   int
}

// chunkMark stands between a large request's own trace id and a chunk's number.
const chunkMark = ":chunk:"

func metaOf(h http.Header) Meta {
	if len(h) == 0 {
		return Meta{}
	}
	m := Meta{
		TraceID:   headerValue(h, HeaderTraceID),
		Reference: headerValue(h, HeaderReference),
	}
	if ms, ok := parseDigits(headerValue(h, HeaderOrderingTime)); ok {
		m.OrderingTime = time.UnixMilli(ms).UTC()
	}
	if i := strings.LastIndex(m.TraceID, chunkMark); i >= 0 {
		digits := m.TraceID[i+len(chunkMark):]
		if n, err := strconv.ParseUint(digits, 10, 31); err == nil {
			m.Chunked, m.Chunk = true, int(n)
		}
	}
	return m
}

func headerValue(h http.Header, name string) string {
	if values := headerValues(h, name); len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

// envelope is what all events have in common.
type envelope struct {
	typ  EventType `codec:"type"`
	meta Meta
	raw  json.RawMessage
}

// Type implements [Event].
func (e *envelope) Type() EventType { return e.typ }

// Meta implements [Event].
func (e *envelope) Meta() Meta { return e.meta }

// Raw implements [Event].
func (e *envelope) Raw() json.RawMessage { return e.raw }

// String implements [Event] and keeps health data out of what prints an event.
func (e *envelope) String() string {
	return strings.TrimSpace(e.logType() + " event " + e.meta.TraceID)
}

// GoString is the text of String, so that %#v shows no more than %v.
func (e *envelope) GoString() string { return e.String() }

// LogValue keeps health data out of the logs of whoever logs an event.
func (e *envelope) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("type", e.logType()),
		slog.String("trace_id", e.meta.TraceID),
	)
}

func (e *envelope) env() *envelope { return e }

// complete fills what a payload says in a place that varies; events with such a
// place override it.
func (e *envelope) complete() {}

// logType does not let an unknown type through, which could be any text.
func (e *envelope) logType() string {
	if !e.typ.Known() {
		return "unknown"
	}
	return string(e.typ)
}
