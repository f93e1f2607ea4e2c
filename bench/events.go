package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/terra-go/terra/webhook"
)

const signingSecret = "bench-secret"

// eventsSection is what a receiver does with each delivery: verify it, and turn it
// into typed values.
func eventsSection(r *report, m measurer) error {
	for _, next := range []func() (document, error){
		dayEventDocument, authDocument,
	} {
		d, err := next()
		if err != nil {
			return err
		}
		contenders, err := eventContenders(d)
		if err != nil {
			return err
		}
		if err := r.table(m, d.name, len(d.text), contenders); err != nil {
			return err
		}
	}
	return nil
}

func eventContenders(d document) ([]contender, error) {
	now := time.Now()
	header := http.Header{}
	header.Set(webhook.HeaderSignature, webhook.Sign(signingSecret, now, d.text))
	verifier, err := webhook.NewVerifier([]string{signingSecret}, webhook.WithClock(func() time.Time { return now }))
	if err != nil {
		return nil, err
	}
	ours := contender{name: "terra, verify and parse", do: func() error {
		if err := verifier.Verify(header, d.text); err != nil {
			return err
		}
		_, err := webhook.Parse(header, d.text)
		return err
	}}
	if d.big() {
		ours.maxTime = 2.5
	}
	contenders := []contender{
		{name: "HMAC-SHA256 alone", do: func() error {
			mac := hmac.New(sha256.New, []byte(signingSecret))
			mac.Write(d.text)
			mac.Sum(nil)
			return nil
		}},
		ours,
	}
	for _, p := range peers {
		contenders = append(contenders, contender{
			name: "by hand with " + p.name,
			do:   func() error { return byHand(p, header, d.text, d.mirror()) },
		})
	}
	return contenders, nil
}

// byHand is the receiver that a team writes in an afternoon: one signature in the
// header, no look at its age.
func byHand(p peer, h http.Header, body []byte, into any) error {
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
	return p.unmarshal(body, into)
}
