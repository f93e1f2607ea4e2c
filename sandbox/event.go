package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/sandbox/synth"
)

// Errors of [Server.Trigger]; [errors.Is] finds them.
var (
	ErrUnknownEventType = errors.New("sandbox: unknown event type")
	ErrNoDestination    = errors.New("sandbox: there is no destination to deliver to")
	ErrNoRecord         = errors.New("sandbox: the person has no such record on that date")
	ErrInvalidEvent     = errors.New("sandbox: an event with a body of its own takes neither date, scopes nor set, and the body is JSON")
	ErrInvalidFault     = errors.New("sandbox: the fault of an event is corrupt_signature, future_signature, old_signature or no_signature")
)

const payloadVersion = "2022-03-16"

// event is the body of a delivery, the members of every type in one place.
type event struct {
	Type             string          `json:"type"`
	Status           string          `json:"status,omitzero"`
	Version          string          `json:"version,omitzero"`
	Message          string          `json:"message,omitzero"`
	EventID          string          `json:"event_id,omitzero"`
	OccurredAt       string          `json:"occurred_at,omitzero"`
	UploadID         string          `json:"upload_id,omitzero"`
	FlowID           string          `json:"flow_id,omitzero"`
	Reason           string          `json:"reason,omitzero"`
	ReferenceID      string          `json:"reference_id,omitzero"`
	WidgetSessionID  string          `json:"widget_session_id,omitzero"`
	Reference        string          `json:"reference,omitzero"`
	ExpectedPayloads int             `json:"expected_payloads,omitzero"`
	ScopesAdded      *string         `json:"scopes_added,omitzero"`
	ScopesRemoved    *string         `json:"scopes_removed,omitzero"`
	URL              string          `json:"url,omitzero"`
	PayloadReference string          `json:"payload_reference,omitzero"`
	ExpiresIn        int             `json:"expires_in,omitzero"`
	User             *health.User    `json:"user,omitzero"`
	NewUser          *health.User    `json:"new_user,omitzero"`
	OldUser          *health.User    `json:"old_user,omitzero"`
	Athlete          *health.Athlete `json:"athlete,omitzero"`
	Data             any             `json:"data,omitzero"`
}

// emission is what an event's delivery carries beside its body.
type emission struct {
	userID    string
	reference string // a new one when empty
	traceID   string // as well
	linkBase  string // scheme and host of links; the server's own when empty
	set       map[string]any
	body      []byte // in place of the event
	part      *part  // makes the body, in place of the event
	fault     FaultKind
	commit    func() // the change that the event reports, made once the body is known to be good
}

// EventRequest asks for one event. Type is one of the 22 of Terra's webhooks, such
// as "sleep" or "user_reauth".
//
// UserID is the connection it is about; lab_report.completed, lab_report.failed
// and auth_cancelled need none. A data type takes the record of Date, or without a
// Date the latest there is. Events that say the connection has changed do change
// it: deauth removes it, user_reauth gives it a new user id, access_revoked makes
// it inactive, permission_change takes scopes away and grants others. Without a
// Date, a type of data that this person never has is taken from another.
//
// ScopesAdded and ScopesRemoved, separated by commas, are what a permission_change
// is about; without either it takes the last scope. What is read over the REST
// interface follows the scopes.
//
// Set replaces members of the finished body, by path: "data.0.metadata.start_time".
// Members that are not there are added; an index must be there, or be the next.
//
// Body is sent in place of all that, byte for byte; it must be JSON, over HTTP
// at most 64 MiB of it. Type and UserID are then what the delivery is said to be
// about, and the body's own "type" and "user" when empty: neither must be known, and
// no connection changes.
//
// Fault is one of the four kinds that are about the signature. The delivery has it
// in its only attempt, and a refusal does not count as a failure of the destination.
type EventRequest struct {
	Type          string         `json:"type"`
	UserID        string         `json:"user_id,omitzero"`
	Date          health.Date    `json:"date,omitzero"`
	ScopesAdded   string         `json:"scopes_added,omitzero"`
	ScopesRemoved string         `json:"scopes_removed,omitzero"`
	Set           map[string]any `json:"set,omitzero"`

	Body  json.RawMessage `json:"body,omitzero"`
	Fault FaultKind       `json:"fault,omitzero"`
}

// EventTypes are the types that [Server.Trigger] knows.
func EventTypes() []string {
	return []string{
		"auth", "auth_cancelled", "deauth", "user_reauth", "access_revoked", "connection_error", "permission_change",
		"large_request_processing", "large_request_sending",
		"activity", "athlete", "body", "daily", "menstruation", "nutrition", "sleep",
		"planned_workout", "hormone", "health_observation",
		"lab_report.completed", "lab_report.failed", "s3_payload",
	}
}

