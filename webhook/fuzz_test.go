package webhook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
	"github.com/terra-go/terra/webhook"
)

func FuzzAccessRevoked(f *testing.F) { fuzzEvent[webhook.AccessRevoked](f, webhook.TypeAccessRevoked) }
func FuzzActivity(f *testing.F)      { fuzzEvent[webhook.Activity](f, webhook.TypeActivity) }
func FuzzAthlete(f *testing.F)       { fuzzEvent[webhook.Athlete](f, webhook.TypeAthlete) }
func FuzzAuth(f *testing.F)          { fuzzEvent[webhook.Auth](f, webhook.TypeAuth) }
func FuzzAuthFailed(f *testing.F)    { fuzzEvent[webhook.AuthFailed](f, webhook.TypeAuthCancelled) }
func FuzzBody(f *testing.F)          { fuzzEvent[webhook.Body](f, webhook.TypeBody) }
func FuzzConnectionError(f *testing.F) {
	fuzzEvent[webhook.ConnectionError](f, webhook.TypeConnectionError)
}
func FuzzDaily(f *testing.F)  { fuzzEvent[webhook.Daily](f, webhook.TypeDaily) }
func FuzzDeauth(f *testing.F) { fuzzEvent[webhook.Deauth](f, webhook.TypeDeauth) }
func FuzzGoogleNoDataSource(f *testing.F) {
	fuzzEvent[webhook.GoogleNoDataSource](f, webhook.TypeGoogleNoDataSource)
}

func FuzzHealthCheck(f *testing.F) { fuzzEvent[webhook.HealthCheck](f, webhook.TypeHealthCheck) }

func FuzzHealthObservation(f *testing.F) {
	fuzzEvent[webhook.HealthObservation](f, webhook.TypeHealthObservation)
}
func FuzzHormone(f *testing.F) { fuzzEvent[webhook.Hormone](f, webhook.TypeHormone) }
func FuzzLabReportCompleted(f *testing.F) {
	fuzzEvent[webhook.LabReportCompleted](f, webhook.TypeLabReportCompleted)
}

func FuzzLabReportFailed(f *testing.F) {
	fuzzEvent[webhook.LabReportFailed](f, webhook.TypeLabReportFailed)
}

func FuzzLargeRequestProcessing(f *testing.F) {
	fuzzEvent[webhook.LargeRequestProcessing](f, webhook.TypeLargeRequestProcessing)
}

func FuzzLargeRequestSending(f *testing.F) {
	fuzzEvent[webhook.LargeRequestSending](f, webhook.TypeLargeRequestSending)
}

func FuzzMenstruation(f *testing.F) { fuzzEvent[webhook.Menstruation](f, webhook.TypeMenstruation) }
func FuzzNoData(f *testing.F)       { fuzzEvent[webhook.NoData](f, webhook.TypeNoData) }
func FuzzNutrition(f *testing.F)    { fuzzEvent[webhook.Nutrition](f, webhook.TypeNutrition) }
func FuzzPermissionChange(f *testing.F) {
	fuzzEvent[webhook.PermissionChange](f, webhook.TypePermissionChange)
}

func FuzzPlannedWorkout(f *testing.F) {
	fuzzEvent[webhook.PlannedWorkout](f, webhook.TypePlannedWorkout)
}
func FuzzProcessing(f *testing.F)   { fuzzEvent[webhook.Processing](f, webhook.TypeProcessing) }
func FuzzRateLimitHit(f *testing.F) { fuzzEvent[webhook.RateLimitHit](f, webhook.TypeRateLimitHit) }
func FuzzS3Payload(f *testing.F)    { fuzzEvent[webhook.S3Payload](f, webhook.TypeS3Payload) }
func FuzzSleep(f *testing.F)        { fuzzEvent[webhook.Sleep](f, webhook.TypeSleep) }
func FuzzUnknownEvent(f *testing.F) { fuzzEvent[webhook.UnknownEvent](f, "route") }
func FuzzUserReauth(f *testing.F)   { fuzzEvent[webhook.UserReauth](f, webhook.TypeUserReauth) }

