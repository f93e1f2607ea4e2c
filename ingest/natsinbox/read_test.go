package natsinbox_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
)

// stub stands between a client and the server's API, where it can answer in the
// server's place as servers of a cluster do that has lost a leader.
type stub struct {
	nc    *nats.Conn
	state atomic.Pointer[state]
}

// state is what the stub does with the next questions.
type state struct {
	left   atomic.Int64 // how many it keeps from the server
	answer []byte       // to those, nil for none
}

// unavailable is the answer of a server that knows of no leader.
const unavailable = `{"error": {"code": 503, "err_code": 10008, "description": "JetStream system temporarily unavailable"}}`

func startStub(t *testing.T, n node) (*stub, jetstream.JetStream) {
	t.Helper()
	nc := connect(t, n).Conn()
	s := &stub{nc: nc}
	s.keep(0, "")
	const prefix = "stub.API."
	if _, err := nc.Subscribe(prefix+">", s.serve); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.NewWithAPIPrefix(connect(t, n).Conn(), strings.TrimSuffix(prefix, "."))
	if err != nil {
		t.Fatal(err)
	}
	return s, js
}

func (s *stub) serve(m *nats.Msg) {
	if state := s.state.Load(); state.left.Add(-1) >= 0 {
		if state.answer != nil {
			m.Respond(state.answer)
		}
		return
	}
	m.Subject = jetstream.DefaultAPIPrefix + strings.TrimPrefix(m.Subject, "stub.API.")
	s.nc.PublishMsg(m)
}

// keep has the stub keep the next n questions from the server.
func (s *stub) keep(n int64, answer string) {
	var next state
	next.left.Store(n)
	if answer != "" {
		next.answer = []byte(answer)
	}
	s.state.Store(&next)
}

// TestLeaderless asks while there is no leader to answer.
func TestLeaderless(t *testing.T) {
	t.Parallel()
	n := single(t)
	n.start(t)
	stub, js := startStub(t, n)
	in := open(t, js)
	if _, err := in.Put(t.Context(), delivery("a", 100)); err != nil {
		t.Fatal(err)
	}
	ways := []struct {
		name   string
		answer string
		n      int64
	}{
		{"the server says so", unavailable, 3},
		{"the leader has gone with the question", "", 1},
	}
	for _, way := range ways {
		stub.keep(way.n, way.answer)
		found := 0
		for _, err := range in.Scan(t.Context(), ingest.Pending) {
			if err != nil {
				t.Fatalf("Scan, %s: %v", way.name, err)
			}
			found++
		}
		if found != 1 {
			t.Errorf("Scan, %s: %d deliveries, want 1", way.name, found)
		}
		stub.keep(way.n, way.answer)
		s, err := in.Stats(t.Context())
		if err != nil {
			t.Fatalf("Stats, %s: %v", way.name, err)
		}
		if s.Pending != 1 {
			t.Errorf("Stats, %s: %d pending, want 1", way.name, s.Pending)
		}
	}

	// Nobody waits longer than the caller.
	stub.keep(1<<40, unavailable)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := in.Stats(ctx)
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("Stats returns %v after its context has ended", took)
	}
	if api := new(jetstream.APIError); !errors.As(err, &api) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stats without a leader: %v", err)
	}
}
