package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/terra-go/terra/bench/internal/delivery"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

// deliveryNumber makes trace ids that have not been there before.
var deliveryNumber atomic.Int64

func newTraceID() string { return "bench-" + strconv.FormatInt(deliveryNumber.Add(1), 10) }

// bodyOf is a data event of about size bytes.
func bodyOf(size int) []byte {
	const head, tail = `{"type":"daily","user":{"user_id":"` + userID + `","provider":"GARMIN"},"data":[],"padding":"`, `"}`
	pad := make([]byte, max(size-len(head)-len(tail), 0))
	for i := range pad {
		pad[i] = "0123456789abcdef"[(i*i+i/7)%16]
	}
	return []byte(head + string(pad) + tail)
}

// newDelivery is one as a receiver hands it to an inbox.
func newDelivery(body []byte) ingest.Delivery {
	header := http.Header{}
	header.Set(webhook.HeaderTraceID, newTraceID())
	header.Set(webhook.HeaderOrderingTime, strconv.FormatInt(time.Now().UnixMilli(), 10))
	return ingest.NewDelivery(header, body, time.Now())
}

// hook is a receiver on this machine.
type hook struct {
	server  *http.Server
	address string
	body    []byte
}

func newHook(ctx context.Context, inbox ingest.Inbox, size int) (*hook, error) {
	verifier, err := webhook.NewVerifier([]string{delivery.Secret})
	if err != nil {
		return nil, err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &hook{
		server:  &http.Server{Handler: ingest.NewReceiver(verifier, inbox, ingest.WithLimit(2*senders))},
		address: l.Addr().String(),
		body:    bodyOf(size),
	}
	go h.server.Serve(l)
	return h, nil
}

func (h *hook) close() { h.server.Close() }

// connect opens a connection on which deliveries are sent one after the other. The
// requests are written by hand, because the cores are the receiver's as well.
func (h *hook) connect(ctx context.Context) (send func(context.Context) error, end func(), err error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", h.address)
	if err != nil {
		return nil, nil, err
	}
	signature := webhook.Sign(delivery.Secret, time.Now(), h.body)
	head := "POST /webhooks/terra HTTP/1.1\r\nHost: " + h.address + "\r\nContent-Type: application/json\r\n" +
		webhook.HeaderSignature + ": " + signature + "\r\nContent-Length: " + strconv.Itoa(len(h.body)) + "\r\n" +
		webhook.HeaderOrderingTime + ": 1790000000000\r\n" + webhook.HeaderTraceID + ": "
	var request bytes.Buffer
	answers := bufio.NewReader(conn)
	send = func(context.Context) error {
		request.Reset()
		request.WriteString(head)
		request.WriteString(newTraceID())
		request.WriteString("\r\n\r\n")
		request.Write(h.body)
		if _, err := conn.Write(request.Bytes()); err != nil {
			return err
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("answered %d", answer.StatusCode)
		}
		return nil
	}
	return send, func() { conn.Close() }, nil
}
