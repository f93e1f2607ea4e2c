//go:build unix

package measure

import (
	"syscall"
	"time"
)

// ProcessorTime is how long this process has been running on processors: time in
// which others had them does not count.
func ProcessorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // the arguments are right
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
