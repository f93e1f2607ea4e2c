package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/terra-go/terra/internal/jsonscan"
)

//go:generate go run ../internal/codecgen

// Why a body is no event, as [ParseError] wraps it.
var (
	ErrEmptyBody   = errors.New("empty body")
	ErrInvalidJSON = errors.New("invalid JSON")
	ErrNotObject   = errors.New("JSON, but not an object")
	ErrNotRecords  = errors.New("data that is not a list of records")
)

// ParseError says why a body could not be read as an event and where, and quotes
// none of it.
type ParseError struct {
	Err    error // ErrEmptyBody, ErrInvalidJSON, ErrNotObject or ErrNotRecords
	Offset int64 // bytes before the error, or -1
}

func (e *ParseError) Error() string {
	s := "webhook: " + e.Err.Error()
	if e.Offset >= 0 {
		s += fmt.Sprintf(" at byte %d", e.Offset)
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
// [*UnknownEvent], members that the struct lacks are in Raw, and a value that does
// not fit its field leaves the field empty. Only records that are no list are an
// error. The error is a [*ParseError].
//
// Members are matched with fields as encoding/json does it, except that those which
// say what event it is, type, status, data and athlete, count only in lower case, and
// not once it is told: by type and data, or for auth by type and status.
func Parse(h http.Header, body []byte) (Event, error) {
	return parse(h, jsonscan.Pad(body))
}

// parse is Parse for a body that becomes the event's own, and behind which its
// array has jsonscan.Padding zeros.
func parse(h http.Header, body []byte) (Event, error) {
	late := lateType(body)
	ev, head, err := read(body, late)
	if late != "" && (err != nil || reflect.TypeOf(ev) != reflect.TypeOf(head.newEvent())) {
		ev, head, err = read(body, "")
	}
	if err != nil {
		return nil, parseError(body, err)
	}
	*ev.env() = envelope{typ: head.typ, meta: metaOf(h), raw: body[:len(body):len(body)]}
	if head.hasData {
		if records, ok := ev.(interface{ missing() bool }); ok && records.missing() {
			return nil, &ParseError{Err: ErrNotRecords, Offset: -1}
		}
	}
	ev.complete()
	return ev, nil
}

// read decodes body as an event of type t or, if t is empty, of the type that body
// gives. In either case it tells what body says of its type.
func read(body []byte, t EventType) (ev Event, head head, err error) {
	err = jsonscan.ReadObject(body, func(s *jsonscan.Scanner) (p int) {
		if t != "" {
			ev = newEvent(t)
			p = ev.(jsonscan.Object).ScanJSON(s, 0)
			head.scan(s)
			return p
		}
		head.scan(s)
		ev = head.newEvent()
		return ev.(jsonscan.Object).ScanJSON(s, 0)
	})
	return ev, head, err
}

// lateType is what seems to be the type of a body that has much data before its
// type: reading the data and looking for the type then saves passing the data
// twice. It is empty if nothing can be said.
func lateType(body []byte) EventType {
	const near = 1 << 10
	name := []byte(`"type"`)
	if len(body) < 4*near || bytes.Contains(body[:near], name) {
		return ""
	}
	tail := body[len(body)-near:]
	i := bytes.LastIndex(tail, name)
	if i < 0 {
		return ""
	}
	value := bytes.TrimLeft(tail[i+len(name):], ": \t\r\n")
	for _, t := range knownTypes {
		if t.isData() && bytes.HasPrefix(value, []byte(`"`+t+`"`)) {
			return t
		}
	}
	return ""
}

func parseError(body []byte, err error) *ParseError {
	syntax, ok := errors.AsType[*jsonscan.SyntaxError](err)
	switch {
	case !ok:
		return &ParseError{Err: ErrNotObject, Offset: -1}
	case len(bytes.TrimLeft(body, " \t\r\n")) == 0:
		return &ParseError{Err: ErrEmptyBody, Offset: -1}
	}
	return &ParseError{Err: ErrInvalidJSON, Offset: syntax.Offset}
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

// eventType is text, without a copy if it is the name of a known type.
func eventType(text []byte) EventType {
	for _, t := range knownTypes {
		if string(t) == string(text) {
			return t
		}
	}
	return EventType(text)
}

// statusOf is the status if it is one that tells events apart.
func statusOf(text []byte) string {
	switch string(text) {
	case "error":
		return "error"
	case "not_available":
		return "not_available"
	}
	return ""
}

// scan reads the payload's beginning, as far as it takes to tell what event it is.
// One with data says so soon after its type; the others are small.
func (h *head) scan(s *jsonscan.Scanner) {
	hasStatus := false
	for name, p := range s.Members(0) {
		switch name {
		case "type":
			h.typ = eventType(s.TextAt(p))
		case "status":
			h.status, hasStatus = statusOf(s.TextAt(p)), true
		case "data", "athlete":
			h.hasData = h.hasData || !s.NullAt(p)
		}
		if h.typ == TypeAuth && hasStatus || h.typ != TypeAuth && h.typ != "" && h.hasData {
			return
		}
	}
}
