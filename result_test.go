package terra_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
)

const user = `"user":{"user_id":"u1","provider":"GARMIN","reference_id":"r1","active":true,"scopes":"activity,sleep"}`

// describe says in one line which outcome r is, with its fields.
func describe[T any](r terra.Result[T]) string {
	switch r := r.(type) {
	case *terra.Data[T]:
		return fmt.Sprintf("data %d", len(r.Items))
	case *terra.NoData[T]:
		return "no data: " + r.Message
	case *terra.Queued[T]:
		return fmt.Sprintf("queued %s large=%t", r.Reference, r.Large)
	case *terra.Processing[T]:
		return fmt.Sprintf("processing %v", r.RetryAfter)
	case *terra.RateLimited[T]:
		return "rate limited: " + r.Message
	case *terra.UnknownResult[T]:
		return "unknown"
	}
	return reflect.TypeOf(r).String()
}

var resultBodies = map[string]struct {
	body   string
	want   string
	nobody bool // the body names no user
}{
	// Current forms.
	"data":                    {`{"type":"sleep",` + user + `,"data":[{"metadata":{}},{}]}`, "data 2", false},
	"data, type null":         {`{"type":null,` + user + `,"data":[{}]}`, "data 1", false},
	"data, empty":             {`{"type":"sleep",` + user + `,"data":[]}`, "data 0", false},
	"data, with status":       {`{"status":"success","type":"sleep",` + user + `,"data":[{}]}`, "data 1", false},
	"data, with status error": {`{"status":"error","type":"sleep",` + user + `,"data":[{}]}`, "data 1", false},
	"data, with reference":    {`{"reference":"ref","type":"sleep",` + user + `,"data":[]}`, "data 0", false},
	"queued": {
		`{"status":"success","type":"sleep","reference":"ref","trace_id":"ref",` + user + `}`, "queued ref large=false", false,
	},
	"queued, data null": {`{"type":"sleep","reference":"ref","data":null,` + user + `}`, "queued ref large=false", false},
	"queued, large": {
		`{"status":"success","type":"sleep","reference":"ref","trace_id":"ref","message":"Large request submitted. The data is being processed and will be sent to your destination in chunks",` + user + `}`,
		"queued ref large=true", false,
	},
	"no destination": {
		`{"type":"about:blank","title":"ok","instance":"/sleep","detail":"no destinations available for this connection"}`, "unknown", true,
	},

	// Legacy forms.
	"no data": {
		`{"status":"error","message":"No data available for specified time range","type":"no_data",` + user + `}`,
		"no data: No data available for specified time range", false,
	},
	"no data, not available": {
		`{"status":"not_available","message":"Data type requested not available from provider",` + user + `}`,
		"no data: Data type requested not available from provider", false,
	},
	"no data, sentence as status": {
		`{"status":"Data type requested not available from provider",` + user + `}`,
		"no data: Data type requested not available from provider", false,
	},
	"no data, type alone": {`{"type":"no_data",` + user + `}`, "no data: ", false},
	"queued, legacy":      {`{"message":"Data sent to webhook","reference":"ref","status":"success",` + user + `}`, "queued ref large=false", false},
	"queued, legacy type": {`{"reference":"ref","message":"Data will be sent to webhook","type":"webhook",` + user + `}`, "queued ref large=false", false},
	"processing": {
		`{"type":"processing","status":"success","message":"Request is processing, try again later",` + user + `,"retry_after_seconds":30}`,
		"processing 30s", false,
	},
	"processing, oldest form":     {`{"status":"Request is processing, try again later","retry_after":45,` + user + `}`, "processing 45s", false},
	"processing, no time":         {`{"type":"processing",` + user + `}`, "processing 0s", false},
	"processing, with reference":  {`{"type":"processing","reference":"ref","retry_after_seconds":1,` + user + `}`, "processing 1s", false},
	"processing, time in quotes":  {`{"type":"processing","retry_after_seconds":"12",` + user + `}`, "processing 12s", false},
	"processing, time null":       {`{"type":"processing","retry_after_seconds":null,` + user + `}`, "processing 0s", false},
	"processing, time of no kind": {`{"retry_after_seconds":{"a":1},` + user + `}`, "processing 0s", false},
	"rate limited": {
		`{"message":"Rate limit exceeded","type":"rate_limit",` + user + `}`, "rate limited: Rate limit exceeded", false,
	},
	"large request": {
		`{"type":"large_request_processing","status":"processing","message":"Large request is processing",` + user + `,"reference":"ref"}`,
		"queued ref large=true", false,
	},
	"large request, user in an array": {
		`{"type":"large_request_processing","message":"Large request is processing","user":[{"user_id":"u1"}],"reference":"ref"}`,
		"queued ref large=true", false,
	},

	// Forms of no kind known.
	"athlete where it was not asked for": {`{"type":"athlete",` + user + `,"athlete":{"first_name":"A"}}`, "unknown", false},
	"data that is no array":              {`{"type":"sleep",` + user + `,"data":{"a":1}}`, "unknown", false},
	"status alone":                       {`{"status":"success",` + user + `}`, "unknown", false},
	"empty object":                       {`{}`, "unknown", true},
	"null":                               {`null`, "unknown", true},
	"array":                              {`[{}]`, "unknown", true},
	"number":                             {` 3`, "unknown", true},
	"user of no kind":                    {`{"user":7}`, "unknown", true},
}

