package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/terra-go/terra/sandbox"
	"github.com/terra-go/terra/webhook"
)

type verifyCommand struct {
	File       string        `arg:"" optional:"" default:"-" help:"The body exactly as it arrived; the standard input when left out or -."`
	Signature  string        `required:"" placeholder:"HEADER" help:"Value of the ${signature_header} header: t=…,v1=…"`
	SecretFile string        `name:"signing-secret-file" placeholder:"FILE" help:"Read signing secrets from a file, one on each line, instead of TERRA_SIGNING_SECRET, where commas separate them."`
	Sandbox    bool          `help:"Use the signing secret of a sandbox."`
	Tolerance  time.Duration `default:"${tolerance}" help:"How far the signature's time may lie from now; raise it for a body kept from earlier. Default: ${default}."`
}

// verification is the result. Type is empty unless verified.
type verification struct {
	Verified bool   `json:"verified"`
	Reason   string `json:"reason,omitempty"`
	Type     string `json:"type,omitempty"`
	Bytes    int    `json:"bytes"`
}

func (c verifyCommand) Run(out *output) error {
	verifier, err := c.verifier()
	if err != nil {
		return err
	}
	body, err := readBody(c.File, out.in)
	if err != nil {
		return err
	}
	v := verification{Bytes: len(body)}
	refusal := verifier.VerifySignature(c.Signature, body)
	if v.Verified = refusal == nil; v.Verified {
		if event, err := webhook.Parse(http.Header{}, body); err == nil {
			v.Type = string(event.Type())
		}
	} else {
		v.Reason = reason(refusal)
	}
	switch {
	case v.Verified:
		return out.result(v, func(w io.Writer) { fmt.Fprintf(w, "Verified: %d bytes, event type %q.\n", v.Bytes, v.Type) })
	case out.values():
		if err := out.result(v, nil); err != nil {
			return err
		}
		return errReported
	}
	return errors.New("not verified: " + v.Reason)
}

func (c verifyCommand) verifier() (*webhook.Verifier, error) {
	secrets, err := signingSecrets(c.SecretFile)
	if err != nil {
		return nil, err
	}
	if c.Sandbox {
		secrets = []string{sandbox.DefaultSigningSecret}
	}
	if len(secrets) == 0 {
		return nil, usagef("no signing secret: set TERRA_SIGNING_SECRET, name a --signing-secret-file, or add --sandbox")
	}
	verifier, err := webhook.NewVerifier(secrets, webhook.WithTolerance(c.Tolerance))
	if err != nil {
		return nil, usagef("%s", err)
	}
	return verifier, nil
}

// reason is why err refuses a body, and where to look.
func reason(err error) string {
	hint := ""
	switch {
	case errors.Is(err, webhook.ErrMismatch):
		hint = "the secret is another destination's, or the body is not byte for byte what was signed"
	case errors.Is(err, webhook.ErrTooOld), errors.Is(err, webhook.ErrTooNew):
		hint = "it is genuine; accept its age with a longer --tolerance"
	case errors.Is(err, webhook.ErrNoSignature), errors.Is(err, webhook.ErrMalformedSignature):
		hint = "pass the header's value alone, in quotes: t=…,v1=…"
	default:
		return err.Error()
	}
	return err.Error() + " (" + hint + ")"
}
