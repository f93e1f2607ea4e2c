package natsinbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terra-go/terra/ingest/natsinbox"
)

var long = flag.Bool("long", false, "run the long forms of the crash tests")

// node is one server's configuration, and what a child process is told.
type node struct {
	Name   string
	Dir    string
	Port   int
	Route  int   // the port for the other servers of its cluster, 0 without one
	Routes []int // those of all the servers of the cluster
	Lax    bool  // the default flush, every two minutes
	Store  int64 // bytes that it may store, 0 for no limit
}

func (n node) options() *server.Options {
	o := &server.Options{
		ServerName: n.Name,
		Host:       "127.0.0.1",
		Port:       n.Port,
		JetStream:  true,
		StoreDir:   n.Dir,
		SyncAlways: !n.Lax,

		JetStreamMaxStore: n.Store,
		NoSigs:            true,
		NoLog:             true,
	}
	if n.Route != 0 {
		o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: n.Route}
		for _, port := range n.Routes {
			o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", port)})
		}
	}
	return o
}

func (n node) url() string { return fmt.Sprintf("nats://127.0.0.1:%d", n.Port) }

// start runs a server in this process, and returns when it accepts connections.
func (n node) start(tb testing.TB) *server.Server {
	tb.Helper()
	s := n.launch(tb)
	if !s.ReadyForConnections(30 * time.Second) {
		tb.Fatal("the server does not start")
	}
	return s
}

// launch does not wait, as a server of a cluster waits for the others.
func (n node) launch(tb testing.TB) *server.Server {
	tb.Helper()
	s, err := server.NewServer(n.options())
	if err != nil {
		tb.Fatal(err)
	}
	go s.Start()
	tb.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	return s
}

// serve runs a server in this process, which is a child of the test's, until its
// standard input ends.
func serve(config string) error {
	var n node
	if err := json.Unmarshal([]byte(config), &n); err != nil {
		return err
	}
	s, err := server.NewServer(n.options())
	if err != nil {
		return err
	}
	go s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		return fmt.Errorf("the server does not start")
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	s.Shutdown()
	s.WaitForShutdown()
	return nil
}

const childVariable = "NATSINBOX_TEST_SERVER"

func TestMain(m *testing.M) {
	if config := os.Getenv(childVariable); config != "" {
		if err := serve(config); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// child is a server in a process of its own, which can be killed.
type child struct {
	node
	cmd *exec.Cmd
}

func spawn(t *testing.T, n node) *child {
	t.Helper()
	c := &child{node: n}
	c.run(t)
	t.Cleanup(c.kill)
	return c
}

// run starts the process, and returns when the server accepts connections.
func (c *child) run(t *testing.T) {
	t.Helper()
	config, err := json.Marshal(c.node)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd = exec.Command(exe)
	c.cmd.Env = append(os.Environ(), childVariable+"="+string(config))
	c.cmd.Stderr = os.Stderr
	if _, err := c.cmd.StdinPipe(); err != nil { // held open: should this process die, so does the child
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "ready" {
		t.Fatal("the server process does not start")
	}
}

// kill is kill -9.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// freePorts are ports that nobody listens on at the moment.
func freePorts(tb testing.TB, n int) []int {
	tb.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// single is the configuration of one server that syncs always.
func single(tb testing.TB) node {
	tb.Helper()
	return node{Name: "one", Dir: dir(tb), Port: freePorts(tb, 1)[0]}
}

// cluster is the configuration of three servers.
func cluster(tb testing.TB) []node {
	tb.Helper()
	ports := freePorts(tb, 6)
	var nodes []node
	for i, port := range ports[:3] {
		nodes = append(nodes, node{
			Name: fmt.Sprintf("node%d", i), Dir: filepath.Join(dir(tb), fmt.Sprint(i)),
			Port: port, Route: ports[3+i], Routes: ports[3:],
		})
	}
	return nodes
}

// dir is a temporary directory. Servers write on for a moment after their end.
func dir(tb testing.TB) string {
	tb.Helper()
	d, err := os.MkdirTemp("", "natsinbox")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		for deadline := time.Now().Add(10 * time.Second); os.RemoveAll(d) != nil && time.Now().Before(deadline); {
			runtime.Gosched()
		}
	})
	return d
}

// eventually reports whether it is so within a minute. In between it leaves the machine
// to those who see to it.
func eventually(so func() bool) bool {
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// connect reconnects for ever.
func connect(tb testing.TB, nodes ...node) jetstream.JetStream {
	tb.Helper()
	var urls []string
	for _, n := range nodes {
		urls = append(urls, n.url())
	}
	nc, err := nats.Connect(strings.Join(urls, ","), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(50*time.Millisecond), nats.ReconnectJitter(0, 0))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		tb.Fatal(err)
	}
	return js
}

// open opens an inbox as soon as JetStream is up.
func open(tb testing.TB, js jetstream.JetStream, opts ...natsinbox.Option) *natsinbox.Inbox {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	for {
		attempt, cancel := context.WithTimeout(ctx, 10*time.Second)
		in, err := natsinbox.Open(attempt, js, opts...)
		cancel()
		if err == nil {
			return in
		}
		select {
		case <-ctx.Done():
			tb.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