// eventTypes are the structs of the types, where the payload's status does not say
// otherwise.
var eventTypes = map[webhook.EventType]reflect.Type{
	webhook.TypeAccessRevoked:          reflect.TypeFor[webhook.AccessRevoked](),
	webhook.TypeActivity:               reflect.TypeFor[webhook.Activity](),
	webhook.TypeAthlete:                reflect.TypeFor[webhook.Athlete](),
	webhook.TypeAuth:                   reflect.TypeFor[webhook.Auth](),
	webhook.TypeAuthCancelled:          reflect.TypeFor[webhook.AuthFailed](),
	webhook.TypeBody:                   reflect.TypeFor[webhook.Body](),
	webhook.TypeConnectionError:        reflect.TypeFor[webhook.ConnectionError](),
	webhook.TypeDaily:                  reflect.TypeFor[webhook.Daily](),
	webhook.TypeDeauth:                 reflect.TypeFor[webhook.Deauth](),
	webhook.TypeGoogleNoDataSource:     reflect.TypeFor[webhook.GoogleNoDataSource](),
	webhook.TypeHealthCheck:            reflect.TypeFor[webhook.HealthCheck](),
	webhook.TypeHealthObservation:      reflect.TypeFor[webhook.HealthObservation](),
	webhook.TypeHormone:                reflect.TypeFor[webhook.Hormone](),
	webhook.TypeLabReportCompleted:     reflect.TypeFor[webhook.LabReportCompleted](),
	webhook.TypeLabReportFailed:        reflect.TypeFor[webhook.LabReportFailed](),
	webhook.TypeLargeRequestProcessing: reflect.TypeFor[webhook.LargeRequestProcessing](),
	webhook.TypeRequestProcessing:      reflect.TypeFor[webhook.LargeRequestProcessing](),
	webhook.TypeLargeRequestSending:    reflect.TypeFor[webhook.LargeRequestSending](),
	webhook.TypeRequestCompleted:       reflect.TypeFor[webhook.LargeRequestSending](),
	webhook.TypeMenstruation:           reflect.TypeFor[webhook.Menstruation](),
	webhook.TypeNoData:                 reflect.TypeFor[webhook.NoData](),
	webhook.TypeNutrition:              reflect.TypeFor[webhook.Nutrition](),
	webhook.TypePermissionChange:       reflect.TypeFor[webhook.PermissionChange](),
	webhook.TypePlannedWorkout:         reflect.TypeFor[webhook.PlannedWorkout](),
	webhook.TypeProcessing:             reflect.TypeFor[webhook.Processing](),
	webhook.TypeRateLimitHit:           reflect.TypeFor[webhook.RateLimitHit](),
	webhook.TypeS3Payload:              reflect.TypeFor[webhook.S3Payload](),
	webhook.TypeS3Upload:               reflect.TypeFor[webhook.S3Payload](),
	webhook.TypeSleep:                  reflect.TypeFor[webhook.Sleep](),
	webhook.TypeUserReauth:             reflect.TypeFor[webhook.UserReauth](),
}

