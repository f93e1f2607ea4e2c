package healthdb

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/internal/oracle"
	"github.com/terra-go/terra/internal/sqldb"
)

var update = flag.Bool("update", false, "write the golden files")

var dialects = []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres}

// TestSchema compares the tables that follow from the records with what they were. A
// new column is fine. One that is gone or has another name or type is not, as stores
// have it.
func TestSchema(t *testing.T) {
	t.Parallel()
	for _, d := range dialects {
		var b strings.Builder
		for i, table := range newTables() {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(table.ddl(d))
		}
		golden := filepath.Join("testdata", "schema_"+d.String()+".sql")
		if *update {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("the schema is not that of %s: look at the difference that -update makes", golden)
		}
	}
}

func TestColumnNames(t *testing.T) {
	t.Parallel()
	const longest = 63 // in PostgreSQL
	for _, d := range dialects {
		for _, table := range newTables() {
			seen := map[string]bool{}
			for _, c := range table.allColumns(d) {
				switch {
				case seen[c.name]:
					t.Errorf("%s: %s.%s is there twice", d, table.name, c.name)
				case len(c.name) > longest:
					t.Errorf("%s: %s.%s is too long a name", d, table.name, c.name)
				case strings.Trim(c.name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
					t.Errorf("%s: %s.%s needs quotes", d, table.name, c.name)
				}
				seen[c.name] = true
			}
		}
	}
}

// TestEveryLeafHasAPlace counts the values of each record on its own: a column for
// each, or a series for each of a time series.
func TestEveryLeafHasAPlace(t *testing.T) {
	t.Parallel()
	for _, table := range newTables() {
		scalars, slices, maps := count(table.record)
		columns, lists := 0, 0
		for _, c := range table.columns {
			if c.kind == kindJSON {
				lists++
			} else {
				columns++
			}
		}
		if columns != scalars {
			t.Errorf("%s: %d columns for %d values", table.name, columns, scalars)
		}
		if lists+len(table.lists) != slices+maps {
			t.Errorf("%s: %d places for %d lists and maps", table.name, lists+len(table.lists), slices+maps)
		}
	}
}

func count(typ reflect.Type) (scalars, slices, maps int) {
	switch {
	case typ.Kind() == reflect.Slice:
		return 0, 1, 0
	case typ.Kind() == reflect.Map:
		return 0, 0, 1
	case typ == reflect.TypeFor[health.Timestamp](), typ == reflect.TypeFor[health.LatLng](), oracle.IsOptional(typ), typ.Kind() != reflect.Struct:
		return 1, 0, 0
	}
	for f := range typ.Fields() {
		a, b, c := count(f.Type)
		scalars, slices, maps = scalars+a, slices+b, maps+c
	}
	return scalars, slices, maps
}
