package healthdb

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/sqldb"
	"github.com/terra-go/terra/opt"
)

const (
	maxBatch   = 8192 // rows of samples in one statement on PostgreSQL
	sqliteRows = 128  // and at most on SQLite, a power of two
)

// noTime stands for a sample without a moment.
const noTime = math.MinInt64

// A batch collects rows of samples, in columns.
type batch struct {
	db     *DB
	record []int64
	series []int32
	n      []int32
	at     []int64 // Unix microseconds, or noTime
	value  []float64

	ids     []int64 // of the records of the rows
	moments []int64 // of the list at work
	args    []any
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func (db *DB) newBatch() *batch {
	b := batches.Get().(*batch)
	b.db = db
	return b
}

// release gives back a batch, whether or not all of it was written.
func (b *batch) release() {
	b.empty()
	clear(b.args)
	b.db = nil
	batches.Put(b)
}

func (b *batch) empty() {
	b.record, b.series, b.n, b.at, b.value = b.record[:0], b.series[:0], b.n[:0], b.at[:0], b.value[:0]
	b.ids = b.ids[:0]
}

// elements is the memory of a slice of whatever type.
func elements(slice unsafe.Pointer) (first unsafe.Pointer, n int) {
	b := (*[]byte)(slice) // all slices are laid out the same way
	return unsafe.Pointer(unsafe.SliceData(*b)), len(*b)
}

// sampled reports whether the record at p has samples.
func (t *table) sampled(p unsafe.Pointer) bool {
	return slices.ContainsFunc(t.lists, func(l list) bool {
		_, count := elements(unsafe.Add(p, l.offset))
		return count > 0
	})
}

// add takes in the time series of the record at p. Each sample gets a row for each
// value that it has, and one without a value when it has none.
func (b *batch) add(tx *sqldb.Tx, t *table, id int64, p unsafe.Pointer) error {
	b.ids = append(b.ids, id)
	for i := range t.lists {
		l := &t.lists[i]
		first, count := elements(unsafe.Add(p, l.offset))
		if count == 0 {
			continue
		}
		size := l.typ.Elem().Size()
		b.moments = slices.Grow(b.moments[:0], count)
		for j := range count {
			b.moments = append(b.moments, micros(*fieldAt[health.Timestamp](first, uintptr(j)*size+l.at)))
		}
		for k := range l.leaves {
			series := b.db.series[t.number][i][k]
			for j := range count {
				sample := unsafe.Add(first, uintptr(j)*size)
				value, ok := l.leaves[k].number(sample)
				if !ok && (k > 0 || l.anyOf(sample)) {
					continue
				}
				b.record = append(b.record, id)
				b.series = append(b.series, series)
				b.n = append(b.n, int32(j))
				b.at = append(b.at, b.moments[j])
				b.value = append(b.value, value)
				if len(b.n) == maxBatch {
					if err := b.flush(tx); err != nil {
						return err
					}
					b.ids = append(b.ids, id)
				}
			}
		}
	}
	return nil
}

// settle writes the rows that there are of a record, which a delivery may hold twice.
func (b *batch) settle(tx *sqldb.Tx, id int64) error {
	if !slices.Contains(b.ids, id) {
		return nil
	}
	return b.flush(tx)
}

// anyOf reports whether a sample has any value.
func (l *list) anyOf(sample unsafe.Pointer) bool {
	for k := range l.leaves {
		if _, ok := l.leaves[k].number(sample); ok {
			return true
		}
	}
	return false
}

// number is a value of a sample; NaN, which JSON does not have, if there is none.
func (l *leaf) number(sample unsafe.Pointer) (float64, bool) {
	switch l.kind {
	case kindFloat:
		if v, ok := fieldAt[opt.Value[float64]](sample, l.offset).Get(); ok {
			return v, true
		}
	case kindInt32:
		if v, ok := fieldAt[opt.Value[int32]](sample, l.offset).Get(); ok {
			return float64(v), true
		}
	case kindInt64:
		if v, ok := fieldAt[opt.Value[int64]](sample, l.offset).Get(); ok {
			return float64(v), true
		}
	case kindBool:
		if v, ok := fieldAt[opt.Value[bool]](sample, l.offset).Get(); ok {
			if v {
				return 1, true
			}
			return 0, true
		}
	}
	return math.NaN(), false
}

func micros(t health.Timestamp) int64 {
	if t.IsZero() || t.IsNull() {
		return noTime
	}
	return t.In(time.UTC).UnixMicro()
}

// flush writes what there is.
func (b *batch) flush(tx *sqldb.Tx) error {
	defer b.empty()
	if len(b.n) == 0 {
		return nil
	}
	if b.db.sql.Dialect == sqldb.Postgres {
		_, err := tx.Exec(insertSamples, b.record, b.series, b.n, b.at, b.value)
		return err
	}
	for start, size := 0, sqliteRows; start < len(b.n); {
		for size > len(b.n)-start {
			size /= 2
		}
		b.args = b.args[:0]
		for i := start; i < start+size; i++ {
			var at, value any
			if b.at[i] != noTime {
				at = b.at[i]
			}
			if b.value[i] == b.value[i] {
				value = b.value[i]
			}
			b.args = append(b.args, b.record[i], int64(b.series[i]), int64(b.n[i]), at, value)
		}
		if _, err := tx.Exec(b.db.insertSamples[size], b.args...); err != nil {
			return err
		}
		start += size
	}
	return nil
}

// insertSamples is PostgreSQL's. An interval times a whole number of microseconds is
// exact.
const insertSamples = `INSERT INTO samples (record_id, series, n, at, value)
	SELECT r, s, n, TIMESTAMPTZ 'epoch' + NULLIF(m, -9223372036854775808) * INTERVAL '1 microsecond', NULLIF(v, 'NaN')
	FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[], $5::double precision[]) AS x (r, s, n, m, v)`

// sqliteInserts are SQLite's, by their count of rows.
func sqliteInserts() map[int]string {
	inserts := map[int]string{}
	for n := sqliteRows; n > 0; n /= 2 {
		inserts[n] = "INSERT INTO samples (record_id, series, n, at, value) VALUES " + sqldb.Values(n, 5)
	}
	return inserts
}

// layout is the column sample_lists of the record at p: what the rows of its samples
// do not tell. It is an object with an array for each list: the count of samples, the
// offset from UTC of their moments in minutes or null for none, and, for each change
// of it, the sample with which it begins and the new offset.
func (db *DB) layout(t *table, p unsafe.Pointer) any {
	if !db.samples {
		return nil
	}
	var b []byte
	for i := range t.lists {
		l := &t.lists[i]
		first, count := elements(unsafe.Add(p, l.offset))
		if count == 0 {
			continue
		}
		b = append(b, `{,`[min(len(b), 1)])
		b = append(append(append(b, '"'), l.path...), `":[`...)
		b = strconv.AppendInt(b, int64(count), 10)
		size := l.typ.Elem().Size()
		last := offset{}
		for j := range count {
			o := offsetOf(*fieldAt[health.Timestamp](first, uintptr(j)*size+l.at))
			if j > 0 && o == last {
				continue
			}
			if j > 0 {
				b = strconv.AppendInt(append(b, ','), int64(j), 10)
			}
			b = o.append(append(b, ','))
			last = o
		}
		b = append(b, ']')
	}
	if b == nil {
		return nil
	}
	return string(append(b, '}'))
}

// offset is of a moment from UTC.
type offset struct {
	minutes int
	given   bool
}

func offsetOf(t health.Timestamp) offset {
	instant, ok := t.Time()
	if !ok {
		return offset{}
	}
	_, east := instant.Zone()
	return offset{minutes: east / 60, given: true}
}

func (o offset) append(b []byte) []byte {
	if !o.given {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, int64(o.minutes), 10)
}

// maxCount is more samples than a list can have in a delivery of whatever size.
const maxCount = 1 << 26

// layouts reads the column that layout writes.
func layouts(text string) (map[string][]*int, error) {
	if text == "" {
		return nil, nil
	}
	var lists map[string][]*int
	if json.Unmarshal([]byte(text), &lists) != nil {
		return nil, ErrDamaged
	}
	for _, l := range lists {
		if len(l) == 0 || len(l)%2 != 0 || l[0] == nil || *l[0] < 1 || *l[0] > maxCount {
			return nil, ErrDamaged
		}
		for i := 2; i < len(l); i += 2 {
			if l[i] == nil {
				return nil, ErrDamaged
			}
		}
	}
	return lists, nil
}