// Trigger signs one event and sends it to every destination; the delivery to the
// first of them is returned as it begins. See [Server.Flush] for its outcome.
func (s *Server) Trigger(req EventRequest) (Delivery, error) {
	return s.trigger(req, "")
}

func (s *Server) trigger(req EventRequest, linkBase string) (Delivery, error) {
	if req.Fault != "" && !req.Fault.signs() {
		return Delivery{}, ErrInvalidFault
	}
	if req.Body != nil {
		return s.triggerBody(req)
	}
	if !slices.Contains(EventTypes(), req.Type) {
		return Delivery{}, ErrUnknownEventType
	}
	if push, ping := s.dispatch.modes(); !push && !ping {
		return Delivery{}, ErrNoDestination
	}
	conn, known := s.connection(req.UserID)
	if !known && (req.UserID != "" || !strings.HasPrefix(req.Type, "lab_report.") && req.Type != "auth_cancelled") {
		return Delivery{}, ErrUnknownUser
	}
	em := emission{userID: req.UserID, reference: newUUID(), linkBase: linkBase, set: req.Set, fault: req.Fault}
	ev, err := s.compose(conn, req, &em)
	if err != nil {
		return Delivery{}, err
	}
	return s.emit(em, ev)
}

// triggerBody sends a body that is there already.
func (s *Server) triggerBody(req EventRequest) (Delivery, error) {
	if !req.Date.IsZero() || req.ScopesAdded != "" || req.ScopesRemoved != "" || len(req.Set) > 0 || !json.Valid(req.Body) {
		return Delivery{}, ErrInvalidEvent
	}
	var about struct {
		Type string
		User struct {
			ID string `json:"user_id"`
		}
	}
	json.Unmarshal(req.Body, &about) // what it does not say stays empty
	return s.emit(emission{
		userID: cmp.Or(req.UserID, about.User.ID),
		body:   bytes.Clone(req.Body),
		fault:  req.Fault,
	}, event{Type: cmp.Or(req.Type, about.Type)})
}

// compose makes the event, and in em.commit the change that it reports.
func (s *Server) compose(conn connection, req EventRequest, em *emission) (event, error) {
	user := conn.user
	now := s.now().UTC()
	switch req.Type {
	case "auth":
		return authEvent(user, ""), nil
	case "auth_cancelled":
		return cancelledEvent(newUUID(), user.ReferenceID.Or("")), nil
	case "deauth":
		em.commit = func() { s.forget(user.UserID) }
		return deauthEvent(user), nil
	case "user_reauth":
		fresh := user
		fresh.UserID = s.promise(user.Provider, user.ReferenceID.Or(""))
		fresh.CreatedAt = health.TimestampOf(now)
		em.userID = fresh.UserID
		em.commit = func() { s.replace(user.UserID, fresh) }
		return reauthEvent(fresh, user), nil
	case "access_revoked":
		user.Active = opt.Some(false)
		em.commit = func() { s.update(user.UserID, func(u *health.User) { u.Active = user.Active }) }
		return revokedEvent(user), nil
	case "connection_error":
		return degradedEvent(user), nil
	case "permission_change":
		before := splitScopes(user.Scopes.Or(""))
		lost, won := splitScopes(req.ScopesRemoved), splitScopes(req.ScopesAdded)
		if len(lost)+len(won) == 0 {
			lost = before[max(len(before)-1, 0):]
		}
		after := append(except(before, lost), except(won, before)...)
		user.Scopes = opt.Some(strings.Join(after, ","))
		em.commit = func() { s.update(user.UserID, func(u *health.User) { u.Scopes = user.Scopes }) }
		return permissionEvent(user, except(after, before), except(before, after)), nil
	case "large_request_processing":
		return processingEvent(user, em.reference), nil
	case "large_request_sending":
		return sendingEvent(user, em.reference, 1), nil
	case "athlete":
		return athleteEvent(user, s.profile(conn)), nil
	case "planned_workout":
		return dataEvent(kind(req.Type), user, []any{plannedWorkout(now)}), nil
	case "lab_report.completed", "lab_report.failed":
		ev, sessionID := labReportEvent(req.Type, user.ReferenceID.Or(""), now)
		em.reference = sessionID
		return ev, nil
	case "s3_payload":
		ev, err := s.recordEvent(conn, daily, req.Date)
		if err != nil {
			return event{}, err
		}
		b, err := ev.body(nil)
		return s.point(*em, payload{body: b}), err
	}
	return s.recordEvent(conn, kind(req.Type), req.Date)
}

