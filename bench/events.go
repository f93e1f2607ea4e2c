package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/webhook"
)

const signingSecret = "bench-secret"

// eventWorkloads are what a receiver does with each delivery: verify it, and turn
// it into typed values.
func eventWorkloads() ([]workload, error) {
	var out []workload
	for _, size := range []struct {
		name  string
		bytes int
	}{{"2 KB", 2 << 10}, {"200 KB", 200 << 10}} {
		body, err := sleepEvent(size.bytes)
		if err != nil {
			return nil, err
		}
		now := time.Now()
		header := http.Header{}
		header.Set(webhook.HeaderSignature, webhook.Sign(signingSecret, now, body))
		verifier, err := webhook.NewVerifier([]string{signingSecret}, webhook.WithClock(func() time.Time { return now }))
		if err != nil {
			return nil, err
		}
		out = append(out, workload{
			name:  fmt.Sprintf("verify and parse an event of %s", size.name),
			bytes: len(body),
			contenders: []contender{
				{"terra/webhook", func() error { return verifyAndParse(verifier, header, body) }},
				{"hmac and encoding/json into the same structs", func() error {
					var ev struct {
						Type string
						User health.User
						Data []health.Sleep
					}
					return byHand(header, body, &ev)
				}},
				{"hmac and encoding/json into map[string]any", func() error {
					var ev map[string]any
					return byHand(header, body, &ev)
				}},
			},
		})
	}
	return out, nil
}

func verifyAndParse(v *webhook.Verifier, h http.Header, body []byte) error {
	if err := v.Verify(h, body); err != nil {
		return err
	}
	ev, err := webhook.Parse(h, body)
	if err != nil {
		return err
	}
	if sleep, ok := ev.(*webhook.Sleep); !ok || len(sleep.Data) != 1 {
		return errors.New("not the night that was sent")
	}
	return nil
}

// byHand is the receiver that a team writes in an afternoon: one signature in the
// header, no look at its age.
func byHand(h http.Header, body []byte, into any) error {
	stamp, signature, ok := strings.Cut(h.Get(webhook.HeaderSignature), ",v1=")
	if !ok {
		return errors.New("no signature")
	}
	mac := hmac.New(sha256.New, []byte(signingSecret))
	mac.Write([]byte(strings.TrimPrefix(stamp, "t=") + "."))
	mac.Write(body)
	want, err := hex.DecodeString(signature)
	if err != nil || !hmac.Equal(mac.Sum(nil), want) {
		return errors.New("signature does not match")
	}
	return json.Unmarshal(body, into)
}