// fuzzEvent compares both the codec of T and Parse with encoding/json. It starts from
// events with one member filled, deliveries, and the corpus in testdata.
func fuzzEvent[T any](f *testing.F, name webhook.EventType) {
	typ := reflect.TypeFor[T]()
	for field := range typ.Fields() {
		if !field.IsExported() {
			continue
		}
		for _, null := range []bool{false, true} {
			v := reflect.New(field.Type)
			fill := oracle.Filler{Null: null, Few: true}
			fill.Fill(f, v.Elem(), "$")
			text, err := json.Marshal(v.Interface())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(fmt.Appendf(nil, `{"type":%q,%q:%s}`, name, oracle.Name(field), text))
			f.Add(fmt.Appendf(nil, `{%q:%s,"status":"error","type":%q}`, oracle.Name(field), text, name))
		}
	}
	for _, d := range deliveries {
		if reflect.TypeOf(d.want).Elem() == typ {
			f.Add([]byte(d.body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, ok := any(new(T)).(json.Unmarshaler); ok {
			oracle.Test(t, typ, body)
		}
		testLikeOracle(t, body)
	})
}

// TestOddTexts has texts on the edge of JSON alone and in the place of data.
func TestOddTexts(t *testing.T) {
	t.Parallel()
	for name, typ := range eventTypes {
		for _, text := range oracle.Oddities {
			oracle.Test(t, typ, []byte(text))
			testLikeOracle(t, []byte(text))
			testLikeOracle(t, fmt.Appendf(nil, `{"type":%q,"data":%s}`, name, text))
			testLikeOracle(t, fmt.Appendf(nil, `{"data":[{},%s],"status":"error","type":%q}`, text, name))
		}
	}
}

// TestOddDeliveries changes every byte of the deliveries to some that mean something
// to JSON, and cuts them there.
func TestOddDeliveries(t *testing.T) {
	t.Parallel()
	for _, d := range deliveries {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			body := []byte(d.body)
			for i, old := range body {
				testLikeOracle(t, body[:i])
				for _, c := range []byte("\x00\"\\,:0}]\xff") {
					body[i] = c
					testLikeOracle(t, body)
				}
				body[i] = old
			}
		})
	}
}

// TestLateTypes has payloads with so much data before their type that Parse looks at
// their end first, which may mislead it.
func TestLateTypes(t *testing.T) {
	t.Parallel()
	much := fmt.Sprintf(`{"pad":%q}`, strings.Repeat("x", 4<<10))
	ends := []string{
		`}`, `,"status":"error"}`, `,"status":"not_available"}`, `,"data":null}`, `,"data":[]}`, `,"data":3}`,
		`,"data":[{"metadata":{"upload_type":1}}]}`, `,"type":"sleep"}`, `,"Type":"sleep"}`, `,"type":"route"}`,
		`,"type":"sleep","type":7}`, `,"user":{"type":"body"}}`, `,"x":"\"type\":\"body\""}`, `}}`, `,}`, ``,
	}
	for name := range eventTypes {
		for _, end := range ends {
			testLikeOracle(t, fmt.Appendf(nil, `{"data":[%s],"type":%q%s`, much, name, end))
			testLikeOracle(t, fmt.Appendf(nil, `{"user":{},"DATA":[%s] , "type" : %q %s`, much, name, end))
			testLikeOracle(t, fmt.Appendf(nil, `{"pad":[%s],"data":null,"type":%q%s`, much, name, end))
			testLikeOracle(t, fmt.Appendf(nil, `{"status":"error","data":%s,"athlete":null,"type":%q%s`, much, name, end))
		}
	}
	for _, text := range oracle.Oddities {
		testLikeOracle(t, fmt.Appendf(nil, `{"data":[%s,%s],"user":{},"type":"daily"}`, much, text))
		testLikeOracle(t, fmt.Appendf(nil, `{"data":[%s],"type":"daily","version":%s}`, much, text))
	}
}

// testLikeOracle expects Parse to judge and read body as encoding/json does.
func testLikeOracle(t *testing.T, body []byte) {
	t.Helper()
	ev, err := webhook.Parse(nil, body)
	head, wantErr := readHead(body)
	if wantErr != nil || err != nil {
		testParseError(t, body, err, wantErr)
		return
	}
	got, want := reflect.ValueOf(ev).Elem(), reflect.New(head.event()).Elem()
	if got.Type() != want.Type() {
		t.Fatalf("the event is a %s, want a %s", got.Type(), want.Type())
	}
	if err := oracle.Read(body, want); err != nil {
		t.Fatal(err)
	}
	reference := complete(want.Addr().Interface().(webhook.Event))
	for _, path := range oracle.Differences(want, got, "$") {
		if path != "$.type" { // which is the head's
			t.Errorf("%s: %s is not what encoding/json reads", want.Type(), path)
		}
	}
	if ev.Type() != head.name || ev.Meta() != (webhook.Meta{Reference: reference}) || !bytes.Equal(ev.Raw(), body) {
		t.Errorf("%s: the type, the reference or the raw payload is another", want.Type())
	}
}

