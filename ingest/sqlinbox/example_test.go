package sqlinbox_test

import (
	"context"
	"database/sql"
	"log"
	"net/http"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/webhook"
)

// The program imports the driver, here _ "modernc.org/sqlite".
func ExampleOpenSQLite() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "inbox.db")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	inbox, err := sqlinbox.OpenSQLite(ctx, db)
	if err != nil {
		log.Fatal(err)
	}
	defer inbox.Close()

	verifier, err := webhook.NewVerifier([]string{"the signing secret"})
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("POST /webhooks/terra", ingest.NewReceiver(verifier, inbox))
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil))
}

// The program imports the driver, here _ "github.com/jackc/pgx/v5/stdlib".
func ExampleOpenPostgres() {
	ctx := context.Background()
	db, err := sql.Open("pgx", "postgres://terra@db.example.com/terra")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	inbox, err := sqlinbox.OpenPostgres(ctx, db)
	if err != nil {
		log.Fatal(err)
	}
	defer inbox.Close()

	// Any number of these, on any number of machines.
	worker := ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
		log.Printf("%s, attempt %d: %s", r.ID, r.Attempt, r.Event.Type())
		return nil
	})
	if err := worker.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
