package webhook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/webhook"
)

// userJSON is a user as most events have it, and user the same decoded.
const userJSON = `{"user_id":"0b4f0e57-51a5-4c29-9d07-5f2d0a4c1c11","provider":"POLAR","last_webhook_update":null,` +
	`"scopes":"accesslink.read_all","reference_id":"member-7","active":true}`

var user = terra.User{
	UserID:            "0b4f0e57-51a5-4c29-9d07-5f2d0a4c1c11",
	Provider:          "POLAR",
	LastWebhookUpdate: health.NullTimestamp(),
	Scopes:            opt.Some("accesslink.read_all"),
	ReferenceID:       opt.Some("member-7"),
	Active:            opt.Some(true),
}

// deliveries has every event the service is known to send or to have sent, and
// what it is expected to be read as.
var deliveries = []struct {
	name, body string
	want       webhook.Event
}{
	{
		"auth",
		`{"type":"auth","status":"success","message":"Connected","widget_session_id":"w-1","flow_id":"f-1","user":` + userJSON + `}`,
		&webhook.Auth{User: user, Status: "success", Message: "Connected", ReferenceID: "member-7", WidgetSessionID: "w-1", FlowID: "f-1"},
	},
	{
		"auth with nulls",
		`{"type":"auth","status":"success","message":null,"widget_session_id":null,"flow_id":null,"user":{"user_id":"u","provider":"OURA","reference_id":null}}`,
		&webhook.Auth{User: terra.User{UserID: "u", Provider: "OURA", ReferenceID: opt.Null[string]()}, Status: "success"},
	},
	{
		"auth, legacy",
		`{"type":"auth","user":{"user_id":"u","provider":"OURA"},"status":"success","reference_id":"member-8","widget_session_id":"w-2"}`,
		&webhook.Auth{User: terra.User{UserID: "u", Provider: "OURA"}, Status: "success", ReferenceID: "member-8", WidgetSessionID: "w-2"},
	},
	{
		"failed auth",
		`{"type":"auth_cancelled","status":"error","flow_id":"f-3","reason":"access_denied","reference_id":"member-7"}`,
		&webhook.AuthFailed{Status: "error", FlowID: "f-3", Reason: "access_denied", ReferenceID: "member-7"},
	},
	{
		"failed auth with nulls",
		`{"type":"auth_cancelled","status":"error","flow_id":null,"reason":null,"reference_id":null}`,
		&webhook.AuthFailed{Status: "error"},
	},
	{
		"failed auth, legacy",
		`{"type":"auth","user":` + userJSON + `,"provider":"POLAR","status":"error","message":"Failed","reason":"timed out","reference_id":"member-7","widget_session_id":"w-4"}`,
		&webhook.AuthFailed{User: opt.Some(user), Provider: "POLAR", Status: "error", Message: "Failed", Reason: "timed out", ReferenceID: "member-7", WidgetSessionID: "w-4"},
	},
	{
		"failed auth, legacy and terse",
		`{"type":"auth","user":` + userJSON + `,"status":"error"}`,
		&webhook.AuthFailed{User: opt.Some(user), Provider: "POLAR", Status: "error", ReferenceID: "member-7"},
	},
	{
		"deauth",
		`{"type":"deauth","status":"success","message":"Disconnected","user":` + userJSON + `}`,
		&webhook.Deauth{User: user, Status: "success", Message: "Disconnected"},
	},
	{
		"reauth",
		`{"type":"user_reauth","status":"warning","message":"Again","version":"2022-03-16","new_user":` + userJSON + `,"old_user":{"user_id":"old","provider":"POLAR","active":false}}`,
		&webhook.UserReauth{
			NewUser: user, OldUser: opt.Some(terra.User{UserID: "old", Provider: "POLAR", Active: opt.Some(false)}),
			Status: "warning", Message: "Again", Version: "2022-03-16",
		},
	},
	{
		"reauth of nobody known",
		`{"type":"user_reauth","status":"warning","message":"Again","new_user":` + userJSON + `,"old_user":null}`,
		&webhook.UserReauth{NewUser: user, OldUser: opt.Null[terra.User](), Status: "warning", Message: "Again"},
	},
	{
		"access revoked",
		`{"type":"access_revoked","status":"warning","message":"Withdrawn","user":` + userJSON + `}`,
		&webhook.AccessRevoked{User: user, Status: "warning", Message: "Withdrawn"},
	},
	{
		"permissions",
		`{"type":"permission_change","status":"warning","message":"Changed","version":"2022-03-16","scopes_added":"SLEEP_EXPORT,BODY_EXPORT","scopes_removed":"","user":` + userJSON + `}`,
		&webhook.PermissionChange{User: user, ScopesAdded: "SLEEP_EXPORT,BODY_EXPORT", Status: "warning", Message: "Changed", Version: "2022-03-16"},
	},
	{
		"permissions as lists",
		`{"type":"permission_change","status":"warning","scopes_added":[],"scopes_removed":["a:read","b:read"],"user":` + userJSON + `}`,
		&webhook.PermissionChange{User: user, ScopesRemoved: "a:read,b:read", Status: "warning"},
	},
	{
		"connection error",
		`{"type":"connection_error","status":"warning","message":"Turned away","user":` + userJSON + `}`,
		&webhook.ConnectionError{User: user, Status: "warning", Message: "Turned away"},
	},
	{
		"large request taken on",
		`{"type":"large_request_processing","status":"processing","reference":"r-1","message":"Working","user":` + userJSON + `}`,
		&webhook.LargeRequestProcessing{User: user, Reference: "r-1", Status: "processing", Message: "Working"},
	},
	{
		"large request taken on, legacy",
		`{"type":"request_processing","status":"processing","message":"Working","user":` + userJSON + `}`,
		&webhook.LargeRequestProcessing{User: user, Status: "processing", Message: "Working"},
	},
	{
		"large request on its way",
		`{"type":"large_request_sending","reference":"r-1","message":"Sending","expected_payloads":17.0,"user":` + userJSON + `}`,
		&webhook.LargeRequestSending{User: user, Reference: "r-1", Message: "Sending", ExpectedPayloads: opt.Some(17)},
	},
	{
		"large request on its way, legacy",
		`{"type":"request_completed","status":"success","reference":"r-1","message":"Sending","user":` + userJSON + `}`,
		&webhook.LargeRequestSending{User: user, Reference: "r-1", Status: "success", Message: "Sending"},
	},
	{
		"stored payload",
		`{"type":"s3_payload","status":"success","url":"https://payloads.example/x?sig=1","expires_in":300}`,
		&webhook.S3Payload{Status: "success", URL: "https://payloads.example/x?sig=1", ExpiresIn: opt.Some(300)},
	},
	{
		"stored payload, legacy",
		`{"type":"s3_upload","status":"success","url":"https://payloads.example/y","expires_in":600,"payload_reference":"p-1"}`,
		&webhook.S3Payload{Status: "success", URL: "https://payloads.example/y", ExpiresIn: opt.Some(600), PayloadReference: "p-1"},
	},
	{
		"activity",
		`{"type":"activity","version":"2022-03-16","user":` + userJSON + `,"data":[{"metadata":{"name":"Lunch Ride","summary_id":"s-1",` +
			`"start_time":"2026-03-02T12:10:40.000000-05:00","end_time":"2026-03-02T13:02:11.000000-05:00","type":0,"upload_type":1},` +
			`"distance_data":{"summary":{"distance_meters":20117.5}},"heart_rate_data":{"summary":{"avg_hr_bpm":133.5}}}]}`,
		&webhook.Activity{User: user, Version: "2022-03-16", Data: []health.Activity{{
			Metadata: health.ActivityMetadata{
				Name: opt.Some("Lunch Ride"), SummaryID: opt.Some("s-1"),
				StartTime: timestamp("2026-03-02T12:10:40.000000-05:00"), EndTime: timestamp("2026-03-02T13:02:11.000000-05:00"),
				Type: opt.Some(health.ActivityType(0)), UploadType: opt.Some(health.UploadTypeAutomatic),
			},
			DistanceData:  health.DistanceData{Summary: health.DistanceDataSummary{DistanceMeters: opt.Some(20117.5)}},
			HeartRateData: health.HeartRateData{Summary: health.HeartRateDataSummary{AvgHRBPM: opt.Some(133.5)}},
		}}},
	},
	{
		"athlete",
		`{"type":"athlete","version":"2022-03-16","user":` + userJSON + `,"athlete":{"first_name":"Ada","sex":"female","date_of_birth":"1985-12-10","country":null}}`,
		&webhook.Athlete{User: user, Version: "2022-03-16", Athlete: health.Athlete{
			FirstName: opt.Some("Ada"), Sex: opt.Some("female"),
			DateOfBirth: timestamp("1985-12-10"), Country: opt.Null[string](),
		}},
	},
	{
		"daily",
		`{"type":"daily","version":"2022-03-16","user":` + userJSON + `,"data":[{"metadata":{"start_time":"2026-03-02T00:00:00.000000-05:00","upload_type":0},` +
			`"distance_data":{"distance_meters":6120.4}}]}`,
		&webhook.Daily{User: user, Version: "2022-03-16", Data: []health.Daily{{
			Metadata: health.DailyMetadata{
				StartTime: timestamp("2026-03-02T00:00:00.000000-05:00"), UploadType: opt.Some(health.UploadTypeUnknown),
			},
			DistanceData: health.DailyDistanceData{DistanceMeters: opt.Some(6120.4)},
		}}},
	},
	{
		"sleep",
		`{"type":"sleep","version":"2022-03-16","user":` + userJSON + `,"data":[{"metadata":{"start_time":"2026-03-01T22:58:00","is_nap":false,"summary_id":null},` +
			`"sleep_durations_data":{"asleep":{"duration_REM_sleep_state_seconds":4800},"sleep_efficiency":88.25}}]}`,
		&webhook.Sleep{User: user, Version: "2022-03-16", Data: []health.Sleep{{
			Metadata: health.SleepMetadata{
				StartTime: timestamp("2026-03-01T22:58:00"), IsNap: opt.Some(false), SummaryID: opt.Null[string](),
			},
			SleepDurationsData: health.SleepDurationsData{
				Asleep:          health.AsleepDurations{DurationREMSleepStateSeconds: opt.Some(4800.0)},
				SleepEfficiency: opt.Some(88.25),
			},
		}}},
	},
	{
		"menstruation",
		`{"type":"menstruation","version":"2022-03-16","user":` + userJSON + `,"data":[{"menstruation_data":{"period_start_date":"2026-02-20","is_predicted_cycle":true}}]}`,
		&webhook.Menstruation{User: user, Version: "2022-03-16", Data: []health.Menstruation{{
			MenstruationData: health.MenstruationData{
				PeriodStartDate: timestamp("2026-02-20"), IsPredictedCycle: opt.Some(true),
			},
		}}},
	},
	{
		"nutrition",
		`{"type":"nutrition","version":"2022-03-16","user":` + userJSON + `,"data":[{"summary":{"macros":{"protein_g":91.5},"water_ml":1800}}]}`,
		&webhook.Nutrition{User: user, Version: "2022-03-16", Data: []health.Nutrition{{
			Summary: health.NutritionSummary{
				Macros: health.NutritionMacros{ProteinG: opt.Some(91.5)}, WaterMl: opt.Some(1800.0),
			},
		}}},
	},
	{
		"body",
		`{"type":"body","version":"2022-03-16","user":` + userJSON + `,"data":[{"measurements_data":{"measurements":[{"weight_kg":64.25,"BMI":21.5}]}}]}`,
		&webhook.Body{User: user, Version: "2022-03-16", Data: []health.Body{{
			MeasurementsData: health.MeasurementsData{
				Measurements: []health.MeasurementDataSample{{WeightKg: opt.Some(64.25), BMI: opt.Some(21.5)}},
			},
		}}},
	},
	{
		"planned workout",
		`{"type":"planned_workout","version":"2022-03-16","user":` + userJSON + `,"data":[{"planned_workout_id":"297405620317847553"}]}`,
		&webhook.PlannedWorkout{User: user, Version: "2022-03-16", Data: []health.PlannedWorkout{{
			PlannedWorkoutID: opt.Some("297405620317847553"),
		}}},
	},
	{
		"hormone",
		`{"type":"hormone","version":"2022-03-16","user":` + userJSON + `,"data":[{"timestamp":"2026-03-02T07:00:00Z","lh_mIU_per_ml":11.5}]}`,
		&webhook.Hormone{User: user, Version: "2022-03-16", Data: []health.HormoneSample{{
			Timestamp: timestamp("2026-03-02T07:00:00Z"), LHMIUPerMl: opt.Some(11.5),
		}}},
	},
	{
		"health observation",
		`{"type":"health_observation","version":"2022-03-16","user":` + userJSON + `,"data":[{}]}`,
		&webhook.HealthObservation{User: user, Version: "2022-03-16", Data: []health.HealthObservation{{}}},
	},
	{
		"no records",
		`{"type":"sleep","version":"2022-03-16","user":` + userJSON + `,"data":[]}`,
		&webhook.Sleep{User: user, Version: "2022-03-16", Data: []health.Sleep{}},
	},
	{
		"null for records",
		`{"type":"sleep","user":` + userJSON + `,"data":null}`,
		&webhook.Sleep{User: user},
	},
	{
		"lab report",
		`{"type":"lab_report.completed","event_id":"evt_1","occurred_at":"2026-03-02T09:00:01Z","upload_id":"upl_1",` +
			`"data":{"session_id":"297405620317847554","reference_id":"member-7","results_count":1,"results":[{}],"panels":[]}}`,
		&webhook.LabReportCompleted{
			EventID: "evt_1", OccurredAt: timestamp("2026-03-02T09:00:01Z"), UploadID: "upl_1",
			Data: health.LabReportEventData{
				SessionID: opt.Some("297405620317847554"), ReferenceID: opt.Some("member-7"), ResultsCount: opt.Some[int64](1),
				Results: []health.LabReportEventResult{{}}, Panels: []health.LabReportPanel{},
			},
		},
	},
	{
		"failed lab report",
		`{"type":"lab_report.failed","event_id":"evt_2","occurred_at":"2026-03-02T09:00:02Z",` +
			`"data":{"session_id":"297405620317847555","error":{"code":"no_results","message":"Nothing found","retriable":true}}}`,
		&webhook.LabReportFailed{
			EventID: "evt_2", OccurredAt: timestamp("2026-03-02T09:00:02Z"),
			Data: health.LabReportFailureData{
				SessionID: opt.Some("297405620317847555"),
				Error: health.LabReportEventError{
					Code: opt.Some("no_results"), Message: opt.Some("Nothing found"), Retriable: opt.Some(true),
				},
			},
		},
	},
	{
		"no data",
		`{"type":"no_data","status":"error","message":"Nothing in that span","user":` + userJSON + `}`,
		&webhook.NoData{User: user, Status: "error", Message: "Nothing in that span"},
	},
	{
		"no data of a type",
		`{"type":"menstruation","status":"not_available","message":"Not with this provider","user":` + userJSON + `}`,
		&webhook.NoData{User: user, Status: "not_available", Message: "Not with this provider"},
	},
	{
		"no data of a type, as an error",
		`{"type":"athlete","status":"error","message":"Nothing","user":` + userJSON + `}`,
		&webhook.NoData{User: user, Status: "error", Message: "Nothing"},
	},
	{
		"data in spite of a status",
		`{"type":"hormone","status":"error","user":` + userJSON + `,"data":[{}]}`,
		&webhook.Hormone{User: user, Status: "error", Data: []health.HormoneSample{{}}},
	},
	{
		"data in spite of its absence",
		`{"type":"daily","status":"not_available","user":` + userJSON + `,"data":[{}]}`,
		&webhook.Daily{User: user, Status: "not_available", Data: []health.Daily{{}}},
	},
	{
		"still processing",
		`{"type":"processing","status":"success","message":"Later","retry_after_seconds":30,"user":` + userJSON + `}`,
		&webhook.Processing{User: user, Status: "success", Message: "Later", RetryAfterSeconds: opt.Some(30.0)},
	},
	{
		"rate limit",
		`{"type":"rate_limit_hit","start_date":"2026-01-01","end_date":"2026-02-01","retrying_at":"2026-03-02T10:00:00Z","message":"Held up","user":` + userJSON + `}`,
		&webhook.RateLimitHit{
			User: user, StartDate: timestamp("2026-01-01"), EndDate: timestamp("2026-02-01"),
			RetryingAt: timestamp("2026-03-02T10:00:00Z"), Message: "Held up",
		},
	},
	{
		"no Google source",
		`{"type":"google_no_datasource","status":"warning","message":"Nothing writes","user":` + userJSON + `}`,
		&webhook.GoogleNoDataSource{User: user, Status: "warning", Message: "Nothing writes"},
	},
	{
		"health check",
		`{"creation_timestamp":"2026-03-02 21:37:36.638145+00:00","sent_webhooks_last_hour":12,"status":"normal","trend_percentage":-2.5,"type":"healthcheck","version":"2022-03-16"}`,
		&webhook.HealthCheck{
			Status: "normal", CreatedAt: timestamp("2026-03-02 21:37:36.638145+00:00"),
			TrendPercentage: opt.Some(-2.5), SentWebhooksLastHour: opt.Some(12), Version: "2022-03-16",
		},
	},
	{"unknown type", `{"type":"route","user":` + userJSON + `,"data":[{"a":1}]}`, &webhook.UnknownEvent{}},
	{"type of an unknown shape", `{"type":{"name":"sleep"},"data":7}`, &webhook.UnknownEvent{}},
	{"null type", `{"type":null}`, &webhook.UnknownEvent{}},
	{"empty object", ` { } `, &webhook.UnknownEvent{}},
}

