package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
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
//	$DELIVERING      is another sandbox, with the same person, that delivers to $RECEIVER
//	$HOSTILE         is a server whose answers try to steer the terminal
//	$NOBODY          is a URL where nothing answers
//	$FREE            is an address to listen on
//	$LONG            is longer than a user id can be
//
// onejson checks that the standard output was one JSON value, status runs a program
// and checks its exit status, and eventually runs one until its standard output
// matches a pattern. traceid takes the trace id of an event just sent, eventid puts the id of a stored event into a variable, and newer
// has an SQLite store look as though a newer program had written it.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"onejson":    oneJSON,
			"status":     exitStatus,
			"eventually": eventuallyMatches,
			"eventid":    eventID,
			"traceid":    traceID,
			"newer":      makeNewer,
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
	delivering, err := sandbox.New()
	if err != nil {
		return err
	}
	env.Defer(delivering.Close)
	for _, provider := range []string{"GARMIN", "FITBIT"} {
		if _, err := delivering.Connect(provider, "ada"); err != nil {
			return err
		}
	}
	if err := delivering.SetDestinations([]sandbox.Destination{{URL: env.Getenv("RECEIVER")}}); err != nil {
		return err
	}
	env.Setenv("DELIVERING", serve(delivering)+"/api/v2")
	env.Setenv("HOSTILE", serve(http.HandlerFunc(hostile)))
	env.Setenv("NOBODY", gone.URL)
	env.Setenv("LONG", strings.Repeat("x", 1000))
	free := httptest.NewServer(http.NotFoundHandler())
	free.Close()
	env.Setenv("FREE", strings.TrimPrefix(free.URL, "http://"))
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

func eventuallyMatches(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually pattern program [argument...]")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err := ts.Exec(args[1], args[2:]...); err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("it never says so; the last time:\n%s%s", ts.ReadFile("stdout"), ts.ReadFile("stderr"))
}

func eventID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: eventid variable type state database")
	}
	ts.Check(ts.Exec("terrago", "events", "list", "--json", "--type", args[1], "--state", args[2], "--db", "sqlite:"+args[3]))
	var v struct{ Events []events.Event }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	if len(v.Events) == 0 {
		ts.Fatalf("there is no such event")
	}
	ts.Setenv(args[0], v.Events[0].ID)
}

func traceID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: traceid variable")
	}
	var v sentEvent
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	ts.Setenv(args[0], v.TraceID)
}

func makeNewer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newer database")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec("INSERT INTO healthdb_migrations (version, applied_at) VALUES (1000, '')")
	ts.Check(err)
}
