package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

// All of it: the sandbox delivers to a receiver, which stores, and a worker applies.
func Example() {
	verifier, err := webhook.NewVerifier([]string{sandbox.DefaultSigningSecret})
	if err != nil {
		log.Fatal(err)
	}
	inbox := ingest.NewMemory() // in production one on a disk: see sqlinbox
	server := httptest.NewServer(ingest.NewReceiver(verifier, inbox))
	defer server.Close()

	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	var nights atomic.Int32
	worker := ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
		if e, ok := r.Event.(*webhook.Sleep); ok && nights.Add(int32(len(e.Data))) == 2 {
			stop()
		}
		return nil
	})

	emulator, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	defer emulator.Close()
	user, err := emulator.Connect("OURA", "member-7")
	if err != nil {
		log.Fatal(err)
	}
	if err := emulator.SetDestinations([]sandbox.Destination{{URL: server.URL}}); err != nil {
		log.Fatal(err)
	}
	for day := range 2 {
		if _, err := emulator.Trigger(sandbox.EventRequest{
			Type: "sleep", UserID: user.UserID, Date: health.NewDate(2026, time.March, 2+day),
		}); err != nil {
			log.Fatal(err)
		}
	}
	if err := worker.Run(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(nights.Load(), "nights")
	// Output: 2 nights
}

// receive has a receiver take a delivery the way Terra sends it.
func receive(receiver http.Handler, traceID, payload string) int {
	return send(receiver, newRequest(traceID, []byte(payload))).Code
}

// A repetition is answered like the delivery itself, and stored once.
func ExampleNewReceiver() {
	verifier, err := webhook.NewVerifier([]string{"signing-secret"})
	if err != nil {
		log.Fatal(err)
	}
	inbox := ingest.NewMemory()
	receiver := ingest.NewReceiver(verifier, inbox, ingest.WithLimit(16), ingest.WithMaxBytes(16<<20))
	routes := http.NewServeMux()
	routes.Handle("/webhook", receiver)

	fmt.Println(receive(routes, "4c1f6a52", `{"type":"sleep","data":[]}`))
	fmt.Println(receive(routes, "4c1f6a52", `{"type":"sleep","data":[]}`))
	stats, err := inbox.Stats(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stats.Pending, "pending")
	// Output:
	// 200
	// 200
	// 1 pending
}

// A worker of a function that sends each event to a mux.
func ExampleNewWorker() {
	inbox := ingest.NewMemory()
	d := ingest.NewDelivery(http.Header{webhook.HeaderTraceID: {"4c1f6a52"}}, []byte(`{"type":"sleep","data":[{},{}]}`), time.Now())
	if _, err := inbox.Put(context.Background(), d); err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute) // or signal.NotifyContext
	defer stop()

	mux := webhook.NewMux()
	webhook.On(mux, func(ctx context.Context, e *webhook.Sleep) error {
		fmt.Println(len(e.Data), "nights")
		stop()
		return nil
	})
	worker := ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
		return mux.Dispatch(ctx, r.Event)
	}, ingest.WithConcurrency(2), ingest.WithGrace(5*time.Second))
	if err := worker.Run(ctx); err != nil {
		log.Fatal(err)
	}
	// Output: 2 nights
}

// Deliveries that nothing can be done about are buried, and can be looked at and
// replayed once something can.
func ExamplePermanent() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	inbox := ingest.NewMemory()
	d := ingest.NewDelivery(http.Header{webhook.HeaderTraceID: {"4c1f6a52"}}, []byte(`{"type":"sleep","data":[{}]}`), time.Now())
	if _, err := inbox.Put(ctx, d); err != nil {
		log.Fatal(err)
	}
	worker := ingest.NewWorker(inbox, func(ctx context.Context, r ingest.Received) error {
		defer stop() // for the sake of the example
		return ingest.Permanent(errors.New("a night without a beginning"))
	})
	if err := worker.Run(ctx); err != nil {
		log.Fatal(err)
	}

	ctx = context.Background()
	for item, err := range inbox.Scan(ctx, ingest.Dead) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(item.ID, "is dead:", item.Reason)
		if err := inbox.Retry(ctx, item, 0, "replayed"); err != nil {
			log.Fatal(err)
		}
	}
	stats, err := inbox.Stats(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stats.Pending, "pending")
	// Output:
	// 4c1f6a52 is dead: a night without a beginning
	// 1 pending
}

func ExampleNewFetcher() {
	fetcher := ingest.NewFetcher(ingest.AllowHost("files.example.com"))
	_, err := fetcher.Fetch(context.Background(), "https://169.254.169.254/latest/meta-data")
	fmt.Println(err)
	// Output: ingest: fetching the payload: the address is of a host that is not allowed
}

func ExampleNewDelivery() {
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, "4c1f6a52")
	h.Set("User-Agent", "means nothing")
	d := ingest.NewDelivery(h, []byte(`{"type":"s3_payload","url":"https://…"}`), time.Now())
	fmt.Println(d.ID, d.Urgent, d.Header)
	// Output: 4c1f6a52 true map[X-Terra-Trace-Id:[4c1f6a52]]
}

// Counting what happens, whatever the counters.
func ExampleObserver() {
	verifier, err := webhook.NewVerifier([]string{"signing-secret"})
	if err != nil {
		log.Fatal(err)
	}
	counts := make(map[ingest.Answer]int) // behind a mutex, where there are several senders
	receiver := ingest.NewReceiver(verifier, ingest.NewMemory(), ingest.WithObserver(ingest.Observer{
		Answered: func(a ingest.Answer, took time.Duration) { counts[a]++ },
	}))
	receive(receiver, "4c1f6a52", `{"type":"sleep","data":[]}`)
	receive(receiver, "4c1f6a52", `{"type":"sleep","data":[]}`)
	fmt.Println(counts)
	// Output: map[duplicate:1 stored:1]
}

func ExampleNewMemory() {
	inbox := ingest.NewMemory()
	ctx := context.Background()
	d := ingest.NewDelivery(nil, []byte(`{"type":"sleep","data":[]}`), time.Now())
	for range 2 {
		duplicate, err := inbox.Put(ctx, d)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("duplicate:", duplicate)
	}
	items, err := inbox.Lease(ctx, 10, time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	for _, item := range items {
		fmt.Printf("attempt %d at %s\n", item.Attempt, item.Body)
	}
	if err := inbox.Ack(ctx, items...); err != nil {
		log.Fatal(err)
	}
	// Output:
	// duplicate: false
	// duplicate: true
	// attempt 1 at {"type":"sleep","data":[]}
}
