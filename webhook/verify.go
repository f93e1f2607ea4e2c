package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The headers of a delivery. They are looked up without regard to case.
const (
	HeaderSignature       = "X-Terra-Signature"
	HeaderSignatureLegacy = "Terra-Signature" // the older name of the same value
	HeaderTraceID         = "X-Terra-Trace-Id"
	HeaderReference       = "Terra-Reference"
	HeaderOrderingTime    = "X-Terra-Ordering-Timestamp"
)

// DefaultTolerance is how far a signature's time may lie from the verifier's
// clock, in the past or in the future, unless [WithTolerance] says otherwise.
const DefaultTolerance = 5 * time.Minute

// Why a delivery was refused. The errors returned wrap one of these and quote
// neither the header nor the body.
//
// The time of a signature is looked at only once the signature has matched, so
// that ErrTooOld and ErrTooNew always mean a genuine delivery (replayed, held up,
// or met by a wrong clock), and a forger learns nothing but ErrMismatch.
var (
	ErrNoSignature        = errors.New("webhook: no signature")
	ErrMalformedSignature = errors.New("webhook: malformed signature")
	ErrMismatch           = errors.New("webhook: signature does not match")
	ErrTooOld             = errors.New("webhook: signature too old")
	ErrTooNew             = errors.New("webhook: signature from the future")
)

// What one request can ask for is bounded: the body is hashed once for each secret
// and each distinct time of signature.
const (
	maxHeaders = 8
	maxTimes   = 4
)

// Verifier decides whether a delivery was signed with one of its secrets. It is
// safe for concurrent use.
type Verifier struct {
	macs      []func() hash.Hash // closures, so that printing a Verifier shows no secret
	tolerance time.Duration
	now       func() time.Time
}

// VerifierOption changes a default of [NewVerifier].
type VerifierOption func(*Verifier)

// NewVerifier takes the signing secrets of the destinations that deliver to this
// receiver: one, or several when environments share an address or while a secret
// is being replaced. No secrets, or an empty one among them, is an error, because
// anyone can sign with an empty secret.
func NewVerifier(secrets []string, opts ...VerifierOption) (*Verifier, error) {
	if len(secrets) == 0 {
		return nil, errors.New("webhook: no signing secret")
	}
	v := &Verifier{tolerance: DefaultTolerance, now: time.Now}
	for _, secret := range secrets {
		if strings.TrimSpace(secret) == "" {
			return nil, errors.New("webhook: empty signing secret")
		}
		key := []byte(secret)
		v.macs = append(v.macs, func() hash.Hash { return hmac.New(sha256.New, key) })
	}
	for _, opt := range opts {
		opt(v)
	}
	if v.tolerance <= 0 {
		return nil, errors.New("webhook: tolerance must be positive")
	}
	if v.now == nil {
		return nil, errors.New("webhook: nil clock")
	}
	return v, nil
}

// WithTolerance accepts signatures up to d before or after the clock's time. Only
// positive durations are valid.
//
// More than [DefaultTolerance] is needed when deliveries are held up on the way, by
// a queue or a relay. It is also the remedy should genuine deliveries be refused as
// [ErrTooOld] after an outage: whether an attempt is signed anew when it is
// repeated is not documented, and repetitions go on for about a day.
func WithTolerance(d time.Duration) VerifierOption {
	return func(v *Verifier) { v.tolerance = d }
}

// WithClock replaces [time.Now].
func WithClock(now func() time.Time) VerifierOption {
	return func(v *Verifier) { v.now = now }
}

// Verify checks the signature in h, under either header name, against body, the
// request's body exactly as it arrived. One match suffices when there are several
// secrets, headers, or v1 entries in a header.
func (v *Verifier) Verify(h http.Header, body []byte) error {
	c, err := v.Begin(h)
	if err != nil {
		return err
	}
	c.Write(body)
	return c.Finish()
}

// VerifySignature is [Verifier.Verify] for receivers that get at the value of the
// signature header by other means than an [http.Header].
func (v *Verifier) VerifySignature(header string, body []byte) error {
	c, err := v.begin([]string{header})
	if err != nil {
		return err
	}
	c.Write(body)
	return c.Finish()
}

// Begin verifies a body that is still being read: write it to the [Check], then
// ask for the verdict. A header that could not match any body is reported at once
// as [ErrNoSignature] or [ErrMalformedSignature].
func (v *Verifier) Begin(h http.Header) (*Check, error) {
	return v.begin(slices.Concat(headerValues(h, HeaderSignature), headerValues(h, HeaderSignatureLegacy)))
}

