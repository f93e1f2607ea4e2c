package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/sandbox"
)

// process is the command running as a process of its own.
type process struct {
	*exec.Cmd
	report json.RawMessage // the one JSON value it wrote
	rest   *bufio.Reader   // of the standard output
	log    *bytes.Buffer   // the standard error; to be read once it has ended
}

// start runs terrago in a directory of its own and waits for the JSON value it
// writes when it is ready.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), "terrago", append(args, "--json")...), log: new(bytes.Buffer)}
	p.Stderr = p.log
	p.Dir = t.TempDir()
	p.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "TERRA_") })
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(stdout)
	if err := dec.Decode(&p.report); err != nil {
		p.Wait()
		t.Fatalf("no JSON value: %v\n%s", err, p.log)
	}
	p.rest = bufio.NewReader(io.MultiReader(dec.Buffered(), stdout))
	return p
}

// end sends the signal and checks that the command ends well.
func (p *process) end(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(p.rest)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatalf("after %v: %v\n%s", signal, err, p.log)
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		t.Error("the standard output holds more than one JSON value")
	}
}

func (p *process) decode(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(p.report, v); err != nil {
		t.Fatal(err)
	}
}

func get200(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", url, resp.Status, err)
	}
	return string(b)
}

func TestDev(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			p := start(t, "dev", "--addr", "127.0.0.1:0")
			var report devReport
			p.decode(t, &report)
			if len(report.Records) != 7 {
				t.Errorf("%d types of data are counted, want 7", len(report.Records))
			}
			for _, r := range report.Records {
				if r.Count == 0 && r.Type != "menstruation" {
					t.Errorf("no %s was fetched", r.Type)
				}
			}
			if len(report.Deliveries) != 5 || report.Deliveries[0].Event != "auth" {
				t.Errorf("%d first deliveries, want an auth event and four more", len(report.Deliveries))
			}
			for _, d := range report.Deliveries {
				if !d.Verified {
					t.Errorf("the %s delivery is not verified", d.Event)
				}
			}
			for _, table := range []string{"connections", "dailies", "sleeps", "samples"} {
				if !slices.ContainsFunc(report.Rows, func(r tableRows) bool { return r.Table == table && r.Rows > 0 }) {
					t.Errorf("nothing has landed in %s", table)
				}
			}
			if !slices.ContainsFunc(report.Rows, func(r tableRows) bool { return r.Table == "dailies" && r.Rows >= 28 }) {
				t.Error("the month is not full")
			}
			page := get200(t, report.Console)
			for _, want := range []string{report.User.UserID, report.Receiver, report.BaseURL, "verified"} {
				if !strings.Contains(page, want) {
					t.Errorf("the console does not show %s", want)
				}
			}
			p.end(t, signal)
			if !strings.Contains(p.log.String(), "Stopped.") {
				t.Error("it does not say that it stopped")
			}
		})
	}
}

