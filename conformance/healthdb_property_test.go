package conformance

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

var (
	orderRounds = flag.Int("orders", 0, "rounds of the tests that order makes no difference to healthdb, eight orders each; 0 for those that take little time")
	orderSeed   = flag.Uint64("order-seed", 1, "the first round's seed")
)

// ordersOf is how many rounds to do, in all: few with -short, under the race detector,
// which takes ten times as long and learns nothing from one more order.
func ordersOf(rounds, short int) int {
	switch {
	case *orderRounds > 0:
		return *orderRounds
	case testing.Short():
		return short
	}
	return rounds
}

// TestOrderMakesNoDifference applies parts of a history in an order of chance, with
// repetitions, and compares all rows with those of the order in which it happened.
func TestOrderMakesNoDifference(t *testing.T) {
	t.Parallel()
	history := recordHistory(t).events
	eachDatabase(t, func(t *testing.T, d database) {
		s := newRows(t, inMemory(t, d))
		rounds, length := ordersOf(250, 5), 10
		if d.Dialect == sqldb.Postgres {
			rounds = ordersOf(50, 3)
		}
		for round := range rounds {
			seed := *orderSeed + uint64(round)
			r := rand.New(rand.NewPCG(seed, 0))
			part := r.Perm(len(history))[:length]
			if round%50 == 0 {
				part = r.Perm(len(history)) // all of it
			}
			slices.Sort(part)
			want := s.after(t, history, inOrder(part))
			for range 8 {
				order := shuffle(r, part)
				if diff := want.diff(s.after(t, history, order)); diff != "" {
					t.Fatalf("seed %d: %s", seed, s.explain(t, history, part, order, diff))
				}
			}
		}
	})
}

// TestTwoWorkersMakeNoDifference applies a history by several workers at the same
// time, which are processes of their own as far as the database can tell.
func TestTwoWorkersMakeNoDifference(t *testing.T) {
	t.Parallel()
	history := recordHistory(t).events
	eachDatabase(t, func(t *testing.T, d database) {
		s := newRows(t, d)
		workers := []*healthdb.DB{s.db, openStore(t, d), openStore(t, d)}
		all := make([]int, len(history))
		for i := range all {
			all[i] = i
		}
		want := s.after(t, history, inOrder(all))
		for round := range ordersOf(10, 3) {
			seed := *orderSeed + uint64(round)
			r := rand.New(rand.NewPCG(seed, 1))
			s.reset(t)
			steps := make(chan step)
			var wg sync.WaitGroup
			for _, db := range workers {
				wg.Go(func() {
					for step := range steps {
						if err := history[step.event].apply(t.Context(), db, step.replay); err != nil && err != healthdb.ErrNoDelivery {
							t.Errorf("seed %d: %s: %v", seed, history[step.event].name, err)
						}
					}
				})
			}
			for _, step := range shuffle(r, all) {
				steps <- step
			}
			close(steps)
			wg.Wait()
			if diff := want.diff(s.read(t)); diff != "" {
				t.Fatalf("seed %d: the rows differ:%s", seed, diff)
			}
		}
	})
}

