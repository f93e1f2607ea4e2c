package sandbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/sandbox/synth"
)

func snapshot(t *testing.T, s *sandbox.Server) []byte {
	t.Helper()
	b, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRestoredServer: with the state of another, a server is that other.
func TestRestoredServer(t *testing.T) {
	t.Parallel()
	one, two := sandboxtest.New(t, sandbox.WithNow(noon)), sandboxtest.New(t, sandbox.WithNow(noon))
	down := []sandbox.Destination{{URL: "http://127.0.0.1:1/hook", Secret: "its own"}, {URL: "http://127.0.0.1:1", Mode: sandbox.ModePing}}
	if err := one.SetDestinations(down); err != nil {
		t.Fatal(err)
	}
	if err := one.SetRetryProfile("faq"); err != nil {
		t.Fatal(err)
	}
	anna := connect(t, one, "GARMIN", "anna").UserID
	connect(t, one, "OURA", "anna")
	nobody := connect(t, one, "FITBIT", "").UserID
	newcomer, err := one.Connect("POLAR", "newcomer", sandbox.WithPersona(synth.Newcomer))
	if err != nil {
		t.Fatal(err)
	}
	call(t, one, "PATCH", "/api/v2/users/"+anna, `{"reference_id":"hanna"}`)
	session := call(t, one, "POST", "/api/v2/auth/generateWidgetSession", `{"providers":"OURA","reference_id":"ben"}`).object(t)["session_id"].(string)
	promised := call(t, one, "POST", "/api/v2/auth/authenticateUser?resource=GARMIN&reference_id=cleo", "").object(t)["user_id"]
	trigger(t, one.Server, "sleep", anna)
	if _, err := one.AddRule(sandbox.Rule{On: "GET /sleep", Times: 3, Fault: sandbox.Fault{Kind: sandbox.FaultStatus, Status: 502}}); err != nil {
		t.Fatal(err)
	}
	call(t, one, "GET", "/api/v2/sleep?to_webhook=false&start_date=2026-06-01&user_id="+anna, "")
	call(t, one, "GET", "/api/v2/daily?start_date=2026-01-01&end_date=2026-04-01&user_id="+anna, "")
	if err := one.Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}

	b := snapshot(t, one.Server)
	if err := two.Restore(b); err != nil {
		t.Fatal(err)
	}
	if !one.Now().Equal(two.Now()) {
		t.Error("the clocks differ")
	}
	paths := []string{
		"/_sandbox/destinations", "/_sandbox/retries", "/_sandbox/rules", "/_sandbox/deliveries",
		"/api/v2/subscriptions",
		"/api/v2/userInfo?reference_id=hanna",
		"/api/v2/daily?to_webhook=false&start_date=2026-06-01&end_date=2026-06-15&with_samples=true&user_id=" + anna,
		"/api/v2/daily?to_webhook=false&start_date=2026-06-01&end_date=2026-06-15&user_id=" + nobody,
		"/api/v2/daily?to_webhook=false&start_date=2026-06-01&end_date=2026-06-15&user_id=" + newcomer.UserID,
	}
	for _, d := range one.Deliveries() {
		paths = append(paths, "/_sandbox/deliveries/"+d.ID)
	}
	for _, path := range paths {
		a, b := call(t, one, "GET", path, ""), call(t, two, "GET", path, "")
		if a.StatusCode != 200 || a.StatusCode != b.StatusCode || a.text != b.text {
			t.Errorf("%s: status %d and %d, the same body %t", path, a.StatusCode, b.StatusCode, a.text == b.text)
		}
		if a, b := a.Header.Get("X-Terra-RateLimit-Remaining"), b.Header.Get("X-Terra-RateLimit-Remaining"); a != b {
			t.Errorf("%s: %s and %s days remain", path, a, b)
		}
	}
	if a := call(t, two, "GET", "/session/"+session, ""); a.StatusCode != 410 {
		t.Errorf("a session of an hour ago: status %d, want 410", a.StatusCode)
	}

	// Ids go on where they were: the same account once more is the next id on both.
	for _, s := range []*sandboxtest.Server{one, two} {
		if again := call(t, s, "POST", "/api/v2/auth/authenticateUser?resource=GARMIN&reference_id=cleo", "").object(t)["user_id"]; again == promised {
			t.Error("an id is promised twice")
		}
	}
	if u, v := connect(t, one, "GARMIN", "hanna"), connect(t, two, "GARMIN", "hanna"); u.UserID != v.UserID || u.UserID == anna {
		t.Error("the next id is another")
	}
	// The rule has struck once, and does so twice more.
	var codes []int
	for range 3 {
		codes = append(codes, call(t, two, "GET", "/api/v2/sleep?to_webhook=false&start_date=2026-06-01&user_id="+nobody, "").StatusCode)
	}
	if !reflect.DeepEqual(codes, []int{502, 502, 200}) {
		t.Errorf("a rule for three times that has struck once: %v", codes)
	}
}

