package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// maxTraceID is how long a trace id may be to count as one. Terra's are shorter
// than 100 bytes.
const maxTraceID = 200

// DeliveryID is the key to drop repetitions of a delivery by: the same on every
// attempt at one delivery, different for any other. It is the trace id in h or, when
// there is none of 1 to 200 printable ASCII characters, "sha256:" and the
// hexadecimal SHA-256 sum of body.
func DeliveryID(h http.Header, body []byte) string {
	if id := headerValue(h, HeaderTraceID); printable(id) {
		return id
	}
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// printable reports whether id can stand in a key or in a log as it is.
func printable(id string) bool {
	return id != "" && len(id) <= maxTraceID &&
		!strings.ContainsFunc(id, func(c rune) bool { return c < ' ' || c > '~' })
}
