package sqlinbox

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terra-go/terra/ingest"
)

// store is an inbox's tables in one dialect. Each method is one transaction. Those
// that take marks change what is still in the state of its mark, and count it.
type store interface {
	// put stores rows of different ids and sets known on those that were there.
	put(ctx context.Context, rows []*row) error
	lease(ctx context.Context, limit int, ttl time.Duration) ([]ingest.Item, error)
	extend(ctx context.Context, marks []mark, ttl time.Duration) (int, error)
	ack(ctx context.Context, marks []mark) (int, error)
	retry(ctx context.Context, m mark, delay time.Duration, reason string) (int, error)
	bury(ctx context.Context, m mark, reason string) (int, error)
	// list finds all deliveries of a state, oldest first; read returns those of
	// found that are still in that state.
	list(ctx context.Context, state ingest.State) ([]entry, error)
	read(ctx context.Context, state ingest.State, found []entry) ([]ingest.Item, error)
	stats(ctx context.Context) (ingest.Stats, error)
	// purge forgets up to limit of those done that were stored longer ago than age.
	purge(ctx context.Context, age time.Duration, limit int) (int, error)
}

// row is a delivery to be stored.
type row struct {
	id         string
	urgent     bool
	receivedAt int64 // milliseconds since 1970
	header     string
	body       []byte

	known bool
}

// entry is a delivery that was found by list.
type entry struct {
	seq  int64
	size int
}

// mark is what an item's Lease says: which row it is, in which state it was handed
// out, and the random number that the row then had, which every change replaces.
type mark struct {
	of    byte
	seq   int64
	lease int64
}

const (
	leased = 'l'
	buried = 'd'
	seen   = 's' // scanned while pending: good for nothing
)

func (m mark) String() string {
	return string(m.of) + strconv.FormatInt(m.seq, 36) + "." + strconv.FormatInt(m.lease, 36)
}

func parseMark(s string) (m mark, ok bool) {
	seq, lease, ok := strings.Cut(s, ".")
	if !ok || seq == "" || seq[0] != leased && seq[0] != buried {
		return mark{}, false
	}
	m.of = seq[0]
	var err1, err2 error
	m.seq, err1 = strconv.ParseInt(seq[1:], 36, 64)
	m.lease, err2 = strconv.ParseInt(lease, 36, 64)
	return m, err1 == nil && err2 == nil
}

// newLease is a number that no lease has had before, since processes that have
// lost what the database forgot in a crash must not be mistaken for one another.
func newLease() int64 { return rand.Int64() }

// columns are what a query returns of a delivery, in the order of the columns.
type columns struct {
	seq, receivedAt, failedAt int64
	id, reason                string
	urgent                    bool
	attempts                  int
	header                    string
	body                      []byte
}

func (c *columns) dest() []any {
	return []any{&c.seq, &c.id, &c.receivedAt, &c.urgent, &c.attempts, &c.reason, &c.failedAt, &c.header, &c.body}
}

func (c *columns) item(of byte, lease int64) (ingest.Item, error) {
	header := http.Header{}
	if err := json.Unmarshal([]byte(c.header), &header); err != nil {
		return ingest.Item{}, errDamaged
	}
	item := ingest.Item{
		Delivery: ingest.Delivery{
			ID: c.id, ReceivedAt: time.UnixMilli(c.receivedAt).UTC(), Urgent: c.urgent, Header: header, Body: c.body,
		},
		Attempt: c.attempts,
		Reason:  c.reason,
		Lease:   mark{of, c.seq, lease}.String(),
	}
	if c.failedAt != 0 {
		item.FailedAt = time.UnixMilli(c.failedAt).UTC()
	}
	return item, nil
}

func milliseconds(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }
