package webhook

import (
	"strings"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/jsonscan"
	"github.com/terra-go/terra/opt"
)

// DataEvent carries new or updated records of one user. Records are delivered
// again, whole, whenever more becomes known: replace what is stored under the same
// key, unless what is stored has a later [Meta.OrderingTime].
type DataEvent[T any] struct {
	envelope
	User    terra.User `json:"user,omitzero"`
	Status  string     `json:"status,omitzero"`  // mostly absent
	Version string     `json:"version,omitzero"` // of the payload's schema, a date
	Data    []T        `json:"data,omitzero"`
}

func (e *DataEvent[T]) missing() bool { return e.Data == nil }

// The events with records, each of its own type.
type (
	Activity          = DataEvent[health.Activity]
	Body              = DataEvent[health.Body]
	Daily             = DataEvent[health.Daily]
	Menstruation      = DataEvent[health.Menstruation]
	Nutrition         = DataEvent[health.Nutrition]
	Sleep             = DataEvent[health.Sleep]
	PlannedWorkout    = DataEvent[health.PlannedWorkout]
	Hormone           = DataEvent[health.HormoneSample]
	HealthObservation = DataEvent[health.HealthObservation]
	Athlete           = AthleteEvent
)

// AthleteEvent carries the profile a user has with the provider. There is one per
// user, so the latest replaces any earlier one.
type AthleteEvent struct {
	envelope
	User    terra.User     `json:"user,omitzero"`
	Status  string         `json:"status,omitzero"` // mostly absent
	Version string         `json:"version,omitzero"`
	Athlete health.Athlete `json:"athlete,omitzero"`
}

// Auth says that a person has connected a provider. Store User.UserID beside the
// person that ReferenceID names: all later events carry it. When they had
// connected the same account before, a [UserReauth] arrives as well.
type Auth struct {
	envelope
	User            terra.User `json:"user,omitzero"`
	Status          string     `json:"status,omitzero"`
	Message         string     `json:"message,omitzero"`
	ReferenceID     string     `json:"reference_id,omitzero"` // your id of the person; User's, unless the payload has its own
	WidgetSessionID string     `json:"widget_session_id,omitzero"`
	FlowID          string     `json:"flow_id,omitzero"`
}

func (e *Auth) complete() {
	if e.ReferenceID == "" {
		e.ReferenceID = e.User.ReferenceID.Or("")
	}
}

// AuthFailed says that a person gave up connecting, or was refused. There is
// nothing to store. It comes as [TypeAuthCancelled] without a user, and formerly
// came as [TypeAuth] with a user that had been deleted again.
type AuthFailed struct {
	envelope
	User            opt.Value[terra.User] `json:"user,omitzero"`
	Provider        string                `json:"provider,omitzero"`
	Status          string                `json:"status,omitzero"`
	Reason          string                `json:"reason,omitzero"`
	Message         string                `json:"message,omitzero"`
	ReferenceID     string                `json:"reference_id,omitzero"` // your id of the person
	WidgetSessionID string                `json:"widget_session_id,omitzero"`
	FlowID          string                `json:"flow_id,omitzero"`
}

func (e *AuthFailed) complete() {
	user, _ := e.User.Get()
	if e.ReferenceID == "" {
		e.ReferenceID = user.ReferenceID.Or("")
	}
	if e.Provider == "" {
		e.Provider = user.Provider
	}
}

// Deauth says that a user was disconnected through the API or the dashboard. No
// more data will come for it.
type Deauth struct {
	envelope
	User    terra.User `json:"user,omitzero"`
	Status  string     `json:"status,omitzero"`
	Message string     `json:"message,omitzero"`
}

// UserReauth says that a person connected an account again and got a new user id,
// while the old one was deleted: move what is stored under OldUser to NewUser.
type UserReauth struct {
	envelope
	NewUser terra.User            `json:"new_user,omitzero"`
	OldUser opt.Value[terra.User] `json:"old_user,omitzero"` // null when the service no longer knew it
	Status  string                `json:"status,omitzero"`
	Message string                `json:"message,omitzero"`
	Version string                `json:"version,omitzero"`
}

