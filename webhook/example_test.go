package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/terra-go/terra/webhook"
)

// The signing secret of the destination; a program reads it from its environment.
const signingSecret = "sandbox-secret"

// send delivers payload to h the way Terra does.
func send(h http.Handler, payload string) {
	r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(payload))
	r.Header.Set(webhook.HeaderSignature, webhook.Sign(signingSecret, time.Now(), []byte(payload)))
	r.Header.Set(webhook.HeaderTraceID, "4c1f6a52")
	h.ServeHTTP(httptest.NewRecorder(), r)
}

// dispatch hands the event in payload to m.
func dispatch(m *webhook.Mux, payload string) {
	ev, err := webhook.Parse(nil, []byte(payload))
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Dispatch(context.Background(), ev); err != nil {
		log.Fatal(err)
	}
}

// A complete receiver: it verifies each request, and hands each event to the
// function for its type.
func ExampleNewHandler() {
	verifier, err := webhook.NewVerifier([]string{signingSecret})
	if err != nil {
		log.Fatal(err)
	}
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Auth) error {
		fmt.Println(e.ReferenceID, "connected", e.User.Provider)
		return nil
	})
	webhook.On(mux, func(ctx context.Context, e *webhook.Sleep) error {
		for _, night := range e.Data {
			fmt.Println("asleep from", night.Metadata.StartTime)
		}
		return nil // answered with 200; an error would have it delivered again
	})
	routes := http.NewServeMux()
	routes.Handle("POST /webhook", webhook.NewHandler(verifier, mux))

	send(routes, `{"type":"auth","status":"success","user":{"user_id":"u-1","provider":"OURA","reference_id":"member-7"}}`)
	send(routes, `{"type":"sleep","user":{"user_id":"u-1","provider":"OURA"},"data":[{"metadata":{"start_time":"2026-03-01T22:58:00.000000+01:00"}}]}`)
	// Output:
	// member-7 connected OURA
	// asleep from 2026-03-01T22:58:00.000000+01:00
}

// A request that some other handler has read already.
func ExampleVerifier_Verify() {
	verifier, err := webhook.NewVerifier([]string{signingSecret})
	if err != nil {
		log.Fatal(err)
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhook.DefaultMaxBytes))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if err := verifier.Verify(r.Header, body); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		event, err := webhook.Parse(r.Header, body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Println(event.Type(), event.Meta().TraceID)
	})
	send(h, `{"type":"deauth","status":"success","user":{"user_id":"u-1","provider":"OURA"}}`)
	// Output: deauth 4c1f6a52
}

// The payload and the value of the signature header, wherever they came from.
func ExampleVerifier_VerifySignature() {
	payload := []byte(`{"type":"deauth","status":"success","message":"Disconnected","user":{"user_id":"u-1","provider":"OURA"}}`)
	header := webhook.Sign(signingSecret, time.Now(), payload)

	verifier, err := webhook.NewVerifier([]string{signingSecret})
	if err != nil {
		log.Fatal(err)
	}
	if err := verifier.VerifySignature(header, payload); err != nil {
		log.Fatal(err)
	}
	event, err := webhook.Parse(nil, payload)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(event.Type())

	err = verifier.VerifySignature(header, append(payload, ' '))
	fmt.Println(errors.Is(err, webhook.ErrMismatch))
	// Output:
	// deauth
	// true
}

// The body goes to a file while it is verified, and never all of it to memory.
func ExampleVerifier_Begin() {
	payload := strings.Repeat("0123456789", 1000)
	r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(payload))
	r.Header.Set(webhook.HeaderSignature, webhook.Sign(signingSecret, time.Now(), []byte(payload)))

	verifier, err := webhook.NewVerifier([]string{signingSecret})
	if err != nil {
		log.Fatal(err)
	}
	check, err := verifier.Begin(r.Header)
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.CreateTemp("", "delivery")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	n, err := io.Copy(file, io.TeeReader(r.Body, check))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, check.Finish())
	// Output: 10000 <nil>
}

