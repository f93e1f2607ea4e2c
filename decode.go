package terra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// decode is the one place that turns a response into Go values. Its errors are
// ErrMalformed and quote nothing of the body.
func decode(body []byte, v any) error {
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	trimmed := bytes.TrimSpace(body)
	switch syntax, ok := errors.AsType[*json.SyntaxError](err); {
	case len(trimmed) == 0:
		return fmt.Errorf("%w: empty", ErrMalformed)
	case trimmed[0] == '<':
		return fmt.Errorf("%w: HTML instead of JSON", ErrMalformed)
	case ok:
		return fmt.Errorf("%w: invalid JSON at byte %d", ErrMalformed, syntax.Offset)
	}
	return fmt.Errorf("%w: JSON of an unexpected shape", ErrMalformed)
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