// AccessRevoked says that a person withdrew their consent with the provider. No
// more data will come until they connect again.
type AccessRevoked struct {
	envelope
	User    terra.User `json:"user,omitzero"`
	Status  string     `json:"status,omitzero"`
	Message string     `json:"message,omitzero"`
}

// ConnectionError says that the provider turned Terra away. The user may have to
// connect again before more data comes.
type ConnectionError struct {
	envelope
	User    terra.User `json:"user,omitzero"`
	Status  string     `json:"status,omitzero"`
	Message string     `json:"message,omitzero"`
}

// PermissionChange says that a person allowed more or less with the provider.
// User.Scopes has the outcome.
type PermissionChange struct {
	envelope
	User          terra.User `json:"user,omitzero"`
	ScopesAdded   Scopes     `json:"scopes_added,omitzero"`
	ScopesRemoved Scopes     `json:"scopes_removed,omitzero"`
	Status        string     `json:"status,omitzero"`
	Message       string     `json:"message,omitzero"`
	Version       string     `json:"version,omitzero"`
}

// Scopes is the provider's own names of permissions, separated by commas. A JSON
// array is read as well.
type Scopes string

// List is the names one by one, nil when there are none.
func (s Scopes) List() []string {
	return strings.FieldsFunc(string(s), func(r rune) bool { return r == ',' || r == ' ' })
}

// IsZero is whether there are none.
func (s Scopes) IsZero() bool { return s == "" }

// ScanJSON is for generated code. Use json.Unmarshal.
func (s *Scopes) ScanJSON(sc *jsonscan.Scanner, p int) int {
	if sc.ByteAt(p) != '[' {
		return jsonscan.Text(sc, p, (*string)(s))
	}
	var list []string
	p = jsonscan.Strings(sc, p, &list)
	*s = Scopes(strings.Join(list, ","))
	return p
}