func timestamp(s string) health.Timestamp {
	ts, err := health.ParseTimestamp(s)
	if err != nil {
		panic(err)
	}
	return ts
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range deliveries {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ev, err := webhook.Parse(nil, []byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range differences(ev, tt.want) {
				t.Errorf("%s is not as expected", field)
			}
			if string(ev.Raw()) != tt.body {
				t.Error("Raw is not the body")
			}
			var head struct{ Type any }
			if err := json.Unmarshal([]byte(tt.body), &head); err != nil {
				t.Fatal(err)
			}
			if name, _ := head.Type.(string); string(ev.Type()) != name {
				t.Error("Type is not the payload's")
			}
		})
	}
}

// differences names the exported fields in which got and want are not alike.
func differences(got, want webhook.Event) []string {
	g, w := reflect.ValueOf(got).Elem(), reflect.ValueOf(want).Elem()
	if g.Type() != w.Type() {
		return []string{fmt.Sprintf("the type %T", got)}
	}
	var names []string
	for i := range g.NumField() {
		if f := g.Type().Field(i); f.IsExported() && !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			names = append(names, f.Name)
		}
	}
	return names
}

// TestEveryTypeHasAnEvent: each constant has a struct of its own, and there is a
// delivery of it above.
func TestEveryTypeHasAnEvent(t *testing.T) {
	t.Parallel()
	types := []webhook.EventType{
		webhook.TypeAuth, webhook.TypeAuthCancelled, webhook.TypeDeauth, webhook.TypeUserReauth, webhook.TypeAccessRevoked,
		webhook.TypeConnectionError, webhook.TypePermissionChange, webhook.TypeLargeRequestProcessing,
		webhook.TypeLargeRequestSending, webhook.TypeActivity, webhook.TypeAthlete, webhook.TypeBody, webhook.TypeDaily,
		webhook.TypeMenstruation, webhook.TypeNutrition, webhook.TypeSleep, webhook.TypePlannedWorkout, webhook.TypeHormone,
		webhook.TypeHealthObservation, webhook.TypeLabReportCompleted, webhook.TypeLabReportFailed, webhook.TypeS3Payload,
		webhook.TypeGoogleNoDataSource, webhook.TypeHealthCheck, webhook.TypeNoData, webhook.TypeProcessing,
		webhook.TypeRateLimitHit, webhook.TypeRequestProcessing, webhook.TypeRequestCompleted, webhook.TypeS3Upload,
	}
	delivered := make(map[webhook.EventType]bool)
	for _, d := range deliveries {
		ev, err := webhook.Parse(nil, []byte(d.body))
		if err != nil {
			t.Fatal(err)
		}
		delivered[ev.Type()] = true
	}
	for _, typ := range types {
		if !typ.Known() {
			t.Errorf("%s is not known", typ)
		}
		if !delivered[typ] {
			t.Errorf("%s is not among the deliveries", typ)
		}
		ev, err := webhook.Parse(nil, fmt.Appendf(nil, `{"type":%q}`, typ))
		if err != nil {
			t.Errorf("%s alone: %v", typ, err)
			continue
		}
		if _, unknown := ev.(*webhook.UnknownEvent); unknown {
			t.Errorf("%s is an UnknownEvent", typ)
		}
	}
	for _, typ := range []webhook.EventType{"", "route", "Sleep", "sleep "} {
		if typ.Known() {
			t.Errorf("%q is known", typ)
		}
	}
}