// TestDevGoesOn: what has landed is there at the next start, and is added to, and
// nothing of it is lost. Nobody else can use the directory meanwhile.
func TestDevGoesOn(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	var first, second, third devReport
	p := start(t, "dev", "--addr", "127.0.0.1:0", "--dir", dir)
	p.decode(t, &first)
	status, _, log := terrago(t, "dev", "--addr", "127.0.0.1:0", "--dir", dir)
	if status != exitUsage || !strings.Contains(log, "--dir") {
		t.Errorf("a second one at the same time: status %d\n%s", status, log)
	}
	if _, counts := listEvents(t, "--dir", dir); counts != (eventCounts{Applied: 5}) {
		t.Errorf("after the first start: %+v", counts)
	}
	p.end(t, os.Interrupt)
	ignore := filepath.Join(dir, ".gitignore")
	if err := os.WriteFile(ignore, []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	p = start(t, "dev", "--addr", "127.0.0.1:0", "--dir", dir)
	p.decode(t, &second)
	client, err := terra.New(terra.Credentials{DevID: sandbox.DefaultDevID, APIKey: sandbox.DefaultAPIKey}, terra.WithBaseURL(second.BaseURL))
	if err != nil {
		t.Fatal(err)
	}
	weekAgo := health.DateOf(time.Now()).AddDays(-7)
	if _, err := client.Daily.Request(t.Context(), second.User.UserID, terra.Days(weekAgo, 1), terra.WithSamples(true)); err != nil {
		t.Fatal(err)
	}
	awaitCounts(t, eventCounts{Applied: 8}, "--dir", dir)
	p.end(t, os.Interrupt)
	if first.User.UserID != second.User.UserID || first.Store != second.Store {
		t.Error("the second start does not go on where the first was")
	}
	// The same days once more are the same rows.
	if !slices.Equal(first.Rows, second.Rows) {
		t.Errorf("%v became %v", first.Rows, second.Rows)
	}
	p = start(t, "dev", "--addr", "127.0.0.1:0", "--dir", dir)
	p.decode(t, &third)
	p.end(t, os.Interrupt)
	samples := func(r tableRows) bool { return r.Table == "samples" }
	before, after := slices.IndexFunc(second.Rows, samples), slices.IndexFunc(third.Rows, samples)
	if before < 0 || after < 0 || third.Rows[after].Rows <= second.Rows[before].Rows {
		t.Error("the samples that were delivered meanwhile are gone")
	}
	for _, name := range []string{".gitignore", devState, devDB} {
		if !exists(filepath.Join(dir, name)) {
			t.Errorf("there is no %s", name)
		}
	}
	if text, err := os.ReadFile(ignore); err != nil || string(text) != "mine\n" {
		t.Errorf("it overwrites a .gitignore: %v", err)
	}
	db, err := sql.Open("sqlite", second.Store)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var day, kind string
	if err := db.QueryRow("SELECT day, typeof(distance_steps) FROM dailies LIMIT 1").Scan(&day, &kind); err != nil || kind != "integer" || len(day) != len("2026-01-02") {
		t.Errorf("the columns are not typed: %q, %q, %v", day, kind, err)
	}
}

func TestSandbox(t *testing.T) {
	t.Parallel()
	hook := start(t, "dev", "--addr", "127.0.0.1:0")
	var dev devReport
	hook.decode(t, &dev)
	p := start(t, "sandbox", "--addr", "localhost:0", "--destination", dev.Receiver)
	var report struct {
		Console string `json:"console"`
		BaseURL string `json:"base_url"`
		Legacy  string `json:"legacy_base_url"`
	}
	p.decode(t, &report)

	terrago := func(args ...string) string {
		t.Helper()
		var out, log bytes.Buffer
		args = append(args, "--sandbox", "--base-url", report.BaseURL)
		if status := run(t.Context(), args, stdio{strings.NewReader(""), &out, &log}); status != exitDone {
			t.Fatalf("terrago %s: status %d\n%s", args[0], status, &log)
		}
		return out.String()
	}
	// The way the README shows it.
	for _, base := range []string{report.BaseURL, report.Legacy} {
		if !strings.Contains(get200(t, base+"/integrations"), "FITBIT") {
			t.Error("the providers are not listed")
		}
	}
	resp, err := http.Post(strings.TrimSuffix(report.BaseURL, "/api/v2")+"/_sandbox/users", "application/json",
		strings.NewReader(`{"provider":"OURA","reference_id":"ada"}`))
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("nobody was connected: %v", err)
	}
	resp.Body.Close()
	if !strings.Contains(terrago("users"), "ada") {
		t.Error("the person connected is not listed")
	}
	if got := terrago("trigger", "sleep"); !strings.Contains(got, "sleep delivered to "+dev.Receiver) {
		t.Error("the event was not delivered")
	}
	if !strings.Contains(get200(t, report.Console), `data-event="sleep"`) {
		t.Error("the console does not show the delivery")
	}
	p.end(t, os.Interrupt)
	hook.end(t, os.Interrupt)
	if !strings.Contains(hook.log.String(), "verified  sleep") {
		t.Error("the receiver does not tell of a later delivery")
	}
}

// TestStoppedAtOnce: who is told to stop before having begun has not failed.
func TestStoppedAtOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{
		{"dev", "--dir", t.TempDir()},
		{"serve", "--sandbox", "--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db")},
	} {
		var out, log bytes.Buffer
		status := run(ctx, append(args, "--addr", "127.0.0.1:0"), stdio{strings.NewReader(""), &out, &log})
		if status != exitDone || out.Len() > 0 || strings.Contains(log.String(), "terrago:") {
			t.Errorf("%s: status %d; it says:\n%s%s", args[0], status, log.String(), out.String())
		}
	}
}

