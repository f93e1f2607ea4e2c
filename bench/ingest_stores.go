package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/terra-go/terra/healthdb"
	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/ingest/natsinbox"
	"github.com/terra-go/terra/ingest/sqlinbox"
	"github.com/terra-go/terra/internal/pgtest"
)

// inboxStore is an inbox to be measured.
type inboxStore struct {
	name   string
	inbox  ingest.Inbox
	judged bool                                           // whether there are targets
	single func(size int) func(ctx context.Context) error // a transaction for each delivery, as one would write it first
	empty  func(ctx context.Context) error
}

func (s inboxStore) putter(size int) func(context.Context) error {
	body := bodyOf(size)
	return func(ctx context.Context) error {
		_, err := s.inbox.Put(ctx, newDelivery(body))
		return err
	}
}

// databaseStore is a store of records to be measured.
type databaseStore struct {
	name       string
	pool       *sql.DB
	db         *healthdb.DB
	bareInsert func(ctx context.Context, rows []sampleRow) error // as the same driver does it without the store
	applies    float64                                           // deliveries a second to reach
}

type openedStores struct {
	inboxes   []inboxStore
	databases []databaseStore
	closers   []func()
}

func (s *openedStores) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
}

func openStores(ctx context.Context, dir string) (_ *openedStores, err error) {
	s := new(openedStores)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := s.openSQLite(ctx, dir); err != nil {
		return nil, fmt.Errorf("SQLite: %w", err)
	}
	if err := s.openPostgres(ctx); err != nil {
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	if err := s.openJetStream(ctx, dir); err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	return s, nil
}

func (s *openedStores) openSQL(driver, dsn string) (*sql.DB, error) {
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() { pool.Close() })
	return pool, nil
}

func (s *openedStores) openSQLite(ctx context.Context, dir string) error {
	const durable = "?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(10000)"
	pool, err := s.openSQL("sqlite", filepath.Join(dir, "inbox.db"))
	if err != nil {
		return err
	}
	inbox, err := sqlinbox.OpenSQLite(ctx, pool)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, func() { inbox.Close() })
	naive, err := s.openSQL("sqlite", filepath.Join(dir, "single.db")+durable)
	if err != nil {
		return err
	}
	naive.SetMaxOpenConns(1) // or they would fail with "database is locked"
	single, err := oneByOne(ctx, naive, "BLOB", "?")
	if err != nil {
		return err
	}
	s.inboxes = append(s.inboxes, inboxStore{
		name: "SQLite", inbox: inbox, judged: true, single: single, empty: emptier(pool, "DELETE FROM inbox_bodies", "DELETE FROM inbox_deliveries"),
	})

	records, err := s.openSQL("sqlite", filepath.Join(dir, "health.db"))
	if err != nil {
		return err
	}
	db, err := healthdb.OpenSQLite(ctx, records)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, func() { db.Close() })
	bare, err := s.openSQL("sqlite", filepath.Join(dir, "bare.db")+durable)
	if err != nil {
		return err
	}
	bare.SetMaxOpenConns(1)
	insert, err := bareSQLite(ctx, bare)
	if err != nil {
		return err
	}
	s.databases = append(s.databases, databaseStore{name: "SQLite", pool: records, db: db, bareInsert: insert, applies: 1500})
	return nil
}

func (s *openedStores) openPostgres(ctx context.Context) error {
	server, err := pgtest.Start(ctx, "") // its user may not enter dir
	if errors.Is(err, pgtest.ErrNotInstalled) {
		return fmt.Errorf("%w: apt-get install postgresql", err)
	}
	if err != nil {
		return err
	}
	s.closers = append(s.closers, func() { server.Close() })
	pools := make([]*sql.DB, 4)
	for i, name := range []string{"inbox", "single", "health", "bare"} {
		if err := server.CreateDatabase(ctx, name); err != nil {
			return err
		}
		if pools[i], err = s.openSQL("pgx", server.DSN(name)); err != nil {
			return err
		}
		pools[i].SetMaxOpenConns(16) // of the 100 the server grants
		pools[i].SetMaxIdleConns(16)
	}
	inbox, err := sqlinbox.OpenPostgres(ctx, pools[0])
	if err != nil {
		return err
	}
	s.closers = append(s.closers, func() { inbox.Close() })
	single, err := oneByOne(ctx, pools[1], "BYTEA", "$")
	if err != nil {
		return err
	}
	s.inboxes = append(s.inboxes, inboxStore{
		name: "PostgreSQL", inbox: inbox, judged: true, single: single, empty: emptier(pools[0], "TRUNCATE inbox_deliveries, inbox_ids"),
	})
	db, err := healthdb.OpenPostgres(ctx, pools[2])
	if err != nil {
		return err
	}
	s.closers = append(s.closers, func() { db.Close() })
	insert, err := barePostgres(ctx, pools[3])
	if err != nil {
		return err
	}
	s.databases = append(s.databases, databaseStore{name: "PostgreSQL", pool: pools[2], db: db, bareInsert: insert, applies: 2000})
	return nil
}