// AppendJSON is for generated code. Use json.Marshal.
func (s Scopes) AppendJSON(_ *jsonscan.Writer, b []byte) []byte {
	return jsonscan.AppendString(b, string(s))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (s *Scopes) UnmarshalJSON(data []byte) error {
	return jsonscan.UnmarshalValue(data, s.ScanJSON)
}

// LargeRequestProcessing says that a request for a long span of data was taken on.
// A [LargeRequestSending] with the same Reference follows.
type LargeRequestProcessing struct {
	envelope
	User      terra.User `json:"user,omitzero"`
	Reference string     `json:"reference,omitzero"` // Meta's, if the payload has none
	Status    string     `json:"status,omitzero"`
	Message   string     `json:"message,omitzero"`
}

func (e *LargeRequestProcessing) complete() { e.share(&e.Reference) }

// LargeRequestSending announces the data of a large request: it is complete once
// ExpectedPayloads data events with distinct trace ids and this Reference have
// arrived. They may overtake this event.
type LargeRequestSending struct {
	envelope
	User             terra.User     `json:"user,omitzero"`
	Reference        string         `json:"reference,omitzero"`         // Meta's, if the payload has none
	ExpectedPayloads opt.Value[int] `json:"expected_payloads,omitzero"` // absent in the legacy form
	Status           string         `json:"status,omitzero"`
	Message          string         `json:"message,omitzero"`
}

func (e *LargeRequestSending) complete() { e.share(&e.Reference) }

// share fills whichever is empty of the payload's reference and the header's.
func (e *envelope) share(reference *string) {
	if *reference == "" {
		*reference = e.meta.Reference
	}
	if e.meta.Reference == "" {
		e.meta.Reference = *reference
	}
}

// S3Payload stands in for a data event that waits to be fetched: GET the URL
// before it expires, and [Parse] what it returns. The URL is a credential.
type S3Payload struct {
	envelope
	URL              string         `json:"url,omitzero"`
	ExpiresIn        opt.Value[int] `json:"expires_in,omitzero"` // seconds from sending on
	PayloadReference string         `json:"payload_reference,omitzero"`
	Status           string         `json:"status,omitzero"`
}

// LabReportCompleted carries the results of a laboratory report. A report can be
// processed again under the same session, so EventID is the key to drop
// repetitions by.
type LabReportCompleted struct {
	envelope
	EventID    string                    `json:"event_id,omitzero"`
	OccurredAt health.Timestamp          `json:"occurred_at,omitzero"`
	UploadID   string                    `json:"upload_id,omitzero"` // shared by all reports found in one upload
	Data       health.LabReportEventData `json:"data,omitzero"`
}

// LabReportFailed says that a laboratory report could not be read, and whether
// trying again may help.
type LabReportFailed struct {
	envelope
	EventID    string                      `json:"event_id,omitzero"`
	OccurredAt health.Timestamp            `json:"occurred_at,omitzero"`
	UploadID   string                      `json:"upload_id,omitzero"` // shared by all reports found in one upload
	Data       health.LabReportFailureData `json:"data,omitzero"`
}

// NoData answers a request for which there was nothing to deliver: the user has no
// records in the span, or the provider none of the kind. It is legacy; the current
// service sends a data event without records. Its type is [TypeNoData] or the data
// type that was asked for.
type NoData struct {
	envelope
	User    terra.User `json:"user,omitzero"`
	Status  string     `json:"status,omitzero"`
	Message string     `json:"message,omitzero"`
}

// Processing says that the provider is still gathering what was asked for. Ask
// again after RetryAfterSeconds. It is legacy.
type Processing struct {
	envelope
	User              terra.User         `json:"user,omitzero"`
	RetryAfterSeconds opt.Value[float64] `json:"retry_after_seconds,omitzero"`
	Status            string             `json:"status,omitzero"`
	Message           string             `json:"message,omitzero"`
}

// RateLimitHit says that the provider's rate limit holds up a request, which is
// tried again by itself. It is legacy.
type RateLimitHit struct {
	envelope
	User       terra.User       `json:"user,omitzero"`
	StartDate  health.Timestamp `json:"start_date,omitzero"` // of the span that was asked for
	EndDate    health.Timestamp `json:"end_date,omitzero"`
	RetryingAt health.Timestamp `json:"retrying_at,omitzero"`
	Message    string           `json:"message,omitzero"`
}

// GoogleNoDataSource says that a person connected Google Fit while nothing writes
// to it. They need to set up a source there. It is legacy.
type GoogleNoDataSource struct {
	envelope
	User    terra.User `json:"user,omitzero"`
	Status  string     `json:"status,omitzero"`
	Message string     `json:"message,omitzero"`
}

// HealthCheck reports how many deliveries the sender made of late. It concerns no
// user. It is legacy.
type HealthCheck struct {
	envelope
	Status               string             `json:"status,omitzero"`
	CreatedAt            health.Timestamp   `json:"creation_timestamp,omitzero"`
	TrendPercentage      opt.Value[float64] `json:"trend_percentage,omitzero"` // change against the time before
	SentWebhooksLastHour opt.Value[int]     `json:"sent_webhooks_last_hour,omitzero"`
	Version              string             `json:"version,omitzero"`
}

// UnknownEvent is a payload of a type this package has no struct for. Raw has all
// of it.
type UnknownEvent struct {
	envelope
}

// ScanJSON is for generated code.
func (e *UnknownEvent) ScanJSON(s *jsonscan.Scanner, p int) int { return s.Skip(p) }

// WriteJSON is for generated code.
func (e *UnknownEvent) WriteJSON(_ *jsonscan.Writer, b []byte) []byte {
	return append(append(b, e.raw...), ',')
}

// MarshalJSON is the payload as it was delivered.
func (e *UnknownEvent) MarshalJSON() ([]byte, error) {
	if e.raw == nil {
		return []byte("null"), nil
	}
	return e.raw, nil
}
