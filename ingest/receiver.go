package ingest

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/terra-go/terra/webhook"
)

// Receiver is the [http.Handler] that deliveries are sent to.
type Receiver struct {
	verifier   *webhook.Verifier
	inbox      Inbox
	maxBytes   int64
	limit      int
	putTimeout time.Duration
	logger     *slog.Logger
	observer   Observer
}

// NewReceiver returns a handler that verifies each request, puts it into inbox and
// answers.
func NewReceiver(v *webhook.Verifier, inbox Inbox, opts ...ReceiverOption) *Receiver {
	return &Receiver{}
}

// WithMaxBytes refuses bodies of more than n bytes.
func WithMaxBytes(n int64) ReceiverOption {
	return receiverOption(func(r *Receiver) { r.maxBytes = n })
}

// WithLimit answers 503 to requests past n at once.
func WithLimit(n int) ReceiverOption {
	return receiverOption(func(r *Receiver) { r.limit = n })
}

// WithPutTimeout gives an inbox no more than d to store a delivery.
func WithPutTimeout(d time.Duration) ReceiverOption {
	return receiverOption(func(r *Receiver) { r.putTimeout = d })
}

func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {}
