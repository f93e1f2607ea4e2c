package healthdb

import (
	"context"
	"hash/maphash"
	"strings"
	"sync"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

// quick applies a delivery in one statement, which saves PostgreSQL and the program
// most of the work: one of a single record without samples, of a user whose profile
// is stored already. It does all of it or nothing, and nothing when the stored record
// stays or has samples, or when its connection is just joined with another; that takes
// the long way. To store the record of a known delivery again changes nothing, so
// nobody asks whether it is known.
func (db *DB) quick(ctx context.Context, e webhook.Event, d delivery, records []*record, body *body) (done bool, err error) {
	if db.sql.Dialect != sqldb.Postgres || len(records) != 1 {
		return false, nil
	}
	r := records[0]
	connection, ok := db.folded.connection(e, d)
	if !ok || !r.table.connected || r.table.sampled(r.p) && db.samples {
		return false, nil
	}
	args := r.args
	args[0] = connection
	if r.table.scored() {
		args = append(args, r.score)
	}
	args = append(args, d.userID, d.id, d.typ, orNull(d.reference), d.orderingMs(), d.receivedAt, db.now(), int64(len(d.body)), body.buf.Bytes())
	var stored int
	err = db.sql.Pool.QueryRowContext(ctx, db.statements[r.table.number].quick, args...).Scan(&stored)
	switch err = sqldb.Wrap("apply", err); sqldb.KindOf(err) {
	case sqldb.Conflict, sqldb.Data:
		return false, nil
	}
	return stored == 1, err
}

// folded remembers what has been taken in of the profiles of users. To take in the
// same again never changes anything, whatever happened meanwhile.
type folded struct {
	mu    sync.RWMutex
	seed  maphash.Seed
	users map[string]profile
}

type profile struct {
	connection int64
	hash       uint64 // of the profile and its rank
}

// maxFolded is how many users are remembered before starting anew.
const maxFolded = 1 << 16

func (f *folded) add(e webhook.Event, d delivery, connection int64) {
	user, ok := userOf(e)
	if !ok || connection == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users == nil || len(f.users) >= maxFolded {
		f.seed, f.users = maphash.MakeSeed(), map[string]profile{}
	}
	f.users[strings.Clone(d.userID)] = profile{connection, f.hash(user, d)}
}

// connection is false for what has yet to be taken in.
func (f *folded) connection(e webhook.Event, d delivery) (int64, bool) {
	user, ok := userOf(e)
	if !ok {
		return 0, false
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	p, ok := f.users[d.userID]
	return p.connection, ok && p.hash == f.hash(user, d)
}

func (f *folded) hash(user health.User, d delivery) uint64 {
	user.LastWebhookUpdate = health.Timestamp{} // always another, and not stored
	return maphash.Comparable(f.seed, struct {
		user health.User
		at   rank
	}{user, mentioned(rank{ms: d.ms, key: d.key})})
}
