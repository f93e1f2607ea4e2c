package terra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/terra-go/terra/internal/jsonscan"
	"github.com/terra-go/terra/opt"
)

// decode reads a small response. Its errors are ErrMalformed and quote nothing of
// the body.
func decode(body []byte, v any) error {
	err := json.Unmarshal(body, v)
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return malformed(body, jsonscan.UnmarshalValue(body, (*jsonscan.Scanner).Skip))
	}
	if err != nil {
		return fmt.Errorf("%w: JSON of an unexpected shape", ErrMalformed)
	}
	return nil
}

// scan is decode for a response with records, an object behind which are
// jsonscan.Padding zeros in its array. JSON of another kind is
// jsonscan.ErrNotObject.
func scan(body []byte, e *envelope) error {
	err := jsonscan.ReadObject(body, func(s *jsonscan.Scanner) int { return e.ScanJSON(s, 0) })
	if err == nil || errors.Is(err, jsonscan.ErrNotObject) {
		return err
	}
	return malformed(body, err)
}

// malformed says why a body is not JSON, and where if it was meant to be.
func malformed(body []byte, err error) error {
	trimmed := bytes.TrimSpace(body)
	syntax, ok := errors.AsType[*jsonscan.SyntaxError](err)
	switch {
	case len(trimmed) == 0:
		return fmt.Errorf("%w: empty", ErrMalformed)
	case trimmed[0] == '<':
		return fmt.Errorf("%w: HTML instead of JSON", ErrMalformed)
	case !ok:
		return ErrMalformed
	}
	return fmt.Errorf("%w: invalid JSON at byte %d", ErrMalformed, syntax.Offset)
}

// text is a JSON string; anything else reads as "".
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = text(s)
	}
	return nil
}

// seconds is a duration as a JSON number of seconds, or the same in a string.
type seconds struct {
	d       time.Duration
	present bool
}

// ScanJSON is for generated code.
func (s *seconds) ScanJSON(sc *jsonscan.Scanner, p int) int {
	var v opt.Value[float64]
	p = sc.Float(p, &v)
	if !v.IsNull() {
		*s = seconds{d: secondsOf(v.Or(0)), present: true}
	}
	return p
}

func (s *seconds) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	s.present = true
	s.d, _ = parseSeconds(strings.Trim(string(data), `"`))
	return nil
}
