package healthdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/opt"
	"github.com/terra-go/terra/webhook"
)

// connect takes in what e says about connections and returns the one it is about,
// with its row locked until the transaction ends; 0 when it is about none.
//
// What concerns one user id locks the row of its connection and no other. What joins
// connections has a lock of which there is one, and then as many rows as it needs. It
// waits for that lock before it has any row; see [DB.tx] for what finds out too late.
// So nobody waits in a circle.
func (db *DB) connect(tx *sqldb.Tx, e webhook.Event, at rank) (int64, error) {
	at.key = at.key[:min(len(at.key), 16)] // which is kept several times, and enough to tell two events apart
	switch e := e.(type) {
	case *webhook.Auth:
		user := e.User
		if e.ReferenceID != "" {
			user.ReferenceID = opt.Some(e.ReferenceID)
		}
		return db.fold(tx, user, at, func(m *member) { m.connect(at) })
	case *webhook.ConnectionError:
		return db.fold(tx, e.User, at, func(m *member) { m.Degraded.set(yes, at) })
	case *webhook.PermissionChange:
		return db.fold(tx, e.User, at, func(m *member) {
			if _, ok := e.User.Scopes.Get(); !ok {
				m.permit(e.ScopesAdded.List(), e.ScopesRemoved.List(), at)
			}
		})
	case *webhook.Deauth:
		return db.end(tx, e.User, StatusDeauthenticated, at)
	case *webhook.AccessRevoked:
		return db.end(tx, e.User, StatusRevoked, at)
	case *webhook.UserReauth:
		return db.renew(tx, e, at)
	case *webhook.AuthFailed:
		return 0, nil // nobody has connected
	}
	if user, ok := userOf(e); ok {
		return db.mention(tx, user, at)
	}
	return 0, nil
}

// userOf is the user that an event is about. One without an id counts where there
// have to be records of somebody.
func userOf(e webhook.Event) (health.User, bool) {
	var user health.User
	switch e := e.(type) {
	case *webhook.AccessRevoked:
		return e.User, true
	case *webhook.Auth:
		return e.User, true
	case *webhook.ConnectionError:
		return e.User, true
	case *webhook.Deauth:
		return e.User, true
	case *webhook.PermissionChange:
		return e.User, true
	case *webhook.UserReauth:
		return e.NewUser, true
	case *webhook.Activity:
		return e.User, true
	case *webhook.Athlete:
		return e.User, true
	case *webhook.Body:
		return e.User, true
	case *webhook.Daily:
		return e.User, true
	case *webhook.HealthObservation:
		return e.User, true
	case *webhook.Hormone:
		return e.User, true
	case *webhook.Menstruation:
		return e.User, true
	case *webhook.Nutrition:
		return e.User, true
	case *webhook.PlannedWorkout:
		return e.User, true
	case *webhook.Sleep:
		return e.User, true
	case *webhook.GoogleNoDataSource:
		user = e.User
	case *webhook.LargeRequestProcessing:
		user = e.User
	case *webhook.LargeRequestSending:
		user = e.User
	case *webhook.NoData:
		user = e.User
	case *webhook.Processing:
		user = e.User
	case *webhook.RateLimitHit:
		user = e.User
	}
	return user, user.UserID != ""
}

// mention takes in the user object of what is about something else. It counts as of
// the beginning of its hour, so that a profile which has not changed is written once
// an hour at most, and what is said about the connection itself comes first.
func (db *DB) mention(tx *sqldb.Tx, user health.User, at rank) (int64, error) {
	return db.fold(tx, user, mentioned(at), nil)
}

func mentioned(at rank) rank {
	hour := time.Hour.Milliseconds()
	return rank{ms: at.ms / hour * hour}
}

// end takes in that an id ended, which may be the one that another has replaced.
func (db *DB) end(tx *sqldb.Tx, user health.User, status Status, at rank) (int64, error) {
	if err := db.lockAll(tx); err != nil {
		return 0, err
	}
	return db.fold(tx, user, at, func(m *member) { m.end(status, at) })
}

// renew takes in that one id took the place of another, or of one that the service
// no longer knew.
func (db *DB) renew(tx *sqldb.Tx, e *webhook.UserReauth, at rank) (int64, error) {
	if err := db.lockAll(tx); err != nil {
		return 0, err
	}
	old, named := e.OldUser.Get()
	named = named && old.UserID != ""
	connection, err := db.fold(tx, e.NewUser, at, func(m *member) {
		m.connect(at)
		if !named {
			m.renew(at)
		}
	})
	if err != nil || !named || old.UserID == e.NewUser.UserID {
		return connection, err
	}
	if _, err := db.fold(tx, old, at, func(m *member) { m.Replaced = true }); err != nil {
		return 0, err
	}
	return db.union(tx, old.UserID, e.NewUser.UserID)
}

// entry is a user id as it is stored.
type entry struct {
	*member
	userID     string
	connection int64 // 0 if the id is not known yet
}