// Two secrets while one is being replaced, and deliveries that a relay may hold up
// for an hour.
func ExampleNewVerifier() {
	verifier, err := webhook.NewVerifier([]string{"old", "new"}, webhook.WithTolerance(time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	payload := []byte("{}")
	fmt.Println(verifier.VerifySignature(webhook.Sign("old", time.Now(), payload), payload))
	fmt.Println(verifier.VerifySignature(webhook.Sign("new", time.Now().Add(-30*time.Minute), payload), payload))
	fmt.Println(verifier.VerifySignature(webhook.Sign("new", time.Now().Add(-2*time.Hour), payload), payload))
	// Output:
	// <nil>
	// <nil>
	// webhook: signature too old: more than 1h0m0s
}

// What a test of a receiver sends.
func ExampleSign() {
	payload := `{"type":"healthcheck"}`
	r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:8080/webhook", strings.NewReader(payload))
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set(webhook.HeaderSignature, webhook.Sign(signingSecret, time.Unix(1772452800, 0), []byte(payload)))
	fmt.Println(r.Header.Get(webhook.HeaderSignature)[:16])
	// Output: t=1772452800,v1=
}

// A type switch does without a Mux.
func ExampleParse() {
	payload := []byte(`{"type":"connection_error","status":"warning","message":"Token refused","user":{"user_id":"u-1","provider":"OURA"}}`)

	event, err := webhook.Parse(nil, payload)
	if err != nil {
		log.Fatal(err)
	}
	switch e := event.(type) {
	case *webhook.Daily:
		fmt.Println(len(e.Data), "days of", e.User.UserID)
	case *webhook.ConnectionError:
		fmt.Println("ask", e.User.UserID, "to connect again:", e.Message)
	case *webhook.UnknownEvent:
		fmt.Println("something new:", e.Type())
	}
	// Output: ask u-1 to connect again: Token refused
}

func ExampleParseError() {
	_, err := webhook.Parse(nil, []byte(`{"type":"sleep","data":`))
	fmt.Println(err, errors.Is(err, webhook.ErrInvalidJSON))

	_, err = webhook.Parse(nil, []byte(`{"type":"sleep","data":"none"}`))
	if perr, ok := errors.AsType[*webhook.ParseError](err); ok {
		fmt.Println(perr.Err)
	}
	// Output:
	// webhook: invalid JSON at byte 23 true
	// data that is not a list of records
}

func ExampleOn() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Daily) error {
		for _, day := range e.Data {
			fmt.Println(day.Metadata.StartTime.Date(), day.DistanceData.DistanceMeters)
		}
		return nil
	})
	dispatch(mux, `{"type":"daily","user":{"user_id":"u-1","provider":"GARMIN"},"data":[{"metadata":{"start_time":"2026-03-02T00:00:00.000000-05:00"},"distance_data":{"distance_meters":6120.4}}]}`)
	// Output: 2026-03-02 6120.4
}

// One function sees everything, to store or count it.
func ExampleMux_OnAny() {
	mux := webhook.NewMux()
	mux.OnAny(func(ctx context.Context, e webhook.Event) error {
		fmt.Println(e.Type(), len(e.Raw()), "bytes")
		return nil
	})
	dispatch(mux, `{"type":"daily","data":[]}`)
	dispatch(mux, `{"type":"something_new"}`)
	// Output:
	// daily 26 bytes
	// something_new 24 bytes
}

func ExampleMux_OnUnknown() {
	mux := webhook.NewMux()
	mux.OnUnknown(func(ctx context.Context, e *webhook.UnknownEvent) error {
		fmt.Println("no struct for", e.Type())
		return nil
	})
	dispatch(mux, `{"type":"something_new"}`)
	// Output: no struct for something_new
}

// Events that were stored are handled like those that just arrived.
func ExampleMux_Dispatch() {
	stored := []string{`{"type":"daily","data":[{}]}`, `{"type":"daily","data":[{},{}]}`}

	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Daily) error {
		fmt.Println(len(e.Data), "days")
		return nil
	})
	for _, payload := range stored {
		event, err := webhook.Parse(nil, []byte(payload))
		if err != nil {
			log.Fatal(err)
		}
		if err := mux.Dispatch(context.Background(), event); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 1 days
	// 2 days
}

