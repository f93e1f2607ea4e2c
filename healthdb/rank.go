package healthdb

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/terra-go/terra/webhook"
)

// rank decides which of two deliveries about the same thing counts: the higher one,
// whichever came first. It depends on the deliveries alone, so that any order of
// them, with any repetitions, ends in the same rows.
type rank struct {
	ms  int64  // when it was produced, Unix milliseconds
	key string // of the content; see keyOf
}

// orderingMs is when a delivery was produced. One that does not tell counts as newest
// at the time it was received.
func orderingMs(e webhook.Event, receivedAt time.Time) int64 {
	if at := e.Meta().OrderingTime; !at.IsZero() {
		return at.UnixMilli()
	}
	return receivedAt.UnixMilli()
}

// compare is negative when r is the lower rank.
func (r rank) compare(s rank) int {
	return cmp.Or(cmp.Compare(r.ms, s.ms), cmp.Compare(r.key, s.key))
}

// keyOf orders contents that were produced in the same millisecond: the longer one
// is the higher, as what comes later holds more. Among those of one length it has
// to be always the same one. All keys are 40 characters and compare as such.
func keyOf(content []byte) string {
	sum := sha256.Sum256(content)
	var b [20]byte
	n := len(content)
	b[0], b[1], b[2], b[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
	copy(b[4:], sum[:16])
	return hex.EncodeToString(b[:])
}
