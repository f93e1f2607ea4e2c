package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	superuser  = "pgtest"
	startLimit = 3 * time.Minute
	stopLimit  = time.Minute
)

// settings differ from the defaults only where a test server must: nothing here
// makes a commit less durable.
var settings = []string{
	"listen_addresses=127.0.0.1",
	"unix_socket_directories=",
	"max_connections=200",
	"log_min_messages=warning",
	"timezone=UTC",
}

// ErrNotInstalled says that there are no PostgreSQL binaries, neither in PATH nor
// where Debian and Homebrew put them.
var ErrNotInstalled = errors.New("pgtest: PostgreSQL is not installed: apt-get install postgresql")

// errRefused is of a server that has ended before it was ready.
var errRefused = errors.New("pgtest: the server does not start")

// Instance is one PostgreSQL server.
type Instance struct {
	bin  string // the directory of the binaries
	dir  string // what Close deletes
	port int
	user *credential // nil for our own

	janitor io.Closer // its end makes the janitor clean up

	mu     sync.Mutex
	cmd    *exec.Cmd     // nil while stopped
	exited chan struct{} // closed once cmd has ended
}

// Start makes a new server with its files below parent, or below [os.TempDir] if
// that is empty, and waits until it takes connections. ctx bounds only that. The
// server lives until Close, or until this process has ended.
func Start(ctx context.Context, parent string) (*Instance, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "pgtest-")
	if err != nil {
		return nil, err
	}
	i := &Instance{bin: bin, dir: dir}
	if err := i.create(ctx); err != nil {
		i.Close()
		return nil, err
	}
	return i, nil
}

// DSN is the address of a database of the server as a URL.
func (i *Instance) DSN(database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", superuser, i.port, database)
}

// CreateDatabase makes an empty database. Its name is lower-case letters, digits
// and underscores.
func (i *Instance) CreateDatabase(ctx context.Context, name string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(i.bin, "createdb"),
		"--host=127.0.0.1", "--port="+strconv.Itoa(i.port), "--username="+superuser, "--no-password", name)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: createdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Stop shuts the server down as an operator would: transactions at work are rolled
// back, connections are closed. The data stays, for Start.
func (i *Instance) Stop() error { return i.end(syscall.SIGINT) }

// Kill ends the server at once, as a crash would. Start then recovers.
func (i *Instance) Kill() error { return i.end(syscall.SIGKILL) }

// Start brings a server back that was stopped or killed, on the same port.
func (i *Instance) Start() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		// A server refuses to start while processes of a killed one are left. They
		// notice its death by themselves, a little later.
		err := i.start(ctx)
		if !errors.Is(err, errRefused) || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Close ends the server and deletes its files.
func (i *Instance) Close() error {
	err := i.end(syscall.SIGQUIT)
	if i.janitor != nil {
		i.janitor.Close()
	}
	return errors.Join(err, os.RemoveAll(i.dir))
}

func (i *Instance) data() string { return filepath.Join(i.dir, "data") }
func (i *Instance) log() string  { return filepath.Join(i.dir, "log") }

func (i *Instance) create(ctx context.Context) error {
	if err := i.dropPrivileges(); err != nil {
		return err
	}
	// Flushing what nobody has written to yet would only take time.
	initdb := i.command(ctx, filepath.Join(i.bin, "initdb"), "--pgdata="+i.data(), "--username="+superuser,
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := i.hireJanitor(); err != nil {
		return err
	}
	// Somebody else may take the port between our finding it and the server's start.
	var err error
	for range 5 {
		if i.port, err = freePort(); err != nil {
			return err
		}
		if err = i.start(ctx); !errors.Is(err, errRefused) || ctx.Err() != nil {
			break
		}
	}
	return err
}

func (i *Instance) start(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.cmd != nil {
		return errors.New("pgtest: the server is running")
	}
	log, err := os.OpenFile(i.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"-D", i.data(), "-p", strconv.Itoa(i.port)}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	// Not of ctx: that bounds the start alone.
	cmd := i.command(context.WithoutCancel(ctx), filepath.Join(i.bin, "postgres"), args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	i.cmd, i.exited = cmd, exited
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !i.ready(cmd.Process.Pid) {
		select {
		case <-tick.C:
		case <-exited:
			i.cmd = nil
			return fmt.Errorf("%w: %s", errRefused, i.lastWords())
		case <-ctx.Done():
			_ = cmd.Process.Kill()
			<-exited
			i.cmd = nil
			return fmt.Errorf("pgtest: the server does not start: %w", ctx.Err())
		}
	}
	return nil
}

func (i *Instance) end(signal syscall.Signal) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.cmd == nil {
		return nil
	}
	if err := i.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-i.exited:
	case <-time.After(stopLimit):
		_ = i.cmd.Process.Kill()
		<-i.exited
	}
	i.cmd = nil
	return nil
}

// ready goes by the file in which the server writes who it is and how far it has
// come. A killed one leaves its own behind.
func (i *Instance) ready(pid int) bool {
	b, err := os.ReadFile(filepath.Join(i.data(), "postmaster.pid"))
	lines := strings.Split(string(b), "\n")
	return err == nil && len(lines) > 7 && lines[0] == strconv.Itoa(pid) && strings.TrimSpace(lines[7]) == "ready"
}

func (i *Instance) lastWords() string {
	b, err := os.ReadFile(i.log())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "; ")
}

// binaries finds the directory that has the server's programs.
func binaries() (string, error) {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		slices.Reverse(found) // the newest first, nearly always
		dirs = append(dirs, found...)
	}
	for _, dir := range dirs {
		complete := !slices.ContainsFunc([]string{"postgres", "initdb", "createdb"}, func(name string) bool {
			_, err := os.Stat(filepath.Join(dir, name))
			return err != nil
		})
		if complete {
			return dir, nil
		}
	}
	return "", ErrNotInstalled
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