// fold takes in a user object and, with say, more about its id, and returns the
// connection that the id belongs to.
func (db *DB) fold(tx *sqldb.Tx, user health.User, at rank, say func(*member)) (int64, error) {
	userID, err := checkUser(user)
	if err != nil {
		return 0, err
	}
	for {
		e, err := db.load(tx, userID)
		if err != nil {
			return 0, err
		}
		accounts := len(e.Accounts)
		changed := e.profile(user, at)
		if say != nil {
			say(e.member)
		}
		switch {
		case e.connection == 0:
			if created, err := db.create(tx, e); err != nil {
				return 0, err
			} else if !created {
				continue // somebody else just did
			}
		case changed || say != nil:
			if err := db.save(tx, e); err != nil {
				return 0, err
			}
			if err := db.refresh(tx, e.connection); err != nil {
				return 0, err
			}
		}
		if e.marked() && (say != nil || len(e.Accounts) != accounts) {
			return db.joinByAccount(tx, e)
		}
		return e.connection, nil
	}
}

// joinByAccount joins e's connection with those of the ids that it replaced, or
// that replaced it, without an event that names both.
func (db *DB) joinByAccount(tx *sqldb.Tx, e *entry) (int64, error) {
	if err := db.tryLockAll(tx); err != nil {
		return 0, err
	}
	connection := e.connection
	for _, a := range e.Accounts {
		_, err := tx.Exec(`INSERT INTO connection_accounts (provider, reference_id, user_id, ended_ms, renewed_ms) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (provider, reference_id, user_id) DO UPDATE SET ended_ms = excluded.ended_ms, renewed_ms = excluded.renewed_ms`,
			a.Provider, a.Reference, e.userID, e.Ended, e.Renewed)
		if err != nil {
			return 0, err
		}
		others, err := accountsLike(tx, a)
		if err != nil {
			return 0, err
		}
		for userID, o := range others {
			if userID == e.userID {
				continue
			}
			if replaces(e.Renewed, o.ended) {
				if connection, err = db.replace(tx, userID, e.userID); err != nil {
					return 0, err
				}
			}
			if replaces(o.renewed, e.Ended) {
				if connection, err = db.replace(tx, e.userID, userID); err != nil {
					return 0, err
				}
			}
		}
	}
	return connection, nil
}

// ending is when an id ended, and when it replaced one that was not named.
type ending struct{ ended, renewed int64 }

func accountsLike(tx *sqldb.Tx, a account) (map[string]ending, error) {
	rows, err := tx.Query("SELECT user_id, ended_ms, renewed_ms FROM connection_accounts WHERE provider = ? AND reference_id = ?",
		a.Provider, a.Reference)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := map[string]ending{}
	for rows.Next() {
		var userID string
		var e ending
		if err := rows.Scan(&userID, &e.ended, &e.renewed); err != nil {
			return nil, err
		}
		list[userID] = e
	}
	return list, rows.Err()
}

// replace notes that one id took the place of another.
func (db *DB) replace(tx *sqldb.Tx, oldID, newID string) (int64, error) {
	old, err := db.load(tx, oldID)
	if err != nil {
		return 0, err
	}
	if !old.Replaced {
		old.Replaced = true
		if err := db.save(tx, old); err != nil {
			return 0, err
		}
	}
	return db.union(tx, oldID, newID)
}

// union makes the connections of two ids one: that which came first takes over all
// that the other has.
func (db *DB) union(tx *sqldb.Tx, aID, bID string) (int64, error) {
	a, err := db.load(tx, aID)
	if err != nil {
		return 0, err
	}
	b, err := db.load(tx, bID)
	if err != nil {
		return 0, err
	}
	into, from := min(a.connection, b.connection), max(a.connection, b.connection)
	if into != from {
		if err := db.lockOut(tx, into, from); err != nil {
			return 0, err
		}
		if err := db.moveRecords(tx, into, from); err != nil {
			return 0, err
		}
		for _, statement := range []string{
			"UPDATE backfills SET connection_id = ? WHERE connection_id = ?",
			"UPDATE connection_users SET connection_id = ? WHERE connection_id = ?",
		} {
			if _, err := tx.Exec(statement, into, from); err != nil {
				return 0, err
			}
		}
		if _, err := tx.Exec("DELETE FROM connections WHERE id = ?", from); err != nil {
			return 0, err
		}
	}
	return into, db.refresh(tx, into)
}

// errJoins is of a transaction that is to join connections while another does.
var errJoins = errors.New("healthdb: another transaction joins connections")

// tx runs do in a transaction, and once more from the beginning, as the only one that
// joins connections, if it turns out to join some while another does.
func (db *DB) tx(ctx context.Context, do func(*sqldb.Tx) error) error {
	err := db.sql.Tx(ctx, do)
	if !errors.Is(err, errJoins) {
		return err
	}
	return db.sql.Tx(ctx, func(tx *sqldb.Tx) error {
		if err := db.lockAll(tx); err != nil {
			return err
		}
		return do(tx)
	})
}

