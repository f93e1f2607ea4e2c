package main

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/terra-go/terra/cmd/terrago/internal/receiver"
	"github.com/terra-go/terra/sandbox"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"terrago": main})
}

// TestScripts runs the command as a process of its own, against a sandbox in this
// one. In a script,
//
//	$TERRA_BASE_URL  is that sandbox, so that --sandbox is enough to reach it
//	$USER_ID         is somebody connected to it under the reference id ada
//	$RECEIVER        takes webhooks, and is no destination yet
//	$HOSTILE         is a server whose answers try to steer the terminal
//	$NOBODY          is an address where nothing answers
//
// onejson checks that the standard output was one JSON value, and status runs a
// program and checks its exit status.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"onejson": oneJSON,
			"status":  exitStatus,
		},
	})
}

func setup(env *testscript.Env) error {
	s, err := sandbox.New()
	if err != nil {
		return err
	}
	env.Defer(s.Close)
	user, err := s.Connect("GARMIN", "ada")
	if err != nil {
		return err
	}
	hook, err := receiver.New(sandbox.DefaultSigningSecret, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	serve := func(h http.Handler) string {
		server := httptest.NewServer(h)
		env.Defer(server.Close)
		return server.URL
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	env.Setenv("TERRA_BASE_URL", serve(s)+"/api/v2")
	env.Setenv("USER_ID", user.UserID)
	env.Setenv("RECEIVER", serve(hook))
	env.Setenv("HOSTILE", serve(http.HandlerFunc(hostile)))
	env.Setenv("NOBODY", gone.URL)
	return nil
}

// hostile lists providers whose names clear the screen, move the cursor, set the
// title and turn the direction of writing.
func hostile(w http.ResponseWriter, _ *http.Request) {
	names := []string{"\x1b[2J", "\x1b]0;pwned\a", "\u009b2J", "A\rB", "\u202eEVIL"}
	json.NewEncoder(w).Encode(map[string]any{"status": "success", "providers": names, "sdk_providers": []string{}})
}

func oneJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: onejson")
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var v any
	if err := dec.Decode(&v); err != nil {
		ts.Fatalf("the standard output is not JSON: %v", err)
	}
	if err := dec.Decode(&v); err != io.EOF {
		ts.Fatalf("the standard output holds more than one JSON value")
	}
}

func exitStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status number program [argument...]")
	}
	status := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("not run: %v", err)
		}
		status = exit.ExitCode()
	}
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("exit status %d, want %s", status, args[0])
	}
}
