package console_test

import (
	"flag"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/console"
	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/cmd/terrago/internal/plot"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox/sandboxtest"
	"github.com/terra-go/terra/webhook"
)

var (
	benchDeliveries = flag.Int("console.deliveries", 20_000, "deliveries in the store that pages are measured on")
	benchPeople     = flag.Int("console.people", 1000, "people in it")
)

// BenchmarkPages measures the time of the server for every page, on an SQLite file with
// as many people and deliveries as the flags say, the inbox beside it, and one person
// with a month of records and their samples.
func BenchmarkPages(b *testing.B) {
	s, user := fill(b, *benchPeople, *benchDeliveries)
	h := newConsole(b, console.Config{Store: s})
	middle := ask(b, h, "/deliveries?until="+url.QueryEscape(benchEnd.Add(-benchSpan/2).Format(time.RFC3339)))
	older := html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(middle)[1])
	day := regexp.MustCompile(`day=([^"]*)#day" ?`).FindStringSubmatch(ask(b, h, "/people/"+user))[1]
	run := runDay(b, s, user)
	for _, p := range []struct{ name, path string }{
		{"overview", "/"},
		{"people", "/people"},
		{"people/last page", fmt.Sprint("/people?after=", *benchPeople-20)},
		{"people/by provider and status", "/people?provider=OURA&status=revoked"},
		{"people/by reference", "/people?q=person-9"},
		{"person", "/people/" + user + "?day=" + day},
		{"person/without records", "/people/user-500"},
		{"chart/night", "/people/" + user + "/night.svg?day=" + day},
		{"chart/day", "/people/" + user + "/day.svg?day=" + day},
		{"chart/run", "/people/" + user + "/run.svg?day=" + run},
		{"chart/month", "/people/" + user + "/month.svg?day=" + day},
		{"deliveries", "/deliveries"},
		{"deliveries/middle", older},
		{"deliveries/rare type", "/deliveries?type=athlete"},
		{"deliveries/common type", "/deliveries?type=daily"},
		{"deliveries/type without any", "/deliveries?type=nutrition"},
		{"deliveries/user", "/deliveries?user=user-7"},
		{"deliveries/user and rare type", "/deliveries?user=user-7&type=athlete"},
		{"deliveries/range", "/deliveries?since=2026-02-01&until=2026-02-02"},
		{"deliveries/range and rare type", "/deliveries?since=2026-01-02&until=2026-02-02&type=athlete"},
		{"deliveries/dead", "/deliveries?state=dead"},
		{"delivery", "/deliveries/delivery-00000007"},
		{"dead letters", "/dead"},
	} {
		b.Run(p.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, h, p.path)
			}
		})
	}
}

// runDay is a day on which somebody ran.
func runDay(b *testing.B, s *events.Stores, user string) string {
	b.Helper()
	c, err := s.DB.ConnectionOf(b.Context(), user)
	if err != nil {
		b.Fatal(err)
	}
	for r, err := range s.DB.Activities(b.Context(), c.ID, health.Date{}, health.Date{}) {
		if err == nil && plot.IsRun(r) {
			return r.Metadata.StartTime.Date().String()
		}
	}
	b.Fatal("nobody ran")
	return ""
}

func ask(b *testing.B, h http.Handler, path string) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != http.StatusOK {
		b.Fatalf("%s: status %d", path, w.Code)
	}
	return w.Body.String()
}

var benchEnd = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

const benchSpan = 60 * 24 * time.Hour // over which the deliveries are spread

// fill makes the store, and returns the user id of the person with records.
func fill(b *testing.B, people, deliveries int) (*events.Stores, string) {
	b.Helper()
	at := store.Location{Kind: store.SQLite, Target: filepath.Join(b.TempDir(), "health.db")}
	db, err := store.OpenDB(b.Context(), at)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	inbox, err := store.OpenInbox(b.Context(), at.Inbox(), store.InboxOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { inbox.Close() })
	for _, statement := range []struct {
		text string
		args []any
	}{
		{`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			INSERT INTO connections (id, user_id, provider, reference_id, status, created_at)
			SELECT i, 'user-' || i, CASE i % 3 WHEN 0 THEN 'OURA' WHEN 1 THEN 'GARMIN' ELSE 'FITBIT' END, 'person-' || i,
			CASE WHEN i % 50 = 0 THEN 'revoked' ELSE 'active' END, '2026-01-01T00:00:00Z' FROM n`, []any{people}},
		{`INSERT INTO connection_users (user_id, connection_id, state) SELECT user_id, id, '{}' FROM connections`, nil},
		{
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			INSERT INTO deliveries (id, type, user_id, received_at, applied_at, size)
			SELECT printf('delivery-%08d', i), CASE WHEN i % 50000 = 7 THEN 'athlete' WHEN i % 3 = 0 THEN 'sleep' WHEN i % 7 = 0 THEN 'activity' ELSE 'daily' END,
			'user-' || (i % ? + 1), strftime('%Y-%m-%dT%H:%M:%fZ', ? + ? * i / ?, 'unixepoch'), '2026-03-01T00:00:00.000Z', 20000 FROM n`,
			[]any{deliveries, people, benchEnd.Add(-benchSpan).Unix(), benchSpan.Seconds(), deliveries},
		},
		{"ANALYZE", nil},
	} {
		if _, err := db.Pool.ExecContext(b.Context(), statement.text, statement.args...); err != nil {
			b.Fatal(err)
		}
	}
	wait(b, inbox, 100)
	return &events.Stores{DB: db, Inbox: inbox}, live(b, db.DB)
}

// wait leaves n dead deliveries and n pending ones in the inbox.
func wait(b *testing.B, inbox ingest.Inbox, n int) {
	b.Helper()
	put := func(id string) {
		h := http.Header{}
		h.Set(webhook.HeaderTraceID, id)
		body := []byte(`{"type":"daily","user":{"user_id":"user-7","provider":"OURA"},"data":[]}`)
		if _, err := inbox.Put(b.Context(), ingest.NewDelivery(h, body, benchEnd)); err != nil {
			b.Fatal(err)
		}
	}
	for i := range n {
		put(fmt.Sprint("dead-", i))
	}
	for buried := 0; buried < n; {
		items, err := inbox.Lease(b.Context(), n, time.Hour)
		if err != nil {
			b.Fatal(err)
		}
		for _, item := range items {
			if err := inbox.Bury(b.Context(), item, "it cannot be applied"); err != nil {
				b.Fatal(err)
			}
			buried++
		}
	}
	for i := range n {
		put(fmt.Sprint("pending-", i))
	}
}

// live stores what somebody did in the last month.
func live(b *testing.B, db *healthdb.DB) (userID string) {
	b.Helper()
	s := sandboxtest.New(b)
	user, err := s.Connect("FITBIT", "person-1")
	if err != nil {
		b.Fatal(err)
	}
	keep(b, db, user, s.Client.Daily)
	keep(b, db, user, s.Client.Sleep)
	keep(b, db, user, s.Client.Activity)
	keep(b, db, user, s.Client.Body)
	keep(b, db, user, s.Client.Nutrition)
	return user.UserID
}

func keep[T health.Record](b *testing.B, db *healthdb.DB, user terra.User, c *terra.Collection[T]) {
	b.Helper()
	ctx := b.Context()
	var records []T
	for r, err := range c.All(ctx, user.UserID, terra.Last(30), terra.WithSamples(true)) {
		if err != nil {
			b.Fatal(err)
		}
		records = append(records, r)
	}
	if err := healthdb.Store(ctx, db, user, records, time.Now()); err != nil {
		b.Fatal(err)
	}
}
