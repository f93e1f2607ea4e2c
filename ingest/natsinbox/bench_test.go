package natsinbox_test

import (
	"context"
	"fmt"
	"sync"
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
	body := delivery("body", bodySize).Body
	run := time.Now().UnixNano() // the server is the same for every b.N
	var ids atomic.Int64
	b.SetBytes(bodySize)
	b.ResetTimer()
	together(b, writers, func(ctx context.Context) error {
		for id := ids.Add(1); id <= int64(b.N); id = ids.Add(1) {
			d := ingest.Delivery{ID: fmt.Sprint(run, "-", id), ReceivedAt: time.Now(), Body: body}
			if duplicate, err := in.Put(ctx, d); err != nil || duplicate {
				return fmt.Errorf("duplicate %t, error %w", duplicate, err)
			}
		}
		return nil
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkWork has four workers lease and ack deliveries, 32 at a time.
func BenchmarkWork(b *testing.B) {
	n := single(b)
	n.start(b)
	in := open(b, connect(b, n))
	body := delivery("body", bodySize).Body
	var ids atomic.Int64
	together(b, writers, func(ctx context.Context) error {
		for id := ids.Add(1); id <= int64(b.N); id = ids.Add(1) {
			if _, err := in.Put(ctx, ingest.Delivery{ID: fmt.Sprint(id), ReceivedAt: time.Now(), Body: body}); err != nil {
				return err
			}
		}
		return nil
	})
	b.ResetTimer()
	var acked atomic.Int64
	worked, stop := context.WithCancel(b.Context())
	defer stop()
	together(b, 4, func(ctx context.Context) error {
		for {
			items, err := in.Lease(worked, 32, time.Minute)
			if worked.Err() != nil {
				return nil
			}
			if err == nil {
				err = in.Ack(ctx, items...)
			}
			if err != nil {
				return err
			}
			if acked.Add(int64(len(items))) == int64(b.N) {
				stop()
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

// together runs f n times at once and fails the benchmark for an error.
func together(b *testing.B, n int, f func(ctx context.Context) error) {
	b.Helper()
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			if err := f(b.Context()); err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
}
