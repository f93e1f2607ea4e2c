//go:build !unix

package main

import "time"

var began = time.Now()

// processorTime is the time of the clock where the processor's is not to be had.
func processorTime() time.Duration { return time.Since(began) }