// TestHistory looks at what becomes of the history, which the other tests only
// compare with itself.
func TestHistory(t *testing.T) {
	t.Parallel()
	h := recordHistory(t)
	eachDatabase(t, func(t *testing.T, d database) {
		s := newRows(t, d)
		order := make([]int, len(h.events))
		for i := range order {
			order[i] = len(order) - 1 - i // backwards
		}
		rows := s.after(t, h.events, inOrder(order))
		if n := len(rows["connections"]); n != 3 {
			t.Fatalf("%d connections, want the ring, the watch and another ring", n)
		}
		find := func(userID string) healthdb.Connection {
			c, err := s.db.ConnectionOf(t.Context(), userID)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		ring := find("fifth")
		for i, id := range h.ring {
			if find(id).ID != ring.ID {
				t.Errorf("id %d of the ring is another connection", i+1)
			}
		}
		if ring.UserID != "fifth" || ring.ReferenceID != "hanna" || ring.Provider != "OURA" || ring.Status != healthdb.StatusActive || !ring.CreatedAt.Equal(h.start) {
			t.Error("the ring is not as it was last connected, since it was first connected")
		}
		if ids, err := s.db.UserIDs(t.Context(), ring.ID); err != nil || len(ids) != len(h.ring) {
			t.Errorf("the ring has %d ids, want %d; error: %v", len(ids), len(h.ring), err)
		}
		if watch := find(h.watch); watch.Status != healthdb.StatusDeauthenticated || watch.Provider != "GARMIN" || watch.ReferenceID != "anna" {
			t.Error("the watch is not as it was left")
		}
		if other := find("other-ring"); other.Status != healthdb.StatusActive || other.UserID != "other-ring" {
			t.Error("the other ring is not as it was connected")
		}
		if _, err := s.db.ConnectionOf(t.Context(), "somebody else"); err != healthdb.ErrNoConnection {
			t.Errorf("error %v for an id that nobody has", err)
		}
		for table, want := range map[string]int{"dailies": 5, "sleeps": 2, "athletes": 1, "lab_reports": 1} {
			if n := len(rows[table]); n != want {
				t.Errorf("%s: %d rows, want %d", table, n, want)
			}
		}
		for _, night := range rows["sleeps"] {
			if night["data_enrichment_sleep_score"] == "" {
				t.Error("a night has lost its score")
			}
		}
	})
}

// TestProfile says whose word on a connection counts.
func TestProfile(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d database) {
		s := newRows(t, d)
		apply := func(clock, body string) error {
			at, err := time.Parse(time.TimeOnly, clock)
			if err != nil {
				t.Fatal(err)
			}
			at = at.AddDate(2026, 0, 0)
			header := http.Header{}
			header.Set(webhook.HeaderTraceID, "at "+clock+fmt.Sprint(len(body)))
			header.Set(webhook.HeaderOrderingTime, strconv.FormatInt(at.UnixMilli(), 10))
			return received{"", header, []byte(body), at}.apply(t.Context(), s.db, false)
		}
		const user = `{"user_id":"u","provider":"OURA","reference_id":"r"`
		for _, step := range []struct {
			name, clock, body string
			scopes            string
			status            healthdb.Status
		}{
			{"an auth", "10:15:00", `{"type":"auth","status":"success","user":` + user + `,"scopes":"a"}}`, "a", "active"},
			{"data of the same hour", "10:50:00", `{"type":"daily","data":[],"user":` + user + `,"scopes":"stale"}}`, "a", "active"},
			{"data of the next hour", "11:05:00", `{"type":"daily","data":[],"user":` + user + `,"scopes":"a,b"}}`, "a,b", "active"},
			{"a change without its outcome", "11:10:00", `{"type":"permission_change","scopes_added":"c","scopes_removed":"a","user":` + user + `}}`, "b,c", "active"},
			{"data without scopes", "13:00:00", `{"type":"daily","data":[],"user":` + user + `,"scopes":null}}`, "b,c", "active"},
			{"a change with its outcome", "13:10:00", `{"type":"permission_change","scopes_added":"x","user":` + user + `,"scopes":"d"}}`, "d", "active"},
			{"an error", "13:20:00", `{"type":"connection_error","user":` + user + `}}`, "d", "degraded"},
			{"an error of the time before", "10:00:00", `{"type":"access_revoked","user":` + user + `}}`, "d", "degraded"},
			{"an auth that failed", "13:30:00", `{"type":"auth","status":"error","user":` + user + `}}`, "d", "degraded"},
			{"an end", "13:40:00", `{"type":"deauth","user":` + user + `,"active":false}}`, "d", "deauthenticated"},
			{"data after the end", "15:00:00", `{"type":"daily","data":[],"user":` + user + `,"active":true}}`, "d", "deauthenticated"},
			{"another auth", "15:10:00", `{"type":"auth","status":"success","user":` + user + `}}`, "d", "active"},
		} {
			if err := apply(step.clock, step.body); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			c, err := s.db.ConnectionOf(t.Context(), "u")
			if err != nil || c.Scopes == nil {
				t.Fatalf("%s: error %v, or no scopes", step.name, err)
			}
			if *c.Scopes != step.scopes || c.Status != step.status || c.Provider != "OURA" || c.ReferenceID != "r" {
				t.Errorf("after %s the connection is not as it should be: %s, %s", step.name, *c.Scopes, c.Status)
			}
		}

		before := s.read(t)
		if err := apply("15:20:00", `{"type":"daily","data":[],"user":`+user+`}}`); err != nil {
			t.Fatal(err)
		}
		after := s.read(t)
		delete(before, "deliveries")
		if diff := before.diff(after); diff != "" {
			t.Errorf("a profile that has not changed within the hour is written:%s", diff)
		}

		long := strings.Repeat("x", 513)
		for name, body := range map[string]string{
			"no user":             `{"type":"daily","data":[]}`,
			"no id":               `{"type":"auth","user":{"provider":"OURA"}}`,
			"a long id":           `{"type":"auth","user":{"user_id":"` + long + `"}}`,
			"a long reference id": `{"type":"daily","data":[],"user":{"user_id":"v","reference_id":"` + long + `"}}`,
			"a long provider":     `{"type":"deauth","user":{"user_id":"v","provider":"` + long + `"}}`,
			"no new id":           `{"type":"user_reauth","new_user":{},"old_user":{"user_id":"u"}}`,
		} {
			var permanent interface{ Permanent() bool }
			if err := apply("16:00:00", body); !errors.As(err, &permanent) || !permanent.Permanent() {
				t.Errorf("%s: error %v, want a permanent one", name, err)
			}
		}
		if err := apply("16:10:00", `{"type":"auth","user":{"user_id":"n\u0000","provider":"OURA","reference_id":"\u0000","scopes":"\u0000"}}`); err != nil {
			t.Errorf("NUL in what a user is called: %v", err)
		}
		if c, err := s.db.ConnectionOf(t.Context(), "n\x00"); err != nil || c.ReferenceID != "\uFFFD" {
			t.Errorf("NUL in what a user is called is not replaced; error %v", err)
		}
		if n := s.count(t, "connections"); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
	})
}

