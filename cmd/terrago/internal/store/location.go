package store

import (
	"cmp"
	"errors"
	"net/url"
	"strings"
)

// Kind is a kind of database or inbox.
type Kind string

// The kinds. A database is one of the first two.
const (
	SQLite   Kind = "sqlite"
	Postgres Kind = "postgres"
	NATS     Kind = "nats"
	Embedded Kind = "embedded" // a NATS server inside the process
)

// Location is where a database or an inbox is.
type Location struct {
	Kind   Kind
	Target string // SQLite: the file. Embedded: the directory. Otherwise the URL.
}

// ErrLocation says that a text is no location. Its own text is not quoted, as it
// may hold a password.
var ErrLocation = errors.New("neither of sqlite:FILE and postgres://USER@HOST/DATABASE")

// ErrInboxLocation is [ErrLocation] for an inbox.
var ErrInboxLocation = errors.New("none of sqlite:FILE, postgres://USER@HOST/DATABASE, nats://HOST:PORT and embedded")

// ParseDB reads where a database is.
func ParseDB(s string) (Location, error) {
	if l, ok := parse(s); ok && (l.Kind == SQLite || l.Kind == Postgres) {
		return l, nil
	}
	return Location{}, ErrLocation
}

// ParseInbox reads where an inbox is. An embedded one has no target yet.
func ParseInbox(s string) (Location, error) {
	if s == string(Embedded) {
		return Location{Kind: Embedded}, nil
	}
	if l, ok := parse(s); ok {
		return l, nil
	}
	return Location{}, ErrInboxLocation
}

func parse(s string) (Location, bool) {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return Location{}, false
	}
	switch scheme {
	case "sqlite":
		file := strings.TrimPrefix(rest, "//")
		ok = file != "" && file != ":memory:" && !strings.ContainsAny(file, "?#\x00")
		return Location{SQLite, file}, ok
	case "postgres", "postgresql":
		u, err := url.Parse(s)
		return Location{Postgres, s}, err == nil && strings.HasPrefix(rest, "//") && u.Opaque == ""
	case "nats", "tls":
		for _, server := range strings.Split(s, ",") {
			u, err := url.Parse(server)
			ok = ok && err == nil && u.Hostname() != "" && (u.Scheme == "nats" || u.Scheme == "tls")
		}
		return Location{NATS, s}, ok
	}
	return Location{}, false
}

// String is what may be shown: no password, token or option.
func (l Location) String() string {
	switch l.Kind {
	case SQLite, Embedded:
		return string(l.Kind) + ":" + l.Target
	}
	var servers []string
	for _, server := range strings.Split(l.Target, ",") {
		u, err := url.Parse(server)
		if err != nil {
			return string(l.Kind)
		}
		servers = append(servers, u.Scheme+"://"+cmp.Or(u.Host, "localhost")+u.Path)
	}
	return strings.Join(servers, ",")
}

// HasSecret reports whether the target holds a password or a token.
func (l Location) HasSecret() bool {
	if l.Kind != Postgres && l.Kind != NATS {
		return false
	}
	for _, server := range strings.Split(l.Target, ",") {
		u, err := url.Parse(server)
		if err != nil {
			return true
		}
		_, password := u.User.Password()
		token := l.Kind == NATS && u.User != nil
		if password || token || u.Query().Has("password") || u.Query().Has("sslpassword") {
			return true
		}
	}
	return false
}

// Inbox is where the inbox belongs that nobody has named: beside an SQLite
// database, in a PostgreSQL one.
func (l Location) Inbox() Location {
	if l.Kind == SQLite {
		return Location{SQLite, l.Target + "-inbox"}
	}
	return l
}

// EmbeddedDir is where an embedded inbox keeps its files beside an SQLite
// database, and empty beside any other.
func (l Location) EmbeddedDir() string {
	if l.Kind != SQLite {
		return ""
	}
	return l.Target + "-inbox.d"
}

// OnDisk reports whether the target is a file or a directory of this machine.
func (l Location) OnDisk() bool { return l.Kind == SQLite || l.Kind == Embedded }
