package ingest

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/terra-go/terra/webhook"
)

// maxPing is the largest body that is searched for the name of a ping. Pings are a
// few hundred bytes; most of it is the address.
const maxPing = 8 << 10

// maxHeader is the longest value of a header that is kept.
const maxHeader = 200

// keptHeaders tell something about a delivery. Signatures are not among them: they
// were checked on the way in and are of no use afterwards.
var keptHeaders = [...]string{webhook.HeaderTraceID, webhook.HeaderReference, webhook.HeaderOrderingTime}

// NewDelivery describes a request that has been verified: ID is
// [webhook.DeliveryID], Header has the headers that mean something, once each and
// in their canonical spelling, and ReceivedAt is cut to the millisecond. A header
// that is longer than 200 bytes or no printable ASCII is none of Terra's and means
// nothing. The delivery keeps body but not h.
//
// Urgent is set when the body is small and names one of the event types
// [webhook.TypeS3Payload] and [webhook.TypeS3Upload] anywhere. It decides about the
// order of work only, so a rare mistake does no harm.
func NewDelivery(h http.Header, body []byte, receivedAt time.Time) Delivery {
	return Delivery{
		ID:         webhook.DeliveryID(h, body),
		ReceivedAt: receivedAt.UTC().Truncate(time.Millisecond),
		Urgent:     isPing(body),
		Header:     keptOf(h),
		Body:       body,
	}
}

func isPing(body []byte) bool {
	return len(body) <= maxPing &&
		(bytes.Contains(body, []byte(`"`+webhook.TypeS3Payload+`"`)) || bytes.Contains(body, []byte(`"`+webhook.TypeS3Upload+`"`)))
}

// keptOf finds headers whatever their spelling, as webhook does.
func keptOf(h http.Header) http.Header {
	kept := make(http.Header, len(keptHeaders))
	for _, name := range keptHeaders {
		values, ok := h[http.CanonicalHeaderKey(name)]
		if !ok {
			for key := range h {
				if strings.EqualFold(key, name) {
					values = h[key]
				}
			}
		}
		if len(values) > 0 && meaningful(strings.TrimSpace(values[0])) {
			kept.Set(name, strings.TrimSpace(values[0]))
		}
	}
	return kept
}

func meaningful(value string) bool {
	return value != "" && len(value) <= maxHeader &&
		!strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' })
}