// step is to apply an event of a history, or to replay it out of the store.
type step struct {
	event  int
	replay bool
}

func inOrder(part []int) []step {
	steps := make([]step, len(part))
	for i, event := range part {
		steps[i].event = event
	}
	return steps
}

// shuffle is an order of all events of a part, some of which come more than once.
func shuffle(r *rand.Rand, part []int) []step {
	steps := inOrder(part)
	for range r.IntN(len(part)/2 + 1) {
		steps = append(steps, step{event: part[r.IntN(len(part))]})
	}
	r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	seen := map[int]bool{}
	for i := range steps {
		steps[i].replay = seen[steps[i].event] && r.IntN(2) == 0
		seen[steps[i].event] = true
	}
	return steps
}

// received is a delivery of a history.
type received struct {
	name   string
	header http.Header
	body   []byte
	at     time.Time
}

func (e received) apply(ctx context.Context, db *healthdb.DB, replay bool) error {
	if replay {
		return db.Replay(ctx, webhook.DeliveryID(e.header, e.body))
	}
	event, err := webhook.Parse(e.header, e.body)
	if err != nil {
		return err
	}
	return db.Apply(ctx, event, e.at)
}

// recordHistory has a sandbox live through all that can happen to a connection, and
// adds what it does not do.
func recordHistory(t *testing.T) *historian {
	t.Helper()
	h := &historian{t: t, start: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
	var err error
	h.server, err = sandbox.New(sandbox.WithSeed(7), sandbox.WithTransport(h), sandbox.WithNow(func() time.Time { return h.start }))
	if err != nil {
		t.Fatal(err)
	}
	defer h.server.Close()
	if err := h.server.SetDestinations([]sandbox.Destination{{URL: "http://127.0.0.1/webhooks"}}); err != nil {
		t.Fatal(err)
	}

	ring := h.connect("OURA", "anna")
	h.trigger(ring, "athlete", "daily", "sleep", "activity", "body", "hormone", "planned_workout", "health_observation", "lab_report.completed")
	h.sleep(time.Hour)
	h.faulty("deliver sleep", sandbox.FaultNullEnrichment, ring, "sleep")
	h.faulty("deliver daily", sandbox.FaultStaleRetry, ring, "daily")
	h.faulty("deliver daily", sandbox.FaultUnknownEvent, ring, "daily")
	h.sleep(time.Hour)
	h.trigger(ring, "permission_change", "connection_error", "daily", "auth_cancelled", "large_request_processing", "large_request_sending")
	h.add("permission_change", ring, nil, map[string]any{"scopes_added": "x,y", "scopes_removed": "daily"})
	h.sleep(time.Minute)
	h.add("permission_change", ring, nil, map[string]any{"scopes_added": "daily", "scopes_removed": []string{"y"}})
	h.trigger(ring, "access_revoked")
	h.sleep(7 * 24 * time.Hour)
	second := h.connect("OURA", "anna") // which is a reauth
	h.trigger(second, "daily", "sleep", "athlete")
	h.add("daily", ring, nil, map[string]any{"data": []any{map[string]any{"metadata": map[string]any{
		"start_time": "2026-03-09T00:00:00+00:00", "end_time": "2026-03-10T00:00:00+00:00",
	}, "distance_data": map[string]any{"steps": 12}}}})
	h.sleep(time.Hour)
	third := h.reauth(second)
	h.trigger(third, "daily", "sleep", "activity")
	h.add("permission_change", third, nil, map[string]any{"scopes_removed": "x"})
	h.sleep(time.Hour)
	h.trigger(third, "deauth")
	h.sleep(time.Hour)

	fourth := h.connect("OURA", "anna") // the sandbox knows of no earlier one now
	h.add("user_reauth", fourth, nil, map[string]any{"old_user": nil})
	h.trigger(fourth, "daily", "sleep")
	h.sleep(time.Hour)
	h.add("auth", fourth, nil, map[string]any{"status": "success"})
	h.add("deauth", fourth, nil, nil)

	// Neither an account at another provider nor a second one at the same is hers.
	watch := h.connect("GARMIN", "anna")
	h.trigger(watch, "daily", "menstruation", "nutrition", "deauth")
	h.add("auth", "other-ring", map[string]any{"provider": "OURA", "reference_id": "anna"}, nil)
	h.add("daily", "other-ring", map[string]any{"provider": "OURA", "reference_id": "anna"}, map[string]any{"data": []any{map[string]any{"metadata": map[string]any{
		"start_time": "2026-03-09T00:00:00+00:00", "end_time": "2026-03-10T00:00:00+00:00",
	}, "distance_data": map[string]any{"steps": 99}}}})
	h.sleep(time.Hour)
	// A reference id that changes: what was joined by the old one stays so.
	h.add("daily", third, map[string]any{"provider": "OURA", "reference_id": "hanna"}, map[string]any{"data": []any{}})
	h.add("auth", "fifth", map[string]any{"provider": "OURA", "reference_id": "hanna"}, nil)
	h.add("user_reauth", "fifth", map[string]any{"provider": "OURA", "reference_id": "hanna"}, map[string]any{"old_user": nil})
	// Late word of former ids, of which nobody knows how late it is.
	for _, id := range []string{second, third} {
		h.add("auth", id, nil, map[string]any{"status": "success"})
		h.events[len(h.events)-1].header.Del(webhook.HeaderOrderingTime)
	}

	h.ring, h.watch = []string{ring, second, third, fourth, "fifth"}, watch
	return h
}

// historian writes down what a sandbox delivers.
type historian struct {
	t      *testing.T
	server *sandbox.Server
	start  time.Time
	events []received

	ring  []string // the user ids that the ring has had
	watch string   // that of the watch
}

// RoundTrip implements [http.RoundTripper].
func (h *historian) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	h.note(r.Header.Clone(), body)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// note keeps a delivery, with few samples and an id that is the same in every run.
func (h *historian) note(header http.Header, body []byte) {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		h.t.Error("a delivery is no JSON")
		return
	}
	body, _ = json.Marshal(thin(v))
	header.Set(webhook.HeaderTraceID, fmt.Sprintf("delivery-%03d", len(h.events)))
	event, err := webhook.Parse(header, body)
	if err != nil {
		h.t.Error(err)
		return
	}
	at := h.server.Now().Add(time.Duration(len(h.events)) * time.Millisecond)
	h.events = append(h.events, received{fmt.Sprintf("%d %s", len(h.events), event.Type()), header, body, at})
}

