package pgtest_test

import (
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/terra-go/terra/internal/pgtest"
)

func TestLifeOfAServer(t *testing.T) {
	t.Parallel()
	own := pgtest.NewOwn(t)
	address := own.DSN("postgres")
	reachable(t, address, true)
	if err := own.Stop(); err != nil {
		t.Fatal(err)
	}
	reachable(t, address, false)
	if err := own.Start(); err != nil {
		t.Fatal(err)
	}
	reachable(t, own.Database(t), true)
	if err := own.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := own.Start(); err != nil {
		t.Fatal(err)
	}
	if own.DSN("postgres") != address {
		t.Error("the server has another address after its restart")
	}
	reachable(t, address, true)
	if err := own.Start(); err == nil {
		t.Error("a server that is running can be started again")
	}
}

func TestSharedServer(t *testing.T) {
	t.Parallel()
	one, two := pgtest.New(t), pgtest.New(t)
	if one != two {
		t.Error("two tests got two servers")
	}
	if one.Database(t) == two.Database(t) {
		t.Error("two tests got the same database")
	}
}

// TestNothingIsLeft ends a process that has started a server without letting it
// clean up.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	if os.Getenv("PGTEST_ABANDON") != "" {
		i := pgtest.NewOwn(t)
		os.Stdout.WriteString("address: " + i.DSN("postgres") + "\n")
		p, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		_ = p.Kill()
		select {}
	}
	temp, err := os.MkdirTemp("", "pgtest-parent-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	if err := os.Chmod(temp, 0o777); err != nil { // the server's user writes there
		t.Fatal(err)
	}
	pgtest.New(t) // skips where there is no server to be abandoned
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNothingIsLeft$")
	cmd.Env = append(os.Environ(), "PGTEST_ABANDON=1", "TMPDIR="+temp)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("the process was not killed: %v", err)
	}
	_, address, ok := strings.Cut(string(out), "address: ")
	if !ok {
		t.Fatal("the process started no server")
	}
	deadline := time.Now().Add(2 * time.Minute)
	for {
		entries, err := os.ReadDir(temp)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the files of the server are still there")
		}
		time.Sleep(20 * time.Millisecond)
	}
	reachable(t, strings.TrimSpace(address), false)
}

func reachable(t *testing.T, dsn string, want bool) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", u.Host, 5*time.Second)
	if err == nil {
		conn.Close()
	}
	if got := err == nil; got != want {
		t.Errorf("the server takes connections: %v, want %v", got, want)
	}
}
