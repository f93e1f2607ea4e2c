package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/terra-go/terra/bench/internal/delivery"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/webhook"
)

const (
	// memoryChild is the argument with which the program calls itself, to receive in
	// a process that does nothing else.
	memoryChild = "receiver-alone"

	largeBytes   = 10 << 20
	largeLimit   = 32 // requests at once, half of what the senders try
	largeSenders = 64
	largeRounds  = 2 // deliveries that get through, for each sender
)

// receiverMemory has 64 senders deliver bodies of 10 MB to a receiver that takes
// eight at once.
func receiverMemory(r *report) error {
	dir, err := os.MkdirTemp("", "terra-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(self, memoryChild, dir)
	child.Stderr = os.Stderr
	stop, err := child.StdinPipe()
	if err != nil {
		return err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	defer child.Process.Kill()
	var address string
	var before, after float64
	if _, err := fmt.Fscan(out, &address, &before); err != nil {
		return err
	}
	sent, refused, err := sendLarge(context.Background(), address)
	if err != nil {
		return err
	}
	stop.Close()
	if _, err := fmt.Fscan(out, &after); err != nil {
		return err
	}
	if err := child.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(r.w, "SQLite, bodies of 10 MB, %d senders, at most %d requests at once\n", largeSenders, largeLimit)
	fmt.Fprintf(r.w, "  stored: %d, answered 503 and sent again: %d\n", sent, refused)
	if after > 0 {
		r.fact("largest resident size", after, "MiB", 0)
		r.fact("of which it had before the first request", before, "MiB", 0)
		r.fact("the rest, for each request at once, × a body", (after-before)/largeLimit/(largeBytes>>20), "", 1.5)
	}
	fmt.Fprintln(r.w)
	return nil
}

// receiveAlone receives until its standard input ends, and writes its address and
// the largest resident sizes, in MiB, before and after.
func receiveAlone(dir string, in io.Reader, out io.Writer) error {
	ctx := context.Background()
	pool, err := sql.Open("sqlite", filepath.Join(dir, "inbox.db"))
	if err != nil {
		return err
	}
	defer pool.Close()
	inbox, err := sqlinbox.OpenSQLite(ctx, pool)
	if err != nil {
		return err
	}
	defer inbox.Close()
	verifier, err := webhook.NewVerifier([]string{delivery.Secret})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: ingest.NewReceiver(verifier, inbox, ingest.WithLimit(largeLimit), ingest.WithLogger(slog.New(slog.DiscardHandler)))}
	defer server.Close()
	go server.Serve(l)
	fmt.Fprintln(out, l.Addr(), peakResident())
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, peakResident())
	return err
}

// sendLarge has each sender deliver until so many of its deliveries are stored.
func sendLarge(ctx context.Context, address string) (sent, refused int, err error) {
	body := bodyOf(largeBytes)
	signature := webhook.Sign(delivery.Secret, time.Now(), body)
	var mu sync.Mutex
	var all sync.WaitGroup
	for range largeSenders {
		all.Go(func() {
			for range largeRounds {
				trace := newTraceID()
				for {
					status, failure := sendOnce(ctx, address, trace, signature, body)
					mu.Lock()
					switch {
					case status == http.StatusOK:
						sent++
					case status == http.StatusServiceUnavailable || failure != nil:
						refused++ // the connection may break while the body is being sent
					default:
						err = fmt.Errorf("answered %d", status)
					}
					over := status == http.StatusOK || err != nil
					mu.Unlock()
					if over {
						break
					}
					time.Sleep(20 * time.Millisecond)
				}
			}
		})
	}
	all.Wait()
	return sent, refused, err
}

func sendOnce(ctx context.Context, address, trace, signature string, body []byte) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set(webhook.HeaderSignature, signature)
	request.Header.Set(webhook.HeaderTraceID, trace)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}
