package healthdb

import (
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/webhook"
)

// Delivery is a delivery that was applied.
type Delivery struct {
	ID           string            `json:"id"` // see [webhook.DeliveryID]
	Type         webhook.EventType `json:"type"`
	UserID       string            `json:"user_id,omitzero"`
	Reference    string            `json:"reference,omitzero"`
	OrderingTime time.Time         `json:"ordering_time,omitzero"` // zero if the delivery did not say
	ReceivedAt   time.Time         `json:"received_at"`
	AppliedAt    time.Time         `json:"applied_at"` // the last time, if it was replayed
	Size         int64             `json:"size"`       // of the body, bytes

	// Body is what was delivered, byte for byte. It is only there in what
	// [DB.Delivery] returns, and only while it is kept.
	Body json.RawMessage `json:"body,omitzero"`
}

// DeliveryFilter picks deliveries. Empty members pick all.
type DeliveryFilter struct {
	Types     []webhook.EventType
	UserID    string
	Reference string
	From, To  time.Time // when they were received; To is not part of it
	IDs       []string  // nil picks all, and an empty list none
	Newest    bool      // newest first, instead of oldest first

	// After is where to go on: behind the delivery of that place, in the order
	// that Newest says.
	After DeliveryPlace
	// Limit is how many to yield at most; 0 is all of them.
	Limit int
}

// DeliveryPlace is where a delivery stands among all of them.
type DeliveryPlace struct {
	ReceivedAt time.Time
	ID         string
}

// Place is where d stands.
func (d Delivery) Place() DeliveryPlace { return DeliveryPlace{d.ReceivedAt, d.ID} }

// ErrNoDelivery says that no delivery of an id was applied.
var ErrNoDelivery = errors.New("healthdb: no such delivery")

// ErrNoBody says that a delivery's body is no longer kept.
var ErrNoBody = errors.New("healthdb: the delivery's body is no longer kept")

const (
	deliveryColumns = "id, type, user_id, reference, ordering_ms, received_at, applied_at, size"
	deliveryPage    = 500
)

// Deliveries yields deliveries in the order of their receipt, without bodies. Those
// that are applied meanwhile may be among them. An error is the last pair.
func (db *DB) Deliveries(ctx context.Context, f DeliveryFilter) iter.Seq2[Delivery, error] {
	picked, pickedArgs := db.pickDeliveries(f)
	beyond, order := "(received_at, id) > (?, ?)", " ORDER BY received_at, id"
	if f.Newest {
		beyond, order = "(received_at, id) < (?, ?)", " ORDER BY received_at DESC, id DESC"
	}
	return func(yield func(Delivery, error) bool) {
		after, left := f.After, f.Limit
		for {
			where, args, size := picked, pickedArgs, deliveryPage
			if f.Limit > 0 {
				size = min(size, left)
			}
			if after != (DeliveryPlace{}) {
				where = append(slices.Clip(picked), beyond)
				args = append(slices.Clip(pickedArgs), db.stamp(after.ReceivedAt), after.ID)
			}
			page, err := db.deliveries(ctx, "SELECT "+deliveryColumns+" FROM deliveries"+conditions(where)+order+" LIMIT "+strconv.Itoa(size), args...)
			if !yieldAll(page, err, yield) || len(page) < size {
				return
			}
			if left -= len(page); left == 0 {
				return // with no limit it is below 0
			}
			after = page[len(page)-1].Place()
		}
	}
}

// CountDeliveries counts those that f picks, but no further than to limit. That takes
// no longer than reading limit entries of an index does, unless f picks few out of
// many by their Reference, or by several members at once. After and Limit of f are
// left out of account.
func (db *DB) CountDeliveries(ctx context.Context, f DeliveryFilter, limit int) (int, error) {
	where, args := db.pickDeliveries(f)
	rows, err := db.query(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM deliveries"+conditions(where)+" LIMIT "+strconv.Itoa(max(limit, 0))+") AS picked", args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var n int
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, sqldb.Wrap("count deliveries", err)
		}
	}
	return n, sqldb.Wrap("count deliveries", rows.Err())
}

