package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestDiskFull fills the disk under load and makes room again. Senders are told to
// come back meanwhile, and nothing acknowledged is lost. It runs as root, who may
// mount a small disk.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: real processes take their time; run it without -short")
	}
	tests := map[string]func(disk, dir string) (db string, args []string){
		"inbox": func(disk, dir string) (string, []string) {
			return "sqlite:" + filepath.Join(dir, "t.db"), []string{"--inbox", "sqlite:" + filepath.Join(disk, "inbox.db")}
		},
		"database": func(disk, dir string) (string, []string) {
			return "sqlite:" + filepath.Join(disk, "t.db"), []string{"--inbox", "sqlite:" + filepath.Join(dir, "inbox.db")}
		},
		"both": func(disk, _ string) (string, []string) {
			return "sqlite:" + filepath.Join(disk, "t.db"), nil
		},
		"JetStream": func(disk, dir string) (string, []string) {
			return "sqlite:" + filepath.Join(dir, "t.db"), []string{"--inbox-dir", filepath.Join(disk, "inbox.d")}
		},
	}
	for name, stores := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := smallDisk(t)
			db, args := stores(disk, t.TempDir())
			args = append(args, "--db", db)
			s := startServed(t, append(args, "--lease", "3s", "-v")...)
			load := startLoad(t, 4)
			load.direct(s.Webhook)
			load.await(t, 50)
			fill(t, filepath.Join(disk, "ballast"))
			if name == "database" {
				eventually(t, "deliveries cannot be applied", func() bool { return s.metric(t, `terrago_attempts_total{result="retried"}`) > 0 })
				load.await(t, 50) // and are received all the same
			} else {
				load.awaitAnswers(t, 8, http.StatusServiceUnavailable)
			}
			get200(t, s.Ops+"/healthz")
			if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
				t.Fatal(err)
			}
			load.await(t, 50)
			n := load.stop(t)
			s.settled(t, 0)
			s.stop(t)
			awaitCounts(t, eventCounts{Applied: n}, args...)
			checkLanded(t, db, n)
		})
	}
}

// smallDisk is the directory of a disk of 64 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		missing(t, fmt.Sprintf("NOT TESTED ON A FULL DISK: mounting one takes root (%v); sudo env PATH=\"$PATH\" go test ./cmd/terrago -run TestDiskFull", err))
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill takes all the room that is left.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
}
