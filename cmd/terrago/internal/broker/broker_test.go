package broker_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/terra-go/terra/cmd/terrago/internal/broker"
	"github.com/terra-go/terra/cmd/terrago/internal/filelock"
)

func start(t *testing.T, dir string) *broker.Server {
	t.Helper()
	s, err := broker.Start(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBroker(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "inbox.d")
	if _, err := broker.Dial(t.Context(), dir); !errors.Is(err, broker.ErrNotRunning) {
		t.Errorf("before there is a directory: %v", err)
	}
	s := start(t, dir)
	if _, err := broker.Start(dir, slog.New(slog.DiscardHandler)); !errors.Is(err, filelock.ErrHeld) {
		t.Errorf("a second server: %v", err)
	}
	inside, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer inside.Close()
	outside, err := broker.Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	sub, err := outside.SubscribeSync("x")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(outside.Flush(), inside.Publish("x", []byte("hello"))); err != nil {
		t.Fatal(err)
	}
	if msg, err := sub.NextMsgWithContext(t.Context()); err != nil || string(msg.Data) != "hello" {
		t.Errorf("what is said inside is not heard outside: %v", err)
	}

	// Without the token nobody gets in, and only this user can read it.
	stranger, err := nats.Connect("nats://" + outside.ConnectedAddr())
	if err == nil {
		stranger.Close()
		t.Error("a connection without the token is accepted")
	}
	info, err := os.Stat(filepath.Join(dir, "address"))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the address is for others to read: %v", err)
	}

	inside.Close()
	outside.Close()
	s.Close()
	if _, err := broker.Dial(t.Context(), dir); !errors.Is(err, broker.ErrNotRunning) {
		t.Errorf("after the end: %v", err)
	}
	again := start(t, dir)
	again.Close()
}
