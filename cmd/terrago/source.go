package main

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/terra-go/terra"
	"github.com/terra-go/terra/cmd/terrago/internal/store"
	"github.com/terra-go/terra/health"
	"github.com/terra-go/terra/healthdb"
)

// sourceFlags say whose records to take, and where from: the store that --db names or
// terrago dev keeps here, or with --sandbox, --base-url or without a store, the API.
type sourceFlags struct {
	dbFlags
	dirFlags
	connection
	User        string `placeholder:"ID" help:"Whose: a user id, as terrago users lists them. Not needed where only one person is connected."`
	ReferenceID string `name:"reference-id" aliases:"reference" placeholder:"ID" help:"Whose, by the id you gave them."`
}

// source is where one person's records come from: a connection in a store, or a
// user of the API.
type source struct {
	db         *store.DB
	connection int64
	client     *terra.Client
	user       string
	baseURL    string
}

func (s *source) close() {
	if s.db != nil {
		s.db.Close()
	}
}

func (s *source) name() string {
	if s.db != nil {
		return s.db.Location.String()
	}
	return s.baseURL
}

// source is the store if one is named, or is here and the API is not asked for.
func (c sourceFlags) source(ctx context.Context, log *slog.Logger) (*source, error) {
	if c.User != "" && c.ReferenceID != "" {
		return nil, usagef("give either --user or --reference-id")
	}
	askAPI := c.Sandbox || c.BaseURL != os.Getenv("TERRA_BASE_URL")
	named := c.DB != "" || c.DBFile != ""
	if named && askAPI {
		return nil, usagef("from the store or from the API? Give either --db or --sandbox or --base-url")
	}
	if !askAPI {
		at, err := c.where(c.dbFlags)
		switch {
		case err == nil:
			return c.storeSource(ctx, at, log)
		case named || os.Getenv("TERRAGO_DB") != "":
			return nil, err
		}
	}
	s := &source{user: c.User, baseURL: c.baseURL()}
	var err error
	if s.client, err = c.client(log); err != nil {
		if !askAPI && os.Getenv("TERRA_API_KEY") == "" {
			return nil, usagef("from where? Say --sandbox or --db sqlite:FILE, set TERRA_DEV_ID and TERRA_API_KEY, or start terrago dev here")
		}
		return nil, err
	}
	if s.user == "" {
		s.user, err = c.onlyUser(ctx, s.client)
	}
	return s, c.connection.explain(err)
}

func (c sourceFlags) storeSource(ctx context.Context, at store.Location, log *slog.Logger) (*source, error) {
	db, err := openDB(ctx, at, log)
	if err != nil {
		return nil, err
	}
	s := &source{db: db}
	if s.connection, err = c.onlyConnection(ctx, db); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (c sourceFlags) onlyConnection(ctx context.Context, db *store.DB) (int64, error) {
	if c.User != "" {
		connection, err := db.ConnectionOf(ctx, c.User)
		if errors.Is(err, healthdb.ErrNoConnection) {
			return 0, usagef("the store knows nobody by that user id; --reference-id finds people by yours")
		}
		return connection.ID, explainStore(err, db.Location)
	}
	var found []healthdb.Connection
	var providers []string
	for connection, err := range db.Connections(ctx, healthdb.ConnectionFilter{ReferenceID: c.ReferenceID}) {
		if err != nil {
			return 0, explainStore(err, db.Location)
		}
		found, providers = append(found, connection), append(providers, connection.Provider)
	}
	if err := c.one(providers); err != nil {
		return 0, err
	}
	return found[0].ID, nil
}

func (c sourceFlags) onlyUser(ctx context.Context, client *terra.Client) (string, error) {
	var user string
	var providers []string
	for u, err := range (usersCommand{ReferenceID: c.ReferenceID}).users(ctx, client) {
		if err != nil {
			return "", err
		}
		user, providers = u.UserID, append(providers, u.Provider)
	}
	return user, c.one(providers)
}

// one complains unless there is exactly one connection.
func (c sourceFlags) one(providers []string) error {
	slices.Sort(providers)
	list := strings.Join(slices.Compact(slices.Clone(providers)), ", ")
	switch n := len(providers); {
	case n == 1:
		return nil
	case n == 0 && c.ReferenceID != "":
		return usagef("nobody is connected under that reference id")
	case n == 0:
		return usagef("nobody is connected yet")
	case c.ReferenceID != "":
		return usagef("%d connections have that reference id (%s); say which with --user ID", n, list)
	default:
		return usagef("%d connections are there; say whose with --user ID or --reference-id ID", n)
	}
}

// explain says of an error of s what can be done about it.
func (c sourceFlags) explain(err error, s *source) error {
	if s.db != nil {
		return explainStore(err, s.db.Location)
	}
	return c.connection.explain(err)
}

// records are one person's, from the store or from the API. No days are all that are in
// the store; a profile is of no day.
func records[T health.Record](ctx context.Context, s *source, days terra.Range, samples bool) iter.Seq2[T, error] {
	if s.db != nil {
		var opts []healthdb.QueryOption
		if samples {
			opts = append(opts, healthdb.WithSamples())
		}
		if _, ok := any(*new(T)).(health.Athlete); ok {
			days = terra.Range{}
		}
		return healthdb.Records[T](ctx, s.db.DB, s.connection, days.Start, days.End, opts...)
	}
	if c, ok := collection[T](s.client); ok {
		return c.All(ctx, s.user, days, terra.WithSamples(samples))
	}
	return func(yield func(T, error) bool) {
		athlete, err := s.client.Athlete.Get(ctx, s.user)
		if err != nil {
			yield(*new(T), err)
			return
		}
		yield(any(*athlete).(T), nil)
	}
}

// collection is false for profiles, of which there is one for each person.
func collection[T health.Record](client *terra.Client) (*terra.Collection[T], bool) {
	for _, c := range []any{client.Activity, client.Body, client.Daily, client.Menstruation, client.Nutrition, client.Sleep} {
		if c, ok := c.(*terra.Collection[T]); ok {
			return c, true
		}
	}
	return nil, false
}