// TestNothingIsLeftRunning is not parallel: it looks at every goroutine there is.
func TestNothingIsLeftRunning(t *testing.T) {
	for name, args := range map[string][]string{
		"dev":   {"dev", "--dir", t.TempDir()},
		"serve": {"serve", "--sandbox", "--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db"), "--inbox", "embedded"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out, in := io.Pipe()
			status := make(chan int, 1)
			go func() {
				status <- run(ctx, append(args, "--addr", "127.0.0.1:0", "--json"), stdio{strings.NewReader(""), in, io.Discard})
				in.Close()
			}()
			var report struct{ Console, Ops string }
			if err := json.NewDecoder(out).Decode(&report); err != nil {
				t.Fatal(err)
			}
			get200(t, cmp.Or(report.Console, report.Ops+"/metrics"))
			cancel()
			if got := <-status; got != exitDone {
				t.Errorf("status %d, want %d", got, exitDone)
			}
			http.DefaultClient.CloseIdleConnections()

			deadline := time.Now().Add(patience)
			for {
				left := ours()
				if len(left) == 0 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("%d goroutines are left:\n\n%s", len(left), strings.Join(left, "\n\n"))
				}
				runtime.Gosched()
			}
		})
	}
}

// ours are the goroutines, but for this one, that run or wait on behalf of code of
// this project.
func ours() []string {
	buf := make([]byte, 1<<20)
	stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	return slices.DeleteFunc(stacks[1:], func(stack string) bool {
		return !strings.Contains(stack, "github.com/terra-go/terra") && !strings.Contains(stack, "net/http.(*conn).serve") ||
			strings.Contains(stack, "testing.(*T).Run")
	})
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	taken := start(t, "sandbox", "--addr", "127.0.0.1:0")
	defer taken.end(t, os.Interrupt)
	var report struct {
		BaseURL string `json:"base_url"`
	}
	taken.decode(t, &report)
	host := strings.TrimSuffix(strings.TrimPrefix(report.BaseURL, "http://"), "/api/v2")
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"taken":            {[]string{"dev", "--addr", host}, "choose another port, or 0"},
		"for all":          {[]string{"dev", "--addr", "0.0.0.0:0"}, "this machine only"},
		"receiver for all": {[]string{"dev", "--addr", "127.0.0.1:0", "--receiver-addr", ":0"}, "this machine only"},
		"no address":       {[]string{"sandbox", "--addr", "nonsense"}, "--addr"},
		"no such port":     {[]string{"sandbox", "--addr", "127.0.0.1:99999"}, "cannot listen"},
		"another machine":  {[]string{"sandbox", "--addr", "192.0.2.1:8787"}, "--addr"},
		"no URL":           {[]string{"sandbox", "--addr", "127.0.0.1:0", "--public-url", "nonsense"}, "public URL"},
		"no destination":   {[]string{"sandbox", "--addr", "127.0.0.1:0", "--destination", "nonsense"}, "destination"},
		"no such provider": {[]string{"dev", "--addr", "127.0.0.1:0", "--provider", "SUNDIAL"}, "terrago providers"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, log bytes.Buffer
			if tc.args[0] == "dev" {
				tc.args = append(tc.args, "--dir", t.TempDir())
			}
			if status := run(t.Context(), tc.args, stdio{strings.NewReader(""), &out, &log}); status != exitUsage {
				t.Errorf("status %d, want %d", status, exitUsage)
			}
			if !strings.Contains(log.String(), tc.says) {
				t.Errorf("it does not mention %q:\n%s", tc.says, &log)
			}
			if out.Len() > 0 {
				t.Error("something is written to the standard output")
			}
		})
	}
}

func TestSandboxForOthers(t *testing.T) {
	t.Parallel()
	p := start(t, "sandbox", "--addr", "0.0.0.0:0", "--public-url", "http://sandbox:8787")
	var report struct {
		Console string `json:"console"`
	}
	p.decode(t, &report)
	for host, want := range map[string]int{"sandbox:8787": 200, "rebound.example": http.StatusMisdirectedRequest} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, report.Console, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("under %s: status %d, want %d", host, resp.StatusCode, want)
		}
	}
	p.end(t, os.Interrupt)
}
