package natsinbox_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/natsinbox"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "jetstream")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	// One server in this process, which syncs before it answers. Usually it is a
	// cluster on machines of its own.
	s, err := server.NewServer(&server.Options{
		DontListen: true, JetStream: true, StoreDir: dir, SyncAlways: true, NoSigs: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	nc, err := nats.Connect("", nats.InProcessServer(s), nats.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	inbox, err := natsinbox.Open(ctx, js) // with natsinbox.WithReplicas(3) in a cluster
	if err != nil {
		log.Fatal(err)
	}
	for range 2 { // the second is a repetition
		d := ingest.NewDelivery(http.Header{"X-Terra-Trace-Id": {"4bf92f35"}}, []byte(`{"type":"daily"}`), time.Now())
		duplicate, err := inbox.Put(ctx, d)
		fmt.Println("duplicate:", duplicate, err)
	}
	items, err := inbox.Lease(ctx, 10, time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range items {
		fmt.Println(item.ID, "attempt", item.Attempt)
	}
	if err := inbox.Ack(ctx, items...); err != nil {
		log.Fatal(err)
	}
	// Output:
	// duplicate: false <nil>
	// duplicate: true <nil>
	// 4bf92f35 attempt 1
}