// pickDeliveries are the conditions that f makes, but for its place.
func (db *DB) pickDeliveries(f DeliveryFilter) (where []string, args []any) {
	pick := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if len(f.Types) > 0 {
		var types []any
		for _, t := range f.Types {
			types = append(types, string(t))
		}
		column := "type"
		if f.UserID != "" {
			column = "COALESCE(type, '')" // of a type there are many, of a person few: this keeps SQLite off the index of types
		}
		pick(column+" IN "+sqldb.Values(1, len(types)), types...)
	}
	if f.UserID != "" {
		pick("user_id = ?", f.UserID)
	}
	if f.Reference != "" {
		pick("reference = ?", f.Reference)
	}
	if !f.From.IsZero() {
		pick("received_at >= ?", db.stamp(f.From))
	}
	if !f.To.IsZero() {
		pick("received_at < ?", db.stamp(f.To))
	}
	switch {
	case len(f.IDs) > 0:
		var ids []any
		for _, id := range f.IDs {
			ids = append(ids, id)
		}
		pick("id IN "+sqldb.Values(1, len(ids)), ids...)
	case f.IDs != nil:
		pick("1 = 0")
	}
	return where, args
}

func conditions(where []string) string {
	if len(where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(where, " AND ")
}

func (db *DB) deliveries(ctx context.Context, query string, args ...any) ([]Delivery, error) {
	rows, err := db.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Delivery
	for rows.Next() {
		var d Delivery
		if err := rows.Scan(d.columns()...); err != nil {
			return nil, sqldb.Wrap("read deliveries", err)
		}
		list = append(list, d)
	}
	return list, sqldb.Wrap("read deliveries", rows.Err())
}

// columns is where deliveryColumns go.
func (d *Delivery) columns() []any {
	return []any{
		&d.ID, &d.Type,
		orEmpty{&d.UserID},
		orEmpty{&d.Reference},
		millis{&d.OrderingTime},
		moment{&d.ReceivedAt},
		moment{&d.AppliedAt},
		&d.Size,
	}
}

// Delivery returns one delivery with its body, or [ErrNoDelivery].
func (db *DB) Delivery(ctx context.Context, id string) (Delivery, error) {
	rows, err := db.query(ctx, "SELECT "+deliveryColumns+", body FROM deliveries WHERE id = ?", id)
	if err != nil {
		return Delivery{}, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return Delivery{}, sqldb.Wrap("read a delivery", err)
		}
		return Delivery{}, ErrNoDelivery
	}
	var d Delivery
	var body sql.RawBytes
	if err := rows.Scan(append(d.columns(), &body)...); err != nil {
		return Delivery{}, sqldb.Wrap("read a delivery", err)
	}
	if body != nil {
		if d.Body, err = decompress(body, d.Size); err != nil {
			return Delivery{}, err
		}
	}
	return d, nil
}

// Replay applies the body of a delivery again, as though it had just arrived for the
// first time. It fills what a newer program finds in it, such as new columns, and
// changes nothing otherwise. The error may be [ErrNoDelivery] or [ErrNoBody].
func (db *DB) Replay(ctx context.Context, id string) error {
	d, err := db.Delivery(ctx, id)
	if err != nil {
		return err
	}
	if d.Body == nil {
		return ErrNoBody
	}
	h := http.Header{}
	h.Set(webhook.HeaderTraceID, d.ID)
	h.Set(webhook.HeaderReference, d.Reference)
	if !d.OrderingTime.IsZero() {
		h.Set(webhook.HeaderOrderingTime, strconv.FormatInt(d.OrderingTime.UnixMilli(), 10))
	}
	e, err := webhook.Parse(h, d.Body)
	if err != nil {
		return err
	}
	again, err := newDelivery(e, d.ReceivedAt)
	if err != nil {
		return err
	}
	return db.apply(ctx, e, again, true)
}

