package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Why a body is no event, as [ParseError] wraps it.
var (
	ErrEmptyBody   = errors.New("empty body")
	ErrInvalidJSON = errors.New("invalid JSON")
	ErrNotObject   = errors.New("JSON, but not an object")
	ErrFieldType   = errors.New("a field has a value of the wrong type")
)

// ParseError says why a body could not be read as an event and where, and quotes
// none of it.
type ParseError struct {
	Err    error     // ErrEmptyBody, ErrInvalidJSON, ErrNotObject or ErrFieldType
	Event  EventType // of the payload, if it was reached and is known
	Field  string    // names of the enclosing JSON fields joined by dots, if known
	Offset int64     // bytes read up to the error, or -1
}

func (e *ParseError) Error() string {
	s := "webhook: " + e.Err.Error()
	if e.Event != "" {
		s = fmt.Sprintf("webhook: %s event: %s", e.Event, e.Err)
	}
	if e.Field != "" {
		s += " at " + e.Field
	}
	if e.Offset >= 0 {
		s += fmt.Sprintf(", after %d bytes", e.Offset)
	}
	return s
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }

// Parse reads a delivery's body into the struct of its type. It does not verify
// it; do that first. The headers fill [Meta] and may be nil. The event keeps no
// part of body, which the caller may reuse.
//
// Any JSON object is an event: one of a type that has no struct is an
// [*UnknownEvent], and fields that the struct lacks are in Raw. The error is a
// [*ParseError].
func Parse(h http.Header, body []byte) (Event, error) {
	return parse(h, bytes.Clone(body))
}

// parse is Parse for a body that becomes the event's own.
func parse(h http.Header, body []byte) (Event, error) {
	head, err := decodeHead(body)
	if err != nil {
		return nil, err
	}
	ev := head.newEvent()
	*ev.env() = envelope{typ: head.typ, meta: metaOf(h), raw: body}
	if err := decode(body, ev); err != nil {
		if head.typ.Known() {
			err.Event = head.typ
		}
		return nil, err
	}
	ev.complete()
	return ev, nil
}

// head is what decides which struct a payload is.
type head struct {
	typ     EventType
	status  string
	hasData bool
}

// newEvent looks past the type where one type stands for two events.
func (h head) newEvent() Event {
	switch {
	case h.typ == TypeAuth && h.status == "error":
		return new(AuthFailed)
	case !h.hasData && h.status == "not_available",
		!h.hasData && h.status == "error" && h.typ.isData():
		return new(NoData)
	}
	return newEvent(h.typ)
}

func newEvent(t EventType) Event {
	switch t {
	case TypeActivity:
		return new(Activity)
	case TypeAthlete:
		return new(Athlete)
	case TypeBody:
		return new(Body)
	case TypeDaily:
		return new(Daily)
	case TypeMenstruation:
		return new(Menstruation)
	case TypeNutrition:
		return new(Nutrition)
	case TypeSleep:
		return new(Sleep)
	case TypePlannedWorkout:
		return new(PlannedWorkout)
	case TypeHormone:
		return new(Hormone)
	case TypeHealthObservation:
		return new(HealthObservation)
	case TypeLabReportCompleted:
		return new(LabReportCompleted)
	case TypeLabReportFailed:
		return new(LabReportFailed)
	case TypeS3Payload, TypeS3Upload:
		return new(S3Payload)
	case TypeAuth:
		return new(Auth)
	case TypeAuthCancelled:
		return new(AuthFailed)
	case TypeDeauth:
		return new(Deauth)
	case TypeUserReauth:
		return new(UserReauth)
	case TypeAccessRevoked:
		return new(AccessRevoked)
	case TypeConnectionError:
		return new(ConnectionError)
	case TypePermissionChange:
		return new(PermissionChange)
	case TypeLargeRequestProcessing, TypeRequestProcessing:
		return new(LargeRequestProcessing)
	case TypeLargeRequestSending, TypeRequestCompleted:
		return new(LargeRequestSending)
	case TypeNoData:
		return new(NoData)
	case TypeProcessing:
		return new(Processing)
	case TypeRateLimitHit:
		return new(RateLimitHit)
	case TypeGoogleNoDataSource:
		return new(GoogleNoDataSource)
	case TypeHealthCheck:
		return new(HealthCheck)
	}
	return new(UnknownEvent)
}

// isData reports whether t delivers records of a user.
func (t EventType) isData() bool {
	switch t {
	case TypeActivity, TypeAthlete, TypeBody, TypeDaily, TypeMenstruation, TypeNutrition, TypeSleep,
		TypePlannedWorkout, TypeHormone, TypeHealthObservation:
		return true
	}
	return false
}

// decodeHead is decode for the fields that every event may have.
func decodeHead(body []byte) (head, *ParseError) {
	first := bytes.TrimLeft(body, " \t\r\n")
	if len(first) == 0 {
		return head{}, &ParseError{Err: ErrEmptyBody, Offset: -1}
	}
	var fields struct {
		Type    json.RawMessage `json:"type"`
		Status  json.RawMessage `json:"status"`
		Data    presence        `json:"data"`
		Athlete presence        `json:"athlete"`
	}
	if err := decode(body, &fields); err != nil {
		return head{}, err
	}
	return head{
		typ:     EventType(text(fields.Type)),
		status:  text(fields.Status),
		hasData: bool(fields.Data || fields.Athlete),
	}, nil
}

// text is the JSON string in raw; anything else is "".
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// presence notes that a field is there and not null.
type presence bool

func (p *presence) UnmarshalJSON(data []byte) error {
	*p = string(data) != "null"
	return nil
}

// decode is the only place that knows how JSON is read.
func decode(body []byte, v any) *ParseError {
	err := json.Unmarshal(body, v)
	if err == nil {
		if bytes.TrimLeft(body, " \t\r\n")[0] != '{' {
			return &ParseError{Err: ErrNotObject, Offset: -1}
		}
		return nil
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &ParseError{Err: ErrInvalidJSON, Offset: syntax.Offset}
	}
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if mistyped.Field == "" {
			return &ParseError{Err: ErrNotObject, Offset: -1}
		}
		return &ParseError{Err: ErrFieldType, Field: mistyped.Field, Offset: mistyped.Offset}
	}
	return &ParseError{Err: ErrFieldType, Offset: -1}
}