// openJetStream starts one server that flushes always, one with the default flush
// every two minutes, and a cluster of three, all in this process.
func (s *openedStores) openJetStream(ctx context.Context, dir string) error {
	for _, node := range []struct {
		name string
		sync bool
	}{
		{"JetStream, one node, sync always", true},
		{"JetStream, one node, default flush: not durable", false},
	} {
		opts := natsOptions(filepath.Join(dir, "nats-"+strconv.FormatBool(node.sync)))
		opts.SyncAlways = node.sync
		servers, err := s.startServers(opts)
		if err != nil {
			return err
		}
		if err := s.openStream(ctx, node.name, servers[0].ClientURL(), 1); err != nil {
			return err
		}
	}

	var cluster []*server.Options
	var routes []*url.URL
	for i := range 3 {
		port, err := freePort()
		if err != nil {
			return err
		}
		opts := natsOptions(filepath.Join(dir, "nats-cluster-"+strconv.Itoa(i)))
		opts.ServerName = "bench-" + strconv.Itoa(i)
		opts.Cluster = server.ClusterOpts{Name: "bench", Host: "127.0.0.1", Port: port}
		routes = append(routes, &url.URL{Scheme: "nats", Host: "127.0.0.1:" + strconv.Itoa(port)})
		cluster = append(cluster, opts)
	}
	for _, opts := range cluster {
		opts.Routes = routes
	}
	servers, err := s.startServers(cluster...)
	if err != nil {
		return err
	}
	return s.openStream(ctx, "JetStream, cluster of three in one process", servers[0].ClientURL(), 3)
}

func natsOptions(dir string) *server.Options {
	return &server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: dir, MaxPayload: 8 << 20,
	}
}

func (s *openedStores) startServers(all ...*server.Options) ([]*server.Server, error) {
	var servers []*server.Server
	for _, opts := range all {
		srv, err := server.NewServer(opts)
		if err != nil {
			return nil, err
		}
		srv.Start()
		s.closers = append(s.closers, func() { srv.Shutdown(); srv.WaitForShutdown() })
		servers = append(servers, srv)
	}
	for _, srv := range servers {
		if !srv.ReadyForConnections(10 * time.Second) {
			return nil, errors.New("a server did not come up")
		}
	}
	return servers, nil
}

func (s *openedStores) openStream(ctx context.Context, name, url string, replicas int) error {
	nc, err := nats.Connect(url, nats.MaxReconnects(-1))
	if err != nil {
		return err
	}
	s.closers = append(s.closers, nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var inbox ingest.Inbox
	for { // a cluster that has not elected its leaders yet does not answer
		attempt, cancel := context.WithTimeout(ctx, 3*time.Second)
		inbox, err = natsinbox.Open(attempt, js, natsinbox.WithReplicas(replicas))
		cancel()
		if err == nil {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", name, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
	s.inboxes = append(s.inboxes, inboxStore{name: name, inbox: inbox, empty: func(ctx context.Context) error {
		stream, err := js.Stream(ctx, "terra-inbox")
		if err != nil {
			return err
		}
		return stream.Purge(ctx)
	}})
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func emptier(pool *sql.DB, statements ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, statement := range statements {
			if _, err := pool.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}
}

// oneByOne stores a delivery in a transaction of its own, in a table with a unique
// id and nothing else to it.
func oneByOne(ctx context.Context, pool *sql.DB, blob, mark string) (func(size int) func(context.Context) error, error) {
	if _, err := pool.ExecContext(ctx, "CREATE TABLE deliveries (id TEXT PRIMARY KEY, received_at BIGINT NOT NULL, body "+blob+" NOT NULL)"); err != nil {
		return nil, err
	}
	marks := "?, ?, ?"
	if mark == "$" {
		marks = "$1, $2, $3"
	}
	insert, err := pool.PrepareContext(ctx, "INSERT INTO deliveries VALUES ("+marks+") ON CONFLICT DO NOTHING")
	if err != nil {
		return nil, err
	}
	return func(size int) func(context.Context) error {
		body := bodyOf(size)
		return func(ctx context.Context) error {
			_, err := insert.ExecContext(ctx, newTraceID(), time.Now().UnixMilli(), body)
			return err
		}
	}, nil
}
