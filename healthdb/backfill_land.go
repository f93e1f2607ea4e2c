package healthdb

import (
	"cmp"
	"context"
	"slices"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

// landing is an answer on its way into the store.
type landing struct {
	task
	answer
}

// landers is how many store at the same time: SQLite has one writer.
func (b *backfill) landers() int {
	if b.db.sql.Dialect == sqldb.SQLite {
		return 1
	}
	return min(b.req.Concurrency, 4)
}

// land stores what arrives, until the channel is closed: all that has arrived in one
// transaction, as each takes a flush of the disk. After an error, which goes to fail,
// it stores nothing more.
func (b *backfill) land(ctx context.Context, arriving <-chan *landing, fail func(error)) {
	failed := false
	for first := range arriving {
		batch := []*landing{first}
		for len(batch) < cap(arriving) {
			select {
			case l, ok := <-arriving:
				if ok {
					batch = append(batch, l)
					continue
				}
			default:
			}
			break
		}
		if !failed {
			if err := b.landAll(ctx, batch); err != nil {
				failed = true
				fail(err)
			}
		}
		for _, l := range batch {
			releaseAll(l.rows)
		}
	}
}

// landAll stores a batch, or if there is something in it that the database refuses,
// one after the other.
func (b *backfill) landAll(ctx context.Context, batch []*landing) error {
	// Whoever locks several connections does so in one order.
	slices.SortFunc(batch, func(x, y *landing) int {
		return cmp.Or(cmp.Compare(x.userID, y.userID), cmp.Compare(x.lane.number, y.lane.number), cmp.Compare(x.first, y.first))
	})
	samples := b.db.newBatch()
	defer samples.release()
	err := permanent(b.db.tx(ctx, func(tx *sqldb.Tx) error {
		samples.empty()
		for _, l := range batch {
			if err := b.store(tx, l, samples); err != nil {
				return err
			}
		}
		return nil
	}))
	switch _, rejected := err.(*RejectedError); {
	case err == nil:
		for _, l := range batch {
			b.landed(l)
		}
		return nil
	case rejected && len(batch) == 1:
		return b.miss(batch[0].task, err)
	case rejected:
		for i := range batch {
			if err := b.landAll(ctx, batch[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	return err
}

// store stores an answer, and that it was asked for.
func (b *backfill) store(tx *sqldb.Tx, l *landing, samples *batch) error {
	// Of the user only the id: what else the store knows is older than this request.
	connection, err := b.db.mention(tx, terra.User{UserID: l.userID}, rank{ms: l.asOf.UnixMilli()})
	if err != nil {
		return err
	}
	if err := b.db.putAll(tx, l.rows, connection, samples); err != nil {
		return err
	}
	asked := b.days(l.window)
	if l.never {
		asked.Start = b.req.Range.Start
	}
	return b.db.markAsked(tx, connection, l.lane.typ, asked)
}

// markAsked notes that the days of r which are over were asked for.
func (db *DB) markAsked(tx *sqldb.Tx, connection int64, t webhook.EventType, r terra.Range) error {
	if over := db.over(); over.Before(r.End) {
		r.End = over
	}
	if !r.Start.Before(r.End) {
		return nil
	}
	// Neighbours become one row, so that there are few.
	rows, err := tx.Query("DELETE FROM backfills WHERE connection_id = ? AND type = ? AND first_day <= ? AND end_day >= ? RETURNING first_day, end_day",
		connection, string(t), r.End.String(), r.Start.String())
	if err != nil {
		return err
	}
	if err := eachSpan(rows, func(first, end health.Date) {
		if first.Before(r.Start) {
			r.Start = first
		}
		if end.After(r.End) {
			r.End = end
		}
	}); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO backfills (connection_id, type, first_day, end_day) VALUES (?, ?, ?, ?)",
		connection, string(t), r.Start.String(), r.End.String())
	return err
}