func testParseError(t *testing.T, body []byte, err, want error) {
	t.Helper()
	got, ok := errors.AsType[*webhook.ParseError](err)
	if !ok {
		t.Fatalf("the error is %v, want %v", err, want)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](want); ok {
		if len(bytes.TrimLeft(body, " \t\r\n")) == 0 {
			want = &webhook.ParseError{Err: webhook.ErrEmptyBody, Offset: -1}
		} else if got.Err == webhook.ErrInvalidJSON && oracle.SameOffset(got.Offset, syntax) {
			return
		}
	}
	if want, ok := errors.AsType[*webhook.ParseError](want); !ok || *got != *want {
		t.Errorf("the error is %v, want %v", err, want)
	}
}

// A head is what a payload's members say of the event it is. Their names have to be
// spelled as they are documented.
type head struct {
	name      webhook.EventType
	status    string
	hasStatus bool
	hasData   bool
}

// readHead reads the members in their order, up to those that tell the event: its
// type and its data, or for auth its status.
func readHead(body []byte) (h head, err error) {
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return h, err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if brace, err := d.Token(); brace != json.Delim('{') {
		return h, &webhook.ParseError{Err: webhook.ErrNotObject, Offset: -1}
	} else if err != nil {
		return h, err
	}
	told := func() bool {
		if h.name == webhook.TypeAuth {
			return h.hasStatus
		}
		return h.name != "" && h.hasData
	}
	for d.More() && !told() {
		name, err := d.Token()
		if err != nil {
			return h, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return h, err
		}
		var text string
		_ = json.Unmarshal(value, &text) // and "" if it is no string
		switch name {
		case "type":
			h.name = webhook.EventType(text)
		case "status":
			h.status, h.hasStatus = text, true
		case "data", "athlete":
			h.hasData = h.hasData || string(value) != "null"
		}
	}
	if typ := h.event(); h.hasData && isDataEvent(typ) {
		event := reflect.New(typ).Elem()
		if err := oracle.Read(body, event); err != nil {
			return h, err
		}
		if event.FieldByName("Data").IsNil() {
			return h, &webhook.ParseError{Err: webhook.ErrNotRecords, Offset: -1}
		}
	}
	return h, nil
}

// event is the struct that stands for the payload.
func (h head) event() reflect.Type {
	typ, known := eventTypes[h.name]
	hasRecords := known && (typ == reflect.TypeFor[webhook.Athlete]() || isDataEvent(typ))
	switch {
	case h.name == webhook.TypeAuth && h.status == "error":
		return reflect.TypeFor[webhook.AuthFailed]()
	case !h.hasData && (h.status == "not_available" || h.status == "error" && hasRecords):
		return reflect.TypeFor[webhook.NoData]()
	case !known:
		return reflect.TypeFor[webhook.UnknownEvent]()
	}
	return typ
}

// isDataEvent reports whether typ has a list of records.
func isDataEvent(typ reflect.Type) bool {
	data, ok := typ.FieldByName("Data")
	return ok && data.Type.Kind() == reflect.Slice
}

// complete fills the fields that stand for several places in a payload, and returns
// the reference for Meta.
func complete(ev webhook.Event) (reference string) {
	var user health.User
	switch ev := ev.(type) {
	case *webhook.Auth:
		if ev.ReferenceID == "" {
			ev.ReferenceID = ev.User.ReferenceID.Or("")
		}
	case *webhook.AuthFailed:
		user = ev.User.Or(user)
		if ev.ReferenceID == "" {
			ev.ReferenceID = user.ReferenceID.Or("")
		}
		if ev.Provider == "" {
			ev.Provider = user.Provider
		}
	case *webhook.LargeRequestProcessing:
		return ev.Reference
	case *webhook.LargeRequestSending:
		return ev.Reference
	}
	return ""
}
