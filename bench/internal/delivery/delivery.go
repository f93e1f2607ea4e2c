// Package delivery is a signed body, and what a receiver cannot but do with one.
package delivery

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/terra-go/terra/bench/internal/measure"
	"github.com/terra-go/terra/webhook"
)

// Secret signs all bodies.
const Secret = "bench-secret"

// Header is that of a delivery of body, signed now.
func Header(body []byte, now time.Time) http.Header {
	header := http.Header{}
	header.Set(webhook.HeaderSignature, webhook.Sign(Secret, now, body))
	return header
}

// Contenders are the hash alone, and this library.
func Contenders(body []byte) ([]measure.Contender, error) {
	now := time.Now()
	header := Header(body, now)
	verifier, err := webhook.NewVerifier([]string{Secret}, webhook.WithClock(func() time.Time { return now }))
	if err != nil {
		return nil, err
	}
	return []measure.Contender{
		{Name: "HMAC-SHA256 alone", Do: func() error {
			mac := hmac.New(sha256.New, []byte(Secret))
			mac.Write(body)
			mac.Sum(nil)
			return nil
		}},
		{Name: "terra, verify and parse", Do: func() error {
			if err := verifier.Verify(header, body); err != nil {
				return err
			}
			_, err := webhook.Parse(header, body)
			return err
		}},
	}, nil
}
