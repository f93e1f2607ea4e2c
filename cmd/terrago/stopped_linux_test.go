package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestServeStopsAsAWhole: when one of its servers takes no more connections, serve says
// which, finishes what is under way and ends with status 1, to be started again.
func TestServeStopsAsAWhole(t *testing.T) {
	t.Parallel()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, addressOf := range map[string]func(serveReport) string{
		"webhook": func(r serveReport) string { return r.Webhook },
		"ops":     func(r serveReport) string { return r.Ops },
		"console": func(r serveReport) string { return r.Console },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			where := []string{"--db", "sqlite:" + filepath.Join(t.TempDir(), "t.db")}
			s := runServe(t, append(where, "--ops-addr", "127.0.0.1:0", "--max-concurrent", "1",
				"--console", "--console-addr", "127.0.0.1:0", "--console-token-file", token)...)
			h := hold(t, s, "slow")
			address := addressOf(s.serveReport)
			stopListening(t, address)
			eventually(t, "it is stopping", func() bool { return strings.Contains(s.log.String(), "draining") })
			h.finish()
			if status := <-h.status; status != http.StatusOK {
				t.Errorf("what was under way: status %d", status)
			}
			select {
			case status := <-s.status:
				if status != exitFailed || !strings.Contains(s.log.String(), "terrago: the server at "+address+" stopped") {
					t.Errorf("status %d\n%s", status, s.log)
				}
			case <-time.After(patience):
				t.Fatalf("it does not end\n%s", s.log)
			}
			list, _ := listEvents(t, where...)
			if len(list) == 0 {
				t.Error("what was acknowledged is lost")
			}
		})
	}
}

// stopListening has the socket at address, which is one of this process, fail to accept
// connections from now on.
func stopListening(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range open {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		name, err := syscall.Getsockname(fd)
		if err != nil {
			continue // it is no socket
		}
		listens, _ := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
		if at, ok := name.(*syscall.SockaddrInet4); ok && listens == 1 && strconv.Itoa(at.Port) == u.Port() {
			if err := syscall.Shutdown(fd, syscall.SHUT_RDWR); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("nothing listens there")
}

// TestDevStopsAsAWhole: so does dev, without whose receiver nothing arrives.
func TestDevStopsAsAWhole(t *testing.T) {
	t.Parallel()
	log, status := new(syncBuffer), make(chan int, 1)
	out, in := io.Pipe()
	go func() {
		args := []string{"dev", "--dir", t.TempDir(), "--addr", "127.0.0.1:0", "--json"}
		status <- run(t.Context(), args, stdio{strings.NewReader(""), in, log})
		in.Close()
	}()
	var report devReport
	if err := json.NewDecoder(out).Decode(&report); err != nil {
		t.Fatalf("no report: %v\n%s", err, log)
	}
	go io.Copy(io.Discard, out)
	stopListening(t, report.Receiver)
	select {
	case status := <-status:
		if status != exitFailed || !strings.Contains(log.String(), "terrago: the receiver's server stopped") {
			t.Errorf("status %d\n%s", status, log)
		}
	case <-time.After(patience):
		t.Fatalf("it does not end\n%s", log)
	}
}
