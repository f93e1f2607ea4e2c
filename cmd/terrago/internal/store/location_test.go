package store_test

import (
	"strings"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/store"
)

func TestLocations(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text   string
		kind   store.Kind
		shown  string
		secret bool
	}{
		{"sqlite:t.db", store.SQLite, "sqlite:t.db", false},
		{"sqlite:///var/lib/t.db", store.SQLite, "sqlite:/var/lib/t.db", false},
		{"sqlite:a b%.db", store.SQLite, "sqlite:a b%.db", false},
		{"postgres://me@db.example/health", store.Postgres, "postgres://db.example/health", false},
		{"postgresql:///health?host=/run", store.Postgres, "postgresql://localhost/health", false},
		{"postgres://me:hunter2@db:5432/health?sslmode=require", store.Postgres, "postgres://db:5432/health", true},
		{"postgres://db/health?user=me&password=hunter2", store.Postgres, "postgres://db/health", true},
		{"nats://a:4222,nats://b:4222", store.NATS, "nats://a:4222,nats://b:4222", false},
		{"nats://hunter2@a:4222", store.NATS, "nats://a:4222", true},
		{"nats://a,tls://me:hunter2@b", store.NATS, "nats://a,tls://b", true},
		{"embedded", store.Embedded, "embedded:", false},
	} {
		l, err := store.ParseInbox(tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.text, err)
			continue
		}
		if l.Kind != tc.kind || l.String() != tc.shown || l.HasSecret() != tc.secret {
			t.Errorf("%s: kind %s, shown as %s, secret %t", tc.text, l.Kind, l, l.HasSecret())
		}
		if strings.Contains(l.String(), "hunter2") {
			t.Errorf("%s: the secret is shown", tc.shown)
		}
		_, err = store.ParseDB(tc.text)
		if isDB := tc.kind == store.SQLite || tc.kind == store.Postgres; isDB != (err == nil) {
			t.Errorf("%s: as a database: %v", tc.text, err)
		}
	}
}

func TestNoLocations(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "t.db", "sqlite", "sqlite:", "sqlite://", "sqlite::memory:", "sqlite:t.db?mode=ro", "postgres:", "postgres:x",
		"postgres://a b", "mysql://me:hunter2@db/x", "nats:", "nats://", "nats://a,b", "embedded:dir", "postgres://me:hunter2%@db/x",
	} {
		if l, err := store.ParseInbox(text); err == nil {
			t.Errorf("%q is taken for %s", text, l.Kind)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error quotes it", text)
		}
	}
}