// TestParseKeepsTheUnknown: codes without a constant stay in the record, fields
// without a place in it stay in Raw.
func TestParseKeepsTheUnknown(t *testing.T) {
	t.Parallel()
	body := `{"type":"activity","novelty":{"a":[1]},"user":{"user_id":"u","tier":"gold"},` +
		`"data":[{"metadata":{"type":9999,"upload_type":77,"mood":"fine"},"aura_data":{}}]}`
	ev, err := webhook.Parse(nil, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	activity, ok := ev.(*webhook.Activity)
	if !ok || len(activity.Data) != 1 {
		t.Fatalf("got %T", ev)
	}
	if m := activity.Data[0].Metadata; m.Type.Or(0) != 9999 || m.UploadType.Or(0) != 77 {
		t.Error("a code without a constant was changed")
	}
	for _, field := range []string{"novelty", "tier", "mood", "aura_data"} {
		if !bytes.Contains(ev.Raw(), []byte(`"`+field+`"`)) {
			t.Errorf("%s is lost", field)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       error
		offset     int64
	}{
		{"nothing", "", webhook.ErrEmptyBody, -1},
		{"white space", " \r\n\t", webhook.ErrEmptyBody, -1},
		{"text", "hello", webhook.ErrInvalidJSON, 0},
		{"HTML", "<!doctype html>", webhook.ErrInvalidJSON, 0},
		{"cut off", `{"type":"sleep","data":[{"meta`, webhook.ErrInvalidJSON, 30},
		{"cut off after the type", `{"type":"sleep"`, webhook.ErrInvalidJSON, 15},
		{"two objects", `{"type":"sleep"}{"type":"sleep"}`, webhook.ErrInvalidJSON, 16},
		{"trailing comma", `{"type":"sleep",}`, webhook.ErrInvalidJSON, 16},
		{"byte order mark", "\ufeff{}", webhook.ErrInvalidJSON, 0},
		{"null", "null", webhook.ErrNotObject, -1},
		{"string", ` "auth"`, webhook.ErrNotObject, -1},
		{"number", "7", webhook.ErrNotObject, -1},
		{"array", `[{"type":"auth"}]`, webhook.ErrNotObject, -1},
		{"nested too deep", strings.Repeat("[", 1e5), webhook.ErrInvalidJSON, 10000},
		{"records are no list", `{"type":"sleep","data":"none"}`, webhook.ErrNotRecords, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ev, err := webhook.Parse(nil, []byte(tt.body))
			var perr *webhook.ParseError
			if ev != nil || !errors.As(err, &perr) || !errors.Is(err, tt.want) {
				t.Fatalf("got %T, %v", ev, err)
			}
			if perr.Offset != tt.offset {
				t.Errorf("offset %d, want %d", perr.Offset, tt.offset)
			}
			if !strings.HasPrefix(err.Error(), "webhook: ") {
				t.Errorf("the error does not say where it comes from: %v", err)
			}
		})
	}
}

// One odd value costs neither the event nor the rest of the record.
func TestParseTolerates(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"user is text":               `{"type":"auth","user":"u","message":"kept"}`,
		"wrong type inside a record": `{"type":"sleep","data":[{"metadata":[],"sleep_durations_data":{"sleep_efficiency":91.5}}]}`,
		"wrong type of a value":      `{"type":"sleep","data":[{"metadata":{"is_nap":"no"},"sleep_durations_data":{"sleep_efficiency":91.5}}]}`,
		"scopes are a number":        `{"type":"permission_change","scopes_added":5,"message":"kept"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ev, err := webhook.Parse(nil, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			var kept bool
			switch ev := ev.(type) {
			case *webhook.Auth:
				kept = ev.Message == "kept"
			case *webhook.PermissionChange:
				kept = ev.Message == "kept"
			case *webhook.Sleep:
				kept = ev.Data[0].SleepDurationsData.SleepEfficiency.Or(0) == 91.5
			}
			if !kept {
				t.Error("the value beside the odd one is lost")
			}
		})
	}
}

func TestMeta(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header http.Header
		want   webhook.Meta
	}{
		{"no headers", nil, webhook.Meta{}},
		{
			"all of them",
			http.Header{
				webhook.HeaderTraceID:      {"trace-1"},
				webhook.HeaderReference:    {"ref-1"},
				webhook.HeaderOrderingTime: {"1772452800123"},
			},
			webhook.Meta{TraceID: "trace-1", Reference: "ref-1", OrderingTime: time.UnixMilli(1772452800123).UTC()},
		},
		{
			"keys as a gateway gives them",
			http.Header{"x-terra-trace-id": {"trace-1"}, "terra-reference": {"ref-1"}, "X-TERRA-ORDERING-TIMESTAMP": {" 1 "}},
			webhook.Meta{TraceID: "trace-1", Reference: "ref-1", OrderingTime: time.UnixMilli(1).UTC()},
		},
		{"a chunk", trace("trace-1:chunk:12"), webhook.Meta{TraceID: "trace-1:chunk:12", Chunked: true, Chunk: 12}},
		{"chunk 0", trace("trace-1:chunk:0"), webhook.Meta{TraceID: "trace-1:chunk:0", Chunked: true}},
		{"chunk of a chunk", trace("a:chunk:1:chunk:2"), webhook.Meta{TraceID: "a:chunk:1:chunk:2", Chunked: true, Chunk: 2}},
		{"chunk without a number", trace("trace-1:chunk:"), webhook.Meta{TraceID: "trace-1:chunk:"}},
		{"chunk with a sign", trace("trace-1:chunk:-1"), webhook.Meta{TraceID: "trace-1:chunk:-1"}},
		{"chunk with text", trace("trace-1:chunk:1a"), webhook.Meta{TraceID: "trace-1:chunk:1a"}},
		{"chunk past all numbers", trace("a:chunk:99999999999"), webhook.Meta{TraceID: "a:chunk:99999999999"}},
		{"time in words", http.Header{webhook.HeaderOrderingTime: {"now"}}, webhook.Meta{}},
		{"negative time", http.Header{webhook.HeaderOrderingTime: {"-5"}}, webhook.Meta{}},
		{"empty time", http.Header{webhook.HeaderOrderingTime: {""}}, webhook.Meta{}},
		{"header without a value", http.Header{webhook.HeaderTraceID: {}}, webhook.Meta{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ev, err := webhook.Parse(tt.header, []byte(`{"type":"daily","data":[]}`))
			if err != nil {
				t.Fatal(err)
			}
			if got := ev.Meta(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func trace(id string) http.Header { return http.Header{webhook.HeaderTraceID: {id}} }

// TestReferenceOfLargeRequests: header and payload name the same thing, and either
// may be missing.
func TestReferenceOfLargeRequests(t *testing.T) {
	t.Parallel()
	for _, typ := range []webhook.EventType{webhook.TypeLargeRequestProcessing, webhook.TypeLargeRequestSending} {
		for name, tt := range map[string]struct {
			header http.Header
			body   string
		}{
			"both":    {http.Header{webhook.HeaderReference: {"r"}}, `,"reference":"r"`},
			"header":  {http.Header{webhook.HeaderReference: {"r"}}, ``},
			"payload": {nil, `,"reference":"r"`},
		} {
			ev, err := webhook.Parse(tt.header, fmt.Appendf(nil, `{"type":%q%s}`, typ, tt.body))
			if err != nil {
				t.Fatal(err)
			}
			var reference string
			switch ev := ev.(type) {
			case *webhook.LargeRequestProcessing:
				reference = ev.Reference
			case *webhook.LargeRequestSending:
				reference = ev.Reference
			}
			if reference != "r" || ev.Meta().Reference != "r" {
				t.Errorf("%s, %s: a reference is missing", typ, name)
			}
		}
	}
}

func TestScopesList(t *testing.T) {
	t.Parallel()
	for scopes, want := range map[webhook.Scopes][]string{
		"":          nil,
		",":         nil,
		"a":         {"a"},
		"a:read,b":  {"a:read", "b"},
		" a, b ,,c": {"a", "b", "c"},
		"a b":       {"a", "b"},
	} {
		if got := scopes.List(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: got %q, want %q", scopes, got, want)
		}
	}
}

// TestEventOwnsItsMemory: the caller may reuse the body at once.
func TestEventOwnsItsMemory(t *testing.T) {
	t.Parallel()
	for _, tt := range deliveries {
		body := []byte(tt.body)
		ev, err := webhook.Parse(nil, body)
		if err != nil {
			t.Fatal(err)
		}
		clear(body)
		if string(ev.Raw()) != tt.body || len(differences(ev, tt.want)) > 0 {
			t.Errorf("%s: the event changed with the caller's body", tt.name)
		}
	}
}

// TestEventsPrintNoData: an event in a log line or an error gives nothing away.
func TestEventsPrintNoData(t *testing.T) {
	t.Parallel()
	h := trace("trace-1")
	for _, tt := range deliveries {
		ev, err := webhook.Parse(h, []byte(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("event", "event", ev)
		slog.New(slog.NewTextHandler(&out, nil)).Info("event", "event", ev)
		fmt.Fprintf(&out, "%v %+v %#v %s", ev, ev, ev, ev)
		for _, private := range []string{"0b4f0e57", "POLAR", "member-7", "2022-03-16", "user_id", "route"} {
			if strings.Contains(out.String(), private) {
				t.Errorf("%s: %s shows", tt.name, private)
			}
		}
		if n := strings.Count(out.String(), "trace-1"); n != 6 {
			t.Errorf("%s: the trace id shows %d times, want 6", tt.name, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, d := range deliveries {
		f.Add([]byte(d.body))
	}
	f.Add([]byte(`{"type":"sleep","data":[{"metadata":{"is_nap":"no"}}]}`))
	f.Add([]byte(`{"type":"auth","type":"sleep","TYPE":"body"}`))
	f.Add([]byte("[[[["))
	f.Fuzz(func(t *testing.T, body []byte) {
		given := bytes.Clone(body)
		ev, err := webhook.Parse(nil, given)
		clear(given)
		if err != nil {
			var perr *webhook.ParseError
			if ev != nil || !errors.As(err, &perr) || perr.Err == nil {
				t.Fatal("an error of another kind")
			}
			if perr.Offset > int64(len(body)) {
				t.Fatal("an offset past the end")
			}
			if !json.Valid(body) && !errors.Is(err, webhook.ErrInvalidJSON) && !errors.Is(err, webhook.ErrEmptyBody) {
				t.Fatal("invalid JSON is not called so")
			}
			return
		}
		if !json.Valid(body) || !bytes.Equal(ev.Raw(), body) {
			t.Fatal("accepted what is no JSON, or changed it")
		}
		if _, unknown := ev.(*webhook.UnknownEvent); unknown && ev.Type().Known() {
			t.Fatal("a known type is an UnknownEvent")
		}
	})
}