// tryLockAll is lockAll for a transaction that has locked a row: instead of waiting
// for one that may be waiting for that row, it fails with errJoins.
func (db *DB) tryLockAll(tx *sqldb.Tx) error {
	if db.sql.Dialect != sqldb.Postgres {
		return nil
	}
	var locked bool
	err := tx.QueryRow("SELECT pg_try_advisory_xact_lock(hashtext('healthdb connections'))", nil, &locked)
	if err == nil && !locked {
		return errJoins
	}
	return err
}

// lockAll makes the transaction the only one that may join connections.
func (db *DB) lockAll(tx *sqldb.Tx) error {
	if db.sql.Dialect != sqldb.Postgres {
		return nil
	}
	_, err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('healthdb connections'))")
	return err
}

// lockOut waits for those who just add records to two connections without having
// locked their rows, and keeps them from adding more. It does not keep them from
// overwriting records that are there; see mergeRecords.
func (db *DB) lockOut(tx *sqldb.Tx, a, b int64) error {
	if db.sql.Dialect != sqldb.Postgres {
		return nil
	}
	_, err := tx.Exec("SELECT FROM connections WHERE id IN (?, ?) FOR UPDATE", a, b)
	return err
}

// load reads an id and locks the row of its connection, which keeps others from
// changing either. Nothing is locked for an id that is not known; create finds out
// should it become so.
func (db *DB) load(tx *sqldb.Tx, userID string) (*entry, error) {
	for {
		locked, err := db.lock(tx, userID)
		if err != nil {
			return nil, err
		}
		// Only a statement that begins after the wait for the lock sees what was changed
		// meanwhile.
		e := &entry{userID: userID}
		var state string
		switch err := tx.QueryRow("SELECT connection_id, state FROM connection_users WHERE user_id = ?", []any{userID}, &e.connection, &state); {
		case errors.Is(err, sql.ErrNoRows):
			e.member = new(member)
			return e, nil
		case err != nil:
			return nil, err
		}
		if db.sql.Dialect != sqldb.Postgres || e.connection == locked {
			e.member, err = decodeMember(state)
			return e, err
		}
		// It was just created, or moved away from a connection that is gone.
	}
}

// lock locks the row of an id's connection on PostgreSQL and returns its id, 0 if there
// is none.
func (db *DB) lock(tx *sqldb.Tx, userID string) (connection int64, err error) {
	if db.sql.Dialect != sqldb.Postgres {
		return 0, nil
	}
	err = tx.QueryRow("SELECT id FROM connections WHERE id = (SELECT connection_id FROM connection_users WHERE user_id = ?) FOR NO KEY UPDATE",
		[]any{userID}, &connection)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return connection, err
}

// create stores an id with a connection of its own, and reports whether it was
// still unknown.
func (db *DB) create(tx *sqldb.Tx, e *entry) (bool, error) {
	state, err := e.encode()
	if err != nil {
		return false, err
	}
	c := connectionOf(0, map[string]*member{e.userID: e.member})
	if err := tx.QueryRow("INSERT INTO connections ("+connectionColumns+") VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
		db.values(c), &e.connection); err != nil {
		return false, err
	}
	n, err := tx.Exec("INSERT INTO connection_users (user_id, connection_id, state) VALUES (?, ?, ?) ON CONFLICT (user_id) DO NOTHING",
		e.userID, e.connection, state)
	if err != nil || n == 1 {
		return true, err
	}
	_, err = tx.Exec("DELETE FROM connections WHERE id = ?", e.connection)
	return false, err
}

func (db *DB) save(tx *sqldb.Tx, e *entry) error {
	state, err := e.encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec("UPDATE connection_users SET state = ? WHERE user_id = ?", state, e.userID)
	return err
}

// refresh makes the columns of a connection what its ids amount to.
func (db *DB) refresh(tx *sqldb.Tx, connection int64) error {
	rows, err := tx.Query("SELECT user_id, state FROM connection_users WHERE connection_id = ?", connection)
	if err != nil {
		return err
	}
	defer rows.Close()
	members := map[string]*member{}
	for rows.Next() {
		var userID, state string
		if err := rows.Scan(&userID, &state); err != nil {
			return err
		}
		if members[userID], err = decodeMember(state); err != nil {
			return err
		}
	}
	if err := cmp.Or(rows.Err(), rows.Close()); err != nil {
		return err
	}
	c := connectionOf(connection, members)
	_, err = tx.Exec("UPDATE connections SET user_id = ?, provider = ?, reference_id = ?, scopes = ?, status = ?, created_at = ? WHERE id = ?",
		append(db.values(c), connection)...)
	return err
}

func checkUser(user health.User) (userID string, err error) {
	switch {
	case user.UserID == "":
		return "", reject("the user has no id")
	case len(user.UserID) > maxKey:
		return "", reject("the user's id is too long")
	case len(user.ReferenceID.Or("")) > maxKey:
		return "", reject("the user's reference id is too long")
	case len(user.Provider) > maxKey:
		return "", reject("the user's provider is too long")
	}
	return clean(user.UserID), nil
}

// clean is s as databases take it: PostgreSQL has no NUL in text, and neither takes
// what is not UTF-8.
func clean(s string) string {
	if !strings.Contains(s, "\x00") && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
