package healthdb

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

// Apply stores what a delivery says, in one transaction: its records as rows, what it
// says of connections, and the delivery itself. It is idempotent, and the order in
// which deliveries are applied makes no difference to what the tables hold in the
// end. receivedAt stands in for the time at which the delivery was produced when it
// does not say.
//
// A delivery of a type that says nothing about records or connections, known or not,
// is kept as it is. One that names a place to fetch its data from is to be fetched
// first.
//
// An error with a method Permanent that is true, such as a [*RejectedError], is one
// that applying the delivery again cannot cure. Nothing of the delivery is stored
// then.
func (db *DB) Apply(ctx context.Context, e webhook.Event, receivedAt time.Time) error {
	if _, ok := e.(*webhook.S3Payload); ok {
		return reject("a delivery that names the place of its data has to be fetched first")
	}
	d, err := newDelivery(e, receivedAt)
	if err != nil {
		return err
	}
	if len(d.body) >= largeBody {
		// It takes a while to prepare, so it is worth asking first.
		known, err := db.known(ctx, d.id)
		if err != nil || known {
			return err
		}
	}
	return db.apply(ctx, e, d, false)
}

// apply stores a delivery, if its id is new or again is true.
func (db *DB) apply(ctx context.Context, e webhook.Event, d delivery, again bool) error {
	records, err := db.recordsIn(e, d)
	defer releaseAll(records)
	if err != nil {
		return err
	}
	body := compress(d.body)
	defer body.release()
	if !again {
		if done, err := db.quick(ctx, e, d, records, body); err != nil || done {
			return permanent(err)
		}
	}
	samples := db.newBatch()
	defer samples.release()
	var connection int64
	err = db.tx(ctx, func(tx *sqldb.Tx) error {
		samples.empty()
		if again {
			if err := db.renote(tx, d); err != nil {
				return err
			}
		} else if fresh, err := db.note(tx, d, body); err != nil || !fresh {
			return err
		}
		var err error
		if connection, err = db.connect(tx, e, rank{ms: d.ms, key: d.key}); err != nil {
			return err
		}
		return db.putAll(tx, records, connection, samples)
	})
	if err == nil && len(records) > 0 {
		db.folded.add(e, d, connection)
	}
	return permanent(err)
}

// delivery is an event on its way into the table of deliveries.
type delivery struct {
	id         string
	typ        string
	userID     string
	reference  string
	ordering   time.Time
	receivedAt time.Time
	body       []byte
	ms         int64  // rank
	key        string // rank, of the whole body; empty for those with records
}

func (d *delivery) orderingMs() any {
	if d.ordering.IsZero() {
		return nil
	}
	return d.ordering.UnixMilli()
}

func newDelivery(e webhook.Event, receivedAt time.Time) (delivery, error) {
	meta := e.Meta()
	d := delivery{
		typ:        clean(string(e.Type())),
		reference:  clean(meta.Reference),
		ordering:   meta.OrderingTime,
		receivedAt: receivedAt.UTC().Truncate(time.Millisecond),
		body:       e.Raw(),
		ms:         orderingMs(e, receivedAt),
	}
	if d.body == nil { // made by the program
		var err error
		if d.body, err = json.Marshal(e); err != nil {
			return d, errUnwritable
		}
	}
	d.id = webhook.DeliveryID(http.Header{webhook.HeaderTraceID: {meta.TraceID}}, d.body)
	d.userID = clean(userIDOf(e))
	switch {
	case len(d.typ) > maxKey:
		return d, reject("the type of the delivery is longer than " + maxKeyText)
	case len(d.reference) > maxKey:
		return d, reject("the reference of the delivery is longer than " + maxKeyText)
	case len(d.userID) > maxKey:
		return d, reject("the user id is longer than " + maxKeyText)
	}
	if typ, _ := recordsOf(e); typ == nil {
		d.key = keyOf(d.body)
	}
	return d, nil
}

// recordsIn makes rows of the records of an event.
func (db *DB) recordsIn(e webhook.Event, d delivery) ([]*record, error) {
	typ, pointers := recordsOf(e)
	if typ == nil {
		return nil, nil
	}
	ms := d.ms
	switch e := e.(type) {
	case *webhook.LabReportCompleted:
		ms = occurred(e.OccurredAt, d)
	case *webhook.LabReportFailed:
		ms = occurred(e.OccurredAt, d)
	}
	return db.prepareAll(db.tableOf(typ), pointers, ms, d.id)
}

// occurred is the rank of a laboratory report. These tell by themselves when they
// were made.
func occurred(at health.Timestamp, d delivery) int64 {
	if t, ok := at.Time(); ok && d.ordering.IsZero() {
		return t.UnixMilli()
	}
	return d.ms
}

func (db *DB) tableOf(typ reflect.Type) *table {
	for _, t := range db.tables {
		if t.record == typ {
			return t
		}
	}
	panic("healthdb: no table for " + typ.String())
}

// permanent marks what a database refuses because of a value.
func permanent(err error) error {
	if sqldb.KindOf(err) == sqldb.Data {
		return &RejectedError{Reason: "the database refuses a value", Err: err}
	}
	return err
}

// userIDOf is the id that an event is about, empty if it is about none.
func userIDOf(e webhook.Event) string {
	switch e := e.(type) {
	case *webhook.Auth:
		return e.User.UserID
	case *webhook.AuthFailed:
		user, _ := e.User.Get()
		return user.UserID
	case *webhook.Deauth:
		return e.User.UserID
	case *webhook.UserReauth:
		return e.NewUser.UserID
	case *webhook.AccessRevoked:
		return e.User.UserID
	case *webhook.ConnectionError:
		return e.User.UserID
	case *webhook.PermissionChange:
		return e.User.UserID
	}
	user, _ := userOf(e)
	return user.UserID
}
