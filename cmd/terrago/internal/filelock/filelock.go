// Package filelock keeps other processes out of a directory.
package filelock

import "errors"

// ErrHeld says that another process holds the lock.
var ErrHeld = errors.New("another process is using the directory")
