package natsinbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/terra-go/terra/ingest"
)

// envelope is what a message says of a delivery beside its body. It is JSON, for
// people with a command line client, but for strings that came from outside: they
// need not be UTF-8, and come back as they were.
type envelope struct {
	ID     []byte              `json:"id"`
	At     int64               `json:"at"` // receipt, Unix milliseconds
	Urgent bool                `json:"urgent,omitzero"`
	Header map[string][][]byte `json:"header,omitempty"`
	Parts  int                 `json:"parts,omitzero"` // messages that the body is in; 0: it is in this one
	// The last attempt, of a delivery that has had one when the message was written.
	Attempt  int    `json:"attempt,omitzero"`
	Reason   []byte `json:"reason,omitempty"`
	FailedAt int64  `json:"failed_at,omitzero"` // Unix milliseconds
}

// maxReason bounds what is kept of a reason, which may come from anywhere.
const maxReason = 4 << 10

var errNotADelivery = errors.New("natsinbox: a message in the stream is not a delivery")

func newEnvelope(d ingest.Delivery) envelope {
	e := envelope{ID: []byte(d.ID), At: d.ReceivedAt.UnixMilli(), Urgent: d.Urgent}
	if len(d.Header) > 0 {
		e.Header = make(map[string][][]byte, len(d.Header))
	}
	for k, values := range d.Header {
		for _, v := range values {
			e.Header[k] = append(e.Header[k], []byte(v))
		}
	}
	return e
}

// appendTo encodes the envelope, its length before it.
func (e *envelope) appendTo(b []byte) []byte {
	meta, err := json.Marshal(e)
	if err != nil {
		panic("natsinbox: an envelope has nothing in it that cannot be marshalled")
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(meta)))
	return append(b, meta...)
}

// message encodes the envelope with body after it.
func (e *envelope) message(body []byte) []byte {
	return append(e.appendTo(make([]byte, 0, 512+len(body))), body...)
}

// openEnvelope is the inverse of message. The body is a part of data.
func openEnvelope(data []byte) (e envelope, body []byte, err error) {
	if len(data) < 4 {
		return envelope{}, nil, errNotADelivery
	}
	n, data := binary.BigEndian.Uint32(data), data[4:]
	if uint64(n) > uint64(len(data)) || json.Unmarshal(data[:n], &e) != nil || len(e.ID) == 0 || e.Parts < 0 {
		return envelope{}, nil, errNotADelivery
	}
	return e, data[n:], nil
}

// fail notes that an attempt has come to nothing.
func (e *envelope) fail(attempt int, reason string) {
	e.Attempt, e.Reason, e.FailedAt = attempt, []byte(reason[:min(len(reason), maxReason)]), time.Now().UnixMilli()
}

// kind is what the delivery is while it can be leased.
func (e *envelope) kind() string {
	if e.Urgent {
		return urgent
	}
	return normal
}

// item is the delivery with its body, as it was when the message was written.
func (e *envelope) item(body []byte) ingest.Item {
	h := make(http.Header, len(e.Header))
	for k, values := range e.Header {
		for _, v := range values {
			h[k] = append(h[k], string(v))
		}
	}
	it := ingest.Item{
		Delivery: ingest.Delivery{ID: string(e.ID), ReceivedAt: time.UnixMilli(e.At).UTC(), Urgent: e.Urgent, Header: h, Body: body},
		Attempt:  e.Attempt,
		Reason:   string(e.Reason),
	}
	if e.FailedAt != 0 {
		it.FailedAt = time.UnixMilli(e.FailedAt).UTC()
	}
	return it
}
