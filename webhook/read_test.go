package webhook_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/webhook"
)

// TestReadRequestUsesMemoryAgain reads bodies of several sizes, declared and not,
// into the same memory and into memory that is too small.
func TestReadRequestUsesMemoryAgain(t *testing.T) {
	t.Parallel()
	v, err := webhook.NewVerifier([]string{signingSecret})
	if err != nil {
		t.Fatal(err)
	}
	read := func(body []byte, declared bool, secret string, buf []byte) ([]byte, error) {
		r := httptest.NewRequest(http.MethodPost, "/webhook", io.MultiReader(bytes.NewReader(body)))
		if declared {
			r.ContentLength = int64(len(body))
		}
		r.Header.Set(webhook.HeaderSignature, webhook.Sign(secret, time.Now(), body))
		return v.ReadRequest(httptest.NewRecorder(), r, 5<<20, buf)
	}
	for _, declared := range []bool{true, false} {
		for _, size := range []int{0, 1, 5000, 3 << 20, 5 << 20} {
			body := bytes.Repeat([]byte("b"), size)
			first, err := read(body, declared, signingSecret, nil)
			if err != nil || !bytes.Equal(first, body) {
				t.Fatalf("%d bytes: read %d, error %v", size, len(first), err)
			}
			copy(first, "a")
			again, err := read(body, declared, signingSecret, first[:1:cap(first)][:0])
			if err != nil || !bytes.Equal(again, body) {
				t.Fatalf("%d bytes again: read %d, error %v", size, len(again), err)
			}
			if size > 0 && declared && &first[0] != &again[0] {
				t.Errorf("%d bytes: the memory was not used again", size)
			}
			if grown, err := read(body, declared, signingSecret, make([]byte, 10, 100)); err != nil || !bytes.Equal(grown, body) {
				t.Errorf("%d bytes into too little memory: read %d, error %v", size, len(grown), err)
			}
			if refused, err := read(body, declared, "another", nil); err == nil || len(refused) != 0 {
				t.Errorf("forged: %d bytes, error %v", len(refused), err)
			}
		}
		if body, err := read(make([]byte, 5<<20+1), declared, signingSecret, nil); err == nil || len(body) != 0 {
			t.Errorf("too large: %d bytes, error %v", len(body), err)
		}
	}
}

// A handler that puts deliveries on a queue of its own.
func ExampleVerifier_ReadRequest() {
	verifier, err := webhook.NewVerifier([]string{signingSecret})
	if err != nil {
		log.Fatal(err)
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := verifier.ReadRequest(w, r, webhook.DefaultMaxBytes, nil)
		if err != nil {
			status, reason := webhook.Refusal(err)
			fmt.Println(status, reason)
			w.WriteHeader(status)
			return
		}
		fmt.Println(webhook.DeliveryID(r.Header, body), len(body), "bytes")
	})
	send(h, `{"type":"sleep","data":[]}`)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader("{}")))
	// Output:
	// 4c1f6a52 26 bytes
	// 401 webhook: no signature
}