// TestRestoredSession: a session begun before goes on after.
func TestRestoredSession(t *testing.T) {
	t.Parallel()
	one, two := sandboxtest.New(t), sandboxtest.New(t)
	session := call(t, one, "POST", "/api/v2/auth/generateWidgetSession", `{"providers":"OURA","reference_id":"ben"}`).object(t)["session_id"].(string)
	if err := two.Restore(snapshot(t, one.Server)); err != nil {
		t.Fatal(err)
	}
	if a := call(t, two, "POST", "/oauth/OURA?state="+session, "decision=allow", "Content-Type", "application/x-www-form-urlencoded"); a.StatusCode != 200 {
		t.Errorf("agreeing: status %d", a.StatusCode)
	}
	if users := two.Users(); len(users) != 1 || users[0].ReferenceID.Or("") != "ben" {
		t.Error("nobody connected")
	}
	b := snapshot(t, two.Server)
	if err := one.Restore(b); err != nil {
		t.Fatal(err)
	}
	if a := call(t, one, "GET", "/session/"+session, ""); a.StatusCode != http.StatusGone {
		t.Errorf("a used session: status %d, want 410", a.StatusCode)
	}
}

// TestRestoredDeliveries: a delivery goes on with its schedule, a chunk and a ping's
// link lead to what they led to, and the destination's bad day is not forgotten.
func TestRestoredDeliveries(t *testing.T) {
	t.Parallel()
	var bodies [2]map[string]bool
	code := 503
	served := make([]*sandbox.Server, 2)
	for i := range served {
		bodies[i] = map[string]bool{}
		s, err := sandbox.New(sandbox.WithNow(noon), sandbox.WithTransport(transport(func(r *http.Request) (*http.Response, error) {
			b, _ := io.ReadAll(r.Body)
			bodies[i][r.Header.Get("X-Terra-Trace-Id")+string(b)] = true
			return status(code)
		})))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		served[i] = s
	}
	one, two := served[0], served[1]
	one.SetDestinations([]sandbox.Destination{{URL: "http://one.example"}})
	u, err := one.Connect("GARMIN", "anna")
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := serve(one, "GET", "/api/v2/activity?start_date=2026-04-01&end_date=2026-06-01&user_id="+u.UserID, "", "localhost"); status != 200 && status != 202 {
		t.Fatalf("large request: status %d", status)
	}
	advance(t, one, 10*time.Minute)
	before := one.Deliveries()
	if err := two.Restore(snapshot(t, one)); err != nil {
		t.Fatal(err)
	}
	after := two.Deliveries()
	if len(after) != len(before) || len(after) < 4 {
		t.Fatalf("%d deliveries of %d", len(after), len(before))
	}
	if !two.Destinations()[0].FailingSince.Equal(one.Destinations()[0].FailingSince) {
		t.Error("the failure begins anew")
	}
	for i := range after {
		if a, b := after[i], before[i]; a.ID != b.ID || a.State != b.State || !a.NextRetry.Equal(b.NextRetry) || len(a.Attempts) != len(b.Attempts) {
			t.Errorf("delivery %d has become another", i)
		}
	}
	code = 200
	advance(t, two, 24*time.Hour)
	for _, d := range two.Deliveries() {
		if d.State != sandbox.StateDelivered || len(d.Attempts) != len(before[0].Attempts)+1 {
			t.Errorf("%s after %d attempts", d.State, len(d.Attempts))
		}
	}
	if !reflect.DeepEqual(bodies[0], bodies[1]) {
		t.Error("something else was delivered than before")
	}
}

