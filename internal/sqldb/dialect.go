package sqldb

import (
	"strconv"
	"strings"
)

// Dialect is a database's way of speaking SQL.
type Dialect int

// The dialects.
const (
	SQLite   Dialect = iota + 1 // 3.35 or newer
	Postgres                    // 13 or newer
)

// String is the lower-case name by which files and tests tell the dialects apart.
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "sqlite"
	case Postgres:
		return "postgres"
	}
	return "Dialect(" + strconv.Itoa(int(d)) + ")"
}

// Rebind turns the placeholders of a query, each a question mark outside of quotes,
// into those of the dialect: for PostgreSQL $1, $2 and so on.
func (d Dialect) Rebind(query string) string {
	if d != Postgres || !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	b.Grow(len(query) + 16)
	var quote byte
	n := 0
	for i := range len(query) {
		switch c := query[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
			b.WriteByte(c)
		case c == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			if c == '\'' || c == '"' {
				quote = c
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Values is a list of n rows of placeholders, of columns each: "(?,?),(?,?)".
func Values(n, columns int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + "),"
	return strings.TrimSuffix(strings.Repeat(row, n), ",")
}
