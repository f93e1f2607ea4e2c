package conformance

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/terra-go/terra/ingest"
	"github.com/terra-go/terra/internal/pgtest"
	"github.com/terra-go/terra/internal/sqldb"
)

// TestInboxDiskFull fills a disk of a few megabytes, finds nothing lost, and makes
// room again. It runs as root, who may mount such a disk.
func TestInboxDiskFull(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, disk string) database{
		"SQLite": func(_ *testing.T, disk string) database {
			return database{sqldb.SQLite, "sqlite", filepath.Join(disk, "inbox.db")}
		},
		"PostgreSQL": func(t *testing.T, disk string) database {
			d := database{sqldb.Postgres, "pgx", pgtest.NewOwn(t).Database(t)}
			db := d.open(t)
			for _, statement := range []string{
				"COPY (SELECT 1) TO PROGRAM 'mkdir " + disk + "/space'", // the server has to own it
				"CREATE TABLESPACE tiny LOCATION '" + disk + "/space'",
			} {
				if _, err := db.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			d.dsn += "&default_tablespace=tiny"
			return d
		},
	}
	for name, create := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := mountTiny(t)
			d := create(t, disk)
			in := openInbox(t, d)
			ballast := filepath.Join(disk, "ballast")
			if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
				t.Fatal(err)
			}
			body := make([]byte, 10<<10)
			stored, full := int64(0), 0
			for full < 3 {
				switch _, err := in.Put(t.Context(), ingest.Delivery{ID: deliveryID(stored), ReceivedAt: time.Now(), Body: body}); {
				case err == nil:
					stored++
				case !errors.Is(err, ingest.ErrFull):
					t.Fatalf("after %d deliveries: %v, want ErrFull", stored, err)
				default:
					full++
				}
			}
			if s, err := in.Stats(t.Context()); err != nil || s.Pending != int(stored) {
				t.Errorf("%d deliveries are pending, error %v, want %d", s.Pending, err, stored)
			}
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			mustPut(t, in, stored, body)
			for n := range stored {
				if duplicate, err := in.Put(t.Context(), ingest.Delivery{ID: deliveryID(n)}); err != nil || !duplicate {
					t.Fatalf("delivery %d of %d: known %t, error %v", n, stored, duplicate, err)
				}
			}
		})
	}
}

// mountTiny is the directory of a disk of 4 MB that everybody may write to.
func mountTiny(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "inbox-disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m,mode=777"); err != nil {
		missing(t, fmt.Sprintf("NOT TESTED ON A FULL DISK: mounting one takes root (%v); sudo env PATH=\"$PATH\" go test ./conformance -run TestInboxDiskFull", err))
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}
