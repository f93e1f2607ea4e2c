// Package failure describes errors and panics without their text, which may quote
// a person's records.
package failure

import (
	"fmt"
	"runtime"
	"strings"
)

// Types names the types that err is made of: those it wraps in parentheses, those
// it joins with commas.
func Types(err error) string {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var names []string
		for _, err := range e.Unwrap() {
			names = append(names, Types(err))
		}
		return strings.Join(names, ", ")
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return fmt.Sprintf("%T(%s)", err, Types(inner))
		}
	}
	return fmt.Sprintf("%T", err)
}

// Stack is where a panic came from, when it is called by the function that recovers
// it: functions and lines, innermost first, without the arguments that a stack trace of
// the runtime shows.
func Stack() []string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var lines []string
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			lines = nil // what came before is the recovery
		case frame.Function != "":
			lines = append(lines, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		}
		if !more {
			return lines
		}
	}
}
