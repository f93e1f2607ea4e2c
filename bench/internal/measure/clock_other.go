//go:build !unix

package measure

import "time"

var began = time.Now()

// ProcessorTime is the time of the clock where the processor's is not to be had.
func ProcessorTime() time.Duration { return time.Since(began) }