// except is list less what is in other.
func except(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return slices.Contains(other, v) })
}

// recordEvent carries the records of one day, with samples: of date, or else of
// the last day that has any.
func (s *Server) recordEvent(conn connection, k kind, date health.Date) (event, error) {
	list, err := s.latest(conn, k, date)
	if err == nil && len(list) == 0 && date.IsZero() {
		list, err = s.latest(s.standIn(conn, k), k, date)
	}
	if err == nil && len(list) == 0 {
		err = ErrNoRecord
	}
	return dataEvent(k, conn.user, list), err
}

func (s *Server) latest(conn connection, k kind, date health.Date) (records, error) {
	if !date.IsZero() {
		var list records
		for _, r := range conn.day(k, date, true) {
			b, err := r.MarshalJSON()
			if err != nil {
				return nil, err
			}
			list = append(list, b)
		}
		return list, nil
	}
	const longAgo = 40 // days; within them everybody who does a thing at all does it
	now := s.now()
	today := health.DateOf(now.UTC())
	for n := -1; n < longAgo; n++ {
		day := today.AddDays(-n)
		q := query{conn: conn, kind: k, days: window{day, day.AddDays(1)}, samples: true, now: now}
		if list, err := q.marshal(context.Background()); err != nil || len(list) > 0 {
			return list, err
		}
	}
	return nil, nil
}

// standIn is somebody else who has records of kind k, for the events of a person
// or provider that has none.
func (s *Server) standIn(conn connection, k kind) connection {
	for _, p := range synth.Providers() {
		if !gives(p, k) {
			continue
		}
		for n := range 40 {
			person, err := synth.New(s.seed, fmt.Sprintf("stand-in %d", n), p)
			if err != nil {
				continue
			}
			other := connection{user: conn.user, person: person}
			if list, err := s.latest(other, k, health.Date{}); err == nil && len(list) > 0 {
				return other
			}
		}
	}
	return conn
}

func authEvent(u health.User, sessionID string) event {
	return event{
		Type: "auth", Status: "success", Message: "User has connected their account",
		WidgetSessionID: sessionID, User: &u,
	}
}

func cancelledEvent(flowID, referenceID string) event {
	return event{
		Type: "auth_cancelled", Status: "error", Reason: "access_denied",
		FlowID: flowID, ReferenceID: referenceID,
	}
}

func deauthEvent(u health.User) event {
	u.Active = opt.Some(false)
	return event{Type: "deauth", Status: "success", Message: "User has been disconnected", User: &u}
}

func reauthEvent(fresh, old health.User) event {
	return event{
		Type: "user_reauth", Status: "warning", Version: payloadVersion,
		Message: "User has connected the same account again; the old user id is gone",
		NewUser: &fresh, OldUser: &old,
	}
}

func revokedEvent(u health.User) event {
	return event{Type: "access_revoked", Status: "warning", Message: "User has withdrawn access at the provider", User: &u}
}

func degradedEvent(u health.User) event {
	return event{
		Type: "connection_error", Status: "warning",
		Message: "The provider refuses the stored token; the user may have to connect again", User: &u,
	}
}

func permissionEvent(u health.User, added, removed []string) event {
	return event{
		Type: "permission_change", Status: "warning", Version: payloadVersion,
		Message:       "User has changed what may be read",
		ScopesAdded:   new(strings.Join(added, ",")),
		ScopesRemoved: new(strings.Join(removed, ",")),
		User:          &u,
	}
}

func processingEvent(u health.User, reference string) event {
	return event{
		Type: "large_request_processing", Status: "processing", Reference: reference,
		Message: "The request is large; its payloads follow when they are ready", User: &u,
	}
}

func sendingEvent(u health.User, reference string, payloads int) event {
	return event{
		Type: "large_request_sending", Reference: reference, ExpectedPayloads: payloads,
		Message: "The payloads of the request are on their way", User: &u,
	}
}

// dataEvent carries records, or a slice of any.
func dataEvent(k kind, u health.User, data any) event {
	return event{Type: string(k), Version: payloadVersion, User: &u, Data: data}
}

func athleteEvent(u health.User, a health.Athlete) event {
	return event{Type: "athlete", Version: payloadVersion, User: &u, Athlete: &a}
}

// body is the event as it goes over the wire, with the members of set replaced.
func (ev event) body(set map[string]any) ([]byte, error) {
	list, apart := ev.Data.(records)
	if apart { // they are JSON already, and long
		ev.Data = nil
	}
	b, err := json.Marshal(ev)
	if err == nil && apart {
		b = list.appendTo(b)
	}
	if err != nil || len(set) == 0 {
		return b, err
	}
	return replaceMembers(b, set)
}
