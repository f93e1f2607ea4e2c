package conformance

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// From a webhook to typed rows, in a program of one's own.
func Example_storeWhatArrives() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	healthFile, inboxFile := filepath.Join(dir, "health.db"), filepath.Join(dir, "inbox.db")
	const signingSecret = sandbox.DefaultSigningSecret

	pool, err := sql.Open("sqlite", healthFile) // with modernc.org/sqlite imported for its driver
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	db, err := healthdb.OpenSQLite(ctx, pool)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	inboxPool, err := sql.Open("sqlite", inboxFile)
	if err != nil {
		log.Fatal(err)
	}
	defer inboxPool.Close()
	inbox, err := sqlinbox.OpenSQLite(ctx, inboxPool)
	if err != nil {
		log.Fatal(err)
	}
	defer inbox.Close()

	verifier, err := webhook.NewVerifier([]string{signingSecret})
	if err != nil {
		log.Fatal(err)
	}
	routes := http.NewServeMux()
	routes.Handle("/webhooks/terra", ingest.NewReceiver(verifier, inbox)) // stores, then answers
	worker := ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
		return db.Apply(ctx, r.Event, r.ReceivedAt)
	})
	var work sync.WaitGroup
	work.Go(func() { worker.Run(ctx) }) // until ctx ends

	night := health.NewDate(2026, time.March, 2)
	userID := deliverOneNight(ctx, db, routes, night)
	connection, err := db.ConnectionOf(ctx, userID)
	if err != nil {
		log.Fatal(err)
	}
	for sleep, err := range db.Sleeps(ctx, connection.ID, night.AddDays(-1), night.AddDays(7)) {
		if err != nil {
			log.Fatal(err)
		}
		asleep, known := sleep.SleepDurationsData.Asleep.DurationAsleepStateSeconds.Get()
		fmt.Println(sleep.Metadata.StartTime.Date(), known && asleep > 3*60*60)
	}
	stop()
	work.Wait() // what is under way is finished or given back
	// Output: 2026-03-01 true
}

// deliverOneNight has somebody of the sandbox sleep, and waits for the row.
func deliverOneNight(ctx context.Context, db *healthdb.DB, routes http.Handler, night health.Date) (userID string) {
	server := httptest.NewServer(routes)
	defer server.Close()
	emulator, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer emulator.Close()
	if err := emulator.SetDestinations([]sandbox.Destination{{URL: server.URL + "/webhooks/terra"}}); err != nil {
		log.Fatal(err)
	}
	user, err := emulator.Connect("OURA", "member-7")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := emulator.Trigger(sandbox.EventRequest{Type: "sleep", UserID: user.UserID, Date: night}); err != nil {
		log.Fatal(err)
	}
	for range time.Tick(5 * time.Millisecond) {
		if ctx.Err() != nil {
			break
		}
		for _, err := range db.Deliveries(ctx, healthdb.DeliveryFilter{Types: []webhook.EventType{webhook.TypeSleep}}) {
			if err == nil {
				return user.UserID
			}
		}
	}
	log.Fatal("the night did not arrive")
	return ""
}
