package filelock_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/terra-go/terra/cmd/terrago/internal/filelock"
)

func TestAcquire(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	for range 2 {
		lock, err := filelock.Acquire(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := filelock.Acquire(path); !errors.Is(err, filelock.ErrHeld) {
			t.Errorf("it is held twice: %v", err)
		}
		if err := lock.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := filelock.Acquire(filepath.Join(path, "below a file")); err == nil || errors.Is(err, fs.ErrExist) {
		t.Errorf("a place that cannot be: %v", err)
	}
}