// TestRestoredPing: a link of a ping holds in the next server, as long as it would
// have.
func TestRestoredPing(t *testing.T) {
	t.Parallel()
	one, two := sandboxtest.New(t, sandbox.WithNow(noon)), sandboxtest.New(t, sandbox.WithNow(noon))
	r := listen(t, one)
	one.SetDestinations([]sandbox.Destination{{URL: r.URL, Mode: sandbox.ModePing}})
	user := connect(t, one, "GARMIN", "anna").UserID
	trigger(t, one.Server, "daily", user)
	r.arrived(t, one)
	list := one.Deliveries()
	var link struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(list[len(list)-1].Body, &link); err != nil {
		t.Fatal("no link")
	}
	if err := two.Restore(snapshot(t, one.Server)); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(link.URL, one.URL)
	if a, b := call(t, one, "GET", path, ""), call(t, two, "GET", path, ""); a.StatusCode != 200 || a.text != b.text {
		t.Errorf("status %d and %d", a.StatusCode, b.StatusCode)
	}
	advance(t, two.Server, 5*time.Minute)
	if a := call(t, two, "GET", path, ""); a.StatusCode != 400 {
		t.Errorf("late: status %d, want 400", a.StatusCode)
	}
}

// TestRestoreRefuses: what is no state is an error that says why, and changes
// nothing.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t)
	connect(t, s, "GARMIN", "anna")
	if err := s.SetDestinations([]sandbox.Destination{{URL: "http://127.0.0.1:1"}}); err != nil {
		t.Fatal(err)
	}
	trigger(t, s.Server, "auth", s.Users()[0].UserID)
	s.Flush(t.Context())
	good := snapshot(t, s.Server)
	change := func(path string, v any) string {
		b, err := replace(good, path, v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for text, want := range map[string]string{
		"":                               "empty",
		" \n":                            "empty",
		string(good[:100]):               "not valid JSON at byte",
		string(good) + "}":               "not valid JSON at byte",
		"[]":                             "not the state of a sandbox",
		"{}":                             "not the state of a sandbox",
		`{"version":"1"}`:                "not the state of a sandbox",
		change("version", 2):             "newer",
		change("seed", 2):                "seed 2",
		change("seed", "2"):              "seed has the wrong type",
		change("clock_ahead", -1):        "clock",
		change("retry_profile", "never"): "retry profile",
		change("more", 1):                "unknown",
		change("users.0.user.provider", "NOBODY"):   "user 0",
		change("users.1", map[string]any{}):         "user 1",
		change("destinations.0.url", "nowhere"):     "destination 0",
		change("deliveries.0.state", "delivered"):   "delivery 0",
		change("deliveries.0.place", -1):            "delivery 0",
		change("sections.more", 1):                  "section",
		change("sections.rules", 1):                 "rules",
		change("sections.requested_days", 1):        "requested_days",
		change("sessions", []any{map[string]any{}}): "session 0",
		change("payloads", []any{map[string]any{}}): "payload 0",
		change("issued.0.count", -1):                "count",
	} {
		err := s.Restore([]byte(text))
		var bad *sandbox.StateError
		if !errors.As(err, &bad) || !strings.Contains(bad.Reason, want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
	if !bytes.Equal(snapshot(t, s.Server), good) {
		t.Error("a refused state has changed something")
	}
}

// replace sets one member of a JSON document.
func replace(b []byte, path string, v any) ([]byte, error) {
	var root any
	if err := json.Unmarshal(b, &root); err != nil {
		return nil, err
	}
	node, steps := root, strings.Split(path, ".")
	for _, step := range steps[:len(steps)-1] {
		node = at(node, step)
	}
	last := steps[len(steps)-1]
	switch node := node.(type) {
	case map[string]any:
		node[last] = v
	case []any:
		users := append(node, v)
		root.(map[string]any)[steps[0]] = users
	}
	return json.Marshal(root)
}

// TestStateFile: what one server did is there in the next; a change is kept without
// waiting for the end; nobody but the owner reads it.
func TestStateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sandbox.json")
	synctest.Test(t, func(t *testing.T) {
		open := func(opts ...sandbox.Option) *sandbox.Server {
			s, err := sandbox.New(append(opts, sandbox.WithState(path))...)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		one := open()
		if err := one.SetRetryProfile("day"); err != nil {
			t.Fatal(err)
		}
		u, err := one.Connect("GARMIN", "anna")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		kept, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(kept, []byte(u.UserID)) {
			t.Error("not kept a second later")
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Error("others may read the file")
		}
		one.Connect("GARMIN", "ben")
		one.Close()
		one.Close()

		two := open()
		if len(two.Users()) != 2 || two.Users()[0].UserID != u.UserID {
			t.Error("what happened just before the end is not kept")
		}
		if v := retryProfile(two); v != "day" {
			t.Errorf("retry profile %s, want day", v)
		}
		two.Reset()
		two.Close()
		three := open(sandbox.WithRetryProfile("faq"))
		if len(three.Users()) != 0 {
			t.Error("a reset is not kept")
		}
		if v := retryProfile(three); v != "faq" {
			t.Errorf("retry profile %s, want the one that the option names", v)
		}
		three.Close()
	})
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("%d files, want the one", len(files))
	}
}

func retryProfile(s *sandbox.Server) string {
	_, text := serve(s, "GET", "/_sandbox/retries", "", "localhost")
	var v struct {
		Profile string `json:"profile"`
	}
	json.Unmarshal([]byte(text), &v)
	return v.Profile
}

// TestBadStateFile: a file that is no state is left alone.
func TestBadStateFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"empty": "", "cut": `{"version":1,"seed":`, "newer": `{"version":99,"more":true}`, "other": `{"version":1,"seed":2}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var bad *sandbox.StateError
		if _, err := sandbox.New(sandbox.WithState(path)); !errors.As(err, &bad) {
			t.Errorf("%s: %v, want a StateError", name, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Errorf("%s: the file was changed", name)
		}
	}
	for _, path := range []string{"", dir, filepath.Join(dir, "none", "file")} {
		if _, err := sandbox.New(sandbox.WithState(path)); err == nil {
			t.Errorf("a path that cannot be a file was taken")
		}
	}
}

// TestStateFileBehindLink: the link stays, and what it leads to is written.
func TestStateFileBehindLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	first, err := sandbox.New(sandbox.WithState(path))
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	if err := os.Symlink(path, link); err != nil {
		t.Skipf("SKIPPED: links cannot be made here (%v); on Windows, turn on its developer mode", err)
	}
	s, err := sandbox.New(sandbox.WithState(link))
	if err != nil {
		t.Fatal(err)
	}
	u, _ := s.Connect("GARMIN", "anna")
	s.Close()
	if b, err := os.ReadFile(path); err != nil || !bytes.Contains(b, []byte(u.UserID)) {
		t.Error("not written to where the link leads")
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
}

// FuzzRestore: no input does harm, and what is restored is what is saved.
func FuzzRestore(f *testing.F) {
	one, err := sandbox.New(sandbox.WithNow(noon))
	if err != nil {
		f.Fatal(err)
	}
	one.SetDestinations([]sandbox.Destination{{URL: "http://127.0.0.1:1"}})
	one.Connect("GARMIN", "anna")
	one.AddRule(sandbox.Rule{Fault: sandbox.Fault{Kind: sandbox.FaultDrop}})
	b, err := one.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	one.Close()
	f.Add(b)
	f.Add([]byte(`{"version":1,"seed":1,"retry_profile":"current"}`))
	f.Add([]byte(`{"version":1}`))
	s, err := sandbox.New(sandbox.WithNow(noon), sandbox.WithTransport(transport(func(*http.Request) (*http.Response, error) { return status(500) })))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, b []byte) {
		if s.Restore(b) != nil {
			return
		}
		again, err := s.Snapshot()
		if err != nil {
			t.Fatalf("a state that was restored is not saved: %v", err)
		}
		if err := s.Restore(again); err != nil {
			t.Errorf("a state that was restored is refused after it was saved: %v", err)
		}
	})
}
