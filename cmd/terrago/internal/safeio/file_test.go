package safeio_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/safeio"
)

func TestFileIsWholeOrNotThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	begin := func(text string) *safeio.File {
		t.Helper()
		f, err := safeio.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		return f
	}
	holds := func(when, want string) {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil && want != "" || string(b) != want {
			t.Errorf("%s: %q, %v; want %q", when, b, err, want)
		}
	}
	entries := func(want int) {
		t.Helper()
		if list, err := os.ReadDir(dir); err != nil || len(list) != want {
			t.Errorf("%d files are there, want %d: %v", len(list), want, err)
		}
	}

	f := begin("half")
	holds("begun", "")
	f.Abort()
	entries(0)

	f = begin("first")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	holds("done", "first")
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}

	begin("half of the second").Abort()
	holds("given up", "first")
	f = begin("second")
	holds("begun again", "first")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	holds("replaced", "second")
	entries(1)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions are not what they were: %v", err)
	}

	if runtime.GOOS == "windows" {
		return
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("out.csv", link); err != nil {
		t.Fatal(err)
	}
	if f, err := safeio.Create(link); err != nil {
		t.Error(err)
	} else if _, err := f.WriteString("third"); err != nil {
		t.Error(err)
	} else if err := f.Commit(); err != nil {
		t.Error(err)
	}
	holds("through a link", "third")
	if f, err := safeio.Create(os.DevNull); err != nil {
		t.Error(err)
	} else if err := f.Commit(); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Error("a device was replaced")
	}
}