// thin cuts every list down to three.
func thin(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = thin(v[name])
		}
	case []any:
		v = v[:min(len(v), 3)]
		for i := range v {
			v[i] = thin(v[i])
		}
		return v
	}
	return v
}

func (h *historian) do(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.server.Flush(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *historian) connect(provider, reference string) string {
	h.t.Helper()
	user, err := h.server.Connect(provider, reference, sandbox.WithPersona("ordinary"))
	h.do(err)
	return user.UserID
}

func (h *historian) reauth(userID string) string {
	h.t.Helper()
	d, err := h.server.Trigger(sandbox.EventRequest{Type: "user_reauth", UserID: userID})
	h.do(err)
	return d.UserID
}

func (h *historian) trigger(userID string, types ...string) {
	h.t.Helper()
	for _, typ := range types {
		_, err := h.server.Trigger(sandbox.EventRequest{Type: typ, UserID: userID})
		h.do(err)
	}
}

func (h *historian) sleep(d time.Duration) {
	h.t.Helper()
	h.do(h.server.Advance(h.t.Context(), d))
}

// faulty triggers an event that something happens to.
func (h *historian) faulty(on string, kind sandbox.FaultKind, userID, typ string) {
	h.t.Helper()
	rule, err := h.server.AddRule(sandbox.Rule{On: on, Fault: sandbox.Fault{Kind: kind}})
	h.do(err)
	h.trigger(userID, typ)
	rule.Remove()
	h.sleep(time.Minute)
}

// add makes a delivery by hand. Without user it is of what provider and reference
// id were last said of the user id, and nothing else.
func (h *historian) add(typ, userID string, user, members map[string]any) {
	h.t.Helper()
	body := map[string]any{"type": typ}
	u := map[string]any{"user_id": userID, "provider": "OURA"}
	for name, value := range user {
		u[name] = value
	}
	if user == nil {
		u["reference_id"] = "anna"
	}
	body["user"] = u
	if typ == "user_reauth" {
		delete(body, "user")
		body["new_user"] = u
	}
	for name, value := range members {
		body[name] = value
	}
	text, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	h.sleep(time.Second)
	header := http.Header{}
	header.Set(webhook.HeaderOrderingTime, strconv.FormatInt(h.server.Now().UnixMilli(), 10))
	if len(h.events)%5 == 0 {
		header = http.Header{} // newest when it is received
	}
	h.note(header, text)
}

// rowStore is a store whose rows a test reads.
type rowStore struct {
	database
	pool   *sql.DB
	db     *healthdb.DB
	tables []string // in an order in which they can be emptied
}

func openStore(t *testing.T, d database, opts ...healthdb.Option) *healthdb.DB {
	t.Helper()
	open := healthdb.OpenSQLite
	if d.Dialect == sqldb.Postgres {
		open = healthdb.OpenPostgres
	}
	db, err := open(t.Context(), d.open(t), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// inMemory moves an SQLite database to where flushing takes no time, if there is
// such a place.
func inMemory(t *testing.T, d database) database {
	t.Helper()
	if d.Dialect != sqldb.SQLite {
		return d
	}
	dir, err := os.MkdirTemp("/dev/shm", "healthdb")
	if err != nil {
		return d
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d.dsn = filepath.Join(dir, "test.db")
	return d
}

func newRows(t *testing.T, d database, opts ...healthdb.Option) *rowStore {
	t.Helper()
	s := &rowStore{database: d, db: openStore(t, d, opts...), pool: d.open(t)}
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if d.Dialect == sqldb.Postgres {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
	}
	rows, err := s.pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if name != "series" && !strings.HasSuffix(name, "_migrations") {
			s.tables = append(s.tables, name)
		}
	}
	slices.Sort(s.tables)
	i := slices.Index(s.tables, "connections")
	s.tables = append(slices.Delete(s.tables, i, i+1), "connections") // which the others refer to
	return s
}

func (s *rowStore) reset(t *testing.T) {
	t.Helper()
	script := "BEGIN;"
	if s.Dialect == sqldb.SQLite {
		script = "PRAGMA busy_timeout=10000; BEGIN IMMEDIATE;"
	}
	for _, table := range s.tables {
		script += "DELETE FROM " + table + ";"
	}
	if _, err := s.pool.ExecContext(t.Context(), script+"COMMIT;"); err != nil {
		t.Fatal(err)
	}
}

// after is what the store holds after some steps, from nothing.
func (s *rowStore) after(t *testing.T, history []received, steps []step) contents {
	t.Helper()
	s.reset(t)
	for _, step := range steps {
		e := history[step.event]
		if err := e.apply(t.Context(), s.db, step.replay); err != nil && err != healthdb.ErrNoDelivery {
			t.Fatalf("%s: %v", e.name, err)
		}
	}
	return s.read(t)
}

// contents are the rows of all tables, as text without surrogate ids, sorted.
type contents map[string][]row

// row is a row's values by column.
type row map[string]string

// read reads all rows. Ids that the store gives out are replaced by what they stand
// for.
func (s *rowStore) read(t *testing.T) contents {
	t.Helper()
	c := contents{}
	for _, table := range append([]string{"series"}, s.tables...) {
		c[table] = s.readTable(t, table)
	}
	connections, series, records := map[string]string{}, map[string]string{}, map[string]string{}
	for _, r := range c["connections"] {
		connections[r["id"]] = "connection of " + r["user_id"]
	}
	for _, r := range c["series"] {
		series[r["id"]] = r["record"] + " " + r["path"]
	}
	delete(c, "series")
	for _, rows := range c {
		for _, r := range rows {
			if id, ok := r["connection_id"]; ok {
				r["connection_id"] = connections[id]
			}
		}
	}
	for table, rows := range c {
		for _, r := range rows {
			if key, ok := r["record_key"]; ok {
				records[r["id"]] = table + " " + r["connection_id"] + " " + key
			}
		}
	}
	for _, rows := range c {
		for _, r := range rows {
			delete(r, "id")
			delete(r, "applied_at")
			delete(r, "updated_at")
			if id, ok := r["record_id"]; ok {
				r["record_id"] = records[id]
			}
			if id, ok := r["series"]; ok {
				r["series"] = series[id]
			}
		}
		slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.text(), b.text()) })
	}
	return c
}

