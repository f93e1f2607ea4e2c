// Package broker runs a NATS server with JetStream inside this process, for an
// inbox that needs no other program.
package broker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/terra-go/terra/cmd/terrago/internal/filelock"
)

const (
	startLimit  = 30 * time.Second // replaying a large journal takes a while
	dialLimit   = 2 * time.Second  // for another process on this machine
	maxPayload  = 8 << 20          // the most that the server does not warn about
	reviveEvery = time.Second
	reviveRoom  = 1 << 20 // bytes; on less of a disk JetStream would not last
	addressFile = "address"
	lockFile    = "lock"
	roomFile    = "room"
)

// ErrNotRunning says that no process runs a server on the directory.
var ErrNotRunning = errors.New("no process is running it")

// Server is a NATS server that listens on this machine alone and flushes to disk
// before it confirms. Its address and the token it asks for are in a file in its
// directory, readable by the same user, for [Dial].
type Server struct {
	nats  *server.Server
	dir   string
	token string
	lock  io.Closer

	closing  chan struct{}
	watching sync.WaitGroup
}

// Start runs a server on dir, which it makes if need be. The error is
// [filelock.ErrHeld] when another process does so.
func Start(dir string, log *slog.Logger) (_ *Server, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := filelock.Acquire(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, token: rand.Text(), lock: lock, closing: make(chan struct{})}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	s.nats, err = server.NewServer(&server.Options{
		ServerName:    "terrago",
		Host:          "127.0.0.1",
		Port:          server.RANDOM_PORT,
		Authorization: s.token,
		JetStream:     true,
		StoreDir:      dir,
		SyncAlways:    true,
		MaxPayload:    maxPayload,
		NoSigs:        true,
	})
	if err != nil {
		return nil, err
	}
	s.nats.SetLogger(logger{log}, false, false)
	s.nats.Start()
	if !s.nats.ReadyForConnections(startLimit) {
		return nil, fmt.Errorf("the embedded NATS server did not start within %s", startLimit)
	}
	s.watching.Go(func() { s.watch(*s.nats.JetStreamConfig()) })
	return s, s.publish()
}

// watch starts JetStream anew where a write has failed, as on a disk that is full:
// the server itself refuses everything from then on.
func (s *Server) watch(config server.JetStreamConfig) {
	config.StoreDir = s.dir
	tick := time.NewTicker(reviveEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.closing:
			return
		}
		if s.nats.Healthz(nil).StatusCode == http.StatusOK || !s.hasRoom() {
			continue
		}
		s.nats.ShutdownJetStream()
		if s.nats.JetStreamConfig() == nil { // it is down, and not just on its way there
			s.nats.EnableJetStream(&config) // or the next time
		}
	}
}

// hasRoom tries whether the disk takes something.
func (s *Server) hasRoom() bool {
	name := filepath.Join(s.dir, roomFile)
	defer os.Remove(name)
	return os.WriteFile(name, make([]byte, reviveRoom), 0o600) == nil
}

// Connect connects from within this process.
func (s *Server) Connect() (*nats.Conn, error) {
	return nats.Connect(s.nats.ClientURL(), nats.InProcessServer(s.nats), nats.Token(s.token), nats.MaxReconnects(-1))
}

// Close ends the server once what it has is on disk.
func (s *Server) Close() {
	close(s.closing)
	s.watching.Wait()
	if s.nats != nil {
		os.Remove(filepath.Join(s.dir, addressFile))
		s.nats.Shutdown()
		s.nats.WaitForShutdown()
	}
	s.lock.Close()
}

// publish writes the file for Dial, whole or not at all.
func (s *Server) publish() error {
	u, err := url.Parse(s.nats.ClientURL())
	if err != nil {
		return err
	}
	u.User = url.User(s.token)
	f, err := os.CreateTemp(s.dir, addressFile) // only the user can read it
	if err != nil {
		return err
	}
	_, err = f.WriteString(u.String() + "\n")
	if err := errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return err
	}
	return os.Rename(f.Name(), filepath.Join(s.dir, addressFile))
}

// Dial connects to the server that another process runs on dir.
func Dial(ctx context.Context, dir string) (*nats.Conn, error) {
	address, err := os.ReadFile(filepath.Join(dir, addressFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	limit := dialLimit
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline))
	}
	conn, err := nats.Connect(strings.TrimSpace(string(address)), nats.Timeout(limit))
	if err != nil {
		return nil, ErrNotRunning // the file is what a killed process left
	}
	return conn, nil
}

// logger passes on what the server says, without its own idea of severity: that it
// starts and stops is of no interest to who started and stopped it.
type logger struct{ *slog.Logger }

func (l logger) Noticef(format string, v ...any) { l.Debug("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Debugf(format string, v ...any)  { l.Debug("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Tracef(string, ...any)           {} // quotes messages
func (l logger) Warnf(format string, v ...any)   { l.Warn("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Errorf(format string, v ...any)  { l.Error("nats: " + fmt.Sprintf(format, v...)) }
func (l logger) Fatalf(format string, v ...any)  { l.Error("nats: " + fmt.Sprintf(format, v...)) }