func (v *Verifier) begin(headers []string) (*Check, error) {
	if len(headers) > maxHeaders {
		return nil, fmt.Errorf("%w: too many headers", ErrMalformedSignature)
	}
	c := &Check{v: v}
	err := ErrNoSignature
	for i, header := range headers {
		if strings.TrimSpace(header) == "" || slices.Contains(headers[:i], header) {
			continue
		}
		sig, malformed := parseSignature(header)
		if malformed != nil {
			err = malformed
			continue
		}
		if !c.add(sig) {
			return nil, fmt.Errorf("%w: too many times", ErrMalformedSignature)
		}
	}
	if len(c.candidates) == 0 {
		return nil, err
	}
	return c, nil
}

// checkTime compares a signature's time with the clock.
func (v *Verifier) checkTime(signed time.Time) error {
	age := v.now().Sub(signed)
	switch {
	case age > v.tolerance:
		return fmt.Errorf("%w: more than %v", ErrTooOld, v.tolerance)
	case age < -v.tolerance:
		return fmt.Errorf("%w: more than %v", ErrTooNew, v.tolerance)
	}
	return nil
}

// Check is one verification under way, begun by [Verifier.Begin].
type Check struct {
	v          *Verifier
	candidates []candidate
}

// candidate is the signatures of one time, and the MACs they are held against.
type candidate struct {
	signature
	macs []hash.Hash // one for each secret
}

// Write takes the next piece of the body and never fails.
func (c *Check) Write(p []byte) (int, error) {
	for _, cand := range c.candidates {
		for _, mac := range cand.macs {
			mac.Write(p)
		}
	}
	return len(p), nil
}

// Finish is the verdict on what was written: nil, [ErrMismatch], [ErrTooOld] or
// [ErrTooNew].
func (c *Check) Finish() error {
	err := ErrMismatch
	for _, cand := range c.candidates {
		if !cand.matches() {
			continue
		}
		if err = c.v.checkTime(cand.at); err == nil {
			return nil
		}
	}
	return err
}

// add reports false when sig would be one time too many.
func (c *Check) add(sig signature) bool {
	for i := range c.candidates {
		if cand := &c.candidates[i]; cand.time == sig.time {
			cand.v1 = append(cand.v1, sig.v1...)
			return true
		}
	}
	if len(c.candidates) == maxTimes {
		return false
	}
	cand := candidate{signature: sig}
	for _, newMAC := range c.v.macs {
		mac := newMAC()
		mac.Write([]byte(sig.time + "."))
		cand.macs = append(cand.macs, mac)
	}
	c.candidates = append(c.candidates, cand)
	return true
}

// matches takes the same time whichever secret and signature match, if any.
func (c *candidate) matches() bool {
	found := 0
	var sum [sha256.Size]byte
	for _, mac := range c.macs {
		mac.Sum(sum[:0])
		for i := range c.v1 {
			found |= subtle.ConstantTimeCompare(sum[:], c.v1[i][:])
		}
	}
	return found == 1
}

// signature is the parsed value of a signature header.
type signature struct {
	time string // Unix seconds in the header's own digits, which are what was signed
	at   time.Time
	v1   [][sha256.Size]byte
}

// parseSignature reads entries of the form key=value, separated by commas, in any
// order. Entries other than t and v1, which belong to other schemes, are skipped,
// and so is a v1 that is no SHA-256 sum as long as another one is.
func parseSignature(header string) (signature, error) {
	var sig signature
	for entry := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(entry, "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "t":
			if sig.time != "" && sig.time != value {
				return signature{}, fmt.Errorf("%w: two times", ErrMalformedSignature)
			}
			seconds, ok := parseDigits(value)
			if !ok {
				return signature{}, fmt.Errorf("%w: time is no number of seconds", ErrMalformedSignature)
			}
			sig.time, sig.at = value, time.Unix(seconds, 0)
		case "v1":
			var sum [sha256.Size]byte
			if len(value) != hex.EncodedLen(len(sum)) {
				continue
			}
			if _, err := hex.Decode(sum[:], []byte(value)); err == nil {
				sig.v1 = append(sig.v1, sum)
			}
		}
	}
	if sig.time == "" {
		return signature{}, fmt.Errorf("%w: no time", ErrMalformedSignature)
	}
	if sig.v1 == nil {
		return signature{}, fmt.Errorf("%w: no v1 of 64 hexadecimal digits", ErrMalformedSignature)
	}
	return sig, nil
}

// parseDigits reads a number of digits alone, too few of them to overflow.
func parseDigits(s string) (int64, bool) {
	if s == "" || len(s) > 18 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// headerValues finds name in headers that may have been copied from a map with
// keys of any case.
func headerValues(h http.Header, name string) []string {
	if values, ok := h[http.CanonicalHeaderKey(name)]; ok {
		return values
	}
	for key, values := range h {
		if strings.EqualFold(key, name) {
			return values
		}
	}
	return nil
}