func (s *rowStore) readTable(t *testing.T, table string) []row {
	t.Helper()
	rows, err := s.pool.QueryContext(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var list []row
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		r := row{}
		for i, name := range columns {
			switch v := (*values[i].(*any)).(type) {
			case nil:
			case []byte:
				r[name] = string(v)
			default:
				r[name] = fmt.Sprint(v)
			}
		}
		if table == "deliveries" {
			r["record_key"] = "" // its id is no surrogate
			r = row{"delivery": r["id"], "type": r["type"], "user_id": r["user_id"], "size": r["size"], "body": r["body"]}
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// count counts rows.
func (s *rowStore) count(t *testing.T, table string) int {
	t.Helper()
	var n int
	if err := s.pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (r row) text() string {
	var b strings.Builder
	names := make([]string, 0, len(r))
	for name := range r {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name + "\x00" + r[name] + "\x00")
	}
	return b.String()
}

// diff says where two contents differ, by tables and columns and without values.
func (c contents) diff(other contents) string {
	var b strings.Builder
	tables := make([]string, 0, len(c))
	for table := range c {
		tables = append(tables, table)
	}
	slices.Sort(tables)
	for _, table := range tables {
		want, got := c[table], other[table]
		if len(want) != len(got) {
			fmt.Fprintf(&b, "\n\t%s: %d rows, want %d", table, len(got), len(want))
			continue
		}
		columns := map[string]bool{}
		for i := range want {
			for name := range merged(want[i], got[i]) {
				if want[i][name] != got[i][name] {
					columns[name] = true
				}
			}
		}
		if len(columns) > 0 {
			names := make([]string, 0, len(columns))
			for name := range columns {
				names = append(names, name)
			}
			slices.Sort(names)
			fmt.Fprintf(&b, "\n\t%s: %s", table, strings.Join(names, ", "))
		}
	}
	return b.String()
}

func merged(a, b row) row {
	m := row{}
	for name := range a {
		m[name] = ""
	}
	for name := range b {
		m[name] = ""
	}
	return m
}

// explain drops events for as long as the rows still differ, and says what is left.
func (s *rowStore) explain(t *testing.T, history []received, part []int, order []step, diff string) string {
	t.Helper()
	for i := 0; i < len(part); {
		event := part[i]
		fewer := slices.Delete(slices.Clone(part), i, i+1)
		steps := slices.DeleteFunc(slices.Clone(order), func(s step) bool { return s.event == event })
		if d := s.after(t, history, inOrder(fewer)).diff(s.after(t, history, steps)); d != "" {
			part, order, diff = fewer, steps, d
			continue
		}
		i++
	}
	for i := 0; i < len(order); {
		steps := slices.Delete(slices.Clone(order), i, i+1)
		if d := s.after(t, history, inOrder(part)).diff(s.after(t, history, steps)); d != "" && covers(steps, part) {
			order, diff = steps, d
			continue
		}
		i++
	}
	var b strings.Builder
	b.WriteString("the rows depend on the order:")
	for _, step := range order {
		b.WriteString("\n\t")
		b.WriteString(history[step.event].name)
		if step.replay {
			b.WriteString(", replayed")
		}
	}
	return b.String() + "\nwhere these differ from those in the order of events:" + diff
}

// covers reports whether every event of a part is in an order.
func covers(order []step, part []int) bool {
	for _, event := range part {
		if !slices.ContainsFunc(order, func(s step) bool { return s.event == event && !s.replay }) {
			return false
		}
	}
	return true
}
