package ingest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

func TestNewDelivery(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, time.March, 1, 12, 0, 0, 123_456_789, time.FixedZone("", 3600))
	h := http.Header{
		webhook.HeaderTraceID:   {" trace-1 ", "trace-2"},
		"terra-reference":       {"reference-1"},
		"Terra-Signature":       {"t=1,v1=0"},
		"Authorization":         {"secret"},
		"X-Something-Else":      {"value"},
		"x-terra-ordering-time": {"1"},
	}
	d := ingest.NewDelivery(h, []byte("{}"), received)
	if d.ID != "trace-1" {
		t.Errorf("ID %q", d.ID)
	}
	if want := time.Date(2026, time.March, 1, 11, 0, 0, 123_000_000, time.UTC); d.ReceivedAt != want {
		t.Errorf("received at %v, want %v", d.ReceivedAt, want)
	}
	if len(d.Header) != 2 || !slices.Equal(d.Header[webhook.HeaderTraceID], []string{"trace-1"}) || !slices.Equal(d.Header[webhook.HeaderReference], []string{"reference-1"}) {
		t.Errorf("headers %v", d.Header)
	}
	if d.Urgent {
		t.Error("urgent")
	}

	bare := ingest.NewDelivery(nil, nil, received)
	if bare.ID != webhook.DeliveryID(nil, nil) || bare.Header == nil {
		t.Errorf("without headers: ID %q, header %v", bare.ID, bare.Header)
	}
	hostile := ingest.NewDelivery(http.Header{
		webhook.HeaderTraceID:      {strings.Repeat("x", 1<<20)},
		webhook.HeaderReference:    {"with\x00NUL"},
		webhook.HeaderOrderingTime: {"caf\xe9"},
	}, nil, received)
	if hostile.ID != bare.ID || len(hostile.Header) != 0 {
		t.Errorf("hostile headers are kept: ID of %d bytes, %d headers", len(hostile.ID), len(hostile.Header))
	}
}

func TestUrgent(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"type":"s3_payload","url":"https://example.com"}`:    true,
		`{"url": "https://example.com", "type" : "s3_upload"}`: true,
		`{"type":"sleep","data":[]}`:                           false,
		`{"type":"not_s3_payload"}`:                            false,
		``:                                                     false,
		`{"type":"sleep","note":"s3_payload","x":"` + strings.Repeat("x", 9<<10) + `"}`: false,
	} {
		if d := ingest.NewDelivery(nil, []byte(body), time.Now()); d.Urgent != want {
			t.Errorf("%.60s: urgent %t, want %t", body, d.Urgent, want)
		}
	}
}

func FuzzNewDelivery(f *testing.F) {
	f.Add("x-terra-trace-id", "trace-1", []byte(`{"type":"s3_payload"}`))
	f.Add("X-Terra-Trace-Id", "caf\xe9", []byte(nil))
	f.Add("Terra-Reference", strings.Repeat("x", 201), []byte("{"))
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		d := ingest.NewDelivery(http.Header{name: {value}}, body, time.Now())
		if d.ID == "" || len(d.ID) > 200 || strings.ContainsFunc(d.ID, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("ID of %d bytes is not fit for a key", len(d.ID))
		}
		for kept, values := range d.Header {
			if http.CanonicalHeaderKey(kept) != kept || len(values) != 1 || len(values[0]) > 200 {
				t.Fatal("a header is not in its canonical form")
			}
		}
		// What an inbox returns describes the same delivery.
		if again := ingest.NewDelivery(d.Header, d.Body, d.ReceivedAt); again.ID != d.ID || again.Urgent != d.Urgent || again.ReceivedAt != d.ReceivedAt {
			t.Fatal("another delivery the second time")
		}
	})
}
