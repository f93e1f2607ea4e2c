package ingest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

// TestWorkerFollowsPings has the sandbox deliver a ping.
func TestWorkerFollowsPings(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	verifier, err := webhook.NewVerifier([]string{s.Credentials().SigningSecret})
	if err != nil {
		t.Fatal(err)
	}
	inbox := ingest.NewMemory()
	receiver := httptest.NewServer(ingest.NewReceiver(verifier, inbox, ingest.WithLogger(quiet())))
	t.Cleanup(receiver.Close)
	if err := s.SetDestinations([]sandbox.Destination{{URL: receiver.URL, Mode: sandbox.ModePing}}); err != nil {
		t.Fatal(err)
	}
	user, err := s.Connect("OURA", "member-7")
	if err != nil {
		t.Fatal(err)
	}
	trigger := func() string {
		d, err := s.Trigger(sandbox.EventRequest{Type: "sleep", UserID: user.UserID, Date: health.NewDate(2026, time.March, 2)})
		if err != nil {
			t.Fatal(err)
		}
		return d.TraceID
	}
	id := trigger()

	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	var got []ingest.Received
	worker := ingest.NewWorker(inbox, func(_ context.Context, r ingest.Received) error {
		if _, ok := r.Event.(*webhook.Sleep); ok {
			got = append(got, r)
			stop()
		}
		return nil
	}, ingest.WithConcurrency(1), ingest.WithFetcher(ingest.NewFetcher(ingest.AllowLoopback())), ingest.WithLogger(quiet()))
	if err := worker.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].ID != id || got[0].Event.Meta().TraceID != id || got[0].Event.Meta().OrderingTime.IsZero() {
		t.Fatalf("applied %d, want the event with the ping's trace id and ordering time", len(got))
	}
	if night := got[0].Event.(*webhook.Sleep); night.User.UserID != user.UserID || len(night.Data) != 1 {
		t.Error("the event is not the one that was announced")
	}
}

// TestWorkerKeepsWhatItFetched has an outage outlast the address of a ping.
func TestWorkerKeepsWhatItFetched(t *testing.T) {
	t.Parallel()
	var fetches atomic.Int32
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if fetches.Add(1) > 1 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		io.WriteString(w, `{"type":"deauth","status":"success","user":{"user_id":"u-1","provider":"OURA"}}`)
	}))
	t.Cleanup(store.Close)
	inbox := ingest.NewMemory()
	put(t, inbox, "trace-1", []byte(`{"type":"s3_payload","url":"`+store.URL+`/payload","expires_in":300}`))
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	var attempts atomic.Int32
	var count tally
	worker := ingest.NewWorker(inbox, func(_ context.Context, r ingest.Received) error {
		if _, ok := r.Event.(*webhook.Deauth); !ok || r.ID != "trace-1" || r.Event.Meta().TraceID != "trace-1" {
			t.Errorf("applied a %T, or under another id", r.Event)
		}
		if attempts.Add(1) < 3 {
			return errors.New("no connection")
		}
		stop()
		return nil
	}, ingest.WithFetcher(ingest.NewFetcher(ingest.AllowLoopback())), ingest.WithLogger(quiet()), ingest.WithObserver(count.observer()))
	if err := worker.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if s := stats(t, inbox); s != (ingest.Stats{}) || fetches.Load() != 1 {
		t.Errorf("left %+v after %d fetches", s, fetches.Load())
	}
	if count.of(ingest.Retried) != 2 || count.of(ingest.Applied) != 1 {
		t.Errorf("observed %v", count.results)
	}
}

// TestWorkerBuriesExpiredPings follows a ping too late.
func TestWorkerBuriesExpiredPings(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	inbox := ingest.NewMemory()
	put(t, inbox, "trace-1", []byte(`{"type":"s3_payload","url":"`+s.URL+`/payloads/0123456789abcdef","expires_in":300}`))
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	worker := ingest.NewWorker(inbox, func(context.Context, ingest.Received) error { return nil },
		ingest.WithFetcher(ingest.NewFetcher(ingest.AllowLoopback())), ingest.WithLogger(quiet()),
		ingest.WithObserver(ingest.Observer{Worked: func(ingest.Result, time.Duration, time.Duration) { stop() }}))
	if err := worker.Run(ctx); err != nil {
		t.Fatal(err)
	}
	dead := scan(t, inbox, ingest.Dead)
	if len(dead) != 1 || dead[0].Reason != "ingest: fetching the payload: the address has expired (status 400)" {
		t.Errorf("%d dead", len(dead))
	}
}
