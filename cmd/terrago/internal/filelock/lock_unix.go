//go:build unix

package filelock

import (
	"io"
	"os"
	"syscall"
)

// Acquire holds the file, which it makes if need be, until it is closed or the
// process ends. The error is [ErrHeld] when another process holds it.
func Acquire(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, ErrHeld
		}
		return nil, err
	}
	return f, nil
}