// Records of any type come the same way. A later delivery about the same record
// replaces an earlier one.
func ExampleDataEvent() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Activity) error {
		for _, activity := range e.Data {
			id, _ := activity.Metadata.SummaryID.Get()
			fmt.Println(e.User.UserID, id, activity.Metadata.Name)
		}
		return nil
	})
	dispatch(mux, `{"type":"activity","user":{"user_id":"u-1","provider":"WAHOO"},"data":[{"metadata":{"summary_id":"s-1","name":"Lunch Ride"}}]}`)
	// Output: u-1 s-1 Lunch Ride
}

func ExampleAthleteEvent() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Athlete) error {
		fmt.Println(e.User.UserID, e.Athlete.FirstName)
		return nil
	})
	dispatch(mux, `{"type":"athlete","user":{"user_id":"u-1","provider":"WAHOO"},"athlete":{"first_name":"Ada"}}`)
	// Output: u-1 Ada
}

func ExampleNoData() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.NoData) error {
		fmt.Println(e.User.UserID, e.Status, e.Message)
		return nil
	})
	dispatch(mux, `{"type":"sleep","status":"not_available","message":"Nothing there","user":{"user_id":"u-1","provider":"STRAVA"}}`)
	// Output: u-1 not_available Nothing there
}

func ExampleAccessRevoked() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.AccessRevoked) error {
		fmt.Println(e.User.UserID, "withdrew:", e.Message)
		return nil
	})
	dispatch(mux, `{"type":"access_revoked","status":"warning","message":"No longer allowed","user":{"user_id":"u-1","provider":"FITBIT"}}`)
	// Output: u-1 withdrew: No longer allowed
}

func ExampleAuth() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Auth) error {
		fmt.Println(e.ReferenceID, "is", e.User.UserID, "through", e.WidgetSessionID)
		return nil
	})
	dispatch(mux, `{"type":"auth","status":"success","widget_session_id":"w-1","user":{"user_id":"u-1","provider":"FITBIT","reference_id":"member-7"}}`)
	// Output: member-7 is u-1 through w-1
}

func ExampleAuthFailed() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.AuthFailed) error {
		fmt.Println(e.ReferenceID, e.Reason)
		return nil
	})
	dispatch(mux, `{"type":"auth_cancelled","status":"error","reason":"access_denied","reference_id":"member-7"}`)
	// Output: member-7 access_denied
}

func ExampleUserReauth() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.UserReauth) error {
		old, known := e.OldUser.Get()
		if !known {
			fmt.Println(e.NewUser.UserID, "takes the place of a forgotten user")
			return nil
		}
		fmt.Println(e.NewUser.UserID, "takes the place of", old.UserID)
		return nil
	})
	dispatch(mux, `{"type":"user_reauth","status":"warning","message":"Again","new_user":{"user_id":"u-2","provider":"FITBIT"},"old_user":{"user_id":"u-1","provider":"FITBIT"}}`)
	dispatch(mux, `{"type":"user_reauth","status":"warning","message":"Again","new_user":{"user_id":"u-3","provider":"FITBIT"},"old_user":null}`)
	// Output:
	// u-2 takes the place of u-1
	// u-3 takes the place of a forgotten user
}

func ExampleDeauth() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Deauth) error {
		fmt.Println(e.User.UserID, "left:", e.Message)
		return nil
	})
	dispatch(mux, `{"type":"deauth","status":"success","message":"Disconnected","user":{"user_id":"u-1","provider":"FITBIT"}}`)
	// Output: u-1 left: Disconnected
}

func ExampleConnectionError() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.ConnectionError) error {
		fmt.Println(e.User.UserID, "may have to connect again:", e.Message)
		return nil
	})
	dispatch(mux, `{"type":"connection_error","status":"warning","message":"Token refused","user":{"user_id":"u-1","provider":"FITBIT"}}`)
	// Output: u-1 may have to connect again: Token refused
}

