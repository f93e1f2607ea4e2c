package natsinbox_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/natsinbox"
)

const (
	writers  = 64
	bodySize = 2 << 10
)

// BenchmarkPut stores deliveries of 2 KB, 64 at a time. The default of NATS flushes
// to disk every two minutes and is there to compare with: it is not durable.
func BenchmarkPut(b *testing.B) {
	b.Run("single/sync=always", func(b *testing.B) {
		n := single(b)
		n.start(b)
		benchmarkPut(b, open(b, connect(b, n)))
	})
	b.Run("single/sync=default", func(b *testing.B) {
		n := single(b)
		n.Lax = true
		n.start(b)
		benchmarkPut(b, open(b, connect(b, n)))
	})
	for _, lax := range []bool{false, true} {
		name := "cluster/sync=always"
		if lax {
			name = "cluster/sync=default"
		}
		b.Run(name, func(b *testing.B) {
			nodes := cluster(b)
			for i := range nodes {
				nodes[i].Lax = lax
				nodes[i].launch(b)
			}
			benchmarkPut(b, open(b, connect(b, nodes...), natsinbox.WithReplicas(3)))
		})
	}
}

func benchmarkPut(b *testing.B, in *natsinbox.Inbox) {
	var ids atomic.Int64
	run := fmt.Sprint(time.Now().UnixNano())
	body := delivery("body", bodySize).Body
	b.SetParallelism(writers) // times GOMAXPROCS; see below
	b.SetBytes(bodySize)
	b.ResetTimer()
	slots := make(chan struct{}, writers)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			slots <- struct{}{}
			d := ingest.Delivery{ID: fmt.Sprint(run, "-", ids.Add(1)), ReceivedAt: time.Now(), Body: body}
			if dup, err := in.Put(context.Background(), d); err != nil || dup {
				b.Error(dup, err)
			}
			<-slots
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkWork leases and acks deliveries, 32 at a time.
func BenchmarkWork(b *testing.B) {
	n := single(b)
	n.start(b)
	in := open(b, connect(b, n))
	ctx := b.Context()
	body := delivery("body", bodySize).Body
	left, stored := b.N, make(chan error, writers)
	for range writers {
		go func() { stored <- nil }()
	}
	var ids atomic.Int64
	for range left {
		if err := <-stored; err != nil {
			b.Fatal(err)
		}
		go func() {
			_, err := in.Put(ctx, ingest.Delivery{ID: fmt.Sprint(ids.Add(1)), ReceivedAt: time.Now(), Body: body})
			stored <- err
		}()
	}
	for range writers {
		if err := <-stored; err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for left > 0 {
		items, err := in.Lease(ctx, 32, time.Minute)
		if err == nil {
			err = in.Ack(ctx, items...)
		}
		if err != nil {
			b.Fatal(err)
		}
		left -= len(items)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