// Prune drops the bodies that [WithRawRetention] no longer keeps, some hundred at a
// time, and counts them.
func (db *DB) Prune(ctx context.Context) (int64, error) {
	if db.retention <= 0 {
		return 0, nil
	}
	before := db.stamp(db.now().Add(-db.retention))
	var done time.Time // what was received before has no body left
	var total int64
	for {
		n := int64(0)
		last := done
		err := db.sql.Tx(ctx, func(tx *sqldb.Tx) error {
			n = 0
			rows, err := tx.Query(`UPDATE deliveries SET body = NULL WHERE id IN
				(SELECT id FROM deliveries WHERE received_at >= ? AND received_at < ? AND body IS NOT NULL ORDER BY received_at LIMIT ?) RETURNING received_at`,
				db.stamp(done), before, deliveryPage)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var at time.Time
				if err := rows.Scan(moment{&at}); err != nil {
					return err
				}
				if at.After(last) {
					last = at
				}
				n++
			}
			return rows.Err()
		})
		if err != nil {
			return total, err
		}
		if total += n; n < deliveryPage {
			return total, nil
		}
		done = last
	}
}

// largeBody is the size from which on a delivery is looked up before work is put
// into it, bytes.
const largeBody = 64 << 10

func (db *DB) known(ctx context.Context, id string) (bool, error) {
	rows, err := db.query(ctx, "SELECT 1 FROM deliveries WHERE id = ?", id)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), sqldb.Wrap("read deliveries", rows.Err())
}

// note keeps the delivery itself and reports whether its id is new.
func (db *DB) note(tx *sqldb.Tx, d delivery, body *body) (fresh bool, err error) {
	n, err := tx.Exec("INSERT INTO deliveries ("+deliveryColumns+", body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		d.id, d.typ, orNull(d.userID), orNull(d.reference), d.orderingMs(), db.stamp(d.receivedAt), db.stamp(db.now()), int64(len(d.body)), body.buf.Bytes())
	return n == 1, err
}

// renote notes that a known delivery is applied again.
func (db *DB) renote(tx *sqldb.Tx, d delivery) error {
	_, err := tx.Exec("UPDATE deliveries SET applied_at = ? WHERE id = ?", db.stamp(db.now()), d.id)
	return err
}

// body is a compressed body in memory that is used again.
type body struct {
	buf  bytes.Buffer
	w    *flate.Writer
	from *sync.Pool
}

// To look for repetitions in a body of a few KB takes as long as all else about its
// delivery, and saves a third of what is stored of it.
const smallBody = 8 << 10

var smallBodies, bodies = compressors(flate.HuffmanOnly), compressors(flate.BestSpeed)

func compressors(level int) *sync.Pool {
	p := new(sync.Pool)
	p.New = func() any {
		b := &body{from: p}
		b.w, _ = flate.NewWriter(nil, level) // the level is valid
		return b
	}
	return p
}

// maxKept is the largest buffer that is kept for the next body.
const maxKept = 1 << 20

func compress(raw []byte) *body {
	p := bodies
	if len(raw) <= smallBody {
		p = smallBodies
	}
	b := p.Get().(*body)
	b.buf.Reset()
	b.w.Reset(&b.buf)
	_, _ = b.w.Write(raw) // a bytes.Buffer takes everything
	_ = b.w.Close()
	return b
}

func (b *body) release() {
	if b.buf.Cap() <= maxKept {
		b.from.Put(b)
	}
}

func decompress(compressed []byte, size int64) ([]byte, error) {
	r := flate.NewReader(bytes.NewReader(compressed))
	raw, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil || int64(len(raw)) != size {
		return nil, ErrDamaged
	}
	return raw, nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// orEmpty scans a NULL as "".
type orEmpty struct{ s *string }

// Scan implements [sql.Scanner].
func (o orEmpty) Scan(value any) error {
	var v sql.NullString
	err := v.Scan(value)
	*o.s = v.String
	return err
}

// millis scans Unix milliseconds; NULL is the zero time.
type millis struct{ t *time.Time }

// Scan implements [sql.Scanner].
func (m millis) Scan(value any) error {
	var v sql.NullInt64
	if err := v.Scan(value); err != nil {
		return err
	}
	*m.t = time.Time{}
	if v.Valid {
		*m.t = time.UnixMilli(v.Int64).UTC()
	}
	return nil
}

// moment scans what [DB.stamp] made; NULL is the zero time.
type moment struct{ t *time.Time }

// Scan implements [sql.Scanner].
func (m moment) Scan(value any) (err error) {
	switch v := value.(type) {
	case nil:
		*m.t = time.Time{}
	case time.Time:
		*m.t = v.UTC()
	case string:
		*m.t, err = time.Parse(stampLayout, v)
	default:
		err = ErrDamaged
	}
	return err
}
