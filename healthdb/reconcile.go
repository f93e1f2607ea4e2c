package healthdb

import (
	"context"
	"errors"
	"slices"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/opt"
)

// reconcileBatch is how many users are compared in one transaction, or asked about
// in one request.
const reconcileBatch = 100

// Reconciliation counts what [DB.Reconcile] found, in connections.
type Reconciliation struct {
	Added     int `json:"added"`     // unknown until now
	Changed   int `json:"changed"`   // other than in the store, in any column
	Gone      int `json:"gone"`      // the service no longer knows them; now of StatusGone
	Unchanged int `json:"unchanged"` // known to both, and alike
}

// Reconcile makes connections what the service says they are, for when a webhook
// about one has been missed. What the service lists counts as of the beginning of the
// request: a webhook of a later time wins, whenever it arrives. A listed connection
// is active, or revoked if the service no longer collects data over it; a degraded
// one is asked about by itself. One that is missing is looked up before it is marked
// as gone, and its records stay.
//
// It may be repeated at any time, and after an error it is best repeated; the counts
// then are those up to the error.
func (db *DB) Reconcile(ctx context.Context, client *terra.Client) (Reconciliation, error) {
	r := reconciler{db: db, client: client, found: map[string]finding{}}
	err := r.run(ctx)
	return r.count(), err
}

// reconciler is one reconciliation under way.
type reconciler struct {
	db     *DB
	client *terra.Client
	found  map[string]finding // by user id
}

// finding is how the service's word of an id compares with the store.
type finding int

const (
	added finding = iota + 1
	changed
	gone
	unchanged
	refused // the id is none that the store can hold
)

func (r *reconciler) count() (n Reconciliation) {
	for _, f := range r.found {
		switch f {
		case added:
			n.Added++
		case changed:
			n.Changed++
		case gone:
			n.Gone++
		case unchanged:
			n.Unchanged++
		}
	}
	return n
}

func (r *reconciler) run(ctx context.Context) error {
	began := r.now()
	var batch []terra.User
	listed := map[string]bool{}
	for user, err := range r.client.Users.All(ctx) {
		if err != nil {
			return err
		}
		if listed[user.UserID] {
			continue
		}
		listed[user.UserID] = true
		if batch = append(batch, user); len(batch) == reconcileBatch {
			if err := r.take(ctx, batch, began); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := r.take(ctx, batch, began); err != nil {
		return err
	}
	if err := r.lookUpMissing(ctx); err != nil {
		return err
	}
	return r.lookUpDegraded(ctx)
}

// lookUpMissing asks about connections that were not listed: the listing comes in
// pages, and one that ends meanwhile makes another slip from page to page.
func (r *reconciler) lookUpMissing(ctx context.Context) error {
	var missing []string
	for c, err := range r.db.Connections(ctx, ConnectionFilter{Statuses: []Status{StatusActive, StatusDegraded}}) {
		if err != nil {
			return err
		}
		if r.found[c.UserID] == 0 {
			missing = append(missing, c.UserID)
		}
	}
	for ids := range slices.Chunk(missing, reconcileBatch) {
		began := r.now()
		page, err := r.client.Users.Bulk(ctx, ids)
		var found []terra.User
		switch {
		case err == nil:
			found = page.Data
		case !errors.Is(err, terra.ErrNotFound): // that none of them is known
			return err
		}
		if err := r.take(ctx, found, began); err != nil {
			return err
		}
		lost := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.found[id] != 0 })
		if err := r.lose(ctx, lost, began); err != nil {
			return err
		}
	}
	return nil
}

// lookUpDegraded asks whether the provider lets the service in again, which the list
// does not tell.
func (r *reconciler) lookUpDegraded(ctx context.Context) error {
	var degraded []string
	for c, err := range r.db.Connections(ctx, ConnectionFilter{Statuses: []Status{StatusDegraded}}) {
		if err != nil {
			return err
		}
		degraded = append(degraded, c.UserID)
	}
	for _, id := range degraded {
		began := r.now()
		info, err := r.client.Users.Get(ctx, id)
		if errors.Is(err, terra.ErrNotFound) {
			continue // ended just now: the next time will tell
		}
		if err != nil {
			return err
		}
		if !info.IsAuthenticated {
			continue
		}
		err = r.db.tx(ctx, func(tx *sqldb.Tx) error {
			_, err := r.db.fold(tx, health.User{UserID: id}, began, func(m *member) { m.Degraded.set(no, began) })
			return err
		})
		if err != nil {
			return err
		}
		if r.found[id] == unchanged {
			r.found[id] = changed
		}
	}
	return nil
}

// take folds in what the service says of users.
func (r *reconciler) take(ctx context.Context, users []terra.User, at rank) error {
	return r.each(ctx, users, func(tx *sqldb.Tx, user terra.User) (finding, error) {
		if _, err := checkUser(user); err != nil {
			return refused, nil // of which no webhook can be stored either
		}
		before, known, err := r.db.current(tx, user.UserID)
		if err != nil {
			return 0, err
		}
		if _, err := r.db.fold(tx, user, at, func(m *member) { m.list(user.Active, at) }); err != nil {
			return 0, err
		}
		after, _, err := r.db.current(tx, user.UserID)
		switch {
		case !known:
			return added, err
		case !before.equal(after):
			return changed, err
		}
		return unchanged, err
	})
}

// lose folds in that the service does not know user ids.
func (r *reconciler) lose(ctx context.Context, ids []string, at rank) error {
	users := make([]terra.User, len(ids))
	for i, id := range ids {
		users[i].UserID = id
	}
	return r.each(ctx, users, func(tx *sqldb.Tx, user terra.User) (finding, error) {
		if _, err := r.db.fold(tx, user, at, func(m *member) { m.Known.set(no, at) }); err != nil {
			return 0, err
		}
		c, _, err := r.db.current(tx, user.UserID)
		if c.Status == StatusGone {
			return gone, err
		}
		return unchanged, err // it has connected since
	})
}

// each compares users in one transaction.
func (r *reconciler) each(ctx context.Context, users []terra.User, compare func(*sqldb.Tx, terra.User) (finding, error)) error {
	if len(users) == 0 {
		return nil
	}
	var findings []finding
	err := r.db.tx(ctx, func(tx *sqldb.Tx) error {
		findings = findings[:0]
		if err := r.db.lockAll(tx); err != nil {
			return err
		}
		for _, user := range users {
			f, err := compare(tx, user)
			if err != nil {
				return err
			}
			findings = append(findings, f)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, f := range findings {
		r.found[users[i].UserID] = f
	}
	return nil
}

// now is the rank of what a request that begins now will return. Of the events of
// the same millisecond it is the lowest.
func (r *reconciler) now() rank { return rank{ms: r.db.now().UnixMilli()} }

// list takes in that the service knows the id.
func (m *member) list(active opt.Value[bool], at rank) {
	m.Known.set(yes, at)
	if active.Or(true) {
		m.End.set("", at)
	} else {
		m.end(StatusRevoked, at)
	}
}
