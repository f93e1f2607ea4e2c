package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/terra-go/terra/bench/internal/delivery"
	"github.com/terra-go/terra/bench/internal/measure"
	"github.com/terra-go/terra/webhook"
)

// eventsSection is what a receiver does with each delivery: verify it, and turn it
// into typed values.
func eventsSection(r *report, m measure.Measurer) error {
	for _, next := range []func() (document, error){
		dayEventDocument, authDocument,
	} {
		d, err := next()
		if err != nil {
			return err
		}
		if err := deliveryAlone(r, m, d); err != nil {
			return err
		}
		contenders, err := eventContenders(d)
		if err != nil {
			return err
		}
		if err := r.table(m, d.name+", beside the others", len(d.text), contenders); err != nil {
			return err
		}
	}
	return nil
}

// deliveryAlone has another process measure this library, one without the others.
func deliveryAlone(r *report, m measure.Measurer, d document) error {
	contenders, err := delivery.Contenders(d.text)
	if err != nil {
		return err
	}
	if d.big() {
		contenders[1].MaxTime = 2.5
	}
	costs, err := costsAlone(m, d.text)
	if err != nil {
		return err
	}
	r.print(d.name+", in a process that imports this library alone", len(d.text), contenders, costs)
	return nil
}

func costsAlone(m measure.Measurer, body []byte) (costs []measure.Cost, err error) {
	dir, err := os.MkdirTemp("", "terra-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "alone")
	build := exec.Command("go", "build", "-o", program, "github.com/terra-go/terra/bench/internal/delivery/alone")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	how, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	child := exec.Command(program, string(how))
	child.Stdin, child.Stderr = bytes.NewReader(body), os.Stderr
	out, err := child.Output()
	if err != nil {
		return nil, err
	}
	return costs, json.Unmarshal(out, &costs)
}

func eventContenders(d document) ([]measure.Contender, error) {
	contenders, err := delivery.Contenders(d.text)
	if err != nil {
		return nil, err
	}
	header := delivery.Header(d.text, time.Now())
	for _, p := range peers {
		contenders = append(contenders, measure.Contender{
			Name: "by hand with " + p.name,
			Do:   func() error { return byHand(p, header, d.text, d.mirror()) },
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
	mac := hmac.New(sha256.New, []byte(delivery.Secret))
	mac.Write([]byte(strings.TrimPrefix(stamp, "t=") + "."))
	mac.Write(body)
	want, err := hex.DecodeString(signature)
	if err != nil || !hmac.Equal(mac.Sum(nil), want) {
		return errors.New("signature does not match")
	}
	return p.unmarshal(body, into)
}
