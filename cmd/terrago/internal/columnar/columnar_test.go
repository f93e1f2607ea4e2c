package columnar_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/terra-go/terra/cmd/terrago/internal/columnar"
)

// row has the columns as a reader of the file sees them.
type row struct {
	Z    *int32     `parquet:"z,optional"`
	N    *int64     `parquet:"n,optional"`
	F    *float64   `parquet:"f,optional"`
	OK   *bool      `parquet:"ok,optional"`
	Text *string    `parquet:"text,optional"`
	At   *time.Time `parquet:"at,optional,timestamp(microsecond)"`
	List *string    `parquet:"list,optional,json"`
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	columns := []columnar.Column{
		{"z", reflect.TypeFor[int32]()},
		{"n", reflect.TypeFor[int64]()},
		{"f", reflect.TypeFor[float64]()},
		{"ok", reflect.TypeFor[bool]()},
		{"text", reflect.TypeFor[string]()},
		{"at", reflect.TypeFor[time.Time]()},
		{"list", reflect.TypeFor[json.RawMessage]()},
	}
	at := time.Date(2026, 3, 1, 7, 0, 0, 1000, time.UTC)
	full := []any{int32(-8), int64(1) << 53, 62.5, true, "Zoë", at, json.RawMessage(`[1,2]`)}
	var b bytes.Buffer
	w := columnar.NewWriter(&b, "rows", columns)
	const rows = 40_000 // of several groups
	for i := range rows {
		values := full
		if i%2 == 1 {
			values = make([]any, len(columns))
		}
		if err := w.Write(values); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range file.Schema().Fields() {
		if f.Name() != columns[i].Name || !f.Optional() {
			t.Errorf("column %d is %s", i, f)
		}
	}
	got, err := parquet.Read[row](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(got) != rows {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	r := got[rows-2]
	if *r.Z != -8 || *r.N != 1<<53 || *r.F != 62.5 || !*r.OK || *r.Text != "Zoë" || !r.At.Equal(at) || *r.List != "[1,2]" {
		t.Errorf("another row than was written")
	}
	if got[rows-1] != (row{}) {
		t.Errorf("a row without values has some")
	}

	b.Reset()
	if err := columnar.NewWriter(&b, "rows", columns).Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := parquet.Read[row](bytes.NewReader(b.Bytes()), int64(b.Len())); err != nil || len(got) != 0 {
		t.Errorf("without rows: %d of them, %v", len(got), err)
	}
}
