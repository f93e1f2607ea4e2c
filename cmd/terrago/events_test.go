package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"github.com/terra-go/terra/cmd/terrago/internal/events"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/webhook"
)

// readCounter counts the deliveries that an inbox gives out.
type readCounter struct {
	ingest.Inbox
	read int
}

func (c *readCounter) Scan(ctx context.Context, state ingest.State) iter.Seq2[ingest.Item, error] {
	return func(yield func(ingest.Item, error) bool) {
		for item, err := range c.Inbox.Scan(ctx, state) {
			if c.read++; !yield(item, err) {
				return
			}
		}
	}
}

// TestEventsAreCountedUnread: a long backlog is counted in full, but only as many of it
// are read as are listed, unless a filter has to look at each.
func TestEventsAreCountedUnread(t *testing.T) {
	t.Parallel()
	const pending, limit = 300, 7
	at := store.Location{Kind: store.SQLite, Target: filepath.Join(t.TempDir(), "t.db")}
	db, err := store.OpenDB(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	inbox := &readCounter{Inbox: ingest.NewMemory()}
	for i := range pending {
		body := daily(fmt.Sprint("person-", i%2), 1)
		if _, err := inbox.Put(t.Context(), ingest.Delivery{ID: fmt.Sprint(i), ReceivedAt: time.Now(), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	s := &stores{db, &store.Inbox{Inbox: inbox, Location: at}}
	for name, tc := range map[string]struct {
		filter              healthdb.DeliveryFilter
		limit, counted, few int // no more than few are read, if it is not 0
	}{
		"the first":     {healthdb.DeliveryFilter{}, limit, pending, limit},
		"all":           {healthdb.DeliveryFilter{}, 0, pending, pending},
		"one person's":  {healthdb.DeliveryFilter{UserID: "person-1"}, limit, pending / 2, 0},
		"another type":  {healthdb.DeliveryFilter{Types: []webhook.EventType{"sleep"}}, limit, 0, 0},
		"of the future": {healthdb.DeliveryFilter{From: time.Now().Add(time.Hour)}, limit, 0, 0},
	} {
		inbox.read = 0
		var text bytes.Buffer
		o := &output{stdio: stdio{out: &text, err: io.Discard}, format: formatJSON}
		c := eventsListCommand{Limit: tc.limit}
		if err := c.list(t.Context(), s, tc.filter, []ingest.State{ingest.Dead, ingest.Pending, events.Applied}, o); err != nil {
			t.Fatal(err)
		}
		var v struct {
			Events []events.Event
			Counts eventCounts
		}
		if err := json.Unmarshal(text.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		listed := tc.counted
		if tc.limit > 0 {
			listed = min(listed, tc.limit)
		}
		if len(v.Events) != listed || v.Counts != (eventCounts{Pending: tc.counted}) {
			t.Errorf("%s: %d are listed, and the counts are %+v", name, len(v.Events), v.Counts)
		}
		if tc.few > 0 && inbox.read > tc.few {
			t.Errorf("%s: %d are read", name, inbox.read)
		}
	}
}