func ExamplePermissionChange() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.PermissionChange) error {
		fmt.Println("more:", e.ScopesAdded.List(), "less:", e.ScopesRemoved.List())
		return nil
	})
	dispatch(mux, `{"type":"permission_change","status":"warning","scopes_added":"sleep,body","scopes_removed":"","user":{"user_id":"u-1","provider":"FITBIT"}}`)
	// Output: more: [sleep body] less: []
}

func ExampleGoogleNoDataSource() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.GoogleNoDataSource) error {
		fmt.Println(e.User.UserID, "has no source:", e.Message)
		return nil
	})
	dispatch(mux, `{"type":"google_no_datasource","status":"warning","message":"Nothing writes to it","user":{"user_id":"u-1","provider":"GOOGLE"}}`)
	// Output: u-1 has no source: Nothing writes to it
}

// The same struct whether the type is the current or the legacy one.
func ExampleLargeRequestProcessing() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.LargeRequestProcessing) error {
		fmt.Println(e.Type(), e.User.UserID, e.Message)
		return nil
	})
	dispatch(mux, `{"type":"large_request_processing","status":"processing","reference":"r-1","message":"Working on it","user":{"user_id":"u-1","provider":"GARMIN"}}`)
	dispatch(mux, `{"type":"request_processing","status":"processing","message":"Working on it","user":{"user_id":"u-1","provider":"GARMIN"}}`)
	// Output:
	// large_request_processing u-1 Working on it
	// request_processing u-1 Working on it
}

func ExampleLargeRequestSending() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.LargeRequestSending) error {
		if n, ok := e.ExpectedPayloads.Get(); ok {
			fmt.Println(e.Reference, "comes in", n, "events")
		} else {
			fmt.Println(e.Reference, "comes in some events")
		}
		return nil
	})
	dispatch(mux, `{"type":"large_request_sending","reference":"r-1","message":"Sending","expected_payloads":17,"user":{"user_id":"u-1","provider":"GARMIN"}}`)
	dispatch(mux, `{"type":"request_completed","reference":"r-2","message":"Sending","user":{"user_id":"u-1","provider":"GARMIN"}}`)
	// Output:
	// r-1 comes in 17 events
	// r-2 comes in some events
}

// What the URL returns is the event that was too large, or not wanted, to be sent
// itself.
func ExampleS3Payload() {
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"type":"daily","user":{"user_id":"u-1","provider":"GARMIN"},"data":[{},{}]}`)
	}))
	defer bucket.Close()

	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Daily) error {
		fmt.Println(len(e.Data), "days")
		return nil
	})
	webhook.On(mux, func(ctx context.Context, e *webhook.S3Payload) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		payload, err := io.ReadAll(io.LimitReader(resp.Body, webhook.DefaultMaxBytes))
		if err != nil {
			return err
		}
		event, err := webhook.Parse(nil, payload)
		if err != nil {
			return err
		}
		return mux.Dispatch(ctx, event)
	})
	dispatch(mux, `{"type":"s3_payload","status":"success","url":"`+bucket.URL+`","expires_in":300}`)
	// Output: 2 days
}

func ExampleLabReportCompleted() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.LabReportCompleted) error {
		fmt.Println(e.EventID, e.Data.SessionID, len(e.Data.Results))
		return nil
	})
	dispatch(mux, `{"type":"lab_report.completed","event_id":"evt_1","occurred_at":"2026-03-02T09:00:01Z","data":{"session_id":"297405620317847554","results":[{}]}}`)
	// Output: evt_1 297405620317847554 1
}

func ExampleLabReportFailed() {
	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.LabReportFailed) error {
		fmt.Println(e.EventID, e.Data.Error.Code, e.Data.Error.Retriable)
		return nil
	})
	dispatch(mux, `{"type":"lab_report.failed","event_id":"evt_2","occurred_at":"2026-03-02T09:00:02Z","data":{"error":{"code":"no_results","retriable":true}}}`)
	// Output: evt_2 no_results true
}