func TestResults(t *testing.T) {
	t.Parallel()
	for name, tc := range resultBodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := inProcess(t, withHeader(answer(200, tc.body), "X-Terra-RateLimit-Limit", "6000", "X-Terra-RateLimit-Remaining", "5993"))
			result, err := client.Sleep.Fetch(t.Context(), "u1", week)
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(result); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
			if (result.User().UserID == "u1") == tc.nobody {
				t.Error("the user is not that of the body")
			}
			if string(result.Raw()) != tc.body {
				t.Error("Raw is not the body")
			}
			if want := (terra.RateLimit{Limit: 6000, Remaining: 5993}); result.RateLimit() != want {
				t.Errorf("rate limit %+v, want %+v", result.RateLimit(), want)
			}
		})
	}
}

func TestResultTakesTheWaitFromTheHeader(t *testing.T) {
	t.Parallel()
	client := inProcess(t, withHeader(answer(200, `{"type":"processing"}`), "Retry-After", "180"))
	result, err := client.Sleep.Fetch(t.Context(), "u1", week)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(result); got != "processing 3m0s" {
		t.Errorf("%s, want processing 3m0s", got)
	}
}

func TestAthleteResults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ body, want string }{
		"athlete":              {`{"type":"athlete",` + user + `,"athlete":{"first_name":"A"}}`, "data 1"},
		"athlete as an array":  {`{"type":"athlete",` + user + `,"data":[{"first_name":"A"}]}`, "data 1"},
		"athlete before data":  {`{"type":"athlete",` + user + `,"athlete":{},"data":[]}`, "data 1"},
		"athlete null":         {`{"type":"athlete",` + user + `,"athlete":null}`, "unknown"},
		"athlete null, queued": {`{"type":"athlete",` + user + `,"athlete":null,"reference":"ref"}`, "queued ref large=false"},
		"no data":              {`{"type":"no_data",` + user + `}`, "no data: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := inProcess(t, answer(200, tc.body))
			result, err := client.Athlete.Fetch(t.Context(), "u1")
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(result); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestResultUser(t *testing.T) {
	t.Parallel()
	client := inProcess(t, answer(200, `{`+user+`,"data":[]}`))
	result, err := client.Sleep.Fetch(t.Context(), "u1", week)
	if err != nil {
		t.Fatal(err)
	}
	u := result.User()
	if u.Provider != "GARMIN" || u.ReferenceID.Or("") != "r1" || u.Scopes.Or("") != "activity,sleep" || !u.Active.Or(false) {
		t.Error("fields of the user are missing")
	}
}

// A result that a test made by hand answers its methods.
func TestResultByHand(t *testing.T) {
	t.Parallel()
	var result terra.Result[health.Sleep] = &terra.Data[health.Sleep]{Items: []health.Sleep{{}}}
	if result.Raw() != nil || result.User() != (terra.User{}) || result.RateLimit() != (terra.RateLimit{}) {
		t.Error("a result without a response claims to have one")
	}
}

// FuzzResult: every body that is JSON is some result, every other is ErrMalformed,
// and nothing takes longer than it should.
func FuzzResult(f *testing.F) {
	for _, tc := range resultBodies {
		f.Add(tc.body)
	}
	f.Add(`{"data":[`)
	f.Add(`{"data":[{"metadata":{"start_time":7}}]}`)
	f.Add(strings.Repeat(`{"data":[`, 20_000))
	f.Fuzz(func(t *testing.T, body string) {
		client := inProcess(t, answer(200, body))
		sleep, err := client.Sleep.Fetch(t.Context(), "u1", week)
		check(t, body, sleep, err)
		athlete, err := client.Athlete.Fetch(t.Context(), "u1")
		check(t, body, athlete, err)
	})
}

func check[T any](t *testing.T, body string, result terra.Result[T], err error) {
	t.Helper()
	if err != nil {
		if e := failure(t, err); e.StatusCode != 200 {
			t.Errorf("status %d in the error", e.StatusCode)
		}
		return
	}
	if !json.Valid([]byte(body)) {
		t.Error("a result from what is not JSON")
	}
	if string(result.Raw()) != body {
		t.Error("Raw is not the body")
	}
	if p, ok := result.(*terra.Processing[T]); ok && (p.RetryAfter < 0) {
		t.Error("a wait into the past")
	}
	_ = describe(result)
}
